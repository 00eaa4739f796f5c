//! Who leads: a volunteer, else whoever acknowledged first, else whoever is configured.
//!
//! The first volunteer is recorded once and stays. Two people who react within the same minute both mean well; the page
//! has one leader.

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::incident::{Incident, Part, Participant};
use super::person::Person;
use super::steps::Step;

/// The name of the decision that holds the [`Volunteer`]. It belongs to the announcement, whose post people react to.
pub const VOLUNTEER: &str = "volunteer";

/// Somebody who took the lead by a reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volunteer {
    /// Who.
    pub person: Person,
    /// Who led until then.
    pub instead_of: Option<Person>,
}

/// Whoever volunteered, once somebody did.
pub fn volunteer(case: &Case) -> Option<Volunteer> {
    case.decision(Step::Announcement, VOLUNTEER)
}

/// Makes the volunteer the lead; where there is neither a volunteer nor a lead, the configured one.
pub fn appoint(incident: &mut Incident, volunteer: Option<&Person>, configured: Option<&Person>) {
    let chosen = match (volunteer, incident.lead()) {
        (Some(volunteer), Some(lead)) if is_same(volunteer, lead) => return,
        (Some(volunteer), _) => volunteer,
        (None, Some(_)) => return,
        (None, None) => match configured {
            Some(configured) => configured,
            None => return,
        },
    };
    for participant in &mut incident.participants {
        if participant.part == Part::Lead {
            participant.part = Part::Responder;
        }
    }
    let known = incident
        .participants
        .iter()
        .position(|participant| is_same(&participant.person, chosen));
    let mut lead = match known {
        Some(position) => incident.participants.remove(position),
        None => Participant {
            person: chosen.clone(),
            part: Part::Lead,
            contributions: 0,
        },
    };
    lead.part = Part::Lead;
    incident.participants.insert(0, lead);
}

/// Whether two readings are of the same person: by address, else by an id that both know, else by name.
pub fn is_same(one: &Person, other: &Person) -> bool {
    let told = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => Some(one.eq_ignore_ascii_case(other)),
        (Some(_) | None, None) | (None, Some(_)) => None,
    };
    told(&one.email, &other.email)
        .or_else(|| told(&one.slack, &other.slack))
        .or_else(|| told(&one.atlassian, &other.atlassian))
        .unwrap_or_else(|| !one.name.is_empty() && one.name.eq_ignore_ascii_case(&other.name))
}

#[cfg(test)]
mod tests {
    use super::super::incident::{IncidentId, Status};
    use super::*;

    fn person(name: &str) -> Person {
        Person {
            name: name.to_owned(),
            email: Some(format!("{}@example.com", name.to_lowercase())),
            ..Person::default()
        }
    }

    fn incident(parts: &[(&str, Part)]) -> Incident {
        let participants = parts
            .iter()
            .map(|(name, part)| Participant {
                person: person(name),
                part: *part,
                contributions: 1,
            })
            .collect();
        Incident {
            participants,
            ..Incident::listed(
                IncidentId::new("test", "1"),
                "#1",
                "Checkout is down",
                "2026-03-02T09:00:00Z".parse().unwrap(),
                Status::Open,
            )
        }
    }

    fn parts(incident: &Incident) -> Vec<(&str, Part)> {
        incident
            .participants
            .iter()
            .map(|participant| (participant.person.name.as_str(), participant.part))
            .collect()
    }

    #[test]
    fn a_volunteer_comes_first_and_whoever_led_goes_on_responding() {
        let mut read = incident(&[("Ada", Part::Lead), ("Ben", Part::Responder)]);
        appoint(&mut read, Some(&person("Ben")), Some(&person("Cleo")));
        assert_eq!(
            parts(&read),
            [("Ben", Part::Lead), ("Ada", Part::Responder)]
        );
        appoint(&mut read, Some(&person("Ben")), None);
        assert_eq!(
            parts(&read),
            [("Ben", Part::Lead), ("Ada", Part::Responder)]
        );
    }

    #[test]
    fn a_volunteer_who_took_no_part_so_far_is_added() {
        let mut read = incident(&[("Ada", Part::Lead)]);
        appoint(&mut read, Some(&person("Dana")), None);
        assert_eq!(
            parts(&read),
            [("Dana", Part::Lead), ("Ada", Part::Responder)]
        );
    }

    #[test]
    fn the_configured_lead_is_for_incidents_that_nobody_acknowledged() {
        let mut taken = incident(&[("Ada", Part::Lead)]);
        appoint(&mut taken, None, Some(&person("Cleo")));
        assert_eq!(parts(&taken), [("Ada", Part::Lead)]);
        let mut orphan = incident(&[("Ben", Part::Responder)]);
        appoint(&mut orphan, None, Some(&person("Cleo")));
        assert_eq!(
            parts(&orphan),
            [("Cleo", Part::Lead), ("Ben", Part::Responder)]
        );
        let mut nobody = incident(&[]);
        appoint(&mut nobody, None, None);
        assert_eq!(parts(&nobody), []);
    }

    #[test]
    fn people_are_joined_by_address_before_ids_and_names() {
        let with = |name: &str, email: Option<&str>, slack: Option<&str>| Person {
            name: name.to_owned(),
            email: email.map(str::to_owned),
            slack: slack.map(str::to_owned),
            ..Person::default()
        };
        let ada = with("Ada", Some("ada@example.com"), Some("U1"));
        for (other, same) in [
            (with("A.", Some("ADA@example.com"), None), true),
            (with("Ada", Some("ada@other.example"), Some("U1")), false),
            (with("A.", None, Some("U1")), true),
            (with("ada", None, None), true),
            (with("", None, None), false),
        ] {
            assert_eq!(is_same(&ada, &other), same, "{other:?}");
        }
    }
}
