//! Tasks in pages, and the people they are for.

use ::http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::pages::storage_of;
use super::{Bodies, Confluence, List};
use crate::vendors::http::{CallError, Repeat, Request};

/// The most tasks that one answer holds.
const MOST_TASKS: u32 = 250;
/// The most accounts that one lookup takes.
const MOST_USERS: usize = 250;

/// Which tasks to list. Only those that the caller's account may see are told.
#[derive(Clone, Debug)]
pub struct TaskQuery {
    /// Done or not; both where there is none.
    pub status: Option<TaskStatus>,
    /// Due at that instant or before.
    pub due_to: Option<Timestamp>,
    /// In these spaces; in all where empty. At most 250.
    pub space_ids: Vec<String>,
    /// On these pages; on all where empty. At most 250.
    pub page_ids: Vec<String>,
    /// How many at once, 1 to 250.
    pub limit: u32,
}

impl Default for TaskQuery {
    fn default() -> Self {
        Self {
            status: None,
            due_to: None,
            space_ids: Vec::new(),
            page_ids: Vec::new(),
            limit: MOST_TASKS,
        }
    }
}

/// Whether a task is ticked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum TaskStatus {
    /// Ticked.
    Complete,
    /// Not ticked.
    Incomplete,
}

/// A task in a page.
#[derive(Clone, Debug)]
pub struct Task {
    /// Unique in the site.
    pub id: String,
    /// Unique in its page.
    pub local_id: Option<String>,
    /// The space it is in.
    pub space_id: Option<String>,
    /// The page it is on; none for a blog post's.
    pub page_id: Option<String>,
    /// Whether it is ticked.
    pub status: TaskStatus,
    /// The task's text in storage format, with its mention and its date.
    pub storage: String,
    /// Account id of whom it is for.
    pub assigned_to: Option<String>,
    /// Account id of who wrote it.
    pub created_by: Option<String>,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// An instant, though the writer picked a date; of which zone is not documented. The body's `time` has the date.
    pub due_at: Option<Timestamp>,
    /// When it was ticked.
    pub completed_at: Option<Timestamp>,
}

/// Some tasks, and where to go on.
#[derive(Clone, Debug)]
pub struct TaskPage {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The cursor of the next page; none at the end.
    pub next: Option<String>,
}

/// A person or a robot with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// The account id.
    pub account_id: String,
    /// The display name, as far as we may see it.
    pub name: String,
    /// The address; none where the person hides it from us: <https://developer.atlassian.com/cloud/confluence/profile-visibility/>.
    pub email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTask {
    id: String,
    local_id: Option<String>,
    space_id: Option<String>,
    page_id: Option<String>,
    status: TaskStatus,
    body: Option<Bodies>,
    assigned_to: Option<String>,
    created_by: Option<String>,
    created_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUser {
    account_id: String,
    display_name: Option<String>,
    public_name: Option<String>,
    email: Option<String>,
}

impl From<WireTask> for Task {
    fn from(wire: WireTask) -> Self {
        Self {
            id: wire.id,
            local_id: wire.local_id,
            space_id: wire.space_id,
            page_id: wire.page_id,
            status: wire.status,
            storage: storage_of(wire.body).unwrap_or_default(),
            assigned_to: wire.assigned_to,
            created_by: wire.created_by,
            created_at: wire.created_at,
            due_at: wire.due_at,
            completed_at: wire.completed_at,
        }
    }
}

impl From<WireUser> for User {
    fn from(wire: WireUser) -> Self {
        Self {
            name: given(wire.display_name)
                .or_else(|| given(wire.public_name))
                .unwrap_or_else(|| wire.account_id.clone()),
            email: given(wire.email),
            account_id: wire.account_id,
        }
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl Confluence {
    /// One page of tasks with their bodies, without blank ones. `cursor` comes from the page before.
    ///
    /// # Errors
    /// Any failure.
    pub async fn tasks(
        &self,
        query: &TaskQuery,
        cursor: Option<String>,
    ) -> Result<TaskPage, CallError> {
        let mut request = Request::get("list tasks", ["wiki", "api", "v2", "tasks"])
            .query("body-format", "storage")
            .query("include-blank-tasks", "false")
            .query("limit", query.limit.clamp(1, MOST_TASKS).to_string());
        if let Some(status) = query.status {
            let status = match status {
                TaskStatus::Complete => "complete",
                TaskStatus::Incomplete => "incomplete",
            };
            request = request.query("status", status);
        }
        if let Some(due_to) = query.due_to {
            request = request.query("due-at-to", due_to.as_millisecond().to_string());
        }
        for id in &query.space_ids {
            request = request.query("space-id", id.as_str());
        }
        for id in &query.page_ids {
            request = request.query("page-id", id.as_str());
        }
        let list: List<WireTask> = self.call_json(request.query_if("cursor", cursor)).await?;
        Ok(TaskPage {
            next: list.links.next_cursor(),
            tasks: list.results.into_iter().map(Task::from).collect(),
        })
    }

    /// Ticks a task's box. Needs edit rights on its page; ticking it twice does nothing more.
    ///
    /// # Errors
    /// Any failure.
    pub async fn complete_task(&self, id: &str) -> Result<(), CallError> {
        let path = ["wiki", "api", "v2", "tasks", id];
        let request = Request::new("tick task", Method::PUT, path, Repeat::Safe)
            .json(&json!({ "status": "complete" }));
        self.call(request).await?;
        Ok(())
    }

    /// The people behind account ids; those that are not known are left out.
    ///
    /// # Errors
    /// Any failure.
    pub async fn users(&self, ids: &[&str]) -> Result<Vec<User>, CallError> {
        let mut users = Vec::with_capacity(ids.len());
        for some in ids.chunks(MOST_USERS) {
            // A lookup, although it is posted.
            let path = ["wiki", "api", "v2", "users-bulk"];
            let request = Request::new("look up users", Method::POST, path, Repeat::Safe)
                .json(&json!({ "accountIds": some }));
            let list: List<WireUser> = self.call_json(request).await?;
            users.extend(list.results.into_iter().map(User::from));
        }
        Ok(users)
    }
}
