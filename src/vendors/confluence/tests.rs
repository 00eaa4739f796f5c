#![allow(clippy::unwrap_used, clippy::expect_used)]

mod data_center;

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::vendors::stub::{Stub, ok, status};

fn client(stub: &Stub) -> Confluence {
    let credentials = Credentials::ApiToken {
        email: "robot@example.com".into(),
        token: "s3cret".to_owned().into(),
    };
    Confluence::new(stub.http(), &credentials)
}

fn body_of(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[rstest]
#[case::second_generation(
    400,
    json!({"errors": [{"status": 400, "code": "INVALID", "title": "Invalid body", "detail": "row 3"}]}),
    "400 Invalid body: row 3"
)]
#[case::without_detail(404, json!({"errors": [{"title": "Not Found", "detail": null}]}), "not found: Not Found")]
#[case::first_generation(403, json!({"statusCode": 403, "message": "No permission"}), "403 No permission")]
#[case::a_taken_title(
    400,
    json!({"errors": [{"title": "A page with this title already exists in this space"}]}),
    "conflict: A page with this title already exists in this space"
)]
#[case::a_taken_title_of_an_old_server(
    500,
    json!({"message": "A page already exists with the same TITLE in this space; title already exists"}),
    "conflict: A page already exists with the same TITLE in this space; title already exists"
)]
#[case::a_version_that_is_past(409, json!({"errors": [{"title": "Version 3 expected"}]}), "conflict: Version 3 expected")]
#[case::a_missing_scope(
    401,
    json!({"message": "Unauthorized; scope does not match"}),
    "401 Unauthorized; scope does not match"
)]
#[tokio::test]
async fn errors_of_both_generations_are_read(
    #[case] code: u16,
    #[case] body: Value,
    #[case] expected: &str,
) {
    let stub = Stub::playing(vec![status(code, body.to_string())]).await;
    let space = SpaceRef::kept("1");
    let page = NewPage {
        space: &space,
        parent_id: None,
        title: "t",
        storage: "<p/>",
        audience: Audience::Space,
    };
    let error = client(&stub).create_page(&page).await.unwrap_err();
    assert_eq!(error.failure.to_string(), expected);
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn a_page_is_created_once_and_its_url_is_absolute() {
    let made = json!({
        "id": "77", "status": "current", "title": "Checkout", "spaceId": "1", "parentId": null,
        "authorId": "a1", "createdAt": "2026-10-05T10:00:00.000Z", "version": {"number": 1},
        "_links": {"webui": "/spaces/OPS/pages/77", "base": "https://acme.example/wiki"}
    });
    let stub = Stub::playing(vec![ok(made.to_string())]).await;
    let space = SpaceRef::kept("1");
    let page = NewPage {
        space: &space,
        parent_id: Some("9"),
        title: "Checkout",
        storage: "<p>now</p>",
        audience: Audience::Space,
    };
    let page = client(&stub).create_page(&page).await.unwrap();
    assert_eq!(page.url, "https://acme.example/wiki/spaces/OPS/pages/77");
    assert_eq!((page.id.as_str(), page.version), ("77", 1));
    let seen = &stub.seen()[0];
    assert!(seen.starts_with("POST /wiki/api/v2/pages HTTP"), "{seen}");
    // robot@example.com:s3cret
    assert!(seen.contains("authorization: Basic cm9ib3RAZXhhbXBsZS5jb206czNjcmV0"));
    assert_eq!(
        body_of(seen),
        json!({
            "spaceId": "1", "status": "current", "title": "Checkout", "parentId": "9",
            "body": {"representation": "storage", "value": "<p>now</p>"}
        })
    );
}

#[tokio::test]
async fn only_the_same_title_is_found_over_all_pages_of_the_list() {
    let page = |id: &str, title: &str| json!({"id": id, "status": "current", "title": title});
    let first = json!({
        "results": [page("1", "Outage 12"), page("2", "Outage 123")],
        "_links": {"next": "/wiki/api/v2/pages?limit=250&cursor=abc%3D", "base": "https://acme.example/wiki"}
    });
    let second = json!({"results": [page("3", "OUTAGE 12")], "_links": {}});
    let stub = Stub::playing(vec![ok(first.to_string()), ok(second.to_string())]).await;
    let found = client(&stub)
        .pages_titled(&SpaceRef::kept("1"), "Outage 12")
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(|page| page.id.as_str()).collect();
    assert_eq!(ids, ["1", "3"]);
    assert_eq!(
        found[0].url,
        "https://acme.example/wiki/pages/viewpage.action?pageId=1"
    );
    assert!(stub.seen()[0].contains("status=current&status=archived"));
    assert!(stub.seen()[1].contains("&cursor=abc%3D"));
}

#[tokio::test]
async fn a_page_that_is_not_there_is_no_error() {
    let stub = Stub::playing(vec![status(404, "{}")]).await;
    assert!(client(&stub).page("5").await.unwrap().is_none());
}

#[tokio::test]
async fn an_update_of_a_property_names_the_next_version() {
    let property =
        json!({"id": "8", "key": "debrief", "value": {"a": 1}, "version": {"number": 4}});
    let list = json!({"results": [property], "_links": {}});
    let changed = json!({"id": "8", "key": "debrief", "value": {"a": 2}, "version": {"number": 5}});
    let stub = Stub::playing(vec![ok(list.to_string()), ok(changed.to_string())]).await;
    let client = client(&stub);
    let read = client.property("7", "debrief").await.unwrap().unwrap();
    let written = client
        .update_property("7", &read, &json!({"a": 2}))
        .await
        .unwrap();
    assert_eq!(written.version, 5);
    let seen = &stub.seen()[1];
    assert!(seen.starts_with("PUT /wiki/api/v2/pages/7/properties/8 "));
    assert_eq!(
        body_of(seen),
        json!({"key": "debrief", "value": {"a": 2}, "version": {"number": 5}})
    );
}

#[tokio::test]
async fn tasks_are_asked_for_in_milliseconds_and_read_with_nulls() {
    let list = json!({
        "results": [{
            "id": "1", "localId": "2", "spaceId": "3", "pageId": "4", "blogPostId": null,
            "status": "incomplete", "body": {"storage": {"value": "<p>do</p>", "representation": "storage"}},
            "createdBy": "a", "assignedTo": null, "completedBy": null, "completedAt": null,
            "createdAt": "2026-10-05T10:00:00.000Z", "dueAt": "2026-10-06T00:00:00.000Z"
        }],
        "_links": {"next": "/wiki/api/v2/tasks?cursor=n2"}
    });
    let stub = Stub::playing(vec![ok(list.to_string())]).await;
    let query = TaskQuery {
        status: Some(TaskStatus::Incomplete),
        due_to: Some("2026-10-07T00:00:00Z".parse().unwrap()),
        space_ids: vec!["3".into(), "5".into()],
        ..TaskQuery::default()
    };
    let page = client(&stub).tasks(&query, None).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("n2"));
    assert_eq!(page.tasks[0].storage, "<p>do</p>");
    assert_eq!(page.tasks[0].assigned_to, None);
    assert!(
        stub.seen()[0]
            .contains("limit=250&status=incomplete&due-at-to=1791331200000&space-id=3&space-id=5")
    );
}

#[tokio::test]
async fn a_hidden_address_is_none() {
    let list = json!({"results": [
        {"accountId": "a", "displayName": "Ann", "email": "ann@example.com"},
        {"accountId": "b", "displayName": "", "publicName": "Bo", "email": ""},
        {"accountId": "c", "displayName": null}
    ]});
    let stub = Stub::playing(vec![ok(list.to_string())]).await;
    let users = client(&stub).users(&["a", "b", "c"]).await.unwrap();
    let told: Vec<_> = users
        .iter()
        .map(|user| (user.name.as_str(), user.email.as_deref()))
        .collect();
    assert_eq!(
        told,
        [("Ann", Some("ann@example.com")), ("Bo", None), ("c", None)]
    );
}
