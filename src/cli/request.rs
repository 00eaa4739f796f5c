//! `debrief retry` and `debrief waive`: what people ask of the worker. Both only write the ledger; the next pass acts on it.

use super::compose;
use super::{Common, Exit, Fault};
use crate::playbook::case::Waiver;
use crate::playbook::incident::IncidentId;
use crate::playbook::steps::Step;
use crate::store::{CaseRow, Store};

/// Tries again what was given up or waits for its next try.
pub async fn retry(common: &Common, incident: &str, step: Option<Step>) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    let clock = compose::clock(common, &config).await?;
    let store = compose::store(&config).await?;
    let row = case_named(store.as_ref(), incident).await?;
    let id = &row.case.incident.id;
    let count = store.retry(id, step, clock.now()).await?;
    match count {
        0 => anstream::println!("Nothing of {id} waits for another try."),
        1 => anstream::println!("One act of {id} is tried again on the next pass."),
        count => anstream::println!("{count} acts of {id} are tried again on the next pass."),
    }
    Ok(Exit::Well)
}

/// Takes a step off an incident's list.
pub async fn waive(
    common: &Common,
    incident: &str,
    step: Step,
    reason: &str,
) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    let clock = compose::clock(common, &config).await?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Fault::Usage(
            "--reason is empty: whoever sees the step later wants to know why it was waived"
                .to_owned(),
        ));
    }
    let store = compose::store(&config).await?;
    let row = case_named(store.as_ref(), incident).await?;
    let id = &row.case.incident.id;
    store
        .waive(
            id,
            &Waiver {
                step,
                reason: reason.to_owned(),
                at: clock.now(),
            },
        )
        .await?;
    anstream::println!("{step} of {id} is waived.");
    Ok(Exit::Well)
}

/// The case that a person names by id or reference.
pub async fn case_named(store: &dyn Store, name: &str) -> Result<CaseRow, Fault> {
    if let Some(id) = IncidentId::parse(name)
        && let Some(row) = store.case(&id).await?
    {
        return Ok(row);
    }
    let wanted = name.trim_start_matches('#');
    let mut found: Vec<CaseRow> = store
        .cases(usize::MAX)
        .await?
        .into_iter()
        .filter(|row| {
            let incident = &row.case.incident;
            incident.reference.trim_start_matches('#') == wanted || incident.id.key() == wanted
        })
        .collect();
    match (found.len(), found.pop()) {
        (1, Some(row)) => Ok(row),
        (0, _) => Err(Fault::Usage(format!(
            "no case is known for {name}: `debrief status` lists them by id and reference"
        ))),
        (many, _) => Err(Fault::Usage(format!(
            "{name} is the reference of {many} cases: give the id, as `debrief status` shows it"
        ))),
    }
}
