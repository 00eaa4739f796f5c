//! What PagerDuty answers, read with patience: it sends nulls and types that its description does not know.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::vendors::http::{Each, patiently};

/// Something elsewhere in the account: a service, a user, a team.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Reference {
    /// Its id; empty where there is none.
    #[serde(default, deserialize_with = "patiently")]
    pub id: String,
    /// Its type, such as `user_reference` or, expanded, `user`.
    #[serde(rename = "type", default, deserialize_with = "patiently")]
    pub kind: String,
    /// Its name; it may have been deleted meanwhile.
    #[serde(default, deserialize_with = "patiently")]
    pub summary: Option<String>,
    /// Where people look at it.
    #[serde(default, deserialize_with = "patiently")]
    pub html_url: Option<String>,
}

/// Where an incident is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum IncidentStatus {
    /// Nobody has taken it.
    Triggered,
    /// Somebody has.
    Acknowledged,
    /// It is over, until somebody opens it again.
    Resolved,
    /// A status that this client does not know, or none.
    #[default]
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
    /// Where those who work on it meet: a conference, or a chat channel. On the single call only.
    pub conference_url: Option<String>,
    /// The account's own fields, on the single call only.
    pub custom_fields: Vec<CustomField>,
}

/// A field of the account's own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CustomField {
    /// Its name, for machines.
    #[serde(default, deserialize_with = "patiently")]
    pub name: String,
    /// Text, number, truth, or a list of texts; null where it is not filled in.
    #[serde(default)]
    pub value: Value,
}

/// Only what nothing can be done without has to be there and right.
#[derive(Deserialize)]
struct WireIncident {
    id: String,
    created_at: Timestamp,
    #[serde(default, deserialize_with = "patiently")]
    status: IncidentStatus,
    #[serde(default, deserialize_with = "patiently")]
    incident_number: Option<u64>,
    #[serde(default, deserialize_with = "patiently")]
    title: Option<String>,
    #[serde(default, deserialize_with = "patiently")]
    summary: Option<String>,
    #[serde(default, deserialize_with = "patiently")]
    html_url: Option<String>,
    #[serde(default, deserialize_with = "patiently")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "patiently")]
    resolved_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "patiently")]
    urgency: Option<Urgency>,
    #[serde(default, deserialize_with = "patiently")]
    priority: Option<Named>,
    #[serde(default, deserialize_with = "patiently")]
    incident_type: Option<Named>,
    #[serde(default, deserialize_with = "patiently")]
    service: Option<Reference>,
    #[serde(default)]
    teams: Each<Reference>,
    #[serde(default, deserialize_with = "patiently")]
    last_status_change_by: Option<Reference>,
    #[serde(default, deserialize_with = "patiently")]
    resolve_reason: Option<ResolveReason>,
    #[serde(default)]
    incidents_responders: Each<Responder>,
    #[serde(default, deserialize_with = "patiently")]
    conference_bridge: Option<ConferenceBridge>,
    #[serde(default)]
    custom_fields: Each<CustomField>,
}

#[derive(Deserialize)]
struct ConferenceBridge {
    conference_url: Option<String>,
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
    #[serde(rename = "type", default, deserialize_with = "patiently")]
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
            teams: wire.teams.read,
            last_status_change_by: wire.last_status_change_by,
            merged_into: wire
                .resolve_reason
                .filter(|reason| reason.kind == "merge_resolve_reason")
                .and_then(|reason| reason.incident)
                .filter(|incident| !incident.id.is_empty()),
            responders: wire
                .incidents_responders
                .read
                .into_iter()
                .filter_map(|responder| responder.user)
                .collect(),
            conference_url: wire
                .conference_bridge
                .and_then(|bridge| bridge.conference_url),
            custom_fields: wire.custom_fields.read,
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
    #[serde(default, deserialize_with = "patiently")]
    pub summary: String,
    /// Where people look at it.
    #[serde(default, deserialize_with = "patiently")]
    pub html_url: Option<String>,
    /// Who or what did it: a user, a service, an integration.
    #[serde(default, deserialize_with = "patiently")]
    pub agent: Option<Reference>,
    /// Whom it was given to.
    #[serde(default, deserialize_with = "members")]
    pub assignees: Vec<Reference>,
    /// Who was notified.
    #[serde(default, deserialize_with = "patiently")]
    pub user: Option<Reference>,
    /// The way it came, with the monitoring tool's own content; its shape varies and is not promised.
    #[serde(default)]
    pub channel: Value,
    /// What was noted.
    #[serde(default, deserialize_with = "patiently")]
    pub note: Option<String>,
}

/// A note on an incident.
#[derive(Clone, Debug, Deserialize)]
pub struct Note {
    /// Its id.
    #[serde(default, deserialize_with = "patiently")]
    pub id: String,
    /// Who wrote it, person or robot.
    #[serde(default, deserialize_with = "patiently")]
    pub user: Option<Reference>,
    /// Its text.
    pub content: String,
    /// When it was written.
    #[serde(default, deserialize_with = "patiently")]
    pub created_at: Option<Timestamp>,
}

/// A person in the account. Calendar feeds are left out: their URLs are keys.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Their name; empty where there is none.
    #[serde(default, deserialize_with = "patiently")]
    pub name: String,
    /// Their address; every user has one, as far as these credentials may see it.
    #[serde(default, deserialize_with = "patiently")]
    pub email: Option<String>,
    /// Their IANA zone; none where the account's is meant.
    #[serde(default, deserialize_with = "patiently")]
    pub time_zone: Option<String>,
    /// Their title.
    #[serde(default, deserialize_with = "patiently")]
    pub job_title: Option<String>,
    /// Where people look at them.
    #[serde(default, deserialize_with = "patiently")]
    pub html_url: Option<String>,
}

/// The members of a list that can be read.
fn members<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<Reference>, D::Error> {
    Each::deserialize(reader).map(|each| each.read)
}
