//! Schedules in five cron fields, right on the days on which clocks change.
//!
//! The `cron` crate is only asked which civil times the fields name, on a line without any zone; which instants those
//! are is jiff's answer. Asked with a zone, it skips times in the spring gap, fires twice in the autumn fold, and may
//! name an instant in the past: <https://github.com/zslayton/cron/pull/145> is not in 0.17.

use std::fmt;

use chrono::{TimeZone as _, Utc};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// A schedule: minute, hour, day of month, month, weekday. It knows no zone; the zone is given with each question.
#[derive(Clone, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    expander: cron::Schedule,
    pace: Pace,
}

/// What a schedule means on a day on which an hour is missing or comes twice; cron's own rule since Vixie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// The hours are `*`: it goes on at its pace, through both passes of a repeated hour.
    Interval,
    /// At named hours: once a day. A missing time is moved forward by as much as the clock was, a repeated one
    /// is the first of the two.
    TimeOfDay,
}

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleFault {
    /// Not five fields.
    #[error("{0} fields instead of five: minute, hour, day of month, month, weekday")]
    Fields(usize),
    /// A field that cannot be read.
    #[error("the {0} cannot be read")]
    Field(&'static str),
    /// Day of month and weekday: cron means either, most people mean both.
    #[error("day of month and weekday cannot both be restricted")]
    BothDays,
    /// Such as 31 February.
    #[error("this never comes")]
    Never,
}

const FIELDS: [&str; 5] = ["minute", "hour", "day of month", "month", "weekday"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// No clock has been moved by more than a day, which is what Samoa did in 2011.
const LARGEST_SHIFT: SignedDuration = SignedDuration::from_hours(25);

impl Schedule {
    /// Reads five fields. Weekdays are 0 to 7, where 0 and 7 are Sunday, or names.
    ///
    /// # Errors
    /// When the text is not five fields that name at least one time.
    pub fn parse(text: &str) -> Result<Self, ScheduleFault> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(ScheduleFault::Fields(fields.len()));
        };
        // Each field alone first, so that the fault can name it.
        let alone = [
            format!("0 {minute} * * * *"),
            format!("0 0 {hour} * * *"),
            format!("0 0 0 {day} * *"),
            format!("0 0 0 1 {month} *"),
        ];
        for (name, expression) in FIELDS.into_iter().zip(alone) {
            read(&expression).ok_or(ScheduleFault::Field(name))?;
        }
        let weekdays = weekday_names(weekday).ok_or(ScheduleFault::Field(FIELDS[4]))?;
        if day != "*" && weekday != "*" {
            return Err(ScheduleFault::BothDays);
        }
        let expander = read(&format!("0 {minute} {hour} {day} {month} {weekdays}"))
            .ok_or(ScheduleFault::Never)?;
        let schedule = Self {
            text: fields.join(" "),
            pace: if hour.starts_with('*') {
                Pace::Interval
            } else {
                Pace::TimeOfDay
            },
            expander,
        };
        schedule
            .next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC)
            .ok_or(ScheduleFault::Never)?;
        Ok(schedule)
    }

    /// The first instant after `now` that the schedule names in that zone: always later than `now`. `None` after the
    /// year 2099, where the expander ends.
    pub fn next_after(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut first: Option<Timestamp> = None;
        for civil in self.civil_times_from(look_from(now, zone)?) {
            let ambiguous = zone.to_ambiguous_timestamp(civil);
            let (earlier, later) = match (ambiguous.offset(), self.pace) {
                (AmbiguousOffset::Unambiguous { .. }, _)
                | (AmbiguousOffset::Fold { .. }, Pace::TimeOfDay) => {
                    (ambiguous.compatible().ok()?, None)
                }
                (AmbiguousOffset::Fold { .. }, Pace::Interval) => {
                    (ambiguous.earlier().ok()?, Some(ambiguous.later().ok()?))
                }
                (AmbiguousOffset::Gap { .. }, Pace::Interval) => continue,
                (AmbiguousOffset::Gap { .. }, Pace::TimeOfDay) => {
                    // Moved forward, and so perhaps past times that come after it on the civil line: look on.
                    let moved = ambiguous.compatible().ok()?;
                    first = [first, Some(moved).filter(|at| *at > now)]
                        .into_iter()
                        .flatten()
                        .min();
                    continue;
                }
            };
            // From here on, civil times only name later instants than this one.
            if first.is_some_and(|first| first <= earlier) {
                return first;
            }
            first = [first, Some(earlier), later]
                .into_iter()
                .flatten()
                .filter(|at| *at > now)
                .min();
        }
        first
    }

    /// The civil times the fields name, in order, from this one on.
    fn civil_times_from(&self, from: DateTime) -> impl Iterator<Item = DateTime> {
        let before = from.saturating_sub(SignedDuration::from_secs(1));
        let date = before.date();
        let start = Utc
            .with_ymd_and_hms(
                i32::from(date.year()),
                u32::from(date.month().unsigned_abs()),
                u32::from(date.day().unsigned_abs()),
                u32::from(before.hour().unsigned_abs()),
                u32::from(before.minute().unsigned_abs()),
                u32::from(before.second().unsigned_abs()),
            )
            .single();
        start
            .into_iter()
            .flat_map(|start| self.expander.after(&start))
            .map_while(|at| {
                let since_epoch = Timestamp::from_second(at.timestamp()).ok()?;
                Some(TimeZone::UTC.to_datetime(since_epoch))
            })
    }
}

/// Where on the civil line to begin: `now`, or a shift earlier where clocks change around `now`, because then civil
/// times before `now`'s own may name instants after it.
fn look_from(now: Timestamp, zone: &TimeZone) -> Option<DateTime> {
    let civil = zone.to_datetime(now);
    let past = zone.to_offset(now.checked_sub(LARGEST_SHIFT).ok()?);
    let future = zone.to_offset(now.checked_add(LARGEST_SHIFT).ok()?);
    let offset = zone.to_offset(now);
    if past == offset && future == offset {
        Some(civil)
    } else {
        civil.checked_sub(LARGEST_SHIFT).ok()
    }
}

fn read(expression: &str) -> Option<cron::Schedule> {
    let known = |c: char| c.is_ascii_alphanumeric() || " */,-".contains(c);
    expression
        .chars()
        .all(known)
        .then(|| expression.parse().ok())?
}

/// The same weekdays by name: in the crate 1 is Sunday, 0 is refused, and a range may not pass Saturday.
fn weekday_names(field: &str) -> Option<String> {
    let mut named = [false; 7];
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (item, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((from, to)) => (weekday(from)?, weekday(to)?),
            None if item.contains('/') => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        // Friday to Monday passes the end of the week.
        let to = if to < from { to + 7 } else { to };
        for day in (from..=to).step_by(step) {
            named[day % 7] = true;
        }
    }
    let names: Vec<&str> = DAYS
        .into_iter()
        .zip(named)
        .filter_map(|(name, named)| named.then_some(name))
        .collect();
    Some(names.join(","))
}

/// 0 to 7; Sunday keeps the number it was written with, so that `5-7` is a range.
fn weekday(text: &str) -> Option<usize> {
    match text.parse::<usize>() {
        Ok(number) => (number <= 7).then_some(number),
        Err(_) => DAYS.iter().position(|day| day.eq_ignore_ascii_case(text)),
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({:?})", self.text)
    }
}
