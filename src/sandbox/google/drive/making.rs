//! Making files and folders.

use serde_json::{Value, json};

use super::{
    Drive, FOLDER, File, SHARED_DRIVE, SPREADSHEET, files::check_metadata, not_found, root_of,
    upload::Upload,
};
use crate::sandbox::google::{
    accounts::Accounts,
    call::{Answer, Call, Outcome},
    errors::Refusal,
    sheets::Sheets,
    token::Standing,
};

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
    pub(super) fn id_for(&mut self, metadata: &Value, mime_type: &str) -> Result<String, Refusal> {
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

    pub(super) fn parent_of(&self, metadata: &Value, call: &Call<'_>) -> Result<String, Refusal> {
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
    pub(super) fn folder(&self, id: &str, call: &Call<'_>) -> Result<String, Refusal> {
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

    pub(super) fn drive_of(&self, parent: &str) -> Option<String> {
        if parent == SHARED_DRIVE {
            return Some(parent.to_owned());
        }
        self.files
            .get(parent)
            .and_then(|folder| folder.drive.clone())
    }
}
