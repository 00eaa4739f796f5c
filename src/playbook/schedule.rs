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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use jiff::tz::TimeZoneDatabase;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZoneDatabase::bundled().get(name).unwrap()
    }

    /// The next runs, as local times with their offsets.
    fn runs(fields: &str, zone_name: &str, from: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(fields).unwrap();
        let zone = zone(zone_name);
        let first: Timestamp = from.parse().unwrap();
        std::iter::successors(schedule.next_after(first, &zone), |last| {
            schedule.next_after(*last, &zone)
        })
        .take(count)
        .map(|at| {
            let local = at.to_zoned_datetime(zone.clone());
            local.strftime("%a %m-%d %H:%M %:z").to_string()
        })
        .collect()
    }

    #[rstest]
    #[case::every_other_minute("*/2 * * * *", "2026-11-23T10:01:30Z", &["Mon 11-23 10:02 +00:00", "Mon 11-23 10:04 +00:00"])]
    #[case::never_now_itself("0 10 * * *", "2026-11-23T10:00:00Z", &["Tue 11-24 10:00 +00:00"])]
    #[case::but_a_moment_before_it("0 10 * * *", "2026-11-23T09:59:59.999Z", &["Mon 11-23 10:00 +00:00"])]
    #[case::working_days("0 9 * * 1-5", "2026-11-27T10:00:00Z", &["Mon 11-30 09:00 +00:00", "Tue 12-01 09:00 +00:00"])]
    #[case::sunday_is_0("0 9 * * 0", "2026-11-23T00:00:00Z", &["Sun 11-29 09:00 +00:00"])]
    #[case::sunday_is_7("0 9 * * 7", "2026-11-23T00:00:00Z", &["Sun 11-29 09:00 +00:00"])]
    #[case::saturday_is_6("0 9 * * 6", "2026-11-23T00:00:00Z", &["Sat 11-28 09:00 +00:00"])]
    #[case::over_the_weekend("0 9 * * 6-7", "2026-11-23T00:00:00Z", &["Sat 11-28 09:00 +00:00", "Sun 11-29 09:00 +00:00", "Sat 12-05 09:00 +00:00"])]
    #[case::past_the_end_of_the_week("0 9 * * fri-mon", "2026-11-24T00:00:00Z", &["Fri 11-27 09:00 +00:00", "Sat 11-28 09:00 +00:00", "Sun 11-29 09:00 +00:00", "Mon 11-30 09:00 +00:00", "Fri 12-04 09:00 +00:00"])]
    #[case::every_other_weekday("0 9 * * 1-5/2", "2026-11-23T00:00:00Z", &["Mon 11-23 09:00 +00:00", "Wed 11-25 09:00 +00:00", "Fri 11-27 09:00 +00:00", "Mon 11-30 09:00 +00:00"])]
    #[case::names("0 9 * DEC Mon,WED", "2026-11-23T00:00:00Z", &["Wed 12-02 09:00 +00:00", "Mon 12-07 09:00 +00:00"])]
    #[case::a_leap_day("0 0 29 2 *", "2026-11-23T00:00:00Z", &["Tue 02-29 00:00 +00:00"])]
    fn the_fields_mean_what_cron_means(
        #[case] fields: &str,
        #[case] from: &str,
        #[case] expected: &[&str],
    ) {
        assert_eq!(runs(fields, "UTC", from, expected.len()), expected);
    }

    #[rstest]
    #[case::a_missing_time_is_moved_in_berlin(
        "30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z",
        &["Sat 03-28 02:30 +01:00", "Sun 03-29 03:30 +02:00", "Mon 03-30 02:30 +02:00"],
    )]
    #[case::a_missing_time_is_moved_in_new_york(
        "30 2 * * *", "America/New_York", "2026-03-07T00:00:00Z",
        &["Sat 03-07 02:30 -05:00", "Sun 03-08 03:30 -04:00", "Mon 03-09 02:30 -04:00"],
    )]
    #[case::it_is_not_lost_when_asked_within_the_gap(
        "30 2 * * *", "Europe/Berlin", "2026-03-29T01:10:00Z",
        &["Sun 03-29 03:30 +02:00", "Mon 03-30 02:30 +02:00"],
    )]
    #[case::a_repeated_time_comes_once_in_berlin(
        "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
        &["Sun 10-25 02:30 +02:00", "Mon 10-26 02:30 +01:00"],
    )]
    #[case::a_repeated_time_comes_once_in_new_york(
        "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z",
        &["Sun 11-01 01:30 -04:00", "Mon 11-02 01:30 -05:00"],
    )]
    #[case::asked_within_the_second_pass_it_does_not_go_back(
        "30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z",
        &["Mon 11-02 01:30 -05:00"],
    )]
    #[case::a_pace_is_kept_through_the_repeated_hour(
        "*/30 * * * *", "America/New_York", "2026-11-01T04:45:00Z",
        &[
            "Sun 11-01 01:00 -04:00", "Sun 11-01 01:30 -04:00", "Sun 11-01 01:00 -05:00", "Sun 11-01 01:30 -05:00",
            "Sun 11-01 02:00 -05:00",
        ],
    )]
    #[case::a_pace_is_kept_over_the_missing_hour(
        "*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z",
        &["Sun 03-29 01:30 +01:00", "Sun 03-29 03:00 +02:00", "Sun 03-29 03:30 +02:00", "Sun 03-29 04:00 +02:00"],
    )]
    #[case::a_moved_time_and_one_after_it_are_in_order(
        "15,35 2 * * *", "Australia/Lord_Howe", "2026-10-03T15:00:00Z",
        &["Sun 10-04 02:35 +11:00", "Sun 10-04 02:45 +11:00", "Mon 10-05 02:15 +11:00"],
    )]
    #[case::a_missing_midnight(
        "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z",
        &["Sun 09-06 01:00 -03:00", "Mon 09-07 00:00 -03:00"],
    )]
    #[case::a_missing_day(
        "0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z",
        &["Thu 12-29 09:00 -10:00", "Sat 12-31 09:00 +14:00", "Sun 01-01 09:00 +14:00"],
    )]
    fn days_on_which_clocks_change(
        #[case] fields: &str,
        #[case] zone: &str,
        #[case] from: &str,
        #[case] expected: &[&str],
    ) {
        assert_eq!(runs(fields, zone, from, expected.len()), expected);
    }

    #[rstest]
    #[case("", ScheduleFault::Fields(0))]
    #[case("* * * *", ScheduleFault::Fields(4))]
    #[case("0 */2 * * * *", ScheduleFault::Fields(6))]
    #[case("@daily", ScheduleFault::Fields(1))]
    #[case("60 * * * *", ScheduleFault::Field("minute"))]
    #[case("*/0 * * * *", ScheduleFault::Field("minute"))]
    #[case("x * * * *", ScheduleFault::Field("minute"))]
    #[case("* 24 * * *", ScheduleFault::Field("hour"))]
    #[case("* * 0 * *", ScheduleFault::Field("day of month"))]
    #[case("* * L * *", ScheduleFault::Field("day of month"))]
    #[case("* * * 13 *", ScheduleFault::Field("month"))]
    #[case("* * * * 8", ScheduleFault::Field("weekday"))]
    #[case("* * * * 5#2", ScheduleFault::Field("weekday"))]
    #[case("* * * * */0", ScheduleFault::Field("weekday"))]
    #[case("* * * * mon-", ScheduleFault::Field("weekday"))]
    #[case("0 9 1 * 1", ScheduleFault::BothDays)]
    #[case("0 9 */2 * 1", ScheduleFault::BothDays)]
    #[case("0 0 31 2 *", ScheduleFault::Never)]
    fn what_is_no_schedule_is_refused(#[case] fields: &str, #[case] expected: ScheduleFault) {
        assert_eq!(Schedule::parse(fields), Err(expected));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// Whatever is asked: later than now, at a time that the fields name or next to a change of clocks, and
        /// nothing that an earlier question would have named is passed over.
        #[test]
        fn the_next_run_is_later_and_none_is_passed_over(
            fields in prop::sample::select(vec![
                "*/7 * * * *", "0 * * * *", "30 2 * * *", "15,45 1-3 * * *", "0 0 * * *", "5 */2 * * 0", "30 1 1 * *",
            ]),
            zone_name in prop::sample::select(vec![
                "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC",
            ]),
            second in 1_767_225_600_i64..1_798_761_600,
            later in 1_i64..86_400,
        ) {
            let (schedule, zone) = (Schedule::parse(fields).unwrap(), zone(zone_name));
            let now = Timestamp::from_second(second).unwrap();
            let next = schedule.next_after(now, &zone).unwrap();
            prop_assert!(next > now);
            let between = now + SignedDuration::from_secs(later);
            if between < next {
                prop_assert_eq!(schedule.next_after(between, &zone), Some(next));
            } else {
                prop_assert!(schedule.next_after(between, &zone).unwrap() > between);
            }
        }
    }
}
