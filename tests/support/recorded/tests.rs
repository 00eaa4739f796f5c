//! The sandbox takes the day, and its answers give all of it.

use std::collections::BTreeMap;

use super::*;
use crate::support::Installation;

/// Everything that a channel and its threads answer, by `ts`, read in pages.
async fn read_whole(installation: &Installation, channel: &str) -> BTreeMap<String, Value> {
    let base = installation.sandbox.base_url();
    let mut found = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let address = format!(
            "{base}/api/conversations.history?channel={channel}&limit=200&cursor={}",
            cursor.replace('=', "%3D")
        );
        let page = installation
            .http("GET", &address, "Bearer xoxb-sandbox", None)
            .await;
        keep(&mut found, &page);
        match page["response_metadata"]["next_cursor"].as_str() {
            Some(next) if !next.is_empty() => cursor = next.to_owned(),
            _ => break,
        }
    }
    let threads: Vec<String> = found
        .values()
        .filter(|message| message["reply_count"].is_number())
        .map(|message| message["ts"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(threads.len(), THREADS);
    for ts in threads {
        let address =
            format!("{base}/api/conversations.replies?channel={channel}&ts={ts}&limit=999");
        let thread = installation
            .http("GET", &address, "Bearer xoxb-sandbox", None)
            .await;
        assert_eq!(thread["has_more"], false);
        keep(&mut found, &thread);
    }
    found
}

fn keep(found: &mut BTreeMap<String, Value>, page: &Value) {
    for message in page["messages"].as_array().unwrap() {
        let ts = message["ts"].as_str().unwrap().to_owned();
        found.insert(ts, message.clone());
    }
}

fn count(found: &BTreeMap<String, Value>, is_it: impl Fn(&Value) -> bool) -> usize {
    found.values().filter(|message| is_it(message)).count()
}

#[tokio::test]
async fn the_sandbox_gives_back_every_message_of_the_recorded_day() {
    let (seed, truth) = recorded_incident(3);
    let installation = Installation::start_with(&seed).await;
    let world = installation.world();
    let messages = world.0["slack"]["messages"].as_array().unwrap();
    let channel = messages[0]["channel_id"].as_str().unwrap().to_owned();
    let found = read_whole(&installation, &channel).await;
    assert_eq!(found.len(), MESSAGES - DELETIONS + STONES);
    assert_eq!(
        count(&found, |message| message["edited"].is_object()),
        EDITS
    );
    assert_eq!(count(&found, |message| message["files"].is_array()), FILES);
    assert_eq!(
        count(&found, |message| message["subtype"] == "tombstone"),
        STONES
    );
    assert_eq!(
        count(&found, |message| message["bot_id"].is_string()),
        ALERTS
    );
    // In order, each with its own word, by whoever wrote it.
    let said: Vec<&Value> = found
        .values()
        .filter(|message| {
            message["text"]
                .as_str()
                .is_some_and(|text| text.contains("mark"))
        })
        .collect();
    assert_eq!(said.len(), truth.messages.len());
    for (message, told) in said.iter().zip(&truth.messages) {
        let text = message["text"].as_str().unwrap();
        assert!(text.contains(&told.word), "{}: {text}", told.word);
        let micros: i64 = message["ts"]
            .as_str()
            .unwrap()
            .replace('.', "")
            .parse()
            .unwrap();
        assert_eq!(
            micros / 1000,
            installation.now().as_millisecond() - told.ago
        );
        let author = truth.people.iter().position(|name| *name == told.by);
        assert_eq!(message["user"], format!("U0PERSON{:02}", author.unwrap()));
        let files = message["files"].as_array().into_iter().flatten();
        let files: Vec<&str> = files.map(|file| file["name"].as_str().unwrap()).collect();
        assert_eq!(files, told.files);
        assert_eq!(message["edited"].is_object(), told.is_edited);
        assert_eq!(
            message["thread_ts"].is_string() && message["thread_ts"] != message["ts"],
            told.thread.is_some(),
            "{}",
            told.word
        );
    }
    let whole = json!(found).to_string();
    for gone in &truth.gone {
        assert!(!whole.contains(gone), "{gone}");
    }
    assert!(
        said.iter()
            .any(|message| message["text"].as_str().unwrap().len() >= 40_000)
    );
}

#[tokio::test]
async fn pagerduty_has_the_recorded_log_and_notes() {
    let (seed, truth) = recorded_incident(3);
    let installation = Installation::start_with(&seed).await;
    let base = installation.sandbox.base_url();
    let address_of = |path: String| format!("{base}/incidents/{INCIDENT}/{path}");
    let mut entries = Vec::new();
    for offset in [0, 100] {
        let address = address_of(format!("log_entries?limit=100&offset={offset}"));
        let page = installation.pagerduty(&address).await;
        entries.extend(page["log_entries"].as_array().unwrap().clone());
    }
    assert_eq!(entries.len(), LOG_ENTRIES);
    let notes = installation
        .pagerduty(&address_of("notes".to_owned()))
        .await;
    let notes = notes["notes"].as_array().unwrap();
    assert_eq!(notes.len(), NOTES);
    for (note, word) in notes.iter().zip(&truth.notes) {
        assert!(note["content"].as_str().unwrap().starts_with(word.as_str()));
    }
}

#[test]
fn the_same_number_gives_the_same_day_and_another_gives_another() {
    let (one, truth) = recorded_incident(7);
    assert_eq!(one, recorded_incident(7).0);
    assert_ne!(one, recorded_incident(8).0);
    let origins = truth.alerts_by_origin();
    assert_eq!(origins.len(), 7);
    assert_eq!(origins.values().sum::<usize>(), ALERTS);
    assert_eq!((truth.secrets.len(), truth.addresses.len()), (25, 25));
    assert_eq!(
        (truth.people.len(), truth.unknown_to_slack.len()),
        (PEOPLE, 4)
    );
    assert_eq!(truth.unknown_to_pagerduty.len(), 10);
    assert_eq!(truth.gone.len(), DELETIONS);
    let written = one.to_string();
    for secret in &truth.secrets {
        assert!(written.contains(&secret.value), "{}", secret.kind);
    }
    for address in &truth.addresses {
        assert!(written.contains(address), "{address}");
    }
}
