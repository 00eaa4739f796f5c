#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::vendors::stub::{Line, Stub, http_to, ok, status};

const SINCE: &str = "2026-10-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn source(stub: &Stub) -> Statuspage {
    let key = "key".to_owned().into();
    let client = vendor::Statuspage::new(http_to(&stub.url), key, "page".to_owned());
    Statuspage::new(client, SignedDuration::from_hours(24))
}

fn row(id: &str, created_at: &str, status: &str) -> Value {
    json!({
        "id": id, "name": "Checkout is down", "status": status, "impact": "major",
        "created_at": created_at, "shortlink": "https://stspg.io/x",
        "resolved_at": if status == "resolved" { json!("2026-10-05T12:00:00Z") } else { Value::Null },
    })
}

async fn pull(
    unresolved: &[Value],
    all: &[Value],
    others: Vec<(&'static str, Line)>,
    watermark: Option<&Value>,
) -> (Pulled, Stub) {
    let mut routes = others;
    routes.extend([
        ("/incidents/unresolved?", ok(json!(unresolved).to_string())),
        ("/incidents?", ok(json!(all).to_string())),
    ]);
    let stub = Stub::routing(routes).await;
    let pulled = source(&stub).pull(watermark, at(SINCE), at(SINCE)).await;
    (pulled.unwrap(), stub)
}

fn ids(pulled: &Pulled) -> Vec<&str> {
    pulled.incidents.iter().map(|i| i.id.key()).collect()
}

#[tokio::test]
async fn an_incident_is_told_as_customers_were() {
    let mut over = row("abc123", "2026-10-05T10:00:00Z", "postmortem");
    over["started_at"] = json!("2026-10-05T09:50:00Z");
    over["resolved_at"] = json!("2026-10-05T12:00:00Z");
    over["components"] = json!([{"name": "API"}, {"name": " "}, null, {"name": "Checkout"}]);
    over["incident_updates"] = json!([
        {"status": "postmortem", "created_at": "2026-10-07T10:00:00Z", "body": "What we learned"},
        {"status": "resolved", "created_at": "2026-10-05T12:00:00Z", "body": "It is over"},
        {"status": "monitoring", "created_at": "2026-10-05T11:05:00Z", "display_at": "2026-10-05T11:00:00Z", "body": "We watch"},
        {"status": "pondering", "created_at": "2026-10-05T10:30:00Z", "body": null},
        {"status": "identified"},
        7,
    ]);
    let (pulled, _) = pull(&[], &[over], vec![], None).await;
    assert_eq!(pulled.faults, []);
    let incident = &pulled.incidents[0];
    assert_eq!(incident.id.as_str(), "statuspage:abc123");
    assert_eq!(incident.service, "API, Checkout");
    assert_eq!(incident.severity.as_deref(), Some("major"));
    assert_eq!(incident.began_at, Some(at("2026-10-05T09:50:00Z")));
    assert_eq!(incident.mitigated_at, Some(at("2026-10-05T11:00:00Z")));
    assert_eq!(incident.resolved_at(), Some(at("2026-10-05T12:00:00Z")));
    let kinds: Vec<_> = incident.timeline.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Note,
            EntryKind::Mitigated,
            EntryKind::Resolved,
            EntryKind::Note
        ]
    );
    assert_eq!(
        incident.gaps,
        ["2 updates on Statuspage could not be understood"]
    );
}

#[tokio::test]
async fn maintenance_is_no_incident_and_a_bad_row_hides_no_other() {
    let mut planned = row("m1", "2026-10-05T10:00:00Z", "resolved");
    planned["scheduled_for"] = json!("2026-10-05T11:00:00Z");
    let mut marked = row("m2", "2026-10-05T10:00:00Z", "resolved");
    marked["impact"] = json!("maintenance");
    let rows = [
        planned,
        marked,
        row("m3", "2026-10-05T10:00:00Z", "completed"),
        json!({"id": "bad", "created_at": "jo@example.com"}),
        row("i1", "2026-10-05T10:00:00Z", "resolved"),
    ];
    let (pulled, _) = pull(&[], &rows, vec![], None).await;
    assert_eq!(ids(&pulled), ["i1"]);
    let faults: Vec<_> = pulled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("incident bad is not an incident") && !faults[0].contains("jo@"));
}

#[tokio::test]
async fn one_that_was_open_is_followed_however_old_it_is() {
    let old = row("old", "2026-06-01T10:00:00Z", "investigating");
    let (first, _) = pull(&[old], &[], vec![], None).await;
    assert_eq!(ids(&first), ["old"]);
    assert_eq!(first.incidents[0].resolved_at(), None);

    // No list shows it now; asking for it fails, then works, then it is known to be over.
    let down = vec![("/incidents/old ", status(503, "{}"))];
    let (failed, _) = pull(&[], &[], down, Some(&first.watermark)).await;
    assert_eq!(failed.faults[0].kind, FaultKind::Unreadable);
    let over = ok(row("old", "2026-06-01T10:00:00Z", "resolved").to_string());
    let (second, _) = pull(
        &[],
        &[],
        vec![("/incidents/old ", over)],
        Some(&failed.watermark),
    )
    .await;
    assert_eq!(
        second.incidents[0].resolved_at(),
        Some(at("2026-10-05T12:00:00Z"))
    );
    let (third, stub) = pull(&[], &[], vec![], Some(&second.watermark)).await;
    assert_eq!(ids(&third), Vec::<&str>::new());
    assert_eq!(stub.seen().len(), 2, "nothing is asked for singly");
}

#[tokio::test]
async fn one_that_was_deleted_is_forgotten() {
    let (first, _) = pull(
        &[row("x", "2026-10-01T10:00:00Z", "identified")],
        &[],
        vec![],
        None,
    )
    .await;
    let (second, _) = pull(&[], &[], vec![], Some(&first.watermark)).await;
    assert_eq!((ids(&second), second.faults.len()), (vec![], 0));
    let (_, stub) = pull(&[], &[], vec![], Some(&second.watermark)).await;
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_list_that_does_not_end_is_told_and_read_again_from_where_we_were() {
    let rows: Vec<Value> = (0..100)
        .map(|n| row(&format!("i{n}"), "2026-10-05T10:00:00Z", "resolved"))
        .collect();
    let before = json!({"opened_at": "2026-10-04T00:00:00Z", "open": []});
    let (pulled, stub) = pull(&[], &rows, vec![], Some(&before)).await;
    assert_eq!(pulled.incidents.len(), 100);
    assert_eq!(pulled.faults[0].message, "its pages do not come to an end");
    assert_eq!(pulled.watermark["opened_at"], before["opened_at"]);
    assert_eq!(stub.seen().len(), 3);
}

#[rstest]
#[case(401, true)]
#[case(403, true)]
#[case(500, false)]
#[tokio::test]
async fn a_list_that_is_refused_is_somebodys_business(#[case] code: u16, #[case] theirs: bool) {
    let stub = Stub::playing(vec![status(code, "{}")]).await;
    let error = source(&stub)
        .pull(None, at(SINCE), at(SINCE))
        .await
        .unwrap_err();
    assert_eq!(
        matches!(error, SourceError::Misconfigured(_)),
        theirs,
        "{error}"
    );
}

#[tokio::test]
async fn the_detail_is_read_anew() {
    let over = ok(row("i1", "2026-10-05T10:00:00Z", "resolved").to_string());
    let (pulled, _) = pull(
        &[row("i1", "2026-10-05T10:00:00Z", "identified")],
        &[],
        vec![],
        None,
    )
    .await;
    let listed = &pulled.incidents[0];
    let stub = Stub::routing(vec![("/incidents/i1 ", over)]).await;
    let whole = source(&stub).detail(listed, at(SINCE)).await.unwrap();
    assert!(whole.resolved_at().is_some());
    let stub = Stub::routing(vec![]).await;
    let gone = source(&stub).detail(listed, at(SINCE)).await;
    assert!(matches!(gone, Err(SourceError::Gone(_))));
}
