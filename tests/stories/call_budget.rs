//! What an ordinary incident costs in calls: the budget that `debrief status` shows.

use debrief::worker::calls::BUDGET;

use crate::support::seeds::{incident, one_incident, world};
use crate::support::{Installation, minutes};

#[tokio::test]
async fn an_incident_resolved_after_the_first_start_keeps_the_budget() {
    let installation = Installation::start_with(&world(&[])).await;
    installation.good_pass().await;
    installation.seed(&world(&[incident("QONE", "Checkout is down", "-PT0M")]));
    installation.advance(minutes(20));
    installation.sandbox.clear_calls();
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
    for (vendor, most) in BUDGET {
        // The pass itself lists tasks once, whatever it finds.
        let of_the_pass = usize::from(vendor == "confluence");
        let made = installation.calls_to(vendor) - of_the_pass;
        assert!(
            made as u64 <= most,
            "{vendor}: {made} calls: {:#?}",
            installation.calls()
        );
    }
}

#[tokio::test]
async fn the_default_scenario_keeps_the_budget_on_average() {
    let installation = Installation::start().await;
    let report = installation.good_pass().await;
    let incidents = report
        .worked
        .iter()
        .filter(|worked| !worked.done.is_empty())
        .count();
    assert_eq!(incidents, 3);
    for (vendor, most) in BUDGET {
        let of_the_pass = usize::from(vendor == "confluence");
        let made = installation.calls_to(vendor) - of_the_pass;
        assert!(
            made as u64 <= most * incidents as u64,
            "{vendor}: {made} calls for {incidents} incidents"
        );
    }
}

#[tokio::test]
async fn one_access_token_serves_all() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    let tokens = installation
        .calls()
        .iter()
        .filter(|call| call.path == "/token")
        .count();
    assert_eq!(tokens, 1);
}
