//! The record on the page: what is seen at once, what on asking, and that nothing goes missing without a word.

use jiff::SignedDuration;

use super::*;

fn page(incident: &Incident) -> String {
    let zone = berlin();
    templates()
        .page(&rich_story(incident, &zone))
        .unwrap()
        .storage
}

fn with_timeline(timeline: Vec<TimelineEntry>) -> Incident {
    Incident {
        timeline,
        ..rich_incident()
    }
}

fn after(seconds: i64) -> Timestamp {
    at("2026-03-02T13:05:10Z") + SignedDuration::from_secs(seconds)
}

fn message(seconds: i64, text: &str) -> TimelineEntry {
    TimelineEntry::new(
        after(seconds),
        EntryKind::Message,
        Some("Ben Example".to_owned()),
        text,
    )
}

#[test]
fn a_long_record_shows_what_tells_the_story_and_expands_the_whole() {
    let mut incident = rich_incident();
    incident
        .timeline
        .extend((0..500).map(|number| message(60 + number * 10, &format!("message {number}."))));
    let storage = page(&incident);
    let (plain, expanded) = storage.split_once("The whole record: 506 entries").unwrap();
    for told in [
        "checkout.example.com is DOWN",
        "pool exhausted",
        "<td>Resolved</td>",
        "12 times until 15:05",
    ] {
        assert!(plain.contains(told), "{told} is in plain view");
        assert!(expanded.contains(told), "{told} is in the whole record");
    }
    for number in 0..500 {
        let told = format!("message {number}.");
        assert!(!plain.contains(&told));
        assert_eq!(expanded.matches(&told).count(), 1);
    }
    assert!(
        plain.find("DOWN: HTTP 502").unwrap() < plain.find("Acknowledged").unwrap(),
        "sorted by time"
    );
}

#[test]
fn alerts_of_every_origin_are_in_plain_view_and_all_are_counted() {
    let mut entries: Vec<TimelineEntry> = (0..200)
        .map(|second| {
            let by = Some("Pingdom".to_owned());
            TimelineEntry::new(after(second), EntryKind::Alert, by, "noise")
        })
        .collect();
    let rare = Some("Circuit breaker".to_owned());
    entries.push(TimelineEntry::new(
        after(900),
        EntryKind::Alert,
        rare,
        "rare",
    ));
    let storage = page(&with_timeline(entries));
    let (plain, _) = storage.split_once("The whole record").unwrap();
    assert!(plain.contains("<td>Circuit breaker · alert</td><td>rare</td>"));
    assert!(plain.contains("Alerts: Pingdom (200 alerts), Circuit breaker (1 alert)."));
}

#[test]
fn a_record_of_talk_only_shows_how_it_began() {
    let entries = (0..100).map(|second| message(second, &format!("message {second}.")));
    let storage = page(&with_timeline(entries.collect()));
    let (plain, _) = storage.split_once("The whole record").unwrap();
    assert!(plain.contains("message 0.") && plain.contains("message 19."));
    assert!(!plain.contains("message 20."));
}

#[test]
fn an_entry_tells_all_that_is_known_of_it() {
    let storage = page(&rich_incident());
    let link = |to: &str, time: &str| {
        format!(r#"<a href="https://example.slack.com/archives/C1/{to}">{time}</a>"#)
    };
    let question = format!(
        "<tr><td>{}</td><td>13:10</td><td>Ada Example · edited 14:12</td><td><p>@Chidi Example what does <code>pool.size</code> say?</p>\
         <ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[active=50\n\n  idle=0]]></ac:plain-text-body>\
         </ac:structured-macro></td></tr>",
        link("p1", "2\u{a0}March,\u{a0}14:10")
    );
    let answer = format!(
        "<tr><td>{}</td><td>13:40</td><td>↳ Chidi Example</td><td><strong>Fifty</strong>, see \
         <a href=\"https://graphs.example.com/d/1?from=1&amp;to=2\">the graph</a> \
         [<a href=\"https://example.slack.com/files/F1/pool.png\">pool.png</a>]</td></tr>",
        link("p2", "2\u{a0}March,\u{a0}14:40")
    );
    assert!(
        storage.contains(&format!("{question}\n{answer}\n")),
        "{storage}"
    );
    let alert = "<td>Pingdom · alert · 12 times until 15:05</td><td>checkout.example.com is DOWN: HTTP 502</td>";
    assert!(storage.contains(alert));
}

#[test]
fn files_are_named_below_blocks_and_not_without_number() {
    let file = |name: &str, url: Option<&str>| FileLink {
        name: name.to_owned(),
        url: url.map(str::to_owned),
    };
    let code = RichText {
        blocks: vec![Block::Code("x".to_owned())],
    };
    let mut many = vec![
        file("a.log", Some("javascript:alert(1)")),
        file("bank.example/login", Some("https://evil.example/f")),
        file("", Some("https://files.example/g")),
    ];
    many.extend(vec![file("more.png", None); 9]);
    let storage = page(&with_timeline(vec![TimelineEntry {
        text: code,
        files: many,
        ..message(0, "")
    }]));
    let told = "</ac:structured-macro><p>[a.log, <a href=\"https://evil.example/f\">bank.example/login (evil.example)</a>, \
                <a href=\"https://files.example/g\">a file</a>, more.png, more.png, more.png, more.png, more.png, more.png, \
                more.png and 2 more]</p></td>";
    assert!(storage.contains(told), "{storage}");
}

#[test]
fn nobody_is_mentioned_by_the_timeline() {
    let mut incident = rich_incident();
    incident.timeline = vec![TimelineEntry {
        text: RichText {
            blocks: vec![Block::Paragraph(vec![Span::Person {
                name: "Dana Example".to_owned(),
                atlassian: Some("557058:dana".to_owned()),
            }])],
        },
        ..message(0, "")
    }];
    let storage = page(&incident);
    assert!(storage.contains("<td>@Dana Example</td>"));
    assert!(!storage.contains("557058:dana"));
}

/// A record as a bad night leaves it: 2,000 messages of 40 people in 60 threads and between them, 300 alerts of 5 tools.
pub(super) fn bad_night() -> Vec<TimelineEntry> {
    let permalink = |second: i64| {
        format!(
            "https://example.slack.com/archives/C024BE7LD/p{:010}000200?thread_ts=1772456710.000200&cid=C024BE7LD",
            1_772_456_710 + second
        )
    };
    let words = "the connections to the payment provider pile up again, and the dashboard shows what the pool has left; ";
    let mut entries = Vec::new();
    for number in 0..2_000_i64 {
        let second = number * 5;
        let thread = (number % 10 < 6 && number > 60).then(|| after(number % 60 * 5));
        let length = usize::try_from(20 + number * 37 % 180).unwrap();
        entries.push(TimelineEntry {
            url: Some(permalink(second)),
            thread,
            by: Some(format!("Person Number {}", number % 40)),
            ..message(
                second,
                &format!("message {number}. {}", &words.repeat(2)[..length]),
            )
        });
    }
    for number in 0..300_i64 {
        entries.push(TimelineEntry {
            url: Some(permalink(number * 30 + 1)),
            ..TimelineEntry::new(
                after(number * 30 + 1),
                EntryKind::Alert,
                Some(format!("Tool {}", number % 5)),
                format!("alert {number}. checkout.example.com is DOWN: HTTP 502 from Frankfurt, London and Stockholm"),
            )
        });
    }
    entries
}

#[test]
fn a_bad_night_of_2300_entries_is_on_the_page_whole() {
    let mut incident = with_timeline(bad_night());
    incident.participants = (0..40)
        .map(|number| {
            let name = format!("Person Number {number}");
            participant(&name, Some(&format!("557058:{number}")), Part::Responder)
        })
        .collect();
    let storage = page(&incident);
    assert!(storage.len() < 1_000_000, "{} bytes", storage.len());
    assert!(!storage.contains("left out here"));
    let (_, whole) = storage
        .split_once("The whole record: 2300 entries")
        .unwrap();
    let (whole, _) = whole.split_once("</tbody>").unwrap();
    for number in 0..2_000 {
        assert_eq!(whole.matches(&format!("message {number}. ")).count(), 1);
    }
    for number in 0..300 {
        assert_eq!(whole.matches(&format!("alert {number}. ")).count(), 1);
    }
    assert!(!whole.contains('…'), "no text is cut");
    let position = |text: &str| whole.find(text).unwrap();
    assert!(
        position("message 3. ") < position("message 63. "),
        "an answer below its message"
    );
    assert!(
        position("message 63. ") < position("message 4. "),
        "and before the next one"
    );
}

#[test]
fn texts_are_cut_before_entries_are_left_out() {
    let entries = (0..1_000)
        .map(|second| message(second, &format!("message {second}. {}", "x".repeat(3_900))));
    let storage = page(&with_timeline(entries.collect()));
    assert!(storage.len() < 1_000_000);
    assert!(!storage.contains("left out here"));
    assert!(storage.contains("message 999. xxx") && storage.contains("x…"));
}
