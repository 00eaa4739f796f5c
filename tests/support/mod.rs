//! A whole installation: the sandbox, a configuration file that points at it, a ledger in a folder of its own, and the
//! shipped worker, all of them on one clock that stands until a test moves it.

mod binary;
mod calendar;
mod http;
pub mod recorded;
mod recording;
pub mod seeds;
pub mod wiki;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use debrief::cli::compose;
use debrief::cli::sandbox::write_config;
use debrief::clock::Clock;
use debrief::config::{self, ConfluenceEdition};
use debrief::playbook::case::Case;
use debrief::playbook::incident::IncidentId;
use debrief::sandbox::faults::Rule;
use debrief::sandbox::scenario;
use debrief::sandbox::seed::Seed;
use debrief::sandbox::server::{Call, Options, Sandbox};
use debrief::worker::Worker;
use debrief::worker::pass::Report;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

pub use binary::{Ended, debrief_in};
pub use world::{Mail, World, id_of};

/// A Monday, 10:00 in Berlin, where the sandbox's team is.
pub const MONDAY: &str = "2026-03-02T09:00:00Z";

/// How long before the beginning incidents are adopted from.
const SINCE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An instant in RFC 3339.
pub fn time(text: &str) -> Timestamp {
    text.parse().expect("an RFC 3339 time")
}

/// So many minutes.
pub fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// So many hours.
pub fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// How an installation begins.
pub struct Setup {
    at: Timestamp,
    since: Option<Timestamp>,
    seed: Option<Seed>,
    overrides: Vec<(String, String)>,
    without: Vec<String>,
    edition: ConfluenceEdition,
    record: Option<PathBuf>,
}

impl Default for Setup {
    /// A Monday morning and the default scenario.
    fn default() -> Self {
        Self {
            at: time(MONDAY),
            since: None,
            seed: None,
            overrides: Vec::new(),
            without: Vec::new(),
            edition: ConfluenceEdition::Cloud,
            record: recording::file(),
        }
    }
}

impl Setup {
    /// It begins then.
    pub fn at(self, at: &str) -> Self {
        Self {
            at: time(at),
            ..self
        }
    }

    /// Incidents are adopted from then on, instead of from a week before the beginning.
    pub fn since(self, since: Timestamp) -> Self {
        Self {
            since: Some(since),
            ..self
        }
    }

    /// The world holds that instead of the default scenario; times in it may be relative to the beginning.
    pub fn seed(self, seed: &Value) -> Self {
        let seed = scenario::read(&seed.to_string(), self.at).expect("the seed can be read");
        Self {
            seed: Some(seed),
            ..self
        }
    }

    /// The wiki is Confluence Data Center.
    pub fn on_data_center(self) -> Self {
        Self {
            edition: ConfluenceEdition::DataCenter,
            ..self
        }
    }

    /// Everything that is said to the vendors is written to that file, a JSON object a line.
    pub fn record(self, file: &Path) -> Self {
        Self {
            record: Some(file.to_owned()),
            ..self
        }
    }

    /// A key of the configuration, set as the environment sets it: `schedule.attempts` to `1`.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        let variable = format!("DEBRIEF__{}", key.replace('.', "__").to_uppercase());
        self.overrides.push((variable, value.to_owned()));
        self
    }

    /// The configuration does not have that section, such as `google`.
    pub fn without(mut self, section: &str) -> Self {
        self.without.push(section.to_owned());
        self
    }

    /// Starts it. The worker has not looked in yet.
    pub async fn start(self) -> Installation {
        let Self {
            at,
            since,
            seed,
            overrides,
            without,
            edition,
            record,
        } = self;
        let clock = Clock::standing_at(at);
        let sandbox = Sandbox::start(Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: clock.clone(),
            latency: Duration::ZERO,
            record,
        })
        .await
        .expect("a free port on loopback");
        let seed =
            seed.unwrap_or_else(|| scenario::default_seed(at).expect("the default scenario"));
        sandbox.seed(&seed).expect("a seed that every vendor takes");
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("debrief.toml");
        let since = since.unwrap_or(at - SINCE);
        write_config(&sandbox, edition, &seed, &file, since)
            .expect("a configuration for the sandbox");
        if !without.is_empty() {
            remove_sections(&file, &without);
        }
        let worker = Some(compose_worker(&file, &overrides, &clock).await);
        Installation {
            sandbox,
            clock,
            folder,
            overrides,
            worker,
        }
    }
}

fn remove_sections(file: &Path, sections: &[String]) {
    let text = std::fs::read_to_string(file).expect("the configuration");
    let mut table: toml::Table = text.parse().expect("TOML");
    for section in sections {
        table.remove(section).expect("a section that is there");
    }
    std::fs::write(file, table.to_string()).expect("the configuration can be written");
}

async fn compose_worker(file: &Path, overrides: &[(String, String)], clock: &Clock) -> Worker {
    let config = config::load(Some(file), overrides.iter().cloned()).expect("a good configuration");
    let store = compose::store(&config).await.expect("a ledger");
    compose::worker(&config, clock.clone(), store)
        .await
        .expect("a worker")
}

/// A running installation.
pub struct Installation {
    /// The vendors.
    pub sandbox: Sandbox,
    clock: Clock,
    folder: TempDir,
    overrides: Vec<(String, String)>,
    worker: Option<Worker>,
}

impl Installation {
    /// With the default scenario, on a Monday morning.
    pub async fn start() -> Self {
        Setup::default().start().await
    }

    /// With another world, on a Monday morning.
    pub async fn start_with(seed: &Value) -> Self {
        Setup::default().seed(seed).start().await
    }

    /// The worker.
    pub fn worker(&self) -> &Worker {
        self.worker.as_ref().expect("the worker runs")
    }

    /// The worker looks in once.
    pub async fn pass(&self) -> Report {
        self.worker().pass().await.expect("the ledger works")
    }

    /// The worker looks in once, and nothing goes wrong.
    pub async fn good_pass(&self) -> Report {
        let report = self.pass().await;
        assert_eq!(report.all_failures(), Vec::<String>::new());
        report
    }

    /// The worker looks in every so often until that much time is over.
    pub async fn live_through(&self, length: SignedDuration, every: SignedDuration) {
        let end = self.now() + length;
        while self.now() < end {
            self.advance(every);
            self.pass().await;
        }
    }

    /// A new process: nothing is left but the files.
    pub async fn restart(&mut self) {
        self.worker = None;
        self.worker = Some(compose_worker(&self.config_file(), &self.overrides, &self.clock).await);
    }

    /// The disk with the ledger is lost, and a new process starts with an empty one.
    pub async fn lose_database(&mut self) {
        self.worker = None;
        for end in ["", "-wal", "-shm"] {
            let file = self
                .ledger()
                .with_file_name(format!("debrief-ledger.sqlite{end}"));
            if file.exists() {
                std::fs::remove_file(&file).expect("the ledger can be removed");
            }
        }
        self.restart().await;
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// It is that time now, for the worker and for the vendors.
    pub fn at(&self, at: &str) {
        self.clock.set(time(at));
    }

    /// So much time passes.
    pub fn advance(&self, length: SignedDuration) {
        self.clock.set(self.now() + length);
    }

    /// More happens in the world; times in it may be relative to now.
    pub fn seed(&self, seed: &Value) {
        let seed = scenario::read(&seed.to_string(), self.now()).expect("the seed can be read");
        self.sandbox.seed(&seed).expect("every vendor takes it");
    }

    /// Something goes wrong from now on.
    pub fn fault(&self, rule: Rule) {
        self.sandbox.add_faults(vec![rule]);
    }

    /// Everything the vendors hold.
    pub fn world(&self) -> World {
        World(self.sandbox.world())
    }

    /// The calls since the beginning, or since they were last forgotten.
    pub fn calls(&self) -> Vec<Call> {
        self.sandbox.calls()
    }

    /// The calls that change something.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(is_write).collect()
    }

    /// How many calls a vendor got. Fetching an access token, once an hour, is no call for an incident.
    pub fn calls_to(&self, vendor: &str) -> usize {
        self.calls()
            .iter()
            .filter(|call| call.vendor == vendor && call.path != "/token")
            .count()
    }

    /// The case of a PagerDuty incident.
    pub async fn case(&self, key: &str) -> Case {
        let id = IncidentId::new("pagerduty", key);
        let row = self
            .worker()
            .store
            .case(&id)
            .await
            .expect("the ledger works");
        row.unwrap_or_else(|| panic!("there is no case {id}")).case
    }

    /// Where the configuration is.
    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("debrief.toml")
    }

    /// Where the ledger is, once it is.
    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("debrief-ledger.sqlite")
    }

    /// The folder that incident files are read from.
    pub fn incident_files(&self) -> PathBuf {
        self.folder.path().join("debrief-incidents")
    }

    /// The folder that alert payloads are read from.
    pub fn alert_files(&self) -> PathBuf {
        self.folder.path().join("debrief-alerts")
    }

    /// The folder of affected customers.
    pub fn customer_files(&self) -> PathBuf {
        self.folder.path().join("debrief-customers")
    }

    /// Runs the shipped binary on this installation, at its time, with the worker of this process gone.
    pub async fn debrief(&mut self, arguments: &[&str]) -> Ended {
        self.worker = None;
        let (config, now) = (self.config_file(), self.now().to_string());
        let config = config.to_string_lossy().into_owned();
        let common = ["--config", &config, "--at", &now];
        let arguments: Vec<&str> = arguments.iter().chain(&common).copied().collect();
        debrief_in(self.folder.path(), &arguments, &self.overrides).await
    }
}

/// Some questions are asked by POST and change nothing.
fn is_write(call: &Call) -> bool {
    const QUESTIONS: [&str; 3] = ["/token", "/calendar/v3/freeBusy", "/api/auth.test"];
    call.method != "GET" && !QUESTIONS.contains(&call.path.as_str())
}
