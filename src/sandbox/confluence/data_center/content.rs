//! Pages and comments, which are both content here: made, read and changed.

use serde_json::Value;

use crate::sandbox::confluence::errors::{Answer, Refusal};
use crate::sandbox::confluence::fields::{Fields, json_body, path_id};
use crate::sandbox::confluence::mentions::{self, Naming};
use crate::sandbox::confluence::pages::{Draft, Status, checked_title, version_conflict};
use crate::sandbox::confluence::query::{Kind, Query};
use crate::sandbox::confluence::restrictions::Restrictions;
use crate::sandbox::confluence::spaces::{Access, Space};
use crate::sandbox::confluence::{Call, Confluence};
use crate::sandbox::wire::Reply;

/// What can be asked for with content.
pub(super) const EXPAND: (&str, Kind) = (
    "expand",
    Kind::Words(&[
        "space",
        "version",
        "history",
        "ancestors",
        "body.storage",
        "container",
    ]),
);

/// What was asked for with content.
#[derive(Debug)]
pub(super) struct Expand(Vec<String>);

impl Expand {
    pub(super) fn of(query: &Query) -> Self {
        Self(query.list("expand").unwrap_or_default().to_vec())
    }

    pub(super) fn asks_for(&self, member: &str) -> bool {
        self.0.iter().any(|word| word == member)
    }

    /// Bodies cost: with them a list gives fifty at most, whatever it is asked for.
    pub(super) fn most(&self) -> i64 {
        if self.asks_for("body.storage") {
            50
        } else {
            200
        }
    }
}

impl Confluence {
    /// The space of that key, which minds the letters' case.
    pub(super) fn space_of(&self, key: &str) -> Result<&Space, Refusal> {
        self.spaces
            .values()
            .find(|space| space.key == key)
            .ok_or_else(|| Refusal::not_found(format!("No space with key : {key}")))
    }

    pub(super) fn get_content(&self, call: &Call<'_>, id: u64) -> Answer {
        let status = Kind::Words(&["current", "trashed", "draft", "any"]);
        let query = Query::read(call.request, &[EXPAND, ("status", status)])?;
        let page = self.page(call.actor, id)?;
        let is_asked_for = match query.list("status") {
            None => page.status == Status::Current,
            Some(words) => words
                .iter()
                .any(|word| word == "any" || word == page.status.word()),
        };
        if !is_asked_for {
            return Err(Refusal::not_found(format!(
                "No content found with id: ContentId{{id={id}}}"
            )));
        }
        self.content_reply(call, id, &Expand::of(&query))
    }

    pub(super) fn create_content(&mut self, call: &Call<'_>) -> Answer {
        let query = Query::read(call.request, &[EXPAND])?;
        let body = json_body(call.request)?;
        match body["type"].as_str() {
            Some("page") => self.create_page_content(call, &body, &Expand::of(&query)),
            Some("comment") => self.create_comment_content(call, &body, &Expand::of(&query)),
            _ => Err(Refusal::invalid(
                "The sandbox has content of the types page and comment",
            )),
        }
    }

    /// Restrictions and other members that the server passes over without a word are refused: they were meant to do
    /// something.
    fn create_page_content(&mut self, call: &Call<'_>, body: &Value, expand: &Expand) -> Answer {
        let fields = Fields::read(
            body,
            &["type", "title", "space", "body"],
            &["ancestors", "status"],
        )?;
        if !matches!(fields.text("status")?, None | Some("current")) {
            return Err(Refusal::invalid(
                "The sandbox makes pages of the status current only",
            ));
        }
        let key = Fields::read(&body["space"], &["key"], &[])?.required_text("key")?;
        let space = self.space_of(key)?;
        if space.access == Access::Read {
            return Err(Refusal::forbidden(
                "Could not create content with type page",
            ));
        }
        let (space, homepage) = (space.id, space.homepage);
        let title = self.free_title(space, fields.text("title")?, Status::Current)?;
        let parent = match parent_in(&fields)? {
            None => homepage,
            Some(parent) => Some(self.valid_parent(call.actor, parent, space)?),
        };
        let text = self.named_by_account(&fields)?.unwrap_or_default();
        let draft = Draft {
            space,
            status: Status::Current,
            title,
            parent,
            body: &text,
            restrictions: Restrictions::default(),
        };
        let id = self.insert_page(call, draft)?;
        self.content_reply(call, id, expand)
    }

    fn create_comment_content(&mut self, call: &Call<'_>, body: &Value, expand: &Expand) -> Answer {
        let fields = Fields::read(body, &["type", "container", "body"], &[])?;
        let container = Fields::read(&body["container"], &["id", "type"], &[])?;
        if container.required_text("type")? != "page" {
            return Err(Refusal::invalid("The sandbox has comments on pages only"));
        }
        let page = id_of(container.get("id").unwrap_or(&Value::Null))?;
        let text = self.named_by_account(&fields)?.unwrap_or_default();
        let id = self.insert_comment(call, page, None, &text)?;
        let comment = self
            .comments
            .get(&id)
            .ok_or_else(|| Refusal::not_found(format!("No content found with id: {id}")))?;
        Ok(Reply::json(200, &self.comment_shape(call, comment, expand)))
    }

    /// Replaces a page's title and body, and moves it where a parent is named. The version must be the next one.
    pub(super) fn update_content(&mut self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[EXPAND])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(
            &body,
            &["type", "version", "title"],
            &["id", "space", "body", "ancestors", "status"],
        )?;
        if fields.required_text("type")? != "page" {
            return Err(Refusal::invalid("The sandbox changes pages only"));
        }
        let title = checked_title(fields.text("title")?, Status::Current)?;
        let (number, message) = fields.version()?.ok_or_else(|| {
            Refusal::invalid("Must supply an incremented version when updating Content")
        })?;
        let text = self.named_by_account(&fields)?;
        let page = self.editable(call.actor, id)?;
        if page.status != Status::Current {
            return Err(Refusal::invalid("The sandbox changes current pages only"));
        }
        let (space, current) = (page.space, page.now().number);
        if number != current + 1 {
            return Err(version_conflict("Content", current, number));
        }
        self.refuse_taken_title(space, &title, id, Status::Current)?;
        let parent = match parent_in(&fields)? {
            None => None,
            Some(parent) => {
                self.refuse_circle(id, parent)?;
                Some(self.valid_parent(call.actor, parent, space)?)
            }
        };
        let text = match text {
            Some(text) => self.checked_body(&text, id)?,
            None => self.page(call.actor, id)?.body().to_owned(),
        };
        let page = self.editable(call.actor, id)?;
        page.parent = parent.or(page.parent);
        page.save(call.actor, call.now, &message, &title, &text);
        self.sync_tasks(id, call.actor, call.now);
        self.reindex(id, call.now);
        self.content_reply(call, id, &Expand::of(&query))
    }

    /// The body of these fields, naming people as the world does.
    fn named_by_account(&self, fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
        let Some(text) = fields.storage()? else {
            return Ok(None);
        };
        mentions::refuse(text, Naming::AccountId).map_err(Refusal::invalid)?;
        Ok(Some(self.with_account_ids(text)))
    }
}

/// The page right above: the last of the ancestors, of which one is enough.
fn parent_in(fields: &Fields<'_>) -> Result<Option<u64>, Refusal> {
    let Some(ancestors) = fields.get("ancestors") else {
        return Ok(None);
    };
    let last = ancestors.as_array().and_then(|ancestors| ancestors.last());
    let last = last.ok_or_else(|| {
        Refusal::wrong_type(&ancestors.to_string(), "ancestors", "array of content")
    })?;
    let fields = Fields::read(last, &["id"], &["type"])?;
    Ok(Some(id_of(fields.get("id").unwrap_or(&Value::Null))?))
}

/// An id, as a text or as a number.
fn id_of(value: &Value) -> Result<u64, Refusal> {
    match value {
        Value::Number(number) => path_id("id", &number.to_string()),
        Value::String(text) => path_id("id", text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Refusal::wrong_type(&value.to_string(), "id", "ContentId"))
        }
    }
}
