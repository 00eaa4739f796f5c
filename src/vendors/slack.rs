//! Slack: messages out, transcripts in, and people's addresses.
//!
//! Slack answers nearly everything with status 200 and says in `ok` whether it went well. Two of its errors mean
//! that part of the work may have been done: <https://docs.slack.dev/reference/methods/chat.postMessage>.

mod allowance;
mod channels;
mod messages;
mod reading;
mod ts;
mod users;

use ::http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::http::{CallError, Dialect, Failure, Http, Repeat, Request, Said, short};
pub use allowance::Allowance;
pub use channels::Channel;
pub use messages::{Called, Edited, File, FileStanding, Message, Metadata, Reaction, escape};
pub use reading::{Reading, Stop, Transcript};
pub use ts::Ts;
pub use users::{Standing, User};

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
    /// The bot's own id, where it is a bot's token.
    #[serde(default)]
    pub bot_id: Option<String>,
}

impl Identity {
    /// The link that [`Slack::permalink`] gives, made without a call: to a message of a channel, which may be an answer
    /// in the thread of another one.
    pub fn link_to(&self, channel: &str, ts: &Ts, answers: Option<&Ts>) -> String {
        let workspace = self.url.trim_end_matches('/');
        let digits = ts.as_str().replace('.', "");
        let link = format!("{workspace}/archives/{channel}/p{digits}");
        match answers {
            Some(first) => format!("{link}?thread_ts={first}&cid={channel}"),
            None => link,
        }
    }
}

#[derive(Deserialize)]
struct Permalink {
    permalink: String,
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
        "user_not_visible" => Failure::NotFound(message),
        _ if error.ends_with("_not_found") => Failure::NotFound(message),
        _ => Failure::Refused { status, message },
    }
}

#[cfg(test)]
mod tests;
