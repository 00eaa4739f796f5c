//! `debrief plan`: what would be done now, for whom, and why not yet. It reads, and writes nothing: neither to a vendor
//! nor to the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;

use super::compose;
use super::screen;
use super::{Common, Exit, Fault};
use crate::playbook::case::Case;
use crate::playbook::incident::{Detail, IncidentId};
use crate::playbook::lead;
use crate::playbook::plan::{Reading, forecast, plan as planned};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::worker::Worker;

/// How many cases are shown.
const SHOWN: usize = 200;

/// Shows the plan.
pub async fn plan(common: &Common) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    compose::log(common, &config);
    let clock = compose::clock(common, &config).await?;
    // Without a ledger there is nothing to remember yet, and nothing is made to remember it.
    let store: Arc<dyn Store> = if compose::has_ledger(&config.store.path) {
        compose::store(&config).await?
    } else {
        Arc::new(SqliteStore::in_memory().await?)
    };
    let worker = compose::worker(&config, clock, store).await?;
    show(&worker).await
}

/// Reads the records that the next pass would read first: whom it concerns stands there. Answers what could not be read.
async fn read_records(worker: &Worker, cases: &mut [Case], now: Timestamp) -> Vec<String> {
    let wanted = cases
        .iter_mut()
        .filter(|case| planned(case, &worker.rules, now).reading == Reading::Wanted);
    let read = wanted.map(|case| async move {
        match worker.read(&case.incident).await {
            Ok(incident) => {
                case.incident = incident;
                let otherwise = worker.company.lead.otherwise.as_ref();
                lead::appoint(&mut case.incident, None, otherwise);
                None
            }
            Err(error) => Some(format!("record of {}: {error}", case.incident.id)),
        }
    });
    let failed: Vec<Option<String>> = stream::iter(read)
        .buffered(worker.manner.concurrency)
        .collect()
        .await;
    failed.into_iter().flatten().collect()
}

async fn show(worker: &Worker) -> Result<Exit, Fault> {
    let now = worker.clock.now();
    let zone = worker.company.hours.zone();
    if worker.sources.is_empty() {
        return Err(Fault::Usage(
            "there is nothing to watch: configure [sources.pagerduty] or [sources.files].\n\
             To see everything work without an account: debrief demo"
                .to_owned(),
        ));
    }
    let since = worker.since_if_known().await?;
    let mut failures = Vec::new();
    let mut cases: BTreeMap<IncidentId, Case> = BTreeMap::new();
    for row in worker.store.cases(SHOWN).await? {
        cases.insert(row.case.incident.id.clone(), row.case);
    }
    for (source, pulled) in worker.pull(since).await {
        match pulled {
            Ok(pulled) => {
                failures.extend(
                    pulled
                        .faults
                        .iter()
                        .map(|fault| format!("source {source}: {fault}")),
                );
                for mut incident in pulled.incidents {
                    worker.complete(std::slice::from_mut(&mut incident));
                    incident.detail = Detail::Listed;
                    cases
                        .entry(incident.id.clone())
                        .or_insert_with(|| Case::new(incident, now));
                }
            }
            Err(error) => failures.push(format!("source {source}: {error}")),
        }
    }
    let mut needs_human = false;
    let mut cases: Vec<Case> = cases.into_values().collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.incident.opened_at));
    failures.extend(read_records(worker, &mut cases, now).await);
    for case in &cases {
        needs_human |= planned(case, &worker.rules, now).needs_human();
        let verdicts = forecast(case, &worker.rules, now);
        anstream::println!("{}", screen::case(case, &verdicts, zone, now));
    }
    if cases.is_empty() {
        anstream::println!(
            "No incident resolved since {} is known.\n",
            screen::time(since, zone)
        );
    }
    match worker.overdue_tasks().await? {
        Ok(tasks) => {
            let round = worker.round(tasks).await?;
            let owed = worker.not_yet_sent(round.due).await?;
            for nag in &owed {
                anstream::println!("Would be nagged: {}", screen::nag(nag));
            }
            for (nag, until) in &round.later {
                anstream::println!(
                    "Would be nagged at {}: {}",
                    screen::time(*until, zone),
                    screen::nag(nag)
                );
            }
            needs_human |= !round.unreachable.is_empty();
            for item in &round.unreachable {
                anstream::println!(
                    "Nobody can be told about: {}",
                    screen::short(&item.item.text, 80)
                );
            }
        }
        Err(error) => failures.push(format!("action items: {error}")),
    }
    for failure in &failures {
        anstream::println!("Not read: {}", screen::plain(failure));
    }
    anstream::println!("Nothing was written. `debrief run --once` does what is ready.");
    Ok(if needs_human || !failures.is_empty() {
        Exit::NeedsHuman
    } else {
        Exit::Well
    })
}
