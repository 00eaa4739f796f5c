//! What a step is now, and why. Every step always has one, "not yet, because" included.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a step is now. The same value feeds `plan`, `status`, the dashboard, the log and the exit code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// Everything owed was done.
    Done {
        /// Where people find it, if it can be looked at.
        url: Option<String>,
    },
    /// Would be done now.
    Ready {
        /// What, in a few words: `create the page`.
        acts: Vec<String>,
    },
    /// Not yet.
    Waiting {
        /// For what, in a few words.
        on: String,
        /// When to look again at the latest; `None` when another step's end will tell.
        until: Option<Timestamp>,
    },
    /// Failed in a way that may pass; tried again then.
    Retrying {
        /// When.
        at: Timestamp,
        /// How often it was tried.
        attempts: u32,
        /// What went wrong last.
        error: String,
    },
    /// A worker is at it, or has just died at it.
    Underway,
    /// A person has to look; nothing more happens by itself.
    NeedsHuman {
        /// What went wrong and what to do about it.
        error: String,
    },
    /// A person took it off the list.
    Waived {
        /// Why.
        reason: String,
    },
    /// Nothing is owed.
    NotOwed {
        /// Why.
        because: String,
    },
}

impl Verdict {
    /// Whether nothing more will happen in this step by itself.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Done { .. }
            | Self::NeedsHuman { .. }
            | Self::Waived { .. }
            | Self::NotOwed { .. } => true,
            Self::Ready { .. } | Self::Waiting { .. } | Self::Retrying { .. } | Self::Underway => {
                false
            }
        }
    }

    /// One word for tables and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Ready { .. } => "ready",
            Self::Waiting { .. } => "waiting",
            Self::Retrying { .. } => "retrying",
            Self::Underway => "underway",
            Self::NeedsHuman { .. } => "needs a human",
            Self::Waived { .. } => "waived",
            Self::NotOwed { .. } => "not owed",
        }
    }
}
