//! Requests of a batch about rows and columns.

use serde_json::{Value, json};

use super::{
    Spreadsheet,
    grid::{Dimension, Tab},
    writing::{index, required_mask, sheet_id},
};

impl Spreadsheet {
    pub(super) fn append_dimension(&mut self, request: &Value) -> Result<Value, String> {
        let dimension = dimension(request)?;
        let length = request["length"].as_i64().unwrap_or(0);
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length > 0)
            .ok_or("length must be greater than 0.")?;
        let tab = self.tab_mut(sheet_id(request))?;
        let extent = tab.extent(dimension) + length;
        tab.resize(dimension, extent);
        self.check_size()?;
        Ok(json!({}))
    }

    pub(super) fn insert_dimension(&mut self, request: &Value) -> Result<Value, String> {
        let (tab, dimension, from, to) = self.span(&request["range"], Reach::UpToTheEnd)?;
        if request["inheritFromBefore"] == true && from == 0 {
            return Err("inheritFromBefore cannot be true when inserting at the beginning.".into());
        }
        self.tab_mut(tab)?.insert(dimension, from, to - from);
        self.check_size()?;
        Ok(json!({}))
    }

    pub(super) fn delete_dimension(&mut self, request: &Value) -> Result<Value, String> {
        let (tab, dimension, from, to) = self.span(&request["range"], Reach::Within)?;
        let tab = self.tab_mut(tab)?;
        if to - from >= tab.extent(dimension) {
            return Err(match dimension {
                Dimension::Rows => "You can't delete all the rows on the sheet.".into(),
                Dimension::Columns => "You can't delete all the columns on the sheet.".into(),
            });
        }
        tab.delete(dimension, from, to);
        Ok(json!({}))
    }

    /// Widths follow the longest text; heights go back to the default.
    pub(super) fn auto_resize(&mut self, request: &Value) -> Result<Value, String> {
        let (tab, dimension, from, to) = self.span(&request["dimensions"], Reach::Within)?;
        let tab = self.tab_mut(tab)?;
        let rows = tab.used_rows();
        for at in from..to {
            let size = match dimension {
                Dimension::Rows => 21,
                Dimension::Columns => {
                    let longest = (0..rows)
                        .map(|row| tab.cell(row, at).shown().chars().count())
                        .max()
                        .unwrap_or(0);
                    if longest == 0 { 100 } else { 10 + 7 * longest }
                }
            };
            set_size(tab, dimension, at, "pixelSize", &json!(size));
        }
        Ok(json!({}))
    }

    pub(super) fn update_dimension(&mut self, request: &Value) -> Result<Value, String> {
        let mask = required_mask(request, "DimensionProperties")?;
        let (tab, dimension, from, to) = self.span(&request["range"], Reach::Within)?;
        let tab = self.tab_mut(tab)?;
        let properties = &request["properties"];
        for name in ["pixelSize", "hiddenByUser"] {
            if mask.touches(&[name]) {
                for at in from..to {
                    set_size(tab, dimension, at, name, &properties[name]);
                }
            }
        }
        Ok(json!({}))
    }

    /// A `DimensionRange` as tab, dimension, first and end.
    fn span(&self, range: &Value, reach: Reach) -> Result<(i64, Dimension, usize, usize), String> {
        let tab = self.tab(sheet_id(range))?;
        let dimension = dimension(range)?;
        let extent = tab.extent(dimension);
        let from = index(range, "startIndex");
        let to = match range.get("endIndex") {
            Some(_) => index(range, "endIndex"),
            None => extent,
        };
        if to <= from {
            return Err("The range is empty: endIndex must be greater than startIndex.".into());
        }
        let outside = match reach {
            Reach::Within => to > extent,
            Reach::UpToTheEnd => from > extent,
        };
        if outside {
            return Err(format!(
                "Cannot address indices {from} to {to}: the sheet has {extent}."
            ));
        }
        Ok((tab.id(), dimension, from, to))
    }
}

/// How far a range of rows or columns may go.
#[derive(Clone, Copy)]
enum Reach {
    Within,
    UpToTheEnd,
}

fn dimension(value: &Value) -> Result<Dimension, String> {
    match value["dimension"].as_str() {
        Some("ROWS") => Ok(Dimension::Rows),
        Some("COLUMNS") => Ok(Dimension::Columns),
        Some(_) | None => Err("dimension must be specified: ROWS or COLUMNS.".into()),
    }
}

fn set_size(tab: &mut Tab, dimension: Dimension, at: usize, name: &str, value: &Value) {
    let found = tab
        .sizes
        .iter()
        .position(|(each, index, _)| *each == dimension && *index == at);
    let place = found.unwrap_or_else(|| {
        tab.sizes.push((dimension, at, json!({})));
        tab.sizes.len() - 1
    });
    if let Some(properties) = tab.sizes[place].2.as_object_mut() {
        if value.is_null() {
            properties.remove(name);
        } else {
            properties.insert(name.to_owned(), value.clone());
        }
    }
}
