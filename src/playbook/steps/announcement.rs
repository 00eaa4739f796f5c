//! `announcement`: one mail per recipient list and one post per channel.
//!
//! A mail cannot be completed later, so it waits for the page, the sheet and the event longer than the page does.
//!
//! Before anything is sent, the page is told what is about to be: should the database be lost, that is what keeps the
//! company from hearing everything twice. Whom the announcement goes to is decided once: a recipient that is configured
//! later hears of later incidents only.

use super::super::case::Case;
use super::super::incident::Visibility;
use super::super::plan::{Need, Owed, Patience};
use super::super::rules::{AnnouncementRules, Provision, Rules};
use super::Step;
use super::act::Act;

/// The name of the decision that holds the recipients: [`AnnouncementRules`].
pub const RECIPIENTS: &str = "recipients";

/// Whom the case is announced to: as decided, else as configured; or why nobody.
pub fn recipients(case: &Case, rules: &Rules) -> Result<AnnouncementRules, String> {
    match case.incident.visibility {
        Visibility::Company => {}
        Visibility::Private => {
            return Err("the incident is private: no list and no channel hears of it".to_owned());
        }
    }
    match (
        case.decision(Step::Announcement, RECIPIENTS),
        &rules.announcement,
    ) {
        (Some(decided), _) => Ok(decided),
        (None, Provision::Provided(configured)) => Ok(configured.clone()),
        (None, Provision::Off(because)) => Err(because.clone()),
    }
}

/// Every message that the case owes.
pub fn messages(recipients: &AnnouncementRules) -> impl Iterator<Item = Act> {
    let mails = recipients.mail_to.iter().cloned().map(Act::Mail);
    mails.chain(recipients.channels.iter().cloned().map(Act::Chat))
}

/// What the step owes, or why nothing.
pub fn owed(case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    let recipients = recipients(case, rules)?;
    let mirror = rules
        .postmortem_page
        .provided()
        .map(|()| Owed::new(Act::Mirror, [Need::Done(Act::Page)]));
    let messages = messages(&recipients).map(|act| {
        Owed::new(
            act,
            [
                Need::Settled,
                Need::Record,
                Need::Patiently(Act::Page, Patience::Announcement),
                Need::Patiently(Act::Mirror, Patience::Announcement),
                Need::Patiently(Act::Event, Patience::Announcement),
                Need::Patiently(Act::Spreadsheet, Patience::Announcement),
            ],
        )
    });
    Ok(mirror.into_iter().chain(messages).collect())
}
