//! `debrief check`: configuration, templates, credentials and destinations, each fault with its remedy.

use std::fmt::Display;

use super::compose;
use super::screen;
use super::{Common, Exit, Fault};
use crate::channels::ChannelCheck;
use crate::config::{Config, Reach};
use crate::vendors::confluence::Edition;
use crate::vendors::http::{CallError, Failure};
use crate::worker::Worker;
use crate::worker::people::{UNPLACED, Unplaced};

/// What one check found.
enum Finding {
    Good(String),
    Warning(String),
    Bad(String),
    LeftOut(String),
}

/// Checks everything; offline, only what needs no call.
pub async fn check(common: &Common, offline: bool) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    let mut findings = vec![Finding::Good(
        "configuration: every key is understood".to_owned(),
    )];
    match compose::templates(&config) {
        Ok(templates) => match templates.rehearse() {
            faults if faults.is_empty() => {
                findings.push(Finding::Good("templates: all of them render".to_owned()))
            }
            faults => findings.extend(
                faults
                    .into_iter()
                    .map(|fault| Finding::Bad(format!("templates: {fault}"))),
            ),
        },
        Err(fault) => findings.push(Finding::Bad(format!("templates: {fault}"))),
    }
    findings.extend(warnings(&config));
    if offline {
        findings.push(Finding::LeftOut(
            "vendors: not called, since --offline was given".to_owned(),
        ));
    } else {
        let clock = compose::clock(common, &config).await?;
        let store = std::sync::Arc::new(crate::store::sqlite::SqliteStore::in_memory().await?);
        let worker = compose::worker(&config, clock, store).await?;
        let (sources, confluence, google, email, chat) = futures_util::join!(
            sources(&worker),
            confluence(&worker),
            google(&worker),
            channel("mail", worker.means.email.as_deref()),
            channel("slack", worker.means.chat.as_deref()),
        );
        findings.extend(unplaced(&config).await?);
        findings.extend(
            sources
                .into_iter()
                .chain(confluence)
                .chain(google)
                .chain(email)
                .chain(chat),
        );
    }
    let mut bad = false;
    for finding in &findings {
        match finding {
            Finding::Good(text) => anstream::println!("ok       {text}"),
            Finding::Warning(text) => anstream::println!("warning  {text}"),
            Finding::LeftOut(text) => anstream::println!("left out {text}"),
            Finding::Bad(text) => {
                bad = true;
                anstream::println!("FAULT    {text}");
            }
        }
    }
    Ok(if bad { Exit::Failed } else { Exit::Well })
}

fn warnings(config: &Config) -> Vec<Finding> {
    if config.sandbox {
        return Vec::new();
    }
    let on_loopback = config
        .destinations()
        .into_iter()
        .filter(|destination| destination.reach == Reach::Loopback);
    on_loopback
        .map(|destination| {
            Finding::Warning(format!(
                "{}: it is on this machine, yet `sandbox` is false; an emulator would be told what is meant for people",
                destination.key
            ))
        })
        .collect()
}

async fn sources(worker: &Worker) -> Vec<Finding> {
    let now = worker.clock.now();
    let mut findings: Vec<Finding> = worker
        .pull(now)
        .await
        .into_iter()
        .map(|(source, pulled)| match pulled {
            Ok(pulled) if pulled.faults.is_empty() => {
                Finding::Good(format!("source {source}: it answers"))
            }
            Ok(pulled) => {
                let faults: Vec<String> = pulled.faults.iter().map(ToString::to_string).collect();
                Finding::Bad(format!("source {source}: {}", faults.join("; ")))
            }
            Err(error) => Finding::Bad(format!("source {source}: {error}")),
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::Bad(
            "sources: none is configured; add one of the [sources.…] sections, such as [sources.pagerduty] or [sources.files]".to_owned(),
        ));
    }
    findings
}

/// Whoever took part in an incident so far and could not be placed.
async fn unplaced(config: &Config) -> Result<Vec<Finding>, Fault> {
    if !compose::has_ledger(&config.store.path) {
        return Ok(Vec::new());
    }
    let unplaced: Unplaced = compose::store(config)
        .await?
        .memo(UNPLACED)
        .await?
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default();
    Ok(unplaced
        .iter()
        .map(|(name, missing)| {
            Finding::Warning(format!("people: {}", screen::unplaced(name, missing)))
        })
        .collect())
}

async fn confluence(worker: &Worker) -> Vec<Finding> {
    let Some(confluence) = &worker.means.confluence else {
        return vec![Finding::LeftOut(
            "confluence: not configured; no page is made".to_owned(),
        )];
    };
    let credential = match confluence.client.edition() {
        Edition::Cloud => {
            "an API token of the account in `confluence.email`, made at id.atlassian.com; tokens live at most a year"
        }
        Edition::DataCenter => {
            "a personal access token in `confluence.token`, made in the profile of the account that writes the pages; it may have run out"
        }
    };
    let space = match confluence.client.space(&confluence.space).await {
        Ok(Some(_)) => Finding::Good(format!("confluence: space {} is there", confluence.space)),
        Ok(None) => Finding::Bad(format!(
            "confluence: there is no space {}, or the account may not see it: check `confluence.space`, and give the account the space's permissions to view and add pages",
            confluence.space
        )),
        Err(error) => Finding::Bad(remedy("confluence", &error, credential)),
    };
    let Some(parent) = &confluence.parent_page else {
        return vec![space];
    };
    let parent = match confluence.client.page(parent).await {
        Ok(Some(_)) => Finding::Good(format!("confluence: parent page {parent} is there")),
        Ok(None) => Finding::Bad(format!(
            "confluence: there is no page {parent}: check `confluence.parent_page`; the id is the number in the page's address"
        )),
        Err(error) => Finding::Bad(remedy(
            "confluence",
            &error,
            "the same account as for the space",
        )),
    };
    vec![space, parent]
}

async fn google(worker: &Worker) -> Vec<Finding> {
    let Some(google) = &worker.means.google else {
        return vec![Finding::LeftOut(
            "google: not configured; there is no sheet and no meeting".to_owned(),
        )];
    };
    let credentials = "a service account's key in `google.service_account_file` with the scopes granted to `google.subject`, or a user's refresh token";
    let id = &google.parent_folder;
    let folder = match google.drive.file(id).await {
        Ok(Some(_)) => Finding::Good(format!("google: folder {id} is there")),
        Ok(None) => Finding::Bad(format!(
            "google: there is no folder {id}: check `google.parent_folder`, and share it with the account that Debrief acts as"
        )),
        Err(error) => Finding::Bad(remedy("google drive", &error, credentials)),
    };
    let mut findings = vec![folder];
    if let Some(calendar) = &worker.means.calendar {
        let name = calendar.name();
        findings.push(match calendar.check(worker.clock.now()).await {
            Ok(seen) => Finding::Good(format!("{name}: {seen}")),
            Err(fault) => Finding::Bad(format!("{name} calendar: {fault}")),
        });
    }
    findings
}

async fn channel(name: &str, channel: Option<&dyn crate::channels::Channel>) -> Vec<Finding> {
    let Some(channel) = channel else {
        return vec![Finding::LeftOut(format!(
            "{name}: not configured; nothing goes out by it"
        ))];
    };
    vec![match channel.check().await {
        ChannelCheck::Answers => {
            Finding::Good(format!("{name}: it answers and takes the credentials"))
        }
        ChannelCheck::Faulty(fault) => Finding::Bad(format!("{name}: {fault}")),
    }]
}

/// A failed call, with what to do about it.
fn remedy(vendor: &str, error: &CallError, credentials: &str) -> String {
    let advice: &dyn Display = match &error.failure {
        Failure::Unauthorized(_) => &format!("the credentials are refused; needed: {credentials}"),
        Failure::Forbidden { .. } => {
            &format!("the credentials are good but may not do this; needed: {credentials}")
        }
        Failure::NotReached(_) => {
            &"nothing answers there: check the address, the network and the proxy"
        }
        Failure::Throttled { .. } => &"too many calls at the moment: try again later",
        Failure::Unavailable { .. } | Failure::OutcomeUnknown(_) => {
            &"the vendor has trouble: try again later"
        }
        Failure::NotFound(_)
        | Failure::Conflict(_)
        | Failure::Refused { .. }
        | Failure::Unreadable(_) => &"check that the address is the vendor's API",
    };
    format!("{vendor}: {error}; {advice}")
}
