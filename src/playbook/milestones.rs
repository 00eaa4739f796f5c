//! The moments that an incident is measured by.

use jiff::Timestamp;

use super::incident::{EntryKind, Incident};

/// When each was reached; `None` where the record does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Milestones {
    /// Customers first felt it.
    pub began: Option<Timestamp>,
    /// Somebody or something raised it.
    pub detected: Option<Timestamp>,
    /// Somebody took it.
    pub acknowledged: Option<Timestamp>,
    /// Customers no longer felt it.
    pub mitigated: Option<Timestamp>,
    /// It was over.
    pub resolved: Option<Timestamp>,
}

/// The milestones that the record tells.
pub fn of(incident: &Incident) -> Milestones {
    let acknowledged = incident
        .timeline
        .iter()
        .filter(|entry| entry.kind == EntryKind::Acknowledged)
        .map(|entry| entry.at)
        .min();
    Milestones {
        began: incident.began_at,
        detected: Some(incident.opened_at),
        acknowledged,
        mitigated: incident.mitigated_at,
        resolved: incident.resolved_at(),
    }
}
