//! Corrective actions, as the page's task list holds them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whether the box is ticked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Not yet.
    Open,
    /// Done.
    Done,
}

/// One corrective action. The page is the truth; this is what was read from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// The tracker's id of the task.
    pub id: String,
    /// The page it stands on.
    pub page: String,
    /// What is to be done, as plain text. Text from outside.
    pub text: String,
    /// The assignee's Atlassian account.
    pub assignee: Option<String>,
    /// The date in it: a civil date without a zone, which ends where the assignee lives.
    pub due: Option<Date>,
    /// Whether it is done.
    pub status: ItemStatus,
}
