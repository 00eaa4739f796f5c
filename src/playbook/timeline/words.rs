//! What an entry says, in a form in which two tellings of one event are alike.

use super::super::rich_text::RichText;

/// Words before what was said: what the entry's kind says as well.
const PREFIXES: [&str; 10] = [
    "triggered",
    "acknowledged",
    "resolved",
    "incident",
    "alert",
    "note",
    "added",
    "new",
    "by",
    "from",
];
/// Those that pass on what others raised and did, in letters and digits alone. Their names tell nothing.
const RELAYS: [&str; 4] = ["pagerduty", "opsgenie", "jiraservicemanagement", "slack"];

/// Whether a name tells who did something, rather than who passed it on.
pub(super) fn is_telling(name: &str) -> bool {
    let letters: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    !letters.is_empty() && !RELAYS.iter().any(|relay| letters.starts_with(relay))
}

/// Whether both are unknown, or the same name in whatever case.
pub(super) fn same_name(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.trim().to_lowercase() == other.trim().to_lowercase(),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The words of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// In lower case, with one space between them.
    pub words: String,
    /// The incident's number that stood before them: `1042`.
    pub reference: Option<String>,
    /// All words, as names are looked for in them.
    all: String,
}

impl Said {
    /// By a tool: addresses, punctuation and the words before it count for nothing.
    pub(super) fn by_a_tool(text: &RichText) -> Self {
        let plain = text.to_plain();
        let words: Vec<Word> = plain
            .split_whitespace()
            .filter(|piece| !piece.contains("://"))
            .flat_map(pieces)
            .collect();
        let all = joined(&words);
        let before = words
            .iter()
            .take_while(|word| word.is_reference || PREFIXES.contains(&word.letters.as_str()))
            .count();
        let (before, after) = words.split_at(before);
        let has_prefix = before.iter().any(|word| !word.is_reference);
        let reference = before
            .iter()
            .find(|word| word.is_reference && has_prefix)
            .map(|word| word.letters.clone());
        let words = if !has_prefix || after.is_empty() {
            all.clone()
        } else {
            joined(after)
        };
        // What has no letters at all, such as an emoji, is what it is.
        let words = if words.is_empty() {
            spaced(&plain)
        } else {
            words
        };
        Self {
            words,
            reference,
            all,
        }
    }

    /// By a person: an address or a question mark may be all that matters, so only quotation marks and full stops count
    /// for nothing.
    pub(super) fn by_a_person(text: &RichText) -> Self {
        let plain = text.to_plain();
        let quotes = ['"', '“', '”', '„', '\'', '‘', '’'];
        let words = plain
            .split_whitespace()
            .map(|word| word.trim_matches(quotes).trim_end_matches('.'))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase();
        Self {
            words: if words.is_empty() {
                spaced(&plain)
            } else {
                words
            },
            ..Self::by_a_tool(text)
        }
    }

    /// How many words.
    pub(super) fn count(&self) -> usize {
        self.words
            .split(' ')
            .filter(|word| !word.is_empty())
            .count()
    }

    /// Whether it says more.
    pub(super) fn is_richer_than(&self, other: &Self) -> bool {
        self.words.len() > other.words.len()
    }

    /// Whether all its words stand in the other, one after the other.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        is_within(&self.words, &other.words)
    }

    /// Whether that name stands in it.
    pub(super) fn names(&self, name: &str) -> bool {
        let name = joined(&pieces(name).collect::<Vec<_>>());
        is_within(&name, &self.all)
    }

    /// The words, with every number as good as any other, `99.5` and `09:30` too. A name with a number in it, such as
    /// `db1`, is a name.
    pub(super) fn without_numbers(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for word in self.words.split(' ') {
            if !word.starts_with(char::is_numeric) {
                words.push(word);
                continue;
            }
            if words.last() != Some(&"0") {
                words.push("0");
            }
            let unit = word.trim_start_matches(|one: char| !one.is_alphabetic());
            if !unit.is_empty() {
                words.push(unit);
            }
        }
        words.join(" ")
    }
}

/// A run of letters and digits, hyphens within included.
struct Word {
    letters: String,
    /// A number after `#`.
    is_reference: bool,
}

fn pieces(text: &str) -> impl Iterator<Item = Word> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '#');
    text.split(move |letter| !is_part(letter))
        .filter_map(|run| {
            let is_reference = run.strip_prefix('#').is_some_and(|rest| {
                !rest.is_empty() && rest.chars().all(|one| one.is_ascii_digit())
            });
            let letters = run
                .trim_matches(|letter: char| !letter.is_alphanumeric())
                .to_lowercase();
            (!letters.is_empty()).then_some(Word {
                letters,
                is_reference,
            })
        })
}

fn joined(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.letters.as_str()).collect();
    words.join(" ")
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether whole words stand in others. No words stand nowhere.
fn is_within(words: &str, within: &str) -> bool {
    let is_edge = |letter: Option<u8>| letter.is_none_or(|letter| letter == b' ');
    !words.is_empty()
        && within.match_indices(words).any(|(start, found)| {
            let bytes = within.as_bytes();
            let before = start.checked_sub(1).and_then(|index| bytes.get(index));
            is_edge(before.copied()) && is_edge(bytes.get(start + found.len()).copied())
        })
}
