#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::json;

use super::*;
use crate::vendors::http::Failure;
use crate::vendors::stub::{Stub, ok, status};

fn client(stub: &Stub) -> Statuspage {
    Statuspage::new(stub.http(), "s3cret".to_owned().into(), "p/1".to_owned())
}

#[tokio::test]
async fn incidents_are_asked_for_as_described() {
    let stub = Stub::playing(vec![ok("[]"), ok("[]"), status(404, "{}")]).await;
    let client = client(&stub);
    assert!(client.incidents(2).await.unwrap().is_empty());
    assert!(client.unresolved(1).await.unwrap().is_empty());
    assert!(client.incident("i1").await.unwrap().is_none());
    let seen = stub.seen();
    assert!(
        seen[0].starts_with("GET /v1/pages/p%2F1/incidents?limit=100&page=2 "),
        "{}",
        seen[0]
    );
    assert!(
        seen[1].starts_with("GET /v1/pages/p%2F1/incidents/unresolved?per_page=100&page=1 "),
        "{}",
        seen[1]
    );
    assert!(
        seen[2].starts_with("GET /v1/pages/p%2F1/incidents/i1 "),
        "{}",
        seen[2]
    );
    assert!(
        seen.iter()
            .all(|seen| seen.contains("authorization: OAuth s3cret"))
    );
}

#[tokio::test]
async fn an_incident_full_of_surprises_is_read() {
    let rows = json!([
        {"id": "i1", "created_at": "2026-10-05T10:00:00.123Z", "status": "pondered", "impact": 4, "name": null,
         "resolved_at": "soon", "components": [{"name": "API"}, {"name": null}], "incident_updates": null},
        {"id": "i2", "created_at": null},
        {"id": "i3", "created_at": "2026-10-05T10:00:00Z", "status": "postmortem", "incident_updates": [{"body": null}, 7]},
    ]);
    let stub = Stub::playing(vec![ok(rows.to_string())]).await;
    let read = client(&stub).incidents(1).await.unwrap();
    assert_eq!(read.unreadable[0].id.as_deref(), Some("i2"));
    let [odd, over] = &read.read[..] else {
        panic!("{read:?}")
    };
    assert_eq!((odd.status, odd.resolved_at), (Status::Unknown, None));
    assert_eq!(odd.components.read.len(), 1);
    assert_eq!(over.status, Status::Postmortem);
    assert_eq!(over.incident_updates.len(), 2);
}

#[tokio::test]
async fn an_error_gives_its_words() {
    for body in [
        json!({"message": "Could not authenticate"}),
        json!({"error": ["Could not authenticate"]}),
    ] {
        let stub = Stub::playing(vec![status(401, body.to_string())]).await;
        let error = client(&stub).incidents(1).await.unwrap_err();
        assert_eq!(
            error.failure,
            Failure::Unauthorized("Could not authenticate".into())
        );
    }
}
