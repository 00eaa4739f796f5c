#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;

use super::*;
use crate::vendors::stub::{Line, Stub, ok, status};

fn client(stub: &Stub) -> Slack {
    Slack::new(stub.http(), "xoxb-1".to_owned().into())
}

fn post() -> Post<'static> {
    Post {
        channel: "C1",
        text: "The postmortem is ready",
        blocks: None,
        thread_ts: Some("1.000100"),
        metadata: Some(("debrief_effect", json!({"key": "k1"}))),
    }
}

fn refused(error: &str) -> Line {
    ok(json!({"ok": false, "error": error, "needed": "chat:write"}).to_string())
}

#[rstest]
#[case("fatal_error", Failure::OutcomeUnknown("fatal_error".into()))]
#[case("internal_error", Failure::OutcomeUnknown("internal_error".into()))]
#[case("invalid_auth", Failure::Unauthorized("invalid_auth".into()))]
#[case("token_revoked", Failure::Unauthorized("token_revoked".into()))]
#[case("missing_scope", Failure::Forbidden { reason: "missing_scope".into(), message: "needed: chat:write".into() })]
#[case("channel_not_found", Failure::NotFound("channel_not_found".into()))]
#[case("is_archived", Failure::Refused { status: 200, message: "is_archived".into() })]
#[case("not_in_channel", Failure::Refused { status: 200, message: "not_in_channel".into() })]
#[tokio::test]
async fn a_refusal_with_status_200_is_a_failure(#[case] error: &str, #[case] expected: Failure) {
    let stub = Stub::playing(vec![refused(error)]).await;
    let failure = client(&stub).post(&post()).await.unwrap_err().failure;
    assert_eq!(failure, expected);
    assert_eq!(stub.seen().len(), 1);
}

#[rstest]
#[case(refused("ratelimited"))]
#[case(status(429, "{\"ok\": false, \"error\": \"ratelimited\"}"))]
#[tokio::test]
async fn throttling_is_waited_out_in_either_form(#[case] throttled: Line) {
    let posted = ok("{\"ok\": true, \"channel\": \"C1\", \"ts\": \"2.000200\"}");
    let stub = Stub::playing(vec![throttled, posted]).await;
    let posted = client(&stub).post(&post()).await.unwrap();
    assert_eq!(posted.ts, "2.000200");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_post_carries_its_key_and_shows_no_previews() {
    let posted = ok("{\"ok\": true, \"channel\": \"C1\", \"ts\": \"2.000200\"}");
    let stub = Stub::playing(vec![posted]).await;
    client(&stub).post(&post()).await.unwrap();
    let seen = &stub.seen()[0];
    assert!(seen.starts_with("POST /api/chat.postMessage "));
    assert!(seen.contains("authorization: Bearer xoxb-1"));
    let (_, body) = seen.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        json!({
            "channel": "C1", "text": "The postmortem is ready", "thread_ts": "1.000100",
            "unfurl_links": false, "unfurl_media": false,
            "metadata": {"event_type": "debrief_effect", "event_payload": {"key": "k1"}}
        })
    );
}

#[tokio::test]
async fn an_address_that_is_nobodys_is_none() {
    let stub = Stub::playing(vec![refused("users_not_found")]).await;
    assert!(
        client(&stub)
            .user_by_email("x@y.example")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_user_goes_by_the_full_name() {
    let user = json!({"ok": true, "user": {
        "id": "U1", "name": "ann", "tz": "Europe/Berlin", "deleted": false, "is_bot": false,
        "profile": {"display_name": "annie", "real_name": "Ann Example", "email": "ann@acme.example"}
    }});
    let stub = Stub::playing(vec![ok(user.to_string())]).await;
    let user = client(&stub).user("U1").await.unwrap().unwrap();
    assert_eq!(
        (user.name.as_str(), user.standing),
        ("Ann Example", Standing::Person)
    );
}

#[rstest]
#[case("user_not_found")]
#[case("user_not_visible")]
#[tokio::test]
async fn somebody_who_cannot_be_seen_is_none(#[case] error: &str) {
    let stub = Stub::playing(vec![refused(error)]).await;
    assert!(client(&stub).user("U1").await.unwrap().is_none());
}

#[tokio::test]
async fn a_user_of_whom_little_is_told_has_a_name_all_the_same() {
    let user = json!({"ok": true, "user": {
        "id": "U1", "name": "ada", "real_name": null, "tz": null, "deleted": null, "is_bot": null, "profile": null
    }});
    let stub = Stub::playing(vec![ok(user.to_string())]).await;
    let user = client(&stub).user("U1").await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.email), ("ada", None));
}

#[tokio::test]
async fn a_channel_has_a_name() {
    let channel = json!({"ok": true, "channel": {
        "id": "C1", "name": "prod-issue", "is_archived": false, "is_member": true, "topic": {"value": "x"}
    }});
    let stub = Stub::playing(vec![ok(channel.to_string())]).await;
    let channel = client(&stub).channel("C1").await.unwrap().unwrap();
    assert_eq!(channel.name.as_deref(), Some("prod-issue"));
    assert!(stub.seen()[0].starts_with("GET /api/conversations.info?channel=C1 "));
    let stub = Stub::playing(vec![refused("channel_not_found")]).await;
    assert!(client(&stub).channel("C1").await.unwrap().is_none());
}

#[tokio::test]
async fn a_conversation_with_a_person_is_a_channel() {
    let opened = json!({"ok": true, "no_op": true, "already_open": true, "channel": {"id": "D1"}});
    let stub = Stub::playing(vec![ok(opened.to_string())]).await;
    let channel = client(&stub).open_conversation("U1").await.unwrap();
    assert_eq!(channel.id, "D1");
    let seen = &stub.seen()[0];
    assert!(seen.starts_with("POST /api/conversations.open "));
    assert!(seen.ends_with("{\"users\":\"U1\"}"), "{seen}");
}

#[rstest]
#[case("https://acme.slack.com/")]
#[case("https://acme.slack.com")]
fn a_link_is_made_as_slack_makes_it(#[case] url: &str) {
    let identity = Identity {
        url: url.to_owned(),
        team: "Acme".to_owned(),
        user: "debrief".to_owned(),
        user_id: "U0".to_owned(),
        bot_id: None,
    };
    let ts = Ts::parse("1700000000.000100").unwrap();
    let first = Ts::parse("1699999999.000200").unwrap();
    assert_eq!(
        identity.link_to("C1", &ts, None),
        "https://acme.slack.com/archives/C1/p1700000000000100"
    );
    assert_eq!(
        identity.link_to("C1", &ts, Some(&first)),
        "https://acme.slack.com/archives/C1/p1700000000000100?thread_ts=1699999999.000200&cid=C1"
    );
}

#[test]
fn outside_text_can_mention_nobody() {
    assert_eq!(
        escape("<!channel> a && b <https://x|y>"),
        "&lt;!channel&gt; a &amp;&amp; b &lt;https://x|y&gt;"
    );
}
