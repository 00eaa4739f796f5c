//! The store in one SQLite file: the default, with nothing to install.
//!
//! One connection, used on tokio's blocking pool: nothing else waits while it writes. Several processes may use the same
//! file. A transaction that writes takes the write lock when it begins (`BEGIN IMMEDIATE`): one that read first and
//! asked for it later would fail at once, whatever the busy timeout.
//!
//! A call whose future is dropped still runs to its end: what was to be written is written.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde_json::Value;

use super::{CaseRow, Claim, Store, StoreError};
use crate::playbook::case::{Case, Waiver};
use crate::playbook::effect::{Effect, EffectKey, EffectState};
use crate::playbook::incident::{Incident, IncidentId};
use crate::playbook::steps::Step;

mod facts;
mod lease;
mod ledger;
mod migrate;
mod rows;
#[cfg(test)]
mod tests;

/// How long a call waits for another process to finish writing. A transaction of ours takes milliseconds; this is for
/// a slow disk, or a person with the sqlite3 shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How often, and after which wait, the write-ahead log is asked for again: as long as other locks are waited for.
const WAL_TRIES: u32 = 500;
const WAL_WAIT: Duration = Duration::from_millis(10);

/// What goes wrong inside a transaction, before it is known where.
#[derive(Debug)]
enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl Fault {
    fn at(self, place: &str) -> StoreError {
        match self {
            Self::Sqlite(error) => StoreError::Database {
                place: place.to_owned(),
                detail: error.to_string(),
            },
            Self::Store(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The store in one SQLite file. Clones share the connection.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    connection: Arc<Mutex<Connection>>,
    place: Arc<str>,
}

impl SqliteStore {
    /// Opens the file, makes it and its folders where they are missing, and brings it to this release's shape.
    ///
    /// A new file is readable by its owner only: it holds names and addresses. [`StoreError::TooNew`] where a newer
    /// release has written it, [`StoreError::Unreadable`] where its past is not ours.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        let path = path.to_owned();
        Self::start(place, move |place| {
            make_file(&path).map_err(|error| StoreError::Database {
                place: place.to_owned(),
                detail: format!("cannot be made or opened: {error}"),
            })?;
            Ok(Connection::open(&path)?)
        })
        .await
    }

    /// A store that is gone when its last clone is.
    pub async fn in_memory() -> Result<Self, StoreError> {
        Self::start(
            "in memory".to_owned(),
            |_| Ok(Connection::open_in_memory()?),
        )
        .await
    }

    async fn start(
        place: String,
        connect: impl FnOnce(&str) -> Result<Connection, Fault> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let at = place.clone();
        let connection = blocking(&place, move || {
            let prepared = connect(&at).and_then(|mut connection| {
                prepare(&connection)?;
                migrate::migrate(&mut connection, migrate::MIGRATIONS)?;
                Ok(connection)
            });
            prepared.map_err(|fault| fault.at(&at))
        })
        .await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            place: place.into(),
        })
    }

    /// Runs `work` in a transaction that holds the write lock from its beginning; an error takes everything back.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.within(TransactionBehavior::Immediate, work).await
    }

    /// Runs `work`, which only reads, on one state of the database.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.within(TransactionBehavior::Deferred, work).await
    }

    async fn within<T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.connection);
        let place = Arc::clone(&self.place);
        blocking(&self.place, move || {
            // A panic under the lock has rolled its transaction back: the connection is as good as before.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let run = || {
                let transaction = connection.transaction_with_behavior(behavior)?;
                let answer = work(&transaction)?;
                transaction.commit()?;
                Ok(answer)
            };
            run().map_err(|fault: Fault| fault.at(&place))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    place: &str,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(StoreError::Database {
                place: place.to_owned(),
                detail: format!("the call did not end: {error}"),
            })
        })
}

/// Makes the file before SQLite does, which would leave it readable by everybody; `-wal` and `-shm` follow its mode.
fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

fn prepare(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Readers and a writer side by side. A database in memory has no such journal and answers `memory`.
    use_wal(connection)?;
    // With WAL the usual NORMAL may forget the last commits in a power cut. A mark that is forgotten is a mail sent twice.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// Turns the write-ahead log on. The change of a new file needs it alone for a moment, and SQLite does not wait for that
/// as it waits for other locks: two workers that open the same new file at once would see one of them refused.
fn use_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut tries = 0;
    loop {
        let changed = connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
        match changed {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && tries < WAL_TRIES =>
            {
                tries += 1;
                std::thread::sleep(WAL_WAIT);
            }
            ended => return ended,
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn record(
        &self,
        incidents: &[Incident],
        now: Timestamp,
    ) -> Result<Vec<IncidentId>, StoreError> {
        let incidents = incidents.to_vec();
        self.write(move |transaction| facts::record(transaction, incidents, now))
            .await
    }

    async fn claim_due(
        &self,
        holder: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<(Claim, Case)>, StoreError> {
        let holder = holder.to_owned();
        let due = self
            .write(move |transaction| lease::claim_due(transaction, &holder, now, lease))
            .await?;
        match due {
            lease::Due::Nothing => Ok(None),
            lease::Due::Claimed(claim, case) => Ok(Some((claim, *case))),
            lease::Due::PutOff(error) => Err(error),
        }
    }

    async fn claim_round(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Claim>, StoreError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |transaction| lease::take(transaction, &name, &holder, now, lease))
            .await
    }

    async fn renew(
        &self,
        claim: &Claim,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Claim, StoreError> {
        let claim = claim.clone();
        self.write(move |transaction| lease::renew(transaction, claim, now, lease))
            .await
    }

    async fn detail(
        &self,
        claim: &Claim,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (claim, incident) = (claim.clone(), incident.clone());
        self.write(move |transaction| facts::detail(transaction, &claim, &incident, now))
            .await
    }

    async fn decide(
        &self,
        claim: &Claim,
        step: Step,
        name: &str,
        value: &Value,
        now: Timestamp,
    ) -> Result<Value, StoreError> {
        let (claim, name, value) = (claim.clone(), name.to_owned(), value.clone());
        self.write(move |transaction| ledger::decide(transaction, &claim, step, &name, &value, now))
            .await
    }

    async fn begin(
        &self,
        claim: &Claim,
        keys: &[EffectKey],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (claim, keys) = (claim.clone(), keys.to_vec());
        self.write(move |transaction| ledger::begin(transaction, &claim, &keys, now))
            .await
    }

    async fn finish(
        &self,
        claim: &Claim,
        key: &EffectKey,
        state: &EffectState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (claim, key, state) = (claim.clone(), key.clone(), state.clone());
        self.write(move |transaction| ledger::finish(transaction, &claim, &key, &state, now))
            .await
    }

    async fn release(
        &self,
        claim: &Claim,
        wake_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let claim = claim.clone();
        self.write(move |transaction| lease::release(transaction, &claim, wake_at, now))
            .await
    }

    async fn case(&self, id: &IncidentId) -> Result<Option<CaseRow>, StoreError> {
        let id = id.clone();
        self.read(move |transaction| rows::case(transaction, id.as_str()))
            .await
    }

    async fn cases(&self, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        self.read(move |transaction| facts::newest(transaction, limit))
            .await
    }

    async fn effects(&self, case: &str, limit: usize) -> Result<Vec<Effect>, StoreError> {
        let case = case.to_owned();
        self.read(move |transaction| rows::effects(transaction, &case, limit))
            .await
    }

    async fn standing(&self, keys: &[EffectKey]) -> Result<Vec<Effect>, StoreError> {
        let keys = keys.to_vec();
        self.read(move |transaction| rows::standing(transaction, &keys))
            .await
    }

    async fn cases_by_reference(
        &self,
        step: Step,
        target: &str,
        references: &[String],
    ) -> Result<Vec<(String, Case)>, StoreError> {
        let (target, references) = (target.to_owned(), references.to_vec());
        self.read(move |transaction| {
            ledger::cases_by_reference(transaction, step, &target, &references)
        })
        .await
    }

    async fn done_without_choice(
        &self,
        step: Step,
        target: &str,
        since: Timestamp,
        choice: &str,
    ) -> Result<Vec<Effect>, StoreError> {
        let (target, choice) = (target.to_owned(), choice.to_owned());
        self.read(move |transaction| {
            rows::done_without_choice(transaction, step, &target, since, &choice)
        })
        .await
    }

    async fn references(
        &self,
        step: Step,
        target: &str,
        unless_waived: Step,
    ) -> Result<Vec<String>, StoreError> {
        let target = target.to_owned();
        self.read(move |transaction| ledger::references(transaction, step, &target, unless_waived))
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(lease::next_due).await
    }

    async fn nudge(&self, id: &IncidentId, now: Timestamp) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |transaction| ledger::due_at_once(transaction, &id, now))
            .await
    }

    async fn retry(
        &self,
        id: &IncidentId,
        step: Option<Step>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let id = id.clone();
        self.write(move |transaction| ledger::retry(transaction, &id, step, now))
            .await
    }

    async fn waive(&self, id: &IncidentId, waiver: &Waiver) -> Result<(), StoreError> {
        let (id, waiver) = (id.clone(), waiver.clone());
        self.write(move |transaction| ledger::waive(transaction, &id, &waiver))
            .await
    }

    async fn memo(&self, name: &str) -> Result<Option<Value>, StoreError> {
        let name = name.to_owned();
        self.read(move |transaction| facts::memo(transaction, &name))
            .await
    }

    async fn remember(&self, name: &str, value: &Value, now: Timestamp) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.clone());
        self.write(move |transaction| facts::remember(transaction, &name, &value, now))
            .await
    }
}
