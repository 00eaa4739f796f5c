//! `lead_briefing`: whoever leads gets everything in one place, and the links go back to where the incident was worked on.
//!
//! A later volunteer gets a briefing of their own: whom it goes to is part of the act. Whoever was briefed before is not
//! told again.

use super::super::case::Case;
use super::super::incident::Visibility;
use super::super::plan::{Need, Owed, Patience};
use super::super::rules::{BriefingRules, Provision, Rules, Way};
use super::act::Act;

/// What the step owes, or why nothing.
pub fn owed(case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    let briefing = match &rules.lead_briefing {
        Provision::Provided(briefing) => briefing,
        Provision::Off(because) => return Err(because.clone()),
    };
    let acts = acts(case, briefing);
    if acts.is_empty() {
        return Err(match case.incident.lead() {
            Some(_) => {
                "neither an address nor a Slack account of the lead is known; [[people]] may say"
                    .to_owned()
            }
            None => "nobody leads the incident yet; a reaction on the post in Slack takes the lead"
                .to_owned(),
        });
    }
    Ok(acts
        .into_iter()
        .map(|act| {
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
        })
        .collect())
}

/// The mail to whoever leads, where there is one to be sent.
pub fn mail(case: &Case, rules: &Rules) -> Option<Act> {
    let briefing = rules.lead_briefing.provided()?;
    let lead = case.incident.lead()?;
    briefing
        .ways
        .contains(&Way::Mail)
        .then(|| lead.email.clone().map(Act::BriefMail))?
}

fn acts(case: &Case, briefing: &BriefingRules) -> Vec<Act> {
    let BriefingRules { ways, channels } = briefing;
    let lead = case.incident.lead();
    let mut acts = Vec::new();
    for way in ways {
        match way {
            Way::Mail => acts.extend(lead.and_then(|lead| lead.email.clone()).map(Act::BriefMail)),
            Way::Chat => acts.extend(lead.and_then(|lead| lead.slack.clone()).map(Act::BriefChat)),
            // Only the record that the incident came from can take a note.
            Way::Note => {
                acts.extend((case.incident.id.source() == "pagerduty").then_some(Act::Note))
            }
            Way::Links => {
                // An incident's own channel is the place; the common ones are for incidents that have none, and are no
                // place for private ones.
                let own = &case.incident.channels;
                let told = match case.incident.visibility {
                    Visibility::Company if own.is_empty() => channels,
                    Visibility::Company | Visibility::Private => own,
                };
                acts.extend(told.iter().cloned().map(Act::Links));
            }
        }
    }
    acts
}
