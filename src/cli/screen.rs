//! How cases look in a terminal. Colour says nothing that the words do not say too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::playbook::case::Case;
use crate::playbook::incident::{Incident, Part, Status};
use crate::playbook::steps::Step;
use crate::playbook::steps::action_items::Nag;
use crate::playbook::verdict::Verdict;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

fn colour(verdict: &Verdict) -> Style {
    let colour = match verdict {
        Verdict::Done { .. } => AnsiColor::Green,
        Verdict::Ready { .. } | Verdict::Underway => AnsiColor::Cyan,
        Verdict::Waiting { .. } | Verdict::Waived { .. } | Verdict::NotOwed { .. } => return DIM,
        Verdict::Retrying { .. } => AnsiColor::Yellow,
        Verdict::NeedsHuman { .. } => AnsiColor::Red,
    };
    Style::new().fg_color(Some(colour.into()))
}

/// Text from outside on a terminal: control characters would move the cursor or colour what follows.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Text from outside, cut to a width of about that many characters.
pub fn short(text: &str, width: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= width {
        return text;
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// An instant in a zone: `Mon 2 Mar 2026 14:05 CET`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%a %-d %b %Y %H:%M %Z")
        .to_string()
}

/// How long, roughly: `2 h 14 min`.
pub fn length(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// One case: its title and a line a step.
pub fn case(
    case: &Case,
    verdicts: &BTreeMap<Step, Verdict>,
    zone: &TimeZone,
    now: Timestamp,
) -> String {
    let incident = &case.incident;
    let state = match &incident.status {
        Status::Open => "open".to_owned(),
        Status::Resolved { at } => format!("resolved {} ago", length(now.duration_since(*at))),
        Status::Merged { into } => format!("merged into {into}"),
    };
    let mut text = format!(
        "{BOLD}{} {}{BOLD:#}\n  {DIM}{} · {state} · {}{DIM:#}\n",
        plain(&incident.reference),
        short(&incident.title, 100),
        incident.id,
        short(&incident.service, 60),
    );
    if let Some(because) = owes_nothing(verdicts) {
        let _ = writeln!(text, "  {DIM}nothing is owed: {}{DIM:#}", plain(because));
        return text;
    }
    if let Some(people) = people(incident) {
        let _ = writeln!(text, "  {DIM}{people}{DIM:#}");
    }
    for (step, verdict) in verdicts {
        let style = colour(verdict);
        let why = why(verdict, zone);
        let line = format!(
            "  {:<19} {style}{:<13}{style:#} {why}",
            step.name(),
            verdict.word()
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Who took part, the lead first, as far as the record was read.
fn people(incident: &Incident) -> Option<String> {
    let names: Vec<String> = incident
        .participants
        .iter()
        .map(|participant| match participant.part {
            Part::Lead => format!("{} (lead)", plain(&participant.person.name)),
            Part::Responder | Part::Observer => plain(&participant.person.name),
        })
        .collect();
    (!names.is_empty()).then(|| short(&names.join(", "), 110))
}

/// Why a case owes nothing at all, where one reason holds for every step.
fn owes_nothing(verdicts: &BTreeMap<Step, Verdict>) -> Option<&str> {
    let mut reasons = verdicts.values().map(|verdict| match verdict {
        Verdict::NotOwed { because } => Some(because.as_str()),
        Verdict::Done { .. }
        | Verdict::Ready { .. }
        | Verdict::Waiting { .. }
        | Verdict::Retrying { .. }
        | Verdict::Underway
        | Verdict::NeedsHuman { .. }
        | Verdict::Waived { .. } => None,
    });
    let first = reasons.next()??;
    reasons.all(|reason| reason == Some(first)).then_some(first)
}

/// What stands behind a verdict's word.
pub fn why(verdict: &Verdict, zone: &TimeZone) -> String {
    match verdict {
        Verdict::Done { url } => url.clone().unwrap_or_default(),
        Verdict::Ready { acts } => acts.join(", "),
        Verdict::Waiting { on, until: None } => format!("for {on}"),
        Verdict::Waiting {
            on,
            until: Some(until),
        } => format!("for {on}, at the latest until {}", time(*until, zone)),
        Verdict::Retrying {
            at,
            attempts,
            error,
        } => {
            format!(
                "at {} (tried {}): {}",
                time(*at, zone),
                match attempts {
                    1 => "once".to_owned(),
                    attempts => format!("{attempts} times"),
                },
                plain(error)
            )
        }
        Verdict::Underway => "a worker is at it".to_owned(),
        Verdict::NeedsHuman { error } => plain(error),
        Verdict::Waived { reason } => plain(reason),
        Verdict::NotOwed { because } => plain(because),
    }
}

/// One nag.
pub fn nag(nag: &Nag) -> String {
    let mut text = format!(
        "{BOLD}{}{BOLD:#} <{}>\n",
        plain(&nag.to.name),
        plain(&nag.email)
    );
    for item in &nag.items {
        let _ = writeln!(
            text,
            "  {:>3} d overdue  {}  {DIM}{}{DIM:#}",
            item.days_overdue,
            short(&item.followed.item.text, 70),
            plain(&item.followed.incident_reference),
        );
    }
    text
}

/// Somebody who took part and cannot be placed, with what is missing and how to mend it.
pub fn unplaced(name: &str, missing: &BTreeSet<String>) -> String {
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    format!(
        "{}: {}. [[people]] in the configuration may say.",
        short(name, 60),
        missing.join("; ")
    )
}
