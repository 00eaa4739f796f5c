//! What a PagerDuty account holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::Refusal;
use crate::sandbox::{oddities::Oddities, seed::fingerprint};

/// Everybody and everything belongs to one team.
pub(super) const TEAM_ID: &str = "PTEAM01";

/// As the API allows. <https://support.pagerduty.com/main/docs/incident-notes>
const NOTE_LIMIT: usize = 2000;

#[derive(Debug)]
pub(super) struct Account {
    pub people: Vec<Person>,
    pub services: Vec<Service>,
    pub priorities: Vec<String>,
    pub incidents: Vec<Incident>,
    /// What seeds bent.
    pub oddities: Oddities,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            people: vec![Person {
                id: "PDEBRIEF".into(),
                name: "Debrief".into(),
                email: "debrief@example.com".into(),
                time_zone: "UTC".into(),
                job_title: String::new(),
                is_found: false,
            }],
            services: Vec::new(),
            priorities: ["P1", "P2", "P3", "P4", "P5"].map(str::to_owned).to_vec(),
            incidents: Vec::new(),
            oddities: Oddities::default(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub id: String,
    pub name: String,
    pub email: String,
    pub time_zone: String,
    pub job_title: String,
    /// Whether `/users` shows the person; a name in a log stays.
    pub is_found: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Service {
    pub id: String,
    pub name: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Triggered,
    Acknowledged,
    Resolved,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }

    /// An alert is never acknowledged.
    pub fn alert_word(self) -> &'static str {
        match self {
            Self::Triggered | Self::Acknowledged => "triggered",
            Self::Resolved => "resolved",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Incident {
    pub id: String,
    pub number: u64,
    pub title: String,
    pub description: Option<String>,
    /// The service's id.
    pub service: String,
    /// `high` or `low`.
    pub urgency: String,
    pub priority: Option<String>,
    pub status: Status,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub merged_into: Option<String>,
    /// Oldest first.
    pub log: Vec<Entry>,
    pub notes: Vec<Note>,
    pub bridge: Option<Bridge>,
    pub custom_fields: BTreeMap<String, Value>,
}

/// Where responders talk.
#[derive(Clone, Debug)]
pub(super) struct Bridge {
    pub number: Option<String>,
    pub url: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub id: String,
    pub at: Timestamp,
    /// PagerDuty's word, without `_log_entry`.
    pub kind: String,
    /// A person's id; the service where there is none.
    pub by: Option<String>,
    pub summary: Option<String>,
    pub origin: Option<String>,
    /// What an `annotate` entry says.
    pub note: Option<String>,
}

impl Entry {
    /// Whether `is_overview` shows it: what was sent to whom is left out.
    pub fn is_important(&self) -> bool {
        self.kind != "notify"
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Note {
    pub id: String,
    pub at: Timestamp,
    pub by: Writer,
    pub content: String,
}

/// Who wrote a note.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Writer {
    /// A person's id.
    Person(String),
    /// An integration or automation, by name.
    Bot(String),
}

impl Incident {
    /// The deduplication key of the first event.
    pub fn key(&self) -> String {
        fingerprint(&self.id, 32).to_lowercase()
    }

    pub fn trigger(&self) -> Option<&Entry> {
        self.log.iter().find(|entry| entry.kind == "trigger")
    }

    /// Ids of the people it is assigned to, latest first; nobody once it is resolved.
    pub fn assignees(&self) -> Vec<String> {
        if self.status == Status::Resolved {
            return Vec::new();
        }
        let took = self.log.iter().rev().filter(|entry| {
            ["assign", "delegate", "escalate", "acknowledge"].contains(&entry.kind.as_str())
        });
        took.filter_map(|entry| entry.by.clone()).take(1).collect()
    }

    /// Who acknowledged it and when; nobody unless it is acknowledged now.
    pub fn acknowledgements(&self) -> Vec<&Entry> {
        if self.status != Status::Acknowledged {
            return Vec::new();
        }
        self.log
            .iter()
            .filter(|entry| entry.kind == "acknowledge" && entry.by.is_some())
            .collect()
    }

    /// The entry that made its status what it is.
    pub fn last_status_change(&self) -> Option<&Entry> {
        self.log.iter().rev().find(|entry| {
            ["trigger", "acknowledge", "unacknowledge", "resolve"].contains(&entry.kind.as_str())
        })
    }

    pub fn write_down(&mut self, note: Note) {
        if self.notes.contains(&note) {
            return;
        }
        self.log.push(Entry {
            id: format!("R{}", fingerprint(&format!("{}/note", note.id), 24)),
            at: note.at,
            kind: "annotate".into(),
            by: match &note.by {
                Writer::Person(id) => Some(id.clone()),
                Writer::Bot(_) => None,
            },
            summary: None,
            origin: match &note.by {
                Writer::Person(_) => None,
                Writer::Bot(name) => Some(name.clone()),
            },
            note: Some(note.content.clone()),
        });
        self.log.sort_by_key(|entry| entry.at);
        self.updated_at = self.updated_at.max(note.at);
        self.notes.push(note);
    }
}

impl Account {
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub fn person_by_email(&self, email: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.email.eq_ignore_ascii_case(email))
    }

    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    pub fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.id == id)
    }

    pub fn incident_numbered(&self, number: &str) -> Option<&Incident> {
        self.incidents
            .iter()
            .find(|incident| incident.number.to_string() == number)
    }

    /// The incidents whose alerts this one holds: merging moves them to the target.
    pub fn alerting<'a>(&'a self, incident: &'a Incident) -> Vec<&'a Incident> {
        let own = incident.merged_into.is_none().then_some(incident);
        let merged = self
            .incidents
            .iter()
            .filter(|other| other.merged_into.as_deref() == Some(incident.id.as_str()));
        own.into_iter().chain(merged).collect()
    }

    pub fn add_note(
        &mut self,
        id: &str,
        author: &str,
        content: &str,
        now: Timestamp,
    ) -> Result<Note, Refusal> {
        let incident = self
            .incidents
            .iter_mut()
            .find(|incident| incident.id == id)
            .ok_or_else(Refusal::not_found)?;
        if incident.notes.len() >= NOTE_LIMIT {
            return Err(Refusal::invalid(format!(
                "An incident holds at most {NOTE_LIMIT} notes"
            )));
        }
        let note = Note {
            id: format!(
                "P{}",
                fingerprint(&format!("{id}/posted/{}", incident.notes.len()), 13)
            ),
            at: now,
            by: Writer::Person(author.to_owned()),
            content: content.to_owned(),
        };
        incident.write_down(note.clone());
        Ok(note)
    }
}
