//! A pass with nothing to do costs two calls, however many incidents lie behind it.

use serde_json::{Value, json};

use crate::support::seeds::{one_incident, people};
use crate::support::{Installation, Setup, minutes};

fn calls_of(installation: &Installation) -> Vec<(String, String)> {
    let mut calls: Vec<(String, String)> = installation
        .calls()
        .into_iter()
        .map(|call| (call.vendor, format!("{} {}", call.method, call.path)))
        .collect();
    calls.sort();
    calls
}

fn one_list_of_each() -> [(String, String); 2] {
    [
        ("confluence".to_owned(), "GET /wiki/api/v2/tasks".to_owned()),
        ("pagerduty".to_owned(), "GET /incidents".to_owned()),
    ]
}

#[tokio::test]
async fn an_idle_pass_asks_pagerduty_once_and_confluence_once() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation.sandbox.clear_calls();
    installation.advance(minutes(2));
    installation.good_pass().await;
    assert_eq!(calls_of(&installation), one_list_of_each());
}

#[tokio::test]
async fn six_hundred_incidents_of_the_past_cost_no_more() {
    // Three hundred that PagerDuty still lists, and three hundred with a page each, which is what could cost.
    let old: Vec<Value> = (0..300)
        .map(|number| {
            json!({
                "title": format!("Something broke, number {number}"),
                "created_at": format!("-PT{}H", 1_000 + number),
                "resolved_at": format!("-PT{}H", 900 + number),
            })
        })
        .collect();
    let installation = Setup::default()
        .seed(&json!({"people": people(), "incidents": old}))
        .without("announcement")
        .without("google")
        .without("slack")
        .start()
        .await;
    for number in 0..300 {
        let finished = json!({
            "id": format!("INC-{number}"),
            "title": "Something else broke",
            "service": "checkout",
            "opened_at": "2026-03-01T08:00:00Z",
            "resolved_at": "2026-03-01T10:00:00Z",
        });
        let file = installation.incident_files().join(format!("{number}.json"));
        std::fs::write(file, finished.to_string()).unwrap();
    }
    let report = installation.good_pass().await;
    assert_eq!(report.adopted.len(), 300);
    installation.sandbox.clear_calls();
    installation.advance(minutes(2));
    installation.good_pass().await;
    assert_eq!(calls_of(&installation), one_list_of_each());
}
