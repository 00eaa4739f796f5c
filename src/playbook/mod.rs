//! What is owed after an incident, and when: pure. No async, no I/O, no clock; nothing of ours is imported.
//!
//! Facts go in ([`incident`], [`case`]), verdicts and ready effects come out ([`plan`]). Everything else in the
//! crate either fetches the facts or carries out what was decided here.

pub mod action_item;
pub mod business_hours;
pub mod case;
pub mod customer;
pub mod effect;
pub mod hours;
pub mod incident;
pub mod lead;
pub mod origin;
pub mod person;
pub mod plan;
pub mod privacy;
pub mod retry;
pub mod rich_text;
pub mod rules;
pub mod schedule;
pub mod slot;
pub mod steps;
pub mod verdict;
