//! Sharing.
//!
//! See <https://developers.google.com/workspace/drive/api/guides/manage-sharing>.

use serde_json::{Value, json};

use super::{Drive, forbidden};
use crate::sandbox::{
    google::{
        accounts::Accounts,
        call::{Answer, Call, Outcome},
        errors::Refusal,
    },
    seed::fingerprint,
};

const ROLES: [&str; 6] = [
    "owner",
    "organizer",
    "fileOrganizer",
    "writer",
    "commenter",
    "reader",
];

/// What one principal may do with a file.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Derived from the principal, so that the same principal always has the same.
    pub id: String,
    principal: Principal,
    role: String,
    name: Option<String>,
}

#[derive(Clone, Debug)]
enum Principal {
    User(String),
    Group(String),
    Domain(String),
    Anyone,
}

impl Permission {
    /// The permission that comes with making a file.
    pub fn owner(email: &str) -> Self {
        Self {
            id: id_of(email),
            principal: Principal::User(email.to_lowercase()),
            role: "owner".into(),
            name: None,
        }
    }

    /// Whether it reaches that account. Who is in a group is not emulated: nobody is.
    pub fn covers(&self, email: &str) -> bool {
        match &self.principal {
            Principal::User(user) => user.eq_ignore_ascii_case(email),
            Principal::Group(_) => false,
            Principal::Domain(domain) => email
                .rsplit_once('@')
                .is_some_and(|(_, mine)| mine.eq_ignore_ascii_case(domain)),
            Principal::Anyone => true,
        }
    }

    /// Whether it allows changing the file.
    pub fn edits(&self) -> bool {
        ["owner", "organizer", "fileOrganizer", "writer"].contains(&self.role.as_str())
    }

    /// As Drive shows it.
    pub fn json(&self) -> Value {
        let mut value = json!({"kind": "drive#permission", "id": self.id, "role": self.role});
        match &self.principal {
            Principal::User(email) => {
                value["type"] = json!("user");
                value["emailAddress"] = json!(email);
                value["deleted"] = json!(false);
                value["displayName"] = json!(self.name.as_deref().unwrap_or(email));
            }
            Principal::Group(email) => {
                value["type"] = json!("group");
                value["emailAddress"] = json!(email);
                value["deleted"] = json!(false);
                value["displayName"] = json!(email);
            }
            Principal::Domain(domain) => {
                value["type"] = json!("domain");
                value["domain"] = json!(domain);
                value["displayName"] = json!(domain);
                value["allowFileDiscovery"] = json!(false);
            }
            Principal::Anyone => {
                value["type"] = json!("anyone");
                value["allowFileDiscovery"] = json!(false);
            }
        }
        value
    }
}

/// The permission id of an address or domain.
pub fn id_of(principal: &str) -> String {
    let digits = fingerprint(&principal.to_lowercase(), 15);
    format!(
        "{:020}",
        u64::from_str_radix(&digits, 16).unwrap_or_default()
    )
}

impl Drive {
    pub(super) fn share(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let id = call.argument("fileId").to_owned();
        let file = self.changeable(&id, call)?;
        let principal = principal(&call.body)?;
        let role = role(&call.body)?;
        if role == "owner" && !call.flag("transferOwnership", false) {
            return Err(Refusal::new(
                403,
                "forbidden",
                "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            )
            .at("parameter", "transferOwnership"));
        }
        if role == "owner" {
            return Err(Refusal::not_emulated("transfer of ownership"));
        }
        if ["organizer", "fileOrganizer"].contains(&role.as_str()) && file.drive.is_none() {
            return Err(
                Refusal::invalid(format!("The role {role} exists in shared drives only."))
                    .at("parameter", "role"),
            );
        }
        let (key, name, mailed) = match &principal {
            Principal::User(email) => {
                (email.clone(), accounts.name(email).map(str::to_owned), true)
            }
            Principal::Group(email) => (email.clone(), None, true),
            Principal::Domain(domain) => (domain.clone(), None, false),
            Principal::Anyone => ("anyoneWithLink".to_owned(), None, false),
        };
        let notify = mailed && call.flag("sendNotificationEmail", true);
        if call.query("emailMessage").is_some() && !notify {
            return Err(
                Refusal::invalid("emailMessage needs sendNotificationEmail.")
                    .at("parameter", "emailMessage"),
            );
        }
        if let (Principal::User(email), false) = (&principal, notify)
            && !accounts.knows(email)
        {
            return Err(Refusal::new(
                400,
                "invalidSharingRequest",
                format!(
                    "Bad Request. User message: \"You are trying to invite {email}. Since there is no Google account \
                     associated with this email address, you must check the \"Notify people\" box to invite this \
                     recipient.\""
                ),
            ));
        }
        let permission_id = match principal {
            Principal::Anyone => key.clone(),
            Principal::User(_) | Principal::Group(_) | Principal::Domain(_) => id_of(&key),
        };
        let permission = Permission {
            id: permission_id,
            principal,
            role,
            name,
        };
        let value = permission.json();
        // Sharing with somebody twice is one permission, with the later role.
        match file
            .permissions
            .iter_mut()
            .find(|each| each.id == permission.id)
        {
            Some(existing) if existing.role == "owner" => return Ok(Answer::Json(existing.json())),
            Some(existing) => *existing = permission,
            None => file.permissions.push(permission),
        }
        if notify {
            self.notifications
                .push(json!({"fileId": id, "to": key, "message": call.query("emailMessage")}));
        }
        Ok(Answer::Json(value))
    }

    pub(super) fn permissions(&self, call: &Call<'_>) -> Outcome {
        let file = self.visible(call.argument("fileId"), call)?;
        let all: Vec<Value> = file.permissions.iter().map(Permission::json).collect();
        let (page, next) = call.page(all, call.count("pageSize", 100))?;
        let mut value = json!({"kind": "drive#permissionList", "permissions": page});
        if let Some(next) = next {
            value["nextPageToken"] = json!(next);
        }
        Ok(Answer::Json(value))
    }

    pub(super) fn permission(&self, call: &Call<'_>) -> Outcome {
        let file = self.visible(call.argument("fileId"), call)?;
        let wanted = call.argument("permissionId");
        let found = file
            .permissions
            .iter()
            .find(|permission| permission.id == wanted);
        found
            .map(|permission| Answer::Json(permission.json()))
            .ok_or_else(|| no_permission(wanted))
    }

    pub(super) fn unshare(&mut self, call: &Call<'_>) -> Outcome {
        let file = self.changeable(call.argument("fileId"), call)?;
        let wanted = call.argument("permissionId");
        let at = file
            .permissions
            .iter()
            .position(|permission| permission.id == wanted);
        let at = at.ok_or_else(|| no_permission(wanted))?;
        if file.permissions[at].role == "owner" {
            return Err(forbidden());
        }
        file.permissions.remove(at);
        Ok(Answer::Nothing)
    }

    pub(super) fn change_role(&mut self, call: &Call<'_>) -> Outcome {
        let file = self.changeable(call.argument("fileId"), call)?;
        let wanted = call.argument("permissionId");
        let found = file
            .permissions
            .iter_mut()
            .find(|permission| permission.id == wanted);
        let permission = found.ok_or_else(|| no_permission(wanted))?;
        let extra = call
            .body
            .as_object()
            .and_then(|body| body.keys().find(|name| *name != "role"));
        if extra.is_some() {
            return Err(Refusal::new(
                403,
                "fieldNotWritable",
                "The resource body includes fields which are not directly writable.",
            ));
        }
        let role = role(&call.body)?;
        if role == "owner" || permission.role == "owner" {
            return Err(Refusal::not_emulated("transfer of ownership"));
        }
        permission.role = role;
        Ok(Answer::Json(permission.json()))
    }
}

fn no_permission(id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("Permission not found: {id}."))
        .at("parameter", "permissionId")
}

fn role(body: &Value) -> Result<String, Refusal> {
    match body["role"].as_str() {
        None => Err(
            Refusal::new(400, "required", "The permission role field is required.")
                .at("parameter", "permission.role"),
        ),
        Some(role) if ROLES.contains(&role) => Ok(role.to_owned()),
        Some(_) => {
            Err(Refusal::invalid("The specified role is invalid.")
                .at("parameter", "permission.role"))
        }
    }
}

fn principal(body: &Value) -> Result<Principal, Refusal> {
    let wrong = |text: &str, name: &str| {
        Refusal::invalid(text).at("parameter", format!("permission.{name}"))
    };
    let known = [
        "type",
        "role",
        "emailAddress",
        "domain",
        "allowFileDiscovery",
    ];
    if let Some(name) = body
        .as_object()
        .and_then(|body| body.keys().find(|name| !known.contains(&name.as_str())))
    {
        return Err(Refusal::not_emulated(format!(
            "the member {name} of a permission"
        )));
    }
    let email = || {
        body["emailAddress"]
            .as_str()
            .filter(|email| email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')))
            .filter(|email| !email.contains(char::is_whitespace))
            .map(str::to_lowercase)
            .ok_or_else(|| wrong("The specified emailAddress is invalid or not applicable for the given permission type.", "emailAddress"))
    };
    match body["type"].as_str() {
        None => Err(
            Refusal::new(400, "required", "The permission type field is required.")
                .at("parameter", "permission.type"),
        ),
        Some("user") => email().map(Principal::User),
        Some("group") => email().map(Principal::Group),
        Some("domain" | "anyone") if body.get("emailAddress").is_some() => Err(wrong(
            "The specified emailAddress is invalid or not applicable for the given permission type.",
            "emailAddress",
        )),
        Some("domain") => match body["domain"]
            .as_str()
            .filter(|domain| domain.contains('.'))
        {
            Some(domain) => Ok(Principal::Domain(domain.to_lowercase())),
            None => Err(wrong(
                "The specified domain is invalid or not applicable for the given permission type.",
                "domain",
            )),
        },
        Some("anyone") => Ok(Principal::Anyone),
        Some(_) => Err(wrong("The permission type field is invalid.", "type")),
    }
}
