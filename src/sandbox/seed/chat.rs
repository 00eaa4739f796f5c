//! What a seed puts into Slack: channels, messages, and what holds for the workspace.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The workspace as a whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Workspace {
    /// How often transcripts may be read; as before where it is left out.
    pub tier: Option<Tier>,
}

/// How Slack limits an app's reading of transcripts. <https://docs.slack.dev/apis/web-api/rate-limits>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// An app that a company made for itself, or one of the Marketplace: tier 3, 999 messages a page.
    #[default]
    Internal,
    /// An app that is distributed outside the Marketplace: one call a minute, 15 messages a page.
    Distributed,
}

/// Messages of one channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// The channel's name, with or without `#`; it is made where it does not exist.
    pub channel: String,
    /// The id of a channel that is made; derived from the name where it is left out.
    #[serde(default)]
    pub id: Option<String>,
    /// Who may find a channel that is made.
    #[serde(default)]
    pub access: Access,
    /// Addresses of who is in a channel that is made; everybody where left out.
    #[serde(default)]
    pub members: Option<Vec<String>>,
    /// Whether Debrief's bot is in it; as before, or in it, where left out.
    #[serde(default)]
    pub bot: Option<Seat>,
    /// Whether it is closed; as before where left out.
    #[serde(default)]
    pub state: Option<ChannelState>,
    /// The messages, in order.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// Who may find a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody in the workspace.
    #[default]
    Public,
    /// Its members alone.
    Private,
}

/// Where Debrief's bot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// In the channel.
    Member,
    /// Not in the channel: it has to be invited, or join.
    Outside,
}

/// Whether a channel can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// It can.
    Open,
    /// It is archived.
    Archived,
}

/// A message in a channel. A seed that holds a message which is there already (the same moment, author and text) leaves it
/// as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// The address of its author; left out, a bot wrote it.
    #[serde(default)]
    pub by: Option<String>,
    /// The name that a bot gives itself, such as `Pingdom`. Alone, it is an incoming webhook's.
    #[serde(default)]
    pub bot: Option<String>,
    /// The app whose bot user wrote it, as `bot_profile` names it.
    #[serde(default)]
    pub app: Option<String>,
    /// mrkdwn; empty where blocks or attachments say it all.
    #[serde(default)]
    pub text: String,
    /// The `at` of the message this one answers.
    #[serde(default)]
    pub thread: Option<Timestamp>,
    /// Whether an answer was sent to the channel too.
    #[serde(default)]
    pub broadcast: bool,
    /// Slack's word for a message that is not plain: `channel_join`, `channel_topic`, `me_message`, `reminder_add`.
    #[serde(default)]
    pub subtype: Option<String>,
    /// Block Kit's blocks.
    #[serde(default)]
    pub blocks: Option<Value>,
    /// Attachments, as monitoring tools send them; ids are added.
    #[serde(default)]
    pub attachments: Option<Value>,
    /// Files that came with it.
    #[serde(default)]
    pub files: Vec<File>,
    /// Who reacted.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// When it was changed last; the text is what it says since.
    #[serde(default)]
    pub edited: Option<Timestamp>,
    /// Whether it was deleted: then it is gone, but for the stone in the place of one that others answered.
    #[serde(default)]
    pub deleted: bool,
    /// Merged over the message in every answer of the API, member by member: for what Slack answers at times and its
    /// reference does not say, such as `{"text": null}`. The text `$absent` takes a member away. Anything but an object
    /// stands in the place of the whole message. Recordings hold the message without it.
    #[serde(default)]
    pub raw: Option<Value>,
}

/// A file in a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its kind, such as `image/png`; told from the name where left out.
    #[serde(default)]
    pub mimetype: Option<String>,
    /// Its length in bytes.
    #[serde(default)]
    pub size: u64,
}

/// One kind of reaction to a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// The emoji's name, without colons.
    pub name: String,
    /// Addresses of who gave it.
    pub by: Vec<String>,
}
