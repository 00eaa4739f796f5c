//! `debrief run`: the worker.

use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::compose;
use super::screen;
use super::{Common, Exit, Fault};
use crate::config::Config;
use crate::worker::Worker;
use crate::worker::pass::Report;

/// One pass.
pub async fn once(common: &Common) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    compose::log(common, &config);
    let clock = compose::clock(common, &config).await?;
    let store = compose::store(&config).await?;
    let worker = compose::worker(&config, clock, store).await?;
    let report = worker.pass().await?;
    tell(&report);
    Ok(exit(&report))
}

/// How a pass ends a process.
pub fn exit(report: &Report) -> Exit {
    if report.needs_human() {
        Exit::NeedsHuman
    } else {
        Exit::Well
    }
}

/// Says on standard output what a pass did.
fn tell(report: &Report) {
    for worked in &report.worked {
        for act in &worked.done {
            anstream::println!(
                "{}  {}",
                screen::plain(&worked.case.incident.reference),
                act.what()
            );
        }
    }
    for nag in &report.followed.sent {
        anstream::println!(
            "nag  {} overdue for {}",
            nag.items.len(),
            screen::plain(&nag.to.name)
        );
    }
    for failure in report.all_failures() {
        anstream::println!("not done: {}", screen::plain(&failure));
    }
    if report.is_quiet() {
        anstream::println!("Nothing was due.");
    }
}

/// Passes on the configured schedule until the process is told to stop; a pass that is under way ends first.
pub async fn daemon(common: &Common) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    compose::log(common, &config);
    let clock = compose::clock(common, &config).await?;
    let store = compose::store(&config).await?;
    let worker = compose::worker(&config, clock, store).await?;
    let stop = CancellationToken::new();
    let signal = tokio::spawn(stop_on_signal(stop.clone()));
    let dashboard = match config.dashboard.listen {
        Some(address) => Some(serve_dashboard(&config, &worker, address, stop.clone()).await?),
        None => None,
    };
    while !stop.is_cancelled() {
        match worker.pass().await {
            Ok(report) => info!(
                worked = report.worked.len(),
                nags = report.followed.sent.len(),
                failures = report.all_failures().len(),
                "pass"
            ),
            // The ledger may be back at the next pass; without it nothing is done.
            Err(error) => error!(%error, "the pass was broken off"),
        }
        let now = worker.clock.now();
        let wait = next_pass(&config, &worker, now)
            .await
            .map_or(Duration::from_secs(60), |at| {
                Duration::try_from(at.duration_since(now)).unwrap_or_default()
            });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }
    signal.abort();
    if let Some(dashboard) = dashboard {
        drop(dashboard.await);
    }
    info!("stopped");
    Ok(Exit::Well)
}

/// When the next pass is: as scheduled, or when a case is due, whichever is sooner.
async fn next_pass(config: &Config, worker: &Worker, now: Timestamp) -> Option<Timestamp> {
    let scheduled = config.schedule.pass.next_after(now, &config.time_zone);
    let due = worker
        .store
        .next_due()
        .await
        .ok()
        .flatten()
        .map(|due| due.max(now));
    match (scheduled, due) {
        (Some(scheduled), Some(due)) => Some(scheduled.min(due)),
        (scheduled, due) => scheduled.or(due),
    }
}

/// Cancels on Ctrl-C or SIGTERM.
pub async fn stop_on_signal(stop: CancellationToken) {
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => {
                error!(%error, "SIGTERM cannot be heard; only Ctrl-C stops the worker");
                drop(tokio::signal::ctrl_c().await);
                stop.cancel();
                return;
            }
        };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
}

async fn serve_dashboard(
    config: &Config,
    worker: &Worker,
    address: std::net::SocketAddr,
    stop: CancellationToken,
) -> Result<tokio::task::JoinHandle<()>, Fault> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Fault::Usage(format!(
            "dashboard.listen: {address} cannot be listened on: {error}"
        ))
    })?;
    let router = dashboard(config, worker);
    Ok(tokio::spawn(async move {
        if let Err(error) = crate::web::serve(listener, router, stop.cancelled_owned()).await {
            error!(%error, "the dashboard ended");
        }
    }))
}

/// The dashboard over the worker's ledger.
pub fn dashboard(config: &Config, worker: &Worker) -> axum::Router {
    let rules = worker.rules.clone();
    let clock = worker.clock.clone();
    let verdicts = move |case: &crate::playbook::case::Case, now: Timestamp| {
        crate::playbook::plan::plan(case, &rules, now).verdicts
    };
    crate::web::router(crate::web::Dashboard {
        store: worker.store.clone(),
        verdicts: std::sync::Arc::new(verdicts),
        now: std::sync::Arc::new(move || clock.now()),
        zone: config.time_zone.clone(),
    })
}
