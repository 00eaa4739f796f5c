//! One vendor is down at the start: the others' work goes on, a person is told, and later everything is completed.

use debrief::sandbox::faults::{Kind, Rule, When};
use rstest::rstest;

use crate::support::seeds::one_incident;
use crate::support::{Installation, Setup, World, minutes};

async fn with_vendor_down(vendor: &str) -> Installation {
    let installation = Setup::default()
        .seed(&one_incident())
        .set("schedule.attempts", "1")
        .start()
        .await;
    installation.fault(
        Rule::new(Kind::ErrorBefore)
            .vendor(vendor)
            .when(When::Always),
    );
    installation
}

/// What there is of each kind: folders, pages, events, mails, posts.
fn counts(world: &World) -> [usize; 5] {
    [
        world.folders("#1001").len(),
        world.pages("#1001").len(),
        world.events("#1001").len(),
        world.announcements("#1001").len(),
        world.posts("#1001").len(),
    ]
}

#[rstest]
#[case::nothing_is_known_without_it("pagerduty", [0, 0, 0, 0, 0])]
#[case::the_page_goes_without_the_sheet("google", [0, 1, 0, 0, 0])]
#[case::sheet_and_meeting_go_without_the_page("confluence", [1, 0, 1, 0, 0])]
#[case::all_but_the_mail("smtp", [1, 1, 1, 0, 1])]
#[case::all_but_the_post("slack", [1, 1, 1, 1, 0])]
#[tokio::test]
async fn the_work_of_the_others_goes_on_and_is_completed_later(
    #[case] vendor: &str,
    #[case] meanwhile: [usize; 5],
) {
    let installation = with_vendor_down(vendor).await;
    let report = installation.pass().await;
    assert!(report.needs_human(), "a person is told");
    installation.live_through(minutes(20), minutes(2)).await;
    assert_eq!(counts(&installation.world()), meanwhile);
    installation.sandbox.clear_faults();
    installation.live_through(minutes(180), minutes(5)).await;
    installation.world().assert_one_of_each("#1001");
    let report = installation.good_pass().await;
    assert!(report.is_quiet() && !report.needs_human());
}

#[rstest]
#[case("pagerduty")]
#[case("google")]
#[case("confluence")]
#[case("smtp")]
#[case("slack")]
#[tokio::test]
async fn the_exit_code_tells_it(#[case] vendor: &str) {
    let mut installation = with_vendor_down(vendor).await;
    let ended = installation.debrief(&["run", "--once"]).await.with_code(3);
    assert!(ended.out.contains("not done: "), "{}", ended.out);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_and_told() {
    let mut installation = Setup::default().seed(&one_incident()).start().await;
    let refused = Rule::new(Kind::Reject { code: 550 })
        .vendor("smtp")
        .when(When::Always);
    installation.fault(refused);
    installation.debrief(&["run", "--once"]).await.with_code(3);
    let status = installation.debrief(&["status"]).await.with_code(3);
    assert!(status.out.contains("needs a human"), "{}", status.out);
    let world = installation.world();
    assert_eq!(
        (world.pages("#1001").len(), world.posts("#1001").len()),
        (1, 1)
    );
}
