//! `spreadsheets.values.update`, `batchUpdate` and `append`: values into cells.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Spreadsheet,
    a1::{self, Area},
    cell::{Cell, Input},
    grid::{Dimension, Tab},
    values::{Block, beyond, clip, columns_of, render},
};
use crate::sandbox::google::{
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

impl Spreadsheet {
    pub(super) fn values_update(&mut self, call: &Call<'_>) -> Outcome {
        let input = input(call.query("valueInputOption"), call.now)?;
        let range = call.argument("range");
        if let Some(named) = call.body["range"].as_str().filter(|named| *named != range) {
            return Err(Refusal::invalid_argument(format!(
                "Requested writing within range [{range}], but the body names range [{named}]."
            )));
        }
        let block = self.block(range)?;
        let written = self.write(block, &call.body, input, "data")?;
        let wanted = call.flag("includeValuesInResponse", false);
        let mut answer = written.json(self);
        if wanted {
            answer["updatedData"] = self.read(
                written.block(),
                render(call.query("responseValueRenderOption")),
                columns_of(&call.body),
            );
        }
        Ok(Answer::Json(answer))
    }

    /// All or nothing here; Google promises that for `spreadsheets.batchUpdate` only.
    pub(super) fn values_batch_update(&mut self, call: &Call<'_>) -> Outcome {
        let input = input(call.body["valueInputOption"].as_str(), call.now)?;
        let mut draft = self.clone();
        let mut responses = Vec::new();
        let mut total = Written::default();
        let (mut rows, mut columns) = (0, 0);
        for (at, data) in call.body["data"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            let range = data["range"].as_str().ok_or_else(|| {
                Refusal::invalid_argument(format!("Invalid data[{at}]: range must be specified"))
            })?;
            let written = draft.write(draft.block(range)?, data, input, &format!("data[{at}]"))?;
            let mut answer = written.json(&draft);
            if call.body["includeValuesInResponse"] == true {
                let render = render(call.body["responseValueRenderOption"].as_str());
                answer["updatedData"] = draft.read(written.block(), render, columns_of(data));
            }
            responses.push(answer);
            rows += written.rows;
            columns += written.columns;
            total.cells += written.cells;
        }
        let tabs: BTreeSet<String> = responses
            .iter()
            .filter_map(|answer| {
                answer["updatedRange"]
                    .as_str()?
                    .rsplit_once('!')
                    .map(|(tab, _)| tab.to_owned())
            })
            .collect();
        *self = draft;
        Ok(Answer::Json(json!({
            "spreadsheetId": self.id,
            "totalUpdatedRows": rows,
            "totalUpdatedColumns": columns,
            "totalUpdatedCells": total.cells,
            "totalUpdatedSheets": tabs.len(),
            "responses": responses,
        })))
    }

    /// Writes a `ValueRange` at a block. A single cell is where the values begin; a larger range also bounds them.
    fn write(
        &mut self,
        block: Block,
        body: &Value,
        input: Input,
        path: &str,
    ) -> Result<Written, Refusal> {
        let lines = body["values"].as_array().map_or(&[][..], Vec::as_slice);
        let columns_first = columns_of(body);
        let (top, left) = (block.area.top, block.area.left);
        let longest = lines
            .iter()
            .map(|line| line.as_array().map_or(0, Vec::len))
            .max()
            .unwrap_or(0);
        let (rows, columns) = if columns_first {
            (longest, lines.len())
        } else {
            (lines.len(), longest)
        };
        let tab = &mut self.tabs[block.tab];
        bounded(tab, &block.area, rows, columns)?;
        // Every cell is read before the first is written, so that a bad one leaves nothing behind.
        let mut cells = 0;
        for (first, line) in lines.iter().enumerate() {
            for (second, value) in line.as_array().into_iter().flatten().enumerate() {
                let cell = Cell::of(value, input)
                    .map_err(|reason| bad_cell(path, first, second, value, &reason))?;
                cells += usize::from(cell.is_some());
            }
        }
        for (first, line) in lines.iter().enumerate() {
            for (second, value) in line.as_array().into_iter().flatten().enumerate() {
                let (row, column) = if columns_first {
                    (second, first)
                } else {
                    (first, second)
                };
                if let Ok(Some(cell)) = Cell::of(value, input) {
                    tab.set(top + row, left + column, cell);
                }
            }
        }
        Ok(Written {
            tab: block.tab,
            top,
            left,
            rows,
            columns,
            cells,
        })
    }

    /// Appends after the table that the range touches. That is looked up anew at each call, so a replay appends again.
    pub(super) fn values_append(&mut self, call: &Call<'_>) -> Outcome {
        let input = input(call.query("valueInputOption"), call.now)?;
        let block = self.block(call.argument("range"))?;
        let columns_first = columns_of(&call.body);
        let lines = call.body["values"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let longest = lines
            .iter()
            .map(|line| line.as_array().map_or(0, Vec::len))
            .max()
            .unwrap_or(0);
        let rows = if columns_first { longest } else { lines.len() };
        let mut draft = self.clone();
        let tab = &mut draft.tabs[block.tab];
        let table = table(tab, &block.area);
        let (top, left) = table.map_or((block.area.top, block.area.left), |table| {
            (table.1, table.2)
        });
        if call.query("insertDataOption") == Some("INSERT_ROWS")
            && rows > 0
            && top < tab.row_count()
        {
            tab.insert(Dimension::Rows, top, rows);
        }
        if top + rows > tab.row_count() {
            tab.resize(Dimension::Rows, top + rows);
        }
        draft.check_size().map_err(Refusal::invalid_argument)?;
        let area = Area {
            top,
            bottom: Some(top + 1),
            left,
            right: Some(left + 1),
        };
        let written = draft.write(
            Block {
                tab: block.tab,
                area,
            },
            &call.body,
            input,
            "data",
        )?;
        *self = draft;
        let mut updates = written.json(self);
        if call.flag("includeValuesInResponse", false) {
            updates["updatedData"] = self.read(
                written.block(),
                render(call.query("responseValueRenderOption")),
                columns_first,
            );
        }
        let mut answer = json!({"spreadsheetId": self.id, "updates": updates});
        if let Some((from, to, left, right)) = table {
            let title = self.tabs[block.tab].title();
            answer["tableRange"] = json!(a1::write(title, from, left, to - from, right - left));
        }
        Ok(Answer::Json(answer))
    }
}

/// What was written where.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    tab: usize,
    top: usize,
    left: usize,
    rows: usize,
    columns: usize,
    cells: usize,
}

impl Written {
    fn block(&self) -> Block {
        let area = Area {
            top: self.top,
            bottom: Some(self.top + self.rows.max(1)),
            left: self.left,
            right: Some(self.left + self.columns.max(1)),
        };
        Block {
            tab: self.tab,
            area,
        }
    }

    fn json(&self, sheet: &Spreadsheet) -> Value {
        let range = a1::write(
            sheet.tabs[self.tab].title(),
            self.top,
            self.left,
            self.rows,
            self.columns,
        );
        let mut value = json!({"spreadsheetId": sheet.id, "updatedRange": range});
        if self.cells > 0 {
            value["updatedRows"] = json!(self.rows);
            value["updatedColumns"] = json!(self.columns);
            value["updatedCells"] = json!(self.cells);
        }
        value
    }
}

fn bounded(tab: &Tab, area: &Area, rows: usize, columns: usize) -> Result<(), Refusal> {
    let single = area.bottom == Some(area.top + 1) && area.right == Some(area.left + 1);
    let over = |end: Option<usize>, first: usize, count: usize| {
        !single && end.is_some_and(|end| first + count > end)
    };
    let range = || {
        let (bottom, right) = clip(tab, area);
        a1::write(
            tab.title(),
            area.top,
            area.left,
            bottom - area.top,
            right - area.left,
        )
    };
    if over(area.bottom, area.top, rows) {
        let row = area.bottom.unwrap_or_default() + 1;
        return Err(Refusal::invalid_argument(format!(
            "Requested writing within range [{}], but tried writing to row [{row}]",
            range()
        )));
    }
    if over(area.right, area.left, columns) {
        let column = a1::column(area.right.unwrap_or_default());
        return Err(Refusal::invalid_argument(format!(
            "Requested writing within range [{}], but tried writing to column [{column}]",
            range()
        )));
    }
    if area.top + rows > tab.row_count() || area.left + columns > tab.column_count() {
        let whole = Area {
            bottom: Some(area.top + rows.max(1)),
            right: Some(area.left + columns.max(1)),
            ..*area
        };
        return Err(beyond(tab, &whole));
    }
    Ok(())
}

fn bad_cell(path: &str, first: usize, second: usize, value: &Value, reason: &str) -> Refusal {
    match value {
        Value::Array(_) | Value::Object(_) => Refusal::invalid_argument(format!(
            "Invalid {path}.values[{first}][{second}]: {reason} {{}} (a cell takes text, a number or a boolean)"
        )),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Refusal::invalid_argument(reason)
        }
    }
}

/// The table that a range touches: its first row, the row after its last, its first column and the one after its last.
fn table(tab: &Tab, area: &Area) -> Option<(usize, usize, usize, usize)> {
    let (bottom, right) = clip(tab, area);
    let filled = |row: usize, from: usize, to: usize| {
        let cells = tab.row(row);
        (from..to.min(cells.len())).any(|column| !cells[column].is_empty())
    };
    // A single cell stands for the table that it touches or that begins below it.
    let bottom = if area.bottom == Some(area.top + 1) {
        tab.row_count()
    } else {
        bottom
    };
    let last = (area.top..bottom.min(tab.used_rows()))
        .rev()
        .find(|row| filled(*row, area.left, tab.column_count().max(right)))?;
    let mut first = last;
    while first > 0 && filled(first - 1, 0, tab.column_count()) {
        first -= 1;
    }
    let used = |column: usize| (first..=last).any(|row| !tab.cell(row, column).is_empty());
    let left = (0..tab.column_count()).find(|column| used(*column))?;
    let right = (left..tab.column_count())
        .find(|column| !used(*column))
        .unwrap_or(tab.column_count());
    Some((first, last + 1, left, right))
}

fn input(option: Option<&str>, now: Timestamp) -> Result<Input, Refusal> {
    match option {
        Some("RAW") => Ok(Input::Raw),
        Some("USER_ENTERED") => Ok(Input::Typed(Spreadsheet::today(now))),
        Some(_) | None => Err(Refusal::invalid_argument(
            "'valueInputOption' is required but not specified",
        )),
    }
}
