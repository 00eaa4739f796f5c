//! The site as plain JSON, for tests and for the pages that people look at.

use serde_json::{Value, json};

use super::pages::Page;
use super::{Confluence, stamp};

impl Confluence {
    /// `pages`, `tasks`, `comments`, `properties`, and the `users` that mentions name.
    pub(super) fn as_json(&self) -> Value {
        let pages: Vec<Value> = self
            .pages
            .values()
            .map(|page| self.page_world(page))
            .collect();
        let users: Vec<Value> = self
            .accounts
            .values()
            .map(|account| json!({ "accountId": account.id, "displayName": account.name }))
            .collect();
        json!({
            "pages": pages,
            "tasks": self.tasks.values().map(|task| task.world()).collect::<Vec<_>>(),
            "comments": self.comments.values().map(|comment| comment.world()).collect::<Vec<_>>(),
            "properties": self.properties.values().map(|property| property.world()).collect::<Vec<_>>(),
            "users": users,
        })
    }

    fn page_world(&self, page: &Page) -> Value {
        let space = self.spaces.get(&page.space).map_or("", |space| space.key);
        json!({
            "id": page.id.to_string(),
            "title": page.title(),
            "spaceId": page.space.to_string(),
            "spaceKey": space,
            "parentId": page.parent.map(|id| id.to_string()),
            "status": page.status.word(),
            "version": page.now().number,
            "authorId": page.author,
            "createdAt": stamp(page.created_at),
            "updatedAt": stamp(page.now().at),
            "updatedBy": page.now().author,
            "body": page.body(),
            "labels": page.labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>(),
            "url": format!("{}/wiki{}", self.base, self.page_path(page)),
        })
    }
}
