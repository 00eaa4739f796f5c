#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

fn names() -> Names {
    Names {
        people: [("U1".to_owned(), "Ada Example".to_owned())].into(),
        channels: [("C9".to_owned(), "prod-issue".to_owned())].into(),
    }
}

fn message(mut value: Value) -> Message {
    value["ts"] = json!("1700000000.000100");
    serde_json::from_value(value).unwrap()
}

fn plain(value: Value, writer: Writer) -> String {
    rich(&message(value), writer, &names()).to_plain()
}

/// As Alertmanager's receiver posts it.
fn alertmanager() -> Value {
    json!({
        "type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "Alertmanager", "text": "",
        "attachments": [{
            "id": 1, "color": "a30200", "fallback": "[FIRING:2] HighErrorRate (checkout)",
            "title": "[FIRING:2] HighErrorRate (checkout)", "title_link": "https://alerts.example.com/#/alerts?a=1&amp;b=2",
            "text": "*5xx* over 5% for 10m\n&lt;severity&gt;: critical",
            "fields": [{"title": "Cluster", "value": "eu-1", "short": true}, {"title": "", "value": "`team=web`"}, null],
            "image_url": "https://graphs.example.com/1.png", "footer": "Alertmanager", "mrkdwn_in": ["text"]
        }]
    })
}

#[test]
fn an_alert_is_read_from_its_attachment() {
    assert_eq!(
        plain(alertmanager(), Writer::App),
        "[FIRING:2] HighErrorRate (checkout)\n5xx over 5% for 10m\n<severity>: critical\n• Cluster: eu-1\n• team=web\nimage\nAlertmanager"
    );
    let read = rich(&message(alertmanager()), Writer::App, &names());
    assert_eq!(
        read.blocks[0],
        Block::Paragraph(vec![Span::Link {
            url: "https://alerts.example.com/#/alerts?a=1&b=2".into(),
            label: "[FIRING:2] HighErrorRate (checkout)".into(),
        }])
    );
}

#[rstest]
#[case::only_a_fallback(
    json!({"text": "", "attachments": [{"fallback": "<https://x.example|CPU> is high"}]}),
    "CPU is high"
)]
#[case::pretext_first(
    json!({"text": null, "attachments": [{"pretext": "Down", "title": "api", "fallback": "Down: api"}]}),
    "Down\napi"
)]
#[case::the_same_twice(
    json!({"text": "api is down", "attachments": [{"text": "api is down", "fallback": "api is down"}]}),
    "api is down"
)]
#[case::text_and_attachment(
    json!({"text": "Alarm", "attachments": [{"text": "CPU over 90%"}, {"text": 5, "fields": "none"}]}),
    "Alarm\nCPU over 90%"
)]
#[case::blocks_in_an_attachment(
    json!({"text": "", "attachments": [{"fallback": "[no preview available]", "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Down*"}}]}]}),
    "Down"
)]
#[case::a_preview_of_a_link(
    json!({"text": "see <https://x.example>", "attachments": [{"from_url": "https://x.example", "title": "X", "text": "All of X"}]}),
    "see https://x.example"
)]
#[case::blocks_instead_of_text(
    json!({"text": "This content can't be displayed", "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": ":fire: Monitor down"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*api* of <@U1>"}, "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Ack"}}},
        {"type": "divider"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Since*\n10:02"}, {"type": "plain_text", "text": "eu-1"}]},
        {"type": "context", "elements": [{"type": "image", "image_url": "https://x.example/i.png", "alt_text": "icon"},
            {"type": "mrkdwn", "text": "Datadog"}, {"type": "plain_text", "text": "P1"}]},
        {"type": "image", "image_url": "https://x.example/g.png", "alt_text": "error rate"},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open"}}]},
        {"type": "never_heard_of", "text": "but it says this"}, null, 7
    ]}),
    "🔥 Monitor down\napi of @Ada Example\n• Since\n10:02\n• eu-1\nDatadog · P1\nerror rate\nbut it says this"
)]
#[case::nothing(json!({"text": null, "blocks": null, "attachments": null}), "")]
#[case::nothing_but_buttons(json!({"text": "down", "blocks": [{"type": "actions", "elements": []}]}), "down")]
fn what_apps_say_is_found(#[case] value: Value, #[case] expected: &str) {
    assert_eq!(plain(value, Writer::App), expected);
}

#[rstest]
#[case::the_text_is_complete(
    json!({"text": "*up*", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "other"}}]}),
    "up"
)]
#[case::a_preview_is_not_theirs(
    json!({"text": "look", "attachments": [{"text": "The page"}]}),
    "look"
)]
#[case::something_passed_on(
    json!({"text": "", "attachments": [{"is_share": true, "from_url": "https://acme.slack.com/archives/C1/p1", "text": "it broke at 9"}]}),
    "it broke at 9"
)]
fn what_people_say_is_their_text(#[case] value: Value, #[case] expected: &str) {
    assert_eq!(plain(value, Writer::Person), expected);
}

#[test]
fn what_slacks_editor_makes_is_read() {
    let text = |text: &str| json!({"type": "text", "text": text});
    let value = json!({"text": "", "blocks": [{"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [
            {"type": "text", "text": "It ", "style": {"bold": true, "italic": true}}, text("broke\nat "),
            {"type": "date", "timestamp": 1_392_734_382, "format": "{time}", "fallback": "06:39"},
            text(", says "), {"type": "user", "user_id": "U1"}, text(" in "), {"type": "channel", "channel_id": "C9"},
            text(" to "), {"type": "broadcast", "range": "here"}, {"type": "usergroup", "usergroup_id": "S1"},
            {"type": "emoji", "name": "fire", "unicode": "1f525"}, {"type": "link", "url": "https://x.example", "text": "x"},
            {"type": "text", "text": "rm -r", "style": {"code": true}}, {"type": "color", "value": "#ff0000"},
            {"type": "never_heard_of", "text": "new"}, null
        ]},
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [{"type": "rich_text_section", "elements": [text("one")]}]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [{"type": "rich_text_section", "elements": [text("two")]}]},
        {"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [
            {"type": "rich_text_section", "elements": [text("three")]}, {"type": "rich_text_section", "elements": [text("four")]}]},
        {"type": "rich_text_quote", "elements": [text("quoted\n")]},
        {"type": "rich_text_preformatted", "elements": [text("a < b\n  c")]},
        {"type": "rich_text_section", "elements": null}
    ]}]});
    let read = rich(&message(value), Writer::App, &names());
    assert_eq!(
        read.to_plain(),
        "It broke\nat 06:39, says @Ada Example in #prod-issue to @here@group🔥xrm -r#ff0000new\n• one\n• two\n3. three\n4. four\nquoted\na < b\n  c"
    );
    assert_eq!(read.blocks.len(), 5);
    let Block::Paragraph(spans) = &read.blocks[0] else {
        panic!("{read:?}");
    };
    assert_eq!(
        spans[0],
        Span::Strong(vec![Span::Emphasis(vec![Span::Text("It ".into())])])
    );
}

#[test]
fn a_table_is_read_by_its_rows() {
    let value = json!({"text": "", "blocks": [{"type": "table", "rows": [
        [{"type": "raw_text", "text": "host"}, {"type": "raw_text", "text": "state"}],
        [{"type": "raw_text", "text": "eu-1"}, {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "down", "style": {"bold": true}}]}]}]
    ]}]});
    assert_eq!(plain(value, Writer::App), "• host | state\n• eu-1 | down");
}

#[test]
fn those_who_are_mentioned_anywhere_are_found() {
    let value = json!({
        "text": "<@U1> look",
        "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "user", "user_id": "U2"}, {"type": "channel", "channel_id": "C1"}]}]}],
        "attachments": [{"fields": [{"value": "owner: <@U3> of <#C2>"}]}]
    });
    let mut found = Mentions::default();
    mentions(&message(value), &mut found);
    assert_eq!(found.people, ["U1", "U2", "U3"].map(str::to_owned).into());
    assert_eq!(found.channels, ["C1", "C2"].map(str::to_owned).into());
}

#[test]
fn a_message_of_buttons_says_nothing_and_an_unknown_one_something() {
    let is_there = |value| is_there(&message(value));
    assert!(!is_there(
        json!({"text": " ", "blocks": [{"type": "actions"}, {"type": "divider"}]})
    ));
    assert!(is_there(
        json!({"text": "", "blocks": [{"type": "never_heard_of", "content": {}}]})
    ));
}

/// Any JSON, of the names that are looked for.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "type",
        "text",
        "elements",
        "fields",
        "title",
        "value",
        "user_id",
        "timestamp",
        "style",
        "rows",
        "url",
        "name",
        "accessory",
        "image_url",
        "alt_text",
        "offset",
        "blocks",
        "pretext",
        "fallback",
        "author_name",
        "title_link",
        "channel_id",
        "bold",
        "code",
    ]);
    let word = prop::sample::select(vec![
        "rich_text",
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
        "section",
        "header",
        "context",
        "image",
        "table",
        "text",
        "user",
        "emoji",
        "date",
        "link",
        "ordered",
        "plain_text",
        "mrkdwn",
        "<@U1> *a*",
        "",
        "fire",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_content_is_too_odd(blocks in any_json(), attachments in any_json(), text in any_json()) {
        let message = message(json!({"text": text, "blocks": [blocks], "attachments": [attachments]}));
        for writer in [Writer::Person, Writer::App] {
            rich(&message, writer, &names());
        }
        mentions(&message, &mut Mentions::default());
    }
}
