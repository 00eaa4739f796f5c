//! Acting: one file a step, each with `perform` and `find`.
//!
//! `perform` does the act once. `find` is asked before every further try, since a worker may have died, or a connection
//! broken, between an earlier request and its answer: it looks for the act's trace by key. What it may answer, and what
//! follows, is [`Found`].

pub mod affected_customers;
pub mod announcement;
pub mod lead_briefing;
pub mod page_review;
pub mod postmortem_page;
pub mod review_meeting;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use self::announcement::By;
use self::lead_briefing::Telling;
use super::Worker;
use crate::calendars::{Calendar, CalendarError};
use crate::channels::{Channel, DeliveryError};
use crate::playbook::blame::Lint;
use crate::playbook::case::{Case, Decision};
use crate::playbook::effect::EffectKey;
use crate::playbook::incident::Incident;
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::render::{RenderError, Templates};
use crate::sources::transcript::Transcript;
use crate::sources::volunteers::Volunteers;
use crate::store::{Claim, StoreError};
use crate::vendors::confluence::Confluence;
use crate::vendors::google::drive::Drive;
use crate::vendors::google::sheets::Sheets;
use crate::vendors::http::CallError;
use crate::vendors::pagerduty::PagerDuty;

/// Google, where it is configured.
pub struct GoogleMeans {
    /// Folders and sharing.
    pub drive: Drive,
    /// Spreadsheets.
    pub sheets: Sheets,
    /// The folder that incidents' folders are made in.
    pub parent_folder: String,
}

/// Confluence, where it is configured.
pub struct ConfluenceMeans {
    /// The site.
    pub client: Confluence,
    /// The key of the space that pages are made in.
    pub space: String,
    /// The page they are made under.
    pub parent_page: Option<String>,
    /// What they are labelled with.
    pub labels: Vec<String>,
    /// Who may read the pages of private incidents beside those who took part: groups, ids on Cloud, names on Data Center.
    pub reader_groups: Vec<String>,
}

/// PagerDuty, where notes may be written.
pub struct PagerDutyMeans {
    /// The account.
    pub client: PagerDuty,
    /// The address of the account's user that notes are written as.
    pub note_as: String,
}

/// What the worker acts with. What is not configured is not there, and the step that needs it is not owed.
pub struct Means {
    /// The texts.
    pub templates: Templates,
    /// Google's folders and sheets.
    pub google: Option<GoogleMeans>,
    /// The calendar that people's times are read from and that meetings are put into.
    pub calendar: Option<Arc<dyn Calendar>>,
    /// Confluence.
    pub confluence: Option<ConfluenceMeans>,
    /// PagerDuty.
    pub pagerduty: Option<PagerDutyMeans>,
    /// Mail.
    pub email: Option<Arc<dyn Channel>>,
    /// What was written in chat.
    pub transcript: Option<Transcript>,
    /// Who reacts to posts.
    pub volunteers: Option<Volunteers>,
    /// Chat.
    pub chat: Option<Arc<dyn Channel>>,
    /// What looks for wording that blames.
    pub lint: Option<Lint>,
}

/// An act that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What the vendor calls the result.
    pub reference: String,
    /// Where people find it.
    pub url: Option<String>,
}

impl Done {
    fn at(reference: impl Into<String>, url: Option<String>) -> Self {
        Self {
            reference: reference.into(),
            url,
        }
    }
}

/// What looking for an act's trace found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It happened.
    Yes(Done),
    /// It did not: do it.
    Absent,
    /// Nobody can tell; the act says what to do then.
    CannotKnow(Otherwise),
}

/// What an act declares for the case that nobody can tell whether it happened. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Do it again: twice is a nuisance, never is a broken promise.
    Repeat,
    /// Let a person look: twice would be worse than late.
    AskHuman,
}

/// Why an act did not happen, by what the worker may do about it.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// It did not happen; try again.
    #[error("{message}")]
    Later {
        /// What went wrong.
        message: String,
        /// How long the vendor asked to wait.
        after: Option<Duration>,
    },
    /// It may have happened: look for its trace before another try.
    #[error("{message}")]
    InDoubt {
        /// What went wrong.
        message: String,
    },
    /// It will not happen unless a person changes something.
    #[error("{message}")]
    GiveUp {
        /// What went wrong, and what to change.
        message: String,
    },
    /// The memory failed: stop working on this case.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CallError> for ActError {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        if error.may_have_happened() {
            Self::InDoubt { message }
        } else if error.is_permanent() {
            Self::GiveUp { message }
        } else {
            Self::Later {
                message,
                after: error.retry_after(),
            }
        }
    }
}

impl From<DeliveryError> for ActError {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Later { message, after } => Self::Later { message, after },
            DeliveryError::InDoubt { message } => Self::InDoubt { message },
            DeliveryError::GiveUp { message } => Self::GiveUp { message },
        }
    }
}

impl From<CalendarError> for ActError {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::Later { message, after } => Self::Later { message, after },
            CalendarError::InDoubt { message } => Self::InDoubt { message },
            CalendarError::GiveUp { message } => Self::GiveUp { message },
        }
    }
}

impl From<RenderError> for ActError {
    fn from(error: RenderError) -> Self {
        Self::GiveUp {
            message: error.to_string(),
        }
    }
}

impl ActError {
    /// The act needs a vendor that is not configured: planning should not have asked for it.
    pub(super) fn not_configured(what: &str) -> Self {
        Self::GiveUp {
            message: format!(
                "{what} is not configured: add its section to the configuration, then `debrief retry`"
            ),
        }
    }
}

/// One act of one case, with everything it may use.
pub struct Job<'a> {
    /// The worker.
    pub worker: &'a Worker,
    /// Proof that the case is ours.
    pub claim: &'a Claim,
    /// The case as it was when the act was begun.
    pub case: &'a Case,
    /// Choices recorded since, by this act.
    pub recorded: Vec<Decision>,
    /// The incident, where this act has learnt more about it.
    pub incident: Option<Incident>,
    /// What marks pages and comments as this case's: short, the same for ever.
    pub marker: String,
    /// Now.
    pub now: Timestamp,
}

impl<'a> Job<'a> {
    /// A job for one act of a case.
    pub fn new(worker: &'a Worker, claim: &'a Claim, case: &'a Case, now: Timestamp) -> Self {
        let mut marker = hash(&case.key_of(&Act::Page), &worker.company.installation);
        marker.truncate(16);
        Self {
            worker,
            claim,
            case,
            recorded: Vec::new(),
            incident: None,
            marker,
            now,
        }
    }

    /// The hash of an act's key: the same for ever, fit for event ids, Message-IDs and properties.
    pub fn hash(&self, act: &Act) -> String {
        hash(&self.case.key_of(act), &self.worker.company.installation)
    }

    /// Records a choice once; whoever was first decides. The value that holds is answered, and kept for the case.
    ///
    /// # Errors
    /// When the memory fails.
    pub async fn decide(
        &mut self,
        step: Step,
        name: &str,
        value: Value,
    ) -> Result<Value, StoreError> {
        let held = self
            .worker
            .store
            .decide(self.claim, step, name, &value, self.now)
            .await?;
        self.recorded.push(Decision {
            step,
            name: name.to_owned(),
            value: held.clone(),
            decided_at: self.now,
        });
        Ok(held)
    }
}

/// The hash of an effect's key: 64 lower-case hexadecimal digits.
pub fn hash(key: &EffectKey, installation: &str) -> String {
    let digest = ring::digest::digest(
        &ring::digest::SHA256,
        key.canonical(installation).as_bytes(),
    );
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Does an act.
///
/// # Errors
/// By what the worker may do; see [`ActError`].
pub async fn perform(job: &mut Job<'_>, act: &Act) -> Result<Done, ActError> {
    match act {
        Act::FolderId => affected_customers::reserve_folder_id(job).await,
        Act::Folder => affected_customers::create_folder(job).await,
        Act::Sharing(group) => affected_customers::share(job, group).await,
        Act::Spreadsheet => affected_customers::create_spreadsheet(job).await,
        Act::Rows => affected_customers::write_rows(job).await,
        Act::Transcript => postmortem_page::read_chat(job).await,
        Act::Page => postmortem_page::create(job).await,
        Act::Restriction => postmortem_page::restrict(job).await,
        Act::Labels => postmortem_page::label(job).await,
        Act::Comment(news) => postmortem_page::comment(job, *news).await,
        Act::Slot => review_meeting::choose_slot(job).await,
        Act::Event => review_meeting::book(job).await,
        Act::Contact => review_meeting::name_contact(job).await,
        Act::Mail(list) => announcement::send(job, act, By::Mail, list).await,
        Act::Chat(channel) => announcement::send(job, act, By::Chat, channel).await,
        Act::BriefMail(lead) => lead_briefing::tell(job, act, Telling::Mail, lead).await,
        Act::BriefChat(lead) => lead_briefing::tell(job, act, Telling::Direct, lead).await,
        Act::Links(channel) => lead_briefing::tell(job, act, Telling::Links, channel).await,
        Act::Note => lead_briefing::note(job).await,
        Act::Mirror => announcement::mirror(job).await,
        Act::Proofread => page_review::proofread(job).await,
        Act::Advice => page_review::advise(job).await,
        Act::Review(date) => page_review::review(job, act, *date).await,
    }
}

/// Looks for the trace of an act that was begun before.
///
/// # Errors
/// When the vendor could be asked but did not answer.
pub async fn find(job: &mut Job<'_>, act: &Act) -> Result<Found, ActError> {
    match act {
        // A choice changes nothing outside: making it again is free, and the first one recorded holds.
        Act::FolderId | Act::Slot | Act::Proofread => Ok(Found::Absent),
        Act::Folder => affected_customers::find_folder(job).await,
        Act::Sharing(group) => affected_customers::find_sharing(job, group).await,
        Act::Spreadsheet => affected_customers::find_spreadsheet(job).await,
        Act::Rows => affected_customers::find_rows(job).await,
        Act::Page => postmortem_page::find(job).await,
        // Reading changes nothing, nor does naming the same readers again or adding a label that is there. Naming the contact
        // reads the event first.
        Act::Transcript | Act::Restriction | Act::Labels | Act::Contact => Ok(Found::Absent),
        Act::Comment(news) => postmortem_page::find_comment(job, *news).await,
        Act::Event => review_meeting::find(job).await,
        Act::Mail(list) => announcement::find(job, act, By::Mail, list).await,
        Act::Chat(channel) => announcement::find(job, act, By::Chat, channel).await,
        Act::BriefMail(lead) => lead_briefing::find(job, act, Telling::Mail, lead).await,
        Act::BriefChat(lead) => lead_briefing::find(job, act, Telling::Direct, lead).await,
        Act::Links(channel) => lead_briefing::find(job, act, Telling::Links, channel).await,
        Act::Note => lead_briefing::find_note(job).await,
        Act::Mirror => announcement::find_mirror(job).await,
        Act::Advice => page_review::find_advice(job).await,
        Act::Review(_) => Ok(page_review::find_review(job)),
    }
}
