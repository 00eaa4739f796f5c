//! The record that is kept in chat: what was written in Slack's incident channels while an incident lasted.
//!
//! Read are the configured channels and the incident's own ones, from a margin before customers felt it until a margin
//! after it was over; while it is open, until now. A thread that began in that time is read whole, as far as that margin.
//! What is not read: answers to a message that is older than that, unless they were sent to the channel too. Slack lists
//! them nowhere, and asking after every thread a channel ever had would cost a call each.
//!
//! # What it costs
//! `auth.test` once in a worker's life; a call for every 999 messages of a channel, a call for every thread, a call for
//! everybody who is seen for the first time in a worker's life, and a call for a channel's name where it has to be named.
//! A channel's messages and a thread's answers may be asked for about 50 times a minute each, by an app that is
//! distributed outside the Marketplace once a minute, 15 messages at a time. So a reading ends within its [`Budget`]; what
//! it had read by then is kept in mind, and the next one goes on from there.
//! <https://docs.slack.dev/apis/web-api/rate-limits>

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use tokio::sync::OnceCell;

use self::gaps::{Gap, Why};
use self::mrkdwn::{Mentions, Names};
use self::people::People;
use self::reading::{Progress, Unfinished, Window};
use self::telling::Telling;
use super::SourceError;
use crate::playbook::incident::{EntryKind, Incident, Participant, TimelineEntry};
use crate::vendors::slack::{Allowance, Identity, Slack, Stop};

mod content;
mod emoji;
mod gaps;
mod mrkdwn;
mod people;
mod reading;
mod telling;

/// The shortest step of Slack's time: its bounds are exclusive, ours are not.
const STEP: SignedDuration = SignedDuration::from_micros(1);

/// What is read of the record, and how it is understood.
#[derive(Clone, Debug)]
pub struct TranscriptRules {
    /// Ids of the channels that every incident is talked about in. Ids, because names change.
    pub channels: Vec<String>,
    /// How long before the beginning is read as well.
    pub before: SignedDuration,
    /// How long after the end is read as well.
    pub after: SignedDuration,
    /// What tells that customers no longer feel it.
    pub mitigated: Vec<Sign>,
}

/// How people say something in chat.
#[derive(Clone, Debug)]
pub enum Sign {
    /// With words, in a message of a person.
    Said(Regex),
    /// With that emoji, by its name without colons, as reaction to any message.
    Reacted(String),
}

/// How an app's message is to be told, where a rule knows the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The tool's name: `Pingdom`.
    pub name: String,
    /// What such a message is.
    pub kind: EntryKind,
}

/// Knows apps by the name they post under, and by what they say.
pub type Namer = dyn Fn(Option<&str>, &str) -> Option<Named> + Send + Sync;

/// How much a reader insists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insistence {
    /// What may pass is waited for: [`SourceError::Later`].
    Whole,
    /// What cannot be had now is a gap.
    WhatThereIs,
}

/// What one reading may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// So many requests for messages; and for people as many again.
    pub requests: u32,
    /// In all so long, in real time, because Slack asked to wait; and for people as long again. A reader that is not
    /// asked again, such as a worker that runs once, needs it for incidents of more than some 50 threads.
    pub waiting: Duration,
}

impl Default for Budget {
    /// Enough for 2,000 messages in some hundred threads within two or three minutes.
    fn default() -> Self {
        Self {
            requests: 300,
            waiting: Duration::from_secs(90),
        }
    }
}

/// What chat holds about an incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// What was written, oldest first, answers in threads below what they answer.
    pub entries: Vec<TimelineEntry>,
    /// The people who wrote, most busy first.
    pub people: Vec<Participant>,
    /// What could not be read, a sentence each.
    pub gaps: Vec<String>,
}

/// A workspace's incident channels.
pub struct Transcript {
    client: Slack,
    rules: TranscriptRules,
    namer: Box<Namer>,
    budget: Budget,
    identity: OnceCell<Identity>,
    people: People,
    unfinished: Unfinished,
}

impl Transcript {
    /// The channels of those rules; apps are named by `namer`.
    pub fn new(client: Slack, rules: TranscriptRules, namer: Box<Namer>) -> Self {
        Self {
            client,
            rules,
            namer,
            budget: Budget::default(),
            identity: OnceCell::new(),
            people: People::default(),
            unfinished: Unfinished::default(),
        }
    }

    /// The same, with another budget for each reading.
    pub fn with_budget(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }

    /// Reads what there is about an incident. What cannot be had for good is a gap, never an error.
    ///
    /// # Errors
    /// [`SourceError::Later`] where something may pass and the reader insists on [`Insistence::Whole`]. The next call goes
    /// on where this one ended.
    pub async fn read(
        &self,
        incident: &Incident,
        insistence: Insistence,
    ) -> Result<Recorded, SourceError> {
        let channels = self.channels_of(incident);
        if channels.is_empty() {
            return Ok(Recorded::default());
        }
        let us = match self.identity().await {
            Ok(us) => us,
            Err(stop) => return without_slack(&stop, insistence),
        };
        let window = self.window_of(incident);
        let mut progress = match self.unfinished.take(&incident.id).await {
            Some(progress) if progress.is_of(&window, &channels) => progress,
            Some(_) | None => Progress::new(window, &channels),
        };
        let read = progress
            .read_on(&self.client, &self.allowance(), insistence)
            .await;
        let known = match read {
            Ok(()) => self.look_up(us, &progress, insistence).await,
            Err(stop) => Err(stop),
        };
        match known {
            Ok(known) => Ok(self.told(us, &progress, &known).await),
            Err(stop) => {
                self.unfinished.keep(&incident.id, progress).await;
                Err(later(&stop))
            }
        }
    }

    /// The configured channels and the incident's own, each once.
    fn channels_of(&self, incident: &Incident) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.rules
            .channels
            .iter()
            .chain(&incident.channels)
            .filter(|channel| seen.insert(channel.as_str()))
            .cloned()
            .collect()
    }

    fn window_of(&self, incident: &Incident) -> Window {
        let began = incident
            .began_at
            .map_or(incident.opened_at, |began| began.min(incident.opened_at));
        let oldest = began
            .checked_sub(self.rules.before)
            .and_then(|oldest| oldest.checked_sub(STEP))
            .unwrap_or(Timestamp::MIN);
        let latest = incident.resolved_at().map(|end| {
            end.checked_add(self.rules.after)
                .and_then(|latest| latest.checked_add(STEP))
                .unwrap_or(Timestamp::MAX)
        });
        Window::new(oldest, latest)
    }

    async fn identity(&self) -> Result<&Identity, Stop> {
        self.identity
            .get_or_try_init(|| self.client.auth_test())
            .await
            .map_err(Stop::Failed)
    }

    fn allowance(&self) -> Allowance {
        Allowance::new(self.budget.requests, self.budget.waiting)
    }

    /// Who wrote and who is mentioned.
    async fn look_up(
        &self,
        us: &Identity,
        progress: &Progress,
        insistence: Insistence,
    ) -> Result<people::Known, Stop> {
        let mut mentions = Mentions::default();
        for message in progress.messages() {
            telling::mentions(us, message, &mut mentions);
        }
        let allowance = self.allowance();
        let users = self
            .people
            .users(&self.client, mentions.people, &allowance)
            .await;
        if let (Some(stop), Insistence::Whole) = (&users.stop, insistence)
            && Why::of(stop).passes()
        {
            return Err(users.stop.unwrap_or(Stop::Spent));
        }
        let channels = self
            .people
            .channels(&self.client, mentions.channels, &allowance)
            .await;
        Ok(people::Known { users, channels })
    }

    async fn told(&self, us: &Identity, progress: &Progress, known: &people::Known) -> Recorded {
        let names = Names {
            people: known
                .users
                .found
                .iter()
                .map(|(id, user)| (id.clone(), user.name.clone()))
                .chain(
                    us.bot_id
                        .as_ref()
                        .map(|_| (us.user_id.clone(), us.user.clone())),
                )
                .collect(),
            channels: known.channels.clone(),
        };
        let telling = Telling {
            us,
            known: &known.users,
            names: &names,
            signs: &self.rules.mitigated,
            namer: self.namer.as_ref(),
        };
        let told = telling.all(progress);
        let mut gaps = progress.gaps();
        gaps.extend(told.gaps);
        if let Some(stop) = &known.users.stop {
            gaps.push(Gap::Names {
                count: known.users.unasked.len(),
                why: Why::of(stop),
            });
        }
        let channels: BTreeSet<String> = gaps
            .iter()
            .filter_map(|gap| gap.channel().map(str::to_owned))
            .collect();
        let names = self
            .people
            .channels(&self.client, channels, &self.allowance())
            .await;
        Recorded {
            entries: told.entries,
            people: told.people,
            gaps: sentences(&gaps, &names),
        }
    }
}

fn sentences(gaps: &[Gap], names: &BTreeMap<String, String>) -> Vec<String> {
    gaps.iter().map(|gap| gap.sentence(names)).collect()
}

fn later(stop: &Stop) -> SourceError {
    let retry_after = match stop {
        Stop::Failed(error) => error
            .retry_after()
            .and_then(|after| SignedDuration::try_from(after).ok()),
        Stop::Spent | Stop::Astray => None,
    };
    SourceError::Later {
        message: stop.to_string(),
        retry_after,
    }
}

/// What there is where not even the token could be tested.
fn without_slack(stop: &Stop, insistence: Insistence) -> Result<Recorded, SourceError> {
    let why = Why::of(stop);
    match insistence {
        Insistence::Whole if why.passes() => Err(later(stop)),
        Insistence::Whole | Insistence::WhatThereIs => Ok(Recorded {
            gaps: sentences(&[Gap::Everything { why }], &BTreeMap::new()),
            ..Recorded::default()
        }),
    }
}

#[cfg(test)]
mod tests;
