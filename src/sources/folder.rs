//! A folder that files are put into by somebody else: which of them count, and their content within bounds.
//!
//! The files directly in the folder whose names end in `.json` count, in the order of their names. Hidden ones and
//! sub-folders do not. Whoever writes them should write to a name ending in `.tmp` and rename: a file that is met
//! half-written is told from a broken one only by its age.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{FaultKind, SourceError};

/// Some 64 MB: twelve thousand customers take two.
pub(super) const MAX_BYTES: u64 = 64_000_000;

/// A file that does not parse and is younger than this is taken to be in the making.
pub(super) const IN_THE_MAKING: SignedDuration = SignedDuration::from_secs(2);

/// The content of a file, whole.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    age: Age,
}

/// How long ago a file was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    AMomentAgo,
    Settled,
}

impl Content {
    /// What is wrong with it: a cut one that was changed a moment ago is in the making.
    pub(super) fn fault(&self, kind: FaultKind) -> FaultKind {
        let cut_off = matches!(kind, FaultKind::NotJson | FaultKind::NotUtf8);
        match self.age {
            Age::AMomentAgo if cut_off => FaultKind::StillBeingWritten,
            Age::AMomentAgo | Age::Settled => kind,
        }
    }
}

/// Looks on a thread that may block: file systems do, and large files take their time.
///
/// # Errors
/// What `look` says; that it may pass, where it did not come to an end.
pub(super) async fn blocking<T: Send + 'static>(
    look: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(look)
        .await
        .unwrap_or_else(|error| {
            Err(SourceError::Later {
                message: format!("reading the folder of incidents did not end: {error}"),
                retry_after: None,
            })
        })
}

/// The files that count, with the names to call them by, in the order of names.
///
/// # Errors
/// Where the folder cannot be read.
pub(super) fn listing(folder: &Path) -> Result<Vec<(String, PathBuf)>, SourceError> {
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

/// One file's content; `None` for what is no file, or none any more.
///
/// # Errors
/// What is wrong with it, in words without anything of its content.
pub(super) fn content(path: &Path, now: Timestamp) -> Result<Option<Content>, (FaultKind, String)> {
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
    let changed = about.modified().ok().map(Timestamp::try_from);
    // A time in the far future is no moment ago: clocks may differ.
    let age = match changed {
        Some(Ok(changed)) if now.duration_since(changed).abs() < IN_THE_MAKING => Age::AMomentAgo,
        Some(_) | None => Age::Settled,
    };
    Ok(Some(Content { bytes, age }))
}
