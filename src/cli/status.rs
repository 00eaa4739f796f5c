//! `debrief status`: cases, verdicts, when each is looked at next, what needs a human, and what it cost in calls.
//! It reads the ledger and calls nobody.

use serde_json::{Value, json};

use super::compose;
use super::screen;
use super::{Common, Exit, Fault};
use crate::playbook::plan::plan;
use crate::worker::calls::{self, Calls};
use crate::worker::people::{UNPLACED, Unplaced};

/// How many cases are shown.
const SHOWN: usize = 200;

/// Shows where things stand.
pub async fn status(common: &Common, as_json: bool) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    let clock = compose::clock(common, &config).await?;
    if !compose::has_ledger(&config.store.path) {
        if as_json {
            anstream::println!(
                "{}",
                json!({ "cases": [], "next_due": null, "needs_human": false, "calls": null })
            );
        } else {
            anstream::println!(
                "There is no ledger at {} yet: nothing was ever done.",
                config.store.path.display()
            );
        }
        return Ok(Exit::Well);
    }
    let store = compose::store(&config).await?;
    let rules = compose::rules(&config)?;
    let now = clock.now();
    let zone = &config.time_zone;
    let rows = store.cases(SHOWN).await?;
    let next_due = store.next_due().await?;
    let calls: Option<Calls> = store
        .memo(calls::MEMO)
        .await?
        .and_then(|value| serde_json::from_value(value).ok());
    let unplaced: Unplaced = store
        .memo(UNPLACED)
        .await?
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default();
    let mut needs_human = false;
    let mut told = Vec::new();
    for row in &rows {
        let plan = plan(&row.case, &rules, now);
        needs_human |= plan.needs_human();
        if as_json {
            told.push(json!({
                "incident": row.case.incident.id,
                "reference": row.case.incident.reference,
                "title": row.case.incident.title,
                "service": row.case.incident.service,
                "resolved_at": row.case.incident.resolved_at(),
                "verdicts": plan.verdicts,
                "wake_at": row.wake_at,
                "leased_until": row.leased_until,
            }));
        } else {
            anstream::println!("{}", screen::case(&row.case, &plan.verdicts, zone, now));
        }
    }
    if as_json {
        let status = json!({ "cases": told, "next_due": next_due, "needs_human": needs_human, "unplaced": unplaced, "calls": calls });
        anstream::println!(
            "{}",
            serde_json::to_string_pretty(&status).unwrap_or_else(|_| Value::Null.to_string())
        );
    } else {
        match next_due {
            Some(at) if at <= now => anstream::println!("The next case is due now."),
            Some(at) => anstream::println!("The next case is due {}.", screen::time(at, zone)),
            None => anstream::println!(
                "No case is due; sources and action items are looked at on every pass."
            ),
        }
        for (name, missing) in &unplaced {
            anstream::println!("{}", screen::unplaced(name, missing));
        }
        if let Some(calls) = calls {
            anstream::println!("{calls}");
        }
        if needs_human {
            anstream::println!(
                "Something needs a human: mend it, then `debrief retry INCIDENT`, or `debrief waive INCIDENT STEP --reason TEXT`."
            );
        }
    }
    Ok(if needs_human {
        Exit::NeedsHuman
    } else {
        Exit::Well
    })
}
