//! A case: one incident and all that is owed for it, with everything that has been decided and done so far.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::effect::{Effect, EffectKey};
use super::incident::Incident;
use super::steps::Step;
use super::steps::act::Act;

/// A choice recorded once and then followed: the meeting's slot does not move because a calendar did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The step it belongs to.
    pub step: Step,
    /// Its name within the step: `slot`, `folder_id`.
    pub name: String,
    /// What was chosen, as JSON.
    pub value: serde_json::Value,
    /// When.
    pub decided_at: Timestamp,
}

/// A step that a person has taken off the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Which step.
    pub step: Step,
    /// Why; never empty.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// One incident and what is known, decided, done and waived for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The incident, as last read.
    pub incident: Incident,
    /// When it was first seen: later steps, and deadlines of patience, count from here.
    pub adopted_at: Timestamp,
    /// Choices made, by step and name.
    pub decisions: Vec<Decision>,
    /// The ledger's rows.
    pub effects: BTreeMap<EffectKey, Effect>,
    /// What people have waived.
    pub waivers: Vec<Waiver>,
}

impl Case {
    /// A case about which nothing has been decided or done.
    pub fn new(incident: Incident, adopted_at: Timestamp) -> Self {
        Self {
            incident,
            adopted_at,
            decisions: Vec::new(),
            effects: BTreeMap::new(),
            waivers: Vec::new(),
        }
    }

    /// The key of something this case owes once.
    pub fn key(&self, step: Step, target: impl Into<String>) -> EffectKey {
        EffectKey::once(self.incident.id.as_str(), step, target)
    }

    /// The ledger's row of something this case owes once.
    pub fn effect(&self, step: Step, target: &str) -> Option<&Effect> {
        self.effects.get(&self.key(step, target))
    }

    /// The key of an act.
    pub fn key_of(&self, act: &Act) -> EffectKey {
        self.key(act.step(), act.target())
    }

    /// The ledger's row of an act.
    pub fn effect_of(&self, act: &Act) -> Option<&Effect> {
        self.effects.get(&self.key_of(act))
    }

    /// Whether an act happened.
    pub fn is_done(&self, act: &Act) -> bool {
        self.effect_of(act)
            .is_some_and(|effect| effect.reference().is_some())
    }

    /// Where people find the result of an act, once it happened.
    pub fn url_of(&self, act: &Act) -> Option<&str> {
        self.effect_of(act).and_then(Effect::url)
    }

    /// A recorded choice, read as `T`; `None` where it was not made or reads differently.
    pub fn decision<T: serde::de::DeserializeOwned>(&self, step: Step, name: &str) -> Option<T> {
        self.decisions
            .iter()
            .find(|decision| decision.step == step && decision.name == name)
            .and_then(|decision| serde_json::from_value(decision.value.clone()).ok())
    }

    /// The waiver of a step, if a person gave one.
    pub fn waiver(&self, step: Step) -> Option<&Waiver> {
        self.waivers.iter().find(|waiver| waiver.step == step)
    }
}
