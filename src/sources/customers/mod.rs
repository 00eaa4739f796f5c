//! The port for lists of affected customers: whoever knows them, row by row, in a stream that is never in memory as a
//! whole.
//!
//! A list is read anew on every try, so what answers here must change nothing where it reads. What a row is worth is not
//! decided here: sources give every row, cells exactly as they stand, in the order they come.

pub mod folder;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::playbook::customer::{Columns, Rows};
use crate::playbook::incident::Incident;

/// How much text travels at once: enough that handing it on costs nothing, little enough that two of them are nothing.
const BATCH_BYTES: usize = 256 * 1024;

/// How many batches wait for the reader at most; the source then waits too.
const BATCHES_AHEAD: usize = 2;

/// What a source is asked about: the incident, as far as a list of customers depends on it.
#[derive(Clone, Debug)]
pub struct Affected {
    /// The incident as its source names it: `pagerduty:Q1ABC2DEF3`.
    pub incident: String,
    /// The same without the source: `Q1ABC2DEF3`.
    pub key: String,
    /// What people call it, without a leading `#`: `1042`.
    pub reference: String,
    /// The service that was hit.
    pub service: String,
    /// When it began: when customers first felt it where that is known, else when it was opened.
    pub began_at: Timestamp,
    /// When it was over: when customers no longer felt it where that is known, else when it was resolved. `None` while it
    /// is neither.
    pub ended_at: Option<Timestamp>,
}

impl Affected {
    /// What that incident is asked by.
    pub fn by(incident: &Incident) -> Self {
        Self {
            incident: incident.id.to_string(),
            key: incident.id.key().to_owned(),
            reference: incident.reference.trim_start_matches('#').to_owned(),
            service: incident.service.clone(),
            began_at: incident.began_at.unwrap_or(incident.opened_at),
            ended_at: incident.mitigated_at.or(incident.resolved_at()),
        }
    }
}

/// Why a list could not be read, by what the caller may do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerFault {
    /// It may pass: try again.
    #[error("{0}")]
    Passing(String),
    /// A person has to mend something. The message names place and line, never what a row holds.
    #[error("{0}")]
    Unreadable(String),
}

/// Who knows which customers an incident hit.
#[async_trait]
pub trait CustomerSource: Send + Sync {
    /// What it is called in messages: `affected_customers.csv_folder`.
    fn name(&self) -> &str;

    /// Gives every row to `sink`, in an order that stays the same as far as its origin allows, and gives the sink back: it
    /// may have been on a thread that blocks meanwhile. An incident that the source knows nothing of has no rows; that is
    /// no fault.
    ///
    /// # Errors
    /// By what the caller may do. Rows given before are then worth nothing.
    async fn read(
        &self,
        about: &Affected,
        columns: &Columns,
        sink: RowSink,
    ) -> Result<RowSink, CustomerFault>;
}

/// Where a source puts its rows. Whoever reads them sets the pace.
pub struct RowSink {
    rows: Rows,
    width: usize,
    batches: mpsc::Sender<Result<Rows, CustomerFault>>,
}

/// Nobody reads any more: stop.
const STOPPED: CustomerFault = CustomerFault::Passing(String::new());

impl RowSink {
    /// Adds a row.
    ///
    /// # Errors
    /// When nobody reads any more: hand it on as it is.
    pub async fn push<'a>(
        &mut self,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), CustomerFault> {
        self.rows.push(cells);
        if self.rows.bytes() < BATCH_BYTES {
            return Ok(());
        }
        let batch = self.take();
        self.batches.send(Ok(batch)).await.map_err(|_| STOPPED)
    }

    /// The same from a thread that may block.
    ///
    /// # Errors
    /// When nobody reads any more: hand it on as it is.
    pub fn push_blocking<'a>(
        &mut self,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), CustomerFault> {
        self.rows.push(cells);
        if self.rows.bytes() < BATCH_BYTES {
            return Ok(());
        }
        let batch = self.take();
        self.batches.blocking_send(Ok(batch)).map_err(|_| STOPPED)
    }

    fn take(&mut self) -> Rows {
        std::mem::replace(&mut self.rows, Rows::new(self.width))
    }
}

/// Rows as they come. Dropping it stops whoever gives them.
pub struct RowStream {
    batches: mpsc::Receiver<Result<Rows, CustomerFault>>,
    giving: JoinHandle<()>,
}

impl RowStream {
    /// The next rows; `None` at the end. After a fault comes nothing more.
    ///
    /// # Errors
    /// What kept the source from giving all: the rows before it are not the list.
    pub async fn next(&mut self) -> Option<Result<Rows, CustomerFault>> {
        self.batches.recv().await
    }
}

impl Drop for RowStream {
    fn drop(&mut self) {
        self.giving.abort();
    }
}

/// Every list there is: the incident's own rows first, then those of the configured sources.
#[derive(Clone)]
pub struct CustomerLists {
    columns: Columns,
    sources: Vec<Arc<dyn CustomerSource>>,
}

impl CustomerLists {
    /// Lists with those columns from those sources.
    pub fn new(columns: Columns, sources: Vec<Arc<dyn CustomerSource>>) -> Self {
        Self { columns, sources }
    }

    /// The columns of every list.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Begins to read all that is known of an incident's customers.
    pub fn read(&self, incident: &Incident) -> RowStream {
        let (batches, stream) = mpsc::channel(BATCHES_AHEAD);
        let width = self.columns.width();
        let sink = RowSink {
            rows: Rows::new(width),
            width,
            batches: batches.clone(),
        };
        let (columns, sources) = (self.columns.clone(), self.sources.clone());
        let (about, own) = (Affected::by(incident), incident.customers.clone());
        let giving = tokio::spawn(async move {
            let last = match give(&own, &sources, &about, &columns, sink).await {
                Ok(sink) if sink.rows.is_empty() => return,
                Ok(mut sink) => Ok(sink.take()),
                Err(fault) => Err(fault),
            };
            // Whoever no longer reads needs no end.
            let _ = batches.send(last).await;
        });
        RowStream {
            batches: stream,
            giving,
        }
    }
}

async fn give(
    own: &[crate::playbook::customer::AffectedCustomer],
    sources: &[Arc<dyn CustomerSource>],
    about: &Affected,
    columns: &Columns,
    mut sink: RowSink,
) -> Result<RowSink, CustomerFault> {
    let further = &columns.names()[crate::playbook::customer::columns::STANDARD.len()..];
    for customer in own {
        let standard = [
            &customer.org_name,
            &customer.org_id,
            &customer.app_id,
            &customer.campaign_id,
        ];
        let further = further.iter().map(|name| {
            customer
                .further
                .get(name)
                .map(String::as_str)
                .unwrap_or_default()
        });
        sink.push(standard.into_iter().map(String::as_str).chain(further))
            .await?;
    }
    for source in sources {
        sink = source.read(about, columns, sink).await?;
    }
    Ok(sink)
}
