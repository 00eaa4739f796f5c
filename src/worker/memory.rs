//! What a running worker keeps in mind so as not to ask a vendor twice. Losing it costs calls, never correctness.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;

use super::act::ActError;
use crate::playbook::incident::IncidentId;
use crate::playbook::person::Person;
use crate::vendors::confluence::SpaceRef;
use crate::vendors::google::drive::Drive;

/// One worker's memory.
#[derive(Debug, Default)]
pub struct Memory {
    birth: OnceLock<Timestamp>,
    /// Folders of an earlier life of the database, by key.
    pub(super) earlier_folders: Mutex<Option<Value>>,
    /// The space that pages are made in.
    pub(super) space: Mutex<Option<SpaceRef>>,
    /// Folder ids that Drive has reserved for us.
    pub(super) folder_ids: FolderIds,
    /// Who was seen to volunteer, until it is recorded.
    volunteers: std::sync::Mutex<BTreeMap<IncidentId, Person>>,
}

impl Memory {
    /// Keeps in mind when the database was first used.
    pub(super) fn born(&self, birth: Timestamp) {
        // Set by every pass, always to the same: the first one to say so is right.
        let _ = self.birth.set(birth);
    }

    /// Keeps in mind who volunteered.
    pub(super) fn volunteered(&self, case: IncidentId, person: Person) {
        self.volunteers().insert(case, person);
    }

    /// Who volunteered for that case, told once.
    pub(super) fn volunteer(&self, case: &IncidentId) -> Option<Person> {
        self.volunteers().remove(case)
    }

    fn volunteers(&self) -> MutexGuard<'_, BTreeMap<IncidentId, Person>> {
        // A panic elsewhere leaves the map as it was before or after one insertion.
        self.volunteers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// When the database was first used. Before a pass has asked, everything may be older than it.
    pub(super) fn birth(&self) -> Timestamp {
        self.birth.get().copied().unwrap_or(Timestamp::MAX)
    }
}

/// How many folder ids are asked for at a time; what is left over serves the next incidents.
const IDS: u32 = 50;

/// Ids that Drive made for files that do not exist yet. They never expire; what a worker dies with is lost, and harmless.
///
/// They are not shared between workers: an id that two incidents were given would let one take the other's folder for
/// its own.
#[derive(Debug, Default)]
pub struct FolderIds(Mutex<Vec<String>>);

impl FolderIds {
    /// Sees to it that there is an id.
    pub(super) async fn fill(&self, drive: &Drive) -> Result<(), ActError> {
        let id = self.take(drive).await?;
        self.give_back(id).await;
        Ok(())
    }

    /// One id that nobody else has.
    pub(super) async fn take(&self, drive: &Drive) -> Result<String, ActError> {
        // Held while asking: a hundred cases that start at once ask once or twice, not a hundred times.
        let mut ids = self.0.lock().await;
        if ids.is_empty() {
            *ids = drive.generate_ids(IDS).await?;
        }
        ids.pop().ok_or_else(|| ActError::Later {
            message: "Drive gave no file ids".to_owned(),
            after: None,
        })
    }

    /// An id that was not needed after all.
    pub(super) async fn give_back(&self, id: String) {
        self.0.lock().await.push(id);
    }
}
