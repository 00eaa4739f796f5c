//! PagerDuty: resolved incidents, what happened during them, and who was there.
//!
//! Incidents are asked for by the time of their resolution. `since` and `until` would filter by creation, and an
//! incident that took weeks would never be seen: <https://github.com/simstudioai/sim/pull/6699>.

mod answers;

use ::http::Method;
use ::http::header::{ACCEPT, FROM, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::http::{CallError, Dialect, Failure, Http, Repeat, Request, Said, if_there};
use answers::nullable;
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
    /// Whether there are more after these, as far as PagerDuty lets us page.
    pub more: bool,
}

/// A PagerDuty account.
#[derive(Clone)]
pub struct PagerDuty {
    http: Http,
    key: SecretString,
}

#[derive(Deserialize)]
struct IncidentList {
    incidents: Vec<Incident>,
    #[serde(default, deserialize_with = "nullable")]
    more: bool,
}

#[derive(Deserialize)]
struct LogEntryList {
    log_entries: Vec<LogEntry>,
    #[serde(default, deserialize_with = "nullable")]
    more: bool,
}

#[derive(Deserialize)]
struct OneIncident {
    incident: Incident,
}

#[derive(Deserialize)]
struct Notes {
    notes: Vec<Note>,
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
    users: Vec<User>,
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
            more: list.more && offset + 2 * PAGE_LENGTH <= LAST_ENTRY,
            incidents: list.incidents,
        })
    }

    /// An incident with its custom fields; none where it is not there or not ours to see.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, CallError> {
        let request =
            Request::get("read incident", ["incidents", id]).query("include[]", "custom_fields");
        let one: Option<OneIncident> = if_there(self.call(request).await)?;
        Ok(one.map(|one| one.incident))
    }

    /// Everything that was logged about an incident, oldest first, with the alerts' own content.
    ///
    /// # Errors
    /// Any failure.
    pub async fn log_entries(&self, id: &str) -> Result<Vec<LogEntry>, CallError> {
        let mut entries = Vec::new();
        let mut offset = 0;
        while offset + PAGE_LENGTH <= LAST_ENTRY {
            let request = Request::get("list log entries", ["incidents", id, "log_entries"])
                .query("limit", PAGE_LENGTH.to_string())
                .query("offset", offset.to_string())
                .query("include[]", "channels");
            let list: LogEntryList = self.call(request).await?;
            entries.extend(list.log_entries);
            if !list.more {
                break;
            }
            offset += PAGE_LENGTH;
        }
        entries.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        entries.dedup_by(|a, b| a.id == b.id);
        Ok(entries)
    }

    /// The notes of an incident.
    ///
    /// # Errors
    /// Any failure.
    pub async fn notes(&self, id: &str) -> Result<Vec<Note>, CallError> {
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
    pub async fn users(&self) -> Result<Vec<User>, CallError> {
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
