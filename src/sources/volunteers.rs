//! Who reacted to our posts in Slack: one reading of a channel's history tells of every post in it, since history shows
//! reactions with their messages. <https://docs.slack.dev/reference/methods/conversations.history>

use jiff::{SignedDuration, Timestamp};

use super::SourceError;
use crate::playbook::person::Person;
use crate::vendors::http::CallError;
use crate::vendors::slack::{Message, Slack, Standing, Stop, Ts};

/// The clocks of both sides differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// Somebody's reaction to a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reacted {
    /// The post, as its delivery named it: `channel/ts`.
    pub reference: String,
    /// Who was first to react in one of the ways that count.
    pub by: Person,
}

/// A workspace in which people react.
pub struct Volunteers {
    client: Slack,
    reactions: Vec<String>,
}

impl Volunteers {
    /// In that workspace, by those reactions: names of emoji without skin tones.
    pub fn new(client: Slack, reactions: Vec<String>) -> Self {
        Self { client, reactions }
    }

    /// Who was first to react to each of these posts, which are all in that channel. Posts nobody has reacted to are left
    /// out, and so are robots.
    ///
    /// # Errors
    /// Where the channel cannot be read.
    pub async fn of(
        &self,
        channel: &str,
        posts: &[String],
        oldest: Timestamp,
    ) -> Result<Vec<Reacted>, SourceError> {
        let history = self
            .client
            .history(channel, Some(Ts::of(oldest - MARGIN)), None)
            .await;
        let mut found = Vec::new();
        for message in &history.messages {
            let reference = format!("{channel}/{}", message.ts);
            if !posts.contains(&reference) {
                continue;
            }
            if let Some(by) = self.first_person(message).await? {
                found.push(Reacted { reference, by });
            }
        }
        match history.stopped {
            // What was read counts: the rest is read on the next pass.
            Some(Stop::Failed(error)) if found.is_empty() => Err(unread(error)),
            Some(Stop::Failed(_) | Stop::Spent | Stop::Astray) | None => Ok(found),
        }
    }

    /// Slack lists who reacted in the order in which they did.
    async fn first_person(&self, message: &Message) -> Result<Option<Person>, SourceError> {
        let who = message
            .reactions
            .iter()
            .filter(|reaction| self.counts(&reaction.name))
            .flat_map(|reaction| &reaction.users);
        for id in who {
            let Some(user) = self.client.user(id).await.map_err(unread)? else {
                continue;
            };
            match user.standing {
                Standing::Person => {
                    return Ok(Some(Person {
                        name: user.name,
                        email: user.email.map(|email| email.to_lowercase()),
                        slack: Some(user.id),
                        time_zone: user.time_zone,
                        ..Person::default()
                    }));
                }
                Standing::Bot | Standing::Deleted => {}
            }
        }
        Ok(None)
    }

    /// `raised_hand::skin-tone-3` is a raised hand.
    fn counts(&self, name: &str) -> bool {
        let plain = name.split("::").next().unwrap_or(name);
        self.reactions.iter().any(|reaction| reaction == plain)
    }
}

fn unread(error: CallError) -> SourceError {
    if error.is_permanent() {
        SourceError::Misconfigured(format!(
            "{error}; to see who volunteers, the app needs channels:history and users:read, and to be in the channel"
        ))
    } else {
        SourceError::Later {
            retry_after: error
                .retry_after()
                .and_then(|after| SignedDuration::try_from(after).ok()),
            message: error.to_string(),
        }
    }
}
