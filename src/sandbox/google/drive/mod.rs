//! Drive v3: folders, spreadsheets and plain files, in people's drives and in one shared drive.

mod access;
mod file;
mod files;
mod listing;
mod making;
mod permissions;
mod query;
mod upload;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::{
    google::{
        accounts::Accounts,
        call::{Answer, Call, Outcome},
        drive::file::File,
        errors::Refusal,
        fields::Mask,
        sheets::Sheets,
        token::Standing,
    },
    seed::fingerprint,
};

/// The shared drive that exists from the start; the service account is a member of it.
pub const SHARED_DRIVE: &str = "0ASandboxSharedDrive";
/// The folder `Postmortems` in it.
pub const POSTMORTEMS_FOLDER: &str = "0BPostmortems";
/// A folder.
pub const FOLDER: &str = "application/vnd.google-apps.folder";
/// A Google Sheet.
pub const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";

/// What an answer holds where the request has no `fields`: famously little.
pub fn default_fields(method: &str) -> Option<Mask> {
    let text = match method {
        "files.create" | "files.get" | "files.update" => "kind,id,name,mimeType",
        "files.list" => "kind,nextPageToken,incompleteSearch,files(kind,id,name,mimeType)",
        "permissions.create" | "permissions.get" | "permissions.update" => "kind,id,type,role",
        "permissions.list" => "kind,nextPageToken,permissions(kind,id,type,role)",
        "drives.get" => "kind,id,name",
        "drives.list" => "kind,nextPageToken,drives(kind,id,name)",
        _ => return None,
    };
    Mask::read(text).ok()
}

/// All of Drive.
#[derive(Debug)]
pub struct Drive {
    files: BTreeMap<String, File>,
    /// In the order of creation, for listing.
    order: Vec<String>,
    generated: BTreeSet<String>,
    notifications: Vec<Value>,
    minted: u64,
}

impl Drive {
    /// The shared drive with its one folder.
    pub fn new() -> Self {
        let mut drive = Self {
            files: BTreeMap::new(),
            order: Vec::new(),
            generated: BTreeSet::new(),
            notifications: Vec::new(),
            minted: 0,
        };
        let long_ago = Timestamp::UNIX_EPOCH;
        let mut folder = File::new(
            POSTMORTEMS_FOLDER,
            "Postmortems",
            FOLDER,
            SHARED_DRIVE,
            long_ago,
        );
        folder.drive = Some(SHARED_DRIVE.to_owned());
        drive.insert(folder);
        drive
    }

    /// Carries out one call.
    pub fn answer(&mut self, call: &Call<'_>, accounts: &Accounts, sheets: &mut Sheets) -> Outcome {
        match call.method.id {
            "about.get" => self.about(call, accounts),
            "drives.get" => drives_get(call),
            "drives.list" => drives_list(call),
            "files.create" => self.create(call, accounts, sheets),
            "files.delete" => self.delete(call),
            "files.generateIds" => self.generate_ids(call),
            "files.get" => self.get(call, accounts),
            "files.list" => self.list(call, accounts),
            "files.update" => self.update(call, accounts),
            "permissions.create" => self.share(call, accounts),
            "permissions.delete" => self.unshare(call),
            "permissions.get" => self.permission(call),
            "permissions.list" => self.permissions(call),
            "permissions.update" => self.change_role(call),
            other => Err(Refusal::not_emulated(other)),
        }
    }

    /// This part of the sandbox's world.
    pub fn world(&self) -> Value {
        let files = self.order.iter().filter_map(|id| self.files.get(id));
        let permissions = files.clone().flat_map(|file| {
            file.permissions.iter().map(|permission| {
                let mut value = permission.json();
                value["fileId"] = json!(file.id);
                value
            })
        });
        json!({
            "files": files.clone().map(File::world).collect::<Vec<_>>(),
            "permissions": permissions.collect::<Vec<_>>(),
            "notifications": self.notifications,
        })
    }

    fn insert(&mut self, file: File) {
        self.order.push(file.id.clone());
        self.files.insert(file.id.clone(), file);
    }

    fn mint(&mut self, what: &str) -> String {
        self.minted += 1;
        format!("1{}", fingerprint(&format!("{what} {}", self.minted), 32))
    }

    fn about(&self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        if call.mask.is_none() {
            return Err(Refusal::new(
                400,
                "required",
                "The 'fields' parameter is required for this method.",
            )
            .at("parameter", "fields"));
        }
        let quota = match call.caller.standing {
            Standing::Robot => {
                json!({"limit": "0", "usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0"})
            }
            Standing::Delegated | Standing::Person => {
                json!({"usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0"})
            }
        };
        Ok(Answer::Json(json!({
            "kind": "drive#about",
            "user": user(&call.caller.email, accounts, true),
            "storageQuota": quota,
            "importFormats": {"text/csv": [SPREADSHEET]},
            "exportFormats": {},
            "maxImportSizes": {SPREADSHEET: "104857600"},
            "maxUploadSize": "5242880000000",
            "appInstalled": true,
            "canCreateDrives": false,
            "canCreateTeamDrives": false,
            "folderColorPalette": [],
        })))
    }
}

/// The id of a person's My Drive.
fn root_of(email: &str) -> String {
    format!("0A{}PVA", fingerprint(email, 14))
}

fn user(email: &str, accounts: &Accounts, me: bool) -> Value {
    json!({
        "kind": "drive#user",
        "displayName": accounts.name(email).unwrap_or(email),
        "me": me,
        "permissionId": permissions::id_of(email),
        "emailAddress": email,
    })
}

fn not_found(id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("File not found: {id}.")).at("parameter", "fileId")
}

fn forbidden() -> Refusal {
    Refusal::new(
        403,
        "insufficientFilePermissions",
        "The user does not have sufficient permissions for this file.",
    )
}

fn shared_drive() -> Value {
    json!({
        "kind": "drive#drive",
        "id": SHARED_DRIVE,
        "name": "Sandbox",
        "createdTime": "1970-01-01T00:00:00.000Z",
        "hidden": false,
    })
}

fn drives_get(call: &Call<'_>) -> Outcome {
    let id = call.argument("driveId");
    if id == SHARED_DRIVE {
        Ok(Answer::Json(shared_drive()))
    } else {
        Err(
            Refusal::new(404, "notFound", format!("Shared drive not found: {id}"))
                .at("parameter", "driveId"),
        )
    }
}

fn drives_list(call: &Call<'_>) -> Outcome {
    if call.query("q").is_some() {
        return Err(Refusal::not_emulated("queries over shared drives"));
    }
    let (drives, _) = call.page(vec![shared_drive()], call.count("pageSize", 10))?;
    Ok(Answer::Json(
        json!({"kind": "drive#driveList", "drives": drives}),
    ))
}
