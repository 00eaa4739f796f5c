//! Slack: messages out, transcripts in, and people's addresses.
//!
//! Slack answers nearly everything with status 200 and says in `ok` whether it went well. Two of its errors mean
//! that part of the work may have been done: <https://docs.slack.dev/reference/methods/chat.postMessage>.

mod messages;

use ::http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::http::{CallError, Dialect, Failure, Http, Repeat, Request, Said, if_there, short};
pub use messages::{Message, Metadata, Reaction, escape};

/// A list gives up to 999; fewer are more likely to come in time.
const PAGE_LENGTH: &str = "200";
/// A transcript is read no further than this many pages.
const MOST_PAGES: usize = 100;

/// A message to be posted. What comes from outside goes through [`escape`] first.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    /// The channel's id.
    pub channel: &'a str,
    /// The text, in mrkdwn; beside blocks it is what notifications show.
    pub text: &'a str,
    /// Blocks to show instead of the text.
    pub blocks: Option<Value>,
    /// The message to answer in its thread: the `ts` of the thread's first.
    pub thread_ts: Option<&'a str>,
    /// A type and a value that stand by the message unseen, readable by apps in the channel: the key to find it by.
    pub metadata: Option<(&'a str, Value)>,
}

/// Where a message has been posted. Both parts together are its name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Posted {
    /// The channel's id.
    pub channel: String,
    /// The message's time, which is text: six decimals that no float keeps.
    pub ts: String,
}

/// Whose token it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Identity {
    /// The workspace's URL.
    pub url: String,
    /// The workspace's name.
    pub team: String,
    /// The user's or bot's name.
    pub user: String,
    /// Its user id.
    pub user_id: String,
}

/// A person.
#[derive(Clone, Debug)]
pub struct User {
    /// The user id.
    pub id: String,
    /// The name people see.
    pub name: String,
    /// The address, where the token may see it (`users:read.email`).
    pub email: Option<String>,
    /// The IANA zone.
    pub time_zone: Option<String>,
    /// Whether it is a person who is still there.
    pub standing: Standing,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// A person.
    Person,
    /// A robot.
    Bot,
    /// Somebody who has left.
    Deleted,
}

#[derive(Deserialize)]
struct OneUser {
    user: WireUser,
}

#[derive(Deserialize)]
struct WireUser {
    id: String,
    name: Option<String>,
    real_name: Option<String>,
    tz: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    is_bot: bool,
    #[serde(default)]
    profile: Profile,
}

#[derive(Default, Deserialize)]
struct Profile {
    email: Option<String>,
    real_name: Option<String>,
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct Transcript {
    messages: Vec<Message>,
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
struct Cursor {
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Permalink {
    permalink: String,
}

impl From<WireUser> for User {
    fn from(wire: WireUser) -> Self {
        let names = [
            wire.profile.display_name,
            wire.profile.real_name,
            wire.real_name,
            wire.name,
        ];
        let name = names
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty());
        Self {
            name: name.unwrap_or_else(|| wire.id.clone()),
            id: wire.id,
            email: wire.profile.email.filter(|email| !email.is_empty()),
            time_zone: wire.tz.filter(|zone| !zone.is_empty()),
            standing: match (wire.deleted, wire.is_bot) {
                (true, _) => Standing::Deleted,
                (false, true) => Standing::Bot,
                (false, false) => Standing::Person,
            },
        }
    }
}

/// A Slack workspace.
#[derive(Clone)]
pub struct Slack {
    http: Http,
    token: SecretString,
}

impl Slack {
    /// The workspace of a bot token, at the client's base URL (`https://slack.com`).
    pub fn new(http: Http, token: SecretString) -> Self {
        let dialect = Dialect {
            error: error_body,
            success: refusal,
        };
        Self {
            http: http.speaking(dialect),
            token,
        }
    }

    async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, CallError> {
        let token = format!("Bearer {}", self.token.expose_secret());
        self.http.call_json(request.authorization(&token)).await
    }

    /// Posts a message, without previews of its links. There is no idempotency key: after an unclear outcome read
    /// the channel's [history](Self::history) and look for the metadata.
    ///
    /// # Errors
    /// Any failure.
    pub async fn post(&self, post: &Post<'_>) -> Result<Posted, CallError> {
        let mut body = json!({
            "channel": post.channel,
            "text": post.text,
            "unfurl_links": false,
            "unfurl_media": false,
        });
        if let Some(blocks) = &post.blocks {
            body["blocks"] = blocks.clone();
        }
        if let Some(thread) = post.thread_ts {
            body["thread_ts"] = thread.into();
        }
        if let Some((event_type, payload)) = &post.metadata {
            body["metadata"] = json!({ "event_type": event_type, "event_payload": payload });
        }
        let request = Request::new(
            "post",
            Method::POST,
            ["api", "chat.postMessage"],
            Repeat::Once,
        )
        .body("application/json; charset=utf-8", body.to_string());
        self.call(request).await
    }

    /// A channel's messages after `oldest` (a `ts`, exclusive), oldest first, with metadata and reactions; answers in
    /// threads are apart.
    ///
    /// # Errors
    /// Any failure, such as `Refused` with `not_in_channel`.
    pub async fn history(
        &self,
        channel: &str,
        oldest: Option<&str>,
    ) -> Result<Vec<Message>, CallError> {
        let request = Request::get("read channel", ["api", "conversations.history"])
            .query("channel", channel)
            .query_if("oldest", oldest);
        self.transcript(request).await
    }

    /// A thread, its first message included, oldest first.
    ///
    /// # Errors
    /// Any failure.
    pub async fn replies(&self, channel: &str, thread_ts: &str) -> Result<Vec<Message>, CallError> {
        let request = Request::get("read thread", ["api", "conversations.replies"])
            .query("channel", channel)
            .query("ts", thread_ts);
        self.transcript(request).await
    }

    async fn transcript(&self, request: Request) -> Result<Vec<Message>, CallError> {
        let request = request
            .query("include_all_metadata", "true")
            .query("limit", PAGE_LENGTH);
        let mut messages = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            // A page may be short although more follow: only the cursor tells.
            let page: Transcript = self
                .call(request.clone().query_if("cursor", cursor))
                .await?;
            messages.extend(page.messages);
            cursor = page
                .response_metadata
                .and_then(|metadata| metadata.next_cursor)
                .filter(|cursor| !cursor.is_empty());
            if cursor.is_none() {
                break;
            }
        }
        messages.sort_by(|a, b| messages::in_time(&a.ts, &b.ts));
        messages.dedup_by(|a, b| a.ts == b.ts);
        Ok(messages)
    }

    /// A link to a message that people can follow.
    ///
    /// # Errors
    /// Any failure.
    pub async fn permalink(&self, channel: &str, ts: &str) -> Result<String, CallError> {
        let request = Request::get("link message", ["api", "chat.getPermalink"])
            .query("channel", channel)
            .query("message_ts", ts);
        let link: Permalink = self.call(request).await?;
        Ok(link.permalink)
    }

    /// The person of an address; none where it is nobody's.
    ///
    /// # Errors
    /// Any failure, such as `Forbidden` where the scope `users:read.email` is missing.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, CallError> {
        let request =
            Request::get("find user", ["api", "users.lookupByEmail"]).query("email", email);
        self.one_user(request).await
    }

    /// The person of a user id.
    ///
    /// # Errors
    /// Any failure.
    pub async fn user(&self, id: &str) -> Result<Option<User>, CallError> {
        let request = Request::get("read user", ["api", "users.info"]).query("user", id);
        self.one_user(request).await
    }

    async fn one_user(&self, request: Request) -> Result<Option<User>, CallError> {
        let one = if_there(self.call::<OneUser>(request).await)?;
        Ok(one.map(|one| one.user.into()))
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// `Unauthorized` where it is nobody's; any other failure.
    pub async fn auth_test(&self) -> Result<Identity, CallError> {
        let request = Request::new(
            "test token",
            Method::POST,
            ["api", "auth.test"],
            Repeat::Safe,
        )
        .body("application/json; charset=utf-8", "{}");
        self.call(request).await
    }
}

#[derive(Deserialize)]
struct Verdict {
    ok: bool,
    #[serde(default)]
    error: String,
    needed: Option<String>,
}

/// The failure in an answer of status 200.
fn refusal(body: &[u8]) -> Option<Failure> {
    let verdict: Verdict = serde_json::from_slice(body).ok()?;
    (!verdict.ok).then(|| failure_of(200, &verdict.error, verdict.needed.as_deref()))
}

/// Reads the same words from an answer of another status.
fn error_body(status: u16, body: &Value) -> Said {
    let error = body["error"].as_str().unwrap_or_default();
    let known = (400..500).contains(&status) && !error.is_empty();
    Said {
        message: error.to_owned(),
        reason: error.to_owned(),
        failure: known.then(|| failure_of(status, error, body["needed"].as_str())),
    }
}

fn failure_of(status: u16, error: &str, needed: Option<&str>) -> Failure {
    let message = short(error);
    match error {
        "ratelimited" | "rate_limited" => Failure::Throttled { retry_after: None },
        "fatal_error" | "internal_error" | "request_timeout" | "service_unavailable" => {
            Failure::OutcomeUnknown(message)
        }
        "not_authed" | "invalid_auth" | "account_inactive" | "token_revoked" | "token_expired"
        | "org_login_required" => Failure::Unauthorized(message),
        "missing_scope" => Failure::Forbidden {
            reason: message,
            message: format!("needed: {}", short(needed.unwrap_or("not told"))),
        },
        _ if error.ends_with("_not_found") => Failure::NotFound(message),
        _ => Failure::Refused { status, message },
    }
}

#[cfg(test)]
mod tests;
