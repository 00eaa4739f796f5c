//! `page_review`: after the meeting the page is read; its leader gets one list of what is missing, then a reminder on each
//! business day, until nothing is missing or a person waives the step.
//!
//! Which reminder it is follows from the date where the leader lives, not from a counter: a week of downtime causes one,
//! not five. One that failed, or of which nobody knows whether it went out, keeps its own date and counts for the day on
//! which it was settled.
//!
//! Once before the meeting the page is read for its wording alone: advice helps while people still write.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::super::business_hours::Deadline;
use super::super::case::Case;
use super::super::effect::{Effect, EffectState};
use super::super::hours::Hours;
use super::super::person::Person;
use super::super::plan::{Need, Owed};
use super::super::review::{Form, Remarks};
use super::super::rules::{Provision, Rules};
use super::super::slot::ChosenSlot;
use super::Step;
use super::act::Act;
use super::review_meeting::SLOT;

/// The name of the decision that holds what the page was created with: a [`Form`]. A case without it got its page from a
/// release that did not review pages, and is not reviewed.
pub const FORM: &str = "form";

/// The name of the decision that nothing is missing any more: when it was seen.
pub const COMPLETE: &str = "complete";

/// The name of the decision that holds what is to be said about the page's wording, once there is something: [`Remarks`].
pub const FINDINGS: &str = "findings";

/// What the names of the decisions begin with that hold a meeting's end where people have moved it; a date follows.
const MOVED: &str = "moved:";

/// The name of the decision that people had moved the meeting, as was seen on that day.
pub fn moved(date: Date) -> String {
    format!("{MOVED}{date}")
}

/// What reviews go by.
#[derive(Clone, Debug)]
pub struct ReviewRules {
    /// Who works when.
    pub hours: Hours,
    /// More open action items than these are too many.
    pub most_items: usize,
    /// How much working time before the meeting the page's wording is looked at.
    pub before: SignedDuration,
    /// Without a meeting: after so many business days the page is reviewed.
    pub after_page: u32,
    /// Whether advice on wording is given.
    pub advice: Provision<()>,
    /// Who gets the list where no leader with an address is known.
    pub fallback: Option<String>,
}

/// Whose page it is: whoever leads the incident.
pub fn leader(case: &Case) -> Option<&Person> {
    case.incident.lead()
}

/// Whom the list goes to, with their address.
pub fn addressee(case: &Case, rules: &ReviewRules) -> Option<(Person, String)> {
    let leader = leader(case).and_then(|person| Some((person.clone(), person.email.clone()?)));
    leader.or_else(|| {
        let email = rules.fallback.clone()?;
        let person = Person {
            name: email.clone(),
            email: Some(email.clone()),
            ..Person::default()
        };
        Some((person, email))
    })
}

/// Whether a list of what is missing has gone out.
pub fn was_told(case: &Case) -> bool {
    reviews(case).any(|(_, effect)| {
        effect
            .reference()
            .is_some_and(|reference| reference != PUT_OFF)
    })
}

/// What the page was created with, once it was.
pub fn form(case: &Case) -> Option<Form> {
    case.decision(Step::PageReview, FORM)
}

/// Whether nothing was missing when the page was last read.
pub fn is_complete(case: &Case) -> bool {
    case.decision::<Timestamp>(Step::PageReview, COMPLETE)
        .is_some()
}

/// Whether something is to be said, or was said, about the page's wording.
pub fn has_findings(case: &Case) -> bool {
    case.decision::<Remarks>(Step::PageReview, FINDINGS)
        .is_some()
}

/// What the step owes at a moment, or why nothing.
pub fn owed(case: &Case, rules: &Rules, now: Timestamp) -> Result<Vec<Owed>, String> {
    let review = match &rules.page_review {
        Provision::Provided(review) => review,
        Provision::Off(because) => return Err(because.clone()),
    };
    if case.is_done(&Act::Page) && form(case).is_none() {
        return Err("its page was made before pages were reviewed".to_owned());
    }
    let mut owed: Vec<Owed> = proofreading(case, review, now).into_iter().collect();
    if has_findings(case) {
        owed.push(Owed::new(Act::Advice, [Need::Done(Act::Page)]));
    }
    let mut unsettled = reviews(case)
        .filter(|(_, effect)| effect.reference().is_none())
        .map(|(date, _)| Owed::new(Act::Review(date), [Need::Settled, Need::Done(Act::Page)]))
        .peekable();
    if unsettled.peek().is_none() && !is_complete(case) {
        owed.push(next_review(case, review, now));
    }
    owed.extend(unsettled);
    Ok(owed)
}

/// The look at the wording before the meeting. Not begun by then, the review after it sees the same.
fn proofreading(case: &Case, review: &ReviewRules, now: Timestamp) -> Option<Owed> {
    review.advice.provided()?;
    let slot = slot(case)?;
    let begun = case.effect_of(&Act::Proofread).is_some();
    if !begun && (slot.start <= now || has_findings(case)) {
        return None;
    }
    let at = review.hours.team().before(slot.start, review.before);
    let from = Need::From(at, "the last hours before the meeting");
    Some(Owed::new(Act::Proofread, [Need::Done(Act::Page), from]))
}

/// The review that has not been begun: today's, or the one after it.
fn next_review(case: &Case, review: &ReviewRules, now: Timestamp) -> Owed {
    let person = addressee(case, review).map(|(person, _)| person);
    let person = person.unwrap_or_default();
    let zone = review.hours.of(&person).zone().clone();
    let date_of = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
    let Some((begin, after)) = begins(case, review) else {
        let page = [Need::Settled, Need::Done(Act::Page)];
        return Owed::new(Act::Review(date_of(now)), page);
    };
    let told = reviews(case)
        .map(|(date, effect)| date.max(date_of(effect.updated_at)))
        .max();
    let mut at = review.hours.nag_at(&person, begin.max(now));
    let mut waits_for = after;
    if let Some(told) = told {
        waits_for = "what is missing on the page; its leader is reminded then";
        if date_of(at) <= told {
            let midnight = told.tomorrow().and_then(|day| {
                day.to_datetime(Time::midnight())
                    .to_zoned_datetime(zone.clone())
            });
            let next_day =
                midnight.map_or(at + SignedDuration::from_hours(24), |day| day.timestamp());
            at = review.hours.nag_at(&person, next_day);
        }
    }
    let needs = [
        Need::Settled,
        Need::Done(Act::Page),
        Need::From(at, waits_for),
    ];
    Owed::new(Act::Review(date_of(at)), needs)
}

/// From when on the page is reviewed, and what that is. A page that came after its meeting gets the time that one
/// without a meeting gets.
fn begins(case: &Case, review: &ReviewRules) -> Option<(Timestamp, &'static str)> {
    let made_at = case
        .effect_of(&Act::Page)
        .filter(|effect| matches!(effect.state, EffectState::Done { .. }))
        .map(|effect| effect.updated_at);
    if let Some(end) = meeting_ends(case)
        && made_at.is_none_or(|made_at| made_at < end)
    {
        return Some((end, "the end of the meeting"));
    }
    let team = review.hours.team();
    let at = (0..review.after_page).fold(made_at?, |at, _| {
        team.deadline(at, &Deadline::NextBusinessDay)
    });
    Some((at, "the business days that people have for the page"))
}

/// When the meeting ends: as it was booked, or as people were last seen to have moved it.
pub fn meeting_ends(case: &Case) -> Option<Timestamp> {
    let moved = case
        .decisions
        .iter()
        .filter(|decision| decision.step == Step::PageReview && decision.name.starts_with(MOVED))
        .filter_map(|decision| serde_json::from_value(decision.value.clone()).ok());
    slot(case)
        .map(|slot| slot.end)
        .into_iter()
        .chain(moved)
        .max()
}

fn slot(case: &Case) -> Option<ChosenSlot> {
    case.decision(Step::ReviewMeeting, SLOT)
}

/// The reviews that were begun, by their dates.
fn reviews(case: &Case) -> impl Iterator<Item = (Date, &Effect)> {
    case.effects.values().filter_map(|effect| {
        let is_ours = effect.key.step == Step::PageReview;
        let date = effect.key.target.strip_prefix(REVIEW).filter(|_| is_ours)?;
        Some((date.parse().ok()?, effect))
    })
}

/// What the ledger refers to for a review that found its meeting still to come: nobody was told anything.
pub const PUT_OFF: &str = "put off";

/// What the targets of reviews begin with; the date follows.
pub(super) const REVIEW: &str = "review:";

#[cfg(test)]
mod tests;
