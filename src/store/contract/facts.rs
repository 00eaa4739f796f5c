//! What `record`, `detail`, `cases` and memos promise.

use serde_json::json;

use super::{LEASE, claimed, full, held, id, listed, minute, start};
use crate::playbook::incident::{Detail, Incident, Status};
use crate::store::{Store, StoreError};

/// Records it and puts it to sleep, so that only news can wake it.
async fn asleep(store: &dyn Store, incident: &Incident) {
    store
        .record(std::slice::from_ref(incident), start())
        .await
        .unwrap();
    let (claim, _) = claimed(store, start()).await;
    store.release(&claim, None, start()).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
}

async fn known(store: &dyn Store) -> Incident {
    store.case(&id(1)).await.unwrap().unwrap().case.incident
}

pub(crate) async fn a_new_incident_is_a_case_that_is_due_at_once(store: &dyn Store) {
    let new = store.record(&[full(1), listed(2)], start()).await.unwrap();
    assert_eq!(new, [id(1), id(2)]);
    let row = store.case(&id(1)).await.unwrap().unwrap();
    assert_eq!(row.case.incident, full(1));
    assert_eq!(row.case.adopted_at, start());
    assert_eq!((row.wake_at, row.leased_until), (Some(start()), None));
    assert_eq!(store.next_due().await.unwrap(), Some(start()));
    assert_eq!(store.case(&id(3)).await.unwrap(), None);
}

pub(crate) async fn what_is_unchanged_wakes_nobody(store: &dyn Store) {
    asleep(store, &full(1)).await;
    assert_eq!(store.record(&[full(1)], minute(1)).await.unwrap(), []);
    // A list shows no severity: that is less, not news.
    assert_eq!(store.record(&[listed(1)], minute(1)).await.unwrap(), []);
    assert_eq!(store.next_due().await.unwrap(), None);
    assert_eq!(known(store).await, full(1));
}

pub(crate) async fn new_facts_wake_the_case(store: &dyn Store) {
    asleep(store, &listed(1)).await;
    assert_eq!(store.record(&[full(1)], minute(1)).await.unwrap(), []);
    assert_eq!(store.next_due().await.unwrap(), Some(minute(1)));
    assert_eq!(known(store).await, full(1));
}

pub(crate) async fn a_list_never_replaces_the_fuller_record(store: &dyn Store) {
    asleep(store, &full(1)).await;
    let renamed = Incident {
        title: "Checkout and login are down".to_owned(),
        url: Some("https://pd.example.com/1".to_owned()),
        service: "a list may shorten this".to_owned(),
        ..listed(1)
    };
    store.record(&[renamed], minute(1)).await.unwrap();
    let expected = Incident {
        title: "Checkout and login are down".to_owned(),
        url: Some("https://pd.example.com/1".to_owned()),
        ..full(1)
    };
    assert_eq!(known(store).await, expected);
    assert_eq!(store.next_due().await.unwrap(), Some(minute(1)));
}

pub(crate) async fn a_changed_status_asks_for_the_record_again(store: &dyn Store) {
    asleep(store, &full(1)).await;
    let resolved = Incident {
        status: Status::Resolved { at: minute(30) },
        ..listed(1)
    };
    for _ in 0..2 {
        store
            .record(std::slice::from_ref(&resolved), minute(31))
            .await
            .unwrap();
        let expected = Incident {
            status: Status::Resolved { at: minute(30) },
            detail: Detail::Listed,
            ..full(1)
        };
        assert_eq!(known(store).await, expected);
    }
}

pub(crate) async fn news_during_a_claim_survive_the_release(store: &dyn Store) {
    let (claim, _) = held(store).await;
    let renamed = Incident {
        title: "Login too".to_owned(),
        ..full(1)
    };
    store.record(&[renamed], minute(1)).await.unwrap();
    assert!(
        store
            .claim_due("another", minute(1), LEASE)
            .await
            .unwrap()
            .is_none(),
        "news do not break a lease"
    );
    store
        .release(&claim, Some(minute(600)), minute(2))
        .await
        .unwrap();
    let (claim, case) = claimed(store, minute(2)).await;
    assert_eq!(case.incident.title, "Login too");
    store
        .release(&claim, Some(minute(600)), minute(3))
        .await
        .unwrap();
    assert_eq!(
        store.next_due().await.unwrap(),
        Some(minute(600)),
        "heard once, not for ever"
    );
}

pub(crate) async fn detail_demands_the_claim_on_that_very_case(store: &dyn Store) {
    store.record(&[listed(1)], start()).await.unwrap();
    let (claim, _) = claimed(store, start()).await;
    store.detail(&claim, &full(1), minute(1)).await.unwrap();
    assert_eq!(known(store).await, full(1));
    store.record(&[listed(2)], start()).await.unwrap();
    let refused = store.detail(&claim, &full(2), minute(1)).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost { name }) if name == id(2).as_str()));
    store
        .release(&claim, Some(minute(9)), minute(1))
        .await
        .unwrap();
    let row = store.case(&id(1)).await.unwrap().unwrap();
    assert_eq!(
        row.wake_at,
        Some(minute(9)),
        "a worker's own reading is no news"
    );
}

pub(crate) async fn cases_come_newest_first(store: &dyn Store) {
    store
        .record(&[full(2), full(3), full(1)], start())
        .await
        .unwrap();
    let rows = store.cases(2).await.unwrap();
    let ids: Vec<_> = rows.into_iter().map(|row| row.case.incident.id).collect();
    assert_eq!(ids, [id(3), id(2)]);
}

pub(crate) async fn memos_are_remembered_and_replaced(store: &dyn Store) {
    assert_eq!(store.memo("watermark").await.unwrap(), None);
    for value in [json!("2026"), json!({ "page": 2 }), json!(null)] {
        store.remember("watermark", &value, start()).await.unwrap();
        assert_eq!(store.memo("watermark").await.unwrap(), Some(value));
    }
}
