//! Affected customers: the rows an incident brings itself, and those in a CSV file of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::playbook::customer::{AffectedCustomer, COLUMNS};
use crate::playbook::incident::Incident;

/// A folder of CSV files, one an incident, named after its reference or its key: `1042.csv`, `Q1ABC2DEF3.csv`.
///
/// Columns are found by name, in any order and case: `org name`, `org_id`, `app_id`, `campaign_id`; others are left
/// alone. Everything stays text.
#[derive(Clone, Debug, Default)]
pub struct CustomerFiles {
    folder: Option<PathBuf>,
}

/// Why a list could not be read: a person has to mend the file.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CustomerFault {
    /// The file is not what it should be.
    #[error("{0}")]
    Unreadable(String),
}

impl CustomerFiles {
    /// Files in that folder; without one, only the incident's own rows.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Every affected customer that is known, each row once, in the order they were given: the incident's own first.
    ///
    /// # Errors
    /// When there is a file but it cannot be read; the message names file and line, never a row's content.
    pub async fn read(&self, incident: &Incident) -> Result<Vec<AffectedCustomer>, CustomerFault> {
        let own = incident.customers.clone();
        let Some(path) = self
            .folder
            .as_deref()
            .and_then(|folder| file_of(folder, incident))
        else {
            return Ok(unique(own));
        };
        let read = tokio::task::spawn_blocking(move || read_csv(&path)).await;
        let filed = read.map_err(|error| CustomerFault::Unreadable(error.to_string()))??;
        Ok(unique(own.into_iter().chain(filed).collect()))
    }
}

/// The incident's file, if it has one. Names come from outside: only plain ones are looked for.
fn file_of(folder: &Path, incident: &Incident) -> Option<PathBuf> {
    let plain = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    [
        incident.reference.trim_start_matches('#'),
        incident.id.key(),
    ]
    .into_iter()
    .filter(|name| plain(name))
    .map(|name| folder.join(format!("{name}.csv")))
    .find(|path| path.is_file())
}

fn unique(rows: Vec<AffectedCustomer>) -> Vec<AffectedCustomer> {
    let mut seen = BTreeSet::new();
    rows.into_iter()
        .filter(|row| seen.insert(row.clone()))
        .collect()
}

fn read_csv(path: &Path) -> Result<Vec<AffectedCustomer>, CustomerFault> {
    let fault = |what: String| CustomerFault::Unreadable(format!("{}: {what}", path.display()));
    // An error of the csv crate may quote the record; its position says enough.
    let at = |error: &csv::Error| match error.position() {
        Some(position) => format!("line {} is not readable as CSV in UTF-8", position.line()),
        None => "the file cannot be read as CSV in UTF-8".to_owned(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|error| fault(at(&error)))?;
    let headers = reader.headers().map_err(|error| fault(at(&error)))?.clone();
    let wanted: Vec<usize> = COLUMNS
        .iter()
        .map(|column| {
            let found = headers.iter().position(|header| same_name(header, column));
            found.ok_or_else(|| {
                fault(format!(
                    "the column “{column}” is missing: the first line has to name {}",
                    COLUMNS.join(", ")
                ))
            })
        })
        .collect::<Result<_, _>>()?;
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|error| fault(at(&error)))?;
            let cell = |column: usize| record.get(wanted[column]).unwrap_or_default().to_owned();
            Ok(AffectedCustomer {
                org_name: cell(0),
                org_id: cell(1),
                app_id: cell(2),
                campaign_id: cell(3),
            })
        })
        .collect()
}

/// Whether a header means a column: `Org Name`, `org_name` and `org name` are one; a byte order mark does not count.
fn same_name(header: &str, column: &str) -> bool {
    let plain = |name: &str| {
        name.trim_start_matches('\u{feff}')
            .trim()
            .to_lowercase()
            .replace(['_', '-'], " ")
    };
    plain(header) == plain(column)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &[u8]) -> Result<Vec<AffectedCustomer>, CustomerFault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.csv");
        std::fs::write(&path, text).unwrap();
        read_csv(&path)
    }

    #[test]
    fn ids_stay_the_text_they_are() {
        let rows = read("\u{feff}Org_Name,ORG-ID,app_id,campaign_id,note\n\"=Acme, Ltd\",0012345,1e5,123456789012345678,x\n".as_bytes());
        let row = &rows.unwrap()[0];
        assert_eq!(row.org_name, "=Acme, Ltd");
        assert_eq!(
            (row.org_id.as_str(), row.app_id.as_str()),
            ("0012345", "1e5")
        );
        assert_eq!(row.campaign_id, "123456789012345678");
    }

    #[test]
    fn a_missing_column_and_broken_text_are_named_by_place_and_never_quoted() {
        let missing = read(b"org name,org_id,app_id\nAcme,1,2\n")
            .unwrap_err()
            .to_string();
        assert!(
            missing.contains("1.csv") && missing.contains("campaign_id"),
            "{missing}"
        );
        let broken = read(b"org name,org_id,app_id,campaign_id\nSecret\xff Corp,1,2,3\n")
            .unwrap_err()
            .to_string();
        assert!(
            broken.contains("line 2") && !broken.contains("Secret"),
            "{broken}"
        );
    }

    #[test]
    fn a_name_from_outside_never_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("customers");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(folder.path().join("secret.csv"), "x").unwrap();
        let mut incident: Incident = serde_json::from_value(serde_json::json!({
            "id": "files:x", "reference": "../secret", "title": "t", "url": null, "service": "s", "severity": null,
            "opened_at": "2026-01-01T00:00:00Z", "status": {"state": "open"}, "detail": "full",
            "participants": [], "timeline": [], "narrative": {}, "customers": []
        }))
        .unwrap();
        assert_eq!(file_of(&inner, &incident), None);
        std::fs::write(inner.join("7.csv"), "x").unwrap();
        incident.reference = "#7".into();
        assert_eq!(file_of(&inner, &incident), Some(inner.join("7.csv")));
    }
}
