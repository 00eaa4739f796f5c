//! What opens an incident and what ends it: pure, over messages that were read already.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::words::{first_line, words};
use crate::vendors::slack::{Message, Ts};

/// The metadata of our own messages begins so; they open and end nothing, whatever titles they repeat.
const OURS: &str = "debrief_";

/// What stands for a message that was deleted, after others had answered it.
const STONE: &str = "tombstone";

/// Which messages and reactions open an incident, and which end one.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// A message that fits one of these opens an incident. Groups named `title`, `service` and `severity` tell those.
    pub opened_by: Vec<Regex>,
    /// A message with this reaction, by anybody, opens one too.
    pub opened_reaction: Option<String>,
    /// A message that fits one of these ends the incident whose thread it is in; in the channel, the one that is open.
    pub resolved_by: Vec<Regex>,
    /// This reaction to its first message ends an incident, for as long as it is there.
    pub resolved_reaction: Option<String>,
}

/// What the first message of an incident tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    pub title: String,
    pub service: String,
    pub severity: Option<String>,
}

/// How an incident ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    /// Somebody said so.
    Said,
    /// Somebody reacted so.
    Reacted,
}

/// An end, and when it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub at: Timestamp,
    pub how: How,
}

/// An incident as the channel tells it.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    pub first: &'a Message,
    pub opening: Opening,
    pub opened_at: Timestamp,
    pub end: Option<End>,
}

/// What is known of an incident from an earlier look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// The first message's `ts`.
    pub ts: String,
    /// How it had ended by then.
    pub end: Option<End>,
}

impl Rules {
    /// What a message opens, if it does.
    pub(super) fn opening(&self, message: &Message) -> Option<Opening> {
        let is_top = message
            .thread_ts
            .as_ref()
            .is_none_or(|thread| *thread == message.ts);
        if !is_top || !is_talk(message) {
            return None;
        }
        let words = words(message);
        let fits = self.opened_by.iter().find_map(|rule| rule.captures(&words));
        if fits.is_none() && !has_reaction(message, self.opened_reaction.as_deref()) {
            return None;
        }
        let group = |name: &str| {
            let text = fits.as_ref()?.name(name)?.as_str().trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let line = || first_line(&words).map(str::to_owned);
        Some(Opening {
            title: group("title")
                .or_else(line)
                .unwrap_or_else(|| "Incident without words".to_owned()),
            service: group("service").unwrap_or_default(),
            severity: group("severity"),
        })
    }

    /// Whether a message says that it is over.
    pub(super) fn ends(&self, message: &Message) -> bool {
        is_talk(message) && {
            let words = words(message);
            self.resolved_by.iter().any(|rule| rule.is_match(&words))
        }
    }

    /// Whether the reaction that ends an incident is there.
    pub(super) fn is_reacted_to(&self, first: &Message) -> bool {
        has_reaction(first, self.resolved_reaction.as_deref())
    }

    /// Who ended it by the reaction, where Slack tells.
    pub(super) fn reacted_by<'a>(&self, first: &'a Message) -> Option<&'a str> {
        let wanted = self.resolved_reaction.as_deref()?;
        let given = first
            .reactions
            .iter()
            .find(|given| is_emoji(&given.name, wanted))?;
        given.users.first().map(String::as_str)
    }
}

fn has_reaction(message: &Message, wanted: Option<&str>) -> bool {
    wanted.is_some_and(|wanted| {
        let mut given = message.reactions.iter();
        given.any(|given| is_emoji(&given.name, wanted))
    })
}

/// An emoji, in whatever tone of skin.
fn is_emoji(given: &str, wanted: &str) -> bool {
    given.split("::").next() == Some(wanted)
}

/// Neither who came and went, nor what was deleted, nor what we posted ourselves.
fn is_talk(message: &Message) -> bool {
    let is_noise = message.subtype.as_deref().is_some_and(|subtype| {
        subtype == STONE || subtype.starts_with("channel_") || subtype.starts_with("group_")
    });
    let is_ours = message
        .metadata
        .as_ref()
        .is_some_and(|metadata| metadata.event_type.starts_with(OURS));
    !is_noise && !is_ours
}

/// Whether the message is gone, and only its stone is there.
pub(super) fn is_stone(message: &Message) -> bool {
    message.subtype.as_deref() == Some(STONE)
}

/// The instant of a `ts`: seconds with six decimals. `None` for what is none.
pub(super) fn instant(ts: &str) -> Option<Timestamp> {
    Ts::parse(ts).map(|ts| ts.at())
}

/// When the reaction that ends an incident was given, which Slack does not tell: after what was written last in the thread,
/// and after the last look that did not see it. Both are facts that stay, so that reading again gives the same instant as long
/// as nobody writes; what was seen once is kept.
pub(super) fn reacted_at(
    first: &Message,
    thread: &[Message],
    looked_at: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let written = thread
        .iter()
        .chain([first])
        .filter(|message| is_talk(message))
        .filter_map(|message| instant(message.ts.as_str()));
    written.chain(looked_at).max().unwrap_or(now).min(now)
}

/// The incidents that these messages tell of, oldest first.
///
/// `known` are those of earlier looks: an end that was seen holds as long as the reaction it came from is there, and an incident
/// whose messages are not here any more still counts when the channel says that "it" is over.
pub(super) fn told<'a>(
    rules: &Rules,
    channel: &'a [Message],
    threads: &'a BTreeMap<String, Vec<Message>>,
    known: &[Known],
    looked_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Told<'a>> {
    let mut told = openings(rules, channel, threads);
    for told in &mut told {
        let known = known
            .iter()
            .find(|known| known.ts == told.first.ts.as_str());
        let thread = threads
            .get(told.first.ts.as_str())
            .map_or(&[][..], Vec::as_slice);
        told.end = end_in_thread(rules, told.first, thread)
            .or_else(|| known_end(rules, told.first, known))
            .or_else(|| {
                rules.is_reacted_to(told.first).then(|| End {
                    at: reacted_at(
                        told.first,
                        thread,
                        looked_at.filter(|_| known.is_some()),
                        now,
                    ),
                    how: How::Reacted,
                })
            });
    }
    let elsewhere: Vec<(Timestamp, Option<End>)> = known
        .iter()
        .filter(|known| !told.iter().any(|told| told.first.ts.as_str() == known.ts))
        .filter_map(|known| Some((instant(&known.ts)?, known.end)))
        .collect();
    let said = channel.iter().filter(|message| {
        message.thread_ts.is_none() && rules.ends(message) && rules.opening(message).is_none()
    });
    for message in said {
        let Some(at) = instant(message.ts.as_str()) else {
            continue;
        };
        let is_open = |opened_at: Timestamp, end: Option<End>| {
            opened_at < at && end.is_none_or(|end| end.at > at)
        };
        let elsewhere = elsewhere
            .iter()
            .filter(|(opened, end)| is_open(*opened, *end))
            .count();
        let mut open: Vec<&mut Told<'a>> = told
            .iter_mut()
            .filter(|told| is_open(told.opened_at, told.end))
            .collect();
        // With two of them open, nobody can tell which one is meant.
        if let ([only], 0) = (open.as_mut_slice(), elsewhere) {
            only.end = Some(End { at, how: How::Said });
        }
    }
    told
}

fn openings<'a>(
    rules: &Rules,
    channel: &'a [Message],
    threads: &'a BTreeMap<String, Vec<Message>>,
) -> Vec<Told<'a>> {
    let beyond = threads.values().filter_map(|thread| thread.first());
    let mut by_ts: BTreeMap<&str, &Message> = BTreeMap::new();
    // A channel's copy is as new as a thread's; either will do.
    for message in beyond.chain(channel) {
        by_ts.insert(message.ts.as_str(), message);
    }
    by_ts
        .into_values()
        .filter_map(|first| {
            Some(Told {
                opening: rules.opening(first)?,
                opened_at: instant(first.ts.as_str())?,
                first,
                end: None,
            })
        })
        .collect()
}

/// The first message of the thread that says so.
pub(super) fn end_in_thread(rules: &Rules, first: &Message, thread: &[Message]) -> Option<End> {
    thread
        .iter()
        .filter(|message| message.ts != first.ts && rules.ends(message))
        .filter_map(|message| instant(message.ts.as_str()))
        .min()
        .map(|at| End { at, how: How::Said })
}

fn known_end(rules: &Rules, first: &Message, known: Option<&Known>) -> Option<End> {
    let end = known?.end?;
    match end.how {
        How::Said => Some(end),
        How::Reacted => rules.is_reacted_to(first).then_some(end),
    }
}

#[cfg(test)]
mod tests;
