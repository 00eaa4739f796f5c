//! The shell where deciding meets doing.
//!
//! A pass pulls the sources, claims each case that is due, and then alternates between planning (pure) and acting:
//! mark in flight, perform, mark done. Between any two of these the process may be killed; each act's file says what
//! that means for it. No transaction is open and nothing sleeps while a vendor is called.

pub mod act;
pub mod calls;
pub mod case;
pub mod customers;
pub mod follow_up;
pub mod memory;
pub mod observe;
pub mod pass;
pub mod people;
mod record;
mod volunteers;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::clock::Clock;
use crate::playbook::business_hours::Deadline;
use crate::playbook::hours::Hours;
use crate::playbook::masking::Masker;
use crate::playbook::person::{Directory, Person};
use crate::playbook::privacy::PrivacyRules;
use crate::playbook::retry::RetryRules;
use crate::playbook::rules::Rules;
use crate::sources::IncidentSource;
use crate::sources::customers::CustomerLists;
use crate::store::Store;
use crate::vendors::http::Transport;

use self::act::Means;
use self::memory::Memory;
use self::people::People;

/// How the meeting is chosen.
#[derive(Clone, Debug)]
pub struct MeetingRules {
    /// Until when it is held.
    pub deadline: Deadline,
    /// How long it takes.
    pub duration: SignedDuration,
    /// Working time people have between the booking and the meeting.
    pub notice: SignedDuration,
    /// Invited, but not waited for.
    pub optional: Vec<Person>,
    /// Whether the event gets a Google Meet.
    pub meet: bool,
}

/// Who leads a postmortem.
#[derive(Clone, Debug)]
pub struct LeadRules {
    /// Reactions on the announcement's post by which somebody takes the lead: names of emoji, without skin tones.
    pub reactions: Vec<String>,
    /// For how long after the post they are looked for.
    pub looked_for: SignedDuration,
    /// Who leads where nobody volunteers and nobody acknowledged.
    pub otherwise: Option<Person>,
}

/// What the company is, as far as acting needs it.
#[derive(Clone, Debug)]
pub struct Company {
    /// Tells installations apart that share vendors; part of every key.
    pub installation: String,
    /// The company's name, as it signs.
    pub name: String,
    /// Who works when.
    pub hours: Hours,
    /// Who is who.
    pub directory: Directory,
    /// How the meeting is chosen.
    pub meeting: MeetingRules,
    /// Who leads.
    pub lead: LeadRules,
    /// Which incidents are private.
    pub privacy: PrivacyRules,
    /// What is masked in records; `None`: nothing is.
    pub masker: Option<Masker>,
}

/// How the worker goes about its work.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Unique to this run of this worker: what it signs leases with.
    pub holder: String,
    /// How long a claim lasts unless renewed: longer than any call can take, so that a worker that is still calling
    /// still holds its claim.
    pub lease: SignedDuration,
    /// How many cases are worked on side by side.
    pub concurrency: usize,
    /// When failed effects are tried again.
    pub retry: RetryRules,
    /// Incidents resolved before this are never adopted; `None` means the first start.
    pub since: Option<jiff::Timestamp>,
}

/// One worker, put together by the command line.
pub struct Worker {
    /// The time.
    pub clock: Clock,
    /// The memory.
    pub store: Arc<dyn Store>,
    /// Where incidents come from.
    pub sources: Vec<Arc<dyn IncidentSource>>,
    /// Lists of affected customers.
    pub customers: CustomerLists,
    /// What planning goes by.
    pub rules: Rules,
    /// What acting goes by.
    pub company: Company,
    /// How it works.
    pub manner: Manner,
    /// What it acts with.
    pub means: Means,
    /// Where people are looked up.
    pub people: People,
    /// What it keeps in mind.
    pub memory: Memory,
    /// What its calls leave by, and are counted by.
    pub transport: Transport,
}
