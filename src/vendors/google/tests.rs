#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::json;

use super::auth::tests::key;
use super::calendar::{
    Attendance, Attendee, Availability, EventStatus, NewEvent, SendUpdates, Visibility,
};
use super::drive::{Grantee, NewFolder, Role, SPREADSHEET};
use super::*;
use crate::vendors::stub::{Line, Stub, ok, status};

fn noon() -> Timestamp {
    "2026-10-05T12:00:00Z".parse().unwrap()
}

fn token(name: &str) -> Line {
    ok(json!({"access_token": name, "token_type": "Bearer", "expires_in": 3599}).to_string())
}

/// A stub that gives a token first, then plays the script.
async fn google(script: Vec<Line>) -> (Stub, GoogleAuth) {
    let stub = Stub::playing([vec![token("t1")], script].concat()).await;
    let auth = GoogleAuth::service_account(stub.http(), &key(), None, &[SCOPE_FILES]);
    (stub, auth)
}

fn drive((stub, auth): &(Stub, GoogleAuth)) -> Drive {
    Drive::new(stub.http(), auth.clone(), noon)
}

fn calendar((stub, auth): &(Stub, GoogleAuth)) -> Calendar {
    Calendar::new(stub.http(), auth.clone(), noon)
}

fn body_of(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn refusal(code: u16, reason: &str) -> Line {
    let body = json!({"error": {
        "code": code, "message": "words", "errors": [{"domain": "usageLimits", "reason": reason}]
    }});
    status(code, body.to_string())
}

#[rstest]
#[case(403, "rateLimitExceeded", Failure::Throttled { retry_after: None })]
#[case(403, "userRateLimitExceeded", Failure::Throttled { retry_after: None })]
#[case(403, "quotaExceeded", Failure::Throttled { retry_after: Some(LONG_LIMIT) })]
#[case(403, "storageQuotaExceeded", Failure::Forbidden { reason: "storageQuotaExceeded".into(), message: "words".into() })]
#[case(403, "forbiddenForServiceAccounts", Failure::Forbidden { reason: "forbiddenForServiceAccounts".into(), message: "words".into() })]
#[case(409, "duplicate", Failure::Conflict("words".into()))]
#[case(400, "badRequest", Failure::Refused { status: 400, message: "words".into() })]
#[tokio::test]
async fn a_403_is_sorted_by_its_reason(
    #[case] code: u16,
    #[case] reason: &str,
    #[case] expected: Failure,
) {
    let google = google(vec![refusal(code, reason)]).await;
    let error = drive(&google)
        .create_spreadsheet("n", "p", &[])
        .await
        .unwrap_err();
    assert_eq!(error.failure, expected);
}

#[test]
fn the_newer_form_of_an_error_is_read_too() {
    let body = json!({"error": {"code": 403, "message": "m", "status": "PERMISSION_DENIED"}});
    let said = error_body(403, &body);
    assert_eq!(
        (said.reason.as_str(), said.message.as_str()),
        ("PERMISSION_DENIED", "m")
    );
}

#[tokio::test]
async fn a_revoked_token_earns_one_new_token_and_one_more_try() {
    let refused = || status(401, "{\"error\": {\"message\": \"Invalid Credentials\"}}");
    let file = ok("{\"id\": \"f\"}");
    let (stub, auth) = google(vec![refused(), token("t2"), file]).await;
    let drive = Drive::new(stub.http(), auth, noon);
    assert!(drive.file("f").await.unwrap().is_some());
    assert!(stub.seen()[1].contains("authorization: Bearer t1"));
    assert!(stub.seen()[3].contains("authorization: Bearer t2"));

    let google = google_refusing(refused).await;
    let error = super::Drive::new(google.0.http(), google.1, noon)
        .file("f")
        .await
        .unwrap_err();
    assert_eq!(
        error.failure,
        Failure::Unauthorized("Invalid Credentials".into())
    );
    assert_eq!(google.0.seen().len(), 4);
}

async fn google_refusing(refused: impl Fn() -> Line) -> (Stub, GoogleAuth) {
    google(vec![refused(), token("t2"), refused()]).await
}

#[tokio::test]
async fn a_folder_is_made_under_our_id_and_a_replay_is_a_conflict() {
    let google = google(vec![ok("{\"id\": \"f1\"}"), refusal(409, "fileIdInUse")]).await;
    let folder = NewFolder {
        id: "f1",
        name: "Incident 12",
        parent: Some("drive-1"),
        app_properties: &[("incident", "Q12")],
    };
    let drive = drive(&google);
    drive.create_folder(&folder).await.unwrap();
    let again = drive.create_folder(&folder).await.unwrap_err();
    assert!(matches!(again.failure, Failure::Conflict(_)));
    let seen = &google.0.seen()[1];
    assert!(seen.starts_with("POST /drive/v3/files?supportsAllDrives=true&fields=id%2Cname"));
    assert_eq!(
        body_of(seen),
        json!({
            "id": "f1", "name": "Incident 12", "mimeType": "application/vnd.google-apps.folder",
            "parents": ["drive-1"], "appProperties": {"incident": "Q12"}
        })
    );
}

#[tokio::test]
async fn an_incomplete_search_is_no_answer() {
    let google = google(vec![ok("{\"incompleteSearch\": true, \"files\": []}")]).await;
    let error = drive(&google).children("p", SPREADSHEET).await.unwrap_err();
    assert!(matches!(error.failure, Failure::Unreadable(_)));
}

#[tokio::test]
async fn sharing_sends_no_mail_and_names_the_grantee() {
    let google = google(vec![ok("{\"id\": \"p1\"}")]).await;
    let group = Grantee::Group("marketing@acme.example".into());
    let id = drive(&google)
        .share("f1", &group, Role::Reader)
        .await
        .unwrap();
    assert_eq!(id, "p1");
    let seen = &google.0.seen()[1];
    assert!(seen.starts_with(
        "POST /drive/v3/files/f1/permissions?sendNotificationEmail=false&supportsAllDrives=true"
    ));
    assert_eq!(
        body_of(seen),
        json!({"type": "group", "emailAddress": "marketing@acme.example", "role": "reader"})
    );
}

#[tokio::test]
async fn rows_are_written_raw_to_an_explicit_range() {
    let (stub, auth) = google(vec![status(503, ""), ok("{}")]).await;
    let rows = [vec!["=cmd()".to_owned(), "007".to_owned()]];
    Sheets::new(stub.http(), auth, noon)
        .update_values("s1", "'Customers'!A2:B2", &rows)
        .await
        .unwrap();
    assert_eq!(
        stub.seen().len(),
        3,
        "a write to an explicit range may be repeated"
    );
    let seen = &stub.seen()[2];
    assert!(
        seen.starts_with("PUT /v4/spreadsheets/s1/values/'Customers'!A2:B2?valueInputOption=RAW&")
            || seen.starts_with(
                "PUT /v4/spreadsheets/s1/values/%27Customers%27!A2:B2?valueInputOption=RAW&"
            ),
        "{seen}"
    );
    assert_eq!(
        body_of(seen),
        json!({"range": "'Customers'!A2:B2", "majorDimension": "ROWS", "values": [["=cmd()", "007"]]})
    );
}

#[tokio::test]
async fn a_calendar_that_cannot_be_read_is_unknown_and_never_free() {
    let answer = json!({"calendars": {
        "ann@acme.example": {"busy": [
            {"start": "2026-10-05T14:00:00+02:00", "end": "2026-10-05T13:00:00Z"}
        ]},
        "bo@acme.example": {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    }});
    let google = google(vec![ok(answer.to_string())]).await;
    let asked: Vec<String> = ["Ann@acme.example", "bo@acme.example", "cy@acme.example"]
        .map(String::from)
        .to_vec();
    let one = "2026-10-05T13:00:00Z".parse().unwrap();
    let told = calendar(&google)
        .free_busy(&asked, noon(), one)
        .await
        .unwrap();
    let availabilities: Vec<_> = told
        .into_iter()
        .map(|(_, availability)| availability)
        .collect();
    assert_eq!(
        availabilities,
        [
            Availability::Busy(vec![(noon(), one)]),
            Availability::Unknown("notFound".into()),
            Availability::Unknown("not in the answer".into()),
        ]
    );
    assert_eq!(
        body_of(&google.0.seen()[1])["timeMin"],
        json!("2026-10-05T12:00:00Z")
    );
}

#[tokio::test]
async fn more_than_fifty_calendars_are_asked_for_in_batches() {
    let google = google(vec![ok("{\"calendars\": {}}")]).await;
    let asked: Vec<String> = (0..101).map(|n| format!("p{n}@acme.example")).collect();
    let told = calendar(&google)
        .free_busy(&asked, noon(), noon())
        .await
        .unwrap();
    assert!(told.iter().map(|(id, _)| id).eq(&asked));
    let mut sizes: Vec<usize> = google.0.seen()[1..]
        .iter()
        .map(|request| body_of(request)["items"].as_array().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 50, 50]);
}

#[tokio::test]
async fn an_event_is_sent_once_whole_with_its_room() {
    let made = json!({
        "id": "abc12", "status": "confirmed", "htmlLink": "https://calendar.example/e",
        "start": {"dateTime": "2026-10-05T14:00:00+02:00"}, "end": {"dateTime": "2026-10-05T13:00:00Z"}
    });
    let google = google(vec![ok(made.to_string())]).await;
    let attendees = [
        Attendee {
            email: "ann@acme.example".into(),
            attendance: Attendance::Required,
        },
        Attendee {
            email: "bo@acme.example".into(),
            attendance: Attendance::Optional,
        },
    ];
    let event = NewEvent {
        visibility: Visibility::Default,
        id: "abc12",
        summary: "Postmortem",
        description: "text",
        start: noon(),
        end: "2026-10-05T13:00:00Z".parse().unwrap(),
        time_zone: "Europe/Berlin",
        attendees: &attendees,
        private_properties: &[("incident", "Q12")],
        meet: true,
    };
    let made = calendar(&google)
        .insert_event("lead@acme.example", &event, SendUpdates::All)
        .await
        .unwrap();
    assert_eq!(
        (made.status, made.start),
        (EventStatus::Confirmed, Some(noon()))
    );
    let seen = &google.0.seen()[1];
    assert!(seen.starts_with(
        "POST /calendar/v3/calendars/lead@acme.example/events?sendUpdates=all&conferenceDataVersion=1 "
    ));
    assert_eq!(
        body_of(seen),
        json!({
            "id": "abc12", "summary": "Postmortem", "description": "text",
            "start": {"dateTime": "2026-10-05T12:00:00Z", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-10-05T13:00:00Z", "timeZone": "Europe/Berlin"},
            "attendees": [
                {"email": "ann@acme.example", "responseStatus": "needsAction"},
                {"email": "bo@acme.example", "responseStatus": "needsAction", "optional": true}
            ],
            "extendedProperties": {"private": {"incident": "Q12"}},
            "conferenceData": {"createRequest": {
                "requestId": "abc12", "conferenceSolutionKey": {"type": "hangoutsMeet"}
            }}
        })
    );
}

#[tokio::test]
async fn a_deleted_event_is_told_from_one_that_never_was() {
    let google = google(vec![
        ok("{\"id\": \"a\", \"status\": \"cancelled\"}"),
        status(404, "{}"),
    ])
    .await;
    let calendar = calendar(&google);
    let deleted = calendar.event("c", "a").await.unwrap().unwrap();
    assert_eq!(
        (deleted.status, deleted.start),
        (EventStatus::Cancelled, None)
    );
    assert!(calendar.event("c", "b").await.unwrap().is_none());
}
