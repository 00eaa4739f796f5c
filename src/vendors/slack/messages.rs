//! Messages as they stand in a channel, and text on its way into one.
//!
//! Only a message's time has to be there. Whatever else is null, missing or of another shape than documented is read as
//! not given: one odd field costs itself, never the message, and one odd message never the page.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::ts::Ts;

/// A message as it reads now; what it said before it was edited is gone.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// Its time and, with the channel, its name.
    pub ts: Ts,
    /// What kind it is, where it is no plain message: `bot_message`, `channel_join` and the like.
    #[serde(default, deserialize_with = "lenient")]
    pub subtype: Option<String>,
    /// Who wrote it; robots may have none.
    #[serde(default, deserialize_with = "lenient")]
    pub user: Option<String>,
    /// What the message itself tells of who wrote it; often nothing.
    #[serde(default, deserialize_with = "lenient")]
    pub user_profile: Option<Called>,
    /// The robot that wrote it.
    #[serde(default, deserialize_with = "lenient")]
    pub bot_id: Option<String>,
    /// What the message itself tells of the robot.
    #[serde(default, deserialize_with = "lenient")]
    pub bot_profile: Option<Called>,
    /// The app that the robot belongs to.
    #[serde(default, deserialize_with = "lenient")]
    pub app_id: Option<String>,
    /// The name a robot gave itself.
    #[serde(default, deserialize_with = "lenient")]
    pub username: Option<String>,
    /// The text in mrkdwn, `&`, `<` and `>` escaped; may be empty where the content is in blocks or attachments.
    #[serde(default, deserialize_with = "lenient")]
    pub text: String,
    /// The thread it belongs to; its own `ts` where it began one.
    #[serde(default, deserialize_with = "lenient")]
    pub thread_ts: Option<Ts>,
    /// How many have answered in its thread, where that is told.
    #[serde(default, deserialize_with = "lenient")]
    pub reply_count: Option<u32>,
    /// The last answer in its thread.
    #[serde(default, deserialize_with = "lenient")]
    pub latest_reply: Option<Ts>,
    /// The last change, where there was one.
    #[serde(default, deserialize_with = "lenient")]
    pub edited: Option<Edited>,
    /// Whether Slack itself shows it to nobody.
    #[serde(default, deserialize_with = "lenient")]
    pub hidden: bool,
    /// The sender's key, where there is one.
    #[serde(default, deserialize_with = "lenient")]
    pub metadata: Option<Metadata>,
    /// Who has reacted, and how.
    #[serde(default, deserialize_with = "each")]
    pub reactions: Vec<Reaction>,
    /// Files that were shared with it.
    #[serde(default, deserialize_with = "each")]
    pub files: Vec<File>,
    /// Older rich content, as many monitoring tools send it.
    #[serde(default, deserialize_with = "each")]
    pub attachments: Vec<Value>,
    /// Rich content.
    #[serde(default, deserialize_with = "each")]
    pub blocks: Vec<Value>,
}

impl Message {
    /// Whether it was deleted, and only stands there because of the answers in its thread.
    pub fn is_deleted(&self) -> bool {
        self.subtype.as_deref() == Some("tombstone")
    }

    /// The first message of the thread that this one answers in; `None` where it stands in the channel.
    pub fn answers(&self) -> Option<&Ts> {
        self.thread_ts.as_ref().filter(|first| **first != self.ts)
    }

    /// Whether there are answers to it, to be [read](super::Slack::replies) apart.
    pub fn has_answers(&self) -> bool {
        let are_there = match self.reply_count {
            Some(count) => count > 0,
            // Only messages of threads name one.
            None => self.thread_ts.is_some(),
        };
        are_there && self.answers().is_none()
    }
}

/// What somebody or something is called.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct Called {
    #[serde(default, deserialize_with = "lenient")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
}

impl Called {
    /// The full name, else another one, where any is told.
    pub fn name(&self) -> Option<&str> {
        [&self.real_name, &self.display_name, &self.name]
            .into_iter()
            .filter_map(|name| name.as_deref().map(str::trim))
            .find(|name| !name.is_empty())
    }
}

/// The last change of a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Edited {
    /// When.
    pub ts: Ts,
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
    /// The emoji's name without colons; a skin's tone may follow: `wave::skin-tone-2`.
    pub name: String,
    /// Who reacted so; perhaps not all.
    #[serde(default, deserialize_with = "lenient")]
    pub users: Vec<String>,
}

/// A file that was shared. Its content's address is left out: it needs the token.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct File {
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    mode: Option<String>,
    /// The page that shows it to those who may see it.
    #[serde(default, deserialize_with = "lenient")]
    pub permalink: Option<String>,
}

/// What is left of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileStanding {
    /// It can be opened.
    There,
    /// Somebody deleted it.
    Deleted,
    /// The workspace's plan hides it because of its age.
    Hidden,
}

impl File {
    /// What people call it: its title, else its name.
    pub fn called(&self) -> Option<&str> {
        [&self.title, &self.name]
            .into_iter()
            .filter_map(|name| name.as_deref().map(str::trim))
            .find(|name| !name.is_empty())
    }

    /// What is left of it.
    pub fn standing(&self) -> FileStanding {
        match self.mode.as_deref() {
            Some("tombstone") => FileStanding::Deleted,
            Some("hidden_by_limit") => FileStanding::Hidden,
            Some(_) | None => FileStanding::There,
        }
    }
}

/// Outside text made harmless in mrkdwn: it can mention nobody and forge no link.
/// <https://docs.slack.dev/messaging/formatting-message-text/>
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A value, or what stands for none where it is null or of another shape.
pub(super) fn lenient<'de, D, T>(reader: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(serde_json::from_value(Value::deserialize(reader)?).unwrap_or_default())
}

/// Those members of a list that can be read.
fn each<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(match Value::deserialize(reader)? {
        Value::Array(members) => members
            .into_iter()
            .filter(|member| !member.is_null())
            .filter_map(|member| serde_json::from_value(member).ok())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Vec::new()
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(value: Value) -> Message {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_message_of_nulls_is_a_message() {
        let read = message(json!({
            "type": "message", "ts": "1700000000.000100", "subtype": null, "user": null, "user_profile": null,
            "bot_id": null, "bot_profile": null, "app_id": null, "username": null, "text": null, "thread_ts": null,
            "reply_count": null, "latest_reply": null, "edited": null, "hidden": null, "metadata": null,
            "reactions": null, "files": null, "attachments": null, "blocks": null
        }));
        assert_eq!(read.text, "");
        assert!(read.reactions.is_empty() && read.files.is_empty() && read.blocks.is_empty());
        assert!(!read.is_deleted() && !read.has_answers() && !read.hidden);
    }

    #[test]
    fn a_field_of_another_shape_costs_itself_only() {
        let read = message(json!({
            "ts": "1700000000.000100", "text": "up again", "user": {"id": "U1"}, "reply_count": "three",
            "edited": {"ts": 5}, "bot_profile": "none", "blocks": {"type": "section"},
            "reactions": [null, {"name": "eyes", "users": null}, {"users": ["U1"]}, 7],
            "files": [null, {"title": 3, "name": "graph.png"}], "attachments": [null, {"text": "more"}]
        }));
        assert_eq!(read.text, "up again");
        assert_eq!((read.user, read.reply_count), (None, None));
        assert!(read.edited.is_none() && read.bot_profile.is_none() && read.blocks.is_empty());
        assert_eq!(read.reactions.len(), 1);
        assert_eq!(read.files[0].called(), Some("graph.png"));
        assert_eq!(read.attachments, [json!({"text": "more"})]);
    }

    #[test]
    fn a_message_without_a_time_is_none() {
        for value in [
            json!(null),
            json!([]),
            json!({"text": "x"}),
            json!({"ts": 1.5}),
            json!({"ts": "soon"}),
        ] {
            assert!(
                serde_json::from_value::<Message>(value.clone()).is_err(),
                "{value}"
            );
        }
    }

    #[test]
    fn a_thread_is_known_by_its_first_message() {
        let first = message(json!({"ts": "5.000001", "thread_ts": "5.000001", "reply_count": 2}));
        let answer = message(json!({"ts": "6.000001", "thread_ts": "5.000001", "reply_count": 2}));
        let uncounted = message(json!({"ts": "5.000001", "thread_ts": "5.000001"}));
        let abandoned =
            message(json!({"ts": "5.000001", "thread_ts": "5.000001", "reply_count": 0}));
        assert!(first.has_answers() && first.answers().is_none());
        assert!(uncounted.has_answers() && !abandoned.has_answers());
        assert!(!answer.has_answers());
        assert_eq!(answer.answers(), Some(&first.ts));
    }

    #[test]
    fn a_deleted_first_message_stands_for_its_thread() {
        let read = message(json!({
            "type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT",
            "hidden": true, "ts": "5.000001", "thread_ts": "5.000001", "reply_count": 1, "latest_reply": "6.000001"
        }));
        assert!(read.is_deleted() && read.has_answers() && read.hidden);
    }

    #[test]
    fn a_file_may_be_gone_or_out_of_sight() {
        let read = message(json!({"ts": "5.000001", "files": [
            {"id": "F1", "mode": "hosted", "title": "Error rate", "name": "IMG_1.png",
             "permalink": "https://acme.slack.com/files/U1/F1/img_1.png", "url_private": "https://files.slack.com/F1"},
            {"id": "F2", "mode": "tombstone"},
            {"id": "F3", "mode": "hidden_by_limit"},
            {"id": "F4", "mode": "file_access", "file_access": "check_file_info"}
        ]}));
        let standings: Vec<_> = read.files.iter().map(File::standing).collect();
        assert_eq!(
            standings,
            [
                FileStanding::There,
                FileStanding::Deleted,
                FileStanding::Hidden,
                FileStanding::There
            ]
        );
        assert_eq!(read.files[0].called(), Some("Error rate"));
        assert!(!format!("{:?}", read.files).contains("files.slack.com"));
    }
}
