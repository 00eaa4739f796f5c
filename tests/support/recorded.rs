//! An incident as a recording of a bad day would show it: four hours, two thousand messages, forty people, hundreds of
//! alerts, and everything in it that a page must not fall over or let out. The same number gives the same day.
//!
//! [`Truth`] says what a reader of the record has to find, and what nobody may read.

mod alerts;
mod masked;
mod pagerduty;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub use alerts::AlertSeries;
pub use masked::Masked;

/// PagerDuty's id of the incident.
pub const INCIDENT: &str = "QRECORDED00001";
/// The channel it happened in.
pub const CHANNEL: &str = "prod-issue";
/// How many messages were ever written there.
pub const MESSAGES: usize = 2_000;
/// How many of them are alerts.
pub const ALERTS: usize = 300;
/// How many messages others answered in a thread.
pub const THREADS: usize = 60;
/// How many people took part.
pub const PEOPLE: usize = 40;
/// How many messages were changed after they were written.
pub const EDITS: usize = 50;
/// How many messages are gone.
pub const DELETIONS: usize = 30;
/// How many of those had been answered: a stone stands in their place.
pub const STONES: usize = 5;
/// How many files were attached.
pub const FILES: usize = 40;
/// How many entries PagerDuty's log has, those of the notes among them.
pub const LOG_ENTRIES: usize = 120;
/// How many notes people wrote in PagerDuty.
pub const NOTES: usize = 15;
/// Of people who came and went: told by Slack, of no use to anybody.
pub const NOISE: usize = 20;

/// How long before now it began and ended, in milliseconds.
const OPENED: i64 = 6 * 3_600_000;
const RESOLVED: i64 = 2 * 3_600_000;

/// What the record holds.
#[derive(Debug)]
pub struct Truth {
    /// Messages of people that are still there, oldest first.
    pub messages: Vec<Told>,
    /// Alerts by what they say; the same one may have come many times.
    pub alerts: Vec<AlertSeries>,
    /// Everybody, by name.
    pub people: Vec<String>,
    /// Whom Slack does not show: what they wrote there is by a bare id.
    pub unknown_to_slack: BTreeSet<String>,
    /// Whom PagerDuty does not show: its log has their names and nothing else.
    pub unknown_to_pagerduty: BTreeSet<String>,
    /// The words of notes in PagerDuty, oldest first.
    pub notes: Vec<String>,
    /// Words of messages that were deleted: nobody may read them.
    pub gone: Vec<String>,
    /// Secrets that were pasted: nobody may read them.
    pub secrets: Vec<Masked>,
    /// Addresses of customers: nobody may read them.
    pub addresses: Vec<String>,
}

/// A message that somebody wrote and that is still there.
#[derive(Clone, Debug)]
pub struct Told {
    /// A word that no other message has.
    pub word: String,
    /// How long before now it was written, in milliseconds.
    pub ago: i64,
    /// Who wrote it.
    pub by: String,
    /// The word of the message it answers.
    pub thread: Option<String>,
    /// Whether it was changed later.
    pub is_edited: bool,
    /// Names of its files.
    pub files: Vec<String>,
}

impl Truth {
    /// How many alerts each origin posted.
    pub fn alerts_by_origin(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for series in &self.alerts {
            *counts.entry(series.origin).or_default() += series.times;
        }
        counts
    }
}

/// A few lines of `SplitMix64`: good enough to scatter things, and the same everywhere.
pub struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below that many.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("below a usize")
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// So many characters of these.
    pub fn text(&mut self, length: usize, of: &str) -> String {
        let of: Vec<char> = of.chars().collect();
        (0..length).map(|_| *self.pick(&of)).collect()
    }
}

/// The seed for the sandbox, with times relative to now, and what is in it.
pub fn recorded_incident(seed: u64) -> (Value, Truth) {
    let mut dice = Dice(seed);
    let people = words::people();
    let masked = masked::masked(&mut dice);
    let moments = moments(&mut dice);
    let kinds = kinds(&mut dice);
    let posts = alerts::posts(&mut dice, &at_each(&moments, &kinds, Kind::Alert));
    let told = talk(&mut dice, &people, &moments, &kinds, &masked);
    let mut messages: Vec<(i64, Value)> = posts.messages;
    messages.extend(told.messages);
    messages.extend(noise(&people, &at_each(&moments, &kinds, Kind::Noise)));
    messages.sort_by_key(|(ago, _)| std::cmp::Reverse(*ago));
    let messages: Vec<Value> = messages.into_iter().map(|(_, message)| message).collect();
    let (incident, notes) = pagerduty::incident(&mut dice, &people, &posts.series, &masked);
    let seed = json!({
        "people": people.iter().map(|person| person.seed.clone()).collect::<Vec<_>>(),
        "incidents": [incident],
        "transcripts": [{"channel": CHANNEL, "messages": messages}],
    });
    let names = |is_it: fn(&words::Person) -> bool| -> BTreeSet<String> {
        let found = people.iter().filter(|person| is_it(person));
        found.map(|person| person.name.clone()).collect()
    };
    let truth = Truth {
        messages: told.told,
        alerts: posts.series,
        unknown_to_slack: names(|person| person.is_unknown_to_slack),
        unknown_to_pagerduty: names(|person| person.is_unknown_to_pagerduty),
        people: people.into_iter().map(|person| person.name).collect(),
        notes,
        gone: told.gone,
        secrets: masked.secrets,
        addresses: masked.addresses,
    };
    (seed, truth)
}

/// A relative time as a seed has it.
fn ago(millis: i64) -> String {
    format!("-PT{}.{:03}S", millis / 1000, millis % 1000)
}

/// When each message was written, oldest first: unevenly, and no two in one moment.
fn moments(dice: &mut Dice) -> Vec<i64> {
    let mut at = 0;
    let gaps: Vec<i64> = (0..MESSAGES)
        .map(|_| {
            at += 1 + i64::try_from(dice.below(15)).expect("small");
            at
        })
        .collect();
    // From a minute after the trigger until a minute before the end.
    let (first, length) = (OPENED - 60_000, OPENED - RESOLVED - 120_000);
    gaps.iter().map(|gap| first - gap * length / at).collect()
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Talk,
    Alert,
    Noise,
}

/// Which message is what: alerts and noise are strewn among the talk, and the first is an alert.
fn kinds(dice: &mut Dice) -> Vec<Kind> {
    let mut kinds = vec![Kind::Talk; MESSAGES];
    kinds[0] = Kind::Alert;
    for (kind, count) in [(Kind::Alert, ALERTS - 1), (Kind::Noise, NOISE)] {
        let mut left = count;
        while left > 0 {
            let at = dice.below(MESSAGES);
            if kinds[at] == Kind::Talk {
                kinds[at] = kind;
                left -= 1;
            }
        }
    }
    kinds
}

fn at_each(moments: &[i64], kinds: &[Kind], wanted: Kind) -> Vec<i64> {
    let both = moments.iter().zip(kinds);
    both.filter(|(_, kind)| **kind == wanted)
        .map(|(at, _)| *at)
        .collect()
}

fn noise(people: &[words::Person], moments: &[i64]) -> Vec<(i64, Value)> {
    let subtypes = ["channel_join", "channel_leave", "channel_topic"];
    let each = moments.iter().zip(subtypes.iter().cycle()).enumerate();
    each.map(|(index, (at, subtype))| {
        let person = &people[index % 20];
        let text = format!("noise {subtype} by somebody");
        (
            *at,
            json!({"at": ago(*at), "by": person.email, "text": text, "subtype": subtype}),
        )
    })
    .collect()
}

/// What people said.
struct Talk {
    messages: Vec<(i64, Value)>,
    told: Vec<Told>,
    gone: Vec<String>,
}

/// A thread that is still being answered.
struct Thread {
    at: i64,
    word: String,
    answers: usize,
    wanted: usize,
}

fn talk(
    dice: &mut Dice,
    people: &[words::Person],
    moments: &[i64],
    kinds: &[Kind],
    masked: &masked::Lists,
) -> Talk {
    let moments = at_each(moments, kinds, Kind::Talk);
    let mut talk = Talk {
        messages: Vec::new(),
        told: Vec::new(),
        gone: Vec::new(),
    };
    let mut open: Vec<Thread> = Vec::new();
    let (mut threads, mut edits, mut files) = (0, 0, 0);
    let mut deletions = 0;
    let mut carried = masked.in_messages();
    for (index, at) in moments.iter().copied().enumerate() {
        let is_early = index < moments.len() * 4 / 5;
        let word = words::mark(index);
        let person = &people[dice.below(people.len())];
        let text = words::sentence(dice, people, index, &word);
        let mut message = json!({"at": ago(at), "by": person.email, "text": text});
        open.retain(|thread| thread.answers < thread.wanted);
        // Late, those that nobody has answered yet come first.
        let waiting = open.iter().position(|thread| thread.answers == 0);
        let answered = match (is_early, waiting) {
            (false, Some(waiting)) => Some(waiting),
            _ if !open.is_empty() && dice.below(3) == 0 => Some(dice.below(open.len())),
            _ => None,
        };
        let opens = answered.is_none() && is_early && threads < THREADS && index >= threads * 20;
        // The first answers stay: a thread without any is none.
        let may_go = answered.is_none_or(|answered| open[answered].answers > 1);
        let thread = answered.map(|answered| {
            let thread = &mut open[answered];
            thread.answers += 1;
            message["thread"] = json!(ago(thread.at));
            if thread.answers == 5 {
                message["broadcast"] = json!(true);
            }
            thread.word.clone()
        });
        let goes = if opens {
            threads += 1;
            open.push(Thread {
                at,
                word: word.clone(),
                answers: 0,
                wanted: 4 + dice.below(12),
            });
            threads % (THREADS / STONES) == 7
        } else {
            let goes = may_go && index % 33 == 5 && deletions < DELETIONS - STONES;
            deletions += usize::from(goes);
            goes
        };
        if goes {
            message["deleted"] = json!(true);
            talk.gone.push(word);
            talk.messages.push((at, message));
            continue;
        }
        if index % 9 == 2
            && let Some(carrier) = carried.pop()
        {
            message["text"] = json!(format!(
                "{} {carrier}",
                message["text"].as_str().unwrap_or_default()
            ));
        }
        let is_edited = index % 31 == 11 && edits < EDITS;
        if is_edited {
            edits += 1;
            message["edited"] = json!(ago(at - 45_000));
        }
        let mut names = Vec::new();
        if index % 37 == 3 && files < FILES {
            files += 1;
            names.push(words::file_name(files));
            message["files"] = json!([{"name": names[0], "size": 1000 + files}]);
        }
        if dice.below(12) == 0 {
            let by = &people[dice.below(people.len())].email;
            message["reactions"] =
                json!([{"name": dice.pick(&["eyes", "+1", "pray", "party-parrot"]), "by": [by]}]);
        }
        talk.told.push(Told {
            word,
            ago: at,
            by: person.name.clone(),
            thread,
            is_edited,
            files: names,
        });
        talk.messages.push((at, message));
    }
    assert!(carried.is_empty(), "every secret was pasted");
    talk
}

#[cfg(test)]
mod tests;
