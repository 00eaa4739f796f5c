//! Confluence, Cloud and Data Center: pages, properties, comments, tasks, restrictions and people.
//!
//! One client for both: what differs is behind each call, and told by the [`Edition`] where a caller has to know.
//! Cloud is asked through the API's second generation (`/wiki/api/v2`) where it has the call, through the first
//! (`/wiki/rest/api`) for labels and restrictions; it works with the site's own URL and with
//! `https://api.atlassian.com/ex/confluence/{cloudId}`, which scoped tokens need:
//! <https://support.atlassian.com/confluence/kb/scoped-api-tokens-in-confluence-cloud>. Data Center has the first generation
//! only, under `/rest/api` below the server's own context path:
//! <https://developer.atlassian.com/server/confluence/rest/v1000/>. Version 9 or newer.

mod cloud;
mod data_center;
mod outline;
mod pages;
mod people;
mod restrictions;
mod stored;
mod task_text;
mod tasks;

use ::http::{HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::http::{Answer, CallError, Dialect, Failure, Http, Request, Said};

pub use outline::{Manner, Outline, Piece, Place, WrittenTask};
pub use pages::{Audience, Comment, NewPage, Page, PageStatus, Property, SpaceRef};
pub use people::User;
pub use restrictions::Readers;
pub use tasks::{Task, TaskPage, TaskQuery, TaskStatus};

/// A list is followed no further than this many pages: 50,000 entries mean that a filter was forgotten.
const MOST_PAGES: usize = 200;

/// Asks Data Center not to take a write for one that a foreign web page made a browser send.
const NO_CHECK: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-atlassian-token"),
    HeaderValue::from_static("no-check"),
);

/// Which of the two products it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Edition {
    /// Atlassian's own servers. People are account ids.
    Cloud,
    /// A company's own servers. People are user keys.
    DataCenter,
}

/// Who calls. Each edition has its own way of saying so.
#[derive(Clone)]
pub enum Credentials {
    /// To Cloud: an account and its API token, classic or scoped.
    ApiToken {
        /// The account's email address.
        email: String,
        /// Its token.
        token: SecretString,
    },
    /// To Data Center: a personal access token, which tells the account by itself.
    PersonalAccessToken(SecretString),
}

impl Credentials {
    fn edition(&self) -> Edition {
        match self {
            Self::ApiToken { .. } => Edition::Cloud,
            Self::PersonalAccessToken(_) => Edition::DataCenter,
        }
    }

    /// The value of the `Authorization` header.
    fn header(&self) -> SecretString {
        match self {
            Self::ApiToken { email, token } => {
                let pair = format!("{email}:{}", token.expose_secret());
                format!("Basic {}", STANDARD.encode(pair)).into()
            }
            Self::PersonalAccessToken(token) => format!("Bearer {}", token.expose_secret()).into(),
        }
    }
}

/// A Confluence site.
#[derive(Clone)]
pub struct Confluence {
    http: Http,
    authorization: SecretString,
    edition: Edition,
}

impl Confluence {
    /// The site at the client's base URL, called as whoever the credentials are. The base URL is Cloud's site without
    /// `/wiki`, or Data Center's with its context path, such as `https://wiki.example.com/confluence`.
    pub fn new(http: Http, credentials: &Credentials) -> Self {
        let edition = credentials.edition();
        let dialect = match edition {
            Edition::Cloud => Dialect {
                error: error_body,
                success: |_| None,
            },
            Edition::DataCenter => Dialect {
                error: data_center::error_body,
                success: data_center::login_page,
            },
        };
        Self {
            http: http.speaking(dialect),
            authorization: credentials.header(),
            edition,
        }
    }

    /// Which product this is.
    pub fn edition(&self) -> Edition {
        self.edition
    }

    async fn call(&self, request: Request) -> Result<Answer, CallError> {
        let authorization = self.authorization.expose_secret();
        let request = match self.edition {
            Edition::Cloud => request,
            Edition::DataCenter => request.header(NO_CHECK.0, NO_CHECK.1),
        };
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
        let mut place: Option<Onward> = None;
        for _ in 0..MOST_PAGES {
            let page = match place {
                None => request.clone(),
                Some(Onward::Cursor(cursor)) => request.clone().query("cursor", cursor),
                Some(Onward::Start(start)) => request.clone().query("start", start.to_string()),
            };
            let list: List<T> = self.call_json(page).await?;
            let base = list.links.base.as_deref();
            let is_empty = list.results.is_empty();
            entries.extend(list.results.into_iter().map(|entry| read(entry, base)));
            place = match (&list.links.next, self.edition) {
                (None, _) => None,
                // A list that goes on for ever with nothing in it was seen behind filters that drop what may not be seen.
                (Some(_), Edition::DataCenter) if is_empty => None,
                (Some(_), Edition::DataCenter) => Some(Onward::Start(entries.len())),
                (Some(_), Edition::Cloud) => list.links.next_cursor().map(Onward::Cursor),
            };
            if place.is_none() {
                break;
            }
        }
        Ok(entries)
    }
}

/// Where a list goes on.
enum Onward {
    /// The second generation's cursor.
    Cursor(String),
    /// How many entries the first generation is to pass over.
    Start(usize),
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

fn storage_of(bodies: Option<Bodies>) -> Option<String> {
    Some(bodies?.storage?.value)
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
