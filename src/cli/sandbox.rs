//! `debrief sandbox`: the emulated vendors alone, and the configuration that points at them.

use crate::sandbox::wire::Quotas;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::run::stop_on_signal;
use super::{Common, Exit, Fault};
use crate::clock::Clock;
use crate::config::{ConfluenceEdition, SandboxPerson, SandboxPlaces, sandbox_config};
use crate::sandbox::confluence;
use crate::sandbox::google::service_account;
use crate::sandbox::scenario;
use crate::sandbox::seed::{Seed, Standing};
use crate::sandbox::server::{Options, Sandbox};

/// How long before the sandbox's start incidents are adopted from: its story is younger, but for one.
const SINCE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What the world starts with.
    pub scenario: Option<PathBuf>,
    /// Where exchanges are recorded.
    pub record: Option<PathBuf>,
    /// Where a configuration that points here is written.
    pub config_out: Option<PathBuf>,
    /// Which Confluence that configuration uses.
    pub edition: ConfluenceEdition,
    /// How late every answer is.
    pub latency_ms: u64,
    /// Whether the vendors' quotas bind.
    pub quotas: Quotas,
}

/// Runs the sandbox until it is told to stop.
pub async fn sandbox(common: &Common, wanted: Wanted) -> Result<Exit, Fault> {
    let clock = common.at.map_or_else(Clock::wall, Clock::standing_at);
    let now = clock.now();
    let seed = match &wanted.scenario {
        Some(file) => scenario_file(file, now)?,
        None => scenario::default_seed(now).map_err(anyhow::Error::msg)?,
    };
    let options = Options {
        listen: wanted.listen,
        clock,
        latency: Duration::from_millis(wanted.latency_ms),
        record: wanted.record.clone(),
    };
    let sandbox = Sandbox::start(options)
        .await
        .map_err(|error| Fault::Usage(error.to_string()))?;
    sandbox.set_quotas(wanted.quotas);
    sandbox
        .seed(&seed)
        .map_err(|fault| Fault::Usage(format!("the scenario: {fault}")))?;
    if let Some(file) = &wanted.config_out {
        write_config(&sandbox, wanted.edition, &seed, file, now - SINCE)?;
    }
    let mut out = std::io::stdout();
    writeln!(out, "{}", sandbox.ready_line())
        .and_then(|()| out.flush())
        .map_err(anyhow::Error::from)?;
    let stop = CancellationToken::new();
    stop_on_signal(stop).await;
    sandbox.stop().await;
    Ok(Exit::Well)
}

fn scenario_file(file: &Path, now: Timestamp) -> Result<Seed, Fault> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Fault::Usage(format!("--scenario {}: {error}", file.display())))?;
    scenario::read(&text, now)
        .map_err(|fault| Fault::Usage(format!("--scenario {}: {fault}", file.display())))
}

/// Writes a configuration that points at the sandbox, at that face of its Confluence, and beside it what the configuration
/// names: the service account's key, the customers' lists and folders for incident files and alerts.
pub fn write_config(
    sandbox: &Sandbox,
    edition: ConfluenceEdition,
    seed: &Seed,
    file: &Path,
    since: Timestamp,
) -> Result<(), Fault> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let folder = folder
        .canonicalize()
        .with_context(|| format!("{} cannot be found", folder.display()))?;
    let stem = file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let place = |name: &str| folder.join(format!("{stem}-{name}"));
    let (customers, incidents, alerts) = (place("customers"), place("incidents"), place("alerts"));
    for folder in [&customers, &incidents, &alerts] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    for incident in &seed.incidents {
        if let Some(id) = &incident.id
            && let Some(csv) = scenario::customers_csv(id)
        {
            write(&customers.join(format!("{id}.csv")), csv.as_bytes())?;
        }
    }
    let key_file = place("service-account.json");
    write(
        &key_file,
        service_account(&sandbox.base_url()).to_string().as_bytes(),
    )?;
    let people = seed
        .people
        .iter()
        // Whom a vendor does not show nobody has written down either.
        .filter(|person| person.standing == Standing::Member && person.hidden_from.is_empty())
        .map(|person| SandboxPerson {
            name: person.name.clone(),
            email: person.email.clone(),
            atlassian: match edition {
                ConfluenceEdition::Cloud => person.atlassian_id(),
                ConfluenceEdition::DataCenter => person.user_key(),
            },
            slack: person.slack_id(),
            time_zone: person.time_zone.clone(),
        })
        .collect();
    let text = sandbox_config(&SandboxPlaces {
        edition,
        confluence_token: match edition {
            ConfluenceEdition::Cloud => confluence::TOKEN,
            ConfluenceEdition::DataCenter => confluence::PERSONAL_ACCESS_TOKEN,
        },
        base_url: sandbox.base_url().parse().map_err(anyhow::Error::from)?,
        smtp: sandbox.smtp_address(),
        service_account_file: &key_file,
        customers: &customers,
        incidents: &incidents,
        alerts: &alerts,
        store: &place("ledger.sqlite"),
        since,
        people,
    });
    write(file, text.as_bytes())
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Fault> {
    std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(())
}
