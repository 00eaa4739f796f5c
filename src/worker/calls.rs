//! What work costs in calls: counted where they leave, kept in the ledger, shown by `debrief status`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Under which name the count is remembered.
pub const MEMO: &str = "calls";

/// What an ordinary incident may cost at most: the budget that `tests/budget.rs` asserts.
pub const BUDGET: [(&str, u64); 2] = [("confluence", 4), ("google", 8)];

/// Calls by vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// How many incidents got their page.
    pub incidents: u64,
    /// How many passes were made.
    pub passes: u64,
    /// In all passes.
    pub all: BTreeMap<String, u64>,
    /// In the last pass.
    pub last_pass: BTreeMap<String, u64>,
}

impl Calls {
    /// Adds one pass.
    pub fn add(&mut self, incidents: u64, calls: BTreeMap<String, u64>) {
        self.incidents += incidents;
        self.passes += 1;
        for (vendor, count) in &calls {
            *self.all.entry(vendor.clone()).or_default() += count;
        }
        self.last_pass = calls;
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calls: ")?;
        let list = |calls: &BTreeMap<String, u64>| {
            let parts: Vec<String> = calls
                .iter()
                .filter(|(_, count)| **count > 0)
                .map(|(vendor, count)| format!("{vendor} {count}"))
                .collect();
            if parts.is_empty() {
                "none".to_owned()
            } else {
                parts.join(", ")
            }
        };
        write!(
            f,
            "{} in the last pass; {} in {} passes over {} incidents. Budget of an ordinary incident:",
            list(&self.last_pass),
            list(&self.all),
            self.passes,
            self.incidents
        )?;
        for (vendor, most) in BUDGET {
            write!(f, " at most {most} {vendor},")?;
        }
        write!(f, " plus one list of incidents and one of tasks a pass.")
    }
}
