//! The vendors, each whole or not there at all: what is built from here never meets half a vendor.

use std::path::PathBuf;

use jiff::SignedDuration;
use regex::Regex;
use secrecy::SecretString;
use url::Url;

use super::sources::{Alertmanager, HttpSource, Opsgenie, Statuspage};

/// Where incidents come from. With none, there is nothing to do.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// PagerDuty.
    pub pagerduty: Option<PagerDuty>,
    /// A folder of incident files.
    pub files: Option<Files>,
    /// A Slack channel.
    pub slack: Option<SlackIncidents>,
    /// Opsgenie.
    pub opsgenie: Option<Opsgenie>,
    /// Statuspage.
    pub statuspage: Option<Statuspage>,
    /// A folder of alert payloads.
    pub alertmanager: Option<Alertmanager>,
    /// Any JSON over HTTP.
    pub http: Option<HttpSource>,
}

/// PagerDuty as a source of incidents.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    /// `https://api.pagerduty.com`, or the one of the EU service region.
    pub base_url: Url,
    /// A REST API key; reading is enough.
    pub key: SecretString,
    /// The address of the user that notes are written as; `None`: none is written.
    pub note_as: Option<String>,
    /// How far before the last pass each pass looks again, as late entries and clock skew move incidents.
    pub overlap: SignedDuration,
    /// The name of the custom field with the time at which customers first felt an incident.
    pub began_field: Option<String>,
    /// The name of the custom field with the time at which they no longer felt it.
    pub mitigated_field: Option<String>,
}

/// Incidents written by hand or by another system, a file each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The folder.
    pub folder: PathBuf,
}

/// A Slack channel as a source of incidents, read with the token of [`Slack`].
#[derive(Clone, Debug)]
pub struct SlackIncidents {
    /// The channel's id.
    pub channel: String,
    /// Messages that open an incident; groups `title`, `service` and `severity` tell those.
    pub opened_by: Vec<Regex>,
    /// The emoji that makes an incident of the message it is given to.
    pub opened_reaction: Option<String>,
    /// Messages that end an incident.
    pub resolved_by: Vec<Regex>,
    /// The emoji that ends the incident whose first message it is given to.
    pub resolved_reaction: Option<String>,
    /// How far before the last pass each pass looks again, as reactions come late.
    pub overlap: SignedDuration,
}

/// Which Confluence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfluenceEdition {
    /// Atlassian's own servers.
    Cloud,
    /// The company's own.
    DataCenter,
}

/// Whom we are to Confluence.
#[derive(Clone, Debug)]
pub enum ConfluenceIdentity {
    /// To Cloud: an account.
    ApiToken {
        /// Its address.
        email: String,
        /// Its API token.
        token: SecretString,
    },
    /// To Data Center: whoever made this personal access token.
    PersonalAccessToken(SecretString),
}

/// Confluence, where the postmortem page lives.
#[derive(Clone, Debug)]
pub struct Confluence {
    /// Cloud's site without `/wiki`, or Data Center's address with its context path.
    pub base_url: Url,
    /// Who writes the pages.
    pub identity: ConfluenceIdentity,
    /// The key of the space.
    pub space: String,
    /// The id of the page that the pages are put under; the space's home where it is left out.
    pub parent_page: Option<String>,
    /// Labels of each page.
    pub labels: Vec<String>,
}

/// Whom we are to Google.
#[derive(Clone, Debug)]
pub enum GoogleIdentity {
    /// A service account.
    ServiceAccount {
        /// The key file's JSON text; it has been seen to hold an address and a private key.
        key: SecretString,
        /// The address it acts as, by domain-wide delegation. Without one it cannot invite anybody.
        subject: Option<String>,
    },
    /// A person's consent, kept as a refresh token.
    User {
        /// The OAuth client.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
        /// The refresh token.
        refresh_token: SecretString,
    },
}

/// Google Drive, Sheets and Calendar.
#[derive(Clone, Debug)]
pub struct Google {
    /// Whom we are.
    pub identity: GoogleIdentity,
    /// Where Drive's `/drive/v3` and `/upload/drive/v3` are.
    pub drive_url: Url,
    /// Where Sheets' `/v4/spreadsheets` is.
    pub sheets_url: Url,
    /// Where Calendar's `/calendar/v3` is.
    pub calendar_url: Url,
    /// The token endpoint itself.
    pub token_url: Url,
    /// The id of the folder that every incident's folder is made in.
    pub parent_folder: String,
    /// Groups that may read the sheets.
    pub share_with: Vec<String>,
    /// The calendar that meetings are booked in.
    pub calendar: String,
}

/// How the connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// Not at all: only to a server on this machine.
    None,
    /// Encrypted before anything is said about anybody; a server that does not offer it is refused.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
}

/// Whom we are to the mail server.
#[derive(Clone, Debug)]
pub struct MailLogin {
    /// The user.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// The mail server, and whom mails come from.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: MailSecurity,
    /// Whom we are; left out, the server asks nobody.
    pub login: Option<MailLogin>,
    /// `address` or `Name <address>`.
    pub from: String,
    /// Where answers go, in the same form.
    pub reply_to: Option<String>,
}

/// Slack, where the announcement is posted.
#[derive(Clone, Debug)]
pub struct Slack {
    /// Where `/api/chat.postMessage` is.
    pub base_url: Url,
    /// A bot token.
    pub token: SecretString,
}
