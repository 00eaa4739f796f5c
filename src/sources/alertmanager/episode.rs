//! From what a group's payloads say to its incidents.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use super::payload::{Alert, Names, Reading, Sender};
use super::{Labels, NAME};
use crate::playbook::incident::{Detail, EntryKind, Incident, IncidentId, Status, TimelineEntry};

/// Everything that is known of one group.
struct Group {
    name: String,
    alerts: Vec<Alert>,
    readings: Vec<Reading>,
}

/// The incidents that these payloads tell of, in the order of their groups and beginnings.
pub(super) fn incidents(readings: Vec<Reading>, labels: &Labels) -> Vec<Incident> {
    let mut groups: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    for reading in readings {
        groups
            .entry(reading.group.clone())
            .or_default()
            .push(reading);
    }
    groups
        .into_iter()
        .map(|(name, readings)| Group {
            alerts: folded(&readings),
            name,
            readings,
        })
        .flat_map(|group| {
            episodes(&group.alerts)
                .into_iter()
                .map(|episode| incident(&group, &episode, labels))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every alert of a group once, with its end where any payload tells it, oldest first.
fn folded(readings: &[Reading]) -> Vec<Alert> {
    let mut known: BTreeMap<(String, Timestamp), Alert> = BTreeMap::new();
    for alert in readings.iter().flat_map(|reading| &reading.alerts) {
        known
            .entry((alert.fingerprint.clone(), alert.starts_at))
            .and_modify(|before| before.ends_at = before.ends_at.max(alert.ends_at))
            .or_insert_with(|| alert.clone());
    }
    // An alert whose end nobody told went on until it began anew: its end was missed, or its beginning moved.
    let mut next: Option<(String, Timestamp)> = None;
    for ((fingerprint, starts_at), alert) in known.iter_mut().rev() {
        let began_anew = next
            .as_ref()
            .filter(|(next, _)| next == fingerprint)
            .map(|(_, at)| *at);
        alert.ends_at = alert.ends_at.or(began_anew);
        next = Some((fingerprint.clone(), *starts_at));
    }
    let mut alerts: Vec<Alert> = known.into_values().collect();
    alerts.sort_by(|a, b| (a.starts_at, &a.fingerprint).cmp(&(b.starts_at, &b.fingerprint)));
    alerts
}

/// A stretch of time in which at least one alert of a group fired.
struct Episode<'g> {
    alerts: Vec<&'g Alert>,
    /// When the last one ended; none while one fires.
    ended_at: Option<Timestamp>,
}

fn episodes(alerts: &[Alert]) -> Vec<Episode<'_>> {
    let mut episodes: Vec<Episode<'_>> = Vec::new();
    for alert in alerts {
        match episodes.last_mut() {
            Some(episode) if episode.ended_at.is_none_or(|end| alert.starts_at <= end) => {
                episode.alerts.push(alert);
                // One that fires keeps it open, whatever else ended.
                episode.ended_at = episode
                    .ended_at
                    .zip(alert.ends_at)
                    .map(|(before, end)| before.max(end));
            }
            Some(_) | None => episodes.push(Episode {
                alerts: vec![alert],
                ended_at: alert.ends_at,
            }),
        }
    }
    episodes
}

fn incident(group: &Group, episode: &Episode<'_>, labels: &Labels) -> Incident {
    let of_episode = |reading: &&Reading| {
        reading.alerts.iter().any(|told| {
            let same = |alert: &&&Alert| {
                alert.fingerprint == told.fingerprint && alert.starts_at == told.starts_at
            };
            episode.alerts.iter().any(|alert| same(&alert))
        })
    };
    let readings: Vec<&Reading> = group.readings.iter().filter(of_episode).collect();
    let opened_at = episode.alerts[0].starts_at;
    let key = format!(
        "{}-{}",
        &hexadecimal(&group.name)[..16],
        opened_at.strftime("%Y%m%dT%H%M%S")
    );
    let sender = readings
        .first()
        .map_or(Sender::Alertmanager, |reading| reading.sender);
    let truncated = readings.iter().map(|reading| reading.truncated).max();
    Incident {
        url: (episode.alerts.iter().find_map(|alert| alert.url.clone()))
            .or_else(|| readings.iter().find_map(|reading| reading.url.clone())),
        service: label(&labels.service, &readings, episode).unwrap_or_default(),
        severity: label(&labels.severity, &readings, episode),
        detail: Detail::Full,
        timeline: timeline(episode, sender),
        gaps: truncated
            .filter(|truncated| *truncated > 0)
            .map(|truncated| {
                let sender = sender.name();
                format!("{sender} cut off alerts of this group: up to {truncated} are missing")
            })
            .into_iter()
            .collect(),
        ..Incident::listed(
            IncidentId::new(NAME, &key),
            format!("AL-{}", &hexadecimal(&key)[..8].to_uppercase()),
            title(&readings, episode),
            opened_at,
            match episode.ended_at {
                Some(at) => Status::Resolved { at },
                None => Status::Open,
            },
        )
    }
}

fn hexadecimal(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// What a label says: of the whole group, or of the first alert that has it.
fn label(name: &str, readings: &[&Reading], episode: &Episode<'_>) -> Option<String> {
    let in_group = readings
        .iter()
        .flat_map(|r| [&r.common_labels, &r.group_labels]);
    let in_alerts = episode.alerts.iter().map(|alert| &alert.labels);
    first(in_group.chain(in_alerts), name)
}

fn first<'n>(mut names: impl Iterator<Item = &'n Names>, name: &str) -> Option<String> {
    names.find_map(|names| {
        let text = names.get(name)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    })
}

/// What is common to the alerts in words, else their name, else what Grafana calls it.
fn title(readings: &[&Reading], episode: &Episode<'_>) -> String {
    let said = |name| first(readings.iter().map(|r| &r.common_annotations), name);
    let named = || label("alertname", readings, episode);
    let alone = || match episode.alerts.as_slice() {
        [alert] => first([&alert.annotations].into_iter(), "summary"),
        _ => None,
    };
    said("summary")
        .or_else(alone)
        .or_else(named)
        .or_else(|| readings.iter().find_map(|reading| reading.title.clone()))
        .unwrap_or_else(|| "Alerts without a name".to_owned())
}

/// Each alert's beginning and end; the last end is the end of it all.
fn timeline(episode: &Episode<'_>, sender: Sender) -> Vec<TimelineEntry> {
    let mut entries = Vec::new();
    let by = || Some(sender.name().to_owned());
    let mut told = BTreeSet::new();
    for alert in &episode.alerts {
        let text = words(alert);
        entries.push(TimelineEntry {
            url: alert.url.clone(),
            ..TimelineEntry::new(alert.starts_at, EntryKind::Alert, by(), text.as_str())
        });
        if let Some(at) = alert.ends_at {
            let is_last = episode.ended_at == Some(at) && told.insert(at);
            let kind = if is_last {
                EntryKind::Resolved
            } else {
                EntryKind::Other
            };
            entries.push(TimelineEntry::new(at, kind, by(), format!("Over: {text}")));
        }
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// `HighLatency (instance=eu-1): p99 above 2 s`: its name, what tells it from others, and what it says.
fn words(alert: &Alert) -> String {
    let mut words = alert
        .labels
        .get("alertname")
        .cloned()
        .unwrap_or_else(|| "Alert".to_owned());
    if let Some(instance) = alert.labels.get("instance") {
        words = format!("{words} ({instance})");
    }
    let said = ["summary", "description", "message"]
        .iter()
        .find_map(|name| alert.annotations.get(*name));
    match said {
        Some(said) if !said.trim().is_empty() => format!("{words}: {}", said.trim()),
        Some(_) | None => words,
    }
}
