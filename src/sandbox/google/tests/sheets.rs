//! `spreadsheets.create`, `get` and `batchUpdate`.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ADA, World};
use crate::sandbox::wire::Vendor;

fn batch(world: &mut World, id: &str, requests: Value) -> super::Answer {
    world.post(
        &format!("/v4/spreadsheets/{id}:batchUpdate"),
        json!({"requests": requests}),
    )
}

fn tab(world: &World, id: &str, at: usize) -> Value {
    world.google.world()["sheets"][id]["tabs"][at].clone()
}

#[test]
fn a_service_account_alone_creates_nothing() {
    let mut world = World::robot();
    let refused = world.post("/v4/spreadsheets", json!({}));
    assert_eq!(
        (refused.status, refused.message()),
        (403, "The caller does not have permission")
    );
    assert_eq!(
        refused.body["error"].get("errors"),
        None,
        "Sheets has no list of errors"
    );
}

#[test]
fn a_spreadsheet_is_created_as_described() {
    let mut world = World::acting_as(ADA);
    let made = world
        .post(
            "/v4/spreadsheets",
            json!({
                "properties": {"title": "Affected"},
                "sheets": [{"properties": {"sheetId": 7, "title": "Customers", "gridProperties": {"rowCount": 5, "columnCount": 2, "frozenRowCount": 1}}}],
            }),
        )
        .good();
    let id = made["spreadsheetId"].as_str().unwrap();
    assert_eq!(made["sheets"][0]["properties"]["sheetId"], 7);
    assert_eq!(
        tab(&world, id, 0),
        json!({"title": "Customers", "rows": [], "frozen_rows": 1, "row_count": 5, "column_count": 2, "protected": 0})
    );
    assert_eq!(
        world.get(&format!("/drive/v3/files/{id}")).good()["name"],
        "Affected"
    );
}

#[rstest]
#[case(json!([]), "Must specify at least one request.")]
#[case(json!([{}]), "No request set")]
#[case(json!([{"addChart": {}}]), "does not emulate addChart")]
#[case(json!([{"addSheet": {"properties": {"title": "Sheet1"}}}]), "already exists")]
#[case(json!([{"addSheet": {"properties": {"sheetId": 0}}}]), "already exists")]
#[case(json!([{"deleteSheet": {"sheetId": 0}}]), "You can't remove all the sheets")]
#[case(json!([{"deleteSheet": {"sheetId": 5}}]), "No grid with id: 5")]
#[case(json!([{"updateSheetProperties": {"properties": {"title": "x"}}}]), "At least one field must be listed")]
#[case(json!([{"updateSheetProperties": {"properties": {"title": "x"}, "fields": "name"}}]), "Invalid field selection name")]
#[case(json!([{"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 1}}, "fields": "gridProperties"}}]), "rowCount must be greater than 0")]
#[case(json!([{"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 1000}}, "fields": "gridProperties.frozenRowCount"}}]), "freeze all visible rows")]
#[case(json!([{"updateSheetProperties": {"properties": {"gridProperties": {"rowCount": 1_000_000}}, "fields": "gridProperties.rowCount"}}]), "limit of 10000000 cells")]
#[case(json!([{"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 18_278}}]), "number of columns")]
#[case(json!([{"appendDimension": {"sheetId": 0, "length": 1}}]), "dimension must be specified")]
#[case(json!([{"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1000}}}]), "can't delete all the rows")]
#[case(json!([{"updateCells": {"start": {"rowIndex": 1000}, "rows": [], "fields": "*"}}]), "exceeds grid limits")]
#[case(json!([{"updateCells": {"start": {"rowIndex": 999}, "rows": [{"values": []}, {"values": []}], "fields": "*"}}]), "exceeds grid limits")]
#[case(json!([{"updateCells": {"start": {}, "rows": [{"values": [{"userEnteredValue": {"text": "x"}}]}], "fields": "*"}}]), "Cannot find field")]
#[case(json!([{"updateCells": {"start": {}, "rows": [{"values": [{"userEnteredValue": {"stringValue": "x".repeat(50_001)}}]}], "fields": "*"}}]), "50000 characters")]
#[case(json!([{"setBasicFilter": {"filter": {"range": {"startRowIndex": 0, "endRowIndex": 1001}}}}]), "exceeds grid limits")]
#[case(json!([{"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "location": {"spreadsheet": true}}}}]), "visibility must be specified")]
fn a_bad_batch_is_refused(#[case] requests: Value, #[case] complaint: &str) {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let answer = batch(&mut world, &id, requests);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error"]["status"], "INVALID_ARGUMENT");
    assert!(answer.message().contains(complaint), "{}", answer.message());
}

#[test]
fn a_batch_happens_as_a_whole_or_not_at_all() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let row = json!({"values": [{"userEnteredValue": {"stringValue": "00123"}}]});
    let chunk = |row: &Value| {
        json!([
            {"updateCells": {"start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}, "rows": [row], "fields": "userEnteredValue"}},
            {"createDeveloperMetadata": {"developerMetadata": {
                "metadataId": 41, "metadataKey": "chunk", "metadataValue": "1", "location": {"spreadsheet": true}, "visibility": "DOCUMENT",
            }}},
        ])
    };
    batch(&mut world, &id, chunk(&row)).good();
    assert_eq!(tab(&world, &id, 0)["rows"], json!([["00123"]]));
    let other = json!({"values": [{"userEnteredValue": {"stringValue": "other"}}]});
    let replay = batch(&mut world, &id, chunk(&other));
    assert!(
        replay
            .message()
            .starts_with("Invalid requests[1].createDeveloperMetadata"),
        "{}",
        replay.message()
    );
    assert_eq!(
        tab(&world, &id, 0)["rows"],
        json!([["00123"]]),
        "nothing of the replay happened"
    );
    let sheet = world.get(&format!("/v4/spreadsheets/{id}")).good();
    assert_eq!(sheet["developerMetadata"][0]["metadataId"], 41);
    assert_eq!(
        world
            .get(&format!("/v4/spreadsheets/{id}/developerMetadata/41"))
            .good()["metadataValue"],
        "1"
    );
    assert_eq!(
        world
            .get(&format!("/v4/spreadsheets/{id}/developerMetadata/42"))
            .status,
        404
    );
}

#[test]
fn a_sheet_of_customers_is_dressed_in_one_batch() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let replies = batch(
        &mut world,
        &id,
        json!([
            {"updateSpreadsheetProperties": {"properties": {"title": "Q1"}, "fields": "title"}},
            {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "Customers", "gridProperties": {"rowCount": 12_001, "columnCount": 4, "frozenRowCount": 1}},
                "fields": "title,gridProperties(rowCount,columnCount,frozenRowCount)"}},
            {"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1},
                "cell": {"userEnteredFormat": {"textFormat": {"bold": true}}}, "fields": "userEnteredFormat.textFormat.bold"}},
            {"setBasicFilter": {"filter": {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 12_001, "startColumnIndex": 0, "endColumnIndex": 4}}}},
            {"updateDimensionProperties": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 4}, "properties": {"pixelSize": 160}, "fields": "pixelSize"}},
            {"autoResizeDimensions": {"dimensions": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}}},
            {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}, "warningOnly": true}}},
            {"appendCells": {"sheetId": 0, "rows": [{"values": [{"userEnteredValue": {"stringValue": "org"}}]}], "fields": "userEnteredValue"}},
            {"addSheet": {"properties": {"sheetId": 9, "title": "Notes", "index": 0}}},
        ]),
    )
    .good();
    assert_eq!(replies["replies"].as_array().unwrap().len(), 9);
    assert_eq!(replies["replies"][8]["addSheet"]["properties"]["index"], 0);
    let sheet = world
        .get(&format!(
            "/v4/spreadsheets/{id}?ranges=Customers!A1:D1&includeGridData=true"
        ))
        .good();
    assert_eq!(sheet["properties"]["title"], "Q1");
    let customers = &sheet["sheets"][0];
    assert_eq!(
        customers["properties"]["gridProperties"],
        json!({"rowCount": 12_001, "columnCount": 4, "frozenRowCount": 1})
    );
    assert_eq!(
        customers["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"],
        json!({"textFormat": {"bold": true}})
    );
    assert_eq!(
        customers["data"][0]["rowData"][0]["values"][0]["formattedValue"],
        "org"
    );
    assert_eq!(customers["data"][0]["columnMetadata"][0]["pixelSize"], 160);
    assert_eq!(customers["data"][0]["columnMetadata"][3]["pixelSize"], 100);
    assert_eq!(customers["basicFilter"]["range"]["endRowIndex"], 12_001);
    assert_eq!(customers["protectedRanges"][0]["warningOnly"], true);
    let drive = world
        .get(&format!(
            "/drive/v3/files/{id}?supportsAllDrives=true&fields=name"
        ))
        .good();
    assert_eq!(drive["name"], "Q1", "the file has the spreadsheet's title");
}

#[test]
fn tabs_come_move_and_go() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let added = batch(
        &mut world,
        &id,
        json!([{"addSheet": {"properties": {"title": "Notes"}}}, {"addSheet": {}}]),
    );
    let added = added.good()["replies"].clone();
    assert_eq!(added[0]["addSheet"]["properties"]["index"], 1);
    assert_eq!(added[1]["addSheet"]["properties"]["title"], "Sheet3");
    let notes = &added[0]["addSheet"]["properties"]["sheetId"];
    batch(
        &mut world,
        &id,
        json!([
            {"updateSheetProperties": {"properties": {"sheetId": notes, "index": 0}, "fields": "index"}},
            {"deleteSheet": {"sheetId": 0}},
        ]),
    )
    .good();
    assert_eq!(tab(&world, &id, 0)["title"], "Notes");
    assert_eq!(tab(&world, &id, 1)["title"], "Sheet3");
}

#[test]
fn rows_are_inserted_and_deleted() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let url = format!("/v4/spreadsheets/{id}/values/A1?valueInputOption=RAW");
    world
        .call("PUT", &url, Some(json!({"values": [["a"], ["b"], ["c"]]})))
        .good();
    let range = |from: usize, to: usize| json!({"sheetId": 0, "dimension": "ROWS", "startIndex": from, "endIndex": to});
    batch(&mut world, &id, json!([{"insertDimension": {"range": range(1, 2)}}, {"deleteDimension": {"range": range(0, 1)}}])).good();
    assert_eq!(tab(&world, &id, 0)["rows"], json!([[], ["b"], ["c"]]));
    assert_eq!(tab(&world, &id, 0)["row_count"], 1000);
}

#[test]
fn a_million_rows_fit_only_when_the_columns_go_first() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let both = json!([{"updateSheetProperties": {"properties": {"gridProperties": {"rowCount": 1_000_000, "columnCount": 10}},
        "fields": "gridProperties(rowCount,columnCount)"}}]);
    batch(&mut world, &id, both).good();
}

#[test]
fn sixty_writes_a_minute_are_enough() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let url = format!("/v4/spreadsheets/{id}/values/A1?valueInputOption=RAW");
    for _ in 0..60 {
        world
            .call("PUT", &url, Some(json!({"values": [["x"]]})))
            .good();
    }
    let refused = world.call("PUT", &url, Some(json!({"values": [["y"]]})));
    assert_eq!(
        (refused.status, &refused.body["error"]["status"]),
        (429, &json!("RESOURCE_EXHAUSTED"))
    );
    assert_eq!(
        refused.body["error"]["details"][0]["reason"],
        "RATE_LIMIT_EXCEEDED"
    );
    assert_eq!(tab(&world, &id, 0)["rows"], json!([["x"]]));
    world.get(&format!("/v4/spreadsheets/{id}")).good();
    world.pass(60);
    world
        .call("PUT", &url, Some(json!({"values": [["y"]]})))
        .good();
}

#[test]
fn a_request_has_a_size_limit() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let url = format!("/v4/spreadsheets/{id}/values/A1?valueInputOption=RAW");
    let refused = world.send("PUT", &url, Some(vec![b' '; 10_485_761]), &[]);
    assert_eq!(
        (refused.status, refused.message()),
        (
            400,
            "Request payload size exceeds the limit: 10485760 bytes."
        )
    );
}
