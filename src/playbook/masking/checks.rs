//! What must hold of a match besides its pattern: check digits, domains, and whether it looks like chance.

use std::ops::Range;

use regex::Captures;

use super::assigned;
use super::rules::Check;

/// A match and where it stands.
pub(super) struct Context<'t> {
    pub text: &'t str,
    /// The whole match.
    pub whole: Range<usize>,
    /// What the rule calls the secret.
    pub secret: Range<usize>,
    pub groups: &'t Captures<'t>,
    pub own_domains: &'t [String],
}

impl Check {
    /// What of the match is to be masked, if anything.
    pub(super) fn judge(self, at: &Context<'_>) -> Option<Range<usize>> {
        let secret = at.text.get(at.secret.clone())?;
        let holds = match self {
            Self::Nothing => true,
            Self::Filled => !assigned::is_placeholder(secret),
            Self::Random => is_random(secret) && !is_called_a_hash(at),
            Self::Strong => assigned::is_strong(secret),
            Self::Dotted => secret.matches('.').count() > 1 || secret.len() > 60,
            Self::Assigned => return assigned::value(at.text, at.groups),
            Self::Argument => return assigned::argument(at.text, at.whole.end),
            Self::CardNumber => return card_number(at.text, &at.whole),
            Self::AccountNumber => return account_number(at.text, &at.whole),
            Self::ForeignAddress => is_foreign(at, secret),
            Self::PhoneNumber => is_phone_number(at, secret),
        };
        holds.then(|| at.secret.clone())
    }
}

/// Whether letters and digits are mixed as words and names with a number are not.
fn is_random(secret: &str) -> bool {
    let digits = secret.chars().filter(char::is_ascii_digit).count();
    let has = |test: fn(&char) -> bool| secret.chars().any(|c| test(&c));
    let is_hex = secret.chars().all(|c| c.is_ascii_hexdigit());
    let is_uuid = secret.len() == 36 && secret.matches('-').count() == 4;
    let changes = secret
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    !is_uuid
        && digits > 0
        && has(char::is_ascii_alphabetic)
        && (is_hex
            || changes >= 4
            || (has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)))
}

/// Whether the text says before it that it is something else: a commit, a digest, a trace.
fn is_called_a_hash(at: &Context<'_>) -> bool {
    let before = at
        .text
        .get(at.whole.start..at.secret.start)
        .unwrap_or_default()
        .to_lowercase();
    let names = [
        "commit",
        "sha",
        "hash",
        "digest",
        "revision",
        "trace",
        "span",
        "request",
        "image",
        "build",
        "merge",
        "branch",
        "checksum",
        "fingerprint",
        "http",
        "arn:",
    ];
    names.iter().any(|name| before.contains(name))
}

/// A card number within a run of digits and single separators. The run may hold more: an amount before, a date behind.
fn card_number(text: &str, run: &Range<usize>) -> Option<Range<usize>> {
    let groups = digit_groups(text, run);
    for first in 0..groups.len() {
        let mut digits = String::new();
        let mut found = None;
        for last in first..groups.len() {
            digits.push_str(&text[groups[last].clone()]);
            if digits.len() > 19 {
                break;
            }
            // Cards are printed in groups of four or more; shorter ones are dates and amounts.
            let is_printed = groups[first..last].iter().all(|group| group.len() >= 4);
            let range = groups[first].start..groups[last].end;
            if is_printed && is_card(&digits) && stands_alone(text, &range, first == last) {
                found = Some(range);
            }
        }
        if found.is_some() {
            return found;
        }
    }
    None
}

fn digit_groups(text: &str, run: &Range<usize>) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    for (offset, byte) in text.as_bytes()[run.clone()].iter().enumerate() {
        let at = run.start + offset;
        match (byte.is_ascii_digit(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                groups.push(from..at);
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    groups.extend(start.map(|from| from..run.end));
    groups
}

/// An id is not a card, whatever its digits add up to: part of a longer name, of a path or of a number, or called an id.
fn stands_alone(text: &str, range: &Range<usize>, is_unbroken: bool) -> bool {
    let before = &text[..range.start];
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_dialled = before.ends_with('+') && range.len() < 16;
    let touches = is_dialled || before.ends_with(is_part) || text[range.end..].starts_with(is_part);
    let is_fraction = before
        .strip_suffix(['.', ','])
        .is_some_and(|whole| whole.ends_with(|c: char| c.is_ascii_digit()));
    if touches || is_fraction {
        return false;
    }
    if !is_unbroken {
        return true;
    }
    let label = before.trim_end_matches([' ', '=', ':', '"', '\'', '`', '(', '[', '<']);
    let word = label
        .rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let is_id = word.ends_with("id") || word.ends_with("ids") || before.ends_with('#');
    let is_path = before.ends_with('/');
    let is_called_a_card = ["card", "pan", "visa", "amex"]
        .iter()
        .any(|name| word.contains(name));
    is_called_a_card || !(is_id || is_path)
}

fn is_card(digits: &str) -> bool {
    let prefix = |length: usize| {
        digits
            .get(..length)
            .and_then(|prefix| prefix.parse::<u32>().ok())
            .unwrap_or(0)
    };
    let has_length = match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        (4, ..) => matches!(digits.len(), 13 | 16 | 19),
        (_, 51..=55, ..) | (.., 2221..=2720) => digits.len() == 16,
        (_, 34 | 37, ..) => digits.len() == 15,
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => (14..=19).contains(&digits.len()),
        (_, 62 | 65, ..) | (_, _, 644..=649, _) => (16..=19).contains(&digits.len()),
        (.., 6011 | 3528..=3589) => (16..=19).contains(&digits.len()),
        (.., 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => {
            (13..=19).contains(&digits.len())
        }
        _ => false,
    };
    has_length && luhn(digits)
}

/// The check digit of cards: every second digit from the right is doubled, and its own digits added.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match place % 2 {
                0 => digit,
                _ => (digit * 2) / 10 + (digit * 2) % 10,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// How long a country's IBAN is. A list keeps two letters and some digits of an id from being taken for one.
const IBAN_LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 \
    EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 \
    LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 \
    SD18 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

/// The IBAN at the beginning of a match, which may run on into what follows.
fn account_number(text: &str, run: &Range<usize>) -> Option<Range<usize>> {
    let candidate = &text[run.clone()];
    let country = candidate.get(..2)?;
    let length: usize = IBAN_LENGTHS
        .split_whitespace()
        .find_map(|entry| entry.strip_prefix(country))?
        .parse()
        .ok()?;
    let mut signs = String::new();
    let mut end = None;
    for (at, c) in candidate.char_indices() {
        if c.is_ascii_alphanumeric() {
            signs.push(c);
        }
        if signs.len() == length {
            end = Some(run.start + at + 1);
            break;
        }
    }
    let end = end?;
    let runs_on = text[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
    (!runs_on && mod_97(&signs) == 1).then_some(run.start..end)
}

/// The remainder that the first four signs, put last, make come out as 1.
fn mod_97(signs: &str) -> u32 {
    let (front, rest) = signs.split_at(4.min(signs.len()));
    rest.chars()
        .chain(front.chars())
        .filter_map(|c| c.to_digit(36))
        .fold(0, |sum, digit| match digit {
            0..=9 => (sum * 10 + digit) % 97,
            _ => (sum * 100 + digit) % 97,
        })
}

/// Endings that `name@2x.png` has and no domain.
const FILE_ENDINGS: [&str; 10] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "pdf", "json",
];

fn is_foreign(at: &Context<'_>, address: &str) -> bool {
    let Some((local, domain)) = address
        .rsplit_once('@')
        .or_else(|| address.rsplit_once("%40"))
    else {
        return false;
    };
    let domain = domain.to_lowercase();
    let is_own = at.own_domains.iter().any(|own| {
        domain
            .strip_suffix(own.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    // `git@host:path` and `ssh://deploy@host` name a machine and an account on it, not somebody's mailbox.
    let is_remote = local == "git" || is_behind_scheme(&at.text[..at.whole.start]);
    let ending = domain.rsplit('.').next().unwrap_or_default();
    !is_own && !is_remote && !FILE_ENDINGS.contains(&ending)
}

/// Whether the text ends within `scheme://user:password`, before a machine's name.
fn is_behind_scheme(before: &str) -> bool {
    // No further back than a name and a password are long, or a list of addresses would take quadratic time.
    let start = before.char_indices().rev().take(200).last();
    let near = &before[start.map_or(0, |(at, _)| at)..];
    near.rsplit_once("://").is_some_and(|(_, tail)| {
        !tail.contains(|c: char| c.is_whitespace() || "/?#,;<>|()\"'`".contains(c))
    })
}

fn is_phone_number(at: &Context<'_>, number: &str) -> bool {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let before = &at.text[..at.whole.start];
    let touches = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '+' | '_' | '.'))
        || at.text[at.whole.end..]
            .starts_with(|c: char| c.is_alphanumeric() || matches!(c, ':' | '_'));
    let has_length = if digits.starts_with('1') {
        digits.len() == 11
    } else {
        (8..=15).contains(&digits.len())
    };
    // A time that follows a count: `+12 2026-11-23 10`.
    let is_date = number.contains("-0")
        && number.contains("20")
        && number.matches('-').count() == 2
        && number
            .split(' ')
            .any(|part| part.len() == 10 && part.matches('-').count() == 2);
    !touches && has_length && !is_date
}
