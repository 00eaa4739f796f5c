//! Incidents from elsewhere than PagerDuty: each gets its aftermath once, and one bad record never hides the others.

use serde_json::{Value, json};

use crate::support::seeds::{incident, people, world};
use crate::support::{Installation, Setup, time};

/// With PagerDuty off and that source on.
async fn with(source: &str, world: Value) -> Installation {
    Setup::default()
        .set("sources.pagerduty.enabled", "false")
        .set(&format!("sources.{source}.enabled"), "true")
        .seed(&world)
        .start()
        .await
}

/// Everything once, also after a second look, and nothing for whatever else there was.
async fn one_aftermath(installation: &Installation, reference: &str) {
    installation.world().assert_one_of_each(reference);
    assert_eq!(
        installation.world().0["confluence"]["pages"]
            .as_array()
            .map_or(0, |pages| own_pages(pages)),
        1
    );
    let before = installation.writes().len();
    installation.pass().await;
    assert_eq!(
        installation.writes().len(),
        before,
        "a second look writes nothing"
    );
    installation.world().assert_one_of_each(reference);
}

/// The postmortem pages among them; the space has others.
fn own_pages(pages: &[Value]) -> usize {
    let title = |page: &&Value| {
        page["title"]
            .as_str()
            .unwrap_or_default()
            .starts_with("Postmortem ")
    };
    pages.iter().filter(title).count()
}

/// What the page of that reference says, as Confluence stores it.
fn page(installation: &Installation, reference: &str) -> String {
    installation.world().page(reference).to_string()
}

#[tokio::test]
async fn an_incident_in_opsgenie_gets_one_of_each() {
    let installation = with("opsgenie", json!({
        "people": people(),
        "opsgenie": [
            {"message": "Checkout is down", "priority": "P1", "services": ["Checkout API"], "responders": ["jonas@example.com"],
             "created_at": "-PT5H", "resolved_at": "-PT1H", "timeline": [
                {"at": "-PT5H", "type": "IncidentCreated", "text": "Opened by a rule"},
                {"at": "-PT4H", "type": "ResponderAlertAcknowledged", "by": "ada@example.com", "text": "Ada took the alert"},
                {"at": "-PT1H", "type": "IncidentResolved", "by": "ada@example.com", "text": "Resolved"},
            ]},
            {"message": "Search is slow", "created_at": "-PT2H"},
            {"message": "Long ago", "created_at": "-PT900H", "resolved_at": "-PT800H"},
        ],
    }))
    .await;
    installation.good_pass().await;
    one_aftermath(&installation, "#1").await;
    let page = page(&installation, "#1");
    assert!(
        page.contains("Ada took the alert") && page.contains("Checkout API"),
        "{page}"
    );
    let meeting = installation.world().event("#1").to_string();
    assert!(meeting.contains("ada@example.com") && meeting.contains("jonas@example.com"));
}

#[tokio::test]
async fn an_incident_that_is_resolved_later_in_opsgenie_is_taken_then() {
    let open = |resolved_at: Value| {
        json!({"people": people(), "opsgenie": [
            {"id": "slow", "message": "Search is slow", "created_at": "2026-01-01T09:00:00Z", "resolved_at": resolved_at},
        ]})
    };
    let installation = with("opsgenie", open(Value::Null)).await;
    installation.good_pass().await;
    installation.world().assert_nothing_for("#1");
    // Two months old, and over only now.
    installation.seed(&open(json!("-PT10M")));
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1");
}

#[tokio::test]
async fn an_incident_on_statuspage_gets_one_of_each_and_maintenance_nothing() {
    let installation = with("statuspage", json!({
        "people": people(),
        "statuspage": [
            {"id": "kd83jf7s", "name": "Checkout answers with errors", "impact": "major", "components": ["Checkout", "API"], "created_at": "-PT5H", "updates": [
                {"at": "-PT5H", "status": "investigating", "body": "We are looking into it"},
                {"at": "-PT2H", "status": "monitoring", "body": "A fix is out"},
                {"at": "-PT1H", "status": "resolved", "body": "This is over"},
            ]},
            {"id": "planned1", "name": "Database upgrade", "impact": "maintenance", "created_at": "-PT50H", "scheduled_at": "-PT4H",
             "updates": [{"at": "-PT3H", "status": "completed", "body": "Done"}]},
        ],
    }))
    .await;
    installation.good_pass().await;
    one_aftermath(&installation, "SP-kd83jf7s").await;
    let page = page(&installation, "SP-kd83jf7s");
    assert!(
        page.contains("A fix is out") && page.contains("Checkout, API"),
        "{page}"
    );
}

fn alert(group: &str, status: &str, ends_at: &str) -> String {
    json!({
        "version": "4", "groupKey": group, "status": status, "receiver": "debrief", "truncatedAlerts": 0,
        "groupLabels": {"alertname": "HighErrorRate"}, "commonLabels": {"service": "Checkout API", "severity": "critical"},
        "commonAnnotations": {"summary": "Checkout fails for one in three"}, "externalURL": "https://alertmanager.example.com",
        "alerts": [{
            "status": status, "labels": {"alertname": "HighErrorRate", "instance": "eu-1"}, "annotations": {},
            "startsAt": "2026-03-02T05:00:00Z", "endsAt": ends_at, "generatorURL": "https://prometheus.example.com/graph", "fingerprint": "c6eadffa33fcdf37",
        }],
    })
    .to_string()
}

#[tokio::test]
async fn alerts_that_fired_and_are_over_get_one_of_each() {
    let installation = with("alertmanager", json!({"people": people()})).await;
    let put = |name: &str, text: &str| {
        std::fs::write(installation.alert_files().join(name), text).expect("a file");
    };
    put(
        "1-firing.json",
        &alert(
            "{}:{alertname=\"HighErrorRate\"}",
            "firing",
            "0001-01-01T00:00:00Z",
        ),
    );
    installation.good_pass().await;
    assert_eq!(installation.world().mails().len(), 0, "it still fires");

    put(
        "2-resolved.json",
        &alert(
            "{}:{alertname=\"HighErrorRate\"}",
            "resolved",
            "2026-03-02T07:30:00Z",
        ),
    );
    put("3-broken.json", "{\"alerts\": ");
    let report = installation.pass().await;
    let failures = report.all_failures().join("\n");
    assert!(failures.contains("3-broken.json"), "{failures}");
    let mails = installation.world().mails();
    let subject = &mails[0].subject;
    let at = subject
        .rfind("(AL-")
        .expect("its reference ends the subject");
    let reference = subject[at + 1..].trim_end_matches(')').to_owned();
    one_aftermath(&installation, &reference).await;
    assert!(page(&installation, &reference).contains("Checkout fails for one in three"));
}

#[tokio::test]
async fn an_incident_of_ones_own_system_gets_one_of_each() {
    let installation = with("http", json!({
        "people": people(),
        "documents": {"incidents.json": {"data": [
            {"id": "OPS-7", "title": "Checkout is down", "service": "Checkout API", "severity": "P1", "created_at": "-PT5H", "resolved_at": "-PT1H",
             "lead": {"name": "Ada Brandt", "email": "ada@example.com"}, "responders": ["jonas@example.com"],
             "timeline": [{"at": "-PT4H", "text": "Rolled back the release", "by": "Ada Brandt"}]},
            {"id": "OPS-8", "title": "Nobody knows when it began", "resolved_at": "-PT1H"},
            {"id": "OPS-9", "title": "Search is slow", "created_at": "-PT2H", "resolved_at": null},
        ]}},
    }))
    .await;
    let report = installation.pass().await;
    assert_eq!(
        report.all_failures(),
        [
            "source http: incident OPS-8 is not an incident: expected a time, for its opening, at /created_at"
        ]
    );
    one_aftermath(&installation, "OPS-7").await;
    let page = page(&installation, "OPS-7");
    assert!(page.contains("Rolled back the release"), "{page}");
    let meeting = installation.world().event("OPS-7").to_string();
    assert!(meeting.contains("ada@example.com") && meeting.contains("jonas@example.com"));
}

/// The incident's own channel, in which nothing was written.
fn with_channel(mut world: Value) -> Value {
    world["transcripts"] =
        json!([{ "channel": "#inc-checkout", "id": "C0123456789", "messages": [] }]);
    world
}

#[tokio::test]
async fn pagerdutys_channel_and_times_of_impact_come_along_and_what_is_no_time_is_said() {
    let mut incident = incident("QCHAN", "Checkout is down", "-PT1H");
    incident["conference_url"] = json!("https://example.slack.com/archives/C0123456789");
    incident["custom_fields"] =
        json!({"impact_start": "2026-03-01T02:50:00Z", "impact_end": "soon", "teams": ["a", "b"]});
    let installation = Setup::default()
        .set("sources.pagerduty.began_field", "impact_start")
        .set("sources.pagerduty.mitigated_field", "impact_end")
        .seed(&with_channel(world(&[incident])))
        .start()
        .await;
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
    let told = installation.case("QCHAN").await.incident;
    assert_eq!(told.channels, ["C0123456789"]);
    assert_eq!(told.began_at, Some(time("2026-03-01T02:50:00Z")));
    assert_eq!(told.mitigated_at, None);
    assert_eq!(
        told.gaps,
        ["PagerDuty's field impact_end holds no time with its offset from UTC"]
    );
    let did: Vec<u32> = told
        .participants
        .iter()
        .map(|taken| taken.contributions)
        .collect();
    assert_eq!(did, [2, 1], "Ada took it and resolved it, Jonas took it");
}
