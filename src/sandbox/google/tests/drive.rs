//! Files and folders.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ADA, World};
use crate::sandbox::google::drive::{FOLDER, POSTMORTEMS_FOLDER, SHARED_DRIVE, SPREADSHEET};

const CREATE: &str = "/drive/v3/files?supportsAllDrives=true";

fn generated(world: &mut World) -> String {
    let ids = world
        .get("/drive/v3/files/generateIds?count=1&space=drive&type=files")
        .good();
    ids["ids"][0].as_str().unwrap().to_owned()
}

fn list(world: &mut World, query: &str) -> Vec<String> {
    let query = serde_urlencoded::to_string([("q", query)]).unwrap();
    let url = format!(
        "/drive/v3/files?{query}&supportsAllDrives=true&includeItemsFromAllDrives=true&fields=files(id)"
    );
    let files = world.get(&url).good();
    files["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_folder_with_a_chosen_id_is_made_once() {
    let mut world = World::robot();
    let id = generated(&mut world);
    let folder =
        json!({"id": id, "name": "Q1", "mimeType": FOLDER, "parents": [POSTMORTEMS_FOLDER]});
    let made = world.post(CREATE, folder.clone()).good();
    assert_eq!(
        made,
        json!({"kind": "drive#file", "id": id, "name": "Q1", "mimeType": FOLDER})
    );
    let again = world.post(CREATE, folder);
    assert_eq!(again.refusal(), (409, "fileIdInUse"));
}

#[rstest]
#[case::made_up_id(json!({"id": "mine", "mimeType": FOLDER, "parents": [SHARED_DRIVE]}), 400, "invalid")]
#[case::no_such_parent(json!({"name": "x", "parents": ["nowhere"]}), 404, "notFound")]
#[case::two_parents(json!({"name": "x", "parents": [SHARED_DRIVE, POSTMORTEMS_FOLDER]}), 400, "invalid")]
#[case::robot_owns_nothing(json!({"name": "x", "mimeType": SPREADSHEET}), 403, "storageQuotaExceeded")]
#[case::read_only_member(json!({"name": "x", "size": "7", "parents": [SHARED_DRIVE]}), 403, "fieldNotWritable")]
#[case::other_google_type(json!({"mimeType": "application/vnd.google-apps.document", "parents": [SHARED_DRIVE]}), 400, "notEmulated")]
#[case::long_property(json!({"name": "x", "parents": [SHARED_DRIVE], "appProperties": {"k": "v".repeat(124)}}), 400, "invalid")]
fn what_cannot_be_made(#[case] body: Value, #[case] status: u16, #[case] reason: &str) {
    let mut world = World::robot();
    let answer = world.post(CREATE, body);
    assert_eq!(answer.refusal(), (status, reason), "{}", answer.body);
}

#[test]
fn a_spreadsheet_takes_no_chosen_id() {
    let mut world = World::robot();
    let id = generated(&mut world);
    let body = json!({"id": id, "mimeType": SPREADSHEET, "parents": [POSTMORTEMS_FOLDER]});
    assert_eq!(
        world.post(CREATE, body).refusal(),
        (400, "generatedIdNotSupported")
    );
}

#[test]
fn the_quota_refusal_looks_like_throttling_and_is_not() {
    let mut world = World::robot();
    let answer = world.post(CREATE, json!({"name": "x"}));
    assert_eq!(answer.body["error"]["errors"][0]["domain"], "usageLimits");
    world.sign_in(Some(ADA), super::ALL_SCOPES);
    world.post(CREATE, json!({"name": "x"})).good();
}

#[test]
fn a_shared_drive_is_hidden_from_calls_that_do_not_name_it() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    assert_eq!(
        world.get(&format!("/drive/v3/files/{id}")).refusal(),
        (404, "notFound")
    );
    assert_eq!(
        world
            .get(&format!("/drive/v3/files/{id}?supportsAllDrives=True"))
            .status,
        200
    );
    let body = json!({"name": "x", "mimeType": FOLDER, "parents": [POSTMORTEMS_FOLDER]});
    assert_eq!(
        world.post("/drive/v3/files", body).refusal(),
        (404, "notFound")
    );
    assert_eq!(world.get("/drive/v3/files").good()["files"], json!([]));
    let half = world.get("/drive/v3/files?includeItemsFromAllDrives=true");
    assert_eq!(half.status, 403);
}

#[test]
fn children_are_seen_at_once_and_names_later() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let children = format!(
        "'{POSTMORTEMS_FOLDER}' in parents and mimeType = '{SPREADSHEET}' and trashed = false"
    );
    assert_eq!(list(&mut world, &children), std::slice::from_ref(&id));
    assert_eq!(list(&mut world, "name = 'Customers'"), Vec::<String>::new());
    world.pass(20);
    assert_eq!(
        list(&mut world, "name = 'Customers'"),
        std::slice::from_ref(&id)
    );
    world
        .call(
            "PATCH",
            &format!("/drive/v3/files/{id}?supportsAllDrives=true"),
            Some(json!({"name": "New"})),
        )
        .good();
    assert_eq!(
        list(&mut world, "name = 'Customers'"),
        std::slice::from_ref(&id),
        "the old name is still found"
    );
    world.pass(20);
    assert_eq!(list(&mut world, "name = 'New'"), [id]);
    assert_eq!(list(&mut world, "name = 'Customers'"), Vec::<String>::new());
}

#[test]
fn properties_come_with_the_file_and_are_private_to_the_client() {
    let mut world = World::robot();
    let body = json!({"name": "x", "mimeType": FOLDER, "parents": [POSTMORTEMS_FOLDER], "appProperties": {"case": "Q1"}});
    let id = world.post(CREATE, body).good()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.pass(20);
    let query = "appProperties has { key='case' and value='Q1' }";
    assert_eq!(list(&mut world, query), std::slice::from_ref(&id));
    let url = format!("/drive/v3/files/{id}?supportsAllDrives=true&fields=appProperties");
    assert_eq!(
        world.get(&url).good(),
        json!({"appProperties": {"case": "Q1"}})
    );
    world
        .call(
            "PATCH",
            &url,
            Some(json!({"appProperties": {"case": null, "step": "sheet"}})),
        )
        .good();
    assert_eq!(
        world.get(&url).good(),
        json!({"appProperties": {"step": "sheet"}})
    );
}

#[test]
fn the_trash_is_listed_unless_the_query_says_otherwise() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let url = format!("/drive/v3/files/{id}?supportsAllDrives=true&fields=trashed");
    assert_eq!(
        world
            .call("PATCH", &url, Some(json!({"trashed": true})))
            .good(),
        json!({"trashed": true})
    );
    let sheets = format!("mimeType = '{SPREADSHEET}'");
    assert_eq!(list(&mut world, &sheets), [id]);
    assert_eq!(
        list(&mut world, &format!("{sheets} and trashed = false")),
        Vec::<String>::new()
    );
}

#[test]
fn a_file_moves_from_one_parent_to_another() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let file = format!("/drive/v3/files/{id}?supportsAllDrives=true&fields=parents");
    let only_add = world.call(
        "PATCH",
        &format!("{file}&addParents={SHARED_DRIVE}"),
        Some(json!({})),
    );
    assert_eq!(only_add.refusal(), (403, "cannotAddParent"));
    let body = world.call("PATCH", &file, Some(json!({"parents": [SHARED_DRIVE]})));
    assert_eq!(body.refusal(), (403, "fieldNotWritable"));
    let moved = format!("{file}&addParents={SHARED_DRIVE}&removeParents={POSTMORTEMS_FOLDER}");
    assert_eq!(
        world.call("PATCH", &moved, Some(json!({}))).good(),
        json!({"parents": [SHARED_DRIVE]})
    );
}

#[rstest]
#[case("q=name+is+x", 400)]
#[case("q='nowhere'+in+parents", 404)]
#[case("orderBy=colour", 400)]
#[case("corpora=drive", 400)]
#[case("driveId=0ASandboxSharedDrive", 400)]
#[case("pageToken=made-up", 400)]
#[case("spaces=photos", 400)]
#[case("orderBy=createdTime+desc,name&pageSize=5", 200)]
#[case(
    "corpora=drive&driveId=0ASandboxSharedDrive&supportsAllDrives=true&includeItemsFromAllDrives=true",
    200
)]
#[case(
    "corpora=drive&driveId=0AOther&supportsAllDrives=true&includeItemsFromAllDrives=true",
    404
)]
fn a_listing_must_make_sense(#[case] query: &str, #[case] status: u16) {
    let answer = World::robot().get(&format!("/drive/v3/files?{query}"));
    assert_eq!(answer.status, status, "{}", answer.body);
}

#[test]
fn a_long_list_comes_in_pages() {
    let mut world = World::robot();
    for _ in 0..3 {
        world.spreadsheet();
    }
    let url = "/drive/v3/files?supportsAllDrives=true&includeItemsFromAllDrives=true&pageSize=3";
    let first = world.get(url).good();
    let token = first["nextPageToken"].as_str().unwrap();
    let second = world.get(&format!("{url}&pageToken={token}")).good();
    assert_eq!(first["files"].as_array().unwrap().len(), 3);
    assert_eq!(
        (
            second["files"].as_array().unwrap().len(),
            second.get("nextPageToken")
        ),
        (1, None)
    );
}

#[test]
fn about_wants_to_be_asked_precisely() {
    let mut world = World::robot();
    assert_eq!(world.get("/drive/v3/about").refusal(), (400, "required"));
    let about = world
        .get("/drive/v3/about?fields=maxImportSizes,user(emailAddress)")
        .good();
    assert!(about["maxImportSizes"][SPREADSHEET].is_string());
}

#[test]
fn drive_file_reaches_what_the_client_made_or_was_given() {
    let mut world = World::robot();
    world.sign_in(None, "https://www.googleapis.com/auth/drive.file");
    let id = world.spreadsheet();
    assert_eq!(
        list(&mut world, &format!("'{POSTMORTEMS_FOLDER}' in parents")),
        std::slice::from_ref(&id)
    );
    let mut other = World {
        token: String::new(),
        ..world
    };
    let request = super::form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "sandbox-client"),
        ("client_secret", "sandbox-client-secret"),
        ("refresh_token", "sandbox-refresh-token"),
        ("scope", "https://www.googleapis.com/auth/drive.file"),
    ]);
    let reply = crate::sandbox::wire::Vendor::answer(&mut other.google, &request, other.now);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    body["access_token"]
        .as_str()
        .unwrap()
        .clone_into(&mut other.token);
    assert_eq!(
        other
            .get(&format!("/drive/v3/files/{id}?supportsAllDrives=true"))
            .status,
        404
    );
    assert_eq!(other.get(&format!("/v4/spreadsheets/{id}")).status, 404);
}

#[test]
fn plain_files_keep_their_bytes() {
    let mut world = World::robot();
    let id = generated(&mut world);
    let body = format!(
        "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Type: text/csv\r\n\r\na,b\r\n--b--",
        json!({"id": id, "name": "x.csv", "parents": [POSTMORTEMS_FOLDER]})
    );
    let url = "/upload/drive/v3/files?uploadType=multipart&supportsAllDrives=true&fields=id,size,mimeType";
    let headers = [("content-type", "multipart/related; boundary=b")];
    let made = world
        .send("POST", url, Some(body.clone().into_bytes()), &headers)
        .good();
    assert_eq!(made, json!({"id": id, "size": "3", "mimeType": "text/csv"}));
    assert_eq!(
        world
            .send("POST", url, Some(body.into_bytes()), &headers)
            .status,
        409
    );
    let read = world.get(&format!(
        "/drive/v3/files/{id}?alt=media&supportsAllDrives=true"
    ));
    assert_eq!(read.reply.body, b"a,b");
    let resumable = url.replace("multipart", "resumable");
    assert_eq!(
        world
            .send("POST", &resumable, Some(vec![]), &headers)
            .refusal(),
        (400, "notEmulated")
    );
}

#[test]
fn a_csv_upload_becomes_a_sheet_and_damages_ids() {
    let mut world = World::robot();
    let body = format!(
        "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Type: text/csv\r\n\r\norg,id\r\nAcme,00123\r\n--b--",
        json!({"name": "x", "mimeType": SPREADSHEET, "parents": [POSTMORTEMS_FOLDER]})
    );
    let url = "/upload/drive/v3/files?uploadType=multipart&supportsAllDrives=true";
    let headers = [("content-type", "multipart/related; boundary=b")];
    let id = world
        .send("POST", url, Some(body.into_bytes()), &headers)
        .good()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let values = world
        .get(&format!("/v4/spreadsheets/{id}/values/Sheet1"))
        .good();
    assert_eq!(values["values"], json!([["org", "id"], ["Acme", "123"]]));
    assert_eq!(
        values["range"], "Sheet1!A1:B2",
        "the grid is as large as the data"
    );
}

#[test]
fn deleting_is_for_ever() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let url = format!("/drive/v3/files/{id}?supportsAllDrives=true");
    assert_eq!(world.call("DELETE", &url, None).status, 204);
    assert_eq!(
        world.call("DELETE", &url, None).refusal(),
        (404, "notFound")
    );
    assert_eq!(world.get(&format!("/v4/spreadsheets/{id}")).status, 404);
}

#[test]
fn the_shared_drive_can_be_found() {
    let mut world = World::robot();
    let drives = world.get("/drive/v3/drives").good();
    assert_eq!(drives["drives"][0]["id"], SHARED_DRIVE);
    assert_eq!(
        world
            .get(&format!("/drive/v3/drives/{SHARED_DRIVE}"))
            .good()["name"],
        "Sandbox"
    );
    assert_eq!(
        world.get("/drive/v3/drives/0AOther").refusal(),
        (404, "notFound")
    );
}
