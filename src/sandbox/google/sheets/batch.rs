//! `spreadsheets.batchUpdate`: all requests together, or none.

use serde_json::{Value, json};

use super::{
    Spreadsheet,
    grid::Tab,
    show::{GridData, properties},
    writing::{check_within, grid_range, required_mask, sheet_id},
};
use crate::sandbox::google::{
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

impl Spreadsheet {
    pub(super) fn batch_update(&mut self, call: &Call<'_>) -> Outcome {
        let requests = call.body["requests"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        if requests.is_empty() {
            return Err(Refusal::invalid_argument(
                "Must specify at least one request.",
            ));
        }
        let mut draft = self.clone();
        let mut replies = Vec::new();
        for (at, request) in requests.iter().enumerate() {
            let mut members = request
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, value)| !value.is_null());
            let (Some((kind, request)), None) = (members.next(), members.next()) else {
                return Err(Refusal::invalid_argument(format!(
                    "Invalid requests[{at}]: No request set."
                )));
            };
            let reply = draft
                .carry_out(kind, request, &call.caller.email)
                .map_err(|reason| {
                    Refusal::invalid_argument(format!("Invalid requests[{at}].{kind}: {reason}"))
                })?;
            replies.push(reply);
        }
        *self = draft;
        let mut answer = json!({"spreadsheetId": self.id, "replies": replies});
        if call.body["includeSpreadsheetInResponse"] == true {
            let ranges = call.body["responseRanges"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let ranges = ranges
                .map(|range| self.block(range))
                .collect::<Result<Vec<_>, _>>()?;
            let data = GridData::Asked(call.body["responseIncludeGridData"] == true);
            if let Answer::Json(value) = self.show(&ranges, data) {
                answer["updatedSpreadsheet"] = value;
            }
        }
        Ok(Answer::Json(answer))
    }

    fn carry_out(&mut self, kind: &str, request: &Value, user: &str) -> Result<Value, String> {
        match kind {
            "addProtectedRange" => self.protect(request, user),
            "addSheet" => self.add_sheet(request),
            "appendCells" => self
                .append_cells(request)
                .and_then(|reply| self.check_size().map(|()| reply)),
            "appendDimension" => self.append_dimension(request),
            "autoResizeDimensions" => self.auto_resize(request),
            "clearBasicFilter" => {
                self.tab_mut(sheet_id(request))?.filter = None;
                Ok(json!({}))
            }
            "createDeveloperMetadata" => self.create_metadata(request),
            "deleteDeveloperMetadata" => self.delete_metadata(request),
            "deleteDimension" => self.delete_dimension(request),
            "deleteProtectedRange" => self.unprotect(request),
            "deleteSheet" => self.delete_sheet(request),
            "insertDimension" => self.insert_dimension(request),
            "repeatCell" => self.repeat_cell(request),
            "setBasicFilter" => self.set_filter(request),
            "updateCells" => self.update_cells(request),
            "updateDimensionProperties" => self.update_dimension(request),
            "updateSheetProperties" => self.update_sheet(request),
            "updateSpreadsheetProperties" => self.update_properties(request),
            other => Err(format!("The sandbox does not emulate {other}.")),
        }
    }

    fn add_sheet(&mut self, request: &Value) -> Result<Value, String> {
        let id = self.create_tab(&json!({"properties": request["properties"]}))?;
        let index = request["properties"]["index"]
            .as_u64()
            .and_then(|index| usize::try_from(index).ok());
        let last = self.tabs.len() - 1;
        let at = index.map_or(last, |index| index.min(last));
        let tab = self.tabs.remove(last);
        self.tabs.insert(at, tab);
        self.check_size()?;
        Ok(json!({"addSheet": {"properties": properties(at, self.tab(id)?)}}))
    }

    /// Appends the tab that a `Sheet` describes, and gives its id.
    pub(super) fn create_tab(&mut self, sheet: &Value) -> Result<i64, String> {
        if let Some(name) = sheet.as_object().and_then(|sheet| {
            sheet
                .keys()
                .find(|name| !["properties", "data"].contains(&name.as_str()))
        }) {
            return Err(format!(
                "The sandbox does not emulate sheets created with {name}."
            ));
        }
        let wanted = &sheet["properties"];
        if wanted["sheetType"]
            .as_str()
            .is_some_and(|kind| kind != "GRID")
        {
            return Err("The sandbox emulates sheets of type GRID only.".into());
        }
        let id = match wanted["sheetId"].as_i64() {
            Some(id) if id < 0 => return Err("sheetId must not be negative.".into()),
            Some(id) if self.tab(id).is_ok() => {
                return Err(format!(
                    "A sheet with the id \"{id}\" already exists. Please choose another id."
                ));
            }
            Some(id) => id,
            None if self.tabs.is_empty() => 0,
            None => self.mint(),
        };
        let title = match wanted["title"].as_str() {
            Some(title) => title.to_owned(),
            None => self.free_title(),
        };
        self.check_title(&title, None)?;
        let mut tab = Tab::new(id, &title);
        for (name, value) in wanted.as_object().into_iter().flatten() {
            match name.as_str() {
                "sheetId" | "title" | "index" => {}
                "gridProperties" => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        tab.properties["gridProperties"][name] = value.clone();
                    }
                }
                name => tab.properties[name] = value.clone(),
            }
        }
        check_grid(&tab)?;
        self.tabs.push(tab);
        self.write_grid_data(id, &sheet["data"])?;
        Ok(id)
    }

    fn free_title(&self) -> String {
        let mut number = self.tabs.len() + 1;
        while self.check_title(&format!("Sheet{number}"), None).is_err() {
            number += 1;
        }
        format!("Sheet{number}")
    }

    fn check_title(&self, title: &str, except: Option<i64>) -> Result<(), String> {
        if title.is_empty() || title.chars().count() > 100 {
            return Err("A sheet's name must have 1 to 100 characters.".into());
        }
        let taken = self.tabs.iter().any(|tab| {
            Some(tab.id()) != except && tab.title().to_lowercase() == title.to_lowercase()
        });
        if taken {
            return Err(format!(
                "A sheet with the name \"{title}\" already exists. Please enter another name."
            ));
        }
        Ok(())
    }

    fn delete_sheet(&mut self, request: &Value) -> Result<Value, String> {
        let id = self.tab(sheet_id(request))?.id();
        if self.tabs.len() == 1 {
            return Err("You can't remove all the sheets in a document.".into());
        }
        self.tabs.retain(|tab| tab.id() != id);
        self.metadata.retain(|each| {
            each["location"]["sheetId"] != id && each["location"]["dimensionRange"]["sheetId"] != id
        });
        Ok(json!({}))
    }

    fn update_sheet(&mut self, request: &Value) -> Result<Value, String> {
        let mask = required_mask(request, "SheetProperties")?;
        let wanted = &request["properties"];
        let id = self.tab(sheet_id(wanted))?.id();
        let mut tab = self.tab(id)?.clone();
        mask.copy(wanted, &mut tab.properties);
        tab.properties["sheetId"] = json!(id);
        tab.properties["sheetType"] = json!("GRID");
        if let Some(properties) = tab.properties.as_object_mut() {
            properties.remove("index");
        }
        self.check_title(tab.title(), Some(id))?;
        check_grid(&tab)?;
        tab.crop();
        let from = self
            .tabs
            .iter()
            .position(|each| each.id() == id)
            .unwrap_or_default();
        let moved = mask
            .touches(&["index"])
            .then(|| wanted["index"].as_u64())
            .flatten();
        let to = moved
            .and_then(|index| usize::try_from(index).ok())
            .unwrap_or(from)
            .min(self.tabs.len() - 1);
        self.tabs.remove(from);
        self.tabs.insert(to, tab);
        self.check_size()?;
        Ok(json!({}))
    }

    fn update_properties(&mut self, request: &Value) -> Result<Value, String> {
        let mask = required_mask(request, "SpreadsheetProperties")?;
        mask.copy(&request["properties"], &mut self.properties);
        if self.title().is_empty() {
            return Err("A spreadsheet's title must not be empty.".into());
        }
        Ok(json!({}))
    }

    fn set_filter(&mut self, request: &Value) -> Result<Value, String> {
        let filter = &request["filter"];
        let (tab, area) = grid_range(&filter["range"])?;
        let tab = self.tab_mut(tab)?;
        check_within(tab, &area)?;
        tab.filter = Some(filter.clone());
        Ok(json!({}))
    }

    fn protect(&mut self, request: &Value, user: &str) -> Result<Value, String> {
        let mut range = request["protectedRange"].clone();
        let (tab, area) = grid_range(&range["range"])?;
        check_within(self.tab(tab)?, &area)?;
        let id = match range["protectedRangeId"].as_i64() {
            Some(id)
                if self
                    .tabs
                    .iter()
                    .flat_map(|tab| &tab.protected)
                    .any(|each| each["protectedRangeId"] == id) =>
            {
                return Err(format!("There is already a protected range with id {id}."));
            }
            Some(id) => id,
            None => self.mint(),
        };
        range["protectedRangeId"] = json!(id);
        range["requestingUserCanEdit"] = json!(true);
        // Whoever protects a range may edit it; a warning stops nobody and has no editors.
        if range["warningOnly"] == true {
            if let Some(range) = range.as_object_mut() {
                range.remove("editors");
            }
        } else {
            let mut users = range["editors"]["users"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            if !users.iter().any(|each| each == user) {
                users.push(json!(user));
            }
            range["editors"]["users"] = json!(users);
        }
        self.tab_mut(tab)?.protected.push(range.clone());
        Ok(json!({"addProtectedRange": {"protectedRange": range}}))
    }

    fn unprotect(&mut self, request: &Value) -> Result<Value, String> {
        let id = &request["protectedRangeId"];
        for tab in &mut self.tabs {
            if let Some(at) = tab
                .protected
                .iter()
                .position(|each| each["protectedRangeId"] == *id)
            {
                tab.protected.remove(at);
                return Ok(json!({}));
            }
        }
        Err(format!("No protected range with id: {id}"))
    }
}

/// A grid needs rows and columns, and at least one of each that is not frozen.
fn check_grid(tab: &Tab) -> Result<(), String> {
    for (count, frozen, what) in [
        ("rowCount", "frozenRowCount", "rows"),
        ("columnCount", "frozenColumnCount", "columns"),
    ] {
        if tab.count(count) == 0 {
            return Err(format!("gridProperties.{count} must be greater than 0."));
        }
        if tab.count(frozen) >= tab.count(count) {
            return Err(format!("You can't freeze all visible {what} on the sheet."));
        }
    }
    Ok(())
}
