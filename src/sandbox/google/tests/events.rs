//! Events.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ADA, ALL_SCOPES, BEN, World};
use crate::sandbox::wire::Vendor;

const EVENTS: &str = "/calendar/v3/calendars/primary/events";

fn meeting(change: &Value) -> Value {
    let mut event = json!({
        "id": "abc0123", "summary": "Postmortem",
        "start": {"dateTime": "2026-11-24T10:00:00Z", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-24T11:00:00Z", "timeZone": "UTC"},
        "extendedProperties": {"private": {"case": "Q1"}, "shared": {"kind": "postmortem"}},
    });
    for (name, value) in change.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[test]
fn an_event_is_filled_in() {
    let mut world = World::acting_as(ADA);
    let guests = json!({"attendees": [{"email": BEN}, {"email": ADA}]});
    let made = world
        .post(&format!("{EVENTS}?sendUpdates=all"), meeting(&guests))
        .good();
    assert_eq!(made["kind"], "calendar#event");
    assert_eq!(made["status"], "confirmed");
    assert_eq!(made["iCalUID"], "abc0123@google.com");
    assert_eq!(
        made["organizer"],
        json!({"email": ADA, "displayName": "Ada", "self": true})
    );
    assert_eq!(
        made["start"],
        json!({"dateTime": "2026-11-24T11:00:00+01:00", "timeZone": "UTC"})
    );
    assert_eq!(
        made["attendees"][0],
        json!({"email": BEN, "responseStatus": "needsAction"})
    );
    assert_eq!(made["attendees"][1]["responseStatus"], "accepted");
    for name in ["etag", "htmlLink", "created", "updated"] {
        assert!(made[name].is_string(), "{name}");
    }
    assert_eq!(made["sequence"], 0);
    let sent = world.google.world()["calendar"]["invitations"].clone();
    assert_eq!(sent[0]["to"], json!([BEN]));
    assert_eq!(
        world.google.world()["calendar"]["events"][0]["calendar"],
        ADA
    );
}

#[rstest]
#[case(json!({"id": "ab12"}), 400, "invalid")]
#[case(json!({"id": "ABC0123"}), 400, "invalid")]
#[case(json!({"id": "xyz0123"}), 400, "invalid")]
#[case(json!({"start": null}), 400, "required")]
#[case(json!({"end": {"dateTime": "2026-11-24T09:00:00Z"}}), 400, "timeRangeEmpty")]
#[case(json!({"end": {"date": "2026-11-25"}}), 400, "invalid")]
#[case(json!({"start": {"dateTime": "2026-11-24T10:00:00"}}), 400, "required")]
#[case(json!({"start": {"dateTime": "2026-11-24T10:00:00Z", "timeZone": "Mars"}}), 400, "invalid")]
#[case(json!({"attendees": [{"displayName": "Ben"}]}), 400, "required")]
#[case(json!({"attendees": [{"email": "ben"}]}), 400, "invalid")]
#[case(json!({"attendees": [{"email": "ben@example.com", "responseStatus": "maybe"}]}), 400, "invalid")]
#[case(json!({"status": "planned"}), 400, "invalid")]
#[case(json!({"iCalUID": "x@y"}), 400, "invalid")]
#[case(json!({"recurrence": ["RRULE:FREQ=DAILY"]}), 400, "notEmulated")]
#[case(json!({"reminders": {"useDefault": true, "overrides": [{"method": "popup", "minutes": 5}]}}), 400, "cannotUseDefaultRemindersAndSpecifyOverride")]
#[case(json!({"extendedProperties": {"private": {"k": "v".repeat(1025)}}}), 400, "invalid")]
#[case(json!({"title": "x"}), 400, "invalid")]
fn a_bad_event_is_refused(#[case] change: Value, #[case] status: u16, #[case] reason: &str) {
    let mut world = World::acting_as(ADA);
    let answer = world.post(EVENTS, meeting(&change));
    assert_eq!(answer.refusal(), (status, reason), "{}", answer.body);
    assert_eq!(world.google.world()["calendar"]["events"], json!([]));
}

#[test]
fn a_service_account_alone_invites_nobody_and_meets_nowhere() {
    let mut world = World::robot();
    let guests = meeting(&json!({"attendees": [{"email": BEN}]}));
    assert_eq!(
        world.post(EVENTS, guests).refusal(),
        (403, "forbiddenForServiceAccounts")
    );
    let meet = meeting(
        &json!({"conferenceData": {"createRequest": {"requestId": "r", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}}),
    );
    assert_eq!(
        world
            .post(&format!("{EVENTS}?conferenceDataVersion=1"), meet)
            .refusal(),
        (400, "invalid")
    );
    world.post(EVENTS, meeting(&json!({}))).good();
    let others = format!("/calendar/v3/calendars/{ADA}/events");
    assert_eq!(
        world.post(&others, meeting(&json!({}))).refusal(),
        (403, "requiredAccessLevel")
    );
}

#[test]
fn an_id_is_used_for_ever() {
    let mut world = World::acting_as(ADA);
    let url = format!("{EVENTS}/abc0123");
    assert_eq!(world.get(&url).refusal(), (404, "notFound"));
    world.post(EVENTS, meeting(&json!({}))).good();
    assert_eq!(
        world.post(EVENTS, meeting(&json!({}))).refusal(),
        (409, "duplicate")
    );
    assert_eq!(world.call("DELETE", &url, None).status, 204);
    assert_eq!(world.call("DELETE", &url, None).refusal(), (410, "deleted"));
    assert_eq!(world.get(&url).good()["status"], "cancelled");
    assert_eq!(
        world.post(EVENTS, meeting(&json!({}))).refusal(),
        (409, "duplicate")
    );
    assert_eq!(
        world
            .call("PATCH", &url, Some(json!({"summary": "x"})))
            .refusal(),
        (403, "forbidden")
    );
    world.pass(31 * 24 * 3600);
    world.sign_in(Some(ADA), ALL_SCOPES);
    assert_eq!(world.get(&url).refusal(), (404, "notFound"));
    assert_eq!(
        world.post(EVENTS, meeting(&json!({}))).refusal(),
        (409, "duplicate")
    );
}

#[test]
fn a_persons_change_is_not_trampled_on() {
    let mut world = World::acting_as(ADA);
    let url = format!("{EVENTS}/abc0123");
    let made = world.post(EVENTS, meeting(&json!({}))).good();
    let etag = made["etag"].as_str().unwrap().to_owned();
    let moved = json!({
        "start": {"dateTime": "2026-11-24T15:00:00+01:00"}, "end": {"dateTime": "2026-11-24T16:00:00+01:00"},
    });
    let after = world.call("PATCH", &url, Some(moved)).good();
    assert_eq!(
        (&after["sequence"], &after["summary"]),
        (&json!(1), &json!("Postmortem"))
    );
    let stale = world.send(
        "PATCH",
        &url,
        Some(b"{\"summary\":\"x\"}".to_vec()),
        &[("if-match", &etag)],
    );
    assert_eq!(stale.refusal(), (412, "conditionNotMet"));
    let fresh = after["etag"].as_str().unwrap();
    world
        .send(
            "PUT",
            &url,
            Some(after.to_string().into_bytes()),
            &[("if-match", fresh)],
        )
        .good();
    let again = world.get(&url).good();
    assert_ne!(again["etag"], after["etag"]);
    assert_eq!(
        world
            .send(
                "GET",
                &url,
                None,
                &[("if-none-match", again["etag"].as_str().unwrap())]
            )
            .status,
        304
    );
    let old_sequence = json!({"sequence": 0, "summary": "x"});
    assert_eq!(
        world.call("PATCH", &url, Some(old_sequence)).refusal(),
        (400, "invalid")
    );
}

#[test]
fn replacing_takes_away_what_is_not_sent() {
    let mut world = World::acting_as(ADA);
    world
        .post(EVENTS, meeting(&json!({"location": "Room 1"})))
        .good();
    let bare = json!({"start": {"dateTime": "2026-11-24T10:00:00Z"}, "end": {"dateTime": "2026-11-24T11:00:00Z"}});
    let url = format!("{EVENTS}/abc0123");
    let replaced = world.call("PUT", &url, Some(bare)).good();
    assert_eq!(
        (replaced.get("location"), replaced.get("summary")),
        (None, None)
    );
    assert_eq!(replaced["iCalUID"], "abc0123@google.com");
}

#[test]
fn a_meet_link_is_made_a_little_later() {
    let mut world = World::acting_as(ADA);
    let request = json!({"conferenceData": {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}});
    let silent = world.post(EVENTS, meeting(&request)).good();
    assert_eq!(
        silent.get("conferenceData"),
        None,
        "without conferenceDataVersion=1 it is passed over"
    );
    let mut other = meeting(&request);
    other["id"] = json!("abc0124");
    let made = world
        .post(&format!("{EVENTS}?conferenceDataVersion=1"), other)
        .good();
    assert_eq!(
        made["conferenceData"]["createRequest"]["status"]["statusCode"],
        "pending"
    );
    assert_eq!(made.get("hangoutLink"), None);
    let url = format!("{EVENTS}/abc0124");
    let read = world.get(&url).good();
    assert_eq!(
        read["conferenceData"]["createRequest"]["status"]["statusCode"],
        "success"
    );
    let link = read["hangoutLink"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://meet.google.com/"));
    world
        .call(
            "PATCH",
            &format!("{url}?conferenceDataVersion=1"),
            Some(request),
        )
        .good();
    world
        .call("PATCH", &url, Some(json!({"summary": "Renamed"})))
        .good();
    assert_eq!(
        world.get(&url).good()["hangoutLink"],
        link,
        "the same request is the same room"
    );
}

#[test]
fn events_are_found_by_what_was_written_into_them() {
    let mut world = World::acting_as(ADA);
    world
        .post(EVENTS, meeting(&json!({"attendees": [{"email": BEN}]})))
        .good();
    let count = |world: &mut World, query: &str| {
        let list = world.get(&format!("{EVENTS}?{query}"));
        list.good()["items"].as_array().unwrap().len()
    };
    for (query, found) in [
        ("privateExtendedProperty=case%3DQ1", 1),
        ("privateExtendedProperty=case%3DQ2", 0),
        (
            "privateExtendedProperty=case%3DQ1&sharedExtendedProperty=kind%3Dpostmortem",
            1,
        ),
        ("iCalUID=abc0123%40google.com", 1),
        ("q=postmortem+ben", 1),
        ("q=retrospective", 0),
        ("timeMin=2026-11-24T11:00:00Z", 0),
        (
            "timeMin=2026-11-24T10:59:00Z&timeMax=2026-11-25T00:00:00Z",
            1,
        ),
        ("timeMax=2026-11-24T10:00:00Z", 0),
        ("orderBy=startTime&singleEvents=true&maxResults=1", 1),
    ] {
        assert_eq!(count(&mut world, query), found, "{query}");
    }
    assert_eq!(
        world.get(&format!("{EVENTS}?orderBy=startTime")).refusal(),
        (400, "invalid")
    );
    assert_eq!(
        world.get(&format!("{EVENTS}?syncToken=x")).refusal(),
        (410, "fullSyncRequired")
    );
    assert_eq!(
        world
            .get(&format!("{EVENTS}?privateExtendedProperty=case"))
            .refusal(),
        (400, "invalid")
    );
    world.call("DELETE", &format!("{EVENTS}/abc0123"), None);
    assert_eq!(
        (count(&mut world, ""), count(&mut world, "showDeleted=true")),
        (0, 1)
    );
}

#[test]
fn a_guest_sees_a_copy_without_what_is_private() {
    let mut world = World::acting_as(ADA);
    world
        .post(EVENTS, meeting(&json!({"attendees": [{"email": BEN}]})))
        .good();
    world.sign_in(Some(BEN), ALL_SCOPES);
    let url = format!("{EVENTS}/abc0123");
    let copy = world.get(&url).good();
    assert_eq!(
        copy["extendedProperties"],
        json!({"shared": {"kind": "postmortem"}})
    );
    assert_eq!(copy["attendees"][0]["self"], true);
    let found = world
        .get(&format!("{EVENTS}?privateExtendedProperty=case%3DQ1"))
        .good();
    assert_eq!(found["items"], json!([]));
    let renamed = world.call("PATCH", &url, Some(json!({"summary": "Mine"})));
    assert_eq!(renamed.refusal(), (403, "forbiddenForNonOrganizer"));
    assert_eq!(world.call("DELETE", &url, None).status, 204);
    assert_eq!(
        world.get(&url).good()["attendees"][0]["responseStatus"],
        "declined"
    );
}

#[test]
fn guests_get_mail_only_when_asked_for() {
    let mut world = World::acting_as(ADA);
    world
        .post(
            EVENTS,
            meeting(&json!({"attendees": [{"email": BEN}, {"email": "guest@example.org"}]})),
        )
        .good();
    let url = format!("{EVENTS}/abc0123");
    world
        .call(
            "PATCH",
            &format!("{url}?sendUpdates=externalOnly"),
            Some(json!({"summary": "x"})),
        )
        .good();
    world.call("DELETE", &format!("{url}?sendUpdates=all"), None);
    let sent = world.google.world()["calendar"]["invitations"].clone();
    assert_eq!(sent.as_array().unwrap().len(), 2);
    assert_eq!(
        (&sent[0]["kind"], &sent[0]["to"]),
        (&json!("update"), &json!(["guest@example.org"]))
    );
    assert_eq!(sent[1]["kind"], "cancellation");
}

#[test]
fn an_import_is_known_by_its_uid_and_invites_nobody() {
    let mut world = World::acting_as(ADA);
    let mut event =
        meeting(&json!({"iCalUID": "debrief-q1@example.com", "attendees": [{"email": BEN}]}));
    assert_eq!(
        world
            .post(&format!("{EVENTS}/import"), event.clone())
            .status,
        400,
        "an id is not taken"
    );
    event.as_object_mut().unwrap().remove("id");
    let first = world
        .post(&format!("{EVENTS}/import"), event.clone())
        .good();
    let second = world
        .post(&format!("{EVENTS}/import"), event.clone())
        .good();
    assert_eq!(first["id"], second["id"]);
    event.as_object_mut().unwrap().remove("iCalUID");
    assert_eq!(
        world.post(&format!("{EVENTS}/import"), event).refusal(),
        (400, "required")
    );
    assert_eq!(world.google.world()["calendar"]["invitations"], json!([]));
}

#[test]
fn a_whole_day_is_a_day_of_the_calendars_zone() {
    let mut world = World::acting_as(ADA);
    let day = meeting(&json!({"start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}}));
    assert_eq!(
        world.post(EVENTS, day).good()["start"],
        json!({"date": "2026-11-24"})
    );
    let ask = json!({"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-26T00:00:00Z", "items": [{"id": ADA}]});
    let busy = world.post("/calendar/v3/freeBusy", ask).good();
    assert_eq!(
        busy["calendars"][ADA]["busy"],
        json!([{"start": "2026-11-23T23:00:00Z", "end": "2026-11-24T23:00:00Z"}])
    );
}
