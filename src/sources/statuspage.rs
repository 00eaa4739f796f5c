//! Incidents from Statuspage: what customers were told, and when.
//!
//! The page's public story is the timeline. When customers no longer felt it is when the page went to "monitoring".
//! People are not in it: those who write updates are not told. Scheduled maintenance is no incident.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::follow::Look;
use super::outside::is_web;
use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault, counted};
use crate::playbook::incident::{Detail, EntryKind, Incident, IncidentId, Status, TimelineEntry};
use crate::vendors::http::{CallError, Each};
use crate::vendors::statuspage::{self as vendor, PAGE_LENGTH};

/// The source's name.
const NAME: &str = "statuspage";

/// What is looked at when the vendor refuses.
const NEEDED: &str =
    "`sources.statuspage.key` and `page_id`: an API key of the page's organisation";

/// More pages are not read at one look.
const MOST_PAGES: usize = 100;

/// A page.
pub struct Statuspage {
    client: vendor::Statuspage,
    overlap: SignedDuration,
}

/// Which of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Unresolved,
    All,
}

impl Statuspage {
    /// The page of that client; each look goes back `overlap` beyond the last one.
    pub fn new(client: vendor::Statuspage, overlap: SignedDuration) -> Self {
        Self { client, overlap }
    }

    /// Reads a list, newest first, until it is older than the look goes back. A fault where it does not go on.
    async fn read(
        &self,
        list: List,
        look: &mut Look,
        faults: &mut Vec<SourceFault>,
    ) -> Result<(), CallError> {
        for page in 1..=MOST_PAGES {
            let rows = match list {
                List::Unresolved => self.client.unresolved(page).await?,
                List::All => self.client.incidents(page).await?,
            };
            let (known, length) = (look.count(), rows.len());
            let oldest = rows.read.iter().map(|row| row.created_at).min();
            take(rows, look, faults);
            let is_behind = oldest.is_some_and(|oldest| oldest < look.back_to());
            if length < PAGE_LENGTH || (list == List::All && is_behind) {
                return Ok(());
            }
            // A full page of nothing new. The second list begins with what the first one showed.
            if look.count() == known && (list == List::Unresolved || page > 1) {
                break;
            }
        }
        look.broke_off();
        faults.push(SourceFault {
            what: "the list of incidents".to_owned(),
            kind: FaultKind::Incomplete,
            message: "its pages do not come to an end".to_owned(),
        });
        Ok(())
    }
}

fn take(rows: Each<vendor::Incident>, look: &mut Look, faults: &mut Vec<SourceFault>) {
    for row in rows.read {
        if look.saw(&row.id) && !row.is_maintenance() {
            look.take(&row.id, incident(&row));
        }
    }
    for row in rows.unreadable {
        faults.extend(look.malformed(row, "created_at"));
    }
}

#[async_trait]
impl IncidentSource for Statuspage {
    fn name(&self) -> &str {
        NAME
    }

    async fn pull(
        &self,
        watermark: Option<&Value>,
        since: Timestamp,
        _now: Timestamp,
    ) -> Result<Pulled, SourceError> {
        let failed = |error: CallError| SourceError::of_call(&error, NEEDED);
        let mut look = Look::begin(watermark, since, self.overlap);
        let mut faults = Vec::new();
        for list in [List::Unresolved, List::All] {
            let read = self.read(list, &mut look, &mut faults).await;
            read.map_err(failed)?;
        }
        for id in look.to_ask() {
            match self.client.incident(&id).await {
                Ok(Some(row)) => look.take(&id, incident(&row)),
                // Deleted: nothing is owed for it any more.
                Ok(None) => {}
                Err(error) => {
                    look.later(&id);
                    faults.push(SourceFault {
                        what: format!("incident {id}"),
                        kind: FaultKind::Unreadable,
                        message: error.to_string(),
                    });
                }
            }
        }
        let (incidents, watermark) = look.end();
        Ok(Pulled {
            incidents,
            watermark,
            faults,
        })
    }

    async fn detail(&self, known: &Incident, _now: Timestamp) -> Result<Incident, SourceError> {
        let id = known.id.key();
        let row = self.client.incident(id).await;
        let row = row.map_err(|error| SourceError::of_call(&error, NEEDED))?;
        let row = row.ok_or_else(|| {
            SourceError::Gone(format!("Statuspage no longer shows incident {id}"))
        })?;
        Ok(incident(&row))
    }
}

/// The list tells all there is.
fn incident(row: &vendor::Incident) -> Incident {
    let last = |status: vendor::Status| {
        let updates = row.incident_updates.read.iter();
        updates
            .filter(|update| update.status == status)
            .filter_map(|update| update.display_at.or(update.created_at))
            .max()
    };
    let is_over = match row.status {
        vendor::Status::Resolved | vendor::Status::Postmortem | vendor::Status::Completed => true,
        vendor::Status::Investigating
        | vendor::Status::Identified
        | vendor::Status::Monitoring
        | vendor::Status::Scheduled
        | vendor::Status::InProgress
        | vendor::Status::Verifying
        | vendor::Status::Unknown => false,
    };
    let resolved_at = row
        .resolved_at
        .or_else(|| last(vendor::Status::Resolved))
        .or(row.updated_at)
        .unwrap_or(row.created_at);
    let components: Vec<&str> = row
        .components
        .read
        .iter()
        .map(|component| component.name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    let (timeline, gaps) = timeline(row);
    Incident {
        url: row.shortlink.clone().filter(|url| is_web(url)),
        service: components.join(", "),
        severity: row.impact.clone().filter(|impact| impact != "none"),
        began_at: row.started_at,
        mitigated_at: row
            .monitoring_at
            .or_else(|| last(vendor::Status::Monitoring)),
        detail: Detail::Full,
        timeline,
        gaps,
        ..Incident::listed(
            IncidentId::new(NAME, &row.id),
            reference(&row.id),
            if row.name.trim().is_empty() {
                "An incident without a name"
            } else {
                row.name.trim()
            },
            row.created_at,
            if is_over {
                Status::Resolved { at: resolved_at }
            } else {
                Status::Open
            },
        )
    }
}

/// Ids are twelve letters and digits; in short, as people would say one.
fn reference(id: &str) -> String {
    format!("SP-{id}")
}

/// What customers were told, oldest first, with what could not be understood of it.
fn timeline(row: &vendor::Incident) -> (Vec<TimelineEntry>, Vec<String>) {
    let mut lost = row.incident_updates.unreadable.len();
    let mut timeline = Vec::new();
    for update in &row.incident_updates.read {
        let Some(at) = update.display_at.or(update.created_at) else {
            lost += 1;
            continue;
        };
        let kind = match update.status {
            vendor::Status::Monitoring => EntryKind::Mitigated,
            vendor::Status::Resolved | vendor::Status::Completed => EntryKind::Resolved,
            vendor::Status::Investigating
            | vendor::Status::Identified
            | vendor::Status::Postmortem
            | vendor::Status::Scheduled
            | vendor::Status::InProgress
            | vendor::Status::Verifying
            | vendor::Status::Unknown => EntryKind::Note,
        };
        let by = Some("Statuspage".to_owned());
        timeline.push(TimelineEntry::new(at, kind, by, update.body.as_str()));
    }
    timeline.sort_by_key(|entry| entry.at);
    let updates = counted(lost, "update", "updates");
    let gaps = (lost > 0).then(|| format!("{updates} on Statuspage could not be understood"));
    (timeline, gaps.into_iter().collect())
}

#[cfg(test)]
mod tests;
