//! `action_items`: an assignee with overdue items gets one mail that lists them all, at most one a day, on business
//! days and in business hours where the assignee lives, until the boxes are ticked.
//!
//! Which nag it is follows from the date, not from a counter: a week of downtime causes one mail, not seven.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::action_item::{ActionItem, ItemStatus};
use super::super::effect::{EVERYONE, EffectKey};
use super::super::hours::Hours;
use super::super::person::{Directory, Person};
use super::Step;

/// An open item together with the case it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowedItem {
    /// The item.
    pub item: ActionItem,
    /// What people call the incident.
    pub incident_reference: String,
    /// The page's title.
    pub page_title: String,
    /// Where the page is.
    pub page_url: String,
    /// Who leads the incident, and answers for items that nobody can be nagged about.
    pub lead: Option<Person>,
}

/// One mail that is owed today.
#[derive(Clone, Debug, PartialEq)]
pub struct Nag {
    /// Its key: one per person and day.
    pub key: EffectKey,
    /// Whom it goes to.
    pub to: Person,
    /// Their address.
    pub email: String,
    /// The day it is, where they live.
    pub today: Date,
    /// What they owe, most overdue first.
    pub items: Vec<OverdueItem>,
}

/// An overdue item in somebody's list.
#[derive(Clone, Debug, PartialEq)]
pub struct OverdueItem {
    /// The item and where it stands.
    pub followed: FollowedItem,
    /// Whole days since the date in it had ended.
    pub days_overdue: i32,
    /// Why it is in this person's list.
    pub because: Because,
}

/// Why an item is in somebody's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// They are the assignee.
    Assigned,
    /// They lead the incident and the item has no assignee.
    Unassigned,
    /// They lead the incident and no address of the assignee is known.
    AssigneeUnknown,
}

/// What a round comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    /// Mails that may go out now.
    pub due: Vec<Nag>,
    /// Mails that wait for the person's business hours, and until when.
    pub later: Vec<(Nag, Timestamp)>,
    /// Items about which nobody can be told: neither the assignee nor a lead has a known address.
    pub unreachable: Vec<FollowedItem>,
}

/// Sorts overdue items into one mail a person. An item is overdue once its date has ended where its assignee lives.
pub fn round(
    items: Vec<FollowedItem>,
    directory: &Directory,
    hours: &Hours,
    now: Timestamp,
) -> Round {
    let mut lists: BTreeMap<String, (Person, Vec<OverdueItem>)> = BTreeMap::new();
    let mut round = Round::default();
    for followed in items {
        if followed.item.status == ItemStatus::Done {
            continue;
        }
        let Some(due) = followed.item.due else {
            continue;
        };
        let told = addressee(&followed, directory);
        let zone = match &told {
            Some((person, ..)) => hours.of(person).zone().clone(),
            None => hours.zone().clone(),
        };
        let days_overdue = due
            .until(local_date(&zone, now))
            .map_or(0, |span| span.get_days());
        if days_overdue <= 0 {
            continue;
        }
        match told {
            Some((person, email, because)) => {
                let list = lists.entry(email).or_insert_with(|| (person, Vec::new()));
                list.1.push(OverdueItem {
                    followed,
                    days_overdue,
                    because,
                });
            }
            None => round.unreachable.push(followed),
        }
    }
    for (email, (person, mut items)) in lists {
        items.sort_by(|a, b| {
            b.days_overdue
                .cmp(&a.days_overdue)
                .then_with(|| a.followed.item.id.cmp(&b.followed.item.id))
        });
        let today = local_date(hours.of(&person).zone(), now);
        let key = EffectKey {
            case: EVERYONE.to_owned(),
            step: Step::ActionItems,
            target: format!("mail:{email}"),
            occurrence: today.to_string(),
        };
        let at = hours.nag_at(&person, now);
        let nag = Nag {
            key,
            to: person,
            email,
            today,
            items,
        };
        if at <= now {
            round.due.push(nag);
        } else {
            round.later.push((nag, at));
        }
    }
    round
}

fn local_date(zone: &TimeZone, now: Timestamp) -> Date {
    now.to_zoned_datetime(zone.clone()).date()
}

/// Who is told about an item: the assignee, else the lead.
fn addressee(followed: &FollowedItem, directory: &Directory) -> Option<(Person, String, Because)> {
    let assignee = followed.item.assignee.as_deref();
    if let Some(person) = assignee.and_then(|account| directory.by_atlassian(account))
        && let Some(email) = &person.email
    {
        return Some((person.clone(), email.clone(), Because::Assigned));
    }
    let lead = followed.lead.as_ref()?;
    let email = lead.email.clone()?;
    let because = if assignee.is_some() {
        Because::AssigneeUnknown
    } else {
        Because::Unassigned
    };
    Some((lead.clone(), email, because))
}
