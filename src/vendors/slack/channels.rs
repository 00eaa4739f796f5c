//! Channels by id, and conversations with single people.

use ::http::Method;
use serde::Deserialize;
use serde_json::json;

use super::Slack;
use super::messages::lenient;
use crate::vendors::http::{CallError, Repeat, Request, if_there};

/// A channel.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Channel {
    /// Its id, which stays; names are changed.
    pub id: String,
    /// Its name without `#`; a conversation with one person has none.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// Whether nothing can be posted any more.
    #[serde(default, deserialize_with = "lenient")]
    pub is_archived: bool,
    /// Whether the token's owner is in it.
    #[serde(default, deserialize_with = "lenient")]
    pub is_member: bool,
}

#[derive(Deserialize)]
struct OneChannel {
    channel: Channel,
}

impl Slack {
    /// The channel of an id; none where there is none that the app may see.
    ///
    /// # Errors
    /// Any failure, such as `Forbidden` where the scope `channels:read` is missing.
    pub async fn channel(&self, id: &str) -> Result<Option<Channel>, CallError> {
        let request =
            Request::get("read channel's name", ["api", "conversations.info"]).query("channel", id);
        let one = if_there(self.call::<OneChannel>(request).await)?;
        Ok(one.map(|one| one.channel))
    }

    /// The conversation with a person, by the person's id: the channel to post to. The same one every time.
    ///
    /// # Errors
    /// Any failure; `NotFound` where the app may not see the person, `Refused` where the person has left.
    pub async fn open_conversation(&self, user: &str) -> Result<Channel, CallError> {
        let body = json!({ "users": user });
        let request = Request::new(
            "open conversation",
            Method::POST,
            ["api", "conversations.open"],
            Repeat::Safe,
        )
        .body("application/json; charset=utf-8", body.to_string());
        let one: OneChannel = self.call(request).await?;
        Ok(one.channel)
    }
}
