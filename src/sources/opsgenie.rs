//! Incidents from Opsgenie.
//!
//! No answer says when an incident was resolved. It was when it was last touched, as the first look sees it that finds it
//! over; later looks keep to that, so that a comment written afterwards moves no deadline.

mod record;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::follow::Look;
use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault, counted, is_withheld};
use crate::playbook::incident::{Detail, Incident, Status};
use crate::vendors::http::CallError;
use crate::vendors::opsgenie::{self as vendor, PAGE_LENGTH, Reach, Story, User};

/// The source's name.
const NAME: &str = "opsgenie";

/// What is looked at when the vendor refuses.
const NEEDED: &str = "`sources.opsgenie.key`: the key of an API integration that may read, on a plan that has incidents";

/// More pages of a list are not read at one look.
const MOST_PAGES: usize = 100;

/// An account.
pub struct Opsgenie {
    client: vendor::Opsgenie,
    search: Option<String>,
    overlap: SignedDuration,
    known: Mutex<Known>,
}

/// What was asked for already.
#[derive(Default)]
struct Known {
    users: Option<Vec<User>>,
    /// By id; `None` for those that are no longer there.
    services: BTreeMap<String, Option<String>>,
}

impl Opsgenie {
    /// The incidents of that account which fit the search; each look goes back `overlap` beyond the last one.
    pub fn new(client: vendor::Opsgenie, search: Option<String>, overlap: SignedDuration) -> Self {
        Self {
            client,
            search,
            overlap,
            known: Mutex::default(),
        }
    }

    /// Reads a list, latest opened first: the open ones all, the others until they are older than the look goes back.
    async fn read(
        &self,
        status: vendor::Status,
        look: &mut Look,
        faults: &mut Vec<SourceFault>,
    ) -> Result<(), CallError> {
        let mut offset = 0;
        for _ in 0..MOST_PAGES {
            let search = self.search.as_deref();
            let rows = self.client.incidents(status, search, offset).await?;
            let (known, length) = (look.count(), rows.len());
            let oldest = rows.read.iter().map(|row| row.created_at).min();
            for row in rows.read {
                if look.saw(&row.id) {
                    take(&row, look);
                }
            }
            for row in rows.unreadable {
                faults.extend(look.malformed(row, "createdAt"));
            }
            let is_behind = status != vendor::Status::Open
                && oldest.is_some_and(|oldest| oldest < look.back_to());
            if length < PAGE_LENGTH || is_behind {
                return Ok(());
            }
            if look.count() == known {
                break;
            }
            offset += length;
        }
        look.broke_off();
        faults.push(SourceFault {
            what: "the list of incidents".to_owned(),
            kind: FaultKind::Incomplete,
            message: "its pages do not come to an end".to_owned(),
        });
        Ok(())
    }

    /// Everybody in the account, asked for once; none where these credentials may not see them.
    async fn users(&self) -> Result<Option<Vec<User>>, CallError> {
        // Held while asking: incidents that are read at once ask once.
        let mut known = self.known.lock().await;
        if known.users.is_none() {
            match self.client.users().await {
                Ok(users) => known.users = Some(users),
                Err(error) if is_withheld(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(known.users.clone())
    }

    /// The names of these services, as far as they are shown.
    async fn services(&self, ids: Vec<String>) -> Result<Vec<String>, CallError> {
        let mut known = self.known.lock().await;
        let mut names = Vec::new();
        for id in ids {
            let name = match known.services.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = match self.client.service_name(&id).await {
                        Ok(name) => name,
                        Err(error) if is_withheld(&error) => None,
                        Err(error) => return Err(error),
                    };
                    known.services.insert(id, name.clone());
                    name
                }
            };
            names.extend(name);
        }
        Ok(names)
    }

    /// The timeline, or the log where there is none for these credentials.
    async fn story(&self, id: &str, gaps: &mut Vec<String>) -> Result<Story, CallError> {
        let story = match self.client.timeline(id).await {
            Err(error) if is_withheld(&error) => self.client.log(id).await,
            other => other,
        };
        match story {
            Err(error) if is_withheld(&error) => {
                gaps.push(format!(
                    "Opsgenie's timeline could not be read: {}",
                    error.failure
                ));
                Ok(Story {
                    entries: Vec::new(),
                    unreadable: 0,
                    reach: Reach::Whole,
                })
            }
            other => other,
        }
    }
}

fn take(row: &vendor::Incident, look: &mut Look) {
    let status = match row.status {
        vendor::Status::Resolved | vendor::Status::Closed => {
            let touched_at = row.updated_at.unwrap_or(row.created_at);
            Status::Resolved {
                at: look.over_at(&row.id, touched_at),
            }
        }
        vendor::Status::Open | vendor::Status::Unknown => Status::Open,
    };
    look.take(&row.id, record::listed(row, status));
}

#[async_trait]
impl IncidentSource for Opsgenie {
    fn name(&self) -> &str {
        NAME
    }

    async fn pull(
        &self,
        watermark: Option<&Value>,
        since: Timestamp,
        _now: Timestamp,
    ) -> Result<Pulled, SourceError> {
        let mut look = Look::begin(watermark, since, self.overlap);
        let mut faults = Vec::new();
        let lists = [
            vendor::Status::Open,
            vendor::Status::Resolved,
            vendor::Status::Closed,
        ];
        for status in lists {
            let read = self.read(status, &mut look, &mut faults).await;
            read.map_err(|error| SourceError::of_call(&error, NEEDED))?;
        }
        for id in look.to_ask() {
            match self.client.incident(&id).await {
                Ok(Some(row)) => take(&row, &mut look),
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
        let failed = |error: CallError| SourceError::of_call(&error, NEEDED);
        let id = known.id.key();
        let mut gaps = Vec::new();
        let (row, story, users) = futures_util::join!(
            self.client.incident(id),
            self.story(id, &mut gaps),
            self.users(),
        );
        let row = row.map_err(failed)?.ok_or_else(|| {
            SourceError::Gone(format!(
                "Opsgenie no longer shows incident {}",
                known.reference
            ))
        })?;
        let story = story.map_err(failed)?;
        let users = users.map_err(failed)?.unwrap_or_else(|| {
            gaps.push("Opsgenie's people could not be read: addresses are missing".to_owned());
            Vec::new()
        });
        let services = self.services(record::service_ids(&row));
        let services = services.await.map_err(failed)?;
        if story.unreadable > 0 {
            let entries = counted(story.unreadable, "entry", "entries");
            gaps.push(format!(
                "{entries} of Opsgenie's timeline could not be understood"
            ));
        }
        match story.reach {
            Reach::Whole => {}
            Reach::BrokenOff => gaps.push(
                "Opsgenie's timeline is not whole: it said that there is more, and did not give it"
                    .to_owned(),
            ),
        }
        // When it was over is what the list made of it.
        let status = match (row.status, known.resolved_at()) {
            (vendor::Status::Resolved | vendor::Status::Closed, Some(at)) => {
                Status::Resolved { at }
            }
            (vendor::Status::Resolved | vendor::Status::Closed, None) => Status::Resolved {
                at: row.updated_at.unwrap_or(row.created_at),
            },
            (vendor::Status::Open | vendor::Status::Unknown, _) => Status::Open,
        };
        Ok(Incident {
            service: services.join(", "),
            detail: Detail::Full,
            participants: record::participants(&row, &story.entries, &users),
            timeline: record::timeline(&story.entries, &users),
            gaps,
            ..record::listed(&row, status)
        })
    }
}

#[cfg(test)]
mod tests;
