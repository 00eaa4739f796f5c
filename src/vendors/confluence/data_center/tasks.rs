//! Tasks on Data Center, which has no list of them: read from the bodies of the pages that are named.
//!
//! Fifty bodies come with one search by ids. The search's index is seconds late, but what it finds is read from the database:
//! a page of half a minute ago may be missing, a box ticked a second ago is ticked.

use ::http::StatusCode;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};

use super::super::task_text::{WrittenTask, written_tasks};
use super::super::tasks::{Task, TaskPage, TaskQuery};
use super::super::{Confluence, storage_of};
use super::PAGE_LENGTH;
use super::wire::Content;
use crate::vendors::http::{CallError, Failure, Request, if_there};

/// How many pages one search brings: with bodies it gives no more, whatever it is asked for.
/// <https://support.atlassian.com/confluence/kb/searching-for-content-with-the-rest-api-and-cql-always-limits-results-to-50>
const PAGES: usize = 50;
/// What of a page is needed.
const BODY: &str = "body.storage,version";

/// The tasks on the next fifty of the pages that the query names. The cursor counts the pages that were read before.
pub(in super::super) async fn tasks(
    site: &Confluence,
    query: &TaskQuery,
    cursor: Option<String>,
) -> Result<TaskPage, CallError> {
    let from = cursor
        .and_then(|cursor| cursor.parse().ok())
        .unwrap_or_default();
    let rest = query.page_ids.get(from..).unwrap_or_default();
    let some = rest.get(..PAGES).unwrap_or(rest);
    let mut tasks = Vec::new();
    for content in bodies(site, some).await? {
        let page_id = content.id;
        let storage = storage_of(content.body).unwrap_or_default();
        match written_tasks(&storage) {
            Some(written) => tasks.extend(
                written
                    .into_iter()
                    .filter(|task| is_asked_for(task, query))
                    .map(|task| task_on(&page_id, task)),
            ),
            None => {
                tracing::warn!(page = %page_id, "the page's body cannot be read, nor its tasks")
            }
        }
    }
    Ok(TaskPage {
        tasks,
        next: (rest.len() > PAGES).then(|| (from + PAGES).to_string()),
    })
}

/// The pages with their bodies, without those that are gone or hidden.
async fn bodies(site: &Confluence, ids: &[String]) -> Result<Vec<Content>, CallError> {
    // A page's id is a number; what is none would only break the query.
    let ids: Vec<&str> = ids
        .iter()
        .map(String::as_str)
        .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let search = Request::get("read tasks", ["rest", "api", "content", "search"])
        .query("cql", format!("id in ({})", ids.join(",")))
        .query("expand", BODY)
        .query("limit", PAGE_LENGTH);
    match site.all(search, |content: Content, _| content).await {
        Err(error) if is_switched_off(&error.failure) => one_by_one(site, &ids).await,
        found => found,
    }
}

/// Whether an administrator keeps the search closed, which some do for its load.
fn is_switched_off(failure: &Failure) -> bool {
    match failure {
        Failure::Forbidden { .. } | Failure::NotFound(_) => true,
        Failure::Refused { status, .. } => *status == StatusCode::METHOD_NOT_ALLOWED.as_u16(),
        Failure::NotReached(_)
        | Failure::Throttled { .. }
        | Failure::Unavailable { .. }
        | Failure::OutcomeUnknown(_)
        | Failure::Unauthorized(_)
        | Failure::Conflict(_)
        | Failure::Unreadable(_) => false,
    }
}

async fn one_by_one(site: &Confluence, ids: &[&str]) -> Result<Vec<Content>, CallError> {
    let mut pages = Vec::with_capacity(ids.len());
    for id in ids {
        let request =
            Request::get("read tasks", ["rest", "api", "content", id]).query("expand", BODY);
        pages.extend(if_there(site.call_json(request).await)?);
    }
    Ok(pages)
}

fn is_asked_for(task: &WrittenTask, query: &TaskQuery) -> bool {
    let in_time = |due_to: Timestamp| task.due.and_then(midnight).is_some_and(|due| due <= due_to);
    !task.text.is_empty()
        && query.status.is_none_or(|status| status == task.status)
        && query.due_to.is_none_or(in_time)
}

/// The instant that Cloud would make of a date.
fn midnight(date: Date) -> Option<Timestamp> {
    let midnight = date.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(midnight.timestamp())
}

fn task_on(page_id: &str, written: WrittenTask) -> Task {
    Task {
        id: format!("{page_id}/{}", written.local_id),
        local_id: Some(written.local_id),
        space_id: None,
        page_id: Some(page_id.to_owned()),
        status: written.status,
        storage: written.storage,
        assigned_to: written.assignee,
        created_by: None,
        created_at: None,
        due_at: written.due.and_then(midnight),
        completed_at: None,
    }
}
