//! Bodies, good and bad, and what saving makes of them.
#![allow(clippy::unwrap_used)]
use super::super::written_tasks::{tasks, tick, with_task};
use super::*;

#[test]
fn what_is_not_well_formed_is_refused_with_row_and_column() {
    let bad = [
        (
            "<p>one<b>two</p>",
            "Unexpected close tag </p>; expected </b>.",
            "[1,13]",
        ),
        ("<p>\n  a & b</p>", "malformed entity reference", "[2,"),
        (
            "<p>&hopefully;</p>",
            "Undeclared general entity \"hopefully\"",
            "[1,",
        ),
        ("<foo:bar/>", "Undeclared namespace prefix \"foo\"", "[1,"),
        (
            "<p>\nbell \u{7}</p>",
            "Illegal character (code 0x7)",
            "[2,6]",
        ),
        ("</xml><xml>", "", "["),
        ("<p>]]></p>", "", "["),
    ];
    for (body, words, place) in bad {
        let error = complete(body, "s").unwrap_err();
        assert!(error.starts_with("Error parsing xhtml"), "{body}: {error}");
        assert!(
            error.contains(words) && error.contains(place),
            "{body}: {error}"
        );
    }
}

#[test]
fn html_entities_and_undeclared_prefixes_are_fine_and_kept() {
    let body = "<p>a&nbsp;b &uuml; &ndash; &amp; &#8212;</p><ac:link><ri:page ri:content-title=\"x\" /></ac:link>";
    assert_eq!(complete(body, "s").unwrap(), body);
}

#[test]
fn macros_get_ids_and_self_closing_tags_a_space() {
    let saved = complete("<ac:structured-macro ac:name=\"toc\"/><hr/><br />", "s").unwrap();
    assert!(saved.starts_with(
        "<ac:structured-macro ac:name=\"toc\" ac:schema-version=\"1\" ac:macro-id=\""
    ));
    assert!(saved.ends_with("\" /><hr /><br />"), "{saved}");
    assert_eq!(
        complete(&saved, "other").unwrap(),
        saved,
        "a second save changes nothing"
    );
}

#[test]
fn tasks_get_the_next_free_id_and_a_state() {
    let saved = complete(
        "<ac:task-list><ac:task><ac:task-id>4</ac:task-id><ac:task-body>a</ac:task-body></ac:task>\
         <ac:task><ac:task-status>complete</ac:task-status><ac:task-body>b</ac:task-body></ac:task></ac:task-list>",
        "s",
    )
    .unwrap();
    let found = tasks(&saved);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].local_id.as_str(), found[0].complete),
        ("4", false)
    );
    assert_eq!((found[1].local_id.as_str(), found[1].complete), ("5", true));
}

#[test]
fn impossible_tasks_are_refused() {
    for bad in [
        "<ac:task><ac:task-body>lonely</ac:task-body></ac:task>",
        "<ac:task-list><ac:task><ac:task-id>one</ac:task-id></ac:task></ac:task-list>",
        "<ac:task-list><ac:task><ac:task-id>1</ac:task-id></ac:task><ac:task><ac:task-id>1</ac:task-id></ac:task></ac:task-list>",
        "<ac:task-list><ac:task><ac:task-status>done</ac:task-status></ac:task></ac:task-list>",
        "<ac:task-list><ac:task/></ac:task-list>",
    ] {
        assert!(complete(bad, "s").is_err(), "{bad}");
    }
}

#[test]
fn the_first_mention_and_the_first_date_are_the_task_s_own() {
    let body = "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status>\
        <ac:task-body>outer <ac:task-list><ac:task><ac:task-id>2</ac:task-id><ac:task-status>incomplete\
        </ac:task-status><ac:task-body>inner <ac:link><ri:user ri:account-id=\"in\" /></ac:link>\
        <time datetime=\"2026-01-01\" /></ac:task-body></ac:task></ac:task-list>\
        <ac:link><ri:user ri:account-id=\"out\" /></ac:link><ac:link><ri:user ri:account-id=\"second\" /></ac:link>\
        <time datetime=\"2026-02-02\" /><time datetime=\"2026-03-03\" /></ac:task-body></ac:task></ac:task-list>";
    let found = tasks(body);
    assert_eq!(found[0].assignee.as_deref(), Some("out"));
    assert_eq!(found[0].due.unwrap().to_string(), "2026-02-02");
    assert_eq!(found[0].text, "outer");
    assert_eq!(found[1].assignee.as_deref(), Some("in"));
}

#[test]
fn ticking_changes_one_box_only() {
    let body = complete(
        &with_task(
            &with_task("<p>x</p>", "a", None, None, false),
            "b",
            None,
            None,
            false,
        ),
        "s",
    );
    let ticked = tick(&body.unwrap(), "2", true).unwrap();
    assert_eq!(
        tasks(&ticked)
            .iter()
            .map(|task| task.complete)
            .collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(tick(&ticked, "9", true), None);
}

#[test]
fn a_typed_task_cannot_smuggle_markup() {
    let body = with_task("", "</ac:task-body><script>", Some("a\"b"), None, false);
    let body = complete(&body, "s").unwrap();
    assert_eq!(tasks(&body)[0].text, "</ac:task-body><script>");
    assert_eq!(tasks(&body)[0].assignee.as_deref(), Some("a\"b"));
}
