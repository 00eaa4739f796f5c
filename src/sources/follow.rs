//! Following incidents at a vendor whose lists know when incidents were opened, and not when they were resolved.
//!
//! An incident that was opened weeks ago and resolved today stands far down such a list. So those that were open at the
//! last look are remembered, and asked for by name when no list shows them any more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{FaultKind, SourceFault};
use crate::playbook::incident::{Incident, Status};
use crate::vendors::http::Unreadable;

/// How far before `since` the first look goes back: what was opened then may have been resolved after it.
const FIRST_LOOK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is remembered between two looks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Watermark {
    /// The newest opening seen, by the vendor's clock.
    opened_at: Option<Timestamp>,
    /// The vendor's ids of those that were open.
    open: BTreeSet<String>,
    /// When those were over that a later look may show again, for vendors that only tell when one was last touched.
    #[serde(default)]
    over: BTreeMap<String, Timestamp>,
}

/// One look.
#[derive(Debug)]
pub(super) struct Look {
    before: Watermark,
    after: Watermark,
    back_to: Timestamp,
    seen: BTreeSet<String>,
    found: BTreeMap<String, Incident>,
    since: Timestamp,
}

impl Look {
    /// Begins where the last one ended. A watermark that cannot be read is none.
    pub(super) fn begin(
        watermark: Option<&Value>,
        since: Timestamp,
        overlap: SignedDuration,
    ) -> Self {
        let before: Watermark = watermark
            .and_then(|value| serde_json::from_value(value.clone()).ok())
            .unwrap_or_default();
        let back_to = match before.opened_at {
            Some(opened_at) => opened_at.saturating_sub(overlap),
            None => since.saturating_sub(FIRST_LOOK),
        };
        Self {
            after: Watermark {
                opened_at: before.opened_at,
                ..Watermark::default()
            },
            before,
            back_to: back_to.unwrap_or(since),
            seen: BTreeSet::new(),
            found: BTreeMap::new(),
            since,
        }
    }

    /// What was opened before it need not be read from lists.
    pub(super) fn back_to(&self) -> Timestamp {
        self.back_to
    }

    /// Notes that a list showed that id; whether it had not been seen before.
    pub(super) fn saw(&mut self, id: &str) -> bool {
        self.seen.insert(id.to_owned())
    }

    /// How many different ones were seen.
    pub(super) fn count(&self) -> usize {
        self.seen.len()
    }

    /// The fault of a row that is no incident, once; none where it says it was opened before this look goes back.
    pub(super) fn malformed(&mut self, row: Unreadable, opened_at: &str) -> Option<SourceFault> {
        let opened_at: Option<Timestamp> = row
            .value
            .get(opened_at)
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        let is_new = row
            .id
            .as_ref()
            .is_none_or(|id| self.seen.insert(id.clone()));
        let is_due = opened_at.is_none_or(|at| at >= self.back_to);
        (is_new && is_due).then(|| SourceFault {
            what: row.id.map_or_else(
                || "an incident without an id".to_owned(),
                |id| format!("incident {id}"),
            ),
            kind: FaultKind::Malformed,
            message: row.why,
        })
    }

    /// When it was over: what an earlier look made of that, else what this one does. So a comment that is written
    /// afterwards does not move it.
    pub(super) fn over_at(&mut self, id: &str, touched_at: Timestamp) -> Timestamp {
        let at = self.before.over.get(id).copied().unwrap_or(touched_at);
        self.after.over.insert(id.to_owned(), at);
        at
    }

    /// Takes an incident.
    pub(super) fn take(&mut self, id: &str, incident: Incident) {
        self.after.opened_at = self.after.opened_at.max(Some(incident.opened_at));
        let is_owed = match incident.status {
            Status::Open => {
                self.after.open.insert(id.to_owned());
                true
            }
            Status::Resolved { at } => {
                self.after.open.remove(id);
                at >= self.since
            }
            Status::Merged { .. } => true,
        };
        if is_owed {
            self.found.insert(id.to_owned(), incident);
        }
    }

    /// Those that were open, and that no list showed.
    pub(super) fn to_ask(&self) -> Vec<String> {
        let unseen = self.before.open.difference(&self.seen);
        unseen.cloned().collect()
    }

    /// It could not be asked for now: next time.
    pub(super) fn later(&mut self, id: &str) {
        self.after.open.insert(id.to_owned());
    }

    /// A list broke off: from where we were before, next time.
    pub(super) fn broke_off(&mut self) {
        self.after.opened_at = self.before.opened_at;
    }

    /// What was found, and from where to go on.
    pub(super) fn end(self) -> (Vec<Incident>, Value) {
        (self.found.into_values().collect(), json!(self.after))
    }
}
