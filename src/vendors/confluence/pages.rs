//! Spaces, pages, and what hangs on a page: labels, properties, footer comments.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Confluence, Edition, cloud, data_center};
use crate::vendors::http::CallError;

/// How a site names a space in its requests: Cloud by a numeric id, Data Center by the key. Comes from
/// [`Confluence::space`]; its text may be kept and turned into one again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SpaceRef(String);

impl SpaceRef {
    /// One that was kept as text.
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who may see a page from the first moment on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Audience {
    /// Everybody who may see the space.
    Space,
    /// Nobody but its author, until [`Confluence::restrict`] lets others in.
    ///
    /// Cloud makes such a page in one call. Data Center has no such call, and passes over restrictions in a page's
    /// creation without a word: there an empty page of a title that tells nothing is made and closed first, and then gets
    /// its title and its body. Killed in between, the next try goes on with the same empty page.
    Author,
}

/// A page to be made.
#[derive(Clone, Debug)]
pub struct NewPage<'a> {
    /// Its space.
    pub space: &'a SpaceRef,
    /// The page above it; the space's home page where there is none.
    pub parent_id: Option<&'a str>,
    /// Unique in its space, whatever the letters' case; at most 255 characters.
    pub title: &'a str,
    /// The body in storage format, well-formed: <https://confluence.atlassian.com/conf91/confluence-storage-format-1442847767.html>.
    pub storage: &'a str,
    /// Who may see it.
    pub audience: Audience,
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
    /// Its space.
    pub space: Option<SpaceRef>,
    /// The page above it.
    pub parent_id: Option<String>,
    /// Who made it: an account id on Cloud, a user key on Data Center.
    pub author_id: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// 1 for a page that nobody has changed since it was made; one more on Data Center where it was made for its author
    /// alone.
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

impl Confluence {
    /// The space with that key; none where it is not there or not ours to see.
    ///
    /// # Errors
    /// Any failure.
    pub async fn space(&self, key: &str) -> Result<Option<SpaceRef>, CallError> {
        let space = match self.edition {
            Edition::Cloud => cloud::space_id(self, key).await?,
            Edition::DataCenter => data_center::space_key(self, key).await?,
        };
        Ok(space.map(SpaceRef))
    }

    /// Publishes a page. There is no idempotency key: after an unclear outcome look for the title.
    ///
    /// # Errors
    /// [`Conflict`](crate::vendors::http::Failure::Conflict) when the title is taken; `Refused` when the body is not
    /// well-formed; any other failure.
    pub async fn create_page(&self, page: &NewPage<'_>) -> Result<Page, CallError> {
        match (self.edition, page.audience) {
            (Edition::Cloud, _) => cloud::create_page(self, page).await,
            (Edition::DataCenter, Audience::Space) => data_center::create_page(self, page).await,
            (Edition::DataCenter, Audience::Author) => {
                data_center::create_private_page(self, page).await
            }
        }
    }

    /// The pages of that title in a space with their bodies. Unlike a search this sees a page at once. A title in other
    /// letters' case blocks ours too, and may be missed: the server's filter minds the case, its rule of uniqueness does
    /// not. Cloud's archived pages are among them; Data Center tells current ones only.
    ///
    /// # Errors
    /// Any failure.
    pub async fn pages_titled(
        &self,
        space: &SpaceRef,
        title: &str,
    ) -> Result<Vec<Page>, CallError> {
        let mut pages = match self.edition {
            Edition::Cloud => cloud::pages_titled(self, space, title).await?,
            Edition::DataCenter => data_center::pages_titled(self, space, title).await?,
        };
        // Cloud's filter was seen to match parts of titles.
        let wanted = title.to_lowercase();
        pages.retain(|page| page.title.to_lowercase() == wanted);
        Ok(pages)
    }

    /// A page with its body; none where it is not there or hidden. A page in the bin is there, and says so.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn page(&self, id: &str) -> Result<Option<Page>, CallError> {
        match self.edition {
            Edition::Cloud => cloud::page(self, id).await,
            Edition::DataCenter => data_center::page(self, id).await,
        }
    }

    /// Adds labels to a page and leaves the others.
    ///
    /// # Errors
    /// Any failure.
    pub async fn add_labels(&self, id: &str, labels: &[&str]) -> Result<(), CallError> {
        match self.edition {
            Edition::Cloud => cloud::add_labels(self, id, labels).await,
            Edition::DataCenter => data_center::add_labels(self, id, labels).await,
        }
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
        match self.edition {
            Edition::Cloud => cloud::create_property(self, page_id, key, value).await,
            Edition::DataCenter => data_center::create_property(self, page_id, key, value).await,
        }
    }

    /// The value under a key of a page; none where page or key are not there.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn property(&self, page_id: &str, key: &str) -> Result<Option<Property>, CallError> {
        match self.edition {
            Edition::Cloud => cloud::property(self, page_id, key).await,
            Edition::DataCenter => data_center::property(self, page_id, key).await,
        }
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
        match self.edition {
            Edition::Cloud => cloud::update_property(self, page_id, property, value).await,
            Edition::DataCenter => {
                data_center::update_property(self, page_id, property, value).await
            }
        }
    }

    /// Writes a comment at a page's foot and tells its id.
    ///
    /// # Errors
    /// Any failure.
    pub async fn comment(&self, page_id: &str, storage: &str) -> Result<String, CallError> {
        match self.edition {
            Edition::Cloud => cloud::comment(self, page_id, storage).await,
            Edition::DataCenter => data_center::comment(self, page_id, storage).await,
        }
    }

    /// The comments at a page's foot.
    ///
    /// # Errors
    /// Any failure.
    pub async fn comments(&self, page_id: &str) -> Result<Vec<Comment>, CallError> {
        match self.edition {
            Edition::Cloud => cloud::comments(self, page_id).await,
            Edition::DataCenter => data_center::comments(self, page_id).await,
        }
    }

    /// Where people read a page. `webui` is relative to a base that the answer names: the address that we call may be a
    /// gateway's, and no place for readers.
    pub(super) fn page_url(&self, id: &str, webui: Option<&str>, base: Option<&str>) -> String {
        let called = self.http.base_url().as_str().trim_end_matches('/');
        let base = match (base, self.edition) {
            (Some(base), _) => base.trim_end_matches('/').to_owned(),
            (None, Edition::Cloud) => format!("{called}/wiki"),
            (None, Edition::DataCenter) => called.to_owned(),
        };
        match webui {
            Some(webui) => format!("{base}/{}", webui.trim_start_matches('/')),
            None => format!("{base}/pages/viewpage.action?pageId={id}"),
        }
    }
}
