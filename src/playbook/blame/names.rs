//! The names of those who took part, found in running text.

use std::collections::BTreeMap;

/// Names by their first word, in lower case.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_first_word: BTreeMap<String, Vec<Name>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Name {
    /// In lower case.
    words: Vec<String>,
    spelling: Spelling,
}

/// How it has to be written to count.
#[derive(Debug, PartialEq, Eq)]
enum Spelling {
    /// A full name is nothing else, however it is written.
    Any,
    /// A single name may be a word as well (`Mark`, `Will`, `Grace`): just so.
    Exact(String),
}

impl Names {
    /// Of the given ones, and the first names of those that have several words. A single letter is no name: `A` begins
    /// too many sentences.
    pub(super) fn new(names: &[&str]) -> Self {
        let mut known = Self::default();
        for name in names {
            let mut parts = name.split_whitespace();
            let (first, more) = (parts.next(), parts.next());
            if let Some(first) = first {
                known.add(first, Spelling::Exact(capital(first)));
            }
            if more.is_some() {
                known.add(name.trim(), Spelling::Any);
            }
        }
        for sharing in known.by_first_word.values_mut() {
            // The longest first: `Ada Example` before `Ada`.
            sharing.sort_by_key(|name| std::cmp::Reverse(name.words.len()));
            sharing.dedup();
        }
        known
    }

    fn add(&mut self, name: &str, spelling: Spelling) {
        let words: Vec<String> = name
            .split(|c| !is_of_word(c))
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let Some(first) = words.first().cloned() else {
            return;
        };
        if words.len() > 1 || first.chars().count() > 1 {
            let sharing = self.by_first_word.entry(first).or_default();
            sharing.push(Name { words, spelling });
        }
    }

    /// How many bytes of `rest` are a name. The character before must not be [`is_of_word`].
    pub(super) fn length_at(&self, rest: &str) -> Option<usize> {
        let first = word(rest);
        if first.is_empty() || self.by_first_word.is_empty() {
            return None;
        }
        let sharing = self.by_first_word.get(&first.to_lowercase())?;
        sharing.iter().find_map(|name| name.length_at(rest))
    }
}

impl Name {
    fn length_at(&self, rest: &str) -> Option<usize> {
        let mut at = word(rest).len();
        for expected in self.words.iter().skip(1) {
            let gap = gap(&rest[at..])?;
            let next = word(&rest[at + gap..]);
            if next.to_lowercase() != *expected {
                return None;
            }
            at += gap + next.len();
        }
        // `Mark-and-sweep` is no person, nor is `Will_retry`.
        let mut after = rest[at..].chars();
        let goes_on = match after.next() {
            Some('-' | '_' | '/') => after.next().is_some_and(is_of_word),
            Some('@') => true,
            Some(_) | None => false,
        };
        let is_spelt = match &self.spelling {
            Spelling::Any => true,
            Spelling::Exact(exact) => rest[..at] == **exact,
        };
        (is_spelt && !goes_on).then_some(at)
    }
}

/// Letters, digits, and the accents that follow a letter.
pub(super) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

/// The word with which `rest` begins.
fn word(rest: &str) -> &str {
    let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
    &rest[..end]
}

/// What may stand between two words of a name: a space, a line's end, a hyphen, an apostrophe, a full stop and a space.
fn gap(rest: &str) -> Option<usize> {
    let mut length = 0;
    for (count, c) in rest.chars().enumerate() {
        if is_of_word(c) {
            return (count > 0).then_some(length);
        }
        let may = c.is_whitespace() || matches!(c, '-' | '‑' | '\'' | '’' | '.');
        if !may || count == 2 {
            return None;
        }
        length += c.len_utf8();
    }
    None
}

/// With a capital letter, where the script has any.
fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(chars)
        .collect()
}
