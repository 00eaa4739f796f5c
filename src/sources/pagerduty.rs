//! Incidents from PagerDuty, found by when they were resolved.
//!
//! `since` and `until` of its list act on when an incident was opened: one that was opened five weeks ago and resolved
//! today is in no such window. So the list of resolved incidents is read from the newest resolution back, whatever their
//! age, until it is older than the last look minus an overlap. One call does it in the normal case.
//!
//! What resolving erases (assignments, acknowledgements) is read back from the log.
//! <https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents>

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{IncidentSource, Pulled, SourceError};
use crate::playbook::incident::{
    Detail, EntryKind, Incident, IncidentId, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;
use crate::vendors::http::{CallError, Failure};
use crate::vendors::pagerduty::{
    self as vendor, IncidentStatus, LogEntry, LogEntryKind, Note, Reference, User,
};

/// The source's name.
const NAME: &str = "pagerduty";

/// How many users are asked for at once when they are not among the first hundred.
const USERS_AT_ONCE: usize = 4;

/// An account.
pub struct PagerDuty {
    client: vendor::PagerDuty,
    overlap: SignedDuration,
    users: Mutex<Users>,
}

/// The newest resolution seen, by PagerDuty's clock and never by ours: clocks differ.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Watermark {
    resolved_at: Timestamp,
}

/// Users that were asked for already; `None` for those who are no longer there.
#[derive(Default)]
struct Users {
    known: BTreeMap<String, Option<User>>,
    listed: bool,
}

impl PagerDuty {
    /// The account of that client; each look goes back `overlap` beyond the last one, since rows shift while they are paged.
    pub fn new(client: vendor::PagerDuty, overlap: SignedDuration) -> Self {
        Self {
            client,
            overlap,
            users: Mutex::default(),
        }
    }

    /// The account's first hundred users in one call, once; most accounts have no more.
    async fn list_users(&self) -> Result<(), CallError> {
        // Held while asking: a hundred incidents that are read at once ask once.
        let mut users = self.users.lock().await;
        if !users.listed {
            let listed = self.client.users().await?;
            users
                .known
                .extend(listed.into_iter().map(|user| (user.id.clone(), Some(user))));
            users.listed = true;
        }
        Ok(())
    }

    /// The people of these ids; those whom PagerDuty does not show are left out.
    async fn people(&self, ids: &BTreeSet<String>) -> Result<BTreeMap<String, User>, CallError> {
        let mut users = self.users.lock().await;
        let missing: Vec<String> = ids
            .iter()
            .filter(|id| !users.known.contains_key(*id))
            .cloned()
            .collect();
        let asked: Vec<(String, Result<Option<User>, CallError>)> = stream::iter(missing)
            .map(|id| self.ask_user(id))
            .buffer_unordered(USERS_AT_ONCE)
            .collect()
            .await;
        for (id, user) in asked {
            match user {
                Ok(user) => {
                    users.known.insert(id, user);
                }
                // Not ours to see: the incident is told without the address.
                Err(error) if error.is_permanent() => {
                    users.known.insert(id, None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(ids
            .iter()
            .filter_map(|id| Some((id.clone(), users.known.get(id)?.clone()?)))
            .collect())
    }
}

impl PagerDuty {
    async fn ask_user(&self, id: String) -> (String, Result<Option<User>, CallError>) {
        let user = self.client.user(&id).await;
        (id, user)
    }
}

#[async_trait]
impl IncidentSource for PagerDuty {
    fn name(&self) -> &str {
        NAME
    }

    async fn pull(
        &self,
        watermark: Option<&Value>,
        since: Timestamp,
        _now: Timestamp,
    ) -> Result<Pulled, SourceError> {
        let watermark: Option<Watermark> =
            watermark.and_then(|value| serde_json::from_value(value.clone()).ok());
        let back_to = watermark.map_or(since, |watermark| {
            (watermark.resolved_at - self.overlap).max(since)
        });
        let mut newest = watermark.map(|watermark| watermark.resolved_at);
        let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
        let mut offset = 0;
        loop {
            let page = self
                .client
                .resolved_page(offset)
                .await
                .map_err(source_error)?;
            let count = u32::try_from(page.incidents.len()).unwrap_or(u32::MAX);
            let oldest = page
                .incidents
                .iter()
                .filter_map(|incident| incident.resolved_at)
                .min();
            for incident in page.incidents {
                newest = newest.max(incident.resolved_at);
                if incident.resolved_at.is_some_and(|at| at >= back_to) {
                    let incident = listed(&incident);
                    incidents.insert(incident.id.clone(), incident);
                }
            }
            // The list is in order of resolution: behind an older one there are only older ones.
            if !page.more || count == 0 || oldest.is_some_and(|at| at < back_to) {
                break;
            }
            offset = offset.saturating_add(count);
        }
        let watermark = newest.map_or(Value::Null, |resolved_at| json!(Watermark { resolved_at }));
        Ok(Pulled {
            incidents: incidents.into_values().collect(),
            watermark,
            faults: Vec::new(),
        })
    }

    async fn detail(&self, incident: &Incident, _now: Timestamp) -> Result<Incident, SourceError> {
        let id = incident.id.key();
        let (now, log, notes, users) = futures_util::join!(
            self.client.incident(id),
            self.client.log_entries(id),
            self.client.notes(id),
            self.list_users(),
        );
        let Some(now) = now.map_err(source_error)? else {
            return Err(SourceError::Gone(format!(
                "PagerDuty no longer shows incident {}",
                incident.reference
            )));
        };
        let (log, notes) = (log.map_err(source_error)?, notes.map_err(source_error)?);
        users.map_err(source_error)?;
        let parts = parts(&now, &log, &notes);
        let ids: BTreeSet<String> = parts
            .iter()
            .map(|(reference, _)| reference.id.clone())
            .collect();
        let people = self.people(&ids).await.map_err(source_error)?;
        Ok(Incident {
            detail: Detail::Full,
            participants: participants(parts, &people),
            timeline: timeline(&log, &notes),
            ..listed(&now)
        })
    }
}

fn source_error(error: CallError) -> SourceError {
    match &error.failure {
        Failure::Unauthorized(_) | Failure::Forbidden { .. } => {
            SourceError::Misconfigured(format!(
                "{error}; check `sources.pagerduty.key`: a read-only REST API key of the account"
            ))
        }
        Failure::NotReached(_)
        | Failure::Throttled { .. }
        | Failure::Unavailable { .. }
        | Failure::OutcomeUnknown(_)
        | Failure::NotFound(_)
        | Failure::Conflict(_)
        | Failure::Refused { .. }
        | Failure::Unreadable(_) => SourceError::Later {
            message: error.to_string(),
            retry_after: error
                .retry_after()
                .and_then(|after| SignedDuration::try_from(after).ok()),
        },
    }
}

/// What the list tells.
fn listed(incident: &vendor::Incident) -> Incident {
    let resolved_at = incident
        .resolved_at
        .or(incident.updated_at)
        .unwrap_or(incident.created_at);
    let reference = incident
        .number
        .map_or_else(|| incident.id.clone(), |number| format!("#{number}"));
    let status = match (&incident.merged_into, incident.status) {
        (Some(other), _) => Status::Merged {
            into: IncidentId::new(NAME, &other.id),
        },
        (None, IncidentStatus::Resolved) => Status::Resolved { at: resolved_at },
        // An unknown status is not a resolution.
        (
            None,
            IncidentStatus::Triggered | IncidentStatus::Acknowledged | IncidentStatus::Unknown,
        ) => Status::Open,
    };
    Incident {
        url: incident.html_url.clone(),
        service: incident
            .service
            .as_ref()
            .and_then(|service| service.summary.clone())
            .unwrap_or_default(),
        severity: incident.priority.clone(),
        ..Incident::listed(
            IncidentId::new(NAME, &incident.id),
            reference,
            incident.title.as_str(),
            incident.created_at,
            status,
        )
    }
}

/// Who took part, each once, the lead first: whoever acknowledged first leads, until a person volunteers.
fn parts(incident: &vendor::Incident, log: &[LogEntry], notes: &[Note]) -> Vec<(Reference, Part)> {
    let acted = |kinds: &'static [LogEntryKind]| {
        log.iter()
            .filter(move |entry| kinds.contains(&entry.kind))
            .filter_map(|entry| entry.agent.clone())
    };
    let lead = acted(&[LogEntryKind::Acknowledge]).find(is_person);
    let responders = acted(&[
        LogEntryKind::Acknowledge,
        LogEntryKind::Unacknowledge,
        LogEntryKind::Assign,
        LogEntryKind::Delegate,
        LogEntryKind::Escalate,
        LogEntryKind::Annotate,
        LogEntryKind::Snooze,
        LogEntryKind::UrgencyChange,
        LogEntryKind::Resolve,
    ]);
    let assigned = log.iter().flat_map(|entry| entry.assignees.iter().cloned());
    let wrote = notes.iter().filter_map(|note| note.user.clone());
    let everyone = responders
        .chain(assigned)
        .chain(incident.responders.iter().cloned())
        .chain(wrote)
        .filter(is_person);
    let mut seen = BTreeSet::new();
    lead.into_iter()
        .map(|reference| (reference, Part::Lead))
        .chain(everyone.map(|reference| (reference, Part::Responder)))
        .filter(|(reference, _)| seen.insert(reference.id.clone()))
        .collect()
}

fn is_person(reference: &Reference) -> bool {
    matches!(reference.kind.as_str(), "user" | "user_reference") && !reference.id.is_empty()
}

fn participants(
    parts: Vec<(Reference, Part)>,
    people: &BTreeMap<String, User>,
) -> Vec<Participant> {
    parts
        .into_iter()
        .map(|(reference, part)| {
            let person = match people.get(&reference.id) {
                Some(user) => Person {
                    name: user.name.clone(),
                    email: Some(user.email.to_lowercase()),
                    time_zone: user.time_zone.clone(),
                    ..Person::default()
                },
                // Gone, or not ours to see: the name in the log is what is known.
                None => Person {
                    name: reference.summary.unwrap_or(reference.id),
                    ..Person::default()
                },
            };
            Participant {
                person,
                part,
                contributions: 1,
            }
        })
        .collect()
}

/// The log and the notes as one record, oldest first. Notifications are left out: who was paged when is PagerDuty's own
/// business; notes come from the list of notes, where they can be edited, not from the log.
fn timeline(log: &[LogEntry], notes: &[Note]) -> Vec<TimelineEntry> {
    let logged = log.iter().filter_map(|entry| {
        let kind = match &entry.kind {
            LogEntryKind::Trigger => EntryKind::Alert,
            LogEntryKind::Acknowledge => EntryKind::Acknowledged,
            LogEntryKind::Assign | LogEntryKind::Delegate | LogEntryKind::Escalate => {
                EntryKind::Escalated
            }
            LogEntryKind::Resolve => EntryKind::Resolved,
            LogEntryKind::Unacknowledge
            | LogEntryKind::Snooze
            | LogEntryKind::UrgencyChange
            | LogEntryKind::Other(_) => EntryKind::Other,
            LogEntryKind::Notify | LogEntryKind::Annotate => return None,
        };
        let by = entry.agent.as_ref().and_then(|agent| agent.summary.clone());
        Some(TimelineEntry::new(
            entry.created_at,
            kind,
            tool(entry).or(by),
            entry.summary.as_str(),
        ))
    });
    let noted = notes.iter().filter_map(|note| {
        Some(TimelineEntry::new(
            note.created_at?,
            EntryKind::Note,
            note.user.as_ref().and_then(|user| user.summary.clone()),
            note.content.as_str(),
        ))
    });
    let mut timeline: Vec<TimelineEntry> = logged.chain(noted).collect();
    timeline.sort_by_key(|entry| entry.at);
    timeline
}

/// The monitoring tool an alert came from, as its channel names it. The channel's shape varies and is not promised:
/// what is not there is not named.
fn tool(entry: &LogEntry) -> Option<String> {
    if entry.kind != LogEntryKind::Trigger {
        return None;
    }
    let named = ["details/client", "client", "cef_details/client"];
    named.iter().find_map(|path| {
        let value = entry.channel.pointer(&format!("/{path}"))?.as_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    })
}
