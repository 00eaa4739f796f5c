//! One tab: its cells, and what else belongs to it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{a1::Area, cell::Cell};
use crate::sandbox::google::fields::Mask;

/// Rows of a new tab.
pub const DEFAULT_ROWS: usize = 1000;
/// Columns of a new tab. Empty ones count as cells too, which is how a million rows hit the limit.
pub const DEFAULT_COLUMNS: usize = 26;

/// Rows or columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Rows.
    Rows,
    /// Columns.
    Columns,
}

/// One tab. Rows are shared with the copy that a batch works on, so that copying a big tab costs little.
#[derive(Clone, Debug)]
pub struct Tab {
    /// `SheetProperties`, without `index`.
    pub properties: Value,
    /// The basic filter.
    pub filter: Option<Value>,
    /// Protected ranges.
    pub protected: Vec<Value>,
    /// Sizes of rows and columns that are not the default: dimension, index, `DimensionProperties`.
    pub sizes: Vec<(Dimension, usize, Value)>,
    /// Formats in the order in which they were set.
    pub formats: Vec<(Area, Mask, Value)>,
    rows: Vec<Arc<Vec<Cell>>>,
}

impl Tab {
    /// An empty tab of the default size.
    pub fn new(id: i64, title: &str) -> Self {
        Self {
            properties: json!({
                "sheetId": id,
                "title": title,
                "sheetType": "GRID",
                "gridProperties": {"rowCount": DEFAULT_ROWS, "columnCount": DEFAULT_COLUMNS},
            }),
            filter: None,
            protected: Vec::new(),
            sizes: Vec::new(),
            formats: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> i64 {
        self.properties["sheetId"].as_i64().unwrap_or_default()
    }

    /// Its title.
    pub fn title(&self) -> &str {
        self.properties["title"].as_str().unwrap_or_default()
    }

    /// A count among the grid properties.
    pub fn count(&self, name: &str) -> usize {
        self.properties["gridProperties"][name]
            .as_u64()
            .and_then(|count| count.try_into().ok())
            .unwrap_or(0)
    }

    /// How many rows the grid has.
    pub fn row_count(&self) -> usize {
        self.count("rowCount")
    }

    /// How many columns the grid has.
    pub fn column_count(&self) -> usize {
        self.count("columnCount")
    }

    /// How many rows or columns the grid has.
    pub fn extent(&self, dimension: Dimension) -> usize {
        match dimension {
            Dimension::Rows => self.row_count(),
            Dimension::Columns => self.column_count(),
        }
    }

    /// Makes the grid that long; what lies beyond is gone.
    pub fn resize(&mut self, dimension: Dimension, count: usize) {
        let name = match dimension {
            Dimension::Rows => "rowCount",
            Dimension::Columns => "columnCount",
        };
        self.properties["gridProperties"][name] = json!(count);
        self.crop();
    }

    /// Throws away what lies outside of the grid.
    pub fn crop(&mut self) {
        let columns = self.column_count();
        self.rows.truncate(self.row_count());
        for row in &mut self.rows {
            if row.len() > columns {
                Arc::make_mut(row).truncate(columns);
            }
        }
    }

    /// A cell.
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        static EMPTY: Cell = Cell::Empty;
        self.rows
            .get(row)
            .and_then(|row| row.get(column))
            .unwrap_or(&EMPTY)
    }

    /// Sets a cell. Whether it lies within the grid is the caller's to check.
    pub fn set(&mut self, row: usize, column: usize, cell: Cell) {
        if cell.is_empty() && self.cell(row, column).is_empty() {
            return;
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Arc::default);
        }
        if let Some(cells) = self.rows.get_mut(row).map(Arc::make_mut) {
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Empty);
            }
            cells[column] = cell;
        }
    }

    /// The cells of a row as far as any was set.
    pub fn row(&self, row: usize) -> &[Cell] {
        self.rows.get(row).map_or(&[], |cells| cells.as_slice())
    }

    /// The row after the last one with anything in it.
    pub fn used_rows(&self) -> usize {
        let last = self
            .rows
            .iter()
            .rposition(|row| row.iter().any(|cell| !cell.is_empty()));
        last.map_or(0, |row| row + 1)
    }

    /// Puts empty rows or columns in before `at`.
    pub fn insert(&mut self, dimension: Dimension, at: usize, count: usize) {
        match dimension {
            Dimension::Rows => {
                if at < self.rows.len() {
                    self.rows
                        .splice(at..at, std::iter::repeat_with(Arc::default).take(count));
                }
            }
            Dimension::Columns => {
                for row in self.rows.iter_mut().filter(|row| at < row.len()) {
                    Arc::make_mut(row).splice(at..at, std::iter::repeat_n(Cell::Empty, count));
                }
            }
        }
        let extent = self.extent(dimension) + count;
        self.resize(dimension, extent);
        self.shift(
            dimension,
            |index| if index >= at { index + count } else { index },
        );
    }

    /// Takes rows or columns out.
    pub fn delete(&mut self, dimension: Dimension, from: usize, to: usize) {
        match dimension {
            Dimension::Rows => {
                let (from, to) = (from.min(self.rows.len()), to.min(self.rows.len()));
                self.rows.drain(from..to);
            }
            Dimension::Columns => {
                for row in self.rows.iter_mut().filter(|row| from < row.len()) {
                    let to = to.min(row.len());
                    Arc::make_mut(row).drain(from..to);
                }
            }
        }
        let extent = self.extent(dimension) - (to - from);
        self.resize(dimension, extent);
        self.sizes
            .retain(|(each, index, _)| *each != dimension || !(from..to).contains(index));
        self.shift(dimension, |index| {
            if index >= to {
                index - (to - from)
            } else {
                index.min(from)
            }
        });
    }

    fn shift(&mut self, dimension: Dimension, moved: impl Fn(usize) -> usize) {
        for (each, index, _) in &mut self.sizes {
            if *each == dimension {
                *index = moved(*index);
            }
        }
        for (area, ..) in &mut self.formats {
            let (first, end) = match dimension {
                Dimension::Rows => (&mut area.top, &mut area.bottom),
                Dimension::Columns => (&mut area.left, &mut area.right),
            };
            *first = moved(*first);
            *end = end.map(|end| moved(end.saturating_sub(1)) + 1);
        }
    }

    /// The format that was set for a cell; null where none was.
    pub fn format(&self, row: usize, column: usize) -> Value {
        let mut format = Value::Null;
        for (_, mask, value) in self
            .formats
            .iter()
            .filter(|(area, ..)| area.holds(row, column))
        {
            mask.copy(value, &mut format);
        }
        format
    }

    /// As `GET /__sandbox/world` shows it.
    pub fn world(&self) -> Value {
        let rows: Vec<Vec<String>> = self.rows[..self.used_rows()]
            .iter()
            .map(|row| row.iter().map(Cell::shown).collect())
            .collect();
        json!({
            "title": self.title(),
            "rows": rows,
            "frozen_rows": self.count("frozenRowCount"),
            "row_count": self.row_count(),
            "column_count": self.column_count(),
            "protected": self.protected.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn filled() -> Tab {
        let mut tab = Tab::new(0, "Sheet1");
        for row in 0..3 {
            for column in 0..3 {
                tab.set(row, column, Cell::Text(format!("{row}{column}").into()));
            }
        }
        tab
    }

    fn column(tab: &Tab, column: usize) -> Vec<String> {
        (0..tab.used_rows())
            .map(|row| tab.cell(row, column).shown())
            .collect()
    }

    #[test]
    fn rows_and_columns_come_and_go() {
        let mut tab = filled();
        tab.insert(Dimension::Rows, 1, 2);
        assert_eq!(column(&tab, 0), ["00", "", "", "10", "20"]);
        assert_eq!(tab.row_count(), 1002);
        tab.delete(Dimension::Rows, 0, 3);
        assert_eq!(column(&tab, 0), ["10", "20"]);
        tab.insert(Dimension::Columns, 0, 1);
        assert_eq!(
            (column(&tab, 0), column(&tab, 1)),
            (vec!["".into(), "".into()], vec!["10".into(), "20".into()])
        );
        tab.delete(Dimension::Columns, 0, 2);
        assert_eq!(column(&tab, 0), ["11", "21"]);
        assert_eq!(tab.column_count(), 25);
    }

    #[test]
    fn a_smaller_grid_forgets_what_lay_outside() {
        let mut tab = filled();
        tab.resize(Dimension::Rows, 2);
        tab.resize(Dimension::Columns, 1);
        tab.resize(Dimension::Columns, 3);
        assert_eq!(column(&tab, 1), ["", ""]);
    }

    #[test]
    fn a_copy_is_independent() {
        let tab = filled();
        let mut copy = tab.clone();
        copy.set(0, 0, Cell::Empty);
        assert_eq!(tab.cell(0, 0).shown(), "00");
    }

    #[test]
    fn formats_move_with_their_rows() {
        let mut tab = filled();
        let header = Area {
            top: 0,
            bottom: Some(1),
            left: 0,
            right: None,
        };
        tab.formats.push((
            header,
            Mask::read("textFormat.bold").unwrap(),
            json!({"textFormat": {"bold": true}}),
        ));
        assert_eq!(tab.format(0, 5), json!({"textFormat": {"bold": true}}));
        tab.insert(Dimension::Rows, 0, 1);
        assert_eq!(
            (tab.format(0, 0), tab.format(1, 0)),
            (Value::Null, json!({"textFormat": {"bold": true}}))
        );
    }
}
