//! `spreadsheets.get`, and what other methods show of a spreadsheet.

use serde_json::{Value, json};

use super::{
    Spreadsheet,
    a1::{self, Area},
    cell::Cell,
    grid::{Dimension, Tab},
    values::Block,
};
use crate::sandbox::google::{
    call::{Answer, Call, Outcome},
    errors::Refusal,
    fields::Mask,
};

/// Whether cells are shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum GridData<'a> {
    /// As `includeGridData` says.
    Asked(bool),
    /// Where a field mask names them; Google passes over `includeGridData` then.
    IfData(Option<&'a Mask>),
}

impl Spreadsheet {
    pub(super) fn get(&self, call: &Call<'_>) -> Outcome {
        let ranges: Vec<Block> = call
            .queries("ranges")
            .map(|range| self.block(range))
            .collect::<Result<_, Refusal>>()?;
        let data = match &call.mask {
            Some(mask) => GridData::IfData(Some(mask)),
            None => GridData::Asked(call.flag("includeGridData", false)),
        };
        Ok(self.show(&ranges, data))
    }

    /// The spreadsheet, or only the tabs and blocks of `ranges` where there are any.
    pub(super) fn show(&self, ranges: &[Block], data: GridData<'_>) -> Answer {
        let with_data = match data {
            GridData::Asked(asked) => asked,
            GridData::IfData(mask) => mask.is_some_and(|mask| mask.touches(&["sheets", "data"])),
        };
        let sheets: Vec<Value> = self
            .tabs
            .iter()
            .enumerate()
            .filter(|(index, _)| {
                ranges.is_empty() || ranges.iter().any(|block| block.tab == *index)
            })
            .map(|(index, tab)| {
                let mut areas: Vec<Area> = ranges
                    .iter()
                    .filter(|block| block.tab == index)
                    .map(|block| block.area)
                    .collect();
                if areas.is_empty() {
                    areas.push(Area::WHOLE);
                }
                self.show_tab(index, tab, with_data.then_some(areas.as_slice()))
            })
            .collect();
        let mut value = json!({
            "spreadsheetId": self.id,
            "properties": self.properties,
            "sheets": sheets,
            "spreadsheetUrl": format!("https://docs.google.com/spreadsheets/d/{}/edit", self.id),
        });
        let own = self.metadata_at(|location| location["locationType"] == "SPREADSHEET");
        if !own.is_empty() {
            value["developerMetadata"] = json!(own);
        }
        Answer::Json(value)
    }

    fn show_tab(&self, index: usize, tab: &Tab, areas: Option<&[Area]>) -> Value {
        let mut value = json!({"properties": properties(index, tab)});
        if !tab.protected.is_empty() {
            value["protectedRanges"] = json!(tab.protected);
        }
        if let Some(filter) = &tab.filter {
            value["basicFilter"] = filter.clone();
        }
        let own = self.metadata_at(|location| {
            location["locationType"] == "SHEET" && location["sheetId"] == tab.id()
        });
        if !own.is_empty() {
            value["developerMetadata"] = json!(own);
        }
        if let Some(areas) = areas {
            value["data"] = areas.iter().map(|area| grid_data(tab, area)).collect();
        }
        value
    }
}

/// `SheetProperties` of a tab at its place.
pub(super) fn properties(index: usize, tab: &Tab) -> Value {
    let mut value = tab.properties.clone();
    value["index"] = json!(index);
    value
}

fn grid_data(tab: &Tab, area: &Area) -> Value {
    let bottom = area.bottom.unwrap_or(usize::MAX).min(tab.row_count());
    let right = area.right.unwrap_or(usize::MAX).min(tab.column_count());
    let formatted = tab
        .formats
        .iter()
        .map(|(area, ..)| area.bottom.unwrap_or(tab.row_count()))
        .max()
        .unwrap_or(0);
    let rows: Vec<Value> = (area.top..bottom.min(tab.used_rows().max(formatted)))
        .map(|row| {
            let mut cells: Vec<Value> = (area.left..right)
                .map(|column| cell_data(tab, row, column))
                .collect();
            while cells
                .last()
                .is_some_and(|cell| cell.as_object().is_some_and(serde_json::Map::is_empty))
            {
                cells.pop();
            }
            if cells.is_empty() {
                json!({})
            } else {
                json!({"values": cells})
            }
        })
        .collect();
    let mut value = json!({
        "rowMetadata": sizes(tab, Dimension::Rows, area.top, bottom),
        "columnMetadata": sizes(tab, Dimension::Columns, area.left, right),
    });
    if area.top > 0 {
        value["startRow"] = json!(area.top);
    }
    if area.left > 0 {
        value["startColumn"] = json!(area.left);
    }
    if !rows.is_empty() {
        value["rowData"] = json!(rows);
    }
    value
}

fn sizes(tab: &Tab, dimension: Dimension, from: usize, to: usize) -> Vec<Value> {
    let default = match dimension {
        Dimension::Rows => 21,
        Dimension::Columns => 100,
    };
    let mut sizes = vec![json!({"pixelSize": default}); to.saturating_sub(from)];
    for (each, index, value) in &tab.sizes {
        if *each == dimension && (from..to).contains(index) {
            for (name, member) in value.as_object().into_iter().flatten() {
                sizes[index - from][name] = member.clone();
            }
        }
    }
    sizes
}

fn cell_data(tab: &Tab, row: usize, column: usize) -> Value {
    let cell = tab.cell(row, column);
    let mut value = json!({});
    if let Some(extended) = cell.extended() {
        value["effectiveValue"] = match cell {
            Cell::Formula(_) => json!({"errorValue": {
                "type": "NAME",
                "message": format!("The sandbox does not compute formulas ({}{}).", a1::column(column), row + 1),
            }}),
            Cell::Empty | Cell::Text(_) | Cell::Number(..) | Cell::Flag(_) => extended.clone(),
        };
        value["userEnteredValue"] = extended;
        value["formattedValue"] = json!(cell.shown());
    }
    let format = tab.format(row, column);
    if format.as_object().is_some_and(|format| !format.is_empty()) {
        value["effectiveFormat"] = format.clone();
        value["userEnteredFormat"] = format;
    }
    value
}
