//! Wording that blames a person, found in a text, and a question about the system to ask instead.
//!
//! Advice, never an edit: the people who wrote the text decide. Every finding names its rule, shows the words, says why
//! they blame and what may be asked instead. Rules are data (`blame/rules.toml`, or an installation's own file);
//! `docs/blamelessness.md` tells how they are written and how well they do.
//!
//! It is deterministic, and its time grows with the length of the text, not faster: the text may come from anybody.
//! What is quoted, code, or an example of what not to say is left alone.

mod excerpt;
mod fault;
mod layout;
mod names;
mod quoted;
mod reading;
mod rules;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use self::excerpt::excerpt;
pub use self::fault::{BadRules, Place, RuleFault};
use self::names::Names;
use self::reading::Sentence;
use self::rules::Rule;

/// So many pieces of advice at most: a longer list is not read, and wears the people down whom it should help.
pub const AT_MOST: usize = 12;

/// The rules that are compiled in.
const BUILT_IN: &str = include_str!("blame/rules.toml");

/// A piece of text, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage<'a> {
    /// The section's name, as its readers know it.
    pub section: &'a str,
    /// Plain text, with its line ends; the little markup of chats and Markdown is understood.
    pub text: &'a str,
    /// Whose words they are.
    pub voice: Voice,
}

/// Whose words a passage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The writer's own. What is quoted within is still left alone.
    Writer,
    /// Somebody else's, or a guide's own examples: the whole passage is left alone. For a transcript, and for the text
    /// that a template brings along.
    Quoted,
}

/// One wording, and what to ask instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The rule's name, such as `human-error`.
    pub rule: String,
    /// The section in which it stands.
    pub section: String,
    /// The sentence, or the part of it around the words, in one line. It is text from outside: escape it.
    pub quoted: String,
    /// Why it blames, in one sentence.
    pub why: String,
    /// What to ask instead: one question.
    pub ask_instead: String,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// In the order of the passages, of the sentences within, and of the words in a sentence; [`AT_MOST`] at most.
    pub advice: Vec<Advice>,
    /// How many more there were.
    pub left_out: usize,
}

/// The rules, ready for use. Building it costs more than asking it: build it once.
#[derive(Clone, Debug)]
pub struct Lint {
    rules: Vec<Rule>,
    quiet: rules::Quiet,
}

impl Lint {
    /// With the rules that are compiled in.
    ///
    /// # Errors
    /// None in a released program: a test reads them.
    pub fn built_in() -> Result<Self, BadRules> {
        // Compiled once in a process: it takes a fifth of a second.
        static COMPILED: OnceLock<Lint> = OnceLock::new();
        if let Some(lint) = COMPILED.get() {
            return Ok(lint.clone());
        }
        let lint = Self::parse(BUILT_IN)?;
        Ok(COMPILED.get_or_init(|| lint).clone())
    }

    /// With an installation's own rules, which stand in for the ones that are compiled in.
    ///
    /// # Errors
    /// Everything that is wrong with them, each fault with the rule it is in.
    pub fn parse(text: &str) -> Result<Self, BadRules> {
        let rules::Compiled { rules, quiet } = rules::compile(text)?;
        Ok(Self { rules, quiet })
    }

    /// The rules' names, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }

    /// What could be put otherwise. `names` are the people who took part, and only people: `Ada Example` stands for
    /// `Ada` as well. A single name counts only where it is a word of its own and has its capital letter.
    pub fn advice(&self, passages: &[Passage<'_>], names: &[&str]) -> Findings {
        let names = Names::new(names);
        let mut findings = Findings::default();
        // The same sentence often stands on the page and in the mail; once is enough.
        let mut seen = BTreeSet::new();
        for passage in passages {
            match passage.voice {
                Voice::Quoted => continue,
                Voice::Writer => {}
            }
            if self.quiet.is_guide(&passage.section.to_lowercase()) {
                continue;
            }
            let mut guide = Guide::None;
            reading::each_sentence(passage.text, &names, |sentence| {
                guide = guide.next(sentence, &self.quiet);
                if guide == Guide::None {
                    self.look_at(sentence, passage, &mut seen, &mut findings);
                }
            });
        }
        findings
    }

    fn look_at(
        &self,
        sentence: &Sentence<'_>,
        passage: &Passage<'_>,
        seen: &mut BTreeSet<(usize, String)>,
        findings: &mut Findings,
    ) {
        let read = sentence.read();
        let candidates: Vec<_> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.may_match(read))
            .collect();
        if candidates.is_empty() {
            return;
        }
        let quiet = self.quiet.clauses(read);
        let mut found: Vec<_> = candidates
            .into_iter()
            .filter_map(|(index, rule)| Some((rule.find(read, &quiet)?, index, rule)))
            .collect();
        found.sort_by_key(|(words, index, _)| (words.start, *index));
        for (words, index, rule) in found {
            if !seen.insert((index, read.to_owned())) {
                continue;
            }
            if findings.advice.len() == AT_MOST {
                findings.left_out += 1;
                continue;
            }
            findings.advice.push(Advice {
                rule: rule.name.clone(),
                section: passage.section.to_owned(),
                quoted: excerpt(sentence.written(), sentence.place_of(&words)),
                why: rule.why.clone(),
                ask_instead: rule.ask_instead.clone(),
            });
        }
    }
}

/// Whether we are among the bad examples of a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guide {
    None,
    /// Its heading has been read.
    Announced,
    Within,
}

impl Guide {
    /// What this sentence is to it. A guide's examples end with the first text after a blank line that is no item of
    /// a list, so that a heading followed by a blank line announces them too.
    fn next(self, sentence: &Sentence<'_>, quiet: &rules::Quiet) -> Self {
        if quiet.is_guide(sentence.read()) {
            return Self::Announced;
        }
        match (self, sentence.start()) {
            (Self::None, _) => Self::None,
            (Self::Announced, _) => Self::Within,
            (Self::Within, reading::Start::Paragraph) => Self::None,
            (
                Self::Within,
                reading::Start::Item | reading::Start::Line | reading::Start::Inline,
            ) => Self::Within,
        }
    }
}
