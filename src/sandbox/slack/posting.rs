//! `chat.*` and `reactions.*`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Caller, Refusal, Slack,
    arguments::Arguments,
    blocks, shapes,
    workspace::{Author, Message, Presence, parsed_micros, ts},
};

/// `chat.postMessage` cuts longer texts.
const TEXT: usize = 40_000;
/// `chat.update` refuses longer texts.
const UPDATED_TEXT: usize = 4_000;
const MARKDOWN_TEXT: usize = 12_000;

/// What a message says, from whichever arguments it came.
struct Content {
    text: String,
    blocks: Option<Value>,
    attachments: Option<Value>,
}

impl Content {
    fn of(arguments: &Arguments) -> Result<Self, Refusal> {
        let blocks = blocks::checked(arguments.structure("blocks", "invalid_blocks_format")?)?;
        let attachments = arguments.structure("attachments", "invalid_attachments")?;
        let markdown = arguments.text("markdown_text")?;
        let text = arguments.text("text")?;
        if markdown.is_some() && (text.is_some() || blocks.is_some()) {
            return Err(Refusal::new("markdown_text_conflict"));
        }
        if markdown.is_some_and(|text| text.chars().count() > MARKDOWN_TEXT) {
            return Err(Refusal::new("msg_too_long"));
        }
        let text = markdown.or(text).unwrap_or_default().to_owned();
        if text.trim().is_empty() && blocks.is_none() && attachments.is_none() {
            return Err(Refusal::new("no_text"));
        }
        Ok(Self {
            text,
            blocks,
            attachments,
        })
    }
}

impl Slack {
    pub(super) fn post_message(
        &mut self,
        caller: &Caller,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        for flag in [
            "as_user",
            "link_names",
            "mrkdwn",
            "unfurl_links",
            "unfurl_media",
        ] {
            arguments.flag(flag)?;
        }
        let Content {
            text,
            blocks,
            attachments,
        } = Content::of(arguments)?;
        let metadata =
            blocks::checked_metadata(arguments.structure("metadata", "invalid_metadata_format")?)?;
        let is_broadcast = arguments.flag("reply_broadcast")?;
        let id = self.addressed_channel(arguments.needed("channel")?, now)?;
        let channel = self
            .workspace
            .channel_mut(&id)
            .ok_or_else(|| Refusal::new("channel_not_found"))?;
        if channel.is_archived {
            return Err(Refusal::new("is_archived"));
        }
        if !channel.has_member(caller.user()) {
            return Err(Refusal::new("not_in_channel"));
        }
        let thread = match arguments.text("thread_ts")? {
            None => None,
            Some(parent) => match channel.message(parent) {
                Some(message) if message.thread.is_none() => Some(parent.to_owned()),
                Some(_) => return Err(Refusal::new("cannot_reply_to_message")),
                None => return Err(Refusal::new("thread_not_found")),
            },
        };
        let author = match caller {
            Caller::Bot | Caller::BareBot => Author::Us,
            Caller::Person(id) => Author::Person(id.clone()),
        };
        let text: String = text.chars().take(TEXT).collect();
        let message = Message {
            blocks,
            attachments,
            metadata,
            is_broadcast: is_broadcast && thread.is_some(),
            thread,
            ..Message::new(now, author, text)
        };
        let posted = channel.post(message, now);
        Ok(
            json!({"channel": id, "ts": posted.ts, "message": shapes::message(channel, &posted, true)}),
        )
    }

    /// A channel by id or by name, or a person's direct conversation by the person's id.
    fn addressed_channel(&mut self, address: &str, now: Timestamp) -> Result<String, Refusal> {
        if let Some(channel) = self.workspace.channel(address) {
            return Ok(channel.id.clone());
        }
        if let Some(channel) = self
            .workspace
            .channel_named(address.trim_start_matches('#'))
        {
            return Ok(channel.id.clone());
        }
        match self.workspace.user(address).map(|user| user.id.clone()) {
            Some(user) => Ok(self.workspace.open_direct(&[user], now)),
            None => Err(Refusal::new("channel_not_found")),
        }
    }

    /// Replaces what a message says; its metadata stays unless there is a new one.
    pub(super) fn update_message(
        &mut self,
        caller: &Caller,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let Content {
            text,
            blocks,
            attachments,
        } = Content::of(arguments)?;
        if text.chars().count() > UPDATED_TEXT {
            return Err(Refusal::new("msg_too_long"));
        }
        let metadata =
            blocks::checked_metadata(arguments.structure("metadata", "invalid_metadata_format")?)?;
        let id = arguments.needed("channel")?;
        let channel = self
            .workspace
            .channel_mut(id)
            .ok_or_else(|| Refusal::new("channel_not_found"))?;
        let wanted = arguments.needed("ts")?;
        let message = channel
            .message_mut(wanted)
            .ok_or_else(|| Refusal::new("message_not_found"))?;
        if message.author.user().as_deref() != Some(caller.user()) {
            return Err(Refusal::new("cant_update_message"));
        }
        (message.text, message.blocks, message.attachments) = (text, blocks, attachments);
        message.metadata = metadata.or_else(|| message.metadata.take());
        message.edited = Some(ts(now.as_microsecond()));
        let updated = message.clone();
        Ok(json!({
            "channel": id,
            "ts": updated.ts,
            "text": updated.text,
            "message": shapes::message(channel, &updated, true),
        }))
    }

    /// Takes a message away; one that was answered leaves a stone.
    pub(super) fn delete_message(
        &mut self,
        caller: &Caller,
        arguments: &Arguments,
    ) -> Result<Value, Refusal> {
        arguments.flag("as_user")?;
        let id = arguments.needed("channel")?;
        let channel = self
            .workspace
            .channel_mut(id)
            .ok_or_else(|| Refusal::new("channel_not_found"))?;
        let wanted = arguments.needed("ts")?;
        let message = channel
            .message_mut(wanted)
            .ok_or_else(|| Refusal::new("message_not_found"))?;
        if message.author.user().as_deref() != Some(caller.user()) {
            return Err(Refusal::new("cant_delete_message"));
        }
        message.presence = Presence::Deleted;
        Ok(json!({"channel": id, "ts": wanted}))
    }

    pub(super) fn permalink(&self, arguments: &Arguments) -> Result<Value, Refusal> {
        let channel = self.channel(arguments.needed("channel")?)?;
        let message = channel.message(arguments.needed("message_ts")?);
        let message = message.ok_or_else(|| Refusal::new("message_not_found"))?;
        Ok(json!({"channel": channel.id, "permalink": shapes::permalink(channel, message)}))
    }

    pub(super) fn add_reaction(
        &mut self,
        caller: &Caller,
        arguments: &Arguments,
    ) -> Result<Value, Refusal> {
        let name = arguments.needed("name")?.trim_matches(':');
        if !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_+-':".contains(c))
        {
            return Err(Refusal::new("invalid_name"));
        }
        let wanted = arguments.needed("timestamp")?;
        if parsed_micros(wanted).is_none() {
            return Err(Refusal::new("bad_timestamp"));
        }
        let id = arguments.needed("channel")?;
        let channel = self
            .workspace
            .channel_mut(id)
            .ok_or_else(|| Refusal::new("channel_not_found"))?;
        if channel.is_archived {
            return Err(Refusal::new("is_archived"));
        }
        let message = channel.message_mut(wanted);
        let message = message.ok_or_else(|| Refusal::new("message_not_found"))?;
        let user = caller.user().to_owned();
        match message
            .reactions
            .iter_mut()
            .find(|(given, _)| given == name)
        {
            Some((_, users)) if users.contains(&user) => {
                return Err(Refusal::new("already_reacted"));
            }
            Some((_, users)) => users.push(user),
            None => message.reactions.push((name.to_owned(), vec![user])),
        }
        Ok(json!({}))
    }

    pub(super) fn remove_reaction(
        &mut self,
        caller: &Caller,
        arguments: &Arguments,
    ) -> Result<Value, Refusal> {
        let name = arguments.needed("name")?.trim_matches(':');
        let (Some(id), Some(wanted)) = (arguments.text("channel")?, arguments.text("timestamp")?)
        else {
            return Err(Refusal::new("no_item_specified"));
        };
        let channel = self
            .workspace
            .channel_mut(id)
            .ok_or_else(|| Refusal::new("channel_not_found"))?;
        let message = channel
            .message_mut(wanted)
            .ok_or_else(|| Refusal::new("message_not_found"))?;
        let given = message
            .reactions
            .iter_mut()
            .find(|(given, users)| given == name && users.iter().any(|user| user == caller.user()));
        let (_, users) = given.ok_or_else(|| Refusal::new("no_reaction"))?;
        users.retain(|user| user != caller.user());
        message.reactions.retain(|(_, users)| !users.is_empty());
        Ok(json!({}))
    }

    pub(super) fn reactions(&self, arguments: &Arguments) -> Result<Value, Refusal> {
        arguments.flag("full")?;
        let (Some(channel), Some(wanted)) =
            (arguments.text("channel")?, arguments.text("timestamp")?)
        else {
            return Err(Refusal::new("no_item_specified"));
        };
        let channel = self.channel(channel)?;
        let message = channel
            .message(wanted)
            .ok_or_else(|| Refusal::new("message_not_found"))?;
        let mut shape = shapes::message(channel, message, false);
        shape["permalink"] = json!(shapes::permalink(channel, message));
        Ok(json!({"type": "message", "channel": channel.id, "message": shape}))
    }
}
