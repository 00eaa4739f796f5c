#![allow(clippy::unwrap_used)]

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::vendors::slack::Ts;

fn rules() -> Rules {
    let pattern = |text| Regex::new(text).unwrap();
    Rules {
        opened_by: vec![
            pattern(r"(?i)^incident (?P<severity>sev\d) in (?P<service>\w+): (?P<title>.+)"),
            pattern("(?i)^incident:"),
        ],
        opened_reaction: Some("rotating_light".into()),
        resolved_by: vec![pattern(r"(?i)^resolved\b")],
        resolved_reaction: Some("white_check_mark".into()),
    }
}

fn message(seconds: i64, text: &str) -> Message {
    odd(seconds, json!({"text": text}))
}

/// A message with whatever else is said of it.
fn odd(seconds: i64, more: Value) -> Message {
    let mut whole = json!({"ts": format!("{seconds}.000100"), "user": "U1", "text": ""});
    whole
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn answer(seconds: i64, to: i64, text: &str) -> Message {
    odd(
        seconds,
        json!({"text": text, "thread_ts": format!("{to}.000100")}),
    )
}

fn at(seconds: i64) -> Timestamp {
    instant(&format!("{seconds}.000100")).unwrap()
}

fn ends(
    channel: &[Message],
    threads: &BTreeMap<String, Vec<Message>>,
    known: &[Known],
) -> Vec<Option<End>> {
    let told = told(
        &rules(),
        channel,
        threads,
        known,
        Some(at(5_000)),
        at(9_000),
    );
    told.iter().map(|told| told.end).collect()
}

fn said(seconds: i64) -> Option<End> {
    Some(End {
        at: at(seconds),
        how: How::Said,
    })
}

fn reacted(seconds: i64) -> Option<End> {
    Some(End {
        at: at(seconds),
        how: How::Reacted,
    })
}

const CHECKED: &str = "white_check_mark";

fn with_reaction(seconds: i64, text: &str, name: &str) -> Message {
    odd(
        seconds,
        json!({"text": text, "reactions": [{"name": name, "users": ["U2"]}]}),
    )
}

#[rstest]
#[case(json!({"text": "incident: *Checkout* is down\nmore"}), Some(("incident: Checkout is down", "", None)))]
#[case(json!({"text": "*Incident SEV1 in checkout:* cards &amp; wallets fail"}), Some(("cards & wallets fail", "checkout", Some("SEV1"))))]
#[case(json!({"text": "is it me?", "reactions": [{"name": "rotating_light::skin-tone-2"}]}), Some(("is it me?", "", None)))]
#[case(json!({"reactions": [{"name": "rotating_light"}], "attachments": [{"fallback": "CPU is high"}]}), Some(("CPU is high", "", None)))]
#[case(json!({"reactions": [{"name": "rotating_light"}], "blocks": [{"type": "divider"}, {"text": {"text": "p95 is high"}}]}), Some(("p95 is high", "", None)))]
#[case(json!({"reactions": [{"name": "rotating_light"}]}), Some(("Incident without words", "", None)))]
#[case(json!({"text": "no incident: all is well"}), None)]
#[case(json!({"text": "incident: in an answer", "thread_ts": "1.000000"}), None)]
#[case(json!({"text": "incident: joined", "subtype": "channel_join"}), None)]
#[case(json!({"text": "incident: gone", "subtype": "tombstone"}), None)]
#[case(json!({"text": "incident: our own words", "metadata": {"event_type": "debrief_message", "event_payload": {}}}), None)]
#[case(json!({"text": "fine", "reactions": [{"name": "fire"}]}), None)]
fn a_message_opens_or_does_not(
    #[case] more: Value,
    #[case] expected: Option<(&str, &str, Option<&str>)>,
) {
    let opening = rules().opening(&odd(1_000, more));
    let expected = expected.map(|(title, service, severity)| Opening {
        title: title.to_owned(),
        service: service.to_owned(),
        severity: severity.map(str::to_owned),
    });
    assert_eq!(opening, expected);
}

#[test]
fn without_rules_nothing_opens_and_nothing_ends() {
    let rules = Rules::default();
    let message = with_reaction(1, "incident: resolved", CHECKED);
    assert_eq!(rules.opening(&message), None);
    assert!(!rules.ends(&message) && !rules.is_reacted_to(&message));
}

#[test]
fn the_first_word_of_the_thread_that_says_so_ends_it() {
    let first = message(1_000, "incident: one");
    let thread = vec![
        first.clone(),
        answer(1_100, 1_000, "looking"),
        answer(1_200, 1_000, "Resolved, it was the pool"),
        answer(1_300, 1_000, "resolved for real"),
    ];
    let threads = BTreeMap::from([(first.ts.as_str().to_owned(), thread)]);
    assert_eq!(ends(&[first], &threads, &[]), [said(1_200)]);
}

#[test]
fn the_channel_ends_the_one_that_is_open_and_none_of_two() {
    let one = message(1_000, "incident: one");
    let over = message(1_500, "resolved");
    let two = message(2_000, "incident: two");
    let three = message(2_100, "incident: three");
    let vague = message(2_200, "resolved");
    let channel = [one, over, two, three, vague];
    assert_eq!(
        ends(&channel, &BTreeMap::new(), &[]),
        [said(1_500), None, None]
    );
}

#[test]
fn one_that_is_known_from_before_counts_as_well() {
    let before = |end| Known {
        ts: "500.000100".into(),
        end,
    };
    let channel = [message(1_000, "incident: one"), message(1_500, "resolved")];
    assert_eq!(ends(&channel, &BTreeMap::new(), &[before(None)]), [None]);
    assert_eq!(
        ends(&channel, &BTreeMap::new(), &[before(said(900))]),
        [said(1_500)]
    );
    assert_eq!(
        ends(&channel, &BTreeMap::new(), &[before(said(1_500))]),
        [said(1_500)],
        "what ended that one ended it"
    );
}

#[test]
fn a_reaction_counts_from_what_was_written_last_or_the_look_before() {
    let first = with_reaction(1_000, "incident: one", CHECKED);
    let thread = vec![first.clone(), answer(4_000, 1_000, "quiet now")];
    let threads = BTreeMap::from([(first.ts.as_str().to_owned(), thread)]);
    let channel = [first.clone()];
    assert_eq!(ends(&channel, &threads, &[]), [reacted(4_000)]);
    let open = Known {
        ts: first.ts.as_str().to_owned(),
        end: None,
    };
    assert_eq!(
        ends(&channel, &threads, std::slice::from_ref(&open)),
        [reacted(5_000)]
    );
    let late = vec![first, answer(8_000, 1_000, "quiet now")];
    let threads = BTreeMap::from([(open.ts.as_str().to_owned(), late)]);
    assert_eq!(ends(&channel, &threads, &[open]), [reacted(8_000)]);
}

#[test]
fn an_end_that_was_seen_stays_until_its_reaction_is_taken_back() {
    let known = |end| Known {
        ts: "1000.000100".into(),
        end,
    };
    let marked = [with_reaction(1_000, "incident: one", CHECKED)];
    let bare = [message(1_000, "incident: one")];
    let none = BTreeMap::new();
    assert_eq!(
        ends(&marked, &none, &[known(reacted(3_000))]),
        [reacted(3_000)]
    );
    assert_eq!(ends(&bare, &none, &[known(reacted(3_000))]), [None]);
    assert_eq!(ends(&bare, &none, &[known(said(3_000))]), [said(3_000)]);
}

#[test]
fn an_old_incident_is_told_by_its_thread() {
    let first = message(10, "incident: old");
    let thread = vec![first.clone(), answer(8_000, 10, "resolved at last")];
    let threads = BTreeMap::from([(first.ts.as_str().to_owned(), thread)]);
    assert_eq!(ends(&[], &threads, &[]), [said(8_000)]);
}

#[rstest]
#[case("1700000000.000100", Some("2023-11-14T22:13:20.0001Z"))]
#[case("1700000000", Some("2023-11-14T22:13:20Z"))]
#[case("now", None)]
#[case("1.x", None)]
#[case("", None)]
fn instants_keep_their_microseconds(#[case] ts: &str, #[case] expected: Option<&str>) {
    let read = instant(ts);
    assert_eq!(read, expected.map(|text| text.parse().unwrap()));
    if let Some(at) = read.filter(|_| ts.contains('.')) {
        assert_eq!(Ts::of(at).as_str(), ts);
    }
}
