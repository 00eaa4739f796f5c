//! Who took part, when several sources tell of it: the pager knows who was on call, the chat who spoke.

use std::cmp::Reverse;

use super::incident::{Incident, Part, Participant};
use super::lead::is_same;
use super::person::Person;

/// Whoever did or said so many things worked on the incident; whoever did less watched.
pub const TOOK_PART: u32 = 5;

/// Joins people of another source with those of the incident. What the incident knows of somebody stays and is completed;
/// whoever is new comes last, in a part that follows from how much they did. Nobody's part changes.
pub fn join(incident: &mut Incident, others: Vec<Participant>) {
    for other in others {
        let known = incident
            .participants
            .iter_mut()
            // An address or an id before a name: of two with one name, the one that the source means comes first.
            .filter(|known| is_same(&known.person, &other.person))
            .min_by_key(|known| Reverse(shared(&known.person, &other.person)));
        match known {
            Some(known) => {
                known.contributions = known.contributions.saturating_add(other.contributions);
                complete(&mut known.person, other.person);
            }
            None => {
                let part = if other.contributions >= TOOK_PART {
                    Part::Responder
                } else {
                    Part::Observer
                };
                incident.participants.push(Participant { part, ..other });
            }
        }
    }
}

/// Orders people for reading: the lead, responders, observers, in each part whoever did most first. Those of whom as much
/// is known stay in their order.
pub fn rank(participants: &mut [Participant]) {
    participants.sort_by_key(|participant| (participant.part, Reverse(participant.contributions)));
}

/// How surely two readings are of the same person: more than a name, the more so an address.
fn shared(one: &Person, other: &Person) -> u8 {
    let both = |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some();
    if both(&one.email, &other.email) {
        2
    } else {
        u8::from(both(&one.slack, &other.slack) || both(&one.atlassian, &other.atlassian))
    }
}

/// Fills what is missing.
fn complete(known: &mut Person, other: Person) {
    let Person {
        name,
        email,
        atlassian,
        slack,
        time_zone,
    } = other;
    if known.name.is_empty() {
        known.name = name;
    }
    known.email = known.email.take().or(email);
    known.atlassian = known.atlassian.take().or(atlassian);
    known.slack = known.slack.take().or(slack);
    known.time_zone = known.time_zone.take().or(time_zone);
}

#[cfg(test)]
mod tests;
