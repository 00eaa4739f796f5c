//! Planning: a case and the time go in; a verdict for every step, the acts that are ready and the time to look again
//! come out. Pure, so that `debrief plan` can print it, and a table can test it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::case::{Case, Decision};
use super::effect::{Effect, EffectState};
use super::incident::{Detail, Status};
use super::rules::{Provision, Rules};
use super::steps::act::Act;
use super::steps::{
    Step, affected_customers, announcement, lead_briefing, page_review, postmortem_page,
    review_meeting,
};
use super::verdict::Verdict;

/// How long an act waits for what it could do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As long as the page does.
    Page,
    /// As long as the announcement does.
    Announcement,
}

/// What an act waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The incident has been resolved for as long as the settling time.
    Settled,
    /// The whole record of the incident has been read.
    Record,
    /// Another act happened; without it this one cannot be.
    Done(Act),
    /// Another act happened, or cannot happen any more, or has been waited for long enough.
    Patiently(Act, Patience),
    /// Another act happened; if it never does, this one never is.
    IfEver(Act),
    /// It is that time; what is waited for, in a few words.
    From(Timestamp, &'static str),
}

/// One act that a step owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Which.
    pub act: Act,
    /// What it waits for.
    pub needs: Vec<Need>,
}

impl Owed {
    /// An act and what it waits for.
    pub fn new(act: Act, needs: impl IntoIterator<Item = Need>) -> Self {
        Self {
            act,
            needs: needs.into_iter().collect(),
        }
    }
}

/// A pure choice to be recorded before anything that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The step it belongs to.
    pub step: Step,
    /// Its name within the step.
    pub name: &'static str,
    /// What was chosen.
    pub value: Value,
}

/// Whether the incident's whole record has to be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Something that is otherwise ready waits for it.
    Wanted,
    /// Nothing does.
    NotNow,
}

/// What a case comes to at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What each step is now, and why.
    pub verdicts: BTreeMap<Step, Verdict>,
    /// To be recorded before `ready` is carried out.
    pub choices: Vec<Choice>,
    /// Acts that can be carried out now, side by side.
    pub ready: Vec<Act>,
    /// Whether the record has to be read.
    pub reading: Reading,
    /// When to look at the case again at the latest; `None` when only news can change anything.
    pub wake_at: Option<Timestamp>,
}

impl Plan {
    /// Whether something in it needs a person.
    pub fn needs_human(&self) -> bool {
        self.verdicts
            .values()
            .any(|verdict| matches!(verdict, Verdict::NeedsHuman { .. }))
    }
}

/// After so many attempts the wait before a vendor is asked what became of the last one is not doubled any more.
const MOST_DOUBLINGS: u32 = 7;

/// When a vendor is asked what became of an effect in doubt. Not at once, since its lists lag behind its writes; and
/// after each attempt later than after the one before: whoever never answers well is not asked, and perhaps sent a mail,
/// twice a minute for ever.
pub fn ask_at(effect: &Effect, rules: &Rules) -> Timestamp {
    let doublings = effect.attempts.saturating_sub(1).min(MOST_DOUBLINGS);
    effect.updated_at + rules.doubt.saturating_mul(1 << doublings)
}

/// What is owed for a case at a moment, and what of it can be done now.
pub fn plan(case: &Case, rules: &Rules, now: Timestamp) -> Plan {
    let agenda = Agenda::of(case, rules, now);
    let mut plan = Plan {
        verdicts: BTreeMap::new(),
        choices: Vec::new(),
        ready: Vec::new(),
        reading: Reading::NotNow,
        wake_at: None,
    };
    for step in Step::ALL {
        let verdict = match &agenda.steps[&step] {
            Agreed::Owed(owed) => agenda.judge(step, owed, &mut plan),
            Agreed::Final(verdict) => verdict.clone(),
        };
        plan.verdicts.insert(step, verdict);
    }
    plan.choices = choices(case, rules, &plan.ready);
    plan
}

/// What each step would come to in one pass in which everything went well: the acts it would do, one enabling the next;
/// else its verdict now. This is what `debrief plan` shows.
pub fn forecast(case: &Case, rules: &Rules, now: Timestamp) -> BTreeMap<Step, Verdict> {
    let mut foreseen = case.clone();
    let mut acts: BTreeMap<Step, Vec<String>> = BTreeMap::new();
    loop {
        let next = plan(&foreseen, rules, now);
        if next.ready.is_empty() {
            break;
        }
        for Choice { step, name, value } in next.choices {
            let name = name.to_owned();
            foreseen.decisions.push(Decision {
                step,
                name,
                value,
                decided_at: now,
            });
        }
        for act in next.ready {
            acts.entry(act.step()).or_default().push(act.what());
            let key = foreseen.key_of(&act);
            let state = EffectState::Done {
                reference: String::new(),
                url: None,
            };
            let done = Effect {
                key: key.clone(),
                state,
                attempts: 1,
                updated_at: now,
            };
            foreseen.effects.insert(key, done);
        }
    }
    let mut verdicts = plan(case, rules, now).verdicts;
    for (step, acts) in acts {
        // What needs a human goes on needing one, whatever else the step can do.
        if let Some(verdict) = verdicts.get_mut(&step)
            && !matches!(verdict, Verdict::NeedsHuman { .. })
        {
            *verdict = Verdict::Ready { acts };
        }
    }
    verdicts
}

/// The pure choices that what is ready now follows from, as far as they are not recorded yet.
fn choices(case: &Case, rules: &Rules, ready: &[Act]) -> Vec<Choice> {
    let undecided = |step, name| case.decision::<Value>(step, name).is_none();
    let mut choices = Vec::new();
    if ready.contains(&Act::Page) && undecided(Step::PostmortemPage, postmortem_page::CONTENT) {
        let value = json!(postmortem_page::content(case, rules));
        choices.push(Choice {
            step: Step::PostmortemPage,
            name: postmortem_page::CONTENT,
            value,
        });
    }
    if ready.iter().any(|act| act.step() == Step::Announcement)
        && undecided(Step::Announcement, announcement::RECIPIENTS)
        && let Ok(recipients) = announcement::recipients(case, rules)
    {
        let value = json!(recipients);
        choices.push(Choice {
            step: Step::Announcement,
            name: announcement::RECIPIENTS,
            value,
        });
    }
    choices
}

/// What a step comes to before its acts are looked at.
enum Agreed {
    Owed(Vec<Owed>),
    Final(Verdict),
}

/// Where one act stands.
enum Standing {
    Done,
    Ready,
    Underway,
    Waiting {
        on: String,
        until: Option<Timestamp>,
    },
    Retrying {
        at: Timestamp,
        attempts: u32,
        error: String,
    },
    GaveUp {
        error: String,
    },
}

/// Everything that is owed for a case at a moment.
struct Agenda<'a> {
    case: &'a Case,
    rules: &'a Rules,
    now: Timestamp,
    steps: BTreeMap<Step, Agreed>,
}

impl<'a> Agenda<'a> {
    fn of(case: &'a Case, rules: &'a Rules, now: Timestamp) -> Self {
        let steps = Step::ALL
            .into_iter()
            .map(|step| {
                let owed = match step {
                    Step::AffectedCustomers => affected_customers::owed(case, rules),
                    Step::PostmortemPage => postmortem_page::owed(case, rules),
                    Step::ReviewMeeting => review_meeting::owed(case, rules),
                    Step::Announcement => announcement::owed(case, rules),
                    Step::LeadBriefing => lead_briefing::owed(case, rules),
                    Step::ActionItems => return (step, Agreed::Final(follow_up(case, rules))),
                    Step::PageReview => page_review::owed(case, rules, now),
                };
                (step, agree(case, step, owed))
            })
            .collect();
        Self {
            case,
            rules,
            now,
            steps,
        }
    }

    /// The verdict of a step, with its ready acts and waking times added to the plan.
    fn judge(&self, step: Step, owed: &[Owed], plan: &mut Plan) -> Verdict {
        let (mut acts, mut waiting, mut retrying, mut gave_up, mut underway) =
            (Vec::new(), None, None, None, false);
        for item in owed {
            match self.standing(item) {
                Standing::Done => {}
                Standing::Ready => {
                    acts.push(item.act.what());
                    plan.ready.push(item.act.clone());
                }
                Standing::Underway => underway = true,
                Standing::Waiting { on, until } => {
                    plan.wake_at = earliest(plan.wake_at, until);
                    if item.needs.contains(&Need::Record) && self.only_record_missing(item) {
                        plan.reading = Reading::Wanted;
                    }
                    waiting = waiting.or(Some(Verdict::Waiting { on, until }));
                }
                Standing::Retrying {
                    at,
                    attempts,
                    error,
                } => {
                    plan.wake_at = earliest(plan.wake_at, Some(at));
                    retrying = retrying.or(Some(Verdict::Retrying {
                        at,
                        attempts,
                        error,
                    }));
                }
                Standing::GaveUp { error } => {
                    gave_up = gave_up.or(Some(Verdict::NeedsHuman { error }))
                }
            }
        }
        gave_up
            .or_else(|| (!acts.is_empty()).then_some(Verdict::Ready { acts }))
            .or(retrying)
            .or_else(|| underway.then_some(Verdict::Underway))
            .or(waiting)
            .unwrap_or_else(|| Verdict::Done {
                url: self.result_of(step),
            })
    }

    /// Where people find what a step made.
    fn result_of(&self, step: Step) -> Option<String> {
        let act = match step {
            Step::AffectedCustomers => Act::Spreadsheet,
            Step::PostmortemPage | Step::PageReview => Act::Page,
            Step::ReviewMeeting => Act::Event,
            Step::Announcement | Step::LeadBriefing | Step::ActionItems => return None,
        };
        self.case.url_of(&act).map(str::to_owned)
    }

    fn standing(&self, item: &Owed) -> Standing {
        let Some(effect) = self.case.effect_of(&item.act) else {
            return self
                .first_unmet(item)
                .map_or(Standing::Ready, |(on, until)| Standing::Waiting {
                    on,
                    until,
                });
        };
        match &effect.state {
            EffectState::Done { .. } => Standing::Done,
            EffectState::InFlight => Standing::Underway,
            EffectState::InDoubt => {
                let ask_at = ask_at(effect, self.rules);
                if ask_at <= self.now {
                    Standing::Ready
                } else {
                    Standing::Waiting {
                        on: format!("certainty whether “{}” happened", item.act.what()),
                        until: Some(ask_at),
                    }
                }
            }
            EffectState::Retry { at, .. } if *at <= self.now => {
                self.first_unmet(item)
                    .map_or(Standing::Ready, |(on, until)| Standing::Waiting {
                        on,
                        until,
                    })
            }
            EffectState::Retry { at, error } => Standing::Retrying {
                at: *at,
                attempts: effect.attempts,
                error: error.clone(),
            },
            EffectState::GaveUp { error } => Standing::GaveUp {
                error: error.clone(),
            },
        }
    }

    /// The first need that is not met: what it waits for, and until when at the latest.
    fn first_unmet(&self, item: &Owed) -> Option<(String, Option<Timestamp>)> {
        item.needs.iter().find_map(|need| self.unmet(need))
    }

    fn only_record_missing(&self, item: &Owed) -> bool {
        self.unmet(&Need::Settled).is_none()
            && self.unmet(&Need::Record).is_some()
            && item.needs.contains(&Need::Settled)
    }

    fn unmet(&self, need: &Need) -> Option<(String, Option<Timestamp>)> {
        match need {
            Need::Settled => match &self.case.incident.status {
                Status::Resolved { at } => {
                    let settled_at = *at + self.rules.settle;
                    (self.now < settled_at)
                        .then(|| ("the incident staying resolved".to_owned(), Some(settled_at)))
                }
                Status::Open => Some(("the incident's resolution".to_owned(), None)),
                Status::Merged { into } => Some((format!("nothing: merged into {into}"), None)),
            },
            Need::Record => match self.case.incident.detail {
                Detail::Full => None,
                Detail::Listed => Some(("the incident's record".to_owned(), None)),
            },
            Need::Done(act) | Need::IfEver(act) => {
                (!self.case.is_done(act)).then(|| (waits_for(act), None))
            }
            Need::Patiently(act, patience) => {
                let until = self.patience_ends(*patience);
                let met = self.case.is_done(act)
                    || self.is_hopeless(act)
                    || until.is_some_and(|until| until <= self.now);
                (!met).then(|| (waits_for(act), until))
            }
            Need::From(at, what) => (self.now < *at).then(|| ((*what).to_owned(), Some(*at))),
        }
    }

    /// When patience runs out: counted from when the case could first be worked on.
    fn patience_ends(&self, patience: Patience) -> Option<Timestamp> {
        let length = match patience {
            Patience::Page => self.rules.patience,
            Patience::Announcement => self.rules.announcement_patience,
        };
        let settled_at = self.case.incident.resolved_at()? + self.rules.settle;
        Some(settled_at.max(self.case.adopted_at) + length)
    }

    /// Whether an act will not happen unless a person does something.
    fn is_hopeless(&self, act: &Act) -> bool {
        let owed = match &self.steps[&act.step()] {
            Agreed::Owed(owed) => owed.iter().find(|item| item.act == *act),
            Agreed::Final(_) => None,
        };
        let Some(owed) = owed else { return true };
        let gave_up = self
            .case
            .effect_of(act)
            .is_some_and(|effect| matches!(effect.state, EffectState::GaveUp { .. }));
        gave_up
            || owed.needs.iter().any(|need| match need {
                Need::Done(other) => !self.case.is_done(other) && self.is_hopeless(other),
                Need::Settled
                | Need::Record
                | Need::Patiently(..)
                | Need::IfEver(_)
                | Need::From(..) => false,
            })
    }
}

fn waits_for(act: &Act) -> String {
    format!("“{}”", act.what())
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// What holds for a step before its acts are looked at: waived, merged away, not provided for, or owed.
fn agree(case: &Case, step: Step, owed: Result<Vec<Owed>, String>) -> Agreed {
    if let Some(waiver) = case.waiver(step) {
        return Agreed::Final(Verdict::Waived {
            reason: waiver.reason.clone(),
        });
    }
    if let Status::Merged { into } = &case.incident.status {
        return Agreed::Final(Verdict::NotOwed {
            because: format!("merged into {into}, which is owed it"),
        });
    }
    match owed {
        Ok(owed) => Agreed::Owed(owed),
        Err(because) => Agreed::Final(Verdict::NotOwed { because }),
    }
}

/// Action items are followed across all cases in one round; what a single case shows of them is whether they can be.
fn follow_up(case: &Case, rules: &Rules) -> Verdict {
    let owed = match &rules.action_items {
        Provision::Provided(()) => Ok(Vec::new()),
        Provision::Off(because) => Err(because.clone()),
    };
    match agree(case, Step::ActionItems, owed) {
        Agreed::Final(verdict) => verdict,
        Agreed::Owed(_) if case.is_done(&Act::Page) => Verdict::Waiting {
            on: "the boxes on the page; overdue ones are looked for on every pass".to_owned(),
            until: None,
        },
        Agreed::Owed(_) => Verdict::Waiting {
            on: waits_for(&Act::Page),
            until: None,
        },
    }
}

#[cfg(test)]
mod tests;
