//! One payload: a group of alerts at one moment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::sources::outside::is_web;
use crate::vendors::http::{Each, patiently};

/// Names and values of labels or annotations. Values are texts; what else somebody wrote is left out.
pub(super) type Names = BTreeMap<String, String>;

/// What Alertmanager (version 4) and Grafana (version 1) send.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload {
    #[serde(default, deserialize_with = "patiently")]
    group_key: Option<String>,
    #[serde(default, deserialize_with = "patiently")]
    status: State,
    alerts: Each<WireAlert>,
    #[serde(default, deserialize_with = "names")]
    group_labels: Names,
    #[serde(default, deserialize_with = "names")]
    common_labels: Names,
    #[serde(default, deserialize_with = "names")]
    common_annotations: Names,
    #[serde(rename = "externalURL", default, deserialize_with = "patiently")]
    external_url: String,
    #[serde(default, deserialize_with = "patiently")]
    truncated_alerts: u32,
    /// Grafana's.
    #[serde(default, deserialize_with = "patiently")]
    org_id: Option<i64>,
    /// Grafana's.
    #[serde(default, deserialize_with = "patiently")]
    title: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum State {
    Firing,
    Resolved,
    #[default]
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAlert {
    starts_at: Timestamp,
    #[serde(default, deserialize_with = "patiently")]
    ends_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "patiently")]
    status: State,
    #[serde(default, deserialize_with = "names")]
    labels: Names,
    #[serde(default, deserialize_with = "names")]
    annotations: Names,
    #[serde(rename = "generatorURL", default, deserialize_with = "patiently")]
    generator_url: String,
    #[serde(rename = "dashboardURL", default, deserialize_with = "patiently")]
    dashboard_url: String,
    #[serde(default, deserialize_with = "patiently")]
    fingerprint: String,
}

fn names<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Names, D::Error> {
    let names: BTreeMap<String, Value> = patiently(reader)?;
    let texts = names.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    });
    Ok(texts.collect())
}

/// Which of the two sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Alertmanager,
    Grafana,
}

impl Sender {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "Alertmanager",
            Self::Grafana => "Grafana",
        }
    }
}

/// What one payload says.
#[derive(Debug)]
pub(super) struct Reading {
    /// Names the group for ever.
    pub(super) group: String,
    pub(super) sender: Sender,
    pub(super) alerts: Vec<Alert>,
    pub(super) group_labels: Names,
    pub(super) common_labels: Names,
    pub(super) common_annotations: Names,
    pub(super) title: Option<String>,
    pub(super) url: Option<String>,
    /// How many alerts the sender cut off.
    pub(super) truncated: u32,
    /// What of it could not be read, with its path.
    pub(super) left_out: Vec<String>,
}

/// One alert, from when on and until when it fired.
#[derive(Clone, Debug)]
pub(super) struct Alert {
    /// Names the alert within its group.
    pub(super) fingerprint: String,
    pub(super) starts_at: Timestamp,
    /// None while it fires.
    pub(super) ends_at: Option<Timestamp>,
    pub(super) labels: Names,
    pub(super) annotations: Names,
    pub(super) url: Option<String>,
}

impl Payload {
    /// What it says.
    ///
    /// # Errors
    /// What no reading can do without.
    pub(super) fn read(self) -> Result<Reading, String> {
        let Self {
            group_key,
            status,
            alerts,
            group_labels,
            common_labels,
            common_annotations,
            external_url,
            truncated_alerts,
            org_id,
            title,
        } = self;
        let mut left_out: Vec<String> = alerts
            .unreadable
            .iter()
            .map(|alert| format!("an alert: {}", alert.why))
            .collect();
        if alerts.read.is_empty() {
            let why = left_out.pop();
            return Err(why.unwrap_or_else(|| "alerts: expected at least one".to_owned()));
        }
        let group = group_key
            .filter(|key| !key.is_empty())
            .or_else(|| (!group_labels.is_empty()).then(|| written(&group_labels)))
            .ok_or("groupKey: expected some text")?;
        let sender = if org_id.is_some() {
            Sender::Grafana
        } else {
            Sender::Alertmanager
        };
        let mut read = Vec::new();
        for alert in alerts.read {
            let resolved = match (alert.status, status) {
                (State::Resolved, _) | (State::Unknown, State::Resolved) => true,
                (State::Firing, _) | (State::Unknown, State::Firing | State::Unknown) => false,
            };
            // The year 1 is Go's way to say never; while it fires, an end is a guess.
            let ends_at = alert
                .ends_at
                .filter(|ends_at| resolved && *ends_at >= alert.starts_at);
            if resolved && ends_at.is_none() {
                left_out.push(
                    "an alert: resolved, and endsAt is no time after startsAt: it counts as firing"
                        .to_owned(),
                );
            }
            read.push(Alert {
                fingerprint: if alert.fingerprint.is_empty() {
                    written(&alert.labels)
                } else {
                    alert.fingerprint
                },
                starts_at: alert.starts_at,
                ends_at,
                url: web(&alert.dashboard_url).or_else(|| web(&alert.generator_url)),
                labels: alert.labels,
                annotations: alert.annotations,
            });
        }
        Ok(Reading {
            group,
            sender,
            alerts: read,
            group_labels,
            common_labels,
            common_annotations,
            title: (!title.trim().is_empty()).then_some(title),
            url: web(&external_url),
            truncated: truncated_alerts,
            left_out,
        })
    }
}

/// Labels as one text, the same for the same labels.
fn written(labels: &Names) -> String {
    let pairs = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    pairs.collect::<Vec<_>>().join(",")
}

fn web(text: &str) -> Option<String> {
    is_web(text).then(|| text.to_owned())
}
