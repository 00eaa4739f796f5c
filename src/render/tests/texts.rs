//! What people read: as snapshots, and sentence by sentence where a promise hangs on it.

use super::*;

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
fn what_is_private_masked_or_missing_is_said() {
    let zone = berlin();
    let mut incident = rich_incident();
    let company = templates()
        .page(&rich_story(&incident, &zone))
        .unwrap()
        .storage;
    assert!(!company.contains("This incident is private"));
    incident.visibility = Visibility::Private;
    incident.gaps = (0..22).map(|number| format!("Gap {number}.")).collect();
    let story = Story {
        masked: 1,
        record_read_at: None,
        ..rich_story(&incident, &zone)
    };
    let told = shown(&templates().page(&story).unwrap().storage);
    for words in [
        "This incident is private. Only the people named below may read this page.",
        "In the record, 1 passage that held a secret or personal data was masked.",
        "What of the record could not be had Gap 0. Gap 1.",
        "Gap 19. And 2 more.",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let incident = bare_incident("Down");
    let told = shown(
        &templates()
            .page(&bare_story(&incident, &zone))
            .unwrap()
            .storage,
    );
    assert!(
        !told.contains("masked") && !told.contains("could not be had") && !told.contains("as of")
    );
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
fn late_news_comes_as_a_comment_and_only_when_there_is_some() {
    let (incident, zone) = (rich_incident(), berlin());
    let templates = templates();
    let story = rich_story(&incident, &zone);
    assert_eq!(
        templates.page_comment(&story, News::Sheet).unwrap(),
        "<p>The sheet of affected customers is ready, with 3,411 organisations in 12,000 rows:\n\
         <a href=\"https://docs.google.com/spreadsheets/d/abc/edit\">Affected customers (docs.google.com)</a></p>\n\
         <p><sub>Prepared by Debrief · debrief:pagerduty:Q1ABC2DEF3/sheet</sub></p>"
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
