//! The pages as a browser asks for them, over a store in memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use jiff::SignedDuration;
use tokio::sync::oneshot;

use super::*;
use crate::playbook::effect::{EffectKey, EffectState};
use crate::playbook::incident::{
    Detail, EntryKind, Incident, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;
use crate::store::sqlite::SqliteStore;

const HOSTILE: &str = "<script>alert('t')</script>";

fn now() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn incident(key: &str, title: &str) -> Incident {
    let resolved = now() - SignedDuration::from_hours(1);
    Incident {
        url: Some("javascript:alert(1)".to_owned()),
        service: "checkout".to_owned(),
        severity: Some("SEV-1".to_owned()),
        detail: Detail::Full,
        participants: vec![Participant {
            person: Person {
                name: format!("Ada {HOSTILE}"),
                ..Person::default()
            },
            part: Part::Lead,
            contributions: 1,
        }],
        timeline: vec![TimelineEntry::new(
            resolved,
            EntryKind::Message,
            Some(HOSTILE.to_owned()),
            format!("\"><img src=x onerror=alert(1)> {HOSTILE}"),
        )],
        ..Incident::listed(
            IncidentId::new("pagerduty", key),
            format!("#{key}"),
            title.to_owned(),
            now() - SignedDuration::from_hours(3),
            Status::Resolved { at: resolved },
        )
    }
}

fn verdicts(case: &Case, now: Timestamp) -> BTreeMap<Step, Verdict> {
    let page = case.effect(Step::PostmortemPage, "page");
    BTreeMap::from([
        (
            Step::AffectedCustomers,
            Verdict::NeedsHuman {
                error: format!("the folder is gone {HOSTILE}"),
            },
        ),
        (
            Step::PostmortemPage,
            Verdict::Done {
                url: page.and_then(|page| page.url().map(str::to_owned)),
            },
        ),
        (
            Step::ReviewMeeting,
            Verdict::Retrying {
                at: now,
                attempts: 2,
                error: "503".to_owned(),
            },
        ),
        (
            Step::Announcement,
            Verdict::Waiting {
                on: "the page".to_owned(),
                until: None,
            },
        ),
    ])
}

async fn dashboard(incidents: &[Incident]) -> Dashboard {
    let store = SqliteStore::in_memory().await.unwrap();
    store.record(incidents, now()).await.unwrap();
    Dashboard {
        store: Arc::new(store),
        verdicts: Arc::new(verdicts),
        now: Arc::new(now),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

/// A dashboard with one hostile case that has a page, and a nag that was given up.
async fn hostile() -> Dashboard {
    let dashboard = dashboard(&[incident("Q1", HOSTILE)]).await;
    let lease = SignedDuration::from_mins(5);
    let store = &dashboard.store;
    let (claim, case) = store.claim_due("w", now(), lease).await.unwrap().unwrap();
    let done = EffectState::Done {
        reference: "4711".to_owned(),
        url: Some("https://wiki.example.com/pages/4711?a=1&b=2".to_owned()),
    };
    let page = case.key(Step::PostmortemPage, "page");
    store.finish(&claim, &page, &done, now()).await.unwrap();
    let slot = serde_json::json!({ "room": HOSTILE });
    store
        .decide(&claim, Step::ReviewMeeting, "slot", &slot, now())
        .await
        .unwrap();
    let round = store.claim_round("nags", "w", now(), lease).await.unwrap();
    let nag = EffectKey::once(EVERYONE, Step::ActionItems, "chat:U1");
    let gave_up = EffectState::GaveUp {
        error: "the account is gone".to_owned(),
    };
    store
        .finish(&round.unwrap(), &nag, &gave_up, now())
        .await
        .unwrap();
    dashboard
}

struct Answer {
    status: u16,
    policy: String,
    body: String,
}

/// Asks a served dashboard for each path, then shuts it down.
async fn ask(dashboard: Dashboard, paths: &[&str]) -> Vec<Answer> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, router(dashboard), async {
        stopped.await.ok();
    }));
    let mut answers = Vec::new();
    for path in paths {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: dashboard\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        answers.push(Answer {
            status: head[9..12].parse().unwrap(),
            policy: head
                .lines()
                .find_map(|line| line.strip_prefix("content-security-policy: "))
                .unwrap_or_default()
                .to_owned(),
            body: body.to_owned(),
        });
    }
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    answers
}

#[tokio::test]
async fn text_from_outside_is_never_markup() {
    for answer in ask(hostile().await, &["/", "/cases/pagerduty:Q1"]).await {
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("&lt;script&gt;"), "{}", answer.body);
        for markup in ["<script", "<img", "javascript:"] {
            assert!(!answer.body.contains(markup), "{markup}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn the_first_page_says_what_needs_a_human_before_anything_else() {
    let page = ask(hostile().await, &["/"]).await.remove(0).body;
    let humans = page.find("Needs a human").unwrap();
    let cases = page.find("<h1>Cases</h1>").unwrap();
    for told in ["the folder is gone", "the account is gone"] {
        let at = page.find(told).unwrap();
        assert!(humans < at && at < cases, "{told}");
    }
    for told in [
        "checkout · SEV-1 · resolved Mon 2 Mar 2026, 12:00 CET",
        "href=\"https:&#x2f;&#x2f;wiki.example.com&#x2f;pages&#x2f;4711?a=1&amp;b=2\"",
        "href=\"&#x2f;cases&#x2f;pagerduty:Q1\"",
        "retrying",
        "waiting",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
}

#[tokio::test]
async fn a_case_shows_its_ledger_decisions_and_timeline() {
    let page = ask(hostile().await, &["/cases/pagerduty%3AQ1"])
        .await
        .remove(0);
    for told in [
        "4711",
        "attempt 2: 503",
        "again Mon 2 Mar 2026, 13:00 CET",
        "for the page",
        "slot",
        "onerror",
        "(lead)",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
}

#[tokio::test]
async fn no_case_yet_is_said_in_words() {
    let page = ask(dashboard(&[]).await, &["/"]).await.remove(0);
    assert!(page.body.contains("No case yet."));
    assert!(!page.body.contains("Needs a human"));
}

#[tokio::test]
async fn what_is_not_there_is_a_404() {
    let paths = ["/cases/pagerduty:none", "/cases/nonsense", "/elsewhere"];
    for answer in ask(hostile().await, &paths).await {
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains("There is nothing here"));
    }
}

#[tokio::test]
async fn every_answer_forbids_everything_but_our_style() {
    let paths = ["/", "/cases/pagerduty:Q1", "/healthz", "/style.css", "/x"];
    for answer in ask(hostile().await, &paths).await {
        assert!(
            answer
                .policy
                .starts_with("default-src 'none'; style-src 'self';"),
            "{}",
            answer.policy
        );
    }
}

#[tokio::test]
async fn health_is_the_stores() {
    let healthy = ask(hostile().await, &["/healthz"]).await.remove(0);
    assert_eq!((healthy.status, healthy.body.as_str()), (200, "ok\n"));
}

#[tokio::test]
async fn what_needs_a_human_is_told_however_old_the_case() {
    let incidents: Vec<_> = (0..LISTED + 5)
        .map(|number| incident(&number.to_string(), "Down"))
        .collect();
    let page = ask(dashboard(&incidents).await, &["/"])
        .await
        .remove(0)
        .body;
    assert_eq!(page.matches("the folder is gone").count(), LISTED + 5);
    assert_eq!(page.matches("<article>").count(), LISTED);
    assert!(page.contains("These are the newest 100."), "{page}");
}
