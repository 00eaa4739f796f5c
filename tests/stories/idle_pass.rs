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
async fn three_hundred_finished_incidents_cost_no_more() {
    let incidents: Vec<Value> = (0..300)
        .map(|number| {
            json!({
                "title": format!("Something broke, number {number}"),
                "created_at": format!("-PT{}H", 40 + number % 80),
                "resolved_at": format!("-PT{}H", 30 + number % 80),
            })
        })
        .collect();
    // Pages are what costs an idle pass; without Google and Slack the test is quick.
    let installation = Setup::default()
        .seed(&json!({"people": people(), "incidents": incidents}))
        .set("schedule.concurrency", "64")
        .without("google")
        .without("slack")
        .start()
        .await;
    let report = installation.good_pass().await;
    assert_eq!(report.adopted.len(), 300);
    installation.sandbox.clear_calls();
    installation.advance(minutes(2));
    installation.good_pass().await;
    assert_eq!(calls_of(&installation), one_list_of_each());
}
