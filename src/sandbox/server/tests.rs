#![allow(clippy::unwrap_used, clippy::expect_used)]

mod pages_of_results;

use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::sandbox::faults::{Kind, When};

const NOW: &str = "2026-11-23T10:00:00Z";

fn options() -> Options {
    Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        clock: Clock::standing_at(NOW.parse().unwrap()),
        latency: Duration::ZERO,
        record: None,
    }
}

async fn sandbox() -> Sandbox {
    Sandbox::start(options()).await.unwrap()
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test's own client, against loopback only"
)]
fn client() -> reqwest::Client {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    reqwest::Client::builder().build().unwrap()
}

fn post(sandbox: &Sandbox, text: &str) -> RequestBuilder {
    client()
        .post(format!("{}/api/chat.postMessage", sandbox.base_url()))
        .bearer_auth("xoxb-sandbox")
        .json(&json!({"channel": "postmortem", "text": text}))
}

fn abilities(sandbox: &Sandbox) -> RequestBuilder {
    client()
        .get(format!("{}/abilities", sandbox.base_url()))
        .header("authorization", "Token token=sandbox-pagerduty-key")
        .header("accept", "application/vnd.pagerduty+json;version=2")
}

fn messages(sandbox: &Sandbox) -> usize {
    sandbox.world()["slack"]["messages"]
        .as_array()
        .unwrap()
        .len()
}

async fn admin(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let url = format!("{}/__sandbox/{path}", sandbox.base_url());
    let answer = client()
        .request(method, url)
        .json(&body)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let listen = "0.0.0.0:0".parse().unwrap();
    let error = Sandbox::start(Options {
        listen,
        ..options()
    })
    .await
    .unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
}

#[tokio::test]
async fn the_ready_line_says_where_everybody_is() {
    let sandbox = sandbox().await;
    let line = sandbox.ready_line();
    for vendor in ["confluence", "google", "pagerduty", "slack"] {
        assert_eq!(line[vendor], sandbox.base_url());
    }
    assert_eq!(line["admin"], format!("{}/__sandbox", sandbox.base_url()));
    assert_eq!(line["smtp"], sandbox.smtp_address().to_string());
}

#[tokio::test]
async fn a_stopped_sandbox_answers_nobody() {
    let sandbox = sandbox().await;
    sandbox.stop().await;
    assert!(abilities(&sandbox).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn hundreds_are_served_at_once() {
    let sandbox = sandbox().await;
    let client = client();
    let calls = (0..300).map(|_| {
        let url = format!("{}/api/auth.test", sandbox.base_url());
        client.post(url).bearer_auth("xoxb-sandbox").send()
    });
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert_eq!(sandbox.calls().len(), 300);
}

#[tokio::test]
async fn calls_are_listed_and_forgotten() {
    let sandbox = sandbox().await;
    abilities(&sandbox)
        .query(&[("limit", "1")])
        .send()
        .await
        .unwrap();
    client()
        .get(format!("{}/nowhere", sandbox.base_url()))
        .send()
        .await
        .unwrap();
    let expected = json!([
        {"vendor": "pagerduty", "method": "GET", "path": "/abilities", "status": 400},
        {"vendor": "nobody", "method": "GET", "path": "/nowhere", "status": 404},
    ]);
    assert_eq!(sandbox.world()["calls"], expected);
    assert_eq!(
        admin(&sandbox, "GET", "calls", json!(null)).await.1["calls"],
        expected
    );
    admin(&sandbox, "DELETE", "calls", json!(null)).await;
    assert_eq!(sandbox.calls(), []);
}

#[tokio::test]
async fn pages_and_admin_calls_are_no_calls() {
    let sandbox = sandbox().await;
    for path in [
        "/",
        "/__world/slack",
        "/__sandbox/world",
        "/__sandbox/clock",
    ] {
        client()
            .get(format!("{}{path}", sandbox.base_url()))
            .send()
            .await
            .unwrap();
    }
    assert_eq!(sandbox.calls(), []);
}

#[tokio::test]
async fn the_clock_is_set_from_outside() {
    let sandbox = sandbox().await;
    let (status, _) = admin(
        &sandbox,
        "POST",
        "clock",
        json!({"now": "2026-12-01T00:00:00Z"}),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(
        admin(&sandbox, "GET", "clock", json!(null)).await.1["now"],
        "2026-12-01T00:00:00Z"
    );
    post(&sandbox, "later").send().await.unwrap();
    assert_eq!(
        sandbox.world()["slack"]["messages"][0]["ts"],
        "1796083200.000000"
    );
}

#[rstest]
#[case("clock", json!({"now": "yesterday"}), "now")]
#[case("clock", json!({"time": NOW}), "unknown field `time`")]
#[case("seed", json!({"peple": []}), "unknown field `peple`")]
#[case("seed", json!({"incidents": [{"title": "x", "created_at": NOW, "status": "gone"}]}), "pagerduty: incident \"x\": status \"gone\"")]
#[case("seed", json!({"transcripts": [{"channel": "c", "messages": [{"at": NOW, "by": "no@example.com", "text": ""}]}]}), "slack: transcript of c: nobody")]
#[case("faults", json!([{"kind": "explode"}]), "[0]")]
#[case("faults", json!({"rule": []}), "unknown field `rule`")]
#[tokio::test]
async fn a_wrong_order_is_refused_with_a_reason(
    #[case] path: &str,
    #[case] body: Value,
    #[case] reason: &str,
) {
    let sandbox = sandbox().await;
    let (status, answer) = admin(&sandbox, "POST", path, body).await;
    assert_eq!(status, 400);
    assert!(
        answer["error"].as_str().unwrap().contains(reason),
        "{answer}"
    );
}

#[tokio::test]
async fn a_seed_reaches_the_vendors_and_the_world() {
    let sandbox = sandbox().await;
    let seed = json!({
        "people": [{"name": "Ada", "email": "ada@example.com"}],
        "incidents": [{"title": "Down", "created_at": "-PT2H", "resolved_at": "-PT1H", "notes": [
            {"at": "-PT1H", "by": "ada@example.com", "content": "Up again."},
        ]}],
        "transcripts": [{"channel": "#prod-issue", "messages": [{"at": "-PT2H", "bot": "Pingdom", "text": "DOWN"}]}],
    });
    assert_eq!(admin(&sandbox, "POST", "seed", seed).await.0, 200);
    let world = sandbox.world();
    assert_eq!(world["pagerduty"]["incidents"][0]["title"], "Down");
    assert_eq!(world["pagerduty"]["notes"][0]["content"], "Up again.");
    assert_eq!(world["slack"]["messages"][0]["text"], "DOWN");
    assert_eq!(world["slack"]["messages"][0]["channel"], "prod-issue");
    assert_eq!(world["smtp"]["messages"], json!([]));
    assert_eq!(admin(&sandbox, "GET", "world", json!(null)).await.1, world);
}

#[tokio::test]
async fn an_unknown_admin_call_says_which_there_are() {
    let sandbox = sandbox().await;
    let (status, answer) = admin(&sandbox, "GET", "wrld", json!(null)).await;
    assert_eq!(status, 404);
    assert!(answer["error"].as_str().unwrap().contains("GET world"));
}

/// What a client sees of each fault, and whether the message was posted.
#[rstest]
#[case::refuse(Kind::Refuse, None, 0)]
#[case::hang(Kind::Hang { seconds: 0 }, None, 0)]
#[case::throttle(Kind::Throttle { retry_after: Some(7) }, Some(429), 0)]
#[case::error_before(Kind::ErrorBefore, Some(500), 0)]
#[case::error_after(Kind::ErrorAfter, Some(500), 1)]
#[case::drop_after(Kind::DropAfter, None, 1)]
#[case::wrong_type(Kind::WrongType, Some(200), 1)]
#[case::expired(Kind::ExpiredToken, Some(200), 0)]
#[case::latency(Kind::Latency { millis: 1 }, Some(200), 1)]
#[tokio::test]
async fn a_fault_is_seen_by_a_client(
    #[case] kind: Kind,
    #[case] status: Option<u16>,
    #[case] posted: usize,
) {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![Rule::new(kind)]);
    match post(&sandbox, "one").send().await {
        Ok(answer) => assert_eq!(Some(answer.status().as_u16()), status),
        Err(error) => assert!(
            status.is_none() && error.is_request() && !error.is_connect(),
            "{error:?}"
        ),
    }
    assert_eq!(messages(&sandbox), posted);
    assert_eq!(sandbox.calls()[0].status, status.unwrap_or(0));
    assert_eq!(
        post(&sandbox, "two").send().await.unwrap().status(),
        200,
        "the fault is spent"
    );
}

#[tokio::test]
async fn a_truncated_answer_breaks_in_the_middle_of_its_body() {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![Rule::new(Kind::Truncate)]);
    let mut answer = post(&sandbox, "one").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let promised = answer.content_length().unwrap();
    let mut received = 0;
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => received += chunk.len() as u64,
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken);
    assert_eq!(received, promised / 2);
    assert_eq!(messages(&sandbox), 1);
}

#[tokio::test]
async fn a_login_page_is_no_json() {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![Rule::new(Kind::WrongType)]);
    let answer = post(&sandbox, "one").send().await.unwrap();
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(answer.text().await.unwrap().contains("Sign in"));
}

#[tokio::test]
async fn a_throttle_speaks_the_vendors_language() {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![
        Rule::new(Kind::Throttle {
            retry_after: Some(7),
        })
        .vendor("slack"),
        Rule::new(Kind::Throttle { retry_after: None }).vendor("pagerduty"),
        Rule::new(Kind::ExpiredToken)
            .vendor("pagerduty")
            .when(When::Nth(2)),
    ]);
    let slack = post(&sandbox, "one").send().await.unwrap();
    assert_eq!(slack.headers()["retry-after"], "7");
    assert_eq!(slack.json::<Value>().await.unwrap()["error"], "ratelimited");
    let pagerduty = abilities(&sandbox).send().await.unwrap();
    assert!(!pagerduty.headers().contains_key("retry-after"));
    assert_eq!(
        pagerduty.json::<Value>().await.unwrap()["error"]["code"],
        2020
    );
    let expired = abilities(&sandbox).send().await.unwrap();
    assert_eq!(expired.status(), 401);
    assert_eq!(
        expired.json::<Value>().await.unwrap()["error"]["code"],
        2006
    );
}

#[tokio::test]
async fn the_nth_call_to_anybody_can_be_the_one_that_fails() {
    let sandbox = sandbox().await;
    let rule = json!([{"nth": 3, "kind": "error_before"}]);
    assert_eq!(admin(&sandbox, "POST", "faults", rule).await.0, 200);
    let mut statuses = Vec::new();
    for _ in 0..2 {
        statuses.push(abilities(&sandbox).send().await.unwrap().status().as_u16());
        statuses.push(post(&sandbox, "x").send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 500, 200]);
    let (_, summary) = admin(&sandbox, "GET", "faults", json!(null)).await;
    assert_eq!(
        (&summary["rules"][0]["seen"], &summary["rules"][0]["fired"]),
        (&json!(4), &json!(1))
    );
}

#[tokio::test]
async fn faults_are_cleared_and_latency_is_set_from_outside() {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![Rule::new(Kind::Refuse).when(When::Always)]);
    let order = json!({"clear": true, "latency_millis": 1, "rules": [{"kind": "error_before", "path": "/api/*"}]});
    admin(&sandbox, "POST", "faults", order).await;
    assert_eq!(sandbox.shared.world().latency, Duration::from_millis(1));
    assert_eq!(post(&sandbox, "x").send().await.unwrap().status(), 500);
    admin(&sandbox, "DELETE", "faults", json!(null)).await;
    assert_eq!(post(&sandbox, "x").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn exchanges_are_recorded_without_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchanges.jsonl");
    let sandbox = Sandbox::start(Options {
        record: Some(file.clone()),
        ..options()
    })
    .await
    .unwrap();
    sandbox.add_faults(vec![
        Rule::new(Kind::DropAfter)
            .vendor("slack")
            .when(When::Nth(2)),
        Rule::new(Kind::Refuse).vendor("slack").when(When::Nth(3)),
    ]);
    abilities(&sandbox)
        .query(&[("a[]", "b c")])
        .send()
        .await
        .unwrap();
    for text in ["answered", "answered, but not heard", "never seen"] {
        post(&sandbox, text).send().await.ok();
    }
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "what a vendor never saw is not recorded");
    assert_eq!(lines[0]["vendor"], "pagerduty");
    assert_eq!(lines[0]["url"], "/abilities?a%5B%5D=b+c");
    assert_eq!(lines[0]["request_headers"]["authorization"], "REDACTED");
    assert_eq!(lines[0]["request_body"], Value::Null);
    assert_eq!(lines[0]["status"], 400);
    assert_eq!(
        lines[1]["request_body"],
        r#"{"channel":"postmortem","text":"answered"}"#
    );
    assert_eq!(
        lines[1]["response_headers"]["content-type"],
        "application/json"
    );
    assert!(
        lines[1]["response_body"]
            .as_str()
            .unwrap()
            .contains("\"ok\":true")
    );
    assert!(!text.contains("xoxb-sandbox") && !text.contains("sandbox-pagerduty-key"));
}

#[tokio::test]
async fn the_default_story_is_accepted_twice_and_makes_the_same_world() {
    let sandbox = sandbox().await;
    let now: Timestamp = NOW.parse().unwrap();
    let seed = crate::sandbox::scenario::default_seed(now).unwrap();
    sandbox.seed(&seed).unwrap();
    let world = sandbox.world();
    sandbox.seed(&seed).unwrap();
    assert_eq!(sandbox.world(), world);
    assert_eq!(world["pagerduty"]["incidents"].as_array().unwrap().len(), 6);
    assert!(messages(&sandbox) > 20);
}
