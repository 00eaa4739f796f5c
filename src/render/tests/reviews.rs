//! What a page's leader reads about it, and what is remarked on below it.

use super::*;
use crate::playbook::review::{Lacks, Missing, Remark, Remarks};

fn missing() -> Vec<Missing> {
    let answers = |at: &str, prompt: &str, count| Missing::Answers {
        at: Some(at.to_owned()),
        prompt: prompt.to_owned(),
        count,
    };
    let part = |item: &str, lacks| Missing::Part {
        item: item.to_owned(),
        lacks,
    };
    vec![
        answers(
            "Incident leader",
            "Nobody yet. Whoever volunteers: put your name here.",
            1,
        ),
        answers("Contributing factors", "Why did it happen? Because …", 5),
        Missing::Section {
            heading: "Customer impact".to_owned(),
        },
        part("Give the connection pool a timeout", Lacks::Assignee),
        part("Write a runbook", Lacks::Date),
        part("", Lacks::Both),
        Missing::Items,
        Missing::Priorities { open: 9, most: 7 },
    ]
}

fn review(missing: &[Missing]) -> ReviewDigest<'_> {
    ReviewDigest {
        name: "Ada Example",
        organisation: "Example Inc.",
        today: jiff::civil::date(2026, 3, 3),
        occasion: Occasion::AfterMeeting,
        incident_reference: "#1042",
        page_title: "Postmortem #1042: Checkout is down",
        page_url: "https://example.atlassian.net/wiki/spaces/OPS/pages/98310",
        missing,
    }
}

fn remarks(text: &str, left_out: usize) -> Remarks {
    let remark = Remark {
        section: text.to_owned(),
        quoted: text.to_owned(),
        why: text.to_owned(),
        ask_instead: text.to_owned(),
    };
    Remarks {
        remarks: vec![remark],
        left_out,
    }
}

#[test]
fn a_list_of_what_is_missing() {
    let mail = templates().review_mail(&review(&missing())).unwrap();
    insta::assert_snapshot!(format!(
        "{}\n\n{}\n\n{}",
        mail.subject, mail.text, mail.html
    ));
}

#[test]
fn a_comment_with_advice() {
    let remarks = Remarks {
        remarks: vec![
            Remark {
                section: "Description".to_owned(),
                quoted: "This was human error.".to_owned(),
                why: "It ends the search where it should begin.".to_owned(),
                ask_instead: "What made this easy to get wrong?".to_owned(),
            },
            Remark {
                section: String::new(),
                quoted: "They should have known & acted.".to_owned(),
                why: "Hindsight is 20/20.".to_owned(),
                ask_instead: "What did people know then?".to_owned(),
            },
        ],
        left_out: 3,
    };
    insta::assert_snapshot!(
        templates()
            .advice_comment(&remarks, "0123456789abcdef")
            .unwrap()
    );
}

#[test]
fn a_reminder_about_one_thing_says_so_and_nobody_is_told_of_nothing() {
    let one = [Missing::Items];
    let reminder = ReviewDigest {
        occasion: Occasion::Reminder,
        page_title: "Renamed",
        page_url: "javascript:alert(1)",
        ..review(&one)
    };
    let mail = templates().review_mail(&reminder).unwrap();
    assert_eq!(
        mail.subject,
        "Postmortem #1042: one thing is missing on the page"
    );
    assert!(!mail.text.contains("meeting is over"), "{}", mail.text);
    assert!(
        mail.text.contains("#1042") && mail.html.contains("(<bdi>#1042"),
        "{}",
        mail.html
    );
    assert!(!mail.html.contains("href"), "{}", mail.html);
    assert!(matches!(
        templates().review_mail(&review(&[])),
        Err(RenderError::NoNews { .. })
    ));
    assert!(matches!(
        templates().advice_comment(&Remarks::default(), "0"),
        Err(RenderError::NoNews { .. })
    ));
}

#[test]
fn a_page_without_an_end_makes_no_mail_without_an_end() {
    let long = "word ".repeat(10_000);
    let section = Missing::Section {
        heading: long.clone(),
    };
    let many = vec![section; 5_000];
    let mail = templates().review_mail(&review(&many)).unwrap();
    assert!(mail.html.len() < 50_000, "{}", mail.html.len());
    assert!(mail.text.contains("And 4970 more."));
    let comment = templates().advice_comment(&remarks(&long, 0), "0").unwrap();
    assert!(comment.len() < 5_000, "{}", comment.len());
}

#[test]
fn what_stands_on_a_page_is_data() {
    let nasty = || NASTY.to_owned();
    let missing = [
        Missing::Section { heading: nasty() },
        Missing::Answers {
            at: Some(nasty()),
            prompt: nasty(),
            count: 1,
        },
        Missing::Part {
            item: nasty(),
            lacks: Lacks::Both,
        },
    ];
    let digest = ReviewDigest {
        name: NASTY,
        organisation: NASTY,
        incident_reference: NASTY,
        page_title: NASTY,
        page_url: NASTY,
        ..review(&missing)
    };
    let mail = templates().review_mail(&digest).unwrap();
    assert!(
        !mail.subject.contains(['\n', '\r', '\0']),
        "{}",
        mail.subject
    );
    for markup in [
        mail.html,
        templates().advice_comment(&remarks(NASTY, 1), "0").unwrap(),
    ] {
        shown(&markup);
        assert!(
            !markup.contains("<script") && !markup.contains(['\0', '\u{b}']),
            "{markup}"
        );
    }
}
