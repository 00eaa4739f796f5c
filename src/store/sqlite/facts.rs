//! What the sources told: incidents as last read, and memos.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};
use serde_json::Value;

use super::Fault;
use super::lease;
use super::rows::{self, json_of, text_of, unreadable, value_of};
use crate::playbook::incident::{Detail, Incident, IncidentId};
use crate::store::{CaseRow, Claim};

pub(super) fn record(
    transaction: &Transaction<'_>,
    incidents: Vec<Incident>,
    now: Timestamp,
) -> Result<Vec<IncidentId>, Fault> {
    let mut new = Vec::new();
    for incident in incidents {
        let id = incident.id.clone();
        let known: Option<String> = transaction
            .prepare_cached("SELECT facts FROM cases WHERE id = ?1")?
            .query_row([id.as_str()], |row| row.get(0))
            .optional()?;
        match known {
            None => {
                adopt(transaction, &incident, now)?;
                new.push(id);
            }
            // Facts that cannot be read are replaced by what the source says now: the source is where they are true.
            Some(known) => match value_of::<Incident>(&known, "case", id.as_str()) {
                Ok(known) => {
                    let read = taken_over(&known, incident);
                    // Compared as values: a release that adds a field must not wake every case there is.
                    if read != known {
                        replace(transaction, &read, now)?;
                        lease::nudge(transaction, id.as_str(), now)?;
                    }
                }
                Err(_) => {
                    tracing::warn!(case = %id, "the recorded facts could not be read and were replaced");
                    replace(transaction, &incident, now)?;
                    lease::nudge(transaction, id.as_str(), now)?;
                }
            },
        }
    }
    Ok(new)
}

/// What is known once `read` has been read. A list shows less than the record: it may change a few fields, takes none
/// away, and where the incident moved on it asks for the record to be read again.
fn taken_over(known: &Incident, read: Incident) -> Incident {
    match read.detail {
        Detail::Full => read,
        Detail::Listed => Incident {
            title: read.title,
            severity: read.severity.or_else(|| known.severity.clone()),
            url: read.url.or_else(|| known.url.clone()),
            detail: if read.status == known.status {
                known.detail
            } else {
                Detail::Listed
            },
            status: read.status,
            ..known.clone()
        },
    }
}

fn adopt(transaction: &Transaction<'_>, incident: &Incident, now: Timestamp) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO cases (id, facts, facts_at, opened_at, adopted_at, wake_at)
             VALUES (?1, ?2, ?3, ?4, ?3, ?3)",
        )?
        .execute((
            incident.id.as_str(),
            json_of(incident, "incident")?,
            text_of(now),
            text_of(incident.opened_at),
        ))?;
    Ok(())
}

fn replace(
    transaction: &Transaction<'_>,
    incident: &Incident,
    now: Timestamp,
) -> Result<(), Fault> {
    transaction
        .prepare_cached("UPDATE cases SET facts = ?2, facts_at = ?3, opened_at = ?4 WHERE id = ?1")?
        .execute((
            incident.id.as_str(),
            json_of(incident, "incident")?,
            text_of(now),
            text_of(incident.opened_at),
        ))?;
    Ok(())
}

pub(super) fn detail(
    transaction: &Transaction<'_>,
    claim: &Claim,
    incident: &Incident,
    now: Timestamp,
) -> Result<(), Fault> {
    lease::check(transaction, claim)?;
    if incident.id.as_str() != claim.name {
        // A claim on one case proves nothing about another.
        return Err(lease::lost(incident.id.as_str()));
    }
    replace(transaction, incident, now)
}

pub(super) fn newest(transaction: &Transaction<'_>, limit: usize) -> Result<Vec<CaseRow>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids: Vec<String> = transaction
        .prepare_cached("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT ?1")?
        .query_map([limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.iter()
        .filter_map(|id| rows::case(transaction, id).transpose())
        .collect()
}

pub(super) fn memo(transaction: &Transaction<'_>, name: &str) -> Result<Option<Value>, Fault> {
    let json: Option<String> = transaction
        .prepare_cached("SELECT value FROM memos WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    json.map(|json| serde_json::from_str(&json).map_err(|error| unreadable("memo", name, error)))
        .transpose()
}

pub(super) fn remember(
    transaction: &Transaction<'_>,
    name: &str,
    value: &Value,
    now: Timestamp,
) -> Result<(), Fault> {
    transaction.execute(
        "INSERT INTO memos (name, value, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at",
        (name, value.to_string(), text_of(now)),
    )?;
    Ok(())
}
