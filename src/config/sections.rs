//! The sections that concern ourselves: what is owed, when, and for whom. They are used as they are written.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::value::{
    Address, As, ChannelId, Clock, Cron, Day, Duration, Folder, Hours, ListOf, Listen, LogLines,
    Switch, Whole, WorkdayCount, list, maybe, one,
};
use crate::playbook::business_hours::Shift;
use crate::playbook::schedule::Schedule as CronSchedule;

/// Where the ledger lives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The database file; it is made where it does not exist.
    #[serde(deserialize_with = "one::<Folder, _>")]
    #[schemars(with = "As<Folder>")]
    pub path: PathBuf,
}

/// When the worker looks, and how long it lets things take.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// When a daemon makes a pass: five cron fields, in the team's zone.
    #[serde(deserialize_with = "one::<Cron, _>")]
    #[schemars(with = "As<Cron>")]
    pub pass: CronSchedule,
    /// How long an incident stays resolved before anything is done: incidents get reopened.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub settle: SignedDuration,
    /// How long the page waits for the sheet and the slot before it is made without them.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub patience: SignedDuration,
    /// How many cases are worked on at the same time.
    #[serde(deserialize_with = "one::<Whole<1, 256>, _>")]
    #[schemars(with = "As<Whole<1, 256>>")]
    pub concurrency: u32,
    /// How long a worker owns a case. Longer than [the longest call](Schedule::longest_call).
    #[serde(deserialize_with = "one::<Duration<1>, _>")]
    #[schemars(with = "As<Duration<1>>")]
    pub lease: SignedDuration,
    /// How long one attempt at a vendor's call may take.
    #[serde(deserialize_with = "one::<Duration<1>, _>")]
    #[schemars(with = "As<Duration<1>>")]
    pub call_timeout: SignedDuration,
    /// How many attempts one call makes.
    #[serde(deserialize_with = "one::<Whole<1, 10>, _>")]
    #[schemars(with = "As<Whole<1, 10>>")]
    pub attempts: u32,
}

/// The longest wait between two attempts of one call. A vendor that asks for more ends the call; the effect is
/// tried again on a later pass, when no lease is being held up.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(30);

impl Schedule {
    /// The longest a call can take: every attempt times out, and every wait between two is the longest.
    pub fn longest_call(&self) -> SignedDuration {
        let attempts = i32::try_from(self.attempts).unwrap_or(i32::MAX);
        self.call_timeout
            .saturating_mul(attempts)
            .saturating_add(LONGEST_WAIT.saturating_mul(attempts - 1))
    }
}

/// When the team works; in the team's zone, and for people without hours of their own in theirs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// The hours of each day.
    pub week: Week,
    /// Days on which nobody works.
    #[serde(deserialize_with = "list::<Day, _>")]
    #[schemars(with = "ListOf<Day>")]
    pub holidays: Vec<Date>,
}

/// Working hours by weekday. A day without any is a day off; spans are in order and do not overlap.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// Monday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub monday: Vec<Shift>,
    /// Tuesday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub tuesday: Vec<Shift>,
    /// Wednesday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub wednesday: Vec<Shift>,
    /// Thursday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub thursday: Vec<Shift>,
    /// Friday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub friday: Vec<Shift>,
    /// Saturday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub saturday: Vec<Shift>,
    /// Sunday's hours.
    #[serde(deserialize_with = "list::<Hours, _>")]
    #[schemars(with = "ListOf<Hours>")]
    pub sunday: Vec<Shift>,
}

impl Week {
    /// The days with their names, Monday first.
    pub fn days(&self) -> [(&'static str, &[Shift]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

/// Where the affected customers of an incident are read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AffectedCustomers {
    /// A folder with a file per incident, `<reference or id key>.csv`; the columns are found by name.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub csv_folder: Option<PathBuf>,
}

/// How the deadline of the meeting is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Hours in which the team works: 24 of them are three days of eight.
    WorkingHours,
    /// The end of the next business day.
    NextBusinessDay,
}

/// The postmortem meeting.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewMeeting {
    /// How the deadline is counted.
    #[serde(deserialize_with = "one::<WorkdayCount, _>")]
    #[schemars(with = "As<WorkdayCount>")]
    pub count: Count,
    /// Within how many working hours the meeting starts; unused with [`Count::NextBusinessDay`].
    #[serde(deserialize_with = "one::<Whole<1, 400>, _>")]
    #[schemars(with = "As<Whole<1, 400>>")]
    pub hours: u32,
    /// How long it lasts.
    #[serde(deserialize_with = "one::<Duration<300>, _>")]
    #[schemars(with = "As<Duration<300>>")]
    pub duration: SignedDuration,
    /// How long before it starts people learn of it, at least.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub notice: SignedDuration,
    /// Who is invited besides the responders: addresses.
    #[serde(deserialize_with = "list::<Address, _>")]
    #[schemars(with = "ListOf<Address>")]
    pub people: Vec<String>,
    /// Whether the event gets a Google Meet.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub meet: bool,
}

/// Who is told, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Mailing lists; each gets one mail.
    #[serde(deserialize_with = "list::<Address, _>")]
    #[schemars(with = "ListOf<Address>")]
    pub mail_to: Vec<String>,
    /// Slack channels, by id; each gets one message.
    #[serde(deserialize_with = "list::<ChannelId, _>")]
    #[schemars(with = "ListOf<ChannelId>")]
    pub channels: Vec<String>,
}

/// Following corrective actions until they are done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionItems {
    /// Whether people are reminded at all.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub enabled: bool,
    /// The time of day from which a nag may go out, in the assignee's zone.
    #[serde(deserialize_with = "one::<Clock, _>")]
    #[schemars(with = "As<Clock>")]
    pub nag_from: Time,
}

/// Reading the page after the meeting, and telling its leader what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageReview {
    /// Whether pages are reviewed at all.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub enabled: bool,
    /// More open action items than these are too many.
    #[serde(deserialize_with = "one::<Whole<1, 100>, _>")]
    #[schemars(with = "As<Whole<1, 100>>")]
    pub most_items: u32,
    /// How much working time before the meeting the page's wording is looked at.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub before: SignedDuration,
    /// How many business days after its creation a page without a meeting is reviewed.
    #[serde(deserialize_with = "one::<Whole<1, 60>, _>")]
    #[schemars(with = "As<Whole<1, 60>>")]
    pub after_page: u32,
    /// Who is told where no leader with an address is known: an address.
    #[serde(default, deserialize_with = "maybe::<Address, _>")]
    #[schemars(with = "Option<As<Address>>")]
    pub fallback: Option<String>,
}

/// Looking for wording that blames.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blame {
    /// Whether advice is given.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub enabled: bool,
    /// A file with rules that stand in for those that come with the program.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub rules: Option<PathBuf>,
}

/// What the vendors do not tell about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As shown on pages and in mails.
    pub name: String,
    /// The address every vendor knows; joins the vendors' identities.
    pub email: String,
    /// Atlassian account id, for mentions and tasks.
    pub atlassian: Option<String>,
    /// Slack user id.
    pub slack: Option<String>,
    /// The person's zone; the team's where it is left out.
    pub time_zone: Option<TimeZone>,
    /// Hours on each of the team's working days, in the person's zone; the team's where they are left out.
    pub hours: Option<Vec<Shift>>,
}

/// The pages that show where things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// A loopback address and port; left out, nothing listens.
    #[serde(default, deserialize_with = "maybe::<Listen, _>")]
    #[schemars(with = "Option<As<Listen>>")]
    pub listen: Option<SocketAddr>,
}

/// The words of pages and mails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// A folder whose files win over the templates that come with the program.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub folder: Option<PathBuf>,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// The log, on standard error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The form of its lines.
    #[serde(deserialize_with = "one::<LogLines, _>")]
    #[schemars(with = "As<LogLines>")]
    pub format: LogFormat,
}
