//! Requests of a batch that write cells: `updateCells`, `appendCells`, `repeatCell`.

use serde_json::{Value, json};

use super::{
    Spreadsheet,
    a1::Area,
    cell::{Cell, Input},
    grid::{Dimension, Tab},
    values::beyond,
};
use crate::sandbox::google::{contract::Service, fields::Mask};

/// The members of `CellData` that the sandbox keeps.
const KEPT: [&str; 2] = ["userEnteredValue", "userEnteredFormat"];

impl Spreadsheet {
    pub(super) fn update_cells(&mut self, request: &Value) -> Result<Value, String> {
        let mask = cell_mask(request)?;
        let (tab, area) = match (&request["start"], &request["range"]) {
            (Value::Object(_), Value::Null) => {
                let start = &request["start"];
                let (top, left) = (index(start, "rowIndex"), index(start, "columnIndex"));
                (
                    sheet_id(start),
                    Area {
                        top,
                        bottom: None,
                        left,
                        right: None,
                    },
                )
            }
            (Value::Null, Value::Object(_)) => grid_range(&request["range"])?,
            _ => return Err("Exactly one of start and range must be specified.".into()),
        };
        let bounded = request["range"].is_object();
        let rows = request["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let tab = self.tab_mut(tab)?;
        check_within(tab, &area)?;
        if bounded {
            // What the range covers and the rows do not is cleared.
            let (bottom, right) = ends(tab, &area);
            for row in area.top..bottom {
                for column in area.left..right {
                    let cell = &rows.get(row - area.top).unwrap_or(&Value::Null)["values"]
                        [column - area.left];
                    set_cell(tab, row, column, cell, &mask)?;
                }
            }
            return Ok(json!({}));
        }
        write_rows(tab, area.top, area.left, rows, &mask)?;
        Ok(json!({}))
    }

    pub(super) fn append_cells(&mut self, request: &Value) -> Result<Value, String> {
        let mask = cell_mask(request)?;
        let rows = request["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let tab = self.tab_mut(sheet_id(request))?;
        let top = tab.used_rows();
        if top + rows.len() > tab.row_count() {
            tab.resize(Dimension::Rows, top + rows.len());
        }
        write_rows(tab, top, 0, rows, &mask)?;
        Ok(json!({}))
    }

    pub(super) fn repeat_cell(&mut self, request: &Value) -> Result<Value, String> {
        let mask = cell_mask(request)?;
        let (tab, area) = grid_range(&request["range"])?;
        let tab = self.tab_mut(tab)?;
        check_within(tab, &area)?;
        let cell = &request["cell"];
        check_cell(cell)?;
        if mask.touches(&["userEnteredValue"]) {
            let value = entered(&cell["userEnteredValue"])?;
            let (bottom, right) = ends(tab, &area);
            for row in area.top..bottom {
                for column in area.left..right {
                    tab.set(row, column, value.clone());
                }
            }
        }
        if let Some(format) = format_mask(&mask) {
            tab.formats
                .push((area, format, cell["userEnteredFormat"].clone()));
        }
        Ok(json!({}))
    }

    /// The cells that come with a new tab.
    pub(super) fn write_grid_data(&mut self, tab: i64, data: &Value) -> Result<(), String> {
        for each in data.as_array().into_iter().flatten() {
            let rows = each["rowData"].as_array().map_or(&[][..], Vec::as_slice);
            let (top, left) = (index(each, "startRow"), index(each, "startColumn"));
            write_rows(self.tab_mut(tab)?, top, left, rows, &Mask::All)?;
        }
        Ok(())
    }
}

fn write_rows(
    tab: &mut Tab,
    top: usize,
    left: usize,
    rows: &[Value],
    mask: &Mask,
) -> Result<(), String> {
    let widest = rows
        .iter()
        .map(|row| row["values"].as_array().map_or(0, Vec::len))
        .max()
        .unwrap_or(0);
    if top + rows.len() > tab.row_count() || left + widest > tab.column_count() {
        let area = Area {
            top,
            bottom: Some(top + rows.len()),
            left,
            right: Some(left + widest.max(1)),
        };
        return Err(beyond(tab, &area).message);
    }
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells["values"].as_array().into_iter().flatten().enumerate() {
            set_cell(tab, top + row, left + column, cell, mask)?;
        }
    }
    Ok(())
}

fn set_cell(
    tab: &mut Tab,
    row: usize,
    column: usize,
    cell: &Value,
    mask: &Mask,
) -> Result<(), String> {
    check_cell(cell)?;
    if mask.touches(&["userEnteredValue"]) {
        tab.set(row, column, entered(&cell["userEnteredValue"])?);
    }
    if let Some(mask) = format_mask(mask) {
        let format = &cell["userEnteredFormat"];
        // A format per cell is only kept where there is one to set or to take away.
        if !format.is_null() || !tab.format(row, column).is_null() {
            let area = Area {
                top: row,
                bottom: Some(row + 1),
                left: column,
                right: Some(column + 1),
            };
            tab.formats.push((area, mask, format.clone()));
        }
    }
    Ok(())
}

fn check_cell(cell: &Value) -> Result<(), String> {
    match cell
        .as_object()
        .and_then(|cell| cell.keys().find(|name| !KEPT.contains(&name.as_str())))
    {
        Some(name) => Err(format!("The sandbox does not emulate {name} of a cell.")),
        None => Ok(()),
    }
}

/// The cell of an `ExtendedValue`. Text stays text here, whatever it looks like.
fn entered(value: &Value) -> Result<Cell, String> {
    let Some(object) = value.as_object() else {
        return Ok(Cell::Empty);
    };
    let mut members = object.iter().filter(|(_, value)| !value.is_null());
    let cell = match members.next() {
        None => return Ok(Cell::Empty),
        Some((name, Value::String(formula))) if name == "formulaValue" => {
            Cell::Formula(formula.as_str().into())
        }
        Some((name, _)) if name == "errorValue" => return Err("errorValue is read-only.".into()),
        Some((_, value)) => Cell::of(value, Input::Raw)?.unwrap_or_default(),
    };
    if members.next().is_some() {
        return Err("A cell has exactly one kind of value.".into());
    }
    Ok(cell)
}

/// The part of a cell mask that is about its format.
fn format_mask(mask: &Mask) -> Option<Mask> {
    match mask {
        Mask::All => Some(Mask::All),
        Mask::Members(members) => members
            .iter()
            .find(|(name, _)| name == "userEnteredFormat")
            .map(|(_, below)| below.clone()),
    }
}

fn cell_mask(request: &Value) -> Result<Mask, String> {
    required_mask(request, "CellData")
}

/// The field mask that an update must have.
pub(super) fn required_mask(request: &Value, schema: &str) -> Result<Mask, String> {
    let text = request["fields"]
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        )?;
    let mask = Mask::read(text).map_err(|refusal| refusal.message)?;
    mask.check(Service::Sheets.contract(), schema)
        .map_err(|refusal| refusal.message)?;
    Ok(mask)
}

/// The tab and the area of a `GridRange`.
pub(super) fn grid_range(range: &Value) -> Result<(i64, Area), String> {
    let end = |name: &str| {
        range[name]
            .as_u64()
            .and_then(|end| usize::try_from(end).ok())
    };
    let area = Area {
        top: index(range, "startRowIndex"),
        bottom: end("endRowIndex"),
        left: index(range, "startColumnIndex"),
        right: end("endColumnIndex"),
    };
    if range.is_null() {
        return Err("range must be specified.".into());
    }
    if area.bottom.is_some_and(|bottom| bottom <= area.top)
        || area.right.is_some_and(|right| right <= area.left)
    {
        return Err(
            "The range is empty: an end index must be greater than its start index.".into(),
        );
    }
    Ok((sheet_id(range), area))
}

/// `sheetId`, which is 0 where it is left out.
pub(super) fn sheet_id(value: &Value) -> i64 {
    value["sheetId"].as_i64().unwrap_or(0)
}

pub(super) fn index(value: &Value, name: &str) -> usize {
    value[name]
        .as_u64()
        .and_then(|index| index.try_into().ok())
        .unwrap_or(0)
}

fn ends(tab: &Tab, area: &Area) -> (usize, usize) {
    (
        area.bottom.unwrap_or(tab.row_count()),
        area.right.unwrap_or(tab.column_count()),
    )
}

/// Refuses a range that reaches beyond the grid.
pub(super) fn check_within(tab: &Tab, area: &Area) -> Result<(), String> {
    let (bottom, right) = ends(tab, area);
    if area.top >= tab.row_count()
        || area.left >= tab.column_count()
        || bottom > tab.row_count()
        || right > tab.column_count()
    {
        return Err(beyond(tab, area).message);
    }
    Ok(())
}
