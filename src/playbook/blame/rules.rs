//! Rules as data: reading them, and saying everything that is wrong with them at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::fault::{BadRules, Place, RuleFault};
use super::names::is_of_word;
use super::reading::NAME;

/// So large may a compiled pattern become: far more than a sensible one needs, and refused before it hurts.
const PATTERN_SIZE: usize = 4 << 20;
/// Room for what a pattern learns about the texts it meets. Too little makes it slow, never wrong.
const PATTERN_CACHE: usize = 8 << 20;
/// Words may be made of words so deep.
const DEPTH: usize = 8;
/// All patterns of one rule, with their words put in, in bytes: a few words that hold each other twice grow for ever.
const LONGEST_PATTERN: usize = 256 << 10;
/// Headings are short; a long sentence announces no list.
const LONGEST_HEADING: usize = 200;

/// A rules file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    quiet: QuietFile,
    #[serde(default)]
    rule: Vec<RuleFile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct QuietFile {
    clauses: Vec<String>,
    guides: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    name: String,
    patterns: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    why: String,
    ask_instead: String,
}

/// One rule, ready for use.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) why: String,
    pub(super) ask_instead: String,
    patterns: Regex,
    except: Option<Regex>,
}

impl Rule {
    /// Whether it is worth looking closer.
    pub(super) fn may_match(&self, read: &str) -> bool {
        self.patterns.is_match(read)
    }

    /// The first words that match and that neither an exception of its own touches nor one of the `quiet` clauses.
    pub(super) fn find(&self, read: &str, quiet: &[Range<usize>]) -> Option<Range<usize>> {
        let excepted = places(self.except.as_ref(), read);
        let is_excepted = |words: &Range<usize>| {
            excepted
                .iter()
                .chain(quiet)
                .any(|except| words.start < except.end && except.start < words.end)
        };
        places(Some(&self.patterns), read)
            .into_iter()
            .find(|words| !words.is_empty() && is_whole(read, words) && !is_excepted(words))
    }
}

/// What is left alone, whatever the rule.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    clauses: Option<Regex>,
    guides: Option<Regex>,
}

impl Quiet {
    /// Where in that sentence nothing counts.
    pub(super) fn clauses(&self, read: &str) -> Vec<Range<usize>> {
        places(self.clauses.as_ref(), read)
    }

    /// Whether this line announces examples of what not to say. In lower case.
    pub(super) fn is_guide(&self, heading: &str) -> bool {
        let guides = self.guides.as_ref();
        heading.len() <= LONGEST_HEADING && guides.is_some_and(|guides| guides.is_match(heading))
    }
}

/// Wherever it matches.
fn places(pattern: Option<&Regex>, read: &str) -> Vec<Range<usize>> {
    pattern
        .iter()
        .flat_map(|pattern| pattern.find_iter(read))
        .map(|found| found.range())
        .collect()
}

/// What a rules file becomes.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rules: Vec<Rule>,
    pub(super) quiet: Quiet,
}

/// Reads a rules file.
pub(super) fn compile(text: &str) -> Result<Compiled, BadRules> {
    let file: RulesFile = toml::from_str(text).map_err(|error| BadRules {
        faults: vec![RuleFault::Shape(shape_fault(text, &error))],
    })?;
    let mut compiler = Compiler {
        words: &file.words,
        faults: Vec::new(),
    };
    compiler.check_words();
    let quiet = Quiet {
        clauses: compiler.any_of(&Place::Quiet("clauses"), &file.quiet.clauses),
        guides: compiler.any_of(&Place::Quiet("guides"), &file.quiet.guides),
    };
    let rules = compiler.rules(&file.rule);
    if compiler.faults.is_empty() {
        Ok(Compiled { rules, quiet })
    } else {
        Err(BadRules {
            faults: compiler.faults,
        })
    }
}

struct Compiler<'f> {
    words: &'f BTreeMap<String, Vec<String>>,
    faults: Vec<RuleFault>,
}

impl Compiler<'_> {
    fn check_words(&mut self) {
        for (name, meanings) in self.words {
            let place = Place::Words(name.clone());
            if name == "name" {
                self.faults.push(RuleFault::BuiltIn(place.clone()));
            }
            if !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
                self.faults.push(RuleFault::Name(place.clone()));
            }
            let faults = meanings
                .iter()
                .filter_map(|meaning| check(&place, meaning).err());
            self.faults.extend(faults);
            if meanings.is_empty() {
                self.faults.push(RuleFault::Empty { place, key: "list" });
            }
        }
    }

    fn rules(&mut self, written: &[RuleFile]) -> Vec<Rule> {
        if written.is_empty() {
            self.faults.push(RuleFault::NoRule);
        }
        let mut names = BTreeSet::new();
        let mut rules = Vec::new();
        for (index, rule) in written.iter().enumerate() {
            let place = if rule.name.is_empty() {
                Place::NthRule(index + 1)
            } else {
                Place::Rule(rule.name.clone())
            };
            let may = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if rule.name.is_empty() || !rule.name.chars().all(may) {
                self.faults.push(RuleFault::Name(place.clone()));
            } else if !names.insert(rule.name.as_str()) {
                self.faults.push(RuleFault::Twice(place.clone()));
            }
            let said = [("why", &rule.why), ("ask_instead", &rule.ask_instead)];
            for (key, text) in said {
                if text.trim().is_empty() {
                    let place = place.clone();
                    self.faults.push(RuleFault::Empty { place, key });
                }
            }
            let except = self.any_of(&place, &rule.except);
            match self.any_of(&place, &rule.patterns) {
                Some(patterns) => rules.push(Rule {
                    name: rule.name.clone(),
                    why: rule.why.trim().to_owned(),
                    ask_instead: rule.ask_instead.trim().to_owned(),
                    patterns,
                    except,
                }),
                None if rule.patterns.is_empty() => self.faults.push(RuleFault::Empty {
                    place,
                    key: "patterns",
                }),
                None => {}
            }
        }
        rules
    }

    /// One pattern that matches where any of these does; nothing where there are none, or one of them is faulty.
    fn any_of(&mut self, place: &Place, patterns: &[String]) -> Option<Regex> {
        let mut together = String::new();
        let before = self.faults.len();
        for pattern in patterns {
            if let Err(fault) = check(place, pattern) {
                self.faults.push(fault);
                continue;
            }
            together.push_str(if together.is_empty() { "(?:" } else { "|(?:" });
            let full = self.put_words_in(place, pattern, pattern, DEPTH, &mut together);
            together.push(')');
            if let Err(fault) = full {
                self.faults.push(fault);
            }
        }
        if together.is_empty() || self.faults.len() > before {
            return None;
        }
        match regex(&bounded(&together)) {
            // Words may be nothing, as `{adverbs}` are; a pattern that is made of such words only is a fault.
            Ok(regex) if regex.is_match("") => {
                let place = place.clone();
                self.faults.push(RuleFault::MatchesAll { place });
                None
            }
            Ok(regex) => Some(regex),
            Err(error) => {
                let (place, reason) = (place.clone(), reason(&error));
                self.faults.push(RuleFault::TooLarge { place, reason });
                None
            }
        }
    }

    /// Writes `piece` to `full` with `{word}` replaced; `pattern` is the whole, for what is said of faults.
    fn put_words_in(
        &self,
        place: &Place,
        pattern: &str,
        piece: &str,
        depth: usize,
        full: &mut String,
    ) -> Result<(), RuleFault> {
        let too_long = || RuleFault::TooLong {
            place: place.clone(),
            pattern: pattern.to_owned(),
        };
        let mut rest = piece;
        while let Some((before, word, behind)) = next_word(rest) {
            full.push_str(before);
            rest = behind;
            if word == "name" {
                full.push(NAME);
                continue;
            }
            let Some(meanings) = self.words.get(word) else {
                return Err(RuleFault::UnknownWords {
                    place: place.clone(),
                    pattern: pattern.to_owned(),
                    word: word.to_owned(),
                });
            };
            let Some(depth) = depth.checked_sub(1) else {
                return Err(too_long());
            };
            full.push_str("(?:");
            for (index, meaning) in meanings.iter().enumerate() {
                if index > 0 {
                    full.push('|');
                }
                self.put_words_in(place, pattern, meaning, depth, full)?;
            }
            full.push(')');
            if full.len() > LONGEST_PATTERN {
                return Err(too_long());
            }
        }
        full.push_str(rest);
        Ok(())
    }
}

/// Whether a pattern, or a meaning in `[words]`, is right by itself, whatever its words stand for. A stray parenthesis
/// would otherwise close what is put around it.
fn check(place: &Place, pattern: &str) -> Result<(), RuleFault> {
    if has_capital(pattern) {
        return Err(RuleFault::Capital {
            place: place.clone(),
            pattern: pattern.to_owned(),
        });
    }
    let mut alone = String::new();
    let mut rest = pattern;
    while let Some((before, _, behind)) = next_word(rest) {
        alone.push_str(before);
        alone.push(NAME);
        rest = behind;
    }
    alone.push_str(rest);
    regex(&alone)
        .map(drop)
        .map_err(|error| RuleFault::NoPattern {
            place: place.clone(),
            pattern: pattern.to_owned(),
            reason: reason(&error),
        })
}

/// Capitals that stand for themselves; `\W`, `\P{greek}` and `(?P<` are none.
fn has_capital(pattern: &str) -> bool {
    let mut before = None;
    for sign in pattern.chars() {
        let is_escaped = matches!(before, Some('\\' | '?'));
        if sign.is_uppercase() && !is_escaped {
            return true;
        }
        // In `\\W` the letter is one again.
        before = Some(sign).filter(|&sign| !(sign == '\\' && before == Some('\\')));
    }
    false
}

/// What is before the next `{word}`, the word, and what is behind. `{2,3}` counts, `\p{greek}` is a kind of letter.
fn next_word(pattern: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + pattern[from..].find('{')?;
        let close = open + pattern[open..].find('}')?;
        let word = &pattern[open + 1..close];
        let before = &pattern[..open];
        let is_word = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let is_class = ["\\p", "\\P", "\\x", "\\u", "\\U", "\\b"]
            .iter()
            .any(|escape| before.ends_with(escape));
        if is_word && !is_class {
            return Some((before, word, &pattern[close + 1..]));
        }
        from = open + 1;
    }
}

/// Whole words only. Of ASCII here, and of everything in [`is_whole`]: with Unicode's own boundaries, texts that are not
/// all ASCII would be matched a hundred times slower.
fn bounded(pattern: &str) -> String {
    format!(r"(?-u:\b{{start-half}})(?:{pattern})(?-u:\b{{end-half}})")
}

/// Whether no letter goes on at either end of these words.
fn is_whole(read: &str, words: &Range<usize>) -> bool {
    let before = read[..words.start].chars().next_back();
    let behind = read[words.end..].chars().next();
    let starts = read[words.clone()].chars().next();
    let ends = read[words.clone()].chars().next_back();
    let joins = |one: Option<char>, other: Option<char>| {
        one.is_some_and(is_of_word) && other.is_some_and(is_of_word)
    };
    !joins(before, starts) && !joins(ends, behind)
}

fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_SIZE)
        .dfa_size_limit(PATTERN_CACHE)
        .build()
}

/// The last line says what is wrong; those before draw it.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// What is no rules file, and where, in one line.
fn shape_fault(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message,
    }
}
