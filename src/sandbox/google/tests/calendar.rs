//! Calendars and free/busy.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ADA, BEN, World};

fn ask(world: &mut World, items: &[&str]) -> super::Answer {
    let items: Vec<Value> = items.iter().map(|id| json!({"id": id})).collect();
    let body = json!({"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z", "items": items});
    world.post("/calendar/v3/freeBusy", body)
}

#[test]
fn busy_times_are_sorted_and_joined() {
    let mut world = World::acting_as(ADA);
    let answer = ask(&mut world, &[ADA, BEN]).good();
    assert_eq!(answer["calendars"][ADA], json!({"busy": []}));
    assert_eq!(
        answer["calendars"][BEN]["busy"],
        json!([{"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T11:00:00Z"}])
    );
}

#[test]
fn a_calendar_that_cannot_be_read_is_unknown_inside_of_a_200() {
    let mut world = World::acting_as(ADA);
    let answer = ask(
        &mut world,
        &["secret@example.com", "nobody@example.org", "primary"],
    )
    .good();
    let unknown = json!({"errors": [{"domain": "global", "reason": "notFound"}], "busy": []});
    assert_eq!(answer["calendars"]["secret@example.com"], unknown);
    assert_eq!(answer["calendars"]["nobody@example.org"], unknown);
    assert_eq!(answer["calendars"]["primary"], json!({"busy": []}));
}

#[test]
fn the_times_come_in_the_zone_that_was_asked_for() {
    let mut world = World::acting_as(ADA);
    let body = json!({"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z", "timeZone": "Europe/Berlin", "items": [{"id": BEN}]});
    let answer = world.post("/calendar/v3/freeBusy", body).good();
    assert_eq!(
        answer["calendars"][BEN]["busy"][0]["start"],
        "2026-11-24T10:00:00+01:00"
    );
}

#[rstest]
#[case(json!({"timeMax": "2026-11-25T00:00:00Z", "items": []}), "required")]
#[case(json!({"timeMin": "2026-11-24", "timeMax": "2026-11-25T00:00:00Z", "items": []}), "invalid")]
#[case(json!({"timeMin": "2026-11-25T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z"}), "timeRangeEmpty")]
#[case(json!({"timeMin": "2026-01-01T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z"}), "timeRangeTooLong")]
#[case(json!({"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z", "timeZone": "Mars"}), "invalid")]
#[case(json!({"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z", "items": vec![json!({"id": "a@b.c"}); 51]}), "tooManyCalendarsRequested")]
fn a_question_that_makes_no_sense(#[case] body: Value, #[case] reason: &str) {
    let answer = World::acting_as(ADA).post("/calendar/v3/freeBusy", body);
    assert_eq!(answer.refusal(), (400, reason), "{}", answer.body);
}

#[test]
fn an_event_makes_its_guests_busy_unless_they_decline() {
    let mut world = World::acting_as(ADA);
    let event = json!({
        "id": "meeting01", "summary": "Postmortem",
        "start": {"dateTime": "2026-11-24T13:00:00Z"}, "end": {"dateTime": "2026-11-24T14:00:00Z"},
        "attendees": [{"email": BEN}],
    });
    world
        .post("/calendar/v3/calendars/primary/events", event)
        .good();
    let busy = |world: &mut World, who: &str| {
        ask(world, &[who]).good()["calendars"][who]["busy"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((busy(&mut world, ADA), busy(&mut world, BEN)), (1, 2));
    world.sign_in(Some(BEN), super::ALL_SCOPES);
    let answer = json!({"attendees": [{"email": BEN, "responseStatus": "declined"}]});
    world
        .call(
            "PATCH",
            "/calendar/v3/calendars/primary/events/meeting01",
            Some(answer),
        )
        .good();
    assert_eq!((busy(&mut world, ADA), busy(&mut world, BEN)), (1, 1));
    world.sign_in(Some(ADA), super::ALL_SCOPES);
    let free = json!({"transparency": "transparent"});
    world
        .call(
            "PATCH",
            "/calendar/v3/calendars/primary/events/meeting01",
            Some(free),
        )
        .good();
    assert_eq!(busy(&mut world, ADA), 0);
}

#[test]
fn calendars_and_settings_are_listed() {
    let mut world = World::acting_as(ADA);
    let list = world.get("/calendar/v3/users/me/calendarList").good();
    assert_eq!(
        (&list["items"][0]["id"], &list["items"][0]["accessRole"]),
        (&json!(ADA), &json!("owner"))
    );
    assert_eq!(
        world
            .get(&format!("/calendar/v3/users/me/calendarList/{BEN}"))
            .good()["accessRole"],
        "reader"
    );
    assert_eq!(
        world.get("/calendar/v3/calendars/primary").good()["timeZone"],
        "Europe/Berlin"
    );
    assert_eq!(
        world
            .get("/calendar/v3/calendars/secret@example.com")
            .refusal(),
        (404, "notFound")
    );
    assert_eq!(
        world.get("/calendar/v3/users/me/settings/timezone").good()["value"],
        "Europe/Berlin"
    );
    assert!(world.get("/calendar/v3/users/me/settings").good()["items"].is_array());
}
