//! `postmortem_page`: the page, its labels, its comments.
//!
//! The title is the guard against a second page: it holds the incident's reference, and a space never has two of one
//! title. Killed after the creation, the next worker finds the page by its title, live, and knows it by the marker in its
//! body; a page of that title without the marker is a person's, and is left alone.
//!
//! Once created, the body is only ever read: publishing over an open editor can lose what people are typing.
//! <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-post>

use serde_json::{Value, json};

use super::{ActError, ConfluenceMeans, Done, Found, Job, page_review};
use crate::playbook::incident::Visibility;
use crate::playbook::steps::Step;
use crate::playbook::steps::act::{Act, News};
use crate::sources::SourceError;
use crate::sources::transcript::Insistence;
use crate::vendors::confluence::{Audience, NewPage, Page, Readers, SpaceRef};
use crate::vendors::http::Failure;
use crate::worker::observe;

/// The decision that keeps the title: an incident renamed at its source keeps its page.
pub const TITLE: &str = "title";

/// The key of the content property that mirrors what no vendor can be asked for.
pub const PROPERTY: &str = "debrief";

/// The announcement's decision: keys of messages that an earlier life of the database sent.
pub const SENT_BEFORE: &str = "sent_before";

pub(super) fn confluence<'a>(job: &Job<'a>) -> Result<&'a ConfluenceMeans, ActError> {
    job.worker
        .means
        .confluence
        .as_ref()
        .ok_or_else(|| ActError::not_configured("confluence"))
}

/// The page's id, once there is a page.
pub(super) fn page_id(job: &Job<'_>) -> Result<String, ActError> {
    job.case
        .effect_of(&Act::Page)
        .and_then(|effect| effect.reference())
        .map(str::to_owned)
        .ok_or_else(|| ActError::Later {
            message: "the page is not there yet".to_owned(),
            after: None,
        })
}

async fn title(job: &mut Job<'_>) -> Result<String, ActError> {
    let now = job
        .worker
        .means
        .templates
        .page_title(&observe::story(job))?;
    let held = job.decide(Step::PostmortemPage, TITLE, json!(now)).await?;
    Ok(held.as_str().unwrap_or(&now).to_owned())
}

pub(super) async fn create(job: &mut Job<'_>) -> Result<Done, ActError> {
    let confluence = confluence(job)?;
    observe::count(job).await?;
    let title = title(job).await?;
    let space = observe::space(job.worker, confluence, job.now).await?;
    let text = job.worker.means.templates.page(&observe::page_story(job))?;
    page_review::remember_form(job, &text.storage).await?;
    let page = NewPage {
        space: &space,
        parent_id: confluence.parent_page.as_deref(),
        title: &title,
        storage: &text.storage,
        audience: match job.case.incident.visibility {
            Visibility::Company => Audience::Space,
            // Nobody reads it before those who may are let in.
            Visibility::Private => Audience::Author,
        },
    };
    match confluence.client.create_page(&page).await {
        Ok(page) => Ok(done(page)),
        Err(error) if matches!(error.failure, Failure::Conflict(_)) => {
            match find_titled(job, &space, &title).await? {
                Found::Yes(done) => Ok(done),
                Found::Absent | Found::CannotKnow(_) => Err(ActError::GiveUp {
                    message: format!(
                        "space {} already has a page of this incident's title that Debrief did not make: rename it, then `debrief retry {} postmortem_page`",
                        confluence.space, job.case.incident.id
                    ),
                }),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn done(page: Page) -> Done {
    Done::at(page.id, Some(page.url))
}

pub(super) async fn find(job: &mut Job<'_>) -> Result<Found, ActError> {
    let confluence = confluence(job)?;
    let title = title(job).await?;
    let space = observe::space(job.worker, confluence, job.now).await?;
    find_titled(job, &space, &title).await
}

/// The page of that title that carries our marker. What an earlier life of the database had sent is read from it.
async fn find_titled(job: &mut Job<'_>, space: &SpaceRef, title: &str) -> Result<Found, ActError> {
    let confluence = confluence(job)?;
    let pages = confluence.client.pages_titled(space, title).await?;
    let Some(page) = pages.into_iter().find(|page| {
        page.storage
            .as_deref()
            .is_some_and(|body| body.contains(&job.marker))
    }) else {
        return Ok(Found::Absent);
    };
    if let Some(property) = confluence.client.property(&page.id, PROPERTY).await? {
        let sent: Value = property
            .value
            .get("sent")
            .cloned()
            .unwrap_or_else(|| json!([]));
        job.decide(Step::Announcement, SENT_BEFORE, sent).await?;
    }
    Ok(Found::Yes(done(page)))
}

pub(super) async fn label(job: &mut Job<'_>) -> Result<Done, ActError> {
    let confluence = confluence(job)?;
    let labels: Vec<&str> = confluence.labels.iter().map(String::as_str).collect();
    if !labels.is_empty() {
        confluence
            .client
            .add_labels(&page_id(job)?, &labels)
            .await?;
    }
    Ok(Done::at(labels.join(" "), None))
}

pub(super) async fn comment(job: &mut Job<'_>, news: News) -> Result<Done, ActError> {
    let confluence = confluence(job)?;
    observe::count(job).await?;
    let storage = job
        .worker
        .means
        .templates
        .page_comment(&observe::story(job), news)?;
    let id = confluence.client.comment(&page_id(job)?, &storage).await?;
    Ok(Done::at(id, None))
}

pub(super) async fn find_comment(job: &mut Job<'_>, news: News) -> Result<Found, ActError> {
    let mark = observe::comment_mark(&job.marker, news);
    let comments = confluence(job)?.client.comments(&page_id(job)?).await?;
    let ours = comments
        .into_iter()
        .find(|comment| comment.storage.contains(&mark));
    Ok(ours.map_or(Found::Absent, |comment| {
        Found::Yes(Done::at(comment.id, None))
    }))
}

/// Lets those who took part, and the configured groups, read the page of a private incident. Until then only the account
/// that made it may: killed in between, too few people can read the page, never too many.
pub(super) async fn restrict(job: &mut Job<'_>) -> Result<Done, ActError> {
    let confluence = confluence(job)?;
    let readers = Readers {
        users: job
            .case
            .incident
            .participants
            .iter()
            .filter_map(|participant| participant.person.atlassian.clone())
            .collect(),
        groups: confluence.reader_groups.clone(),
    };
    confluence.client.restrict(&page_id(job)?, &readers).await?;
    Ok(Done::at(String::new(), None))
}

/// Reads what was written in chat. Nothing outside changes; killed in the middle, it is read again.
///
/// What may pass is waited for twice. Then what there is has to do, and the page says what is missing: a page that comes
/// an hour late helps nobody.
pub(super) async fn read_chat(job: &mut Job<'_>) -> Result<Done, ActError> {
    const PATIENT_READS: u32 = 2;
    let attempts = job
        .case
        .effect_of(&Act::Transcript)
        .map_or(1, |effect| effect.attempts);
    let insistence = if attempts > PATIENT_READS {
        Insistence::WhatThereIs
    } else {
        Insistence::Whole
    };
    let mut incident = job.case.incident.clone();
    job.worker
        .add_chat(&mut incident, insistence)
        .await
        .map_err(|error| match error {
            SourceError::Later {
                message,
                retry_after,
            } => ActError::Later {
                message,
                after: retry_after.and_then(|after| std::time::Duration::try_from(after).ok()),
            },
            SourceError::Misconfigured(message) | SourceError::Gone(message) => {
                ActError::GiveUp { message }
            }
        })?;
    let entries = incident.timeline.len();
    job.incident = Some(incident);
    Ok(Done::at(entries.to_string(), None))
}
