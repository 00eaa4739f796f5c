//! What is owed after an incident, and when: pure. No async, no I/O, no clock; nothing of ours is imported.
//!
//! Facts go in ([`incident`], [`case`]), verdicts and ready effects come out ([`plan`]). Everything else in the
//! crate either fetches the facts or carries out what was decided here.

pub mod action_item;
pub mod blame;
pub mod business_hours;
pub mod case;
pub mod customer;
pub mod effect;
pub mod hours;
pub mod incident;
pub mod lead;
pub mod masking;
pub mod milestones;
pub mod origin;
pub mod participation;
pub mod person;
pub mod plan;
pub mod privacy;
pub mod retry;
pub mod review;
pub mod rich_text;
pub mod rules;
pub mod schedule;
pub mod slot;
pub mod steps;
pub mod timeline;
pub mod verdict;
