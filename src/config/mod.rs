//! The only reader of the environment and of configuration and secret files.

mod sections;
mod value;
mod vendors;
mod written;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use sections::{
    ActionItems, AffectedCustomers, Announcement, BusinessHours, Count, Dashboard, LONGEST_WAIT,
    Log, LogFormat, Person, ReviewMeeting, Schedule, Store, Templates, Week,
};
pub use value::Span;
pub use vendors::{
    Confluence, Files, Google, GoogleIdentity, Mail, MailLogin, MailSecurity, PagerDuty, Slack,
    Sources,
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
    /// Following corrective actions.
    pub action_items: ActionItems,
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
}
