//! What is SQLite's own: files, several processes, crashes, plans, rows that cannot be read.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::playbook::effect::EVERYONE;
use crate::store::contract::{self, LEASE, claimed, full, held, id, minute, page, start};

async fn on_file() -> (SqliteStore, TempDir) {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&file_in(&folder)).await.unwrap();
    (store, folder)
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("state").join("debrief.sqlite")
}

mod in_memory {
    use super::SqliteStore;

    async fn make() -> (SqliteStore, ()) {
        (SqliteStore::in_memory().await.unwrap(), ())
    }
    crate::store::contract::contract_tests!(make);
}

mod in_a_file {
    crate::store::contract::contract_tests!(super::on_file);
}

/// Changes the database behind the store's back.
async fn tamper(store: &SqliteStore, sql: &'static str) {
    store
        .write(move |transaction| Ok(transaction.execute_batch(sql)?))
        .await
        .unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let (store, folder) = on_file().await;
    store.record(&[full(1)], start()).await.unwrap();
    let mut files = 0;
    for entry in fs::read_dir(file_in(&folder).parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        files += 1;
    }
    assert_eq!(files, 3, "the database, its journal and its index");
}

#[tokio::test]
async fn what_a_power_cut_may_not_take_is_synced() {
    let (store, _folder) = on_file().await;
    let settings = store.read(|transaction| {
        let ask = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let journal: String =
            transaction.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((journal, ask("synchronous")?, ask("foreign_keys")?))
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2, 1));
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = TempDir::new().unwrap();
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { place, .. }
        if place == folder.path().display().to_string()));
    let text = folder.path().join("notes.txt");
    fs::write(
        &text,
        "not a database at all, and long enough to be read as a header, surely.",
    )
    .unwrap();
    let error = SqliteStore::open(&text).await.unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
}

#[tokio::test]
async fn a_newer_releases_file_is_refused() {
    let (store, folder) = on_file().await;
    tamper(&store, "PRAGMA user_version = 99").await;
    drop(store);
    let error = SqliteStore::open(&file_in(&folder)).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 99, .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_open_a_new_file_at_once() {
    for _ in 0..5 {
        let folder = TempDir::new().unwrap();
        let path = file_in(&folder);
        let opened = (0..8).map(|_| {
            let path = path.clone();
            tokio::spawn(async move { SqliteStore::open(&path).await.map(drop) })
        });
        for opened in futures_util::future::join_all(opened).await {
            opened.unwrap().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_on_one_file_never_share_a_case() {
    let (store, folder) = on_file().await;
    let incidents: Vec<_> = (0..200).map(full).collect();
    store.record(&incidents, start()).await.unwrap();
    let workers = ["a", "b"].map(|holder| {
        let path = file_in(&folder);
        tokio::spawn(async move {
            let store = SqliteStore::open(&path).await.unwrap();
            let mut names = Vec::new();
            while let Some((claim, case)) = store.claim_due(holder, start(), LEASE).await.unwrap() {
                let key = case.key(Step::PostmortemPage, "page");
                store
                    .begin(&claim, std::slice::from_ref(&key), start())
                    .await
                    .unwrap();
                store
                    .finish(&claim, &key, &contract::done("7"), start())
                    .await
                    .unwrap();
                store.release(&claim, None, start()).await.unwrap();
                names.push(claim.name);
            }
            names
        })
    });
    let mut names = Vec::new();
    for worker in workers {
        names.extend(worker.await.unwrap());
    }
    assert_eq!(names.len(), 200);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 200, "no case was claimed twice");
    let rows = store.cases(300).await.unwrap();
    assert!(
        rows.iter()
            .all(|row| row.case.effects.values().all(|effect| effect.attempts == 1))
    );
}

#[tokio::test]
async fn a_crash_is_seen_once_the_lease_has_run_out() {
    let (store, folder) = on_file().await;
    let (claim, _) = held(&store).await;
    store.begin(&claim, &[page(1)], start()).await.unwrap();
    drop(store);

    let store = SqliteStore::open(&file_in(&folder)).await.unwrap();
    let state = async || {
        let row = store.case(&id(1)).await.unwrap().unwrap();
        row.case.effects[&page(1)].state.clone()
    };
    let early = store.claim_due("worker", minute(4), LEASE).await.unwrap();
    assert!(early.is_none());
    assert_eq!(state().await, EffectState::InFlight);
    claimed(&store, minute(5)).await;
    assert_eq!(state().await, EffectState::InDoubt);
}

#[tokio::test]
async fn a_dropped_call_is_still_written() {
    let (store, _folder) = on_file().await;
    let record = {
        let store = store.clone();
        tokio::spawn(async move { store.record(&[full(1)], start()).await })
    };
    tokio::task::yield_now().await;
    record.abort();
    record
        .await
        .expect_err("dropped while the blocking pool is at it");
    for _ in 0..10_000 {
        if store.case(&id(1)).await.unwrap().is_some() {
            return;
        }
    }
    panic!("what was begun was not written");
}

#[tokio::test]
async fn no_question_of_an_idle_pass_reads_whole_tables() {
    let (store, _folder) = on_file().await;
    let plans = store.read(|transaction| {
        let mut plans = Vec::new();
        for sql in [
            lease::DUE,
            lease::NEXT_DUE,
            ledger::BY_REFERENCE,
            "SELECT 1 FROM effects WHERE lease = ?1 AND state = 'in_flight'",
        ] {
            let mut statement = transaction.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let parameters = vec![""; statement.parameter_count()];
            let lines: Vec<String> = statement
                .query_map(rusqlite::params_from_iter(parameters), |row| row.get(3))?
                .collect::<Result<_, _>>()?;
            plans.push(lines.join("\n"));
        }
        Ok(plans)
    });
    let plans = plans.await.unwrap().join("\n--\n");
    insta::assert_snapshot!(plans, @r"
    SEARCH c USING INDEX cases_by_wake (wake_at<?)
    SEARCH l USING PRIMARY KEY (name=?) LEFT-JOIN
    --
    SEARCH cases USING INDEX cases_by_wake (wake_at>?)
    --
    SEARCH effects USING COVERING INDEX effects_by_reference (step=? AND target=? AND reference=?)
    LIST SUBQUERY 1
    SCAN json_each VIRTUAL TABLE INDEX 1:
    --
    SEARCH effects USING COVERING INDEX effects_in_flight (lease=?)
    ");
}

#[tokio::test]
async fn a_case_that_cannot_be_read_blocks_no_other() {
    for sql in [
        "UPDATE cases SET facts = '{' WHERE id = 'test:1'",
        "UPDATE effects SET step = 'lunch'",
        "UPDATE effects SET state = 'half_done'",
        "UPDATE effects SET state = 'done', reference = NULL",
        "UPDATE effects SET attempts = -1",
        "UPDATE effects SET updated_at = 'soon'",
        "UPDATE decisions SET value = '}'",
    ] {
        let (store, _folder) = on_file().await;
        let (claim, _) = held(&store).await;
        let gave_up = EffectState::GaveUp {
            error: "403".to_owned(),
        };
        store
            .finish(&claim, &page(1), &gave_up, start())
            .await
            .unwrap();
        store
            .decide(&claim, Step::ReviewMeeting, "slot", &Value::Null, start())
            .await
            .unwrap();
        store.release(&claim, Some(start()), start()).await.unwrap();
        store.record(&[full(2)], minute(1)).await.unwrap();
        tamper(&store, sql).await;

        let error = store
            .claim_due("worker", minute(1), LEASE)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, StoreError::Unreadable { detail, .. } if detail.contains("test:1")),
            "{sql}: {error}"
        );
        let (other, _) = claimed(&store, minute(1)).await;
        assert_eq!(other.name, id(2).as_str());
        store.release(&other, None, minute(1)).await.unwrap();
        assert!(
            store
                .claim_due("worker", minute(1), LEASE)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store.cases(9).await.is_err(),
            "{sql}: shown to whoever looks"
        );
        let again = store.claim_due("worker", minute(61), LEASE).await;
        assert!(
            matches!(again, Err(StoreError::Unreadable { .. })),
            "{sql}: heard of again after an hour"
        );
    }
}

#[tokio::test]
async fn a_bad_case_is_left_out_of_a_round() {
    let (store, _folder) = on_file().await;
    store.record(&[full(1), full(2)], start()).await.unwrap();
    for number in [1, 2] {
        let (claim, _) = claimed(&store, start()).await;
        let state = contract::done("same");
        store
            .finish(&claim, &page(number), &state, start())
            .await
            .unwrap();
    }
    tamper(&store, "UPDATE cases SET facts = '{' WHERE id = 'test:1'").await;
    let references = ["same".to_owned()];
    let found = store
        .cases_by_reference(Step::PostmortemPage, "page", &references)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.incident.id, id(2));
}

#[tokio::test]
async fn facts_that_cannot_be_read_are_read_again_from_their_source() {
    let (store, _folder) = on_file().await;
    store.record(&[full(1)], start()).await.unwrap();
    tamper(&store, "UPDATE cases SET facts = '{}'").await;
    assert_eq!(store.record(&[full(1)], minute(1)).await.unwrap(), []);
    assert_eq!(claimed(&store, minute(1)).await.1.incident, full(1));
}

#[tokio::test]
async fn an_error_names_no_person() {
    let (store, _folder) = on_file().await;
    let claim = store
        .claim_round("action_items", "worker", start(), LEASE)
        .await
        .unwrap()
        .unwrap();
    let nag = EffectKey::once(EVERYONE, Step::ActionItems, "mail:ada@example.com");
    store
        .finish(&claim, &nag, &contract::done("m"), start())
        .await
        .unwrap();
    let refused = store.begin(&claim, &[nag], start()).await.unwrap_err();
    tamper(&store, "UPDATE effects SET state = 'half_done'").await;
    let unreadable = store.effects(EVERYONE, 9).await.unwrap_err();
    for error in [refused, unreadable] {
        assert!(!error.to_string().contains("ada"), "{error}");
    }
}
