//! Who opened it, who answered, and what Slack tells of them.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use super::source_error;
use crate::playbook::incident::{Part, Participant};
use crate::playbook::person::Person;
use crate::sources::SourceError;
use crate::vendors::http::CallError;
use crate::vendors::slack::{Message, Slack, Standing, User};

/// Users that were asked for already; `None` for those whom Slack does not show.
#[derive(Default)]
pub(super) struct Users {
    known: Mutex<BTreeMap<String, Option<User>>>,
}

/// Who took part, and what could not be had of them.
pub(super) struct Cast {
    pub participants: Vec<Participant>,
    pub gaps: Vec<String>,
}

/// The person who wrote a message; robots are nobody here.
pub(super) fn writer(message: &Message) -> Option<&str> {
    let is_noise = message.subtype.as_deref().is_some_and(|subtype| {
        subtype.starts_with("channel_") || subtype.starts_with("group_") || subtype == "tombstone"
    });
    let user = message.user.as_deref().filter(|user| !user.is_empty())?;
    (message.bot_id.is_none() && !is_noise).then_some(user)
}

/// The first word of anybody but the one who opened it: from then on somebody was at it.
pub(super) fn first_answer<'a>(first: &Message, talk: &'a [Message]) -> Option<&'a Message> {
    talk.iter()
        .find(|message| writer(message).is_some() && writer(message) != writer(first))
}

impl Users {
    /// Whoever wrote, the lead first: whoever answered first leads, or who opened it where nobody did.
    pub async fn cast(
        &self,
        client: &Slack,
        first: &Message,
        talk: &[Message],
    ) -> Result<Cast, SourceError> {
        let lead = first_answer(first, talk).unwrap_or(first);
        let mut order: Vec<(&str, u32)> = Vec::new();
        for id in [lead]
            .into_iter()
            .chain([first])
            .chain(talk)
            .filter_map(writer)
        {
            match order.iter_mut().find(|(known, _)| *known == id) {
                Some((_, count)) => *count += 1,
                None => order.push((id, 1)),
            }
        }
        let mut participants = Vec::new();
        let mut unknown = 0_usize;
        for (id, count) in order {
            let user = self
                .ask(client, id)
                .await
                .map_err(|error| source_error(&error))?;
            if user
                .as_ref()
                .is_some_and(|user| user.standing == Standing::Bot)
            {
                continue;
            }
            unknown += usize::from(user.is_none());
            participants.push(Participant {
                person: person(id, user),
                part: if writer(lead) == Some(id) {
                    Part::Lead
                } else {
                    Part::Responder
                },
                // The lead's first message was put in front, and counted twice.
                contributions: if writer(lead) == Some(id) {
                    count - 1
                } else {
                    count
                },
            });
        }
        let gaps = match unknown {
            0 => Vec::new(),
            1 => vec!["Slack does not show one of the people who wrote.".to_owned()],
            more => vec![format!(
                "Slack does not show {more} of the people who wrote."
            )],
        };
        Ok(Cast { participants, gaps })
    }

    /// The name that a message is signed with, as far as it has been asked for.
    pub async fn name_of(&self, message: &Message) -> Option<String> {
        match writer(message) {
            Some(id) => self.named(id).await,
            None => message
                .username
                .clone()
                .filter(|name| !name.trim().is_empty()),
        }
    }

    /// The name of a user that was asked for already.
    pub async fn named(&self, id: &str) -> Option<String> {
        let known = self.known.lock().await;
        let user = known.get(id)?.as_ref()?;
        Some(user.name.clone())
    }

    async fn ask(&self, client: &Slack, id: &str) -> Result<Option<User>, CallError> {
        // Held while asking: incidents that are read side by side have the same people.
        let mut known = self.known.lock().await;
        if let Some(user) = known.get(id) {
            return Ok(user.clone());
        }
        let user = match client.user(id).await {
            Ok(user) => user,
            // Not ours to see: told by the id, and said so.
            Err(error) if error.is_permanent() => None,
            Err(error) => return Err(error),
        };
        known.insert(id.to_owned(), user.clone());
        Ok(user)
    }
}

fn person(id: &str, user: Option<User>) -> Person {
    let slack = Some(id.to_owned());
    match user {
        Some(user) => Person {
            name: user.name,
            email: user.email.map(|email| email.to_lowercase()),
            slack,
            time_zone: user.time_zone,
            ..Person::default()
        },
        None => Person {
            name: id.to_owned(),
            slack,
            ..Person::default()
        },
    }
}
