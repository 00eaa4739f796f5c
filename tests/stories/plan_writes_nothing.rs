//! `debrief plan`, and `debrief` alone, only look: no call that writes, and no ledger is made.

use crate::support::seeds::one_incident;
use crate::support::{Installation, hours};

#[tokio::test]
async fn before_the_first_run_it_shows_everything_and_makes_nothing() {
    for verb in [&["plan"][..], &[]] {
        let mut installation = Installation::start().await;
        std::fs::remove_file(installation.ledger()).unwrap();
        let plan = installation.debrief(verb).await.with_code(0);
        for words in [
            "#1001",
            "#1002",
            "#1003",
            "postmortem_page",
            "Nothing was written.",
        ] {
            assert!(plan.out.contains(words), "{words}: {}", plan.out);
        }
        assert_eq!(installation.writes(), []);
        assert!(!installation.ledger().exists(), "no ledger is made");
    }
}

#[tokio::test]
async fn between_runs_it_shows_the_nags_and_sends_none() {
    let mut installation = Installation::start_with(&one_incident()).await;
    installation.debrief(&["run", "--once"]).await.with_code(0);
    installation.advance(hours(72));
    let before = installation
        .debrief(&["status", "--json"])
        .await
        .with_code(0);
    installation.sandbox.clear_calls();
    let plan = installation.debrief(&["plan"]).await.with_code(0);
    assert!(
        plan.out.contains("Would be nagged: Ada Brandt"),
        "{}",
        plan.out
    );
    assert_eq!(installation.writes(), []);
    let after = installation
        .debrief(&["status", "--json"])
        .await
        .with_code(0);
    assert_eq!(after.out, before.out, "the ledger holds what it held");
}
