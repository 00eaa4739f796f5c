#![allow(clippy::unwrap_used, clippy::expect_used)]

use ::http::Method;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::vendors::stub::{Line, Stub, http_to, ok, status};

fn once() -> Request {
    Request::new("make thing", Method::POST, ["things"], Repeat::Once).json(&json!({"a": 1}))
}

fn safe() -> Request {
    Request::get("read thing", ["things", "1"])
}

#[rstest]
#[case::a_read_after_an_outage(safe(), vec![status(503, ""), ok("{}")], 2, None)]
#[case::a_read_after_a_hang_up(safe(), vec![Line::HangUp, ok("{}")], 2, None)]
#[case::a_read_after_a_cut_body(safe(), vec![Line::Cut, ok("{}")], 2, None)]
#[case::a_write_after_throttling(once(), vec![status(429, ""), ok("{}")], 2, None)]
#[case::a_write_after_an_outage(
    once(), vec![status(503, "")], 1,
    Some(Failure::Unavailable { status: 503, message: "Service Unavailable".into() })
)]
#[case::a_refused_read(
    safe(), vec![status(400, "")], 1,
    Some(Failure::Refused { status: 400, message: "Bad Request".into() })
)]
#[case::attempts_end(
    safe(), vec![status(500, "")], 3,
    Some(Failure::Unavailable { status: 500, message: "Internal Server Error".into() })
)]
#[case::a_long_wait_is_the_callers(
    safe(), vec![Line::Answer(429, "retry-after: 90\r\n", String::new())], 1,
    Some(Failure::Throttled { retry_after: Some(Duration::from_secs(90)) })
)]
#[tokio::test]
async fn a_call_is_repeated_only_where_that_is_safe_and_helps(
    #[case] request: Request,
    #[case] script: Vec<Line>,
    #[case] sent: usize,
    #[case] failure: Option<Failure>,
) {
    let stub = Stub::playing(script).await;
    let outcome = stub.http().call(request).await;
    assert_eq!(outcome.err().map(|error| error.failure), failure);
    assert_eq!(stub.seen().len(), sent);
}

#[rstest]
#[case::dropped(Line::HangUp)]
#[case::cut(Line::Cut)]
#[tokio::test]
async fn a_write_without_a_whole_answer_is_of_unknown_outcome_and_sent_once(#[case] line: Line) {
    let stub = Stub::playing(vec![line]).await;
    let error = stub.http().call(once()).await.unwrap_err();
    assert!(
        matches!(error.failure, Failure::OutcomeUnknown(_)),
        "{error}"
    );
    assert!(error.may_have_happened());
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_sent_and_the_url_stays_out_of_the_error() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let request = once().query("token", "secret-in-query");
    let error = http_to(&format!("http://{gone}/"))
        .call(request)
        .await
        .unwrap_err();
    assert!(matches!(error.failure, Failure::NotReached(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret-in-query"));
}

#[tokio::test]
async fn a_timeout_leaves_the_outcome_unknown() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = HttpOptions {
        base_url: format!("http://{}/", silent.local_addr().unwrap())
            .parse()
            .unwrap(),
        max_body: 10,
        attempts: 1,
    };
    let transport = Transport::new(Duration::from_millis(150), "debrief-test");
    let http = Http::new("vendor", &transport, options).unwrap();
    let error = http.call(once()).await.unwrap_err();
    assert!(
        matches!(&error.failure, Failure::OutcomeUnknown(why) if why.contains("timed out")),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_past_the_cap_is_not_read_on() {
    let stub = Stub::playing(vec![ok("x".repeat(100_001))]).await;
    let error = stub.http().call(once()).await.unwrap_err();
    assert_eq!(
        error.failure,
        Failure::Unreadable("more than 100000 bytes".into())
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stub = Stub::playing(vec![Line::Answer(
        302,
        "location: /login\r\n",
        String::new(),
    )])
    .await;
    let error = stub.http().call(safe()).await.unwrap_err();
    assert!(matches!(
        error.failure,
        Failure::Refused { status: 302, .. }
    ));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn the_vendors_request_id_is_kept() {
    let refused = Line::Answer(400, "x-request-id: req-7\r\n", String::new());
    let stub = Stub::playing(vec![refused]).await;
    let error = stub.http().call(once()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "vendor make thing: 400 Bad Request; request id req-7"
    );
}

#[tokio::test]
async fn paths_and_queries_are_encoded() {
    let stub = Stub::playing(vec![ok("{}")]).await;
    let prefixed = http_to(&format!("{}ex/confluence/cloud-1/", stub.url));
    let request = Request::get("read", ["wiki", "a/b c?", "Sheet 1!A1:B2"])
        .query("q", "x&y=1")
        .query("ids", "2");
    prefixed.call(request).await.unwrap();
    let seen = stub.seen();
    assert!(
        seen[0].starts_with(
            "GET /ex/confluence/cloud-1/wiki/a%2Fb%20c%3F/Sheet%201!A1:B2?q=x%26y%3D1&ids=2 HTTP"
        ),
        "{}",
        seen[0]
    );
}

#[derive(Debug, serde::Deserialize)]
#[allow(dead_code, reason = "only reading it is of interest")]
struct Thing {
    size: u64,
}

#[rstest]
#[case(
    "{\"size\": \"jane@example.com\"}",
    "expected u64 at line 1 column 27 at size"
)]
#[case("{}", "missing field `size` at line 1 column 2 at .")]
#[case(
    "  <!doctype html><title>Log in</title>",
    "a web page instead of JSON; a login page?"
)]
#[case("", "an empty answer")]
#[case("{]", "broken JSON in line 1")]
#[tokio::test]
async fn an_answer_that_is_not_what_was_promised_is_named_without_being_quoted(
    #[case] body: &str,
    #[case] expected: &str,
) {
    let stub = Stub::playing(vec![ok(body)]).await;
    let error = stub.http().call_json::<Thing>(safe()).await.unwrap_err();
    let Failure::Unreadable(why) = error.failure else {
        panic!("{error}");
    };
    assert!(why.starts_with(expected), "{why}");
    assert!(!why.contains("jane"), "{why}");
}

#[rstest]
#[case(None, Some(1), None)]
#[case(Some(2), None, Some(2))]
#[case(Some(20), None, Some(5))]
#[case(Some(2), Some(4), Some(4))]
#[case(Some(2), Some(1), Some(2))]
#[case(Some(2), Some(6), None)]
fn a_short_wait_is_kept_and_a_long_one_ends_the_call(
    #[case] planned: Option<u64>,
    #[case] asked: Option<u64>,
    #[case] expected: Option<u64>,
) {
    let seconds = |count: Option<u64>| count.map(Duration::from_secs);
    assert_eq!(
        patience(seconds(planned), seconds(asked)),
        seconds(expected)
    );
}

#[rstest]
#[case("ftp://example.com/")]
#[case("https://example.com/?key=1")]
#[case("mailto:someone@example.com")]
fn a_base_url_that_cannot_be_called_is_refused(#[case] base_url: &str) {
    let options = HttpOptions {
        base_url: base_url.parse().unwrap(),
        max_body: 10,
        attempts: 1,
    };
    let transport = Transport::new(Duration::from_secs(1), "debrief-test");
    assert!(matches!(
        Http::new("vendor", &transport, options),
        Err(BuildError::BaseUrl { vendor: "vendor" })
    ));
}
