//! What Opsgenie answers, read with patience: much of it is described nowhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::vendors::http::{Each, patiently};

/// Where an incident is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Under way.
    Open,
    /// Over.
    Resolved,
    /// Over, and put away.
    Closed,
    /// A status that this client does not know, or none.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Status {
    /// As a search names it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Open | Self::Unknown => "open",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }
}

/// An incident. Texts are from outside.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last touched.
    #[serde(default, deserialize_with = "patiently")]
    pub updated_at: Option<Timestamp>,
    /// Its number, as people say it.
    #[serde(default, deserialize_with = "patiently")]
    pub tiny_id: Option<String>,
    /// What it is called.
    #[serde(default, deserialize_with = "patiently")]
    pub message: String,
    /// More of it.
    #[serde(default, deserialize_with = "patiently")]
    pub description: Option<String>,
    /// Where it is.
    #[serde(default, deserialize_with = "patiently")]
    pub status: Status,
    /// `P1` to `P5`.
    #[serde(default, deserialize_with = "patiently")]
    pub priority: Option<String>,
    /// The id of the service it was opened for.
    #[serde(default, deserialize_with = "patiently")]
    pub service_id: Option<String>,
    /// Ids of the services that were hit.
    #[serde(default)]
    pub impacted_services: Each<String>,
    /// Who was called: people and teams.
    #[serde(default)]
    pub responders: Each<Responder>,
    /// The account's own members.
    #[serde(default, deserialize_with = "patiently")]
    pub extra_properties: BTreeMap<String, Value>,
    /// When customers first felt it.
    #[serde(default, deserialize_with = "patiently")]
    pub impact_start_date: Option<Timestamp>,
    /// When they no longer felt it.
    #[serde(default, deserialize_with = "patiently")]
    pub impact_end_date: Option<Timestamp>,
    /// Where it is shown.
    #[serde(default, deserialize_with = "patiently")]
    pub links: Links,
}

/// Where people look at something.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Links {
    /// In a browser.
    #[serde(default, deserialize_with = "patiently")]
    pub web: Option<String>,
}

/// Somebody, or a team, who was called.
#[derive(Clone, Debug, Deserialize)]
pub struct Responder {
    /// `user` or `team`.
    #[serde(rename = "type", default, deserialize_with = "patiently")]
    pub kind: String,
    /// The id.
    pub id: String,
}

/// Something that happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What kind of thing, in Opsgenie's word.
    pub kind: String,
    /// Who did it: a name, or a user name, which is an address.
    pub by: Option<String>,
    /// What happened.
    pub text: String,
}

/// What is told of an incident, as far as it could be read.
#[derive(Clone, Debug)]
pub struct Story {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// How many could not be read.
    pub unreadable: usize,
    /// Whether that is all.
    pub reach: Reach,
}

/// How far a list that comes in pages was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// To its end.
    Whole,
    /// Not to its end: it said that there is more, and gave the same again, or never came to an end.
    BrokenOff,
}

/// A person in the account.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The id.
    pub id: String,
    /// The address.
    #[serde(default, deserialize_with = "patiently")]
    pub username: String,
    /// The name.
    #[serde(default, deserialize_with = "patiently")]
    pub full_name: String,
    /// The IANA zone.
    #[serde(default, deserialize_with = "patiently")]
    pub time_zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct List<T> {
    #[serde(default)]
    pub(super) data: Each<T>,
    #[serde(default, deserialize_with = "patiently")]
    pub(super) paging: Paging,
}

#[derive(Default, Deserialize)]
pub(super) struct Paging {
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct One<T> {
    pub(super) data: T,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TimelinePage {
    #[serde(default)]
    pub(super) entries: Each<TimelineEntry>,
    #[serde(default, deserialize_with = "patiently")]
    pub(super) next_offset: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TimelineEntry {
    #[serde(default, deserialize_with = "patiently")]
    pub(super) id: String,
    pub(super) event_time: Timestamp,
    #[serde(rename = "type", default, deserialize_with = "patiently")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "patiently")]
    pub(super) hidden: bool,
    #[serde(default, deserialize_with = "patiently")]
    pub(super) actor: Option<Actor>,
    #[serde(default)]
    pub(super) description: Value,
}

#[derive(Deserialize)]
pub(super) struct Actor {
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogEntry {
    pub(super) log: String,
    pub(super) created_at: Timestamp,
    #[serde(rename = "type", default, deserialize_with = "patiently")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "patiently")]
    pub(super) owner: Option<String>,
    #[serde(default, deserialize_with = "patiently")]
    pub(super) offset: String,
}

impl Story {
    pub(super) fn empty() -> Self {
        Self {
            entries: Vec::new(),
            unreadable: 0,
            reach: Reach::BrokenOff,
        }
    }

    pub(super) fn whole(self) -> Self {
        Self {
            reach: Reach::Whole,
            ..self
        }
    }
}

/// A text, wherever in an entry's description it stands.
pub(super) fn words(description: &Value) -> Option<String> {
    let text = |value: &Value| {
        let text = value.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let members = ["content", "name", "text"];
    text(description).or_else(|| {
        let mut found = members.iter().filter_map(|name| description.get(*name));
        found.find_map(text)
    })
}
