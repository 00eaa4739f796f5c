//! `files.list`.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{
    Drive, FOLDER, File, SHARED_DRIVE, not_found,
    query::{self, AccountTerm, Compare, FlagTerm, Query, TextTerm, TimeTerm, Visibility},
    root_of,
};
use crate::sandbox::google::{
    accounts::Accounts,
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

/// Sort keys that the sandbox knows a meaning for.
const SORT_KEYS: [&str; 7] = [
    "createdTime",
    "folder",
    "modifiedTime",
    "modifiedByMeTime",
    "name",
    "name_natural",
    "recency",
];

impl Drive {
    /// Lists. Trashed files are listed too, unless the query says otherwise.
    pub(super) fn list(&self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let query = match call.query("q").filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => Some(
                query::read(text)
                    .ok_or_else(|| Refusal::invalid("Invalid Value").at("parameter", "q"))?,
            ),
        };
        let reach = Reach::of(call)?;
        if let Some(query) = &query {
            self.check_parents(query, call)?;
        }
        let mut files: Vec<&File> = self
            .order
            .iter()
            .rev()
            .filter_map(|id| self.files.get(id))
            .filter(|file| reach.covers(file) && self.sees(file, &call.caller))
            .filter(|file| {
                query
                    .as_ref()
                    .is_none_or(|query| self.fits(file, query, call))
            })
            .collect();
        sort(&mut files, call.query("orderBy"))?;
        let (page, next) = call.page(files, call.count("pageSize", 100))?;
        let page: Vec<Value> = page
            .into_iter()
            .map(|file| self.json(file, call, accounts))
            .collect();
        let mut value = json!({"kind": "drive#fileList", "incompleteSearch": false, "files": page});
        if let Some(next) = next {
            value["nextPageToken"] = json!(next);
        }
        Ok(Answer::Json(value))
    }

    /// Asking for the children of a folder that is not there is an error, not an empty list.
    fn check_parents(&self, query: &Query, call: &Call<'_>) -> Result<(), Refusal> {
        match query {
            Query::And(all) | Query::Or(all) => all
                .iter()
                .try_for_each(|each| self.check_parents(each, call)),
            Query::Not(inner) => self.check_parents(inner, call),
            Query::InParents(id) => {
                let all_drives =
                    call.flag("supportsAllDrives", false) || call.flag("supportsTeamDrives", false);
                let known = id == "root"
                    || *id == root_of(&call.caller.email)
                    || (all_drives && id == SHARED_DRIVE)
                    || self.visible(id, call).is_ok();
                if known { Ok(()) } else { Err(not_found("")) }
            }
            Query::Text(..)
            | Query::Flag(..)
            | Query::Time(..)
            | Query::Account(..)
            | Query::Property(..) => Ok(()),
        }
    }

    fn fits(&self, file: &File, query: &Query, call: &Call<'_>) -> bool {
        match query {
            Query::And(all) => all.iter().all(|each| self.fits(file, each, call)),
            Query::Or(all) => all.iter().any(|each| self.fits(file, each, call)),
            Query::Not(inner) => !self.fits(file, inner, call),
            Query::InParents(id) if id == "root" => file.parent == root_of(&call.caller.email),
            Query::InParents(id) => file.parent == *id,
            // The type and the parent are live; name and properties come from an index that lags behind.
            Query::Text(TextTerm::MimeType, compare, text) => {
                text_fits(&file.mime_type, *compare, text)
            }
            Query::Text(TextTerm::Name, compare, text) => file
                .indexed(call.now)
                .is_some_and(|seen| text_fits(&seen.name, *compare, text)),
            Query::Text(TextTerm::FullText, _, text) => {
                file.indexed(call.now).is_some_and(|seen| {
                    let whole = format!(
                        "{} {}",
                        seen.name,
                        file.description.as_deref().unwrap_or_default()
                    );
                    whole.to_lowercase().contains(&text.to_lowercase())
                })
            }
            Query::Property(visibility, key, value) => file.indexed(call.now).is_some_and(|seen| {
                let properties = match visibility {
                    Visibility::App => seen.app_properties.get(&call.caller.client),
                    Visibility::All => Some(&seen.properties),
                };
                properties.and_then(|map| map.get(key)) == Some(value)
            }),
            Query::Flag(FlagTerm::Trashed, wanted) => self.is_trashed(file) == *wanted,
            Query::Flag(FlagTerm::Starred, wanted) => file.starred == *wanted,
            Query::Time(TimeTerm::Created, compare, at) => {
                order_fits(file.created.cmp(at), *compare)
            }
            Query::Time(TimeTerm::Modified, compare, at) => {
                order_fits(file.modified.cmp(at), *compare)
            }
            Query::Account(AccountTerm::Owners, email) => {
                let email = if email == "me" {
                    &call.caller.email
                } else {
                    email
                };
                file.owner.as_ref() == Some(email)
            }
            Query::Account(AccountTerm::Writers, email) => file
                .permissions
                .iter()
                .any(|permission| permission.covers(email) && permission.edits()),
            Query::Account(AccountTerm::Readers, email) => file
                .permissions
                .iter()
                .any(|permission| permission.covers(email)),
        }
    }
}

/// Which drives a listing looks into.
#[derive(Debug)]
enum Reach {
    Mine,
    Everything,
    Shared(String),
}

impl Reach {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        let all_drives =
            call.flag("supportsAllDrives", false) || call.flag("supportsTeamDrives", false);
        let include = call.flag("includeItemsFromAllDrives", false)
            || call.flag("includeTeamDriveItems", false);
        let wrong =
            |text: &str, name: &str| Err(Refusal::invalid(text).at("parameter", name.to_owned()));
        if call.query("spaces").is_some_and(|spaces| spaces != "drive") {
            return Err(Refusal::not_emulated("spaces other than drive"));
        }
        if include && !all_drives {
            return Err(Refusal::new(
                403,
                "teamDrivesNotSupported",
                "The includeItemsFromAllDrives parameter needs supportsAllDrives to be true.",
            )
            .at("parameter", "includeItemsFromAllDrives"));
        }
        let drive = call.query("driveId").or_else(|| call.query("teamDriveId"));
        match (call.query("corpora").unwrap_or("user"), drive) {
            ("drive" | "teamDrive", None) => wrong(
                "The driveId parameter must be specified for corpora drive.",
                "driveId",
            ),
            ("drive" | "teamDrive", Some(_)) if !include => wrong(
                "The includeItemsFromAllDrives parameter must be set to true for corpora drive.",
                "includeItemsFromAllDrives",
            ),
            ("drive" | "teamDrive", Some(id)) if id == SHARED_DRIVE => {
                Ok(Self::Shared(id.to_owned()))
            }
            ("drive" | "teamDrive", Some(id)) => {
                Err(
                    Refusal::new(404, "notFound", format!("Shared drive not found: {id}"))
                        .at("parameter", "driveId"),
                )
            }
            (_, Some(_)) => wrong(
                "The driveId parameter must be specified only with corpora drive.",
                "driveId",
            ),
            ("user" | "domain" | "allDrives" | "allTeamDrives", None) if include => {
                Ok(Self::Everything)
            }
            ("user" | "domain", None) => Ok(Self::Mine),
            ("allDrives" | "allTeamDrives", None) => wrong(
                "The includeItemsFromAllDrives parameter must be set to true for corpora allDrives.",
                "includeItemsFromAllDrives",
            ),
            (_, None) => wrong("Invalid Value", "corpora"),
        }
    }

    fn covers(&self, file: &File) -> bool {
        match self {
            Self::Mine => file.drive.is_none(),
            Self::Everything => true,
            Self::Shared(id) => file.drive.as_ref() == Some(id),
        }
    }
}

/// `contains` on a name matches beginnings of words only; on a type, its beginning.
fn text_fits(text: &str, compare: Compare, wanted: &str) -> bool {
    let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
    match compare {
        Compare::Is => text == wanted,
        Compare::IsNot => text != wanted,
        Compare::Contains => text.match_indices(&wanted).any(|(at, _)| {
            text[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric())
        }),
        Compare::Less | Compare::AtMost | Compare::Greater | Compare::AtLeast => false,
    }
}

fn order_fits(order: Ordering, compare: Compare) -> bool {
    match compare {
        Compare::Is => order.is_eq(),
        Compare::IsNot => order.is_ne(),
        Compare::Less => order.is_lt(),
        Compare::AtMost => order.is_le(),
        Compare::Greater => order.is_gt(),
        Compare::AtLeast => order.is_ge(),
        Compare::Contains => false,
    }
}

/// Sorts by a comma-separated list of keys, each with ` desc` or without.
fn sort(files: &mut [&File], order_by: Option<&str>) -> Result<(), Refusal> {
    let Some(order_by) = order_by else {
        return Ok(());
    };
    let mut keys = Vec::new();
    for part in order_by.split(',') {
        let part = part.trim();
        let (key, descending) = part
            .strip_suffix(" desc")
            .map_or((part, false), |key| (key.trim(), true));
        if !SORT_KEYS.contains(&key) {
            return Err(Refusal::invalid("Invalid Value").at("parameter", "orderBy"));
        }
        keys.push((key, descending));
    }
    files.sort_by(|left, right| {
        keys.iter()
            .map(|(key, descending)| {
                let order = match *key {
                    "createdTime" => left.created.cmp(&right.created),
                    "name" => left.name.cmp(&right.name),
                    "name_natural" => left.name.to_lowercase().cmp(&right.name.to_lowercase()),
                    "folder" => (left.mime_type != FOLDER).cmp(&(right.mime_type != FOLDER)),
                    _ => left.modified.cmp(&right.modified),
                };
                if *descending { order.reverse() } else { order }
            })
            .fold(Ordering::Equal, Ordering::then)
    });
    Ok(())
}
