//! Sheets v4.

mod a1;
mod batch;
mod cell;
mod dimensions;
mod entering;
mod grid;
mod metadata;
mod quota;
mod show;
mod values;
mod writing;

use crate::sandbox::wire::Quotas;
use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::sandbox::google::{
    accounts::Accounts,
    call::{Call, Outcome},
    drive::Drive,
    errors::Refusal,
    sheets::{
        cell::{Cell, Input},
        grid::Tab,
        quota::{Quota, Use},
    },
};

/// Cells of a spreadsheet over all its tabs, empty ones counted.
const MOST_CELLS: usize = 10_000_000;
/// Columns of a tab: `A` to `ZZZ`.
const MOST_COLUMNS: usize = 18_278;

/// One spreadsheet.
#[derive(Clone, Debug)]
struct Spreadsheet {
    id: String,
    /// `SpreadsheetProperties`.
    properties: Value,
    tabs: Vec<Tab>,
    /// Developer metadata, wherever it is attached.
    metadata: Vec<Value>,
    /// The last id that the sandbox chose for a tab, a protected range or metadata.
    minted: i64,
}

/// All spreadsheets.
#[derive(Debug, Default)]
pub struct Sheets {
    by_id: BTreeMap<String, Spreadsheet>,
    quota: Quota,
}

impl Sheets {
    /// Makes the quotas bind, or not.
    pub fn set_quotas(&mut self, quotas: Quotas) {
        self.quota.quotas = quotas;
    }

    /// Carries out one call.
    pub fn answer(&mut self, call: &Call<'_>, _accounts: &Accounts, drive: &mut Drive) -> Outcome {
        let kind = match call.method.id {
            "spreadsheets.get"
            | "spreadsheets.values.get"
            | "spreadsheets.values.batchGet"
            | "spreadsheets.developerMetadata.get" => Use::Read,
            _ => Use::Write,
        };
        self.quota.count(kind, &call.caller.email, call.now)?;
        if call.method.id == "spreadsheets.create" {
            return self.create(call, drive);
        }
        let id = call.argument("spreadsheetId").to_owned();
        drive.open_spreadsheet(&id, call, kind == Use::Write)?;
        let sheet = self.by_id.get_mut(&id).ok_or_else(|| {
            Refusal::front_end(404, "notFound", "Requested entity was not found.")
        })?;
        match call.method.id {
            "spreadsheets.get" => sheet.get(call),
            "spreadsheets.batchUpdate" => {
                let outcome = sheet.batch_update(call)?;
                drive.rename_spreadsheet(&id, sheet.title(), call.now);
                Ok(outcome)
            }
            "spreadsheets.developerMetadata.get" => sheet.developer_metadata(call),
            "spreadsheets.values.get" => sheet.values_get(call),
            "spreadsheets.values.batchGet" => sheet.values_batch_get(call),
            "spreadsheets.values.update" => sheet.values_update(call),
            "spreadsheets.values.batchUpdate" => sheet.values_batch_update(call),
            "spreadsheets.values.append" => sheet.values_append(call),
            "spreadsheets.values.clear" => sheet.values_clear(call),
            "spreadsheets.values.batchClear" => sheet.values_batch_clear(call),
            other => Err(Refusal::not_emulated(other)),
        }
    }

    /// This part of the sandbox's world.
    pub fn world(&self) -> Value {
        self.by_id
            .iter()
            .map(|(id, sheet)| {
                let tabs: Vec<Value> = sheet.tabs.iter().map(Tab::world).collect();
                (id.clone(), json!({"title": sheet.title(), "tabs": tabs}))
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// A spreadsheet with one empty tab, as Drive makes it.
    pub fn create_empty(&mut self, id: &str, title: &str) {
        self.by_id
            .insert(id.to_owned(), Spreadsheet::new(id, title));
    }

    /// A spreadsheet out of a CSV file. Values are read as if typed, so ids such as `00123` are damaged, as in life.
    ///
    /// # Errors
    /// 400 where it is no CSV in UTF-8.
    pub fn import_csv(
        &mut self,
        id: &str,
        title: &str,
        kind: Option<&str>,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        if kind.and_then(|kind| kind.split(';').next()).map(str::trim) != Some("text/csv") {
            return Err(Refusal::not_emulated(
                "conversion of anything but text/csv to a Google Sheet",
            ));
        }
        let mut sheet = Spreadsheet::new(id, title);
        let tab = &mut sheet.tabs[0];
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let (mut rows, mut columns) = (0, 0);
        for record in reader.records() {
            let record = record.map_err(|error| {
                Refusal::new(400, "badContent", format!("Bad content. {error}"))
            })?;
            for (column, text) in record.iter().enumerate() {
                let cell = Cell::of(&json!(text), Input::Typed(Date::constant(2026, 1, 1)));
                tab.set(
                    rows,
                    column,
                    cell.map_err(Refusal::invalid)?.unwrap_or_default(),
                );
            }
            rows += 1;
            columns = columns.max(record.len());
        }
        // The grid of an imported sheet is as large as its data.
        tab.properties["gridProperties"] =
            json!({"rowCount": rows.max(1), "columnCount": columns.max(1)});
        sheet.check_size().map_err(Refusal::invalid)?;
        self.by_id.insert(id.to_owned(), sheet);
        Ok(())
    }

    fn create(&mut self, call: &Call<'_>, drive: &mut Drive) -> Outcome {
        let sheet = Spreadsheet::of(&call.body).map_err(Refusal::invalid_argument)?;
        let id = drive.adopt_spreadsheet(sheet.title(), call)?;
        let sheet = self
            .by_id
            .entry(id.clone())
            .or_insert(Spreadsheet { id, ..sheet });
        Ok(sheet.show(&[], show::GridData::IfData(call.mask.as_ref())))
    }
}

impl Spreadsheet {
    fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            properties: json!({
                "title": title,
                "locale": "en_US",
                "autoRecalc": "ON_CHANGE",
                "timeZone": "Etc/GMT",
            }),
            tabs: vec![Tab::new(0, "Sheet1")],
            metadata: Vec::new(),
            minted: 0,
        }
    }

    /// The spreadsheet that `spreadsheets.create` describes, without an id.
    fn of(body: &Value) -> Result<Self, String> {
        let known = ["properties", "sheets", "spreadsheetId", "spreadsheetUrl"];
        if let Some(name) = body
            .as_object()
            .and_then(|body| body.keys().find(|name| !known.contains(&name.as_str())))
        {
            return Err(format!(
                "The sandbox does not emulate spreadsheets created with {name}."
            ));
        }
        let mut sheet = Self::new("", "Untitled spreadsheet");
        for (name, value) in body["properties"].as_object().into_iter().flatten() {
            sheet.properties[name] = value.clone();
        }
        if let Some(tabs) = body["sheets"].as_array().filter(|tabs| !tabs.is_empty()) {
            sheet.tabs.clear();
            for tab in tabs {
                sheet.create_tab(tab)?;
            }
        }
        sheet.check_size()?;
        Ok(sheet)
    }

    fn title(&self) -> &str {
        self.properties["title"].as_str().unwrap_or_default()
    }

    /// Dates typed without a year are of this one.
    fn today(now: Timestamp) -> Date {
        now.to_zoned_datetime(TimeZone::UTC).date()
    }

    fn check_size(&self) -> Result<(), String> {
        if self
            .tabs
            .iter()
            .any(|tab| tab.column_count() > MOST_COLUMNS)
        {
            return Err(format!(
                "This action would increase the number of columns above the limit of {MOST_COLUMNS}."
            ));
        }
        let cells: usize = self
            .tabs
            .iter()
            .map(|tab| tab.row_count().saturating_mul(tab.column_count()))
            .sum();
        if cells > MOST_CELLS {
            return Err(format!(
                "This action would increase the number of cells in the workbook above the limit of {MOST_CELLS} cells."
            ));
        }
        Ok(())
    }

    fn tab(&self, id: i64) -> Result<&Tab, String> {
        self.tabs
            .iter()
            .find(|tab| tab.id() == id)
            .ok_or_else(|| format!("No grid with id: {id}"))
    }

    fn tab_mut(&mut self, id: i64) -> Result<&mut Tab, String> {
        self.tabs
            .iter_mut()
            .find(|tab| tab.id() == id)
            .ok_or_else(|| format!("No grid with id: {id}"))
    }

    /// A fresh id for a tab, a protected range or metadata.
    fn mint(&mut self) -> i64 {
        self.minted += 1;
        // Google's look random; these only have to be unlike the ones a client would choose.
        1_000_000_000 + self.minted * 7_919
    }
}
