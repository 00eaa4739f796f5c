//! The calendar, a week at a time: hours down, days across.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::text::day;
use super::{first_text, items, render};

/// A row of the grid is a quarter of an hour.
const ROWS_PER_HOUR: i64 = 4;
/// Weeks shown; a calendar with more names the rest.
const MOST_WEEKS: usize = 12;

/// An event with a time, in the zone of the page.
struct Placed<'a> {
    event: &'a Value,
    start: ZonedDateTime,
    end: ZonedDateTime,
    lane: usize,
    lanes: usize,
}

/// All weeks that have events.
pub(super) fn weeks(world: &Value) -> String {
    let events: Vec<&Value> = items(world, "/calendar/events")
        .iter()
        .filter(|event| event["status"] != "cancelled")
        .collect();
    let zone = events
        .iter()
        .find_map(|event| TimeZone::get(first_text(event, &["/start/timeZone"])).ok())
        .unwrap_or(TimeZone::UTC);
    let mut weeks: BTreeMap<Date, Vec<Placed<'_>>> = BTreeMap::new();
    let mut unplaced = Vec::new();
    for event in events {
        match place(event, &zone) {
            Some(placed) => weeks
                .entry(monday(placed.start.date()))
                .or_default()
                .push(placed),
            None => unplaced.push(context! {
                summary => event["summary"].as_str(),
                day => first_text(event, &["/start/date", "/start/dateTime"]),
            }),
        }
    }
    let more = weeks.len().saturating_sub(MOST_WEEKS);
    let shown: Vec<Rendered> = weeks
        .into_iter()
        .take(MOST_WEEKS)
        .map(|(monday, events)| week(monday, events))
        .collect();
    let zone = zone.iana_name().unwrap_or("UTC").to_owned();
    render(
        "calendar.html",
        "calendar",
        context! { weeks => shown, more, unplaced, zone },
    )
}

fn place<'a>(event: &'a Value, zone: &TimeZone) -> Option<Placed<'a>> {
    let time = |pointer: &str| {
        let text = event.pointer(pointer)?.as_str()?;
        let time = text.parse::<Timestamp>().ok()?;
        Some(time.to_zoned_datetime(zone.clone()))
    };
    let start = time("/start/dateTime")?;
    // An end without a time, or before the start, still leaves something to be seen.
    let end = time("/end/dateTime")
        .filter(|end| *end > start)
        .unwrap_or_else(|| start.clone());
    Some(Placed {
        event,
        start,
        end,
        lane: 0,
        lanes: 1,
    })
}

fn monday(date: Date) -> Date {
    let back = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(back.days()).unwrap_or(date)
}

fn week(monday: Date, mut events: Vec<Placed<'_>>) -> Rendered {
    events.sort_by(|one, other| (&one.start, &one.end).cmp(&(&other.start, &other.end)));
    let weekend = events.iter().any(|placed| {
        matches!(
            placed.start.date().weekday(),
            Weekday::Saturday | Weekday::Sunday
        )
    });
    let count = if weekend { 7 } else { 5 };
    let first_hour = events
        .iter()
        .map(|placed| i64::from(placed.start.hour()))
        .min()
        .unwrap_or(8)
        .min(8);
    let last_hour = events
        .iter()
        .map(|placed| minutes(placed).1.div_euclid(60) + 1)
        .max()
        .unwrap_or(18)
        .clamp(18, 24);
    let days: Vec<Rendered> = (0..count)
        .filter_map(|offset| monday.checked_add(i64::from(offset).days()).ok())
        .map(|date| context! { name => date.strftime("%a").to_string(), date => date.strftime("%-d %b").to_string() })
        .collect();
    let hours: Vec<Rendered> = (first_hour..last_hour)
        .map(|hour| context! { label => format!("{hour:02}:00"), row => (hour - first_hour) * ROWS_PER_HOUR + 2 })
        .collect();
    lanes(&mut events);
    let blocks: Vec<Rendered> = events
        .iter()
        .map(|placed| block(placed, first_hour, last_hour))
        .collect();
    context! {
        title => format!("Week of {}", day(monday)),
        rows => (last_hour - first_hour) * ROWS_PER_HOUR,
        days,
        count,
        hours,
        blocks,
    }
}

/// Minutes since midnight of the start's day; what goes past midnight is cut there.
fn minutes(placed: &Placed<'_>) -> (i64, i64) {
    let of = |time: &ZonedDateTime| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let start = of(&placed.start);
    let end = if placed.end.date() == placed.start.date() {
        of(&placed.end)
    } else {
        24 * 60
    };
    (start, end.max(start + 15))
}

/// Events at the same time stand beside each other.
fn lanes(events: &mut [Placed<'_>]) {
    let mut from = 0;
    while from < events.len() {
        // A cluster is a run of events each of which overlaps what came before it.
        let date = events[from].start.date();
        let mut until = from;
        let mut busy_until = 0;
        let mut ends: Vec<i64> = Vec::new();
        while until < events.len() && events[until].start.date() == date {
            let (start, end) = minutes(&events[until]);
            if until > from && start >= busy_until {
                break;
            }
            let free = ends.iter().position(|ended| *ended <= start);
            match free {
                Some(lane) => {
                    ends[lane] = end;
                    events[until].lane = lane;
                }
                None => {
                    events[until].lane = ends.len();
                    ends.push(end);
                }
            }
            busy_until = busy_until.max(end);
            until += 1;
        }
        for placed in &mut events[from..until] {
            placed.lanes = ends.len();
        }
        from = until;
    }
}

fn block(placed: &Placed<'_>, first_hour: i64, last_hour: i64) -> Rendered {
    let (start, end) = minutes(placed);
    let end = end.min(last_hour * 60);
    let row = |minute: i64| (minute - first_hour * 60) * ROWS_PER_HOUR / 60 + 2;
    let event = placed.event;
    let attendees: Vec<String> = items(event, "/attendees")
        .iter()
        .map(|attendee| first_text(attendee, &["/displayName", "/email"]).to_owned())
        .collect();
    let time = format!(
        "{}–{}",
        placed.start.strftime("%H:%M"),
        placed.end.strftime("%H:%M")
    );
    context! {
        summary => first_text(event, &["/summary"]),
        calendar => event["calendar"].as_str(),
        time,
        day => placed.start.strftime("%A %-d %B").to_string(),
        column => i64::from(placed.start.date().weekday().to_monday_zero_offset()) + 2,
        row => row(start),
        span => (row(end) - row(start)).max(2),
        left => placed.lane * 100 / placed.lanes,
        width => 100 / placed.lanes,
        meeting => !attendees.is_empty(),
        attendees,
        meet => first_text(event, &["/hangoutLink"]),
        // Google shows a few tags in it; a frame without rights shows them, and nothing else can come of them.
        description => first_text(event, &["/description"]),
    }
}
