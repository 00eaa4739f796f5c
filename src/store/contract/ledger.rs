//! What decisions, effects, retries and waivers promise.

use super::{LEASE, claimed, done, full, held, id, minute, page, slot, start, states};
use crate::playbook::case::Waiver;
use crate::playbook::effect::{EffectKey, EffectState};
use crate::playbook::incident::IncidentId;
use crate::playbook::steps::Step;
use crate::store::{Store, StoreError};

fn waiver(reason: &str) -> Waiver {
    Waiver {
        step: Step::Announcement,
        reason: reason.to_owned(),
        at: minute(10),
    }
}

fn gave_up() -> EffectState {
    EffectState::GaveUp {
        error: "the space is gone".to_owned(),
    }
}

pub(crate) async fn begin_marks_all_or_none(store: &dyn Store) {
    let (claim, case) = held(store).await;
    let mails = ["a", "b"].map(|to| case.key(Step::Announcement, format!("mail:{to}")));
    store.begin(&claim, &mails, start()).await.unwrap();
    store
        .finish(&claim, &mails[1], &done("m"), start())
        .await
        .unwrap();
    let refused = store
        .begin(&claim, &[page(1), mails[1].clone()], minute(1))
        .await;
    assert!(refused.is_err());
    let states = states(store, 1).await;
    assert_eq!(
        states.into_values().collect::<Vec<_>>(),
        [EffectState::InFlight, done("m")],
        "the page was not marked"
    );
}

pub(crate) async fn begin_refuses_what_is_done(store: &dyn Store) {
    let (claim, _) = held(store).await;
    store
        .finish(&claim, &page(1), &done("7"), start())
        .await
        .unwrap();
    let refused = store.begin(&claim, &[page(1)], start()).await;
    assert!(matches!(refused, Err(StoreError::AlreadyDone { key }) if key == page(1)));
}

pub(crate) async fn attempts_count_beginnings(store: &dyn Store) {
    let (claim, _) = held(store).await;
    for attempt in 1..=3 {
        store.begin(&claim, &[page(1)], minute(1)).await.unwrap();
        let state = EffectState::Retry {
            at: minute(2),
            error: "503".to_owned(),
        };
        store
            .finish(&claim, &page(1), &state, minute(2))
            .await
            .unwrap();
        let effect = store.effects(id(1).as_str(), 9).await.unwrap().remove(0);
        assert_eq!((effect.attempts, effect.state), (attempt, state));
    }
}

pub(crate) async fn every_state_reads_back(store: &dyn Store) {
    let (claim, _) = held(store).await;
    let states = [
        EffectState::InFlight,
        EffectState::InDoubt,
        EffectState::Done {
            reference: "7".to_owned(),
            url: None,
        },
        done("8"),
        EffectState::Retry {
            at: minute(77),
            error: "it's \"busy\"\n".to_owned(),
        },
        gave_up(),
        EffectState::InDoubt,
    ];
    for state in states {
        store
            .finish(&claim, &page(1), &state, minute(3))
            .await
            .unwrap();
        let row = store.case(&id(1)).await.unwrap().unwrap();
        let effect = &row.case.effects[&page(1)];
        assert_eq!((&effect.state, effect.attempts), (&state, 0));
        assert_eq!(effect.updated_at, minute(3));
    }
}

pub(crate) async fn the_first_decision_stands(store: &dyn Store) {
    let (claim, _) = held(store).await;
    for day in ["Mon", "Tue"] {
        let decided = store
            .decide(&claim, Step::ReviewMeeting, "slot", &slot(day), start())
            .await
            .unwrap();
        assert_eq!(decided, slot("Mon"));
    }
    let other = store
        .decide(&claim, Step::ReviewMeeting, "room", &slot("Tue"), start())
        .await
        .unwrap();
    assert_eq!(other, slot("Tue"));
    let case = store.case(&id(1)).await.unwrap().unwrap().case;
    assert_eq!(
        case.decision(Step::ReviewMeeting, "slot"),
        Some(slot("Mon"))
    );
    assert_eq!(case.decisions.len(), 2);
}

pub(crate) async fn cases_are_found_by_reference(store: &dyn Store) {
    store
        .record(&[full(1), full(2), full(3)], start())
        .await
        .unwrap();
    for (number, state) in [(1, done("p1")), (2, done("p2")), (3, gave_up())] {
        let (claim, _) = claimed(store, start()).await;
        assert_eq!(claim.name, id(number).as_str());
        store
            .finish(&claim, &page(number), &state, start())
            .await
            .unwrap();
    }
    let references = ["p2", "p1", "p3", "'; --"].map(str::to_owned);
    let found = async |step, target| {
        let cases = store.cases_by_reference(step, target, &references).await;
        let mut found: Vec<_> = cases
            .unwrap()
            .into_iter()
            .map(|(reference, case)| (reference, case.incident.id))
            .collect();
        found.sort();
        found
    };
    assert_eq!(
        found(Step::PostmortemPage, "page").await,
        [("p1".to_owned(), id(1)), ("p2".to_owned(), id(2))]
    );
    assert_eq!(found(Step::PostmortemPage, "comment").await, []);
    assert_eq!(found(Step::ActionItems, "page").await, []);
}

pub(crate) async fn references_are_listed_unless_waived(store: &dyn Store) {
    store
        .record(&[full(1), full(2), full(3), full(4)], start())
        .await
        .unwrap();
    for (number, state) in [
        (1, done("p9")),
        (2, done("p2")),
        (3, gave_up()),
        (4, done("p4")),
    ] {
        let (claim, _) = claimed(store, start()).await;
        store
            .finish(&claim, &page(number), &state, start())
            .await
            .unwrap();
    }
    let waiver = |step| Waiver {
        step,
        reason: "settled".to_owned(),
        at: start(),
    };
    store
        .waive(&id(2), &waiver(Step::ActionItems))
        .await
        .unwrap();
    store
        .waive(&id(4), &waiver(Step::Announcement))
        .await
        .unwrap();
    let listed = async |step, target| {
        let listed = store.references(step, target, Step::ActionItems).await;
        listed.unwrap()
    };
    assert_eq!(listed(Step::PostmortemPage, "page").await, ["p4", "p9"]);
    let none: [&str; 0] = [];
    assert_eq!(listed(Step::PostmortemPage, "comment").await, none);
    assert_eq!(listed(Step::ActionItems, "page").await, none);
}

pub(crate) async fn the_ledger_is_listed_newest_first(store: &dyn Store) {
    let (claim, case) = held(store).await;
    for (minutes, target) in [(1, "b"), (3, "a"), (2, "c")] {
        let key = case.key(Step::Announcement, target);
        store
            .finish(&claim, &key, &done("m"), minute(minutes))
            .await
            .unwrap();
    }
    let listed = store.effects(id(1).as_str(), 2).await.unwrap();
    let targets: Vec<_> = listed.into_iter().map(|effect| effect.key.target).collect();
    assert_eq!(targets, ["a", "c"]);
    assert_eq!(store.effects("test:none", 9).await.unwrap(), []);
}

pub(crate) async fn a_person_may_ask_for_another_try(store: &dyn Store) {
    let (claim, case) = held(store).await;
    let key = |target: &str| case.key(Step::Announcement, target);
    let waits = EffectState::Retry {
        at: minute(500),
        error: "451".to_owned(),
    };
    for (key, state) in [
        (page(1), gave_up()),
        (key("waits"), waits),
        (key("done"), done("m")),
        (key("doubt"), EffectState::InDoubt),
    ] {
        store.finish(&claim, &key, &state, start()).await.unwrap();
    }
    store.release(&claim, None, start()).await.unwrap();

    let step = Some(Step::Announcement);
    assert_eq!(store.retry(&id(1), step, minute(10)).await.unwrap(), 1);
    assert_eq!(store.next_due().await.unwrap(), Some(minute(10)));
    assert_eq!(store.retry(&id(1), None, minute(11)).await.unwrap(), 2);
    let again = |error: &str| EffectState::Retry {
        at: minute(11),
        error: error.to_owned(),
    };
    let states = states(store, 1).await;
    assert_eq!(
        states.into_values().collect::<Vec<_>>(),
        [
            done("m"),
            EffectState::InDoubt,
            again("451"),
            again("the space is gone")
        ]
    );
    let unknown = IncidentId::new("test", "none");
    assert!(matches!(
        store.retry(&unknown, None, start()).await,
        Err(StoreError::NoSuchCase { id }) if id == unknown
    ));
}

pub(crate) async fn a_person_may_waive(store: &dyn Store) {
    let (claim, _) = held(store).await;
    store.release(&claim, None, start()).await.unwrap();
    for reason in ["told by phone", "told in the all-hands"] {
        store.waive(&id(1), &waiver(reason)).await.unwrap();
    }
    let row = store.case(&id(1)).await.unwrap().unwrap();
    assert_eq!(row.case.waivers, [waiver("told in the all-hands")]);
    assert_eq!(row.wake_at, Some(minute(10)));
    let unknown = IncidentId::new("test", "none");
    assert!(matches!(
        store.waive(&unknown, &waiver("why")).await,
        Err(StoreError::NoSuchCase { .. })
    ));
}

pub(crate) async fn what_a_person_asks_during_a_claim_is_heard(store: &dyn Store) {
    let (claim, _) = held(store).await;
    let mail = EffectKey::once(id(1).as_str(), Step::Announcement, "mail");
    store.begin(&claim, &[mail], start()).await.unwrap();
    store.waive(&id(1), &waiver("told by phone")).await.unwrap();
    assert!(
        store
            .claim_due("another", minute(1), LEASE)
            .await
            .unwrap()
            .is_none()
    );
    store.release(&claim, None, minute(2)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(minute(2)));
}

pub(crate) async fn what_was_done_lately_is_found_until_the_choice_is_made(store: &dyn Store) {
    let (claim, case) = held(store).await;
    let post = case.key(Step::Announcement, "chat:C1");
    let mail = case.key(Step::Announcement, "mail:company@example.com");
    for key in [&post, &mail] {
        store
            .finish(&claim, key, &done("C1/1"), minute(5))
            .await
            .unwrap();
    }
    let found = async |since| -> Vec<EffectKey> {
        store
            .done_without_choice(Step::Announcement, "chat:", since, "volunteer")
            .await
            .unwrap()
            .into_iter()
            .map(|effect| effect.key)
            .collect()
    };
    assert_eq!(found(minute(5)).await, [post]);
    assert_eq!(found(minute(6)).await, []);
    store
        .decide(
            &claim,
            Step::Announcement,
            "volunteer",
            &serde_json::json!("somebody"),
            minute(6),
        )
        .await
        .unwrap();
    assert_eq!(found(minute(5)).await, []);
}

pub(crate) async fn what_was_learnt_makes_a_case_due(store: &dyn Store) {
    let (claim, _) = held(store).await;
    store.release(&claim, None, minute(1)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
    store.nudge(&id(1), minute(2)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(minute(2)));
    let unknown = store.nudge(&IncidentId::new("test", "99"), minute(2)).await;
    assert!(matches!(unknown, Err(StoreError::NoSuchCase { .. })));
}
