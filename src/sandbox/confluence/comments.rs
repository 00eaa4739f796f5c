//! Footer comments, and replies to them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body};
use super::listing::list;
use super::page_view::body_json;
use super::pages::{Status, Version, version_conflict};
use super::query::{ANY_BODY, CURSOR, DATE_SORT, Kind, LIMIT, LIST_BODY, Query};
use super::versions::{VERSION_SORT, in_order};
use super::{Call, Confluence, stamp, storage};
use crate::sandbox::wire::Reply;

/// A comment at the foot of a page.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) page: u64,
    pub(super) reply_to: Option<u64>,
    pub(super) created_at: Timestamp,
    pub(super) author: String,
    /// Never empty.
    versions: Vec<Version>,
}

impl Comment {
    pub(super) fn now(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    pub(super) fn world(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "pageId": self.page.to_string(),
            "parentCommentId": self.reply_to.map(|id| id.to_string()),
            "authorId": self.author,
            "createdAt": stamp(self.created_at),
            "version": self.now().number,
            "body": self.now().body,
            "text": storage::text_of(&self.now().body),
        })
    }
}

impl Confluence {
    fn comment(&self, actor: &str, id: u64) -> Result<&Comment, Refusal> {
        self.visible_comments(actor)
            .find(|comment| comment.id == id)
            .ok_or_else(|| Refusal::not_found(format!("No comment found with id: {id}")))
    }

    pub(super) fn visible_comments(&self, actor: &str) -> impl Iterator<Item = &Comment> {
        self.comments
            .values()
            .filter(move |comment| self.page(actor, comment.page).is_ok())
    }

    pub(super) fn create_comment(&mut self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let targets = [
            "blogPostId",
            "pageId",
            "parentCommentId",
            "attachmentId",
            "customContentId",
        ];
        let fields = Fields::read(&body, &["body"], &targets)?;
        let named: Vec<&str> = targets
            .iter()
            .copied()
            .filter(|name| fields.get(name).is_some())
            .collect();
        let (page, reply_to) = match named.as_slice() {
            ["pageId"] => (fields.id("pageId")?.unwrap_or_default(), None),
            ["parentCommentId"] => {
                let parent = fields.id("parentCommentId")?.unwrap_or_default();
                (self.comment(call.actor, parent)?.page, Some(parent))
            }
            [_] => return Err(Refusal::not_found("The sandbox has comments on pages only")),
            _ => {
                return Err(Refusal::invalid(format!(
                    "Exactly one of {} must be given",
                    targets.join(", ")
                )));
            }
        };
        let text = fields.storage()?.unwrap_or_default();
        let id = self.insert_comment(call, page, reply_to, text)?;
        self.comment_reply(call, id, 201)
    }

    /// Puts a comment in; its body names people by account id.
    pub(super) fn insert_comment(
        &mut self,
        call: &Call<'_>,
        page: u64,
        reply_to: Option<u64>,
        text: &str,
    ) -> Result<u64, Refusal> {
        if self.page(call.actor, page)?.status == Status::Trashed {
            return Err(Refusal::not_found(format!(
                "No content found with id: {page}"
            )));
        }
        self.refuse_unwritable(page)?;
        let id = self.fresh_id();
        let text = self.checked_body(text, id)?;
        let first = Version {
            number: 1,
            at: call.now,
            author: call.actor.to_owned(),
            message: String::new(),
            title: format!("Re: {}", self.page(call.actor, page)?.title()),
            body: text,
        };
        let author = call.actor.to_owned();
        self.comments.insert(
            id,
            Comment {
                id,
                page,
                reply_to,
                created_at: call.now,
                author,
                versions: vec![first],
            },
        );
        Ok(id)
    }

    /// Commenting takes the right to write in the space, not the right to edit the page.
    fn refuse_unwritable(&self, page: u64) -> Result<(), Refusal> {
        let space = self
            .pages
            .get(&page)
            .map(|page| page.space)
            .unwrap_or_default();
        match self.space(space)?.access {
            super::spaces::Access::Write => Ok(()),
            super::spaces::Access::Read => Err(Refusal::forbidden(
                "The calling user may not comment in this space",
            )),
        }
    }

    fn comment_reply(&self, call: &Call<'_>, id: u64, status: u16) -> Answer {
        let comment = self.comment(call.actor, id)?;
        Ok(Reply::json(
            status,
            &self.comment_json(comment, Some("storage")),
        ))
    }

    fn comment_json(&self, comment: &Comment, format: Option<&str>) -> Value {
        let now = comment.now();
        let path = self
            .pages
            .get(&comment.page)
            .map(|page| self.page_path(page))
            .unwrap_or_default();
        let mut answer = json!({
            "id": comment.id.to_string(),
            "status": "current",
            "title": now.title,
            "pageId": comment.page.to_string(),
            "version": now.json(),
            "body": body_json(format, &now.body, &|account| self.name_of(account)),
            "_links": { "webui": format!("{path}?focusedCommentId={}", comment.id) },
        });
        if let Some(parent) = comment.reply_to {
            answer["parentCommentId"] = json!(parent.to_string());
        }
        answer
    }

    pub(super) fn list_comments(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(call.request, &[LIST_BODY, DATE_SORT, CURSOR, LIMIT])?;
        let found = self.visible_comments(call.actor).collect();
        self.answer_comments(call, &query, found)
    }

    /// The comments on a page itself; replies are listed under the comment they answer.
    pub(super) fn list_page_comments(&self, call: &Call<'_>, page: u64) -> Answer {
        let status = (
            "status",
            Kind::Words(&[
                "current",
                "archived",
                "trashed",
                "deleted",
                "historical",
                "draft",
            ]),
        );
        let query = Query::read(call.request, &[LIST_BODY, status, DATE_SORT, CURSOR, LIMIT])?;
        self.page(call.actor, page)?;
        let found = self
            .visible_comments(call.actor)
            .filter(|comment| {
                comment.page == page
                    && comment.reply_to.is_none()
                    && query.admits("status", "current")
            })
            .collect();
        self.answer_comments(call, &query, found)
    }

    pub(super) fn list_replies(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[LIST_BODY, DATE_SORT, CURSOR, LIMIT])?;
        self.comment(call.actor, id)?;
        let found = self
            .visible_comments(call.actor)
            .filter(|comment| comment.reply_to == Some(id))
            .collect();
        list_of(self, call, &query, found, |mut answer| {
            if let Some(members) = answer.as_object_mut() {
                members.remove("pageId");
            }
            answer
        })
    }

    fn answer_comments(&self, call: &Call<'_>, query: &Query, found: Vec<&Comment>) -> Answer {
        list_of(self, call, query, found, |answer| answer)
    }

    pub(super) fn get_comment(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ANY_BODY,
                ("version", Kind::Whole(1, i64::MAX)),
                ("include-properties", Kind::Flag),
                ("include-operations", Kind::Flag),
                ("include-likes", Kind::Flag),
                ("include-versions", Kind::Flag),
                ("include-version", Kind::Flag),
            ],
        )?;
        let comment = self.comment(call.actor, id)?;
        let mut answer = self.comment_json(comment, query.text("body-format"));
        if let Some(number) = query.whole("version") {
            let version = comment
                .versions
                .iter()
                .find(|version| version.number == number)
                .ok_or_else(|| {
                    Refusal::not_found(format!("No version {number} of comment {id}"))
                })?;
            answer["version"] = version.json();
            answer["body"] = body_json(query.text("body-format"), &version.body, &|account| {
                self.name_of(account)
            });
        }
        for name in ["properties", "operations", "likes"] {
            if query.flag(&format!("include-{name}")) {
                answer[name] = json!({ "results": [], "meta": { "hasMore": false } });
            }
        }
        if query.flag("include-versions") {
            let versions: Vec<Value> = comment.versions.iter().rev().map(Version::json).collect();
            answer["versions"] = json!({ "results": versions, "meta": { "hasMore": false } });
        }
        answer["_links"]["base"] = json!(format!("{}/wiki", call.base));
        Ok(Reply::json(200, &answer))
    }

    pub(super) fn update_comment(&mut self, call: &Call<'_>, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["version", "body"], &["_links"])?;
        let (number, message) = fields
            .version()?
            .ok_or_else(|| Refusal::invalid("'version' is required"))?;
        let comment = self.comment(call.actor, id)?;
        let current = comment.now().number;
        if comment.author != call.actor {
            return Err(Refusal::forbidden("Only its author may edit a comment"));
        }
        if number != current + 1 {
            return Err(version_conflict("a comment", current, number));
        }
        let title = comment.now().title.clone();
        let text = self.checked_body(fields.storage()?.unwrap_or_default(), id)?;
        if let Some(comment) = self.comments.get_mut(&id) {
            let author = call.actor.to_owned();
            comment.versions.push(Version {
                number,
                at: call.now,
                author,
                message,
                title,
                body: text,
            });
        }
        self.comment_reply(call, id, 200)
    }

    /// A deleted comment is gone, and its replies with it.
    pub(super) fn delete_comment(&mut self, call: &Call<'_>, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        let page = self.comment(call.actor, id)?.page;
        self.refuse_unwritable(page)?;
        self.comments
            .retain(|_, comment| comment.id != id && comment.reply_to != Some(id));
        Ok(Reply::empty(204))
    }

    pub(super) fn list_comment_versions(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[LIST_BODY, CURSOR, LIMIT, VERSION_SORT])?;
        let comment = self.comment(call.actor, id)?;
        let format = query.text("body-format");
        list(
            call,
            &query,
            in_order(&query, &comment.versions),
            |version| version.number.to_string(),
            |version| {
                let mut answer = version.json();
                answer["comment"] = json!({
                    "title": version.title,
                    "id": id.to_string(),
                    "body": body_json(format, &version.body, &|account| self.name_of(account)),
                });
                answer
            },
        )
    }
}

fn list_of(
    site: &Confluence,
    call: &Call<'_>,
    query: &Query,
    mut found: Vec<&Comment>,
    shape: impl Fn(Value) -> Value,
) -> Answer {
    let sort = query.text("sort").unwrap_or("created-date");
    match sort.trim_start_matches('-') {
        "modified-date" => found.sort_by_key(|comment| (comment.now().at, comment.id)),
        _ => found.sort_by_key(|comment| (comment.created_at, comment.id)),
    }
    if sort.starts_with('-') {
        found.reverse();
    }
    let format = query.text("body-format");
    list(
        call,
        query,
        found,
        |comment| comment.id.to_string(),
        |comment| shape(site.comment_json(comment, format)),
    )
}
