//! What can be wrong with a configuration, told so that it can be mended. A secret's value is never part of it.

use std::cmp::Ordering;
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

/// Everything that is wrong, found in one go; in the order of the file, then of the variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where it was given, or where it would have to be.
    pub origin: Origin,
    /// The dotted key, such as `slack.token` or `people[0].email`; empty for the file itself.
    pub key: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: the default holds.
    Default,
    /// In the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where one can be named.
        line: Option<usize>,
    },
    /// In the environment.
    Variable(String),
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The configuration file cannot be read.
    Unreadable {
        /// What the system says.
        error: String,
    },
    /// The configuration file is not TOML.
    Syntax {
        /// What the parser says; it quotes no text.
        error: String,
    },
    /// No such key.
    UnknownKey {
        /// The key that was perhaps meant.
        nearest: Option<String>,
    },
    /// A value that cannot be used.
    WrongValue {
        /// What stands there; for a secret only its kind.
        found: String,
        /// What should stand there.
        expected: String,
    },
    /// A key that others make necessary.
    Missing {
        /// What needs it.
        needed: &'static str,
    },
    /// Two keys for the same thing.
    GivenTwice {
        /// The other key, or the other variable.
        other: String,
    },
    /// A file or folder that the key names and that cannot be used.
    Path {
        /// As it was looked for.
        path: PathBuf,
        /// Why it cannot be used.
        error: String,
    },
    /// The sandbox's configuration names a vendor that is not on this machine.
    NotLoopback {
        /// The host it names.
        host: String,
    },
    /// Secrets or people's data would travel unencrypted to another machine.
    InClear {
        /// The host they would go to.
        host: String,
        /// What to write instead.
        instead: &'static str,
    },
    /// A worker could lose its case while it waits for a vendor.
    LeaseTooShort {
        /// As configured.
        lease: SignedDuration,
        /// The longest that one call can take.
        longest_call: SignedDuration,
    },
}

impl ConfigFault {
    /// File before environment before default, then by line, then by key.
    pub(super) fn reading_order(&self, other: &Self) -> Ordering {
        fn place(origin: &Origin) -> (u8, usize, &str) {
            match origin {
                Origin::File { path: _, line } => (0, line.unwrap_or(0), ""),
                Origin::Variable(name) => (1, 0, name),
                Origin::Default => (2, 0, ""),
            }
        }
        place(&self.origin)
            .cmp(&place(&other.origin))
            .then_with(|| self.key.cmp(&other.key))
    }
}

impl Origin {
    pub(super) fn file(path: &Path, line: Option<usize>) -> Self {
        Self::File {
            path: path.to_owned(),
            line,
        }
    }
}

impl std::error::Error for ConfigFaults {}

impl fmt::Display for ConfigFaults {
    /// One fault a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}", self.problem)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("configuration"),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::File {
                path,
                line: Some(line),
            } => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { error } => write!(f, "cannot be read: {error}"),
            Self::Syntax { error } => write!(f, "not TOML: {error}"),
            Self::UnknownKey { nearest: None } => {
                f.write_str("there is no such key; `debrief config --default` shows all")
            }
            Self::UnknownKey {
                nearest: Some(nearest),
            } => write!(f, "there is no such key; did you mean {nearest}?"),
            Self::WrongValue { found, expected } => write!(f, "expected {expected}, found {found}"),
            Self::Missing { needed } => write!(f, "is missing: {needed}"),
            Self::GivenTwice { other } => {
                write!(f, "is given twice, also as {other}; keep one of the two")
            }
            Self::Path { path, error } => write!(f, "{}: {error}", path.display()),
            Self::NotLoopback { host } => write!(
                f,
                "{host} is not on this machine; with sandbox = true every vendor has to be on 127.0.0.1, [::1] or localhost"
            ),
            Self::InClear { host, instead } => {
                write!(f, "would send unencrypted to {host}; use {instead}")
            }
            Self::LeaseTooShort {
                lease,
                longest_call,
            } => write!(
                f,
                "{lease:#} is too short: one call can take {longest_call:#} (attempts, call_timeout and the waits \
                 between), and its worker must still own the case then"
            ),
        }
    }
}
