//! What can be put into the sandbox's world: `--scenario FILE` and `POST /__sandbox/seed` read this form.
//!
//! A seed speaks of people, incidents, calendars, transcripts and tasks; each emulated vendor takes from it what
//! it would know of them in life. Ids that are left out are derived from the addresses and titles, so that
//! the same seed always makes the same world.

mod sources;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::Value;

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
    /// As PagerDuty shows it.
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
}

impl Person {
    /// The Atlassian account id: the given one, or one derived from the address.
    pub fn atlassian_id(&self) -> String {
        self.atlassian
            .clone()
            .unwrap_or_else(|| format!("712020:{}", fingerprint(&self.email, 24).to_lowercase()))
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
    /// Where those who work on it meet: a conference, or a chat channel.
    #[serde(default)]
    pub conference_url: Option<String>,
    /// The account's own fields, by their names for machines.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
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
}

/// A note on an incident.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// The address of its author.
    pub by: String,
    /// The text.
    pub content: String,
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

/// Messages of one channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// The channel's name, with or without `#`; it is made where it does not exist.
    pub channel: String,
    /// The messages, in order.
    pub messages: Vec<Message>,
}

/// A message in a channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// The address of its author; left out, a bot wrote it.
    #[serde(default)]
    pub by: Option<String>,
    /// The bot's name, such as `Pingdom`.
    #[serde(default)]
    pub bot: Option<String>,
    /// mrkdwn.
    pub text: String,
    /// The `at` of the message this one answers.
    #[serde(default)]
    pub thread: Option<Timestamp>,
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
