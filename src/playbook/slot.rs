//! Choosing the meeting's slot: pure, and the same for the same facts in whatever order they come.
//!
//! A slot starts on the grid of the team's wall clock and lies wholly inside one stretch of the team's business
//! hours; there is no other. The best is chosen by these rules, the earlier ones first:
//!
//! 1. **In time.** It starts before the deadline. Only where no admissible slot does, those that start at the deadline
//!    or after it, and before the horizon, are looked at, and the choice is marked [`Timeliness::Late`].
//! 2. **Quality**, as [`Quality`] lists it. A slot is admissible while the lead is free, if there is one, and at
//!    least one required person, if there are any. The lead counts as required.
//! 3. Where required people are missing: as few as possible.
//! 4. It ends by the deadline. It has to start before; it should end by it.
//! 5. **Least outside hours**: first what it asks of whichever required person it is hardest on, so that two people give
//!    up an hour each rather than one of them three; then required people's sum, then that of the optional ones.
//!    Measured for each person as how far the nearest of the person's shifts would have to stretch to hold the whole
//!    slot, so that 08:00 is preferred to 03:00; beyond twelve hours it is a day off, and all days off are alike.
//! 6. The earliest.
//!
//! A calendar that could not be read is unknown, which is neither free nor busy: it blocks nothing, and is named.
//!
//! Free/busy blocks and hours are swept once, in order, beside the starts on the grid: nobody is asked minute by minute.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::business_hours::BusinessHours;

mod reason;

/// From here on, being outside one's hours is a day off.
const FAR: SignedDuration = SignedDuration::from_hours(12);

/// No slot is sought later than about a year from the earliest start.
const SEARCH: SignedDuration = SignedDuration::from_hours(366 * 24);

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Whether the meeting can do without somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// Holds the meeting: where this person is busy there is no meeting.
    Lead,
    /// Should be there.
    Required,
    /// Is welcome.
    Optional,
}

/// What is known of somebody's calendar in the window that is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Busy from and until; in any order, overlapping or not. Free otherwise.
    Known(Vec<(Timestamp, Timestamp)>),
    /// It could not be read, and why, for people.
    Unknown(String),
}

/// Somebody to be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// The name shown on the page and in the event.
    pub name: String,
    /// The address: tells apart people of one name, and is never shown.
    pub email: String,
    /// Whether the meeting can do without.
    pub attendance: Attendance,
    /// When the person works, in the person's own zone.
    pub hours: BusinessHours,
    /// When the person is busy.
    pub availability: Availability,
}

/// What the slot has to be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRules {
    /// How long the meeting is; at least a minute.
    pub duration: SignedDuration,
    /// The grid of starts, counted from midnight in the team's zone; from a minute to a day.
    pub granularity: SignedDuration,
    /// No start before.
    pub earliest: Timestamp,
    /// The meeting starts before.
    pub deadline: Timestamp,
    /// Where nothing fits in time, the meeting starts before this; at most about a year after `earliest`.
    pub horizon: Timestamp,
}

/// Whether the slot keeps the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeliness {
    /// It starts before the deadline.
    InTime,
    /// Nothing before the deadline was admissible.
    Late,
}

/// How good the slot is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// All are free, and all required people are inside their own hours.
    EveryoneFree,
    /// The required people are free and inside their own hours; somebody optional is busy.
    OptionalMissing,
    /// The required people are free; for some of them it lies outside their own hours.
    OutsideHours,
    /// The lead is free; some required people are busy.
    RequiredMissing,
}

/// The slot that was chosen, and what is to be said about it. Names are sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenSlot {
    /// When the meeting starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Whether it keeps the deadline.
    pub timeliness: Timeliness,
    /// How good it is.
    pub quality: Quality,
    /// Who is busy then, optional people included.
    pub missing: Vec<String>,
    /// For whom it lies outside their own hours, wholly or partly, optional people included.
    pub outside_hours: Vec<String>,
    /// Whose calendar could not be read, and why.
    pub unknown: Vec<(String, String)>,
    /// One sentence on why this slot, for the page and the event. Names are text from outside.
    pub reason: String,
}

impl ChosenSlot {
    /// A slot that was not chosen here but found: the meeting stands in the calendar already.
    pub fn found(start: Timestamp, end: Timestamp) -> Self {
        Self {
            start,
            end,
            timeliness: Timeliness::InTime,
            quality: Quality::EveryoneFree,
            missing: Vec::new(),
            outside_hours: Vec::new(),
            unknown: Vec::new(),
            reason: "It stood in the calendar already.".to_owned(),
        }
    }
}

/// Chooses the meeting's slot by the rules at the top of this page. With no attendees it is the team's first.
///
/// `None` where no stretch of the team's hours before the horizon holds an admissible slot: the lead is busy
/// throughout, say, or the meeting is longer than any stretch.
pub fn choose(
    attendees: &[Attendee],
    team: &BusinessHours,
    rules: &SlotRules,
) -> Option<ChosenSlot> {
    let mut attendees: Vec<&Attendee> = attendees.iter().collect();
    attendees.sort_by(|a, b| (&a.name, &a.email).cmp(&(&b.name, &b.email)));
    let duration = rules.duration.max(MINUTE);
    let last = rules.earliest.checked_add(SEARCH).unwrap_or(Timestamp::MAX);
    let horizon = rules.horizon.min(last);
    let deadline = rules.deadline.min(last);

    let in_time = (rules.earliest, deadline, Timeliness::InTime);
    let late = (rules.earliest.max(deadline), horizon, Timeliness::Late);
    [in_time, late]
        .into_iter()
        .find_map(|(from, before, timeliness)| {
            let starts = starts(team, from, before, duration, rules.granularity);
            let (start, rank) = best(&attendees, &starts, duration, rules.deadline)?;
            Some(describe(&attendees, start, duration, rank, timeliness))
        })
}

/// The starts on the grid from which the whole slot lies in one stretch of the team's hours, in order.
fn starts(
    team: &BusinessHours,
    from: Timestamp,
    before: Timestamp,
    duration: SignedDuration,
    granularity: SignedDuration,
) -> Vec<Timestamp> {
    let step = granularity.clamp(MINUTE, DAY);
    let until = before.checked_add(duration).unwrap_or(Timestamp::MAX);
    let mut starts = Vec::new();
    for (open, close) in team.open_intervals(from, until) {
        let mut start = next_on_grid(team.zone(), open, step);
        while let Some(at) = start
            && at < before
            && at.checked_add(duration).is_ok_and(|end| end <= close)
        {
            starts.push(at);
            let after = at.checked_add(step).ok();
            start = after.and_then(|after| next_on_grid(team.zone(), after, step));
        }
    }
    starts
}

/// The first instant at or after `at` whose wall-clock time is a whole number of steps past midnight.
fn next_on_grid(zone: &TimeZone, at: Timestamp, step: SignedDuration) -> Option<Timestamp> {
    let mut at = at;
    loop {
        let clock = zone.to_datetime(at);
        let past_midnight = clock.duration_since(clock.start_of_day());
        let over = past_midnight.as_nanos() % step.as_nanos();
        if over == 0 {
            return Some(at);
        }
        // The next step, or midnight where that is nearer. The clock may have changed on the way: look again.
        let ahead = (step - SignedDuration::from_nanos_i128(over)).min(DAY - past_midnight);
        at = at.checked_add(ahead).ok()?;
    }
}

/// How a start compares with others: by the order of the fields, the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    quality: Quality,
    required_missing: usize,
    overruns_deadline: bool,
    required_hardest: SignedDuration,
    required_outside: SignedDuration,
    optional_outside: SignedDuration,
}

/// What the attendees come to at one start.
#[derive(Clone, Copy, Default)]
struct Tally {
    lead_missing: usize,
    required_missing: usize,
    optional_missing: usize,
    required_hardest: SignedDuration,
    required_outside: SignedDuration,
    optional_outside: SignedDuration,
}

/// The best admissible start, the earliest among equals.
fn best(
    attendees: &[&Attendee],
    starts: &[Timestamp],
    duration: SignedDuration,
    deadline: Timestamp,
) -> Option<(Timestamp, Rank)> {
    let required = attendees
        .iter()
        .filter(|attendee| attendee.attendance != Attendance::Optional)
        .count();
    let mut tallies = vec![Tally::default(); starts.len()];
    for attendee in attendees {
        count(attendee, starts, duration, &mut tallies);
    }
    starts
        .iter()
        .zip(tallies)
        .filter_map(|(&start, tally)| {
            let alone = required > 0 && tally.required_missing == required;
            if tally.lead_missing > 0 || alone {
                return None;
            }
            let quality = if tally.required_missing > 0 {
                Quality::RequiredMissing
            } else if tally.required_outside > SignedDuration::ZERO {
                Quality::OutsideHours
            } else if tally.optional_missing > 0 {
                Quality::OptionalMissing
            } else {
                Quality::EveryoneFree
            };
            let rank = Rank {
                quality,
                required_missing: tally.required_missing,
                overruns_deadline: deadline.duration_since(start) < duration,
                required_hardest: tally.required_hardest,
                required_outside: tally.required_outside,
                optional_outside: tally.optional_outside,
            };
            Some((start, rank))
        })
        .min_by_key(|&(start, rank)| (rank, start))
}

/// Adds one person to the tallies, sweeping the person's blocks and shifts once beside the starts.
fn count(
    attendee: &Attendee,
    starts: &[Timestamp],
    duration: SignedDuration,
    tallies: &mut [Tally],
) {
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else {
        return;
    };
    let busy = blocks(&attendee.availability);
    let shifts = shifts_around(&attendee.hours, first, last, duration);
    let (mut busy, mut shifts) = (busy.as_slice(), shifts.as_slice());
    for (&start, tally) in starts.iter().zip(tallies) {
        let end = start.checked_add(duration).unwrap_or(Timestamp::MAX);
        while let [(_, until), rest @ ..] = busy
            && *until <= start
        {
            busy = rest;
        }
        // The shift before the slot stays: it may be the nearest.
        while let [_, (opens, _), ..] = shifts
            && *opens <= start
        {
            shifts = shifts.get(1..).unwrap_or_default();
        }
        let missing = usize::from(busy.first().is_some_and(|(from, _)| *from < end));
        let outside = stretch(shifts, start, end);
        match attendee.attendance {
            Attendance::Lead => {
                tally.lead_missing += missing;
                tally.required_missing += missing;
                tally.required_hardest = tally.required_hardest.max(outside);
                tally.required_outside += outside;
            }
            Attendance::Required => {
                tally.required_missing += missing;
                tally.required_hardest = tally.required_hardest.max(outside);
                tally.required_outside += outside;
            }
            Attendance::Optional => {
                tally.optional_missing += missing;
                tally.optional_outside += outside;
            }
        }
    }
}

/// Busy blocks in order and apart; none for an unknown calendar.
fn blocks(availability: &Availability) -> Vec<(Timestamp, Timestamp)> {
    let mut blocks = match availability {
        Availability::Known(blocks) => blocks.clone(),
        Availability::Unknown(_) => Vec::new(),
    };
    blocks.retain(|(from, until)| from < until);
    // Free/busy answers come sorted, on which this costs one pass.
    blocks.sort();
    blocks.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
    blocks
}

/// The shifts that can be the nearest to any slot between the first start and the last.
fn shifts_around(
    hours: &BusinessHours,
    first: Timestamp,
    last: Timestamp,
    duration: SignedDuration,
) -> Vec<(Timestamp, Timestamp)> {
    let margin = duration.saturating_add(FAR);
    let from = first.checked_sub(margin).unwrap_or(Timestamp::MIN);
    let to = last.checked_add(margin).unwrap_or(Timestamp::MAX);
    hours.open_intervals(from, to).collect()
}

/// How far the nearest of these shifts would have to stretch to hold the slot; [`FAR`] at most. The first shift
/// given is the last one that opens by the slot's start.
fn stretch(shifts: &[(Timestamp, Timestamp)], start: Timestamp, end: Timestamp) -> SignedDuration {
    let none = SignedDuration::ZERO;
    let mut least = FAR;
    for (opens, closes) in shifts {
        let before = opens.duration_since(start).max(none);
        if before >= least {
            break;
        }
        let after = end.duration_since(*closes).max(none);
        least = least.min(before.saturating_add(after));
    }
    least
}

/// Puts the choice into words and names.
fn describe(
    attendees: &[&Attendee],
    start: Timestamp,
    duration: SignedDuration,
    rank: Rank,
    timeliness: Timeliness,
) -> ChosenSlot {
    let end = start.checked_add(duration).unwrap_or(Timestamp::MAX);
    let names = |matches: &dyn Fn(&Attendee) -> bool| -> Vec<String> {
        attendees
            .iter()
            .filter(|attendee| matches(attendee))
            .map(|attendee| attendee.name.clone())
            .collect()
    };
    let missing = names(&|attendee| {
        blocks(&attendee.availability)
            .iter()
            .any(|&(from, until)| from < end && start < until)
    });
    let outside_hours = names(&|attendee| {
        let held = attendee.hours.open_intervals(start, end).next();
        held != Some((start, end))
    });
    let unknown = attendees
        .iter()
        .filter_map(|attendee| match &attendee.availability {
            Availability::Known(_) => None,
            Availability::Unknown(why) => Some((attendee.name.clone(), why.clone())),
        })
        .collect();
    let mut slot = ChosenSlot {
        start,
        end,
        timeliness,
        quality: rank.quality,
        missing,
        outside_hours,
        unknown,
        reason: String::new(),
    };
    slot.reason = reason::sentence(&slot, attendees.len());
    slot
}

#[cfg(test)]
mod tests;
