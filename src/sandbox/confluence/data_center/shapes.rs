//! What content and spaces look like here.

use serde_json::{Value, json};

use super::content::Expand;
use crate::sandbox::confluence::comments::Comment;
use crate::sandbox::confluence::pages::{Page, Version};
use crate::sandbox::confluence::spaces::Space;
use crate::sandbox::confluence::{Call, Confluence, stamp};

impl Confluence {
    pub(super) fn space_shape(&self, call: &Call<'_>, space: &Space) -> Value {
        json!({
            "id": space.id,
            "key": space.key,
            "name": space.name,
            "status": "current",
            "type": "global",
            "_links": {
                "webui": format!("/display/{}", space.key),
                "self": format!("{}/rest/api/space/{}", call.base, space.key),
            },
            "_expandable": { "metadata": "", "icon": "", "description": "" },
        })
    }

    /// A page with what was asked for.
    pub(super) fn page_shape(&self, call: &Call<'_>, page: &Page, expand: &Expand) -> Value {
        let mut shape = json!({
            "id": page.id.to_string(),
            "type": "page",
            "status": page.status.word(),
            "title": page.title(),
            "position": page.position,
            "extensions": { "position": page.position },
            "_links": {
                "webui": self.page_path(page),
                "edit": format!("/pages/resumedraft.action?draftId={}", page.id),
                "tinyui": format!("/x/{}", page.id),
                "self": format!("{}/rest/api/content/{}", call.base, page.id),
            },
        });
        if let Some(space) = self
            .spaces
            .get(&page.space)
            .filter(|_| expand.asks_for("space"))
        {
            shape["space"] = self.space_shape(call, space);
        }
        if expand.asks_for("version") {
            shape["version"] = self.version_shape(call, page.now());
        }
        if expand.asks_for("history") {
            shape["history"] = json!({
                "latest": true,
                "createdBy": self.person_shape(call, &page.author),
                "createdDate": stamp(page.created_at),
            });
        }
        if expand.asks_for("ancestors") {
            let above: Vec<Value> = self
                .ancestors_of(page.id)
                .iter()
                .filter_map(|id| self.pages.get(id))
                .map(|page| {
                    json!({
                        "id": page.id.to_string(),
                        "type": "page",
                        "status": page.status.word(),
                        "title": page.title(),
                    })
                })
                .collect();
            shape["ancestors"] = above.into();
        }
        if expand.asks_for("body.storage") {
            shape["body"] = self.body_shape(page.body());
        }
        shape
    }

    pub(super) fn comment_shape(
        &self,
        call: &Call<'_>,
        comment: &Comment,
        expand: &Expand,
    ) -> Value {
        let now = comment.now();
        let mut shape = json!({
            "id": comment.id.to_string(),
            "type": "comment",
            "status": "current",
            "title": now.title,
            "extensions": { "location": "footer" },
            "_links": {
                "webui": format!("/pages/viewpage.action?pageId={}&focusedCommentId={}", comment.page, comment.id),
                "self": format!("{}/rest/api/content/{}", call.base, comment.id),
            },
        });
        if expand.asks_for("version") {
            shape["version"] = self.version_shape(call, now);
        }
        if expand.asks_for("history") {
            shape["history"] = json!({
                "latest": true,
                "createdBy": self.person_shape(call, &comment.author),
                "createdDate": stamp(comment.created_at),
            });
        }
        if expand.asks_for("body.storage") {
            shape["body"] = self.body_shape(&now.body);
        }
        shape
    }

    fn body_shape(&self, body: &str) -> Value {
        json!({ "storage": { "value": self.with_user_keys(body), "representation": "storage" } })
    }

    fn version_shape(&self, call: &Call<'_>, version: &Version) -> Value {
        json!({
            "by": self.person_shape(call, &version.author),
            "when": stamp(version.at),
            "message": version.message,
            "number": version.number,
            "minorEdit": false,
            "hidden": false,
        })
    }

    fn person_shape(&self, call: &Call<'_>, account: &str) -> Value {
        self.accounts
            .get(account)
            .map(|account| account.on_data_center(call.base))
            .unwrap_or_default()
    }
}
