//! When the meeting is: never at night, at the weekend or on a holiday, always among people's own appointments.

use serde_json::{Value, json};

use crate::support::seeds::{incident, one_incident, people};
use crate::support::{Installation, Setup};

/// When the meeting is, in UTC.
fn start_of(installation: &Installation) -> String {
    let event = installation.world().event("#1001");
    event["start"]["dateTime"].as_str().unwrap().to_owned()
}

fn busy(email: &str, start: &str, end: &str) -> Value {
    json!({"email": email, "busy": [{"start": start, "end": end}]})
}

#[tokio::test]
async fn resolved_on_friday_evening_before_a_holiday_it_is_on_tuesday() {
    let installation = Setup::default()
        .at("2026-04-03T17:00:00Z")
        .seed(&one_incident())
        .set("business_hours.holidays", "2026-04-06")
        .start()
        .await;
    installation.good_pass().await;
    // Two working hours of notice, from Tuesday 9:00 in Berlin on.
    assert_eq!(start_of(&installation), "2026-04-07T09:00:00Z");
}

#[tokio::test]
async fn it_goes_around_what_is_in_the_calendars() {
    let seed = json!({
        "people": people(),
        "incidents": [incident("QONE", "Checkout is down", "-PT1H")],
        "calendars": [
            busy("ada@example.com", "2026-03-02T10:00:00Z", "2026-03-02T13:00:00Z"),
            busy("jonas@example.com", "2026-03-02T13:30:00Z", "2026-03-02T15:00:00Z"),
        ],
    });
    let installation = Installation::start_with(&seed).await;
    installation.good_pass().await;
    assert_eq!(start_of(&installation), "2026-03-02T15:00:00Z");
}

#[tokio::test]
async fn a_chosen_slot_does_not_move_because_a_calendar_did() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    let chosen = start_of(&installation);
    installation.seed(&json!({
        "calendars": [busy("ada@example.com", "2026-03-02T09:00:00Z", "2026-03-03T16:00:00Z")],
    }));
    installation.advance(crate::support::hours(1));
    installation.good_pass().await;
    assert_eq!(start_of(&installation), chosen);
}

#[tokio::test]
async fn somebody_whose_calendar_cannot_be_read_is_invited_and_named() {
    let seed = json!({
        "people": people(),
        "incidents": [incident("QONE", "Checkout is down", "-PT1H")],
        "calendars": [{"email": "jonas@example.com", "unreadable": true}],
    });
    let installation = Installation::start_with(&seed).await;
    installation.good_pass().await;
    let event = installation.world().event("#1001");
    let invited = event["attendees"].to_string();
    assert!(invited.contains("jonas@example.com"), "{invited}");
    let description = event["description"].as_str().unwrap();
    let named = description
        .split_once("the calendar could not be read:")
        .is_some_and(|(_, names)| names.contains("Jonas Weber"));
    assert!(named, "{description}");
}
