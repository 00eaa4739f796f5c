//! What a rule is, and the rules that come with the program.

use regex::Regex;
use serde::Deserialize;

use super::{Rule, assigned};

const BUILT_IN: &str = include_str!("rules.toml");

/// One thing to mask.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskRule {
    /// What the reader is told: `[masked: NAME]`. Up to 40 letters, digits, blanks and hyphens.
    pub name: String,
    /// In the syntax of the `regex` crate. What the group `secret` holds is masked, the whole match where there is none.
    pub pattern: String,
    /// A pattern without which there is nothing to find: all hints are looked for at once, and only then the patterns.
    #[serde(default)]
    pub hint: Option<String>,
    /// What must hold besides.
    #[serde(default)]
    pub check: Check,
}

/// What must hold of a match before it is masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Nothing: the pattern says it all.
    #[default]
    Nothing,
    /// It is no placeholder, such as `$PASSWORD`, `<token>` or `****`.
    Filled,
    /// Letters and digits are mixed as nobody's words are, and it is no UUID and no hash that the text calls one.
    Random,
    /// It mixes letters with digits or signs, and is at least six characters long.
    Strong,
    /// At least two parts with a dot between.
    Dotted,
    /// The pattern is a key, `password`; masked is the value that is given to it, in any of the ways people write that.
    Assigned,
    /// The pattern is all that stands before a value; masked is the value.
    Argument,
    /// Thirteen to nineteen digits of a known scheme whose check digit is right.
    CardNumber,
    /// An IBAN of a known country whose check digits are right.
    AccountNumber,
    /// A mail address, but not of one of the company's own domains.
    ForeignAddress,
    /// As many digits as an international number has.
    PhoneNumber,
}

/// Why a rule will not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// Its name cannot stand in a marker.
    #[error(
        "the masking rule `{rule}` needs a name of 1 to 40 letters, digits, blanks and hyphens"
    )]
    Name {
        /// The name.
        rule: String,
    },
    /// Its pattern or hint is none.
    #[error("the pattern of the masking rule `{rule}` does not read: {why}")]
    Pattern {
        /// The rule's name.
        rule: String,
        /// What is wrong with it.
        why: String,
    },
    /// The file of built-in rules does not read.
    #[error("the built-in masking rules do not read: {0}")]
    BuiltIn(String),
}

#[derive(Deserialize)]
struct File {
    rule: Vec<MaskRule>,
}

pub(super) fn built_in() -> Result<Vec<MaskRule>, MaskError> {
    let file: File =
        toml::from_str(BUILT_IN).map_err(|error| MaskError::BuiltIn(error.to_string()))?;
    Ok(file.rule)
}

impl MaskRule {
    /// A rule without hint and check.
    pub fn new(name: impl Into<String>, pattern: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            pattern: pattern.into(),
            hint: None,
            check: Check::Nothing,
        }
    }

    pub(super) fn compile(&self) -> Result<Rule, MaskError> {
        let fits = |c: char| c.is_alphanumeric() || c == ' ' || c == '-';
        if self.name.is_empty() || self.name.chars().count() > 40 || !self.name.chars().all(fits) {
            return Err(MaskError::Name {
                rule: self.name.clone(),
            });
        }
        let pattern_error = |error: regex::Error| MaskError::Pattern {
            rule: self.name.clone(),
            why: error.to_string(),
        };
        if let Some(hint) = &self.hint {
            Regex::new(hint).map_err(pattern_error)?;
        }
        // Alone first: a fault must be the installation's own words back, without what is added to them.
        let pattern = Regex::new(&self.pattern).map_err(pattern_error)?;
        let pattern = match self.check {
            Check::Assigned => {
                Regex::new(&assigned::with_key(&self.pattern)).map_err(pattern_error)?
            }
            Check::Nothing
            | Check::Filled
            | Check::Random
            | Check::Strong
            | Check::Dotted
            | Check::Argument
            | Check::CardNumber
            | Check::AccountNumber
            | Check::ForeignAddress
            | Check::PhoneNumber => pattern,
        };
        Ok(Rule {
            name: self.name.clone(),
            pattern,
            check: self.check,
        })
    }
}
