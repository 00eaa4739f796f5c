//! The configuration as it is written: vendors may be half there, secrets may be in files.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::record::{Lead, LeadBriefing, Masking, Private, Timeline};
use super::sections::{
    ActionItems, AffectedCustomers, Announcement, Blame, BusinessHours, Dashboard, Log, PageReview,
    ReviewMeeting, Schedule, Store, Templates,
};
use super::value::{
    Address, ApiUrl, As, ChannelId, Duration, Edition, Emoji, Expression, Folder, Hours, Instant,
    Label, ListOf, Mailbox, Name, Privacy, Secret, Switch, Text, Whole, Zone, list, maybe,
    maybe_list, one,
};
use super::vendors::{ConfluenceEdition, MailSecurity};
use super::written_sources::{
    WrittenAlertmanager, WrittenHttp, WrittenOpsgenie, WrittenStatuspage,
};
use crate::playbook::business_hours::Shift;

/// Configuration of Debrief (debrief.toml).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "debrief.toml")]
pub(super) struct Written {
    /// Whether every vendor is the sandbox.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub sandbox: bool,
    /// The name of this installation, part of every key.
    #[serde(deserialize_with = "one::<Name, _>")]
    #[schemars(with = "As<Name>")]
    pub installation: String,
    /// The organisation's name.
    #[serde(deserialize_with = "one::<Text, _>")]
    #[schemars(with = "As<Text>")]
    pub organisation: String,
    /// Incidents resolved before it are never adopted.
    #[serde(default, deserialize_with = "maybe::<Instant, _>")]
    #[schemars(with = "Option<As<Instant>>")]
    pub since: Option<Timestamp>,
    /// The team's zone.
    #[serde(deserialize_with = "one::<Zone, _>")]
    #[schemars(with = "As<Zone>")]
    pub time_zone: TimeZone,
    /// Where the ledger lives.
    pub store: Store,
    /// When the worker looks.
    pub schedule: Schedule,
    /// When the team works.
    pub business_hours: BusinessHours,
    /// Where incidents come from.
    pub sources: WrittenSources,
    /// Confluence.
    pub confluence: WrittenConfluence,
    /// Google Drive, Sheets and Calendar.
    pub google: WrittenGoogle,
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
    /// The mail server.
    pub mail: WrittenMail,
    /// Slack.
    pub slack: WrittenSlack,
    /// What the vendors do not tell about people.
    #[serde(default)]
    pub people: Vec<WrittenPerson>,
    /// Pages that show where things stand.
    pub dashboard: Dashboard,
    /// The words of pages and mails.
    pub templates: Templates,
    /// The log.
    pub log: Log,
}

/// Where incidents come from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSources {
    /// PagerDuty.
    pub pagerduty: WrittenPagerDuty,
    /// A folder of incident files.
    pub files: WrittenFiles,
    /// A Slack channel.
    pub slack: WrittenSlackIncidents,
    /// Opsgenie.
    pub opsgenie: WrittenOpsgenie,
    /// Statuspage.
    pub statuspage: WrittenStatuspage,
    /// A folder of alert payloads.
    pub alertmanager: WrittenAlertmanager,
    /// Any JSON over HTTP.
    pub http: WrittenHttp,
}

/// PagerDuty as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPagerDuty {
    /// On, off, or as the key says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// The REST API.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub base_url: Url,
    /// A REST API key.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub key: Option<SecretString>,
    /// A file with the key.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub key_file: Option<PathBuf>,
    /// Whom notes are written as.
    #[serde(default, deserialize_with = "maybe::<Address, _>")]
    #[schemars(with = "Option<As<Address>>")]
    pub note_as: Option<String>,
    /// How far each pass looks back beyond the last one.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub overlap: SignedDuration,
    /// The custom field that says when customers first felt an incident.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub began_field: Option<String>,
    /// The custom field that says when they no longer felt it.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub mitigated_field: Option<String>,
}

/// Incident files as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenFiles {
    /// On, off, or as the folder says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// The folder.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub folder: Option<PathBuf>,
}

/// A Slack channel as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSlackIncidents {
    /// On, off, or as the channel says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// The channel.
    #[serde(default, deserialize_with = "maybe::<ChannelId, _>")]
    #[schemars(with = "Option<As<ChannelId>>")]
    pub channel: Option<String>,
    /// Messages that open an incident.
    #[serde(deserialize_with = "list::<Expression, _>")]
    #[schemars(with = "ListOf<Expression>")]
    pub opened_by: Vec<Regex>,
    /// The emoji that opens one.
    #[serde(default, deserialize_with = "maybe::<Emoji, _>")]
    #[schemars(with = "Option<As<Emoji>>")]
    pub opened_reaction: Option<String>,
    /// Messages that end one.
    #[serde(deserialize_with = "list::<Expression, _>")]
    #[schemars(with = "ListOf<Expression>")]
    pub resolved_by: Vec<Regex>,
    /// The emoji that ends one.
    #[serde(default, deserialize_with = "maybe::<Emoji, _>")]
    #[schemars(with = "Option<As<Emoji>>")]
    pub resolved_reaction: Option<String>,
    /// How far each pass looks back beyond the last one.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub overlap: SignedDuration,
}

/// Confluence.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenConfluence {
    /// Which Confluence it is.
    #[serde(deserialize_with = "one::<Edition, _>")]
    #[schemars(with = "As<Edition>")]
    pub edition: ConfluenceEdition,
    /// The site: Cloud's without `/wiki`, Data Center's with its context path.
    #[serde(default, deserialize_with = "maybe::<ApiUrl, _>")]
    #[schemars(with = "Option<As<ApiUrl>>")]
    pub base_url: Option<Url>,
    /// The account; for Cloud only.
    #[serde(default, deserialize_with = "maybe::<Address, _>")]
    #[schemars(with = "Option<As<Address>>")]
    pub email: Option<String>,
    /// Its API token, or a personal access token.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub token: Option<SecretString>,
    /// A file with the token.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub token_file: Option<PathBuf>,
    /// The key of the space.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub space: Option<String>,
    /// The id of the parent page.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub parent_page: Option<String>,
    /// Labels of each page.
    #[serde(deserialize_with = "list::<Label, _>")]
    #[schemars(with = "ListOf<Label>")]
    pub labels: Vec<String>,
}

/// Google Drive, Sheets and Calendar.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenGoogle {
    /// The JSON key of a service account.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub service_account: Option<SecretString>,
    /// A file with that key.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub service_account_file: Option<PathBuf>,
    /// Whom the service account acts as.
    #[serde(default, deserialize_with = "maybe::<Address, _>")]
    #[schemars(with = "Option<As<Address>>")]
    pub subject: Option<String>,
    /// An OAuth client.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub client_id: Option<String>,
    /// Its secret.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub client_secret: Option<SecretString>,
    /// A file with that secret.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub client_secret_file: Option<PathBuf>,
    /// What a user allowed the client.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub refresh_token: Option<SecretString>,
    /// A file with that token.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub refresh_token_file: Option<PathBuf>,
    /// Where Drive is.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub drive_url: Url,
    /// Where Sheets is.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub sheets_url: Url,
    /// Where Calendar is.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub calendar_url: Url,
    /// The token endpoint.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub token_url: Url,
    /// The folder that every incident's folder is made in.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub parent_folder: Option<String>,
    /// Groups that may read the sheets.
    #[serde(deserialize_with = "list::<Address, _>")]
    #[schemars(with = "ListOf<Address>")]
    pub share_with: Vec<String>,
    /// The calendar that meetings are booked in.
    #[serde(deserialize_with = "one::<Text, _>")]
    #[schemars(with = "As<Text>")]
    pub calendar: String,
}

/// The mail server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenMail {
    /// Its name.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub host: Option<String>,
    /// Its port.
    #[serde(deserialize_with = "one::<Whole<1, 65535>, _>")]
    #[schemars(with = "As<Whole<1, 65535>>")]
    pub port: u32,
    /// How the connection is kept private.
    #[serde(deserialize_with = "one::<Privacy, _>")]
    #[schemars(with = "As<Privacy>")]
    pub security: MailSecurity,
    /// The user.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub username: Option<String>,
    /// The password.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub password: Option<SecretString>,
    /// A file with the password.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub password_file: Option<PathBuf>,
    /// Whom mails come from.
    #[serde(default, deserialize_with = "maybe::<Mailbox, _>")]
    #[schemars(with = "Option<As<Mailbox>>")]
    pub from: Option<String>,
    /// Where answers go.
    #[serde(default, deserialize_with = "maybe::<Mailbox, _>")]
    #[schemars(with = "Option<As<Mailbox>>")]
    pub reply_to: Option<String>,
}

/// Slack.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSlack {
    /// Where `/api` is.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub base_url: Url,
    /// A bot token.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub token: Option<SecretString>,
    /// A file with the token.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub token_file: Option<PathBuf>,
}

/// What the vendors do not tell about somebody.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPerson {
    /// As shown on pages and in mails.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub name: Option<String>,
    /// The address every vendor knows.
    #[serde(default, deserialize_with = "maybe::<Address, _>")]
    #[schemars(with = "Option<As<Address>>")]
    pub email: Option<String>,
    /// Atlassian account id, or the user key on Data Center.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub atlassian: Option<String>,
    /// Slack user id.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub slack: Option<String>,
    /// IANA zone; the team's where it is left out.
    #[serde(default, deserialize_with = "maybe::<Zone, _>")]
    #[schemars(with = "Option<As<Zone>>")]
    pub time_zone: Option<TimeZone>,
    /// Hours on each of the team's working days; the team's where they are left out.
    #[serde(default, deserialize_with = "maybe_list::<Hours, _>")]
    #[schemars(with = "Option<ListOf<Hours>>")]
    pub hours: Option<Vec<Shift>>,
}
