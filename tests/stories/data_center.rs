//! The whole aftermath with Confluence Data Center, which has no list of tasks and no private pages, and which names people
//! by user keys.

use debrief::sandbox::faults::{Kind, Rule, When};
use debrief::sandbox::seed::user_key;
use serde_json::{Value, json};

use crate::support::seeds::{incident, one_incident, people, task, world};
use crate::support::{Installation, Setup, hours, id_of, minutes};

async fn with(seed: &Value) -> Installation {
    Setup::default().on_data_center().seed(seed).start().await
}

/// What Confluence was asked, but for reads of pages' bodies that came of the round.
fn asked(installation: &Installation) -> Vec<String> {
    installation
        .calls()
        .into_iter()
        .filter(|call| call.vendor == "confluence")
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

#[tokio::test]
async fn an_incident_gets_one_of_each() {
    let installation = with(&one_incident()).await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each("#1001");
    let page = world.page("#1001");
    assert_eq!(page["parentId"], "500001");
    assert_eq!(page["labels"], json!(["postmortem"]));
    assert_eq!(page["version"], 1, "written once");
    // The world holds account ids, whichever face they came through: the mentions were understood.
    let body = page["body"].as_str().unwrap();
    assert!(body.contains("ri:account-id=") && !body.contains("ri:userkey="));
    let mail = world.announcements("#1001").remove(0);
    let address = format!(
        "{}/spaces/OPS/pages/{}",
        installation.sandbox.base_url(),
        id_of(&page)
    );
    assert!(mail.text.contains(&address), "{}", mail.text);
    assert!(
        asked(&installation)
            .iter()
            .all(|call| call.contains(" /rest/api/")),
        "Cloud's face was not used"
    );
}

#[tokio::test]
async fn a_second_pass_and_a_lost_database_make_nothing_twice() {
    let mut installation = with(&one_incident()).await;
    installation.good_pass().await;
    installation.sandbox.clear_calls();
    installation.advance(minutes(2));
    installation.good_pass().await;
    assert_eq!(installation.writes(), []);
    installation.lose_database().await;
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn the_page_keeps_what_people_write_and_mentions_them_by_their_keys() {
    let installation = with(&one_incident()).await;
    installation.good_pass().await;
    let page = id_of(&installation.world().page("#1001"));
    installation
        .type_into_page(&page, "<p>Discussed.</p>")
        .await;
    let before = installation.world().page("#1001");
    installation.live_through(hours(30), hours(1)).await;
    assert_eq!(installation.world().page("#1001")["body"], before["body"]);
    let shown = installation
        .data_center("GET", &format!("content/{page}?expand=body.storage"), None)
        .await;
    let body = shown["body"]["storage"]["value"].as_str().unwrap();
    assert!(
        body.contains(&format!("ri:userkey=\"{}\"", user_key("ada@example.com"))),
        "{body}"
    );
    assert!(body.contains("<p>Discussed.</p>"));
}

/// A page whose own boxes are ticked, and the boxes that were typed onto it since.
async fn overdue(tasks: &[(&str, Option<&str>, &str)]) -> (Installation, String) {
    let installation = with(&one_incident()).await;
    installation.good_pass().await;
    let world = installation.world();
    let page = id_of(&world.page("#1001"));
    for task in world.tasks(&page) {
        installation.tick(&id_of(&task)).await;
    }
    let typed: Vec<Value> = tasks
        .iter()
        .map(|(text, assignee, due)| task(&page, text, *assignee, due))
        .collect();
    installation.seed(&json!({ "tasks": typed }));
    (installation, page)
}

#[tokio::test]
async fn boxes_on_the_page_are_followed_until_they_are_ticked() {
    let (installation, page) = overdue(&[
        ("Write a runbook", Some("jonas@example.com"), "2026-03-03"),
        ("Add an alert", None, "2026-03-03"),
        ("Not due yet", Some("jonas@example.com"), "2026-03-20"),
    ])
    .await;
    // The search that brings the bodies is seconds late.
    installation.at("2026-03-04T09:00:00Z");
    installation.good_pass().await;
    let nags = installation.world().nags();
    let mut to: Vec<&str> = nags.iter().map(|nag| nag.to[0].as_str()).collect();
    to.sort_unstable();
    assert_eq!(
        to,
        ["ada@example.com", "jonas@example.com"],
        "the lead has what is nobody's"
    );
    let jonas = nags
        .iter()
        .find(|nag| nag.to == ["jonas@example.com"])
        .unwrap();
    assert!(jonas.text.contains("Write a runbook") && !jonas.text.contains("Not due yet"));
    installation.at("2026-03-04T12:00:00Z");
    installation.good_pass().await;
    assert_eq!(installation.world().nags().len(), 2, "one a day");

    for open in installation.world().tasks(&page) {
        installation.tick(&id_of(&open)).await;
    }
    for at in ["2026-03-05T09:00:00Z", "2026-03-06T09:00:00Z"] {
        installation.at(at);
        installation.good_pass().await;
    }
    assert_eq!(installation.world().nags().len(), 2);
}

#[tokio::test]
async fn a_waived_page_is_not_read() {
    let (mut installation, _) =
        overdue(&[("Write a runbook", Some("jonas@example.com"), "2026-03-03")]).await;
    installation
        .debrief(&[
            "waive",
            "#1001",
            "action_items",
            "--reason",
            "settled elsewhere",
        ])
        .await
        .with_code(0);
    installation.restart().await;
    installation.sandbox.clear_calls();
    installation.at("2026-03-04T09:00:00Z");
    installation.good_pass().await;
    assert!(installation.world().nags().is_empty());
    let page = installation.world().page("#1001");
    // The review of the page, on the day after the meeting, is another step.
    let review = format!("GET /rest/api/content/{}", id_of(&page));
    assert!(asked(&installation).iter().all(|call| *call == review));
}

#[tokio::test]
async fn six_hundred_incidents_of_the_past_cost_twelve_calls() {
    let installation = Setup::default()
        .on_data_center()
        .seed(&json!({"people": people()}))
        .without("announcement")
        .without("google")
        .without("slack")
        .start()
        .await;
    for number in 0..600 {
        let finished = json!({
            "id": format!("INC-{number}"),
            "title": "Something broke",
            "service": "checkout",
            "opened_at": "2026-03-01T08:00:00Z",
            "resolved_at": "2026-03-01T10:00:00Z",
        });
        let file = installation.incident_files().join(format!("{number}.json"));
        std::fs::write(file, finished.to_string()).unwrap();
    }
    let report = installation.good_pass().await;
    assert_eq!(report.adopted.len(), 600);
    installation.advance(minutes(2));
    installation.sandbox.clear_calls();
    installation.good_pass().await;
    assert_eq!(asked(&installation), ["GET /rest/api/content/search"; 12]);
    assert_eq!(installation.writes(), []);
}

#[tokio::test]
async fn a_page_of_that_title_that_a_person_made_is_left_alone() {
    let installation = with(&world(&[])).await;
    installation.good_pass().await;
    installation.advance(minutes(20));
    installation.seed(&world(&[incident("QONE", "Checkout is down", "-PT0M")]));
    let theirs = json!({
        "type": "page", "title": "Postmortem #1001: Checkout is down", "space": {"key": "OPS"},
        "body": {"storage": {"value": "<p>Mine.</p>", "representation": "storage"}},
    });
    installation
        .data_center("POST", "content", Some(&theirs))
        .await;
    installation.advance(minutes(20));
    let report = installation.pass().await;
    assert!(report.needs_human());
    let failures = report.all_failures().join("\n");
    assert!(failures.contains("already has a page"), "{failures}");
    let page = installation.world().page("#1001");
    assert_eq!(
        (&page["body"], &page["version"]),
        (&json!("<p>Mine.</p>"), &json!(1))
    );
}

#[tokio::test]
async fn a_login_page_is_told_as_refused_credentials_and_makes_nothing_twice() {
    let mut installation = with(&one_incident()).await;
    installation.fault(
        Rule::new(Kind::WrongType)
            .vendor("confluence")
            .method("POST")
            .path("/rest/api/content?*"),
    );
    let report = installation.pass().await;
    let failures = report.all_failures().join("\n");
    assert!(failures.contains("login page"), "{failures}");
    installation.debrief(&["retry", "#1001"]).await.with_code(0);
    installation.restart().await;
    for _ in 0..4 {
        installation.advance(minutes(10));
        installation.pass().await;
    }
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn check_asks_for_a_personal_access_token() {
    let mut installation = Setup::default()
        .on_data_center()
        .seed(&one_incident())
        .set("confluence.token", "not-a-token")
        .start()
        .await;
    let ended = installation.debrief(&["check"]).await.with_code(1);
    assert!(
        ended
            .out
            .contains("a personal access token in `confluence.token`"),
        "{}",
        ended.out
    );
}

/// What may go wrong with a call after it had its effect, and before.
const WAYS: [Kind; 4] = [
    Kind::DropAfter,
    Kind::ErrorAfter,
    Kind::Truncate,
    Kind::ErrorBefore,
];

#[tokio::test]
async fn whichever_call_goes_wrong_all_is_made_once() {
    let calls = {
        let installation = with(&one_incident()).await;
        installation.good_pass().await;
        asked(&installation).len()
    };
    assert!(calls >= 4, "{calls}");
    for nth in 1..=u32::try_from(calls).unwrap() {
        for kind in WAYS {
            let mut installation = Setup::default()
                .on_data_center()
                .seed(&one_incident())
                .set("schedule.attempts", "1")
                .start()
                .await;
            let rule = Rule::new(kind).vendor("confluence").when(When::Nth(nth));
            installation.fault(rule);
            installation.pass().await;
            installation.restart().await;
            for wait in [1, 5, 20, 120] {
                installation.advance(minutes(wait));
                installation.pass().await;
            }
            let report = installation.pass().await;
            assert!(report.is_quiet(), "call {nth}, {kind:?}: {report:#?}");
            installation.world().assert_one_of_each("#1001");
        }
    }
}
