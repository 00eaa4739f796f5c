#![allow(clippy::unwrap_used, clippy::expect_used)]

mod transcripts;

use jiff::SignedDuration;
use rstest::rstest;

use super::*;
use crate::sandbox::scenario;

const NOW: &str = "2026-11-23T10:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn slack() -> Slack {
    let mut slack = Slack::new();
    slack
        .seed(&scenario::default_seed(now()).unwrap(), now())
        .unwrap();
    slack
}

fn request(method: &str, token: Option<&str>, body: &Value) -> Request {
    let mut headers = vec![(
        "content-type".to_owned(),
        "application/json; charset=utf-8".to_owned(),
    )];
    headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
    Request {
        method: "POST".into(),
        path: format!("/api/{method}"),
        query: Vec::new(),
        headers,
        body: body.to_string().into_bytes(),
    }
}

fn form(method: &str, body: &str) -> Request {
    let mut request = request(method, Some(TOKEN), &Value::Null);
    request.headers[0].1 = "application/x-www-form-urlencoded".into();
    request.body = body.as_bytes().to_vec();
    request
}

fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn answer_at(slack: &mut Slack, request: &Request, now: Timestamp) -> Value {
    body(&slack.answer(request, now))
}

/// Calls with a form, as every method takes it.
fn call(slack: &mut Slack, method: &str, arguments: &str) -> Value {
    answer_at(slack, &form(method, arguments), now())
}

fn post(slack: &mut Slack, arguments: Value) -> Value {
    answer_at(
        slack,
        &request("chat.postMessage", Some(TOKEN), &arguments),
        now(),
    )
}

fn id(slack: &Slack, name: &str) -> String {
    slack.workspace.channel_named(name).unwrap().id.clone()
}

#[rstest]
#[case(None, "not_authed")]
#[case(Some("xoxb-other"), "invalid_auth")]
#[case(Some("xoxp-UNOBODY"), "invalid_auth")]
fn only_known_tokens_are_let_in(#[case] token: Option<&str>, #[case] error: &str) {
    let reply = slack().answer(&request("auth.test", token, &json!({})), now());
    assert_eq!(
        (reply.status, body(&reply)),
        (200, json!({"ok": false, "error": error}))
    );
}

#[test]
fn a_form_may_carry_the_token() {
    let mut request = form("auth.test", "token=xoxb-sandbox");
    request.headers.retain(|(name, _)| name != "authorization");
    assert_eq!(
        answer_at(&mut slack(), &request, now())["user_id"],
        BOT_USER
    );
}

#[test]
fn a_missing_scope_is_named() {
    let answer = answer_at(
        &mut slack(),
        &request("users.list", Some(BARE_TOKEN), &json!({})),
        now(),
    );
    let expected = json!({"ok": false, "error": "missing_scope", "needed": "users:read", "provided": "chat:write"});
    assert_eq!(answer, expected);
}

#[rstest]
#[case("chat.explode", "", "unknown_method")]
#[case("conversations.history", "", "invalid_arguments")]
#[case("conversations.history", "channel=CNONE", "channel_not_found")]
#[case("conversations.history", "channel={random}", "not_in_channel")]
#[case(
    "conversations.history",
    "channel={prod-issue}&until=1",
    "invalid_arguments"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&channel={random}",
    "invalid_arguments"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&limit=1000",
    "invalid_limit"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&limit=-1",
    "invalid_limit"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&cursor=x",
    "invalid_cursor"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&oldest=now",
    "invalid_ts_oldest"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&latest=1.1234567",
    "invalid_ts_latest"
)]
#[case(
    "conversations.history",
    "channel={prod-issue}&inclusive=yes",
    "invalid_arguments"
)]
#[case(
    "conversations.replies",
    "channel={prod-issue}&ts=1.0",
    "thread_not_found"
)]
#[case("conversations.list", "types=secret", "invalid_types")]
#[case("conversations.join", "channel={launch-2019}", "is_archived")]
#[case("conversations.open", "", "users_list_not_supplied")]
#[case("conversations.open", "users=UNONE", "user_not_found")]
#[case("conversations.open", "users=1,2,3,4,5,6,7,8,9", "too_many_users")]
#[case("users.info", "user=UNONE", "user_not_found")]
#[case("users.lookupByEmail", "email=no@example.com", "users_not_found")]
#[case("reactions.get", "", "no_item_specified")]
#[case(
    "reactions.add",
    "channel={prod-issue}&timestamp=1.0&name=Eyes",
    "invalid_name"
)]
#[case(
    "reactions.add",
    "channel={prod-issue}&timestamp=now&name=eyes",
    "bad_timestamp"
)]
#[case(
    "reactions.add",
    "channel={prod-issue}&timestamp=1.0&name=eyes",
    "message_not_found"
)]
#[case(
    "chat.getPermalink",
    "channel={prod-issue}&message_ts=1.0",
    "message_not_found"
)]
#[case(
    "chat.update",
    "channel={prod-issue}&ts=1.0&text=x",
    "message_not_found"
)]
#[case("chat.postMessage", "channel=nowhere&text=x", "channel_not_found")]
#[case("chat.postMessage", "channel={random}&text=x", "not_in_channel")]
#[case("chat.postMessage", "channel={launch-2019}&text=x", "is_archived")]
#[case("chat.postMessage", "channel={prod-issue}", "no_text")]
#[case(
    "chat.postMessage",
    "channel={prod-issue}&text=x&thread_ts=1.0",
    "thread_not_found"
)]
#[case(
    "chat.postMessage",
    "channel={prod-issue}&text=x&markdown_text=y",
    "markdown_text_conflict"
)]
#[case(
    "chat.postMessage",
    "channel={prod-issue}&blocks=nonsense",
    "invalid_blocks_format"
)]
#[case(
    "chat.postMessage",
    "channel={prod-issue}&blocks=[{\"type\":\"magic\"}]",
    "invalid_blocks"
)]
#[case(
    "chat.postMessage",
    "channel={prod-issue}&text=x&metadata={\"event_type\":\"a\"}",
    "invalid_metadata_format"
)]
#[case("team.info", "team=TOTHER", "team_not_found")]
fn a_wrong_call_has_the_error_slack_gives(
    #[case] method: &str,
    #[case] arguments: &str,
    #[case] error: &str,
) {
    let mut slack = slack();
    let mut arguments = arguments.to_owned();
    for name in ["prod-issue", "random", "launch-2019"] {
        arguments = arguments.replace(&format!("{{{name}}}"), &id(&slack, name));
    }
    let before = slack.world();
    let reply = slack.answer(&form(method, &arguments), now());
    assert_eq!(reply.status, 200);
    assert_eq!(
        (&body(&reply)["ok"], &body(&reply)["error"]),
        (&json!(false), &json!(error)),
        "{}",
        body(&reply)
    );
    assert_eq!(slack.world(), before);
}

#[rstest]
#[case(
    "users.info",
    "application/json",
    "{\"user\":\"U1\"}",
    "invalid_arguments"
)]
#[case("chat.postMessage", "application/json", "{", "invalid_json")]
#[case("chat.postMessage", "application/json", "[]", "json_not_object")]
#[case("chat.postMessage", "text/plain", "x", "invalid_post_type")]
#[case("chat.postMessage", "", "x", "missing_post_type")]
fn a_body_of_the_wrong_kind_is_refused(
    #[case] method: &str,
    #[case] kind: &str,
    #[case] text: &str,
    #[case] error: &str,
) {
    let mut request = form(method, text);
    request.headers[0].1 = kind.into();
    assert_eq!(answer_at(&mut slack(), &request, now())["error"], error);
}

#[test]
fn every_documented_argument_of_a_post_is_taken() {
    let mut slack = slack();
    let answer = post(
        &mut slack,
        json!({
            "channel": "postmortem", "text": "Who takes the lead?", "as_user": false, "icon_emoji": ":memo:",
            "link_names": false, "mrkdwn": true, "parse": "none", "unfurl_links": false, "unfurl_media": false,
            "username": "Debrief", "client_msg_id": "4d1c1a4c-9a5e-4e7c-8f44-000000000000", "reply_broadcast": false,
            "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Lead"}}, {"type": "divider"}],
            "metadata": {"event_type": "debrief_effect", "event_payload": {"key": "k"}},
        }),
    );
    assert_eq!(answer["ok"], true, "{answer}");
    assert_eq!(answer["ts"], "1795428000.000000");
    assert_eq!(answer["message"]["bot_id"], BOT_ID);
}

#[test]
fn messages_of_one_moment_have_different_and_rising_ts() {
    let mut slack = slack();
    let first = post(&mut slack, json!({"channel": "#postmortem", "text": "a"}));
    let second = post(&mut slack, json!({"channel": "postmortem", "text": "b"}));
    assert_eq!(
        (&first["ts"], &second["ts"]),
        (&json!("1795428000.000000"), &json!("1795428000.000001"))
    );
    let earlier = now() - SignedDuration::from_hours(1);
    let third = answer_at(
        &mut slack,
        &request(
            "chat.postMessage",
            Some(TOKEN),
            &json!({"channel": "postmortem", "text": "c"}),
        ),
        earlier,
    );
    assert_eq!(
        third["ts"], "1795428000.000002",
        "also when the clock was set back"
    );
}

#[test]
fn metadata_is_read_back_only_where_asked() {
    let mut slack = slack();
    let room = id(&slack, "postmortem");
    let metadata = json!({"event_type": "e", "event_payload": {"key": "k"}});
    let ts = post(
        &mut slack,
        json!({"channel": room, "text": "a", "metadata": metadata}),
    )["ts"]
        .clone();
    let ts = ts.as_str().unwrap();
    let plain = call(
        &mut slack,
        "conversations.history",
        &format!("channel={room}&limit=1"),
    );
    assert_eq!(plain["messages"][0].get("metadata"), None);
    let whole = call(
        &mut slack,
        "conversations.history",
        &format!("channel={room}&limit=1&include_all_metadata=true"),
    );
    assert_eq!(whole["messages"][0]["metadata"], metadata);
    call(
        &mut slack,
        "chat.update",
        &format!("channel={room}&ts={ts}&text=b"),
    );
    let updated = call(
        &mut slack,
        "conversations.history",
        &format!("channel={room}&limit=1&include_all_metadata=true"),
    );
    assert_eq!(
        (
            &updated["messages"][0]["text"],
            &updated["messages"][0]["metadata"]
        ),
        (&json!("b"), &metadata)
    );
}

#[test]
fn bounds_are_exclusive_unless_asked_otherwise() {
    let mut slack = slack();
    let room = id(&slack, "postmortem");
    let ts: Vec<String> = ["a", "b", "c"]
        .map(|text| {
            post(&mut slack, json!({"channel": room, "text": text}))["ts"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .into();
    let texts = |slack: &mut Slack, more: &str| {
        let arguments = format!("channel={room}&oldest={}&latest={}{more}", ts[0], ts[2]);
        let answer = call(slack, "conversations.history", &arguments);
        answer["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&mut slack, ""), ["b"]);
    assert_eq!(
        texts(&mut slack, "&inclusive=1"),
        ["c", "b", "a"],
        "newest first"
    );
}

#[test]
fn a_page_leads_to_the_next_until_there_is_none() {
    let mut slack = slack();
    let room = id(&slack, "prod-issue");
    let whole = call(
        &mut slack,
        "conversations.history",
        &format!("channel={room}&limit=999"),
    );
    assert_eq!(
        (&whole["has_more"], whole.get("response_metadata")),
        (&json!(false), None)
    );
    let mut read = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = call(
            &mut slack,
            "conversations.history",
            &format!("channel={room}&limit=4&cursor={cursor}"),
        );
        read.extend(page["messages"].as_array().unwrap().clone());
        if page["has_more"] == false {
            break;
        }
        cursor = page["response_metadata"]["next_cursor"]
            .as_str()
            .unwrap()
            .to_owned();
        cursor = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    }
    assert_eq!(json!(read), whole["messages"]);
}

#[test]
fn replies_are_in_the_thread_and_not_in_the_channel() {
    let mut slack = slack();
    let room = id(&slack, "postmortem");
    let parent = post(&mut slack, json!({"channel": room, "text": "parent"}))["ts"]
        .as_str()
        .unwrap()
        .to_owned();
    let reply = post(
        &mut slack,
        json!({"channel": room, "text": "reply", "thread_ts": parent}),
    )["ts"]
        .as_str()
        .unwrap()
        .to_owned();
    post(
        &mut slack,
        json!({"channel": room, "text": "loud", "thread_ts": parent, "reply_broadcast": true}),
    );
    let nested = post(
        &mut slack,
        json!({"channel": room, "text": "x", "thread_ts": reply}),
    );
    assert_eq!(nested["error"], "cannot_reply_to_message");
    let history = call(
        &mut slack,
        "conversations.history",
        &format!("channel={room}&limit=2"),
    );
    assert_eq!(history["messages"][0]["subtype"], "thread_broadcast");
    assert_eq!(
        (
            &history["messages"][1]["text"],
            &history["messages"][1]["reply_count"]
        ),
        (&json!("parent"), &json!(2))
    );
    for named in [&parent, &reply] {
        let thread = call(
            &mut slack,
            "conversations.replies",
            &format!("channel={room}&ts={named}"),
        );
        let texts: Vec<_> = thread["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| &message["text"])
            .collect();
        assert_eq!(texts, ["parent", "reply", "loud"]);
    }
    let page = call(
        &mut slack,
        "conversations.replies",
        &format!("channel={room}&ts={parent}&limit=2"),
    );
    assert_eq!(
        (
            page["messages"].as_array().unwrap().len(),
            &page["has_more"]
        ),
        (2, &json!(true))
    );
}

#[test]
fn a_person_can_answer_and_react_with_a_token_of_their_own() {
    let mut slack = slack();
    let jonas = slack
        .workspace
        .user_by_email("jonas.weber@example.com")
        .unwrap()
        .id
        .clone();
    let token = format!("xoxp-{jonas}");
    let ts = post(
        &mut slack,
        json!({"channel": "postmortem", "text": "Who leads?"}),
    )["ts"]
        .clone();
    let room = id(&slack, "postmortem");
    let reaction = json!({"channel": room, "timestamp": ts, "name": "raised_hand"});
    let react = request("reactions.add", Some(&token), &reaction);
    assert_eq!(answer_at(&mut slack, &react, now())["ok"], true);
    assert_eq!(
        answer_at(&mut slack, &react, now())["error"],
        "already_reacted"
    );
    let given = call(
        &mut slack,
        "reactions.get",
        &format!("channel={room}&timestamp={}", ts.as_str().unwrap()),
    );
    assert_eq!(
        given["message"]["reactions"],
        json!([{"name": "raised_hand", "users": [jonas], "count": 1}])
    );
    let answer = request(
        "chat.postMessage",
        Some(&token),
        &json!({"channel": room, "text": "I do."}),
    );
    let answer = answer_at(&mut slack, &answer, now());
    assert_eq!(
        (&answer["message"]["user"], answer["message"].get("bot_id")),
        (&json!(jonas), None)
    );
    let update = call(
        &mut slack,
        "chat.update",
        &format!(
            "channel={room}&ts={}&text=no",
            answer["ts"].as_str().unwrap()
        ),
    );
    assert_eq!(update["error"], "cant_update_message");
}

#[test]
fn a_direct_conversation_is_opened_once() {
    let mut slack = slack();
    let ada = slack
        .workspace
        .user_by_email("ada.brandt@example.com")
        .unwrap()
        .id
        .clone();
    let first = call(&mut slack, "conversations.open", &format!("users={ada}"));
    assert!(first["channel"]["id"].as_str().unwrap().starts_with('D'));
    let second = call(&mut slack, "conversations.open", &format!("users={ada}"));
    assert_eq!(
        (&second["channel"], &second["already_open"]),
        (&first["channel"], &json!(true))
    );
    let posted = post(&mut slack, json!({"channel": ada, "text": "hello"}));
    assert_eq!(posted["channel"], first["channel"]["id"]);
}

#[test]
fn a_public_channel_can_be_joined() {
    let mut slack = slack();
    let room = id(&slack, "random");
    assert_eq!(
        call(&mut slack, "conversations.join", &format!("channel={room}"))["channel"]["is_member"],
        true
    );
    assert_eq!(
        call(&mut slack, "conversations.join", &format!("channel={room}"))["warning"],
        "already_in_channel"
    );
    assert_eq!(
        call(
            &mut slack,
            "conversations.history",
            &format!("channel={room}")
        )["messages"],
        json!([])
    );
}

#[test]
fn people_have_zones_and_addresses() {
    let mut slack = slack();
    let user = call(
        &mut slack,
        "users.lookupByEmail",
        "email=Priya.Nair@example.com",
    )["user"]
        .clone();
    assert_eq!(
        (&user["tz"], &user["tz_offset"]),
        (&json!("Asia/Kolkata"), &json!(19_800))
    );
    assert_eq!(user["profile"]["email"], "priya.nair@example.com");
}

#[test]
fn a_burst_of_twenty_then_a_message_a_second_for_each_channel() {
    let mut slack = slack();
    let mut post_at = |channel: &str, now: Timestamp| {
        slack.answer(
            &request(
                "chat.postMessage",
                Some(TOKEN),
                &json!({"channel": channel, "text": "x"}),
            ),
            now,
        )
    };
    for _ in 0..20 {
        assert_eq!(post_at("postmortem", now()).status, 200);
    }
    let limited = post_at("postmortem", now());
    assert_eq!(
        (limited.status, &body(&limited)["error"]),
        (429, &json!("ratelimited"))
    );
    assert!(
        limited
            .headers
            .contains(&("retry-after".into(), "1".into()))
    );
    assert_eq!(
        post_at("prod-issue", now()).status,
        200,
        "another channel has its own"
    );
    let later = now() + SignedDuration::from_secs(1);
    assert_eq!(post_at("postmortem", later).status, 200);
    assert_eq!(post_at("postmortem", later).status, 429);
}

#[test]
fn blocks_have_their_limits() {
    let section = |length: usize| json!([{"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(length)}}]);
    assert!(blocks::checked(Some(section(3000))).is_ok());
    for wrong in [
        section(3001),
        section(0),
        json!([{"type": "section"}]),
        json!([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
        json!([{"type": "header", "text": {"type": "plain_text", "text": "x".repeat(151)}}]),
        json!(vec![json!({"type": "divider"}); 51]),
    ] {
        assert_eq!(
            blocks::checked(Some(wrong)).unwrap_err().error,
            "invalid_blocks"
        );
    }
}

#[rstest]
#[case("1700000000.000100", Some(1_700_000_000_000_100))]
#[case("1700000000", Some(1_700_000_000_000_000))]
#[case("0", Some(0))]
#[case("1.5", Some(1_500_000))]
#[case("-1", None)]
#[case("", None)]
#[case("1.", None)]
#[case("1.0000001", None)]
fn ts_are_read_exactly(#[case] ts: &str, #[case] micros: Option<i64>) {
    assert_eq!(workspace::parsed_micros(ts), micros);
}
