//! Tasks in pages.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Confluence, Edition, cloud, data_center};
use crate::vendors::http::CallError;

/// The most tasks that one answer holds.
pub(super) const MOST_TASKS: u32 = 250;

/// Which tasks to list. Only those that the caller's account may see are told.
#[derive(Clone, Debug)]
pub struct TaskQuery {
    /// Done or not; both where there is none.
    pub status: Option<TaskStatus>,
    /// Due at that instant or before.
    pub due_to: Option<Timestamp>,
    /// In these spaces; in all where empty. At most 250. Data Center does not look at it.
    pub space_ids: Vec<String>,
    /// On these pages. Cloud: on all where empty, and at most 250. Data Center has no list of tasks: these pages are read,
    /// however many, and no others.
    pub page_ids: Vec<String>,
    /// How many at once, 1 to 250. Data Center gives all tasks of fifty pages at once.
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
    /// Unique in the site. On Data Center the page's id, a slash and the task's id on that page.
    pub id: String,
    /// Unique in its page.
    pub local_id: Option<String>,
    /// The space it is in; unknown on Data Center.
    pub space_id: Option<String>,
    /// The page it is on; none for a blog post's.
    pub page_id: Option<String>,
    /// Whether it is ticked.
    pub status: TaskStatus,
    /// The task's text in storage format, with its mention and its date.
    pub storage: String,
    /// Account id, on Data Center user key, of whom it is for.
    pub assigned_to: Option<String>,
    /// Account id of who wrote it; unknown on Data Center.
    pub created_by: Option<String>,
    /// When it was written; unknown on Data Center.
    pub created_at: Option<Timestamp>,
    /// An instant, though the writer picked a date; of which zone is not documented. The body's `time` has the date.
    pub due_at: Option<Timestamp>,
    /// When it was ticked; unknown on Data Center.
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
        match self.edition {
            Edition::Cloud => cloud::tasks(self, query, cursor).await,
            Edition::DataCenter => data_center::tasks(self, query, cursor).await,
        }
    }

    /// Ticks a task's box. Needs edit rights on its page; ticking it twice does nothing more.
    ///
    /// # Errors
    /// `Refused` on Data Center, whose public API has no such call; any failure.
    pub async fn complete_task(&self, id: &str) -> Result<(), CallError> {
        match self.edition {
            Edition::Cloud => cloud::complete_task(self, id).await,
            Edition::DataCenter => Err(data_center::cannot_tick()),
        }
    }
}
