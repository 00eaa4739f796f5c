//! Somebody takes the lead by a reaction.

use serde_json::{Value, json};

use crate::support::seeds::one_incident;
use crate::support::{Installation, hours, id_of, minutes};

/// A raised hand under the announcement's post.
async fn volunteer(installation: &Installation, email: &str) {
    let world = installation.world();
    let post = world.posts("#1001").remove(0);
    let person = world.slack_id(email);
    let address = format!("{}/api/reactions.add", installation.sandbox.base_url());
    let body = json!({
        "channel": post["channel_id"], "timestamp": post["ts"], "name": "raised_hand",
    });
    let answer = installation
        .http(
            "POST",
            &address,
            &format!("Bearer xoxp-{person}"),
            Some(&body),
        )
        .await;
    assert_eq!(answer["ok"], true, "{answer}");
}

fn comments_on_the_lead(installation: &Installation) -> Vec<Value> {
    let world = installation.world();
    world
        .comments(&id_of(&world.page("#1001")))
        .into_iter()
        .filter(|comment| comment.to_string().contains("volunteered"))
        .collect()
}

#[tokio::test]
async fn a_volunteer_is_told_on_the_page_named_in_the_meeting_and_briefed_once() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    let world = installation.world();
    assert!(
        world.posts("#1001")[0]["text"]
            .to_string()
            .contains(":raising_hand:")
    );
    assert_eq!(world.briefings("#1001")[0].to, ["ada@example.com"]);
    let body = world.page("#1001")["body"].clone();

    volunteer(&installation, "grace@example.com").await;
    installation.advance(minutes(11));
    installation.good_pass().await;
    let lead = installation.case("QONE").await.incident.lead().cloned();
    assert_eq!(
        lead.and_then(|lead| lead.email).as_deref(),
        Some("grace@example.com")
    );
    assert_eq!(comments_on_the_lead(&installation).len(), 1);
    let world = installation.world();
    assert_eq!(world.page("#1001")["body"], body, "the page is people's");
    let event = world.event("#1001");
    assert!(
        event["description"]
            .to_string()
            .contains("Incident leader: Grace Miller"),
        "{event}"
    );
    assert!(
        event["attendees"].to_string().contains("grace@example.com"),
        "{event}"
    );
    let told: Vec<Vec<String>> = world
        .briefings("#1001")
        .into_iter()
        .map(|mail| mail.to)
        .collect();
    assert_eq!(told, [["ada@example.com"], ["grace@example.com"]]);

    // Whoever comes second, and another look, change nothing.
    volunteer(&installation, "jonas@example.com").await;
    installation.live_through(hours(2), minutes(30)).await;
    assert_eq!(comments_on_the_lead(&installation).len(), 1);
    assert_eq!(installation.world().briefings("#1001").len(), 2);
}

#[tokio::test]
async fn three_days_later_nobody_is_looked_for_any_more() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation.advance(hours(80));
    installation.pass().await;
    volunteer(&installation, "grace@example.com").await;
    installation.advance(minutes(30));
    installation.sandbox.clear_calls();
    installation.pass().await;
    assert_eq!(installation.calls_to("slack"), 0);
    assert!(comments_on_the_lead(&installation).is_empty());
}
