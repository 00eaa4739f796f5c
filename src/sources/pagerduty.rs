//! Incidents from PagerDuty, found by when they were resolved.
//!
//! `since` and `until` of its list act on when an incident was opened: one that was opened five weeks ago and resolved
//! today is in no such window. So the list of resolved incidents is read from the newest resolution back, whatever their
//! age, until it is older than the last look minus an overlap. One call does it in the normal case.
//!
//! What resolving erases (assignments, acknowledgements) is read back from the log.
//! <https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents>
//!
//! What is odd costs only itself: an entry that cannot be read, a part that is refused, pages that repeat. The incident
//! is told without it, and says so among its gaps.

mod record;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault, counted, is_withheld};
use crate::playbook::incident::{Detail, Incident, IncidentId};
use crate::vendors::http::{CallError, Each, Unreadable};
use crate::vendors::pagerduty::{self as vendor, Log, Note, Reach, Rest, User};

/// The source's name.
const NAME: &str = "pagerduty";

/// What is looked at when the vendor refuses.
const NEEDED: &str = "`sources.pagerduty.key`: a read-only REST API key of the account";

/// How many users are asked for at once when they are not among the first hundred.
const USERS_AT_ONCE: usize = 4;

/// An account.
pub struct PagerDuty {
    client: vendor::PagerDuty,
    overlap: SignedDuration,
    fields: TimeFields,
    users: Mutex<Users>,
}

/// The account's own fields that say when customers felt an incident, by their names for machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeFields {
    /// The field with the time it began.
    pub began: Option<String>,
    /// The field with the time it was mitigated.
    pub mitigated: Option<String>,
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
    listing: Listing,
}

/// Whether the account's users were asked for all at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listing {
    #[default]
    NotAsked,
    Read,
}

/// Whether these credentials may see people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum People {
    Shown,
    Withheld,
}

impl PagerDuty {
    /// The account of that client; each look goes back `overlap` beyond the last one, since rows shift while they are paged.
    pub fn new(client: vendor::PagerDuty, overlap: SignedDuration, fields: TimeFields) -> Self {
        Self {
            client,
            overlap,
            fields,
            users: Mutex::default(),
        }
    }

    /// The account's first hundred users in one call, once; most accounts have no more.
    async fn list_users(&self) -> Result<People, CallError> {
        // Held while asking: a hundred incidents that are read at once ask once.
        let mut users = self.users.lock().await;
        if users.listing == Listing::NotAsked {
            let listed = match self.client.users().await {
                Ok(listed) => listed,
                Err(error) if is_withheld(&error) => return Ok(People::Withheld),
                Err(error) => return Err(error),
            };
            let known = listed.read.into_iter();
            users
                .known
                .extend(known.map(|user| (user.id.clone(), Some(user))));
            users.listing = Listing::Read;
        }
        Ok(People::Shown)
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
        let before: Option<Watermark> =
            watermark.and_then(|value| serde_json::from_value(value.clone()).ok());
        let back_to = before.map_or(since, |before| {
            (before.resolved_at - self.overlap).max(since)
        });
        let mut newest = before.map(|before| before.resolved_at);
        let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
        let mut faults = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut offset = 0;
        loop {
            let page = self
                .client
                .resolved_page(offset)
                .await
                .map_err(|error| SourceError::of_call(&error, NEEDED))?;
            let known = seen.len();
            let oldest = page.incidents.iter().filter_map(record::resolved_at).min();
            for incident in page.incidents {
                newest = newest.max(incident.resolved_at);
                let wanted = record::resolved_at(&incident).is_some_and(|at| at >= back_to);
                if seen.insert(incident.id.clone()) && wanted {
                    let incident = record::listed(&incident);
                    incidents.insert(incident.id.clone(), incident);
                }
            }
            for unreadable in page.unreadable {
                let first = unreadable
                    .id
                    .as_ref()
                    .is_none_or(|id| seen.insert(id.clone()));
                faults.extend(first.then(|| malformed(unreadable, back_to)).flatten());
            }
            // The list is in order of resolution: behind an older one there are only older ones.
            if oldest.is_some_and(|at| at < back_to) {
                break;
            }
            match page.rest {
                Rest::None => break,
                Rest::At(_) if seen.len() == known => {
                    // From where we were before, next time: what is behind must not be passed over.
                    newest = before.map(|before| before.resolved_at);
                    faults.push(broken_off(
                        "it says there is more, and gives the same again",
                    ));
                    break;
                }
                Rest::At(next) => offset = next,
                Rest::OutOfReach => {
                    faults.push(broken_off(
                        "PagerDuty lists 10,000 and no more: a later `since` is needed",
                    ));
                    break;
                }
            }
        }
        let watermark = newest.map_or(Value::Null, |resolved_at| json!(Watermark { resolved_at }));
        Ok(Pulled {
            incidents: incidents.into_values().collect(),
            watermark,
            faults,
        })
    }

    async fn detail(&self, incident: &Incident, _now: Timestamp) -> Result<Incident, SourceError> {
        let failed = |error: CallError| SourceError::of_call(&error, NEEDED);
        let id = incident.id.key();
        let (now, log, notes, people) = futures_util::join!(
            self.client.incident(id),
            self.client.log_entries(id),
            self.client.notes(id),
            self.list_users(),
        );
        let Some(now) = now.map_err(failed)? else {
            return Err(SourceError::Gone(format!(
                "PagerDuty no longer shows incident {}",
                incident.reference
            )));
        };
        let mut gaps = Vec::new();
        let log = or_gap(log, "log", &mut gaps).map_err(failed)?;
        let log = log.map(|log| log_with_gaps(log, &mut gaps));
        let notes = or_gap(notes, "notes", &mut gaps).map_err(failed)?;
        let notes = notes.map(|notes| notes_with_gaps(notes, &mut gaps));
        let (log, notes) = (log.unwrap_or_default(), notes.unwrap_or_default());
        let parts = record::parts(&now, &log, &notes);
        let ids: BTreeSet<String> = parts.iter().map(|taken| taken.who.id.clone()).collect();
        let known = match people.map_err(failed)? {
            People::Shown => self.people(&ids).await.map_err(failed)?,
            // Whoever may not see them all may not see one either.
            People::Withheld => {
                gaps.push("PagerDuty's people could not be read: addresses are missing".to_owned());
                BTreeMap::new()
            }
        };
        let mut incident = Incident {
            detail: Detail::Full,
            participants: record::participants(parts, &known),
            timeline: record::timeline(&log, &notes),
            gaps,
            ..record::listed(&now)
        };
        record::fill_times(&mut incident, &now, &self.fields);
        Ok(incident)
    }
}

/// A part of the record; none, with a gap, where it is withheld.
fn or_gap<T>(
    part: Result<T, CallError>,
    what: &str,
    gaps: &mut Vec<String>,
) -> Result<Option<T>, CallError> {
    match part {
        Ok(part) => Ok(Some(part)),
        Err(error) if is_withheld(&error) => {
            gaps.push(format!(
                "PagerDuty's {what} could not be read: {}",
                error.failure
            ));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn log_with_gaps(log: Log, gaps: &mut Vec<String>) -> Vec<vendor::LogEntry> {
    if log.unreadable > 0 {
        let entries = counted(log.unreadable, "entry", "entries");
        gaps.push(format!(
            "{entries} of PagerDuty's log could not be understood"
        ));
    }
    match log.reach {
        Reach::Whole => {}
        Reach::BrokenOff => gaps.push(
            "PagerDuty's log is not whole: it said that there is more, and did not give it"
                .to_owned(),
        ),
        Reach::Capped => gaps.push(
            "PagerDuty's log is not whole: it gives the first 10,000 entries and no more"
                .to_owned(),
        ),
    }
    log.entries
}

fn notes_with_gaps(notes: Each<Note>, gaps: &mut Vec<String>) -> Vec<Note> {
    // A note without a time has no place on a timeline.
    let undated = notes.read.iter().filter(|note| note.created_at.is_none());
    let lost = notes.unreadable.len() + undated.count();
    if lost > 0 {
        let notes = counted(lost, "note", "notes");
        gaps.push(format!("{notes} of PagerDuty's could not be understood"));
    }
    notes.read
}

/// A row of the list that is no incident. One that says it was resolved before the last look was told then.
fn malformed(row: Unreadable, back_to: Timestamp) -> Option<SourceFault> {
    let resolved_at: Option<Timestamp> = row
        .value
        .get("resolved_at")
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok());
    let is_new = resolved_at.is_none_or(|at| at >= back_to);
    is_new.then(|| SourceFault {
        what: row.id.map_or_else(
            || "an incident without an id".to_owned(),
            |id| format!("incident {id}"),
        ),
        kind: FaultKind::Malformed,
        message: row.why,
    })
}

fn broken_off(why: &str) -> SourceFault {
    SourceFault {
        what: "the list of resolved incidents".to_owned(),
        kind: FaultKind::Incomplete,
        message: why.to_owned(),
    }
}

#[cfg(test)]
mod tests;
