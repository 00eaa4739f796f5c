//! A bad day as a recording shows it, from the channel to the page: everything that was said, in order, and nothing that
//! may reach nobody.

use std::collections::BTreeMap;

use debrief::sandbox::faults::{Kind, Rule, When};
use debrief::sandbox::wire::Quotas;
use regex::Regex;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::recorded::{CHANNEL, Truth, recorded_incident};
use crate::support::seeds::{incident, people};
use crate::support::wiki::visible_text;
use crate::support::{Installation, Setup, id_of, minutes};

/// What one request to Confluence Cloud may be long, with room to spare: the limit is five million bytes.
const MOST_BYTES: usize = 1_000_000;

/// The world after as many looks as the reading takes.
async fn lived(setup: Setup, world: &Value, faults: Vec<Rule>) -> Installation {
    let installation = setup.seed(world).start().await;
    installation.sandbox.set_quotas(Quotas::Lifted);
    installation.sandbox.add_faults(faults);
    for _ in 0..3 {
        installation.good_pass().await;
        installation.advance(minutes(5));
    }
    installation
}

/// The one page, as Confluence stores it; one call created it.
fn only_page(installation: &Installation, reference: &str) -> String {
    let calls = installation.calls();
    let created = calls
        .iter()
        .filter(|call| call.method == "POST" && call.path == "/wiki/api/v2/pages");
    assert_eq!(created.count(), 1, "calls that create a page");
    let page = installation.world().page(reference);
    page["body"].as_str().expect("a body").to_owned()
}

/// What follows the title of the whole record. Above it stands what matters most of it, once more.
fn whole_record(page: &str) -> &str {
    let (_, record) = page
        .split_once("The whole record: ")
        .expect("the whole record");
    record
}

/// The words of messages as a text has them, in its order.
fn marks(text: &str) -> Vec<&str> {
    text.match_indices("mark")
        .filter_map(|(at, _)| text.get(at..at + 8))
        .filter(|word| word[4..].bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}

/// The rows of the timeline, as people see them.
fn rows(page: &str) -> Vec<String> {
    let rows = page
        .split("<tr>")
        .skip(1)
        .filter_map(|row| row.split_once("</tr>"));
    rows.map(|(row, _)| visible_text(row)).collect()
}

/// Everything that Debrief put anywhere: not what people and tools wrote into the channel and into PagerDuty.
fn told_by_debrief(installation: &Installation) -> String {
    let mut world = installation.world().0;
    let posts = world["slack"]["messages"].as_array().expect("messages");
    let posts: Vec<Value> = posts
        .iter()
        .filter(|post| post["author"] == "debrief")
        .cloned()
        .collect();
    assert!(!posts.is_empty(), "Debrief told the channels");
    let world = world.as_object_mut().expect("a world");
    world.insert("slack".to_owned(), json!(posts));
    world.remove("pagerduty").expect("PagerDuty");
    assert!(world.contains_key("smtp") && world.contains_key("calendar"));
    Value::Object(world.clone()).to_string()
}

fn assert_everything_is_told_in_order(text: &str, truth: &Truth) {
    // The words count up with time, also those of first messages that are gone.
    let mut told: Vec<_> = truth.messages.iter().collect();
    told.sort_by_key(|told| match &told.thread {
        Some(first) => (first, Some(&told.word)),
        None => (&told.word, None),
    });
    let told: Vec<&str> = told.into_iter().map(|told| told.word.as_str()).collect();
    assert_eq!(marks(whole_record(text)), told);
    for note in &truth.notes {
        assert!(text.contains(note.as_str()), "{note}");
    }
    for file in truth.messages.iter().flat_map(|told| &told.files) {
        assert!(text.contains(file.as_str()), "{file}");
    }
}

fn assert_writers_have_names(rows: &[String], truth: &Truth) {
    let by_word: BTreeMap<&str, &String> = rows
        .iter()
        .flat_map(|row| marks(row).into_iter().map(move |word| (word, row)))
        .collect();
    for told in &truth.messages {
        let row = by_word[told.word.as_str()];
        let (before, _) = row.split_once(&told.word).expect("its word");
        let is_known = !truth.unknown_to_slack.contains(&told.by);
        assert!(!is_known || before.contains(&told.by), "{}: {row}", told.by);
        assert_eq!(row.contains("edited"), told.is_edited, "{row}");
    }
}

fn assert_alerts_are_counted(rows: &[String], text: &str, truth: &Truth) {
    for series in &truth.alerts {
        let posted = rows
            .iter()
            .filter(|row| row.contains(&series.word) && !row.contains("Triggered by"));
        let times: usize = posted.map(|row| repeats(row)).sum();
        assert!(
            times == series.times || (times == 0 && series.times == 1),
            "{series:?}: {times}"
        );
    }
    // PagerDuty's log may tell of an alert in words too few to say that it is the one the tool posted.
    for (origin, posted) in truth.alerts_by_origin() {
        let also = rows
            .iter()
            .filter(|row| row.contains(&format!("Triggered by {origin}: ")))
            .count();
        let counted = (posted..=posted + also)
            .any(|count| text.contains(&format!("{origin} ({count} alerts)")));
        assert!(counted, "{origin}: {posted} posts");
    }
}

/// How often the thing in that row came.
fn repeats(row: &str) -> usize {
    let times = row.split_once(" times until ");
    times
        .and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok())
        .unwrap_or(1)
}

#[tokio::test]
async fn a_recorded_day_is_one_page_that_tells_all_of_it_and_no_secret() {
    let (world, truth) = recorded_incident(3);
    let installation = lived(Setup::default(), &world, Vec::new()).await;
    let page = only_page(&installation, "#1001");
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    let (text, rows) = (visible_text(&page), rows(whole_record(&page)));

    assert_everything_is_told_in_order(&text, &truth);
    assert_writers_have_names(&rows, &truth);
    assert_alerts_are_counted(&rows, &text, &truth);
    assert!(!text.contains("<@") && !text.contains("U0PERSON"));
    assert!(text.contains(&format!(
        "{} people in #{CHANNEL} are not known to Slack any more",
        truth.unknown_to_slack.len()
    )));

    let told = told_by_debrief(&installation);
    for secret in &truth.secrets {
        assert!(!told.contains(&secret.value), "{}", secret.kind);
    }
    for address in &truth.addresses {
        assert!(!told.contains(address.as_str()), "{address}");
    }
    for gone in &truth.gone {
        assert!(!told.contains(gone.as_str()), "{gone}");
    }
}

/// A page without what Confluence adds to every macro and task, such as ` ac:macro-id="1"`, and to empty elements.
fn without_added_ids(page: &str) -> String {
    let added = Regex::new(r#" ac:(macro-id|schema-version|local-id)="[^"]*""#).expect("a pattern");
    added.replace_all(page, "").replace(" />", "/>")
}

/// The body of the call that created the page, from a recording of what was said.
fn sent_page(recording: &str) -> String {
    let mut said = recording
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a JSON line"));
    let created = said
        .find(|call| {
            call["method"] == "POST"
                && call["url"]
                    .as_str()
                    .is_some_and(|url| url.split('?').next() == Some("/wiki/api/v2/pages"))
        })
        .expect("a page was created");
    let body = sent(&created);
    body["body"]["value"]
        .as_str()
        .or_else(|| body["body"]["storage"]["value"].as_str())
        .expect("storage format")
        .to_owned()
}

/// The JSON that a call sent; null where it sent none.
fn sent(call: &Value) -> Value {
    let body = call["request_body"].as_str().unwrap_or_default();
    serde_json::from_str(body).unwrap_or_default()
}

#[tokio::test]
async fn the_page_of_a_recorded_day_is_read_back_as_it_was_sent() {
    let (world, _) = recorded_incident(4);
    let folder = TempDir::new().expect("a temporary folder");
    let recording = folder.path().join("said.jsonl");
    let installation = lived(Setup::default().record(&recording), &world, Vec::new()).await;
    only_page(&installation, "#1001");
    let id = id_of(&installation.world().page("#1001"));
    let read = installation.read_page(&id).await;
    let stored = read["body"]["storage"]["value"].as_str().expect("a body");
    let said = std::fs::read_to_string(&recording).expect("a recording");
    let (read_back, sent) = (
        without_added_ids(stored),
        without_added_ids(&sent_page(&said)),
    );
    let differing = read_back
        .lines()
        .zip(sent.lines())
        .find(|(one, other)| one != other);
    assert_eq!(differing, None);
    assert_eq!(read_back.len(), sent.len());
    assert_eq!(read["version"]["number"], 1, "nobody wrote it again");
}

/// An incident with enough to say in chat and in PagerDuty for several answers each.
fn talkative() -> Value {
    let messages: Vec<Value> = (0..450)
        .map(|index| {
            let at = format!("-PT{}S", 14_000 - index * 10);
            json!({"at": at, "by": "ada@example.com", "text": format!("mark{index:04}")})
        })
        .collect();
    let mut told = incident("QTALK000000001", "Checkout is down", "-PT1H");
    let log = told["log"].as_array_mut().expect("a log");
    let notified = (0..150).map(|index| {
        json!({"at": format!("-PT{}S", 20_000 - index * 10), "type": "notify", "by": "jonas@example.com"})
    });
    log.extend(notified);
    json!({
        "people": people(),
        "incidents": [told],
        "transcripts": [{"channel": CHANNEL, "messages": messages}],
    })
}

const MISSING: &str = "What of the record could not be had";

#[rstest]
#[case::short_pages("slack", Kind::ShortPages { most: 7 }, false)]
#[case::a_cursor_that_comes_back("slack", Kind::RepeatCursor, false)]
#[case::every_cursor_expired("slack", Kind::ExpiredCursor, false)]
#[case::always_more("pagerduty", Kind::MoreForever, true)]
#[case::nothing_and_always_more("pagerduty", Kind::EmptyPage, true)]
#[tokio::test]
async fn answers_that_lead_astray_give_one_page_that_says_what_is_missing(
    #[case] vendor: &str,
    #[case] kind: Kind,
    #[case] is_something_missing: bool,
) {
    let path = match vendor {
        "slack" => "conversations.",
        _ => "log_entries",
    };
    let rule = Rule::new(kind).vendor(vendor).path(path).when(When::Always);
    let installation = lived(Setup::default(), &talkative(), vec![rule]).await;
    let text = visible_text(&only_page(&installation, "#1001"));
    assert_eq!(marks(whole_record(&text)).len(), 450);
    assert_eq!(text.contains(MISSING), is_something_missing, "{text}");
}

#[tokio::test]
async fn messages_that_make_no_sense_are_counted_and_the_others_told() {
    let at = |second: u32| format!("-PT{}S", 14_000 - second);
    let by = "ada@example.com";
    let mut world = talkative();
    world["transcripts"][0]["messages"] = json!([
        {"at": at(0), "by": by, "text": "mark0000"},
        {"at": at(1), "by": by, "text": "", "raw": {"text": null, "reactions": null, "files": null}},
        {"at": at(2), "by": by, "text": "mark0002", "raw": {"subtype": "brand_new", "edited": null, "blocks": null}},
        {"at": at(3), "by": by, "text": "", "raw": {"user": null, "text": "mark0003"}},
        {"at": at(4), "by": by, "text": "", "raw": "not even a message"},
        {"at": at(5), "by": by, "text": "no time", "raw": {"ts": "$absent"}},
        {"at": at(6), "by": by, "text": "mark0006"},
    ]);
    let installation = lived(Setup::default(), &world, Vec::new()).await;
    let text = visible_text(&only_page(&installation, "#1001"));
    assert_eq!(
        marks(&text),
        ["mark0000", "mark0002", "mark0003", "mark0006"]
    );
    assert!(text.contains(MISSING), "{text}");
    assert!(
        text.contains(&format!("2 messages in #{CHANNEL} could not be understood")),
        "{text}"
    );
}
