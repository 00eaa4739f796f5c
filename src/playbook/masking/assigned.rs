//! What somebody gave a key as its value: `password=x`, `"token": "x"`, `the password for staging is now x`.
//!
//! How it was written decides how much of a secret it must look like. After `=` nearly everything is one; after `is`
//! most words are not: `token is expired`, `password is wrong for two users`.

use std::ops::Range;

use regex::Captures;

/// What may stand between a key and its value. A sign or a verb wins over a blank, however much stands before it.
const BEHIND_A_KEY: &str = r#"[0-9]?(?:\\?["'`*_~\])]{0,3}(?:[ \t]?\([^()\n]{1,30}\))?(?:[ \t]+(?:for|of|on|to|from|in|at)(?:[ \t]+[^\s:=]{1,40}){1,4}?)?(?:(?P<sign>[ \t]*(?::=|=>|={1,2}|:|\\?["'][ \t]+value[ \t]*=)[ \t]*(?:\r?\n[ \t]*)?|>)|(?P<verb>[ \t]+(?:(?:is|was|are)(?:[ \t]+(?:now|still|just|currently|again))?|(?:set|changed|reset|rotated|updated)[ \t]+to|->|→)[ \t]*:?[ \t]+))|(?P<blank>[ \t]+))"#;

/// Words that are said of a secret and are none.
const SAID_OF_SECRETS: &str = "\
    a accepted active again all also an and any argon2 as ask at authentication available bad \
    base64 bcrypt because been being blank broken by cache cached change changed check compromised \
    confirmed correct could created default deleted denied did different disabled does empty \
    encrypted endpoint error errors everywhere exchange exists expired expires expiring failed \
    fails failure false fetch fine for from generated generation getting gone good has hashed here \
    hidden http2 if in incorrect invalid is issue issued it its just known leaked limit long \
    manager masked md5 mismatch missing must n/a needed needs nil no none not nothing now null \
    oauth oauth2 ok okay old on only optional or out pbkdf2 pending policy protected public read \
    redacted refresh refreshed rejected removed renewed required reset resets revoked right rotated \
    rotation safe same scrypt see sent server service set sha1 sha256 sha512 short should shown \
    slow so still stolen store stored string that the there this to too true unavailable undefined \
    unknown unset unusable updated used useless user utf8 valid validation via was weak what when \
    which will with working works wrong you your";

/// The pattern of a key, completed by what may stand behind it.
pub(super) fn with_key(pattern: &str) -> String {
    format!("(?:{pattern}){BEHIND_A_KEY}")
}

/// How a value was given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// By a sign: `=`, `:`.
    Sign,
    /// By a sign and a new line.
    NextLine,
    /// By a verb.
    Verb,
    /// By nothing but a blank.
    Blank,
}

/// A value as it stands in the text.
struct Value<'t> {
    text: &'t str,
    range: Range<usize>,
    quoted: bool,
}

/// The value behind the match of a pattern that [`with_key`] made, if it looks like a secret.
pub(super) fn value(text: &str, groups: &Captures<'_>) -> Option<Range<usize>> {
    let whole = groups.get(0)?;
    let given = match (groups.name("sign"), groups.name("verb")) {
        (Some(sign), _) if sign.as_str().contains('\n') => Given::NextLine,
        (Some(_), _) => Given::Sign,
        (None, Some(_)) => Given::Verb,
        (None, None) => Given::Blank,
    };
    let value = read(text, whole.end())?;
    let behind = &text[value.range.end..];
    let is_secret = match given {
        Given::Sign if value.quoted => !is_said(value.text),
        Given::Sign => {
            let is_tight = whole.as_str().ends_with(['=', '>']);
            if is_said(value.text) {
                return phrase(text, whole.start(), &value);
            } else if is_short_number(value.text) {
                false
            } else if !is_word(value.text) || is_tight || ends_a_clause(behind) {
                true
            } else {
                return phrase(text, whole.start(), &value);
            }
        }
        Given::NextLine => is_strong(value.text) && ends_a_line(behind),
        Given::Verb if value.quoted => !is_said(value.text),
        Given::Verb if is_word(value.text) => {
            value.text.len() >= 4 && !is_said(value.text) && ends_a_sentence(behind)
        }
        Given::Verb => {
            !is_said(value.text) && (is_strong(value.text) || is_long_number(value.text))
        }
        Given::Blank => {
            !is_said(value.text)
                && value.text.len() >= 8
                && is_strong(value.text)
                && !is_assignment(value.text)
        }
    };
    is_secret.then_some(value.range)
}

/// The value that stands at the end of a match, whatever it is but a placeholder: an argument of a command.
pub(super) fn argument(text: &str, at: usize) -> Option<Range<usize>> {
    let blanks = text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
    let value = read(text, at + blanks)?;
    let is_option = value.text.starts_with("--") || value.text == "-";
    (!is_option && !is_said(value.text) && !is_short_number(value.text)).then_some(value.range)
}

/// `password: correct horse battery staple` on a line of its own. Anything else with several words is a sentence.
fn phrase(text: &str, key: usize, value: &Value<'_>) -> Option<Range<usize>> {
    let line = text[..key].rfind('\n').map_or(0, |at| at + 1);
    let begins = text[line..key]
        .chars()
        .all(|c| !c.is_alphanumeric() || c == '_');
    let key = &text[key..value.range.start];
    let is_password = key.to_lowercase().contains("pass") || key.to_lowercase().contains("pw");
    let end = text[value.range.start..]
        .find(['\n', '\r'])
        .map_or(text.len(), |at| value.range.start + at);
    let whole = text[value.range.start..end].trim_end();
    let words = whole.split_whitespace().count();
    // A phrase may begin with a word that is said of secrets, but a sentence has more of those.
    let is_phrase = if is_said(value.text) {
        (4..=6).contains(&words) && !whole.split_whitespace().skip(1).any(is_said)
    } else {
        (2..=6).contains(&words)
    };
    (begins && is_password && is_phrase).then(|| value.range.start..value.range.start + whole.len())
}

/// Reads what stands there: between quotes, or up to a blank or to the next assignment. `None` for a placeholder, for
/// the beginning of a structure and for nothing at all.
fn read(text: &str, at: usize) -> Option<Value<'_>> {
    let at = behind_block_mark(text, at);
    let rest = &text[at..];
    let quote = ["\\\"", "\\'", "\"", "'", "`", "“", "‘", "«"]
        .into_iter()
        .find(|quote| rest.starts_with(quote));
    let closing = |quote: &str| match quote {
        "“" => "”".to_owned(),
        "‘" => "’".to_owned(),
        "«" => "»".to_owned(),
        same => same.to_owned(),
    };
    if let Some(quote) = quote {
        // A code block opens with three: its content is what counts.
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let inner = at + quote.len().max(ticks);
        let line = text[inner..]
            .find('\n')
            .map_or(text.len(), |end| inner + end);
        if let Some(end) = closing_quote(&text[inner..line], &closing(quote)) {
            return filled(text, inner..inner + end, true);
        }
        return filled(text, inner..inner + unquoted(&text[inner..]), false);
    }
    let emphasis = rest.len() - rest.trim_start_matches(['*', '_', '~']).len();
    let start = at + emphasis;
    let marks = &rest[..emphasis];
    let mut end = start + unquoted(&text[start..]);
    if !marks.is_empty() && text[start..end].ends_with(marks) {
        end -= marks.len();
    }
    filled(text, start..end, false)
}

/// YAML's `|` and `>` say that the value stands on the next line.
fn behind_block_mark(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let behind = rest.trim_start_matches(['|', '>', '-']);
    if rest.starts_with(['|', '>']) && behind.starts_with(['\n', '\r']) {
        text.len() - behind.trim_start().len()
    } else {
        at
    }
}

/// Where the quotation ends; a quote after a backslash does not end it, unless the quotes themselves carry one.
fn closing_quote(rest: &str, quote: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + rest.get(from..)?.find(quote)?;
        let backslashes = rest[..at].len() - rest[..at].trim_end_matches('\\').len();
        if backslashes.is_multiple_of(2) {
            return Some(at);
        }
        from = at + quote.len();
    }
}

/// How long a value without quotes is. It runs to the next blank; it ends before `&next=`, `;next=`, `,next:` and a
/// closing tag. What only closes the sentence or the brackets around it is not part of it.
fn unquoted(rest: &str) -> usize {
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        let stops = match c {
            '"' | '`' | '”' | '’' => true,
            '<' => rest[at..].starts_with("</"),
            '&' | ';' | ',' | '|' => begins_next(&rest[at + 1..]),
            '\\' => rest[at + 1..].starts_with(['n', 'r', 't', '"']),
            other => other.is_whitespace(),
        };
        if stops {
            end = at;
            break;
        }
    }
    loop {
        let value = &rest[..end];
        let last = value.chars().next_back();
        let is_loose = match last {
            Some(',' | ';' | '.' | '\'') => true,
            Some(')') => !value.contains('('),
            Some(']') => !value.contains('['),
            Some('}') => !value.contains('{'),
            Some(_) | None => false,
        };
        if !is_loose {
            return end;
        }
        end -= 1;
    }
}

/// Whether another assignment follows: a blank, or a name and its sign.
fn begins_next(rest: &str) -> bool {
    if rest.is_empty() || rest.starts_with(char::is_whitespace) {
        return true;
    }
    let name = rest.trim_start_matches(|c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | ' ' | '\\')
    });
    name.len() < rest.len() && rest.len() - name.len() < 40 && name.starts_with(['=', ':'])
}

fn filled(text: &str, range: Range<usize>, quoted: bool) -> Option<Value<'_>> {
    let value = &text[range.clone()];
    (!is_placeholder(value)).then_some(Value {
        text: value,
        range,
        quoted,
    })
}

/// Whether something stands for a secret without being one.
pub(super) fn is_placeholder(value: &str) -> bool {
    let name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    let first = value.chars().next();
    let is_filler = |c: char| {
        matches!(
            c,
            '*' | 'x' | 'X' | '.' | '•' | '…' | '-' | '_' | '#' | '?' | '█'
        )
    };
    let calls = value.find('(').is_some_and(|at| {
        at > 0
            && value[..at]
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
            && value[..at].starts_with(|c: char| c.is_ascii_alphabetic())
    });
    value.chars().all(is_filler)
        || matches!(first, Some('<' | ':' | '{' | '[' | '(' | '/'))
        || value.starts_with("${")
        || value.starts_with("$(")
        || value.starts_with("!!")
        || value.strip_prefix('$').is_some_and(name)
        || value
            .strip_prefix('%')
            .is_some_and(|rest| name(rest.trim_end_matches('%')))
        || calls
        || value.starts_with("process.env")
        || value.starts_with("os.environ")
}

fn is_said(value: &str) -> bool {
    let word = value
        .trim_end_matches(['!', '?', '.', ',', ';', ':'])
        .to_lowercase();
    SAID_OF_SECRETS.split(' ').any(|said| said == word)
}

/// `name=value`: the next thing, not the value of the word before it. Signs at the end only fill base64 up.
fn is_assignment(value: &str) -> bool {
    value
        .trim_end_matches('=')
        .split_once('=')
        .is_some_and(|(name, _)| {
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        })
}

fn is_word(value: &str) -> bool {
    value
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '/' | '!' | '?'))
}

fn is_short_number(value: &str) -> bool {
    value.len() <= 3 && value.chars().all(|c| c.is_ascii_digit())
}

fn is_long_number(value: &str) -> bool {
    value.len() >= 4 && value.chars().all(|c| c.is_ascii_digit())
}

/// Letters together with digits or signs, six at least: nobody writes that in a sentence by chance.
pub(super) fn is_strong(value: &str) -> bool {
    let has = |test: fn(char) -> bool| value.chars().any(test);
    let is_sign = |c: char| {
        matches!(
            c,
            '@' | '$' | '#' | '%' | '^' | '&' | '*' | '+' | '=' | '~' | '!'
        )
    };
    value.chars().count() >= 6
        && has(char::is_alphabetic)
        && (has(|c| c.is_ascii_digit()) || has(is_sign))
        && !is_said(value)
        && !value.contains("://")
}

fn ends_a_line(behind: &str) -> bool {
    let rest = behind.trim_start_matches(['`', '"', '\'', '*', '_', '.', ' ', '\t']);
    rest.is_empty() || rest.starts_with(['\n', '\r'])
}

fn ends_a_clause(behind: &str) -> bool {
    ends_a_line(behind)
        || behind
            .trim_start_matches(['`', '"', '\'', '*', '_'])
            .starts_with([',', ';', ')', '|', '}', ']', '<', '&', '\\'])
}

fn ends_a_sentence(behind: &str) -> bool {
    let rest = behind.trim_start_matches(['`', '"', '\'', '*', '_', ')']);
    ends_a_line(rest) || rest.starts_with(['.', '!', ',', ';'])
}
