//! Masking in text with markup, and in a whole incident.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::playbook::customer::AffectedCustomer;
use crate::playbook::incident::{
    EntryKind, FileLink, IncidentId, Narrative, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;
use crate::playbook::rich_text::{Block, RichText, Span};

fn text(text: &str) -> Span {
    Span::Text(text.to_owned())
}

fn code(code: &str) -> Span {
    Span::Code(code.to_owned())
}

fn link(url: &str, label: &str) -> Span {
    Span::Link {
        url: url.to_owned(),
        label: label.to_owned(),
    }
}

fn person(name: &str) -> Span {
    Span::Person {
        name: name.to_owned(),
        atlassian: None,
    }
}

fn paragraph(spans: Vec<Span>) -> RichText {
    RichText {
        blocks: vec![Block::Paragraph(spans)],
    }
}

fn blocks(blocks: Vec<Block>) -> RichText {
    RichText { blocks }
}

#[test]
fn a_secret_is_found_across_the_pieces_of_a_text() {
    let token = concat!("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789");
    let cases = [
        (
            paragraph(vec![
                text("password: "),
                Span::Strong(vec![text("hunter2")]),
                text(" ok"),
            ]),
            paragraph(vec![
                text("password: "),
                Span::Strong(vec![text("[masked: password]")]),
                text(" ok"),
            ]),
        ),
        (
            paragraph(vec![
                text("password: hun"),
                Span::Strong(vec![text("ter")]),
                text("2 ok"),
            ]),
            paragraph(vec![text("password: [masked: password]"), text(" ok")]),
        ),
        (
            paragraph(vec![
                Span::Strong(vec![text("password")]),
                text(": hunter2"),
            ]),
            paragraph(vec![
                Span::Strong(vec![text("password")]),
                text(": [masked: password]"),
            ]),
        ),
        (
            paragraph(vec![text("password is "), code("sword fish"), text(" now")]),
            paragraph(vec![
                text("password is "),
                code("[masked: password]"),
                text(" now"),
            ]),
        ),
        (
            blocks(vec![
                Block::Paragraph(vec![text("password:")]),
                Block::Code("hunter2".into()),
            ]),
            blocks(vec![
                Block::Paragraph(vec![text("password:")]),
                Block::Code("[masked: password]".into()),
            ]),
        ),
        (
            blocks(vec![
                Block::List(vec![vec![text("a")], vec![text(token), text("!")]]),
                Block::Quote(vec![text(token)]),
            ]),
            blocks(vec![
                Block::List(vec![
                    vec![text("a")],
                    vec![text("[masked: token]"), text("!")],
                ]),
                Block::Quote(vec![text("[masked: token]")]),
            ]),
        ),
        (
            paragraph(vec![
                person("Ada Example"),
                text(" mail x@customer.test"),
                Span::Break,
                text("y"),
            ]),
            paragraph(vec![
                person("Ada Example"),
                text(" mail [masked: mail address]"),
                Span::Break,
                text("y"),
            ]),
        ),
        (
            paragraph(vec![person("ada@customer.test")]),
            paragraph(vec![person("ada@customer.test")]),
        ),
        (
            paragraph(vec![text("password: "), person("hunter2")]),
            paragraph(vec![text("password: "), person("hunter2")]),
        ),
        (
            paragraph(vec![text("password: a1"), person("Ada"), text("b2 ok")]),
            paragraph(vec![
                text("password: [masked: password]"),
                person("Ada"),
                text(" ok"),
            ]),
        ),
        (
            paragraph(vec![link("mailto:x@customer.test", "x@customer.test")]),
            paragraph(vec![text("[masked: mail address]")]),
        ),
        (
            paragraph(vec![link(
                &format!("https://x.example.com/?token={token}"),
                "the report",
            )]),
            paragraph(vec![text("the report")]),
        ),
        (
            paragraph(vec![link(
                "https://x.example.com/1",
                &format!("see {token}"),
            )]),
            paragraph(vec![link("https://x.example.com/1", "see [masked: token]")]),
        ),
        (
            paragraph(vec![
                link("https://x.example.com/1", "x"),
                Span::Struck(vec![Span::Emphasis(vec![])]),
            ]),
            paragraph(vec![
                link("https://x.example.com/1", "x"),
                Span::Struck(vec![Span::Emphasis(vec![])]),
            ]),
        ),
    ];
    let masker = masker();
    for (before, after) in cases {
        let mut rich = before.clone();
        let found = masker.rich(&mut rich);
        assert_eq!(rich, after);
        assert_eq!(found.is_empty(), before == after, "{before:?}");
        assert!(masker.rich(&mut rich).is_empty(), "{after:?}");
    }
}

#[test]
fn a_link_that_shows_its_own_address_is_counted_once() {
    let url = concat!(
        "https://hooks.slack.com/",
        "services/T00000000/B00000000/MadeUpMadeUpMadeUpMadeUp"
    );
    let mut shown = paragraph(vec![link(url, url)]);
    assert_eq!(masker().rich(&mut shown).total(), 1);
    let mut hidden = paragraph(vec![link(url, "here")]);
    assert_eq!(masker().rich(&mut hidden).total(), 1);
    assert_eq!(hidden, paragraph(vec![text("here")]));
}

#[test]
fn plain_and_rich_text_are_masked_alike() {
    let masker = masker();
    for (text, expected) in table::SECRETS {
        let mut rich = RichText::plain_text(text);
        let found = masker.rich(&mut rich);
        assert_eq!(rich.to_plain(), *expected);
        assert_eq!(found, masker.mask(text).1);
    }
}

#[test]
fn an_incident_is_masked_wherever_people_read_it_and_nowhere_else() {
    let secret = concat!("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789");
    let at: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let mut incident = Incident::listed(
        IncidentId::new("files", "x@customer.test"),
        "#7",
        format!("Login fails with {secret}"),
        at,
        Status::Open,
    );
    incident.url = Some("https://x.example.com/7".to_owned());
    let told = || Some(format!("told {secret}"));
    incident.narrative = Narrative {
        description: told(),
        impact: told(),
        fix_for_now: told(),
        fix_for_good: told(),
        next_steps: told(),
    };
    incident.participants = vec![Participant {
        person: Person {
            name: "Grace".to_owned(),
            email: Some("grace@customer.test".to_owned()),
            ..Person::default()
        },
        part: Part::Observer,
        contributions: 0,
    }];
    incident.customers = vec![AffectedCustomer {
        org_name: "mail x@customer.test".to_owned(),
        ..AffectedCustomer::default()
    }];
    let entry = TimelineEntry {
        url: Some(format!("https://x.example.com/?access_token={secret}")),
        files: vec![
            FileLink {
                name: format!("{secret}.txt"),
                url: Some("https://x.example.com/f".to_owned()),
            },
            FileLink {
                name: "f".to_owned(),
                url: Some(format!("https://u:{secret}@x.example.com/f")),
            },
        ],
        ..TimelineEntry::new(
            at,
            EntryKind::Message,
            Some("Ada".into()),
            format!("password: {secret}"),
        )
    };
    incident.timeline = vec![entry];
    incident.gaps = vec![format!("could not read {secret}")];

    let masker = masker();
    let found = masker.incident(&mut incident);
    let value = serde_json::to_value(&incident).unwrap();
    assert!(!value.to_string().contains(&secret[4..20]), "{value}");
    assert_eq!(value["url"], json!("https://x.example.com/7"));
    assert_eq!(value["timeline"][0]["url"], json!(null));
    assert_eq!(
        value["timeline"][0]["files"][0]["url"],
        json!("https://x.example.com/f")
    );
    assert_eq!(value["timeline"][0]["files"][1]["url"], json!(null));
    assert_eq!(
        value["participants"][0]["person"]["email"],
        json!("grace@customer.test")
    );
    assert_eq!(
        value["customers"][0]["org_name"],
        json!("mail x@customer.test")
    );
    assert_eq!(incident.id.key(), "x@customer.test");
    assert_eq!(found.total(), 11);

    let before = incident.clone();
    assert!(masker.incident(&mut incident).is_empty());
    assert_eq!(incident, before);
}

#[test]
fn a_long_record_is_masked_whole() {
    let secret = concat!("xoxb-", "123456789012-MadeUpMadeUpMadeUp");
    let at: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let mut incident = Incident::listed(IncidentId::new("files", "1"), "#1", "x", at, Status::Open);
    let log =
        "2026-11-23T10:15:30Z ERROR [pool-7] order=1234567890123456 status=503 token expired é\n"
            .repeat(500);
    for number in 0..2_300 {
        let said = match number % 100 {
            0 => format!("{log}{secret}"),
            50 => format!("use {secret} for now"),
            _ => format!("message {number}: p99 is at {number} ms, rolling back deploy {number}"),
        };
        incident
            .timeline
            .push(TimelineEntry::new(at, EntryKind::Message, None, said));
    }
    let found = masker().incident(&mut incident);
    assert_eq!((found.total(), found.of("token")), (46, 46));
}
