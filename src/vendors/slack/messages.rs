//! Messages as they stand in a channel, and text on its way into one.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::Value;

/// A message as it reads now; what it said before it was edited is gone.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// Its time and, with the channel, its name.
    pub ts: String,
    /// What kind it is, where it is no plain message: `bot_message`, `channel_join` and the like.
    pub subtype: Option<String>,
    /// Who wrote it; robots may have none.
    pub user: Option<String>,
    /// The robot that wrote it.
    pub bot_id: Option<String>,
    /// The name a robot gave itself.
    pub username: Option<String>,
    /// The text in mrkdwn, `&`, `<` and `>` escaped; may be empty where the content is in blocks or attachments.
    #[serde(default)]
    pub text: String,
    /// The thread it belongs to; its own `ts` where it began one.
    pub thread_ts: Option<String>,
    /// How many have answered in its thread.
    #[serde(default)]
    pub reply_count: u32,
    /// The sender's key, where there is one.
    pub metadata: Option<Metadata>,
    /// Who has reacted, and how.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// Older rich content, as many monitoring tools send it.
    #[serde(default)]
    pub attachments: Vec<Value>,
    /// Rich content.
    #[serde(default)]
    pub blocks: Vec<Value>,
}

/// What an app keeps by its message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Metadata {
    /// The app's name for what it is.
    pub event_type: String,
    /// The app's values.
    #[serde(default)]
    pub event_payload: Value,
}

/// One kind of reaction to a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Reaction {
    /// The emoji's name without colons.
    pub name: String,
    /// Who reacted so; perhaps not all.
    #[serde(default)]
    pub users: Vec<String>,
}

/// Outside text made harmless in mrkdwn: it can mention nobody and forge no link.
/// <https://docs.slack.dev/messaging/formatting-message-text/>
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Compares two times as numbers without reading them as such.
pub(super) fn in_time(a: &str, b: &str) -> Ordering {
    let whole = |ts: &str| ts.split('.').next().unwrap_or(ts).len();
    whole(a).cmp(&whole(b)).then_with(|| a.cmp(b))
}
