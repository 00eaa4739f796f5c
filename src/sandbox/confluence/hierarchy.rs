//! Who is above and below whom.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body, path_id};
use super::listing::list;
use super::pages::{Page, Status};
use super::query::{CURSOR, Kind, LIMIT, Query};
use super::{Call, Confluence};
use crate::sandbox::wire::Reply;

/// The two forms of a list of children.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// `children`: pages only, without a type.
    Pages,
    /// `direct-children`: any content, with its type.
    Content,
}

impl Confluence {
    /// The current pages right below a page, or at the root of a space, in their order.
    pub(super) fn children_of(
        &self,
        parent: Option<u64>,
        space: u64,
    ) -> impl Iterator<Item = &Page> {
        self.pages.values().filter(move |page| {
            page.parent == parent && page.space == space && page.status == Status::Current
        })
    }

    /// The ids above a page, from the top down.
    pub(super) fn ancestors_of(&self, id: u64) -> Vec<u64> {
        let mut above = Vec::new();
        let mut next = self.pages.get(&id).and_then(|page| page.parent);
        while let Some(parent) = next {
            above.push(parent);
            next = self.pages.get(&parent).and_then(|page| page.parent);
        }
        above.reverse();
        above
    }

    /// A page cannot be put below itself.
    pub(super) fn refuse_circle(&self, id: u64, parent: u64) -> Result<(), Refusal> {
        if parent == id || self.ancestors_of(parent).contains(&id) {
            return Err(Refusal::invalid("A page cannot be moved below itself"));
        }
        Ok(())
    }

    /// Ancestors have a limit but no cursor: who needs more asks again from the topmost.
    pub(super) fn list_ancestors(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[LIMIT])?;
        self.page(call.actor, id)?;
        let limit = usize::try_from(query.whole("limit").unwrap_or(25)).unwrap_or(usize::MAX);
        let above = self.ancestors_of(id);
        let nearest = above.len().saturating_sub(limit);
        let results: Vec<Value> = above
            .iter()
            .skip(nearest)
            .map(|id| json!({ "id": id.to_string(), "type": "page" }))
            .collect();
        let links = json!({ "base": format!("{}/wiki", call.base) });
        Ok(Reply::json(
            200,
            &json!({ "results": results, "_links": links }),
        ))
    }

    pub(super) fn list_children(&self, call: &Call<'_>, id: u64, shape: Shape) -> Answer {
        let query = Query::read(call.request, &[CURSOR, LIMIT, ("sort", Kind::Text)])?;
        let space = self.page(call.actor, id)?.space;
        let mut children: Vec<&Page> = self
            .children_of(Some(id), space)
            .filter(|page| self.may_read(call.actor, page))
            .collect();
        children.sort_by_key(|page| (page.position, page.id));
        list(
            call,
            &query,
            children,
            |page| page.id.to_string(),
            |page| {
                let mut child = json!({
                    "id": page.id.to_string(),
                    "status": page.status.word(),
                    "title": page.title(),
                    "spaceId": page.space.to_string(),
                    "childPosition": page.position,
                });
                match shape {
                    Shape::Pages => {}
                    Shape::Content => child["type"] = json!("page"),
                }
                child
            },
        )
    }

    pub(super) fn list_descendants(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[LIMIT, ("depth", Kind::Whole(1, 10)), CURSOR],
        )?;
        let space = self.page(call.actor, id)?.space;
        let depth = query.whole("depth").unwrap_or(2);
        let mut found: Vec<(i64, &Page)> = Vec::new();
        let mut level = vec![id];
        for distance in 1..=depth {
            let below: Vec<&Page> = level
                .iter()
                .flat_map(|parent| self.children_of(Some(*parent), space))
                .filter(|page| self.may_read(call.actor, page))
                .collect();
            level = below.iter().map(|page| page.id).collect();
            found.extend(below.into_iter().map(|page| (distance, page)));
        }
        list(
            call,
            &query,
            found,
            |(_, page)| page.id.to_string(),
            |(distance, page)| {
                json!({
                    "id": page.id.to_string(),
                    "status": page.status.word(),
                    "title": page.title(),
                    "type": "page",
                    "parentId": page.parent.map(|id| id.to_string()),
                    "depth": distance,
                    "childPosition": page.position,
                })
            },
        )
    }

    /// v1's way to move a page: below another (`append`), or beside it (`before`, `after`).
    pub(super) fn move_page(
        &mut self,
        call: &Call<'_>,
        id: &str,
        position: &str,
        target: &str,
    ) -> Answer {
        Query::read(call.request, &[])?;
        let (id, target) = (path_id("pageId", id)?, path_id("targetId", target)?);
        let to = self.page(call.actor, target)?;
        let space = to.space;
        let parent = match position {
            "append" => Some(to.id),
            "before" | "after" => to.parent,
            other => {
                return Err(Refusal::invalid(format!(
                    "'{other}' is not before, after or append"
                )));
            }
        };
        if let Some(parent) = parent {
            self.refuse_circle(id, parent)?;
        }
        let page = self.editable(call.actor, id)?;
        if page.space != space {
            return Err(Refusal::invalid(
                "The sandbox moves pages within one space only",
            ));
        }
        page.parent = parent;
        let mut siblings: Vec<(i64, u64)> = self
            .children_of(parent, space)
            .filter(|page| page.id != id)
            .map(|page| (page.position, page.id))
            .collect();
        siblings.sort_unstable();
        let beside = siblings.iter().position(|(_, sibling)| *sibling == target);
        let place = match (position, beside) {
            ("before", Some(at)) => at,
            ("after", Some(at)) => at + 1,
            _ => siblings.len(),
        };
        siblings.insert(place, (0, id));
        for (position, (_, sibling)) in (0..).zip(siblings) {
            if let Some(page) = self.pages.get_mut(&sibling) {
                page.position = position;
            }
        }
        Ok(Reply::json(200, &json!({ "pageId": id.to_string() })))
    }

    /// What kind of thing each id is; null for what is not there.
    pub(super) fn content_types(&self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["contentIds"], &[])?;
        let Some(ids) = fields.get("contentIds").and_then(Value::as_array) else {
            return Err(Refusal::wrong_type(
                &body["contentIds"].to_string(),
                "contentIds",
                "array",
            ));
        };
        let mut results = serde_json::Map::new();
        for id in ids {
            let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            let number = path_id("contentIds", &text)?;
            let kind = if self.page(call.actor, number).is_ok() {
                json!("page")
            } else if self.comments.contains_key(&number) {
                json!("footer-comment")
            } else {
                Value::Null
            };
            results.insert(text, kind);
        }
        Ok(Reply::json(200, &json!({ "results": results })))
    }
}
