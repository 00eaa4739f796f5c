//! Odd answers, played by a stub; whole stories are told against the sandbox in `tests/transcript`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::playbook::incident::{IncidentId, Status};
use crate::vendors::stub::{Line, Stub, ok};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// From 10:00 to 11:00.
fn incident() -> Incident {
    let resolved = Status::Resolved {
        at: time("2026-11-23T11:00:00Z"),
    };
    let opened = time("2026-11-23T10:00:00Z");
    Incident::listed(
        IncidentId::new("pagerduty", "Q1"),
        "#1",
        "The api is down",
        opened,
        resolved,
    )
}

fn rules() -> TranscriptRules {
    TranscriptRules {
        channels: vec!["C1".into()],
        before: SignedDuration::from_mins(30),
        after: SignedDuration::from_mins(60),
        mitigated: vec![
            Sign::Said(Regex::new("(?i)^mitigated").unwrap()),
            Sign::Reacted("fire_extinguisher".into()),
        ],
    }
}

fn transcript(stub: &Stub) -> Transcript {
    let client = Slack::new(stub.http(), "xoxb-1".to_owned().into());
    Transcript::new(client, rules(), Box::new(pingdom))
}

fn pingdom(name: Option<&str>, text: &str) -> Option<Named> {
    let kind = if text.contains("UP") {
        EntryKind::Resolved
    } else {
        EntryKind::Alert
    };
    (name? == "pingdom-bot").then(|| Named {
        name: "Pingdom".into(),
        kind,
    })
}

fn ok_with(mut value: Value) -> Line {
    value["ok"] = json!(true);
    ok(value.to_string())
}

fn refused(error: &str) -> Line {
    ok(json!({"ok": false, "error": error}).to_string())
}

fn us() -> Line {
    ok_with(json!({
        "url": "https://acme.slack.com/", "team": "Acme", "user": "debrief", "user_id": "U0BOT", "bot_id": "B0BOT"
    }))
}

/// Messages as a page; a `ts` of `min` minutes after ten is added to each.
fn page(messages: Vec<Value>) -> Line {
    let messages: Vec<Value> = messages.into_iter().map(at_minute).collect();
    ok_with(json!({"messages": messages, "has_more": false}))
}

fn ts(minute: u64) -> String {
    format!("{}.000100", 1_795_428_000 + 60 * minute)
}

fn at_minute(mut message: Value) -> Value {
    if let Some(minute) = message["min"].as_u64() {
        message["ts"] = json!(ts(minute));
        message["type"] = json!("message");
    }
    message
}

fn ada() -> Line {
    ok_with(json!({"user": {
        "id": "U1", "name": "ada", "tz": "Europe/London", "deleted": false, "is_bot": false,
        "profile": {"real_name": "Ada Example", "email": "Ada@Example.com"}
    }}))
}

async fn read(script: Vec<Line>) -> (Recorded, Vec<String>) {
    let stub = Stub::playing(script).await;
    let recorded = transcript(&stub)
        .read(&incident(), Insistence::Whole)
        .await
        .unwrap();
    (recorded, methods(&stub))
}

fn methods(stub: &Stub) -> Vec<String> {
    stub.seen()
        .iter()
        .map(|request| {
            let path = request.split(' ').nth(1).unwrap();
            let path = path.trim_start_matches("/api/");
            path.split('?').next().unwrap().to_owned()
        })
        .collect()
}

fn told(recorded: &Recorded) -> Vec<String> {
    recorded
        .entries
        .iter()
        .map(|entry| {
            let by = entry.by.as_deref().unwrap_or("-");
            format!("{:?} {by}: {}", entry.kind, entry.text.to_plain())
        })
        .collect()
}

#[tokio::test]
async fn what_is_odd_costs_itself_and_is_counted() {
    let history = page(vec![
        json!({"min": 9, "user": "U1", "text": "<@U1> is on it"}),
        json!({"min": 8, "user": "U1", "subtype": "never_heard_of", "text": "new kind"}),
        json!({"min": 7, "user": null, "text": "from nowhere", "files": null, "reactions": null}),
        json!({"min": 6, "user": "U1", "text": null, "blocks": [{"type": "never_heard_of", "content": 5}]}),
        json!({"min": 5, "bot_id": "B9", "subtype": "bot_message", "username": null, "text": "", "blocks": [{"type": "actions"}]}),
        json!({"min": 4, "user": "U1", "subtype": "channel_join", "text": "<@U7> has joined the channel"}),
        json!({"min": 3, "user": "U0BOT", "bot_id": "B0BOT", "text": "The postmortem is ready, <@U8>"}),
        json!({"min": 2, "bot_id": "B0BOT", "text": "by our bot alone"}),
        json!({"min": 1, "user": "U1", "text": "secret", "hidden": true}),
        json!({"text": "no time", "user": "U1"}),
        json!(null),
    ]);
    let (recorded, methods) = read(vec![
        us(),
        history,
        ada(),
        ok_with(json!({"channel": {"id": "C1", "name": "prod-issue"}})),
    ])
    .await;
    assert_eq!(
        told(&recorded),
        [
            "Message -: from nowhere",
            "Message Ada Example: new kind",
            "Message Ada Example: @Ada Example is on it",
        ]
    );
    assert_eq!(
        recorded.gaps,
        ["3 messages in #prod-issue could not be understood"]
    );
    assert_eq!(
        methods,
        [
            "auth.test",
            "conversations.history",
            "users.info",
            "conversations.info"
        ]
    );
    let [ada] = recorded.people.as_slice() else {
        panic!("{:?}", recorded.people);
    };
    assert_eq!(ada.contributions, 2);
    assert_eq!(
        ada.person,
        crate::playbook::person::Person {
            name: "Ada Example".into(),
            email: Some("ada@example.com".into()),
            slack: Some("U1".into()),
            time_zone: Some("Europe/London".into()),
            atlassian: None,
        }
    );
}

#[tokio::test]
async fn a_message_is_told_with_its_link_its_change_and_its_files() {
    let history = page(vec![json!({
        "min": 5, "user": "U1", "text": "graphs", "edited": {"user": "U1", "ts": "1795428400.000000"},
        "files": [
            {"title": "Errors", "name": "a.png", "mode": "hosted", "permalink": "https://acme.slack.com/files/U1/F1/a.png",
             "url_private": "https://files.slack.com/a.png"},
            {"id": "F2", "mode": "tombstone"}, {"id": "F3", "mode": "hidden_by_limit"}, {"id": "F4", "file_access": "check_file_info"}
        ]
    })]);
    let (recorded, _) = read(vec![us(), history, ada()]).await;
    let [entry] = recorded.entries.as_slice() else {
        panic!("{:?}", recorded.entries);
    };
    assert_eq!(entry.at, time("2026-11-23T10:05:00.0001Z"));
    assert_eq!(
        entry.url.as_deref(),
        Some("https://acme.slack.com/archives/C1/p1795428300000100")
    );
    assert_eq!(entry.edited_at, Some(time("2026-11-23T10:06:40Z")));
    let files: Vec<_> = entry
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.url.as_deref()))
        .collect();
    assert_eq!(
        files,
        [
            ("Errors", Some("https://acme.slack.com/files/U1/F1/a.png")),
            ("(a file that Slack no longer shows)", None),
            ("(a file)", None),
        ]
    );
}

#[tokio::test]
async fn a_thread_stands_below_its_beginning_even_where_that_was_deleted() {
    let first = json!({
        "min": 5, "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": true,
        "thread_ts": ts(5), "reply_count": 2, "latest_reply": ts(9)
    });
    let broadcast = json!({"min": 9, "user": "U1", "text": "fixed", "thread_ts": ts(5), "subtype": "thread_broadcast"});
    let history = page(vec![
        json!({"min": 10, "user": "U1", "text": "sent to all", "thread_ts": ts(0), "subtype": "thread_broadcast"}),
        broadcast.clone(),
        json!({"min": 8, "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": true}),
        json!({"min": 7, "user": "U1", "text": "meanwhile"}),
        first.clone(),
    ]);
    let replies = page(vec![
        first,
        json!({"min": 6, "user": "U1", "text": "why?", "thread_ts": ts(5)}),
        broadcast,
    ]);
    let (recorded, methods) = read(vec![us(), history, replies, ada()]).await;
    assert_eq!(
        told(&recorded),
        [
            "Message -: (a deleted message)",
            "Message Ada Example: why?",
            "Message Ada Example: fixed",
            "Message Ada Example: meanwhile",
            "Message Ada Example: sent to all",
        ]
    );
    let threads: Vec<_> = recorded
        .entries
        .iter()
        .map(|entry| entry.thread.map(|at| at.as_second()))
        .collect();
    let thread = Some(1_795_428_300);
    assert_eq!(threads, [None, thread, thread, None, None]);
    assert_eq!(
        recorded.entries[4].url.as_deref(),
        Some(
            "https://acme.slack.com/archives/C1/p1795428600000100?thread_ts=1795428000.000100&cid=C1"
        )
    );
    assert_eq!(
        methods,
        [
            "auth.test",
            "conversations.history",
            "conversations.replies",
            "users.info"
        ]
    );
}

#[tokio::test]
async fn apps_are_named_by_rule_or_by_themselves() {
    let history = page(vec![
        json!({"min": 9, "user": "U1", "text": "Mitigated by failover"}),
        json!({"min": 8, "user": "U1", "text": "good", "reactions": [{"name": "fire_extinguisher::skin-tone-2", "users": ["U1"], "count": 1}]}),
        json!({"min": 7, "bot_id": "B3", "subtype": "bot_message", "text": "nobody says who"}),
        json!({"min": 6, "bot_id": "B2", "bot_profile": {"id": "B2", "name": "Deployer", "app_id": "A2"}, "text": "mitigated? deployed"}),
        json!({"min": 5, "bot_id": "B1", "subtype": "bot_message", "username": "pingdom-bot", "text": "",
               "attachments": [{"title": "api is UP", "fallback": "api is UP"}]}),
        json!({"min": 4, "bot_id": "B1", "subtype": "bot_message", "username": "pingdom-bot", "text": "api is DOWN"}),
    ]);
    let (recorded, _) = read(vec![us(), history, ada()]).await;
    assert_eq!(
        told(&recorded),
        [
            "Alert Pingdom: api is DOWN",
            "Resolved Pingdom: api is UP",
            "Other Deployer: mitigated? deployed",
            "Other -: nobody says who",
            "Mitigated Ada Example: good",
            "Mitigated Ada Example: Mitigated by failover",
        ]
    );
    assert_eq!(recorded.people.len(), 1);
}

#[tokio::test]
async fn strangers_are_counted_and_those_with_a_profile_are_none() {
    let history = page(vec![
        json!({"min": 3, "user": "U3", "text": "hello", "user_profile": {"real_name": "Ben Example", "display_name": "ben"}}),
        json!({"min": 2, "user": "U2", "text": "and <@U4>"}),
    ]);
    let (recorded, _) = read(vec![us(), history, refused("user_not_visible")]).await;
    assert_eq!(
        told(&recorded),
        ["Message -: and @somebody", "Message Ben Example: hello"]
    );
    // The channel's name cannot be had either.
    assert_eq!(
        recorded.gaps,
        ["2 people in channel C1 are not known to Slack any more"]
    );
    assert_eq!(recorded.people.len(), 1);
}

#[tokio::test]
async fn without_the_right_to_see_people_they_are_asked_for_once() {
    let history = page(
        (1..30)
            .map(|minute| json!({"min": minute, "user": format!("U{minute}"), "text": "x"}))
            .collect(),
    );
    let (recorded, methods) = read(vec![us(), history, refused("missing_scope")]).await;
    assert_eq!(recorded.entries.len(), 29);
    assert_eq!(
        recorded.gaps,
        [
            "The names of 29 people could not be read from Slack: the app lacks a scope (channels:history, groups:history \
             for private channels, users:read)"
        ]
    );
    let asked = methods
        .iter()
        .filter(|method| *method == "users.info")
        .count();
    assert!(asked <= 4, "{asked}");
}

#[rstest]
#[case(
    "not_in_channel",
    "Slack's channel C1 could not be read: the app is not in the channel (invite it)"
)]
#[case(
    "channel_not_found",
    "Slack's channel C1 could not be read: there is none that the app may see (invite it)"
)]
#[case(
    "ekm_access_denied",
    "Slack's channel C1 could not be read: Slack refuses it"
)]
#[tokio::test]
async fn a_channel_that_cannot_be_read_for_good_is_a_gap(
    #[case] error: &str,
    #[case] expected: &str,
) {
    let (recorded, _) = read(vec![us(), refused(error)]).await;
    assert_eq!(recorded.gaps, [expected]);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_a_gap() {
    let (recorded, methods) = read(vec![refused("token_revoked")]).await;
    assert_eq!(
        recorded.gaps,
        ["Slack could not be read: its token is not accepted"]
    );
    assert_eq!(methods, ["auth.test"]);
}

fn in_a_minute() -> Line {
    Line::Answer(
        429,
        "retry-after: 60\r\n",
        json!({"ok": false, "error": "ratelimited"}).to_string(),
    )
}

fn first_page() -> Line {
    ok_with(json!({
        "messages": [at_minute(json!({"min": 9, "user": "U1", "text": "late"}))],
        "has_more": true, "response_metadata": {"next_cursor": "n2"}
    }))
}

#[tokio::test]
async fn an_app_that_may_read_once_a_minute_gets_there_in_the_end() {
    let last_page = page(vec![json!({"min": 1, "user": "U1", "text": "early"})]);
    let stub = Stub::playing(vec![us(), first_page(), in_a_minute(), last_page, ada()]).await;
    let transcript = transcript(&stub).with_budget(Budget {
        requests: 10,
        waiting: Duration::ZERO,
    });
    let error = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .unwrap_err();
    let SourceError::Later { retry_after, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(retry_after, Some(SignedDuration::from_secs(60)));
    let recorded = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .unwrap();
    assert_eq!(
        told(&recorded),
        ["Message Ada Example: early", "Message Ada Example: late"]
    );
    assert!(recorded.gaps.is_empty());
    assert_eq!(methods(&stub).len(), 5);
}

#[tokio::test]
async fn who_does_not_insist_gets_what_there_is_and_hears_what_is_missing() {
    let stub = Stub::playing(vec![
        us(),
        first_page(),
        in_a_minute(),
        ada(),
        in_a_minute(),
    ])
    .await;
    let transcript = transcript(&stub).with_budget(Budget {
        requests: 10,
        waiting: Duration::ZERO,
    });
    let recorded = transcript
        .read(&incident(), Insistence::WhatThereIs)
        .await
        .unwrap();
    assert_eq!(told(&recorded), ["Message Ada Example: late"]);
    assert_eq!(
        recorded.gaps,
        [
            "What was written in Slack's channel C1 before 2026-11-23 10:09 UTC could not be read: Slack allows no more \
             requests for now"
        ]
    );
}

#[tokio::test]
async fn a_reading_ends_within_its_budget() {
    let endless = |cursor: &str, minute: u64| {
        ok_with(json!({
            "messages": [at_minute(json!({"min": minute, "bot_id": "B1", "text": "x"}))],
            "has_more": true, "response_metadata": {"next_cursor": cursor}
        }))
    };
    let script = vec![us(), endless("a", 9), endless("b", 8), endless("c", 7)];
    let stub = Stub::playing(script).await;
    let transcript = transcript(&stub).with_budget(Budget {
        requests: 2,
        waiting: Duration::ZERO,
    });
    let recorded = transcript
        .read(&incident(), Insistence::WhatThereIs)
        .await
        .unwrap();
    assert_eq!(recorded.entries.len(), 2);
    assert!(
        recorded.gaps[0].ends_with("it is more than is read at a time"),
        "{:?}",
        recorded.gaps
    );
    // The last one is for the channel's name.
    assert_eq!(methods(&stub).len(), 4);
}

#[tokio::test]
async fn an_incident_that_was_opened_again_is_begun_anew() {
    let stub = Stub::playing(vec![us(), first_page(), in_a_minute(), page(vec![])]).await;
    let transcript = transcript(&stub).with_budget(Budget {
        requests: 10,
        waiting: Duration::ZERO,
    });
    let error = transcript.read(&incident(), Insistence::Whole).await;
    assert!(error.is_err());
    let open = Incident {
        status: Status::Open,
        ..incident()
    };
    let recorded = transcript.read(&open, Insistence::Whole).await.unwrap();
    assert_eq!(recorded, Recorded::default());
    let last = stub.seen().pop().unwrap();
    assert!(
        last.starts_with(
            "GET /api/conversations.history?channel=C1&oldest=1795426199.999999&include_all_metadata=true&limit=999 "
        ),
        "{last}"
    );
}

#[tokio::test]
async fn where_there_are_no_channels_nothing_is_asked() {
    let stub = Stub::playing(vec![us()]).await;
    let client = Slack::new(stub.http(), "xoxb-1".to_owned().into());
    let rules = TranscriptRules {
        channels: Vec::new(),
        ..rules()
    };
    let transcript = Transcript::new(client, rules, Box::new(pingdom));
    let recorded = transcript.read(&incident(), Insistence::Whole).await;
    assert_eq!(recorded.unwrap(), Recorded::default());
    assert!(stub.seen().is_empty());
}
