//! A person at Confluence: reads, edits and deletes pages through its API, as the web editor does.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Installation;

/// The text that people see in a page's storage format: every text node, in order.
pub fn visible_text(storage: &str) -> String {
    let document = format!(
        "<!DOCTYPE page [<!ENTITY nbsp \"&#160;\">]><page xmlns:ac=\"ac\" xmlns:ri=\"ri\">{storage}</page>"
    );
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let document = roxmltree::Document::parse_with_options(&document, options)
        .unwrap_or_else(|error| panic!("not well-formed: {error}\n{storage}"));
    document
        .descendants()
        .filter(|node| node.is_text())
        .filter_map(|node| node.text())
        .collect()
}

impl Installation {
    /// A page with its body, as Confluence Cloud stores it.
    pub async fn read_page(&self, page: &str) -> Value {
        self.wiki("GET", &format!("pages/{page}?body-format=storage"), None)
            .await
    }

    /// Appends a paragraph to a page, as somebody who has it open in the editor.
    pub async fn type_into_page(&self, page: &str, storage: &str) {
        self.edit_page(page, |body| format!("{body}{storage}"))
            .await;
    }

    /// Changes a page's body, as somebody who has it open in the editor.
    pub async fn edit_page(&self, page: &str, edit: impl FnOnce(&str) -> String) {
        let now = self.read_page(page).await;
        let body = now["body"]["storage"]["value"].as_str().expect("a body");
        let version = now["version"]["number"].as_u64().expect("a version");
        let edited = json!({
            "id": page,
            "status": "current",
            "title": now["title"],
            "body": {"representation": "storage", "value": edit(body)},
            "version": {"number": version + 1},
        });
        self.wiki("PUT", &format!("pages/{page}"), Some(&edited))
            .await;
    }

    /// Puts a page into the bin.
    pub async fn delete_page(&self, page: &str) {
        self.wiki("DELETE", &format!("pages/{page}"), None).await;
    }

    /// Empties the bin of a page.
    pub async fn purge_page(&self, page: &str) {
        self.wiki("DELETE", &format!("pages/{page}?purge=true"), None)
            .await;
    }

    /// Takes a page out of the bin.
    pub async fn restore_page(&self, page: &str, title: &str) {
        let query = format!("pages/{page}?status=trashed");
        let now = self.wiki("GET", &query, None).await;
        let version = now["version"]["number"].as_u64().expect("a version");
        let restored = json!({
            "id": page,
            "status": "current",
            "title": title,
            "body": {"representation": "storage", "value": ""},
            "version": {"number": version + 1},
        });
        self.wiki("PUT", &format!("pages/{page}"), Some(&restored))
            .await;
    }

    /// Gives a page another title.
    pub async fn rename_page(&self, page: &str, title: &str) {
        let renamed = json!({"status": "current", "title": title});
        self.wiki("PUT", &format!("pages/{page}/title"), Some(&renamed))
            .await;
    }

    /// Writes a comment at a page's foot.
    pub async fn comment_on_page(&self, page: &str, storage: &str) {
        let comment = json!({
            "pageId": page,
            "body": {"representation": "storage", "value": storage},
        });
        self.wiki("POST", "footer-comments", Some(&comment)).await;
    }

    /// Ticks a box.
    pub async fn tick(&self, task: &str) {
        let ticked = json!({"status": "complete"});
        self.wiki("PUT", &format!("tasks/{task}"), Some(&ticked))
            .await;
    }

    /// Calls Data Center's face of the same wiki, as the account that Debrief has.
    pub async fn data_center(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let address = format!("{}/rest/api/{path}", self.sandbox.base_url());
        self.http(method, &address, "Bearer sandbox-confluence-pat", body)
            .await
    }

    async fn wiki(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let address = format!("{}/wiki/api/v2/{path}", self.sandbox.base_url());
        let login = BASE64_STANDARD.encode("debrief@example.com:sandbox-confluence-token");
        self.http(method, &address, &format!("Basic {login}"), body)
            .await
    }
}
