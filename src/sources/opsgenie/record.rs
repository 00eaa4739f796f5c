//! From Opsgenie's shape to ours.

use super::NAME;
use crate::playbook::incident::{
    EntryKind, Incident, IncidentId, Narrative, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;
use crate::sources::outside::{is_address, is_web, said};
use crate::sources::slack_link;
use crate::vendors::opsgenie::{self as vendor, Entry, User};

/// What a list tells.
pub(super) fn listed(row: &vendor::Incident, status: Status) -> Incident {
    let reference =
        said(row.tiny_id.clone()).map_or_else(|| row.id.clone(), |number| format!("#{number}"));
    let title = row.message.trim();
    let links = row.extra_properties.values();
    let mut channels: Vec<String> = links
        .filter_map(|value| slack_link::channel(value.as_str()?))
        .collect();
    channels.sort_unstable();
    channels.dedup();
    Incident {
        url: row.links.web.clone().filter(|url| is_web(url)),
        severity: said(row.priority.clone()),
        began_at: row.impact_start_date,
        mitigated_at: row.impact_end_date,
        narrative: Narrative {
            description: said(row.description.clone()),
            ..Narrative::default()
        },
        channels,
        ..Incident::listed(
            IncidentId::new(NAME, &row.id),
            reference,
            if title.is_empty() {
                "An incident without a name"
            } else {
                title
            },
            row.created_at,
            status,
        )
    }
}

/// The services that were hit, each once, the one it was opened for first.
pub(super) fn service_ids(row: &vendor::Incident) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in row.service_id.iter().chain(&row.impacted_services.read) {
        if !id.is_empty() && !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

/// Whoever that is: by id, address or name.
fn user<'u>(users: &'u [User], who: &str) -> Option<&'u User> {
    users.iter().find(|user| {
        user.id == who || user.username.eq_ignore_ascii_case(who) || user.full_name == who
    })
}

fn person(users: &[User], who: &str) -> Option<Person> {
    let address = |text: &str| is_address(text).then(|| text.to_lowercase());
    match user(users, who) {
        Some(user) => Some(Person {
            name: if user.full_name.trim().is_empty() {
                user.username.clone()
            } else {
                user.full_name.clone()
            },
            email: address(&user.username),
            time_zone: user.time_zone.clone(),
            ..Person::default()
        }),
        // Not shown to us: whoever is named by an address is a person, anything else may be a rule or an integration.
        None => Some(Person {
            name: who.to_owned(),
            email: Some(address(who)?),
            ..Person::default()
        }),
    }
}

/// Who took part, each once, the lead first: whoever acknowledged first leads, until a person volunteers.
pub(super) fn participants(
    row: &vendor::Incident,
    entries: &[Entry],
    users: &[User],
) -> Vec<Participant> {
    let acted: Vec<Person> = entries
        .iter()
        .filter_map(|entry| person(users, entry.by.as_deref()?))
        .collect();
    let lead = entries
        .iter()
        .filter(|entry| kind(&entry.kind) == EntryKind::Acknowledged)
        .find_map(|entry| person(users, entry.by.as_deref()?));
    let called = row
        .responders
        .read
        .iter()
        .filter(|responder| responder.kind == "user")
        .filter_map(|responder| person(users, &responder.id));
    let same = |one: &Person, other: &Person| match (&one.email, &other.email) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.name == other.name,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let mut participants: Vec<Participant> = Vec::new();
    let everybody = lead
        .iter()
        .cloned()
        .chain(acted.iter().cloned())
        .chain(called);
    for somebody in everybody {
        if participants
            .iter()
            .all(|known| !same(&known.person, &somebody))
        {
            let is_lead = lead.as_ref().is_some_and(|lead| same(lead, &somebody));
            let did = acted
                .iter()
                .filter(|person| same(person, &somebody))
                .count();
            participants.push(Participant {
                person: somebody,
                part: if is_lead { Part::Lead } else { Part::Responder },
                contributions: u32::try_from(did).unwrap_or(u32::MAX),
            });
        }
    }
    participants
}

/// Oldest first, people by their names.
pub(super) fn timeline(entries: &[Entry], users: &[User]) -> Vec<TimelineEntry> {
    let named = |who: &String| person(users, who).map_or_else(|| who.clone(), |known| known.name);
    let mut timeline: Vec<TimelineEntry> = entries
        .iter()
        .map(|entry| {
            let by = entry.by.as_ref().map(named);
            TimelineEntry::new(entry.at, kind(&entry.kind), by, entry.text.as_str())
        })
        .collect();
    timeline.sort_by_key(|entry| entry.at);
    timeline
}

/// By what is in Opsgenie's word for it; its words are not described.
fn kind(word: &str) -> EntryKind {
    let word = word.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if has(&["unacknowledg", "reopen"]) {
        EntryKind::Other
    } else if has(&["acknowledg"]) {
        EntryKind::Acknowledged
    } else if has(&["resolve", "close"]) {
        EntryKind::Resolved
    } else if has(&["escalat", "responder"]) {
        EntryKind::Escalated
    } else if has(&["note", "comment"]) {
        EntryKind::Note
    } else if has(&["incidentcreated", "alert"]) {
        EntryKind::Alert
    } else {
        EntryKind::Other
    }
}
