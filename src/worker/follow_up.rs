//! Following action items: one question to Confluence Cloud for what is overdue, however many pages there are (Data Center
//! is asked for fifty pages at a time), then at most one mail a person and day.
//!
//! We cannot atomically send a nag and write down that we did: killed between the two, the person gets a second copy
//! with the same Message-ID. A lost nag would be worse: the item would be forgotten for a day, silently.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::Worker;
use super::act::{ActError, hash, postmortem_page};
use crate::channels::Message;
use crate::playbook::action_item::{ActionItem, ItemStatus};
use crate::playbook::case::Case;
use crate::playbook::effect::{Effect, EffectState};
use crate::playbook::plan::ask_at;
use crate::playbook::rules::Rules;
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::playbook::steps::action_items::{self, FollowedItem, Nag, Round};
use crate::render::{NagDigest, NagItem};
use crate::store::{Claim, StoreError};
use crate::vendors::confluence::{Confluence, Edition, Task, TaskQuery, TaskStatus};
use crate::vendors::http::CallError;

/// The name of the round's lease.
const ROUND: &str = "action_items";

/// Dates end where the assignee lives: the farthest zone is fourteen hours ahead of UTC.
const AHEAD: SignedDuration = SignedDuration::from_hours(14);

/// What a round came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Followed {
    /// Nags that went out in this pass.
    pub sent: Vec<Nag>,
    /// Nags that wait for business hours, and until when.
    pub later: Vec<(Nag, Timestamp)>,
    /// Items about which nobody can be told.
    pub unreachable: Vec<FollowedItem>,
    /// What failed, for people.
    pub failures: Vec<String>,
}

impl Followed {
    /// Whether something needs a person.
    pub fn needs_human(&self) -> bool {
        !self.failures.is_empty() || !self.unreachable.is_empty()
    }
}

impl Worker {
    /// Open tasks whose date is over somewhere; empty where action items are not followed. The inner error is
    /// Confluence's.
    ///
    /// Cloud lists them, in one call. Data Center has no such list: there every page of ours whose items are followed is
    /// read, fifty in a call, so that six hundred incidents of the past cost twelve calls a pass.
    ///
    /// # Errors
    /// When the memory fails.
    pub async fn overdue_tasks(&self) -> Result<Result<Vec<Task>, CallError>, StoreError> {
        let Some(confluence) = self
            .means
            .confluence
            .as_ref()
            .filter(|_| self.rules.action_items.provided().is_some())
        else {
            return Ok(Ok(Vec::new()));
        };
        let page_ids = match confluence.client.edition() {
            Edition::Cloud => Vec::new(),
            Edition::DataCenter => {
                self.store
                    .references(Step::PostmortemPage, &Act::Page.target(), Step::ActionItems)
                    .await?
            }
        };
        let query = TaskQuery {
            status: Some(TaskStatus::Incomplete),
            due_to: Some(self.clock.now() + AHEAD),
            page_ids,
            ..TaskQuery::default()
        };
        Ok(all_tasks(&confluence.client, &query).await)
    }

    /// Nags whoever has to be nagged now.
    pub(super) async fn follow_up(
        &self,
        tasks: Result<Vec<Task>, CallError>,
    ) -> Result<Followed, StoreError> {
        let mut followed = Followed::default();
        let tasks = match tasks {
            Ok(tasks) => tasks,
            Err(error) => {
                warn!(%error, "action items were not read");
                followed.failures.push(format!("action items: {error}"));
                return Ok(followed);
            }
        };
        let Round {
            due,
            later,
            unreachable,
        } = self.round(tasks).await?;
        followed.later = later;
        followed.unreachable = unreachable;
        let owed = self.owed(due).await?;
        if owed.is_empty() {
            return Ok(followed);
        }
        let now = self.clock.now();
        // Another worker's round is as good as ours.
        let Some(claim) = self
            .store
            .claim_round(ROUND, &self.manner.holder, now, self.manner.lease)
            .await?
        else {
            return Ok(followed);
        };
        match self.send_all(claim, owed, &mut followed).await {
            Ok(()) => {}
            // Whoever took over sends the rest.
            Err(fault @ StoreError::LeaseLost { .. }) => {
                warn!(%fault, "another worker took over");
                followed.failures.push(fault.to_string());
            }
            Err(fault) => return Err(fault),
        }
        Ok(followed)
    }

    async fn send_all(
        &self,
        mut claim: Claim,
        owed: Vec<(Nag, Option<Effect>)>,
        followed: &mut Followed,
    ) -> Result<(), StoreError> {
        for (nag, effect) in owed {
            // Before each: sending one may take nearly as long as the lease lasts.
            let now = self.clock.now();
            claim = self.store.renew(&claim, now, self.manner.lease).await?;
            self.nag(&claim, nag, effect, followed).await?;
        }
        self.store.release(&claim, None, self.clock.now()).await
    }

    /// Who would be nagged about these tasks: pure but for looking up the cases their pages belong to.
    pub async fn round(&self, tasks: Vec<Task>) -> Result<Round, StoreError> {
        if tasks.is_empty() {
            return Ok(Round::default());
        }
        let mut pages: Vec<String> = tasks
            .iter()
            .filter_map(|task| task.page_id.clone())
            .collect();
        pages.sort_unstable();
        pages.dedup();
        let cases: BTreeMap<String, Case> = self
            .store
            .cases_by_reference(Step::PostmortemPage, &Act::Page.target(), &pages)
            .await?
            .into_iter()
            .collect();
        let items: Vec<FollowedItem> = tasks
            .into_iter()
            .filter_map(|task| {
                // Tasks on pages that Debrief did not make are none of its business.
                let case = cases.get(task.page_id.as_deref()?)?;
                case.waiver(Step::ActionItems)
                    .is_none()
                    .then(|| followed_item(task, case))
            })
            .collect();
        let assignees = items
            .iter()
            .filter_map(|followed: &FollowedItem| followed.item.assignee.as_deref());
        let directory = self.directory_of_accounts(assignees).await?;
        Ok(action_items::round(
            items,
            &directory,
            &self.company.hours,
            self.clock.now(),
        ))
    }

    /// The nags of a round that have not gone out yet today.
    pub async fn not_yet_sent(&self, due: Vec<Nag>) -> Result<Vec<Nag>, StoreError> {
        Ok(self
            .owed(due)
            .await?
            .into_iter()
            .map(|(nag, _)| nag)
            .collect())
    }

    /// The nags that are still to be sent, each with the ledger's row of its earlier tries.
    async fn owed(&self, due: Vec<Nag>) -> Result<Vec<(Nag, Option<Effect>)>, StoreError> {
        let keys: Vec<_> = due.iter().map(|nag| nag.key.clone()).collect();
        let mut standing: BTreeMap<_, _> = self
            .store
            .standing(&keys)
            .await?
            .into_iter()
            .map(|effect| (effect.key.clone(), effect))
            .collect();
        let now = self.clock.now();
        Ok(due
            .into_iter()
            .map(|nag| {
                let effect = standing.remove(&nag.key);
                (nag, effect)
            })
            .filter(|(_, effect)| {
                effect
                    .as_ref()
                    .is_none_or(|effect| is_due(effect, &self.rules, now))
            })
            .collect())
    }

    async fn nag(
        &self,
        claim: &Claim,
        nag: Nag,
        earlier: Option<Effect>,
        followed: &mut Followed,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        match self
            .store
            .begin(claim, std::slice::from_ref(&nag.key), now)
            .await
        {
            Ok(()) => {}
            // Another worker's round sent it since we looked.
            Err(StoreError::AlreadyDone { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
        let attempts = earlier.map_or(0, |effect| effect.attempts) + 1;
        let state = match self.send(&nag, now).await {
            Ok(reference) => {
                info!(step = %Step::ActionItems, items = nag.items.len(), "nag sent");
                EffectState::Done {
                    reference,
                    url: None,
                }
            }
            Err(error) => {
                warn!(step = %Step::ActionItems, %error, attempts, "nag not sent");
                followed
                    .failures
                    .push(format!("a nag was not sent: {error}"));
                self.failed(
                    &error,
                    attempts,
                    &nag.key.canonical(&self.company.installation),
                    now,
                )
            }
        };
        self.store
            .finish(claim, &nag.key, &state, self.clock.now())
            .await?;
        if matches!(state, EffectState::Done { .. }) {
            followed.sent.push(nag);
        }
        Ok(())
    }

    async fn send(&self, nag: &Nag, now: Timestamp) -> Result<String, ActError> {
        let email = self
            .means
            .email
            .as_ref()
            .ok_or_else(|| ActError::not_configured("mail"))?;
        let text = self.means.templates.nag_mail(&self.digest(nag))?;
        let message = Message {
            key: hash(&nag.key, &self.company.installation),
            to: nag.email.clone(),
            subject: text.subject,
            text: text.text,
            html: Some(text.html),
            date: now,
        };
        Ok(email.deliver(&message).await?.reference)
    }

    /// The nag as its template tells it.
    pub fn digest<'a>(&'a self, nag: &'a Nag) -> NagDigest<'a> {
        NagDigest {
            name: &nag.to.name,
            organisation: &self.company.name,
            today: nag.today,
            items: nag
                .items
                .iter()
                .map(|overdue| NagItem {
                    text: overdue.followed.item.text.clone(),
                    due: overdue.followed.item.due.unwrap_or(nag.today),
                    days_overdue: u32::try_from(overdue.days_overdue).unwrap_or_default(),
                    page_title: overdue.followed.page_title.clone(),
                    page_url: overdue.followed.page_url.clone(),
                    incident_reference: overdue.followed.incident_reference.clone(),
                    because: overdue.because,
                })
                .collect(),
        }
    }
}

async fn all_tasks(confluence: &Confluence, query: &TaskQuery) -> Result<Vec<Task>, CallError> {
    let (mut tasks, mut cursor) = (Vec::new(), None);
    loop {
        let page = confluence.tasks(query, cursor).await?;
        tasks.extend(page.tasks);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(tasks);
        }
    }
}

/// Whether a nag's row says that it is still to be sent.
fn is_due(effect: &Effect, rules: &Rules, now: Timestamp) -> bool {
    match &effect.state {
        EffectState::Done { .. } | EffectState::GaveUp { .. } => false,
        EffectState::Retry { at, .. } => *at <= now,
        // The round's lease tells whether the worker that began it still lives: without the lease nothing is sent.
        EffectState::InFlight => true,
        // Nobody can be asked. It is sent again, but not on every pass where each attempt ends in doubt.
        EffectState::InDoubt => ask_at(effect, rules) <= now,
    }
}

fn followed_item(task: Task, case: &Case) -> FollowedItem {
    let title = case.decision::<String>(Step::PostmortemPage, postmortem_page::TITLE);
    FollowedItem {
        item: ActionItem {
            page: task.page_id.clone().unwrap_or_default(),
            text: task.text(),
            assignee: task.assigned_to.clone(),
            due: due_date(&task),
            status: match task.status {
                TaskStatus::Incomplete => ItemStatus::Open,
                TaskStatus::Complete => ItemStatus::Done,
            },
            id: task.id,
        },
        incident_reference: case.incident.reference.clone(),
        page_title: title.unwrap_or_else(|| case.incident.title.clone()),
        page_url: case.url_of(&Act::Page).unwrap_or_default().to_owned(),
        lead: case.incident.lead().cloned(),
    }
}

/// The date in the task; where its body holds none that can be read, the API's instant: midnight of the date in some
/// zone, so that rounding to the nearest UTC midnight gives the date back for zones from -12 to +11 hours.
fn due_date(task: &Task) -> Option<Date> {
    task.date().or_else(|| {
        let due = task.due_at?;
        Some(
            (due + SignedDuration::from_hours(12))
                .to_zoned_datetime(TimeZone::UTC)
                .date(),
        )
    })
}
