//! `review_meeting`: a slot chosen once from real calendars, then one event with a client-chosen id.
//!
//! The choice is recorded before the event exists: busy calendars do not move a chosen slot on the next pass, and a
//! person who moves or deletes the event decides.

use super::super::case::Case;
use super::super::plan::{Need, Owed, Patience};
use super::super::rules::{Provision, Rules};
use super::act::Act;

/// The name of the decision that holds the chosen slot.
pub const SLOT: &str = "slot";

/// What the step owes, or why nothing.
pub fn owed(_case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    match &rules.review_meeting {
        Provision::Provided(()) => Ok(vec![
            Owed::new(Act::Slot, [Need::Settled, Need::Record]),
            Owed::new(
                Act::Event,
                [
                    Need::Done(Act::Slot),
                    Need::Patiently(Act::Page, Patience::Page),
                    Need::Patiently(Act::Spreadsheet, Patience::Page),
                ],
            ),
        ]),
        Provision::Off(because) => Err(because.clone()),
    }
}
