//! Who may act, until when, and what is due next.
//!
//! While a case is held its `wake_at` is the end of the lease: a held case is not due, yet a worker that dies leaves
//! it due by itself, and nobody who sleeps until [`next_due`] wakes up for what somebody else is at.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction};

use super::Fault;
use super::rows::{self, text_of, time_of};
use crate::playbook::case::Case;
use crate::store::{Claim, StoreError};

/// How long a case that cannot be read is left alone, so that it blocks no other and is still heard of every hour.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(1);

/// The case that is due the longest and not held.
pub(super) const DUE: &str = "
    SELECT c.id FROM cases c LEFT JOIN leases l ON l.name = c.id
    WHERE c.wake_at <= ?1 AND (l.until IS NULL OR l.until <= ?1)
    ORDER BY c.wake_at LIMIT 1";

pub(super) const NEXT_DUE: &str =
    "SELECT wake_at, id FROM cases WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT 1";

/// What [`claim_due`] found.
pub(super) enum Due {
    /// Nothing is due and free.
    Nothing,
    /// This one is, and is held now.
    Claimed(Claim, Box<Case>),
    /// This one is, but cannot be read. An answer and not an error: that it was put off has to be committed.
    PutOff(StoreError),
}

pub(super) fn claim_due(
    transaction: &Transaction<'_>,
    holder: &str,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Due, Fault> {
    let Some(id) = transaction
        .prepare_cached(DUE)?
        .query_row([text_of(now)], |row| row.get::<_, String>(0))
        .optional()?
    else {
        return Ok(Due::Nothing);
    };
    let Some(claim) = take(transaction, &id, holder, now, lease)? else {
        return Ok(Due::Nothing);
    };
    transaction.execute(
        "UPDATE cases SET nudged = 0, wake_at = ?2 WHERE id = ?1",
        (&id, text_of(claim.until)),
    )?;
    match rows::case(transaction, &id) {
        Ok(Some(row)) => Ok(Due::Claimed(claim, Box::new(row.case))),
        Ok(None) => Ok(Due::Nothing),
        Err(Fault::Store(error @ StoreError::Unreadable { .. })) => {
            release(transaction, &claim, Some(later(now, PUT_OFF)), now)?;
            Ok(Due::PutOff(error))
        }
        Err(fault) => Err(fault),
    }
}

/// Takes the lease of that name if it is free, and marks what an earlier holder left in flight as in doubt.
pub(super) fn take(
    transaction: &Transaction<'_>,
    name: &str,
    holder: &str,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Option<Claim>, Fault> {
    let until = later(now, lease);
    let fence = transaction
        .prepare_cached(
            "INSERT INTO leases (name, fence, holder, until) VALUES (?1, 1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE
                 SET fence = fence + 1, holder = excluded.holder, until = excluded.until
                 WHERE until IS NULL OR until <= ?4
             RETURNING fence",
        )?
        .query_row((name, holder, text_of(until), text_of(now)), |row| {
            row.get(0)
        })
        .optional()?;
    let Some(fence) = fence else {
        return Ok(None);
    };
    transaction.execute(
        // `updated_at` stays what it was: the doubt is as old as the attempt.
        "UPDATE effects SET state = 'in_doubt' WHERE lease = ?1 AND state = 'in_flight'",
        [name],
    )?;
    Ok(Some(Claim {
        name: name.to_owned(),
        holder: holder.to_owned(),
        fence,
        until,
    }))
}

/// Refuses a claim that somebody else has taken over or that was given back. Answers when the lease ends. One that ran
/// out and that nobody took is still good enough to write down what happened.
pub(super) fn check(transaction: &Transaction<'_>, claim: &Claim) -> Result<Timestamp, Fault> {
    let until: Option<String> = transaction
        .prepare_cached(
            "SELECT until FROM leases
             WHERE name = ?1 AND holder = ?2 AND fence = ?3 AND until IS NOT NULL",
        )?
        .query_row((&claim.name, &claim.holder, claim.fence), |row| row.get(0))
        .optional()?;
    match until {
        Some(until) => time_of(&until, "lease", &claim.name),
        None => Err(lost(&claim.name)),
    }
}

pub(super) fn lost(name: &str) -> Fault {
    StoreError::LeaseLost {
        name: name.to_owned(),
    }
    .into()
}

pub(super) fn renew(
    transaction: &Transaction<'_>,
    claim: Claim,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Claim, Fault> {
    check(transaction, &claim)?;
    let until = later(now, lease);
    transaction.execute(
        "UPDATE leases SET until = ?2 WHERE name = ?1",
        (&claim.name, text_of(until)),
    )?;
    transaction.execute(
        "UPDATE cases SET wake_at = ?2 WHERE id = ?1",
        (&claim.name, text_of(until)),
    )?;
    Ok(Claim { until, ..claim })
}

pub(super) fn release(
    transaction: &Transaction<'_>,
    claim: &Claim,
    wake_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Fault> {
    check(transaction, claim)?;
    transaction.execute(
        "UPDATE leases SET holder = NULL, until = NULL WHERE name = ?1",
        [&claim.name],
    )?;
    transaction.execute(
        "UPDATE cases SET wake_at = iif(nudged, ?3, ?2), nudged = 0 WHERE id = ?1",
        (&claim.name, wake_at.map(text_of), text_of(now)),
    )?;
    Ok(())
}

/// Makes a case due at once, or as soon as its holder lets go. Answers whether there is such a case.
pub(super) fn nudge(
    transaction: &Transaction<'_>,
    id: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let nudged = transaction
        .prepare_cached(
            "UPDATE cases SET
                 nudged = 1,
                 wake_at = CASE
                     WHEN EXISTS (SELECT 1 FROM leases WHERE name = ?1 AND until > ?2) THEN wake_at
                     ELSE min(coalesce(wake_at, ?2), ?2)
                 END
             WHERE id = ?1",
        )?
        .execute((id, text_of(now)))?;
    Ok(nudged > 0)
}

pub(super) fn next_due(transaction: &Transaction<'_>) -> Result<Option<Timestamp>, Fault> {
    transaction
        .prepare_cached(NEXT_DUE)?
        .query_row([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?
        .map(|(wake_at, id)| time_of(&wake_at, "case", &id))
        .transpose()
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
