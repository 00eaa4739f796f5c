//! Permissions.

use rstest::rstest;
use serde_json::{Value, json};

use super::{ADA, BEN, World};
use crate::sandbox::wire::Vendor;

fn share(world: &mut World, file: &str, query: &str, body: Value) -> super::Answer {
    world.post(
        &format!("/drive/v3/files/{file}/permissions?supportsAllDrives=true{query}"),
        body,
    )
}

#[rstest]
#[case(json!({"type": "user", "role": "reader", "emailAddress": "ada@example.com"}), "&sendNotificationEmail=false", 200, "")]
#[case(json!({"type": "group", "role": "reader", "emailAddress": "everyone@example.com"}), "&sendNotificationEmail=false", 200, "")]
#[case(json!({"type": "domain", "role": "commenter", "domain": "example.com"}), "", 200, "")]
#[case(json!({"type": "anyone", "role": "reader"}), "", 200, "")]
#[case(json!({"role": "reader", "emailAddress": "ada@example.com"}), "", 400, "required")]
#[case(json!({"type": "user", "emailAddress": "ada@example.com"}), "", 400, "required")]
#[case(json!({"type": "user", "role": "reader"}), "", 400, "invalid")]
#[case(json!({"type": "user", "role": "reader", "emailAddress": "ada"}), "", 400, "invalid")]
#[case(json!({"type": "user", "role": "editor", "emailAddress": "ada@example.com"}), "", 400, "invalid")]
#[case(json!({"type": "person", "role": "reader", "emailAddress": "ada@example.com"}), "", 400, "invalid")]
#[case(json!({"type": "anyone", "role": "reader", "emailAddress": "ada@example.com"}), "", 400, "invalid")]
#[case(json!({"type": "user", "role": "owner", "emailAddress": "ada@example.com"}), "", 403, "forbidden")]
#[case(json!({"type": "user", "role": "reader", "emailAddress": "stranger@example.org"}), "&sendNotificationEmail=false", 400, "invalidSharingRequest")]
#[case(json!({"type": "user", "role": "reader", "emailAddress": "stranger@example.org"}), "", 200, "")]
fn a_permission_is_given_or_not(
    #[case] body: Value,
    #[case] query: &str,
    #[case] status: u16,
    #[case] reason: &str,
) {
    let mut world = World::robot();
    let file = world.spreadsheet();
    let answer = share(&mut world, &file, query, body);
    assert_eq!(answer.status, status, "{}", answer.body);
    if status != 200 {
        assert_eq!(answer.refusal(), (status, reason));
    }
}

#[test]
fn sharing_twice_is_one_permission() {
    let mut world = World::robot();
    let file = world.spreadsheet();
    let body = |role: &str| json!({"type": "user", "role": role, "emailAddress": ADA});
    let first = share(
        &mut world,
        &file,
        "&sendNotificationEmail=false",
        body("reader"),
    )
    .good();
    let second = share(
        &mut world,
        &file,
        "&sendNotificationEmail=false",
        body("writer"),
    )
    .good();
    assert_eq!(first["id"], second["id"]);
    let url = format!(
        "/drive/v3/files/{file}/permissions?supportsAllDrives=true&fields=permissions(emailAddress,role)"
    );
    assert_eq!(
        world.get(&url).good(),
        json!({"permissions": [{"emailAddress": ADA, "role": "writer"}]})
    );
    let one = format!(
        "/drive/v3/files/{file}/permissions/{}?supportsAllDrives=true",
        first["id"].as_str().unwrap()
    );
    assert_eq!(world.get(&one).good()["role"], "writer");
    assert_eq!(
        world
            .call("PATCH", &one, Some(json!({"role": "reader"})))
            .good()["role"],
        "reader"
    );
    assert_eq!(world.call("DELETE", &one, None).status, 204);
    assert_eq!(
        world.call("DELETE", &one, None).refusal(),
        (404, "notFound")
    );
}

#[test]
fn google_sends_a_mail_unless_told_not_to() {
    let mut world = World::robot();
    let file = world.spreadsheet();
    let body = |email: &str| json!({"type": "user", "role": "reader", "emailAddress": email});
    share(&mut world, &file, "&sendNotificationEmail=false", body(ADA)).good();
    share(&mut world, &file, "", body(BEN)).good();
    let sent = &world.google.world()["drive"]["notifications"];
    assert_eq!(sent.as_array().unwrap().len(), 1);
    assert_eq!(sent[0]["to"], BEN);
}

#[test]
fn what_a_person_owns_others_see_when_it_is_shared() {
    let mut world = World::acting_as(ADA);
    let file = world.post("/v4/spreadsheets", json!({})).good()["spreadsheetId"]
        .as_str()
        .unwrap()
        .to_owned();
    world.sign_in(Some(BEN), super::ALL_SCOPES);
    assert_eq!(
        world.get(&format!("/drive/v3/files/{file}")).refusal(),
        (404, "notFound")
    );
    assert_eq!(world.get(&format!("/v4/spreadsheets/{file}")).status, 403);
    world.sign_in(Some(ADA), super::ALL_SCOPES);
    share(
        &mut world,
        &file,
        "",
        json!({"type": "user", "role": "reader", "emailAddress": BEN}),
    )
    .good();
    world.sign_in(Some(BEN), super::ALL_SCOPES);
    world.get(&format!("/v4/spreadsheets/{file}")).good();
    let write = world.call(
        "PUT",
        &format!("/v4/spreadsheets/{file}/values/A1?valueInputOption=RAW"),
        Some(json!({"values": [["x"]]})),
    );
    assert_eq!(
        (write.status, write.message()),
        (403, "The caller does not have permission")
    );
}
