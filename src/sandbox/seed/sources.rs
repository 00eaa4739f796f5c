//! Incidents at the vendors beside PagerDuty.

use jiff::Timestamp;
use serde::Deserialize;

/// An incident as Opsgenie has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpsgenieIncident {
    /// Derived where it is left out. An id that exists already is updated.
    #[serde(default)]
    pub id: Option<String>,
    /// What broke.
    pub message: String,
    /// More of it.
    #[serde(default)]
    pub description: Option<String>,
    /// `P1` to `P5`; `P3` where it is left out.
    #[serde(default)]
    pub priority: Option<String>,
    /// The names of the services that were hit.
    #[serde(default)]
    pub services: Vec<String>,
    /// The addresses of those who were called.
    #[serde(default)]
    pub responders: Vec<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was resolved; no answer tells, but that it was touched then.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
    /// When customers first felt it.
    #[serde(default)]
    pub began_at: Option<Timestamp>,
    /// When they no longer felt it.
    #[serde(default)]
    pub mitigated_at: Option<Timestamp>,
    /// What happened.
    #[serde(default)]
    pub timeline: Vec<OpsgenieEntry>,
}

/// An entry of an Opsgenie timeline.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpsgenieEntry {
    /// When.
    pub at: Timestamp,
    /// Opsgenie's word, such as `ResponderAlertAcknowledged`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The address of the person who did it; left out, the system did.
    #[serde(default)]
    pub by: Option<String>,
    /// What happened.
    pub text: String,
}

/// An incident as Statuspage has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatuspageIncident {
    /// Derived where it is left out. An id that exists already is updated.
    #[serde(default)]
    pub id: Option<String>,
    /// What it is called.
    pub name: String,
    /// `none`, `minor` (default), `major`, `critical` or `maintenance`.
    #[serde(default)]
    pub impact: Option<String>,
    /// The names of the components that were hit.
    #[serde(default)]
    pub components: Vec<String>,
    /// When it was put on the page.
    pub created_at: Timestamp,
    /// When planned work is to begin: it is maintenance then, and no incident.
    #[serde(default)]
    pub scheduled_at: Option<Timestamp>,
    /// What customers were told. The last one says where it stands.
    pub updates: Vec<StatuspageUpdate>,
}

/// Something customers were told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatuspageUpdate {
    /// When.
    pub at: Timestamp,
    /// `investigating`, `identified`, `monitoring`, `resolved`, `postmortem`; `scheduled` and the like for maintenance.
    pub status: String,
    /// The words.
    pub body: String,
}
