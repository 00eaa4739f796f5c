//! What claims, leases and fences promise.

use std::collections::BTreeSet;

use super::{LEASE, claimed, done, full, held, id, minute, page, slot, start, states};
use crate::playbook::effect::{EVERYONE, EffectKey, EffectState};
use crate::playbook::steps::Step;
use crate::store::{Claim, Store, StoreError};

pub(crate) async fn the_case_due_longest_comes_first(store: &dyn Store) {
    store.record(&[full(2)], minute(1)).await.unwrap();
    store.record(&[full(1)], minute(2)).await.unwrap();
    let early = store.claim_due("worker", start(), LEASE).await.unwrap();
    assert!(early.is_none(), "nothing is due yet");
    let (first, _) = claimed(store, minute(2)).await;
    let (second, _) = claimed(store, minute(2)).await;
    assert_eq!(
        [first.name, second.name],
        [id(2), id(1)].map(|id| id.to_string())
    );
}

pub(crate) async fn a_held_case_is_nobody_elses_until_the_lease_ends(store: &dyn Store) {
    let (claim, _) = held(store).await;
    assert_eq!(claim.until, minute(5));
    let row = store.case(&id(1)).await.unwrap().unwrap();
    assert_eq!(row.leased_until, Some(minute(5)));
    assert!(
        store
            .claim_due("another", minute(4), LEASE)
            .await
            .unwrap()
            .is_none()
    );
    let (taken, _) = store
        .claim_due("another", minute(5), LEASE)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((taken.name, taken.fence), (claim.name, claim.fence + 1));
}

pub(crate) async fn a_dead_workers_effects_come_back_in_doubt(store: &dyn Store) {
    let (claim, case) = held(store).await;
    let mail = case.key(Step::Announcement, "mail:company@example.com");
    store
        .begin(&claim, &[page(1), mail.clone()], start())
        .await
        .unwrap();
    store
        .finish(&claim, &page(1), &done("7"), start())
        .await
        .unwrap();
    let before = states(store, 1).await;
    let (_, case) = claimed(store, minute(5)).await;
    assert!(before.values().any(|state| *state == EffectState::InFlight));
    assert_eq!(case.effects[&mail].state, EffectState::InDoubt);
    // The doubt is as old as the attempt, so that nobody waits for what has long come to rest.
    assert_eq!(case.effects[&mail].updated_at, start());
    assert_eq!(case.effects[&page(1)].state, done("7"));
}

/// A claim whose case somebody else has taken over.
async fn lost(store: &dyn Store) -> Claim {
    let (claim, _) = held(store).await;
    claimed(store, minute(5)).await;
    claim
}

pub(crate) async fn every_ledger_verb_refuses_a_lost_lease(store: &dyn Store) {
    let claim = lost(store).await;
    let now = minute(5);
    let name = id(1).to_string();
    let refusals = [
        store.renew(&claim, now, LEASE).await.map(drop),
        store.detail(&claim, &full(1), now).await,
        store
            .decide(&claim, Step::ReviewMeeting, "slot", &slot("Mon"), now)
            .await
            .map(drop),
        store.begin(&claim, &[page(1)], now).await,
        store.finish(&claim, &page(1), &done("7"), now).await,
        store.release(&claim, None, now).await,
    ];
    for (verb, refusal) in refusals.into_iter().enumerate() {
        assert!(
            matches!(&refusal, Err(StoreError::LeaseLost { name: lost }) if *lost == name),
            "verb {verb}: {refusal:?}"
        );
    }
    assert!(states(store, 1).await.is_empty(), "nothing was written");
}

pub(crate) async fn a_lease_that_ran_out_may_finish_but_not_begin(store: &dyn Store) {
    let (claim, _) = held(store).await;
    store.begin(&claim, &[page(1)], minute(4)).await.unwrap();
    store
        .finish(&claim, &page(1), &done("7"), minute(6))
        .await
        .unwrap();
    let mail = EffectKey::once(id(1).as_str(), Step::Announcement, "mail");
    let refused = store
        .begin(&claim, std::slice::from_ref(&mail), minute(6))
        .await;
    assert!(matches!(refused, Err(StoreError::LeaseLost { .. })));
    let claim = store.renew(&claim, minute(6), LEASE).await.unwrap();
    store.begin(&claim, &[mail], minute(6)).await.unwrap();
}

pub(crate) async fn a_renewed_lease_lasts(store: &dyn Store) {
    let (claim, _) = held(store).await;
    let renewed = store.renew(&claim, minute(4), LEASE).await.unwrap();
    assert_eq!(
        renewed,
        Claim {
            until: minute(9),
            ..claim
        }
    );
    assert!(
        store
            .claim_due("another", minute(8), LEASE)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(store.next_due().await.unwrap(), Some(minute(9)));
}

pub(crate) async fn the_fence_never_falls(store: &dyn Store) {
    let (first, _) = held(store).await;
    store.release(&first, Some(start()), start()).await.unwrap();
    let (second, _) = claimed(store, start()).await;
    assert_eq!(second.fence, first.fence + 1);
    // The same holder, an older fence: a worker that comes back to its own earlier claim is refused too.
    assert!(matches!(
        store.release(&first, None, start()).await,
        Err(StoreError::LeaseLost { .. })
    ));
    store.release(&second, None, start()).await.unwrap();
    assert!(matches!(
        store.finish(&second, &page(1), &done("7"), start()).await,
        Err(StoreError::LeaseLost { .. })
    ));
}

pub(crate) async fn rounds_are_taken_by_name(store: &dyn Store) {
    let round = |holder, now| store.claim_round("action_items", holder, now, LEASE);
    let claim = round("a", start()).await.unwrap().unwrap();
    assert_eq!(round("b", minute(4)).await.unwrap(), None);
    let nag = EffectKey {
        occurrence: "2026-03-02".to_owned(),
        ..EffectKey::once(EVERYONE, Step::ActionItems, "chat:ada")
    };
    store.begin(&claim, &[nag], start()).await.unwrap();
    let state = async || store.effects(EVERYONE, 9).await.unwrap()[0].state.clone();
    assert_eq!(state().await, EffectState::InFlight);
    let claim = round("b", minute(5)).await.unwrap().unwrap();
    assert_eq!(state().await, EffectState::InDoubt);
    store.release(&claim, None, minute(5)).await.unwrap();
    assert!(round("a", minute(5)).await.unwrap().is_some());
}

pub(crate) async fn a_round_in_doubt_does_not_touch_a_case(store: &dyn Store) {
    let (claim, _) = held(store).await;
    store.begin(&claim, &[page(1)], start()).await.unwrap();
    store
        .claim_round("action_items", "b", start(), LEASE)
        .await
        .unwrap();
    let states: Vec<_> = states(store, 1).await.into_values().collect();
    assert_eq!(states, [EffectState::InFlight]);
}

pub(crate) async fn next_due_is_the_earliest_wake(store: &dyn Store) {
    assert_eq!(store.next_due().await.unwrap(), None);
    store.record(&[full(1), full(2)], start()).await.unwrap();
    let (first, _) = claimed(store, start()).await;
    let (second, _) = claimed(store, start()).await;
    assert_eq!(
        store.next_due().await.unwrap(),
        Some(minute(5)),
        "nobody is woken for what another is at"
    );
    store
        .release(&first, Some(minute(30)), start())
        .await
        .unwrap();
    store.release(&second, None, start()).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(minute(30)));
}

pub(crate) async fn calls_side_by_side_never_share_a_case(store: &dyn Store) {
    let incidents: Vec<_> = (0..50).map(full).collect();
    store.record(&incidents, start()).await.unwrap();
    let claims =
        futures_util::future::join_all((0..60).map(|_| store.claim_due("worker", start(), LEASE)))
            .await;
    let names: Vec<String> = claims
        .into_iter()
        .filter_map(|claim| claim.unwrap())
        .map(|(claim, _)| claim.name)
        .collect();
    assert_eq!(names.len(), 50);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 50);
}
