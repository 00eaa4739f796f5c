//! Who may see and change what, for Drive and for the Sheets API beside it.

use jiff::Timestamp;

use super::{Drive, File, SPREADSHEET, forbidden, not_found, root_of};
use crate::sandbox::google::{
    call::Call,
    errors::Refusal,
    token::{Caller, Standing},
};

impl Drive {
    /// The file of that id, if the caller may see it.
    ///
    /// What lies in a shared drive is 404, not 403, for a call without `supportsAllDrives=true`:
    /// <https://developers.google.com/workspace/drive/api/guides/enable-shareddrives>.
    pub(super) fn visible(&self, id: &str, call: &Call<'_>) -> Result<&File, Refusal> {
        let all_drives =
            call.flag("supportsAllDrives", false) || call.flag("supportsTeamDrives", false);
        self.files
            .get(id)
            .filter(|file| all_drives || file.drive.is_none())
            .filter(|file| self.sees(file, &call.caller))
            .ok_or_else(|| not_found(id))
    }

    /// The file of that id, to be changed.
    pub(super) fn changeable(&mut self, id: &str, call: &Call<'_>) -> Result<&mut File, Refusal> {
        let file = self.visible(id, call)?;
        if !self.edits(file, &call.caller) {
            return Err(forbidden());
        }
        self.files.get_mut(id).ok_or_else(|| not_found(id))
    }

    pub(super) fn sees(&self, file: &File, caller: &Caller) -> bool {
        within_scope(file, caller)
            && self.lineage(file).iter().any(|each| {
                // Every account of the organisation is a member of the one shared drive.
                each.drive.is_some()
                    || each.owner.as_ref() == Some(&caller.email)
                    || each
                        .permissions
                        .iter()
                        .any(|permission| permission.covers(&caller.email))
            })
    }

    pub(super) fn edits(&self, file: &File, caller: &Caller) -> bool {
        self.lineage(file).iter().any(|each| {
            each.drive.is_some()
                || each.owner.as_ref() == Some(&caller.email)
                || each
                    .permissions
                    .iter()
                    .any(|permission| permission.covers(&caller.email) && permission.edits())
        })
    }

    /// A file and the folders above it, whose permissions it inherits.
    pub(super) fn lineage<'a>(&'a self, file: &'a File) -> Vec<&'a File> {
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
