//! Who may see and who may edit a page, beyond what its space allows. v1 only; a PUT replaces all there is.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body, path_id};
use super::query::{Kind, Query};
use super::{Call, Confluence};
use crate::sandbox::seed::fingerprint;
use crate::sandbox::wire::Reply;

/// Account ids, by what they may do. An empty list restricts nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Restrictions {
    read: Vec<String>,
    update: Vec<String>,
}

impl Restrictions {
    /// For one account alone: a private page.
    pub(super) fn only(account: &str) -> Self {
        Self {
            read: vec![account.to_owned()],
            update: vec![account.to_owned()],
        }
    }

    pub(super) fn let_read(&self, account: &str) -> bool {
        self.read.is_empty() || self.read.iter().any(|one| one == account)
    }

    pub(super) fn let_update(&self, account: &str) -> bool {
        self.let_read(account)
            && (self.update.is_empty() || self.update.iter().any(|one| one == account))
    }
}

const EXPAND: (&str, Kind) = (
    "expand",
    Kind::Words(&[
        "restrictions.user",
        "read.restrictions.user",
        "update.restrictions.user",
        "restrictions.group",
        "read.restrictions.group",
        "update.restrictions.group",
        "content",
    ]),
);

impl Confluence {
    pub(super) fn get_restrictions(&self, call: &Call<'_>, id: &str) -> Answer {
        let page_of = Kind::Whole(0, i64::MAX);
        Query::read(
            call.request,
            &[EXPAND, ("start", page_of), ("limit", page_of)],
        )?;
        self.restrictions_reply(call, path_id("id", id)?)
    }

    pub(super) fn put_restrictions(&mut self, call: &Call<'_>, id: &str) -> Answer {
        Query::read(call.request, &[EXPAND])?;
        let id = path_id("id", id)?;
        let body = json_body(call.request)?;
        let restrictions = self.read_restrictions(&body)?;
        let page = self.editable(call.actor, id)?;
        // Confluence does not let an account lock itself out.
        if !restrictions.let_read(call.actor) || !restrictions.let_update(call.actor) {
            return Err(Refusal::invalid(
                "The calling user cannot be removed from the restrictions",
            ));
        }
        page.restrictions = restrictions;
        self.restrictions_reply(call, id)
    }

    pub(super) fn delete_restrictions(&mut self, call: &Call<'_>, id: &str) -> Answer {
        Query::read(call.request, &[EXPAND])?;
        let id = path_id("id", id)?;
        self.editable(call.actor, id)?.restrictions = Restrictions::default();
        self.restrictions_reply(call, id)
    }

    /// A list, or an object with the list under `results`.
    fn read_restrictions(&self, body: &Value) -> Result<Restrictions, Refusal> {
        let entries = body.as_array().or_else(|| body["results"].as_array());
        let entries =
            entries.ok_or_else(|| Refusal::invalid("The body must be a list of restrictions"))?;
        let mut restrictions = Restrictions::default();
        for entry in entries {
            let fields = Fields::read(entry, &["operation", "restrictions"], &["content"])?;
            let who = fields.get("restrictions").unwrap_or(&Value::Null);
            let accounts = self.read_accounts(who)?;
            match fields.required_text("operation")? {
                "read" => restrictions.read = accounts,
                "update" => restrictions.update = accounts,
                other => {
                    return Err(Refusal::invalid(format!(
                        "'{other}' cannot be restricted, only read and update"
                    )));
                }
            }
        }
        Ok(restrictions)
    }

    fn read_accounts(&self, who: &Value) -> Result<Vec<String>, Refusal> {
        let fields = Fields::read(who, &[], &["user", "group"])?;
        let groups = fields.get("group").and_then(Value::as_array);
        if groups.is_some_and(|groups| !groups.is_empty()) {
            return Err(Refusal::invalid("The sandbox has no groups"));
        }
        let users = fields.get("user");
        let users =
            users.and_then(|users| users.as_array().or_else(|| users["results"].as_array()));
        let mut accounts = Vec::new();
        for user in users.into_iter().flatten() {
            let id = user["accountId"].as_str().unwrap_or_default();
            if !self.accounts.contains_key(id) {
                return Err(Refusal::invalid(format!(
                    "No user found with account id '{id}'"
                )));
            }
            accounts.push(id.to_owned());
        }
        Ok(accounts)
    }

    fn restrictions_reply(&self, call: &Call<'_>, id: u64) -> Answer {
        let page = self.page(call.actor, id)?;
        let of = |operation: &str, accounts: &[String]| {
            let users: Vec<Value> = accounts
                .iter()
                .filter_map(|account| self.accounts.get(account))
                .map(|account| account.v1())
                .collect();
            json!({
                "operation": operation,
                "restrictions": {
                    "user": { "results": users, "start": 0, "limit": 200, "size": users.len() },
                    "group": { "results": [], "start": 0, "limit": 200, "size": 0 },
                },
                "_expandable": { "content": format!("/wiki/rest/api/content/{id}") },
                "_links": {
                    "self": format!("/wiki/rest/api/content/{id}/restriction/byOperation/{operation}"),
                },
            })
        };
        let Restrictions { read, update } = &page.restrictions;
        let answer = json!({
            "results": [of("read", read), of("update", update)],
            "start": 0,
            "limit": 100,
            "size": 2,
            "restrictionsHash": fingerprint(&format!("{read:?}{update:?}"), 16).to_lowercase(),
            "_links": { "self": format!("/wiki/rest/api/content/{id}/restriction") },
        });
        Ok(Reply::json(200, &answer))
    }
}
