//! `announcement`: one mail per recipient list and one post per channel, then a note of it on the page.
//!
//! A mail cannot be completed later, so it waits for the page, the sheet and the event longer than the page does.

use super::super::case::Case;
use super::super::plan::{Need, Owed, Patience};
use super::super::rules::{Provision, Rules};
use super::act::Act;

/// What the step owes, or why nothing.
pub fn owed(_case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    let announcement = match &rules.announcement {
        Provision::Provided(announcement) => announcement,
        Provision::Off(because) => return Err(because.clone()),
    };
    let acts: Vec<Act> = announcement
        .mail_to
        .iter()
        .map(|list| Act::Mail(list.clone()))
        .chain(
            announcement
                .channels
                .iter()
                .map(|channel| Act::Chat(channel.clone())),
        )
        .collect();
    let mirror = rules.postmortem_page.provided().map(|()| {
        let needs: Vec<Need> = std::iter::once(Need::Done(Act::Page))
            .chain(acts.iter().cloned().map(Need::Over))
            .collect();
        Owed::new(Act::Mirror, needs)
    });
    Ok(acts
        .into_iter()
        .map(|act| {
            Owed::new(
                act,
                [
                    Need::Settled,
                    Need::Record,
                    Need::Patiently(Act::Page, Patience::Announcement),
                    Need::Patiently(Act::Event, Patience::Announcement),
                    Need::Patiently(Act::Spreadsheet, Patience::Announcement),
                ],
            )
        })
        .chain(mirror)
        .collect())
}
