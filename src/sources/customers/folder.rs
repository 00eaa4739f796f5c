//! A folder of CSV files, one an incident, named after its reference or its key: `1042.csv`, `Q1ABC2DEF3.csv`.
//!
//! Columns are found by name, in any order and case: `org name`, `org_id`, `app_id`, `campaign_id` and what else the
//! configuration names; others are left alone. Everything stays text.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{Affected, CustomerFault, CustomerSource, RowSink};
use crate::playbook::customer::Columns;
use crate::playbook::customer::columns::STANDARD;

/// The folder.
#[derive(Clone, Debug)]
pub struct CsvFolder {
    folder: PathBuf,
}

impl CsvFolder {
    /// Files in that folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

#[async_trait]
impl CustomerSource for CsvFolder {
    fn name(&self) -> &str {
        "affected_customers.csv_folder"
    }

    async fn read(
        &self,
        about: &Affected,
        columns: &Columns,
        mut sink: RowSink,
    ) -> Result<RowSink, CustomerFault> {
        let Some(path) = file_of(&self.folder, about) else {
            return Ok(sink);
        };
        let columns = columns.clone();
        let reading = tokio::task::spawn_blocking(move || {
            read_csv(&path, &columns, &mut sink)?;
            Ok(sink)
        });
        reading
            .await
            .map_err(|error| CustomerFault::Passing(error.to_string()))?
    }
}

/// The incident's file, if it has one. Names come from outside: only plain ones are looked for.
fn file_of(folder: &Path, about: &Affected) -> Option<PathBuf> {
    let plain = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    [&about.reference, &about.key]
        .into_iter()
        .filter(|name| plain(name))
        .map(|name| folder.join(format!("{name}.csv")))
        .find(|path| path.is_file())
}

fn read_csv(path: &Path, columns: &Columns, sink: &mut RowSink) -> Result<(), CustomerFault> {
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
    let mut wanted: Vec<Option<usize>> = vec![None; columns.width()];
    for (position, header) in headers.iter().enumerate() {
        if let Some(column) = columns.position(header) {
            wanted[column].get_or_insert(position);
        }
    }
    if let Some(missing) = (0..STANDARD.len()).find(|&column| wanted[column].is_none()) {
        return Err(fault(format!(
            "the column “{}” is missing: the first line has to name {}",
            STANDARD[missing],
            STANDARD.join(", ")
        )));
    }
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| fault(at(&error)))?
    {
        let cell = |position: &Option<usize>| {
            position
                .and_then(|position| record.get(position))
                .unwrap_or_default()
        };
        sink.push_blocking(wanted.iter().map(cell))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use super::*;
    use crate::playbook::incident::Incident;
    use crate::sources::customers::CustomerLists;

    fn incident(reference: &str) -> Incident {
        serde_json::from_value(serde_json::json!({
            "id": "files:x", "reference": reference, "title": "t", "url": null, "service": "s", "severity": null,
            "opened_at": "2026-01-01T00:00:00Z", "status": {"state": "open"}, "detail": "full",
            "participants": [], "timeline": [], "narrative": {}, "customers": []
        }))
        .unwrap()
    }

    async fn read(text: &[u8]) -> Result<Vec<Vec<String>>, CustomerFault> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("1.csv"), text).unwrap();
        let source = Arc::new(CsvFolder::new(folder.path().to_owned()));
        let lists = CustomerLists::new(Columns::with(&["note".to_owned()]).unwrap(), vec![source]);
        let mut stream = lists.read(&incident("#1"));
        let mut read = Vec::new();
        while let Some(rows) = stream.next().await {
            let owned =
                |row: crate::playbook::customer::Row<'_>| row.cells().map(str::to_owned).collect();
            read.extend(rows?.iter().map(owned));
        }
        Ok(read)
    }

    #[tokio::test]
    async fn ids_stay_the_text_they_are() {
        let rows = read("\u{feff}Org_Name,ORG-ID,app_id,campaign_id,other,note\n\"=Acme, Ltd\",0012345,1e5,123456789012345678,x,y\n".as_bytes()).await;
        assert_eq!(
            rows.unwrap(),
            [["=Acme, Ltd", "0012345", "1e5", "123456789012345678", "y"]]
        );
    }

    #[tokio::test]
    async fn a_missing_column_and_broken_text_are_named_by_place_and_never_quoted() {
        let missing = read(b"org name,org_id,app_id\nAcme,1,2\n").await;
        let missing = missing.unwrap_err().to_string();
        assert!(
            missing.contains("1.csv") && missing.contains("campaign_id"),
            "{missing}"
        );
        let broken = read(b"org name,org_id,app_id,campaign_id\nSecret\xff Corp,1,2,3\n").await;
        let broken = broken.unwrap_err().to_string();
        assert!(
            broken.contains("line 2") && !broken.contains("Secret"),
            "{broken}"
        );
    }

    #[tokio::test]
    async fn rows_come_in_many_batches_and_in_their_order() {
        let mut text = "org name,org_id,app_id,campaign_id\n".to_owned();
        for row in 0..30_000 {
            text.push_str(&format!("Organisation {row},{row},,\n"));
        }
        let rows = read(text.as_bytes()).await.unwrap();
        assert_eq!(rows.len(), 30_000);
        assert!(
            rows.iter()
                .enumerate()
                .all(|(n, row)| row[1] == n.to_string())
        );
    }

    #[test]
    fn a_name_from_outside_never_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("customers");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(folder.path().join("secret.csv"), "x").unwrap();
        assert_eq!(file_of(&inner, &Affected::by(&incident("../secret"))), None);
        std::fs::write(inner.join("7.csv"), "x").unwrap();
        assert_eq!(
            file_of(&inner, &Affected::by(&incident("#7"))),
            Some(inner.join("7.csv"))
        );
    }
}
