//! Drive v3: folders, spreadsheets and plain files, in people's drives and in one shared drive.

mod files;
mod listing;
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
        drive::permissions::Permission,
        errors::Refusal,
        fields::Mask,
        sheets::Sheets,
        token::{Caller, Standing},
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

/// One file or folder.
#[derive(Clone, Debug)]
struct File {
    id: String,
    name: String,
    mime_type: String,
    parent: String,
    /// Whose it is; nobody's in a shared drive.
    owner: Option<String>,
    /// The shared drive it lies in.
    drive: Option<String>,
    /// The OAuth client that made it, which is what `drive.file` asks about. `None`: every client was given it.
    made_by: Option<String>,
    creator: String,
    description: Option<String>,
    original_filename: Option<String>,
    starred: bool,
    trashed: Option<Timestamp>,
    created: Timestamp,
    modified: Timestamp,
    version: u64,
    /// By OAuth client.
    app_properties: BTreeMap<String, BTreeMap<String, String>>,
    properties: BTreeMap<String, String>,
    content: Option<Vec<u8>>,
    permissions: Vec<Permission>,
    index: Index,
}

/// What searches by name or property still find: the file as it was before its last change.
#[derive(Clone, Debug)]
struct Index {
    changed: Timestamp,
    before: Option<Searchable>,
}

/// What the index knows of a file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Searchable {
    name: String,
    app_properties: BTreeMap<String, BTreeMap<String, String>>,
    properties: BTreeMap<String, String>,
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

    /// The file of that id, if the caller may see it.
    ///
    /// What lies in a shared drive is 404, not 403, for a call without `supportsAllDrives=true`:
    /// <https://developers.google.com/workspace/drive/api/guides/enable-shareddrives>.
    fn visible(&self, id: &str, call: &Call<'_>) -> Result<&File, Refusal> {
        let all_drives =
            call.flag("supportsAllDrives", false) || call.flag("supportsTeamDrives", false);
        self.files
            .get(id)
            .filter(|file| all_drives || file.drive.is_none())
            .filter(|file| self.sees(file, &call.caller))
            .ok_or_else(|| not_found(id))
    }

    /// The file of that id, to be changed.
    fn changeable(&mut self, id: &str, call: &Call<'_>) -> Result<&mut File, Refusal> {
        let file = self.visible(id, call)?;
        if !self.edits(file, &call.caller) {
            return Err(forbidden());
        }
        self.files.get_mut(id).ok_or_else(|| not_found(id))
    }

    fn sees(&self, file: &File, caller: &Caller) -> bool {
        within_scope(file, caller)
            && self.lineage(file).iter().any(|each| {
                each.is_shared_drive_member(caller)
                    || each.owner.as_ref() == Some(&caller.email)
                    || each
                        .permissions
                        .iter()
                        .any(|permission| permission.covers(&caller.email))
            })
    }

    fn edits(&self, file: &File, caller: &Caller) -> bool {
        self.lineage(file).iter().any(|each| {
            each.is_shared_drive_member(caller)
                || each.owner.as_ref() == Some(&caller.email)
                || each
                    .permissions
                    .iter()
                    .any(|permission| permission.covers(&caller.email) && permission.edits())
        })
    }

    /// A file and the folders above it, whose permissions it inherits.
    fn lineage<'a>(&'a self, file: &'a File) -> Vec<&'a File> {
        let mut lineage = vec![file];
        let mut parent = &file.parent;
        while let Some(above) = self.files.get(parent).filter(|_| lineage.len() < 100) {
            lineage.push(above);
            parent = &above.parent;
        }
        lineage
    }

    /// Whether the Sheets API lets that caller at a spreadsheet. It has no `supportsAllDrives`.
    ///
    /// # Errors
    /// 404 and 403 in the words of the Sheets API.
    pub fn open_spreadsheet(
        &mut self,
        id: &str,
        call: &Call<'_>,
        writes: bool,
    ) -> Result<(), Refusal> {
        let missing = || Refusal::front_end(404, "notFound", "Requested entity was not found.");
        let file = self.files.get(id).ok_or_else(missing)?;
        if file.mime_type != SPREADSHEET {
            return Err(Refusal::front_end(
                400,
                "failedPrecondition",
                "This operation is not supported for this document",
            ));
        }
        // The scopes of the Sheets API itself reach every spreadsheet; `drive.file` only what its client made.
        let everything = call.caller.may(&["spreadsheets", "spreadsheets.readonly"]);
        if !everything && !within_scope(file, &call.caller) {
            return Err(missing());
        }
        let wide = Caller {
            scopes: vec!["drive".into()],
            ..call.caller.clone()
        };
        if !self.sees(file, &wide) || (writes && !self.edits(file, &wide)) {
            return Err(Refusal::front_end(
                403,
                "forbidden",
                "The caller does not have permission",
            ));
        }
        if let (true, Some(file)) = (writes, self.files.get_mut(id)) {
            file.modified = call.now;
            file.version += 1;
        }
        Ok(())
    }

    /// Makes the Drive file of a spreadsheet that the Sheets API creates, in the caller's own drive.
    ///
    /// # Errors
    /// 403 for a service account, which owns nothing.
    pub fn adopt_spreadsheet(&mut self, title: &str, call: &Call<'_>) -> Result<String, Refusal> {
        if call.caller.standing == Standing::Robot {
            return Err(Refusal::front_end(
                403,
                "forbidden",
                "The caller does not have permission",
            ));
        }
        let id = self.mint("spreadsheet");
        let mut file = File::new(
            &id,
            title,
            SPREADSHEET,
            &root_of(&call.caller.email),
            call.now,
        );
        file.belongs_to(&call.caller);
        self.insert(file);
        Ok(id)
    }

    /// Follows a title that the Sheets API changed.
    pub fn rename_spreadsheet(&mut self, id: &str, title: &str, now: Timestamp) {
        if let Some(file) = self.files.get_mut(id).filter(|file| file.name != title) {
            file.remember(now);
            file.name = title.to_owned();
        }
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

impl File {
    fn new(id: &str, name: &str, mime_type: &str, parent: &str, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            mime_type: mime_type.to_owned(),
            parent: parent.to_owned(),
            owner: None,
            drive: None,
            made_by: None,
            creator: String::new(),
            description: None,
            original_filename: None,
            starred: false,
            trashed: None,
            created: now,
            modified: now,
            version: 1,
            app_properties: BTreeMap::new(),
            properties: BTreeMap::new(),
            content: None,
            permissions: Vec::new(),
            index: Index {
                changed: now,
                before: None,
            },
        }
    }

    fn belongs_to(&mut self, caller: &Caller) {
        self.made_by = Some(caller.client.clone());
        self.creator.clone_from(&caller.email);
        if self.drive.is_none() {
            self.owner = Some(caller.email.clone());
            self.permissions.push(Permission::owner(&caller.email));
        }
    }

    /// Every account of the organisation is a member of the one shared drive.
    fn is_shared_drive_member(&self, _caller: &Caller) -> bool {
        self.drive.is_some()
    }

    /// Keeps what the index knows, before a change.
    fn remember(&mut self, now: Timestamp) {
        let before = self.indexed(now);
        self.index = Index {
            changed: now,
            before,
        };
        self.modified = now;
        self.version += 1;
    }
}

/// `drive.file` reaches what its client made or was given.
fn within_scope(file: &File, caller: &Caller) -> bool {
    let whole = [
        "drive",
        "drive.readonly",
        "drive.metadata",
        "drive.metadata.readonly",
    ];
    caller.may(&whole)
        || file
            .made_by
            .as_ref()
            .is_none_or(|client| *client == caller.client)
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
