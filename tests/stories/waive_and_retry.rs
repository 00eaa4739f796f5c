//! What people ask of the worker on the command line.

use debrief::sandbox::faults::{Kind, Rule, When};

use crate::support::seeds::one_incident;
use crate::support::{Installation, minutes};

#[tokio::test]
async fn a_waived_step_is_not_done_and_everything_else_is() {
    let mut installation = Installation::start_with(&one_incident()).await;
    // The case has to be known before a step of it can be waived; it is not settled yet.
    installation.at("2026-03-02T08:05:00Z");
    installation.debrief(&["run", "--once"]).await.with_code(0);
    installation.world().assert_nothing_for("#1001");
    let waived = installation
        .debrief(&[
            "waive",
            "#1001",
            "review_meeting",
            "--reason",
            "held in the hallway",
        ])
        .await
        .with_code(0);
    assert_eq!(waived.out, "review_meeting of pagerduty:QONE is waived.\n");
    installation.advance(minutes(60));
    installation.debrief(&["run", "--once"]).await.with_code(0);
    let world = installation.world();
    assert!(world.events("#1001").is_empty());
    assert_eq!(
        (
            world.pages("#1001").len(),
            world.announcements("#1001").len()
        ),
        (1, 1)
    );
    let body = world.page("#1001")["body"].as_str().unwrap().to_owned();
    assert!(
        body.contains("No meeting is planned."),
        "the page does not promise one"
    );
    let status = installation.debrief(&["status"]).await.with_code(0);
    assert!(status.out.contains("held in the hallway"), "{}", status.out);
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_when_a_person_asks() {
    let mut installation = Installation::start_with(&one_incident()).await;
    let refused = Rule::new(Kind::Reject { code: 550 })
        .vendor("smtp")
        .when(When::Always);
    installation.fault(refused);
    installation.debrief(&["run", "--once"]).await.with_code(3);
    installation.sandbox.clear_faults();
    installation.advance(minutes(60));
    installation.debrief(&["run", "--once"]).await;
    assert!(
        installation.world().announcements("#1001").is_empty(),
        "given up is given up"
    );
    let retried = installation
        .debrief(&["retry", "pagerduty:QONE", "announcement"])
        .await
        .with_code(0);
    assert_eq!(
        retried.out,
        "One act of pagerduty:QONE is tried again on the next pass.\n"
    );
    installation
        .debrief(&["retry", "pagerduty:QONE", "lead_briefing"])
        .await
        .with_code(0);
    installation.debrief(&["run", "--once"]).await.with_code(0);
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn an_unknown_case_or_step_is_named_with_what_is_known() {
    let mut installation = Installation::start_with(&one_incident()).await;
    installation.debrief(&["run", "--once"]).await.with_code(0);
    let unknown = installation.debrief(&["retry", "#4711"]).await.with_code(2);
    assert!(unknown.err.contains("debrief status"), "{}", unknown.err);
    let unknown = installation
        .debrief(&["waive", "#1001", "party", "--reason", "none"])
        .await
        .with_code(2);
    assert!(unknown.err.contains("postmortem_page"), "{}", unknown.err);
    let unsaid = installation
        .debrief(&["waive", "#1001", "announcement", "--reason", "  "])
        .await
        .with_code(2);
    assert!(unsaid.err.contains("--reason is empty"), "{}", unsaid.err);
}
