//! What a file says, and the incident it means.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::NAME;
use crate::playbook::customer::AffectedCustomer;
use crate::playbook::incident::{
    Detail, EntryKind, Incident, IncidentId, Narrative, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;

// The doc comments below are the descriptions in `debrief config --schema incident`: they speak to whoever writes
// such files, or a program that does.

/// One incident. It is open while it has no `resolved_at`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Incident")]
pub(super) struct FileIncident {
    /// Names the incident for ever: up to 64 letters, digits, dots, dashes and underscores.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]{1,64}$"))]
    id: String,
    /// What people call it, such as `#1042`; the id where it is left out.
    reference: Option<String>,
    /// What broke.
    #[schemars(length(min = 1))]
    title: String,
    /// What happened and why, in words anyone understands.
    description: Option<String>,
    /// Where more about it is to be found; http or https.
    url: Option<String>,
    /// The service that was hit.
    #[schemars(length(min = 1))]
    service: String,
    /// Priority or severity, such as `P1` or `SEV-2`.
    severity: Option<String>,
    /// When it began.
    opened_at: Instant,
    /// When it was over.
    resolved_at: Option<Instant>,
    /// Who leads the incident and its postmortem.
    lead: Option<FilePerson>,
    /// Who worked on it.
    #[serde(default)]
    responders: Vec<FilePerson>,
    /// Who watched, or was told.
    #[serde(default)]
    observers: Vec<FilePerson>,
    /// What happened, in any order.
    #[serde(default)]
    timeline: Vec<FileEntry>,
    /// What customers felt, by service.
    impact: Option<String>,
    /// How it was fixed for now.
    fix_for_now: Option<String>,
    /// How it is fixed for good, or when it will be.
    fix_for_good: Option<String>,
    /// Who tells customers what, and when.
    next_steps: Option<String>,
    /// The customers it hit.
    #[serde(default)]
    affected_customers: Vec<FileCustomer>,
}

/// Somebody who took part.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FilePerson {
    /// As shown to people.
    name: String,
    /// The address: joins what the other vendors know of the person.
    email: Option<String>,
    /// Atlassian account id, for mentions and tasks.
    atlassian: Option<String>,
    /// Slack user id.
    slack: Option<String>,
    /// IANA time zone, such as `Europe/Berlin`.
    time_zone: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    /// When.
    at: Instant,
    /// What kind of thing.
    #[serde(default)]
    kind: FileEntryKind,
    /// The person or the tool that did it.
    by: Option<String>,
    /// What happened.
    text: String,
}

/// What kind of thing an entry of the timeline is.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum FileEntryKind {
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
    /// It was over.
    Resolved,
    /// Anything else.
    #[default]
    Other,
}

/// A customer. Ids are text, so that leading zeros and long numbers stay what they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileCustomer {
    /// The organisation's name.
    org_name: String,
    /// The organisation's id.
    org_id: String,
    /// The app's id.
    #[serde(default)]
    app_id: String,
    /// The campaign's id.
    #[serde(default)]
    campaign_id: String,
}

/// A time with its offset from UTC, such as `2026-05-22T18:00:00+02:00` or `2026-05-22T16:00:00Z`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("format" = "date-time"))]
struct Instant(#[schemars(with = "String")] Timestamp);

impl TryFrom<String> for Instant {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // The library's own message repeats the text, which is not ours to log.
        text.parse()
            .map(Self)
            .map_err(|_| "not a time with its offset from UTC, such as 2026-05-22T18:00:00+02:00")
    }
}

/// An incident, and what had to be left out of it.
pub(super) struct Reading {
    pub(super) incident: Incident,
    /// What, with its path in the file.
    pub(super) left_out: Vec<String>,
}

/// The JSON Schema of a file.
pub(super) fn schema() -> serde_json::Value {
    schemars::schema_for!(FileIncident).to_value()
}

/// The incident that a file means.
///
/// # Errors
/// What no reading can do without, with its path in the file.
pub(super) fn convert(file: FileIncident) -> Result<Reading, String> {
    let FileIncident {
        id,
        reference,
        title,
        description,
        url,
        service,
        severity,
        opened_at: Instant(opened_at),
        resolved_at,
        lead,
        responders,
        observers,
        timeline,
        impact,
        fix_for_now,
        fix_for_good,
        next_steps,
        affected_customers,
    } = file;
    let mut left_out = Vec::new();
    if !is_id(&id) {
        return Err(
            "id: expected 1 to 64 letters, digits, dots, dashes and underscores".to_owned(),
        );
    }
    for (name, text) in [("title", &title), ("service", &service)] {
        if text.trim().is_empty() {
            return Err(format!("{name}: expected some text"));
        }
    }
    let status = match resolved_at {
        None => Status::Open,
        Some(Instant(at)) if at < opened_at => {
            return Err("resolved_at: expected no time before opened_at".to_owned());
        }
        Some(Instant(at)) => Status::Resolved { at },
    };
    let mut timeline: Vec<TimelineEntry> = timeline.into_iter().map(FileEntry::convert).collect();
    timeline.sort_by_key(|entry| entry.at);
    let reference = said(reference).unwrap_or_else(|| id.clone());
    let incident = Incident {
        url: said(url).filter(|url| {
            let shown = is_web(url);
            if !shown {
                left_out.push("url: expected http:// or https://".to_owned());
            }
            shown
        }),
        service,
        severity: said(severity),
        detail: Detail::Full,
        participants: participants(lead, responders, observers, &mut left_out),
        timeline,
        narrative: Narrative {
            description: said(description),
            impact: said(impact),
            fix_for_now: said(fix_for_now),
            fix_for_good: said(fix_for_good),
            next_steps: said(next_steps),
        },
        customers: affected_customers
            .into_iter()
            .map(FileCustomer::convert)
            .collect(),
        ..Incident::listed(
            IncidentId::new(NAME, &id),
            reference,
            title,
            opened_at,
            status,
        )
    };
    Ok(Reading { incident, left_out })
}

/// The id becomes part of every key we give to vendors, so it holds nothing that one of them would have to escape.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_web(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Blank is as good as nothing.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// The lead first, then responders, then observers. Whoever is named twice keeps the first part.
fn participants(
    lead: Option<FilePerson>,
    responders: Vec<FilePerson>,
    observers: Vec<FilePerson>,
    left_out: &mut Vec<String>,
) -> Vec<Participant> {
    let at = |list: &'static str| move |(n, person)| (format!("{list}[{n}]"), person);
    let leads = lead.map(|person| ("lead".to_owned(), person));
    let responders = responders.into_iter().enumerate().map(at("responders"));
    let observers = observers.into_iter().enumerate().map(at("observers"));
    let named = (leads.into_iter().map(|named| (Part::Lead, named)))
        .chain(responders.map(|named| (Part::Responder, named)))
        .chain(observers.map(|named| (Part::Observer, named)));
    let mut seen = BTreeSet::new();
    let mut participants = Vec::new();
    for (part, (path, person)) in named {
        let person = person.convert(&path, left_out);
        let known = person
            .email
            .clone()
            .is_some_and(|email| !seen.insert(email));
        if !known {
            participants.push(Participant {
                person,
                part,
                contributions: 1,
            });
        }
    }
    participants
}

impl FilePerson {
    /// What cannot be used is left out, and the person kept: one bad address must not hide an incident.
    fn convert(self, path: &str, left_out: &mut Vec<String>) -> Person {
        let Self {
            name,
            email,
            atlassian,
            slack,
            time_zone,
        } = self;
        let email = said(email)
            .map(|email| email.trim().to_lowercase())
            .filter(|email| {
                let usable = is_address(email);
                if !usable {
                    left_out.push(format!("{path}.email: expected an address"));
                }
                usable
            });
        let time_zone = said(time_zone).filter(|name| {
            let known = jiff::tz::db().get(name).is_ok();
            if !known {
                left_out.push(format!("{path}.time_zone: expected an IANA time zone"));
            }
            known
        });
        Person {
            name,
            email,
            atlassian: said(atlassian),
            slack: said(slack),
            time_zone,
        }
    }
}

/// Whether it has the outline of an address and nothing that would break out of a header.
fn is_address(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[]\",;:\\".contains(c);
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    }) && !text.contains(odd)
}

impl FileEntry {
    fn convert(self) -> TimelineEntry {
        let Self { at, kind, by, text } = self;
        TimelineEntry::new(
            at.0,
            match kind {
                FileEntryKind::Alert => EntryKind::Alert,
                FileEntryKind::Acknowledged => EntryKind::Acknowledged,
                FileEntryKind::Escalated => EntryKind::Escalated,
                FileEntryKind::Note => EntryKind::Note,
                FileEntryKind::Message => EntryKind::Message,
                FileEntryKind::Resolved => EntryKind::Resolved,
                FileEntryKind::Other => EntryKind::Other,
            },
            said(by),
            text,
        )
    }
}

impl FileCustomer {
    fn convert(self) -> AffectedCustomer {
        let Self {
            org_name,
            org_id,
            app_id,
            campaign_id,
        } = self;
        AffectedCustomer {
            org_name,
            org_id,
            app_id,
            campaign_id,
        }
    }
}
