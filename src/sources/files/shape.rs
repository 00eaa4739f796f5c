//! What a file says, and the incident it means.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::NAME;
use super::people::{FilePerson, participants};
use crate::playbook::customer::AffectedCustomer;
use crate::playbook::incident::{
    Detail, EntryKind, Incident, IncidentId, Narrative, Status, TimelineEntry, Visibility,
};
use crate::sources::outside::{is_id, is_web, said};
use crate::sources::slack_link;

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
    /// When customers first felt it.
    began_at: Option<Instant>,
    /// When it was opened: somebody, or something, had noticed.
    opened_at: Instant,
    /// When customers no longer felt it; without it, the last `mitigated` of the timeline.
    mitigated_at: Option<Instant>,
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
    /// Who may read about it.
    #[serde(default)]
    visibility: FileVisibility,
    /// Ids of the Slack channels that are this incident's own, such as `C0123456789`.
    #[serde(default)]
    channels: Vec<String>,
}

/// Who may read about an incident.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum FileVisibility {
    /// The whole company.
    #[default]
    Company,
    /// Those who took part.
    Private,
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
    /// Where it is to be seen; http or https.
    url: Option<String>,
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
    /// Customers no longer felt it, though it was not over.
    Mitigated,
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
        began_at,
        opened_at: Instant(opened_at),
        mitigated_at,
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
        visibility,
        channels,
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
    let mut timeline: Vec<TimelineEntry> = timeline
        .into_iter()
        .enumerate()
        .map(|(n, entry)| entry.convert(n, &mut left_out))
        .collect();
    timeline.sort_by_key(|entry| entry.at);
    let last_mitigated = timeline
        .iter()
        .rfind(|entry| entry.kind == EntryKind::Mitigated)
        .map(|entry| entry.at);
    let began_at = began_at.map(|Instant(at)| at);
    let mitigated_at = mitigated_at.map(|Instant(at)| at).or(last_mitigated);
    if let (Some(began), Some(mitigated)) = (began_at, mitigated_at)
        && mitigated < began
    {
        return Err("mitigated_at: expected no time before began_at".to_owned());
    }
    let reference = said(reference).unwrap_or_else(|| id.clone());
    let incident = Incident {
        url: web(url, "url", &mut left_out),
        service,
        severity: said(severity),
        began_at,
        mitigated_at,
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
        visibility: match visibility {
            FileVisibility::Company => Visibility::Company,
            FileVisibility::Private => Visibility::Private,
        },
        channels: channels
            .into_iter()
            .enumerate()
            .filter(|(n, id)| {
                let usable = slack_link::is_channel(id);
                if !usable {
                    left_out.push(format!(
                        "channels[{n}]: expected a channel's id such as C0123456789"
                    ));
                }
                usable
            })
            .map(|(_, id)| id)
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

/// An address that people can open; anything else is left out, and named.
fn web(url: Option<String>, path: &str, left_out: &mut Vec<String>) -> Option<String> {
    said(url).filter(|url| {
        let shown = is_web(url);
        if !shown {
            left_out.push(format!("{path}: expected http:// or https://"));
        }
        shown
    })
}

impl FileEntry {
    fn convert(self, n: usize, left_out: &mut Vec<String>) -> TimelineEntry {
        let Self {
            at,
            kind,
            by,
            text,
            url,
        } = self;
        let kind = match kind {
            FileEntryKind::Alert => EntryKind::Alert,
            FileEntryKind::Acknowledged => EntryKind::Acknowledged,
            FileEntryKind::Escalated => EntryKind::Escalated,
            FileEntryKind::Note => EntryKind::Note,
            FileEntryKind::Message => EntryKind::Message,
            FileEntryKind::Mitigated => EntryKind::Mitigated,
            FileEntryKind::Resolved => EntryKind::Resolved,
            FileEntryKind::Other => EntryKind::Other,
        };
        TimelineEntry {
            url: web(url, &format!("timeline[{n}].url"), left_out),
            ..TimelineEntry::new(at.0, kind, said(by), text)
        }
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
            further: BTreeMap::new(),
        }
    }
}
