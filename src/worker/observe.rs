//! Looking before acting: only what an unfinished act needs, once, and remembered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::act::affected_customers::{COUNT, KEY};
use super::act::{ActError, ConfluenceMeans, GoogleMeans, Job};
use super::{Company, Worker};
use crate::playbook::customer::{AffectedCustomer, CustomerCount};
use crate::playbook::incident::Incident;
use crate::playbook::lead;
use crate::playbook::rules::Provision;
use crate::playbook::slot::{ChosenSlot, Timeliness};
use crate::playbook::steps::Step;
use crate::playbook::steps::act::{Act, News};
use crate::playbook::steps::postmortem_page::{CONTENT, Coverage, PageContent};
use crate::playbook::steps::review_meeting::SLOT;
use crate::render::{Meeting, MeetingState, MentionBy, Punctuality, SheetState, Story};
use crate::sources::customers::CustomerFault;
use crate::vendors::confluence::{Edition, SpaceRef};

/// When this database was first used: what was opened before may have been worked on in an earlier life of it.
pub const BIRTH: &str = "store/birth";

/// The folders that an earlier life of the database made, by key; listed once in a database's life.
const EARLIER_FOLDERS: &str = "drive/earlier_folders";

const FOLDER: &str = "application/vnd.google-apps.folder";

/// The team's zone, by its name.
pub fn zone_name(company: &Company) -> String {
    company.hours.zone().iana_name().unwrap_or("UTC").to_owned()
}

/// The folder that an earlier life of the database made for this case, if it did: the evidence that there may be more of
/// it. One listing, once in a database's life, serves every case; a case younger than the database costs none.
pub(super) async fn earlier_folder(
    job: &Job<'_>,
    google: &GoogleMeans,
) -> Result<Option<String>, ActError> {
    if !is_older_than_ledger(job.worker, &job.case.incident) {
        return Ok(None);
    }
    let key = job.hash(&Act::Folder);
    with_earlier_folders(job.worker, google, |folders| {
        folders.get(&key).and_then(Value::as_str).map(str::to_owned)
    })
    .await
}

/// Whether an earlier life of the database may have made something of this case. Its folder is the evidence where there are
/// folders; elsewhere its age has to do.
pub(super) async fn may_be_made_before(job: &Job<'_>) -> Result<bool, ActError> {
    match &job.worker.means.google {
        Some(google) => Ok(earlier_folder(job, google).await?.is_some()),
        None => Ok(is_older_than_ledger(job.worker, &job.case.incident)),
    }
}

pub(super) fn is_older_than_ledger(worker: &Worker, incident: &Incident) -> bool {
    // By its opening: one that was resolved, worked on under an earlier ledger, opened again and resolved once more has
    // a resolution that is younger than the ledger.
    incident.opened_at < worker.memory.birth()
}

async fn with_earlier_folders<T>(
    worker: &Worker,
    google: &GoogleMeans,
    look: impl FnOnce(&Value) -> T,
) -> Result<T, ActError> {
    // Held while asking: cases that start together ask once.
    let mut folders = worker.memory.earlier_folders.lock().await;
    if folders.is_none() {
        *folders = worker.store.memo(EARLIER_FOLDERS).await?;
    }
    let known = match folders.as_ref() {
        Some(known) => known,
        None => {
            let listed = list_folders(google).await?;
            worker
                .store
                .remember(EARLIER_FOLDERS, &listed, worker.clock.now())
                .await?;
            folders.insert(listed)
        }
    };
    Ok(look(known))
}

/// Every folder of ours, by its key.
async fn list_folders(google: &GoogleMeans) -> Result<Value, ActError> {
    let files = google.drive.children(&google.parent_folder, FOLDER).await?;
    let keyed = files
        .into_iter()
        .filter_map(|file| Some((file.app_properties.get(KEY)?.clone(), json!(file.id))));
    Ok(Value::Object(keyed.collect()))
}

/// The space that pages are made in; asked once in a database's life.
pub(super) async fn space(
    worker: &Worker,
    confluence: &ConfluenceMeans,
    now: Timestamp,
) -> Result<SpaceRef, ActError> {
    // Each edition names spaces in its own way: a company that moves must not be told Cloud's number by Data Center's name.
    let name = match confluence.client.edition() {
        Edition::Cloud => format!("confluence/space/{}", confluence.space),
        Edition::DataCenter => format!("confluence/data-center/space/{}", confluence.space),
    };
    // Holding the lock while asking makes a hundred cases that start at once ask once.
    let mut known = worker.memory.space.lock().await;
    if let Some(space) = known.as_ref() {
        return Ok(space.clone());
    }
    let space = match worker
        .store
        .memo(&name)
        .await?
        .as_ref()
        .and_then(Value::as_str)
    {
        Some(kept) => SpaceRef::kept(kept),
        None => {
            let space = confluence.client.space(&confluence.space).await?.ok_or_else(|| ActError::GiveUp {
                message: format!(
                    "Confluence shows no space {}: check `confluence.space`, and that the account may see it; then `debrief retry`",
                    confluence.space
                ),
            })?;
            worker
                .store
                .remember(&name, &json!(space.as_str()), now)
                .await?;
            space
        }
    };
    *known = Some(space.clone());
    Ok(space)
}

impl Worker {
    /// Asks, while the record is being read, what every case will need: nothing of it makes anything. A failure is the
    /// business of the act that needs it.
    pub(super) async fn warm_up(&self, incident: &Incident) {
        let space = async {
            if let Some(confluence) = &self.means.confluence {
                let _ = space(self, confluence, self.clock.now()).await;
            }
        };
        let ids = async {
            if let Some(google) = &self.means.google {
                let _ = self.memory.folder_ids.fill(&google.drive).await;
            }
        };
        let folders = async {
            if let Some(google) = &self.means.google
                && is_older_than_ledger(self, incident)
            {
                let _ = with_earlier_folders(self, google, |_| ()).await;
            }
        };
        futures_util::join!(space, ids, folders);
    }
}

/// Every affected customer that is known: from the incident itself and from its file, each row once.
pub(super) async fn customers(job: &Job<'_>) -> Result<Vec<AffectedCustomer>, ActError> {
    all_customers(job.worker, &job.case.incident)
        .await
        .map_err(|fault| match fault {
            CustomerFault::Unreadable(message) => ActError::GiveUp { message },
            CustomerFault::Passing(message) => ActError::Later {
                message,
                after: None,
            },
        })
}

/// What an incident's list comes to.
///
/// # Errors
/// When it cannot be read.
pub async fn counted(worker: &Worker, incident: &Incident) -> Result<CustomerCount, CustomerFault> {
    Ok(CustomerCount::of(&all_customers(worker, incident).await?))
}

async fn all_customers(
    worker: &Worker,
    incident: &Incident,
) -> Result<Vec<AffectedCustomer>, CustomerFault> {
    let mut stream = worker.customers.read(incident);
    let mut seen = BTreeSet::new();
    let mut customers = Vec::new();
    while let Some(rows) = stream.next().await {
        for row in rows?.iter() {
            let customer = AffectedCustomer {
                org_name: row.cell(0).to_owned(),
                org_id: row.cell(1).to_owned(),
                app_id: row.cell(2).to_owned(),
                campaign_id: row.cell(3).to_owned(),
                further: BTreeMap::new(),
            };
            if seen.insert(customer.clone()) {
                customers.push(customer);
            }
        }
    }
    Ok(customers)
}

/// What the list of affected customers comes to: recorded once, so that page, mail and sheet agree.
pub(super) async fn count(job: &mut Job<'_>) -> Result<(), ActError> {
    if job.worker.rules.affected_customers.provided().is_none() || known_count(job).is_some() {
        return Ok(());
    }
    // A list that cannot be read is told by the step that writes it; page, meeting and mail do not wait for its mending.
    let Ok(count) = counted(job.worker, &job.case.incident).await else {
        return Ok(());
    };
    job.decide(Step::AffectedCustomers, COUNT, json!(count))
        .await?;
    Ok(())
}

fn known_count(job: &Job<'_>) -> Option<CustomerCount> {
    decided(job, Step::AffectedCustomers, COUNT)
}

/// A choice of the case, or one that this job has recorded since.
fn decided<T: serde::de::DeserializeOwned>(job: &Job<'_>, step: Step, name: &str) -> Option<T> {
    let recorded = job
        .recorded
        .iter()
        .find(|decision| decision.step == step && decision.name == name);
    match recorded {
        Some(decision) => serde_json::from_value(decision.value.clone()).ok(),
        None => job.case.decision(step, name),
    }
}

/// The case as the templates tell it, with everything that is there by now.
pub(super) fn story<'j>(job: &'j Job<'_>) -> Story<'j> {
    let sheet = job.case.is_done(&Act::Spreadsheet);
    let meeting = decided::<ChosenSlot>(job, Step::ReviewMeeting, SLOT).is_some();
    let coverage = |there: bool, provided: bool| match (there, provided) {
        (true, _) => Coverage::OnPage,
        (false, true) => Coverage::Coming,
        (false, false) => Coverage::NotOwed,
    };
    let owed = |step: Step, provision: bool| provision && job.case.waiver(step).is_none();
    told(
        job,
        PageContent {
            sheet: coverage(
                sheet,
                owed(
                    Step::AffectedCustomers,
                    is_provided(&job.worker.rules.affected_customers),
                ),
            ),
            meeting: coverage(
                meeting,
                owed(
                    Step::ReviewMeeting,
                    is_provided(&job.worker.rules.review_meeting),
                ),
            ),
            volunteer: coverage(lead::volunteer(job.case).is_some(), false),
        },
    )
}

fn is_provided<T>(provision: &Provision<T>) -> bool {
    provision.provided().is_some()
}

/// The case as its page tells it: what was decided to stand there, so that every try sends the same page.
pub(super) fn page_story<'j>(job: &'j Job<'_>) -> Story<'j> {
    match decided::<PageContent>(job, Step::PostmortemPage, CONTENT) {
        Some(content) => told(job, content),
        None => story(job),
    }
}

fn told<'j>(job: &'j Job<'_>, content: PageContent) -> Story<'j> {
    let company = &job.worker.company;
    let sheet = match (content.sheet, job.case.url_of(&Act::Spreadsheet)) {
        (Coverage::OnPage, Some(url)) => SheetState::Ready {
            url,
            count: known_count(job).unwrap_or_default(),
        },
        (Coverage::NotOwed, _) => SheetState::NotOwed,
        (Coverage::OnPage | Coverage::Coming, _) => SheetState::Coming,
    };
    let meeting = match (
        content.meeting,
        decided::<ChosenSlot>(job, Step::ReviewMeeting, SLOT),
    ) {
        (Coverage::OnPage, Some(slot)) => MeetingState::Booked(meeting_of(slot)),
        (Coverage::NotOwed, _) => MeetingState::NotOwed,
        (Coverage::OnPage | Coverage::Coming, _) => MeetingState::Coming,
    };
    Story {
        incident: &job.case.incident,
        organisation: &company.name,
        zone: company.hours.zone(),
        marker: &job.marker,
        sheet,
        meeting,
        page_url: job.case.url_of(&Act::Page),
        event_url: job.case.url_of(&Act::Event),
        volunteer: job
            .worker
            .means
            .volunteers
            .as_ref()
            .and_then(|_| company.lead.reactions.first())
            .map(String::as_str),
        record_read_at: job.case.incident.read_at,
        masked: job.case.incident.masked,
        mentions: mention_by(job.worker),
    }
}

/// How the wiki that is configured names people.
fn mention_by(worker: &Worker) -> MentionBy {
    match worker
        .means
        .confluence
        .as_ref()
        .map(|wiki| wiki.client.edition())
    {
        Some(Edition::DataCenter) => MentionBy::UserKey,
        Some(Edition::Cloud) | None => MentionBy::AccountId,
    }
}

fn meeting_of(slot: ChosenSlot) -> Meeting {
    Meeting {
        start: slot.start,
        end: slot.end,
        reason: slot.reason,
        punctuality: match slot.timeliness {
            Timeliness::InTime => Punctuality::InTime,
            Timeliness::Late => Punctuality::Late,
        },
        cannot_be_considered: slot.unknown.into_iter().map(|(name, _)| name).collect(),
    }
}

/// The case as its texts would tell it now, for a look at them before anything is made.
pub fn preview<'j>(job: &'j Job<'_>, count: CustomerCount) -> Story<'j> {
    let mut story = story(job);
    if let SheetState::Ready { count: shown, .. } = &mut story.sheet {
        *shown = count;
    }
    story
}

/// What marks a comment as the one that brought that news.
pub(super) fn comment_mark(marker: &str, news: News) -> String {
    match news {
        News::Sheet => format!("{marker}/sheet"),
        News::Meeting => format!("{marker}/meeting"),
        News::Lead => format!("{marker}/lead"),
    }
}

/// What marks a comment as the one that advises on the page's wording.
pub(super) fn advice_mark(marker: &str) -> String {
    format!("{marker}/advice")
}
