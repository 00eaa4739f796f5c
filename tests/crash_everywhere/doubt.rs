//! What becomes of a doubt: it is looked into, it outlives whoever had it, and it ends.

use debrief::playbook::effect::{EVERYONE, EffectState};
use debrief::playbook::steps::act::Act;
use debrief::sandbox::faults::{Kind, Rule, When};

use super::story::{self, Day, INCIDENT, ONCE, REFERENCE};
use crate::support::{Installation, hours, id_of, minutes};

/// After so many tries a person is asked: the compiled default.
const TRIES: u32 = 10;

fn is_given_up(state: &EffectState) -> bool {
    matches!(state, EffectState::GaveUp { .. })
}

async fn effect_of(installation: &Installation, act: &Act) -> (EffectState, u32) {
    let case = installation.case(INCIDENT).await;
    let effect = case.effect_of(act).unwrap();
    (effect.state.clone(), effect.attempts)
}

#[tokio::test]
async fn a_post_is_found_hours_after_it_was_made_though_its_history_did_not_answer_before() {
    let installation = story::told_until(Day::Monday).await;
    installation.fault(Rule::new(Kind::DropAfter).path("chat.postMessage"));
    installation.fault(
        Rule::new(Kind::ErrorBefore)
            .path("conversations.history")
            .when(When::Times(3)),
    );
    installation.pass().await;
    for wait in [minutes(1), minutes(10), minutes(30), hours(2)] {
        installation.advance(wait);
        installation.pass().await;
    }
    story::assert_aftermath(&installation, &ONCE).await;
    story::assert_quiet(&installation).await;
}

#[tokio::test]
async fn a_server_that_takes_every_mail_and_then_hangs_up_is_not_sent_it_for_ever() {
    let installation = story::told_until(Day::Monday).await;
    installation.fault(Rule::new(Kind::DropAfter).vendor("smtp").when(When::Always));
    installation.live_through(hours(8), minutes(2)).await;
    let copies = installation.world().announcements(REFERENCE);
    assert_eq!(copies.len(), TRIES as usize);
    assert!(
        copies
            .iter()
            .all(|copy| copy.message_id == copies[0].message_id)
    );
    let mail = Act::Mail("company@example.com".to_owned());
    let (state, attempts) = effect_of(&installation, &mail).await;
    assert!(is_given_up(&state), "{state:?}");
    assert_eq!(attempts, TRIES);
    let row = installation.worker().store.cases(1).await.unwrap();
    let plan = debrief::playbook::plan::plan(
        &row[0].case,
        &installation.worker().rules,
        installation.now(),
    );
    assert!(plan.needs_human(), "a person is asked");
}

#[tokio::test]
async fn nor_is_it_sent_the_same_reminder_all_day() {
    let installation = story::told_until(Day::Tuesday).await;
    installation.fault(Rule::new(Kind::DropAfter).vendor("smtp").when(When::Always));
    installation.live_through(hours(6), minutes(2)).await;
    story::assert_nagged(&installation, &(TRIES as usize..=TRIES as usize));
    let rows = installation.worker().store.effects(EVERYONE, 10).await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(is_given_up(&rows[0].state), "{:?}", rows[0].state);
}

#[tokio::test]
async fn what_was_given_up_in_doubt_is_looked_for_when_a_person_asks_for_another_try() {
    let installation = story::told_until(Day::Monday).await;
    let drive = "/drive/v3/files";
    // The sheet is made, and Drive neither says so nor answers when it is asked for it.
    installation.fault(
        Rule::new(Kind::DropAfter)
            .method("POST")
            .path(drive)
            .when(When::Nth(2)),
    );
    installation.fault(
        Rule::new(Kind::ErrorBefore)
            .method("GET")
            .path("/drive/v3/files?")
            .when(When::Always),
    );
    installation.live_through(hours(6), minutes(5)).await;
    let (state, attempts) = effect_of(&installation, &Act::Spreadsheet).await;
    assert!(is_given_up(&state), "{state:?}");
    assert_eq!(attempts, TRIES);
    assert_eq!(
        installation.world().pages(REFERENCE).len(),
        1,
        "others go on"
    );

    installation.sandbox.clear_faults();
    story::retry_by_hand(&installation).await;
    story::assert_aftermath(&installation, &ONCE).await;
    let page = id_of(&installation.world().page(REFERENCE));
    let comments = installation.world().comments(&page);
    assert_eq!(comments.len(), 1, "which brings the sheet's link");
}

#[tokio::test]
async fn an_access_token_that_expires_in_the_middle_is_replaced_in_the_middle() {
    let installation = story::told_until(Day::Monday).await;
    installation.fault(
        Rule::new(Kind::ExpiredToken)
            .method("POST")
            .path("/drive/v3/files"),
    );
    installation.good_pass().await;
    story::assert_aftermath(&installation, &ONCE).await;
    let calls = installation.calls();
    let tokens = calls.iter().filter(|call| call.path == "/token");
    assert_eq!(tokens.count(), 2);
}

#[tokio::test]
async fn a_round_that_somebody_holds_is_left_to_them_until_their_lease_ends() {
    let installation = story::told_until(Day::Tuesday).await;
    let store = &installation.worker().store;
    let dead = store
        .claim_round("action_items", "dead", installation.now(), minutes(3))
        .await
        .unwrap();
    assert!(dead.is_some());
    installation.good_pass().await;
    story::assert_nagged(&installation, &(0..=0));
    installation.advance(minutes(3));
    installation.good_pass().await;
    story::assert_nagged(&installation, &(1..=1));
}

#[tokio::test]
async fn a_case_whose_worker_died_is_due_again_when_the_lease_ends() {
    let mut installation = story::told_until(Day::Monday).await;
    let store = installation.worker().store.clone();
    // Adopted and claimed, and then nothing: not even a plan.
    let ids = {
        let worker = installation.worker();
        let since = worker.since_if_known().await.unwrap();
        let pulled = worker.pull(since).await;
        let incidents: Vec<_> = pulled
            .into_iter()
            .flat_map(|(_, pulled)| pulled.unwrap().incidents)
            .collect();
        store.record(&incidents, installation.now()).await.unwrap()
    };
    assert_eq!(ids.len(), 1);
    let lease = installation.worker().manner.lease;
    let claimed = store
        .claim_due("dead", installation.now(), lease)
        .await
        .unwrap();
    let (claim, _) = claimed.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(claim.until));
    installation.restart().await;
    installation.good_pass().await;
    installation.world().assert_nothing_for(REFERENCE);
    installation.advance(lease);
    installation.good_pass().await;
    story::assert_aftermath(&installation, &ONCE).await;
}
