//! Data Center's answers.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::pages::{Page, PageStatus, Property, SpaceRef};
use super::super::people::User;
use super::super::{Bodies, Confluence, Links, storage_of};

/// A page or a comment.
#[derive(Deserialize)]
pub(super) struct Content {
    #[serde(deserialize_with = "text_or_number")]
    pub(super) id: String,
    status: Option<PageStatus>,
    #[serde(default)]
    title: String,
    space: Option<WireSpace>,
    #[serde(default)]
    ancestors: Vec<Ancestor>,
    history: Option<History>,
    version: Option<WireVersion>,
    pub(super) body: Option<Bodies>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Deserialize)]
pub(super) struct WireSpace {
    pub(super) key: String,
}

#[derive(Deserialize)]
struct Ancestor {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    created_by: Option<WireUser>,
    created_date: Option<Timestamp>,
}

#[derive(Deserialize)]
struct WireVersion {
    number: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireUser {
    user_key: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
}

impl WireUser {
    /// The user; none for somebody anonymous, who has no key.
    pub(super) fn known(self) -> Option<User> {
        let account_id = self.user_key?;
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Some(User {
            name: given(self.display_name)
                .or_else(|| given(self.username))
                .unwrap_or_else(|| account_id.clone()),
            email: None,
            account_id,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct WireProperty {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
    key: String,
    #[serde(default)]
    value: Value,
    version: WireVersion,
}

impl From<WireProperty> for Property {
    fn from(wire: WireProperty) -> Self {
        Self {
            id: wire.id,
            key: wire.key,
            version: wire.version.number,
            value: wire.value,
        }
    }
}

impl Content {
    /// The page that this is, with the base of the list it was in.
    pub(super) fn page(self, site: &Confluence, list_base: Option<&str>) -> Page {
        let base = self.links.base.as_deref().or(list_base);
        let (author_id, created_at) = match self.history {
            Some(history) => (
                history.created_by.and_then(|user| user.user_key),
                history.created_date,
            ),
            None => (None, None),
        };
        Page {
            url: site.page_url(&self.id, self.links.webui.as_deref(), base),
            id: self.id,
            status: self.status.unwrap_or(PageStatus::Unknown),
            title: self.title,
            space: self.space.map(|space| SpaceRef::kept(space.key)),
            // From the top down.
            parent_id: self.ancestors.into_iter().next_back().map(|page| page.id),
            author_id,
            created_at,
            version: self.version.map_or(1, |version| version.number),
            storage: storage_of(self.body),
        }
    }
}

/// Ids of content are texts, those of some other things numbers, and not in all versions the same ones.
fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    Ok(match Id::deserialize(from)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}
