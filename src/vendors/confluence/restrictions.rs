//! Who may read a page, beyond what its space says. Both editions have the same calls, in the API's first generation.

use ::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Confluence, Edition};
use crate::vendors::http::{CallError, Repeat, Request};

/// The only ones who may see a page.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Readers {
    /// Account ids on Cloud, user keys on Data Center.
    pub users: Vec<String>,
    /// Groups: ids on Cloud, names on Data Center.
    pub groups: Vec<String>,
}

#[derive(Deserialize)]
struct WireRestriction {
    restrictions: WireSubjects,
}

#[derive(Deserialize)]
struct WireSubjects {
    #[serde(default)]
    user: Subjects<WireUser>,
    #[serde(default)]
    group: Subjects<WireGroup>,
}

#[derive(Deserialize)]
struct Subjects<T> {
    #[serde(default = "Vec::new")]
    results: Vec<T>,
}

impl<T> Default for Subjects<T> {
    fn default() -> Self {
        Self {
            results: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUser {
    account_id: Option<String>,
    user_key: Option<String>,
}

#[derive(Deserialize)]
struct WireGroup {
    id: Option<String>,
    name: Option<String>,
}

impl Confluence {
    /// Lets these people and groups see and edit a page, ourselves always, and nobody else. Replaces what was said before;
    /// doing it twice changes nothing more.
    ///
    /// # Errors
    /// `Refused` where one of them is not known; `Forbidden` where the account may not restrict pages in the space; any
    /// other failure.
    pub async fn restrict(&self, page_id: &str, readers: &Readers) -> Result<(), CallError> {
        // An account cannot lock itself out, and the worker has to find its page again.
        let ourselves = self.current_user().await?.account_id;
        self.restrict_as(page_id, &ourselves, readers).await
    }

    /// [`restrict`](Self::restrict) where it is known who we are.
    pub(super) async fn restrict_as(
        &self,
        page_id: &str,
        ourselves: &str,
        readers: &Readers,
    ) -> Result<(), CallError> {
        let path = self.restriction_path(page_id);
        let subjects = self.subjects(ourselves, readers);
        // Both: Data Center leaves an operation that is not named as it was, and a private page's editing is restricted too.
        let body = json!([
            { "operation": "read", "restrictions": subjects },
            { "operation": "update", "restrictions": subjects },
        ]);
        let path = path.iter().copied();
        let request = Request::new("restrict page", Method::PUT, path, Repeat::Safe).json(&body);
        self.call(request).await.map(drop)
    }

    fn subjects(&self, ourselves: &str, readers: &Readers) -> Value {
        let others = readers.users.iter().map(String::as_str);
        let users: Vec<Value> = std::iter::once(ourselves)
            .chain(others.filter(|user| *user != ourselves))
            .map(|user| match self.edition {
                Edition::Cloud => json!({ "type": "known", "accountId": user }),
                Edition::DataCenter => json!({ "type": "known", "userKey": user }),
            })
            .collect();
        let groups: Vec<Value> = readers
            .groups
            .iter()
            .map(|group| match self.edition {
                Edition::Cloud => json!({ "type": "group", "id": group }),
                Edition::DataCenter => json!({ "type": "group", "name": group }),
            })
            .collect();
        let mut subjects = Map::new();
        subjects.insert("user".to_owned(), users.into());
        match self.edition {
            // Cloud wants a list of nobody left out; Data Center takes what is left out for what is to stay.
            Edition::Cloud if groups.is_empty() => {}
            Edition::Cloud | Edition::DataCenter => {
                subjects.insert("group".to_owned(), groups.into());
            }
        }
        Value::Object(subjects)
    }

    /// Who alone may see a page; none where everybody who may see the space may. What is restricted by a page above it is
    /// not told.
    ///
    /// # Errors
    /// `NotFound` where the page is not there or not ours to see; any other failure.
    pub async fn restriction(&self, page_id: &str) -> Result<Option<Readers>, CallError> {
        let path = self.restriction_path(page_id);
        let path = path.iter().copied().chain(["byOperation", "read"]);
        let request = Request::get("read restriction", path)
            .query("expand", "restrictions.user,restrictions.group");
        let wire: WireRestriction = self.call_json(request).await?;
        let readers = Readers {
            users: wire
                .restrictions
                .user
                .results
                .into_iter()
                .filter_map(|user| match self.edition {
                    Edition::Cloud => user.account_id,
                    Edition::DataCenter => user.user_key,
                })
                .collect(),
            groups: wire
                .restrictions
                .group
                .results
                .into_iter()
                .filter_map(|group| match self.edition {
                    Edition::Cloud => group.id,
                    Edition::DataCenter => group.name,
                })
                .collect(),
        };
        Ok((readers != Readers::default()).then_some(readers))
    }

    fn restriction_path<'a>(&self, page_id: &'a str) -> Vec<&'a str> {
        match self.edition {
            Edition::Cloud => vec!["wiki", "rest", "api", "content", page_id, "restriction"],
            Edition::DataCenter => vec!["rest", "api", "content", page_id, "restriction"],
        }
    }
}
