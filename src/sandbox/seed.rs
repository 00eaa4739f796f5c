//! What can be put into the sandbox's world: `--scenario FILE` and `POST /__sandbox/seed` read this form.
//!
//! A seed speaks of people, incidents, calendars, transcripts and tasks; each emulated vendor takes from it what
//! it would know of them in life. Ids that are left out are derived from the addresses and titles, so that
//! the same seed always makes the same world.

mod chat;
mod sources;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::Value;

pub use self::chat::{
    Access, ChannelState, File, Message, Reaction, Seat, Tier, Transcript, Workspace,
};
pub use sources::{OpsgenieEntry, OpsgenieIncident, StatuspageIncident, StatuspageUpdate};

/// Everything one seed adds. Times are RFC 3339 instants.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    /// People, known to every vendor from now on.
    pub people: Vec<Person>,
    /// Incidents in PagerDuty.
    pub incidents: Vec<Incident>,
    /// Busy times in Google Calendar.
    pub calendars: Vec<Calendar>,
    /// Messages in Slack channels.
    pub transcripts: Vec<Transcript>,
    /// What holds for the Slack workspace as a whole.
    pub slack: Workspace,
    /// Tasks on Confluence pages that exist already, as if a person had typed them there.
    pub tasks: Vec<Task>,
    /// Incidents in Opsgenie.
    pub opsgenie: Vec<OpsgenieIncident>,
    /// Incidents and maintenance on Statuspage.
    pub statuspage: Vec<StatuspageIncident>,
    /// JSON documents of somebody's own system, by their names below `/documents/`.
    pub documents: BTreeMap<String, Value>,
}

/// Somebody who works there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name every vendor shows.
    pub name: String,
    /// The address every vendor knows; also the id of the person's calendar.
    pub email: String,
    /// IANA zone; UTC where it is left out.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// As PagerDuty shows it. To Confluence, "private" in it means a hidden address, "security" a member of the group
    /// `security-team`.
    #[serde(default)]
    pub job_title: Option<String>,
    /// Atlassian account id.
    #[serde(default)]
    pub atlassian: Option<String>,
    /// Slack user id.
    #[serde(default)]
    pub slack: Option<String>,
    /// PagerDuty user id.
    #[serde(default)]
    pub pagerduty: Option<String>,
    /// Whether the person is still there, or was ever one of them.
    #[serde(default)]
    pub standing: Standing,
    /// Vendors whose look-ups do not find the person, although messages and log entries name the person's id.
    #[serde(default)]
    pub hidden_from: Vec<Registry>,
    /// What Slack and PagerDuty answer of the person, however odd: merged over the user's own shape.
    #[serde(default)]
    pub raw: PersonRaw,
}

/// How somebody stands to the company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Works there.
    #[default]
    Member,
    /// Has left: deactivated in Slack, no longer among PagerDuty's users. What the person wrote stays.
    Left,
    /// Works elsewhere and is in Slack alone, by Slack Connect: no address is shown.
    Stranger,
}

/// A vendor that people are looked up at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// `users.info`, `users.list`, `users.lookupByEmail`.
    Slack,
    /// `/users`.
    PagerDuty,
    /// Confluence's users: no account at all.
    Confluence,
}

/// What is merged over a user's shape, vendor by vendor; see [`Message::raw`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonRaw {
    /// Over Slack's user.
    pub slack: Option<Value>,
    /// Over PagerDuty's user.
    pub pagerduty: Option<Value>,
}

impl Person {
    /// Whether that vendor has an account of the person and shows it.
    pub fn is_found_at(&self, registry: Registry) -> bool {
        let has_account = match (self.standing, registry) {
            (Standing::Member, _)
            | (Standing::Left, Registry::Slack | Registry::Confluence)
            | (Standing::Stranger, Registry::Slack) => true,
            (Standing::Left, Registry::PagerDuty)
            | (Standing::Stranger, Registry::PagerDuty | Registry::Confluence) => false,
        };
        has_account && !self.hidden_from.contains(&registry)
    }

    /// The Atlassian account id: the given one, or one derived from the address.
    pub fn atlassian_id(&self) -> String {
        self.atlassian
            .clone()
            .unwrap_or_else(|| format!("712020:{}", fingerprint(&self.email, 24).to_lowercase()))
    }

    /// The user key on Confluence Data Center: always derived from the address.
    pub fn user_key(&self) -> String {
        user_key(&self.email)
    }

    /// The Slack user id: the given one, or one derived from the address.
    pub fn slack_id(&self) -> String {
        self.slack
            .clone()
            .unwrap_or_else(|| format!("U{}", fingerprint(&self.email, 10)))
    }

    /// The PagerDuty user id: the given one, or one derived from the address.
    pub fn pagerduty_id(&self) -> String {
        self.pagerduty
            .clone()
            .unwrap_or_else(|| format!("P{}", fingerprint(&self.email, 6)))
    }
}

/// The user key on Confluence Data Center of whoever has that address.
pub fn user_key(email: &str) -> String {
    format!("8a7f808a{}", fingerprint(email, 24).to_lowercase())
}

/// Upper-case hexadecimal digits that depend on the text alone.
pub fn fingerprint(text: &str, digits: usize) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut hex: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    hex.truncate(digits);
    hex
}

/// An incident as PagerDuty has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// PagerDuty's id (`Q…`); derived where it is left out. An id that exists already is updated.
    #[serde(default)]
    pub id: Option<String>,
    /// What broke, in the words of whoever or whatever raised it.
    pub title: String,
    /// Longer text of the first alert.
    #[serde(default)]
    pub description: Option<String>,
    /// The service's name.
    #[serde(default)]
    pub service: Option<String>,
    /// `high` (default) or `low`.
    #[serde(default)]
    pub urgency: Option<String>,
    /// A priority's name, such as `P1`.
    #[serde(default)]
    pub priority: Option<String>,
    /// `triggered`, `acknowledged` or `resolved`; left out, it follows from `resolved_at`.
    #[serde(default)]
    pub status: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was resolved.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
    /// The id of the incident it was merged into.
    #[serde(default)]
    pub merged_into: Option<String>,
    /// What happened, in any order. Trigger and resolve entries are added where they are missing.
    #[serde(default)]
    pub log: Vec<LogEntry>,
    /// What people wrote down.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// The conference bridge's phone number.
    #[serde(default)]
    pub conference_number: Option<String>,
    /// The conference bridge's URL, which may be a Slack channel's.
    #[serde(default)]
    pub conference_url: Option<String>,
    /// Custom fields by name, such as `impacted_region`.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
    /// Merged over the incident in every answer; see [`Message::raw`].
    #[serde(default)]
    pub raw: Option<Value>,
}

/// One entry of an incident's log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// PagerDuty's word without its ending: `trigger`, `acknowledge`, `assign`, `escalate`, `annotate`, `resolve`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The address of the person who did it; left out, the service did.
    #[serde(default)]
    pub by: Option<String>,
    /// PagerDuty's sentence; derived where it is left out.
    #[serde(default)]
    pub summary: Option<String>,
    /// The monitoring tool a trigger came from, such as `Pingdom`.
    #[serde(default)]
    pub origin: Option<String>,
    /// Merged over the entry in every answer; see [`Message::raw`]. An unknown type is told with it:
    /// `{"type": "brand_new_log_entry"}`.
    #[serde(default)]
    pub raw: Option<Value>,
}

/// A note on an incident.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// The address of its author; left out, a bot wrote it.
    #[serde(default)]
    pub by: Option<String>,
    /// The bot's name, such as `Runbook Automation`.
    #[serde(default)]
    pub bot: Option<String>,
    /// The text.
    pub content: String,
    /// Merged over the note in every answer; see [`Message::raw`].
    #[serde(default)]
    pub raw: Option<Value>,
}

/// Busy times of one person or room.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Whose calendar: an address.
    pub email: String,
    /// Taken times.
    #[serde(default)]
    pub busy: Vec<Busy>,
    /// A calendar that free/busy answers `notFound` for.
    #[serde(default)]
    pub unreadable: bool,
}

/// A taken time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Busy {
    /// From.
    pub start: Timestamp,
    /// To.
    pub end: Timestamp,
    /// What for.
    #[serde(default)]
    pub summary: Option<String>,
}

/// A task on a page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The page's id, or its title.
    pub page: String,
    /// What is to be done.
    pub text: String,
    /// The assignee's address.
    #[serde(default)]
    pub assignee: Option<String>,
    /// The date in the task.
    #[serde(default)]
    pub due: Option<Date>,
    /// `incomplete` (default) or `complete`.
    #[serde(default)]
    pub status: Option<String>,
}
