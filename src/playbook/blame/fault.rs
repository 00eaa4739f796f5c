//! What can be wrong with a rules file, in words that name the rule.

use std::fmt;

/// Everything that is wrong with a rules file; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadRules {
    /// In the order of the file.
    pub faults: Vec<RuleFault>,
}

impl fmt::Display for BadRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut faults = self.faults.iter();
        if let Some(first) = faults.next() {
            write!(f, "{first}")?;
        }
        faults.try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

/// Where in a rules file a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The rule of that name.
    Rule(String),
    /// A rule without a name: its number, counted from one.
    NthRule(usize),
    /// These words.
    Words(String),
    /// What is left alone: `clauses` or `guides`.
    Quiet(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "rule {name:?}"),
            Self::NthRule(number) => write!(f, "rule number {number}"),
            Self::Words(name) => write!(f, "words {name:?}"),
            Self::Quiet(list) => write!(f, "quiet.{list}"),
        }
    }
}

/// One thing that is wrong with a rules file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// It is no TOML, or a key is unknown, missing or of another kind: what and on which line.
    #[error("{0}")]
    Shape(String),
    /// There is no rule at all.
    #[error("there is no [[rule]]: nothing would ever be found")]
    NoRule,
    /// A rule has no name, or one that is not of small letters, digits and hyphens.
    #[error("{0}: the name must be of small letters, digits and hyphens")]
    Name(Place),
    /// Two rules have that name.
    #[error("{0}: there are two of that name")]
    Twice(Place),
    /// Something that must be said is not.
    #[error("{place}: {key} is empty")]
    Empty {
        /// Where.
        place: Place,
        /// Which key.
        key: &'static str,
    },
    /// A pattern refers to words that are not there.
    #[error("{place}: {{{word}}} in {pattern:?} stands for nothing; name it in [words]")]
    UnknownWords {
        /// Where.
        place: Place,
        /// The pattern as it is written.
        pattern: String,
        /// The word between the braces.
        word: String,
    },
    /// `[words]` defines what is built in.
    #[error("{0}: this is built in, choose another word")]
    BuiltIn(Place),
    /// Words are made of themselves, or grow beyond any sense.
    #[error(
        "{place}: {pattern:?} is too long once its words are put in, or they are made of themselves"
    )]
    TooLong {
        /// Where.
        place: Place,
        /// The pattern as it is written.
        pattern: String,
    },
    /// A pattern is no regular expression.
    #[error("{place}: {pattern:?} is no pattern: {reason}")]
    NoPattern {
        /// Where.
        place: Place,
        /// The pattern as it is written.
        pattern: String,
        /// What is wrong with it, in one line.
        reason: String,
    },
    /// A pattern has a capital letter, and what it is matched against has none.
    #[error(
        "{place}: {pattern:?} has a capital letter; texts are read in lower case, so it would never match"
    )]
    Capital {
        /// Where.
        place: Place,
        /// The pattern as it is written.
        pattern: String,
    },
    /// A pattern matches even nothing.
    #[error("{place}: a pattern matches the empty text, so it would match everywhere")]
    MatchesAll {
        /// Where.
        place: Place,
    },
    /// The patterns are good one by one, and too large together.
    #[error("{place}: the patterns are too large together: {reason}")]
    TooLarge {
        /// Where.
        place: Place,
        /// How much too large, in one line.
        reason: String,
    },
}
