//! Times as people read them: in the team's zone, with UTC beside it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// `Monday 2 March 2026, 14:05 CET (13:05 UTC)`; the UTC part names its day where that is another one.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    let shown = format!(
        "{}, {} {}",
        long_date(local.date()),
        clock(&local),
        abbreviation(&local)
    );
    if is_utc(&local) {
        shown
    } else if local.date() == utc.date() {
        format!("{shown} ({} UTC)", clock(&utc))
    } else {
        format!("{shown} ({}, {} UTC)", short_date(utc.date()), clock(&utc))
    }
}

/// `Monday 2 March 2026, 14:05 to 16:19 CET (13:05 to 15:19 UTC)`, or two whole moments where days differ.
pub(crate) fn span(start: Timestamp, end: Timestamp, zone: &TimeZone) -> String {
    let [from, to] = [start, end].map(|at| at.to_zoned_datetime(zone.clone()));
    let [utc_from, utc_to] = [start, end].map(|at| at.to_zoned_datetime(TimeZone::UTC));
    let one_day = from.date() == to.date()
        && abbreviation(&from) == abbreviation(&to)
        && [&utc_from, &utc_to]
            .iter()
            .all(|utc| utc.date() == from.date());
    if !one_day {
        return format!("{} to {}", moment(start, zone), moment(end, zone));
    }
    let shown = format!(
        "{}, {} to {} {}",
        long_date(from.date()),
        clock(&from),
        clock(&to),
        abbreviation(&from)
    );
    if is_utc(&from) {
        shown
    } else {
        format!("{shown} ({} to {} UTC)", clock(&utc_from), clock(&utc_to))
    }
}

/// `2 h 14 min`, whole minutes only. `None` where the end is before the start: two clocks disagree.
pub(crate) fn duration(start: Timestamp, end: Timestamp) -> Option<String> {
    let minutes = u64::try_from((end - start).as_secs()).ok()? / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts: Vec<String> = [
        (days, if days == 1 { "day" } else { "days" }),
        (hours, "h"),
        (minutes, "min"),
    ]
    .into_iter()
    .filter(|(amount, _)| *amount > 0)
    .map(|(amount, unit)| format!("{amount} {unit}"))
    .collect();
    if parts.is_empty() {
        return Some("less than a minute".to_owned());
    }
    Some(parts.join(" "))
}

/// `14:05 CET`.
pub(crate) fn clock_with_zone(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    format!("{} {}", clock(&local), abbreviation(&local))
}

/// `2 March, 14:05`, short enough for a table's cell, with spaces at which no line breaks: a row is as high as its highest cell.
pub(crate) fn cell(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    format!("{},\u{a0}{}", local.strftime("%-d\u{a0}%B"), clock(&local))
}

/// `14:05`, or `1 March, 23:05` where UTC has another day than the zone.
pub(crate) fn utc_cell(at: Timestamp, zone: &TimeZone) -> String {
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    if utc.date() == at.to_zoned_datetime(zone.clone()).date() {
        clock(&utc)
    } else {
        cell(at, &TimeZone::UTC)
    }
}

/// `14:05`, or `3 March, 00:05` where that is another day than `earlier` was.
pub(crate) fn later_cell(at: Timestamp, earlier: Timestamp, zone: &TimeZone) -> String {
    if date_in(at, zone) == date_in(earlier, zone) {
        clock(&at.to_zoned_datetime(zone.clone()))
    } else {
        cell(at, zone)
    }
}

/// `Monday 2 March 2026`.
pub(crate) fn long_date(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// `2 March 2026`.
pub(crate) fn short_date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// The civil date there.
pub(crate) fn date_in(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned_datetime(zone.clone()).date()
}

/// `CET`, or `UTC-03:00` where the zone has no letters for it.
pub(crate) fn abbreviation(local: &ZonedDateTime) -> String {
    let letters = local.strftime("%Z").to_string();
    if letters.starts_with(['+', '-']) {
        format!("UTC{}", local.strftime("%:z"))
    } else {
        letters
    }
}

fn clock(local: &ZonedDateTime) -> String {
    local.strftime("%H:%M").to_string()
}

fn is_utc(local: &ZonedDateTime) -> bool {
    abbreviation(local) == "UTC"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_moment_has_utc_beside_it() {
        for (instant, place, expected) in [
            (
                "2026-03-02T13:05:59Z",
                "Europe/Berlin",
                "Monday 2 March 2026, 14:05 CET (13:05 UTC)",
            ),
            (
                "2026-07-02T23:05:00Z",
                "Europe/Berlin",
                "Friday 3 July 2026, 01:05 CEST (2 July 2026, 23:05 UTC)",
            ),
            (
                "2026-03-02T13:05:00Z",
                "America/Sao_Paulo",
                "Monday 2 March 2026, 10:05 UTC-03:00 (13:05 UTC)",
            ),
            (
                "2026-03-02T13:05:00Z",
                "Asia/Kolkata",
                "Monday 2 March 2026, 18:35 IST (13:05 UTC)",
            ),
            (
                "2026-03-02T13:05:00Z",
                "UTC",
                "Monday 2 March 2026, 13:05 UTC",
            ),
        ] {
            assert_eq!(moment(at(instant), &zone(place)), expected);
        }
    }

    #[test]
    fn a_span_says_its_day_once_where_that_is_true() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(
            span(
                at("2026-03-02T13:05:00Z"),
                at("2026-03-02T15:19:00Z"),
                &berlin
            ),
            "Monday 2 March 2026, 14:05 to 16:19 CET (13:05 to 15:19 UTC)"
        );
        assert_eq!(
            span(
                at("2026-03-02T22:30:00Z"),
                at("2026-03-03T01:00:00Z"),
                &berlin
            ),
            "Monday 2 March 2026, 23:30 CET (22:30 UTC) to Tuesday 3 March 2026, 02:00 CET (01:00 UTC)"
        );
        assert_eq!(
            span(
                at("2026-03-29T00:30:00Z"),
                at("2026-03-29T01:30:00Z"),
                &berlin
            ),
            "Sunday 29 March 2026, 01:30 CET (00:30 UTC) to Sunday 29 March 2026, 03:30 CEST (01:30 UTC)",
            "the clocks went forward in between"
        );
    }

    #[test]
    fn durations_read_as_people_say_them() {
        let start = at("2026-03-02T13:05:00Z");
        for (seconds, expected) in [
            (-1, None),
            (0, Some("less than a minute")),
            (59, Some("less than a minute")),
            (2_700, Some("45 min")),
            (8_040, Some("2 h 14 min")),
            (7_200, Some("2 h")),
            (86_400, Some("1 day")),
            (2 * 86_400 + 3_660, Some("2 days 1 h 1 min")),
        ] {
            let end = start + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(duration(start, end).as_deref(), expected, "{seconds} s");
        }
    }

    #[test]
    fn a_cell_names_the_day_of_utc_where_it_differs() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(
            cell(at("2026-03-01T23:05:00Z"), &berlin),
            "2\u{a0}March,\u{a0}00:05"
        );
        assert_eq!(
            utc_cell(at("2026-03-01T23:05:00Z"), &berlin),
            "1\u{a0}March,\u{a0}23:05"
        );
        assert_eq!(utc_cell(at("2026-03-02T13:05:00Z"), &berlin), "13:05");
    }
}
