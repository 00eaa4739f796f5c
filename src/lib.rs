//! Debrief does what a company owes itself after an incident.
//!
//! | room | what it is | may import |
//! | --- | --- | --- |
//! | [`clock`] | the only reader of wall time | nothing |
//! | [`playbook`] | what is owed and when: pure, no async, no I/O, no clock | nothing |
//! | [`config`] | the only reader of the environment and of configuration files | `playbook` |
//! | [`vendors`] | plain typed clients of the vendors' APIs, knowing nothing of us | `vendors::http` |
//! | [`sources`] | the port `IncidentSource`: from a vendor's shape to an incident | `playbook`, `vendors` |
//! | [`channels`] | the port `Channel`: from a rendered message to a delivered one | `playbook`, `vendors` |
//! | [`calendars`] | the port `Calendar`: who is busy, and the one meeting | `playbook`, `vendors` |
//! | [`store`] | the port `Store`: the durable memory; no SQL outside | `playbook` |
//! | [`render`] | templates and a case give text, HTML and storage format | `playbook` |
//! | [`web`] | the dashboard: reads the store, never calls a vendor | `playbook`, `store`, `render` |
//! | [`worker`] | the shell where deciding meets doing | all but `web`, `cli`, `config`, `sandbox` |
//! | [`sandbox`] | the vendors, emulated; shares no type with `vendors` | `clock` |
//! | [`cli`] | one file a verb; the composition root | everything |
//!
//! `tests/architecture.rs` holds the rooms to it. A reader begins with [`playbook::plan`], goes on to [`worker::case`],
//! and then to the step of interest in [`worker::act`].

pub mod calendars;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod playbook;
pub mod render;
pub mod sandbox;
pub mod sources;
pub mod store;
pub mod vendors;
pub mod web;
pub mod worker;
