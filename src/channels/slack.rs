//! Slack: posts to channels.
//!
//! `chat.postMessage` has no idempotency key, so ours travels in the message's metadata, and after an attempt of
//! unknown outcome the channel's history is searched for it. <https://docs.slack.dev/messaging/message-metadata>

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::email::delivery_error;
use super::{Channel, ChannelCheck, Delivery, DeliveryError, Message, Trace};
use crate::vendors::slack::{Post, Slack as Client, Stop, Ts};

/// The metadata's event type: which messages are ours.
const EVENT_TYPE: &str = "debrief_message";

/// How far before the attempt the history is searched: the clocks of both sides differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// Posts as one bot.
pub struct Slack {
    client: Client,
}

impl Slack {
    /// Posts through that client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Slack {
    /// The channel to post to: as given, or the conversation with the person of that id, which is the same every time.
    async fn channel(&self, to: &str) -> Result<String, DeliveryError> {
        if !to.starts_with(['U', 'W']) {
            return Ok(to.to_owned());
        }
        match self.client.open_conversation(to).await {
            Ok(conversation) => Ok(conversation.id),
            Err(error) => Err(delivery_error(&error)),
        }
    }
}

#[async_trait]
impl Channel for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    async fn deliver(&self, message: &Message) -> Result<Delivery, DeliveryError> {
        let channel = self.channel(&message.to).await?;
        let post = Post {
            channel: &channel,
            text: &message.text,
            blocks: None,
            thread_ts: None,
            metadata: Some((EVENT_TYPE, json!({ "key": message.key }))),
        };
        match self.client.post(&post).await {
            Ok(posted) => Ok(Delivery {
                reference: format!("{}/{}", posted.channel, posted.ts),
                url: None,
            }),
            Err(error) => Err(delivery_error(&error)),
        }
    }

    async fn check(&self) -> ChannelCheck {
        match self.client.auth_test().await {
            Ok(_) => ChannelCheck::Answers,
            Err(error) => ChannelCheck::Faulty(format!(
                "{error}; check `slack.token`: a bot token (xoxb-…) of an app with the scopes that README.md lists"
            )),
        }
    }

    async fn trace(&self, message: &Message, since: Timestamp) -> Result<Trace, DeliveryError> {
        let oldest = Ts::of(since - MARGIN);
        let channel = self.channel(&message.to).await?;
        let history = self.client.history(&channel, Some(oldest), None).await;
        let ours = history.messages.iter().find(|entry| {
            entry.metadata.as_ref().is_some_and(|metadata| {
                metadata.event_type == EVENT_TYPE
                    && metadata.event_payload["key"] == message.key.as_str()
            })
        });
        if let Some(entry) = ours {
            return Ok(Trace::Found(Delivery {
                reference: format!("{channel}/{}", entry.ts),
                url: None,
            }));
        }
        match history.stopped {
            None => Ok(Trace::Absent),
            // A history that may not be read, or not to its end, cannot tell; the caller's rule decides.
            Some(Stop::Failed(error)) if error.is_permanent() => Ok(Trace::CannotKnow),
            Some(Stop::Spent | Stop::Astray) => Ok(Trace::CannotKnow),
            Some(Stop::Failed(error)) => Err(delivery_error(&error)),
        }
    }
}
