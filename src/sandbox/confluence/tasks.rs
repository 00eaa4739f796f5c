//! Inline tasks: what stands in a page's body, listed and ticked from outside.
//!
//! A task is the page's: saving the page adds, changes and removes tasks, and a task keeps its id as long as its local
//! id stays on the page. Ticking a box through this API changes the stored body without a new version of the page,
//! so that it never makes somebody's edit a conflict.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body};
use super::listing::list;
use super::page_view::body_json;
use super::pages::Status;
use super::query::{CURSOR, Kind, LIMIT, LIST_BODY, Query};
use super::written_tasks::{self, WrittenTask};
use super::{Call, Confluence, stamp};
use crate::sandbox::wire::Reply;

/// A task that is, or was, on a page.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: u64,
    pub(super) page: u64,
    space: u64,
    written: WrittenTask,
    created_by: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    completed_by: Option<String>,
    completed_at: Option<Timestamp>,
}

impl Task {
    fn status(&self) -> &'static str {
        if self.written.complete {
            "complete"
        } else {
            "incomplete"
        }
    }

    /// The date in the task is a day; the API makes an instant of it, the day's midnight in UTC.
    fn due_at(&self) -> Option<Timestamp> {
        self.written.due.and_then(midnight)
    }

    fn set(&mut self, complete: bool, by: &str, at: Timestamp) {
        if self.written.complete != complete {
            self.completed_by = complete.then(|| by.to_owned());
            self.completed_at = complete.then_some(at);
            self.updated_at = at;
        }
        self.written.complete = complete;
    }

    fn json(&self, format: Option<&str>, name_of: &dyn Fn(&str) -> Option<String>) -> Value {
        json!({
            "id": self.id.to_string(),
            "localId": self.written.local_id,
            "spaceId": self.space.to_string(),
            "pageId": self.page.to_string(),
            "blogPostId": null,
            "status": self.status(),
            "body": body_json(format, &self.written.storage, name_of),
            "createdBy": self.created_by,
            "assignedTo": self.written.assignee,
            "completedBy": self.completed_by,
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
            "dueAt": self.due_at().map(stamp),
            "completedAt": self.completed_at.map(stamp),
        })
    }

    /// The task for the sandbox's world: as the API shows it, with its plain text.
    pub(super) fn world(&self) -> Value {
        let mut task = self.json(Some("storage"), &|_| None);
        task["text"] = json!(self.written.text);
        task
    }
}

fn midnight(date: Date) -> Option<Timestamp> {
    date.to_zoned_datetime(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// One of a task's times.
type TimeOf = fn(&Task) -> Option<Timestamp>;

/// The three times that tasks can be asked for by.
const RANGES: [(&str, &str, TimeOf); 3] = [
    ("created-at-from", "created-at-to", |task| {
        Some(task.created_at)
    }),
    ("due-at-from", "due-at-to", Task::due_at),
    ("completed-at-from", "completed-at-to", |task| {
        task.completed_at
    }),
];

impl Confluence {
    /// Makes the tasks of a page those of its body.
    pub(super) fn sync_tasks(&mut self, page_id: u64, by: &str, at: Timestamp) {
        let Some(page) = self.pages.get(&page_id) else {
            return;
        };
        let space = page.space;
        let written = match page.status {
            Status::Current | Status::Archived => written_tasks::tasks(page.body()),
            Status::Draft | Status::Trashed => Vec::new(),
        };
        self.tasks.retain(|_, task| {
            task.page != page_id
                || written
                    .iter()
                    .any(|found| found.local_id == task.written.local_id)
        });
        for found in written {
            let known = self
                .tasks
                .values_mut()
                .find(|task| task.page == page_id && task.written.local_id == found.local_id);
            match known {
                Some(task) => {
                    if task.written != found {
                        task.updated_at = at;
                    }
                    task.set(found.complete, by, at);
                    task.written = found;
                }
                None => self.add_task(page_id, space, found, by, at),
            }
        }
    }

    fn add_task(&mut self, page: u64, space: u64, written: WrittenTask, by: &str, at: Timestamp) {
        let id = self.fresh_id();
        let complete = written.complete;
        let task = Task {
            id,
            page,
            space,
            written,
            created_by: by.to_owned(),
            created_at: at,
            updated_at: at,
            completed_by: complete.then(|| by.to_owned()),
            completed_at: complete.then_some(at),
        };
        self.tasks.insert(id, task);
    }

    /// The tasks on pages that the account may see and that are not in the trash.
    fn visible_tasks(&self, actor: &str) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(move |task| {
            self.page(actor, task.page)
                .is_ok_and(|page| page.status != Status::Trashed)
        })
    }

    pub(super) fn list_tasks(&self, call: &Call<'_>) -> Answer {
        let any_time = Kind::Whole(i64::MIN, i64::MAX);
        let query = Query::read(
            call.request,
            &[
                LIST_BODY,
                ("include-blank-tasks", Kind::Flag),
                ("status", Kind::Word(&["complete", "incomplete"])),
                ("task-id", Kind::Ids(250)),
                ("space-id", Kind::Ids(250)),
                ("page-id", Kind::Ids(250)),
                ("blogpost-id", Kind::Ids(250)),
                ("created-by", Kind::Texts(250)),
                ("assigned-to", Kind::Texts(250)),
                ("completed-by", Kind::Texts(250)),
                ("created-at-from", any_time),
                ("created-at-to", any_time),
                ("due-at-from", any_time),
                ("due-at-to", any_time),
                ("completed-at-from", any_time),
                ("completed-at-to", any_time),
                CURSOR,
                LIMIT,
            ],
        )?;
        let found: Vec<&Task> = self
            .visible_tasks(call.actor)
            .filter(|task| fits(&query, task))
            .collect();
        let format = query.text("body-format");
        list(
            call,
            &query,
            found,
            |task| task.id.to_string(),
            |task| task.json(format, &|account| self.name_of(account)),
        )
    }

    fn task(&self, actor: &str, id: u64) -> Result<&Task, Refusal> {
        self.visible_tasks(actor)
            .find(|task| task.id == id)
            .ok_or_else(|| Refusal::not_found(format!("No task found with id: {id}")))
    }

    pub(super) fn get_task(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[LIST_BODY])?;
        let task = self.task(call.actor, id)?;
        Ok(Reply::json(
            200,
            &task.json(query.text("body-format"), &|account| self.name_of(account)),
        ))
    }

    /// Only the status can be changed, and it takes the right to edit the page.
    pub(super) fn update_task(&mut self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[LIST_BODY])?;
        let body = json_body(call.request)?;
        let others = [
            "id",
            "localId",
            "spaceId",
            "pageId",
            "blogPostId",
            "createdBy",
            "assignedTo",
            "completedBy",
            "createdAt",
            "updatedAt",
            "dueAt",
            "completedAt",
        ];
        let fields = Fields::read(&body, &["status"], &others)?;
        let complete = match fields.required_text("status")? {
            "complete" => true,
            "incomplete" => false,
            other => {
                return Err(Refusal::invalid(format!(
                    "'status' may be complete or incomplete, was '{other}'"
                )));
            }
        };
        let task = self.task(call.actor, id)?;
        let (page_id, local_id) = (task.page, task.written.local_id.clone());
        let page = self.editable(call.actor, page_id)?;
        if let Some(body) = written_tasks::tick(page.body(), &local_id, complete) {
            page.now_mut().body = body;
        }
        if let Some(task) = self.tasks.get_mut(&id) {
            task.set(complete, call.actor, call.now);
        }
        let task = self.task(call.actor, id)?;
        Ok(Reply::json(
            200,
            &task.json(query.text("body-format"), &|account| self.name_of(account)),
        ))
    }
}

fn fits(query: &Query, task: &Task) -> bool {
    let by = |name: &str, account: Option<&str>| match query.list(name) {
        None => true,
        Some(wanted) => account.is_some_and(|account| wanted.iter().any(|one| one == account)),
    };
    let in_ranges = RANGES.iter().all(|(from, to, time)| {
        let (from, to) = (query.whole(from), query.whole(to));
        match time(task).map(Timestamp::as_millisecond) {
            None => from.is_none() && to.is_none(),
            Some(at) => from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to),
        }
    });
    query.admits("task-id", &task.id.to_string())
        && query.admits("space-id", &task.space.to_string())
        && query.admits("page-id", &task.page.to_string())
        && query.list("blogpost-id").is_none()
        && query.admits("status", task.status())
        && by("created-by", Some(&task.created_by))
        && by("assigned-to", task.written.assignee.as_deref())
        && by("completed-by", task.completed_by.as_deref())
        && (query.text("include-blank-tasks") != Some("false") || !task.written.text.is_empty())
        && in_ranges
}
