//! What people read, as snapshots, and what must hold whatever an incident is called.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::{
    Detail, EntryKind, Incident, IncidentId, Narrative, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;

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
    }
}

fn entry(time: &str, kind: EntryKind, by: Option<&str>, text: &str) -> TimelineEntry {
    TimelineEntry {
        at: at(time),
        kind,
        by: by.map(str::to_owned),
        text: text.to_owned(),
    }
}

/// Nothing known but a title and times.
fn bare_incident(title: &str) -> Incident {
    Incident {
        id: IncidentId::new("pagerduty", "Q1ABC2DEF3"),
        reference: "#1042".to_owned(),
        title: title.to_owned(),
        url: None,
        service: String::new(),
        severity: None,
        opened_at: at("2026-03-02T13:05:10Z"),
        status: Status::Resolved {
            at: at("2026-03-02T15:19:40Z"),
        },
        detail: Detail::Full,
        participants: Vec::new(),
        timeline: Vec::new(),
        narrative: Narrative::default(),
        customers: Vec::new(),
    }
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
        // Out of order, as two sources merged come in.
        timeline: vec![
            entry("2026-03-02T13:07:02Z", EntryKind::Acknowledged, Some("Ada Example"), "Acknowledged"),
            entry("2026-03-02T13:05:10Z", EntryKind::Alert, Some("Pingdom"), "checkout.example.com is DOWN: HTTP 502"),
            entry("2026-03-02T13:31:00Z", EntryKind::Note, Some("Ben Example"), "Connections to the payment provider pile up; pool exhausted"),
            entry("2026-03-02T15:19:40Z", EntryKind::Resolved, None, "Resolved"),
        ],
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
            },
        },
        meeting: booked(),
        page_url: Some("https://example.atlassian.net/wiki/spaces/OPS/pages/98310"),
        event_url: Some("https://calendar.google.com/event?eid=abc"),
    }
}

fn bare_story<'a>(incident: &'a Incident, zone: &'a TimeZone) -> Story<'a> {
    Story {
        sheet: SheetState::Coming,
        meeting: MeetingState::Coming,
        page_url: None,
        event_url: None,
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

#[test]
fn a_rich_incident() {
    let (incident, zone) = (rich_incident(), berlin());
    insta::assert_snapshot!(everything(&rich_story(&incident, &zone)));
}

#[test]
fn an_incident_of_which_hardly_anything_is_known() {
    let (incident, zone) = (bare_incident("Checkout is down"), berlin());
    insta::assert_snapshot!(everything(&bare_story(&incident, &zone)));
}

#[test]
fn an_incident_with_a_nasty_title() {
    let (incident, zone) = (bare_incident(NASTY), berlin());
    insta::assert_snapshot!(everything(&bare_story(&incident, &zone)));
}

#[test]
fn the_mail_as_html() {
    let (incident, zone) = (rich_incident(), berlin());
    insta::assert_snapshot!(
        templates()
            .announcement_mail(&rich_story(&incident, &zone))
            .unwrap()
            .html
    );
}

#[test]
fn a_nag() {
    let mail = templates().nag_mail(&digest(two_items())).unwrap();
    insta::assert_snapshot!(format!(
        "{}\n\n{}\n\n{}",
        mail.subject, mail.text, mail.html
    ));
}

#[test]
fn a_nag_about_one_item_speaks_of_one() {
    let mail = templates()
        .nag_mail(&digest(vec![item(
            "Give the pool a timeout",
            jiff::civil::date(2026, 3, 15),
            1,
        )]))
        .unwrap();
    assert_eq!(mail.subject, "One action item is overdue");
    assert!(mail.text.contains("1 day overdue"), "{}", mail.text);
    assert!(
        !mail.text.contains("items") && !mail.text.contains("days"),
        "{}",
        mail.text
    );
}

#[test]
fn a_nag_lists_the_most_overdue_first_and_none_without_items() {
    let mail = templates().nag_mail(&digest(two_items())).unwrap();
    for body in [&mail.text, &mail.html] {
        assert!(body.find("connection pool").unwrap() < body.find("runbook").unwrap());
    }
    assert!(matches!(
        templates().nag_mail(&digest(Vec::new())),
        Err(RenderError::NoNews { .. })
    ));
}

#[test]
fn every_section_of_the_process_is_on_the_page() {
    let (rich, bare, zone) = (rich_incident(), bare_incident("Checkout is down"), berlin());
    for story in [rich_story(&rich, &zone), bare_story(&bare, &zone)] {
        let storage = templates().page(&story).unwrap().storage;
        for heading in [
            "<th>Date</th>",
            "<th>Incident leader</th>",
            "<th>Participants</th>",
            "<h2>Description</h2>",
            "<h2>Timeline</h2>",
            "<h2>Contributing factors</h2>",
            "<h2>How we fixed it</h2>",
            "<h3>For now</h3>",
            "<h3>For good</h3>",
            "<h2>Customer impact</h2>",
            "<h2>Corrective actions</h2>",
            "blameless",
            "Hindsight is 20/20",
            "does not become one",
            "<ac:task-list>",
            "Good questions",
        ] {
            assert!(storage.contains(heading), "{heading} is missing");
        }
        assert_eq!(storage.matches("Why was that?").count() + 1, 5, "five whys");
        assert!(
            storage
                .ends_with("<p><sub>Prepared by Debrief · debrief:pagerduty:Q1ABC2DEF3</sub></p>")
        );
    }
}

#[test]
fn the_lead_finds_tasks_with_a_mention_and_the_date_of_the_meeting() {
    let (incident, zone) = (rich_incident(), berlin());
    let storage = templates()
        .page(&rich_story(&incident, &zone))
        .unwrap()
        .storage;
    let task = storage.split("<ac:task>").nth(1).unwrap();
    assert!(
        task.contains(r#"<ri:user ri:account-id="557058:ada"/>"#),
        "{task}"
    );
    assert!(task.contains(r#"<time datetime="2026-03-03"/>"#), "{task}");
}

#[test]
fn a_title_arrives_as_that_text_everywhere() {
    let zone = berlin();
    let endless = "x&\"<ö👩‍👩‍👧> ".repeat(500);
    for title in [NASTY, "שלום", "  spaces\r\nand lines ", endless.as_str()] {
        let incident = bare_incident(title);
        let whole = text::line(title);
        for story in [bare_story(&incident, &zone), rich_story(&incident, &zone)] {
            let page = templates().page(&story).unwrap();
            let mail = templates().announcement_mail(&story).unwrap();
            let event = templates().meeting(&story).unwrap();
            assert!(shown(&page.storage).contains(&whole), "page");
            assert!(shown(&mail.html).contains(&whole), "HTML mail");
            assert!(
                text::line(&without_isolates(&mail.text)).contains(&whole),
                "text mail"
            );
            if whole.encode_utf16().count() < 180 {
                assert!(page.title.ends_with(&whole), "page title");
                assert!(without_isolates(&mail.subject).contains(&whole), "subject");
                assert!(without_isolates(&event.summary).contains(&whole), "event");
                assert!(
                    without_isolates(&shown(&event.description)).contains(&whole),
                    "description"
                );
            }
        }
    }
}

#[test]
fn names_keep_to_the_vendors_limits_and_keep_what_follows_the_title() {
    let zone = berlin();
    for title in [
        "👩‍👩‍👧".repeat(2_000),
        "e\u{301}".repeat(3_000),
        "\u{301}".repeat(9_000),
        "word ".repeat(2_000),
    ] {
        let incident = bare_incident(&title);
        let story = rich_story(&incident, &zone);
        let templates = templates();
        let subject = templates.announcement_mail(&story).unwrap().subject;
        for (text, limit) in [
            (templates.page_title(&story).unwrap(), 255),
            (subject.clone(), 200),
            (templates.meeting(&story).unwrap().summary, 1_000),
            (templates.folder_name(&story).unwrap(), 200),
            (templates.sheet_name(&story).unwrap(), 200),
        ] {
            let units = text.encode_utf16().count();
            assert!(
                units <= limit && units > limit / 2,
                "{units} of {limit}: {text}"
            );
            assert!(text.contains('…') && text.contains("#1042"), "{text}");
            assert!(!text.contains(['\n', '\0']), "{text}");
        }
        assert!(subject.contains("2 March 2026, 14:05 CET"), "{subject}");
    }
}

#[test]
fn a_subject_cannot_begin_another_header() {
    let (incident, zone) = (bare_incident("Down\r\nBcc: everyone@example.com"), berlin());
    let subject = templates()
        .announcement_mail(&bare_story(&incident, &zone))
        .unwrap()
        .subject;
    assert_eq!(
        subject,
        "Down Bcc: everyone@example.com: 2 March 2026, 14:05 CET (#1042)"
    );
}

#[test]
fn outside_text_is_data_in_every_field_and_every_template() {
    let zone = berlin();
    let incident = Incident {
        reference: NASTY.to_owned(),
        service: NASTY.to_owned(),
        severity: Some(NASTY.to_owned()),
        url: Some("javascript:alert(1)".to_owned()),
        participants: vec![
            participant(NASTY, Some("1\"/><script/>"), Part::Lead),
            participant(NASTY, None, Part::Responder),
            participant(NASTY, None, Part::Observer),
        ],
        timeline: vec![entry(
            "2026-03-02T13:07:02Z",
            EntryKind::Message,
            Some(NASTY),
            NASTY,
        )],
        narrative: Narrative {
            description: Some(NASTY.to_owned()),
            impact: Some(NASTY.to_owned()),
            fix_for_now: Some(NASTY.to_owned()),
            fix_for_good: Some(NASTY.to_owned()),
            next_steps: Some(NASTY.to_owned()),
        },
        ..bare_incident(NASTY)
    };
    let MeetingState::Booked(meeting) = booked() else {
        unreachable!()
    };
    let story = Story {
        organisation: NASTY,
        marker: NASTY,
        page_url: Some("https://example.com/?a=1&b=\"><script>|>"),
        event_url: Some("javascript:alert(1)"),
        meeting: MeetingState::Booked(Meeting {
            reason: NASTY.to_owned(),
            cannot_be_considered: vec![NASTY.to_owned()],
            ..meeting
        }),
        ..rich_story(&incident, &zone)
    };
    let templates = templates();
    let mut nag = digest(vec![NagItem {
        text: NASTY.to_owned(),
        page_title: NASTY.to_owned(),
        page_url: NASTY.to_owned(),
        incident_reference: NASTY.to_owned(),
        ..item("", jiff::civil::date(2026, 3, 15), 1)
    }]);
    nag.name = NASTY;
    nag.organisation = NASTY;
    for markup in [
        templates.page(&story).unwrap().storage,
        templates.page_comment(&story, News::Sheet).unwrap(),
        templates.page_comment(&story, News::Meeting).unwrap(),
        templates.announcement_mail(&story).unwrap().html,
        templates.meeting(&story).unwrap().description,
        templates.nag_mail(&nag).unwrap().html,
    ] {
        shown(&markup);
        assert!(!markup.contains("<script"), "{markup}");
        assert!(!markup.contains("javascript:"), "{markup}");
        assert!(!markup.contains(['\0', '\u{b}']));
    }
    let chat = templates.announcement_chat(&story).unwrap().text;
    assert!(!chat.contains("<!") && !chat.contains("<script"), "{chat}");
    let links: Vec<_> = chat
        .match_indices('<')
        .map(|(at, _)| &chat[at..at + 9])
        .collect();
    assert!(links.iter().all(|link| *link == "<https://"), "{links:?}");
}

#[test]
fn text_and_html_say_the_same() {
    let (rich, bare, zone) = (rich_incident(), bare_incident(NASTY), berlin());
    for story in [rich_story(&rich, &zone), bare_story(&bare, &zone)] {
        let mail = templates().announcement_mail(&story).unwrap();
        let html = shown(&mail.html).to_lowercase();
        for paragraph in without_isolates(&mail.text).split("\n\n") {
            let words = paragraph
                .split_whitespace()
                .filter(|word| !word.contains("://") && *word != "--");
            for sentence in words
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase()
                .split([':', '.'])
            {
                let sentence = sentence.trim();
                assert!(html.contains(sentence), "«{sentence}» is not in {html}");
            }
        }
        for heading in [
            "WHICH SERVICE",
            "FROM WHEN TO WHEN",
            "ISSUE TEAM",
            "WHAT HAPPENED AND WHY",
            "IMPACT ON CUSTOMERS, BY SERVICE",
            "WHICH CUSTOMERS",
            "STATUS NOW",
            "NEXT STEPS",
        ] {
            assert!(mail.text.contains(heading), "{heading}");
        }
    }
}

#[test]
fn lines_of_a_text_mail_are_readable() {
    let zone = berlin();
    let mut incident = rich_incident();
    incident.narrative.description = Some("many words ".repeat(400));
    incident.participants = (0..80)
        .map(|number| participant(&format!("Person Number {number}"), None, Part::Responder))
        .collect();
    let mail = templates()
        .announcement_mail(&rich_story(&incident, &zone))
        .unwrap();
    for line in mail.text.lines() {
        assert!(line.chars().count() <= 90, "{line}");
    }
}

#[test]
fn the_largest_page_stays_below_a_megabyte_and_says_what_it_leaves_out() {
    let zone = berlin();
    let endless = || "\"\n\n\"&".repeat(20_000);
    let mut incident = Incident {
        narrative: Narrative {
            description: Some(endless()),
            impact: Some(endless()),
            fix_for_now: Some(endless()),
            fix_for_good: Some(endless()),
            next_steps: Some(endless()),
        },
        participants: (0..2_000)
            .map(|_| participant(&"\"".repeat(500), Some(&"\"".repeat(200)), Part::Responder))
            .collect(),
        timeline: (0..20_000)
            .map(|second| TimelineEntry {
                at: at("2026-03-02T13:05:10Z") + SignedDuration::from_secs(second),
                kind: EntryKind::Message,
                by: Some("\"".repeat(500)),
                text: "\"".repeat(5_000),
            })
            .collect(),
        service: endless(),
        severity: Some(endless()),
        ..rich_incident()
    };
    incident.title = endless();
    let MeetingState::Booked(meeting) = booked() else {
        unreachable!()
    };
    let story = Story {
        meeting: MeetingState::Booked(Meeting {
            reason: endless(),
            cannot_be_considered: vec!["\"".repeat(500); 500],
            ..meeting
        }),
        ..rich_story(&incident, &zone)
    };
    let storage = templates().page(&story).unwrap().storage;
    assert!(storage.contains("more entries are left out here"));
    assert!(storage.contains("and 1900 more"));
}

#[test]
fn a_long_record_shows_what_tells_the_story_and_expands_the_rest() {
    let zone = berlin();
    let mut incident = rich_incident();
    incident
        .timeline
        .extend((0..500).map(|minute| TimelineEntry {
            at: at("2026-03-02T13:06:00Z") + SignedDuration::from_secs(minute * 10),
            kind: EntryKind::Message,
            by: None,
            text: format!("message {minute}."),
        }));
    let storage = templates()
        .page(&rich_story(&incident, &zone))
        .unwrap()
        .storage;
    let (plain, expanded) = storage
        .split_once("The rest of the record: 444 more")
        .unwrap();
    for told in [
        "checkout.example.com is DOWN",
        "pool exhausted",
        "<td>Resolved</td>",
        "message 0.",
    ] {
        assert!(plain.contains(told), "{told} is in plain view");
    }
    for number in 0..500 {
        assert_eq!(storage.matches(&format!("message {number}.")).count(), 1);
    }
    assert!(expanded.contains("message 499."));
    assert!(
        plain.find("DOWN: HTTP 502").unwrap() < plain.find("Acknowledged").unwrap(),
        "sorted by time"
    );
}

#[test]
fn late_news_comes_as_a_comment_and_only_when_there_is_some() {
    let (incident, zone) = (rich_incident(), berlin());
    let templates = templates();
    let story = rich_story(&incident, &zone);
    assert_eq!(
        templates.page_comment(&story, News::Sheet).unwrap(),
        "<p>The sheet of affected customers is ready, with 3,411 organisations in 12,000 rows:\n\
         <a href=\"https://docs.google.com/spreadsheets/d/abc/edit\">Affected customers (docs.google.com)</a></p>"
    );
    let meeting = shown(&templates.page_comment(&story, News::Meeting).unwrap());
    assert!(
        meeting.contains("is booked: Tuesday 3 March 2026, 10:00 to 11:00 CET"),
        "{meeting}"
    );
    assert!(meeting.contains("Why then: the first hour"), "{meeting}");
    let story = bare_story(&incident, &zone);
    for news in [News::Sheet, News::Meeting] {
        assert!(matches!(
            templates.page_comment(&story, news),
            Err(RenderError::NoNews { .. })
        ));
    }
}

fn overridden(name: &str, source: &str) -> Result<Templates, RenderError> {
    Templates::with_overrides(BTreeMap::from([(name.to_owned(), source.to_owned())]))
}

#[test]
fn a_broken_override_is_an_error_that_names_template_and_line() {
    let (incident, zone) = (rich_incident(), berlin());
    let page = "postmortem_page/page.xhtml";
    for (source, line, said) in [
        ("<p>fine</p>\n\n<p>{{ title }}\n<h2>x</h2>", 4, "'debrief'"),
        (
            "<p>one</p>\n<p>two</b>\n<p>three</p>",
            2,
            "expected 'p' tag, not 'b'",
        ),
        ("<p>one</p>\n\n{{ title }}\n{{ title }} &nbsp;", 4, "nbsp"),
        ("<p>one</p>\n<p>{{ titel }}</p>", 2, "undefined"),
        ("<p>\n\n\n{{ title|safe }}</p>", 4, "safe"),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}\n.{% endfor %}{% endfor %}",
            1,
            "fuel",
        ),
        ("<p>{{ sheet }}</p>", 1, "cannot be printed"),
        ("<p>{{ merged_into }}</p>", 1, "not known"),
    ] {
        let error = overridden(page, source)
            .and_then(|templates| templates.page(&rich_story(&incident, &zone)))
            .expect_err(source);
        assert_eq!(
            (error.template(), error.line()),
            (page, Some(line)),
            "{error}"
        );
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.to_string().contains(&error.remedy()), "{error}");
    }
    let error = overridden(page, "<p>\n{% if %}").unwrap_err();
    assert!(
        matches!(&error, RenderError::Syntax { line: 2, .. }),
        "{error:?}"
    );
    let error = overridden("postmortem_page/page.html", "").unwrap_err();
    assert!(
        error.to_string().contains("postmortem_page/page.xhtml"),
        "{error}"
    );
}

#[test]
fn an_override_cannot_switch_escaping_off() {
    let (incident, zone) = (bare_incident("<b>bold</b>"), berlin());
    let templates = overridden(
        "postmortem_page/page.xhtml",
        "{% autoescape false %}<p>{{ title }}</p>{% endautoescape %}",
    )
    .unwrap();
    let storage = templates
        .page(&bare_story(&incident, &zone))
        .unwrap()
        .storage;
    assert_eq!(storage, "<p>&lt;b&gt;bold&lt;/b&gt;</p>");
}

#[test]
fn a_page_title_without_the_reference_is_refused() {
    let (incident, zone) = (rich_incident(), berlin());
    let templates = overridden("postmortem_page/title.txt", "Postmortem: {{ title }}").unwrap();
    assert!(matches!(
        templates.page(&rich_story(&incident, &zone)),
        Err(RenderError::TitleWithoutReference { .. })
    ));
}

#[test]
fn a_rehearsal_finds_what_one_story_would_not() {
    assert_eq!(templates().rehearse(), []);
    let templates = overridden("announcement/body.txt", "Fine.\n{{ page.url }}").unwrap();
    let faults = templates.rehearse();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        (faults[0].template(), faults[0].line()),
        ("announcement/body.txt", Some(2))
    );
}

#[test]
fn open_and_merged_incidents_say_so() {
    let zone = berlin();
    for (status, said) in [
        (Status::Open, "Still going on."),
        (
            Status::Merged {
                into: IncidentId::new("pagerduty", "P2"),
            },
            "Continues as pagerduty:P2.",
        ),
    ] {
        let incident = Incident {
            status,
            ..rich_incident()
        };
        let story = rich_story(&incident, &zone);
        let mail = templates().announcement_mail(&story).unwrap();
        assert!(
            mail.text.contains(said) && mail.html.contains(said),
            "{}",
            mail.text
        );
        templates().page(&story).unwrap();
    }
}
