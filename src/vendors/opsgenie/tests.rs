#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::json;

use super::*;
use crate::vendors::http::Failure;
use crate::vendors::stub::{Stub, ok, status};

fn client(stub: &Stub) -> Opsgenie {
    Opsgenie::new(stub.http(), "s3cret".to_owned().into())
}

#[tokio::test]
async fn incidents_are_asked_for_by_status_and_search() {
    let stub = Stub::playing(vec![ok("{\"data\": []}"), ok("{}"), status(404, "{}")]).await;
    let client = client(&stub);
    let search = Some("priority: P1 & more");
    assert!(
        client
            .incidents(Status::Resolved, search, 100)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        client
            .incidents(Status::Open, None, 0)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(client.incident("a/b").await.unwrap().is_none());
    let seen = stub.seen();
    assert!(
        seen[0].starts_with("GET /v1/incidents?query=status%3A+resolved+AND+%28priority%3A+P1+%26+more%29&sort=createdAt&order=desc&limit=100&offset=100 "),
        "{}", seen[0]
    );
    assert!(
        seen[1].starts_with("GET /v1/incidents?query=status%3A+open&sort="),
        "{}",
        seen[1]
    );
    assert!(
        seen[2].starts_with("GET /v1/incidents/a%2Fb?identifierType=id "),
        "{}",
        seen[2]
    );
    assert!(
        seen.iter()
            .all(|seen| seen.contains("authorization: GenieKey s3cret"))
    );
}

#[tokio::test]
async fn an_incident_full_of_surprises_is_read() {
    let rows = json!({"data": [
        {"id": "a", "createdAt": "2026-10-05T10:00:00Z", "status": "pondered", "tinyId": 7, "message": null, "priority": {},
         "responders": [{"type": "user", "id": "u"}, {"type": "team"}, null], "impactedServices": ["s", 4],
         "extraProperties": null, "links": null, "impactStartDate": ""},
        {"id": "b"},
    ]});
    let stub = Stub::playing(vec![ok(rows.to_string())]).await;
    let read = client(&stub)
        .incidents(Status::Open, None, 0)
        .await
        .unwrap();
    assert_eq!(read.unreadable[0].id.as_deref(), Some("b"));
    let odd = &read.read[0];
    assert_eq!((odd.status, &odd.tiny_id), (Status::Unknown, &None));
    assert_eq!(
        (odd.responders.read.len(), &odd.impacted_services.read[..]),
        (1, &["s".to_owned()][..])
    );
}

fn entry(id: &str, at: &str, description: &Value) -> Value {
    json!({"id": id, "type": "Thing", "eventTime": at, "description": description, "actor": {"name": "Ada", "type": "user"}})
}

#[tokio::test]
async fn a_timeline_is_read_to_its_end_without_what_is_hidden() {
    let mut hidden = entry("2", "2026-10-05T10:01:00Z", &json!("secret"));
    hidden["hidden"] = json!(true);
    let first = json!({"data": {"nextOffset": "o1", "entries": [
        entry("1", "2026-10-05T10:00:00Z", &json!({"name": "It began", "type": "text"})), hidden, {"id": "3"},
    ]}});
    let second = json!({"data": {"nextOffset": "o2", "entries": [
        entry("4", "2026-10-05T10:02:00Z", &Value::Null),
        {"id": null, "type": null, "eventTime": "2026-10-05T10:03:00Z", "actor": null, "description": " It ended "},
    ]}});
    let end = json!({"data": {"nextOffset": "o3", "entries": []}});
    let script = [first, second, end].map(|page| ok(page.to_string()));
    let stub = Stub::playing(script.to_vec()).await;
    let story = client(&stub).timeline("a").await.unwrap();
    let told: Vec<_> = story
        .entries
        .iter()
        .map(|e| (&*e.text, e.by.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("It began", Some("Ada")),
            ("Thing", Some("Ada")),
            ("It ended", None)
        ]
    );
    assert_eq!((story.unreadable, story.reach), (1, Reach::Whole));
    assert!(stub.seen()[1].contains("&offset=o1 "));
}

#[tokio::test]
async fn pages_that_repeat_end() {
    let page = json!({"data": {"nextOffset": "o1", "entries": [entry("1", "2026-10-05T10:00:00Z", &json!("a"))]}});
    let stub = Stub::playing(vec![ok(page.to_string())]).await;
    let story = client(&stub).timeline("a").await.unwrap();
    assert_eq!((story.entries.len(), story.reach), (1, Reach::BrokenOff));
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_log_follows_its_next_page_and_never_to_another_host() {
    let entry = |log: &str| json!({"log": log, "type": "system", "owner": "ada@example.com", "createdAt": "2026-10-05T10:00:00Z", "offset": "1"});
    let page = |log: &str, next: &str| {
        ok(json!({"data": [entry(log), {"log": null}], "paging": {"next": next}}).to_string())
    };
    let stub = Stub::playing(vec![
        page("a", "/v1/incidents/a/logs?offset=x"),
        page("b", "https://elsewhere.example.com/"),
    ])
    .await;
    let story = client(&stub).log("a").await.unwrap();
    let told: Vec<_> = story.entries.iter().map(|entry| &*entry.text).collect();
    assert_eq!(told, ["a", "b"]);
    assert_eq!((story.unreadable, story.reach), (2, Reach::BrokenOff));
    assert!(stub.seen()[1].starts_with("GET /v1/incidents/a/logs?offset=x "));
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn users_come_once_and_an_error_gives_its_words() {
    let users = json!({"data": [{"id": "1", "username": "ada@example.com", "fullName": null}, {"id": "1"}, {}]});
    let stub = Stub::playing(vec![
        ok(users.to_string()),
        status(422, json!({"message": "No"}).to_string()),
    ])
    .await;
    let client = client(&stub);
    assert!(!client.users().await.unwrap().is_empty());
    let failure = client.users().await.unwrap_err().failure;
    assert_eq!(
        failure,
        Failure::Refused {
            status: 422,
            message: "No".into()
        }
    );
}
