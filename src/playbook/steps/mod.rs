//! The steps: one file each, saying what is owed and what it waits for.

pub mod act;
pub mod action_items;
pub mod affected_customers;
pub mod announcement;
pub mod lead_briefing;
pub mod page_review;
pub mod postmortem_page;
pub mod review_meeting;

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing owed for an incident. Its name is its file, its template folder, its ledger value, its log field and
/// its label on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The sheet of affected customers, in a folder of its own.
    AffectedCustomers,
    /// The postmortem page, complete at creation.
    PostmortemPage,
    /// The meeting, within 24 business hours.
    ReviewMeeting,
    /// The company is told.
    Announcement,
    /// Whoever leads gets everything in one place.
    LeadBriefing,
    /// Corrective actions are followed until they are done.
    ActionItems,
    /// The page is read after the meeting; its leader is told what is missing.
    PageReview,
}

impl Step {
    /// Every step, in the order of the process.
    pub const ALL: [Self; 7] = [
        Self::AffectedCustomers,
        Self::PostmortemPage,
        Self::ReviewMeeting,
        Self::Announcement,
        Self::LeadBriefing,
        Self::ActionItems,
        Self::PageReview,
    ];

    /// The name, the same everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::AffectedCustomers => "affected_customers",
            Self::PostmortemPage => "postmortem_page",
            Self::ReviewMeeting => "review_meeting",
            Self::Announcement => "announcement",
            Self::LeadBriefing => "lead_briefing",
            Self::ActionItems => "action_items",
            Self::PageReview => "page_review",
        }
    }

    /// The step of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
