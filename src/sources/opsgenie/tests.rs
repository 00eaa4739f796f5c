#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::playbook::incident::{EntryKind, Part};
use crate::vendors::stub::{Line, Stub, http_to, ok, status};

const SINCE: &str = "2026-10-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn source(stub: &Stub) -> Opsgenie {
    let client = vendor::Opsgenie::new(http_to(&stub.url), "key".to_owned().into());
    Opsgenie::new(client, None, SignedDuration::from_hours(24))
}

fn row(id: &str, status: &str, touched_at: &str) -> Value {
    json!({
        "id": id, "tinyId": "42", "message": "Checkout is down", "status": status, "priority": "P1",
        "createdAt": "2026-10-05T10:00:00Z", "updatedAt": touched_at, "serviceId": "s1",
        "impactedServices": ["s2", "s1"], "responders": [{"type": "user", "id": "u2"}, {"type": "team", "id": "t"}],
        "extraProperties": {"slack": "https://acme.slack.com/archives/C0123456789", "number": 3},
        "impactStartDate": "2026-10-05T09:50:00Z", "impactEndDate": "2026-10-05T11:50:00Z",
    })
}

fn list(rows: &[Value]) -> Line {
    ok(json!({ "data": rows }).to_string())
}

async fn pull(
    open: &[Value],
    resolved: &[Value],
    others: Vec<(&'static str, Line)>,
    watermark: Option<&Value>,
) -> (Pulled, Stub) {
    let mut routes = others;
    routes.extend([
        ("status%3A+open", list(open)),
        ("status%3A+resolved", list(resolved)),
        ("status%3A+closed", list(&[])),
    ]);
    let stub = Stub::routing(routes).await;
    let pulled = source(&stub).pull(watermark, at(SINCE), at(SINCE)).await;
    (pulled.unwrap(), stub)
}

const NOON: &str = "2026-10-05T12:00:00Z";

#[tokio::test]
async fn it_was_over_when_it_was_first_seen_to_be_and_a_comment_moves_nothing() {
    let (first, _) = pull(&[], &[row("a", "resolved", NOON)], vec![], None).await;
    let incident = &first.incidents[0];
    assert_eq!(incident.resolved_at(), Some(at(NOON)));
    assert_eq!(
        (&*incident.reference, incident.severity.as_deref()),
        ("#42", Some("P1"))
    );
    assert_eq!(incident.began_at, Some(at("2026-10-05T09:50:00Z")));
    assert_eq!(incident.mitigated_at, Some(at("2026-10-05T11:50:00Z")));
    assert_eq!(incident.channels, ["C0123456789"]);

    let commented = row("a", "resolved", "2026-10-05T16:00:00Z");
    let (second, _) = pull(&[], &[commented], vec![], Some(&first.watermark)).await;
    assert_eq!(second.incidents[0].resolved_at(), Some(at(NOON)));

    // Open again and over once more: that is another end.
    let reopened = row("a", "open", "2026-10-05T17:00:00Z");
    let (third, _) = pull(&[reopened], &[], vec![], Some(&second.watermark)).await;
    assert_eq!(third.incidents[0].resolved_at(), None);
    let over = list(&[]);
    let one = ok(json!({"data": row("a", "closed", "2026-10-05T18:00:00Z")}).to_string());
    let routes = vec![("/incidents/a?", one), ("status%3A+closed", over)];
    let (fourth, _) = pull(&[], &[], routes, Some(&third.watermark)).await;
    assert_eq!(
        fourth.incidents[0].resolved_at(),
        Some(at("2026-10-05T18:00:00Z"))
    );
}

#[tokio::test]
async fn one_bad_row_hides_no_other() {
    let rows = [
        json!({"id": "bad", "createdAt": "2026-10-05T10:00:00"}),
        row("a", "resolved", NOON),
    ];
    let (pulled, _) = pull(&[], &rows, vec![], None).await;
    assert_eq!(pulled.incidents.len(), 1);
    assert!(
        pulled.faults[0]
            .to_string()
            .starts_with("incident bad is not an incident")
    );
}

#[tokio::test]
async fn a_list_that_repeats_ends_and_is_told() {
    let rows: Vec<Value> = (0..100)
        .map(|n| row(&format!("i{n}"), "open", NOON))
        .collect();
    let (pulled, stub) = pull(&rows, &[], vec![], None).await;
    assert_eq!(pulled.incidents.len(), 100);
    assert_eq!(pulled.faults[0].message, "its pages do not come to an end");
    assert_eq!(stub.seen().len(), 4);
}

async fn detail(mut routes: Vec<(&'static str, Line)>) -> Result<Incident, SourceError> {
    let (pulled, _) = pull(&[], &[row("a", "resolved", NOON)], vec![], None).await;
    routes.extend([
        (
            "/incidents/a?",
            ok(json!({"data": row("a", "closed", "2026-10-06T12:00:00Z")}).to_string()),
        ),
        ("/incident-timelines/", ok("{\"data\": {\"entries\": []}}")),
        ("/services/s1", ok("{\"data\": {\"name\": \"Shop\"}}")),
        ("/users?", list(&[])),
    ]);
    let stub = Stub::routing(routes).await;
    source(&stub).detail(&pulled.incidents[0], at(SINCE)).await
}

#[tokio::test]
async fn a_record_is_told_with_its_people() {
    let entry = |n: i32, kind: &str, by: Option<&str>| {
        json!({"id": n.to_string(), "type": kind, "eventTime": format!("2026-10-05T10:0{n}:00Z"),
        "actor": by.map(|name| json!({"name": name, "type": "user"})), "description": {"name": kind}})
    };
    let entries = json!({"data": {"entries": [
        entry(1, "IncidentCreated", Some("A rule")),
        entry(2, "ResponderAlertAcknowledged", Some("Ada Example")),
        entry(3, "NoteAdded", Some("bo@example.com")),
        entry(4, "SlackChannelCreated", None),
        entry(5, "IncidentResolved", Some("ADA@example.com")),
        {"id": "9", "eventTime": null},
    ]}});
    let users = [
        json!({"id": "u1", "username": "ada@example.com", "fullName": "Ada Example", "timeZone": "Europe/Berlin"}),
        json!({"id": "u2", "username": "cy@example.com", "fullName": ""}),
    ];
    let routes = vec![
        ("/incident-timelines/", ok(entries.to_string())),
        ("/users?", list(&users)),
    ];
    let incident = detail(routes).await.unwrap();
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
            ("Ada Example", Some("ada@example.com"), Part::Lead, 2),
            ("bo@example.com", Some("bo@example.com"), Part::Responder, 1),
            ("cy@example.com", Some("cy@example.com"), Part::Responder, 0),
        ]
    );
    let kinds: Vec<_> = incident.timeline.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Alert,
            EntryKind::Acknowledged,
            EntryKind::Note,
            EntryKind::Other,
            EntryKind::Resolved
        ]
    );
    assert_eq!(incident.timeline[4].by.as_deref(), Some("Ada Example"));
    // The second service is not shown to us; the first is.
    assert_eq!(incident.service, "Shop");
    assert_eq!(
        incident.resolved_at(),
        Some(at(NOON)),
        "as the list made it"
    );
    assert_eq!(
        incident.gaps,
        ["1 entry of Opsgenie's timeline could not be understood"]
    );
}

#[rstest]
#[case::the_log_instead(vec![("/incident-timelines/", status(403, "{}")), ("/logs?", ok("{\"data\": [{\"log\": \"It began\", \"createdAt\": \"2026-10-05T10:00:00Z\"}]}"))], 1, &[])]
#[case::neither(vec![("/incident-timelines/", status(404, "{}"))], 0, &["Opsgenie's timeline could not be read: not found: Not Found"])]
#[case::no_people(vec![("/users?", status(403, "{}"))], 0, &["Opsgenie's people could not be read: addresses are missing"])]
#[tokio::test]
async fn what_is_refused_is_a_gap(
    #[case] routes: Vec<(&'static str, Line)>,
    #[case] entries: usize,
    #[case] gaps: &[&str],
) {
    let incident = detail(routes).await.unwrap();
    assert_eq!(incident.timeline.len(), entries);
    assert_eq!(incident.gaps, gaps);
}

#[rstest]
#[case("/incident-timelines/", 503)]
#[case("/users?", 429)]
#[case("/services/", 500)]
#[tokio::test]
async fn what_may_pass_is_waited_for(#[case] route: &'static str, #[case] code: u16) {
    let error = detail(vec![(route, status(code, "{}"))]).await;
    assert!(matches!(error, Err(SourceError::Later { .. })));
}

#[tokio::test]
async fn an_incident_that_is_gone_is_gone() {
    let error = detail(vec![("/incidents/a?", status(404, "{}"))]).await;
    assert!(matches!(error, Err(SourceError::Gone(_))));
}
