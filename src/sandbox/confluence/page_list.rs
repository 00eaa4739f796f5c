//! Lists of pages. Unlike search they are live: what was written is in them at once.

use serde_json::json;

use super::errors::{Answer, Refusal};
use super::listing::list;
use super::page_view::body_json;
use super::pages::{Page, Status};
use super::query::{CURSOR, Kind, LIMIT, LIST_BODY, PAGE_SORT, Query};
use super::{Call, Confluence};

const STATUS: (&str, Kind) = (
    "status",
    Kind::Words(&["current", "archived", "deleted", "trashed"]),
);

impl Confluence {
    pub(super) fn list_pages(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("id", Kind::Ids(250)),
                ("space-id", Kind::Ids(100)),
                PAGE_SORT,
                STATUS,
                ("title", Kind::Text),
                LIST_BODY,
                ("subtype", Kind::Word(&["live", "page"])),
                CURSOR,
                LIMIT,
            ],
        )?;
        let live = query.text("subtype") == Some("live");
        let found = self
            .visible(call)
            .filter(|page| !live && matches(&query, page))
            .collect();
        self.answer_pages(call, &query, found)
    }

    pub(super) fn list_space_pages(&self, call: &Call<'_>, space: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("depth", Kind::Word(&["all", "root"])),
                PAGE_SORT,
                STATUS,
                ("title", Kind::Text),
                LIST_BODY,
                CURSOR,
                LIMIT,
            ],
        )?;
        let homepage = self.space(space)?.homepage;
        let root_only = query.text("depth") == Some("root");
        let found = self
            .visible(call)
            .filter(|page| page.space == space && matches(&query, page))
            .filter(|page| !root_only || page.parent.is_none() || page.parent == homepage)
            .collect();
        self.answer_pages(call, &query, found)
    }

    pub(super) fn list_label_pages(&self, call: &Call<'_>, label: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("space-id", Kind::Ids(100)),
                LIST_BODY,
                PAGE_SORT,
                CURSOR,
                LIMIT,
            ],
        )?;
        let label = self
            .labels
            .iter()
            .find(|(_, id)| **id == label)
            .map(|(label, _)| label)
            .ok_or_else(|| Refusal::not_found("No such label"))?;
        let found = self
            .visible(call)
            .filter(|page| page.labels.contains(label) && matches(&query, page))
            .collect();
        self.answer_pages(call, &query, found)
    }

    fn visible(&self, call: &Call<'_>) -> impl Iterator<Item = &Page> {
        self.pages
            .values()
            .filter(|page| self.may_read(call.actor, page) && page.status != Status::Draft)
    }

    fn answer_pages(&self, call: &Call<'_>, query: &Query, mut pages: Vec<&Page>) -> Answer {
        let sort = query.text("sort").unwrap_or("id");
        match sort.trim_start_matches('-') {
            "created-date" => pages.sort_by_key(|page| (page.created_at, page.id)),
            "modified-date" => pages.sort_by_key(|page| (page.now().at, page.id)),
            "title" => pages.sort_by_key(|page| page.title().to_lowercase()),
            _ => pages.sort_by_key(|page| page.id),
        }
        if sort.starts_with('-') {
            pages.reverse();
        }
        let format = query.text("body-format");
        list(
            call,
            query,
            pages,
            |page| page.id.to_string(),
            |page| {
                let mut answer = self.page_json(page);
                answer["body"] = body_json(format, page.body(), &|account| self.name_of(account));
                answer["subtype"] = json!("page");
                answer
            },
        )
    }
}

/// The filters that all lists of pages share. Without `status` they show current and archived pages, never the trash.
fn matches(query: &Query, page: &Page) -> bool {
    let status = match query.list("status") {
        None => matches!(page.status, Status::Current | Status::Archived),
        Some(words) => words.iter().any(|word| word == page.status.word()),
    };
    status
        && query.admits("id", &page.id.to_string())
        && query.admits("space-id", &page.space.to_string())
        && query
            .text("title")
            .is_none_or(|title| title == page.title())
}
