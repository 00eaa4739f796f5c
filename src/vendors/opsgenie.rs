//! Opsgenie: incidents, what happened during them, and who was there. Atlassian ends it on 5 April 2027:
//! <https://support.atlassian.com/opsgenie/docs/what-happens-when-opsgenie-is-turned-off/>. Its successor's
//! [operations API](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/intro/) has alerts and
//! schedules; incidents are Jira issues there.
//!
//! Sources: the [incident API](https://docs.opsgenie.com/docs/incident-api) for paths, `GenieKey` and the asynchronous
//! writes that are not used here; Atlassian's own Go client
//! ([requests](https://github.com/opsgenie/opsgenie-go-sdk-v2/blob/master/incident/request.go),
//! [results](https://github.com/opsgenie/opsgenie-go-sdk-v2/blob/master/incident/result.go)) for the members of an
//! incident and of its log, and for what lists are sorted by: `createdAt`, never a time of resolution, which no answer has.
//!
//! Unconfirmed, so that nothing depends on it: the words for kinds of timeline entries and where an entry's text stands;
//! `impactStartDate`, `impactEndDate` and `links.web` of an incident; how far lists can be paged; parentheses in a search.

mod answers;

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::http::{CallError, Dialect, Each, Http, Request, Said, if_there};
pub use answers::{Entry, Incident, Links, Reach, Responder, Status, Story, User};
use answers::{List, LogEntry, Named, One, TimelinePage, words};

/// The longest page of incidents, log or timeline.
pub const PAGE_LENGTH: usize = 100;

/// The longest page of users.
const USERS_LENGTH: usize = 500;

/// More pages of one thing are not read.
const MOST_PAGES: usize = 100;

/// An account.
#[derive(Clone)]
pub struct Opsgenie {
    http: Http,
    key: SecretString,
}

impl Opsgenie {
    /// The account of an API key, at the client's base URL (`https://api.opsgenie.com`, or `api.eu.`).
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
        let key = format!("GenieKey {}", self.key.expose_secret());
        self.http.call_json(request.authorization(&key)).await
    }

    /// Incidents of that status which fit a search, latest opened first, from `offset` on.
    ///
    /// # Errors
    /// Any failure.
    pub async fn incidents(
        &self,
        status: Status,
        search: Option<&str>,
        offset: usize,
    ) -> Result<Each<Incident>, CallError> {
        let status = status.word();
        let query = match search {
            Some(search) => format!("status: {status} AND ({search})"),
            None => format!("status: {status}"),
        };
        let request = Request::get("list incidents", ["v1", "incidents"])
            .query("query", query)
            .query("sort", "createdAt")
            .query("order", "desc")
            .query("limit", PAGE_LENGTH.to_string())
            .query("offset", offset.to_string());
        let list: List<Incident> = self.call(request).await?;
        Ok(list.data)
    }

    /// An incident; none where it is not there.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, CallError> {
        let request =
            Request::get("read incident", ["v1", "incidents", id]).query("identifierType", "id");
        let one: Option<One<Incident>> = if_there(self.call(request).await)?;
        Ok(one.map(|one| one.data))
    }

    /// The timeline, without what people have hidden.
    ///
    /// # Errors
    /// Any failure.
    pub async fn timeline(&self, id: &str) -> Result<Story, CallError> {
        let mut story = Story::empty();
        let mut seen = BTreeSet::new();
        let mut offset = String::new();
        for _ in 0..MOST_PAGES {
            let request =
                Request::get("read timeline", ["v2", "incident-timelines", id, "entries"])
                    .query("limit", PAGE_LENGTH.to_string())
                    .query("order", "asc")
                    .query_if("offset", (!offset.is_empty()).then_some(offset.as_str()));
            let page: One<TimelinePage> = self.call(request).await?;
            let TimelinePage {
                entries,
                next_offset,
            } = page.data;
            let rows = entries.len();
            story.unreadable += entries.unreadable.len();
            let known = seen.len();
            for entry in entries.read {
                if seen.insert((entry.event_time, entry.id)) && !entry.hidden {
                    story.entries.push(Entry {
                        at: entry.event_time,
                        text: words(&entry.description).unwrap_or_else(|| entry.kind.clone()),
                        kind: entry.kind,
                        by: entry.actor.and_then(|actor| actor.name),
                    });
                }
            }
            // A last page may name a next one all the same, which is empty.
            if next_offset.is_empty() || rows == 0 {
                return Ok(story.whole());
            }
            if seen.len() == known || next_offset == offset {
                return Ok(story);
            }
            offset = next_offset;
        }
        Ok(story)
    }

    /// The log: what there is where there is no timeline.
    ///
    /// # Errors
    /// Any failure.
    pub async fn log(&self, id: &str) -> Result<Story, CallError> {
        let mut story = Story::empty();
        let mut seen = BTreeSet::new();
        let mut next: Option<Url> = None;
        for _ in 0..MOST_PAGES {
            let request = match &next {
                Some(address) => Request::get_address("read log", address.clone()),
                None => Request::get("read log", ["v1", "incidents", id, "logs"])
                    .query("identifierType", "id")
                    .query("limit", PAGE_LENGTH.to_string())
                    .query("order", "asc"),
            };
            let page: List<LogEntry> = self.call(request).await?;
            let rows = page.data.len();
            story.unreadable += page.data.unreadable.len();
            let known = seen.len();
            for entry in page.data.read {
                if seen.insert((entry.created_at, entry.offset, entry.log.clone())) {
                    story.entries.push(Entry {
                        at: entry.created_at,
                        kind: entry.kind,
                        by: entry.owner,
                        text: entry.log,
                    });
                }
            }
            let more = page.paging.next.filter(|next| !next.is_empty());
            let Some(more) = more.filter(|_| rows > 0) else {
                return Ok(story.whole());
            };
            // The key goes along: never to another host.
            let base = self.http.base_url();
            let address = base.join(&more).ok();
            let address = address.filter(|address| address.origin() == base.origin());
            if address.is_none() || seen.len() == known {
                return Ok(story);
            }
            next = address;
        }
        Ok(story)
    }

    /// The name of a service; none where it is not there.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn service_name(&self, id: &str) -> Result<Option<String>, CallError> {
        let request = Request::get("read service", ["v1", "services", id]);
        let one: Option<One<Named>> = if_there(self.call(request).await)?;
        Ok(one.map(|one| one.data.name))
    }

    /// Everybody in the account.
    ///
    /// # Errors
    /// Any failure.
    pub async fn users(&self) -> Result<Vec<User>, CallError> {
        let mut users: Vec<User> = Vec::new();
        for page in 0..MOST_PAGES {
            let request = Request::get("list users", ["v2", "users"])
                .query("limit", USERS_LENGTH.to_string())
                .query("offset", (page * USERS_LENGTH).to_string());
            let list: List<User> = self.call(request).await?;
            let length = list.data.len();
            let is_new = |user: &User| users.iter().all(|known| known.id != user.id);
            let new: Vec<User> = list.data.read.into_iter().filter(is_new).collect();
            let is_last = length < USERS_LENGTH || new.is_empty();
            users.extend(new);
            if is_last {
                break;
            }
        }
        Ok(users)
    }
}

/// Reads `{"message": "…", "took": 0.1, "requestId": "…"}`.
fn error_body(_status: u16, body: &Value) -> Said {
    Said {
        message: body["message"].as_str().unwrap_or_default().to_owned(),
        ..Said::default()
    }
}

#[cfg(test)]
mod tests;
