//! People and robots with accounts.

use super::{Confluence, Edition, cloud, data_center};
use crate::vendors::http::CallError;

/// A person or a robot with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// The account id on Cloud, the user key on Data Center.
    pub account_id: String,
    /// The display name, as far as we may see it.
    pub name: String,
    /// The address; none where the person hides it from us (<https://developer.atlassian.com/cloud/confluence/profile-visibility/>),
    /// and never on Data Center.
    pub email: Option<String>,
}

impl Confluence {
    /// The people behind account ids or user keys; those that are not known are left out. One call for 250 on Cloud, one
    /// for each on Data Center.
    ///
    /// # Errors
    /// Any failure.
    pub async fn users(&self, ids: &[&str]) -> Result<Vec<User>, CallError> {
        match self.edition {
            Edition::Cloud => cloud::users(self, ids).await,
            Edition::DataCenter => data_center::users(self, ids).await,
        }
    }

    /// Who we are ourselves.
    ///
    /// # Errors
    /// Any failure.
    pub async fn current_user(&self) -> Result<User, CallError> {
        match self.edition {
            Edition::Cloud => cloud::current_user(self).await,
            Edition::DataCenter => data_center::current_user(self).await,
        }
    }
}
