//! `spreadsheets.values.*`.

use rstest::rstest;
use serde_json::{Value, json};

use super::World;
use crate::sandbox::wire::Vendor;

struct Sheet {
    world: World,
    id: String,
}

impl Sheet {
    fn new() -> Self {
        let mut world = World::robot();
        let id = world.spreadsheet();
        Self { world, id }
    }

    fn put(&mut self, range: &str, option: &str, values: Value) -> super::Answer {
        let url = format!(
            "/v4/spreadsheets/{}/values/{range}?valueInputOption={option}",
            self.id
        );
        self.world.call(
            "PUT",
            &url,
            Some(json!({"range": range, "majorDimension": "ROWS", "values": values})),
        )
    }

    fn read(&mut self, range: &str) -> super::Answer {
        self.world
            .get(&format!("/v4/spreadsheets/{}/values/{range}", self.id))
    }

    fn append(&mut self, query: &str, values: Value) -> super::Answer {
        let url = format!(
            "/v4/spreadsheets/{}/values/Sheet1!A1:append?valueInputOption=RAW{query}",
            self.id
        );
        self.world.post(&url, json!({"values": values}))
    }
}

#[test]
fn what_is_written_raw_is_read_back() {
    let mut sheet = Sheet::new();
    let rows = json!([
        ["org", "org_id"],
        ["=IMPORTXML(1)", "00123"],
        ["1-2", true],
        ["", 7]
    ]);
    let written = sheet.put("Sheet1!A1:B4", "RAW", rows).good();
    assert_eq!(
        written,
        json!({"spreadsheetId": sheet.id, "updatedRange": "Sheet1!A1:B4", "updatedRows": 4, "updatedColumns": 2, "updatedCells": 8})
    );
    let read = sheet.read("Sheet1!A1:C9").good();
    assert_eq!(
        read["values"],
        json!([
            ["org", "org_id"],
            ["=IMPORTXML(1)", "00123"],
            ["1-2", "TRUE"],
            ["", "7"]
        ])
    );
    assert_eq!(read["range"], "Sheet1!A1:C9");
    let columns = sheet
        .read("Sheet1!A:B?majorDimension=COLUMNS&valueRenderOption=UNFORMATTED_VALUE")
        .good();
    assert_eq!(columns["values"][1], json!(["org_id", "00123", true, 7]));
    assert_eq!(columns["range"], "Sheet1!A1:B1000");
}

#[test]
fn typing_is_not_writing() {
    let mut sheet = Sheet::new();
    sheet
        .put("A1", "USER_ENTERED", json!([["00123", "1-2", "=1+1"]]))
        .good();
    assert_eq!(
        sheet.read("A1:C1").good()["values"],
        json!([["123", "1/2/2026", "#NAME?"]])
    );
    assert_eq!(
        sheet.read("A1:C1?valueRenderOption=FORMULA").good()["values"][0][2],
        "=1+1"
    );
}

#[test]
fn null_leaves_a_cell_alone_and_empty_text_clears_it() {
    let mut sheet = Sheet::new();
    sheet.put("A1", "RAW", json!([["a", "b", "c"]])).good();
    sheet.put("A1", "RAW", json!([[null, "", "x"]])).good();
    assert_eq!(
        sheet.read("A1:C1").good()["values"],
        json!([["a", "", "x"]])
    );
}

#[rstest]
#[case("Sheet1!A1001", json!([["x"]]), "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26")]
#[case("Sheet1!A1000", json!([["x"], ["y"]]), "Range (Sheet1!A1000:A1001) exceeds grid limits. Max rows: 1000, max columns: 26")]
#[case("Sheet1!AA1", json!([["x"]]), "exceeds grid limits")]
#[case("Sheet1!A1:B2", json!([["x"], ["y"], ["z"]]), "Requested writing within range [Sheet1!A1:B2], but tried writing to row [3]")]
#[case("Sheet1!A1:B2", json!([["x", "y", "z"]]), "tried writing to column [C]")]
#[case("Nowhere!A1", json!([["x"]]), "Unable to parse range: Nowhere!A1")]
#[case("Sheet1!", json!([["x"]]), "Unable to parse range: Sheet1!")]
#[case("A1", json!([[["x"]]]), "Invalid data.values[0][0]: list_value")]
#[case("A1", json!([["x".repeat(50_001)]]), "50000 characters")]
#[case("A1", json!(["x"]), "Invalid value at 'values[0]' (list)")]
fn what_cannot_be_written(#[case] range: &str, #[case] values: Value, #[case] complaint: &str) {
    let mut sheet = Sheet::new();
    let answer = sheet.put(range, "RAW", values);
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains(complaint), "{}", answer.message());
    let world = sheet.world.google.world();
    assert_eq!(world["sheets"][&sheet.id]["tabs"][0]["rows"], json!([]));
}

#[test]
fn the_input_option_must_be_said() {
    let mut sheet = Sheet::new();
    let url = format!("/v4/spreadsheets/{}/values/A1", sheet.id);
    let answer = sheet
        .world
        .call("PUT", &url, Some(json!({"values": [["x"]]})));
    assert_eq!(
        (answer.status, answer.message()),
        (400, "'valueInputOption' is required but not specified")
    );
    let url = format!("{url}?valueInputOption=RAW");
    let answer = sheet
        .world
        .call("PUT", &url, Some(json!({"range": "B1", "values": [["x"]]})));
    assert!(answer.message().contains("the body names range [B1]"));
}

#[test]
fn appending_twice_is_there_twice_and_makes_rows() {
    let mut sheet = Sheet::new();
    sheet
        .put("B2", "RAW", json!([["h1", "h2"], ["a", "b"]]))
        .good();
    let first = sheet.append("", json!([["c", "d"]])).good();
    assert_eq!(first["tableRange"], "Sheet1!B2:C3");
    assert_eq!(first["updates"]["updatedRange"], "Sheet1!B4:C4");
    sheet.append("", json!([["c", "d"]])).good();
    assert_eq!(
        sheet.read("B2:C9").good()["values"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let many: Vec<Vec<&str>> = vec![vec!["x"]; 1200];
    sheet
        .append("&insertDataOption=OVERWRITE", json!(many))
        .good();
    let world = sheet.world.google.world();
    assert_eq!(world["sheets"][&sheet.id]["tabs"][0]["row_count"], 1205);
}

#[test]
fn several_ranges_at_once() {
    let mut sheet = Sheet::new();
    let url = format!("/v4/spreadsheets/{}/values:batchUpdate", sheet.id);
    let data =
        json!([{"range": "A1:B1", "values": [["a", "b"]]}, {"range": "A2", "values": [["c"]]}]);
    let answer = sheet
        .world
        .post(&url, json!({"valueInputOption": "RAW", "data": data}))
        .good();
    assert_eq!(
        (
            &answer["totalUpdatedCells"],
            &answer["totalUpdatedRows"],
            &answer["totalUpdatedSheets"]
        ),
        (&json!(3), &json!(2), &json!(1))
    );
    let bad =
        json!([{"range": "A1", "values": [["x"]]}, {"range": "Nowhere!A1", "values": [["x"]]}]);
    assert_eq!(
        sheet
            .world
            .post(&url, json!({"valueInputOption": "RAW", "data": bad}))
            .status,
        400
    );
    let read = sheet
        .world
        .get(&format!(
            "/v4/spreadsheets/{}/values:batchGet?ranges=A1:B1&ranges=A2",
            sheet.id
        ))
        .good();
    assert_eq!(read["valueRanges"][0]["values"], json!([["a", "b"]]));
    assert_eq!(read["valueRanges"][1]["values"], json!([["c"]]));
    let cleared = sheet
        .world
        .post(
            &format!("/v4/spreadsheets/{}/values/A1:B1:clear", sheet.id),
            json!({}),
        )
        .good();
    assert_eq!(cleared["clearedRange"], "Sheet1!A1:B1");
    assert_eq!(sheet.read("A1:B2").good()["values"], json!([[], ["c"]]));
}

#[test]
fn twelve_thousand_customers_in_two_writes() {
    let mut sheet = Sheet::new();
    let grow = json!({"requests": [{"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 11_001}}]});
    sheet
        .world
        .post(&format!("/v4/spreadsheets/{}:batchUpdate", sheet.id), grow)
        .good();
    let rows: Vec<Vec<String>> = (0..6_000)
        .map(|row| {
            (0..8)
                .map(|column| format!("cell {row} {column}"))
                .collect()
        })
        .collect();
    for first in [2, 6_002] {
        let range = format!("Sheet1!A{first}:H{}", first + 5_999);
        assert_eq!(
            sheet.put(&range, "RAW", json!(rows)).good()["updatedCells"],
            48_000
        );
    }
    assert_eq!(
        sheet.read("Sheet1!A12001:H12001").good()["values"][0][7],
        "cell 5999 7"
    );
}
