use std::collections::BTreeMap;

use proptest::prelude::*;
use rstest::rstest;

use super::super::incident::FileLink;
use super::super::rich_text::Span;
use super::*;

const SLACK: &str = "https://example.slack.com/archives/C1/p";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_442_000 + second).unwrap()
}

fn entry(second: i64, kind: EntryKind, by: &str, text: &str) -> TimelineEntry {
    let by = (!by.is_empty()).then(|| by.to_owned());
    TimelineEntry::new(at(second), kind, by, text)
}

fn posted(second: i64, kind: EntryKind, by: &str, text: &str) -> TimelineEntry {
    TimelineEntry {
        url: Some(format!("{SLACK}{second}")),
        ..entry(second, kind, by, text)
    }
}

fn answer(begun: i64, second: i64, text: &str) -> TimelineEntry {
    TimelineEntry {
        thread: Some(at(begun)),
        ..posted(second, EntryKind::Message, "Ada", text)
    }
}

fn texts(entries: &[TimelineEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.text.to_plain()).collect()
}

#[test]
fn the_order_is_that_of_time_and_answers_stand_below_what_they_answer() {
    let message = |second, text| posted(second, EntryKind::Message, "Ben", text);
    let merged = merge(vec![
        answer(10, 50, "a2"),
        message(30, "c"),
        answer(10, 20, "a1"),
        answer(15, 90, "lost 2"),
        message(10, "a"),
        answer(15, 60, "lost 1"),
        message(30, "d"),
        message(0, "z"),
    ]);
    assert_eq!(
        texts(&merged),
        ["z", "a", "a1", "a2", "lost 1", "lost 2", "c", "d"]
    );
}

#[test]
fn of_two_things_of_one_instant_the_one_from_the_same_place_has_the_answers() {
    let merged = merge(vec![
        entry(10, EntryKind::Escalated, "PagerDuty", "log"),
        posted(10, EntryKind::Message, "Ben", "root"),
        entry(10, EntryKind::Other, "", "other"),
        answer(10, 20, "answer"),
    ]);
    assert_eq!(texts(&merged), ["log", "root", "answer", "other"]);
    let mut says_so = posted(10, EntryKind::Message, "Ben", "says so");
    says_so.thread = Some(at(10));
    let merged = merge(vec![
        posted(10, EntryKind::Message, "Ben", "first"),
        says_so,
        answer(10, 20, "answer"),
    ]);
    assert_eq!(texts(&merged), ["first", "says so", "answer"]);
}

/// Each row: what the log says, what the chat says some seconds later, and what is left of it.
#[rstest]
#[case::same_words(EntryKind::Alert, ("Pingdom", "Checkout is down"), 5, ("Pingdom", "Checkout is down"), Some("Checkout is down"))]
#[case::prefix(EntryKind::Alert, ("Pingdom", "Checkout is down."), 5, ("PagerDuty", "Triggered #1042: Checkout  is DOWN"), Some("Checkout is down."))]
#[case::more_words(EntryKind::Alert, ("PagerDuty", "Checkout is down"), 170, ("Pingdom", "Checkout is down: HTTP 500"), Some("Checkout is down: HTTP 500"))]
#[case::address(EntryKind::Alert, ("", "Checkout is down"), -9, ("Pingdom", "Checkout is down https://example.com/1"), Some("Checkout is down"))]
#[case::at_the_limit(EntryKind::Alert, ("A", "Checkout is down"), 180, ("A", "Checkout is down"), Some("Checkout is down"))]
#[case::other_words(EntryKind::Alert, ("Pingdom", "Checkout is down"), 5, ("Pingdom", "Login is down"), None)]
#[case::half_a_word(EntryKind::Alert, ("Pingdom", "Check is down"), 5, ("Pingdom", "Pre-check is downgraded"), None)]
#[case::one_word_in_many(EntryKind::Alert, ("Pingdom", "Checkout"), 5, ("Pingdom", "Checkout latency"), None)]
#[case::two_tools(EntryKind::Alert, ("Pingdom", "Checkout is down"), 5, ("New Relic", "Checkout is down"), None)]
#[case::two_incidents(EntryKind::Alert, ("PagerDuty", "Triggered #1: Disk full"), 5, ("Pager", "Triggered #2: Disk full"), None)]
#[case::other_letters(EntryKind::Alert, ("Pingdom", "決済が停止"), 5, ("PagerDuty", "Triggered #7: 決済が停止"), Some("決済が停止"))]
#[case::taken(EntryKind::Acknowledged, ("Ada Example", "Acknowledged by Ada Example."), 2, ("PagerDuty", "Ada Example acknowledged #1042: Checkout is down"), Some("Ada Example acknowledged #1042: Checkout is down"))]
#[case::taken_by_one_name(EntryKind::Acknowledged, ("Ada", "Acknowledged by Ada."), 2, ("PagerDuty", "Acknowledged by @ada"), Some("Acknowledged by Ada."))]
#[case::taken_by_another(EntryKind::Acknowledged, ("Ada", "Acknowledged by Ada."), 2, ("PagerDuty", "Acknowledged by Ben"), None)]
#[case::said_of_nobody(EntryKind::Acknowledged, ("Ada", "Acknowledged."), 2, ("PagerDuty", "Ben acknowledged it"), None)]
#[case::resolved(EntryKind::Resolved, ("Ada", "Resolved by Ada."), 2, ("PagerDuty", "Resolved by Ada"), Some("Resolved by Ada."))]
#[case::resolved_late(EntryKind::Resolved, ("Ada", "Resolved by Ada."), 181, ("PagerDuty", "Resolved by Ada"), None)]
#[case::note(EntryKind::Note, ("Ada", "Rolled back 1.4"), 2, ("PagerDuty", "Note added by Ada: \"Rolled back 1.4\""), Some("Note added by Ada: \"Rolled back 1.4\""))]
#[case::note_of_another(EntryKind::Note, ("Ada", "Rolled back 1.4"), 2, ("PagerDuty", "Note added by Ben: Rolled back 1.4"), None)]
#[case::second_note(EntryKind::Note, ("Ada", "Rolled back"), 60, ("Ada", "Not rolled back yet"), None)]
#[case::note_with_another_link(EntryKind::Note, ("Ada", "See https://example.com/1"), 9, ("Ada", "See https://example.com/2"), None)]
#[case::question(EntryKind::Note, ("Ada", "Is it up?"), 9, ("Ada", "Is it up!"), None)]
#[case::people_say_it_twice(EntryKind::Message, ("Ada", "Looking"), 2, ("Ada", "Looking"), None)]
#[case::mitigated(EntryKind::Mitigated, ("Ada", "Better"), 2, ("Ada", "Better"), None)]
#[case::recovery(EntryKind::Other, ("Pingdom", "Checkout is up"), 2, ("Pingdom", "Checkout is up"), None)]
#[case::emoji_alone(EntryKind::Alert, ("", "🔥"), 2, ("", "🚨"), None)]
fn what_two_sources_tell_of_one_event_is_told_once(
    #[case] kind: EntryKind,
    #[case] (by, text): (&str, &str),
    #[case] later: i64,
    #[case] (also_by, also_text): (&str, &str),
    #[case] expected: Option<&str>,
) {
    let logged = entry(0, kind, by, text);
    let told = posted(later, kind, also_by, also_text);
    for input in [
        vec![logged.clone(), told.clone()],
        vec![told.clone(), logged.clone()],
    ] {
        let merged = merge(input);
        match expected {
            Some(_) if merged.len() == 1 => {
                assert_eq!(merged[0].at, logged.at.min(told.at));
                assert_eq!(merged[0].url, told.url);
                assert_eq!(merged[0].repeats, None);
                assert!(merged[0].by.as_deref() != Some("PagerDuty"));
            }
            Some(_) => panic!("told twice: {merged:?}"),
            None => assert_eq!(merged.len(), 2, "{merged:?}"),
        }
        // Of equal words, those of the earlier stay; else those that say more.
        if let Some(expected) = expected.filter(|_| later >= 0) {
            assert_eq!(texts(&merged), [expected]);
        }
    }
}

#[test]
fn what_stays_has_what_either_knows() {
    let mut log = entry(0, EntryKind::Alert, "PagerDuty", "Checkout is down");
    log.url = Some("https://example.pagerduty.com/incidents/Q1".into());
    let mut post = posted(4, EntryKind::Alert, "Pingdom", "checkout is down");
    post.text = RichText {
        blocks: vec![Block::Paragraph(vec![Span::Strong(vec![Span::Text(
            "checkout is down".into(),
        )])])],
    };
    post.files = vec![FileLink {
        name: "graph.png".into(),
        url: None,
    }];
    post.edited_at = Some(at(9));
    let expected = TimelineEntry {
        by: Some("Pingdom".into()),
        text: post.text.clone(),
        files: post.files.clone(),
        edited_at: post.edited_at,
        ..log.clone()
    };
    assert_eq!(merge(vec![log, post]), [expected]);
}

#[test]
fn an_alert_that_comes_again_and_again_is_told_once_and_counted() {
    let alert = |second, text: &str| posted(second, EntryKind::Alert, "New Relic", text);
    let mut counted = alert(5_000, "CPU 99.5% on db1");
    counted.repeats = Some(Repeats {
        times: 4,
        until: at(6_000),
    });
    let merged = merge(vec![
        alert(0, "CPU 91% on db1"),
        alert(60, "CPU 92% on db1"),
        alert(60, "CPU 92% on db2"),
        alert(60 + 3_600, "CPU 100% on db1"),
        posted(3_000, EntryKind::Message, "Ada", "CPU 91% on db1"),
        posted(3_001, EntryKind::Other, "New Relic", "CPU 91% on db1"),
        entry(3_002, EntryKind::Alert, "Pingdom", "CPU 91% on db1"),
        counted,
        alert(6_000 + 3_601, "CPU 93% on db1"),
    ]);
    let told: Vec<_> = merged
        .iter()
        .filter(|entry| entry.by.as_deref() == Some("New Relic"))
        .filter(|entry| entry.kind == EntryKind::Alert)
        .map(|entry| (entry.text.to_plain(), entry.repeats))
        .collect();
    let repeats = Repeats {
        times: 7,
        until: at(6_000),
    };
    assert_eq!(
        told,
        [
            ("CPU 91% on db1".to_owned(), Some(repeats)),
            ("CPU 92% on db2".to_owned(), None),
            ("CPU 93% on db1".to_owned(), None),
        ]
    );
    assert_eq!(merged.len(), 6);
}

#[test]
fn alerts_that_both_sources_tell_are_counted_once_each() {
    let alerts = (0..20).flat_map(|minute| {
        [
            entry(60 * minute, EntryKind::Alert, "Pingdom", "Checkout is down"),
            posted(
                60 * minute + 2,
                EntryKind::Alert,
                "Pingdom",
                "Checkout is down",
            ),
            posted(
                60 * minute + 3,
                EntryKind::Alert,
                "PagerDuty",
                "Triggered #1042: Checkout is down",
            ),
        ]
    });
    let merged = merge(alerts.collect());
    assert_eq!(merged.len(), 1, "{merged:?}");
    assert_eq!(
        merged[0].repeats,
        Some(Repeats {
            times: 20,
            until: at(60 * 19)
        })
    );
}

#[test]
fn answers_follow_the_alert_that_they_stand_below() {
    let merged = merge(vec![
        entry(0, EntryKind::Alert, "Pingdom", "Checkout is down"),
        posted(5, EntryKind::Alert, "Pingdom", "Checkout is down"),
        posted(6, EntryKind::Message, "Ben", "On it"),
        answer(5, 20, "Below the first"),
        posted(600, EntryKind::Alert, "Pingdom", "Checkout is down"),
        answer(600, 700, "Below the second"),
    ]);
    assert_eq!(
        texts(&merged),
        [
            "Checkout is down",
            "Below the first",
            "Below the second",
            "On it"
        ]
    );
    assert_eq!(merged[1].thread, Some(merged[0].at));
    assert_eq!(merged[2].thread, Some(merged[0].at));
}

#[test]
fn nothing_is_folded_across_threads() {
    let within = |begun, second| TimelineEntry {
        thread: Some(at(begun)),
        ..posted(second, EntryKind::Alert, "Pingdom", "Checkout is down")
    };
    let merged = merge(vec![
        posted(0, EntryKind::Message, "Ada", "one"),
        posted(1, EntryKind::Message, "Ada", "two"),
        within(0, 10),
        within(1, 11),
        entry(12, EntryKind::Alert, "Pingdom", "Checkout is down"),
    ]);
    assert_eq!(merged.len(), 5);
}

#[test]
fn a_long_night_keeps_every_message_and_counts_every_alert() {
    let messages =
        (0..2_000).map(|number| posted(number * 9, EntryKind::Message, "Ada", "Still down"));
    let alerts = (0..300).map(|number| {
        let tool = ["Pingdom", "New Relic", "CloudWatch"][usize::try_from(number % 3).unwrap()];
        let text = format!("Checkout fails {number}%");
        posted(number * 60, EntryKind::Alert, tool, &text)
    });
    let merged = merge(messages.chain(alerts).collect());
    assert_eq!(merged.len(), 2_003);
    let times: Vec<u32> = merged
        .iter()
        .filter_map(|entry| entry.repeats)
        .map(|repeats| repeats.times)
        .collect();
    assert_eq!(times, [100, 100, 100]);
}

/// Comparing each with every other would be fifty million comparisons: too slow to go unnoticed.
#[rstest]
#[case::a_storm_in_one_instant(0, false)]
#[case::a_storm_of_different_words(0, true)]
#[case::one_a_second(1, true)]
fn ten_thousand_entries_are_merged_at_once(#[case] gap: i64, #[case] differ: bool) {
    let alerts = (0..10_000).map(|number| {
        let text = if differ {
            format!("Host h{number} in a data centre far away does not answer")
        } else {
            "Hosts do not answer".to_owned()
        };
        posted(number * gap, EntryKind::Alert, "Pingdom", &text)
    });
    let answers = (0..2_000).map(|number| answer(0, number, "yes"));
    let entries = alerts.chain(answers).collect();
    let merged = merge(entries);
    let left = if differ { 10_000 } else { 1 };
    assert_eq!(merged.len(), left + 2_000);
}

#[test]
fn an_empty_record_and_empty_words_do_no_harm() {
    assert_eq!(merge(Vec::new()), []);
    let silent = |second| entry(second, EntryKind::Resolved, "", "");
    assert_eq!(merge(vec![silent(0), silent(1)]).len(), 2);
}

fn any_entry() -> impl Strategy<Value = TimelineEntry> {
    let kind = prop_oneof![
        4 => Just(EntryKind::Alert),
        2 => Just(EntryKind::Message),
        1 => Just(EntryKind::Acknowledged),
        1 => Just(EntryKind::Resolved),
        2 => Just(EntryKind::Note),
        1 => Just(EntryKind::Mitigated),
        1 => Just(EntryKind::Other),
    ];
    let text = prop::sample::select(vec![
        "Checkout is down",
        "Triggered #1: Checkout is down",
        "Triggered #2: Checkout is down",
        "is down",
        "db 1 is down now",
        "db 2 is down now",
        "Acknowledged by Ada.",
        "Ada: is down",
        "",
        "🔥",
    ]);
    let by = prop::sample::select(vec![
        None,
        Some("PagerDuty"),
        Some("Ada"),
        Some("ada"),
        Some("Pingdom"),
    ]);
    let thread = prop::option::weighted(0.3, 0i64..40);
    (0i64..40, kind, by, text, thread, any::<bool>(), 0u32..5).prop_map(
        |(step, kind, by, text, thread, is_linked, times)| {
            let second = step * 40;
            TimelineEntry {
                url: is_linked.then(|| format!("{SLACK}{second}")),
                thread: thread.map(|step| at(step * 40)),
                repeats: (kind == EntryKind::Alert && times > 1).then(|| Repeats {
                    times,
                    until: at(second + 90),
                }),
                ..entry(second, kind, by.unwrap_or_default(), text)
            }
        },
    )
}

/// What is never folded, however often it stands there.
fn of_people(entries: &[TimelineEntry]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        if Event::of(entry.kind).is_none() {
            let told = TimelineEntry {
                thread: None,
                ..entry.clone()
            };
            *counts.entry(format!("{told:?}")).or_default() += 1;
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_persons_is_lost_and_merging_twice_is_merging_once(
        entries in proptest::collection::vec(any_entry(), 0..60),
    ) {
        let merged = merge(entries.clone());
        prop_assert_eq!(of_people(&entries), of_people(&merged));
        for note in entries.iter().filter(|entry| entry.kind == EntryKind::Note) {
            let words = Said::by_a_person(&note.text);
            let is_told = merged.iter().any(|kept| {
                let said = Said::by_a_person(&kept.text);
                kept.kind == EntryKind::Note
                    && (said.words == words.words || words.is_within(&said))
            });
            prop_assert!(is_told);
        }
        prop_assert_eq!(&merge(merged.clone()), &merged);

        let starts: Vec<Timestamp> = merged
            .iter()
            .map(|entry| answers(entry).unwrap_or(entry.at))
            .collect();
        prop_assert!(starts.is_sorted());
        let first: Vec<Timestamp> = merged
            .iter()
            .filter(|entry| answers(entry).is_none())
            .map(|entry| entry.at)
            .collect();
        for (index, entry) in merged.iter().enumerate() {
            let Some(begun) = answers(entry).filter(|begun| first.contains(begun)) else {
                continue;
            };
            let before = &merged[index - 1];
            let is_below = match answers(before) {
                None => before.at == begun,
                Some(also) => also == begun && before.at <= entry.at,
            };
            prop_assert!(is_below);
        }
    }
}
