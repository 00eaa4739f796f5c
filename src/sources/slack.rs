//! Incidents from a Slack channel, for teams without a paging tool: a message or a reaction opens one, a message or a reaction
//! ends it.
//!
//! Slack keeps no list of them, so the channel is read: each look goes back an overlap beyond the last one, since reactions come
//! late, and reads the threads of open incidents only. What an earlier look found of how an incident ended is kept in the
//! watermark; with the watermark lost, the same messages tell it again.
//!
//! A reaction has no time in Slack's answers. It counts as given right after what was written last in the thread, or after the
//! last look that did not see it, whichever is later: never later than it was seen, and never before somebody still wrote.
//! Taken back, it opens the incident again.

mod detail;
mod people;
mod rules;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::rules::Rules;
use self::{
    people::Users,
    rules::{How, Known, Told, instant, is_stone},
};
use super::{IncidentSource, Pulled, SourceError};
use crate::playbook::incident::{Incident, IncidentId, Status};
use crate::vendors::http::{CallError, Failure};
use crate::vendors::slack::{self as vendor, Message, Stop, Ts};

/// The source's name.
const NAME: &str = "slack";

/// How many threads are read at once.
const THREADS_AT_ONCE: usize = 4;

/// A channel in which incidents are opened and ended.
pub struct Slack {
    client: vendor::Slack,
    channel: String,
    rules: Rules,
    overlap: SignedDuration,
    users: Users,
}

/// What the last look came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Watermark {
    /// The `ts` of the newest message that was seen: Slack's clock, never ours.
    newest: Option<String>,
    /// When that was, by our clock.
    looked_at: Timestamp,
    /// Incidents that are open, and those that ended within the overlap.
    known: Vec<Known>,
}

impl Slack {
    /// The channel of that id; each look goes back `overlap` beyond the last one.
    pub fn new(
        client: vendor::Slack,
        channel: String,
        rules: Rules,
        overlap: SignedDuration,
    ) -> Self {
        Self {
            client,
            channel,
            rules,
            overlap,
            users: Users::default(),
        }
    }

    /// The threads of incidents that may still change: all that an earlier look does not know the end of.
    async fn threads(
        &self,
        channel: &[Message],
        known: &[Known],
    ) -> Result<BTreeMap<String, Vec<Message>>, SourceError> {
        let end_of = |ts: &str| known.iter().find(|known| known.ts == ts)?.end;
        let is_over = |message: &&Message| match end_of(message.ts.as_str()).map(|end| end.how) {
            Some(How::Said) => true,
            Some(How::Reacted) => self.rules.is_reacted_to(message),
            None => false,
        };
        let seen: BTreeSet<&str> = channel.iter().map(|message| message.ts.as_str()).collect();
        let answered = channel
            .iter()
            .filter(|message| self.rules.opening(message).is_some())
            .filter(|message| !is_over(message) && message.has_answers())
            .map(|message| message.ts.as_str());
        let beyond = known
            .iter()
            .filter(|known| known.end.is_none() && !seen.contains(known.ts.as_str()))
            .map(|known| known.ts.as_str());
        let wanted: Vec<String> = answered.chain(beyond).map(str::to_owned).collect();
        let read: Vec<Option<(String, Vec<Message>)>> = stream::iter(wanted)
            .map(|ts| async move {
                let thread = self.thread(&self.channel, &ts).await?;
                Ok::<_, SourceError>(thread.map(|thread| (ts, thread)))
            })
            .buffer_unordered(THREADS_AT_ONCE)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// A channel's messages after that time.
    async fn whole(&self, channel: &str, oldest: Ts) -> Result<Vec<Message>, SourceError> {
        let read = self.client.history(channel, Some(oldest), None).await;
        match read.stopped {
            Some(stop) => Err(stopped(&stop)),
            None => Ok(read.messages),
        }
    }

    /// A message and its answers, the message first; `None` where it is gone.
    async fn thread(&self, channel: &str, ts: &str) -> Result<Option<Vec<Message>>, SourceError> {
        let Some(first) = Ts::parse(ts) else {
            return Ok(None);
        };
        let read = self.client.replies(channel, first, None).await;
        match read.stopped {
            Some(Stop::Failed(error)) if matches!(error.failure, Failure::NotFound(_)) => {
                return Ok(None);
            }
            Some(stop) => return Err(stopped(&stop)),
            None => {}
        }
        let is_there = read
            .messages
            .first()
            .is_some_and(|first| first.ts.as_str() == ts && !is_stone(first));
        Ok(is_there.then_some(read.messages))
    }

    fn listed(&self, told: &Told<'_>) -> Incident {
        let status = match told.end {
            Some(end) => Status::Resolved { at: end.at },
            None => Status::Open,
        };
        let key = format!("{}-{}", self.channel, told.first.ts.as_str());
        Incident {
            service: told.opening.service.clone(),
            severity: told.opening.severity.clone(),
            ..Incident::listed(
                IncidentId::new(NAME, &key),
                reference(told.opened_at),
                told.opening.title.as_str(),
                told.opened_at,
                status,
            )
        }
    }
}

#[async_trait]
impl IncidentSource for Slack {
    fn name(&self) -> &str {
        NAME
    }

    async fn pull(
        &self,
        watermark: Option<&Value>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Pulled, SourceError> {
        let last: Option<Watermark> =
            watermark.and_then(|value| serde_json::from_value(value.clone()).ok());
        let known = last.as_ref().map_or(&[][..], |last| last.known.as_slice());
        let newest = last
            .as_ref()
            .and_then(|last| instant(last.newest.as_deref()?));
        let back_to = newest.unwrap_or(since) - self.overlap;
        let channel = self.whole(&self.channel, Ts::of(back_to)).await?;
        let threads = self.threads(&channel, known).await?;
        let looked_at = last.as_ref().map(|last| last.looked_at);
        let told = rules::told(&self.rules, &channel, &threads, known, looked_at, now);
        let incidents = told
            .iter()
            .filter(|told| told.end.is_none_or(|end| end.at >= since))
            .map(|told| self.listed(told))
            .collect();
        let seen = channel.last().map(|message| message.ts.as_str().to_owned());
        let watermark = Watermark {
            newest: seen.or_else(|| last.as_ref()?.newest.clone()),
            looked_at: now,
            known: still_known(&told, known, back_to),
        };
        Ok(Pulled {
            incidents,
            watermark: json!(watermark),
            faults: Vec::new(),
        })
    }

    async fn detail(&self, incident: &Incident, now: Timestamp) -> Result<Incident, SourceError> {
        self.read_whole(incident, now).await
    }
}

/// What the next look has to know: what is open, and what ended so lately that the channel's next look sees its end again.
fn still_known(told: &[Told<'_>], known: &[Known], back_to: Timestamp) -> Vec<Known> {
    let seen = told.iter().map(|told| Known {
        ts: told.first.ts.as_str().to_owned(),
        end: told.end,
    });
    let elsewhere = known
        .iter()
        .filter(|known| known.end.is_some())
        .filter(|known| !told.iter().any(|told| told.first.ts.as_str() == known.ts))
        .cloned();
    seen.chain(elsewhere)
        .filter(|known| known.end.is_none_or(|end| end.at >= back_to))
        .collect()
}

/// `SLK-` and the second it was opened in, in base 36: short, and the same whenever it is read.
fn reference(opened_at: Timestamp) -> String {
    let mut seconds = opened_at.as_second().unsigned_abs();
    let mut digits = Vec::new();
    while seconds > 0 {
        let digit = u32::try_from(seconds % 36).unwrap_or_default();
        digits.extend(char::from_digit(digit, 36));
        seconds /= 36;
    }
    let digits: String = digits.into_iter().rev().collect();
    format!("SLK-{:0>6}", digits.to_uppercase())
}

fn gone(incident: &Incident) -> SourceError {
    SourceError::Gone(format!(
        "the message that opened {} is no longer in Slack",
        incident.reference
    ))
}

/// Why a channel or a thread was not read whole: half of it would end incidents that go on.
fn stopped(stop: &Stop) -> SourceError {
    match stop {
        Stop::Failed(error) => source_error(error),
        Stop::Spent | Stop::Astray => SourceError::Later {
            message: stop.to_string(),
            retry_after: None,
        },
    }
}

fn source_error(error: &CallError) -> SourceError {
    let misconfigured = |remedy: &str| SourceError::Misconfigured(format!("{error}; {remedy}"));
    match &error.failure {
        Failure::Unauthorized(_) | Failure::Forbidden { .. } => misconfigured(
            "check `slack.token`: a bot token with channels:history and users:read, in private channels groups:history",
        ),
        Failure::NotFound(_) => {
            misconfigured("check `sources.slack.channel`: a channel's id, with Debrief's bot in it")
        }
        Failure::Refused { message, .. } if message == "not_in_channel" => {
            misconfigured("invite Debrief's bot to the channel of `sources.slack.channel`")
        }
        Failure::NotReached(_)
        | Failure::Throttled { .. }
        | Failure::Unavailable { .. }
        | Failure::OutcomeUnknown(_)
        | Failure::Conflict(_)
        | Failure::Refused { .. }
        | Failure::Unreadable(_) => SourceError::Later {
            message: error.to_string(),
            retry_after: error
                .retry_after()
                .and_then(|after| SignedDuration::try_from(after).ok()),
        },
    }
}

#[cfg(test)]
mod tests;
