//! `debrief config`: the documented default, what holds, and schemas.

use clap::{Args, ValueEnum};

use super::compose;
use super::{Common, Exit, Fault};
use crate::config as configuration;
use crate::sources::files;

/// What to print; without a choice, what holds.
#[derive(Debug, Args)]
pub struct What {
    /// The compiled-in default file, with every key explained
    #[arg(long, conflicts_with_all = ["effective", "schema"])]
    default: bool,
    /// What holds, and where each value was set; secrets are masked
    #[arg(long, conflicts_with = "schema")]
    effective: bool,
    /// A JSON Schema: of the configuration, or of an incident file
    #[arg(long, value_name = "OF", num_args = 0..=1, default_missing_value = "config")]
    schema: Option<Schema>,
}

/// Which schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Schema {
    /// Of debrief.toml.
    Config,
    /// Of a file in the folder of `[sources.files]`.
    Incident,
}

/// Prints it.
pub fn config(common: &Common, what: &What) -> Result<Exit, Fault> {
    match what {
        What { default: true, .. } => anstream::print!("{}", configuration::DEFAULT),
        What {
            schema: Some(schema),
            ..
        } => {
            let schema = match schema {
                Schema::Config => configuration::schema(),
                Schema::Incident => files::schema(),
            };
            let text = serde_json::to_string_pretty(&schema).map_err(anyhow::Error::from)?;
            anstream::println!("{text}");
        }
        What {
            default: false,
            effective: _,
            schema: None,
        } => {
            anstream::print!("{}", configuration::effective(&compose::load(common)?));
        }
    }
    Ok(Exit::Well)
}
