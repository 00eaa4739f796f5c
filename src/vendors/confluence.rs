//! Confluence Cloud: pages, properties, comments, tasks and people.
//!
//! The API's second generation (`/wiki/api/v2`) where it has the call, the first (`/wiki/rest/api`) for labels.
//! Works with the site's own URL and with `https://api.atlassian.com/ex/confluence/{cloudId}`, which scoped tokens
//! need: <https://support.atlassian.com/confluence/kb/scoped-api-tokens-in-confluence-cloud>.

mod outline;
mod pages;
mod storage_xml;
mod task_text;
mod tasks;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::http::{Answer, CallError, Dialect, Failure, Http, Request, Said};

pub use outline::{Manner, Outline, Piece, Place, WrittenTask};
pub use pages::{Comment, NewPage, Page, PageStatus, Property};
pub use tasks::{Task, TaskPage, TaskQuery, TaskStatus, User};

/// The most that a list of the second generation gives at once.
const PAGE_LENGTH: &str = "250";
/// A list is followed no further than this many pages: 50,000 entries mean that a filter was forgotten.
const MOST_PAGES: usize = 200;

/// Who calls: an account's address and its API token.
#[derive(Clone)]
pub struct Credentials {
    /// The account's email address.
    pub email: String,
    /// Its API token, classic or scoped.
    pub token: SecretString,
}

/// A Confluence site.
#[derive(Clone)]
pub struct Confluence {
    http: Http,
    authorization: SecretString,
}

impl Confluence {
    /// The site at the client's base URL, called as that account.
    pub fn new(http: Http, credentials: &Credentials) -> Self {
        let pair = format!(
            "{}:{}",
            credentials.email,
            credentials.token.expose_secret()
        );
        let authorization = format!("Basic {}", STANDARD.encode(pair)).into();
        let dialect = Dialect {
            error: error_body,
            success: |_| None,
        };
        Self {
            http: http.speaking(dialect),
            authorization,
        }
    }

    async fn call(&self, request: Request) -> Result<Answer, CallError> {
        let authorization = self.authorization.expose_secret();
        self.http.call(request.authorization(authorization)).await
    }

    async fn call_json<T: DeserializeOwned>(&self, request: Request) -> Result<T, CallError> {
        self.call(request).await?.json()
    }

    /// All entries of a list, page by page, each given the list's `_links.base`.
    async fn all<T: DeserializeOwned, U>(
        &self,
        request: Request,
        read: impl Fn(T, Option<&str>) -> U,
    ) -> Result<Vec<U>, CallError> {
        let mut entries = Vec::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = request.clone().query_if("cursor", cursor);
            let list: List<T> = self.call_json(page).await?;
            let base = list.links.base.as_deref();
            entries.extend(list.results.into_iter().map(|entry| read(entry, base)));
            cursor = list.links.next_cursor();
            if cursor.is_none() {
                break;
            }
        }
        Ok(entries)
    }
}

#[derive(Deserialize)]
struct List<T> {
    results: Vec<T>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    next: Option<String>,
    base: Option<String>,
    webui: Option<String>,
}

impl Links {
    /// The cursor inside the link to the next page. The link itself is relative to the site, also when we came
    /// through the gateway, so that following it as it stands would lead nowhere.
    fn next_cursor(&self) -> Option<String> {
        let (_, query) = self.next.as_deref()?.split_once('?')?;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "cursor")
            .map(|(_, value)| value.into_owned())
    }
}

#[derive(Deserialize)]
struct Bodies {
    storage: Option<Storage>,
}

#[derive(Deserialize)]
struct Storage {
    value: String,
}

/// `{"representation": "storage", "value": …}`
fn storage_body(storage: &str) -> Value {
    serde_json::json!({ "representation": "storage", "value": storage })
}

/// Reads both generations: `errors[]` with title and detail, or `message`.
fn error_body(status: u16, body: &Value) -> Said {
    let first = &body["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut message = match (text(&first["title"]), text(&first["detail"])) {
        (title, detail) if title.is_empty() => detail,
        (title, detail) if detail.is_empty() => title,
        (title, detail) => format!("{title}: {detail}"),
    };
    if message.is_empty() {
        message = text(&body["message"]);
    }
    let failure =
        is_title_taken(status, &message).then(|| Failure::Conflict(super::http::short(&message)));
    Said {
        reason: text(&first["code"]),
        message,
        failure,
    }
}

/// A title that is taken is refused with 400, by some servers with 500, and told by its text only:
/// <https://github.com/sphinx-contrib/confluencebuilder/issues/348>.
fn is_title_taken(status: u16, message: &str) -> bool {
    let message = message.to_lowercase();
    matches!(status, 400 | 500) && message.contains("title") && message.contains("already exists")
}

#[cfg(test)]
mod tests;
