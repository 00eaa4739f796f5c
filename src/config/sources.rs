//! Sources of incidents beside PagerDuty and files, each whole or not there at all.

use std::path::PathBuf;

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

/// Opsgenie as a source of incidents.
#[derive(Clone, Debug)]
pub struct Opsgenie {
    /// `https://api.opsgenie.com`, or `https://api.eu.opsgenie.com`.
    pub base_url: Url,
    /// An API key that may read.
    pub key: SecretString,
    /// A search that incidents have to fit, in Opsgenie's own language.
    pub query: Option<String>,
    /// How far before the last pass each pass looks again.
    pub overlap: SignedDuration,
}

/// Statuspage as a source of incidents.
#[derive(Clone, Debug)]
pub struct Statuspage {
    /// `https://api.statuspage.io`.
    pub base_url: Url,
    /// The id of the page.
    pub page_id: String,
    /// An API key.
    pub key: SecretString,
    /// How far before the last pass each pass looks again.
    pub overlap: SignedDuration,
}

/// Alerts that a webhook receiver put into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alertmanager {
    /// The folder.
    pub folder: PathBuf,
    /// The label that names the service.
    pub service_label: String,
    /// The label that says how bad it is.
    pub severity_label: String,
}

/// Any JSON over HTTP as a source of incidents. Pointers are JSON Pointers (RFC 6901).
#[derive(Clone, Debug)]
pub struct HttpSource {
    /// Where the list of incidents is.
    pub url: Url,
    /// Where one incident is, with `{id}` in its path; on the list's host.
    pub detail_url: Option<Url>,
    /// The header that goes with each call, and its whole value.
    pub header: Option<(String, SecretString)>,
    /// Where the list is in the answer; the answer itself where it is empty.
    pub incidents: String,
    /// Where the address of the next page is in the answer.
    pub next: Option<String>,
    /// Where the incident is in the answer of `detail_url`; the answer itself where it is empty.
    pub detail: String,
    /// Statuses that mean it is over.
    pub resolved_values: Vec<String>,
    /// Visibilities that mean it is private.
    pub private_values: Vec<String>,
    /// Pointers from an incident.
    pub incident: IncidentPointers,
    /// Pointers from an entry of its timeline.
    pub entry: EntryPointers,
    /// Pointers from somebody who took part.
    pub person: PersonPointers,
}

/// Where things stand in an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentPointers {
    /// Its id, which never changes.
    pub id: String,
    /// What people call it; the id where it is left out.
    pub reference: Option<String>,
    /// What broke.
    pub title: String,
    /// Where people look at it.
    pub url: Option<String>,
    /// The service that was hit.
    pub service: Option<String>,
    /// How bad it was.
    pub severity: Option<String>,
    /// When customers first felt it.
    pub began_at: Option<String>,
    /// When it was opened.
    pub opened_at: String,
    /// When customers no longer felt it.
    pub mitigated_at: Option<String>,
    /// When it was over.
    pub resolved_at: String,
    /// Where it stands, in a word.
    pub status: Option<String>,
    /// Who may read about it.
    pub visibility: Option<String>,
    /// What happened and why.
    pub description: Option<String>,
    /// What customers felt.
    pub impact: Option<String>,
    /// Who leads it.
    pub lead: Option<String>,
    /// Those who worked on it: a list.
    pub responders: Option<String>,
    /// What happened: a list.
    pub timeline: Option<String>,
}

/// Where things stand in an entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPointers {
    /// When.
    pub at: Option<String>,
    /// What happened.
    pub text: Option<String>,
    /// Who or what did it.
    pub by: Option<String>,
    /// Where it is to be seen.
    pub url: Option<String>,
}

/// Where things stand in somebody who took part; somebody who is a text is a name, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPointers {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub email: Option<String>,
}
