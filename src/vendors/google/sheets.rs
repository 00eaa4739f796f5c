//! Google Sheets: a spreadsheet's tabs and cells.
//!
//! Everything from outside is written as plain strings, so that a name that begins with `=` stays a name. Rows go
//! to explicit ranges and are never appended: an append that is repeated lands twice.

use ::http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{GoogleAuth, Session};
use crate::vendors::http::{CallError, Http, Repeat, Request, json_bytes};

/// One change of a spreadsheet. All of them may be repeated: they name the place they change.
#[derive(Clone, Debug)]
pub enum SheetRequest {
    /// A tab's title and size. A new tab has 26 columns, which count towards the limit of ten million cells: set
    /// rows and columns together.
    UpdateSheetProperties {
        /// The tab.
        sheet_id: i64,
        /// Its title.
        title: String,
        /// How many rows it has.
        rows: u32,
        /// How many columns it has.
        columns: u32,
        /// How many rows stay in view.
        frozen_rows: u32,
    },
    /// Strings from the first column on.
    UpdateCells {
        /// The tab.
        sheet_id: i64,
        /// The first row, counted from 0.
        start_row: u32,
        /// The cells, row by row.
        rows: Vec<Vec<String>>,
    },
    /// Bold letters in the first row.
    BoldHeader {
        /// The tab.
        sheet_id: i64,
    },
    /// Arrows to sort and filter by.
    BasicFilter {
        /// The tab.
        sheet_id: i64,
        /// Rows it covers, the header's included.
        rows: u32,
        /// Columns it covers.
        columns: u32,
    },
    /// The width of some columns.
    ColumnWidth {
        /// The tab.
        sheet_id: i64,
        /// The first column, counted from 0.
        first: u32,
        /// How many columns.
        count: u32,
        /// Their width.
        pixels: u32,
    },
}

impl SheetRequest {
    fn body(&self) -> Value {
        match self {
            Self::UpdateSheetProperties {
                sheet_id,
                title,
                rows,
                columns,
                frozen_rows,
            } => json!({ "updateSheetProperties": {
                "properties": {
                    "sheetId": sheet_id,
                    "title": title,
                    "gridProperties": {
                        "rowCount": rows, "columnCount": columns, "frozenRowCount": frozen_rows,
                    },
                },
                "fields": "title,gridProperties(rowCount,columnCount,frozenRowCount)",
            }}),
            Self::UpdateCells {
                sheet_id,
                start_row,
                rows,
            } => {
                let rows: Vec<Value> = rows.iter().map(|row| row_data(row)).collect();
                json!({ "updateCells": {
                    "start": { "sheetId": sheet_id, "rowIndex": start_row, "columnIndex": 0 },
                    "rows": rows,
                    "fields": "userEnteredValue",
                }})
            }
            Self::BoldHeader { sheet_id } => json!({ "repeatCell": {
                "range": { "sheetId": sheet_id, "startRowIndex": 0, "endRowIndex": 1 },
                "cell": { "userEnteredFormat": { "textFormat": { "bold": true } } },
                "fields": "userEnteredFormat.textFormat.bold",
            }}),
            Self::BasicFilter {
                sheet_id,
                rows,
                columns,
            } => json!({ "setBasicFilter": { "filter": { "range": {
                "sheetId": sheet_id,
                "startRowIndex": 0, "endRowIndex": rows,
                "startColumnIndex": 0, "endColumnIndex": columns,
            }}}}),
            Self::ColumnWidth {
                sheet_id,
                first,
                count,
                pixels,
            } => json!({ "updateDimensionProperties": {
                "range": {
                    "sheetId": sheet_id, "dimension": "COLUMNS",
                    "startIndex": first, "endIndex": first + count,
                },
                "properties": { "pixelSize": pixels },
                "fields": "pixelSize",
            }}),
        }
    }
}

fn row_data(row: &[String]) -> Value {
    let cells: Vec<Value> = row
        .iter()
        .map(|text| json!({ "userEnteredValue": { "stringValue": text } }))
        .collect();
    json!({ "values": cells })
}

/// A spreadsheet's tabs.
#[derive(Clone, Debug)]
pub struct Spreadsheet {
    /// Where people open it.
    pub url: Option<String>,
    /// Its tabs, from left to right.
    pub tabs: Vec<Tab>,
}

/// One tab.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tab {
    /// Its id, for ever.
    pub sheet_id: i64,
    /// Its title.
    pub title: String,
    /// How many rows it has, empty ones too.
    pub rows: u32,
    /// How many columns it has, empty ones too.
    pub columns: u32,
    /// How many rows stay in view.
    pub frozen_rows: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSpreadsheet {
    spreadsheet_url: Option<String>,
    #[serde(default)]
    sheets: Vec<WireSheet>,
}

#[derive(Deserialize)]
struct WireSheet {
    properties: WireProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireProperties {
    // The first tab's id is 0, which an answer may leave out.
    #[serde(default)]
    sheet_id: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    grid_properties: WireGrid,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireGrid {
    row_count: u32,
    column_count: u32,
    frozen_row_count: u32,
}

#[derive(Deserialize)]
struct WireValues {
    #[serde(default)]
    values: Vec<Vec<Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewValues<'a> {
    range: &'a str,
    major_dimension: &'static str,
    values: Vec<&'a [String]>,
}

/// Google Sheets. Clones share connections and tokens.
#[derive(Clone)]
pub struct Sheets {
    session: Session,
}

impl Sheets {
    /// Sheets at the client's base URL, called with that account's tokens.
    pub fn new(
        http: Http,
        auth: GoogleAuth,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self {
            session: Session::new(http, auth, now),
        }
    }

    /// Makes all changes, or none.
    ///
    /// # Errors
    /// Any failure.
    pub async fn batch_update(&self, id: &str, requests: &[SheetRequest]) -> Result<(), CallError> {
        let requests: Vec<Value> = requests.iter().map(SheetRequest::body).collect();
        let path = ["v4", "spreadsheets", &format!("{id}:batchUpdate")];
        let request = Request::new("change spreadsheet", Method::POST, path, Repeat::Safe)
            .query("fields", "spreadsheetId")
            .json(&json!({ "requests": requests }));
        self.session.call(request).await.map(drop)
    }

    /// Writes rows to a range, as strings and nothing else. About two megabytes at once are well received.
    ///
    /// # Errors
    /// `Refused` when the range is outside the tab's grid: size it first. Any other failure.
    pub async fn update_values<R: AsRef<[String]>>(
        &self,
        id: &str,
        range: &str,
        rows: &[R],
    ) -> Result<(), CallError> {
        let call = "write rows";
        let body = NewValues {
            range,
            major_dimension: "ROWS",
            values: rows.iter().map(AsRef::as_ref).collect(),
        };
        let body = json_bytes(self.session.http.vendor(), call, &body)?;
        let path = ["v4", "spreadsheets", id, "values", range];
        let request = Request::new(call, Method::PUT, path, Repeat::Safe)
            .query("valueInputOption", "RAW")
            .query("includeValuesInResponse", "false")
            .query("fields", "updatedRange")
            .body("application/json", body);
        self.session.call(request).await.map(drop)
    }

    /// The cells of a range as people see them, without empty rows and cells at the end.
    ///
    /// # Errors
    /// Any failure.
    pub async fn values(&self, id: &str, range: &str) -> Result<Vec<Vec<String>>, CallError> {
        let path = ["v4", "spreadsheets", id, "values", range];
        let request = Request::get("read rows", path)
            .query("majorDimension", "ROWS")
            .query("valueRenderOption", "FORMATTED_VALUE");
        let read: WireValues = self.session.call_json(request).await?;
        let text = |cell: Value| match cell {
            Value::String(text) => text,
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                cell.to_string()
            }
        };
        Ok(read
            .values
            .into_iter()
            .map(|row| row.into_iter().map(text).collect())
            .collect())
    }

    /// The tabs of a spreadsheet.
    ///
    /// # Errors
    /// `NotFound` when it is not there; any other failure.
    pub async fn spreadsheet(&self, id: &str) -> Result<Spreadsheet, CallError> {
        let request = Request::get("read spreadsheet", ["v4", "spreadsheets", id]).query(
            "fields",
            "spreadsheetUrl,sheets.properties(sheetId,title,gridProperties)",
        );
        let read: WireSpreadsheet = self.session.call_json(request).await?;
        let tabs = read.sheets.into_iter().map(|sheet| {
            let WireProperties {
                sheet_id,
                title,
                grid_properties: grid,
            } = sheet.properties;
            Tab {
                sheet_id,
                title,
                rows: grid.row_count,
                columns: grid.column_count,
                frozen_rows: grid.frozen_row_count,
            }
        });
        Ok(Spreadsheet {
            url: read.spreadsheet_url,
            tabs: tabs.collect(),
        })
    }
}

/// The range of `rows` rows from `first_row` (counted from 1) over the first `columns` columns of a tab, such as
/// `'Customers'!A2:H20001`.
pub fn a1(tab: &str, first_row: u32, rows: u32, columns: u32) -> String {
    let last_row = first_row + rows.max(1) - 1;
    let last_column = column_letters(columns.max(1));
    format!(
        "'{}'!A{first_row}:{last_column}{last_row}",
        tab.replace('\'', "''")
    )
}

/// 1 is A, 26 is Z, 27 is AA.
fn column_letters(mut number: u32) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        let letter = (number - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(letter).unwrap_or_default()));
        number = (number - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Customers", 2, 20_000, 8, "'Customers'!A2:H20001")]
    #[case("It's", 1, 1, 1, "'It''s'!A1:A1")]
    #[case("x", 1, 0, 0, "'x'!A1:A1")]
    #[case("x", 1, 2, 26, "'x'!A1:Z2")]
    #[case("x", 1, 2, 27, "'x'!A1:AA2")]
    #[case("x", 1, 2, 18_278, "'x'!A1:ZZZ2")]
    fn a_range_is_written_as_sheets_reads_it(
        #[case] tab: &str,
        #[case] first_row: u32,
        #[case] rows: u32,
        #[case] columns: u32,
        #[case] expected: &str,
    ) {
        assert_eq!(a1(tab, first_row, rows, columns), expected);
    }

    #[test]
    fn changes_become_what_the_api_describes() {
        let requests = [
            SheetRequest::UpdateSheetProperties {
                sheet_id: 0,
                title: "Customers".into(),
                rows: 3,
                columns: 2,
                frozen_rows: 1,
            },
            SheetRequest::UpdateCells {
                sheet_id: 0,
                start_row: 0,
                rows: vec![vec!["org".into(), "=1+1".into()]],
            },
            SheetRequest::BoldHeader { sheet_id: 0 },
            SheetRequest::BasicFilter {
                sheet_id: 0,
                rows: 3,
                columns: 2,
            },
            SheetRequest::ColumnWidth {
                sheet_id: 0,
                first: 0,
                count: 2,
                pixels: 160,
            },
        ];
        let bodies: Vec<Value> = requests.iter().map(SheetRequest::body).collect();
        let sized = json!({"updateSheetProperties": {
            "properties": {
                "sheetId": 0, "title": "Customers",
                "gridProperties": {"rowCount": 3, "columnCount": 2, "frozenRowCount": 1}
            },
            "fields": "title,gridProperties(rowCount,columnCount,frozenRowCount)"
        }});
        let filled = json!({"updateCells": {
            "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": [
                {"userEnteredValue": {"stringValue": "org"}},
                {"userEnteredValue": {"stringValue": "=1+1"}}
            ]}],
            "fields": "userEnteredValue"
        }});
        let bold = json!({"repeatCell": {
            "range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1},
            "cell": {"userEnteredFormat": {"textFormat": {"bold": true}}},
            "fields": "userEnteredFormat.textFormat.bold"
        }});
        let filtered = json!({"setBasicFilter": {"filter": {"range": {
            "sheetId": 0, "startRowIndex": 0, "endRowIndex": 3,
            "startColumnIndex": 0, "endColumnIndex": 2
        }}}});
        let wide = json!({"updateDimensionProperties": {
            "range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 2},
            "properties": {"pixelSize": 160}, "fields": "pixelSize"
        }});
        assert_eq!(bodies, [sized, filled, bold, filtered, wide]);
    }
}
