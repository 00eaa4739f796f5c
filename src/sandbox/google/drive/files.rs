//! Reading, changing and deleting files.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Drive, File, permissions, root_of, upload::Upload, user};
use crate::sandbox::{
    google::{
        accounts::Accounts,
        call::{Answer, Call, Outcome},
        contract::{Service, check_body},
        errors::Refusal,
    },
    wire::Reply,
};

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

pub(super) fn check_metadata(metadata: &Value) -> Result<(), Refusal> {
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
