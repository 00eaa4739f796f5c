use jiff::Timestamp;

use super::super::incident::{IncidentId, Status};
use super::*;

fn person(name: &str, email: Option<&str>, slack: Option<&str>) -> Person {
    Person {
        name: name.to_owned(),
        email: email.map(str::to_owned),
        slack: slack.map(str::to_owned),
        ..Person::default()
    }
}

fn took(person: Person, part: Part, contributions: u32) -> Participant {
    Participant {
        person,
        part,
        contributions,
    }
}

fn said(person: Person, contributions: u32) -> Participant {
    took(person, Part::Observer, contributions)
}

fn incident(participants: Vec<Participant>) -> Incident {
    Incident {
        participants,
        ..Incident::listed(
            IncidentId::new("test", "1"),
            "#1",
            "Checkout is down",
            Timestamp::UNIX_EPOCH,
            Status::Open,
        )
    }
}

#[test]
fn whoever_is_known_is_completed_and_keeps_name_and_part() {
    let mut read = incident(vec![took(
        person("Ada Example", Some("ada@example.com"), None),
        Part::Lead,
        3,
    )]);
    let chat = Person {
        atlassian: Some("acc-1".into()),
        time_zone: Some("Europe/Berlin".into()),
        ..person("ada", Some("ADA@example.com"), Some("U1"))
    };
    join(&mut read, vec![said(chat, 40)]);
    let known = Person {
        atlassian: Some("acc-1".into()),
        time_zone: Some("Europe/Berlin".into()),
        ..person("Ada Example", Some("ada@example.com"), Some("U1"))
    };
    assert_eq!(read.participants, [took(known, Part::Lead, 43)]);
}

#[test]
fn whoever_is_new_has_the_part_that_follows_from_what_they_did() {
    for (contributions, part) in [
        (0, Part::Observer),
        (TOOK_PART - 1, Part::Observer),
        (TOOK_PART, Part::Responder),
        (u32::MAX, Part::Responder),
    ] {
        let mut read = incident(Vec::new());
        let ben = person("Ben", None, Some("U2"));
        join(
            &mut read,
            vec![took(ben.clone(), Part::Lead, contributions)],
        );
        assert_eq!(read.participants, [took(ben, part, contributions)]);
    }
}

#[test]
fn two_of_one_name_with_different_addresses_stay_two() {
    let one = person("Ada Example", Some("ada@example.com"), None);
    let other = person("Ada Example", Some("ada.example@example.com"), Some("U2"));
    let mut read = incident(vec![took(one.clone(), Part::Responder, 1)]);
    join(
        &mut read,
        vec![said(other.clone(), 6), said(other.clone(), 1)],
    );
    assert_eq!(
        read.participants,
        [
            took(one, Part::Responder, 1),
            took(other, Part::Responder, 7)
        ]
    );
}

#[test]
fn an_address_or_an_id_says_more_than_the_same_name_of_somebody_else() {
    let by_name = person("Ada Example", None, None);
    let by_id = person("A. E.", None, Some("U1"));
    let by_email = person("Example, A.", Some("ada@example.com"), None);
    for (known, expected) in [
        (vec![by_name.clone(), by_id.clone()], "A. E."),
        (
            vec![by_name.clone(), by_id.clone(), by_email],
            "Example, A.",
        ),
        (vec![by_name], "Ada Example"),
    ] {
        let known = known.into_iter().map(|person| said(person, 0)).collect();
        let mut read = incident(known);
        let ada = person("Ada Example", Some("ada@example.com"), Some("U1"));
        join(&mut read, vec![said(ada, 9)]);
        let who = read
            .participants
            .iter()
            .find(|participant| participant.contributions == 9)
            .unwrap();
        assert_eq!(who.person.name, expected);
    }
}

#[test]
fn people_without_a_name_or_an_id_are_not_each_other() {
    let mut read = incident(vec![said(Person::default(), 1)]);
    join(&mut read, vec![said(Person::default(), 1)]);
    assert_eq!(read.participants.len(), 2);
}

#[test]
fn a_count_that_would_run_over_stays_at_its_most() {
    let ada = person("Ada", None, None);
    let mut read = incident(vec![said(ada.clone(), u32::MAX)]);
    join(&mut read, vec![said(ada, 2)]);
    assert_eq!(read.participants[0].contributions, u32::MAX);
}

#[test]
fn forty_people_of_whom_half_are_known_by_whatever_there_is() {
    let whole = |number: u32| {
        person(
            &format!("Person {number}"),
            Some(&format!("p{number}@example.com")),
            Some(&format!("U{number}")),
        )
    };
    let known = (0..20)
        .map(|number| {
            let mut person = whole(number);
            match number % 3 {
                0 => person.slack = None,
                1 => person.email = None,
                _ => (person.email, person.slack) = (None, None),
            }
            took(
                person,
                if number == 7 {
                    Part::Lead
                } else {
                    Part::Responder
                },
                1,
            )
        })
        .collect();
    let mut read = incident(known);
    join(
        &mut read,
        (0..40)
            .rev()
            .map(|number| said(whole(number), number))
            .collect(),
    );
    assert_eq!(read.participants.len(), 40);
    for participant in &read.participants {
        assert!(participant.person.email.is_some() && participant.person.slack.is_some());
    }
    rank(&mut read.participants);
    let ranked: Vec<(Part, u32)> = read
        .participants
        .iter()
        .map(|participant| (participant.part, participant.contributions))
        .collect();
    let mut expected = vec![(Part::Lead, 8)];
    expected.extend((20..40).rev().map(|number| (Part::Responder, number)));
    expected.extend(
        (0..20)
            .rev()
            .filter(|number| *number != 7)
            .map(|number| (Part::Responder, number + 1)),
    );
    expected.sort_by_key(|(part, contributions)| (*part, u32::MAX - contributions));
    assert_eq!(ranked, expected);
}

#[test]
fn ranking_is_by_part_then_by_what_they_did_and_else_as_it_was() {
    let named = |name, part, count| took(person(name, None, None), part, count);
    let mut people = vec![
        named("a", Part::Observer, 9),
        named("b", Part::Responder, 1),
        named("c", Part::Responder, 4),
        named("d", Part::Lead, 0),
        named("e", Part::Responder, 4),
        named("f", Part::Observer, 10),
    ];
    rank(&mut people);
    let order: Vec<&str> = people
        .iter()
        .map(|participant| participant.person.name.as_str())
        .collect();
    assert_eq!(order, ["d", "c", "e", "b", "f", "a"]);
    rank(&mut []);
}
