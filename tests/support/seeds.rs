//! Small worlds: a few people, and incidents that a test describes in a line.

use serde_json::{Value, json};

/// Ada in Berlin, who leads what she acknowledges; Jonas in Berlin, Grace in New York, Priya in Kolkata.
pub fn people() -> Value {
    json!([
        {"name": "Ada Brandt", "email": "ada@example.com", "time_zone": "Europe/Berlin"},
        {"name": "Jonas Weber", "email": "jonas@example.com", "time_zone": "Europe/Berlin"},
        {"name": "Grace Miller", "email": "grace@example.com", "time_zone": "America/New_York"},
        {"name": "Priya Nair", "email": "priya@example.com", "time_zone": "Asia/Kolkata"},
    ])
}

/// An incident that Ada and Jonas worked on, resolved so long ago: `-PT1H`.
pub fn incident(id: &str, title: &str, resolved_at: &str) -> Value {
    json!({
        "id": id,
        "title": title,
        "service": "Checkout API",
        "urgency": "high",
        "priority": "P1",
        "created_at": "-PT30H",
        "resolved_at": resolved_at,
        "log": [
            {"at": "-PT29H", "type": "acknowledge", "by": "ada@example.com"},
            {"at": "-PT28H", "type": "acknowledge", "by": "jonas@example.com"},
            {"at": resolved_at, "type": "resolve", "by": "ada@example.com"},
        ],
    })
}

/// A world of those people and these incidents; PagerDuty numbers them from `#1001` on.
pub fn world(incidents: &[Value]) -> Value {
    json!({"people": people(), "incidents": incidents})
}

/// One ordinary incident, `#1001`, resolved an hour ago.
pub fn one_incident() -> Value {
    world(&[incident("QONE", "Checkout is down", "-PT1H")])
}

/// An open box that somebody typed onto a page.
pub fn task(page: &str, text: &str, assignee: Option<&str>, due: &str) -> Value {
    json!({"page": page, "text": text, "assignee": assignee, "due": due})
}
