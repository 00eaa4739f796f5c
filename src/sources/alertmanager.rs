//! Incidents from alerts: what Alertmanager or Grafana sent to a webhook receiver that put each payload into a folder.
//!
//! A payload tells of a group of alerts at one moment. What a group's payloads say together is its incidents: one lasts
//! as long as any of its alerts does, and a group that fires again after all were over is a new one. So files of the
//! past are needed until their incident is over, and one that was missed may keep it open.
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>,
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>
//!
//! Which files count, and how they should be put there, is said in `folder`.

mod episode;
mod payload;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::folder::{self, IN_THE_MAKING, listing};
use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault, json_file};
use crate::playbook::incident::{Incident, Status};
use payload::{Payload, Reading};

/// The source's name.
const NAME: &str = "alertmanager";

/// A folder of payloads.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    folder: PathBuf,
    labels: Labels,
}

/// Which of the alerts' labels tell what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The service that was hit.
    pub service: String,
    /// How bad it was.
    pub severity: String,
}

impl Alertmanager {
    /// The folder is looked into at every pull, and may come into being later.
    pub fn new(folder: impl Into<PathBuf>, labels: Labels) -> Self {
        let folder = folder.into();
        Self { folder, labels }
    }
}

#[async_trait]
impl IncidentSource for Alertmanager {
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
        let Self { folder, labels } = self.clone();
        let look = folder::blocking(move || Ok((look(&folder, now)?, labels)));
        let (Looked { readings, faults }, labels) = look.await?;
        let mut incidents = episode::incidents(readings, &labels);
        incidents.retain(|incident| match incident.status {
            Status::Open | Status::Merged { .. } => true,
            Status::Resolved { at } => at >= since,
        });
        Ok(Pulled {
            incidents,
            watermark: Value::Null,
            faults,
        })
    }

    async fn detail(&self, incident: &Incident, now: Timestamp) -> Result<Incident, SourceError> {
        let folder = self.folder.clone();
        let looked = folder::blocking(move || look(&folder, now)).await?;
        let in_the_making = looked.faults.iter().any(|fault| fault.kind.passes());
        let found = episode::incidents(looked.readings, &self.labels)
            .into_iter()
            .find(|found| found.id == incident.id);
        match found {
            Some(found) => Ok(found),
            None if in_the_making => Err(SourceError::Later {
                message: format!(
                    "a payload that may tell of {} is still being written",
                    incident.id
                ),
                retry_after: Some(IN_THE_MAKING),
            }),
            None => Err(SourceError::Gone(format!(
                "no payload in {} tells of {} any more",
                self.folder.display(),
                incident.id
            ))),
        }
    }
}

/// What a folder holds.
struct Looked {
    readings: Vec<Reading>,
    faults: Vec<SourceFault>,
}

fn look(folder: &Path, now: Timestamp) -> Result<Looked, SourceError> {
    let mut readings = Vec::new();
    let mut faults = Vec::new();
    for (what, path) in listing(folder)? {
        let fault = |(kind, message)| SourceFault {
            what: what.clone(),
            kind,
            message,
        };
        match read_file(&path, now) {
            Ok(None) => {}
            Ok(Some(reading)) => {
                let left_out = reading.left_out.iter().cloned();
                faults.extend(left_out.map(|message| fault((FaultKind::Incomplete, message))));
                readings.push(reading);
            }
            Err(wrong) => faults.push(fault(wrong)),
        }
    }
    Ok(Looked { readings, faults })
}

/// One file; `None` for what is no file, or none any more.
fn read_file(path: &Path, now: Timestamp) -> Result<Option<Reading>, (FaultKind, String)> {
    let Some(content) = folder::content(path, now)? else {
        return Ok(None);
    };
    let payload: Payload = json_file::parse(&content.bytes, "payload")
        .map_err(|(kind, message)| (content.fault(kind), message))?;
    payload
        .read()
        .map(Some)
        .map_err(|message| (FaultKind::Malformed, message))
}

#[cfg(test)]
mod tests;
