#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::vendors::http::{HttpOptions, Transport};
use crate::vendors::stub::{Line, Stub, ok, status};

fn client(stub: &Stub) -> Slack {
    Slack::new(stub.http(), "xoxb-1".to_owned().into())
}

/// A client that leaves every repetition to the reading itself.
fn client_without_repetitions(stub: &Stub) -> Slack {
    let options = HttpOptions {
        base_url: stub.url.parse().unwrap(),
        max_body: 100_000,
        attempts: 1,
    };
    let transport = Transport::new(Duration::from_secs(20), "debrief-test");
    let http = crate::vendors::http::Http::new("slack", &transport, options).unwrap();
    Slack::new(http, "xoxb-1".to_owned().into())
}

fn ts(text: &str) -> Ts {
    Ts::parse(text).unwrap()
}

/// Messages of these seconds, as a page; `more` is merged into it.
fn page(seconds: &[u32], more: Value) -> Line {
    let messages: Vec<Value> = seconds
        .iter()
        .map(|second| json!({"type": "message", "ts": format!("{second}.000100"), "text": format!("at {second}")}))
        .collect();
    let mut page = json!({"ok": true, "messages": messages, "has_more": false});
    for (name, value) in more.as_object().unwrap() {
        page[name] = value.clone();
    }
    ok(page.to_string())
}

fn next(cursor: &str) -> Value {
    json!({"has_more": true, "response_metadata": {"next_cursor": cursor}})
}

fn refused(error: &str) -> Line {
    ok(json!({"ok": false, "error": error}).to_string())
}

fn seconds<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Vec<i64> {
    messages
        .into_iter()
        .map(|message| message.ts.at().as_second())
        .collect()
}

async fn history(script: Vec<Line>) -> (Transcript, Vec<String>) {
    let stub = Stub::playing(script).await;
    let transcript = client(&stub).history("C1", Some(ts("10.0")), None).await;
    let seen = stub
        .seen()
        .iter()
        .map(|request| request.split(' ').nth(1).unwrap().to_owned())
        .collect();
    (transcript, seen)
}

#[tokio::test]
async fn a_channel_is_read_to_the_end_and_put_in_order() {
    let script = vec![
        page(&[1000, 999], next("n2")),
        page(
            &[998, 999],
            json!({"response_metadata": {"next_cursor": ""}}),
        ),
    ];
    let (transcript, seen) = history(script).await;
    assert_eq!(seconds(&transcript.messages), [998, 999, 1000]);
    assert!(transcript.stopped.is_none());
    assert_eq!(
        seen,
        [
            "/api/conversations.history?channel=C1&oldest=10.0&include_all_metadata=true&limit=999",
            "/api/conversations.history?channel=C1&oldest=10.0&include_all_metadata=true&limit=999&cursor=n2",
        ]
    );
}

#[rstest]
#[case::empty(page(&[], next("n2")))]
#[case::short(page(&[90], next("n2")))]
#[case::of_which_nothing_is_told(page(&[90], json!({"has_more": null, "response_metadata": {"next_cursor": "n2"}})))]
#[tokio::test]
async fn a_short_page_is_not_taken_for_the_last(#[case] first: Line) {
    let (transcript, _) = history(vec![first, page(&[80], json!({}))]).await;
    assert_eq!(transcript.messages[0].text, "at 80");
    assert!(transcript.stopped.is_none());
}

#[rstest]
#[case::null(json!({"response_metadata": null, "has_more": null}))]
#[case::another_shape(json!({"response_metadata": {"next_cursor": 5}, "has_more": "no"}))]
#[tokio::test]
async fn an_end_is_an_end_however_it_is_written(#[case] more: Value) {
    let (transcript, seen) = history(vec![page(&[90], more)]).await;
    assert_eq!((transcript.messages.len(), seen.len()), (1, 1));
    assert!(transcript.stopped.is_none());
}

#[tokio::test]
async fn an_expired_cursor_is_gone_on_from_the_last_message() {
    let script = vec![
        page(&[100, 90], next("n2")),
        refused("invalid_cursor"),
        page(&[80], json!({})),
    ];
    let (transcript, seen) = history(script).await;
    assert_eq!(seconds(&transcript.messages), [80, 90, 100]);
    assert!(transcript.stopped.is_none());
    assert!(
        seen[2].contains("&latest=90.000100&") && !seen[2].contains("cursor"),
        "{}",
        seen[2]
    );
}

#[tokio::test]
async fn a_cursor_that_comes_back_is_gone_round() {
    let script = vec![
        page(&[100, 90], next("n2")),
        page(&[80, 70], next("n2")),
        page(&[60], json!({})),
    ];
    let (transcript, seen) = history(script).await;
    assert_eq!(seconds(&transcript.messages), [60, 70, 80, 90, 100]);
    assert!(transcript.stopped.is_none());
    assert!(seen[2].contains("&latest=70.000100&"), "{}", seen[2]);
}

#[tokio::test]
async fn more_without_a_cursor_is_found_all_the_same() {
    let script = vec![
        page(&[100, 90], json!({"has_more": true})),
        page(
            &[80],
            json!({"has_more": true, "response_metadata": {"next_cursor": ""}}),
        ),
        page(&[], json!({})),
    ];
    let (transcript, seen) = history(script).await;
    assert_eq!(seconds(&transcript.messages), [80, 90, 100]);
    assert!(transcript.stopped.is_none());
    assert_eq!(seen.len(), 3);
}

#[rstest]
#[case::always_the_same_page(page(&[100, 90], next("n2")))]
#[case::always_more(page(&[100, 90], json!({"has_more": true})))]
#[case::always_more_of_nothing(page(&[], json!({"has_more": true})))]
#[tokio::test]
async fn pages_that_lead_nowhere_come_to_an_end(#[case] always: Line) {
    let (transcript, seen) = history(vec![always]).await;
    assert!(
        matches!(transcript.stopped, Some(Stop::Astray)),
        "{:?}",
        transcript.stopped
    );
    assert!(seen.len() < 10);
}

#[tokio::test]
async fn a_message_that_makes_no_sense_costs_itself_only() {
    let page = json!({"ok": true, "has_more": false, "messages": [
        {"type": "message", "ts": "100.000100", "text": "a"}, null, {"type": "message", "text": "no time"}, "odd",
        {"type": "message", "subtype": "never_heard_of", "ts": "90.000100", "text": null}
    ]});
    let (transcript, _) = history(vec![ok(page.to_string())]).await;
    assert_eq!(seconds(&transcript.messages), [90, 100]);
    assert_eq!(transcript.unreadable, 3);
    assert!(transcript.stopped.is_none());
}

#[rstest]
#[case(json!({"ok": true}))]
#[case(json!({"ok": true, "messages": null}))]
#[case(json!({"ok": true, "messages": {}}))]
#[tokio::test]
async fn a_page_without_messages_is_not_taken_for_an_empty_one(#[case] page: Value) {
    let (transcript, _) = history(vec![ok(page.to_string())]).await;
    let Some(Stop::Failed(error)) = transcript.stopped else {
        panic!("{:?}", transcript.stopped);
    };
    assert!(matches!(error.failure, Failure::Unreadable(_)), "{error}");
}

#[tokio::test]
async fn what_was_read_before_a_failure_is_kept() {
    let script = vec![page(&[100, 90], next("n2")), refused("not_in_channel")];
    let (transcript, _) = history(script).await;
    assert_eq!(seconds(&transcript.messages), [90, 100]);
    let Some(Stop::Failed(error)) = transcript.stopped else {
        panic!("{:?}", transcript.stopped);
    };
    assert!(error.is_permanent());
}

#[tokio::test]
async fn a_thread_goes_on_behind_its_last_answer() {
    let script = vec![
        page(&[50, 60], next("n2")),
        refused("invalid_cursor"),
        page(&[50, 70], json!({})),
    ];
    let stub = Stub::playing(script).await;
    let transcript = client(&stub)
        .replies("C1", ts("50.000100"), Some(ts("200.0")))
        .await;
    assert_eq!(seconds(&transcript.messages), [50, 60, 70]);
    let seen = stub.seen();
    assert!(seen[0].starts_with(
        "GET /api/conversations.replies?channel=C1&ts=50.000100&latest=200.0&include_all_metadata=true&limit=999 "
    ));
    assert!(
        seen[2].contains("&oldest=60.000100&latest=200.0&"),
        "{}",
        seen[2]
    );
}

#[tokio::test]
async fn reading_goes_on_where_it_was_stopped() {
    let later = Line::Answer(
        429,
        "retry-after: 60\r\n",
        json!({"ok": false, "error": "ratelimited"}).to_string(),
    );
    let script = vec![page(&[100], next("n2")), later, page(&[90], json!({}))];
    let stub = Stub::playing(script).await;
    let slack = client(&stub);
    let mut reading = Reading::channel("C1", None, None);
    let allowance = || Allowance::new(10, Duration::ZERO);
    let stop = slack.read_on(&mut reading, &allowance()).await.unwrap_err();
    let Stop::Failed(error) = stop else {
        panic!("{stop}");
    };
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert_eq!(seconds(reading.messages()), [100]);
    slack.read_on(&mut reading, &allowance()).await.unwrap();
    assert_eq!(seconds(reading.messages()), [90, 100]);
    assert!(stub.seen()[2].contains("&cursor=n2 "));
}

#[tokio::test]
async fn a_wait_that_is_allowed_is_waited() {
    let soon = Line::Answer(429, "retry-after: 1\r\n", "{}".to_owned());
    let stub = Stub::playing(vec![soon, page(&[90], json!({}))]).await;
    let mut reading = Reading::channel("C1", None, None);
    let allowance = Allowance::new(10, Duration::from_secs(2));
    client_without_repetitions(&stub)
        .read_on(&mut reading, &allowance)
        .await
        .unwrap();
    assert_eq!(seconds(reading.messages()), [90]);
}

#[tokio::test]
async fn no_more_is_asked_than_is_allowed() {
    let stub = Stub::playing(vec![
        page(&[100], next("n2")),
        page(&[90], next("n3")),
        status(500, ""),
    ])
    .await;
    let mut reading = Reading::channel("C1", None, None);
    let allowance = Allowance::new(2, Duration::ZERO);
    let stop = client(&stub)
        .read_on(&mut reading, &allowance)
        .await
        .unwrap_err();
    assert!(matches!(stop, Stop::Spent), "{stop}");
    assert_eq!(seconds(reading.messages()), [90, 100]);
    assert_eq!(stub.seen().len(), 2);
}
