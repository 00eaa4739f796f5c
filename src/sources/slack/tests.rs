#![allow(clippy::unwrap_used)]

use rstest::rstest;

use super::rules::End;
use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[rstest]
#[case("2026-03-02T07:00:00.5Z", "SLK-TB9FG0")]
#[case("1970-01-01T00:00:00Z", "SLK-000000")]
#[case("2100-01-01T00:00:00Z", "SLK-1VUHMO0")]
fn a_reference_is_short_and_the_same_whenever_it_is_read(
    #[case] opened_at: &str,
    #[case] expected: &str,
) {
    assert_eq!(reference(at(opened_at)), expected);
}

#[test]
fn what_ended_long_ago_is_forgotten_and_what_is_open_is_not() {
    let end = |text| {
        Some(End {
            at: at(text),
            how: How::Said,
        })
    };
    let known = |ts: &str, end| Known { ts: ts.into(), end };
    let lately = known("1.0", end("2026-03-02T07:00:00Z"));
    let long_ago = known("2.0", end("2026-02-01T07:00:00Z"));
    // Open, and no longer among what was read: its message is gone.
    let vanished = known("3.0", None);
    let kept = still_known(
        &[],
        &[lately.clone(), long_ago, vanished],
        at("2026-03-01T00:00:00Z"),
    );
    assert_eq!(kept, [lately]);
}

#[test]
fn a_watermark_that_cannot_be_read_is_none() {
    let watermark: Option<Watermark> = serde_json::from_value(json!({"resolved_at": 1})).ok();
    assert!(watermark.is_none());
}
