//! Resolved is not final: incidents are reopened, and merged into others.

use serde_json::json;

use crate::support::seeds::{incident, one_incident, people, world};
use crate::support::{Installation, minutes};

#[tokio::test]
async fn nothing_is_made_before_the_incident_has_stayed_resolved() {
    let installation =
        Installation::start_with(&world(&[incident("QONE", "Checkout is down", "-PT5M")])).await;
    installation.good_pass().await;
    assert_eq!(installation.writes(), []);
    installation.advance(minutes(6));
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn nothing_is_made_for_an_incident_that_is_reopened_meanwhile() {
    let installation =
        Installation::start_with(&world(&[incident("QONE", "Checkout is down", "-PT5M")])).await;
    installation.good_pass().await;
    installation.advance(minutes(3));
    installation.seed(&json!({
        "incidents": [{"id": "QONE", "title": "Checkout is down", "status": "acknowledged", "created_at": "-PT30H"}],
    }));
    for _ in 0..4 {
        installation.advance(minutes(10));
        installation.pass().await;
    }
    installation.world().assert_nothing_for("#1001");
    // Resolved for good, it is owed everything, once.
    installation.seed(&world(&[incident("QONE", "Checkout is down", "-PT0M")]));
    installation.advance(minutes(11));
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn reopened_and_resolved_again_after_everything_was_made_it_gets_nothing_twice() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation.seed(&world(&[incident("QONE", "Checkout is down", "+PT5M")]));
    installation.advance(minutes(30));
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn an_incident_merged_into_another_is_owed_nothing() {
    let mut merged = incident("QTWO", "Checkout is slow", "-PT1H");
    merged["merged_into"] = json!("QONE");
    let seed = json!({"people": people(), "incidents": [incident("QONE", "Checkout is down", "-PT1H"), merged]});
    let installation = Installation::start_with(&seed).await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each("#1001");
    world.assert_nothing_for("#1002");
}
