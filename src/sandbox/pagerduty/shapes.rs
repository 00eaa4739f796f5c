//! PagerDuty's objects as JSON: references unless a request asked to include more.

mod directory;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::account::{Account, Bridge, Entry, Incident, Note, Person, Status, Writer};
use crate::sandbox::seed::fingerprint;

const API: &str = "https://api.pagerduty.com";
const SITE: &str = "https://subdomain.pagerduty.com";
const POLICY_ID: &str = "PPOLICY";

/// What a request asked to have included.
#[derive(Debug, Default)]
pub(super) struct Include {
    words: Vec<String>,
}

impl Include {
    pub const OF_INCIDENTS: &'static [&'static str] = &[
        "acknowledgers",
        "agents",
        "assignees",
        "conference_bridge",
        "escalation_policies",
        "first_trigger_log_entries",
        "priorities",
        "services",
        "teams",
        "users",
    ];
    pub const OF_INCIDENT: &'static [&'static str] = &[
        "acknowledgers",
        "agents",
        "assignees",
        "conference_bridge",
        "custom_fields",
        "escalation_policies",
        "first_trigger_log_entries",
        "priorities",
        "services",
        "teams",
        "users",
    ];
    pub const OF_LOG: &'static [&'static str] = &["incidents", "services", "channels", "teams"];
    pub const OF_ALERTS: &'static [&'static str] =
        &["services", "first_trigger_log_entries", "incidents"];
    pub const OF_USERS: &'static [&'static str] = &[
        "contact_methods",
        "notification_rules",
        "teams",
        "subdomains",
    ];
    pub const OF_USER: &'static [&'static str] = &[
        "contact_methods",
        "notification_rules",
        "teams",
        "subdomains",
        "calendar_urls",
    ];
    pub const OF_SERVICES: &'static [&'static str] = &[
        "escalation_policies",
        "teams",
        "integrations",
        "auto_pause_notifications_parameters",
    ];

    pub fn new(words: Vec<String>) -> Self {
        Self { words }
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|included| included == word)
    }

    fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }
}

/// Renders one account for one request.
pub(super) struct Shapes<'a> {
    account: &'a Account,
    include: Include,
    time_zone: TimeZone,
}

impl<'a> Shapes<'a> {
    pub fn new(account: &'a Account, include: Include, time_zone: Option<TimeZone>) -> Self {
        Self {
            account,
            include,
            time_zone: time_zone.unwrap_or(TimeZone::UTC),
        }
    }

    /// To the second; UTC as `Z`, another zone with its offset.
    fn time(&self, time: Timestamp) -> String {
        // Cut off, never rounded up: what is resolved now must not be resolved in the future.
        let whole = Timestamp::from_second(time.as_second()).unwrap_or(time);
        if self.time_zone == TimeZone::UTC {
            return whole.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        }
        whole
            .to_zoned_datetime(self.time_zone.clone())
            .strftime("%Y-%m-%dT%H:%M:%S%:z")
            .to_string()
    }

    pub fn incident(&self, incident: &Incident) -> Value {
        let assignments: Vec<Value> = incident
            .assignees()
            .iter()
            .filter_map(|id| self.account.person(id))
            .map(|person| {
                let at = incident.last_status_change().map_or(incident.created_at, |entry| entry.at);
                json!({"at": self.time(at), "assignee": self.user_or_reference(person, &["assignees", "users"])})
            })
            .collect();
        let acknowledgements: Vec<Value> = incident
            .acknowledgements()
            .into_iter()
            .filter_map(|entry| Some((entry.at, self.account.person(entry.by.as_deref()?)?)))
            .map(|(at, person)| {
                json!({"at": self.time(at), "acknowledger": self.user_or_reference(person, &["acknowledgers", "users"])})
            })
            .collect();
        let alerts = self.account.alerting(incident);
        let triggered = alerts
            .iter()
            .filter(|alert| alert.status != Status::Resolved)
            .count();
        let last_change = incident.last_status_change();
        let mut shape = json!({
            "id": incident.id,
            "type": "incident",
            "summary": format!("[#{}] {}", incident.number, incident.title),
            "self": format!("{API}/incidents/{}", incident.id),
            "html_url": format!("{SITE}/incidents/{}", incident.id),
            "incident_number": incident.number,
            "title": incident.title,
            "created_at": self.time(incident.created_at),
            "updated_at": self.time(incident.updated_at),
            "status": incident.status.word(),
            "incident_key": incident.key(),
            "service": self.service_or_reference(&incident.service, "services"),
            "assignments": assignments,
            "assigned_via": "escalation_policy",
            "last_status_change_at": self.time(last_change.map_or(incident.created_at, |entry| entry.at)),
            "last_status_change_by": last_change.map(|entry| self.agent(incident, entry)),
            "resolved_at": incident.resolved_at.map(|at| self.time(at)),
            "first_trigger_log_entry": self.first_trigger(incident),
            "alert_counts": {"all": alerts.len(), "triggered": triggered, "resolved": alerts.len() - triggered},
            "is_mergeable": incident.status != Status::Resolved,
            "incident_type": {"name": "incident_default"},
            "escalation_policy": self.escalation_policy("escalation_policies"),
            "teams": [self.team()],
            "pending_actions": [],
            "acknowledgements": acknowledgements,
            "alert_grouping": null,
            "priority": incident.priority.as_deref().map(priority),
            "resolve_reason": incident.merged_into.as_deref().and_then(|id| self.account.incident(id)).map(|target| {
                json!({"type": "merge_resolve_reason", "incident": incident_reference(target)})
            }),
            "incidents_responders": [],
            "responder_requests": [],
            "urgency": incident.urgency,
        });
        if self.include.has("conference_bridge") {
            shape["conference_bridge"] = incident.bridge.as_ref().map_or(Value::Null, bridge);
        }
        if self.include.has("custom_fields") {
            let fields = incident.custom_fields.iter();
            shape["custom_fields"] = fields.map(custom_field).collect();
        }
        shape
    }

    fn first_trigger(&self, incident: &Incident) -> Option<Value> {
        let entry = incident.trigger()?;
        Some(if self.include.has("first_trigger_log_entries") {
            self.log_entry(incident, entry)
        } else {
            reference(
                "trigger_log_entry_reference",
                &entry.id,
                &self.log_summary(entry),
                "log_entries",
            )
        })
    }

    pub fn log_entry(&self, incident: &Incident, entry: &Entry) -> Value {
        let mut shape = json!({
            "id": entry.id,
            "type": format!("{}_log_entry", entry.kind),
            "summary": self.log_summary(entry),
            "self": format!("{API}/log_entries/{}", entry.id),
            "html_url": null,
            "created_at": self.time(entry.at),
            "agent": self.agent(incident, entry),
            "channel": self.channel(incident, entry),
            "service": self.service_or_reference(&incident.service, "services"),
            "incident": if self.include.has("incidents") { self.incident(incident) } else { incident_reference(incident) },
            "teams": [self.team()],
            "contexts": [],
        });
        let person = entry
            .by
            .as_deref()
            .and_then(|id| self.account.person(id))
            .map(user_reference);
        match (entry.kind.as_str(), person) {
            ("trigger", _) => shape["event_details"] = json!({"description": incident.title}),
            ("assign" | "delegate" | "escalate", Some(person)) => {
                shape["assignees"] = json!([person])
            }
            ("notify", Some(person)) => shape["user"] = person,
            _ => {}
        }
        if let Some(note) = &entry.note {
            shape["note"] = json!(note);
        }
        shape
    }

    /// A person, the monitoring tool's integration, or the service itself.
    fn agent(&self, incident: &Incident, entry: &Entry) -> Value {
        let person = entry.by.as_deref().and_then(|id| self.account.person(id));
        match (person, &entry.origin) {
            (Some(person), _) => self.user_or_reference(person, &["agents", "users"]),
            (None, Some(origin)) => {
                let id = format!("P{}", fingerprint(&format!("integration/{origin}"), 6));
                json!({
                    "id": id,
                    "type": "integration_reference",
                    "summary": origin,
                    "self": format!("{API}/services/{}/integrations/{id}", incident.service),
                    "html_url": format!("{SITE}/services/{}/integrations/{id}", incident.service),
                })
            }
            (None, None) => self.service_or_reference(&incident.service, "agents"),
        }
    }

    /// In short; with `include[]=channels` the event as the monitoring tool sent it.
    fn channel(&self, incident: &Incident, entry: &Entry) -> Value {
        match (entry.kind.as_str(), &entry.note) {
            ("trigger", _) if self.include.has("channels") => json!({
                "type": "api",
                "summary": incident.title,
                "description": incident.title,
                "incident_key": incident.key(),
                "details": {"client": entry.origin, "description": incident.description},
            }),
            ("trigger", _) => json!({"type": "api", "summary": incident.title}),
            ("annotate", Some(note)) => json!({"type": "note", "summary": note}),
            ("notify", _) => {
                json!({"type": "auto", "notification": {"type": "push_notification", "status": "success"}})
            }
            _ if entry.by.is_some() => json!({"type": "website"}),
            _ => json!({"type": "auto"}),
        }
    }

    fn log_summary(&self, entry: &Entry) -> String {
        if let Some(summary) = &entry.summary {
            return summary.clone();
        }
        let person = entry.by.as_deref().and_then(|id| self.account.person(id));
        let name = person.map(|person| person.name.as_str());
        let who = name.or(entry.origin.as_deref()).unwrap_or("the service");
        match entry.kind.as_str() {
            "trigger" => format!(
                "Triggered through {}.",
                entry.origin.as_deref().unwrap_or("the API")
            ),
            "acknowledge" => format!("Acknowledged by {who}."),
            "assign" => format!("Assigned to {who}."),
            "delegate" => format!("Delegated to {who}."),
            "escalate" => format!("Escalated to {who}."),
            "notify" => format!("Notified {who}."),
            "annotate" => format!("Note added by {who}."),
            "resolve" => format!("Resolved by {who}."),
            other => format!("{} by {who}.", other.replace('_', " ")),
        }
    }

    pub fn note(&self, note: &Note) -> Value {
        json!({
            "id": note.id,
            "user": match &note.by {
                Writer::Person(id) => self.account.person(id).map(user_reference),
                Writer::Bot(name) => Some(bot_reference(name)),
            },
            "channel": {"summary": "The PagerDuty website or APIs"},
            "content": note.content,
            "created_at": self.time(note.at),
            "updated_at": self.time(note.at),
        })
    }

    /// The alert that opened `source`, shown as one of `incident`'s, into which `source` may have been merged.
    pub fn alert(&self, incident: &Incident, source: &Incident) -> Value {
        let id = format!("Q{}", fingerprint(&format!("{}/alert", source.id), 13));
        let origin = source.trigger().and_then(|entry| entry.origin.as_deref());
        json!({
            "id": id,
            "type": "alert",
            "summary": source.title,
            "self": format!("{API}/incidents/{}/alerts/{id}", incident.id),
            "html_url": format!("{SITE}/alerts/{id}"),
            "created_at": self.time(source.created_at),
            "status": source.status.alert_word(),
            "alert_key": source.key(),
            "service": self.service_or_reference(&source.service, "services"),
            "first_trigger_log_entry": self.first_trigger(source),
            "incident": if self.include.has("incidents") { self.incident(incident) } else { incident_reference(incident) },
            "suppressed": false,
            "severity": "critical",
            "body": {"type": "alert_body", "contexts": [], "details": {"client": origin, "description": source.description}},
        })
    }
}

/// A priority, which is always given whole.
pub(super) fn priority(name: &str) -> Value {
    let id = format!("P{}", fingerprint(&format!("priority/{name}"), 6));
    json!({
        "id": id,
        "type": "priority",
        "summary": name,
        "self": format!("{API}/priorities/{id}"),
        "html_url": null,
        "name": name,
        "description": format!("Priority {name}"),
    })
}

fn reference(kind: &str, id: &str, summary: &str, room: &str) -> Value {
    json!({
        "id": id,
        "type": kind,
        "summary": summary,
        "self": format!("{API}/{room}/{id}"),
        "html_url": format!("{SITE}/{room}/{id}"),
    })
}

/// Of somebody who is no longer there, only the name is left.
fn user_reference(person: &Person) -> Value {
    let mut shape = reference("user_reference", &person.id, &person.name, "users");
    if !person.is_found {
        shape["html_url"] = Value::Null;
    }
    shape
}

fn bot_reference(name: &str) -> Value {
    let id = format!("P{}", fingerprint(&format!("bot/{name}"), 6));
    json!({"id": id, "type": "bot_user_reference", "summary": name, "self": null, "html_url": null})
}

fn bridge(bridge: &Bridge) -> Value {
    let mut shape = json!({});
    if let Some(number) = &bridge.number {
        shape["conference_number"] = json!(number);
    }
    if let Some(url) = &bridge.url {
        shape["conference_url"] = json!(url);
    }
    shape
}

/// A field of one value, of the type that the value has.
fn custom_field((name, value): (&String, &Value)) -> Value {
    let is_time = value
        .as_str()
        .is_some_and(|text| text.parse::<Timestamp>().is_ok());
    let data_type = match value {
        Value::String(_) if is_time => "datetime",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => "string",
    };
    json!({
        "id": format!("P{}", fingerprint(&format!("field/{name}"), 6)),
        "type": "field_value",
        "name": name,
        "display_name": name.replace('_', " "),
        "field_type": if value.is_array() { "multi_value" } else { "single_value" },
        "data_type": data_type,
        "description": null,
        "value": value,
    })
}

fn incident_reference(incident: &Incident) -> Value {
    let summary = format!("[#{}] {}", incident.number, incident.title);
    reference("incident_reference", &incident.id, &summary, "incidents")
}
