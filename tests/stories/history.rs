//! History is never adopted by accident.

use crate::support::seeds::{incident, world};
use crate::support::{Setup, hours, time};

#[tokio::test]
async fn what_was_resolved_before_since_is_left_alone() {
    let now = "2026-03-02T09:00:00Z";
    let seed = world(&[
        incident("QOLD", "Checkout was down", "-PT3H"),
        incident("QNEW", "Search was down", "-PT1H"),
    ]);
    let since = time(now) - hours(2);
    let installation = Setup::default()
        .at(now)
        .seed(&seed)
        .since(since)
        .start()
        .await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_nothing_for("#1001");
    world.assert_one_of_each("#1002");
}

#[tokio::test]
async fn without_since_it_begins_with_the_first_start() {
    let seed = world(&[incident("QOLD", "Checkout was down", "-PT1H")]);
    let installation = Setup::default().seed(&seed).without("since").start().await;
    installation.good_pass().await;
    installation.advance(hours(1));
    installation.seed(&world(&[incident("QNEW", "Search was down", "-PT15M")]));
    installation.good_pass().await;
    let world = installation.world();
    world.assert_nothing_for("#1001");
    world.assert_one_of_each("#1002");
}
