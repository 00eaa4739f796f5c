//! The front end: URLs, tokens, scopes, bodies.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ADA, World};
use crate::sandbox::wire::Vendor;

#[test]
fn it_serves_its_own_paths_only() {
    let google = World::robot().google;
    for path in [
        "/token",
        "/drive/v3/files",
        "/upload/drive/v3/files",
        "/v4/spreadsheets",
        "/calendar/v3/freeBusy",
    ] {
        assert!(google.serves(path), "{path}");
    }
    for path in [
        "/",
        "/drive/v2/files",
        "/calendar/v3x",
        "/wiki/api/v2/pages",
        "/tokens",
        "/api/chat.postMessage",
    ] {
        assert!(!google.serves(path), "{path}");
    }
}

#[test]
fn a_token_is_needed_and_expires() {
    let mut world = World::robot();
    world.get("/drive/v3/files").good();
    world.pass(3600);
    let late = world.get("/drive/v3/files");
    assert_eq!(late.refusal(), (401, "authError"));
    assert_eq!(late.body["error"]["status"], "UNAUTHENTICATED");
    assert!(
        late.reply
            .headers
            .iter()
            .any(|(name, _)| name == "www-authenticate")
    );
    world.token = "made-up".into();
    assert_eq!(
        world.get("/v4/spreadsheets/X").body["error"]["status"],
        "UNAUTHENTICATED"
    );
}

#[rstest]
#[case("drive.file", "/drive/v3/files", 200)]
#[case("drive.readonly", "/drive/v3/files", 200)]
#[case("spreadsheets", "/drive/v3/files", 403)]
#[case("calendar", "/drive/v3/files", 403)]
#[case("calendar.events", "/calendar/v3/calendars/primary/events", 200)]
#[case("calendar.freebusy", "/calendar/v3/calendars/primary/events", 403)]
#[case("drive", "/calendar/v3/calendars/primary/events", 403)]
#[case("calendar.events", "/v4/spreadsheets/X", 403)]
#[case("spreadsheets.readonly", "/v4/spreadsheets/X", 404)]
fn a_scope_must_cover_the_call(#[case] scope: &str, #[case] url: &str, #[case] status: u16) {
    let mut world = World::robot();
    world.sign_in(
        Some(ADA),
        &format!("https://www.googleapis.com/auth/{scope}"),
    );
    let answer = world.get(url);
    assert_eq!(answer.status, status, "{}", answer.body);
    if status == 403 {
        assert_eq!(answer.body["error"]["status"], "PERMISSION_DENIED");
        assert_eq!(
            answer.body["error"]["details"][0]["reason"],
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
        );
    }
}

#[rstest]
#[case("POST", "/drive/v3/file", Some(json!({})), 404, "notFound")]
#[case("PUT", "/drive/v3/files/X", Some(json!({})), 404, "notFound")]
#[case("GET", "/drive/v3/files?page=1", None, 400, "invalid")]
#[case("GET", "/drive/v3/files?pageSize=1001", None, 400, "invalidParameter")]
#[case(
    "GET",
    "/drive/v3/files?fields=files(title)",
    None,
    400,
    "invalidParameter"
)]
#[case("GET", "/drive/v3/files", Some(json!({})), 400, "badRequest")]
#[case("POST", "/drive/v3/files", Some(json!({"title": "x"})), 400, "invalid")]
#[case("POST", "/drive/v3/files", Some(json!({"name": ["x"]})), 400, "invalid")]
#[case("POST", "/calendar/v3/calendars/primary/events?notify=all", Some(json!({})), 400, "invalid")]
#[case("POST", "/calendar/v3/calendars/primary/events?sendUpdates=some", Some(json!({})), 400, "invalidParameter")]
#[case("POST", "/calendar/v3/calendars/primary/events", Some(json!({"title": "x"})), 400, "invalid")]
fn a_request_must_be_what_google_knows(
    #[case] method: &str,
    #[case] url: &str,
    #[case] body: Option<Value>,
    #[case] status: u16,
    #[case] reason: &str,
) {
    let mut world = World::acting_as(ADA);
    let answer = world.call(method, url, body);
    assert_eq!(answer.refusal(), (status, reason), "{}", answer.body);
}

#[test]
fn a_body_must_be_json_and_say_so() {
    let mut world = World::acting_as(ADA);
    let not_json = world.send("POST", "/drive/v3/files", Some(b"{".to_vec()), &[]);
    assert_eq!(not_json.refusal(), (400, "parseError"));
    let unsaid = world.send(
        "POST",
        "/drive/v3/files",
        Some(b"{}".to_vec()),
        &[("content-type", "text/plain")],
    );
    assert_eq!(unsaid.refusal(), (400, "badRequest"));
}

#[test]
fn the_standard_parameters_are_taken() {
    let mut world = World::acting_as(ADA);
    let standard = "alt=json&prettyPrint=false&key=k&quotaUser=q&%24.xgafv=2&upload_protocol=raw&userIp=1.2.3.4&callback=c";
    world.get(&format!("/drive/v3/files?{standard}")).good();
    let standard = "alt=json&prettyPrint=false&key=k&quotaUser=q&userIp=1.2.3.4";
    world
        .get(&format!("/calendar/v3/calendars/primary/events?{standard}"))
        .good();
    let token = std::mem::take(&mut world.token);
    let with_token = format!("/drive/v3/files?access_token={token}");
    world.get(&with_token).good();
}

#[test]
fn a_field_mask_cuts_every_answer() {
    let mut world = World::robot();
    let id = world.spreadsheet();
    let sheet = world.get(&format!(
        "/v4/spreadsheets/{id}?fields=sheets.properties(title,gridProperties/rowCount)"
    ));
    assert_eq!(
        sheet.good(),
        json!({"sheets": [{"properties": {"title": "Sheet1", "gridProperties": {"rowCount": 1000}}}]})
    );
    let calendar = world.get("/calendar/v3/calendars/primary?fields=id");
    assert_eq!(
        calendar.good(),
        json!({"id": "robot@debrief-sandbox.iam.gserviceaccount.com"})
    );
}

#[test]
fn the_refresh_token_acts_as_its_person() {
    let mut world = World::robot();
    let request = super::form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "sandbox-client"),
        ("client_secret", "sandbox-client-secret"),
        ("refresh_token", "sandbox-refresh-token"),
    ]);
    let reply = world.google.answer(&request, world.now);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    body["access_token"]
        .as_str()
        .unwrap()
        .clone_into(&mut world.token);
    let about = world.get("/drive/v3/about?fields=user").good();
    assert_eq!(
        about["user"]["emailAddress"],
        crate::sandbox::google::WORKSPACE_ACCOUNT
    );
    assert!(body["scope"].as_str().unwrap().contains("auth/drive "));
}
