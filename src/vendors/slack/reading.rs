//! Reading channels and threads, page by page, whatever the pages are like.
//!
//! Only the cursor tells whether more follows: a page may be shorter than asked (apps that are limited get 15 messages
//! whatever they ask for), a cursor may expire, come back, or be missing though there is more. From the last message that
//! was read one can always go on; what is read twice is kept once.
//! <https://docs.slack.dev/apis/web-api/pagination/>, <https://docs.slack.dev/reference/methods/conversations.history>

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::Slack;
use super::allowance::Allowance;
use super::messages::{Message, lenient};
use super::ts::Ts;
use crate::vendors::http::{CallError, Failure, Request};

/// The most that Slack gives at once; it may give fewer.
const PAGE_LENGTH: &str = "999";
/// What one channel or thread may cost where nobody says otherwise.
const MOST_PAGES: u32 = 100;

/// A channel's or a thread's messages, as far as they could be had.
#[derive(Debug)]
pub struct Transcript {
    /// Oldest first, each once.
    pub messages: Vec<Message>,
    /// How many more there were that could not be made sense of.
    pub unreadable: usize,
    /// Why there may be more; `None` where this is all.
    pub stopped: Option<Stop>,
}

/// Why reading ended before everything was read.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// A call failed.
    #[error(transparent)]
    Failed(CallError),
    /// It would have cost more than it may.
    #[error("slack: more pages than may be read at once")]
    Spent,
    /// The pages lead in a circle.
    #[error("slack: its pages lead nowhere")]
    Astray,
}

/// What is read.
#[derive(Clone, Debug)]
enum Place {
    /// A channel, newest first.
    Channel,
    /// A thread of it, oldest first, its first message on top of every page.
    Thread(Ts),
}

/// A channel or a thread on its way in: what has been read of it, and where to go on.
#[derive(Clone, Debug)]
pub struct Reading {
    channel: String,
    place: Place,
    oldest: Option<Ts>,
    latest: Option<Ts>,
    cursor: Option<String>,
    /// Cursors that were followed; one of them again leads in a circle.
    followed: BTreeSet<String>,
    /// Where it was last begun anew.
    resumed_at: Option<Ts>,
    messages: BTreeMap<Ts, Message>,
    unreadable: usize,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Progress {
    UnderWay,
    Whole,
}

impl Reading {
    /// A channel's messages after `oldest` and before `latest`, both exclusive; answers in threads are apart, unless they
    /// were sent to the channel too.
    pub fn channel(channel: &str, oldest: Option<Ts>, latest: Option<Ts>) -> Self {
        Self::of(channel, Place::Channel, oldest, latest)
    }

    /// A thread with its first message, before `latest`.
    pub fn thread(channel: &str, first: Ts, latest: Option<Ts>) -> Self {
        Self::of(channel, Place::Thread(first), None, latest)
    }

    fn of(channel: &str, place: Place, oldest: Option<Ts>, latest: Option<Ts>) -> Self {
        Self {
            channel: channel.to_owned(),
            place,
            oldest,
            latest,
            cursor: None,
            followed: BTreeSet::new(),
            resumed_at: None,
            messages: BTreeMap::new(),
            unreadable: 0,
            progress: Progress::UnderWay,
        }
    }

    /// Whether everything has been read.
    pub fn is_whole(&self) -> bool {
        self.progress == Progress::Whole
    }

    /// What has been read, oldest first. A channel that is not whole lacks the oldest, a thread the newest.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    /// How many messages could not be made sense of.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    fn request(&self) -> Request {
        let request = match &self.place {
            Place::Channel => Request::get("read channel", ["api", "conversations.history"])
                .query("channel", &self.channel),
            Place::Thread(first) => Request::get("read thread", ["api", "conversations.replies"])
                .query("channel", &self.channel)
                .query("ts", first.as_str()),
        };
        request
            .query_if("oldest", self.oldest.as_ref().map(Ts::as_str))
            .query_if("latest", self.latest.as_ref().map(Ts::as_str))
            .query("include_all_metadata", "true")
            .query("limit", PAGE_LENGTH)
            .query_if("cursor", self.cursor.as_deref())
    }

    fn add(&mut self, page: Page) -> Result<(), Stop> {
        for message in page.messages {
            match serde_json::from_value::<Message>(message) {
                Ok(message) => {
                    self.messages.insert(message.ts.clone(), message);
                }
                Err(_) => self.unreadable += 1,
            }
        }
        let next = page
            .response_metadata
            .and_then(|metadata| metadata.next_cursor)
            .filter(|cursor| !cursor.is_empty());
        match next {
            Some(cursor) if self.followed.insert(cursor.clone()) => {
                self.cursor = Some(cursor);
                Ok(())
            }
            Some(_) => self.resume(),
            None if page.has_more => self.resume(),
            None => {
                self.progress = Progress::Whole;
                Ok(())
            }
        }
    }

    /// Goes on behind the last message, without a cursor; not twice from the same one.
    fn resume(&mut self) -> Result<(), Stop> {
        let edge = match self.place {
            Place::Channel => self.messages.first_key_value(),
            Place::Thread(_) => self.messages.last_key_value(),
        };
        let edge = edge.map(|(ts, _)| ts.clone());
        if edge.is_none() || edge == self.resumed_at {
            return Err(Stop::Astray);
        }
        match self.place {
            Place::Channel => self.latest.clone_from(&edge),
            Place::Thread(_) => self.oldest.clone_from(&edge),
        }
        self.resumed_at = edge;
        self.cursor = None;
        Ok(())
    }
}

#[derive(Deserialize)]
struct Page {
    /// As they came: each is read by itself.
    messages: Vec<Value>,
    #[serde(default, deserialize_with = "lenient")]
    has_more: bool,
    #[serde(default, deserialize_with = "lenient")]
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default, deserialize_with = "lenient")]
    next_cursor: Option<String>,
}

fn is_expired_cursor(error: &CallError) -> bool {
    matches!(&error.failure, Failure::Refused { message, .. } if message == "invalid_cursor")
}

impl Slack {
    /// Reads on until everything is there. What was read before a stop stays in the reading, and the next call goes on
    /// from there, be it much later.
    ///
    /// # Errors
    /// Any [`Stop`].
    pub async fn read_on(&self, reading: &mut Reading, allowance: &Allowance) -> Result<(), Stop> {
        while !reading.is_whole() {
            let taken = allowance.take().ok_or(Stop::Spent)?;
            match self.call::<Page>(reading.request()).await {
                Ok(page) => reading.add(page)?,
                Err(error) if reading.cursor.is_some() && is_expired_cursor(&error) => {
                    reading.resume()?;
                }
                Err(error) => match error.retry_after() {
                    Some(asked) if allowance.wait(taken, asked).await => {}
                    Some(_) | None => return Err(Stop::Failed(error)),
                },
            }
        }
        Ok(())
    }

    /// A channel's messages after `oldest` and before `latest`, both exclusive, with metadata and reactions; answers in
    /// threads are apart.
    pub async fn history(
        &self,
        channel: &str,
        oldest: Option<Ts>,
        latest: Option<Ts>,
    ) -> Transcript {
        self.transcript(Reading::channel(channel, oldest, latest))
            .await
    }

    /// A thread with its first message, before `latest`, which is exclusive.
    pub async fn replies(&self, channel: &str, first: Ts, latest: Option<Ts>) -> Transcript {
        self.transcript(Reading::thread(channel, first, latest))
            .await
    }

    async fn transcript(&self, mut reading: Reading) -> Transcript {
        let allowance = Allowance::new(MOST_PAGES, Duration::ZERO);
        let stopped = self.read_on(&mut reading, &allowance).await.err();
        Transcript {
            messages: reading.messages.into_values().collect(),
            unreadable: reading.unreadable,
            stopped,
        }
    }
}

#[cfg(test)]
mod tests;
