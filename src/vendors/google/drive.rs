//! Google Drive: folders, spreadsheets as files, and who may see them.

use std::collections::BTreeMap;

use ::http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{GoogleAuth, Session};
use crate::vendors::http::{CallError, Http, Repeat, Request, if_there};

/// The type of folders.
pub const FOLDER: &str = "application/vnd.google-apps.folder";
/// The type of spreadsheets.
pub const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";

const FILE_FIELDS: &str = "id,name,mimeType,webViewLink,trashed,appProperties";
const PERMISSION_FIELDS: &str = "id,type,role,emailAddress,domain";
const MOST_PAGES: usize = 200;

/// A file or folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its id, for ever.
    pub id: String,
    /// Its name; not unique anywhere.
    #[serde(default)]
    pub name: String,
    /// Its type, such as [`SPREADSHEET`].
    #[serde(default)]
    pub mime_type: String,
    /// Where people open it.
    pub web_view_link: Option<String>,
    /// Whether it is in the bin, itself or with a folder above it.
    #[serde(default)]
    pub trashed: bool,
    /// Values that only this OAuth client sees.
    #[serde(default)]
    pub app_properties: BTreeMap<String, String>,
}

/// A folder to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewFolder<'a> {
    /// From [`Drive::generate_ids`], recorded before the call: that is what makes a folder once.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The folder or shared drive above it; the account's own drive where there is none.
    pub parent: Option<&'a str>,
    /// Values that only this OAuth client sees.
    pub app_properties: &'a [(&'a str, &'a str)],
}

/// Who is let in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Grantee {
    /// A person's address.
    User(String),
    /// A group's address.
    Group(String),
    /// Everybody of a domain.
    Domain(String),
}

/// What they may do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Read.
    Reader,
    /// Read and comment.
    Commenter,
    /// Read, comment and change.
    Writer,
    /// A shared drive's role between writer and organizer.
    FileOrganizer,
    /// A shared drive's manager.
    Organizer,
    /// The owner.
    Owner,
    /// A role that this client does not know; cannot be given.
    #[serde(other)]
    Unknown,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Reader | Self::Unknown => "reader",
            Self::Commenter => "commenter",
            Self::Writer => "writer",
            Self::FileOrganizer => "fileOrganizer",
            Self::Organizer => "organizer",
            Self::Owner => "owner",
        }
    }
}

/// Somebody who has been let in.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The permission's id.
    pub id: String,
    /// Who; none for "anyone".
    pub grantee: Option<Grantee>,
    /// What they may do.
    pub role: Role,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePermission {
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    role: Role,
    email_address: Option<String>,
    domain: Option<String>,
}

impl From<WirePermission> for Permission {
    fn from(wire: WirePermission) -> Self {
        let grantee = match wire.kind.as_str() {
            "user" => wire.email_address.map(Grantee::User),
            "group" => wire.email_address.map(Grantee::Group),
            "domain" => wire.domain.map(Grantee::Domain),
            _ => None,
        };
        Self {
            id: wire.id,
            grantee,
            role: wire.role,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileList {
    next_page_token: Option<String>,
    #[serde(default)]
    incomplete_search: bool,
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PermissionList {
    next_page_token: Option<String>,
    #[serde(default)]
    permissions: Vec<WirePermission>,
}

#[derive(Deserialize)]
struct GeneratedIds {
    ids: Vec<String>,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// Google Drive. Clones share connections and tokens.
#[derive(Clone)]
pub struct Drive {
    session: Session,
}

impl Drive {
    /// Drive at the client's base URL, called with that account's tokens.
    pub fn new(
        http: Http,
        auth: GoogleAuth,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self {
            session: Session::new(http, auth, now),
        }
    }

    /// Ids for folders to be made. They cannot be used for spreadsheets.
    ///
    /// # Errors
    /// Any failure.
    pub async fn generate_ids(&self, count: u32) -> Result<Vec<String>, CallError> {
        let request = Request::get("generate ids", ["drive", "v3", "files", "generateIds"])
            .query("count", count.to_string())
            .query("space", "drive")
            .query("type", "files");
        let generated: GeneratedIds = self.session.call_json(request).await?;
        Ok(generated.ids)
    }

    /// Makes a folder under an id of ours.
    ///
    /// # Errors
    /// `Conflict` when the id is used already: the folder was made before. Any other failure.
    pub async fn create_folder(&self, folder: &NewFolder<'_>) -> Result<File, CallError> {
        let mut body = new_file(folder.name, FOLDER, folder.parent, folder.app_properties);
        body["id"] = folder.id.into();
        self.create("create folder", Repeat::Safe, &body).await
    }

    /// Makes an empty spreadsheet. Google takes no ids for those: after an unclear outcome look at the
    /// [children](Self::children) of its folder.
    ///
    /// # Errors
    /// `Forbidden` with `storageQuotaExceeded` for a service account outside a shared drive; any other failure.
    pub async fn create_spreadsheet(
        &self,
        name: &str,
        parent: &str,
        app_properties: &[(&str, &str)],
    ) -> Result<File, CallError> {
        let body = new_file(name, SPREADSHEET, Some(parent), app_properties);
        self.create("create spreadsheet", Repeat::Once, &body).await
    }

    async fn create(
        &self,
        call: &'static str,
        repeat: Repeat,
        body: &Value,
    ) -> Result<File, CallError> {
        let request = Request::new(call, Method::POST, ["drive", "v3", "files"], repeat)
            .query("supportsAllDrives", "true")
            .query("fields", FILE_FIELDS)
            .json(body);
        self.session.call_json(request).await
    }

    /// A file or folder, in the bin or not; none where it is not there or hidden.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn file(&self, id: &str) -> Result<Option<File>, CallError> {
        let request = Request::get("read file", ["drive", "v3", "files", id])
            .query("supportsAllDrives", "true")
            .query("fields", FILE_FIELDS);
        if_there(self.session.call_json(request).await)
    }

    /// What of a type stands in a folder and not in the bin, oldest first. Unlike a search by name it sees a file at
    /// once: <https://github.com/kopia/kopia/issues/90>.
    ///
    /// # Errors
    /// `Unreadable` when Google has not looked everywhere: "nothing found" would then be a guess. Any other failure.
    pub async fn children(&self, parent: &str, mime_type: &str) -> Result<Vec<File>, CallError> {
        let wanted = format!(
            "'{}' in parents and mimeType = '{}' and trashed = false",
            quoted(parent),
            quoted(mime_type)
        );
        let request = Request::get("list files", ["drive", "v3", "files"])
            .query("q", wanted)
            .query("corpora", "allDrives")
            .query("includeItemsFromAllDrives", "true")
            .query("supportsAllDrives", "true")
            .query("orderBy", "createdTime")
            .query("pageSize", "100")
            .query(
                "fields",
                format!("nextPageToken,incompleteSearch,files({FILE_FIELDS})"),
            );
        let mut files = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let page = request.clone().query_if("pageToken", token);
            let answer = self.session.call(page).await?;
            let list: FileList = answer.json()?;
            if list.incomplete_search {
                return Err(answer.unreadable("the search was incomplete".into()));
            }
            files.extend(list.files);
            token = list.next_page_token;
            if token.is_none() {
                break;
            }
        }
        Ok(files)
    }

    /// Lets somebody in, without a mail from Google, and tells the permission's id. One at a time for each file:
    /// of changes at once Google keeps the last only.
    ///
    /// # Errors
    /// `Forbidden` where the organisation forbids it; any other failure.
    pub async fn share(
        &self,
        file: &str,
        grantee: &Grantee,
        role: Role,
    ) -> Result<String, CallError> {
        let mut body = match grantee {
            Grantee::User(email) => json!({ "type": "user", "emailAddress": email }),
            Grantee::Group(email) => json!({ "type": "group", "emailAddress": email }),
            Grantee::Domain(domain) => json!({ "type": "domain", "domain": domain }),
        };
        body["role"] = role.name().into();
        let path = ["drive", "v3", "files", file, "permissions"];
        let request = Request::new("share", Method::POST, path, Repeat::Safe)
            .query("sendNotificationEmail", "false")
            .query("supportsAllDrives", "true")
            .query("fields", "id")
            .json(&body);
        let made: Made = self.session.call_json(request).await?;
        Ok(made.id)
    }

    /// Who has been let in.
    ///
    /// # Errors
    /// Any failure.
    pub async fn permissions(&self, file: &str) -> Result<Vec<Permission>, CallError> {
        let path = ["drive", "v3", "files", file, "permissions"];
        let request = Request::get("list permissions", path)
            .query("supportsAllDrives", "true")
            .query("pageSize", "100")
            .query(
                "fields",
                format!("nextPageToken,permissions({PERMISSION_FIELDS})"),
            );
        let mut permissions = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let page = request.clone().query_if("pageToken", token);
            let list: PermissionList = self.session.call_json(page).await?;
            permissions.extend(list.permissions.into_iter().map(Permission::from));
            token = list.next_page_token;
            if token.is_none() {
                break;
            }
        }
        Ok(permissions)
    }
}

fn new_file(
    name: &str,
    mime_type: &str,
    parent: Option<&str>,
    app_properties: &[(&str, &str)],
) -> Value {
    let app_properties: BTreeMap<_, _> = app_properties.iter().copied().collect();
    let mut body = json!({ "name": name, "mimeType": mime_type, "appProperties": app_properties });
    if let Some(parent) = parent {
        body["parents"] = json!([parent]);
    }
    body
}

/// A text inside single quotes of a search: <https://developers.google.com/workspace/drive/api/guides/search-files>.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_does_not_end_the_text_of_a_search() {
        assert_eq!(quoted(r"a' or 'b\"), r"a\' or \'b\\");
    }
}
