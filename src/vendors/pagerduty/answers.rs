//! What PagerDuty answers, read with patience: it sends nulls and types that its description does not know.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Something elsewhere in the account: a service, a user, a team.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Reference {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// Its type, such as `user_reference` or, expanded, `user`.
    #[serde(rename = "type", default, deserialize_with = "nullable")]
    pub kind: String,
    /// Its name; it may have been deleted meanwhile.
    pub summary: Option<String>,
    /// Where people look at it.
    pub html_url: Option<String>,
}

/// Where an incident is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum IncidentStatus {
    /// Nobody has taken it.
    Triggered,
    /// Somebody has.
    Acknowledged,
    /// It is over, until somebody opens it again.
    Resolved,
    /// A status that this client does not know.
    #[serde(other)]
    Unknown,
}

/// How loudly people were called.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// At once.
    High,
    /// In time.
    Low,
    /// An urgency that this client does not know.
    #[serde(other)]
    Unknown,
}

/// An incident.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// Its number in the account, as people say it.
    pub number: Option<u64>,
    /// What it is called; text from outside.
    pub title: String,
    /// Where people look at it.
    pub html_url: Option<String>,
    /// Where it is.
    pub status: IncidentStatus,
    /// When it was first triggered.
    pub created_at: Timestamp,
    /// When it was last touched.
    pub updated_at: Option<Timestamp>,
    /// When it was resolved; none unless it is.
    pub resolved_at: Option<Timestamp>,
    /// How loudly people were called.
    pub urgency: Option<Urgency>,
    /// The priority's name, such as `P1`.
    pub priority: Option<String>,
    /// The name of its type.
    pub incident_type: Option<String>,
    /// The service it is on.
    pub service: Option<Reference>,
    /// The teams it concerns.
    pub teams: Vec<Reference>,
    /// Who or what changed its status last.
    pub last_status_change_by: Option<Reference>,
    /// The incident it was merged into: resolved, and with nothing of its own to look back at.
    pub merged_into: Option<Reference>,
    /// Those who were asked to respond, as far as the account's plan tells.
    pub responders: Vec<Reference>,
    /// The account's own fields, on the single call only.
    pub custom_fields: Vec<CustomField>,
}

/// A field of the account's own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CustomField {
    /// Its name, for machines.
    #[serde(default)]
    pub name: String,
    /// Text, number, truth, or a list of texts; null where it is not filled in.
    #[serde(default)]
    pub value: Value,
}

#[derive(Deserialize)]
struct WireIncident {
    id: String,
    incident_number: Option<u64>,
    title: Option<String>,
    summary: Option<String>,
    html_url: Option<String>,
    status: IncidentStatus,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    urgency: Option<Urgency>,
    priority: Option<Named>,
    incident_type: Option<Named>,
    service: Option<Reference>,
    #[serde(default, deserialize_with = "nullable")]
    teams: Vec<Reference>,
    last_status_change_by: Option<Reference>,
    resolve_reason: Option<ResolveReason>,
    #[serde(default, deserialize_with = "nullable")]
    incidents_responders: Vec<Responder>,
    #[serde(default, deserialize_with = "nullable")]
    custom_fields: Vec<CustomField>,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
    summary: Option<String>,
}

impl Named {
    fn into_name(self) -> Option<String> {
        self.name.or(self.summary)
    }
}

#[derive(Deserialize)]
struct ResolveReason {
    #[serde(rename = "type", default, deserialize_with = "nullable")]
    kind: String,
    incident: Option<Reference>,
}

#[derive(Deserialize)]
struct Responder {
    user: Option<Reference>,
}

impl<'de> Deserialize<'de> for Incident {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let wire = WireIncident::deserialize(reader)?;
        Ok(Self {
            id: wire.id,
            number: wire.incident_number,
            title: wire.title.or(wire.summary).unwrap_or_default(),
            html_url: wire.html_url,
            status: wire.status,
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            resolved_at: wire.resolved_at,
            urgency: wire.urgency,
            priority: wire.priority.and_then(Named::into_name),
            incident_type: wire.incident_type.and_then(Named::into_name),
            service: wire.service,
            teams: wire.teams,
            last_status_change_by: wire.last_status_change_by,
            merged_into: wire
                .resolve_reason
                .filter(|reason| reason.kind == "merge_resolve_reason")
                .and_then(|reason| reason.incident),
            responders: wire
                .incidents_responders
                .into_iter()
                .filter_map(|responder| responder.user)
                .collect(),
            custom_fields: wire.custom_fields,
        })
    }
}

/// What a log entry is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LogEntryKind {
    /// An alert came.
    Trigger,
    /// Somebody took it.
    Acknowledge,
    /// Nobody has it any more.
    Unacknowledge,
    /// It was given to somebody.
    Assign,
    /// It was handed on.
    Delegate,
    /// The next level was called.
    Escalate,
    /// Somebody was notified.
    Notify,
    /// A note was written.
    Annotate,
    /// It was put off.
    Snooze,
    /// It became more or less urgent.
    UrgencyChange,
    /// It was resolved.
    Resolve,
    /// Anything else, by the name PagerDuty gives it.
    Other(String),
}

impl<'de> Deserialize<'de> for LogEntryKind {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let name = String::deserialize(reader)?;
        let stem = name
            .trim_end_matches("_reference")
            .trim_end_matches("_log_entry");
        Ok(match stem {
            "trigger" => Self::Trigger,
            // The description itself spells it in both ways.
            "acknowledge" | "acknowledgement" => Self::Acknowledge,
            "unacknowledge" => Self::Unacknowledge,
            "assign" => Self::Assign,
            "delegate" => Self::Delegate,
            "escalate" => Self::Escalate,
            "notify" => Self::Notify,
            "annotate" => Self::Annotate,
            "snooze" => Self::Snooze,
            "urgency_change" => Self::UrgencyChange,
            "resolve" => Self::Resolve,
            _ => Self::Other(name),
        })
    }
}

/// One thing that happened during an incident.
#[derive(Clone, Debug, Deserialize)]
pub struct LogEntry {
    /// Its id.
    pub id: String,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: LogEntryKind,
    /// When it happened.
    pub created_at: Timestamp,
    /// PagerDuty's sentence about it.
    #[serde(default, deserialize_with = "nullable")]
    pub summary: String,
    /// Who or what did it: a user, a service, an integration.
    pub agent: Option<Reference>,
    /// Whom it was given to.
    #[serde(default, deserialize_with = "nullable")]
    pub assignees: Vec<Reference>,
    /// Who was notified.
    pub user: Option<Reference>,
    /// The way it came, with the monitoring tool's own content; its shape varies and is not promised.
    #[serde(default)]
    pub channel: Value,
    /// What was noted.
    pub note: Option<String>,
}

/// A note on an incident.
#[derive(Clone, Debug, Deserialize)]
pub struct Note {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// Who wrote it, person or robot.
    pub user: Option<Reference>,
    /// Its text.
    pub content: String,
    /// When it was written.
    pub created_at: Option<Timestamp>,
}

/// A person in the account. Calendar feeds are left out: their URLs are keys.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address; every user has one.
    pub email: String,
    /// Their IANA zone; none where the account's is meant.
    pub time_zone: Option<String>,
    /// Their title.
    pub job_title: Option<String>,
    /// Where people look at them.
    pub html_url: Option<String>,
}

/// Reads null as the type's empty value.
pub(super) fn nullable<'de, D, T>(reader: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(reader)?.unwrap_or_default())
}
