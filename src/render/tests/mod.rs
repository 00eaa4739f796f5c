//! Stories to render, and ways to look at what came out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod documented;
mod kept_by_confluence;
mod outside_text;
mod overrides;
mod reviews;
mod texts;
mod timeline;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::{
    Detail, EntryKind, FileLink, Incident, IncidentId, Narrative, Part, Participant, Repeats,
    Status, TimelineEntry, Visibility,
};
use crate::playbook::person::Person;
use crate::playbook::rich_text::{Block, RichText, Span};
use crate::playbook::steps::action_items::Because;

const NASTY: &str = "A & <b>B</b> \"q\" 'a' ]]> <script>alert(1)</script> {{ 7*7 }} 🚒👩‍👩‍👧 התשלום נפל *x* <!channel>\0\u{b}";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn participant(name: &str, account: Option<&str>, part: Part) -> Participant {
    Participant {
        person: Person {
            name: name.to_owned(),
            atlassian: account.map(str::to_owned),
            ..Person::default()
        },
        part,
        contributions: 1,
    }
}

fn entry(time: &str, kind: EntryKind, by: Option<&str>, text: &str) -> TimelineEntry {
    TimelineEntry::new(at(time), kind, by.map(str::to_owned), text)
}

/// Nothing known but a title and times.
fn bare_incident(title: &str) -> Incident {
    Incident {
        detail: Detail::Full,
        ..Incident::listed(
            IncidentId::new("pagerduty", "Q1ABC2DEF3"),
            "#1042",
            title,
            at("2026-03-02T13:05:10Z"),
            Status::Resolved {
                at: at("2026-03-02T15:19:40Z"),
            },
        )
    }
}

/// Out of order, as two sources merged come in.
fn rich_timeline() -> Vec<TimelineEntry> {
    let permalink =
        |message: &str| Some(format!("https://example.slack.com/archives/C1/{message}"));
    let question = RichText {
        blocks: vec![
            Block::Paragraph(vec![
                Span::Person {
                    name: "Chidi Example".to_owned(),
                    atlassian: None,
                },
                Span::Text(" what does ".to_owned()),
                Span::Code("pool.size".to_owned()),
                Span::Text(" say?".to_owned()),
            ]),
            Block::Code("active=50\n\n  idle=0".to_owned()),
        ],
    };
    let answer = RichText {
        blocks: vec![Block::Paragraph(vec![
            Span::Strong(vec![Span::Text("Fifty".to_owned())]),
            Span::Text(", see ".to_owned()),
            Span::Link {
                url: "https://graphs.example.com/d/1?from=1&to=2".to_owned(),
                label: "the graph".to_owned(),
            },
        ])],
    };
    vec![
        entry(
            "2026-03-02T13:07:02Z",
            EntryKind::Acknowledged,
            Some("Ada Example"),
            "Acknowledged",
        ),
        TimelineEntry {
            repeats: Some(Repeats {
                times: 12,
                until: at("2026-03-02T14:05:00Z"),
            }),
            ..entry(
                "2026-03-02T13:05:10Z",
                EntryKind::Alert,
                Some("Pingdom"),
                "checkout.example.com is DOWN: HTTP 502",
            )
        },
        TimelineEntry {
            url: permalink("p1"),
            edited_at: Some(at("2026-03-02T13:12:00Z")),
            text: question,
            ..entry(
                "2026-03-02T13:10:00Z",
                EntryKind::Message,
                Some("Ada Example"),
                "",
            )
        },
        TimelineEntry {
            url: permalink("p2"),
            thread: Some(at("2026-03-02T13:10:00Z")),
            text: answer,
            files: vec![FileLink {
                name: "pool.png".to_owned(),
                url: Some("https://example.slack.com/files/F1/pool.png".to_owned()),
            }],
            ..entry(
                "2026-03-02T13:40:00Z",
                EntryKind::Message,
                Some("Chidi Example"),
                "",
            )
        },
        entry(
            "2026-03-02T13:31:00Z",
            EntryKind::Note,
            Some("Ben Example"),
            "Connections to the payment provider pile up; pool exhausted",
        ),
        entry(
            "2026-03-02T15:19:40Z",
            EntryKind::Resolved,
            None,
            "Resolved",
        ),
    ]
}

fn rich_incident() -> Incident {
    Incident {
        url: Some("https://example.pagerduty.com/incidents/Q1ABC2DEF3".to_owned()),
        service: "checkout".to_owned(),
        severity: Some("P1".to_owned()),
        participants: vec![
            participant("Ada Example", Some("557058:ada"), Part::Lead),
            participant("Ben Example", Some("557058:ben"), Part::Responder),
            participant("Chidi Example", None, Part::Responder),
            participant("Dana Example", None, Part::Observer),
        ],
        timeline: rich_timeline(),
        began_at: Some(at("2026-03-02T13:02:00Z")),
        mitigated_at: Some(at("2026-03-02T15:10:00Z")),
        gaps: vec!["Slack's #prod-issue could not be read before 14:02.".to_owned()],
        narrative: Narrative {
            description: Some("The payment provider answered slowly.\n\nOur connection pool has no timeout, so every worker ended up waiting for it and nobody could check out.".to_owned()),
            impact: Some("Checkout: two in three orders failed.\nReporting: numbers came up to an hour late.".to_owned()),
            fix_for_now: Some("A timeout of two seconds, live since 16:10.".to_owned()),
            fix_for_good: None,
            next_steps: Some("A credit for everybody whose order failed.".to_owned()),
        },
        ..bare_incident("Checkout is down")
    }
}

fn booked() -> MeetingState {
    MeetingState::Booked(Meeting {
        start: at("2026-03-03T09:00:00Z"),
        end: at("2026-03-03T10:00:00Z"),
        reason: "the first hour that suits everybody".to_owned(),
        punctuality: Punctuality::InTime,
        cannot_be_considered: vec!["Chidi Example".to_owned()],
    })
}

fn rich_story<'a>(incident: &'a Incident, zone: &'a TimeZone) -> Story<'a> {
    Story {
        incident,
        organisation: "Example Inc.",
        zone,
        marker: "debrief:pagerduty:Q1ABC2DEF3",
        sheet: SheetState::Ready {
            url: "https://docs.google.com/spreadsheets/d/abc/edit",
            count: CustomerCount {
                rows: 12_000,
                organisations: 3_411,
                ..CustomerCount::default()
            },
        },
        meeting: booked(),
        page_url: Some("https://example.atlassian.net/wiki/spaces/OPS/pages/98310"),
        event_url: Some("https://calendar.google.com/event?eid=abc"),
        volunteer: Some("raising_hand"),
        record_read_at: Some(at("2026-03-02T15:30:00Z")),
        masked: 2,
        mentions: MentionBy::AccountId,
    }
}

fn bare_story<'a>(incident: &'a Incident, zone: &'a TimeZone) -> Story<'a> {
    Story {
        sheet: SheetState::Coming,
        meeting: MeetingState::Coming,
        page_url: None,
        event_url: None,
        volunteer: None,
        record_read_at: None,
        masked: 0,
        ..rich_story(incident, zone)
    }
}

fn templates() -> Templates {
    Templates::embedded().unwrap()
}

fn item(text: &str, due: jiff::civil::Date, days_overdue: u32) -> NagItem {
    NagItem {
        text: text.to_owned(),
        due,
        days_overdue,
        page_title: "Postmortem #1042: Checkout is down".to_owned(),
        page_url: "https://example.atlassian.net/wiki/spaces/OPS/pages/98310".to_owned(),
        incident_reference: "#1042".to_owned(),
        because: Because::Assigned,
    }
}

fn digest(items: Vec<NagItem>) -> NagDigest<'static> {
    NagDigest {
        name: "Ada Example",
        organisation: "Example Inc.",
        today: jiff::civil::date(2026, 3, 16),
        items,
    }
}

fn two_items() -> Vec<NagItem> {
    vec![
        item(
            "Write a runbook for the payment provider",
            jiff::civil::date(2026, 3, 15),
            1,
        ),
        item(
            "Give the connection pool a timeout",
            jiff::civil::date(2026, 3, 4),
            12,
        ),
    ]
}

/// Everything that one story becomes, in one text.
fn everything(story: &Story<'_>) -> String {
    let templates = templates();
    let page = templates.page(story).unwrap();
    let mail = templates.announcement_mail(story).unwrap();
    let event = templates.meeting(story).unwrap();
    [
        ("page title", page.title),
        ("page", page.storage),
        ("subject", mail.subject),
        ("mail", mail.text),
        ("chat", templates.announcement_chat(story).unwrap().text),
        ("event", event.summary),
        ("event description", event.description),
        ("folder", templates.folder_name(story).unwrap()),
        ("sheet", templates.sheet_name(story).unwrap()),
    ]
    .map(|(name, text)| format!("==== {name}\n{text}\n"))
    .concat()
}

/// What a browser or Confluence would show of it, white space evened out. Panics where it is not well-formed.
fn shown(markup: &str) -> String {
    let body = markup
        .replace("<!DOCTYPE html>", "")
        .replace("<br>", "<br/>");
    let wrapped = format!(r#"<r xmlns:ac="a" xmlns:ri="r">{body}</r>"#);
    let document = roxmltree::Document::parse(&wrapped).expect("well-formed");
    assert!(
        !document
            .descendants()
            .any(|node| node.has_tag_name("script")),
        "outside text became markup"
    );
    let mut shown = String::new();
    for node in document.descendants() {
        let is_block = node.is_element()
            && [
                "p", "br", "h1", "h2", "h3", "td", "th", "li", "div", "title", "ac:task",
            ]
            .contains(&node.tag_name().name());
        if is_block {
            shown.push(' ');
        }
        if node.is_text() {
            shown.push_str(node.text().unwrap_or_default());
        }
    }
    text::line(&shown)
}

fn without_isolates(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}
