//! Dates and times of events.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

use crate::sandbox::google::errors::Refusal;

/// The zone of that IANA name.
///
/// # Errors
/// 400 where there is none.
pub fn zone(name: &str, what: &str) -> Result<TimeZone, Refusal> {
    // `TimeZone::get` also takes `unknown` names such as POSIX strings on some systems; an IANA name has no comma.
    TimeZone::get(name)
        .ok()
        .filter(|_| !name.is_empty() && !name.contains(','))
        .ok_or_else(|| Refusal::invalid(format!("Invalid time zone definition for {what}.")))
}

/// The instant of an `EventDateTime`. A date is its midnight in `fallback`, the calendar's zone; a time without an
/// offset is a local time of the member `timeZone`, which it then must have.
///
/// # Errors
/// 400 where it is neither a date nor a time.
pub fn instant(value: &Value, which: &str, fallback: &TimeZone) -> Result<Timestamp, Refusal> {
    let invalid = || Refusal::invalid(format!("Invalid {which} time."));
    let named = value["timeZone"]
        .as_str()
        .map(|name| zone(name, &format!("{which} time")))
        .transpose()?;
    match (value["date"].as_str(), value["dateTime"].as_str()) {
        (Some(date), None) => {
            let date: civil::Date = date.parse().map_err(|_| invalid())?;
            fallback
                .to_timestamp(date.at(0, 0, 0, 0))
                .map_err(|_| invalid())
        }
        (None, Some(text)) => match (text.parse::<Timestamp>(), named) {
            (Ok(at), _) => Ok(at),
            (Err(_), Some(zone)) => {
                let local: civil::DateTime = text.parse().map_err(|_| invalid())?;
                zone.to_timestamp(local).map_err(|_| invalid())
            }
            (Err(_), None) if text.parse::<civil::DateTime>().is_ok() => Err(Refusal::new(
                400,
                "required",
                format!("Missing time zone definition for {which} time."),
            )),
            (Err(_), None) => Err(invalid()),
        },
        (Some(_), Some(_)) => Err(invalid()),
        (None, None) => Err(Refusal::new(
            400,
            "required",
            format!("Missing {which} time."),
        )),
    }
}

/// The same `EventDateTime` as Google gives it back: in the calendar's own zone, whatever offset was sent, so that
/// a client must compare instants and not texts.
pub fn normalised(value: &Value, at: Timestamp, calendar: &TimeZone, calendar_name: &str) -> Value {
    match value["date"].as_str() {
        Some(date) => json!({"date": date}),
        None => json!({
            "dateTime": written(at, calendar),
            "timeZone": value["timeZone"].as_str().unwrap_or(calendar_name),
        }),
    }
}

/// An instant with the offset of a zone; UTC is `Z`.
pub fn written(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned_datetime(zone.clone());
    if at.offset().is_zero() {
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    } else {
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(json!({"dateTime": "2026-11-24T10:00:00Z"}), "2026-11-24T10:00:00Z")]
    #[case(json!({"dateTime": "2026-11-24T11:00:00+01:00"}), "2026-11-24T10:00:00Z")]
    #[case(json!({"dateTime": "2026-11-24T11:00:00", "timeZone": "Europe/Berlin"}), "2026-11-24T10:00:00Z")]
    #[case(json!({"date": "2026-11-24"}), "2026-11-23T23:00:00Z")]
    fn a_time_is_an_instant(#[case] value: Value, #[case] at: &str) {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(
            instant(&value, "start", &berlin).unwrap(),
            at.parse().unwrap()
        );
    }

    #[rstest]
    #[case(json!({}), "required")]
    #[case(json!({"dateTime": "2026-11-24T11:00:00"}), "required")]
    #[case(json!({"dateTime": "tomorrow"}), "invalid")]
    #[case(json!({"dateTime": "2026-11-24T10:00:00Z", "timeZone": "Mars/Base"}), "invalid")]
    #[case(json!({"dateTime": "2026-11-24T10:00:00Z", "date": "2026-11-24"}), "invalid")]
    fn or_it_is_refused(#[case] value: Value, #[case] reason: &str) {
        assert_eq!(
            instant(&value, "start", &TimeZone::UTC).unwrap_err().reason,
            reason
        );
    }

    #[test]
    fn a_time_comes_back_in_the_calendars_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = "2026-11-24T10:00:00Z".parse().unwrap();
        let sent = json!({"dateTime": "2026-11-24T10:00:00Z", "timeZone": "UTC"});
        assert_eq!(
            normalised(&sent, at, &berlin, "Europe/Berlin"),
            json!({"dateTime": "2026-11-24T11:00:00+01:00", "timeZone": "UTC"})
        );
    }
}
