#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;

use super::*;
use crate::sandbox::scenario;

const NOW: &str = "2026-10-06T12:00:00Z";

fn page() -> Statuspage {
    let update = |at: &str, status: &str| json!({"at": at, "status": status, "body": status});
    let seed = json!({"statuspage": [
        {"id": "a", "name": "Down", "components": ["API"], "created_at": "-PT5H",
         "updates": [update("-PT1H", "resolved"), update("-PT5H", "investigating"), update("-PT2H", "monitoring")]},
        {"id": "b", "name": "Slow", "created_at": "-PT4H", "updates": [update("-PT4H", "identified")]},
        {"id": "c", "name": "Work", "created_at": "-PT3H", "scheduled_at": "+PT3H", "impact": "maintenance", "updates": [update("-PT3H", "scheduled")]},
    ]});
    let now: Timestamp = NOW.parse().unwrap();
    let mut page = Statuspage::new();
    let seed = scenario::read(&seed.to_string(), now).unwrap();
    page.seed(&seed, now).unwrap();
    page
}

fn get(path: &str, query: &[(&str, &str)], key: &str) -> (u16, Value) {
    let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
    let request = Request {
        method: "GET".to_owned(),
        path: format!("/v1/pages/{path}"),
        query: query.iter().map(owned).collect(),
        headers: vec![("authorization".to_owned(), key.to_owned())],
        body: Vec::new(),
    };
    let reply = page().answer(&request, NOW.parse().unwrap());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[rstest]
#[case("incidents", &[], &["c", "b", "a"])]
#[case("incidents", &[("limit", "2"), ("page", "2")], &["a"])]
#[case("incidents/unresolved", &[("per_page", "100"), ("page", "1")], &["c", "b"])]
fn lists_are_newest_first(
    #[case] path: &str,
    #[case] query: &[(&str, &str)],
    #[case] expected: &[&str],
) {
    let (status, body) = get(&format!("{PAGE}/{path}"), query, KEY);
    let ids: Vec<&str> = body
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!((status, ids), (200, expected.to_vec()));
}

#[test]
fn an_incident_stands_where_its_last_update_says() {
    let (_, one) = get(&format!("{PAGE}/incidents/a"), &[], KEY);
    assert_eq!(one["status"], "resolved");
    assert_eq!(one["resolved_at"], "2026-10-06T11:00:00Z");
    assert_eq!(one["monitoring_at"], "2026-10-06T10:00:00Z");
    assert_eq!(one["incident_updates"][0]["status"], "resolved");
}

#[rstest]
#[case("sandboxpage1/incidents", &[("since", "x")], KEY, 400)]
#[case("sandboxpage1/incidents", &[("page", "0")], KEY, 400)]
#[case("sandboxpage1/incidents", &[], "OAuth other", 401)]
#[case("otherpage/incidents", &[], KEY, 404)]
#[case("sandboxpage1/incidents/z", &[], KEY, 404)]
fn what_is_not_described_is_refused(
    #[case] path: &str,
    #[case] query: &[(&str, &str)],
    #[case] key: &str,
    #[case] expected: u16,
) {
    assert_eq!(get(path, query, key).0, expected);
}
