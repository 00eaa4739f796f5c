//! Pages as they are shown: one at a time, with what was asked to be included.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::pages::{Page, Version};
use super::query::{ANY_BODY, Kind, Query};
use super::{Call, Confluence, stamp, storage};
use crate::sandbox::pages::storage_html;
use crate::sandbox::wire::Reply;

/// A body in the form that was asked for, as the member of the answer's `body`.
pub(super) fn body_json(
    format: Option<&str>,
    body: &str,
    name_of: &dyn Fn(&str) -> Option<String>,
) -> Value {
    let Some(format) = format else {
        return json!({});
    };
    let value = match format {
        "storage" | "editor" => body.to_owned(),
        "atlas_doc_format" => plain_document(body),
        _ => storage_html(body, name_of),
    };
    json!({ format: { "representation": format, "value": value } })
}

/// A document with the body's text as its one paragraph: enough to look at, not a converter.
fn plain_document(body: &str) -> String {
    let text = storage::text_of(body);
    let inner = if text.is_empty() {
        json!([])
    } else {
        json!([{ "type": "text", "text": text }])
    };
    json!({ "version": 1, "type": "doc", "content": [{ "type": "paragraph", "content": inner }] })
        .to_string()
}

impl Confluence {
    pub(super) fn get_page(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ANY_BODY,
                ("get-draft", Kind::Flag),
                (
                    "status",
                    Kind::Words(&[
                        "current",
                        "archived",
                        "trashed",
                        "deleted",
                        "historical",
                        "draft",
                    ]),
                ),
                ("version", Kind::Whole(1, i64::MAX)),
                ("include-labels", Kind::Flag),
                ("include-properties", Kind::Flag),
                ("include-operations", Kind::Flag),
                ("include-likes", Kind::Flag),
                ("include-versions", Kind::Flag),
                ("include-version", Kind::Flag),
                ("include-favorited-by-current-user-status", Kind::Flag),
                ("include-webresources", Kind::Flag),
                ("include-collaborators", Kind::Flag),
                ("include-direct-children", Kind::Flag),
            ],
        )?;
        let page = self.page(call.actor, id)?;
        let missing = || Refusal::not_found(format!("No content found with id: {id}"));
        let version = match query.whole("version") {
            None => page.now(),
            Some(number) => page
                .versions()
                .iter()
                .find(|version| version.number == number)
                .ok_or_else(missing)?,
        };
        let historical = version.number != page.now().number;
        let status = if historical {
            "historical"
        } else {
            page.status.word()
        };
        if !historical && !query.admits("status", status) {
            return Err(missing());
        }
        let mut answer = self.page_json(page);
        answer["status"] = json!(status);
        answer["title"] = json!(version.title);
        answer["version"] = version.json();
        answer["body"] = body_json(query.text("body-format"), &version.body, &|account| {
            self.name_of(account)
        });
        answer["_links"]["base"] = json!(format!("{}/wiki", call.base));
        self.include(&query, page, &mut answer);
        Ok(Reply::json(200, &answer))
    }

    /// What `include-…` adds to a page.
    fn include(&self, query: &Query, page: &Page, answer: &mut Value) {
        let part = |results: Vec<Value>, name: &str| {
            json!({
                "results": results,
                "meta": { "hasMore": false },
                "_links": { "self": format!("/wiki/api/v2/pages/{}/{name}", page.id) },
            })
        };
        if query.flag("include-labels") {
            let labels = page
                .labels
                .iter()
                .map(|label| self.label_json(label))
                .collect();
            answer["labels"] = part(labels, "labels");
        }
        if query.flag("include-properties") {
            answer["properties"] = part(
                self.properties_of(page.id)
                    .map(|property| property.json())
                    .collect(),
                "properties",
            );
        }
        if query.flag("include-operations") {
            answer["operations"] = part(operations(), "operations");
        }
        if query.flag("include-likes") {
            answer["likes"] = part(Vec::new(), "likes");
        }
        if query.flag("include-versions") {
            answer["versions"] = part(
                page.versions().iter().rev().map(Version::json).collect(),
                "versions",
            );
        }
        if query.text("include-version") == Some("false")
            && let Some(members) = answer.as_object_mut()
        {
            members.remove("version");
        }
        if query.flag("include-favorited-by-current-user-status") {
            answer["isFavoritedByCurrentUser"] = json!(false);
        }
    }

    pub(super) fn page_operations(&self, call: &Call<'_>, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        self.page(call.actor, id)?;
        Ok(Reply::json(200, &json!({ "operations": operations() })))
    }

    pub(super) fn page_reply(&self, call: &Call<'_>, id: u64, format: Option<&str>) -> Answer {
        let page = self.page(call.actor, id)?;
        let mut answer = self.page_json(page);
        answer["body"] = body_json(format, page.body(), &|account| self.name_of(account));
        answer["_links"]["base"] = json!(format!("{}/wiki", call.base));
        Ok(Reply::json(200, &answer))
    }

    /// A page as every list and every single answer shows it, without body and includes.
    pub(super) fn page_json(&self, page: &Page) -> Value {
        let links = self.page_path(page);
        json!({
            "id": page.id.to_string(),
            "status": page.status.word(),
            "title": page.title(),
            "spaceId": page.space.to_string(),
            "parentId": page.parent.map(|id| id.to_string()),
            "parentType": page.parent.map(|_| "page"),
            "position": page.position,
            "authorId": page.author,
            "ownerId": page.author,
            "lastOwnerId": page.author,
            "createdAt": stamp(page.created_at),
            "version": page.now().json(),
            "body": {},
            "_links": {
                "webui": links,
                "editui": format!("/pages/resumedraft.action?draftId={}", page.id),
                "tinyui": format!("/x/{}", page.id),
            },
        })
    }
}

fn operations() -> Vec<Value> {
    ["read", "update", "delete", "create"]
        .iter()
        .map(|operation| json!({ "operation": operation, "targetType": "page" }))
        .collect()
}
