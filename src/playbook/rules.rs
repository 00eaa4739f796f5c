//! What a company has chosen, as far as planning needs it: which steps are provided for, and how patient they are.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::steps::page_review::ReviewRules;

/// Whether a step can be done here at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provision<T> {
    /// It can, like this.
    Provided(T),
    /// It cannot: why, in a few words that `plan` and `status` show, such as `google is not configured`.
    Off(String),
}

impl<T> Provision<T> {
    /// What is provided, if it is.
    pub fn provided(&self) -> Option<&T> {
        match self {
            Self::Provided(what) => Some(what),
            Self::Off(_) => None,
        }
    }
}

/// How the sheet of affected customers is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerRules {
    /// Addresses of groups that may read the incident's folder.
    pub share_with: Vec<String>,
}

/// Whom the announcement goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementRules {
    /// Addresses, one mail each.
    pub mail_to: Vec<String>,
    /// Slack channel ids, one post each.
    pub channels: Vec<String>,
}

/// A way in which the lead's briefing goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A mail to the lead.
    Mail,
    /// A direct message to the lead.
    Chat,
    /// A note with the links in the record that the incident came from.
    Note,
    /// The links in the channel where the incident was worked on.
    Links,
}

/// How the lead is briefed, and where the links go back to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BriefingRules {
    /// What can be used here.
    pub ways: BTreeSet<Way>,
    /// Channels that get the links of incidents without a channel of their own.
    pub channels: Vec<String>,
}

/// The company's choices.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long after its resolution an incident is left alone: some are reopened within minutes.
    pub settle: SignedDuration,
    /// How long the page waits for the sheet and the slot, and the event for the page.
    pub patience: SignedDuration,
    /// How long the announcement waits for the page, the sheet and the event: a mail cannot be completed later.
    pub announcement_patience: SignedDuration,
    /// How long after the first attempt of unknown outcome the vendor is asked: its own lists lag behind its writes.
    /// Doubled with each further one.
    pub doubt: SignedDuration,
    /// The sheet.
    pub affected_customers: Provision<CustomerRules>,
    /// Chat as part of the record: the ids of the channels that every incident is talked about in.
    pub transcript: Provision<Vec<String>>,
    /// The page.
    pub postmortem_page: Provision<()>,
    /// The meeting.
    pub review_meeting: Provision<()>,
    /// The mail and the chat posts.
    pub announcement: Provision<AnnouncementRules>,
    /// The lead's briefing.
    pub lead_briefing: Provision<BriefingRules>,
    /// The nags.
    pub action_items: Provision<()>,
    /// The review of the page.
    pub page_review: Provision<ReviewRules>,
}
