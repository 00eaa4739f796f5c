//! Spaces, pages, and what hangs on a page: labels, properties, footer comments.

use ::http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Bodies, Confluence, Links, List, PAGE_LENGTH, storage_body};
use crate::vendors::http::{CallError, Repeat, Request, if_there};

/// A page to be made.
#[derive(Clone, Debug)]
pub struct NewPage<'a> {
    /// The space's numeric id, not its key.
    pub space_id: &'a str,
    /// The page above it; the space's home page where there is none.
    pub parent_id: Option<&'a str>,
    /// Unique in its space, whatever the letters' case; at most 255 characters.
    pub title: &'a str,
    /// The body in storage format, well-formed: <https://confluence.atlassian.com/conf91/confluence-storage-format-1442847767.html>.
    pub storage: &'a str,
}

/// A page as it is.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page's id, digits.
    pub id: String,
    /// Whether it is there for readers.
    pub status: PageStatus,
    /// Its title.
    pub title: String,
    /// The id of its space.
    pub space_id: Option<String>,
    /// The page above it.
    pub parent_id: Option<String>,
    /// The account that made it.
    pub author_id: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// 1 for a page that nobody has changed since it was made.
    pub version: u64,
    /// Where people read it; absolute.
    pub url: String,
    /// Its body in storage format, where it was asked for.
    pub storage: Option<String>,
}

/// Where a page is in its life.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum PageStatus {
    /// Published.
    Current,
    /// Not yet published.
    Draft,
    /// Put away; still holds its title.
    Archived,
    /// In the bin.
    Trashed,
    /// Gone.
    Deleted,
    /// An old version.
    Historical,
    /// A status that this client does not know.
    #[serde(other)]
    Unknown,
}

/// A value under a key on a page; readable by all who can see the page.
#[derive(Clone, Debug)]
pub struct Property {
    /// The property's own id.
    pub id: String,
    /// Its key.
    pub key: String,
    /// The number of its last change; an update has to name the next one.
    pub version: u64,
    /// What is kept.
    pub value: Value,
}

/// A comment at a page's foot.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The comment's id.
    pub id: String,
    /// Its body in storage format.
    pub storage: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePage {
    id: String,
    status: PageStatus,
    #[serde(default)]
    title: String,
    space_id: Option<String>,
    parent_id: Option<String>,
    author_id: Option<String>,
    created_at: Option<Timestamp>,
    version: Option<WireVersion>,
    body: Option<Bodies>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Deserialize)]
struct WireVersion {
    number: u64,
}

#[derive(Deserialize)]
struct WireProperty {
    id: String,
    key: String,
    #[serde(default)]
    value: Value,
    version: WireVersion,
}

#[derive(Deserialize)]
struct WireComment {
    id: String,
    body: Option<Bodies>,
}

#[derive(Deserialize)]
struct WireSpace {
    id: String,
    key: String,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

impl From<WireProperty> for Property {
    fn from(wire: WireProperty) -> Self {
        let WireProperty {
            id,
            key,
            value,
            version,
        } = wire;
        let version = version.number;
        Self {
            id,
            key,
            version,
            value,
        }
    }
}

impl Confluence {
    /// The numeric id of the space with that key; none where it is not there or not ours to see.
    ///
    /// # Errors
    /// Any failure.
    pub async fn space_id(&self, key: &str) -> Result<Option<String>, CallError> {
        let request =
            Request::get("find space", ["wiki", "api", "v2", "spaces"]).query("keys", key);
        let list: List<WireSpace> = self.call_json(request).await?;
        Ok(list
            .results
            .into_iter()
            .find(|space| space.key == key)
            .map(|space| space.id))
    }

    /// Publishes a page. There is no idempotency key: after an unclear outcome look for the title.
    ///
    /// # Errors
    /// [`Conflict`](crate::vendors::http::Failure::Conflict) when the title is taken; `Refused` when the body is not
    /// well-formed; any other failure.
    pub async fn create_page(&self, page: &NewPage<'_>) -> Result<Page, CallError> {
        let mut body = json!({
            "spaceId": page.space_id,
            "status": "current",
            "title": page.title,
            "body": storage_body(page.storage),
        });
        if let Some(parent) = page.parent_id {
            body["parentId"] = parent.into();
        }
        let path = ["wiki", "api", "v2", "pages"];
        let request = Request::new("create page", Method::POST, path, Repeat::Once).json(&body);
        let made: WirePage = self.call_json(request).await?;
        Ok(self.page_from(made, None))
    }

    /// The pages of that title in a space, current and archived, with their bodies. Unlike a search this sees a page
    /// at once. A title in other letters' case blocks ours too, and may be missed: the server's filter minds the case,
    /// its rule of uniqueness does not.
    ///
    /// # Errors
    /// Any failure.
    pub async fn pages_titled(&self, space_id: &str, title: &str) -> Result<Vec<Page>, CallError> {
        let request = Request::get("find page", ["wiki", "api", "v2", "pages"])
            .query("space-id", space_id)
            .query("title", title)
            .query("status", "current")
            .query("status", "archived")
            .query("body-format", "storage")
            .query("limit", PAGE_LENGTH);
        let mut pages = self
            .all(request, |page: WirePage, base| self.page_from(page, base))
            .await?;
        // The filter was seen to match parts of titles.
        let wanted = title.to_lowercase();
        pages.retain(|page| page.title.to_lowercase() == wanted);
        Ok(pages)
    }

    /// A page with its body; none where it is not there or hidden. A page in the bin is there, and says so.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn page(&self, id: &str) -> Result<Option<Page>, CallError> {
        let request = Request::get("read page", ["wiki", "api", "v2", "pages", id])
            .query("body-format", "storage");
        let page: Option<WirePage> = if_there(self.call_json(request).await)?;
        Ok(page.map(|page| self.page_from(page, None)))
    }

    /// Adds labels to a page and leaves the others.
    ///
    /// # Errors
    /// Any failure.
    pub async fn add_labels(&self, id: &str, labels: &[&str]) -> Result<(), CallError> {
        let body: Value = labels
            .iter()
            .map(|label| json!({ "prefix": "global", "name": label }))
            .collect();
        let path = ["wiki", "rest", "api", "content", id, "label"];
        let request = Request::new("add labels", Method::POST, path, Repeat::Safe).json(&body);
        self.call(request).await.map(drop)
    }

    /// Puts a value on a page under a new key.
    ///
    /// # Errors
    /// `Conflict` when the key is there already; any other failure.
    pub async fn create_property(
        &self,
        page_id: &str,
        key: &str,
        value: &Value,
    ) -> Result<Property, CallError> {
        let path = ["wiki", "api", "v2", "pages", page_id, "properties"];
        let request = Request::new("create property", Method::POST, path, Repeat::Once)
            .json(&json!({ "key": key, "value": value }));
        let made: WireProperty = self.call_json(request).await?;
        Ok(made.into())
    }

    /// The value under a key of a page; none where page or key are not there.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn property(&self, page_id: &str, key: &str) -> Result<Option<Property>, CallError> {
        let path = ["wiki", "api", "v2", "pages", page_id, "properties"];
        let request = Request::get("read property", path).query("key", key);
        let list: Option<List<WireProperty>> = if_there(self.call_json(request).await)?;
        Ok(list
            .into_iter()
            .flat_map(|list| list.results)
            .find(|property| property.key == key)
            .map(Property::from))
    }

    /// Replaces the value of a property that was read before.
    ///
    /// # Errors
    /// `Conflict` when somebody has changed it since: read it again. Any other failure.
    pub async fn update_property(
        &self,
        page_id: &str,
        property: &Property,
        value: &Value,
    ) -> Result<Property, CallError> {
        let path = [
            "wiki",
            "api",
            "v2",
            "pages",
            page_id,
            "properties",
            &property.id,
        ];
        let request =
            Request::new("update property", Method::PUT, path, Repeat::Once).json(&json!({
                "key": property.key,
                "value": value,
                "version": { "number": property.version + 1 },
            }));
        let changed: WireProperty = self.call_json(request).await?;
        Ok(changed.into())
    }

    /// Writes a comment at a page's foot and tells its id.
    ///
    /// # Errors
    /// Any failure.
    pub async fn comment(&self, page_id: &str, storage: &str) -> Result<String, CallError> {
        let path = ["wiki", "api", "v2", "footer-comments"];
        let request = Request::new("comment", Method::POST, path, Repeat::Once)
            .json(&json!({ "pageId": page_id, "body": storage_body(storage) }));
        let made: Made = self.call_json(request).await?;
        Ok(made.id)
    }

    /// The comments at a page's foot.
    ///
    /// # Errors
    /// Any failure.
    pub async fn comments(&self, page_id: &str) -> Result<Vec<Comment>, CallError> {
        let path = ["wiki", "api", "v2", "pages", page_id, "footer-comments"];
        let request = Request::get("read comments", path)
            .query("body-format", "storage")
            .query("limit", PAGE_LENGTH);
        self.all(request, |comment: WireComment, _| Comment {
            id: comment.id,
            storage: storage_of(comment.body).unwrap_or_default(),
        })
        .await
    }

    fn page_from(&self, wire: WirePage, list_base: Option<&str>) -> Page {
        Page {
            url: self.page_url(&wire.id, &wire.links, list_base),
            id: wire.id,
            status: wire.status,
            title: wire.title,
            space_id: wire.space_id,
            parent_id: wire.parent_id,
            author_id: wire.author_id,
            created_at: wire.created_at,
            version: wire.version.map_or(1, |version| version.number),
            storage: storage_of(wire.body),
        }
    }

    /// `webui` is relative to the site's `/wiki`, which the answer names: the gateway's URL is no place for readers.
    fn page_url(&self, id: &str, links: &Links, list_base: Option<&str>) -> String {
        let base = match links.base.as_deref().or(list_base) {
            Some(base) => base.trim_end_matches('/').to_owned(),
            None => format!(
                "{}/wiki",
                self.http.base_url().as_str().trim_end_matches('/')
            ),
        };
        match links.webui.as_deref() {
            Some(webui) => format!("{base}/{}", webui.trim_start_matches('/')),
            None => format!("{base}/pages/viewpage.action?pageId={id}"),
        }
    }
}

pub(super) fn storage_of(bodies: Option<Bodies>) -> Option<String> {
    Some(bodies?.storage?.value)
}
