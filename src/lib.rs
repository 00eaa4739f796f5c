//! Debrief does what a company owes itself after an incident.

pub mod clock;
pub mod config;
pub mod playbook;
pub mod render;
pub mod sandbox;
pub mod store;
pub mod vendors;
