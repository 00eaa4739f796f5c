#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use rstest::rstest;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::playbook::incident::{Detail, EntryKind};

const SINCE: &str = "2026-01-01T00:00:00Z";
const NEVER: &str = "0001-01-01T00:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn alert(name: &str, starts_at: &str, ends_at: &str) -> Value {
    json!({
        "status": if ends_at == NEVER { "firing" } else { "resolved" },
        "labels": {"alertname": name, "instance": "eu-1", "service": "checkout", "severity": "critical"},
        "annotations": {"summary": format!("{name} is bad")},
        "startsAt": starts_at,
        "endsAt": ends_at,
        "generatorURL": "https://prometheus.example.com/graph?g0.expr=up",
        "fingerprint": format!("fp-{name}"),
    })
}

fn payload(group: &str, alerts: &[Value]) -> Value {
    json!({
        "version": "4",
        "groupKey": group,
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "debrief",
        "groupLabels": {"alertname": "HighLatency"},
        "commonLabels": {"alertname": "HighLatency", "service": "checkout", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "https://alertmanager.example.com",
        "alerts": alerts,
    })
}

async fn pull(payloads: &[Value]) -> Pulled {
    let texts: Vec<String> = payloads.iter().map(Value::to_string).collect();
    pull_texts(&texts).await
}

async fn pull_texts(texts: &[String]) -> Pulled {
    let folder = TempDir::new().unwrap();
    for (n, text) in texts.iter().enumerate() {
        fs::write(folder.path().join(format!("{n:03}.json")), text).unwrap();
    }
    source(&folder)
        .pull(None, time(SINCE), time("2026-10-20T00:00:00Z"))
        .await
        .unwrap()
}

fn source(folder: &TempDir) -> Alertmanager {
    let labels = Labels {
        service: "service".to_owned(),
        severity: "severity".to_owned(),
    };
    Alertmanager::new(folder.path(), labels)
}

/// When each incident began and ended.
fn spans(pulled: &Pulled) -> Vec<(String, Option<String>)> {
    let spans = pulled.incidents.iter();
    spans
        .map(|incident| {
            let at = |at: Timestamp| at.strftime("%H:%M").to_string();
            (at(incident.opened_at), incident.resolved_at().map(at))
        })
        .collect()
}

fn span(from: &str, to: Option<&str>) -> (String, Option<String>) {
    (from.to_owned(), to.map(str::to_owned))
}

const TEN: &str = "2026-10-05T10:00:00Z";
const ELEVEN: &str = "2026-10-05T11:00:00Z";
const NOON: &str = "2026-10-05T12:00:00Z";
const ONE: &str = "2026-10-05T13:00:00Z";

#[tokio::test]
async fn what_fired_and_was_resolved_is_one_incident_however_often_it_was_told() {
    let firing = payload("g", &[alert("HighLatency", TEN, NEVER)]);
    let over = payload("g", &[alert("HighLatency", TEN, ELEVEN)]);
    // The resolved one first, by name: payloads carry no time of their own.
    let pulled = pull(&[over, firing.clone(), firing.clone()]).await;
    assert_eq!(pulled.faults, []);
    assert_eq!(spans(&pulled), [span("10:00", Some("11:00"))]);
    let incident = &pulled.incidents[0];
    assert_eq!(incident.detail, Detail::Full);
    assert_eq!(incident.title, "HighLatency is bad");
    assert_eq!(incident.service, "checkout");
    assert_eq!(incident.severity.as_deref(), Some("critical"));
    assert_eq!(
        incident.url.as_deref(),
        Some("https://prometheus.example.com/graph?g0.expr=up")
    );
    assert!(
        incident.reference.starts_with("AL-"),
        "{}",
        incident.reference
    );
    let told: Vec<_> = incident
        .timeline
        .iter()
        .map(|entry| (entry.kind, entry.by.as_deref(), entry.text.to_plain()))
        .collect();
    assert_eq!(
        told,
        [
            (
                EntryKind::Alert,
                Some("Alertmanager"),
                "HighLatency (eu-1): HighLatency is bad".to_owned()
            ),
            (
                EntryKind::Resolved,
                Some("Alertmanager"),
                "Over: HighLatency (eu-1): HighLatency is bad".to_owned()
            ),
        ]
    );

    let still = pull(&[firing]).await;
    assert_eq!(spans(&still), [span("10:00", None)]);
    assert_eq!(still.incidents[0].id, incident.id);
}

#[rstest]
#[case::it_lasts_as_long_as_any_alert(
    &[("A", TEN, NOON), ("B", ELEVEN, ONE)],
    &[span("10:00", Some("13:00"))],
)]
#[case::one_alert_keeps_it_open(
    &[("A", TEN, NOON), ("B", ELEVEN, NEVER)],
    &[span("10:00", None)],
)]
#[case::one_that_fires_keeps_it_open_whatever_comes_later(
    &[("A", TEN, NEVER), ("B", ELEVEN, NOON), ("C", ONE, ONE)],
    &[span("10:00", None)],
)]
#[case::again_after_all_were_over_is_another(
    &[("A", TEN, ELEVEN), ("A", NOON, ONE)],
    &[span("10:00", Some("11:00")), span("12:00", Some("13:00"))],
)]
#[case::another_alert_after_all_were_over_is_another(
    &[("A", TEN, ELEVEN), ("B", NOON, NEVER)],
    &[span("10:00", Some("11:00")), span("12:00", None)],
)]
#[case::an_end_that_was_missed_is_the_next_beginning(
    &[("A", TEN, NEVER), ("A", NOON, ONE)],
    &[span("10:00", Some("13:00"))],
)]
#[tokio::test]
async fn a_group_is_told_in_incidents(
    #[case] alerts: &[(&str, &str, &str)],
    #[case] expected: &[(String, Option<String>)],
) {
    // Each in a file of its own, and all in one: what is told is the same.
    let alerts: Vec<Value> = alerts
        .iter()
        .map(|(name, from, to)| alert(name, from, to))
        .collect();
    let apart: Vec<Value> = alerts
        .iter()
        .rev()
        .map(|one| payload("g", std::slice::from_ref(one)))
        .collect();
    let apart = pull(&apart).await;
    assert_eq!(spans(&apart), expected);
    let together = pull(&[payload("g", &alerts)]).await;
    assert_eq!(spans(&together), expected);
    let ids = |pulled: &Pulled| {
        pulled
            .incidents
            .iter()
            .map(|i| i.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&together), ids(&apart));
}

#[tokio::test]
async fn groups_are_apart_even_at_the_same_moment() {
    let one = payload("{}:{service=\"a\"}", &[alert("A", TEN, ELEVEN)]);
    let other = payload("{}:{service=\"b\"}", &[alert("A", TEN, ELEVEN)]);
    let pulled = pull(&[one, other]).await;
    assert_eq!(pulled.incidents.len(), 2);
    assert_ne!(pulled.incidents[0].id, pulled.incidents[1].id);
    assert_ne!(pulled.incidents[0].reference, pulled.incidents[1].reference);
}

#[tokio::test]
async fn grafanas_payload_is_read_with_what_it_has_besides() {
    let grafana = json!({
        "receiver": "My Super Webhook", "status": "resolved", "orgId": 1, "version": "1",
        "groupKey": "{}:{}", "truncatedAlerts": 2, "state": "ok", "message": "**Resolved**",
        "title": "[RESOLVED] (blue)", "externalURL": "https://play.grafana.org/",
        "groupLabels": {}, "commonLabels": {"team": "blue"}, "commonAnnotations": {},
        "alerts": [
            {"status": "resolved", "labels": {"zone": "us-1", "service": "shop"}, "annotations": {"description": "The system has high memory usage"},
             "startsAt": "2026-10-05T09:51:03.157076+02:00", "endsAt": "2026-10-05T10:51:03.157076+02:00",
             "generatorURL": "", "dashboardURL": "https://play.grafana.org/d/abc", "panelURL": "", "values": {"B": 44.2}, "fingerprint": "c6ea"},
            {"status": "resolved", "labels": {"zone": "eu-1", "answer": 42}, "annotations": null,
             "startsAt": "2026-10-05T09:52:03.157076+02:00", "endsAt": "2026-10-05T10:11:03.157076+02:00", "values": null},
        ],
    });
    let pulled = pull(&[grafana]).await;
    assert_eq!(pulled.faults, []);
    let incident = &pulled.incidents[0];
    assert_eq!(incident.title, "[RESOLVED] (blue)");
    assert_eq!(incident.service, "shop");
    assert_eq!(incident.severity, None);
    assert_eq!(
        incident.url.as_deref(),
        Some("https://play.grafana.org/d/abc")
    );
    assert_eq!(incident.timeline[0].by.as_deref(), Some("Grafana"));
    assert_eq!(incident.timeline.len(), 4);
    assert_eq!(
        incident.resolved_at(),
        Some(time("2026-10-05T08:51:03.157076Z"))
    );
    assert_eq!(
        incident.gaps,
        ["Grafana cut off alerts of this group: up to 2 are missing"]
    );
}

#[tokio::test]
async fn files_that_are_no_payload_are_named_and_the_others_go_on() {
    let mut odd_alert = payload(
        "g",
        &[
            alert("A", TEN, ELEVEN),
            json!({"startsAt": "jo@example.com"}),
        ],
    );
    odd_alert["commonLabels"] = json!(["service"]);
    let mut groupless = payload("g", &[alert("A", TEN, NEVER)]);
    groupless["groupKey"] = Value::Null;
    groupless["groupLabels"] = json!({});
    let mut never_ended = payload("h", &[alert("A", TEN, ELEVEN)]);
    never_ended["alerts"][0]["endsAt"] = json!(NEVER);
    let texts = [
        odd_alert.to_string(),
        groupless.to_string(),
        payload("g", &[]).to_string(),
        "{\"alerts\": [".to_owned(),
        "[]".to_owned(),
        never_ended.to_string(),
    ];
    let folder = TempDir::new().unwrap();
    for (n, text) in texts.iter().enumerate() {
        fs::write(folder.path().join(format!("{n}.json")), text).unwrap();
    }
    // Far from the time the files were written at, so that nothing is in the making.
    let pulled = source(&folder)
        .pull(None, time(SINCE), time("2020-01-01T00:00:00Z"))
        .await
        .unwrap();
    assert_eq!(
        spans(&pulled),
        [span("10:00", Some("11:00")), span("10:00", None)]
    );
    let faults: Vec<_> = pulled.faults.iter().map(|f| (&*f.what, f.kind)).collect();
    assert_eq!(
        faults,
        [
            ("0.json", FaultKind::Incomplete),
            ("1.json", FaultKind::Malformed),
            ("2.json", FaultKind::Malformed),
            ("3.json", FaultKind::NotJson),
            ("4.json", FaultKind::Malformed),
            ("5.json", FaultKind::Incomplete),
        ]
    );
    let said = pulled
        .faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(!said.contains("jo@"), "{said}");
    assert!(said.contains("groupKey: expected some text"), "{said}");
}

#[tokio::test]
async fn what_was_over_before_since_is_left_out_and_detail_finds_what_is_still_told() {
    let folder = TempDir::new().unwrap();
    let over = payload("g", &[alert("A", TEN, ELEVEN)]);
    fs::write(folder.path().join("a.json"), over.to_string()).unwrap();
    let source = source(&folder);
    let now = time("2020-01-01T00:00:00Z");
    let later = source.pull(None, time(NOON), now).await.unwrap();
    assert!(later.incidents.is_empty());
    let pulled = source.pull(None, time(SINCE), now).await.unwrap();
    let incident = &pulled.incidents[0];
    assert_eq!(source.detail(incident, now).await.unwrap(), *incident);
    fs::remove_file(folder.path().join("a.json")).unwrap();
    let gone = source.detail(incident, now).await.unwrap_err();
    assert!(matches!(gone, SourceError::Gone(_)), "{gone}");
}
