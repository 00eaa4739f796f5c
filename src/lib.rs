//! Debrief does what a company owes itself after an incident.

pub mod clock;
pub mod playbook;
pub mod sandbox;
pub mod sources;
pub mod store;
