#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;

use super::*;
use crate::sandbox::scenario;

const NOW: &str = "2026-10-06T12:00:00Z";

fn account() -> Opsgenie {
    let seed = json!({
        "people": [{"name": "Ada Example", "email": "ada@example.com"}],
        "opsgenie": [
            {"id": "a", "message": "Down", "priority": "P1", "services": ["Shop"], "responders": ["ada@example.com"], "created_at": "-PT5H", "resolved_at": "-PT1H",
             "timeline": [{"at": "-PT4H", "type": "ResponderAlertAcknowledged", "by": "ada@example.com", "text": "Took it"}]},
            {"id": "b", "message": "Slow", "created_at": "-PT2H"},
        ],
    });
    let now: Timestamp = NOW.parse().unwrap();
    let mut account = Opsgenie::new();
    let seed = scenario::read(&seed.to_string(), now).unwrap();
    account.seed(&seed, now).unwrap();
    account
}

fn get(path: &str, query: &[(&str, &str)], key: &str) -> (u16, Value) {
    let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
    let request = Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.iter().map(owned).collect(),
        headers: vec![("authorization".to_owned(), key.to_owned())],
        body: Vec::new(),
    };
    let reply = account().answer(&request, NOW.parse().unwrap());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

const SORTED: [(&str, &str); 2] = [("sort", "createdAt"), ("order", "desc")];

#[rstest]
#[case("status: open", &["b"])]
#[case("status: resolved", &["a"])]
#[case("status: resolved AND (priority: P1)", &["a"])]
#[case("status: resolved AND (priority: P2)", &[])]
#[case("status: closed", &[])]
fn a_search_finds_by_status_and_priority(#[case] query: &str, #[case] expected: &[&str]) {
    let asked = [SORTED.as_slice(), &[("query", query)]].concat();
    let (status, body) = get("/v1/incidents", &asked, KEY);
    let ids: Vec<&str> = body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!((status, ids), (200, expected.to_vec()));
}

#[rstest]
#[case::no_query(&[], 422)]
#[case::an_unknown_parameter(&[("query", "status: open"), ("since", "today")], 422)]
#[case::too_many(&[("query", "status: open"), ("limit", "101")], 422)]
#[case::another_search(&[("query", "status: open AND owner: me")], 422)]
fn what_opsgenie_would_not_understand_is_refused(
    #[case] query: &[(&str, &str)],
    #[case] expected: u16,
) {
    let asked = [SORTED.as_slice(), query].concat();
    assert_eq!(get("/v1/incidents", &asked, KEY).0, expected);
}

#[test]
fn an_incident_is_told_whole() {
    let (_, one) = get("/v1/incidents/a", &[("identifierType", "id")], KEY);
    let service = one["data"]["serviceId"].as_str().unwrap().to_owned();
    let (_, service) = get(&format!("/v1/services/{service}"), &[], KEY);
    assert_eq!(service["data"]["name"], "Shop");
    let (_, timeline) = get("/v2/incident-timelines/a/entries", &[("limit", "100")], KEY);
    assert_eq!(
        timeline["data"]["entries"][0]["actor"]["name"],
        "Ada Example"
    );
    assert_eq!(timeline["data"]["nextOffset"], "");
    let (_, log) = get("/v1/incidents/a/logs", &[], KEY);
    assert_eq!(log["data"][0]["owner"], "ada@example.com");
    let (_, users) = get("/v2/users", &[("limit", "500")], KEY);
    assert_eq!(users["data"][0]["id"], one["data"]["responders"][0]["id"]);
}

#[test]
fn nothing_is_told_without_the_key_and_nothing_of_what_is_not_there() {
    assert_eq!(get("/v1/incidents/a", &[], "GenieKey other").0, 401);
    assert_eq!(get("/v1/incidents/z", &[], KEY).0, 404);
    assert_eq!(get("/v1/services/z", &[], KEY).0, 404);
}

#[test]
fn a_seed_names_only_people_who_are_there() {
    let seed = json!({"opsgenie": [{"message": "Down", "responders": ["nobody@example.com"], "created_at": "-PT5H"}]});
    let now: Timestamp = NOW.parse().unwrap();
    let seed = scenario::read(&seed.to_string(), now).unwrap();
    assert!(
        Opsgenie::new()
            .seed(&seed, now)
            .unwrap_err()
            .contains("nobody@example.com")
    );
}
