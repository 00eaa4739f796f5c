//! One record out of several sources: the pager's log, the chat, the notes.
//!
//! The order is that of time, answers in a thread directly below its first message; answers to something that is not in the
//! record stand where that would. Two kinds of things are folded:
//! - **Told twice**: an alert, an acknowledgement, a resolve or a note of which two sources tell within [`SAME_EVENT`] of one
//!   another, in the same words or in more of them. One stays, with what either knows. One source under one name tells
//!   nothing twice: there, the same words are another event. Two tools that raise the same are two alerts.
//! - **Came again**: an alert of one tool in the same words, numbers apart, with gaps of at most [`SAME_TROUBLE`]. The first
//!   stays and says how often it came, until when.
//!
//! What people say is never folded, nor is anything across threads. Where a folded entry had answers, they stand below the
//! one that stayed.

mod words;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use self::words::{Said, is_telling, same_name};
use super::incident::{EntryKind, Repeats, TimelineEntry};
use super::rich_text::{Block, RichText};

/// How far apart two sources tell of one event at most.
pub const SAME_EVENT: SignedDuration = SignedDuration::from_mins(3);
/// How long an alert may be silent and still be the same trouble when it comes again.
pub const SAME_TROUBLE: SignedDuration = SignedDuration::from_hours(1);
/// So many earlier entries are compared with one at most. In a storm of alerts the other source's telling is among the
/// nearest; without a bound, a storm would take its square in comparisons.
const NEAREST: usize = 64;

/// Merges the entries of all sources, in any order, into one record; merging the result again changes nothing.
pub fn merge(mut entries: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    // What stays may say more than before, and then be the same as something else: until nothing is folded any more.
    loop {
        let before = entries.len();
        entries.sort_by_key(|entry| entry.at);
        let told = told_twice(entries);
        entries = came_again(told);
        if entries.len() == before {
            return in_order(entries);
        }
    }
}

/// The kinds that several sources tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Event {
    Alert,
    Acknowledged,
    Resolved,
    Note,
}

impl Event {
    fn of(kind: EntryKind) -> Option<Self> {
        match kind {
            EntryKind::Alert => Some(Self::Alert),
            EntryKind::Acknowledged => Some(Self::Acknowledged),
            EntryKind::Resolved => Some(Self::Resolved),
            EntryKind::Note => Some(Self::Note),
            EntryKind::Message | EntryKind::Mitigated | EntryKind::Escalated | EntryKind::Other => {
                None
            }
        }
    }
}

/// The thread that an entry answers in; the first message of a thread answers nothing.
fn answers(entry: &TimelineEntry) -> Option<Timestamp> {
    entry.thread.filter(|begun| *begun != entry.at)
}

/// Where an entry was told: the host of its link, and the name it was told under.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Teller {
    host: Option<String>,
    name: Option<String>,
}

impl Teller {
    fn of(entry: &TimelineEntry) -> Self {
        Self {
            host: host(entry).map(str::to_owned),
            name: name(entry),
        }
    }
}

fn host(entry: &TimelineEntry) -> Option<&str> {
    let (_, rest) = entry.url.as_deref()?.split_once("://")?;
    rest.split(['/', '?', '#']).next()
}

fn name(entry: &TimelineEntry) -> Option<String> {
    entry.by.as_deref().map(|by| by.trim().to_lowercase())
}

/// An event that stays, and what was told of it so far.
struct Kept {
    entry: TimelineEntry,
    said: Said,
    tellers: Vec<Teller>,
}

/// Folds what several sources tell of one event. Takes and leaves entries in the order of time.
fn told_twice(entries: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    let mut kept: Vec<Kept> = Vec::with_capacity(entries.len());
    let mut near: HashMap<(Event, Option<Timestamp>), Vec<usize>> = HashMap::new();
    let mut same: HashMap<(Event, Option<Timestamp>, String), Vec<usize>> = HashMap::new();
    let mut moved = Moved::default();
    for entry in entries {
        let Some(event) = Event::of(entry.kind) else {
            kept.push(Kept {
                entry,
                said: Said::default(),
                tellers: Vec::new(),
            });
            continue;
        };
        let thread = answers(&entry);
        let said = match event {
            Event::Note => Said::by_a_person(&entry.text),
            Event::Alert | Event::Acknowledged | Event::Resolved => Said::by_a_tool(&entry.text),
        };
        let teller = Teller::of(&entry);
        let is_it = |index: &usize, kept: &[Kept]| {
            let known = &kept[*index];
            !known.tellers.contains(&teller)
                && is_one_event(event, (&known.entry, &known.said), (&entry, &said))
        };
        let in_words = same.entry((event, thread, said.words.clone())).or_default();
        let in_time = near.entry((event, thread)).or_default();
        let found = [&*in_words, &*in_time].into_iter().find_map(|indexes| {
            let nearest = indexes.iter().rev().take(NEAREST);
            nearest
                .take_while(|index| entry.at.duration_since(kept[**index].entry.at) <= SAME_EVENT)
                .find(|index| is_it(index, &kept))
                .copied()
        });
        match found {
            Some(index) => {
                let known = &mut kept[index];
                moved.note(&entry, known.entry.at);
                known.tellers.push(teller);
                if said.is_richer_than(&known.said)
                    || (said.words == known.said.words
                        && has_markup(&entry.text)
                        && !has_markup(&known.entry.text))
                {
                    known.said = said;
                    known.entry.text = entry.text.clone();
                }
                absorb(&mut known.entry, entry);
            }
            None => {
                in_words.push(kept.len());
                in_time.push(kept.len());
                kept.push(Kept {
                    entry,
                    said,
                    tellers: vec![teller],
                });
            }
        }
    }
    let mut left: Vec<TimelineEntry> = kept.into_iter().map(|kept| kept.entry).collect();
    moved.follow(&mut left);
    left
}

/// Whether two sources tell of one event: nobody else's, of the same incident, and in words of which one's hold the other's.
fn is_one_event(
    event: Event,
    (one, said): (&TimelineEntry, &Said),
    (other, also_said): (&TimelineEntry, &Said),
) -> bool {
    let differ = |one: &Option<String>, other: &Option<String>| {
        one.as_ref()
            .zip(other.as_ref())
            .is_some_and(|(one, other)| one != other)
    };
    if differ(&said.reference, &also_said.reference) {
        return false;
    }
    let (by, also_by) = (one.by.as_deref(), other.by.as_deref());
    let is_same_name = same_name(by, also_by);
    let names = [
        by.filter(|by| is_telling(by)),
        also_by.filter(|by| is_telling(by)),
    ];
    // The post of a pager's app names in its words who did it.
    let is_named = names[0].is_some_and(|name| also_said.names(name))
        || names[1].is_some_and(|name| said.names(name));
    if !is_same_name && !is_named && names.iter().all(Option::is_some) {
        return false;
    }
    if said.words == also_said.words {
        return true;
    }
    let is_within = said.is_within(also_said) || also_said.is_within(said);
    is_within
        && match event {
            // A single word stands in too many alerts.
            Event::Alert => said.count().min(also_said.count()) > 1,
            Event::Acknowledged | Event::Resolved => is_same_name || is_named,
            // Two notes of one person are two notes, even if the second says more.
            Event::Note => !is_same_name && is_named,
        }
}

/// Gives an entry what another telling of the same knows beyond it.
fn absorb(kept: &mut TimelineEntry, other: TimelineEntry) {
    let telling = |by: &Option<String>| by.as_deref().is_some_and(is_telling);
    if kept.by.is_none() || (!telling(&kept.by) && telling(&other.by)) {
        kept.by = other.by;
    }
    kept.url = kept.url.take().or(other.url);
    if kept.files.is_empty() {
        kept.files = other.files;
    }
    kept.edited_at = kept.edited_at.max(other.edited_at);
    kept.repeats = match (kept.repeats, other.repeats) {
        (Some(one), Some(other)) => Some(Repeats {
            times: one.times.max(other.times),
            until: one.until.max(other.until),
        }),
        (one, other) => one.or(other),
    };
}

fn has_markup(text: &RichText) -> bool {
    // What is stored as a plain text has no markup.
    match text.blocks.as_slice() {
        [] => false,
        [Block::Paragraph(_)] => RichText::plain_text(&text.to_plain()) != *text,
        [Block::Quote(_) | Block::Code(_) | Block::List(_)] | [_, _, ..] => true,
    }
}

/// Folds the alerts that came again. Takes and leaves entries in the order of time.
fn came_again(entries: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    let mut kept: Vec<TimelineEntry> = Vec::with_capacity(entries.len());
    let mut first: HashMap<(Option<Timestamp>, Option<String>, String), usize> = HashMap::new();
    let mut moved = Moved::default();
    for entry in entries {
        if entry.kind != EntryKind::Alert {
            kept.push(entry);
            continue;
        }
        let words = Said::by_a_tool(&entry.text).without_numbers();
        let index = first
            .entry((answers(&entry), name(&entry), words))
            .or_insert(kept.len());
        let (times, until) = count(&entry);
        if let Some(known) = kept.get_mut(*index) {
            let (so_far, last) = count(known);
            if entry.at.duration_since(last) <= SAME_TROUBLE {
                known.repeats = Some(Repeats {
                    times: so_far.saturating_add(times),
                    until: last.max(until),
                });
                moved.note(&entry, known.at);
                continue;
            }
        }
        *index = kept.len();
        kept.push(entry);
    }
    moved.follow(&mut kept);
    kept
}

/// How often an entry came, and when last.
fn count(entry: &TimelineEntry) -> (u32, Timestamp) {
    entry
        .repeats
        .map_or((1, entry.at), |repeats| (repeats.times, repeats.until))
}

/// Where the first messages of threads went that were folded into earlier entries.
#[derive(Default)]
struct Moved {
    to: HashMap<Timestamp, Timestamp>,
}

impl Moved {
    fn note(&mut self, folded: &TimelineEntry, to: Timestamp) {
        if answers(folded).is_none() {
            self.to.insert(folded.at, to);
        }
    }

    /// Lets the answers follow, unless something that happened in the same instant is still there to stand below.
    fn follow(mut self, entries: &mut [TimelineEntry]) {
        if self.to.is_empty() {
            return;
        }
        for entry in entries.iter() {
            if answers(entry).is_none() {
                self.to.remove(&entry.at);
            }
        }
        for entry in entries {
            if let Some(to) = answers(entry).and_then(|begun| self.to.get(&begun)) {
                entry.thread = Some(*to);
            }
        }
    }
}

/// One thing that happened, or the place of one that is not in the record, and the answers to it.
struct Thread {
    at: Timestamp,
    first: Option<TimelineEntry>,
    answers: Vec<TimelineEntry>,
}

/// All entries in order; those of one instant in the order they came.
fn in_order(entries: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    let total = entries.len();
    let (answering, first): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|entry| answers(entry).is_some());
    let mut threads: Vec<Thread> = first
        .into_iter()
        .map(|entry| Thread {
            at: entry.at,
            first: Some(entry),
            answers: Vec::new(),
        })
        .collect();
    let mut begun_at: HashMap<Timestamp, Vec<usize>> = HashMap::new();
    for (index, thread) in threads.iter().enumerate() {
        begun_at.entry(thread.at).or_default().push(index);
    }
    for answer in answering {
        let begun = answer.thread.unwrap_or(answer.at);
        let places = begun_at.entry(begun).or_default();
        let index = first_message(&threads, places, &answer).unwrap_or_else(|| {
            places.push(threads.len());
            threads.push(Thread {
                at: begun,
                first: None,
                answers: Vec::new(),
            });
            threads.len() - 1
        });
        threads[index].answers.push(answer);
    }
    threads.sort_by_key(|thread| thread.at);
    let mut ordered = Vec::with_capacity(total);
    for mut thread in threads {
        ordered.extend(thread.first);
        thread.answers.sort_by_key(|answer| answer.at);
        ordered.extend(thread.answers);
    }
    ordered
}

/// Which of the things that happened in the instant a thread began is its first message: the one that says so itself, else
/// one from where the answer is from, else the first.
fn first_message(threads: &[Thread], places: &[usize], answer: &TimelineEntry) -> Option<usize> {
    let is = |index: &usize, test: &dyn Fn(&TimelineEntry) -> bool| {
        threads[*index].first.as_ref().is_some_and(test)
    };
    let places = &places[..places.len().min(NEAREST)];
    places
        .iter()
        .find(|index| is(index, &|first| first.thread.is_some()))
        .or_else(|| {
            places
                .iter()
                .find(|index| is(index, &|first| host(first) == host(answer)))
        })
        .or_else(|| places.first())
        .copied()
}

#[cfg(test)]
mod tests;
