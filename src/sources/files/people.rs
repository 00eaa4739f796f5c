//! The people a file names.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::playbook::incident::{Part, Participant};
use crate::playbook::person::Person;
use crate::sources::outside::{is_address, said};

/// Somebody who took part.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePerson {
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

/// The lead first, then responders, then observers. Whoever is named twice keeps the first part.
pub(super) fn participants(
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
