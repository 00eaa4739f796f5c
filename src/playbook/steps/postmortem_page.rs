//! `postmortem_page`: created once, complete; its body is never rewritten, because people are typing in it.
//!
//! It waits for the sheet's address and the meeting's slot with patience, not for ever. What comes later than the page
//! is brought by a footer comment.

use serde::{Deserialize, Serialize};

use super::super::case::Case;
use super::super::incident::Visibility;
use super::super::lead;
use super::super::plan::{Need, Owed, Patience};
use super::super::rules::{Provision, Rules};
use super::Step;
use super::act::{Act, News};

/// The decision of what the page holds, recorded before it is created, so that a second try sends the same page and
/// comments bring exactly what it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContent {
    /// Whether the sheet's address was there in time.
    pub sheet: Coverage,
    /// Whether the meeting's slot was there in time.
    pub meeting: Coverage,
    /// Whether somebody had volunteered to lead in time. Nobody has to: whoever comes later is told of by a comment.
    #[serde(default = "nobody_yet")]
    pub volunteer: Coverage,
}

/// Whether something made it onto the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// It stands on the page.
    OnPage,
    /// The page says that it is coming.
    Coming,
    /// It is not owed; the page does not speak of it.
    NotOwed,
}

fn nobody_yet() -> Coverage {
    Coverage::NotOwed
}

/// The name of the decision that holds [`PageContent`].
pub const CONTENT: &str = "content";

/// What the step owes, or why nothing.
pub fn owed(case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    match &rules.postmortem_page {
        Provision::Provided(()) => {}
        Provision::Off(because) => return Err(because.clone()),
    }
    let mut owed = Vec::new();
    // Whatever comes after the page was made comes too late for it.
    if has_transcript(case, rules) && !case.is_done(&Act::Page) {
        owed.push(Owed::new(Act::Transcript, [Need::Settled, Need::Record]));
    }
    owed.extend([
        Owed::new(
            Act::Page,
            [
                Need::Settled,
                Need::Record,
                Need::Patiently(Act::Transcript, Patience::Page),
                Need::Patiently(Act::Spreadsheet, Patience::Page),
                Need::Patiently(Act::Slot, Patience::Page),
            ],
        ),
        Owed::new(Act::Labels, [Need::Done(Act::Page)]),
    ]);
    match case.incident.visibility {
        Visibility::Company => {}
        Visibility::Private => {
            owed.push(Owed::new(Act::Restriction, [Need::Done(Act::Page)]));
        }
    }
    if let Some(content) = case.decision::<PageContent>(Step::PostmortemPage, CONTENT) {
        for (coverage, news, act) in [
            (content.sheet, News::Sheet, Act::Spreadsheet),
            (content.meeting, News::Meeting, Act::Slot),
        ] {
            match coverage {
                Coverage::Coming => {
                    owed.push(Owed::new(
                        Act::Comment(news),
                        [Need::Done(Act::Page), Need::IfEver(act)],
                    ));
                }
                Coverage::OnPage | Coverage::NotOwed => {}
            }
        }
        match content.volunteer {
            Coverage::NotOwed if lead::volunteer(case).is_some() => {
                owed.push(Owed::new(Act::Comment(News::Lead), [Need::Done(Act::Page)]));
            }
            Coverage::OnPage | Coverage::Coming | Coverage::NotOwed => {}
        }
    }
    Ok(owed)
}

/// Whether anything was written about the incident in a chat that can be read.
fn has_transcript(case: &Case, rules: &Rules) -> bool {
    rules
        .transcript
        .provided()
        .is_some_and(|common| !common.is_empty() || !case.incident.channels.is_empty())
}

/// What the page would hold if it were created now.
pub fn content(case: &Case, rules: &Rules) -> PageContent {
    let coverage = |step: Step, act: &Act, off: bool| {
        if off || case.waiver(step).is_some() {
            Coverage::NotOwed
        } else if case.is_done(act) {
            Coverage::OnPage
        } else {
            Coverage::Coming
        }
    };
    PageContent {
        sheet: coverage(
            Step::AffectedCustomers,
            &Act::Spreadsheet,
            rules.affected_customers.provided().is_none(),
        ),
        meeting: coverage(
            Step::ReviewMeeting,
            &Act::Slot,
            rules.review_meeting.provided().is_none(),
        ),
        volunteer: match lead::volunteer(case) {
            Some(_) => Coverage::OnPage,
            None => Coverage::NotOwed,
        },
    }
}
