//! Lists of content: by title, which is live; by CQL, which is late; and the comments on a page.

use serde_json::{Value, json};

use super::content::{EXPAND, Expand};
use crate::sandbox::confluence::comments::Comment;
use crate::sandbox::confluence::errors::Answer;
use crate::sandbox::confluence::listing::DEFAULT_LIMIT;
use crate::sandbox::confluence::pages::{Page, Status};
use crate::sandbox::confluence::query::{Kind, Query};
use crate::sandbox::confluence::{Call, Confluence};
use crate::sandbox::wire::Reply;

const START: (&str, Kind) = ("start", Kind::Whole(0, i64::MAX));
const LIMIT: (&str, Kind) = ("limit", Kind::Whole(0, i64::MAX));

impl Confluence {
    /// `GET /rest/api/content`. The title has to be the whole one, in the same letters. Without a status only current pages
    /// are told; `any` adds those in the bin.
    pub(super) fn list_content(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("type", Kind::Word(&["page"])),
                ("spaceKey", Kind::Text),
                ("title", Kind::Text),
                ("status", Kind::Words(&["current", "trashed", "any"])),
                EXPAND,
                START,
                LIMIT,
            ],
        )?;
        let space = query
            .text("spaceKey")
            .map(|key| self.space_of(key))
            .transpose()?
            .map(|space| space.id);
        let has_status = |page: &Page| match query.list("status") {
            None => page.status == Status::Current,
            Some(words) => words.iter().any(|word| match word.as_str() {
                "any" => matches!(page.status, Status::Current | Status::Trashed),
                word => word == page.status.word(),
            }),
        };
        let found = self
            .pages
            .values()
            .filter(|page| {
                space.is_none_or(|space| page.space == space)
                    && query
                        .text("title")
                        .is_none_or(|title| title == page.title())
                    && has_status(page)
                    && self.may_read(call.actor, page)
            })
            .collect();
        let expand = Expand::of(&query);
        Ok(part(call, &query, &expand, found, |page: &Page| {
            self.page_shape(call, page, &expand)
        }))
    }

    /// `GET /rest/api/content/search`. Which pages there are is known from an index that is late; what they hold is read
    /// from the site itself.
    pub(super) fn find_content(&mut self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("cql", Kind::Text),
                ("cqlcontext", Kind::Text),
                EXPAND,
                START,
                LIMIT,
            ],
        )?;
        let (_, hits) = self.hits(call, &query)?;
        let found = hits
            .iter()
            .filter_map(|hit| self.pages.get(&hit.id))
            .filter(|page| page.status == Status::Current && self.may_read(call.actor, page))
            .collect();
        let expand = Expand::of(&query);
        Ok(part(call, &query, &expand, found, |page: &Page| {
            self.page_shape(call, page, &expand)
        }))
    }

    /// The comments on a page itself, without replies.
    pub(super) fn list_child_comments(&self, call: &Call<'_>, page: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                EXPAND,
                ("location", Kind::Words(&["footer", "inline", "resolved"])),
                START,
                LIMIT,
            ],
        )?;
        self.page(call.actor, page)?;
        let found = self
            .visible_comments(call.actor)
            .filter(|comment| {
                comment.page == page
                    && comment.reply_to.is_none()
                    && query.admits("location", "footer")
            })
            .collect();
        let expand = Expand::of(&query);
        Ok(part(call, &query, &expand, found, |comment: &Comment| {
            self.comment_shape(call, comment, &expand)
        }))
    }
}

/// The part of a list that was asked for, with the way to the next.
fn part<T>(
    call: &Call<'_>,
    query: &Query,
    expand: &Expand,
    found: Vec<&T>,
    shape: impl Fn(&T) -> Value,
) -> Reply {
    let start = query.whole("start").unwrap_or(0);
    let limit = query
        .whole("limit")
        .unwrap_or(DEFAULT_LIMIT)
        .min(expand.most());
    let skip = usize::try_from(start).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or(0);
    let total = found.len();
    let results: Vec<Value> = found.into_iter().skip(skip).take(take).map(shape).collect();
    let end = skip.saturating_add(results.len());
    let mut links = json!({ "base": call.base, "context": call.context() });
    if end < total && take > 0 {
        let mut pairs: Vec<(&str, String)> = call
            .request
            .query
            .iter()
            .filter(|(name, _)| name != "start" && name != "limit")
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        pairs.push(("start", end.to_string()));
        pairs.push(("limit", limit.to_string()));
        let next = serde_urlencoded::to_string(&pairs).unwrap_or_default();
        links["next"] = json!(format!("{}?{next}", call.request.path));
    }
    Reply::json(
        200,
        &json!({ "results": results, "start": start, "limit": limit, "size": results.len(), "_links": links }),
    )
}
