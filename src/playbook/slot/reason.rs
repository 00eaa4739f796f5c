//! The sentence that tells people why the meeting is when it is.

use super::{ChosenSlot, Quality, Timeliness};

/// So many names are told before the rest is only counted: the sentence stands in an event and on a page.
const NAMED: usize = 5;

/// One sentence without markup; `invited` is how many people it was chosen for.
pub(super) fn sentence(slot: &ChosenSlot, invited: usize) -> String {
    let mut clauses = vec![verdict(slot, invited)];
    if !slot.missing.is_empty() {
        clauses.push(format!("busy then: {}", list(&slot.missing)));
    }
    if !slot.outside_hours.is_empty() {
        let people = list(&slot.outside_hours);
        clauses.push(format!("outside the working hours of {people}"));
    }
    if !slot.unknown.is_empty() && slot.unknown.len() < invited {
        let people: Vec<String> = slot.unknown.iter().map(|(name, _)| name.clone()).collect();
        clauses.push(format!(
            "not known, as the calendar could not be read: {}",
            list(&people)
        ));
    }
    match slot.timeliness {
        Timeliness::InTime => {}
        Timeliness::Late => {
            clauses.push("after the deadline, as no time before it would do".to_owned());
        }
    }
    clauses.join("; ") + "."
}

fn verdict(slot: &ChosenSlot, invited: usize) -> String {
    if invited == 0 {
        return "The first time in the team's business hours".to_owned();
    }
    if slot.unknown.len() == invited {
        return "No calendar could be read, so only working hours were looked at".to_owned();
    }
    let (everyone, required) = if slot.unknown.is_empty() {
        ("Everyone is", "All required people are")
    } else {
        (
            "Everyone whose calendar could be read is",
            "All required people whose calendars could be read are",
        )
    };
    match slot.quality {
        Quality::EveryoneFree if slot.outside_hours.is_empty() => {
            format!("{everyone} free and inside working hours")
        }
        Quality::EveryoneFree => {
            format!("{everyone} free, and required people are inside their working hours")
        }
        Quality::OptionalMissing => format!("{required} free and inside their working hours"),
        Quality::OutsideHours => {
            format!("{required} free, but at no time inside the working hours of all of them")
        }
        Quality::RequiredMissing => {
            "No time is free for all required people, and as few as possible are missing".to_owned()
        }
    }
}

/// `A`, `A and B`, `A, B and C`, `A, B, C, D, E and 7 others`.
fn list(names: &[String]) -> String {
    let name = |name: &String| {
        if name.trim().is_empty() {
            "somebody without a name".to_owned()
        } else {
            name.clone()
        }
    };
    // One more than fits is told by name: "and 1 others" is no shorter.
    let told = if names.len() > NAMED + 1 {
        NAMED
    } else {
        names.len()
    };
    let mut parts: Vec<String> = names.iter().take(told).map(name).collect();
    if told < names.len() {
        parts.push(format!("{} others", names.len() - told));
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
