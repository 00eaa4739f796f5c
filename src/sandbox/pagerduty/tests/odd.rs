//! What is seeded odd: people who are gone, notes by robots, bridges, custom fields, shapes that no reference names.

use super::*;

fn seeded() -> PagerDuty {
    let seed = json!({
        "people": [
            {"name": "Ada Example", "email": "ada@example.com", "pagerduty": "P0ADA"},
            {"name": "Ben Example", "email": "ben@example.com", "pagerduty": "P0BEN", "standing": "left"},
            {"name": "Dan Example", "email": "dan@example.com", "pagerduty": "P0DAN", "hidden_from": ["pagerduty"]},
            {"name": "Cleo Example", "email": "cleo@partner.example", "pagerduty": "P0CLEO", "standing": "stranger"},
            {"name": "Eve Example", "email": "eve@example.com", "pagerduty": "P0EVE", "raw": {"pagerduty": {"email": null, "time_zone": "$absent"}}},
        ],
        "incidents": [{
            "id": "QODD", "title": "Odd", "created_at": "-PT3H", "resolved_at": "-PT1H",
            "conference_number": "+1 415-555-0100", "conference_url": "https://sandbox.slack.com/archives/C0INC1",
            "custom_fields": {"impacted_region": "eu-1", "customers": 12, "regions": ["a", "b"], "ticket": null},
            "log": [
                {"at": "-PT3H", "type": "trigger", "raw": {"agent": null, "summary": null}},
                {"at": "-PT2H", "type": "acknowledge", "by": "ben@example.com"},
                {"at": "-PT90M", "type": "annotate", "by": "dan@example.com", "raw": {"type": "brand_new_log_entry"}},
            ],
            "notes": [
                {"at": "-PT80M", "bot": "Runbook Automation", "content": "Restarted by the runbook"},
                {"at": "-PT70M", "by": "eve@example.com", "content": "Fine.", "raw": {"user": null}},
            ],
        }],
    });
    let mut pagerduty = PagerDuty::new();
    pagerduty
        .seed(&scenario::read(&seed.to_string(), now()).unwrap(), now())
        .unwrap();
    pagerduty
}

/// As it goes over the wire, bent.
fn wire(pagerduty: &mut PagerDuty, url: &str) -> Value {
    let reply = pagerduty.answer(&request("GET", url), now());
    body(&pagerduty.bend(reply))
}

#[test]
fn people_who_are_gone_or_hidden_are_names_in_the_log_alone() {
    let mut pagerduty = seeded();
    for gone in ["P0BEN", "P0DAN", "P0CLEO"] {
        let reply = pagerduty.answer(&request("GET", &format!("/users/{gone}")), now());
        assert_eq!(reply.status, 404, "{gone}");
    }
    assert_eq!(
        ids(&get(&mut pagerduty, "/users")["users"]),
        ["P0ADA", "P0EVE"]
    );
    let log = wire(
        &mut pagerduty,
        "/incidents/QODD/log_entries?is_overview=true",
    );
    let entries = log["log_entries"].as_array().unwrap().clone();
    let acknowledged = entries
        .iter()
        .find(|entry| entry["type"] == "acknowledge_log_entry")
        .unwrap();
    assert_eq!(
        (
            &acknowledged["agent"]["type"],
            &acknowledged["agent"]["summary"],
            &acknowledged["agent"]["html_url"]
        ),
        (
            &json!("user_reference"),
            &json!("Ben Example"),
            &Value::Null
        )
    );
}

#[test]
fn entries_and_notes_are_bent_on_the_wire() {
    let mut pagerduty = seeded();
    let log = wire(&mut pagerduty, "/incidents/QODD/log_entries");
    let entries = log["log_entries"].as_array().unwrap();
    let trigger = entries
        .iter()
        .find(|entry| entry["type"] == "trigger_log_entry")
        .unwrap();
    assert_eq!(
        (&trigger["agent"], &trigger["summary"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        entries
            .iter()
            .any(|entry| entry["type"] == "brand_new_log_entry")
    );
    let strict = get(&mut pagerduty, "/incidents/QODD/log_entries");
    assert!(!strict.to_string().contains("brand_new"));
    let notes = wire(&mut pagerduty, "/incidents/QODD/notes")["notes"].clone();
    assert_eq!(
        (&notes[0]["user"]["type"], &notes[0]["user"]["summary"]),
        (&json!("bot_user_reference"), &json!("Runbook Automation"))
    );
    assert_eq!(notes[1]["user"], Value::Null);
    let eve = wire(&mut pagerduty, "/users/P0EVE")["user"].clone();
    assert_eq!((&eve["email"], eve.get("time_zone")), (&Value::Null, None));
}

#[test]
fn the_bridge_and_the_custom_fields_come_where_they_are_asked_for() {
    let mut pagerduty = seeded();
    let plain = get(&mut pagerduty, "/incidents/QODD")["incident"].clone();
    assert_eq!(
        (plain.get("conference_bridge"), plain.get("custom_fields")),
        (None, None)
    );
    let whole = get(
        &mut pagerduty,
        "/incidents/QODD?include[]=conference_bridge&include[]=custom_fields",
    )["incident"]
        .clone();
    assert_eq!(
        whole["conference_bridge"],
        json!({"conference_number": "+1 415-555-0100", "conference_url": "https://sandbox.slack.com/archives/C0INC1"})
    );
    let fields: Vec<_> = whole["custom_fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            (
                field["name"].as_str().unwrap().to_owned(),
                field["data_type"].clone(),
                field["value"].clone(),
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            ("customers".into(), json!("integer"), json!(12)),
            ("impacted_region".into(), json!("string"), json!("eu-1")),
            ("regions".into(), json!("string"), json!(["a", "b"])),
            ("ticket".into(), json!("string"), Value::Null),
        ]
    );
}
