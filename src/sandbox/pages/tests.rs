#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::sample::world;
use super::*;

const PATHS: [&str; 13] = [
    "/",
    "/__world/confluence",
    "/__world/confluence/2",
    "/wiki/spaces/OPS",
    "/wiki/spaces/OPS/pages/2",
    "/wiki/spaces/OPS/pages/2/Some+title",
    "/__world/sheets",
    "/__world/sheets/s1",
    "/__world/calendar",
    "/__world/inbox",
    "/__world/inbox/1",
    "/__world/chat",
    "/__world/pagerduty",
];

#[test]
fn every_page_renders_on_a_full_and_on_an_empty_world() {
    for path in PATHS {
        let html = page(path, &world("plain")).unwrap();
        assert!(
            html.contains("</html>") && html.contains("plain"),
            "{path}: {html}"
        );
        if let Some(empty) = page(path, &json!({})) {
            assert!(empty.contains("</html>"), "{path}: {empty}");
        }
    }
}

#[test]
fn what_is_not_there_has_no_page() {
    for path in [
        "/nothing",
        "/__world/confluence/99",
        "/__world/sheets/none",
        "/__world/inbox/0",
        "/__world/inbox/2",
        "/__world/inbox/x",
        "/wiki/api/v2/pages",
    ] {
        assert!(page(path, &world("plain")).is_none(), "{path}");
    }
}

#[test]
fn nothing_that_somebody_wrote_becomes_markup() {
    for nasty in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'onmouseover='alert(1)",
        "</textarea></style></title><script>alert(1)</script>",
        "{{ 246 * 1001 }}{% raw %}",
    ] {
        for path in PATHS {
            let html = page(path, &world(nasty)).unwrap();
            for bad in ["<script", "<img", "'onmouseover=", "</textarea>"] {
                assert!(!html.contains(bad), "{path}: {nasty}");
            }
            assert!(
                !html.contains("246246"),
                "{path}: templates are not made of what people write"
            );
        }
    }
}

#[test]
fn the_html_of_a_mail_stays_in_its_box() {
    let html = page("/__world/inbox/1", &world("<script>alert(1)</script>")).unwrap();
    let frame = html
        .split("<iframe ")
        .nth(1)
        .unwrap()
        .split("</iframe>")
        .next()
        .unwrap();
    assert!(
        frame.starts_with("sandbox=\"\""),
        "no scripts, no forms, no origin: {frame}"
    );
    assert!(frame.contains("srcdoc=\"&lt;h1 style=&quot;"), "{frame}");
    assert!(
        frame.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"),
        "{frame}"
    );
}

#[test]
fn a_long_sheet_shows_its_head_and_says_so() {
    let html = page("/__world/sheets/s1", &world("plain")).unwrap();
    assert!(html.contains("620 rows, the first 500 shown"), "{html}");
    assert!(html.contains("<td>Customer 499</td>") && !html.contains("Customer 500<"));
    assert!(html.contains("<tr class=\"frozen\"><th>1</th><td>org</td>"));
}

#[test]
fn events_stand_in_their_day_and_beside_each_other() {
    let html = page("/__world/calendar", &world("plain")).unwrap();
    assert!(html.contains("Week of 4 May 2026") && html.contains("Europe&#x2f;Berlin"));
    let tuesday: Vec<&str> = html
        .split("class=\"event")
        .skip(1)
        .filter(|part| part.contains("grid-column:3;"))
        .collect();
    assert_eq!(tuesday.len(), 2);
    assert!(
        tuesday[0].contains("margin-left:0%;width:calc(50% - 3px)"),
        "{}",
        tuesday[0]
    );
    assert!(tuesday[1].contains("margin-left:50%"), "{}", tuesday[1]);
    assert!(!html.contains("Called off"));
}

#[test]
fn answers_follow_the_message_they_answer() {
    let html = page("/__world/chat", &world("plain")).unwrap();
    let at = |text: &str| html.find(text).unwrap();
    assert!(at("looking plain") < at("in thread") && at("in thread") < at("pool is full"));
    assert!(html.contains("<span class=\"mention\">@pingdom</span>"));
}

#[test]
fn files_edits_reactions_and_stones_are_shown() {
    let html = page("/__world/chat", &world("plain")).unwrap();
    for shown in [
        "(edited 08:17)",
        "📎 graph.png",
        "title=\"pingdom, Nia plain\">👀 2",
        "class=\"message noise\"",
        "<strong>plain</strong><br>plain",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
}
