//! Incidents from a folder of JSON files, one incident a file: for trackers that can export but have no source of
//! their own here, and for trying things out.
//!
//! Which files count, and how they should be put there, is said in `folder`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::folder::{self, IN_THE_MAKING, listing};
use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault, json_file};
use crate::playbook::incident::{Incident, IncidentId, Status};

mod people;
mod shape;

/// The source's name, and the part before the colon of its incidents' ids.
pub const NAME: &str = "files";

/// The JSON Schema of a file, as `debrief config --schema incident` prints it.
pub fn schema() -> Value {
    shape::schema()
}

/// A folder of incidents.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// The folder is looked into at every pull, and may come into being later.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { folder }
    }
}

#[async_trait]
impl IncidentSource for Files {
    fn name(&self) -> &str {
        NAME
    }

    /// Reads the whole folder every time; the watermark is always null, as times of files are not to be relied on.
    async fn pull(
        &self,
        _watermark: Option<&Value>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Pulled, SourceError> {
        let folder = self.folder.clone();
        folder::blocking(move || pull(&folder, since, now)).await
    }

    async fn detail(&self, incident: &Incident, now: Timestamp) -> Result<Incident, SourceError> {
        let (folder, id) = (self.folder.clone(), incident.id.clone());
        folder::blocking(move || find(&folder, &id, now)).await
    }
}

fn pull(folder: &Path, since: Timestamp, now: Timestamp) -> Result<Pulled, SourceError> {
    let mut incidents = Vec::new();
    let mut faults = Vec::new();
    let mut files_by_id: BTreeMap<IncidentId, String> = BTreeMap::new();
    for (what, path) in listing(folder)? {
        let fault = |kind, message| SourceFault {
            what: what.clone(),
            kind,
            message,
        };
        let reading = match read_file(&path, now) {
            Ok(Some(reading)) => reading,
            Ok(None) => continue,
            Err((kind, message)) => {
                faults.push(fault(kind, message));
                continue;
            }
        };
        let incident = reading.incident;
        if let Some(first) = files_by_id.get(&incident.id) {
            let message = format!("{} is taken from {first}", incident.id);
            faults.push(fault(FaultKind::DuplicateId, message));
            continue;
        }
        for left_out in reading.left_out {
            faults.push(fault(FaultKind::Incomplete, left_out));
        }
        files_by_id.insert(incident.id.clone(), what);
        let owed = match incident.status {
            Status::Open | Status::Merged { .. } => true,
            Status::Resolved { at } => at >= since,
        };
        if owed {
            incidents.push(incident);
        }
    }
    Ok(Pulled {
        incidents,
        watermark: Value::Null,
        faults,
    })
}

/// The first file with that id, as `pull` takes it.
fn find(folder: &Path, id: &IncidentId, now: Timestamp) -> Result<Incident, SourceError> {
    let mut in_the_making = None;
    for (what, path) in listing(folder)? {
        match read_file(&path, now) {
            Ok(Some(reading)) if reading.incident.id == *id => return Ok(reading.incident),
            Err((kind, _)) if kind.passes() => in_the_making = Some(what),
            Ok(_) | Err(_) => {}
        }
    }
    match in_the_making {
        Some(what) => Err(SourceError::Later {
            message: format!("{what} is still being written and may hold {id}"),
            retry_after: Some(IN_THE_MAKING),
        }),
        None => Err(SourceError::Gone(format!(
            "no file in {} holds {id} any more",
            folder.display()
        ))),
    }
}

/// One file; `None` for what is no file, or none any more.
fn read_file(path: &Path, now: Timestamp) -> Result<Option<shape::Reading>, (FaultKind, String)> {
    let Some(content) = folder::content(path, now)? else {
        return Ok(None);
    };
    let file = json_file::parse(&content.bytes, "incident")
        .map_err(|(kind, message)| (content.fault(kind), message))?;
    shape::convert(file)
        .map(Some)
        .map_err(|message| (FaultKind::Malformed, message))
}

#[cfg(test)]
mod tests;
