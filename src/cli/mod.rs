//! The command line: one file a verb, and [`compose`], where the program is put together from its configuration.
//!
//! The names are fixed: other programs rely on them. Exit codes: 0 well; 1 failed; 2 usage or configuration;
//! 3 done, but something needs a human.

pub mod check;
pub mod compose;
pub mod config;
pub mod demo;
pub mod network;
pub mod plan;
pub mod request;
pub mod run;
pub mod sandbox;
pub mod screen;
pub mod show;
pub mod status;

use crate::sandbox::wire::Quotas;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::config::ConfluenceEdition;
use crate::playbook::steps::Step;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Well,
    /// It failed.
    Failed,
    /// It was called or configured wrongly.
    Usage,
    /// It did what it could; something needs a human.
    NeedsHuman,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Well => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Usage => Self::from(2),
            Exit::NeedsHuman => Self::from(3),
        }
    }
}

/// What a company owes itself after an incident: the sheet of affected customers, the postmortem page, the meeting,
/// the mail, and action items followed until they are done.
///
/// Without a verb it shows what it would do now (`debrief plan`), and writes nothing.
#[derive(Debug, Parser)]
#[command(name = "debrief", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What every verb takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// The configuration [default: ./debrief.toml if it is there, else the compiled-in default]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Pretend that it is TIME (RFC 3339), and set the sandbox's clock to it; refused unless every vendor is a sandbox
    #[arg(long, global = true, value_name = "TIME")]
    pub at: Option<Timestamp>,
    /// How log lines on standard error look [default: as `log.format` says]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what would be done now, for whom, and why not yet; never writes anything
    Plan,
    /// Tell the whole story on the embedded sandbox, days passing in seconds; then serve its world as web pages
    Demo {
        /// End after the story instead of serving its world
        #[arg(long)]
        exit: bool,
        /// Where the world and the dashboard are served; loopback only
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Write every exchange to FILE, a JSON object a line
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// Do what is owed: a daemon on its own schedule, or one pass
    Run {
        /// Make one pass and end, for cron and Kubernetes CronJobs
        #[arg(long)]
        once: bool,
    },
    /// Show the cases, their verdicts, when each is looked at next, and what needs a human
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Render an incident's page, mail, invitation and posts without sending anything
    Show {
        /// The incident's id (`pagerduty:Q1ABC2DEF3`) or reference (`#1042`)
        incident: String,
        /// In which form
        #[arg(long, value_name = "FORM", default_value = "text")]
        format: show::Form,
    },
    /// Check configuration, templates, credentials and every destination; say how to mend what fails
    Check {
        /// Only what can be checked without calling a vendor
        #[arg(long)]
        offline: bool,
    },
    /// Try again what was given up or waits for its next try
    Retry {
        /// The incident's id or reference
        incident: String,
        /// Only this step
        #[arg(value_parser = step)]
        step: Option<Step>,
    },
    /// Take a step off an incident's list
    Waive {
        /// The incident's id or reference
        incident: String,
        /// Which step
        #[arg(value_parser = step)]
        step: Step,
        /// Why; kept, and shown wherever the step is
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Run the emulated vendors alone, on loopback
    Sandbox {
        /// Where
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// What its world starts with, as JSON [default: the story of the demo]
        #[arg(long, value_name = "FILE")]
        scenario: Option<PathBuf>,
        /// Write every exchange to FILE, a JSON object a line
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
        /// Write a debrief.toml that points at it, so that `debrief run --once --config FILE` just works
        #[arg(long, value_name = "FILE")]
        config_out: Option<PathBuf>,
        /// Which Confluence that debrief.toml uses; the sandbox has both
        #[arg(
            long,
            value_name = "EDITION",
            default_value = "cloud",
            requires = "config_out"
        )]
        edition: Edition,
        /// How long each answer takes, in milliseconds
        #[arg(long, value_name = "MS", default_value_t = 0)]
        latency_ms: u64,
        /// Let every call through, as no vendor would: for measuring
        #[arg(long)]
        no_quotas: bool,
    },
    /// Print the configuration: the documented default, what holds, or a schema
    Config {
        #[command(flatten)]
        what: config::What,
    },
}

/// One of the two faces of the sandbox's Confluence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Edition {
    /// Confluence Cloud
    Cloud,
    /// Confluence Data Center
    DataCenter,
}

impl From<Edition> for ConfluenceEdition {
    fn from(edition: Edition) -> Self {
        match edition {
            Edition::Cloud => Self::Cloud,
            Edition::DataCenter => Self::DataCenter,
        }
    }
}

fn step(name: &str) -> Result<Step, String> {
    Step::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Step::ALL.into_iter().map(Step::name).collect();
        format!("the steps are {}", names.join(", "))
    })
}

/// Runs the verb that the command line names.
pub async fn main(cli: Cli) -> Exit {
    let Cli { common, verb } = cli;
    let ended = match verb.unwrap_or(Verb::Plan) {
        Verb::Plan => plan::plan(&common).await,
        Verb::Demo {
            exit,
            listen,
            record,
        } => demo::demo(&common, exit, listen, record).await,
        Verb::Run { once: true } => run::once(&common).await,
        Verb::Run { once: false } => run::daemon(&common).await,
        Verb::Status { json } => status::status(&common, json).await,
        Verb::Show { incident, format } => show::show(&common, &incident, format).await,
        Verb::Check { offline } => check::check(&common, offline).await,
        Verb::Retry { incident, step } => request::retry(&common, &incident, step).await,
        Verb::Waive {
            incident,
            step,
            reason,
        } => request::waive(&common, &incident, step, &reason).await,
        Verb::Sandbox {
            listen,
            scenario,
            record,
            config_out,
            edition,
            latency_ms,
            no_quotas,
        } => {
            sandbox::sandbox(
                &common,
                sandbox::Wanted {
                    listen,
                    scenario,
                    record,
                    config_out,
                    edition: edition.into(),
                    latency_ms,
                    quotas: if no_quotas {
                        Quotas::Lifted
                    } else {
                        Quotas::Kept
                    },
                },
            )
            .await
        }
        Verb::Config { what } => config::config(&common, &what),
    };
    match ended {
        Ok(exit) => exit,
        Err(fault) => {
            anstream::eprintln!("{fault}");
            fault.exit()
        }
    }
}

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The configuration is not what it should be; every fault at once.
    #[error("{0}")]
    Configuration(#[from] crate::config::ConfigFaults),
    /// It was called wrongly.
    #[error("{0}")]
    Usage(String),
    /// It did not work.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl Fault {
    fn exit(&self) -> Exit {
        match self {
            Self::Configuration(_) | Self::Usage(_) => Exit::Usage,
            Self::Failed(_) => Exit::Failed,
        }
    }
}

impl From<crate::store::StoreError> for Fault {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}
