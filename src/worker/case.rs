//! Working on one case: plan, record choices, mark in flight, act, write down the end; until nothing more is ready.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::Worker;
use super::act::{self, ActError, Done, Found, Job, Otherwise};
use crate::playbook::case::{Case, Decision};
use crate::playbook::effect::{Effect, EffectState};
use crate::playbook::incident::Incident;
use crate::playbook::lead;
use crate::playbook::plan::{Plan, Reading, plan};
use crate::playbook::retry::Next;
use crate::playbook::steps::act::Act;
use crate::sources::SourceError;
use crate::store::{Claim, StoreError};

/// When the record could not be read: how long until the case is looked at again.
const READ_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// What one act, or the reading of the record, came to.
enum Outcome {
    Acted {
        act: Act,
        state: EffectState,
        recorded: Vec<Decision>,
        /// The incident, where the act has learnt more about it.
        learnt: Option<Box<Incident>>,
        /// What went wrong, for people.
        failure: Option<String>,
    },
    Read(Result<Box<Incident>, SourceError>),
    StoreFailed(StoreError),
}

/// What working on a case came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Worked {
    /// The case as it is now.
    pub case: Case,
    /// What it comes to now.
    pub plan: Plan,
    /// Acts that happened in this pass.
    pub done: Vec<Act>,
    /// What failed, for people.
    pub failures: Vec<String>,
}

impl Worker {
    /// Works on a claimed case until nothing more can be done now, then lets go of it.
    ///
    /// # Errors
    /// When the memory fails or the lease is lost; the case is then left as the ledger has it.
    pub async fn work(&self, mut claim: Claim, mut case: Case) -> Result<Worked, StoreError> {
        let mut running: FuturesUnordered<LocalBoxFuture<'_, Outcome>> = FuturesUnordered::new();
        let mut reading = ReadingState::NotAsked;
        let (mut done, mut failures) = (Vec::new(), Vec::new());
        self.appoint(&claim, &mut case, self.clock.now()).await?;
        loop {
            let now = self.clock.now();
            let planned = plan(&case, &self.rules, now);
            for choice in &planned.choices {
                let value = self
                    .store
                    .decide(&claim, choice.step, choice.name, &choice.value, now)
                    .await?;
                case.decisions.push(Decision {
                    step: choice.step,
                    name: choice.name.to_owned(),
                    value,
                    decided_at: now,
                });
            }
            if !planned.ready.is_empty() {
                claim = self.renewed(claim, now).await?;
                self.begin(&claim, &mut case, &planned.ready, now, &mut running)
                    .await?;
            }
            if planned.reading == Reading::Wanted && reading == ReadingState::NotAsked {
                reading = ReadingState::Asked;
                let incident = case.incident.clone();
                running.push(Box::pin(async move {
                    let (incident, ()) =
                        futures_util::join!(self.read(&incident), self.warm_up(&incident));
                    Outcome::Read(incident.map(Box::new))
                }));
            }
            let Some(outcome) = self.next_while_held(&mut running, &mut claim).await? else {
                let wake_at = match reading {
                    ReadingState::Failed => Some(
                        planned
                            .wake_at
                            .map_or(now + READ_AGAIN, |at| at.min(now + READ_AGAIN)),
                    ),
                    ReadingState::NotAsked | ReadingState::Asked => planned.wake_at,
                };
                self.store.release(&claim, wake_at, now).await?;
                return Ok(Worked {
                    case,
                    plan: planned,
                    done,
                    failures,
                });
            };
            let now = self.clock.now();
            match outcome {
                Outcome::Acted {
                    act,
                    state,
                    recorded,
                    learnt,
                    failure,
                } => {
                    case.decisions.extend(recorded);
                    if let Some(incident) = learnt {
                        case.incident = *incident;
                        self.store.detail(&claim, &case.incident, now).await?;
                    }
                    self.finish(&claim, &mut case, &act, state, now).await?;
                    match failure {
                        None => done.push(act),
                        Some(failure) => failures.push(format!("{}: {failure}", act.what())),
                    }
                }
                Outcome::Read(Ok(incident)) => {
                    case.incident = *incident;
                    // A record that is read again, after a reopening, does not know who volunteered.
                    let volunteer = lead::volunteer(&case).map(|volunteer| volunteer.person);
                    let otherwise = self.company.lead.otherwise.as_ref();
                    lead::appoint(&mut case.incident, volunteer.as_ref(), otherwise);
                    self.store.detail(&claim, &case.incident, now).await?;
                }
                Outcome::Read(Err(error)) => {
                    warn!(case = %case.incident.id, %error, "the record could not be read");
                    failures.push(format!("read the record: {error}"));
                    reading = ReadingState::Failed;
                }
                Outcome::StoreFailed(error) => return Err(error),
            }
        }
    }

    /// Marks acts as in flight and starts them.
    async fn begin<'w>(
        &'w self,
        claim: &Claim,
        case: &mut Case,
        acts: &[Act],
        now: Timestamp,
        running: &mut FuturesUnordered<LocalBoxFuture<'w, Outcome>>,
    ) -> Result<(), StoreError> {
        let keys: Vec<_> = acts.iter().map(|act| case.key_of(act)).collect();
        let earlier: Vec<Option<Effect>> = acts
            .iter()
            .map(|act| case.effect_of(act).cloned())
            .collect();
        self.store.begin(claim, &keys, now).await?;
        for (key, earlier) in keys.into_iter().zip(&earlier) {
            let attempts = earlier.as_ref().map_or(0, |effect| effect.attempts) + 1;
            case.effects.insert(
                key.clone(),
                Effect {
                    key,
                    state: EffectState::InFlight,
                    attempts,
                    updated_at: now,
                },
            );
        }
        for (act, earlier) in acts.iter().cloned().zip(earlier) {
            let (claim, case) = (claim.clone(), case.clone());
            running.push(Box::pin(async move {
                self.act(&claim, &case, act, earlier, now).await
            }));
        }
        Ok(())
    }

    /// Does one act; one that was begun before is looked for first. Not only where the last try left a doubt: a doubt
    /// that was given up on, and then retried by a person, is as old as the first try.
    async fn act(
        &self,
        claim: &Claim,
        case: &Case,
        act: Act,
        earlier: Option<Effect>,
        now: Timestamp,
    ) -> Outcome {
        let mut job = Job::new(self, claim, case, now);
        let in_doubt = earlier
            .as_ref()
            .is_some_and(|effect| effect.state == EffectState::InDoubt);
        let found = match &earlier {
            Some(_) => act::find(&mut job, &act).await,
            None => Ok(Found::Absent),
        };
        let ended = match found {
            Ok(Found::Yes(done)) => Ok(done),
            Ok(Found::CannotKnow(Otherwise::AskHuman)) if in_doubt => Err(ActError::GiveUp {
                message: format!(
                    "nobody can tell whether “{}” happened: look, then retry or waive",
                    act.what()
                ),
            }),
            // Not in doubt and begun before: a person has looked and asks for it.
            Ok(Found::Absent | Found::CannotKnow(Otherwise::Repeat | Otherwise::AskHuman)) => {
                act::perform(&mut job, &act).await
            }
            // It could not be asked: the doubt stays.
            Err(ActError::Later { message, .. }) if in_doubt => Err(ActError::InDoubt { message }),
            Err(error) => Err(error),
        };
        let attempts = earlier.map_or(0, |effect| effect.attempts) + 1;
        let recorded = std::mem::take(&mut job.recorded);
        let learnt = job.incident.take().map(Box::new);
        match ended {
            Ok(Done { reference, url }) => {
                info!(case = %case.incident.id, step = %act.step(), act = act.kind(), "done");
                Outcome::Acted {
                    act,
                    state: EffectState::Done { reference, url },
                    recorded,
                    learnt,
                    failure: None,
                }
            }
            Err(ActError::Store(error)) => Outcome::StoreFailed(error),
            Err(error) => {
                let salt = case.key_of(&act).canonical(&self.company.installation);
                let state = self.failed(&error, attempts, &salt, now);
                warn!(case = %case.incident.id, step = %act.step(), act = act.kind(), %error, attempts, "not done");
                let failure = match &state {
                    EffectState::Retry { error, .. } | EffectState::GaveUp { error } => {
                        error.clone()
                    }
                    EffectState::InFlight | EffectState::InDoubt | EffectState::Done { .. } => {
                        format!("{error}; whether it happened is looked into")
                    }
                };
                Outcome::Acted {
                    act,
                    state,
                    recorded,
                    learnt,
                    failure: Some(failure),
                }
            }
        }
    }

    /// What the ledger remembers of a failure.
    pub(super) fn failed(
        &self,
        error: &ActError,
        attempts: u32,
        salt: &str,
        now: Timestamp,
    ) -> EffectState {
        let (message, asked) = match error {
            ActError::Later { message, after } => (
                message,
                after.and_then(|after| SignedDuration::try_from(after).ok()),
            ),
            // Doubt ends as well: without this, a server that takes each mail and then breaks the connection would be
            // sent the same mail for ever.
            ActError::InDoubt { message } if attempts >= self.manner.retry.give_up_after => {
                return EffectState::GaveUp {
                    error: format!(
                        "{message} (after {attempts} tries nobody can tell whether it happened; look, then `debrief retry`)"
                    ),
                };
            }
            ActError::InDoubt { .. } => return EffectState::InDoubt,
            ActError::GiveUp { message } => {
                return EffectState::GaveUp {
                    error: message.clone(),
                };
            }
            ActError::Store(error) => {
                return EffectState::Retry {
                    at: now,
                    error: error.to_string(),
                };
            }
        };
        match self.manner.retry.next_attempt(attempts, asked, salt) {
            Next::After(wait) => EffectState::Retry {
                at: now + wait,
                error: message.clone(),
            },
            Next::GiveUp => EffectState::GaveUp {
                error: format!(
                    "{message} (given up after {attempts} tries; mend the cause, then `debrief retry`)"
                ),
            },
        }
    }

    async fn finish(
        &self,
        claim: &Claim,
        case: &mut Case,
        act: &Act,
        state: EffectState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = case.key_of(act);
        self.store.finish(claim, &key, &state, now).await?;
        if let Some(effect) = case.effects.get_mut(&key) {
            effect.state = state;
            effect.updated_at = now;
        }
        Ok(())
    }

    /// What ends next. Meanwhile the claim is kept alive: an act may be several calls, each of which may take nearly as
    /// long as a lease lasts. Where the claim is lost to another worker, nothing more is waited for.
    async fn next_while_held(
        &self,
        running: &mut FuturesUnordered<LocalBoxFuture<'_, Outcome>>,
        claim: &mut Claim,
    ) -> Result<Option<Outcome>, StoreError> {
        // Real time, as vendors take it; also where the clock is set by hand.
        let pulse = Duration::try_from(self.manner.lease / 3).unwrap_or(Duration::MAX);
        loop {
            match tokio::time::timeout(pulse, running.next()).await {
                Ok(outcome) => return Ok(outcome),
                Err(_) => {
                    let now = self.clock.now();
                    *claim = self.store.renew(claim, now, self.manner.lease).await?;
                }
            }
        }
    }

    /// The claim, made to last when less than half of it is left.
    pub(super) async fn renewed(&self, claim: Claim, now: Timestamp) -> Result<Claim, StoreError> {
        if claim.until - now < self.manner.lease / 2 {
            self.store.renew(&claim, now, self.manner.lease).await
        } else {
            Ok(claim)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadingState {
    NotAsked,
    Asked,
    Failed,
}
