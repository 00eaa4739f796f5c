//! Incidents from a Slack channel: opened by a message or a reaction, ended by a message or a reaction.

use debrief::playbook::case::Case;
use debrief::playbook::incident::{EntryKind, IncidentId, Part};
use debrief::sandbox::faults::{Kind, Rule, When};
use serde_json::{Value, json};

use crate::support::wiki::visible_text;
use crate::support::{Installation, MONDAY, Setup, id_of, minutes, time};

const CHANNEL: &str = "C0INCIDENTS";

/// What an incident is called that was opened three hours before it all begins.
const REFERENCE: &str = "SLK-TB9CO0";

fn people() -> Value {
    json!([
        {"name": "Ada Brandt", "email": "ada@example.com", "slack": "U0ADA", "time_zone": "Europe/Berlin"},
        {"name": "Jonas Weber", "email": "jonas@example.com", "slack": "U0JONAS", "time_zone": "Europe/Berlin"},
        {"name": "Grace Miller", "email": "grace@example.com", "slack": "U0GRACE", "time_zone": "America/New_York"},
        {"name": "Dan Hidden", "email": "dan@example.com", "slack": "U0DAN", "hidden_from": ["slack"]},
        {
            "name": "Eve Thin", "email": "eve@example.com", "slack": "U0EVE",
            "raw": {"slack": {"tz": null, "real_name": null, "profile": {"email": null, "display_name": null, "real_name": "$absent"}}},
        },
    ])
}

async fn with(messages: Value) -> Installation {
    let channel = json!({"channel": "incidents", "id": CHANNEL, "messages": messages});
    Setup::default()
        .seed(&json!({"people": people(), "transcripts": [channel]}))
        .set("sources.slack.channel", CHANNEL)
        .set("sources.slack.opened_reaction", "rotating_light")
        .start()
        .await
}

/// Opened by Ada, taken by Jonas, over two hours ago, and marked so.
fn marked() -> Value {
    json!([
        {
            "at": "-PT3H", "by": "ada@example.com", "text": "*Incident:* Checkout &lt;EU&gt; is down\nall cards fail",
            "reactions": [{"name": "white_check_mark", "by": ["grace@example.com"]}],
        },
        {"at": "-PT170M", "by": "ada@example.com", "text": "since the release", "thread": "-PT3H"},
        {"at": "-PT165M", "by": "jonas@example.com", "text": "Looking.", "thread": "-PT3H"},
        {"at": "-PT150M", "by": "grace@example.com", "text": "lunch?"},
        {"at": "-PT2H", "by": "jonas@example.com", "text": "Rolled back, errors are gone.", "thread": "-PT3H"},
    ])
}

async fn case(installation: &Installation, ago: i64) -> Case {
    let opened = time(MONDAY) - minutes(ago);
    let key = format!("{CHANNEL}-{}.000000", opened.as_second());
    let id = IncidentId::new("slack", &key);
    let row = installation.worker().store.case(&id).await.unwrap();
    row.unwrap_or_else(|| panic!("there is no case {id}")).case
}

async fn react(installation: &Installation, method: &str, name: &str, ago: i64) {
    let ts = format!("{}.000000", (time(MONDAY) - minutes(ago)).as_second());
    let address = format!("{}/api/{method}", installation.sandbox.base_url());
    let body = json!({"channel": CHANNEL, "timestamp": ts, "name": name});
    let answer = installation
        .http("POST", &address, "Bearer xoxp-U0GRACE", Some(&body))
        .await;
    assert_eq!(answer["ok"], true, "{answer}");
}

#[tokio::test]
async fn an_incident_of_a_channel_gets_one_of_each() {
    let installation = with(marked()).await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each(REFERENCE);
    let page = world.page(REFERENCE);
    assert_eq!(
        page["title"],
        format!("Postmortem {REFERENCE}: Incident: Checkout <EU> is down")
    );
    let incident = case(&installation, 180).await.incident;
    assert_eq!(incident.resolved_at(), Some(time(MONDAY) - minutes(120)));
    let parts: Vec<(Option<&str>, Part, u32)> = incident
        .participants
        .iter()
        .map(|one| (one.person.email.as_deref(), one.part, one.contributions))
        .collect();
    assert_eq!(
        parts,
        [
            (Some("jonas@example.com"), Part::Lead, 2),
            (Some("ada@example.com"), Part::Responder, 2),
        ],
        "who answered first leads; who spoke of lunch did not take part"
    );
    let kinds: Vec<EntryKind> = incident.timeline.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Alert,
            EntryKind::Acknowledged,
            EntryKind::Resolved
        ]
    );
    let url = incident.url.unwrap();
    assert!(
        url.starts_with("https://sandbox.slack.com/archives/C0INCIDENTS/p"),
        "{url}"
    );
    let text = visible_text(page["body"].as_str().unwrap());
    assert!(text.contains("Looking."), "{text}");
}

#[tokio::test]
async fn looking_again_and_a_lost_database_make_nothing_twice() {
    let mut installation = with(marked()).await;
    installation.good_pass().await;
    let resolved_at = case(&installation, 180).await.incident.resolved_at();
    installation.sandbox.clear_calls();
    installation.advance(minutes(30));
    installation.good_pass().await;
    assert_eq!(installation.writes(), []);
    let to_slack: Vec<String> = installation
        .calls()
        .into_iter()
        .filter(|call| call.vendor == "slack")
        .map(|call| call.path)
        .collect();
    // One look at the channel, and one at who volunteers; no thread.
    assert_eq!(
        to_slack, ["/api/conversations.history"; 2],
        "what is over is not read again"
    );
    installation.lose_database().await;
    installation.advance(minutes(30));
    installation.good_pass().await;
    installation.world().assert_one_of_each(REFERENCE);
    let again = case(&installation, 180).await.incident.resolved_at();
    assert_eq!(again, resolved_at, "the same messages tell the same end");
}

#[tokio::test]
async fn a_reaction_ends_it_and_taken_back_opens_it_again() {
    let mut messages = marked();
    messages[0]["reactions"] = json!([]);
    let installation = with(messages).await;
    installation.good_pass().await;
    installation.advance(minutes(4));
    react(&installation, "reactions.add", "white_check_mark", 180).await;
    installation.good_pass().await;
    let ended = case(&installation, 180).await.incident.resolved_at();
    assert_eq!(
        ended,
        Some(time(MONDAY)),
        "after the last look that did not see it"
    );
    react(&installation, "reactions.remove", "white_check_mark", 180).await;
    installation.advance(minutes(2));
    installation.good_pass().await;
    assert_eq!(case(&installation, 180).await.incident.resolved_at(), None);
    installation.advance(minutes(60));
    installation.good_pass().await;
    installation.world().assert_nothing_for(REFERENCE);
    react(&installation, "reactions.add", "white_check_mark", 180).await;
    for _ in 0..2 {
        installation.advance(minutes(11));
        installation.good_pass().await;
    }
    installation.world().assert_one_of_each(REFERENCE);
}

#[tokio::test]
async fn a_word_in_the_channel_ends_the_one_that_is_open() {
    let installation = with(json!([
        {"at": "-PT3H", "by": "ada@example.com", "text": "incident: Checkout is down"},
        {"at": "-PT150M", "by": "grace@example.com", "text": "On it."},
        {"at": "-PT2H", "by": "grace@example.com", "text": "Resolved: it was the pool."},
        {"at": "-PT1H", "by": "jonas@example.com", "text": "Good work."},
    ]))
    .await;
    installation.good_pass().await;
    installation.world().assert_one_of_each(REFERENCE);
    let incident = case(&installation, 180).await.incident;
    assert_eq!(incident.resolved_at(), Some(time(MONDAY) - minutes(120)));
    assert_eq!(
        incident.lead().unwrap().email.as_deref(),
        Some("grace@example.com")
    );
    assert_eq!(incident.participants.len(), 2, "{incident:?}");
}

#[tokio::test]
async fn an_alert_without_words_opens_one_by_a_reaction_and_strangers_stop_nothing() {
    let installation = with(json!([
        {
            "at": "-PT3H", "app": "New Relic", "attachments": [{"fallback": "Critical: CPU of <db-1> is high"}],
            "reactions": [{"name": "rotating_light", "by": ["dan@example.com"]}],
        },
        {"at": "-PT175M", "by": "dan@example.com", "text": "mine", "thread": "-PT3H"},
        {"at": "-PT170M", "by": "eve@example.com", "text": "helping", "thread": "-PT3H"},
        {"at": "-PT2H", "by": "dan@example.com", "text": "resolved", "thread": "-PT3H"},
    ]))
    .await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each(REFERENCE);
    assert!(!id_of(&world.page(REFERENCE)).is_empty());
    let incident = case(&installation, 180).await.incident;
    assert_eq!(incident.title, "Critical: CPU of db-1 is high");
    assert_eq!(
        incident.gaps,
        ["Slack does not show one of the people who wrote."]
    );
    let names: Vec<&str> = incident
        .participants
        .iter()
        .map(|one| one.person.name.as_str())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[0], "U0DAN", "by the id, for want of a name");
}

#[tokio::test]
async fn short_pages_leave_nothing_out() {
    let installation = with(marked()).await;
    installation.fault(Rule::new(Kind::ShortPages { most: 2 }).when(When::Always));
    installation.good_pass().await;
    installation.world().assert_one_of_each(REFERENCE);
}

#[tokio::test]
async fn a_channel_that_may_not_be_read_is_named_with_its_remedy() {
    let installation = with(marked()).await;
    installation.seed(&json!({"transcripts": [{"channel": "incidents", "bot": "outside"}]}));
    let report = installation.pass().await;
    let failures = report.all_failures().join("\n");
    assert!(
        failures.contains("not_in_channel") && failures.contains("invite Debrief's bot"),
        "{failures}"
    );
}
