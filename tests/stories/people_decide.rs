//! What a person edits, moves or deletes stays as the person left it.

use crate::support::seeds::one_incident;
use crate::support::wiki::visible_text;
use crate::support::{Installation, hours, id_of, minutes};

async fn after_one_pass() -> Installation {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    installation
}

#[tokio::test]
async fn a_deleted_meeting_is_not_booked_again() {
    let mut installation = after_one_pass().await;
    let event = id_of(&installation.world().event("#1001"));
    installation.delete_event(&event).await;
    installation.live_through(hours(3), minutes(30)).await;
    installation.restart().await;
    installation.live_through(hours(1), minutes(30)).await;
    assert!(installation.world().meetings("#1001").is_empty());
}

#[tokio::test]
async fn a_deleted_meeting_is_not_booked_again_even_if_the_ledger_is_lost() {
    let mut installation = after_one_pass().await;
    let event = id_of(&installation.world().event("#1001"));
    installation.delete_event(&event).await;
    installation.advance(minutes(2));
    installation.lose_database().await;
    installation.good_pass().await;
    assert!(installation.world().meetings("#1001").is_empty());
}

#[tokio::test]
async fn a_deleted_page_is_not_made_again() {
    let mut installation = after_one_pass().await;
    let page = id_of(&installation.world().page("#1001"));
    installation.delete_page(&page).await;
    installation.live_through(hours(3), minutes(30)).await;
    installation.restart().await;
    installation.live_through(hours(1), minutes(30)).await;
    let pages = installation.world().pages("#1001");
    assert!(
        pages.iter().all(|page| page["status"] == "trashed"),
        "{pages:?}"
    );
}

#[tokio::test]
async fn what_somebody_types_into_the_page_stays() {
    let installation = after_one_pass().await;
    let page = id_of(&installation.world().page("#1001"));
    installation
        .type_into_page(&page, "<p>We rolled back at noon.</p>")
        .await;
    installation.live_through(hours(48), hours(4)).await;
    let page = installation.world().page("#1001");
    assert_eq!(page["version"], 2, "nobody wrote the page since");
    assert!(visible_text(page["body"].as_str().unwrap()).contains("We rolled back at noon."));
}
