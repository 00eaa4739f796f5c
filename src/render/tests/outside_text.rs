//! Whatever an incident is called, and however much of it there is: it stays data, and within the vendors' limits.

use jiff::SignedDuration;

use super::*;
use crate::playbook::steps::action_items::Because;

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

/// An entry for each kind of text that a record may hold, with that text in every place.
pub(super) fn every_kind_of_text(text: &str) -> Vec<TimelineEntry> {
    let words = || vec![Span::Text(text.to_owned())];
    let link = |url: &str| Span::Link {
        url: url.to_owned(),
        label: text.to_owned(),
    };
    let spans = [
        Span::Text(text.to_owned()),
        Span::Strong(words()),
        Span::Emphasis(words()),
        Span::Struck(words()),
        Span::Code(text.to_owned()),
        link("https://example.com/?a=1&b=\"><script>|>"),
        link("javascript:alert(1)"),
        link(text),
        Span::Person {
            name: text.to_owned(),
            atlassian: Some(text.to_owned()),
        },
        Span::Strong(vec![Span::Emphasis(vec![Span::Struck(words())])]),
    ];
    let mut blocks: Vec<Block> = spans.map(|span| Block::Paragraph(vec![span])).into();
    blocks.extend([
        Block::Quote(words()),
        Block::Code(text.to_owned()),
        Block::List(vec![words(), words()]),
    ]);
    let file = |url: Option<&str>| FileLink {
        name: text.to_owned(),
        url: url.map(str::to_owned),
    };
    let first = at("2026-03-02T13:07:02Z");
    let mut entries = vec![TimelineEntry {
        text: RichText {
            blocks: blocks.clone(),
        },
        url: Some("https://example.com/?a=1&b=\"><script>".to_owned()),
        thread: Some(at("2026-03-02T13:00:00Z")),
        files: vec![
            file(None),
            file(Some("javascript:alert(1)")),
            file(Some("https://example.com/\"><script>")),
        ],
        ..TimelineEntry::new(first, EntryKind::Alert, Some(text.to_owned()), "")
    }];
    // Each alone as well: a single paragraph is written into its cell without one.
    entries.extend(blocks.into_iter().map(|block| TimelineEntry {
        text: RichText {
            blocks: vec![block],
        },
        url: Some("javascript:alert(1)".to_owned()),
        ..TimelineEntry::new(first, EntryKind::Note, Some(text.to_owned()), "")
    }));
    entries
}

/// An incident that says the same wherever outside text may stand.
fn that_says(text: &str) -> Incident {
    Incident {
        reference: text.to_owned(),
        service: text.to_owned(),
        severity: Some(text.to_owned()),
        url: Some("javascript:alert(1)".to_owned()),
        participants: vec![
            participant(text, Some("1\"/><script/>"), Part::Lead),
            participant(text, None, Part::Responder),
            participant(text, None, Part::Observer),
        ],
        timeline: every_kind_of_text(text),
        narrative: Narrative {
            description: Some(text.to_owned()),
            impact: Some(text.to_owned()),
            fix_for_now: Some(text.to_owned()),
            fix_for_good: Some(text.to_owned()),
            next_steps: Some(text.to_owned()),
        },
        gaps: vec![text.to_owned()],
        status: Status::Merged {
            into: IncidentId::new(text, text),
        },
        ..bare_incident(text)
    }
}

fn story_that_says<'a>(text: &'a str, incident: &'a Incident, zone: &'a TimeZone) -> Story<'a> {
    let MeetingState::Booked(meeting) = booked() else {
        unreachable!()
    };
    Story {
        organisation: text,
        marker: text,
        page_url: Some("https://example.com/?a=1&b=\"><script>|>"),
        event_url: Some("javascript:alert(1)"),
        mentions: MentionBy::AccountId,
        meeting: MeetingState::Booked(Meeting {
            reason: text.to_owned(),
            cannot_be_considered: vec![text.to_owned()],
            ..meeting
        }),
        ..rich_story(incident, zone)
    }
}

/// The elements of a page and their attributes' names, in order.
fn skeleton(markup: &str) -> Vec<String> {
    let wrapped = storage::wrapped(markup);
    let document = roxmltree::Document::parse(&wrapped).unwrap();
    let elements = document.descendants().filter(|node| node.is_element());
    elements
        .map(|node| {
            let attributes: Vec<&str> = node
                .attributes()
                .map(|attribute| attribute.name())
                .collect();
            format!("{} {}", node.tag_name().name(), attributes.join(" "))
        })
        .collect()
}

#[test]
fn a_page_has_the_same_elements_whatever_the_record_says() {
    let zone = berlin();
    let harmless = that_says("x");
    for templates in [templates(), super::overrides::in_markdown()] {
        let expected = templates
            .page(&story_that_says("x", &harmless, &zone))
            .unwrap()
            .storage;
        for text in [
            NASTY,
            "]]> ]]> </ac:plain-text-body><script>",
            "--> <![CDATA[ &amp; &lt; &#60;",
            "**a** [b](javascript:c) | d | - [ ] e ``` f",
            "{{ title }} {% raw %} \u{fdee}\u{fdd0}\u{fdef}",
            "<ac:link><ri:user ri:account-id=\"1\"/></ac:link>",
        ] {
            let incident = that_says(text);
            let page = templates
                .page(&story_that_says(text, &incident, &zone))
                .unwrap()
                .storage;
            assert_eq!(skeleton(&page), skeleton(&expected), "{text}");
            assert!(!page.contains("javascript:alert"), "{page}");
        }
    }
}

#[test]
fn outside_text_is_data_in_every_field_and_every_template() {
    let zone = berlin();
    let incident = that_says(NASTY);
    let story = story_that_says(NASTY, &incident, &zone);
    let templates = templates();
    let mut nag = digest(vec![NagItem {
        text: NASTY.to_owned(),
        page_title: NASTY.to_owned(),
        page_url: NASTY.to_owned(),
        incident_reference: NASTY.to_owned(),
        because: Because::Assigned,
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
        // In a section of code characters are written as they are, and are characters all the same.
        let markup: String = markup
            .split("<![CDATA[")
            .map(|part| part.split_once("]]>").map_or(part, |(_, after)| after))
            .collect();
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
            .map(|second| {
                TimelineEntry::new(
                    at("2026-03-02T13:05:10Z") + SignedDuration::from_secs(second),
                    EntryKind::Message,
                    Some("\"".repeat(500)),
                    "\"".repeat(5_000),
                )
            })
            .collect(),
        gaps: vec![endless(); 500],
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
