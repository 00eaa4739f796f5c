//! Changing pages: replaced whole, renamed, archived, and thrown away in two steps.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body, path_id};
use super::pages::{Status, checked_title, status_word, version_conflict};
use super::query::{Kind, Query};
use super::{Call, Confluence};
use crate::sandbox::wire::Reply;

impl Confluence {
    /// The whole page is replaced; the number of the new version must be the next one.
    pub(super) fn update_page(&mut self, call: &Call<'_>, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(
            &body,
            &["id", "status", "title", "body", "version"],
            &["spaceId", "parentId", "ownerId"],
        )?;
        if fields.id("id")? != Some(id) {
            return Err(Refusal::invalid(
                "The id in the body must be the id in the path",
            ));
        }
        let status = status_word(&fields)?.unwrap_or(Status::Current);
        let title = checked_title(fields.text("title")?, status)?;
        let given = fields
            .storage()?
            .ok_or_else(|| Refusal::invalid("'body' is required"))?;
        let (number, message) = fields
            .version()?
            .ok_or_else(|| Refusal::invalid("'version' is required"))?;
        let page = self.editable(call.actor, id)?;
        let (space, before, current) = (page.space, page.status, page.now().number);
        if !matches!(fields.get("spaceId"), None | Some(Value::Null))
            && fields.id("spaceId")? != Some(space)
        {
            return Err(Refusal::invalid(
                "A page cannot be moved to another space by an update",
            ));
        }
        // A draft has version 1 until it is published, and publishing keeps it.
        let expected = if before == Status::Draft {
            1
        } else {
            current + 1
        };
        if number != expected {
            return Err(version_conflict("a page", current, number));
        }
        if status == Status::Draft && before != Status::Draft {
            return Err(Refusal::invalid("A published page cannot become a draft"));
        }
        self.refuse_taken_title(space, &title, id, status)?;
        let parent = match fields.get("parentId") {
            None | Some(Value::Null) => None,
            Some(_) => fields.id("parentId")?,
        };
        if let Some(parent) = parent {
            self.valid_parent(call.actor, parent, space)?;
            self.refuse_circle(id, parent)?;
        }
        let text = self.checked_body(given, id)?;
        let page = self.editable(call.actor, id)?;
        page.parent = parent.or(page.parent);
        page.status = status;
        match before {
            Status::Draft => {
                let first = page.now_mut();
                (first.title, first.body, first.at, first.message) =
                    (title, text, call.now, message);
            }
            // Restoring changes the state only; the body that was sent is dropped.
            Status::Trashed => {
                let body = page.body().to_owned();
                page.save(call.actor, call.now, &message, &title, &body);
            }
            Status::Current | Status::Archived => {
                page.save(call.actor, call.now, &message, &title, &text)
            }
        }
        self.sync_tasks(id, call.actor, call.now);
        self.reindex(id, call.now);
        self.page_reply(call, id, Some("storage"))
    }

    /// On an update, a taken title is reported in words that speak of something else
    /// (<https://github.com/sooperset/mcp-atlassian/issues/692>).
    pub(super) fn refuse_taken_title(
        &self,
        space: u64,
        title: &str,
        id: u64,
        status: Status,
    ) -> Result<(), Refusal> {
        let holder = self
            .title_holder(space, title)
            .filter(|holder| *holder != id);
        if status.holds_title() && holder.is_some() {
            return Err(Refusal::invalid(
                "No space or no content type, or setup a wrong version type set to content, or status param is not \
                 draft and status content is current",
            ));
        }
        Ok(())
    }

    pub(super) fn update_page_title(&mut self, call: &Call<'_>, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["status", "title"], &[])?;
        let status = status_word(&fields)?.unwrap_or(Status::Current);
        let title = checked_title(fields.text("title")?, status)?;
        let page = self.editable(call.actor, id)?;
        if page.status != status {
            return Err(Refusal::not_found(format!(
                "No {} content found with id: {id}",
                status.word()
            )));
        }
        let space = page.space;
        self.refuse_taken_title(space, &title, id, status)?;
        let page = self.editable(call.actor, id)?;
        let text = page.body().to_owned();
        match status {
            Status::Draft => page.now_mut().title = title,
            Status::Current | Status::Archived | Status::Trashed => {
                page.save(call.actor, call.now, "", &title, &text);
            }
        }
        self.reindex(id, call.now);
        self.page_reply(call, id, None)
    }

    /// To the trash; from the trash, with `purge=true`, for good. A page's children move up to its parent.
    pub(super) fn delete_page(&mut self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[("purge", Kind::Flag), ("draft", Kind::Flag)],
        )?;
        let page = self.editable(call.actor, id)?;
        let (status, parent) = (page.status, page.parent);
        match (status, query.flag("purge"), query.flag("draft")) {
            (Status::Trashed, true, false) | (Status::Draft, _, true) => self.forget_page(id),
            (Status::Current | Status::Archived, false, false) => page.status = Status::Trashed,
            (Status::Current | Status::Archived, true, _) => {
                return Err(Refusal::invalid("Only content in the trash can be purged"));
            }
            (Status::Draft, _, false) => {
                return Err(Refusal::invalid("A draft is deleted with draft=true"));
            }
            (Status::Current | Status::Archived | Status::Trashed, _, _) => {
                return Err(Refusal::not_found(format!(
                    "No content found with id: {id}"
                )));
            }
        }
        for child in self
            .pages
            .values_mut()
            .filter(|page| page.parent == Some(id))
        {
            child.parent = parent;
        }
        self.reindex(id, call.now);
        Ok(Reply::empty(204))
    }

    fn forget_page(&mut self, id: u64) {
        self.pages.remove(&id);
        self.tasks.retain(|_, task| task.page != id);
        self.properties.retain(|_, property| property.page != id);
        self.comments.retain(|_, comment| comment.page != id);
    }

    /// v1's `POST /content/archive`: `{"pages": [{"id": 1}]}`. On Cloud it is a long task; here it is done at once.
    pub(super) fn archive_pages(&mut self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["pages"], &[])?;
        let Some(entries) = fields
            .get("pages")
            .and_then(Value::as_array)
            .filter(|entries| !entries.is_empty())
        else {
            return Err(Refusal::invalid("'pages' must hold at least one page"));
        };
        let mut ids = Vec::new();
        for entry in entries {
            let id = Fields::read(entry, &["id"], &[])?
                .get("id")
                .map(Value::to_string)
                .unwrap_or_default();
            let id = path_id("id", id.trim_matches('"'))?;
            if self.editable(call.actor, id)?.status != Status::Current {
                return Err(Refusal::invalid(format!("Page {id} is not current")));
            }
            ids.push(id);
        }
        for id in ids {
            self.editable(call.actor, id)?.status = Status::Archived;
            self.reindex(id, call.now);
        }
        let task = self.fresh_id().to_string();
        let links = json!({ "status": format!("/rest/api/longtask/{task}") });
        Ok(Reply::json(202, &json!({ "id": task, "links": links })))
    }
}
