//! Who may see and who may edit a page, beyond what its space allows. Both products have it in the API's first generation:
//! Cloud's PUT replaces all there is, Data Center's only what it names.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body, path_id};
use super::pages::Page;
use super::query::{Kind, Query};
use super::users::SECURITY_TEAM;
use super::{Call, Confluence, Product, storage};
use crate::sandbox::seed::fingerprint;
use crate::sandbox::wire::Reply;

/// Accounts and groups. Nobody at all restricts nobody.
#[derive(Clone, Debug, Default)]
struct Subjects {
    /// Account ids.
    users: Vec<String>,
    groups: Vec<String>,
}

impl Subjects {
    fn admit(&self, account: &str, groups: &[&str]) -> bool {
        (self.users.is_empty() && self.groups.is_empty())
            || self.users.iter().any(|one| one == account)
            || self.groups.iter().any(|one| groups.contains(&one.as_str()))
    }
}

/// Who may do what.
#[derive(Clone, Debug, Default)]
pub(super) struct Restrictions {
    read: Subjects,
    update: Subjects,
}

impl Restrictions {
    /// For one account alone: a private page.
    pub(super) fn only(account: &str) -> Self {
        let alone = Subjects {
            users: vec![account.to_owned()],
            groups: Vec::new(),
        };
        Self {
            read: alone.clone(),
            update: alone,
        }
    }

    fn let_read(&self, account: &str, groups: &[&str]) -> bool {
        self.read.admit(account, groups)
    }

    pub(super) fn let_update(&self, account: &str, groups: &[&str]) -> bool {
        self.let_read(account, groups) && self.update.admit(account, groups)
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
    /// The groups that an account is in.
    pub(super) fn groups_of(&self, account: &str) -> &'static [&'static str] {
        let is_in = self
            .accounts
            .get(account)
            .is_some_and(|account| account.groups.contains(&SECURITY_TEAM));
        if is_in { &[SECURITY_TEAM] } else { &[] }
    }

    /// Whether the account may see a page: reading is restricted by every page above it too.
    pub(super) fn may_read(&self, account: &str, page: &Page) -> bool {
        let groups = self.groups_of(account);
        page.restrictions.let_read(account, groups)
            && self
                .ancestors_of(page.id)
                .iter()
                .filter_map(|above| self.pages.get(above))
                .all(|above| above.restrictions.let_read(account, groups))
    }

    pub(super) fn get_restrictions(&self, call: &Call<'_>, id: &str) -> Answer {
        let page_of = Kind::Whole(0, i64::MAX);
        Query::read(
            call.request,
            &[EXPAND, ("start", page_of), ("limit", page_of)],
        )?;
        self.restrictions_reply(call, path_id("id", id)?)
    }

    /// `GET .../restriction/byOperation/{operation}`
    pub(super) fn get_restriction_of(&self, call: &Call<'_>, id: &str, operation: &str) -> Answer {
        let page_of = Kind::Whole(0, i64::MAX);
        Query::read(
            call.request,
            &[EXPAND, ("start", page_of), ("limit", page_of)],
        )?;
        let page = self.page(call.actor, path_id("id", id)?)?;
        let subjects = match operation {
            "read" => &page.restrictions.read,
            "update" => &page.restrictions.update,
            other => return Err(unknown_operation(other)),
        };
        Ok(Reply::json(
            200,
            &self.restriction_json(call, page.id, operation, subjects),
        ))
    }

    pub(super) fn put_restrictions(&mut self, call: &Call<'_>, id: &str) -> Answer {
        Query::read(call.request, &[EXPAND])?;
        let id = path_id("id", id)?;
        let body = json_body(call.request)?;
        let before = match call.product {
            Product::Cloud => Restrictions::default(),
            Product::DataCenter => self.page(call.actor, id)?.restrictions.clone(),
        };
        let restrictions = self.read_restrictions(call, &body, before)?;
        let groups = self.groups_of(call.actor);
        let page = self.editable(call.actor, id)?;
        // Confluence does not let an account lock itself out.
        if !restrictions.let_update(call.actor, groups) {
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
    fn read_restrictions(
        &self,
        call: &Call<'_>,
        body: &Value,
        before: Restrictions,
    ) -> Result<Restrictions, Refusal> {
        let entries = body.as_array().or_else(|| body["results"].as_array());
        let entries =
            entries.ok_or_else(|| Refusal::invalid("The body must be a list of restrictions"))?;
        let mut restrictions = before;
        for entry in entries {
            let fields = Fields::read(entry, &["operation", "restrictions"], &["content"])?;
            let subjects = match fields.required_text("operation")? {
                "read" => &mut restrictions.read,
                "update" => &mut restrictions.update,
                other => return Err(unknown_operation(other)),
            };
            let who = Fields::read(
                fields.get("restrictions").unwrap_or(&Value::Null),
                &[],
                &["user", "group"],
            )?;
            // What is left out stays as it was; on Cloud that is nobody.
            if let Some(users) = listed(call, &who, "user")? {
                subjects.users = self.read_users(call, users)?;
            }
            if let Some(groups) = listed(call, &who, "group")? {
                subjects.groups = read_groups(call, groups)?;
            }
        }
        Ok(restrictions)
    }

    fn read_users(&self, call: &Call<'_>, users: &[Value]) -> Result<Vec<String>, Refusal> {
        let named = match call.product {
            Product::Cloud => "accountId",
            Product::DataCenter => "userKey",
        };
        let mut accounts = Vec::new();
        for user in users {
            let name = Fields::read(user, &["type", named], &[])?.required_text(named)?;
            let account = self
                .accounts
                .values()
                .find(|account| match call.product {
                    Product::Cloud => account.id == name,
                    Product::DataCenter => account.user_key() == name,
                })
                .ok_or_else(|| Refusal::invalid(format!("No user found with {named} '{name}'")))?;
            accounts.push(account.id.clone());
        }
        Ok(accounts)
    }

    fn restrictions_reply(&self, call: &Call<'_>, id: u64) -> Answer {
        let page = self.page(call.actor, id)?;
        let Restrictions { read, update } = &page.restrictions;
        let path = format!("{}/rest/api/content/{id}/restriction", call.context());
        let mut answer = json!({
            "results": [
                self.restriction_json(call, id, "read", read),
                self.restriction_json(call, id, "update", update),
            ],
            "start": 0,
            "limit": 100,
            "size": 2,
            "_links": { "self": path },
        });
        match call.product {
            Product::Cloud => {
                let hash = fingerprint(&format!("{read:?}{update:?}"), 16).to_lowercase();
                answer["restrictionsHash"] = json!(hash);
            }
            Product::DataCenter => {}
        }
        Ok(Reply::json(200, &answer))
    }

    fn restriction_json(
        &self,
        call: &Call<'_>,
        id: u64,
        operation: &str,
        subjects: &Subjects,
    ) -> Value {
        let users: Vec<Value> = subjects
            .users
            .iter()
            .filter_map(|account| self.accounts.get(account))
            .map(|account| match call.product {
                Product::Cloud => account.v1(),
                Product::DataCenter => account.on_data_center(call.base),
            })
            .collect();
        let groups: Vec<Value> = subjects
            .groups
            .iter()
            .map(|name| match call.product {
                Product::Cloud => json!({ "type": "group", "name": name, "id": group_id(name) }),
                Product::DataCenter => json!({ "type": "group", "name": name }),
            })
            .collect();
        let content = format!("{}/rest/api/content/{id}", call.context());
        json!({
            "operation": operation,
            "restrictions": {
                "user": { "results": users, "start": 0, "limit": 200, "size": users.len() },
                "group": { "results": groups, "start": 0, "limit": 200, "size": groups.len() },
            },
            "_expandable": { "content": content },
            "_links": { "self": format!("{content}/restriction/byOperation/{operation}") },
        })
    }
}

fn unknown_operation(operation: &str) -> Refusal {
    Refusal::invalid(format!(
        "'{operation}' cannot be restricted, only read and update"
    ))
}

/// A list of subjects, bare or under `results`; none where it is left out. Cloud wants an empty one left out.
fn listed<'a>(
    call: &Call<'_>,
    who: &Fields<'a>,
    name: &str,
) -> Result<Option<&'a [Value]>, Refusal> {
    let Some(given) = who.get(name) else {
        return Ok(None);
    };
    let list = given
        .as_array()
        .or_else(|| given["results"].as_array())
        .ok_or_else(|| Refusal::wrong_type(&given.to_string(), name, "array"))?;
    if list.is_empty() && call.product == Product::Cloud {
        return Err(Refusal::invalid(format!(
            "'{name}' must have at least one item, or be left out"
        )));
    }
    Ok(Some(list))
}

/// What Cloud calls a group by.
fn group_id(name: &str) -> String {
    storage::uuid(name)
}

fn read_groups(call: &Call<'_>, groups: &[Value]) -> Result<Vec<String>, Refusal> {
    let (named, known) = match call.product {
        Product::Cloud => ("id", group_id(SECURITY_TEAM)),
        Product::DataCenter => ("name", SECURITY_TEAM.to_owned()),
    };
    groups
        .iter()
        .map(|group| {
            let name = Fields::read(group, &["type", named], &[])?.required_text(named)?;
            if name == known {
                Ok(SECURITY_TEAM.to_owned())
            } else {
                Err(Refusal::invalid(format!(
                    "No group found with {named} '{name}'"
                )))
            }
        })
        .collect()
}
