//! People: who an id or an address is.

use serde::Deserialize;

use super::Slack;
use super::messages::lenient;
use crate::vendors::http::{CallError, Request, if_there};

/// A person.
#[derive(Clone, Debug)]
pub struct User {
    /// The user id.
    pub id: String,
    /// The full name, which other vendors know too; a display name is often a nick, and stands in for a missing one.
    pub name: String,
    /// The address, where the token may see it (`users:read.email`).
    pub email: Option<String>,
    /// The IANA zone.
    pub time_zone: Option<String>,
    /// Whether it is a person who is still there.
    pub standing: Standing,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// A person.
    Person,
    /// A robot.
    Bot,
    /// Somebody who has left.
    Deleted,
}

#[derive(Deserialize)]
struct OneUser {
    user: WireUser,
}

#[derive(Deserialize)]
struct WireUser {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    tz: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    deleted: bool,
    #[serde(default, deserialize_with = "lenient")]
    is_bot: bool,
    #[serde(default, deserialize_with = "lenient")]
    profile: Profile,
}

#[derive(Default, Deserialize)]
struct Profile {
    #[serde(default, deserialize_with = "lenient")]
    email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    display_name: Option<String>,
}

impl From<WireUser> for User {
    fn from(wire: WireUser) -> Self {
        let names = [
            wire.profile.real_name,
            wire.real_name,
            wire.profile.display_name,
            wire.name,
        ];
        let name = names
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty());
        Self {
            name: name.unwrap_or_else(|| wire.id.clone()),
            id: wire.id,
            email: wire.profile.email.filter(|email| !email.is_empty()),
            time_zone: wire.tz.filter(|zone| !zone.is_empty()),
            standing: match (wire.deleted, wire.is_bot) {
                (_, true) => Standing::Bot,
                (true, false) => Standing::Deleted,
                (false, false) => Standing::Person,
            },
        }
    }
}

impl Slack {
    /// The person of an address; none where it is nobody's.
    ///
    /// # Errors
    /// Any failure, such as `Forbidden` where the scope `users:read.email` is missing.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, CallError> {
        let request =
            Request::get("find user", ["api", "users.lookupByEmail"]).query("email", email);
        self.one_user(request).await
    }

    /// The person of a user id; none where it is nobody's, or nobody's whom the app may see.
    ///
    /// # Errors
    /// Any failure, such as `Forbidden` where the scope `users:read` is missing.
    pub async fn user(&self, id: &str) -> Result<Option<User>, CallError> {
        let request = Request::get("read user", ["api", "users.info"]).query("user", id);
        self.one_user(request).await
    }

    async fn one_user(&self, request: Request) -> Result<Option<User>, CallError> {
        let one = if_there(self.call::<OneUser>(request).await)?;
        Ok(one.map(|one| one.user.into()))
    }
}
