//! The whole record of an incident: what its source tells, completed with who everybody is.

use super::Worker;
use crate::playbook::incident::{Detail, Incident};
use crate::sources::SourceError;

impl Worker {
    /// The incident's whole record. Nothing is written, neither to a vendor nor to the ledger.
    ///
    /// # Errors
    /// Where the source, or the memory, does not answer.
    pub async fn read(&self, incident: &Incident) -> Result<Incident, SourceError> {
        if incident.detail == Detail::Full {
            return Ok(incident.clone());
        }
        let name = incident.id.source();
        let Some(source) = self.sources.iter().find(|source| source.name() == name) else {
            return Err(SourceError::Misconfigured(format!(
                "incident {} came from source {name}, which is no longer configured",
                incident.id
            )));
        };
        let mut incident = source.detail(incident, self.clock.now()).await?;
        self.complete(std::slice::from_mut(&mut incident));
        self.look_up(&mut incident)
            .await
            .map_err(|error| SourceError::Later {
                message: error.to_string(),
                retry_after: None,
            })?;
        Ok(incident)
    }
}
