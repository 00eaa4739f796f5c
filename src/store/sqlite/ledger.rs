//! Choices and acts: decisions, effects, and what people ask for.

use jiff::Timestamp;
use rusqlite::Transaction;
use serde_json::Value;

use super::Fault;
use super::lease;
use super::rows::{self, columns_of, json_of, text_of, value_of};
use crate::playbook::case::{Case, Waiver};
use crate::playbook::effect::{EffectKey, EffectState};
use crate::playbook::incident::IncidentId;
use crate::playbook::steps::Step;
use crate::store::{Claim, StoreError};

pub(super) const BY_REFERENCE: &str = "
    SELECT reference, case_id FROM effects
    WHERE step = ?1 AND target = ?2 AND state = 'done'
        AND reference IN (SELECT value FROM json_each(?3))
    ORDER BY reference, case_id";

pub(super) fn decide(
    transaction: &Transaction<'_>,
    claim: &Claim,
    step: Step,
    name: &str,
    value: &Value,
    now: Timestamp,
) -> Result<Value, Fault> {
    lease::check(transaction, claim)?;
    transaction.execute(
        "INSERT INTO decisions (case_id, step, name, value, decided_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        (
            &claim.name,
            step.name(),
            name,
            value.to_string(),
            text_of(now),
        ),
    )?;
    let decided: String = transaction.query_row(
        "SELECT value FROM decisions WHERE case_id = ?1 AND step = ?2 AND name = ?3",
        (&claim.name, step.name(), name),
        |row| row.get(0),
    )?;
    let which = format!("{} {step} {name}", claim.name);
    value_of(&decided, "decision", &which)
}

pub(super) fn begin(
    transaction: &Transaction<'_>,
    claim: &Claim,
    keys: &[EffectKey],
    now: Timestamp,
) -> Result<(), Fault> {
    // Stricter than the other verbs: whoever slept through the lease may find the case taken before the act is over.
    if lease::check(transaction, claim)? <= now {
        return Err(lease::lost(&claim.name));
    }
    for key in keys {
        let begun = transaction
            .prepare_cached(
                "INSERT INTO effects
                     (case_id, step, target, occurrence, state, attempts, updated_at, lease)
                 VALUES (?1, ?2, ?3, ?4, 'in_flight', 1, ?5, ?6)
                 ON CONFLICT DO UPDATE SET
                     state = 'in_flight', reference = NULL, url = NULL, next_attempt_at = NULL,
                     error = NULL, attempts = attempts + 1, updated_at = excluded.updated_at,
                     lease = excluded.lease
                 WHERE state <> 'done'",
            )?
            .execute((
                &key.case,
                key.step.name(),
                &key.target,
                &key.occurrence,
                text_of(now),
                &claim.name,
            ))?;
        if begun == 0 {
            return Err(StoreError::AlreadyDone { key: key.clone() }.into());
        }
    }
    Ok(())
}

pub(super) fn finish(
    transaction: &Transaction<'_>,
    claim: &Claim,
    key: &EffectKey,
    state: &EffectState,
    now: Timestamp,
) -> Result<(), Fault> {
    lease::check(transaction, claim)?;
    let columns = columns_of(state);
    transaction
        .prepare_cached(
            "INSERT INTO effects
                 (case_id, step, target, occurrence, state, reference, url, next_attempt_at, error,
                  attempts, updated_at, lease)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11)
             ON CONFLICT DO UPDATE SET
                 state = excluded.state, reference = excluded.reference, url = excluded.url,
                 next_attempt_at = excluded.next_attempt_at, error = excluded.error,
                 updated_at = excluded.updated_at, lease = excluded.lease",
        )?
        .execute((
            &key.case,
            key.step.name(),
            &key.target,
            &key.occurrence,
            columns.state,
            columns.reference,
            columns.url,
            columns.next_attempt_at,
            columns.error,
            text_of(now),
            &claim.name,
        ))?;
    Ok(())
}

pub(super) fn cases_by_reference(
    transaction: &Transaction<'_>,
    step: Step,
    target: &str,
    references: &[String],
) -> Result<Vec<(String, Case)>, Fault> {
    let found: Vec<(String, String)> = transaction
        .prepare_cached(BY_REFERENCE)?
        .query_map(
            (step.name(), target, json_of(&references, "reference")?),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    let mut cases = Vec::new();
    for (reference, id) in found {
        match rows::case(transaction, &id) {
            Ok(Some(row)) => cases.push((reference, row.case)),
            // Of no single case: nothing to answer.
            Ok(None) => {}
            // One bad case must not keep a round from all others.
            Err(Fault::Store(error @ StoreError::Unreadable { .. })) => {
                tracing::error!(case = id, %error, "left out: a person has to look");
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(cases)
}

pub(super) fn references(
    transaction: &Transaction<'_>,
    step: Step,
    target: &str,
    unless_waived: Step,
) -> Result<Vec<String>, Fault> {
    let references = transaction
        .prepare_cached(
            "SELECT DISTINCT e.reference FROM effects e
             WHERE e.step = ?1 AND e.target = ?2 AND e.state = 'done' AND e.reference IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM waivers w WHERE w.case_id = e.case_id AND w.step = ?3)
             ORDER BY e.reference",
        )?
        .query_map((step.name(), target, unless_waived.name()), |row| {
            row.get(0)
        })?
        .collect::<Result<_, _>>()?;
    Ok(references)
}

pub(super) fn retry(
    transaction: &Transaction<'_>,
    id: &IncidentId,
    step: Option<Step>,
    now: Timestamp,
) -> Result<usize, Fault> {
    due_at_once(transaction, id, now)?;
    let concerned = transaction.execute(
        "UPDATE effects SET state = 'retry', attempts = 0, next_attempt_at = ?3, updated_at = ?3
         WHERE case_id = ?1 AND state IN ('retry', 'gave_up') AND (?2 IS NULL OR step = ?2)",
        (id.as_str(), step.map(Step::name), text_of(now)),
    )?;
    Ok(concerned)
}

pub(super) fn waive(
    transaction: &Transaction<'_>,
    id: &IncidentId,
    waiver: &Waiver,
) -> Result<(), Fault> {
    due_at_once(transaction, id, waiver.at)?;
    transaction.execute(
        "INSERT INTO waivers (case_id, step, reason, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET reason = excluded.reason, at = excluded.at",
        (
            id.as_str(),
            waiver.step.name(),
            &waiver.reason,
            text_of(waiver.at),
        ),
    )?;
    Ok(())
}

pub(super) fn due_at_once(
    transaction: &Transaction<'_>,
    id: &IncidentId,
    now: Timestamp,
) -> Result<(), Fault> {
    if lease::nudge(transaction, id.as_str(), now)? {
        return Ok(());
    }
    Err(StoreError::NoSuchCase { id: id.clone() }.into())
}
