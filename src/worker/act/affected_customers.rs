//! `affected_customers`: folder, sharing, spreadsheet, rows.
//!
//! | killed after | what the next worker finds |
//! | --- | --- |
//! | the folder's id was reserved | the id, if it was recorded; else an id that nobody uses |
//! | the folder was created | the same id answers 409: it is there |
//! | the group was let in | its permission, listed |
//! | the spreadsheet was created | the folder's only spreadsheet: lists by parent are live |
//! | some rows were written | too few rows: the same ones are written again to the same ranges |
//! | all rows were written | the rows, or what people have made of them since: neither is touched |
//!
//! <https://developers.google.com/workspace/drive/api/guides/create-file>

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::{ActError, Done, Found, GoogleMeans, Job};
use crate::playbook::customer::columns::STANDARD;
use crate::playbook::customer::{AffectedCustomer, CustomerCount};
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::vendors::google::drive::{File, Grantee, NewFolder, Role};
use crate::vendors::google::sheets::{SheetRequest, Sheets};
use crate::vendors::http::Failure;
use crate::worker::observe;

/// The names of this step's decisions.
const FOLDER_ID: &str = "folder_id";
/// What the list came to; page and mail show the same figures.
pub const COUNT: &str = "count";

/// The sheet's four columns and two for people's notes. A new tab has 26, and empty cells count.
const GRID_COLUMNS: u32 = 6;

/// Rows that travel with the sheet's layout in one call that applies as a whole; most incidents need no other.
const FIRST_ROWS: usize = 1_000;
/// Rows in each further call: about 2 MB, as Google recommends at most.
const CHUNK_ROWS: usize = 20_000;
/// Calls with rows under way at once.
const CHUNKS_AT_ONCE: usize = 4;

/// The tab's title.
const TAB: &str = "Affected customers";

/// The property that holds a file's key.
pub const KEY: &str = "debrief_key";

const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";

fn google<'a>(job: &Job<'a>) -> Result<&'a GoogleMeans, ActError> {
    job.worker
        .means
        .google
        .as_ref()
        .ok_or_else(|| ActError::not_configured("google"))
}

/// What marks a file as this case's: visible to this application alone.
fn marks<'j>(job: &'j Job<'_>, key: &'j str) -> [(&'j str, &'j str); 2] {
    [("debrief", &job.worker.company.installation), (KEY, key)]
}

/// Gives the case a folder id: that of a folder from an earlier life of the database, or a fresh one.
pub(super) async fn reserve_folder_id(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    let id = match observe::earlier_folder(job, google).await? {
        Some(id) => id,
        None => job.worker.memory.folder_ids.take(&google.drive).await?,
    };
    let held = job
        .decide(Step::AffectedCustomers, FOLDER_ID, json!(id))
        .await?;
    Ok(Done::at(text(&held), None))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn folder_id(job: &Job<'_>) -> Result<String, ActError> {
    job.case
        .decision(Step::AffectedCustomers, FOLDER_ID)
        .ok_or_else(|| ActError::Later {
            message: "the folder's id is not recorded yet".to_owned(),
            after: None,
        })
}

pub(super) async fn create_folder(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    let id = folder_id(job)?;
    let name = job
        .worker
        .means
        .templates
        .folder_name(&observe::story(job))?;
    let key = job.hash(&Act::Folder);
    let folder = NewFolder {
        id: &id,
        name: &name,
        parent: Some(&google.parent_folder),
        app_properties: &marks(job, &key),
    };
    match google.drive.create_folder(&folder).await {
        Ok(file) => Ok(done(file)),
        // The id is ours alone: a file that has it is this folder, made by an earlier try.
        Err(error) if matches!(error.failure, Failure::Conflict(_)) => Ok(Done::at(id, None)),
        Err(error) => Err(error.into()),
    }
}

fn done(file: File) -> Done {
    Done::at(file.id, file.web_view_link)
}

pub(super) async fn find_folder(job: &mut Job<'_>) -> Result<Found, ActError> {
    let google = google(job)?;
    let file = google.drive.file(&folder_id(job)?).await?;
    // A folder in the bin is there: a person put it there, and that stands.
    Ok(file.map_or(Found::Absent, |file| Found::Yes(done(file))))
}

pub(super) async fn share(job: &mut Job<'_>, group: &str) -> Result<Done, ActError> {
    let google = google(job)?;
    let grantee = Grantee::Group(group.to_owned());
    let permission = google
        .drive
        .share(&folder_id(job)?, &grantee, Role::Reader)
        .await?;
    Ok(Done::at(permission, None))
}

pub(super) async fn find_sharing(job: &mut Job<'_>, group: &str) -> Result<Found, ActError> {
    let permissions = google(job)?.drive.permissions(&folder_id(job)?).await?;
    let ours = permissions
        .into_iter()
        .find(|permission| match &permission.grantee {
            Some(Grantee::Group(email) | Grantee::User(email)) => email.eq_ignore_ascii_case(group),
            Some(Grantee::Domain(_)) | None => false,
        });
    Ok(ours.map_or(Found::Absent, |permission| {
        Found::Yes(Done::at(permission.id, None))
    }))
}

pub(super) async fn create_spreadsheet(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    // A case from an earlier life of the database has its sheet already; the folder tells.
    if observe::earlier_folder(job, google).await?.is_some()
        && let Found::Yes(done) = find_spreadsheet(job).await?
    {
        return Ok(done);
    }
    let name = job
        .worker
        .means
        .templates
        .sheet_name(&observe::story(job))?;
    let folder = folder_id(job)?;
    let file = google
        .drive
        .create_spreadsheet(&name, &folder, &marks(job, &job.hash(&Act::Spreadsheet)))
        .await?;
    Ok(done(file))
}

pub(super) async fn find_spreadsheet(job: &mut Job<'_>) -> Result<Found, ActError> {
    let key = job.hash(&Act::Spreadsheet);
    let files = google(job)?
        .drive
        .children(&folder_id(job)?, SPREADSHEET)
        .await?;
    // People may keep sheets of their own in the folder: only the one that carries our key is ours.
    let ours = files
        .into_iter()
        .find(|file| file.app_properties.get(KEY) == Some(&key));
    Ok(ours.map_or(Found::Absent, |file| Found::Yes(done(file))))
}

/// Lays out the sheet and writes its rows. The layout and the first rows travel in one call that applies as a whole,
/// so that nobody ever opens a sheet with rows and no header.
pub(super) async fn write_rows(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    // Under an earlier ledger they may have been written days ago, and people have worked on them since.
    if observe::earlier_folder(job, google).await?.is_some()
        && let Found::Yes(done) = find_rows(job).await?
    {
        return Ok(done);
    }
    let spreadsheet = spreadsheet_id(job)?;
    let customers = observe::customers(job).await?;
    let count = CustomerCount::of(&customers);
    job.decide(Step::AffectedCustomers, COUNT, json!(count))
        .await?;

    let header: Vec<String> = STANDARD.map(str::to_owned).to_vec();
    let (first, rest) = customers.split_at(customers.len().min(FIRST_ROWS));
    let rows: Vec<Vec<String>> = std::iter::once(header)
        .chain(first.iter().map(cells))
        .collect();
    // Room to type further customers in by hand, well below the limit of cells.
    let grid_rows = u32::try_from(customers.len())
        .unwrap_or(u32::MAX)
        .saturating_add(200);
    google
        .sheets
        .batch_update(
            &spreadsheet,
            &[
                SheetRequest::UpdateSheetProperties {
                    sheet_id: 0,
                    title: TAB.to_owned(),
                    rows: grid_rows,
                    columns: GRID_COLUMNS,
                    frozen_rows: 1,
                },
                SheetRequest::BoldHeader { sheet_id: 0 },
                SheetRequest::UpdateCells {
                    sheet_id: 0,
                    start_row: 0,
                    rows,
                },
            ],
        )
        .await?;
    let chunks: Vec<(String, Vec<Vec<String>>)> = rest
        .chunks(CHUNK_ROWS)
        .enumerate()
        .map(|(number, chunk)| {
            let from = FIRST_ROWS + number * CHUNK_ROWS + 2;
            let range = format!("'{TAB}'!A{from}:D{}", from + chunk.len() - 1);
            (range, chunk.iter().map(cells).collect())
        })
        .collect();
    stream::iter(chunks)
        .map(|(range, rows)| write_chunk(&google.sheets, &spreadsheet, range, rows))
        .buffer_unordered(CHUNKS_AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(Done::at(count.rows.to_string(), None))
}

fn spreadsheet_id(job: &Job<'_>) -> Result<String, ActError> {
    job.case
        .effect_of(&Act::Spreadsheet)
        .and_then(|effect| effect.reference())
        .map(str::to_owned)
        .ok_or_else(|| ActError::Later {
            message: "the spreadsheet is not there yet".to_owned(),
            after: None,
        })
}

/// Layout and first rows were one call: where the header stands, so did they. Longer lists are counted as well. What
/// people have changed since stays as they left it.
pub(super) async fn find_rows(job: &mut Job<'_>) -> Result<Found, ActError> {
    let rows = observe::customers(job).await?.len();
    if rows > CHUNK_ROWS {
        // Too long to be read back: written again, to the same ranges.
        return Ok(Found::Absent);
    }
    // Without the tab's name, which the first call gives it.
    let (range, wanted) = if rows > FIRST_ROWS {
        ("A1:D", rows + 1)
    } else {
        ("A1:D1", 1)
    };
    let google = google(job)?;
    let there = google.sheets.values(&spreadsheet_id(job)?, range).await?;
    let filled = |row: &&Vec<String>| row.iter().any(|cell| !cell.is_empty());
    Ok(if there.iter().filter(filled).count() < wanted {
        Found::Absent
    } else {
        Found::Yes(Done::at(rows.to_string(), None))
    })
}

async fn write_chunk(
    sheets: &Sheets,
    spreadsheet: &str,
    range: String,
    rows: Vec<Vec<String>>,
) -> Result<(), ActError> {
    sheets.update_values(spreadsheet, &range, &rows).await?;
    Ok(())
}

fn cells(customer: &AffectedCustomer) -> Vec<String> {
    let AffectedCustomer {
        org_name,
        org_id,
        app_id,
        campaign_id,
        further: _,
    } = customer;
    [org_name, org_id, app_id, campaign_id]
        .map(Clone::clone)
        .to_vec()
}
