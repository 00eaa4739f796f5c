//! Where incidents come from: one file per source, each turning its vendor's shape into an
//! [`Incident`].
//!
//! A source only reads. It answers what it could read together with what it could not, by name: one bad record
//! never hides the others, and is never passed over in silence.

use std::fmt;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::playbook::incident::Incident;
use crate::vendors::http::{CallError, Failure};

pub mod alertmanager;
pub mod customers;
pub mod files;
mod folder;
mod follow;
pub mod http;
mod json_file;
pub mod opsgenie;
mod outside;
pub mod pagerduty;
pub mod slack;
mod slack_link;
pub mod statuspage;
pub mod transcript;
pub mod volunteers;

/// A record of incidents.
#[async_trait]
pub trait IncidentSource: Send + Sync {
    /// The part before the colon of its incidents' ids: `pagerduty`, `files`.
    fn name(&self) -> &str;

    /// Incidents that are open, or were resolved at `since` or later, as far as they may have changed after the
    /// watermark; all of them where there is none. Answering one twice does no harm, leaving one out does.
    ///
    /// # Errors
    /// Only where nothing could be read at all; what went wrong with single incidents is in [`Pulled::faults`].
    async fn pull(
        &self,
        watermark: Option<&serde_json::Value>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Pulled, SourceError>;

    /// The same incident with everything the source knows of it: [`Detail::Full`](crate::playbook::incident::Detail::Full).
    ///
    /// # Errors
    /// [`SourceError::Gone`] where the source no longer has it.
    async fn detail(&self, incident: &Incident, now: Timestamp) -> Result<Incident, SourceError>;
}

/// What one look at a source found.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// What could be read, each incident once.
    pub incidents: Vec<Incident>,
    /// From where to go on next time; the source's own, opaque to everybody else. To be remembered only after the
    /// incidents were recorded: a crash between the two then reads them again.
    pub watermark: serde_json::Value,
    /// What could not be read.
    pub faults: Vec<SourceFault>,
}

/// One thing that could not be read, or not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {kind}: {message}")]
pub struct SourceFault {
    /// What, as people find it at the source: a file's name, an incident's reference.
    pub what: String,
    /// What kind of fault.
    pub kind: FaultKind,
    /// Where in it, and what is expected there. Holds no text of the record's own, which may be personal.
    pub message: String,
}

/// What is wrong with one thing that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// It ends in the middle, and was changed a moment ago: the next look will tell.
    StillBeingWritten,
    /// It is there and cannot be opened.
    Unreadable,
    /// It is larger than any incident.
    TooLarge,
    /// It is not text.
    NotUtf8,
    /// It ends in the middle, or is something else.
    NotJson,
    /// It is well-formed, and no incident.
    Malformed,
    /// Another one has the same id, and was read.
    DuplicateId,
    /// It was read, without what the message names.
    Incomplete,
}

impl FaultKind {
    /// Whether it is likely to pass without anybody doing anything.
    pub fn passes(self) -> bool {
        match self {
            Self::StillBeingWritten => true,
            Self::Unreadable
            | Self::TooLarge
            | Self::NotUtf8
            | Self::NotJson
            | Self::Malformed
            | Self::DuplicateId
            | Self::Incomplete => false,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StillBeingWritten => "is still being written",
            Self::Unreadable => "cannot be read",
            Self::TooLarge => "is too large",
            Self::NotUtf8 => "is not UTF-8 text",
            Self::NotJson => "is not valid JSON",
            Self::Malformed => "is not an incident",
            Self::DuplicateId => "has an id that was read already",
            Self::Incomplete => "was read in part",
        })
    }
}

/// Why a source could not be read, by what the caller may do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It may pass: look again later.
    #[error("{message}")]
    Later {
        /// What went wrong; no secrets, no personal data.
        message: String,
        /// How long the vendor asks to be left alone.
        retry_after: Option<SignedDuration>,
    },
    /// It will not pass before somebody changes the configuration, the credentials or the rights.
    #[error("{0}")]
    Misconfigured(String),
    /// The source no longer has this incident: go on with what is known of it.
    #[error("{0}")]
    Gone(String),
}

impl SourceError {
    /// What a failed call means for the source; `needed` says which key to look at, and what belongs there.
    fn of_call(error: &CallError, needed: &str) -> Self {
        match &error.failure {
            Failure::Unauthorized(_) | Failure::Forbidden { .. } => {
                Self::Misconfigured(format!("{error}; check {needed}"))
            }
            Failure::NotReached(_)
            | Failure::Throttled { .. }
            | Failure::Unavailable { .. }
            | Failure::OutcomeUnknown(_)
            | Failure::NotFound(_)
            | Failure::Conflict(_)
            | Failure::Refused { .. }
            | Failure::Unreadable(_) => Self::Later {
                message: error.to_string(),
                retry_after: error
                    .retry_after()
                    .and_then(|after| SignedDuration::try_from(after).ok()),
            },
        }
    }
}

/// Whether a part of a record is not to be had with these credentials, or not on this plan: the incident is then told
/// without it. Credentials that are refused altogether are another matter, and so is trouble that may pass.
fn is_withheld(error: &CallError) -> bool {
    match &error.failure {
        Failure::Forbidden { .. }
        | Failure::NotFound(_)
        | Failure::Conflict(_)
        | Failure::Refused { .. } => true,
        Failure::Unauthorized(_)
        | Failure::NotReached(_)
        | Failure::Throttled { .. }
        | Failure::Unavailable { .. }
        | Failure::OutcomeUnknown(_)
        | Failure::Unreadable(_) => false,
    }
}

/// `1 entry`, `2 entries`: the count with its word.
fn counted(count: usize, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {more}"),
    }
}
