//! Statuspage: the incidents of a page, and what customers were told of them.
//!
//! After Atlassian's published description of the API, version 1: <https://developer.statuspage.io/>. What it does not
//! say: in which order incidents are listed. They have been seen newest first; nothing here relies on it but how soon
//! the reading of a long list ends.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::http::{CallError, Dialect, Each, Http, Request, Said, if_there, patiently};

/// The longest page there is.
pub const PAGE_LENGTH: usize = 100;

/// An organisation's account.
#[derive(Clone)]
pub struct Statuspage {
    http: Http,
    key: SecretString,
    page_id: String,
}

/// Where an incident is, or was at one of its updates.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody knows yet.
    Investigating,
    /// The cause is known.
    Identified,
    /// It is mended, and watched.
    Monitoring,
    /// It is over.
    Resolved,
    /// It is over, and its story is told.
    Postmortem,
    /// Maintenance that is to come.
    Scheduled,
    /// Maintenance under way.
    InProgress,
    /// Maintenance that is being checked.
    Verifying,
    /// Maintenance that is done.
    Completed,
    /// A status that this client does not know, or none.
    #[default]
    #[serde(other)]
    Unknown,
}

/// An incident. Texts are from outside.
#[derive(Clone, Debug, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// When it was put on the page.
    pub created_at: Timestamp,
    /// When it began, where that is told apart. Not in the description; the public pages' answers have it.
    #[serde(default, deserialize_with = "patiently")]
    pub started_at: Option<Timestamp>,
    /// When it was last touched.
    #[serde(default, deserialize_with = "patiently")]
    pub updated_at: Option<Timestamp>,
    /// When it was mended and only watched from then on.
    #[serde(default, deserialize_with = "patiently")]
    pub monitoring_at: Option<Timestamp>,
    /// When it was over.
    #[serde(default, deserialize_with = "patiently")]
    pub resolved_at: Option<Timestamp>,
    /// When maintenance is to begin; incidents have none.
    #[serde(default, deserialize_with = "patiently")]
    pub scheduled_for: Option<Timestamp>,
    /// What it is called.
    #[serde(default, deserialize_with = "patiently")]
    pub name: String,
    /// Where it is.
    #[serde(default, deserialize_with = "patiently")]
    pub status: Status,
    /// `none`, `minor`, `major`, `critical`, or `maintenance`.
    #[serde(default, deserialize_with = "patiently")]
    pub impact: Option<String>,
    /// A short address of its page.
    #[serde(default, deserialize_with = "patiently")]
    pub shortlink: Option<String>,
    /// What was hit.
    #[serde(default)]
    pub components: Each<Component>,
    /// What customers were told, newest first.
    #[serde(default)]
    pub incident_updates: Each<Update>,
}

impl Incident {
    /// Whether it is planned work and no incident.
    pub fn is_maintenance(&self) -> bool {
        match self.status {
            Status::Scheduled | Status::InProgress | Status::Verifying | Status::Completed => true,
            Status::Investigating
            | Status::Identified
            | Status::Monitoring
            | Status::Resolved
            | Status::Postmortem
            | Status::Unknown => {
                self.scheduled_for.is_some() || self.impact.as_deref() == Some("maintenance")
            }
        }
    }
}

/// A part of what the page is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
}

/// Something customers were told.
#[derive(Clone, Debug, Deserialize)]
pub struct Update {
    /// When it was written.
    #[serde(default, deserialize_with = "patiently")]
    pub created_at: Option<Timestamp>,
    /// When it is said to have happened; people can set it.
    #[serde(default, deserialize_with = "patiently")]
    pub display_at: Option<Timestamp>,
    /// Where the incident was then.
    #[serde(default, deserialize_with = "patiently")]
    pub status: Status,
    /// The words.
    #[serde(default, deserialize_with = "patiently")]
    pub body: String,
}

impl Statuspage {
    /// The page of that id, at the client's base URL (`https://api.statuspage.io`).
    pub fn new(http: Http, key: SecretString, page_id: String) -> Self {
        let dialect = Dialect {
            error: error_body,
            success: |_| None,
        };
        Self {
            http: http.speaking(dialect),
            key,
            page_id,
        }
    }

    fn get(&self, call: &'static str, rest: &[&str]) -> Request {
        let path = ["v1", "pages", &self.page_id, "incidents"];
        Request::get(call, path.into_iter().chain(rest.iter().copied()))
            .authorization(&format!("OAuth {}", self.key.expose_secret()))
    }

    /// A hundred incidents and maintenances; pages count from 1.
    ///
    /// # Errors
    /// Any failure.
    pub async fn incidents(&self, page: usize) -> Result<Each<Incident>, CallError> {
        let request = self
            .get("list incidents", &[])
            .query("limit", PAGE_LENGTH.to_string())
            .query("page", page.to_string());
        self.http.call_json(request).await
    }

    /// A hundred incidents that are not over; pages count from 1.
    ///
    /// # Errors
    /// Any failure.
    pub async fn unresolved(&self, page: usize) -> Result<Each<Incident>, CallError> {
        let request = self
            .get("list unresolved incidents", &["unresolved"])
            .query("per_page", PAGE_LENGTH.to_string())
            .query("page", page.to_string());
        self.http.call_json(request).await
    }

    /// An incident; none where it is not there.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, CallError> {
        let request = self.get("read incident", &[id]);
        if_there(self.http.call_json(request).await)
    }
}

/// Reads `{"message": "…"}`; it also answers `{"error": "…"}`, as text or as a list.
fn error_body(_status: u16, body: &Value) -> Said {
    let message = ["message", "error"]
        .iter()
        .find_map(|name| match body.get(*name)? {
            Value::String(text) => Some(text.clone()),
            Value::Array(texts) => {
                let texts = texts.iter().filter_map(Value::as_str);
                Some(texts.collect::<Vec<_>>().join("; "))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        });
    Said {
        message: message.unwrap_or_default(),
        ..Said::default()
    }
}

#[cfg(test)]
mod tests;
