use super::*;

const BULK: &str = "/wiki/api/v2/users-bulk";

#[test]
fn a_hidden_address_is_empty_and_unknown_ids_are_left_out() {
    let mut site = Site::new();
    let got = site.post(
        BULK,
        &json!({ "accountIds": ["712020:ana", "712020:ben", "712020:nobody"] }),
    );
    assert_eq!(got.each("email"), ["ana@example.com", ""]);
    assert_eq!(got.each("displayName"), ["Ana Ruiz", "Ben Okoye"]);
    assert_eq!(
        site.get("/wiki/rest/api/user?accountId=712020:ben").body["email"],
        ""
    );
    assert_eq!(site.get("/wiki/rest/api/user?accountId=x").status, 404);
    assert_eq!(site.get("/wiki/rest/api/user").status, 400);
    let got = site.get("/wiki/rest/api/user/bulk?accountId=712020:ana&accountId=712020:ben");
    assert_eq!(got.each("accountId").len(), 2);
}

#[test]
fn bad_lookups_are_refused() {
    let mut site = Site::new();
    let many: Vec<String> = (0..251).map(|number| number.to_string()).collect();
    for bad in [
        json!({}),
        json!({ "accountIds": [] }),
        json!({ "accountIds": many }),
        json!({ "accountIds": [1] }),
        json!({ "ids": ["a"] }),
    ] {
        assert_eq!(site.post(BULK, &bad).status, 400);
    }
    assert_eq!(site.get(BULK).status, 405);
    assert_eq!(
        site.get("/wiki/rest/api/user/email?accountId=712020:ana")
            .status,
        400,
        "for approved apps only"
    );
}

#[test]
fn the_credentials_decide_who_the_current_user_is() {
    let mut site = Site::new();
    assert_eq!(
        site.get("/wiki/rest/api/user/current").body["displayName"],
        "Debrief"
    );
    site.address = "Ana@example.com".into();
    assert_eq!(
        site.get("/wiki/rest/api/user/current").body["accountId"],
        "712020:ana"
    );
}
