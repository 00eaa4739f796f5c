//! Rows to values and back. What cannot be read is named, never guessed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;

use super::Fault;
use crate::playbook::case::{Case, Decision, Waiver};
use crate::playbook::effect::{Effect, EffectKey, EffectState};
use crate::playbook::incident::Incident;
use crate::playbook::steps::Step;
use crate::store::{CaseRow, StoreError};

/// A time as the database keeps it: of one width, so that comparing text compares times.
pub(super) fn text_of(time: Timestamp) -> String {
    format!("{time:.9}")
}

pub(super) fn time_of(text: &str, what: &'static str, which: &str) -> Result<Timestamp, Fault> {
    text.parse()
        .map_err(|error| unreadable(what, which, format_args!("time {text:?}: {error}")))
}

pub(super) fn unreadable(what: &'static str, which: &str, why: impl std::fmt::Display) -> Fault {
    StoreError::Unreadable {
        what,
        detail: format!("{which}: {why}"),
    }
    .into()
}

pub(super) fn json_of<T: serde::Serialize>(value: &T, what: &'static str) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| unreadable(what, "to be written", error))
}

pub(super) fn value_of<T: DeserializeOwned>(
    json: &str,
    what: &'static str,
    which: &str,
) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|error| unreadable(what, which, error))
}

fn step_of(name: &str, what: &'static str, which: &str) -> Result<Step, Fault> {
    Step::parse(name).ok_or_else(|| unreadable(what, which, format_args!("step {name:?}")))
}

/// The five columns that an [`EffectState`] takes.
pub(super) struct StateColumns<'a> {
    pub(super) state: &'static str,
    pub(super) reference: Option<&'a str>,
    pub(super) url: Option<&'a str>,
    pub(super) next_attempt_at: Option<String>,
    pub(super) error: Option<&'a str>,
}

pub(super) fn columns_of(state: &EffectState) -> StateColumns<'_> {
    let bare = |state| StateColumns {
        state,
        reference: None,
        url: None,
        next_attempt_at: None,
        error: None,
    };
    match state {
        EffectState::InFlight => bare("in_flight"),
        EffectState::InDoubt => bare("in_doubt"),
        EffectState::Done { reference, url } => StateColumns {
            reference: Some(reference),
            url: url.as_deref(),
            ..bare("done")
        },
        EffectState::Retry { at, error } => StateColumns {
            next_attempt_at: Some(text_of(*at)),
            error: Some(error),
            ..bare("retry")
        },
        EffectState::GaveUp { error } => StateColumns {
            error: Some(error),
            ..bare("gave_up")
        },
    }
}

/// The columns that [`effect_of`] reads, in its order.
const EFFECT_COLUMNS: &str = "case_id, step, target, occurrence, state, reference, url, next_attempt_at, error, attempts, updated_at";

fn effect_of(row: &Row<'_>) -> Result<Effect, Fault> {
    let what = "ledger row";
    let (case, step, target, occurrence): (String, String, String, String) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    // The target may be somebody's address, and this text may end in a log: the case and the step must do.
    let which = format!("{case} {step}");
    let missing = |column| unreadable(what, &which, format_args!("{column} is missing"));
    let state: String = row.get(4)?;
    let error = || row.get::<_, Option<String>>(8);
    let state = match state.as_str() {
        "in_flight" => EffectState::InFlight,
        "in_doubt" => EffectState::InDoubt,
        "done" => EffectState::Done {
            reference: row
                .get::<_, Option<String>>(5)?
                .ok_or_else(|| missing("reference"))?,
            url: row.get(6)?,
        },
        "retry" => EffectState::Retry {
            at: time_of(
                &row.get::<_, Option<String>>(7)?
                    .ok_or_else(|| missing("next_attempt_at"))?,
                what,
                &which,
            )?,
            error: error()?.ok_or_else(|| missing("error"))?,
        },
        "gave_up" => EffectState::GaveUp {
            error: error()?.ok_or_else(|| missing("error"))?,
        },
        unknown => {
            return Err(unreadable(what, &which, format_args!("state {unknown:?}")));
        }
    };
    let attempts: i64 = row.get(9)?;
    Ok(Effect {
        state,
        attempts: u32::try_from(attempts)
            .map_err(|_| unreadable(what, &which, format_args!("attempts {attempts}")))?,
        updated_at: time_of(&row.get::<_, String>(10)?, what, &which)?,
        key: EffectKey {
            step: step_of(&step, what, &which)?,
            case,
            target,
            occurrence,
        },
    })
}

/// The newest rows of the ledger for one case.
pub(super) fn effects(
    connection: &Connection,
    case: &str,
    limit: usize,
) -> Result<Vec<Effect>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {EFFECT_COLUMNS} FROM effects WHERE case_id = ?1
         ORDER BY updated_at DESC, step, target, occurrence LIMIT ?2"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query((case, limit))?;
    let mut effects = Vec::new();
    while let Some(row) = rows.next()? {
        effects.push(effect_of(row)?);
    }
    Ok(effects)
}

/// The rows of these keys, those that there are.
pub(super) fn standing(connection: &Connection, keys: &[EffectKey]) -> Result<Vec<Effect>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {EFFECT_COLUMNS} FROM effects
         WHERE case_id = ?1 AND step = ?2 AND target = ?3 AND occurrence = ?4"
    ))?;
    let mut effects = Vec::new();
    for key in keys {
        let named = (&key.case, key.step.name(), &key.target, &key.occurrence);
        let mut rows = statement.query(named)?;
        if let Some(row) = rows.next()? {
            effects.push(effect_of(row)?);
        }
    }
    Ok(effects)
}

/// What a step did since then, in cases where a choice of it is still to be made.
pub(super) fn done_without_choice(
    connection: &Connection,
    step: Step,
    target: &str,
    since: Timestamp,
    choice: &str,
) -> Result<Vec<Effect>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {EFFECT_COLUMNS} FROM effects e
         WHERE step = ?1 AND state = 'done' AND updated_at >= ?2 AND substr(target, 1, length(?3)) = ?3
             AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.case_id = e.case_id AND d.step = ?1 AND d.name = ?4)
         ORDER BY updated_at, case_id, target"
    ))?;
    let mut rows = statement.query((step.name(), text_of(since), target, choice))?;
    let mut effects = Vec::new();
    while let Some(row) = rows.next()? {
        effects.push(effect_of(row)?);
    }
    Ok(effects)
}

/// The whole case: facts, decisions, ledger, waivers.
pub(super) fn case(connection: &Connection, id: &str) -> Result<Option<CaseRow>, Fault> {
    let what = "case";
    let found = connection
        .prepare_cached(
            "SELECT c.facts, c.adopted_at, c.wake_at, l.until
             FROM cases c LEFT JOIN leases l ON l.name = c.id WHERE c.id = ?1",
        )?
        .query_row([id], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Option<String>>(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        })
        .optional()?;
    let Some((facts, adopted_at, wake_at, until)) = found else {
        return Ok(None);
    };
    let incident: Incident = value_of(&facts, what, id)?;
    let time = |text: Option<String>| text.map(|text| time_of(&text, what, id)).transpose();
    let effects: BTreeMap<_, _> = effects(connection, id, usize::MAX)?
        .into_iter()
        .map(|effect| (effect.key.clone(), effect))
        .collect();
    Ok(Some(CaseRow {
        case: Case {
            incident,
            adopted_at: time_of(&adopted_at, what, id)?,
            decisions: decisions(connection, id)?,
            effects,
            waivers: waivers(connection, id)?,
        },
        wake_at: time(wake_at)?,
        leased_until: time(until)?,
    }))
}

fn decisions(connection: &Connection, case: &str) -> Result<Vec<Decision>, Fault> {
    let what = "decision";
    let mut statement = connection.prepare_cached(
        "SELECT step, name, value, decided_at FROM decisions WHERE case_id = ?1
         ORDER BY decided_at, step, name",
    )?;
    let mut rows = statement.query([case])?;
    let mut decisions = Vec::new();
    while let Some(row) = rows.next()? {
        let (step, name): (String, String) = (row.get(0)?, row.get(1)?);
        let which = format!("{case} {step} {name}");
        decisions.push(Decision {
            step: step_of(&step, what, &which)?,
            name,
            value: value_of(&row.get::<_, String>(2)?, what, &which)?,
            decided_at: time_of(&row.get::<_, String>(3)?, what, &which)?,
        });
    }
    Ok(decisions)
}

fn waivers(connection: &Connection, case: &str) -> Result<Vec<Waiver>, Fault> {
    let what = "waiver";
    let mut statement = connection.prepare_cached(
        "SELECT step, reason, at FROM waivers WHERE case_id = ?1 ORDER BY at, step",
    )?;
    let mut rows = statement.query([case])?;
    let mut waivers = Vec::new();
    while let Some(row) = rows.next()? {
        let step: String = row.get(0)?;
        let which = format!("{case} {step}");
        waivers.push(Waiver {
            step: step_of(&step, what, &which)?,
            reason: row.get(1)?,
            at: time_of(&row.get::<_, String>(2)?, what, &which)?,
        });
    }
    Ok(waivers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn times_sort_as_text_and_lose_nothing() {
        let times: Vec<Timestamp> = [
            "1969-12-31T23:59:59.999999999Z",
            "2026-03-04T09:30:00Z",
            "2026-03-04T09:30:00.000000001Z",
            "2026-03-04T09:30:00.5Z",
            "2026-03-04T09:30:01Z",
        ]
        .map(|text| text.parse().unwrap())
        .into();
        let texts: Vec<String> = times.iter().copied().map(text_of).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        for (time, text) in times.iter().zip(&texts) {
            assert_eq!(time_of(text, "time", "").ok(), Some(*time));
        }
        assert_eq!(texts[1], "2026-03-04T09:30:00.000000000Z");
    }
}
