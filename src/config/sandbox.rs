//! The configuration that points at a running sandbox.

use std::net::SocketAddr;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::vendors::ConfluenceEdition;

/// The file with gaps: `"{name}"` where a value goes.
const TEMPLATE: &str = include_str!("../../config/sandbox.toml");

/// Where a running sandbox and its files are.
#[derive(Clone, Debug)]
pub struct SandboxPlaces<'a> {
    /// Which Confluence is used.
    pub edition: ConfluenceEdition,
    /// What opens it.
    pub confluence_token: &'a str,
    /// Where every vendor's HTTP API is.
    pub base_url: Url,
    /// Where mail is taken.
    pub smtp: SocketAddr,
    /// The service account's JSON key.
    pub service_account_file: &'a Path,
    /// The folder of affected customers.
    pub customers: &'a Path,
    /// The folder of incident files.
    pub incidents: &'a Path,
    /// The folder of alert payloads.
    pub alerts: &'a Path,
    /// The ledger.
    pub store: &'a Path,
    /// Incidents resolved before it are not adopted.
    pub since: Timestamp,
    /// The people of its world: accounts that no vendor tells of an address.
    pub people: Vec<SandboxPerson>,
}

/// Somebody in the sandbox's world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SandboxPerson {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The Atlassian account id, or the user key on Data Center.
    pub atlassian: String,
    /// The Slack user id.
    pub slack: String,
    /// The IANA zone; the team's where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

#[derive(Serialize)]
struct Directory<'a> {
    people: &'a [SandboxPerson],
}

/// A configuration that uses the sandbox for everything. Paths that are not UTF-8 lose what is not.
pub fn sandbox_config(places: &SandboxPlaces<'_>) -> String {
    let path = |path: &Path| toml::Value::from(path.to_string_lossy().into_owned());
    let SandboxPlaces {
        edition,
        confluence_token,
        base_url,
        smtp,
        service_account_file,
        customers,
        incidents,
        alerts,
        store,
        since,
        people,
    } = places;
    let token_url = base_url.join("/token").unwrap_or_else(|_| base_url.clone());
    let edition = match edition {
        ConfluenceEdition::Cloud => "cloud",
        ConfluenceEdition::DataCenter => "data-center",
    };
    let documents_url = base_url
        .join("/documents/incidents.json")
        .unwrap_or_else(|_| base_url.clone());
    let mut text = fill(&[
        ("edition", toml::Value::from(edition)),
        ("confluence_token", toml::Value::from(*confluence_token)),
        ("base_url", toml::Value::from(base_url.as_str())),
        ("token_url", toml::Value::from(token_url.as_str())),
        ("smtp_host", toml::Value::from(smtp.ip().to_string())),
        ("smtp_port", toml::Value::from(i64::from(smtp.port()))),
        ("service_account_file", path(service_account_file)),
        ("customers", path(customers)),
        ("incidents", path(incidents)),
        ("alerts", path(alerts)),
        ("documents_url", toml::Value::from(documents_url.as_str())),
        ("store", path(store)),
        ("since", toml::Value::from(since.to_string())),
    ]);
    // A list of texts always serialises.
    let directory = toml::to_string(&Directory { people }).unwrap_or_default();
    text.push('\n');
    text.push_str(&directory);
    text
}

/// The template with each gap filled by a TOML value. What was filled in is not looked at again, so that a value may
/// look like a gap.
fn fill(values: &[(&str, toml::Value)]) -> String {
    let mut filled = String::new();
    let mut rest = TEMPLATE;
    while let Some((before, gap)) = rest.split_once("\"{") {
        filled.push_str(before);
        let Some((name, after)) = gap.split_once("}\"") else {
            break;
        };
        let value = values.iter().find(|(known, _)| *known == name);
        if let Some((_, value)) = value {
            filled.push_str(&value.to_string());
        }
        rest = after;
    }
    filled + rest
}
