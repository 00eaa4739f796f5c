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
        mentions: MentionBy::AccountId,
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
