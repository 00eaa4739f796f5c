//! Looking in again, by the same process or another, changes nothing.

use crate::support::seeds::one_incident;
use crate::support::{Installation, minutes};

#[tokio::test]
async fn a_second_pass_writes_nothing() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation.sandbox.clear_calls();
    for _ in 0..3 {
        installation.advance(minutes(2));
        let report = installation.good_pass().await;
        assert!(report.is_quiet());
    }
    assert_eq!(installation.writes(), []);
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn a_new_process_on_the_same_ledger_writes_nothing() {
    let mut installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation.restart().await;
    installation.sandbox.clear_calls();
    installation.advance(minutes(2));
    installation.good_pass().await;
    assert_eq!(installation.writes(), []);
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn a_new_process_with_an_empty_ledger_makes_nothing_a_second_time() {
    let mut installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation.advance(minutes(2));
    installation.lose_database().await;
    installation.good_pass().await;
    installation.world().assert_one_of_each("#1001");
}
