//! What a page says, in plain values: times as text, links that are links.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use url::Url;

use crate::playbook::case::Case;
use crate::playbook::effect::{Effect, EffectState};
use crate::playbook::incident::{EntryKind, Incident, Part, Status};
use crate::playbook::steps::Step;
use crate::playbook::verdict::Verdict;
use crate::store::CaseRow;

/// A time as people read it, with its zone: `Mon 2 Mar 2026, 10:00 CET`.
pub(super) fn shown(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone())
        .strftime("%a %-d %b %Y, %H:%M %Z")
        .to_string()
}

/// Only the web's own schemes become links: a record may hold `javascript:`.
fn link(url: Option<&str>) -> Option<String> {
    let url = Url::parse(url?).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.into())
}

/// The address of a case's page.
fn page_of(id: &str) -> String {
    let Ok(mut url) = Url::parse("http://dashboard/cases") else {
        return String::new();
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(id);
    }
    url.path().to_owned()
}

/// A step as people read it: `postmortem page`.
fn label(step: Step) -> String {
    step.name().replace('_', " ")
}

/// What a step is now.
#[derive(Serialize)]
pub(super) struct StepView {
    step: String,
    word: &'static str,
    /// A word that the style knows.
    mood: &'static str,
    detail: Option<String>,
    when: Option<String>,
    url: Option<String>,
}

impl StepView {
    fn of(step: Step, verdict: &Verdict, zone: &TimeZone) -> Self {
        let (mood, detail, when, url) = match verdict {
            Verdict::Done { url } => ("done", None, None, link(url.as_deref())),
            Verdict::Ready { acts } => ("moving", Some(acts.join(", ")), None, None),
            Verdict::Waiting { on, until } => (
                "idle",
                Some(format!("for {on}")),
                until.map(|until| format!("until {}", shown(until, zone))),
                None,
            ),
            Verdict::Retrying {
                at,
                attempts,
                error,
            } => (
                "trouble",
                Some(format!("attempt {attempts}: {error}")),
                Some(format!("again {}", shown(*at, zone))),
                None,
            ),
            Verdict::Underway => ("moving", None, None, None),
            Verdict::NeedsHuman { error } => ("human", Some(error.clone()), None, None),
            Verdict::Waived { reason } => ("idle", Some(reason.clone()), None, None),
            Verdict::NotOwed { because } => ("idle", Some(because.clone()), None, None),
        };
        Self {
            step: label(step),
            word: verdict.word(),
            mood,
            detail,
            when,
            url,
        }
    }
}

/// What people look for most: the page, the sheet, the event.
#[derive(Serialize)]
struct Link {
    label: &'static str,
    url: String,
}

fn links(case: &Case) -> Vec<Link> {
    let of_step = |step: Step| {
        case.effects
            .values()
            .filter(move |effect| effect.key.step == step)
            .find_map(|effect| link(effect.url()))
    };
    [
        ("page", of_step(Step::PostmortemPage)),
        ("sheet", of_step(Step::AffectedCustomers)),
        ("event", of_step(Step::ReviewMeeting)),
        ("incident", link(case.incident.url.as_deref())),
    ]
    .into_iter()
    .filter_map(|(label, url)| Some(Link { label, url: url? }))
    .collect()
}

fn status(incident: &Incident, zone: &TimeZone) -> String {
    match &incident.status {
        Status::Open => "still open".to_owned(),
        Status::Resolved { at } => format!("resolved {}", shown(*at, zone)),
        Status::Merged { into } => format!("merged into {into}"),
    }
}

/// A case on the first page.
#[derive(Serialize)]
pub(super) struct Summary {
    href: String,
    id: String,
    reference: String,
    title: String,
    service: String,
    severity: Option<String>,
    status: String,
    steps: Vec<StepView>,
    links: Vec<Link>,
}

impl Summary {
    pub(super) fn of(case: &Case, verdicts: &BTreeMap<Step, Verdict>, zone: &TimeZone) -> Self {
        let incident = &case.incident;
        Self {
            href: page_of(incident.id.as_str()),
            id: incident.id.to_string(),
            reference: incident.reference.clone(),
            title: incident.title.clone(),
            service: incident.service.clone(),
            severity: incident.severity.clone(),
            status: status(incident, zone),
            steps: verdicts
                .iter()
                .map(|(step, verdict)| StepView::of(*step, verdict, zone))
                .collect(),
            links: links(case),
        }
    }
}

/// Something that goes on only when a person has looked.
#[derive(Serialize)]
pub(super) struct Human {
    href: Option<String>,
    what: String,
    step: String,
    error: String,
}

/// What needs a human, over all cases and what belongs to none.
pub(super) fn needing_humans(cases: &[Summary], of_everyone: &[Effect]) -> Vec<Human> {
    let in_cases = cases.iter().flat_map(|case| {
        case.steps
            .iter()
            .filter(|step| step.mood == "human")
            .map(|step| Human {
                href: Some(case.href.clone()),
                what: format!("{} {}", case.reference, case.title),
                step: step.step.clone(),
                error: step.detail.clone().unwrap_or_default(),
            })
    });
    let in_none = of_everyone.iter().filter_map(|effect| match &effect.state {
        EffectState::GaveUp { error } => Some(Human {
            href: None,
            what: effect.key.target.clone(),
            step: label(effect.key.step),
            error: error.clone(),
        }),
        EffectState::InFlight
        | EffectState::InDoubt
        | EffectState::Done { .. }
        | EffectState::Retry { .. } => None,
    });
    in_cases.chain(in_none).collect()
}

/// A row of the ledger.
#[derive(Serialize)]
struct Row {
    step: String,
    target: String,
    occurrence: String,
    state: &'static str,
    mood: &'static str,
    detail: Option<String>,
    url: Option<String>,
    attempts: u32,
    updated: String,
}

impl Row {
    fn of(effect: &Effect, zone: &TimeZone) -> Self {
        let (state, mood, detail) = match &effect.state {
            EffectState::InFlight => ("in flight", "moving", None),
            EffectState::InDoubt => ("in doubt", "trouble", None),
            EffectState::Done { reference, .. } => ("done", "done", Some(reference.clone())),
            EffectState::Retry { at, error } => (
                "retry",
                "trouble",
                Some(format!("{error}; again {}", shown(*at, zone))),
            ),
            EffectState::GaveUp { error } => ("gave up", "human", Some(error.clone())),
        };
        Self {
            step: label(effect.key.step),
            target: effect.key.target.clone(),
            occurrence: effect.key.occurrence.clone(),
            state,
            mood,
            detail,
            url: link(effect.url()),
            attempts: effect.attempts,
            updated: shown(effect.updated_at, zone),
        }
    }
}

#[derive(Serialize)]
struct Choice {
    step: String,
    name: String,
    value: String,
    when: String,
}

#[derive(Serialize)]
struct Moment {
    when: String,
    kind: &'static str,
    by: Option<String>,
    text: String,
}

#[derive(Serialize)]
struct Somebody {
    name: String,
    part: &'static str,
}

/// A case on its own page.
#[derive(Serialize)]
pub(super) struct Whole {
    summary: Summary,
    opened: String,
    adopted: String,
    wake: Option<String>,
    people: Vec<Somebody>,
    ledger: Vec<Row>,
    decisions: Vec<Choice>,
    timeline: Vec<Moment>,
}

impl Whole {
    pub(super) fn of(row: &CaseRow, verdicts: &BTreeMap<Step, Verdict>, zone: &TimeZone) -> Self {
        let case = &row.case;
        let mut effects: Vec<&Effect> = case.effects.values().collect();
        effects.sort_by_key(|effect| std::cmp::Reverse(effect.updated_at));
        Self {
            summary: Summary::of(case, verdicts, zone),
            opened: shown(case.incident.opened_at, zone),
            adopted: shown(case.adopted_at, zone),
            wake: row.wake_at.map(|time| shown(time, zone)),
            people: case
                .incident
                .participants
                .iter()
                .map(|participant| Somebody {
                    name: participant.person.name.clone(),
                    part: match participant.part {
                        Part::Lead => "lead",
                        Part::Responder => "responder",
                        Part::Observer => "observer",
                    },
                })
                .collect(),
            ledger: effects
                .into_iter()
                .map(|effect| Row::of(effect, zone))
                .collect(),
            decisions: case
                .decisions
                .iter()
                .map(|decision| Choice {
                    step: label(decision.step),
                    name: decision.name.clone(),
                    value: decision.value.to_string(),
                    when: shown(decision.decided_at, zone),
                })
                .collect(),
            timeline: case
                .incident
                .timeline
                .iter()
                .map(|entry| Moment {
                    when: shown(entry.at, zone),
                    kind: match entry.kind {
                        EntryKind::Alert => "alert",
                        EntryKind::Acknowledged => "acknowledged",
                        EntryKind::Escalated => "escalated",
                        EntryKind::Note => "note",
                        EntryKind::Message => "message",
                        EntryKind::Mitigated => "mitigated",
                        EntryKind::Resolved => "resolved",
                        EntryKind::Other => "other",
                    },
                    by: entry.by.clone(),
                    text: entry.text.to_plain(),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for (url, expected) in [
            (Some("https://wiki.example.com/1"), true),
            (Some("http://127.0.0.1:8080/x"), true),
            (Some("javascript:alert(1)"), false),
            (Some("data:text/html,x"), false),
            (Some("/relative"), false),
            (None, false),
        ] {
            assert_eq!(link(url).is_some(), expected, "{url:?}");
        }
    }

    #[test]
    fn a_case_has_one_address_whatever_its_id_holds() {
        assert_eq!(page_of("pagerduty:Q1"), "/cases/pagerduty:Q1");
        assert_eq!(page_of("files:a/b?c#d e"), "/cases/files:a%2Fb%3Fc%23d%20e");
    }
}
