//! From PagerDuty's shape to ours: who took part, and what happened.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{NAME, TimeFields};
use crate::playbook::incident::{
    EntryKind, Incident, IncidentId, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;
use crate::sources::slack_link;
use crate::vendors::pagerduty::{
    self as vendor, IncidentStatus, LogEntry, LogEntryKind, Note, Reference, User,
};

/// When it was resolved. What is resolved and says no time for it, was at the latest when it was touched last.
pub(super) fn resolved_at(incident: &vendor::Incident) -> Option<Timestamp> {
    match incident.status {
        IncidentStatus::Resolved => Some(
            incident
                .resolved_at
                .or(incident.updated_at)
                .unwrap_or(incident.created_at),
        ),
        // An unknown status is not a resolution.
        IncidentStatus::Triggered | IncidentStatus::Acknowledged | IncidentStatus::Unknown => None,
    }
}

/// What the list tells.
pub(super) fn listed(incident: &vendor::Incident) -> Incident {
    let reference = incident
        .number
        .map_or_else(|| incident.id.clone(), |number| format!("#{number}"));
    let status = match (&incident.merged_into, resolved_at(incident)) {
        (Some(other), _) => Status::Merged {
            into: IncidentId::new(NAME, &other.id),
        },
        (None, Some(at)) => Status::Resolved { at },
        (None, None) => Status::Open,
    };
    Incident {
        url: incident.html_url.clone(),
        service: incident
            .service
            .as_ref()
            .and_then(|service| service.summary.clone())
            .unwrap_or_default(),
        severity: incident.priority.clone(),
        channels: incident
            .conference_url
            .as_deref()
            .and_then(slack_link::channel)
            .into_iter()
            .collect(),
        ..Incident::listed(
            IncidentId::new(NAME, &incident.id),
            reference,
            incident.title.as_str(),
            incident.created_at,
            status,
        )
    }
}

/// Takes from the account's own fields when customers felt it, as far as the configuration names such fields. What is
/// no time is said to be missing; an empty field is none.
pub(super) fn fill_times(incident: &mut Incident, from: &vendor::Incident, fields: &TimeFields) {
    let TimeFields { began, mitigated } = fields;
    let mut gaps = Vec::new();
    let mut read = |name: &Option<String>| {
        let name = name.as_deref()?;
        let field = from.custom_fields.iter().find(|field| field.name == name)?;
        if field.value.is_null() || field.value.as_str() == Some("") {
            return None;
        }
        let at = field.value.as_str().and_then(|text| text.parse().ok());
        if at.is_none() {
            gaps.push(format!(
                "PagerDuty's field {name} holds no time with its offset from UTC"
            ));
        }
        at
    };
    incident.began_at = read(began);
    incident.mitigated_at = read(mitigated);
    incident.gaps.extend(gaps);
}

/// Somebody who took part, as the record names them.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) who: Reference,
    part: Part,
    contributions: u32,
}

/// Who took part, each once, the lead first: whoever acknowledged first leads, until a person volunteers. What each
/// did in the log and wrote in notes is counted; a note's own entry in the log is not, it would count twice.
pub(super) fn parts(incident: &vendor::Incident, log: &[LogEntry], notes: &[Note]) -> Vec<Taken> {
    let acted: Vec<&Reference> = log
        .iter()
        .filter(|entry| is_work(&entry.kind))
        .filter_map(|entry| entry.agent.as_ref())
        .collect();
    let lead = log
        .iter()
        .filter(|entry| entry.kind == LogEntryKind::Acknowledge)
        .filter_map(|entry| entry.agent.as_ref())
        .find(|agent| is_person(agent));
    let annotated = log
        .iter()
        .filter(|entry| entry.kind == LogEntryKind::Annotate)
        .filter_map(|entry| entry.agent.as_ref());
    let assigned = log.iter().flat_map(|entry| &entry.assignees);
    let wrote: Vec<&Reference> = notes.iter().filter_map(|note| note.user.as_ref()).collect();
    let everyone = (lead.into_iter())
        .chain(acted.iter().copied())
        .chain(annotated)
        .chain(assigned)
        .chain(&incident.responders)
        .chain(wrote.iter().copied())
        .filter(|reference| is_person(reference));
    let mut taken: Vec<Taken> = Vec::new();
    for who in everyone {
        match taken.iter_mut().find(|known| known.who.id == who.id) {
            // Expanded or not, with a name or without: what tells a name wins.
            Some(known) => {
                if known.who.summary.is_none() {
                    known.who.summary.clone_from(&who.summary);
                }
            }
            None => taken.push(Taken {
                who: who.clone(),
                part: match lead {
                    Some(lead) if lead.id == who.id => Part::Lead,
                    Some(_) | None => Part::Responder,
                },
                contributions: 0,
            }),
        }
    }
    for did in acted.iter().chain(&wrote) {
        if let Some(known) = taken.iter_mut().find(|known| known.who.id == did.id) {
            known.contributions += 1;
        }
    }
    taken
}

/// Whether an entry of that kind, done by a person, is work on the incident.
fn is_work(kind: &LogEntryKind) -> bool {
    match kind {
        LogEntryKind::Acknowledge
        | LogEntryKind::Unacknowledge
        | LogEntryKind::Assign
        | LogEntryKind::Delegate
        | LogEntryKind::Escalate
        | LogEntryKind::Snooze
        | LogEntryKind::UrgencyChange
        | LogEntryKind::Resolve => true,
        LogEntryKind::Trigger
        | LogEntryKind::Notify
        | LogEntryKind::Annotate
        | LogEntryKind::Other(_) => false,
    }
}

fn is_person(reference: &Reference) -> bool {
    matches!(reference.kind.as_str(), "user" | "user_reference") && !reference.id.is_empty()
}

/// Those who took part with what PagerDuty knows of them. No two have the same address.
pub(super) fn participants(parts: Vec<Taken>, people: &BTreeMap<String, User>) -> Vec<Participant> {
    let mut participants: Vec<Participant> = Vec::new();
    for Taken {
        who,
        part,
        contributions,
    } in parts
    {
        let named = || who.summary.clone().unwrap_or_else(|| who.id.clone());
        let person = match people.get(&who.id) {
            Some(user) => Person {
                name: if user.name.is_empty() {
                    named()
                } else {
                    user.name.clone()
                },
                email: user.email.as_ref().map(|email| email.to_lowercase()),
                time_zone: user.time_zone.clone(),
                ..Person::default()
            },
            // Gone, or not ours to see: the name in the log is what is known.
            None => Person {
                name: named(),
                ..Person::default()
            },
        };
        let known = participants
            .iter_mut()
            .find(|known| person.email.is_some() && known.person.email == person.email);
        match known {
            Some(known) => known.contributions += contributions,
            None => participants.push(Participant {
                person,
                part,
                contributions,
            }),
        }
    }
    participants
}

/// The log and the notes as one record, oldest first. Notifications are left out: who was paged when is PagerDuty's own
/// business; notes come from the list of notes, where they can be edited, not from the log.
pub(super) fn timeline(log: &[LogEntry], notes: &[Note]) -> Vec<TimelineEntry> {
    let logged = log.iter().filter_map(|entry| {
        let kind = match &entry.kind {
            LogEntryKind::Trigger => EntryKind::Alert,
            LogEntryKind::Acknowledge => EntryKind::Acknowledged,
            LogEntryKind::Assign | LogEntryKind::Delegate | LogEntryKind::Escalate => {
                EntryKind::Escalated
            }
            LogEntryKind::Resolve => EntryKind::Resolved,
            LogEntryKind::Unacknowledge
            | LogEntryKind::Snooze
            | LogEntryKind::UrgencyChange
            | LogEntryKind::Other(_) => EntryKind::Other,
            LogEntryKind::Notify | LogEntryKind::Annotate => return None,
        };
        let by = entry.agent.as_ref().and_then(|agent| agent.summary.clone());
        Some(TimelineEntry {
            url: entry.html_url.clone(),
            ..TimelineEntry::new(
                entry.created_at,
                kind,
                tool(entry).or(by),
                entry.summary.as_str(),
            )
        })
    });
    let noted = notes.iter().filter_map(|note| {
        Some(TimelineEntry::new(
            note.created_at?,
            EntryKind::Note,
            note.user.as_ref().and_then(|user| user.summary.clone()),
            note.content.as_str(),
        ))
    });
    let mut timeline: Vec<TimelineEntry> = logged.chain(noted).collect();
    timeline.sort_by_key(|entry| entry.at);
    timeline
}

/// The monitoring tool an alert came from, as its channel names it. The channel's shape varies and is not promised:
/// what is not there is not named.
fn tool(entry: &LogEntry) -> Option<String> {
    if entry.kind != LogEntryKind::Trigger {
        return None;
    }
    let named = ["details/client", "client", "cef_details/client"];
    named.iter().find_map(|path| {
        let value = entry.channel.pointer(&format!("/{path}"))?.as_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    })
}
