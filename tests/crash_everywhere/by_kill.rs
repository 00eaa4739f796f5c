//! The shipped binary is killed at every call it makes, before and after the call's effect; its ledger survives it, or is
//! lost with it.

use std::process::Stdio;
use std::time::Duration;

use debrief::sandbox::faults::{Kind, Rule, When};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::process::Command;

use super::story::{self, A_COPY_OF_THE_MAIL, Allowed, Day, INCIDENT, ONCE, REFERENCE, Said};
use crate::support::seeds::{incident, world};
use crate::support::{Installation, hours, minutes};

/// How many processes are killed side by side.
const SIDE_BY_SIDE: usize = 4;

/// Longer than any test: the vendor does not answer before the process is dead.
const NEVER: u64 = 3600;

/// When the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The vendor has read the request and done nothing yet.
    BeforeTheEffect,
    /// The vendor has done it and not answered yet.
    AfterTheEffect,
}

impl Moment {
    fn silence(self) -> Kind {
        match self {
            Self::BeforeTheEffect => Kind::Hang { seconds: NEVER },
            Self::AfterTheEffect => Kind::Latency {
                millis: NEVER * 1000,
            },
        }
    }
}

/// What becomes of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ledger {
    Survives,
    IsLost,
}

struct Told {
    struck: bool,
    said: Said,
    nags: usize,
}

#[tokio::test]
async fn killed_at_any_call_the_next_process_makes_all_once() {
    tell_all(Ledger::Survives).await;
}

#[tokio::test]
async fn a_ledger_lost_when_all_was_done_changes_nothing_in_the_world() {
    let mut installation = story::told_until(Day::Tuesday).await;
    // The day after the reminder: which reminders of a day went out is known to the ledger alone.
    installation.good_pass().await;
    installation.advance(hours(10));
    let before = what_people_see(&installation);
    installation.lose_database().await;
    installation.good_pass().await;
    assert_eq!(what_people_see(&installation), before);
    story::assert_aftermath(&installation, &ONCE).await;
    story::assert_quiet(&installation).await;
}

#[tokio::test]
async fn a_ledger_lost_does_not_write_twelve_thousand_rows_again() {
    let mut installation = Installation::start().await;
    installation.good_pass().await;
    installation.lose_database().await;
    installation.sandbox.clear_calls();
    installation.good_pass().await;
    let rows = installation.writes().into_iter();
    let rows: Vec<_> = rows
        .filter(|call| call.path.contains("/spreadsheets/"))
        .collect();
    assert_eq!(rows, [], "people may have worked on them since");
    for reference in ["#1001", "#1002", "#1003"] {
        installation.world().assert_one_of_each(reference);
    }
}

#[tokio::test]
async fn an_incident_that_is_reopened_while_the_ledger_is_lost_gets_nothing_twice() {
    let mut installation = story::told_until(Day::Monday).await;
    installation.good_pass().await;
    installation.seed(&json!({
        "incidents": [{"id": INCIDENT, "title": "Checkout is down", "status": "acknowledged", "created_at": "-PT19M"}],
    }));
    installation.lose_database().await;
    installation.good_pass().await;
    // Its second resolution is younger than the ledger.
    let mut resolved = incident(INCIDENT, "Checkout is down", "+PT5M");
    resolved["created_at"] = json!("-PT19M");
    installation.seed(&world(&[resolved]));
    installation.advance(minutes(30));
    installation.good_pass().await;
    installation.world().assert_one_of_each(REFERENCE);
}

/// The world without the calls that were made to it.
fn what_people_see(installation: &Installation) -> Value {
    let Value::Object(mut world) = installation.world().0 else {
        panic!("an object");
    };
    world.remove("calls");
    // Written again with the same value, which makes another version of it.
    if let Some(properties) = world["confluence"]["properties"].as_array_mut() {
        for property in properties {
            property.as_object_mut().unwrap().remove("version");
        }
    }
    Value::Object(world)
}

#[tokio::test]
async fn killed_at_any_call_and_its_ledger_lost_nothing_is_made_twice() {
    tell_all(Ledger::IsLost).await;
}

async fn tell_all(ledger: Ledger) {
    let calls = story::calls_of_the_story().await;
    let moments = [Moment::BeforeTheEffect, Moment::AfterTheEffect];
    let all = calls
        .each()
        .flat_map(|call| moments.map(|moment| (call, moment)));
    let told: Vec<Told> = stream::iter(all)
        .map(|((day, nth), moment)| {
            let name = format!("{day:?}, killed at call {nth} {moment:?}, ledger {ledger:?}");
            story::named(name, tell(day, nth, moment, ledger))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .collect()
        .await;
    let count = |is: fn(&Told) -> bool| told.iter().filter(|told| is(told)).count();
    println!(
        "ledger {ledger:?}: {} stories; killed {}; mails doubled {}, unsent {}, posts doubled {}, reminders doubled {}",
        told.len(),
        count(|told| told.struck),
        count(|told| told.said.announcements > 1),
        count(|told| told.said.announcements == 0),
        count(|told| told.said.posts > 1),
        count(|told| told.nags > 1),
    );
    assert!(
        count(|told| told.struck) * 10 >= told.len() * 9,
        "processes that end by themselves prove nothing"
    );
}

async fn tell(day: Day, nth: u32, moment: Moment, ledger: Ledger) -> Told {
    let mut installation = story::told_until(day).await;
    let struck = kill_at(&installation, nth, moment).await;
    // The lease of the dead has run out.
    installation.advance(minutes(5));
    match ledger {
        Ledger::Survives => {
            installation.debrief(&["run", "--once"]).await.with_code(0);
            installation.restart().await;
        }
        Ledger::IsLost => installation.lose_database().await,
    }
    let (said, nags) = match day {
        Day::Monday => {
            story::live_on(&installation).await;
            let allowed = match ledger {
                Ledger::Survives => A_COPY_OF_THE_MAIL,
                // The page is told of a mail before it is sent, and SMTP cannot be asked: not sent counts as sent.
                Ledger::IsLost => Allowed {
                    announcements: 0..=1,
                    posts: 1..=1,
                },
            };
            (story::assert_aftermath(&installation, &allowed).await, 0)
        }
        Day::Noon => {
            story::live_on_until_evening(&installation).await;
            let is_advised = story::is_advised(&installation);
            // With the ledger lost after the meeting's start, the next look at the page is days away.
            assert!(is_advised || ledger == Ledger::IsLost);
            (story::assert_aftermath(&installation, &ONCE).await, 0)
        }
        Day::Tuesday => {
            story::live_on_until_evening(&installation).await;
            let reviews = match ledger {
                Ledger::Survives => 1..=2,
                // A page that is found again is reviewed some business days later.
                Ledger::IsLost => 0..=1,
            };
            story::assert_reviewed(&installation, &reviews);
            story::assert_nags_are_settled(&installation).await;
            let nags = story::assert_nagged(&installation, &(1..=2));
            (story::assert_aftermath(&installation, &ONCE).await, nags)
        }
    };
    Told { struck, said, nags }
}

/// Runs the binary and kills it when the vendors have seen its call of that number. Answers whether it came that far.
async fn kill_at(installation: &Installation, nth: u32, moment: Moment) -> bool {
    installation.fault(Rule::new(moment.silence()).when(When::Nth(nth)));
    let config = installation.config_file();
    let mut process = Command::new(env!("CARGO_BIN_EXE_debrief"))
        .args(["run", "--once", "--config"])
        .arg(&config)
        .args(["--at", &installation.now().to_string()])
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let killed = loop {
        if story::calls(installation) >= nth {
            // SIGKILL: nothing is tidied up.
            process.start_kill().unwrap();
            break true;
        }
        match tokio::time::timeout(Duration::from_millis(2), process.wait()).await {
            Ok(ended) => {
                ended.unwrap();
                break false;
            }
            Err(_) => continue,
        }
    };
    process.wait().await.unwrap();
    installation.sandbox.clear_faults();
    killed
}
