//! The only reader of the environment and of configuration and secret files.
//!
//! On the way to a [`Config`], the default, the file and the environment become one tree (`layers`); what does not
//! belong or cannot be read is put aside and reported until the rest can be (`reading`, by the forms in `value`); then
//! vendors are made whole, secrets fetched and cross-checks made (`whole`, `half`). Every fault found on the way is
//! told in one answer. Adding a key: `sections` or `written`, and `config/default.toml`, which a test compares.

mod effective;
mod fault;
mod half;
mod half_sources;
mod hosts;
mod key;
mod layers;
mod reading;
mod record;
mod sandbox;
mod sections;
mod sources;
mod templates;
mod value;
mod vendors;
mod whole;
mod written;
mod written_sources;

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::generate::SchemaSettings;

use key::Shape;
use layers::Layers;
use reading::Reading;
use whole::Assembly;

pub use fault::{ConfigFault, ConfigFaults, Origin, Problem};
pub use hosts::{Destination, Reach};
pub use record::{AlertRule, Lead, LeadBriefing, MaskRule, Masking, Private, Timeline};
pub use sandbox::{SandboxPerson, SandboxPlaces, sandbox_config};
pub use sections::{
    ActionItems, AffectedCustomers, Announcement, Blame, BusinessHours, Count, Dashboard,
    LONGEST_WAIT, Log, LogFormat, PageReview, Person, ReviewMeeting, Schedule, Store, Templates,
    Week,
};
pub use sources::{
    Alertmanager, EntryPointers, HttpSource, IncidentPointers, Opsgenie, PersonPointers, Statuspage,
};
pub use templates::{TemplateFault, blame_rules, template_files};
pub use vendors::{
    Confluence, ConfluenceEdition, ConfluenceIdentity, Files, Google, GoogleIdentity, Mail,
    MailLogin, MailSecurity, PagerDuty, Slack, Sources,
};

/// The documented default file, which is the default.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// Everything that can be set, whole and cross-checked. Printing it shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether every vendor is the sandbox: all their addresses are loopback then.
    pub sandbox: bool,
    /// The name of this installation, part of every key that a vendor stores for us.
    pub installation: String,
    /// The organisation's name, as pages and mails call it.
    pub organisation: String,
    /// Incidents resolved before it are never adopted; `None`: before the first start.
    pub since: Option<Timestamp>,
    /// The team's zone.
    pub time_zone: TimeZone,
    /// Where the ledger lives.
    pub store: Store,
    /// When the worker looks, and how long it lets things take.
    pub schedule: Schedule,
    /// When the team works.
    pub business_hours: BusinessHours,
    /// Where incidents come from.
    pub sources: Sources,
    /// Where the page is made; `None`: no page is owed.
    pub confluence: Option<Confluence>,
    /// Where the sheet and the meeting are made; `None`: neither is owed.
    pub google: Option<Google>,
    /// Where affected customers are read from.
    pub affected_customers: AffectedCustomers,
    /// The postmortem meeting.
    pub review_meeting: ReviewMeeting,
    /// Who is told.
    pub announcement: Announcement,
    /// Where the timeline comes from, beside the incident's source.
    pub timeline: Timeline,
    /// Who leads.
    pub lead: Lead,
    /// The lead's briefing.
    pub lead_briefing: LeadBriefing,
    /// What is masked in the record.
    pub masking: Masking,
    /// Which incidents are private.
    pub private: Private,
    /// Following corrective actions.
    pub action_items: ActionItems,
    /// Reading the page after the meeting.
    pub page_review: PageReview,
    /// Looking for wording that blames.
    pub blame: Blame,
    /// How mail is sent; `None`: no mail is owed.
    pub mail: Option<Mail>,
    /// How Slack is reached; `None`: nothing is posted.
    pub slack: Option<Slack>,
    /// What the vendors do not tell about people.
    pub people: Vec<Person>,
    /// Pages that show where things stand.
    pub dashboard: Dashboard,
    /// The words of pages and mails.
    pub templates: Templates,
    /// The log.
    pub log: Log,
    /// As [`effective`] shows it; secrets are hidden in it.
    effective: String,
}

/// The file that is read when none is named, if it is there.
const USUAL_FILE: &str = "debrief.toml";

/// Reads the default, the file over it, and the environment over both. Without a file named, `debrief.toml` in the
/// working directory is read if it is there. Files that hold secrets are read, too, and folders are looked for.
///
/// # Errors
/// Everything that is wrong, in one go.
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigFaults> {
    let file = read_file(file).map_err(|fault| ConfigFaults(vec![fault]))?;
    let mut faults = Vec::new();
    let schema = schema();
    let shape = Shape::of(&schema);
    let config = Layers::merge(file, environment, shape, &mut faults).and_then(|layers| {
        let mut reading = Reading::new(&layers, shape);
        let written = reading.read(&mut faults)?;
        let effective = effective::text(&reading.remaining(), &layers, shape);
        let mut assembly = Assembly::new(&layers, &reading, std::mem::take(&mut faults));
        let config = assembly.config(written, effective);
        faults = assembly.faults;
        Some(config)
    });
    match config {
        Some(config) if faults.is_empty() => Ok(config),
        Some(_) | None => {
            faults.sort_by(ConfigFault::reading_order);
            Err(ConfigFaults(faults))
        }
    }
}

fn read_file(named: Option<&Path>) -> Result<Option<layers::Text>, ConfigFault> {
    let path = named.unwrap_or(Path::new(USUAL_FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(layers::Text {
            path: path.to_owned(),
            text,
        })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(None),
        Err(error) => Err(ConfigFault {
            origin: Origin::file(path, None),
            key: String::new(),
            problem: Problem::Unreadable {
                error: error.to_string(),
            },
        }),
    }
}

/// The configuration as a TOML file: every value that holds, and where it was given. Secrets are `********`.
pub fn effective(config: &Config) -> String {
    config.effective.clone()
}

/// The JSON Schema of the file. Secrets are marked `writeOnly`; `$comment` says what a value looks like.
pub fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<written::Written>()
        .into()
}

/// The environment of this process: the one place that reads it. What is not UTF-8 becomes `U+FFFD`, which
/// [`load`] refuses in the variables that concern it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| {
        (
            name.to_string_lossy().into_owned(),
            value.to_string_lossy().into_owned(),
        )
    })
}

#[cfg(test)]
mod tests;
