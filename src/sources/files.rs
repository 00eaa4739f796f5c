//! Incidents from a folder of JSON files, one incident a file: for trackers that can export but have no source of
//! their own here, and for trying things out.
//!
//! The files directly in the folder whose names end in `.json` are read, in the order of their names. Hidden ones and
//! sub-folders are not. Whoever writes them should write to a name ending in `.tmp` and rename: a file that is met
//! half-written is told from a broken one only by its age.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault};
use crate::playbook::incident::{Incident, IncidentId, Status};

mod parse;
mod shape;

/// The source's name, and the part before the colon of its incidents' ids.
pub const NAME: &str = "files";

/// Some 64 MB: twelve thousand customers take two.
const MAX_BYTES: u64 = 64_000_000;

/// A file that does not parse and is younger than this is taken to be in the making.
const IN_THE_MAKING: SignedDuration = SignedDuration::from_secs(2);

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

    /// Reads on a thread that may block: file systems do, and large files take their time.
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Path) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || look(&folder))
            .await
            .unwrap_or_else(|error| {
                Err(SourceError::Later {
                    message: format!("reading the folder of incidents did not end: {error}"),
                    retry_after: None,
                })
            })
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
        self.read(move |folder| pull(folder, since, now)).await
    }

    async fn detail(&self, incident: &Incident, now: Timestamp) -> Result<Incident, SourceError> {
        let id = incident.id.clone();
        self.read(move |folder| find(folder, &id, now)).await
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

/// The files that count, with the names to call them by, in the order of names.
fn listing(folder: &Path) -> Result<Vec<(String, PathBuf)>, SourceError> {
    let failed = |error: io::Error| {
        let message = format!("the folder of incidents {}: {error}", folder.display());
        // What somebody has to mend; a network drive that is away comes back.
        let wrong = [
            io::ErrorKind::NotFound,
            io::ErrorKind::NotADirectory,
            io::ErrorKind::PermissionDenied,
        ];
        if wrong.contains(&error.kind()) {
            SourceError::Misconfigured(message)
        } else {
            SourceError::Later {
                message,
                retry_after: None,
            }
        }
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    names.sort();
    let counted = |name: &&std::ffi::OsString| {
        let hidden = name.as_encoded_bytes().starts_with(b".");
        let extension = Path::new(name).extension().and_then(OsStr::to_str);
        !hidden && extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
    };
    Ok(names
        .iter()
        .filter(counted)
        .map(|name| (name.to_string_lossy().into_owned(), folder.join(name)))
        .collect())
}

/// One file; `None` for what is no file, or none any more.
fn read_file(path: &Path, now: Timestamp) -> Result<Option<shape::Reading>, (FaultKind, String)> {
    let unreadable = |error: io::Error| (FaultKind::Unreadable, error.to_string());
    let about = match fs::metadata(path) {
        Ok(about) => about,
        // Taken away since it was listed; a link that leads nowhere is still there.
        Err(_) if fs::symlink_metadata(path).is_err() => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if about.is_dir() {
        return Ok(None);
    }
    if !about.is_file() {
        // Opening a pipe would wait for a writer that may never come.
        return Err((FaultKind::Unreadable, "it is no regular file".to_owned()));
    }
    let too_large = || {
        let message = format!("more than {} MB", MAX_BYTES / 1_000_000);
        (FaultKind::TooLarge, message)
    };
    if about.len() > MAX_BYTES {
        return Err(too_large());
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    let file = parse::parse(&bytes).map_err(|(kind, message)| {
        let cut_off = matches!(kind, FaultKind::NotJson | FaultKind::NotUtf8);
        if cut_off && is_fresh(&about, now) {
            (FaultKind::StillBeingWritten, message)
        } else {
            (kind, message)
        }
    })?;
    shape::convert(file)
        .map(Some)
        .map_err(|message| (FaultKind::Malformed, message))
}

/// Whether it was changed a moment ago. A time in the far future is no moment ago: clocks may differ.
fn is_fresh(about: &Metadata, now: Timestamp) -> bool {
    let changed = about.modified().ok().map(Timestamp::try_from);
    matches!(changed, Some(Ok(changed)) if now.duration_since(changed).abs() < IN_THE_MAKING)
}

#[cfg(test)]
mod tests;
