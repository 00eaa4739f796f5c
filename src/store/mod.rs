//! The durable memory: cases, decisions, the effect ledger and leases. Verbs only; no SQL outside this room.
//!
//! `now` is always an argument, so that a clock that is set by hand governs leases too. No verb keeps a transaction
//! open when it returns: nothing is locked while a vendor is called.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::playbook::case::{Case, Waiver};
use crate::playbook::effect::{Effect, EffectKey, EffectState};
use crate::playbook::incident::{Incident, IncidentId};
use crate::playbook::steps::Step;

#[cfg(test)]
mod contract;
pub mod sqlite;

/// Proof that this worker, and no other, may act for a case until the lease ends. Verbs that write the ledger demand one.
///
/// The fence rises with every claim: rows written under an older claim are refused, so a worker that slept through
/// its lease cannot write over its successor's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What is held: a case's incident id, or the name of a round such as `action_items`.
    pub name: String,
    /// Who holds it: unique to one run of one worker.
    pub holder: String,
    /// Rises with every claim of the same name.
    pub fence: i64,
    /// When it ends unless renewed.
    pub until: Timestamp,
}

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The claim ended, or somebody else took over: stop acting for this case at once.
    #[error("the lease on {name} ran out or was lost to another worker")]
    LeaseLost {
        /// What had been held.
        name: String,
    },
    /// The database was written by a newer release: do not touch it.
    #[error(
        "the database is of version {found}, this release knows up to {known}: run the newer release, or point `store.path` elsewhere"
    )]
    TooNew {
        /// The version in the file.
        found: i64,
        /// The newest one this release knows.
        known: i64,
    },
    /// The effect has happened: doing it again is what the ledger is there to prevent.
    #[error("{} of {} is done already", key.step, key.case)]
    AlreadyDone {
        /// Which effect.
        key: EffectKey,
    },
    /// A person asked something of a case that is not known here.
    #[error("there is no case {id}")]
    NoSuchCase {
        /// The id that was given.
        id: IncidentId,
    },
    /// A row holds what this release cannot read. Seen by a person, never taken for success.
    #[error("the database holds a {what} that this release cannot read: {detail}")]
    Unreadable {
        /// What kind of thing.
        what: &'static str,
        /// Which, and why.
        detail: String,
    },
    /// The database did not answer.
    #[error("the database at {place}: {detail}")]
    Database {
        /// Which one.
        place: String,
        /// What it said.
        detail: String,
    },
}

/// One line of `status` and of the dashboard's first page.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// The whole case.
    pub case: Case,
    /// When it is looked at again: the end of the lease while a worker holds it, `None` when nothing is left to do.
    pub wake_at: Option<Timestamp>,
    /// Until when a worker holds it, if one does. In the past where that worker died.
    pub leased_until: Option<Timestamp>,
}

/// What the worker asks of its memory.
#[async_trait]
pub trait Store: Send + Sync {
    /// Records incidents as last read, in one transaction: a new one becomes a case that is due at once; a known one
    /// whose facts differ gets the new facts and is due at once; an unchanged one is left as it is. A `Detail::Listed`
    /// incident never replaces a known one's fuller record: only its title, severity, url and status are taken over.
    /// Where that changes the status, the known one counts as `Detail::Listed` too: its record is to be read again.
    /// Answers the ids that are new.
    async fn record(
        &self,
        incidents: &[Incident],
        now: Timestamp,
    ) -> Result<Vec<IncidentId>, StoreError>;

    /// Takes hold of the case that is due the longest, if any is due and free. An effect that an earlier claim left
    /// in flight comes back as in doubt. A case that cannot be read is the error of one call, then put off for an hour:
    /// the next call goes on to the next case.
    async fn claim_due(
        &self,
        holder: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<(Claim, Case)>, StoreError>;

    /// Takes hold of a round by name, if it is free. Effects it left in flight become in doubt.
    async fn claim_round(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Claim>, StoreError>;

    /// Makes the claim last until `now + lease`.
    async fn renew(
        &self,
        claim: &Claim,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Claim, StoreError>;

    /// Replaces the incident's facts by a fuller reading.
    async fn detail(
        &self,
        claim: &Claim,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Records a choice. A second one of the same name is ignored: the first is answered.
    async fn decide(
        &self,
        claim: &Claim,
        step: Step,
        name: &str,
        value: &Value,
        now: Timestamp,
    ) -> Result<Value, StoreError>;

    /// Marks effects as in flight, in one transaction, before anything is sent: from here on a crash is seen.
    /// Counts the attempt. All or none: one that is done already, or a lease that has run out, refuses them all.
    async fn begin(
        &self,
        claim: &Claim,
        keys: &[EffectKey],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Writes how an effect ended, or that it was found to have happened without ever being begun here.
    async fn finish(
        &self,
        claim: &Claim,
        key: &EffectKey,
        state: &EffectState,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Lets go of the case or round; a case is due again at `wake_at`, or at once if a person
    /// asked for something, or a source told something new, meanwhile.
    async fn release(
        &self,
        claim: &Claim,
        wake_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// One case.
    async fn case(&self, id: &IncidentId) -> Result<Option<CaseRow>, StoreError>;

    /// The cases of the newest incidents first, at most `limit`. One that cannot be read is an error: a person has to look.
    async fn cases(&self, limit: usize) -> Result<Vec<CaseRow>, StoreError>;

    /// The ledger's rows of one case or of [`EVERYONE`](crate::playbook::effect::EVERYONE), newest first, at most `limit`.
    async fn effects(&self, case: &str, limit: usize) -> Result<Vec<Effect>, StoreError>;

    /// The ledger's rows of these keys, those that there are, in no order.
    async fn standing(&self, keys: &[EffectKey]) -> Result<Vec<Effect>, StoreError>;

    /// The cases whose effect of that step and target is done with one of these references (page ids, say).
    /// A case that cannot be read is left out and logged: it must not keep a round from all others.
    async fn cases_by_reference(
        &self,
        step: Step,
        target: &str,
        references: &[String],
    ) -> Result<Vec<(String, Case)>, StoreError>;

    /// Effects of that step whose target begins so and that were done at `since` or later, of cases in which the step's
    /// choice of that name has not been made; oldest first.
    async fn done_without_choice(
        &self,
        step: Step,
        target: &str,
        since: Timestamp,
        choice: &str,
    ) -> Result<Vec<Effect>, StoreError>;

    /// The references of the effects of that step and target that are done (page ids, say), but for cases in which the
    /// step `unless_waived` is waived. In an order that stays the same.
    async fn references(
        &self,
        step: Step,
        target: &str,
        unless_waived: Step,
    ) -> Result<Vec<String>, StoreError>;

    /// When the next case is due: the earliest `wake_at` there is. A case that is held is due when its lease ends.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Something was learnt about a case: it is due at once. [`StoreError::NoSuchCase`] where the id is unknown.
    async fn nudge(&self, id: &IncidentId, now: Timestamp) -> Result<(), StoreError>;

    /// A person asks for another try of what was given up or waits for its retry, in one step or in all; the case is due at once.
    /// Answers how many effects that concerns; [`StoreError::NoSuchCase`] where the id is unknown.
    async fn retry(
        &self,
        id: &IncidentId,
        step: Option<Step>,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// A person takes a step off the list; the case is due at once. A second waiver of a step replaces the first.
    async fn waive(&self, id: &IncidentId, waiver: &Waiver) -> Result<(), StoreError>;

    /// A small thing worth remembering between runs: a source's watermark, a space's id.
    async fn memo(&self, name: &str) -> Result<Option<Value>, StoreError>;

    /// Remembers it.
    async fn remember(&self, name: &str, value: &Value, now: Timestamp) -> Result<(), StoreError>;
}
