//! The whole record of an incident: what its source tells, what was written in chat, who everybody is, and nothing in it
//! that is a secret.
//!
//! Masking comes before anything is kept: what the ledger holds, and every text made of it, is masked already.

use super::Worker;
use crate::playbook::incident::{Detail, Incident};
use crate::playbook::{participation, timeline};
use crate::sources::SourceError;
use crate::sources::transcript::Insistence;

impl Worker {
    /// The incident's record as its source has it. Nothing is written, neither to a vendor nor to the ledger.
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
        let now = self.clock.now();
        let mut incident = match source.detail(incident, now).await {
            Ok(incident) => incident,
            // What is known of it has to do.
            Err(SourceError::Gone(_)) => Incident {
                detail: Detail::Full,
                gaps: vec![format!("The incident is no longer to be found in {name}.")],
                ..incident.clone()
            },
            Err(error @ (SourceError::Later { .. } | SourceError::Misconfigured(_))) => {
                return Err(error);
            }
        };
        incident.read_at = Some(now);
        incident.timeline = timeline::merge(std::mem::take(&mut incident.timeline));
        self.look_everybody_up(&mut incident).await?;
        Ok(incident)
    }

    /// Adds what was written in chat to a record that was read. Nothing is written.
    ///
    /// # Errors
    /// Where something insisted on may be had later, or the memory does not answer.
    pub async fn add_chat(
        &self,
        incident: &mut Incident,
        insistence: Insistence,
    ) -> Result<(), SourceError> {
        let Some(transcript) = &self.means.transcript else {
            return Ok(());
        };
        let recorded = transcript.read(incident, insistence).await?;
        let told = std::mem::take(&mut incident.timeline);
        incident.timeline = timeline::merge(told.into_iter().chain(recorded.entries).collect());
        incident.gaps.extend(recorded.gaps);
        incident.read_at = Some(self.clock.now());
        participation::join(incident, recorded.people);
        self.look_everybody_up(incident).await
    }

    async fn look_everybody_up(&self, incident: &mut Incident) -> Result<(), SourceError> {
        self.complete(std::slice::from_mut(incident));
        self.look_up(incident)
            .await
            .map_err(|error| SourceError::Later {
                message: error.to_string(),
                retry_after: None,
            })?;
        participation::rank(&mut incident.participants);
        Ok(())
    }
}
