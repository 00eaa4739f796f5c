//! An incident as the record tells it: one shape, whatever source it came from.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::AffectedCustomer;
use super::person::Person;
use super::rich_text::RichText;

/// `source:key`, such as `pagerduty:Q1ABC2DEF3`. Stable for the life of the incident; every key we derive starts here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(String);

impl IncidentId {
    /// Joins the source's name and its own key for the incident.
    pub fn new(source: &str, key: &str) -> Self {
        Self(format!("{source}:{key}"))
    }

    /// Reads back what [`Display`](fmt::Display) wrote. `None` where there is no source before a colon.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, key) = text.split_once(':')?;
        (!source.is_empty() && !key.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The source's name.
    pub fn source(&self) -> &str {
        self.0.split_once(':').map_or("", |(source, _)| source)
    }

    /// The source's own key.
    pub fn key(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, key)| key)
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an incident stands at its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Status {
    /// Still burning, or burning again.
    Open,
    /// Over since then. Not final: a source may reopen it.
    Resolved {
        /// When it was resolved, by the source's clock.
        at: Timestamp,
    },
    /// Closed because it became part of another one, which is owed the postmortem in its stead.
    Merged {
        /// The other incident.
        into: IncidentId,
    },
}

/// How much of the record has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// What a list shows: enough to know that a case is owed.
    Listed,
    /// The whole record: people, timeline, notes.
    Full,
}

/// The part somebody took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Leads the incident and its postmortem.
    Lead,
    /// Worked on it.
    Responder,
    /// Watched, or was told.
    Observer,
}

/// Somebody and the part taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    pub person: Person,
    /// In which part.
    pub part: Part,
    /// How many things in the record they did or said.
    #[serde(default)]
    pub contributions: u32,
}

/// What kind of thing an entry of the timeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A monitoring tool or a person raised it.
    Alert,
    /// Somebody took it.
    Acknowledged,
    /// It was handed to somebody, or to the next level.
    Escalated,
    /// A note that somebody wrote.
    Note,
    /// A chat message.
    Message,
    /// Customers no longer felt it, though it was not over.
    Mitigated,
    /// It was over.
    Resolved,
    /// Anything else the record holds.
    Other,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When, by the source's clock.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: EntryKind,
    /// The name of the person that did it, or of the tool an alert came from, where known: `Pingdom`, `PagerDuty`.
    pub by: Option<String>,
    /// What happened, as the record says it. Text from outside: data, never markup.
    pub text: RichText,
    /// Where people see it in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// For an answer in a thread: when the thread's first message was written. Such an entry stands below that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Timestamp>,
    /// When its writer changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Files that came with it; linked, never copied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileLink>,
    /// That the same thing came again and again, and is told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
}

impl TimelineEntry {
    /// An entry of which no more is known than this.
    pub fn new(
        at: Timestamp,
        kind: EntryKind,
        by: Option<String>,
        text: impl Into<RichText>,
    ) -> Self {
        Self {
            at,
            kind,
            by,
            text: text.into(),
            url: None,
            thread: None,
            edited_at: None,
            files: Vec::new(),
            repeats: None,
        }
    }
}

/// A file that stands in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLink {
    /// Its name.
    pub name: String,
    /// Where people open it, if they may.
    pub url: Option<String>,
}

/// The same thing, more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// How often in all; at least 2.
    pub times: u32,
    /// When it came last.
    pub until: Timestamp,
}

/// Who may read about an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The whole company.
    #[default]
    Company,
    /// Those who took part: a page that only they can open, no mail to lists, no post to channels.
    Private,
}

/// What people have written about the incident so far; each may be missing, and is then left to fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Narrative {
    /// What happened and why, in words anyone understands.
    pub description: Option<String>,
    /// What customers felt, by service.
    pub impact: Option<String>,
    /// How it was fixed for now.
    pub fix_for_now: Option<String>,
    /// How it is fixed for good, or when it will be.
    pub fix_for_good: Option<String>,
    /// Who tells customers what, and when.
    pub next_steps: Option<String>,
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id here.
    pub id: IncidentId,
    /// What people call it, such as `#1042`: short, unique at its source.
    pub reference: String,
    /// What broke. Text from outside, of any length and any characters.
    pub title: String,
    /// Where the source shows it.
    pub url: Option<String>,
    /// The service that was hit.
    pub service: String,
    /// Priority or severity as the source names it: `P1`, `SEV-2`.
    pub severity: Option<String>,
    /// When customers first felt it, where the record says so.
    #[serde(default)]
    pub began_at: Option<Timestamp>,
    /// When it was opened, by the source's clock.
    pub opened_at: Timestamp,
    /// When customers no longer felt it, where the record says so.
    #[serde(default)]
    pub mitigated_at: Option<Timestamp>,
    /// Where it stands.
    pub status: Status,
    /// How much of the record this is.
    pub detail: Detail,
    /// Who took part, the lead first where there is one; no two with the same address.
    pub participants: Vec<Participant>,
    /// What happened, oldest first, answers in threads below what they answer.
    pub timeline: Vec<TimelineEntry>,
    /// What people wrote.
    pub narrative: Narrative,
    /// Customers that the record itself names; more may come from elsewhere.
    pub customers: Vec<AffectedCustomer>,
    /// Who may read about it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Ids of chat channels that are this incident's own.
    #[serde(default)]
    pub channels: Vec<String>,
    /// When the record was read.
    #[serde(default)]
    pub read_at: Option<Timestamp>,
    /// How many passages of it were masked.
    #[serde(default)]
    pub masked: u64,
    /// What of the record could not be had, a sentence each, for the page: `Slack's #prod-issue could not be read: …`.
    /// No text of the record's own.
    #[serde(default)]
    pub gaps: Vec<String>,
}

impl Incident {
    /// What a list tells at the least; the rest is empty, to be completed field by field.
    pub fn listed(
        id: IncidentId,
        reference: impl Into<String>,
        title: impl Into<String>,
        opened_at: Timestamp,
        status: Status,
    ) -> Self {
        Self {
            id,
            reference: reference.into(),
            title: title.into(),
            url: None,
            service: String::new(),
            severity: None,
            began_at: None,
            opened_at,
            mitigated_at: None,
            status,
            detail: Detail::Listed,
            participants: Vec::new(),
            timeline: Vec::new(),
            narrative: Narrative::default(),
            customers: Vec::new(),
            visibility: Visibility::default(),
            channels: Vec::new(),
            read_at: None,
            masked: 0,
            gaps: Vec::new(),
        }
    }

    /// When it was resolved; `None` while it is open, and for one merged into another.
    pub fn resolved_at(&self) -> Option<Timestamp> {
        match &self.status {
            Status::Resolved { at } => Some(*at),
            Status::Open | Status::Merged { .. } => None,
        }
    }

    /// Whoever leads: the participant in that part.
    pub fn lead(&self) -> Option<&Person> {
        self.participants
            .iter()
            .find(|participant| participant.part == Part::Lead)
            .map(|participant| &participant.person)
    }
}
