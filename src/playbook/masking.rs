//! Secrets and personal data are masked before a text of the record reaches a wider audience.
//!
//! People paste keys into the channel while it burns, and alerts quote what customers sent. The page is read by the
//! whole company and for years, so what looks like a key, a password, a card or somebody's address becomes a marker
//! that tells the kind and nothing else: `[masked: access key]`. The rules are in `masking/rules.toml`; installations
//! add their own. What is not a secret should stay: a timeline without commit hashes, order ids and IP addresses is
//! of no use. Where the two aims meet, a value that somebody called a password is masked, and a word of a sentence is not.
//!
//! Masking a masked text changes nothing, so it may be done wherever a text goes out. One pass over a text is linear in
//! its length; a text in which something was found is looked through once more for what stood behind it.

mod assigned;
mod checks;
mod rich;
mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexSet};

use super::incident::Incident;

pub use rules::{Check, MaskError, MaskRule};

/// What stands in the place of a secret. A match that touches one was found in an earlier pass.
const MARKER: &str = r"\[masked: [^\[\]\r\n]{1,60}\]";

/// Finds and masks. Built once, used for every text.
#[derive(Clone, Debug)]
pub struct Masker {
    hints: RegexSet,
    rules: Vec<Rule>,
    marker: Regex,
    own_domains: Vec<String>,
}

/// A rule that has been compiled.
#[derive(Clone, Debug)]
struct Rule {
    name: String,
    pattern: Regex,
    check: Check,
}

/// How much of what kind was masked. Holds nothing of what it was, so it may be logged and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masked {
    kinds: BTreeMap<String, u64>,
}

impl Masked {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// How many places in all.
    pub fn total(&self) -> u64 {
        self.kinds.values().sum()
    }

    /// How many of one kind, by the name of its rule.
    pub fn of(&self, kind: &str) -> u64 {
        self.kinds.get(kind).copied().unwrap_or(0)
    }

    /// Kinds and how often each, by name.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, u64)> {
        self.kinds
            .iter()
            .map(|(kind, times)| (kind.as_str(), *times))
    }

    /// Adds what was masked elsewhere.
    pub fn add(&mut self, other: Self) {
        for (kind, times) in other.kinds {
            *self.kinds.entry(kind).or_default() += times;
        }
    }

    fn count(&mut self, kind: &str) {
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
    }
}

/// A place in a text that is to be masked, and the rule that found it.
struct Found<'m> {
    range: Range<usize>,
    kind: &'m str,
}

impl Masker {
    /// With the rules that come with the program.
    ///
    /// `own_domains` are the company's: mail addresses there and below stay, everybody else's are masked.
    ///
    /// # Errors
    /// Only where the built-in rules are broken, which a test rules out.
    pub fn built_in(own_domains: &[String]) -> Result<Self, MaskError> {
        Self::with(own_domains, Vec::new())
    }

    /// With the built-in rules and an installation's own, which come first: where both find something, theirs names it.
    ///
    /// # Errors
    /// [`MaskError`] names the rule whose name or pattern will not do.
    pub fn with(own_domains: &[String], extra: Vec<MaskRule>) -> Result<Self, MaskError> {
        // Compiled once in a process where there is nothing to add.
        static COMPILED: OnceLock<Masker> = OnceLock::new();
        if !extra.is_empty() {
            let mut rules = extra;
            rules.extend(rules::built_in()?);
            return Self::of(own_domains, &rules);
        }
        let built_in = match COMPILED.get() {
            Some(built_in) => built_in,
            None => {
                let built_in = Self::of(&[], &rules::built_in()?)?;
                COMPILED.get_or_init(|| built_in)
            }
        };
        Ok(Self {
            own_domains: domains(own_domains),
            ..built_in.clone()
        })
    }

    /// With these rules and no others.
    ///
    /// # Errors
    /// As [`Self::with`].
    pub fn of(own_domains: &[String], rules: &[MaskRule]) -> Result<Self, MaskError> {
        let compiled: Result<Vec<Rule>, MaskError> = rules.iter().map(MaskRule::compile).collect();
        let hints = rules.iter().map(|rule| rule.hint.as_deref().unwrap_or(""));
        let marker = |why: regex::Error| MaskError::Pattern {
            rule: "the marker".to_owned(),
            why: why.to_string(),
        };
        Ok(Self {
            rules: compiled?,
            hints: RegexSet::new(hints).map_err(marker)?,
            marker: Regex::new(MARKER).map_err(marker)?,
            own_domains: domains(own_domains),
        })
    }

    /// The text without its secrets, and what was masked.
    pub fn mask<'t>(&self, text: &'t str) -> (Cow<'t, str>, Masked) {
        let mut masked = Masked::default();
        let mut result = Cow::Borrowed(text);
        loop {
            let found = self.find(&result);
            if found.is_empty() {
                return (result, masked);
            }
            let mut next = String::with_capacity(result.len());
            let mut at = 0;
            for place in found {
                next.push_str(&result[at..place.range.start]);
                next.push_str(&marker(place.kind));
                masked.count(place.kind);
                at = place.range.end;
            }
            next.push_str(&result[at..]);
            result = Cow::Owned(next);
        }
    }

    /// Masks what people read of an incident: title, narrative, timeline, gaps. An address that holds a secret is left
    /// out, since a masked one leads nowhere.
    ///
    /// The participants stay as they are, since they are written to, and so do ids and customers, which go nowhere but
    /// into the sheet that is made for them.
    pub fn incident(&self, incident: &mut Incident) -> Masked {
        let mut masked = Masked::default();
        self.string(&mut incident.title, &mut masked);
        let narrative = &mut incident.narrative;
        let told = [
            &mut narrative.description,
            &mut narrative.impact,
            &mut narrative.fix_for_now,
            &mut narrative.fix_for_good,
            &mut narrative.next_steps,
        ];
        for text in told.into_iter().flatten() {
            self.string(text, &mut masked);
        }
        for entry in &mut incident.timeline {
            masked.add(self.rich(&mut entry.text));
            self.address(&mut entry.url, &mut masked);
            for file in &mut entry.files {
                self.string(&mut file.name, &mut masked);
                self.address(&mut file.url, &mut masked);
            }
        }
        for gap in &mut incident.gaps {
            self.string(gap, &mut masked);
        }
        self.address(&mut incident.url, &mut masked);
        masked
    }

    fn string(&self, text: &mut String, masked: &mut Masked) {
        let (Cow::Owned(without), found) = self.mask(text) else {
            return;
        };
        *text = without;
        masked.add(found);
    }

    fn address(&self, url: &mut Option<String>, masked: &mut Masked) {
        let found = url.as_deref().map(|url| self.mask(url).1);
        if let Some(found) = found.filter(|found| !found.is_empty()) {
            *url = None;
            masked.add(found);
        }
    }

    /// The places to mask, in order and apart. Places that touch become one, named by the first rule among them.
    fn find(&self, text: &str) -> Vec<Found<'_>> {
        let markers: Vec<Range<usize>> = self.marker.find_iter(text).map(|m| m.range()).collect();
        let mut places: Vec<(Range<usize>, usize)> = Vec::new();
        for index in self.hints.matches(text) {
            let Some(rule) = self.rules.get(index) else {
                continue;
            };
            let ranges = rule.find(text, &self.own_domains, &markers);
            places.extend(ranges.map(|range| (range, index)));
        }
        places.sort_by_key(|(range, index)| (range.start, *index));
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for (range, index) in places {
            match found.last_mut() {
                Some((last, first)) if range.start < last.end => {
                    last.end = last.end.max(range.end);
                    *first = index.min(*first);
                }
                Some(_) | None => found.push((range, index)),
            }
        }
        found
            .into_iter()
            .filter_map(|(range, index)| {
                let kind = &self.rules.get(index)?.name;
                Some(Found { range, kind })
            })
            .collect()
    }
}

/// Whether a range has anything in common with one of these, which are in order.
fn touches(markers: &[Range<usize>], range: &Range<usize>) -> bool {
    let next = markers.partition_point(|marker| marker.end <= range.start);
    markers
        .get(next)
        .is_some_and(|marker| marker.start < range.end)
}

fn marker(kind: &str) -> String {
    format!("[masked: {kind}]")
}

impl Rule {
    /// Where it finds something that its check agrees to, from left to right.
    fn find<'t>(
        &'t self,
        text: &'t str,
        own_domains: &'t [String],
        markers: &'t [Range<usize>],
    ) -> impl Iterator<Item = Range<usize>> + 't {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let groups = self.pattern.captures_at(text, at)?;
                let whole = groups.get(0)?.range();
                let secret = groups.name("secret").map_or(whole.clone(), |s| s.range());
                let context = checks::Context {
                    text,
                    whole: whole.clone(),
                    secret,
                    groups: &groups,
                    own_domains,
                };
                // The word `password` in a marker is no key of what stands behind the marker.
                let starts_in_marker = touches(markers, &(whole.start..whole.start + 1));
                let agreed = self.check.judge(&context).filter(|range| {
                    !range.is_empty() && !starts_in_marker && !touches(markers, range)
                });
                // What was refused is done with: looking at its rest again could take quadratic time.
                at = agreed
                    .as_ref()
                    .map_or(whole.end, |range| range.end.max(whole.start));
                if at <= whole.start {
                    at = whole.start + text[whole.start..].chars().next().map_or(1, char::len_utf8);
                }
                if agreed.is_some() || at > text.len() {
                    return agreed;
                }
            }
        })
    }
}

fn domains(given: &[String]) -> Vec<String> {
    given
        .iter()
        .map(|domain| domain.trim_start_matches(['@', '.']).to_lowercase())
        .collect()
}

#[cfg(test)]
mod tests;
