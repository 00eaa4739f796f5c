//! Google is down for ten minutes: the page does not wait for ever, and what comes late is brought by a comment, once.

use debrief::sandbox::faults::{Kind, Rule, When};

use crate::support::seeds::one_incident;
use crate::support::wiki::visible_text;
use crate::support::{Installation, Setup, id_of, minutes};

fn google_is_down() -> Rule {
    Rule::new(Kind::ErrorBefore)
        .vendor("google")
        .when(When::Always)
}

async fn without_google_until_patience_ran_out() -> Installation {
    let installation = Setup::default()
        .seed(&one_incident())
        .set("schedule.attempts", "1")
        .start()
        .await;
    installation.fault(google_is_down());
    installation.pass().await;
    assert!(
        installation.world().pages("#1001").is_empty(),
        "patience first"
    );
    installation.live_through(minutes(16), minutes(2)).await;
    installation
}

#[tokio::test]
async fn the_page_is_made_without_the_sheet_and_says_that_it_is_coming() {
    let installation = without_google_until_patience_ran_out().await;
    let world = installation.world();
    let text = visible_text(world.page("#1001")["body"].as_str().unwrap());
    assert!(
        text.contains("The sheet is coming; a comment on this page will bring the link."),
        "{text}"
    );
    assert!(
        text.contains("The time is being arranged; a comment on this page will bring it."),
        "{text}"
    );
    assert!(
        world.announcements("#1001").is_empty(),
        "a mail cannot be completed later: it waits longer"
    );
}

#[tokio::test]
async fn later_a_comment_brings_the_link_once_and_everything_else_is_made() {
    let installation = without_google_until_patience_ran_out().await;
    installation.sandbox.clear_faults();
    installation.live_through(minutes(120), minutes(5)).await;
    let world = installation.world();
    world.assert_one_of_each("#1001");
    let page = world.page("#1001");
    assert_eq!(page["version"], 1, "the body is never written again");
    let comments: Vec<String> = world
        .comments(&id_of(&page))
        .iter()
        .map(|comment| comment["body"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(comments.len(), 2, "{comments:?}");
    let sheet = id_of(&world.spreadsheet("#1001"));
    assert_eq!(
        comments
            .iter()
            .filter(|comment| comment.contains(&sheet))
            .count(),
        1,
        "{comments:?}"
    );
    let booked = comments
        .iter()
        .filter(|comment| comment.contains("The postmortem meeting is booked"));
    assert_eq!(booked.count(), 1, "{comments:?}");
    let mail = world.announcements("#1001").remove(0);
    assert!(
        mail.text.contains(&sheet),
        "the mail has the link after all"
    );
}

#[tokio::test]
async fn a_short_outage_delays_everything_a_little_and_nothing_shows_it() {
    let installation = Setup::default()
        .seed(&one_incident())
        .set("schedule.attempts", "1")
        .start()
        .await;
    installation.fault(google_is_down());
    installation.pass().await;
    installation.live_through(minutes(4), minutes(2)).await;
    installation.sandbox.clear_faults();
    installation.live_through(minutes(30), minutes(2)).await;
    let world = installation.world();
    world.assert_one_of_each("#1001");
    let page = world.page("#1001");
    assert!(
        world.comments(&id_of(&page)).is_empty(),
        "the page had everything"
    );
}
