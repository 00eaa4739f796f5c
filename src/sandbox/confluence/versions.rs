//! What a page was before.

use serde_json::json;

use super::errors::{Answer, Refusal};
use super::listing::list;
use super::page_view::body_json;
use super::pages::Version;
use super::query::{CURSOR, Kind, LIMIT, LIST_BODY, Query};
use super::{Call, Confluence, stamp};
use crate::sandbox::wire::Reply;

/// The orders of a list of versions.
pub(super) const VERSION_SORT: (&str, Kind) =
    ("sort", Kind::Word(&["modified-date", "-modified-date"]));

/// Newest first, unless asked otherwise.
pub(super) fn in_order<'a>(query: &Query, versions: &'a [Version]) -> Vec<&'a Version> {
    match query.text("sort") {
        Some("modified-date") => versions.iter().collect(),
        Some(_) | None => versions.iter().rev().collect(),
    }
}

impl Confluence {
    pub(super) fn list_page_versions(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(call.request, &[LIST_BODY, CURSOR, LIMIT, VERSION_SORT])?;
        let page = self.page(call.actor, id)?;
        let format = query.text("body-format");
        list(
            call,
            &query,
            in_order(&query, page.versions()),
            |version| version.number.to_string(),
            |version| {
                let mut answer = version.json();
                answer["page"] = json!({
                    "title": version.title,
                    "id": id.to_string(),
                    "body": body_json(format, &version.body, &|account| self.name_of(account)),
                });
                answer
            },
        )
    }

    pub(super) fn get_page_version(&self, call: &Call<'_>, id: u64, number: u64) -> Answer {
        Query::read(call.request, &[])?;
        let page = self.page(call.actor, id)?;
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let version = page
            .versions()
            .iter()
            .find(|version| version.number == number)
            .ok_or_else(|| Refusal::not_found(format!("No version {number} of content {id}")))?;
        let mut answer = json!({
            "number": version.number,
            "authorId": version.author,
            "message": version.message,
            "createdAt": stamp(version.at),
            "minorEdit": false,
            "contentTypeModified": false,
            "collaborators": [version.author],
        });
        if number > 1 {
            answer["prevVersion"] = json!(number - 1);
        }
        if number < page.now().number {
            answer["nextVersion"] = json!(number + 1);
        }
        Ok(Reply::json(200, &answer))
    }
}
