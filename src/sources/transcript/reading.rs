//! Reading the channels and their threads, as far as the budget reaches, and going on another time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::Insistence;
use super::gaps::{Gap, Why};
use crate::playbook::incident::IncidentId;
use crate::vendors::slack::{Allowance, Message, Reading, Slack, Stop, Ts};

/// How many threads are read side by side.
const THREADS_AT_ONCE: usize = 4;

/// How many incidents are kept in mind that could not be read to the end. Whoever is forgotten is begun anew.
const MOST_UNFINISHED: usize = 16;

/// From when to when; both exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    oldest: Ts,
    latest: Option<Ts>,
}

impl Window {
    pub fn new(oldest: Timestamp, latest: Option<Timestamp>) -> Self {
        Self {
            oldest: Ts::of(oldest),
            latest: latest.map(Ts::of),
        }
    }
}

/// One channel on its way in.
pub(super) struct ChannelReading {
    pub id: String,
    history: Reading,
    threads: BTreeMap<Ts, Reading>,
    /// Why the channel is not whole.
    stop: Option<Why>,
    /// Why threads are not.
    threads_stop: Option<Why>,
}

/// What has been read about one incident.
pub(super) struct Progress {
    window: Window,
    pub channels: Vec<ChannelReading>,
}

impl Progress {
    pub fn new(window: Window, channels: &[String]) -> Self {
        let channels = channels
            .iter()
            .map(|id| ChannelReading {
                id: id.clone(),
                history: Reading::channel(id, Some(window.oldest.clone()), window.latest.clone()),
                threads: BTreeMap::new(),
                stop: None,
                threads_stop: None,
            })
            .collect();
        Self { window, channels }
    }

    /// Whether it is about these channels in that time. An incident that was opened again ends later.
    pub fn is_of(&self, window: &Window, channels: &[String]) -> bool {
        self.window == *window
            && self
                .channels
                .iter()
                .map(|channel| &channel.id)
                .eq(channels.iter())
    }

    /// Reads on until everything is there, or as much as there is.
    ///
    /// # Errors
    /// A stop that may pass, where the reader insists on the whole.
    pub async fn read_on(
        &mut self,
        client: &Slack,
        allowance: &Allowance,
        insistence: Insistence,
    ) -> Result<(), Stop> {
        let latest = self.window.latest.clone();
        for channel in &mut self.channels {
            let stop = client.read_on(&mut channel.history, allowance).await.err();
            channel.stop = stop.as_ref().map(Why::of);
            give_way(stop, insistence)?;
            let stop = channel
                .read_threads(client, allowance, latest.as_ref())
                .await;
            channel.threads_stop = stop.as_ref().map(Why::of);
            give_way(stop, insistence)?;
        }
        Ok(())
    }

    /// Everything that was read.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.channels.iter().flat_map(ChannelReading::messages)
    }

    /// What could not be read.
    pub fn gaps(&self) -> Vec<Gap> {
        self.channels
            .iter()
            .flat_map(ChannelReading::gaps)
            .collect()
    }
}

/// A stop is an error to those who insist, if waiting may help.
fn give_way(stop: Option<Stop>, insistence: Insistence) -> Result<(), Stop> {
    match (stop, insistence) {
        (Some(stop), Insistence::Whole) if Why::of(&stop).passes() => Err(stop),
        (Some(_) | None, Insistence::Whole | Insistence::WhatThereIs) => Ok(()),
    }
}

impl ChannelReading {
    /// Messages and answers; an answer that was sent to the channel too comes twice.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        let answers = self.threads.values().flat_map(Reading::messages);
        self.history.messages().chain(answers)
    }

    /// How many messages could not be made sense of.
    pub fn unreadable(&self) -> usize {
        let answers = self.threads.values().map(Reading::unreadable);
        answers.sum::<usize>() + self.history.unreadable()
    }

    /// Reads the threads that began here; says why, where some could not be read.
    async fn read_threads(
        &mut self,
        client: &Slack,
        allowance: &Allowance,
        latest: Option<&Ts>,
    ) -> Option<Stop> {
        let first: Vec<&Ts> = self
            .history
            .messages()
            .filter(|message| message.has_answers())
            .map(|message| &message.ts)
            .collect();
        for ts in first {
            if !self.threads.contains_key(ts) {
                let thread = Reading::thread(&self.id, ts.clone(), latest.cloned());
                self.threads.insert(ts.clone(), thread);
            }
        }
        let (whole, waiting): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.threads)
            .into_iter()
            .partition(|(_, thread)| thread.is_whole());
        self.threads = whole;
        let is_over = AtomicBool::new(false);
        let mut reading = stream::iter(waiting)
            .map(|(ts, thread)| read_thread(client, ts, thread, allowance, &is_over))
            .buffer_unordered(THREADS_AT_ONCE);
        let mut first_stop = None;
        while let Some((ts, thread, stop)) = reading.next().await {
            self.threads.insert(ts, thread);
            // What may pass is worth coming back for, whatever else is wrong.
            let is_better = |stop: &Stop| Why::of(stop).passes();
            if first_stop.is_none() || stop.as_ref().is_some_and(is_better) {
                first_stop = stop.or(first_stop);
            }
        }
        first_stop
    }

    fn gaps(&self) -> Vec<Gap> {
        let channel = || self.id.clone();
        let mut gaps = Vec::new();
        if let Some(why) = self.stop {
            gaps.push(match self.history.messages().next() {
                Some(oldest) => Gap::Older {
                    channel: channel(),
                    before: oldest.ts.at(),
                    why,
                },
                None => Gap::Channel {
                    channel: channel(),
                    why,
                },
            });
        }
        let count = self
            .threads
            .values()
            .filter(|thread| !thread.is_whole())
            .count();
        if let (Some(why), 1..) = (self.threads_stop, count) {
            gaps.push(Gap::Threads {
                channel: channel(),
                count,
                why,
            });
        }
        gaps
    }
}

/// Reads one thread, unless it is known by now that it cannot be read.
async fn read_thread(
    client: &Slack,
    ts: Ts,
    mut thread: Reading,
    allowance: &Allowance,
    is_over: &AtomicBool,
) -> (Ts, Reading, Option<Stop>) {
    if is_over.load(Ordering::Relaxed) {
        return (ts, thread, None);
    }
    let stop = client.read_on(&mut thread, allowance).await.err();
    if stop
        .as_ref()
        .is_some_and(|stop| Why::of(stop).concerns_others())
    {
        is_over.store(true, Ordering::Relaxed);
    }
    (ts, thread, stop)
}

/// Incidents that could not be read to the end, the last one at the end. Losing them costs calls.
#[derive(Default)]
pub(super) struct Unfinished(Mutex<VecDeque<(IncidentId, Progress)>>);

impl Unfinished {
    /// Takes it out: two who read the same incident at once do not share.
    pub async fn take(&self, id: &IncidentId) -> Option<Progress> {
        let mut kept = self.0.lock().await;
        let at = kept.iter().position(|(other, _)| other == id)?;
        kept.remove(at).map(|(_, progress)| progress)
    }

    pub async fn keep(&self, id: &IncidentId, progress: Progress) {
        let mut kept = self.0.lock().await;
        kept.retain(|(other, _)| other != id);
        kept.push_back((id.clone(), progress));
        if kept.len() > MOST_UNFINISHED {
            kept.pop_front();
        }
    }
}
