//! One act on the outside world, and what the ledger remembers of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::steps::Step;

/// Names one effect for ever: the ledger's unique key, and the root of every key a vendor stores for us.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectKey {
    /// The case it is owed for: an incident's id, or [`EVERYONE`] for what is owed to people across incidents.
    pub case: String,
    /// The step that owes it.
    pub step: Step,
    /// What or whom it concerns within the step: `page`, `event`, `mail:company@example.com`.
    pub target: String,
    /// Which one of a recurring effect: a date for nags, empty for what happens once.
    pub occurrence: String,
}

/// The case of effects that belong to no single incident: one nag lists a person's items from all of them.
pub const EVERYONE: &str = "everyone";

impl EffectKey {
    /// The key of something owed once.
    pub fn once(case: impl Into<String>, step: Step, target: impl Into<String>) -> Self {
        Self {
            case: case.into(),
            step,
            target: target.into(),
            occurrence: String::new(),
        }
    }

    /// The same text for the same key and installation, for ever; no two keys share one.
    ///
    /// Parts are separated by a character that none of them may hold unescaped.
    pub fn canonical(&self, installation: &str) -> String {
        [
            installation,
            &self.case,
            self.step.name(),
            &self.target,
            &self.occurrence,
        ]
        .map(|part| part.replace('\\', "\\\\").replace('\n', "\\n"))
        .join("\n")
    }
}

/// Where an effect stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EffectState {
    /// A worker is at it, or died at it: which of the two, the lease tells.
    InFlight,
    /// A worker died at it. The vendor is asked by key before anything else happens.
    InDoubt,
    /// It happened.
    Done {
        /// What the vendor calls the result: a page id, an event id, a Message-ID.
        reference: String,
        /// Where people find it.
        url: Option<String>,
    },
    /// It failed in a way that may pass.
    Retry {
        /// When to try again.
        at: Timestamp,
        /// What went wrong, for people; no secrets, no personal data.
        error: String,
    },
    /// It failed for good, or may have happened and cannot be asked for: a person has to look.
    GaveUp {
        /// What went wrong and what to do about it.
        error: String,
    },
}

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Which effect.
    pub key: EffectKey,
    /// Where it stands.
    pub state: EffectState,
    /// How often it was begun.
    pub attempts: u32,
    /// When the state was written.
    pub updated_at: Timestamp,
}

impl Effect {
    /// What the vendor calls the result, once it happened.
    pub fn reference(&self) -> Option<&str> {
        match &self.state {
            EffectState::Done { reference, .. } => Some(reference),
            EffectState::InFlight
            | EffectState::InDoubt
            | EffectState::Retry { .. }
            | EffectState::GaveUp { .. } => None,
        }
    }

    /// Where people find the result, once it happened.
    pub fn url(&self) -> Option<&str> {
        match &self.state {
            EffectState::Done { url, .. } => url.as_deref(),
            EffectState::InFlight
            | EffectState::InDoubt
            | EffectState::Retry { .. }
            | EffectState::GaveUp { .. } => None,
        }
    }
}
