//! People: looked up by account id, and often without an address.
//!
//! An address is there only as far as its owner's profile shows it. Here the profile of everybody whose job title
//! contains "private" hides it: `email` is then empty, and being an administrator would not help.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body};
use super::listing::offset;
use super::query::{Kind, Query};
use super::{Call, Confluence};
use crate::sandbox::seed::user_key;
use crate::sandbox::wire::Reply;

/// Most account ids that one lookup takes.
const MOST_IDS: usize = 250;

/// An Atlassian account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) time_zone: Option<String>,
    pub(super) hides_email: bool,
    pub(super) groups: Vec<&'static str>,
}

/// The group of those whose job title contains "security"; the only one there is.
pub(super) const SECURITY_TEAM: &str = "security-team";

impl Account {
    /// What Data Center calls the account by.
    pub(super) fn user_key(&self) -> String {
        user_key(&self.email)
    }

    /// The account as Data Center shows it: no address.
    pub(super) fn on_data_center(&self, base: &str) -> Value {
        let key = self.user_key();
        json!({
            "type": "known",
            "username": self.email.split('@').next().unwrap_or_default(),
            "userKey": key,
            "displayName": self.name,
            "profilePicture": { "path": "/images/icons/profilepics/default.svg", "width": 48, "height": 48, "isDefault": true },
            "_links": { "self": format!("{base}/rest/api/user?key={key}") },
            "_expandable": { "status": "" },
        })
    }

    fn visible_email(&self) -> &str {
        if self.hides_email { "" } else { &self.email }
    }

    fn v2(&self) -> Value {
        json!({
            "displayName": self.name,
            "publicName": self.name,
            "timeZone": self.time_zone,
            "personalSpaceId": null,
            "isExternalCollaborator": false,
            "accountStatus": "active",
            "accountId": self.id,
            "email": self.visible_email(),
            "accountType": "atlassian",
            "profilePicture": { "path": "/wiki/aa-avatar/default", "isDefault": true },
        })
    }

    /// The account as v1 shows it, in lookups as in restrictions.
    pub(super) fn v1(&self) -> Value {
        let mut user = json!({
            "type": "known",
            "accountId": self.id,
            "accountType": "atlassian",
            "email": self.visible_email(),
            "publicName": self.name,
            "displayName": self.name,
            "profilePicture": { "path": "/wiki/aa-avatar/default", "width": 48, "height": 48, "isDefault": true },
            "isExternalCollaborator": false,
            "isGuest": false,
            "_expandable": { "operations": "", "personalSpace": "" },
            "_links": { "self": format!("/wiki/rest/api/user?accountId={}", self.id) },
        });
        if let Some(zone) = &self.time_zone {
            user["timeZone"] = json!(zone);
        }
        user
    }
}

const EXPAND: (&str, Kind) = (
    "expand",
    Kind::Words(&["operations", "personalSpace", "isExternalCollaborator"]),
);

impl Confluence {
    pub(super) fn users_bulk(&self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["accountIds"], &[])?;
        let Some(ids) = fields.get("accountIds").and_then(Value::as_array) else {
            return Err(Refusal::wrong_type(
                &body["accountIds"].to_string(),
                "accountIds",
                "array",
            ));
        };
        if ids.is_empty() || ids.len() > MOST_IDS {
            return Err(Refusal::invalid(format!(
                "'accountIds' must hold 1 to {MOST_IDS} ids"
            )));
        }
        let mut results = Vec::new();
        for id in ids {
            let id = id
                .as_str()
                .ok_or_else(|| Refusal::wrong_type(&id.to_string(), "accountIds", "string"))?;
            results.extend(self.accounts.get(id).map(Account::v2));
        }
        let links = json!({ "base": format!("{}/wiki", call.base) });
        Ok(Reply::json(
            200,
            &json!({ "results": results, "_links": links }),
        ))
    }

    pub(super) fn get_user(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(call.request, &[("accountId", Kind::Text), EXPAND])?;
        let id = query.required("accountId")?;
        let account = self
            .accounts
            .get(id)
            .ok_or_else(|| Refusal::not_found(format!("No user found with id {id}")))?;
        Ok(Reply::json(200, &account.v1()))
    }

    pub(super) fn get_current_user(&self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[EXPAND])?;
        let account = self
            .accounts
            .get(call.actor)
            .ok_or_else(Refusal::unauthorized)?;
        Ok(Reply::json(200, &account.v1()))
    }

    pub(super) fn get_users(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("accountId", Kind::Texts(200)),
                EXPAND,
                ("start", Kind::Whole(0, i64::MAX)),
                ("limit", Kind::Whole(0, 200)),
            ],
        )?;
        query.required("accountId")?;
        let ids = query.list("accountId").unwrap_or_default();
        let found: Vec<&Account> = ids.iter().filter_map(|id| self.accounts.get(id)).collect();
        let (found, start, limit) = offset(&query, 200, found);
        let results: Vec<Value> = found.into_iter().map(Account::v1).collect();
        Ok(Reply::json(
            200,
            &json!({ "results": results, "start": start, "limit": limit, "size": results.len(), "_links": {} }),
        ))
    }

    /// Addresses regardless of what profiles show are for apps that Atlassian approved, never for an API token.
    pub(super) fn refuse_user_email(&self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[("accountId", Kind::Texts(MOST_IDS))])?
            .required("accountId")?;
        Err(Refusal::invalid(
            "The calling app is not approved to use this API",
        ))
    }
}
