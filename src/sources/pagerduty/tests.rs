//! PagerDuty's answers at their oddest, over HTTP: none of them stops an incident.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;

use super::*;
use crate::playbook::incident::{EntryKind, Part, Status};
use crate::vendors::stub::{Line, Stub, http_to, ok, status};

const SINCE: &str = "2026-10-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn source(stub: &Stub) -> PagerDuty {
    let client = vendor::PagerDuty::new(http_to(&stub.url), "key".to_owned().into());
    let fields = TimeFields {
        began: Some("impact_start".to_owned()),
        mitigated: Some("impact_end".to_owned()),
    };
    PagerDuty::new(client, SignedDuration::from_hours(6), fields)
}

fn row(id: &str, resolved_at: &str) -> Value {
    json!({
        "id": id, "incident_number": 7, "title": "Checkout is down", "status": "resolved",
        "created_at": "2026-09-01T10:00:00Z", "resolved_at": resolved_at,
    })
}

fn page(rows: &[Value], more: bool) -> Line {
    ok(json!({"incidents": rows, "more": more}).to_string())
}

fn user(id: &str) -> Value {
    json!({"id": id, "type": "user_reference", "summary": format!("Name of {id}")})
}

fn entry(id: &str, kind: &str, agent: &Value) -> Value {
    json!({
        "id": id, "type": format!("{kind}_log_entry"), "created_at": "2026-10-05T10:00:00Z",
        "summary": kind, "agent": agent, "channel": null,
    })
}

/// The incident `Q1` with that log, those notes and those users.
async fn detail(routes: Vec<(&'static str, Line)>) -> (Result<Incident, SourceError>, Stub) {
    let mut all = routes;
    all.extend([
        ("/log_entries?", ok(json!({"log_entries": []}).to_string())),
        ("/notes", ok(json!({"notes": []}).to_string())),
        ("/users?", ok(json!({"users": []}).to_string())),
        (
            "/incidents/Q1?",
            ok(json!({"incident": row("Q1", "2026-10-05T12:00:00Z")}).to_string()),
        ),
    ]);
    let stub = Stub::routing(all).await;
    let listed = Incident::listed(
        IncidentId::new(NAME, "Q1"),
        "#7",
        "Checkout is down",
        at("2026-09-01T10:00:00Z"),
        Status::Open,
    );
    let detail = source(&stub).detail(&listed, at(SINCE)).await;
    (detail, stub)
}

#[tokio::test]
async fn one_row_that_is_no_incident_hides_no_other_and_is_named() {
    let mut odd = row("QODD", "2026-10-05T12:00:00Z");
    odd["created_at"] = json!("ada@example.com");
    let mut long_ago = row("QOLD", "2026-08-05T12:00:00Z");
    long_ago["created_at"] = Value::Null;
    let rows = [
        odd,
        row("Q1", "2026-10-05T11:00:00Z"),
        Value::Null,
        long_ago,
    ];
    let stub = Stub::playing(vec![page(&rows, false)]).await;
    let pulled = source(&stub)
        .pull(None, at(SINCE), at(SINCE))
        .await
        .unwrap();
    assert_eq!(pulled.incidents.len(), 1);
    let faults: Vec<String> = pulled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("incident QODD is not an incident: "));
    assert!(faults[1].starts_with("an incident without an id is not an incident: "));
    assert!(!faults.join("").contains("ada@"), "{faults:?}");
}

#[tokio::test]
async fn a_resolved_row_without_its_time_is_not_passed_over() {
    let mut undated = row("Q1", "");
    undated["resolved_at"] = Value::Null;
    undated["updated_at"] = json!("2026-10-05T12:00:00Z");
    let stub = Stub::playing(vec![page(&[undated], false)]).await;
    let pulled = source(&stub)
        .pull(None, at(SINCE), at(SINCE))
        .await
        .unwrap();
    assert_eq!(
        pulled.incidents[0].resolved_at(),
        Some(at("2026-10-05T12:00:00Z"))
    );
    // Only a time that PagerDuty gives as a resolution is one to go on from.
    assert_eq!(pulled.watermark, Value::Null);
}

#[rstest]
#[case::the_same_page_again_and_again(vec![page(&[row("Q1", "2026-10-05T12:00:00Z")], true)])]
#[case::then_nothing(vec![page(&[row("Q1", "2026-10-05T12:00:00Z")], true), page(&[], true)])]
#[case::then_only_rows_without_ids(vec![page(&[row("Q1", "2026-10-05T12:00:00Z")], true), page(&[Value::Null], true)])]
#[tokio::test]
async fn pages_that_do_not_go_on_end_and_are_read_again_from_where_we_were(
    #[case] script: Vec<Line>,
) {
    let stub = Stub::playing(script).await;
    let before = json!({"resolved_at": "2026-10-03T00:00:00Z"});
    let pulled = source(&stub)
        .pull(Some(&before), at(SINCE), at(SINCE))
        .await
        .unwrap();
    assert_eq!(stub.seen().len(), 2);
    assert_eq!(pulled.incidents.len(), 1);
    assert_eq!(pulled.watermark, before);
    let fault = pulled.faults.last().unwrap();
    assert_eq!(fault.kind, FaultKind::Incomplete);
    assert_eq!(fault.what, "the list of resolved incidents");
}

#[tokio::test]
async fn what_the_log_holds_in_odd_shapes_costs_only_itself() {
    let mut nameless = user("U2");
    nameless["summary"] = Value::Null;
    let log = json!({"more": false, "log_entries": [
        {"id": "R1", "type": null, "created_at": "2026-10-05T10:00:00Z"},
        entry("R2", "brand_new", &Value::Null),
        null,
        entry("R3", "acknowledge", &user("U1")),
        {"id": "R4", "type": "notify_log_entry", "created_at": "now"},
        {"id": "R5", "type": "assign_log_entry", "created_at": "2026-10-05T11:00:00Z", "summary": 7,
         "agent": {"id": null, "type": null}, "assignees": [null, nameless, "U3"], "user": 1, "note": {}},
        entry("R6", "resolve", &user("U1")),
        entry("R7", "annotate", &user("U1")),
    ]});
    let notes = json!({"notes": [
        {"id": "N1", "user": user("U1"), "content": "It was the cache", "created_at": "2026-10-05T11:30:00Z"},
        {"id": "N2", "user": null, "content": "Later", "created_at": null},
        {"id": "N3", "content": null},
        {"id": null, "user": {"id": "B", "type": "bot_user_reference", "summary": "Robot"}, "content": "Beep", "created_at": "2026-10-05T11:31:00Z"},
    ]});
    let users = json!({"users": [
        {"id": "U9", "name": null, "email": null},
        {"id": "U1", "name": "Ada Example", "email": "Ada@Example.com", "time_zone": 3},
        null,
    ]});
    let (incident, _) = detail(vec![
        ("/log_entries?", ok(log.to_string())),
        ("/notes", ok(notes.to_string())),
        ("/users?", ok(users.to_string())),
        ("/users/U2", status(404, "{}")),
    ])
    .await;
    let incident = incident.unwrap();
    assert_eq!(
        incident.gaps,
        [
            "3 entries of PagerDuty's log could not be understood",
            "2 notes of PagerDuty's could not be understood",
        ]
    );
    let people: Vec<_> = incident
        .participants
        .iter()
        .map(|p| {
            (
                &*p.person.name,
                p.person.email.as_deref(),
                p.part,
                p.contributions,
            )
        })
        .collect();
    assert_eq!(
        people,
        [
            // Took it, resolved it and wrote a note; the note's entry in the log is the note.
            ("Ada Example", Some("ada@example.com"), Part::Lead, 3),
            ("U2", None, Part::Responder, 0),
        ]
    );
    let kinds: Vec<EntryKind> = incident.timeline.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Other,
            EntryKind::Acknowledged,
            EntryKind::Resolved,
            EntryKind::Escalated,
            EntryKind::Note,
            EntryKind::Note,
        ]
    );
    assert_eq!(incident.detail, Detail::Full);
}

#[rstest]
#[case::the_log(
    "/log_entries?",
    403,
    "PagerDuty's log could not be read: 403 2010: Access Denied"
)]
#[case::the_log_is_gone(
    "/log_entries?",
    404,
    "PagerDuty's log could not be read: not found: Access Denied"
)]
#[case::the_plan_lacks_it(
    "/log_entries?",
    402,
    "PagerDuty's log could not be read: 402 Access Denied"
)]
#[case::the_notes(
    "/notes",
    403,
    "PagerDuty's notes could not be read: 403 2010: Access Denied"
)]
#[case::the_people(
    "/users?",
    403,
    "PagerDuty's people could not be read: addresses are missing"
)]
#[tokio::test]
async fn what_is_refused_is_a_gap_and_not_the_end(
    #[case] route: &'static str,
    #[case] code: u16,
    #[case] gap: &str,
) {
    let denied = json!({"error": {"message": "Access Denied", "code": 2010}}).to_string();
    let (incident, _) = detail(vec![(route, status(code, denied))]).await;
    assert_eq!(incident.unwrap().gaps, [gap]);
}

#[rstest]
#[case("/log_entries?", 503)]
#[case("/notes", 429)]
#[case("/users?", 500)]
#[case("/incidents/Q1?", 502)]
#[tokio::test]
async fn what_may_pass_is_waited_for(#[case] route: &'static str, #[case] code: u16) {
    let (incident, _) = detail(vec![(route, status(code, "{}"))]).await;
    assert!(matches!(incident, Err(SourceError::Later { .. })));
}

#[rstest]
#[case("/log_entries?")]
#[case("/incidents/Q1?")]
#[tokio::test]
async fn refused_credentials_are_somebodys_business(#[case] route: &'static str) {
    let (incident, _) = detail(vec![(route, status(401, "{}"))]).await;
    let error = incident.unwrap_err();
    assert!(matches!(error, SourceError::Misconfigured(_)));
    assert!(
        error.to_string().contains("sources.pagerduty.key"),
        "{error}"
    );
}

#[tokio::test]
async fn an_incident_that_is_gone_is_gone() {
    let (incident, _) = detail(vec![("/incidents/Q1?", status(404, "{}"))]).await;
    assert!(matches!(incident, Err(SourceError::Gone(_))));
}

#[rstest]
#[case::the_same_again(
    "/log_entries?",
    true,
    "PagerDuty's log is not whole: it said that there is more, and did not give it"
)]
#[case::refused_later(
    "offset=0&",
    true,
    "PagerDuty's log is not whole: it said that there is more, and did not give it"
)]
#[tokio::test]
async fn a_log_that_does_not_go_on_is_told_as_far_as_it_goes(
    #[case] route: &'static str,
    #[case] more: bool,
    #[case] gap: &str,
) {
    let log = json!({"more": more, "log_entries": [entry("R1", "trigger", &Value::Null)]});
    // Whatever does not fit the route is not found.
    let (incident, stub) = detail(vec![
        (route, ok(log.to_string())),
        ("/log_entries?", status(404, "{}")),
    ])
    .await;
    let incident = incident.unwrap();
    assert_eq!(incident.timeline.len(), 1);
    assert_eq!(incident.gaps, [gap]);
    let asked = stub.seen();
    let asked = asked.iter().filter(|seen| seen.contains("/log_entries?"));
    assert_eq!(asked.count(), 2);
}

#[tokio::test]
async fn a_part_in_another_shape_altogether_is_a_gap() {
    let (incident, _) = detail(vec![
        (
            "/log_entries?",
            ok(json!({"log_entries": "none"}).to_string()),
        ),
        ("/notes", ok(json!({"notes": {"0": {}}}).to_string())),
    ])
    .await;
    assert_eq!(
        incident.unwrap().gaps,
        [
            "1 entry of PagerDuty's log could not be understood",
            "1 note of PagerDuty's could not be understood",
        ]
    );
}

#[tokio::test]
async fn the_incidents_own_channel_and_times_are_taken_along() {
    let mut incident = row("Q1", "2026-10-05T12:00:00Z");
    incident["conference_bridge"] = json!({"conference_number": null, "conference_url": "https://acme.slack.com/archives/C0123456789"});
    incident["priority"] = json!(3);
    incident["service"] = json!("Checkout");
    incident["custom_fields"] = json!([
        null,
        {"name": "impact_start", "value": "2026-10-05T09:50:00+02:00"},
        {"name": "impact_end", "value": "about noon"},
        {"name": null, "value": ["a"]},
    ]);
    let (incident, _) = detail(vec![(
        "/incidents/Q1?",
        ok(json!({ "incident": incident }).to_string()),
    )])
    .await;
    let incident = incident.unwrap();
    assert_eq!(incident.channels, ["C0123456789"]);
    assert_eq!(incident.began_at, Some(at("2026-10-05T07:50:00Z")));
    assert_eq!(incident.mitigated_at, None);
    assert_eq!(
        incident.gaps,
        ["PagerDuty's field impact_end holds no time with its offset from UTC"]
    );
}
