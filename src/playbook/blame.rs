//! Wording that blames a person, found in a text, and a question about the system to ask instead.

use regex::RegexBuilder;

/// A piece of text, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage<'a> {
    /// The section's name, as its readers know it.
    pub section: &'a str,
    /// Plain text, with its line ends.
    pub text: &'a str,
    /// Whose words they are.
    pub voice: Voice,
}

/// Whose words a passage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The writer's own.
    Writer,
    /// Somebody else's: the whole passage is left alone.
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
    /// In the order of the passages.
    pub advice: Vec<Advice>,
    /// How many more there were.
    pub left_out: usize,
}

/// What is wrong with rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadRules(String);

/// The rules, ready for use.
#[derive(Clone, Debug)]
pub struct Lint {
    rules: Vec<(String, regex::Regex, String, String)>,
}

const BUILT_IN: &str = "\
human-error\thuman error\tIt ends the search where it should begin.\tWhat made this easy to get wrong?
should-have\t(?:should|could) have\tHindsight is 20/20.\tWhat did people know then?
forgot\t(?:forgot|careless)\tIt judges a person.\tWhat would have reminded anybody in that place?";

impl Lint {
    /// With the rules that are compiled in.
    ///
    /// # Errors
    /// None in a released program.
    pub fn built_in() -> Result<Self, BadRules> {
        Self::parse(BUILT_IN)
    }

    /// With an installation's own rules.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(text: &str) -> Result<Self, BadRules> {
        let rules = text.lines().map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let [name, words, why, instead] = parts.as_slice() else {
                return Err(BadRules(format!("not a rule: {line}")));
            };
            let words = RegexBuilder::new(words)
                .case_insensitive(true)
                .build()
                .map_err(|error| BadRules(error.to_string()))?;
            Ok(((*name).into(), words, (*why).into(), (*instead).into()))
        });
        let rules = rules.collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// What could be put otherwise. `names` are the people who took part.
    pub fn advice(&self, passages: &[Passage<'_>], _names: &[&str]) -> Findings {
        let mut findings = Findings::default();
        for passage in passages {
            match passage.voice {
                Voice::Quoted => continue,
                Voice::Writer => {}
            }
            for (rule, words, why, ask_instead) in &self.rules {
                if words.is_match(passage.text) {
                    findings.advice.push(Advice {
                        rule: rule.clone(),
                        section: passage.section.to_owned(),
                        quoted: passage.text.to_owned(),
                        why: why.clone(),
                        ask_instead: ask_instead.clone(),
                    });
                }
            }
        }
        findings
    }
}
