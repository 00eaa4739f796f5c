//! Data Center's answers, word for word as servers were seen to give them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::{Value, json};

use super::super::*;
use super::body_of;
use crate::vendors::stub::{Line, Stub, http_to, ok, status};

fn client(stub: &Stub) -> Confluence {
    let credentials = Credentials::PersonalAccessToken("s3cret".to_owned().into());
    Confluence::new(http_to(&format!("{}confluence", stub.url)), &credentials)
}

fn refusal(code: u16, message: &str, allowed_in_read_only_mode: bool) -> Line {
    let body = json!({
        "statusCode": code,
        "data": {
            "authorized": false, "valid": true, "errors": [], "successful": false,
            "allowedInReadOnlyMode": allowed_in_read_only_mode,
        },
        "message": message,
        "reason": "Not Found",
    });
    status(code, body.to_string())
}

fn page_json(id: &str, title: &str) -> Value {
    json!({
        "id": id, "type": "page", "status": "current", "title": title,
        "space": {"id": 98306, "key": "OPS", "name": "Operations"},
        "history": {"latest": true, "createdDate": "2026-10-05T12:00:00.000+02:00",
                    "createdBy": {"type": "known", "username": "debrief", "userKey": "8a01", "displayName": "Debrief"}},
        "version": {"number": 1, "when": "2026-10-05T12:00:00.000+02:00"},
        "ancestors": [{"id": "500000", "type": "page"}, {"id": "500001", "type": "page"}],
        "body": {"storage": {"value": "<p>now</p>", "representation": "storage"}},
        "_links": {"webui": "/spaces/OPS/pages/77/Checkout", "base": "https://wiki.example.com/confluence", "context": "/confluence"},
    })
}

fn new_page<'a>(space: &'a SpaceRef, audience: Audience) -> NewPage<'a> {
    NewPage {
        space,
        parent_id: Some("500001"),
        title: "Checkout",
        storage: "<p>now</p>",
        audience,
    }
}

#[tokio::test]
async fn a_page_is_created_below_the_context_path() {
    let stub = Stub::playing(vec![ok(page_json("77", "Checkout").to_string())]).await;
    let space = SpaceRef::kept("OPS");
    let page = client(&stub)
        .create_page(&new_page(&space, Audience::Space))
        .await
        .unwrap();
    assert_eq!(
        page.url,
        "https://wiki.example.com/confluence/spaces/OPS/pages/77/Checkout"
    );
    assert_eq!((page.id.as_str(), page.version), ("77", 1));
    assert_eq!(page.parent_id.as_deref(), Some("500001"));
    assert_eq!(page.author_id.as_deref(), Some("8a01"));
    assert_eq!(page.space, Some(SpaceRef::kept("OPS")));
    assert_eq!(page.created_at.unwrap().to_string(), "2026-10-05T10:00:00Z");
    let seen = &stub.seen()[0];
    assert!(
        seen.starts_with("POST /confluence/rest/api/content?expand="),
        "{seen}"
    );
    assert!(seen.contains("authorization: Bearer s3cret"));
    assert!(seen.contains("x-atlassian-token: no-check"));
    assert_eq!(
        body_of(seen),
        json!({
            "type": "page", "title": "Checkout", "space": {"key": "OPS"}, "ancestors": [{"id": "500001"}],
            "body": {"storage": {"representation": "storage", "value": "<p>now</p>"}},
        })
    );
}

#[rstest]
#[case::a_taken_title(
    400,
    "A page with this title already exists: A page already exists with the title Checkout in the space with key OPS",
    "conflict: A page with this title already exists: A page already exists with the title Checkout in the space with key OPS"
)]
#[case::a_taken_title_as_a_fault(
    500,
    "A page already exists with the title X: title already exists",
    "conflict: A page already exists with the title X: title already exists"
)]
#[case::no_permission(
    403,
    "Could not create content with type page",
    "403 Could not create content with type page"
)]
#[case::nothing_there(404, "No space with key : OPS", "not found: No space with key : OPS")]
#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words(
    #[case] code: u16,
    #[case] message: &str,
    #[case] expected: &str,
) {
    let stub = Stub::playing(vec![refusal(code, message, true)]).await;
    let space = SpaceRef::kept("OPS");
    let error = client(&stub)
        .create_page(&new_page(&space, Audience::Space))
        .await
        .unwrap_err();
    assert_eq!(error.failure.to_string(), expected);
}

#[rstest]
#[case(403)]
#[case(405)]
#[case(503)]
#[tokio::test]
async fn read_only_mode_is_said_clearly_and_passes(#[case] code: u16) {
    let stub = Stub::playing(vec![refusal(code, "denied", false)]).await;
    let error = client(&stub).comment("77", "<p/>").await.unwrap_err();
    assert!(error.to_string().contains("read-only mode"), "{error}");
    assert!(!error.is_permanent());
}

#[rstest]
#[case::a_page(Line::Answer(200, "content-type: text/html\r\n", "<!DOCTYPE html><title>Log in</title>".into()))]
#[case::nothing(Line::Answer(200, "content-type: text/html\r\n", String::new()))]
#[tokio::test]
async fn a_login_page_means_that_the_credentials_are_refused(#[case] answer: Line) {
    let stub = Stub::playing(vec![answer]).await;
    let error = client(&stub).page("77").await.unwrap_err();
    assert!(matches!(error.failure, Failure::Unauthorized(_)), "{error}");
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn a_closed_list_is_made_up_for_by_the_search() {
    let found = json!({"results": [page_json("77", "Say \"hi\" \\ 1")], "start": 0, "limit": 50, "size": 1, "_links": {}});
    let stub = Stub::playing(vec![refusal(403, "forbidden", true), ok(found.to_string())]).await;
    let found = client(&stub)
        .pages_titled(&SpaceRef::kept("OPS"), "Say \"hi\" \\ 1")
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let seen = stub.seen();
    assert!(seen[0].starts_with("GET /confluence/rest/api/content?type=page&spaceKey=OPS&title="));
    let asked = seen[1].split(' ').nth(1).unwrap();
    let query = url::Url::parse(&format!("http://x{asked}")).unwrap();
    let cql = query
        .query_pairs()
        .find(|(name, _)| name == "cql")
        .unwrap()
        .1
        .into_owned();
    assert_eq!(
        cql,
        r#"type = page and space = "OPS" and title = "Say \"hi\" \\ 1""#
    );
}

#[tokio::test]
async fn a_list_is_followed_by_its_start_and_ends() {
    let part = |ids: &[&str], next: bool| {
        let results: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id, "type": "comment", "body": {"storage": {"value": "x"}}}))
            .collect();
        let links = if next {
            json!({"next": "/rest/api/content/77/child/comment?start=2", "base": "https://wiki.example.com"})
        } else {
            json!({})
        };
        ok(json!({"results": results, "_links": links}).to_string())
    };
    let stub = Stub::playing(vec![
        part(&["1", "2"], true),
        part(&["3"], true),
        part(&[], true),
    ])
    .await;
    let comments = client(&stub).comments("77").await.unwrap();
    assert_eq!(comments.len(), 3);
    let seen = stub.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen[1].contains("&start=2 "), "{}", seen[1]);
    assert!(seen[2].contains("&start=3 "), "{}", seen[2]);
}

#[tokio::test]
async fn ids_may_be_numbers_and_much_may_be_missing() {
    let bare = json!({"id": 77, "type": "page"});
    let stub = Stub::playing(vec![ok(bare.to_string())]).await;
    let page = client(&stub).page("77").await.unwrap().unwrap();
    assert_eq!((page.id.as_str(), page.status), ("77", PageStatus::Unknown));
    assert!(
        page.url
            .ends_with("/confluence/pages/viewpage.action?pageId=77")
    );
}

#[tokio::test]
async fn a_property_is_read_and_changed_by_its_key() {
    let read = json!({"id": 8, "key": "debrief", "value": {"a": 1}, "version": {"number": 4}});
    let changed = json!({"id": "8", "key": "debrief", "value": {"a": 2}, "version": {"number": 5}});
    let stub = Stub::playing(vec![ok(read.to_string()), ok(changed.to_string())]).await;
    let client = client(&stub);
    let read = client.property("77", "debrief").await.unwrap().unwrap();
    let written = client
        .update_property("77", &read, &json!({"a": 2}))
        .await
        .unwrap();
    assert_eq!(written.version, 5);
    let seen = stub.seen();
    assert!(
        seen[0].starts_with("GET /confluence/rest/api/content/77/property/debrief?expand=version ")
    );
    assert!(seen[1].starts_with("PUT /confluence/rest/api/content/77/property/debrief "));
    assert_eq!(body_of(&seen[1])["version"]["number"], 5);
}

fn bodies(pages: &[(&str, &str)]) -> Line {
    let results: Vec<Value> = pages
        .iter()
        .map(|(id, storage)| json!({"id": id, "type": "page", "body": {"storage": {"value": storage}}}))
        .collect();
    ok(json!({"results": results, "_links": {}}).to_string())
}

fn task(id: u32, status: &str, due: &str) -> String {
    format!(
        "<ac:task-list><ac:task><ac:task-id>{id}</ac:task-id><ac:task-status>{status}</ac:task-status><ac:task-body>\
         <span>Do {id} <ac:link><ri:user ri:userkey=\"8a0{id}\" /></ac:link> <time datetime=\"{due}\" /></span>\
         </ac:task-body></ac:task></ac:task-list>"
    )
}

#[tokio::test]
async fn tasks_are_read_from_fifty_pages_at_a_time() {
    let first = format!(
        "<p>&nbsp;</p>{}{}{}",
        task(1, "incomplete", "2026-03-04"),
        task(2, "complete", "2026-03-04"),
        task(3, "incomplete", "2026-03-06")
    );
    let stub = Stub::playing(vec![
        bodies(&[("1", &first), ("2", "<p>broken"), ("3", "")]),
        bodies(&[("51", &task(4, "incomplete", "2026-03-01"))]),
    ])
    .await;
    let query = TaskQuery {
        status: Some(TaskStatus::Incomplete),
        due_to: Some("2026-03-05T00:00:00Z".parse().unwrap()),
        page_ids: (1..=51).map(|id| id.to_string()).collect(),
        ..TaskQuery::default()
    };
    let client = client(&stub);
    let page = client.tasks(&query, None).await.unwrap();
    let told: Vec<_> = page
        .tasks
        .iter()
        .map(|task| (task.id.as_str(), task.assigned_to.as_deref(), task.text()))
        .collect();
    assert_eq!(told, [("1/1", Some("8a01"), "Do 1".to_owned())]);
    assert_eq!(page.tasks[0].date(), Some(jiff::civil::date(2026, 3, 4)));
    let last = client.tasks(&query, page.next).await.unwrap();
    assert_eq!(last.tasks[0].id, "51/4");
    assert_eq!(last.next, None);
    let seen = stub.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen[0].contains("cql=id+in+%281%2C2%2C"), "{}", seen[0]);
    assert!(seen[1].contains("cql=id+in+%2851%29&"), "{}", seen[1]);
}

#[tokio::test]
async fn without_the_search_pages_are_read_one_by_one() {
    let one =
        json!({"id": "1", "body": {"storage": {"value": task(1, "incomplete", "2026-03-04")}}});
    let stub = Stub::playing(vec![
        status(403, "<html>closed</html>"),
        refusal(404, "No content found with id: ContentId{id=7}", true),
        ok(one.to_string()),
    ])
    .await;
    let query = TaskQuery {
        page_ids: ["7", "1", "x", ""].map(str::to_owned).to_vec(),
        ..TaskQuery::default()
    };
    let page = client(&stub).tasks(&query, None).await.unwrap();
    assert_eq!(page.tasks.len(), 1);
    assert_eq!(stub.seen().len(), 3);
}

#[tokio::test]
async fn no_page_no_call() {
    let stub = Stub::playing(vec![status(500, "{}")]).await;
    let page = client(&stub)
        .tasks(&TaskQuery::default(), None)
        .await
        .unwrap();
    assert!(page.tasks.is_empty() && page.next.is_none());
    assert_eq!(stub.seen().len(), 0);
}

#[tokio::test]
async fn people_have_names_and_no_addresses() {
    let stub = Stub::playing(vec![
        ok(json!({"type": "known", "username": "ada", "userKey": "8a01", "displayName": "Ada Example"}).to_string()),
        refusal(404, "No user found", true),
        ok(json!({"type": "known", "username": "bo", "userKey": "8a03", "displayName": ""}).to_string()),
    ])
    .await;
    let users = client(&stub)
        .users(&["8a01", "8a02", "8a03"])
        .await
        .unwrap();
    let told: Vec<_> = users
        .iter()
        .map(|user| {
            (
                user.account_id.as_str(),
                user.name.as_str(),
                user.email.as_deref(),
            )
        })
        .collect();
    assert_eq!(told, [("8a01", "Ada Example", None), ("8a03", "bo", None)]);
}

#[tokio::test]
async fn an_anonymous_answer_means_that_the_token_is_refused() {
    let anonymous = json!({"type": "anonymous", "displayName": "Anonymous"});
    let stub = Stub::playing(vec![ok(anonymous.to_string())]).await;
    let error = client(&stub).current_user().await.unwrap_err();
    assert!(matches!(error.failure, Failure::Unauthorized(_)), "{error}");
}

#[tokio::test]
async fn a_private_page_is_closed_before_it_tells_anything() {
    let stub = Stub::playing(vec![
        ok(json!({"username": "debrief", "userKey": "8a01"}).to_string()),
        ok(page_json("77", "Being prepared").to_string()),
        ok(json!({"results": []}).to_string()),
        ok(page_json("77", "Checkout").to_string()),
    ])
    .await;
    let space = SpaceRef::kept("OPS");
    client(&stub)
        .create_page(&new_page(&space, Audience::Author))
        .await
        .unwrap();
    let seen = stub.seen();
    let held = body_of(&seen[1]);
    assert!(!held.to_string().contains("Checkout"));
    assert!(!held.to_string().contains("now"));
    assert_eq!(
        body_of(&seen[2]),
        json!([
            {"operation": "read", "restrictions": {"user": [{"type": "known", "userKey": "8a01"}], "group": []}},
            {"operation": "update", "restrictions": {"user": [{"type": "known", "userKey": "8a01"}], "group": []}},
        ])
    );
    assert!(seen[3].starts_with("PUT /confluence/rest/api/content/77?"));
    let filled = body_of(&seen[3]);
    assert_eq!(
        (&filled["title"], &filled["version"]["number"]),
        (&json!("Checkout"), &json!(2))
    );
}

#[tokio::test]
async fn restrictions_are_read_with_people_and_groups() {
    let read = json!({"operation": "read", "restrictions": {
        "user": {"results": [{"type": "known", "username": "ada", "userKey": "8a02"}], "start": 0, "limit": 200, "size": 1},
        "group": {"results": [{"type": "group", "name": "security"}], "start": 0, "limit": 200, "size": 1},
    }});
    let none = json!({"operation": "read", "restrictions": {"user": {"results": []}, "group": {"results": []}}});
    let stub = Stub::playing(vec![ok(read.to_string()), ok(none.to_string())]).await;
    let client = client(&stub);
    let readers = Readers {
        users: vec!["8a02".into()],
        groups: vec!["security".into()],
    };
    assert_eq!(client.restriction("77").await.unwrap(), Some(readers));
    assert_eq!(client.restriction("77").await.unwrap(), None);
    assert!(
        stub.seen()[0].starts_with(
            "GET /confluence/rest/api/content/77/restriction/byOperation/read?expand="
        )
    );
}
