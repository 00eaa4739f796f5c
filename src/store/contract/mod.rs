//! What every [`Store`](super::Store) must do, as functions over any of them: an implementation runs them all with
//! [`contract_tests`].
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Claim, Store};
use crate::playbook::case::Case;
use crate::playbook::effect::{EffectKey, EffectState};
use crate::playbook::incident::{Detail, Incident, IncidentId, Narrative, Status};
use crate::playbook::steps::Step;

pub(super) mod facts;
pub(super) mod leases;
pub(super) mod ledger;

/// One test for each function of the contract. `$make` is an async function that answers an empty store and whatever
/// must outlive it.
macro_rules! contract_tests {
    ($make:path) => {
        $crate::store::contract::contract_tests!(@each $make;
            facts::{
                a_new_incident_is_a_case_that_is_due_at_once,
                what_is_unchanged_wakes_nobody,
                new_facts_wake_the_case,
                a_list_never_replaces_the_fuller_record,
                a_changed_status_asks_for_the_record_again,
                news_during_a_claim_survive_the_release,
                detail_demands_the_claim_on_that_very_case,
                cases_come_newest_first,
                memos_are_remembered_and_replaced,
            }
            leases::{
                the_case_due_longest_comes_first,
                a_held_case_is_nobody_elses_until_the_lease_ends,
                a_dead_workers_effects_come_back_in_doubt,
                every_ledger_verb_refuses_a_lost_lease,
                a_lease_that_ran_out_may_finish_but_not_begin,
                a_renewed_lease_lasts,
                the_fence_never_falls,
                rounds_are_taken_by_name,
                a_round_in_doubt_does_not_touch_a_case,
                next_due_is_the_earliest_wake,
                calls_side_by_side_never_share_a_case,
            }
            ledger::{
                begin_marks_all_or_none,
                begin_refuses_what_is_done,
                attempts_count_beginnings,
                every_state_reads_back,
                the_first_decision_stands,
                cases_are_found_by_reference,
                what_was_done_lately_is_found_until_the_choice_is_made,
                what_was_learnt_makes_a_case_due,
                references_are_listed_unless_waived,
                the_ledger_is_listed_newest_first,
                a_person_may_ask_for_another_try,
                a_person_may_waive,
                what_a_person_asks_during_a_claim_is_heard,
            }
        );
    };
    (@each $make:path; $($part:ident::{$($name:ident,)*})*) => {
        $($(
            #[tokio::test]
            async fn $name() {
                let (store, _keep) = $make().await;
                $crate::store::contract::$part::$name(&store).await;
            }
        )*)*
    };
}
pub(super) use contract_tests;

/// Long enough for anything a test does.
pub(super) const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// The first instant of every test.
pub(super) fn start() -> Timestamp {
    "2026-03-02T09:00:00.123456789Z".parse().unwrap()
}

/// So many minutes after [`start`].
pub(super) fn minute(minutes: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minutes)
}

/// Incident number `number`, opened that many minutes after [`start`], known from a list.
pub(super) fn listed(number: i64) -> Incident {
    Incident {
        service: "checkout".to_owned(),
        ..Incident::listed(
            IncidentId::new("test", &number.to_string()),
            format!("#{number}"),
            "Checkout is down".to_owned(),
            minute(number),
            Status::Open,
        )
    }
}

/// The whole record of the same incident.
pub(super) fn full(number: i64) -> Incident {
    Incident {
        detail: Detail::Full,
        severity: Some("SEV-2".to_owned()),
        narrative: Narrative {
            description: Some("A certificate ran out.".to_owned()),
            ..Narrative::default()
        },
        ..listed(number)
    }
}

/// Records incident number 1 and takes hold of it.
pub(super) async fn held(store: &dyn Store) -> (Claim, Case) {
    store.record(&[full(1)], start()).await.unwrap();
    claimed(store, start()).await
}

/// Takes hold of whatever is due.
pub(super) async fn claimed(store: &dyn Store, now: Timestamp) -> (Claim, Case) {
    store
        .claim_due("worker", now, LEASE)
        .await
        .unwrap()
        .expect("a case is due")
}

/// The id of incident number `number`.
pub(super) fn id(number: i64) -> IncidentId {
    listed(number).id
}

/// Something owed once for incident number `number`.
pub(super) fn page(number: i64) -> EffectKey {
    EffectKey::once(id(number).as_str(), Step::PostmortemPage, "page")
}

/// It happened.
pub(super) fn done(reference: &str) -> EffectState {
    EffectState::Done {
        reference: reference.to_owned(),
        url: Some(format!("https://wiki.example.com/{reference}")),
    }
}

/// Where every effect of incident number `number` stands.
pub(super) async fn states(
    store: &dyn Store,
    number: i64,
) -> BTreeMap<(String, String), EffectState> {
    let row = store.case(&id(number)).await.unwrap().unwrap();
    row.case
        .effects
        .into_iter()
        .map(|(key, effect)| ((key.step.to_string(), key.target), effect.state))
        .collect()
}

/// A value to decide on.
pub(super) fn slot(day: &str) -> serde_json::Value {
    json!({ "day": day, "minutes": 60 })
}
