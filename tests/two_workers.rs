//! Two workers on one ledger, each in a thread of its own with a connection of its own: everything is made once. One of
//! them dies in the middle of a pass: the other one finishes what it began.

use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use debrief::cli::compose;
use debrief::clock::Clock;
use debrief::config;
use debrief::playbook::effect::EffectState;
use debrief::sandbox::faults::{Kind, Rule};
use debrief::sandbox::server::Call;
use debrief::worker::Worker;
use debrief::worker::pass::Report;
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::seeds::{incident, one_incident, people, task, world};
use crate::support::{Installation, Setup, World, id_of, minutes};

const INCIDENTS: usize = 20;

/// How one worker's pass goes.
#[derive(Clone, Copy, Debug)]
enum Life {
    /// It ends by itself.
    Whole,
    /// The worker is gone after it was awoken so many times.
    DiesAfter(u32),
}

async fn twenty_incidents() -> Installation {
    let incidents: Vec<Value> = (1..=INCIDENTS)
        .map(|number| incident(&format!("QTWENTY{number:02}"), "Checkout is down", "-PT1H"))
        .collect();
    Installation::start_with(&world(&incidents)).await
}

fn references() -> impl Iterator<Item = String> {
    (1..=INCIDENTS).map(|number| format!("#{}", 1000 + number))
}

/// Both workers pass at the same time. `None` for one that died.
async fn both(installation: &Installation, lives: [Life; 2]) -> [Option<Report>; 2] {
    let start = Arc::new(Barrier::new(2));
    let workers = lives.map(|life| {
        let (config, clock) = (
            installation.config_file(),
            installation.worker().clock.clone(),
        );
        let start = Arc::clone(&start);
        // A pass is not `Send`: each has a runtime of its own, which dies with its worker.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let worker = another_worker(config, clock).await;
                start.wait();
                live(&worker, life).await
            })
        })
    });
    let ended = tokio::task::spawn_blocking(|| workers.map(|worker| worker.join().unwrap()));
    ended.await.unwrap()
}

async fn another_worker(file: PathBuf, clock: Clock) -> Worker {
    let config = config::load(Some(&file), std::iter::empty()).unwrap();
    let store = compose::store(&config).await.unwrap();
    compose::worker(&config, clock, store).await.unwrap()
}

async fn live(worker: &Worker, life: Life) -> Option<Report> {
    let mut pass = pin!(worker.pass());
    let mut left = match life {
        Life::Whole => u32::MAX,
        Life::DiesAfter(wakes) => wakes,
    };
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        pass.as_mut().poll(context).map(Some)
    })
    .await
    .map(|report| report.expect("the ledger works"))
}

fn assert_one_of_everything(world: &World) {
    for reference in references() {
        world.assert_one_of_each(&reference);
    }
    // One to the company and one to whoever leads.
    assert_eq!(world.mails().len(), 2 * INCIDENTS);
}

/// Everything that was begun is over.
async fn assert_settled(installation: &Installation, telling: &str) {
    let rows = installation.worker().store.cases(100).await.unwrap();
    assert_eq!(rows.len(), INCIDENTS, "{telling}");
    for row in rows {
        for effect in row.case.effects.values() {
            assert!(
                matches!(effect.state, EffectState::Done { .. }),
                "{telling}: {effect:?}"
            );
        }
        assert!(
            row.leased_until.is_none(),
            "{telling}: nobody holds {}",
            row.case.incident.id
        );
    }
}

#[tokio::test]
async fn twenty_incidents_are_shared_between_them_and_each_is_worked_on_once() {
    let installation = twenty_incidents().await;
    let reports = both(&installation, [Life::Whole, Life::Whole]).await;
    let reports = reports.map(Option::unwrap);
    for report in &reports {
        assert_eq!(report.all_failures(), Vec::<String>::new());
    }
    let [one, other] = reports.map(|report| {
        let worked = report.worked.iter();
        worked.filter(|worked| !worked.done.is_empty()).count()
    });
    println!("one worker did {one}, the other {other}");
    assert_eq!(one + other, INCIDENTS);
    assert_one_of_everything(&installation.world());
    assert_settled(&installation, "two whole passes").await;
}

#[tokio::test]
async fn a_day_is_nagged_about_once() {
    let installation = twenty_incidents().await;
    installation.good_pass().await;
    let world = installation.world();
    for reference in references() {
        let page = id_of(&world.page(&reference));
        for task in world.tasks(&page) {
            installation.tick(&id_of(&task)).await;
        }
        let item = task(
            &page,
            "Write a runbook",
            Some("jonas@example.com"),
            "2026-03-02",
        );
        installation.seed(&serde_json::json!({"people": people(), "tasks": [item]}));
    }
    installation.at("2026-03-03T09:00:00Z");
    both(&installation, [Life::Whole, Life::Whole]).await;
    let nags = installation.world().nags();
    assert_eq!(nags.len(), 1, "one mail lists all");
}

/// While the first worker waits for the vendor's answer to that call, `meanwhile` happens.
async fn during_a_late_answer<T>(
    installation: &Installation,
    late: Rule,
    meanwhile: impl AsyncFnOnce() -> T,
) -> (Report, T) {
    let path = late.path.clone().unwrap();
    installation.fault(late);
    let meanwhile = async {
        let is_asked = |calls: Vec<Call>| {
            calls
                .iter()
                .any(|call| call.method == "POST" && call.path.ends_with(&path))
        };
        while !is_asked(installation.calls()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        meanwhile().await
    };
    tokio::join!(installation.pass(), meanwhile)
}

fn late(path: &str, millis: u64) -> Rule {
    Rule::new(Kind::Latency { millis })
        .method("POST")
        .path(path)
}

#[tokio::test]
async fn one_that_slept_through_its_lease_writes_nothing_over_the_work_of_the_other() {
    let installation = Installation::start_with(&one_incident()).await;
    let clock = installation.worker().clock.clone();
    let other = another_worker(installation.config_file(), clock).await;
    let (slept, worked) = during_a_late_answer(
        &installation,
        late("/wiki/api/v2/pages", 1_500),
        async || {
            installation.advance(minutes(10));
            other.pass().await.unwrap()
        },
    )
    .await;
    assert_eq!(worked.all_failures(), Vec::<String>::new());
    let failures = slept.all_failures();
    assert!(
        failures
            .iter()
            .any(|failure| failure.contains("lost to another worker")),
        "{failures:?}"
    );
    assert!(slept.worked.is_empty(), "it came to nothing: {slept:?}");
    installation.world().assert_one_of_each("#1001");
    let case = installation.case("QONE").await;
    for effect in case.effects.values() {
        assert!(
            matches!(effect.state, EffectState::Done { .. }),
            "{effect:?}"
        );
    }
    assert!(installation.good_pass().await.is_quiet());
}

#[tokio::test]
async fn one_that_waits_for_a_vendor_keeps_its_claim_alive() {
    let installation = Setup::default()
        .seed(&one_incident())
        .set("schedule.attempts", "1")
        .set("schedule.call_timeout", "8s")
        .set("schedule.lease", "9s")
        .start()
        .await;
    let clock = installation.worker().clock.clone();
    let other = another_worker(installation.config_file(), clock).await;
    let (waited, other) = during_a_late_answer(
        &installation,
        late("/api/chat.postMessage", 5_000),
        async || {
            let store = &installation.worker().store;
            let until = async || store.cases(1).await.unwrap()[0].leased_until;
            let first = until().await.unwrap();
            // Most of the lease is over, and then all of it would be.
            installation.advance(SignedDuration::from_secs(8));
            let renewed = loop {
                match until().await {
                    Some(until) if until == first => {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    renewed => break renewed,
                }
            };
            assert!(renewed > Some(first), "it still holds its claim");
            installation.advance(SignedDuration::from_secs(8));
            assert!(first < installation.now());
            other.pass().await.unwrap()
        },
    )
    .await;
    assert_eq!(waited.all_failures(), Vec::<String>::new());
    assert!(other.is_quiet(), "there was nothing for it to do");
    installation.world().assert_one_of_each("#1001");
}

#[tokio::test]
async fn one_dies_at_any_moment_and_the_other_finishes_after_the_lease() {
    // Any numbers will do; these are spread over a pass, and the same in every run.
    for wakes in [3, 29, 58, 97, 135, 170] {
        let telling = format!("dies after being awoken {wakes} times");
        let installation = twenty_incidents().await;
        let [dead, _] = both(&installation, [Life::DiesAfter(wakes), Life::Whole]).await;
        let died = if dead.is_none() {
            "died"
        } else {
            "was done before"
        };
        // The lease, then the doubt about what was under way.
        for wait in [5, 1, 20, 60] {
            installation.advance(minutes(wait));
            installation.pass().await;
        }
        let world = installation.world();
        let mut doubled = 0;
        for reference in references() {
            let counts = [
                world.folders(&reference).len(),
                world.spreadsheets(&reference).len(),
                world.pages(&reference).len(),
                world.events(&reference).len(),
                world.posts(&reference).len(),
            ];
            assert_eq!(counts, [1; 5], "{telling}: {reference}");
            // A mail that was under way when its worker died may come twice.
            let mails = world.announcements(&reference);
            assert!((1..=2).contains(&mails.len()), "{telling}: {reference}");
            assert!(
                mails
                    .iter()
                    .all(|mail| mail.message_id == mails[0].message_id),
                "{telling}: {reference}"
            );
            doubled += usize::from(mails.len() > 1);
        }
        println!("one {telling}, it {died}; mails doubled: {doubled}");
        assert_settled(&installation, &telling).await;
        assert!(installation.good_pass().await.is_quiet(), "{telling}");
    }
}
