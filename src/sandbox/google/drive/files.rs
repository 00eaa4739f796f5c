//! Making, reading and changing files.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Drive, FOLDER, File, SHARED_DRIVE, SPREADSHEET, Searchable, not_found, permissions, root_of,
    upload::Upload, user,
};
use crate::sandbox::{
    google::{
        accounts::Accounts,
        call::{Answer, Call, Outcome},
        contract::{Service, check_body},
        errors::Refusal,
        sheets::Sheets,
        token::Standing,
    },
    wire::Reply,
};

/// How long a change stays unknown to searches by name or property. In life it is seconds, and not promised:
/// <https://github.com/kopia/kopia/issues/90>.
const INDEX_LAG: jiff::SignedDuration = jiff::SignedDuration::from_secs(20);
/// A property's name and value together, in bytes of UTF-8.
const LONGEST_PROPERTY: usize = 124;
/// Members of a file that a request may set.
const WRITABLE: [&str; 11] = [
    "id",
    "name",
    "mimeType",
    "parents",
    "appProperties",
    "properties",
    "description",
    "starred",
    "trashed",
    "createdTime",
    "originalFilename",
];

impl Drive {
    pub(super) fn generate_ids(&mut self, call: &Call<'_>) -> Outcome {
        let space = call.query("space").unwrap_or("drive");
        let kind = call.query("type").unwrap_or("files");
        if !["drive", "appDataFolder"].contains(&space) {
            return Err(Refusal::invalid("Invalid Value").at("parameter", "space"));
        }
        if !["files", "shortcuts"].contains(&kind) {
            return Err(Refusal::invalid("Invalid Value").at("parameter", "type"));
        }
        let ids: Vec<String> = (0..call.count("count", 10))
            .map(|_| self.mint("generated"))
            .collect();
        self.generated.extend(ids.iter().cloned());
        Ok(Answer::Json(
            json!({"kind": "drive#generatedIds", "space": space, "ids": ids}),
        ))
    }

    pub(super) fn create(
        &mut self,
        call: &Call<'_>,
        accounts: &Accounts,
        sheets: &mut Sheets,
    ) -> Outcome {
        let upload = Upload::of(call)?;
        let metadata = upload
            .as_ref()
            .map_or(&call.body, |upload| &upload.metadata);
        check_metadata(metadata)?;
        let media_type = upload.as_ref().and_then(|upload| upload.media_type.clone());
        let mime_type = metadata["mimeType"]
            .as_str()
            .map(str::to_owned)
            .or_else(|| media_type.clone())
            .unwrap_or_else(|| "application/octet-stream".into());
        let parent = self.parent_of(metadata, call)?;
        let drive = self.drive_of(&parent);
        // Service accounts own nothing, and this 403 is for ever although its domain is that of throttling.
        if call.caller.standing == Standing::Robot && drive.is_none() {
            return Err(Refusal::new(
                403,
                "storageQuotaExceeded",
                "Service Accounts do not have storage quota. Leverage shared drives \
                 (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth \
                 delegation (http://support.google.com/a/answer/7281227) instead.",
            )
            .in_domain("usageLimits"));
        }
        let id = self.id_for(metadata, &mime_type)?;
        let name = metadata["name"].as_str().unwrap_or("Untitled");
        let mut file = File::new(&id, name, &mime_type, &parent, call.now);
        file.drive = drive;
        file.belongs_to(&call.caller);
        file.set(metadata, &call.caller.client)?;
        let bytes = upload.as_ref().and_then(|upload| upload.content.clone());
        match (mime_type.as_str(), bytes) {
            (SPREADSHEET, None) => sheets.create_empty(&id, name),
            (SPREADSHEET, Some(bytes)) => {
                sheets.import_csv(&id, name, media_type.as_deref(), &bytes)?
            }
            (FOLDER, Some(_)) => return Err(Refusal::invalid("A folder cannot have content.")),
            (other, None)
                if other.starts_with("application/vnd.google-apps.") && other != FOLDER =>
            {
                return Err(Refusal::not_emulated(other));
            }
            (_, bytes) => file.content = (mime_type != FOLDER).then(|| bytes.unwrap_or_default()),
        }
        let answer = self.json(&file, call, accounts);
        self.insert(file);
        Ok(Answer::Json(answer))
    }

    /// A chosen id must come from `generateIds`, is refused for Google's own types, and answers 409 when it is used
    /// already: that is what makes a replay safe. <https://developers.google.com/drive/api/v3/create-file>
    fn id_for(&mut self, metadata: &Value, mime_type: &str) -> Result<String, Refusal> {
        let Some(id) = metadata["id"].as_str() else {
            return Ok(self.mint("file"));
        };
        if mime_type.starts_with("application/vnd.google-apps.") && mime_type != FOLDER {
            return Err(Refusal::new(
                400,
                "generatedIdNotSupported",
                "Generated IDs are not supported for Docs Editors formats.",
            ));
        }
        if self.files.contains_key(id) {
            return Err(Refusal::new(
                409,
                "fileIdInUse",
                "A file already exists with the provided ID.",
            ));
        }
        if !self.generated.contains(id) {
            return Err(
                Refusal::invalid("The provided file ID is not usable.").at("parameter", "file.id")
            );
        }
        Ok(id.to_owned())
    }

    fn parent_of(&self, metadata: &Value, call: &Call<'_>) -> Result<String, Refusal> {
        let parents = metadata["parents"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        match parents {
            [] => Ok(root_of(&call.caller.email)),
            [one] => self.folder(one.as_str().unwrap_or_default(), call),
            _ => Err(
                Refusal::new(400, "invalid", "A file must have exactly one parent.")
                    .at("parameter", "parents"),
            ),
        }
    }

    /// The id of a folder that things may be put into.
    fn folder(&self, id: &str, call: &Call<'_>) -> Result<String, Refusal> {
        let root = root_of(&call.caller.email);
        if id == "root" || id == root {
            return Ok(root);
        }
        if id == SHARED_DRIVE {
            let all_drives =
                call.flag("supportsAllDrives", false) || call.flag("supportsTeamDrives", false);
            return if all_drives {
                Ok(id.to_owned())
            } else {
                Err(not_found(id))
            };
        }
        let folder = self.visible(id, call)?;
        if folder.mime_type != FOLDER {
            return Err(Refusal::new(
                403,
                "parentNotAFolder",
                "The specified parent is not a folder.",
            ));
        }
        if !self.edits(folder, &call.caller) {
            return Err(super::forbidden());
        }
        Ok(id.to_owned())
    }

    fn drive_of(&self, parent: &str) -> Option<String> {
        if parent == SHARED_DRIVE {
            return Some(parent.to_owned());
        }
        self.files
            .get(parent)
            .and_then(|folder| folder.drive.clone())
    }

    pub(super) fn get(&self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let file = self.visible(call.argument("fileId"), call)?;
        if call.query("alt") == Some("media") {
            let Some(content) = &file.content else {
                return Err(Refusal::new(
                    403,
                    "fileNotDownloadable",
                    "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
                )
                .at("parameter", "alt"));
            };
            return Ok(Answer::Reply(Reply {
                status: 200,
                headers: vec![("content-type".into(), file.mime_type.clone())],
                body: content.clone(),
            }));
        }
        Ok(Answer::Json(self.json(file, call, accounts)))
    }

    pub(super) fn update(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let upload = Upload::of(call)?;
        let metadata = upload
            .as_ref()
            .map_or(&call.body, |upload| &upload.metadata)
            .clone();
        let id = call.argument("fileId").to_owned();
        self.changeable(&id, call)?;
        check_metadata(&metadata)?;
        if metadata.get("parents").is_some() {
            return Err(Refusal::new(
                403,
                "fieldNotWritable",
                "The parents field is not directly writable in update requests. Use the addParents and \
                 removeParents parameters instead.",
            ));
        }
        if metadata.get("id").is_some() {
            return Err(not_writable());
        }
        let parent = self.moved(&id, call)?;
        let drive = parent.as_deref().and_then(|parent| self.drive_of(parent));
        let mut file = self.changeable(&id, call)?.clone();
        if metadata
            .as_object()
            .is_some_and(|object| !object.is_empty())
            || upload.is_some()
            || parent.is_some()
        {
            file.remember(call.now);
        }
        if let Some(parent) = parent {
            file.parent = parent;
            file.owner = if drive.is_some() {
                None
            } else {
                file.owner.or_else(|| Some(call.caller.email.clone()))
            };
            file.drive = drive;
        }
        if let Some(name) = metadata["name"].as_str() {
            name.clone_into(&mut file.name);
        }
        file.set(&metadata, &call.caller.client)?;
        if let Some(content) = upload.and_then(|upload| upload.content) {
            if file.content.is_none() {
                return Err(Refusal::not_emulated(
                    "new content for Google's own formats",
                ));
            }
            file.content = Some(content);
        }
        let answer = self.json(&file, call, accounts);
        self.files.insert(id, file);
        Ok(Answer::Json(answer))
    }

    /// Where `addParents` and `removeParents` put a file. A file has one parent, so both must be given to move it.
    fn moved(&self, id: &str, call: &Call<'_>) -> Result<Option<String>, Refusal> {
        let file = self.visible(id, call)?;
        let several = |name: &str| call.query(name).is_some_and(|value| value.contains(','));
        if several("addParents") || several("removeParents") {
            return Err(Refusal::invalid("A file must have exactly one parent.")
                .at("parameter", "addParents"));
        }
        let removed = call
            .query("removeParents")
            .filter(|parent| *parent == file.parent || *parent == "root");
        match (call.query("addParents"), removed) {
            (None, None) => Ok(None),
            (Some(added), _) if added == file.parent => Ok(None),
            (Some(added), Some(_)) => self.folder(added, call).map(Some),
            (Some(_), None) => Err(Refusal::new(
                403,
                "cannotAddParent",
                "Increasing the number of parents is not allowed",
            )
            .at("parameter", "addParents")),
            (None, Some(_)) if file.drive.is_some() => Err(Refusal::new(
                403,
                "teamDrivesParentLimit",
                "A shared drive item must have exactly one parent.",
            )),
            (None, Some(_)) => Ok(Some(root_of(&call.caller.email))),
        }
    }

    pub(super) fn delete(&mut self, call: &Call<'_>) -> Outcome {
        let id = call.argument("fileId").to_owned();
        self.changeable(&id, call)?;
        let mut doomed = vec![id];
        while let Some(id) = doomed.pop() {
            doomed.extend(
                self.files
                    .values()
                    .filter(|file| file.parent == id)
                    .map(|file| file.id.clone()),
            );
            self.files.remove(&id);
            self.order.retain(|each| *each != id);
        }
        Ok(Answer::Nothing)
    }

    /// Whether a file, or a folder above it, is in the trash.
    pub(super) fn is_trashed(&self, file: &File) -> bool {
        self.lineage(file).iter().any(|each| each.trashed.is_some())
    }

    /// The file as Drive shows it to that caller.
    pub(super) fn json(&self, file: &File, call: &Call<'_>, accounts: &Accounts) -> Value {
        let me = &call.caller.email;
        let mut value = json!({
            "kind": "drive#file",
            "id": file.id,
            "name": file.name,
            "mimeType": file.mime_type,
            "parents": [file.parent],
            "starred": file.starred,
            "trashed": self.is_trashed(file),
            "explicitlyTrashed": file.trashed.is_some(),
            "createdTime": millis(file.created),
            "modifiedTime": millis(file.modified),
            "version": file.version.to_string(),
            "spaces": ["drive"],
            "webViewLink": file.link(),
            "isAppAuthorized": file.made_by.as_ref().is_none_or(|client| *client == call.caller.client),
            "lastModifyingUser": user(&file.creator, accounts, file.creator == *me),
            "shared": file.permissions.len() > 1 || file.drive.is_some(),
            "permissionIds": file.permissions.iter().map(|permission| &permission.id).collect::<Vec<_>>(),
            "properties": file.properties,
            "ownedByMe": file.owner.as_ref() == Some(me),
        });
        let mut put = |name: &str, member: Option<Value>| {
            if let Some(member) = member {
                value[name] = member;
            }
        };
        put(
            "appProperties",
            file.app_properties
                .get(&call.caller.client)
                .map(|map| json!(map)),
        );
        put(
            "description",
            file.description.as_ref().map(|text| json!(text)),
        );
        put(
            "originalFilename",
            file.original_filename.as_ref().map(|text| json!(text)),
        );
        put("trashedTime", file.trashed.map(|at| json!(millis(at))));
        put("driveId", file.drive.as_ref().map(|id| json!(id)));
        put("teamDriveId", file.drive.as_ref().map(|id| json!(id)));
        put(
            "owners",
            file.owner
                .as_ref()
                .map(|owner| json!([user(owner, accounts, owner == me)])),
        );
        // What lies in a shared drive has no list of permissions here; it must be asked for.
        put(
            "permissions",
            file.drive.is_none().then(|| {
                file.permissions
                    .iter()
                    .map(permissions::Permission::json)
                    .collect()
            }),
        );
        put(
            "size",
            file.content
                .as_ref()
                .map(|bytes| json!(bytes.len().to_string())),
        );
        value
    }
}

impl File {
    /// Takes over what a request sets.
    fn set(&mut self, metadata: &Value, client: &str) -> Result<(), Refusal> {
        let text = |name: &str| metadata[name].as_str().map(str::to_owned);
        if let Some(description) = text("description") {
            self.description = Some(description);
        }
        if let Some(name) = text("originalFilename") {
            self.original_filename = Some(name);
        }
        if let Some(starred) = metadata["starred"].as_bool() {
            self.starred = starred;
        }
        if let Some(trashed) = metadata["trashed"].as_bool() {
            self.trashed = trashed.then(|| self.trashed.unwrap_or(self.modified));
        }
        if let Some(created) = text("createdTime").and_then(|text| text.parse().ok()) {
            self.created = created;
        }
        if let Some(mime_type) = text("mimeType").filter(|mime_type| *mime_type != self.mime_type) {
            return Err(
                Refusal::invalid(format!("Cannot change the type to {mime_type}."))
                    .at("parameter", "mimeType"),
            );
        }
        if let Some(changes) = metadata["properties"].as_object() {
            set_properties(&mut self.properties, changes)?;
        }
        if let Some(changes) = metadata["appProperties"].as_object() {
            set_properties(
                self.app_properties.entry(client.to_owned()).or_default(),
                changes,
            )?;
        }
        Ok(())
    }

    /// What a search by name or property finds at `now`; nothing for a file that is too young.
    pub(super) fn indexed(&self, now: Timestamp) -> Option<Searchable> {
        if now < self.index.changed + INDEX_LAG {
            return self.index.before.clone();
        }
        Some(Searchable {
            name: self.name.clone(),
            app_properties: self.app_properties.clone(),
            properties: self.properties.clone(),
        })
    }

    fn link(&self) -> String {
        match self.mime_type.as_str() {
            SPREADSHEET => format!(
                "https://docs.google.com/spreadsheets/d/{}/edit?usp=drivesdk",
                self.id
            ),
            FOLDER => format!("https://drive.google.com/drive/folders/{}", self.id),
            _ => format!(
                "https://drive.google.com/file/d/{}/view?usp=drivesdk",
                self.id
            ),
        }
    }

    /// As `GET /__sandbox/world` shows it, with every client's `appProperties`.
    pub(super) fn world(&self) -> Value {
        let app_properties: BTreeMap<_, _> = self.app_properties.values().flatten().collect();
        json!({
            "id": self.id,
            "name": self.name,
            "mimeType": self.mime_type,
            "parents": [self.parent],
            "driveId": self.drive,
            "owner": self.owner,
            "creator": self.creator,
            "trashed": self.trashed.is_some(),
            "description": self.description,
            "appProperties": app_properties,
            "properties": self.properties,
            "createdTime": millis(self.created),
            "modifiedTime": millis(self.modified),
            "webViewLink": self.link(),
            "size": self.content.as_ref().map(Vec::len),
        })
    }
}

/// A null value takes a property away.
fn set_properties(
    target: &mut BTreeMap<String, String>,
    changes: &Map<String, Value>,
) -> Result<(), Refusal> {
    for (name, value) in changes {
        match value.as_str() {
            None => {
                target.remove(name);
            }
            Some(text) if name.len() + text.len() > LONGEST_PROPERTY => {
                return Err(Refusal::invalid(format!(
                    "The property is too long: key and value may have {LONGEST_PROPERTY} bytes together."
                ))
                .at("parameter", name));
            }
            Some(text) => {
                target.insert(name.clone(), text.to_owned());
            }
        }
    }
    if target.len() > 30 {
        return Err(Refusal::new(
            403,
            "appPropertyLimitExceeded",
            "A file may have 30 properties of an app.",
        ));
    }
    Ok(())
}

fn check_metadata(metadata: &Value) -> Result<(), Refusal> {
    if metadata.is_null() {
        return Ok(());
    }
    check_body(Service::Drive.contract(), "File", metadata)?;
    match metadata.as_object().and_then(|object| {
        object
            .keys()
            .find(|name| !WRITABLE.contains(&name.as_str()))
    }) {
        Some(_) => Err(not_writable()),
        None => Ok(()),
    }
}

fn not_writable() -> Refusal {
    Refusal::new(
        403,
        "fieldNotWritable",
        "The resource body includes fields which are not directly writable.",
    )
}

/// An instant with milliseconds, as Drive and Calendar write it.
pub(super) fn millis(at: Timestamp) -> String {
    format!("{at:.3}")
}
