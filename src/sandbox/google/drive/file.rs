//! One file or folder, and what the search index knows of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{FOLDER, SPREADSHEET, files::millis, permissions::Permission};
use crate::sandbox::google::{errors::Refusal, token::Caller};

/// How long a change stays unknown to searches by name or property. In life it is seconds, and not promised:
/// <https://github.com/kopia/kopia/issues/90>.
const INDEX_LAG: SignedDuration = SignedDuration::from_secs(20);
/// A property's name and value together, in bytes of UTF-8.
const LONGEST_PROPERTY: usize = 124;

/// One file or folder.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) mime_type: String,
    pub(super) parent: String,
    /// Whose it is; nobody's in a shared drive.
    pub(super) owner: Option<String>,
    /// The shared drive it lies in.
    pub(super) drive: Option<String>,
    /// The OAuth client that made it, which is what `drive.file` asks about. `None`: every client was given it.
    pub(super) made_by: Option<String>,
    pub(super) creator: String,
    pub(super) description: Option<String>,
    pub(super) original_filename: Option<String>,
    pub(super) starred: bool,
    pub(super) trashed: Option<Timestamp>,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) version: u64,
    /// By OAuth client.
    pub(super) app_properties: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) content: Option<Vec<u8>>,
    pub(super) permissions: Vec<Permission>,
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
pub(super) struct Searchable {
    pub(super) name: String,
    pub(super) app_properties: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) properties: BTreeMap<String, String>,
}

impl File {
    pub(super) fn new(id: &str, name: &str, mime_type: &str, parent: &str, now: Timestamp) -> Self {
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

    pub(super) fn belongs_to(&mut self, caller: &Caller) {
        self.made_by = Some(caller.client.clone());
        self.creator.clone_from(&caller.email);
        if self.drive.is_none() {
            self.owner = Some(caller.email.clone());
            self.permissions.push(Permission::owner(&caller.email));
        }
    }

    /// Keeps what the index knows, before a change.
    pub(super) fn remember(&mut self, now: Timestamp) {
        let before = self.indexed(now);
        self.index = Index {
            changed: now,
            before,
        };
        self.modified = now;
        self.version += 1;
    }

    /// Takes over what a request sets.
    pub(super) fn set(&mut self, metadata: &Value, client: &str) -> Result<(), Refusal> {
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

    pub(super) fn link(&self) -> String {
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
