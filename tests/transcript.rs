//! The record in chat, read from the sandbox over HTTP as the worker reads it.

mod workspace;

use std::collections::BTreeSet;
use std::time::Duration;

use debrief::playbook::incident::{EntryKind, Incident, Status};
use debrief::sandbox::faults::{Kind, Rule, When};
use debrief::sources::SourceError;
use debrief::sources::transcript::{Budget, Insistence, Recorded};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::time;
use workspace::{BARE_TOKEN, Workspace, incident, plain};

/// Two people and one busy hour.
fn story() -> Value {
    json!({
        "people": [
            {"name": "Ada Example", "email": "ada@example.com", "time_zone": "Europe/London"},
            {"name": "Ben Example", "email": "ben@example.com"},
        ],
        "transcripts": [
            {"channel": "#prod-issue", "messages": [
                {"at": "2026-03-02T07:29:59.999999Z", "by": "ada@example.com", "text": "too early"},
                {"at": "2026-03-02T07:30:00Z", "by": "ada@example.com", "text": "just in time"},
                {"at": "2026-03-02T08:01:00Z", "bot": "Pingdom", "text": "*checkout* is <https://status.example.com|DOWN>"},
                {"at": "2026-03-02T08:02:00Z", "by": "ben@example.com", "thread": "2026-03-02T08:01:00Z", "text": "looking, <!here>"},
                {"at": "2026-03-02T08:03:00Z", "by": "ada@example.com", "text": "customers write to us"},
                {"at": "2026-03-02T08:05:00Z", "by": "ada@example.com", "thread": "2026-03-02T08:01:00Z", "text": "it is `db-1` &amp; its disk"},
                {"at": "2026-03-02T10:00:00Z", "by": "ben@example.com", "text": "just not too late"},
                {"at": "2026-03-02T10:00:00.000001Z", "by": "ben@example.com", "text": "too late"},
                {"at": "2026-03-02T10:30:00Z", "by": "ben@example.com", "thread": "2026-03-02T08:01:00Z", "text": "an afterthought"},
            ]},
            {"channel": "#inc-1", "messages": [
                {"at": "2026-03-02T08:04:00Z", "by": "ben@example.com", "text": "mitigated: failed over"},
            ]},
        ]
    })
}

fn told(recorded: &Recorded) -> Vec<String> {
    recorded.entries.iter().map(plain).collect()
}

#[tokio::test]
async fn two_channels_are_told_as_one_record_with_threads_in_place() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace.transcript(&["prod-issue"]).await;
    let incident = Incident {
        channels: vec![
            workspace.channel("inc-1").await,
            workspace.channel("prod-issue").await,
        ],
        ..incident()
    };
    let recorded = transcript
        .read(&incident, Insistence::Whole)
        .await
        .expect("Slack answers");
    assert_eq!(
        told(&recorded),
        [
            "07:30:00 Message Ada Example: just in time",
            "08:01:00 Alert Pingdom: checkout is DOWN",
            "08:02:00 Message Ben Example: looking, @here",
            "08:05:00 Message Ada Example: it is db-1 & its disk",
            "08:03:00 Message Ada Example: customers write to us",
            "08:04:00 Mitigated Ben Example: mitigated: failed over",
            "10:00:00 Message Ben Example: just not too late",
        ]
    );
    assert_eq!(recorded.gaps, Vec::<String>::new());
    let people: Vec<_> = recorded
        .people
        .iter()
        .map(|participant| {
            let person = &participant.person;
            (
                person.email.as_deref().unwrap_or_default(),
                person.time_zone.as_deref().unwrap_or_default(),
                participant.contributions,
            )
        })
        .collect();
    assert_eq!(
        people,
        [
            ("ada@example.com", "Europe/London", 3),
            ("ben@example.com", "Etc/UTC", 3)
        ]
    );
}

#[tokio::test]
async fn every_link_is_the_one_that_slack_gives() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace.transcript(&["prod-issue"]).await;
    let recorded = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .expect("Slack answers");
    let slack = workspace.bot();
    let channel = workspace.channel("prod-issue").await;
    let links: BTreeSet<String> = recorded
        .entries
        .iter()
        .filter_map(|entry| entry.url.clone())
        .collect();
    assert_eq!(links.len(), recorded.entries.len());
    for entry in &recorded.entries {
        let micros = entry.at.as_microsecond();
        let ts = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let given = slack.permalink(&channel, &ts).await.expect("a message");
        assert_eq!(entry.url.as_ref(), Some(&given));
    }
}

#[tokio::test]
async fn an_incident_costs_a_call_a_channel_a_thread_and_a_new_person() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace.transcript(&["prod-issue"]).await;
    for expected in [
        [
            "auth.test",
            "conversations.history",
            "conversations.replies",
            "users.info",
            "users.info",
        ]
        .as_slice(),
        &["conversations.history", "conversations.replies"],
    ] {
        workspace.sandbox.clear_calls();
        transcript
            .read(&incident(), Insistence::Whole)
            .await
            .expect("Slack answers");
        assert_eq!(workspace.calls(), expected);
    }
}

#[tokio::test]
async fn what_people_do_to_messages_is_seen() {
    let workspace = Workspace::of(&story()).await;
    let channel = workspace.channel("prod-issue").await;
    let post = |person: &'static str, body: Value| {
        let (workspace, channel) = (&workspace, &channel);
        async move {
            let mut body = body;
            body["channel"] = json!(channel);
            workspace.call_as(person, "chat.postMessage", &body).await["ts"].clone()
        }
    };
    workspace.clock.set(time("2026-03-02T11:20:00Z"));
    let first = post("ada@example.com", json!({"text": "rolling bakc"})).await;
    let answer = json!({"text": "done, all is well", "thread_ts": first, "reply_broadcast": true});
    workspace.clock.set(time("2026-03-02T11:25:00Z"));
    let answer = post("ben@example.com", answer).await;
    workspace.clock.set(time("2026-03-02T11:26:00Z"));
    workspace
        .call_as(
            "ada@example.com",
            "chat.update",
            &json!({"channel": channel, "ts": first, "text": "rolling back"}),
        )
        .await;
    workspace
        .call_as(
            "ada@example.com",
            "reactions.add",
            &json!({"channel": channel, "timestamp": answer, "name": "fire_extinguisher"}),
        )
        .await;
    workspace
        .call(
            "chat.postMessage",
            &json!({"channel": channel, "text": "We are ours"}),
        )
        .await;
    let transcript = workspace.transcript(&["prod-issue"]).await;
    let open = Incident {
        status: Status::Open,
        ..incident()
    };
    let recorded = transcript
        .read(&open, Insistence::Whole)
        .await
        .expect("Slack answers");
    let last: Vec<_> = told(&recorded)
        .into_iter()
        .filter(|line| line.starts_with("11:"))
        .collect();
    assert_eq!(
        last,
        [
            "11:20:00 Message Ada Example: rolling back",
            "11:25:00 Mitigated Ben Example: done, all is well",
        ]
    );
    let changed = recorded.entries.iter().find_map(|entry| entry.edited_at);
    assert_eq!(changed, Some(time("2026-03-02T11:26:00Z")));
    let answered = recorded
        .entries
        .iter()
        .find(|entry| entry.kind == EntryKind::Mitigated)
        .and_then(|entry| entry.thread);
    assert_eq!(answered, Some(time("2026-03-02T11:20:00Z")));
}

#[tokio::test]
async fn what_cannot_be_read_for_good_is_said_and_costs_nothing_else() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace.transcript(&["random", "prod-issue"]).await;
    let incident = Incident {
        channels: vec!["CNOWHERE".into()],
        ..incident()
    };
    let recorded = transcript
        .read(&incident, Insistence::Whole)
        .await
        .expect("Slack answers");
    assert_eq!(recorded.entries.len(), 6);
    assert_eq!(
        recorded.gaps,
        [
            "Slack's #random could not be read: the app is not in the channel (invite it)",
            "Slack's channel CNOWHERE could not be read: there is none that the app may see (invite it)",
        ]
    );
}

#[tokio::test]
async fn a_token_without_scopes_gives_gaps() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace.transcript_with(BARE_TOKEN, &["prod-issue"]).await;
    let recorded = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .expect("Slack answers");
    let channel = workspace.channel("prod-issue").await;
    assert_eq!(recorded.entries.len(), 0);
    assert_eq!(
        recorded.gaps,
        [format!(
            "Slack's channel {channel} could not be read: the app lacks a scope (channels:history, groups:history for \
             private channels, users:read)"
        )]
    );
}

#[tokio::test]
async fn what_passes_is_waited_for_or_said() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace
        .transcript(&["prod-issue"])
        .await
        .with_budget(Budget {
            requests: 100,
            waiting: Duration::ZERO,
        });
    let throttled = Rule::new(Kind::Throttle {
        retry_after: Some(30),
    })
    .vendor("slack")
    .path("conversations.replies")
    .when(When::Always);
    workspace.sandbox.add_faults(vec![throttled]);
    let error = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .expect_err("threads cannot be read");
    assert!(
        matches!(
            &error,
            SourceError::Later { retry_after: Some(wait), .. } if *wait == SignedDuration::from_secs(30)
        ),
        "{error:?}"
    );
    let partly = transcript
        .read(&incident(), Insistence::WhatThereIs)
        .await
        .expect("what there is");
    assert_eq!(
        partly.gaps,
        [
            "Answers in 1 thread of Slack's #prod-issue could not be read: Slack allows no more requests for now"
        ]
    );
    assert_eq!(partly.entries.len(), 4);
    workspace.sandbox.clear_faults();
    let whole = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .expect("Slack answers");
    assert_eq!((whole.entries.len(), whole.gaps.len()), (6, 0));
}

#[tokio::test]
async fn who_comes_back_goes_on_where_it_was_stopped() {
    let workspace = Workspace::of(&story()).await;
    let transcript = workspace
        .transcript(&["prod-issue"])
        .await
        .with_budget(Budget {
            requests: 100,
            waiting: Duration::ZERO,
        });
    let broken = Rule::new(Kind::Throttle {
        retry_after: Some(30),
    })
    .vendor("slack")
    .path("conversations.replies")
    .when(When::Times(1));
    workspace.sandbox.add_faults(vec![broken]);
    let error = transcript.read(&incident(), Insistence::Whole).await;
    assert!(error.is_err());
    workspace.sandbox.clear_calls();
    let whole = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .expect("Slack answers");
    assert_eq!(whole.entries.len(), 6);
    assert_eq!(
        workspace.calls(),
        ["conversations.replies", "users.info", "users.info"]
    );
}

/// 2,000 messages of 40 people, 300 of them alerts, in 60 threads.
fn great_story() -> Value {
    let people: Vec<Value> = (0..40)
        .map(|n| json!({"name": format!("Person {n}"), "email": format!("p{n}@example.com")}))
        .collect();
    let start = time("2026-03-02T08:00:00Z");
    let at = |n: i64| (start + SignedDuration::from_millis(1_700 * n)).to_string();
    let messages: Vec<Value> = (0..2_000)
        .map(|n| {
            let mut message = json!({"at": at(n), "text": format!("message *{n}*")});
            let block = n / 30;
            match n % 30 {
                // Every block of thirty begins with alerts; the first sixty have a thread.
                0..5 if block < 60 => message["bot"] = json!("Pingdom"),
                20..30 if block < 60 => {
                    message["by"] = json!(format!("p{}@example.com", n % 40));
                    message["thread"] = json!(at(block * 30));
                }
                _ => message["by"] = json!(format!("p{}@example.com", n % 40)),
            }
            message
        })
        .collect();
    json!({"people": people, "transcripts": [{"channel": "prod-issue", "messages": messages}]})
}

#[tokio::test]
async fn a_great_incident_is_read_whole_in_some_hundred_calls() {
    let workspace = Workspace::of(&great_story()).await;
    let transcript = workspace.transcript(&["prod-issue"]).await;
    let recorded = transcript
        .read(&incident(), Insistence::Whole)
        .await
        .expect("Slack answers");
    assert_eq!(recorded.gaps, Vec::<String>::new());
    assert_eq!(recorded.entries.len(), 2_000);
    let count = |kind| {
        let entries = recorded.entries.iter();
        entries.filter(|entry| entry.kind == kind).count()
    };
    assert_eq!(
        (count(EntryKind::Alert), count(EntryKind::Message)),
        (300, 1_700)
    );
    let answers = recorded
        .entries
        .iter()
        .filter(|entry| entry.thread.is_some());
    assert_eq!(answers.count(), 600);
    assert_eq!(recorded.people.len(), 40);
    let contributions: u32 = recorded
        .people
        .iter()
        .map(|participant| participant.contributions)
        .sum();
    assert_eq!(contributions, 1_700);
    let calls = workspace.calls();
    let count = |method: &str| calls.iter().filter(|call| *call == method).count();
    assert_eq!(
        [
            count("auth.test"),
            count("conversations.history"),
            count("conversations.replies"),
            count("users.info"),
        ],
        [1, 2, 60, 40]
    );
    // Every answer stands below its beginning, before anything that is later in the channel.
    let mut beginning = None;
    for entry in &recorded.entries {
        match entry.thread {
            Some(thread) => assert_eq!(Some(thread), beginning, "{entry:?}"),
            None => {
                assert!(Some(entry.at) > beginning, "{entry:?}");
                beginning = Some(entry.at);
            }
        }
    }
}
