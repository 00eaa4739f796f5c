#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;

use super::*;
use crate::vendors::stub::{Stub, ok, status};

fn client(stub: &Stub) -> PagerDuty {
    PagerDuty::new(stub.http(), "y_NbAkKc66ryYTWUXYEu".to_owned().into())
}

fn incident(id: &str) -> Value {
    json!({
        "id": id, "type": "incident", "incident_number": 12, "title": "Checkout is down",
        "status": "resolved", "created_at": "2026-10-01T10:00:00Z", "resolved_at": null
    })
}

#[tokio::test]
async fn resolved_incidents_are_asked_for_by_resolution() {
    let list = json!({"incidents": [incident("Q1")], "limit": 100, "offset": 0, "more": true, "total": null});
    let stub = Stub::playing(vec![ok(list.to_string())]).await;
    let page = client(&stub).resolved_page(200).await.unwrap();
    assert_eq!(page.rest, Rest::At(201));
    assert_eq!(page.incidents[0].number, Some(12));
    let seen = &stub.seen()[0];
    assert!(
        seen.starts_with(
            "GET /incidents?statuses%5B%5D=resolved&date_range=all&sort_by=resolved_at%3Adesc&limit=100&offset=200 "
        ),
        "{seen}"
    );
    assert!(seen.contains("accept: application/vnd.pagerduty+json;version=2"));
    assert!(seen.contains("authorization: Token token=y_NbAkKc66ryYTWUXYEu"));
}

#[tokio::test]
async fn there_is_no_more_past_what_may_be_paged() {
    let list = json!({"incidents": [incident("Q1")], "more": true});
    let stub = Stub::playing(vec![ok(list.to_string())]).await;
    let page = client(&stub).resolved_page(9_900).await.unwrap();
    assert_eq!(page.rest, Rest::OutOfReach);
}

#[tokio::test]
async fn an_incident_full_of_surprises_is_read() {
    let mut odd = incident("Q2");
    odd["status"] = "pondered".into();
    odd["urgency"] = "medium".into();
    odd["priority"] = json!({"id": "P", "summary": "P1", "name": "P1"});
    odd["teams"] = Value::Null;
    odd["service"] = json!({"id": "S", "type": "service_reference", "summary": null});
    odd["resolve_reason"] = json!({"type": "merge_resolve_reason", "incident": {"id": "Q9", "type": "incident_reference"}});
    odd["incidents_responders"] =
        json!([{"state": "joined", "user": {"id": "U1", "summary": "Ann"}}, {"user": null}]);
    odd["conference_bridge"] =
        json!({"conference_number": null, "conference_url": "https://chat.example/C1"});
    odd["custom_fields"] = json!([{"name": "impact", "display_name": "Impact", "value": ["a"]}]);
    let stub = Stub::playing(vec![ok(json!({ "incident": odd }).to_string())]).await;
    let incident = client(&stub).incident("Q2").await.unwrap().unwrap();
    assert_eq!(incident.status, IncidentStatus::Unknown);
    assert_eq!(incident.urgency, Some(Urgency::Unknown));
    assert_eq!(incident.priority.as_deref(), Some("P1"));
    assert_eq!(incident.merged_into.unwrap().id, "Q9");
    assert_eq!(incident.responders.len(), 1);
    assert_eq!(incident.custom_fields[0].value, json!(["a"]));
}

#[tokio::test]
async fn log_entries_of_all_pages_come_oldest_first_and_once() {
    let entry = |id: &str, kind: &str, at: &str| json!({"id": id, "type": kind, "created_at": at, "agent": null, "channel": {"type": "web"}});
    let first = json!({"more": true, "log_entries": [
        entry("R3", "resolve_log_entry", "2026-10-01T12:00:00Z"),
        entry("R2", "acknowledgement_log_entry", "2026-10-01T11:00:00Z"),
    ]});
    let second = json!({"more": false, "log_entries": [
        entry("R2", "acknowledge_log_entry", "2026-10-01T11:00:00Z"),
        entry("R1", "brand_new_log_entry", "2026-10-01T10:00:00Z"),
    ]});
    let stub = Stub::playing(vec![ok(first.to_string()), ok(second.to_string())]).await;
    let entries = client(&stub).log_entries("Q1").await.unwrap().entries;
    let kinds: Vec<_> = entries.into_iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            LogEntryKind::Other("brand_new_log_entry".into()),
            LogEntryKind::Acknowledge,
            LogEntryKind::Resolve
        ]
    );
    assert!(stub.seen()[1].contains("offset=2&"));
}

#[tokio::test]
async fn a_note_is_written_in_somebodys_name_once() {
    let stub = Stub::playing(vec![status(500, "")]).await;
    let outcome = client(&stub)
        .add_note("Q1", "ann@acme.example", "see page")
        .await;
    assert!(outcome.unwrap_err().may_have_happened());
    let seen = stub.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].contains("from: ann@acme.example"));
    assert!(seen[0].ends_with("{\"note\":{\"content\":\"see page\"}}"));
}

#[tokio::test]
async fn an_address_that_cannot_be_a_header_is_refused_before_anything_is_sent() {
    let stub = Stub::playing(vec![ok("{}")]).await;
    let outcome = client(&stub).add_note("Q1", "a@b\r\nX: y", "text").await;
    assert!(matches!(
        outcome.unwrap_err().failure,
        Failure::Refused { .. }
    ));
    assert!(stub.seen().is_empty());
}

#[rstest]
#[case(400, json!({"error": {"message": "Invalid Input", "code": 2001, "errors": ["Offset is too big"]}}), "400 Invalid Input; Offset is too big")]
#[case(402, json!({"error": {"message": "Account lacks ability", "code": 2014}}), "402 Account lacks ability")]
#[case(403, json!({"error": {"message": "Access Denied", "code": 2010}}), "403 2010: Access Denied")]
#[tokio::test]
async fn an_error_gives_all_its_words(
    #[case] code: u16,
    #[case] body: Value,
    #[case] expected: &str,
) {
    let stub = Stub::playing(vec![status(code, body.to_string())]).await;
    let error = client(&stub).notes("Q1").await.unwrap_err();
    assert_eq!(error.failure.to_string(), expected);
}

#[tokio::test]
async fn somebody_who_has_left_is_none() {
    let stub = Stub::playing(vec![status(
        404,
        "{\"error\": {\"message\": \"Not Found\"}}",
    )])
    .await;
    assert!(client(&stub).user("P1").await.unwrap().is_none());
}
