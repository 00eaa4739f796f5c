//! `review_meeting`: a slot chosen once from real calendars, then one event with a client-chosen id.
//!
//! The choice is recorded before the event exists: busy calendars do not move a chosen slot on the next pass, and a
//! person who moves or deletes the event decides.

use super::super::case::Case;
use super::super::lead::VOLUNTEER;
use super::super::plan::{Need, Owed, Patience};
use super::super::rules::{Provision, Rules};
use super::Step;
use super::act::Act;

/// The name of the decision that holds the chosen slot.
pub const SLOT: &str = "slot";

/// What the step owes, or why nothing.
pub fn owed(case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    match &rules.review_meeting {
        Provision::Provided(()) => {}
        Provision::Off(because) => return Err(because.clone()),
    }
    let mut owed = vec![
        Owed::new(
            Act::Slot,
            [
                Need::Settled,
                Need::Record,
                // Who took part, the chat tells as well.
                Need::Patiently(Act::Transcript, Patience::Page),
            ],
        ),
        Owed::new(
            Act::Event,
            [
                Need::Done(Act::Slot),
                Need::Patiently(Act::Page, Patience::Page),
                Need::Patiently(Act::Spreadsheet, Patience::Page),
            ],
        ),
    ];
    if volunteered_since(case) {
        owed.push(Owed::new(Act::Contact, [Need::Done(Act::Event)]));
    }
    Ok(owed)
}

/// Whether somebody took the lead after the event was made, which names whoever led before.
fn volunteered_since(case: &Case) -> bool {
    let volunteered_at = case
        .decisions
        .iter()
        .find(|decision| decision.step == Step::Announcement && decision.name == VOLUNTEER)
        .map(|decision| decision.decided_at);
    match (volunteered_at, case.effect_of(&Act::Event)) {
        (Some(volunteered_at), Some(event)) => event.updated_at <= volunteered_at,
        (Some(_) | None, None) | (None, Some(_)) => false,
    }
}
