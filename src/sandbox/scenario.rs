//! Seeds in words: reading them, and the story the sandbox tells by itself.
//!
//! A story has to be tellable on any day, so a time in a seed may be relative to now:
//!
//! | written | is |
//! | --- | --- |
//! | `-PT3H20M`, `+PT15M` | so long before or after now |
//! | `workday+1T09:30[Europe/Berlin]` | 9:30 in Berlin on the first Monday to Friday after today there |
//! | `+P10D` as a task's `due` | the date in ten days |

use jiff::{Span, Timestamp, civil, tz::TimeZone};
use serde_json::Value;

use crate::sandbox::seed::{Seed, fingerprint};

/// The default story: `config/sandbox-scenario.json`.
const DEFAULT: &str = include_str!("../../config/sandbox-scenario.json");

/// How many customers each incident of the default story hit.
const AFFECTED: [(&str, u64); 4] = [
    ("QCHECKOUT5XX01", 37),
    ("QSCHEDULER0002", 12_000),
    ("QBREAKER000003", 3),
    ("QDISKFULL00005", 1),
];

/// Members of a seed that are times.
const TIMES: [&str; 10] = [
    "at",
    "created_at",
    "resolved_at",
    "start",
    "end",
    "thread",
    "edited",
    "began_at",
    "mitigated_at",
    "scheduled_at",
];

/// Three incidents resolved in the last day, one still open, one resolved long ago, one merged; the people, their
/// busy calendars and what they wrote in Slack.
///
/// # Errors
/// `now` is so close to the ends of time that the story does not fit.
pub fn default_seed(now: Timestamp) -> Result<Seed, String> {
    read(DEFAULT, now)
}

/// Reads a seed from JSON, with times relative to `now` resolved.
///
/// # Errors
/// Says what is wrong and where: unknown members, missing ones, times that are none.
pub fn read(text: &str, now: Timestamp) -> Result<Seed, String> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    resolve(&mut value, now)?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        match error.path().to_string().as_str() {
            "." => error.inner().to_string(),
            path => format!("{path}: {}", error.inner()),
        }
    })
}

fn resolve(value: &mut Value, now: Timestamp) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| resolve(item, now)),
        Value::Object(members) => members.iter_mut().try_for_each(|(name, member)| {
            let Value::String(text) = member else {
                return resolve(member, now);
            };
            let absolute = if TIMES.contains(&name.as_str()) {
                relative_time(text, now)
            } else if name == "due" {
                relative_date(text, now)
            } else {
                Ok(None)
            };
            if let Some(absolute) = absolute.map_err(|error| format!("{name} {text:?}: {error}"))? {
                *text = absolute;
            }
            Ok(())
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// The instant that a relative time means; `None` where it is not relative.
fn relative_time(text: &str, now: Timestamp) -> Result<Option<String>, String> {
    if let Some(rest) = text.strip_prefix("workday+") {
        return workday(rest, now).map(|time| Some(time.to_string()));
    }
    let Some(span) = span(text)? else {
        return Ok(None);
    };
    let time = now
        .to_zoned_datetime(TimeZone::UTC)
        .checked_add(span)
        .map_err(|error| error.to_string())?;
    Ok(Some(time.timestamp().to_string()))
}

fn relative_date(text: &str, now: Timestamp) -> Result<Option<String>, String> {
    let Some(span) = span(text)? else {
        return Ok(None);
    };
    let date = now
        .to_zoned_datetime(TimeZone::UTC)
        .date()
        .checked_add(span)
        .map_err(|error| error.to_string())?;
    Ok(Some(date.to_string()))
}

fn span(text: &str) -> Result<Option<Span>, String> {
    if !text.starts_with("-P") && !text.starts_with("+P") {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error: jiff::Error| error.to_string())
}

/// `1T09:30[Europe/Berlin]`: the day after today (or today itself for 0), weekends left out, as that zone counts days.
fn workday(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let malformed = || "expected workday+DAYSTHH:MM[ZONE]".to_owned();
    let (days, rest) = text.split_once('T').ok_or_else(malformed)?;
    let (time, zone) = rest
        .strip_suffix(']')
        .and_then(|rest| rest.split_once('['))
        .ok_or_else(malformed)?;
    let mut days: u16 = days.parse().map_err(|_| malformed())?;
    let time: civil::Time = time
        .parse()
        .map_err(|error: jiff::Error| error.to_string())?;
    let zone = TimeZone::get(zone).map_err(|error| error.to_string())?;
    let mut date = now.to_zoned_datetime(zone.clone()).date();
    while days > 0 || is_weekend(date) {
        date = date.tomorrow().map_err(|error| error.to_string())?;
        if !is_weekend(date) {
            days = days.saturating_sub(1);
        }
    }
    let zoned = date
        .to_datetime(time)
        .to_zoned_datetime(zone)
        .map_err(|error| error.to_string())?;
    Ok(zoned.timestamp())
}

fn is_weekend(date: civil::Date) -> bool {
    matches!(
        date.weekday(),
        civil::Weekday::Saturday | civil::Weekday::Sunday
    )
}

/// The customers that an incident of the default story hit, as CSV with a header; `None` for any other incident.
///
/// The names are what a spreadsheet or a careless reader stumbles over: quotes, commas, several scripts, and
/// beginnings that a spreadsheet would take for a formula. Ids keep their leading zeros and all 18 digits.
pub fn customers_csv(incident: &str) -> Option<String> {
    let (_, count) = AFFECTED.iter().find(|(id, _)| *id == incident)?;
    let mut csv = String::from("org_name,org_id,app_id,campaign_id\n");
    for number in 0..*count {
        let name = customer_name(incident, number);
        let app = fingerprint(&format!("{incident}/app/{number}"), 16).to_lowercase();
        // Steps that share no factor with the range, so that no two customers share an id.
        let org = (4_211 + number * 611) % 10_000_000;
        let campaign =
            100_000_000_000_000_000 + number * 48_611_000_093_217 % 900_000_000_000_000_000;
        csv.push_str(&format!(
            "{},{org:07},{app},{campaign:018}\n",
            quoted(&name)
        ));
    }
    Some(csv)
}

fn customer_name(incident: &str, number: u64) -> String {
    const FIRST: [&str; 16] = [
        "Alder", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo",
        "Juniper", "Kestrel", "Lumen", "Meadow", "Nimbus", "Opal", "Piñon",
    ];
    const SECOND: [&str; 12] = [
        "Outfitters",
        "Foods",
        "Travel",
        "Media",
        "Energy",
        "Robotics",
        "Books",
        "Health",
        "Logistics",
        "Games",
        "Garden",
        "Müzik",
    ];
    const FORM: [&str; 6] = ["Ltd", "GmbH", "Inc.", "S.A.", "AB", "Pvt. Ltd"];
    let pick = |words: &[&'static str], salt: u64| {
        words[(number.wrapping_mul(2_654_435_761).rotate_right(7) ^ salt) as usize % words.len()]
    };
    let plain = format!("{} {} {}", pick(&FIRST, 1), pick(&SECOND, 2), number + 1);
    match number % 24 {
        1 => format!("{plain}, {}", pick(&FORM, 3)),
        4 => format!("\"{plain}\" {}", pick(&FORM, 3)),
        7 => format!("={plain}"),
        9 => format!("株式会社{plain}"),
        11 => format!("+{plain}"),
        13 => format!("Ünïcødé & Söhne {plain}"),
        15 => format!("@{plain}"),
        17 => format!("مؤسسة {plain}"),
        19 => format!("-{plain}"),
        21 => format!("<b>{plain}</b>"),
        23 => format!("{plain} 🚀 ({incident})"),
        _ => format!("{plain} {}", pick(&FORM, 3)),
    }
}

/// As RFC 4180 quotes a field.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::collections::HashSet;

    use jiff::SignedDuration;
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-11-23T10:00:00Z", "-PT3H20M", "2026-11-23T06:40:00Z")]
    #[case("2026-11-23T10:00:00Z", "+PT15M", "2026-11-23T10:15:00Z")]
    #[case(
        "2026-11-23T10:00:00Z",
        "workday+0T09:30[Europe/Berlin]",
        "2026-11-23T08:30:00Z"
    )]
    #[case(
        "2026-11-23T10:00:00Z",
        "workday+1T09:30[America/New_York]",
        "2026-11-24T14:30:00Z"
    )]
    #[case(
        "2026-11-27T10:00:00Z",
        "workday+1T09:00[Asia/Kolkata]",
        "2026-11-30T03:30:00Z"
    )]
    #[case(
        "2026-11-28T10:00:00Z",
        "workday+0T09:00[Europe/Berlin]",
        "2026-11-30T08:00:00Z"
    )]
    #[case(
        "2026-11-28T10:00:00Z",
        "workday+1T09:00[Europe/Berlin]",
        "2026-11-30T08:00:00Z"
    )]
    // Still Sunday in New York when it is Monday in Kolkata.
    #[case(
        "2026-11-29T22:00:00Z",
        "workday+1T09:00[America/New_York]",
        "2026-11-30T14:00:00Z"
    )]
    #[case(
        "2026-11-29T22:00:00Z",
        "workday+1T09:00[Asia/Kolkata]",
        "2026-12-01T03:30:00Z"
    )]
    fn relative_times_are_resolved(#[case] now: &str, #[case] text: &str, #[case] expected: &str) {
        assert_eq!(relative_time(text, at(now)), Ok(Some(expected.to_owned())));
    }

    #[rstest]
    #[case(r#"{"peple": []}"#, "unknown field `peple`")]
    #[case(r#"{"people": [{"name": "A"}]}"#, "people[0]: missing field `email`")]
    #[case(
        r#"{"incidents": [{"title": "x", "created_at": "soon"}]}"#,
        "incidents[0].created_at"
    )]
    #[case(r#"{"calendars": [{"email": "a@example.com", "busy": [{"start": "workday+1", "end": "-PT1H"}]}]}"#, "start")]
    #[case(
        r#"{"incidents": [{"title": "x", "created_at": "-Pnonsense"}]}"#,
        "created_at"
    )]
    fn what_is_wrong_with_a_seed_is_said_with_its_place(
        #[case] text: &str,
        #[case] complaint: &str,
    ) {
        let error = read(text, at("2026-11-23T10:00:00Z")).unwrap_err();
        assert!(error.contains(complaint), "{error}");
    }

    #[test]
    fn a_relative_text_is_only_a_time_where_a_time_is_meant() {
        let seed = read(
            r#"{"tasks": [{"page": "p", "text": "-PT3H", "due": "+P10D"}]}"#,
            at("2026-11-23T10:00:00Z"),
        )
        .unwrap();
        assert_eq!(seed.tasks[0].text, "-PT3H");
        assert_eq!(seed.tasks[0].due.unwrap().to_string(), "2026-12-03");
    }

    #[test]
    fn the_default_story_fits_any_day() {
        for now in [
            "2026-11-23T10:00:00Z",
            "2027-02-28T23:59:59.5Z",
            "2028-03-26T01:30:00Z",
        ]
        .map(at)
        {
            let seed = default_seed(now).unwrap();
            let recent = seed
                .incidents
                .iter()
                .filter_map(|incident| incident.resolved_at)
                .filter(|resolved| {
                    let age = now.duration_since(*resolved);
                    (SignedDuration::from_hours(2)..=SignedDuration::from_hours(20)).contains(&age)
                });
            assert!(recent.count() >= 4, "three of their own and the merged one");
            assert!(
                seed.incidents
                    .iter()
                    .any(|incident| incident.status.as_deref() == Some("acknowledged"))
            );
            assert!(
                seed.incidents
                    .iter()
                    .any(|incident| incident.merged_into.is_some())
            );
            assert!(
                seed.people
                    .iter()
                    .all(|person| person.email.ends_with("@example.com"))
            );
            assert!(seed.calendars.iter().any(|calendar| calendar.unreadable));
            assert!(
                seed.calendars
                    .iter()
                    .flat_map(|calendar| &calendar.busy)
                    .all(|busy| busy.start < busy.end)
            );
        }
    }

    #[test]
    fn every_incident_of_the_default_story_was_talked_about() {
        let now = at("2026-11-23T10:00:00Z");
        let seed = default_seed(now).unwrap();
        let room = &seed.transcripts[0];
        assert_eq!(room.channel, "#prod-issue");
        for incident in ["QCHECKOUT5XX01", "QSCHEDULER0002", "QBREAKER000003"] {
            let incident = seed
                .incidents
                .iter()
                .find(|known| known.id.as_deref() == Some(incident))
                .unwrap();
            let during = incident.created_at..=incident.resolved_at.unwrap();
            let told = room
                .messages
                .iter()
                .filter(|message| during.contains(&message.at));
            assert!(told.count() >= 10, "{}", incident.title);
        }
        let checkout = &seed.incidents[0];
        let own = seed.transcripts.iter().find_map(|transcript| {
            let url = checkout.conference_url.as_deref()?;
            let id = transcript.id.as_deref()?;
            url.ends_with(id).then_some(&transcript.messages)
        });
        assert!(
            own.unwrap().len() >= 10,
            "the channel that the bridge names"
        );
        let all = || seed.transcripts.iter().flat_map(|room| &room.messages);
        assert!(all().any(|message| message.edited.is_some()));
        assert!(all().any(|message| message.deleted));
        assert!(all().any(|message| message.text.is_empty() && message.attachments.is_some()));
        for masked in ["Example-Pa55word", "@customer.example.org"] {
            assert!(
                all().any(|message| message.text.contains(masked)),
                "{masked}"
            );
        }
    }

    #[test]
    fn twelve_thousand_customers_are_the_same_every_time_and_nasty() {
        let csv = customers_csv("QSCHEDULER0002").unwrap();
        assert_eq!(csv, customers_csv("QSCHEDULER0002").unwrap());
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(csv.as_bytes())
            .records()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(rows.len(), 12_000);
        for column in 1..4 {
            assert_eq!(
                rows.iter()
                    .map(|row| row[column].to_owned())
                    .collect::<HashSet<_>>()
                    .len(),
                12_000
            );
        }
        assert!(
            rows.iter()
                .all(|row| row[1].len() == 7 && row[3].len() == 18)
        );
        assert!(rows.iter().any(|row| row[1].starts_with('0')));
        for beginning in ["=", "+", "-", "@", "\""] {
            assert!(
                rows.iter().any(|row| row[0].starts_with(beginning)),
                "{beginning}"
            );
        }
        assert!(
            rows.iter().any(|row| row[0].contains(','))
                && rows.iter().any(|row| !row[0].is_ascii())
        );
    }

    #[test]
    fn an_incident_of_somebody_else_has_no_customers_here() {
        assert_eq!(customers_csv("QSOMETHINGELSE"), None);
    }
}
