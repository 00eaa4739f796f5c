//! Search, which is late: the index hears of a change twenty seconds after it was made.
//!
//! A client that looks for its own page with CQL right after making it finds nothing and makes another. A page that was
//! deleted is found for as long.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::cql::{self, Condition, Field, Test};
use super::errors::{Answer, Refusal};
use super::pages::Status;
use super::query::{Kind, Query};
use super::{Call, Confluence, stamp, storage};
use crate::sandbox::wire::Reply;

/// How far the index is behind, in sandbox time.
const LAG: SignedDuration = SignedDuration::from_secs(20);

/// What the index knows of a page.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: u64,
    title: String,
    space: String,
    path: String,
    labels: Vec<String>,
    parent: Option<u64>,
    ancestors: Vec<u64>,
    excerpt: String,
    modified: Timestamp,
}

/// Changes in the order they were made, with when each was made.
#[derive(Debug, Default)]
pub(super) struct Index {
    changes: Vec<(Timestamp, u64, Option<Entry>)>,
}

impl Confluence {
    /// Notes for the index what a page is now.
    pub(super) fn reindex(&mut self, id: u64, at: Timestamp) {
        let entry = self
            .pages
            .get(&id)
            .filter(|page| page.status == Status::Current)
            .map(|page| Entry {
                id,
                title: page.title().to_owned(),
                space: self
                    .spaces
                    .get(&page.space)
                    .map(|space| space.key.to_owned())
                    .unwrap_or_default(),
                path: self.page_path(page),
                labels: page.labels.iter().map(|label| label.name.clone()).collect(),
                parent: page.parent,
                ancestors: self.ancestors_of(id),
                excerpt: storage::text_of(page.body()).chars().take(200).collect(),
                modified: page.now().at,
            });
        self.index.changes.push((at, id, entry));
    }

    /// What the index knows by now.
    fn indexed(&mut self, now: Timestamp) -> Vec<Entry> {
        let ripe = now.saturating_sub(LAG).unwrap_or(Timestamp::MIN);
        let mut known = BTreeMap::new();
        for (_, id, entry) in self.index.changes.iter().filter(|(at, _, _)| *at <= ripe) {
            known.insert(*id, entry.clone());
        }
        known.into_values().flatten().collect()
    }

    pub(super) fn hits(
        &mut self,
        call: &Call<'_>,
        query: &Query,
    ) -> Result<(String, Vec<Entry>), Refusal> {
        let text = query.required("cql")?.to_owned();
        let conditions = cql::parse(&text).map_err(Refusal::invalid)?;
        let entries = self.indexed(call.now);
        let visible = |entry: &Entry| match self.pages.get(&entry.id) {
            // A page that is gone lingers until the index hears of it.
            None => true,
            Some(page) => self.may_read(call.actor, page),
        };
        let found = entries
            .into_iter()
            .filter(|entry| {
                visible(entry) && conditions.iter().all(|condition| holds(condition, entry))
            })
            .collect();
        Ok((text, found))
    }

    /// `GET /wiki/rest/api/content/search`
    pub(super) fn search_content(&mut self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("cql", Kind::Text),
                ("cqlcontext", Kind::Text),
                ("expand", Kind::Texts(50)),
                ("cursor", Kind::Text),
                ("limit", Kind::Whole(0, 1000)),
            ],
        )?;
        let (text, found) = self.hits(call, &query)?;
        let (part, start, limit, links) = portion(call, &query, &text, found)?;
        let results: Vec<Value> = part.iter().map(content).collect();
        Ok(Reply::json(
            200,
            &json!({ "results": results, "start": start, "limit": limit, "size": results.len(), "_links": links }),
        ))
    }

    /// `GET /wiki/rest/api/search`
    pub(super) fn search(&mut self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("cql", Kind::Text),
                ("cqlcontext", Kind::Text),
                ("cursor", Kind::Text),
                ("next", Kind::Flag),
                ("prev", Kind::Flag),
                ("limit", Kind::Whole(0, 1000)),
                ("start", Kind::Whole(0, i64::MAX)),
                ("includeArchivedSpaces", Kind::Flag),
                ("excludeCurrentSpaces", Kind::Flag),
                (
                    "excerpt",
                    Kind::Word(&[
                        "highlight",
                        "indexed",
                        "none",
                        "highlight_unescaped",
                        "indexed_unescaped",
                    ]),
                ),
                (
                    "sitePermissionTypeFilter",
                    Kind::Word(&["all", "externalCollaborator", "none"]),
                ),
                ("_", Kind::Whole(i64::MIN, i64::MAX)),
                ("expand", Kind::Texts(50)),
            ],
        )?;
        let (text, found) = self.hits(call, &query)?;
        let total = found.len();
        let (part, start, limit, links) = portion(call, &query, &text, found)?;
        let results: Vec<Value> = part
            .iter()
            .map(|entry| {
                json!({
                    "content": content(entry),
                    "title": entry.title,
                    "excerpt": if query.text("excerpt") == Some("none") { "" } else { entry.excerpt.as_str() },
                    "url": entry.path,
                    "breadcrumbs": [],
                    "entityType": "content",
                    "iconCssClass": "aui-icon content-type-page",
                    "lastModified": stamp(entry.modified),
                    "score": 1.0,
                })
            })
            .collect();
        let answer = json!({
            "results": results,
            "start": start,
            "limit": limit,
            "size": results.len(),
            "totalSize": total,
            "cqlQuery": text,
            "searchDuration": 12,
            "_links": links,
        });
        Ok(Reply::json(200, &answer))
    }
}

/// The part of the hits that was asked for, and the links with the way to the next. A search's cursor says how many
/// hits to pass over.
fn portion(
    call: &Call<'_>,
    query: &Query,
    cql: &str,
    found: Vec<Entry>,
) -> Result<(Vec<Entry>, usize, i64, Value), Refusal> {
    let start = match query.text("cursor") {
        None => query
            .whole("start")
            .and_then(|start| usize::try_from(start).ok())
            .unwrap_or(0),
        Some(cursor) => cursor
            .strip_prefix("_sa_")
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| Refusal::invalid("Invalid cursor"))?,
    };
    let limit = query.whole("limit").unwrap_or(25);
    let take = usize::try_from(limit).unwrap_or(0);
    let total = found.len();
    let part: Vec<Entry> = found.into_iter().skip(start).take(take).collect();
    let mut links = json!({ "base": format!("{}/wiki", call.base), "context": "/wiki" });
    let end = start + part.len();
    if end < total && take > 0 {
        let cursor = format!("_sa_{end}");
        let limit = limit.to_string();
        let pairs = [
            ("next", "true"),
            ("cursor", cursor.as_str()),
            ("limit", limit.as_str()),
            ("cql", cql),
        ];
        // v1's links are relative to the context, unlike v2's, which begin with it.
        let path = call.request.path.trim_start_matches("/wiki");
        links["next"] = json!(format!(
            "{path}?{}",
            serde_urlencoded::to_string(pairs).unwrap_or_default()
        ));
    }
    Ok((part, start, limit, links))
}

fn content(entry: &Entry) -> Value {
    json!({
        "id": entry.id.to_string(),
        "type": "page",
        "status": "current",
        "title": entry.title,
        "_expandable": { "space": format!("/rest/api/space/{}", entry.space) },
        "_links": { "webui": entry.path, "self": format!("/wiki/rest/api/content/{}", entry.id) },
    })
}

fn holds(condition: &Condition, entry: &Entry) -> bool {
    let values: Vec<String> = match condition.field {
        Field::Type => vec!["page".to_owned()],
        Field::Space => vec![entry.space.clone()],
        Field::Title => vec![entry.title.to_lowercase()],
        Field::Label => entry.labels.clone(),
        Field::Id => vec![entry.id.to_string()],
        Field::Parent => entry.parent.iter().map(u64::to_string).collect(),
        Field::Ancestor => entry.ancestors.iter().map(u64::to_string).collect(),
    };
    let same = |wanted: &String| match condition.field {
        Field::Title => values.contains(&wanted.to_lowercase()),
        Field::Type | Field::Space | Field::Label | Field::Id | Field::Parent | Field::Ancestor => {
            values.contains(wanted)
        }
    };
    match &condition.test {
        Test::Is(wanted) => wanted.iter().any(same),
        Test::IsNot(unwanted) => !unwanted.iter().any(same),
        Test::Like(words) => {
            let title = entry.title.to_lowercase();
            words
                .to_lowercase()
                .split_whitespace()
                .all(|word| title.contains(word.trim_matches('*')))
        }
    }
}
