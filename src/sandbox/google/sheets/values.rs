//! `spreadsheets.values.get`, `batchGet` and `clear`, and the ranges that all of `values` speaks of.

use serde_json::{Value, json};

use super::{
    Spreadsheet,
    a1::{self, Area},
    cell::{Cell, Render},
    grid::Tab,
};
use crate::sandbox::google::{
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

/// A range that exists: a tab, and a block of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// The tab's place among the tabs.
    pub(super) tab: usize,
    /// The block, as it was asked for.
    pub(super) area: Area,
}

impl Spreadsheet {
    /// The block that a range in A1 notation names.
    pub(super) fn block(&self, range: &str) -> Result<Block, Refusal> {
        let unreadable = || Refusal::invalid_argument(format!("Unable to parse range: {range}"));
        let reference = a1::read(range).ok_or_else(unreadable)?;
        let tab = match &reference.tab {
            None => 0,
            Some(title) => self
                .tabs
                .iter()
                .position(|tab| tab.title().eq_ignore_ascii_case(title))
                .ok_or_else(unreadable)?,
        };
        let area = reference.area.unwrap_or(Area::WHOLE);
        let grid = &self.tabs[tab];
        if area.top >= grid.row_count() || area.left >= grid.column_count() {
            return Err(beyond(grid, &area));
        }
        Ok(Block { tab, area })
    }

    pub(super) fn values_get(&self, call: &Call<'_>) -> Outcome {
        let block = self.block(call.argument("range"))?;
        Ok(Answer::Json(self.read(
            block,
            render(call.query("valueRenderOption")),
            columns_first(call.query("majorDimension")),
        )))
    }

    pub(super) fn values_batch_get(&self, call: &Call<'_>) -> Outcome {
        let columns = columns_first(call.query("majorDimension"));
        let ranges: Vec<Value> = call
            .queries("ranges")
            .map(|range| {
                Ok(self.read(
                    self.block(range)?,
                    render(call.query("valueRenderOption")),
                    columns,
                ))
            })
            .collect::<Result<_, Refusal>>()?;
        let mut value = json!({"spreadsheetId": self.id});
        if !ranges.is_empty() {
            value["valueRanges"] = json!(ranges);
        }
        Ok(Answer::Json(value))
    }

    /// The values of a block; empty rows and cells at the ends are left out.
    pub(super) fn read(&self, block: Block, render: Render, columns_first: bool) -> Value {
        let tab = &self.tabs[block.tab];
        let (bottom, right) = clip(tab, &block.area);
        let (top, left) = (block.area.top, block.area.left);
        let mut range = json!({
            "range": a1::write(tab.title(), top, left, bottom - top, right - left),
            "majorDimension": if columns_first { "COLUMNS" } else { "ROWS" },
        });
        let line = |cells: Vec<&Cell>| -> Vec<Value> {
            let used = cells
                .iter()
                .rposition(|cell| !cell.is_empty())
                .map_or(0, |last| last + 1);
            cells[..used]
                .iter()
                .map(|cell| cell.render(render))
                .collect()
        };
        let mut lines: Vec<Vec<Value>> = if columns_first {
            let used = bottom.min(tab.used_rows()).max(top);
            (left..right)
                .map(|column| line((top..used).map(|row| tab.cell(row, column)).collect()))
                .collect()
        } else {
            (top..bottom.min(tab.used_rows()))
                .map(|row| {
                    let cells = tab.row(row);
                    line(
                        cells[left.min(cells.len())..right.min(cells.len())]
                            .iter()
                            .collect(),
                    )
                })
                .collect()
        };
        let used = lines
            .iter()
            .rposition(|line| !line.is_empty())
            .map_or(0, |last| last + 1);
        lines.truncate(used);
        if !lines.is_empty() {
            range["values"] = json!(lines);
        }
        range
    }

    pub(super) fn values_clear(&mut self, call: &Call<'_>) -> Outcome {
        let cleared = self.clear(self.block(call.argument("range"))?);
        Ok(Answer::Json(
            json!({"spreadsheetId": self.id, "clearedRange": cleared}),
        ))
    }

    pub(super) fn values_batch_clear(&mut self, call: &Call<'_>) -> Outcome {
        let ranges = call.body["ranges"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let blocks: Vec<Block> = ranges
            .map(|range| self.block(range))
            .collect::<Result<_, _>>()?;
        let cleared: Vec<String> = blocks.into_iter().map(|block| self.clear(block)).collect();
        Ok(Answer::Json(
            json!({"spreadsheetId": self.id, "clearedRanges": cleared}),
        ))
    }

    /// Takes the values away and leaves the formats.
    fn clear(&mut self, block: Block) -> String {
        let tab = &mut self.tabs[block.tab];
        let (bottom, right) = clip(tab, &block.area);
        for row in block.area.top..bottom.min(tab.used_rows()) {
            for column in block.area.left..right.min(tab.row(row).len()) {
                tab.set(row, column, Cell::Empty);
            }
        }
        a1::write(
            tab.title(),
            block.area.top,
            block.area.left,
            bottom - block.area.top,
            right - block.area.left,
        )
    }
}

/// Where a block ends within the grid: the row and the column after its last.
pub(super) fn clip(tab: &Tab, area: &Area) -> (usize, usize) {
    (
        area.bottom.unwrap_or(usize::MAX).min(tab.row_count()),
        area.right.unwrap_or(usize::MAX).min(tab.column_count()),
    )
}

pub(super) fn beyond(tab: &Tab, area: &Area) -> Refusal {
    let rows = area.bottom.map_or(1, |bottom| bottom - area.top);
    let columns = area.right.map_or(1, |right| right - area.left);
    Refusal::invalid_argument(format!(
        "Range ({}) exceeds grid limits. Max rows: {}, max columns: {}",
        a1::write(tab.title(), area.top, area.left, rows, columns),
        tab.row_count(),
        tab.column_count()
    ))
}

pub(super) fn render(option: Option<&str>) -> Render {
    match option {
        Some("UNFORMATTED_VALUE") => Render::Unformatted,
        Some("FORMULA") => Render::Formula,
        Some(_) | None => Render::Formatted,
    }
}

fn columns_first(dimension: Option<&str>) -> bool {
    dimension == Some("COLUMNS")
}

pub(super) fn columns_of(body: &Value) -> bool {
    columns_first(body["majorDimension"].as_str())
}
