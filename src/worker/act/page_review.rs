//! `page_review`: reading the page, advising on its wording, telling its leader what is missing. The page itself is never
//! written.
//!
//! We cannot atomically send a mail and write down that we did. Killed between the two, the next worker reads the page
//! again and mails what it says then, with the same Message-ID: a reminder that is lost would leave the page as it is
//! for another day. The advice is a comment, and is looked for by its marker before it is written again.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::announcement::{By, channel};
use super::postmortem_page::{TITLE, confluence, page_id};
use super::{ActError, Done, Found, Job, Otherwise};
use crate::calendars::{Look, Standing};
use crate::channels::Message;
use crate::playbook::action_item::ItemStatus;
use crate::playbook::blame::{Passage, Voice};
use crate::playbook::case::Case;
use crate::playbook::incident::{Incident, Narrative};
use crate::playbook::person::Person;
use crate::playbook::review::{self, Form, Missing, PageItem, PageText, Piece, Remarks};
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::playbook::steps::page_review::{
    self, COMPLETE, FINDINGS, FORM, PUT_OFF, ReviewRules, has_findings, is_complete,
};
use crate::playbook::steps::review_meeting::SLOT;
use crate::render::{Occasion, ReviewDigest, Story};
use crate::vendors::confluence::{self, Manner, Outline, PageStatus, Place, TaskStatus};
use crate::vendors::http::Failure;
use crate::worker::{Worker, observe};

/// The words of a page in storage format; `None` where it cannot be read.
pub fn page_text(worker: &Worker, case: &Case, storage: &str) -> Option<PageText> {
    let participants = || case.incident.participants.iter();
    let name_of = |account: &str| {
        let known = participants()
            .map(|participant| &participant.person)
            .find(|person| person.atlassian.as_deref() == Some(account));
        let person = known.or_else(|| worker.company.directory.by_atlassian(account));
        person.map(|person| person.name.clone())
    };
    let Outline { pieces } = Outline::of(storage, &name_of)?;
    Some(PageText {
        pieces: pieces.into_iter().map(piece).collect(),
    })
}

fn piece(piece: confluence::Piece) -> Piece {
    match piece {
        confluence::Piece::Heading { level, text } => Piece::Heading { level, text },
        confluence::Piece::Passage {
            text,
            place,
            manner,
        } => Piece::Passage(review::Passage {
            text,
            place: match place {
                Place::Paragraph => review::Place::Paragraph,
                Place::Item => review::Place::Item,
                Place::Cell { label } => review::Place::Cell { label },
                Place::Quoted => review::Place::Quoted,
            },
            manner: match manner {
                Manner::Plain => review::Manner::Plain,
                Manner::Emphasised => review::Manner::Emphasised,
                Manner::Placeholder => review::Manner::Placeholder,
            },
        }),
        confluence::Piece::Task(task) => Piece::Item(PageItem {
            text: task.text,
            assignee: task.assignee,
            due: task.due,
            status: match task.status {
                TaskStatus::Complete => ItemStatus::Done,
                TaskStatus::Incomplete => ItemStatus::Open,
            },
        }),
        confluence::Piece::Figure => Piece::Figure,
    }
}

/// Remembers what a page is created with, before it is: later nobody can tell it from what people wrote.
pub(super) async fn remember_form(job: &mut Job<'_>, storage: &str) -> Result<(), ActError> {
    let form = form_of(job.worker, job.case, &observe::page_story(job), storage);
    if let Some(form) = form {
        job.decide(Step::PageReview, FORM, json!(form)).await?;
    }
    Ok(())
}

/// What the template makes of the story without the incident's own account, which would look like the template's words;
/// of the page itself where that fails.
fn form_of(worker: &Worker, case: &Case, story: &Story<'_>, storage: &str) -> Option<Form> {
    let unwritten = Incident {
        narrative: Narrative::default(),
        ..case.incident.clone()
    };
    let story = Story {
        incident: &unwritten,
        ..story.clone()
    };
    let page = worker.means.templates.page(&story);
    let storage = page.as_ref().map_or(storage, |page| &page.storage);
    Some(Form::of(&page_text(worker, case, storage)?))
}

/// What became of looking at the page.
enum Looked {
    At(PageText),
    /// It is not among the published pages that we may see: why, in words that follow “the page”.
    Gone(&'static str),
}

async fn look(job: &Job<'_>) -> Result<Looked, ActError> {
    let page = match confluence(job)?.client.page(&page_id(job)?).await {
        Ok(Some(page)) => page,
        Ok(None) => {
            return Ok(Looked::Gone(
                "is not there, or is hidden from Debrief's account",
            ));
        }
        Err(error) if matches!(error.failure, Failure::Forbidden { .. }) => {
            return Ok(Looked::Gone("may not be seen by Debrief's account"));
        }
        Err(error) => return Err(error.into()),
    };
    match page.status {
        PageStatus::Current => {}
        PageStatus::Trashed | PageStatus::Deleted => return Ok(Looked::Gone("is in the bin")),
        PageStatus::Archived => return Ok(Looked::Gone("is archived")),
        PageStatus::Draft | PageStatus::Historical | PageStatus::Unknown => {
            return Ok(Looked::Gone("is not published"));
        }
    }
    let text = page.storage.as_deref();
    text.and_then(|storage| page_text(job.worker, job.case, storage))
        .map(Looked::At)
        .ok_or_else(|| ActError::GiveUp {
            message: format!(
                "the page's body could not be read: look at it yourself, then {}",
                waive(job.case)
            ),
        })
}

fn waive(case: &Case) -> String {
    format!(
        "`debrief waive {} page_review --reason TEXT`",
        case.incident.id
    )
}

/// What the page was created with. It is there: without it nothing of this step is planned.
fn form(job: &Job<'_>) -> Form {
    page_review::form(job.case).unwrap_or_default()
}

fn rules<'a>(job: &Job<'a>) -> Result<&'a ReviewRules, ActError> {
    let rules = job.worker.rules.page_review.provided();
    rules.ok_or_else(|| ActError::not_configured("page_review"))
}

/// What is to be said about the wording of what people wrote, if anything.
pub fn remarks(worker: &Worker, case: &Case, written: &[(Option<&str>, &str)]) -> Option<Remarks> {
    let lint = worker.means.lint.as_ref()?;
    let passages: Vec<Passage<'_>> = written
        .iter()
        .map(|(section, text)| Passage {
            section: section.unwrap_or_default(),
            text,
            voice: Voice::Writer,
        })
        .collect();
    let names: Vec<&str> = case
        .incident
        .participants
        .iter()
        .map(|participant| participant.person.name.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    Remarks::of(lint.advice(&passages, &names))
}

/// Records what is to be said about the page's wording, unless something was said already.
async fn proof(job: &mut Job<'_>, page: &PageText, form: &Form) -> Result<(), ActError> {
    if rules(job)?.advice.provided().is_none() || has_findings(job.case) {
        return Ok(());
    }
    if let Some(remarks) = remarks(job.worker, job.case, &page.written(form)) {
        job.decide(Step::PageReview, FINDINGS, json!(remarks))
            .await?;
    }
    Ok(())
}

pub(super) async fn proofread(job: &mut Job<'_>) -> Result<Done, ActError> {
    match look(job).await? {
        Looked::At(page) => {
            let form = form(job);
            proof(job, &page, &form).await?;
        }
        // The review after the meeting will say so.
        Looked::Gone(_) => {}
    }
    Ok(Done::at("read", None))
}

pub(super) async fn advise(job: &mut Job<'_>) -> Result<Done, ActError> {
    // Under an earlier ledger it may have been given.
    if observe::is_older_than_ledger(job.worker, &job.case.incident)
        && let Found::Yes(done) = find_advice(job).await?
    {
        return Ok(done);
    }
    let remarks: Remarks = job
        .case
        .decision(Step::PageReview, FINDINGS)
        .unwrap_or_default();
    let templates = &job.worker.means.templates;
    let storage = templates.advice_comment(&remarks, &job.marker)?;
    let confluence = confluence(job)?;
    let id = confluence.client.comment(&page_id(job)?, &storage).await?;
    Ok(Done::at(id, None))
}

pub(super) async fn find_advice(job: &mut Job<'_>) -> Result<Found, ActError> {
    let mark = observe::advice_mark(&job.marker);
    let comments = confluence(job)?.client.comments(&page_id(job)?).await?;
    let ours = comments
        .into_iter()
        .find(|comment| comment.storage.contains(&mark));
    Ok(ours.map_or(Found::Absent, |comment| {
        Found::Yes(Done::at(comment.id, None))
    }))
}

/// When the meeting ends, if people have moved it and it is still to come. Asked before the first list only; where the
/// calendar does not answer, the time that was booked holds.
async fn put_off_until(job: &Job<'_>) -> Option<Timestamp> {
    let calendar = job.worker.means.calendar.as_ref()?;
    if page_review::was_told(job.case) || !job.case.is_done(&Act::Event) {
        return None;
    }
    let Ok(Look::Found(booked)) = calendar.look(&job.hash(&Act::Event)).await else {
        return None;
    };
    match booked.standing {
        Standing::Planned => {}
        Standing::Cancelled => return None,
    }
    let (_, end) = booked.span?;
    (end > job.now).then_some(end)
}

pub(super) async fn review(job: &mut Job<'_>, act: &Act, date: Date) -> Result<Done, ActError> {
    if let Some(end) = put_off_until(job).await {
        job.decide(Step::PageReview, &page_review::moved(date), json!(end))
            .await?;
        return Ok(Done::at(PUT_OFF, None));
    }
    let page = match look(job).await? {
        Looked::At(page) => page,
        Looked::Gone(why) => {
            let id = &job.case.incident.id;
            let waive = waive(job.case);
            return Err(ActError::GiveUp {
                message: format!(
                    "the page {why}, so nobody can say what is missing on it: bring it back, then `debrief retry {id} page_review`, or {waive}"
                ),
            });
        }
    };
    let form = form(job);
    proof(job, &page, &form).await?;
    let rules = rules(job)?;
    let missing = review::judge(&page, &form, rules.most_items);
    if missing.is_empty() {
        job.decide(Step::PageReview, COMPLETE, json!(job.now))
            .await?;
        return Ok(Done::at("complete", None));
    }
    let Some((person, email)) = page_review::addressee(job.case, rules) else {
        let waive = waive(job.case);
        return Err(ActError::GiveUp {
            message: format!(
                "{} on the page, and nobody to tell: the incident has no leader with a known address. \
                 Add the leader's address to [[people]], or set `page_review.fallback`; then `debrief retry {} page_review`; or {waive}",
                counted(missing.len()),
                job.case.incident.id,
            ),
        });
    };
    let mail = channel(job, By::Mail)?;
    let digest = digest(job.worker, job.case, &person, date, &missing);
    let text = job.worker.means.templates.review_mail(&digest)?;
    let message = Message {
        key: job.hash(act),
        to: email,
        subject: text.subject,
        text: text.text,
        html: Some(text.html),
        date: job.now,
    };
    Ok(Done::at(mail.deliver(&message).await?.reference, None))
}

fn counted(missing: usize) -> String {
    match missing {
        1 => "one thing is missing".to_owned(),
        many => format!("{many} things are missing"),
    }
}

pub(super) fn find_review(job: &Job<'_>) -> Found {
    if is_complete(job.case) {
        // It had found nothing to tell.
        return Found::Yes(Done::at("complete", None));
    }
    if page_review::meeting_ends(job.case).is_some_and(|end| end > job.now) {
        return Found::Yes(Done::at(PUT_OFF, None));
    }
    Found::CannotKnow(Otherwise::Repeat)
}

/// What a review would come to, for a look at it before there is one.
pub struct Preview {
    /// Which page was judged.
    pub of: Reviewed,
    /// What is missing on it.
    pub missing: Vec<Missing>,
    /// What is to be said about its wording.
    pub remarks: Option<Remarks>,
}

/// Which page was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// The one on the wiki, as it is now.
    OnTheWiki,
    /// The one that would be created.
    AsCreated,
}

/// More open action items than these are too many, where nothing is configured.
const MOST_ITEMS: usize = 7;

/// Judges the page as it is now, or as it would be created where it cannot be read; mails and comments nothing. `None`
/// where neither can be read.
pub async fn preview(job: &Job<'_>, story: &Story<'_>, created: &str) -> Option<Preview> {
    let (worker, case) = (job.worker, job.case);
    let as_created = page_text(worker, case, created)?;
    let (of, page) = match look(job).await {
        Ok(Looked::At(page)) => (Reviewed::OnTheWiki, page),
        Ok(Looked::Gone(_)) | Err(_) => (Reviewed::AsCreated, as_created),
    };
    let remembered = page_review::form(case);
    let form = remembered.or_else(|| form_of(worker, case, story, created))?;
    let rules = worker.rules.page_review.provided();
    let most = rules.map_or(MOST_ITEMS, |rules| rules.most_items);
    Some(Preview {
        of,
        missing: review::judge(&page, &form, most),
        remarks: remarks(worker, case, &page.written(&form)),
    })
}

/// What is missing on a page, as its template tells it.
pub fn digest<'a>(
    worker: &'a Worker,
    case: &'a Case,
    person: &'a Person,
    today: Date,
    missing: &'a [Missing],
) -> ReviewDigest<'a> {
    let title = case
        .decisions
        .iter()
        .find(|decision| decision.step == Step::PostmortemPage && decision.name == TITLE)
        .and_then(|decision| decision.value.as_str());
    let has_met = case
        .decision::<serde_json::Value>(Step::ReviewMeeting, SLOT)
        .is_some();
    ReviewDigest {
        name: &person.name,
        organisation: &worker.company.name,
        today,
        occasion: if has_met && !page_review::was_told(case) {
            Occasion::AfterMeeting
        } else {
            Occasion::Reminder
        },
        incident_reference: &case.incident.reference,
        page_title: title.unwrap_or(&case.incident.title),
        page_url: case.url_of(&Act::Page).unwrap_or_default(),
        missing,
    }
}
