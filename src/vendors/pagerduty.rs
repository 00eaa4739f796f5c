//! PagerDuty: resolved incidents, what happened during them, and who was there.
//!
//! Incidents are asked for by the time of their resolution. `since` and `until` would filter by creation, and an
//! incident that took weeks would never be seen: <https://github.com/simstudioai/sim/pull/6699>.

mod answers;

use std::collections::BTreeSet;

use ::http::Method;
use ::http::header::{ACCEPT, FROM, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::http::{
    CallError, Dialect, Each, Failure, Http, Repeat, Request, Said, Unreadable, if_there, patiently,
};
pub use answers::{
    CustomField, Incident, IncidentStatus, LogEntry, LogEntryKind, Note, Reference, Urgency, User,
};

const PAGE_LENGTH: u32 = 100;
/// PagerDuty refuses `offset + limit` above this.
const LAST_ENTRY: u32 = 10_000;
const MEDIA_TYPE: HeaderValue =
    HeaderValue::from_static("application/vnd.pagerduty+json;version=2");

/// Some incidents, latest resolved first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The incidents. While pages are being read others may resolve and shift the rows: expect doubles.
    pub incidents: Vec<Incident>,
    /// Those that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// What is behind them.
    pub rest: Rest,
}

/// What is behind a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rest {
    /// Nothing.
    None,
    /// More, from that offset on.
    At(u32),
    /// More, which PagerDuty lets nobody page to.
    OutOfReach,
}

impl Rest {
    fn of(more: bool, offset: u32, rows: usize) -> Self {
        let next = offset.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
        if !more {
            Self::None
        } else if next.saturating_add(PAGE_LENGTH) <= LAST_ENTRY {
            Self::At(next)
        } else {
            Self::OutOfReach
        }
    }
}

/// What was logged about an incident, as far as it could be read.
#[derive(Clone, Debug)]
pub struct Log {
    /// The entries, oldest first, each once.
    pub entries: Vec<LogEntry>,
    /// How many entries could not be read.
    pub unreadable: usize,
    /// How far they reach.
    pub reach: Reach,
}

/// How far a list that comes in pages was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// To its end.
    Whole,
    /// Not to its end: a page said that there is more, and then nothing new came, or a refusal.
    BrokenOff,
    /// As far as PagerDuty lets anybody page.
    Capped,
}

/// A PagerDuty account.
#[derive(Clone)]
pub struct PagerDuty {
    http: Http,
    key: SecretString,
}

#[derive(Deserialize)]
struct IncidentList {
    #[serde(default)]
    incidents: Each<Incident>,
    #[serde(default, deserialize_with = "patiently")]
    more: bool,
}

#[derive(Deserialize)]
struct LogEntryList {
    #[serde(default)]
    log_entries: Each<LogEntry>,
    #[serde(default, deserialize_with = "patiently")]
    more: bool,
}

#[derive(Deserialize)]
struct OneIncident {
    incident: Incident,
}

#[derive(Deserialize)]
struct Notes {
    #[serde(default)]
    notes: Each<Note>,
}

#[derive(Deserialize)]
struct OneNote {
    note: Note,
}

#[derive(Deserialize)]
struct OneUser {
    user: User,
}

#[derive(Deserialize)]
struct Users {
    #[serde(default)]
    users: Each<User>,
}

impl PagerDuty {
    /// The account of an API key, at the client's base URL (`https://api.pagerduty.com`, or `api.eu.`).
    pub fn new(http: Http, key: SecretString) -> Self {
        let dialect = Dialect {
            error: error_body,
            success: |_| None,
        };
        Self {
            http: http.speaking(dialect),
            key,
        }
    }

    async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, CallError> {
        let request = request
            .header(ACCEPT, MEDIA_TYPE)
            .authorization(&format!("Token token={}", self.key.expose_secret()));
        self.http.call_json(request).await
    }

    /// A hundred resolved incidents from `offset` on, latest resolved first, whenever they began.
    ///
    /// # Errors
    /// Any failure.
    pub async fn resolved_page(&self, offset: u32) -> Result<Page, CallError> {
        let request = Request::get("list incidents", ["incidents"])
            .query("statuses[]", "resolved")
            .query("date_range", "all")
            .query("sort_by", "resolved_at:desc")
            .query("limit", PAGE_LENGTH.to_string())
            .query("offset", offset.to_string());
        let list: IncidentList = self.call(request).await?;
        Ok(Page {
            rest: Rest::of(list.more, offset, list.incidents.len()),
            incidents: list.incidents.read,
            unreadable: list.incidents.unreadable,
        })
    }

    /// An incident with its custom fields and its conference bridge; none where it is not there or not ours to see.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, CallError> {
        let request = Request::get("read incident", ["incidents", id])
            .query("include[]", "custom_fields")
            .query("include[]", "conference_bridge");
        let one: Option<OneIncident> = if_there(self.call(request).await)?;
        Ok(one.map(|one| one.incident))
    }

    /// Everything that was logged about an incident, oldest first, with the alerts' own content. An entry that cannot be
    /// read, or a page that brings nothing new, costs only itself.
    ///
    /// # Errors
    /// Any failure of the first page; of a later one only those that may pass.
    pub async fn log_entries(&self, id: &str) -> Result<Log, CallError> {
        let mut entries = Vec::new();
        let mut unreadable = 0;
        let mut seen = BTreeSet::new();
        let mut offset = 0;
        let reach = loop {
            let request = Request::get("list log entries", ["incidents", id, "log_entries"])
                .query("limit", PAGE_LENGTH.to_string())
                .query("offset", offset.to_string())
                .query("include[]", "channels");
            let list: LogEntryList = match self.call(request).await {
                Ok(list) => list,
                Err(error) if offset > 0 && error.is_permanent() => break Reach::BrokenOff,
                Err(error) => return Err(error),
            };
            let rows = list.log_entries.len();
            let known = seen.len();
            for entry in list.log_entries.read {
                if seen.insert(entry.id.clone()) {
                    entries.push(entry);
                }
            }
            for entry in list.log_entries.unreadable {
                unreadable += usize::from(entry.id.is_none_or(|id| seen.insert(id)));
            }
            match Rest::of(list.more, offset, rows) {
                Rest::None => break Reach::Whole,
                Rest::At(_) if seen.len() == known => break Reach::BrokenOff,
                Rest::At(next) => offset = next,
                Rest::OutOfReach => break Reach::Capped,
            }
        };
        entries.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(Log {
            entries,
            unreadable,
            reach,
        })
    }

    /// The notes of an incident.
    ///
    /// # Errors
    /// Any failure.
    pub async fn notes(&self, id: &str) -> Result<Each<Note>, CallError> {
        let request = Request::get("list notes", ["incidents", id, "notes"]);
        let list: Notes = self.call(request).await?;
        Ok(list.notes)
    }

    /// Writes a note. There is no idempotency key: after an unclear outcome read the notes. `from` is the address of
    /// a user of the account.
    ///
    /// # Errors
    /// Any failure.
    pub async fn add_note(&self, id: &str, from: &str, content: &str) -> Result<Note, CallError> {
        let call = "add note";
        let from = HeaderValue::try_from(from).map_err(|_| {
            let failure = Failure::Refused {
                status: 400,
                message: "the address to write as is none".into(),
            };
            CallError::new(self.http.vendor(), call, failure)
        })?;
        let path = ["incidents", id, "notes"];
        let request = Request::new(call, Method::POST, path, Repeat::Once)
            .header(FROM, from)
            .json(&json!({ "note": { "content": content } }));
        let one: OneNote = self.call(request).await?;
        Ok(one.note)
    }

    /// A user; none where they have left.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn user(&self, id: &str) -> Result<Option<User>, CallError> {
        let request = Request::get("read user", ["users", id]);
        let one: Option<OneUser> = if_there(self.call(request).await)?;
        Ok(one.map(|one| one.user))
    }

    /// The account's first hundred users.
    ///
    /// # Errors
    /// Any failure.
    pub async fn users(&self) -> Result<Each<User>, CallError> {
        let request = Request::get("list users", ["users"]).query("limit", PAGE_LENGTH.to_string());
        let list: Users = self.call(request).await?;
        Ok(list.users)
    }
}

/// Reads `{"error": {"message", "code", "errors": […]}}`: <https://developer.pagerduty.com/docs/errors>.
fn error_body(_status: u16, body: &Value) -> Said {
    let error = &body["error"];
    let mut message = error["message"].as_str().unwrap_or_default().to_owned();
    for detail in error["errors"].as_array().into_iter().flatten() {
        if let Some(detail) = detail.as_str() {
            message = format!("{message}; {detail}");
        }
    }
    Said {
        message,
        reason: error["code"]
            .as_u64()
            .map_or_else(String::new, |code| code.to_string()),
        failure: None,
    }
}

#[cfg(test)]
mod tests;
