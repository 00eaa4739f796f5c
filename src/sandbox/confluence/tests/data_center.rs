//! Data Center's face: who is let in, what is refused, and that both faces show one site.

use serde_json::{Value, json};

use super::{Got, Site, new_page};
use crate::sandbox::confluence::PERSONAL_ACCESS_TOKEN;
use crate::sandbox::seed::user_key;
use crate::sandbox::wire::Vendor as _;

const CONTENT: &str = "/rest/api/content";

impl Site {
    /// Calls Data Center's face with that token.
    fn with_token(&mut self, token: &str, method: &str, target: &str, body: Option<&Value>) -> Got {
        let mut request = self.request(method, target, body);
        request.headers.retain(|(name, _)| name != "authorization");
        let header = ("authorization".to_owned(), format!("Bearer {token}"));
        request.headers.push(header);
        self.send(&request)
    }

    fn dc(&mut self, method: &str, target: &str, body: Option<&Value>) -> Got {
        self.with_token(PERSONAL_ACCESS_TOKEN, method, target, body)
    }

    fn dc_page(&mut self, title: &str, storage: &str) -> String {
        self.dc("POST", CONTENT, Some(&content(title, storage)))
            .id()
    }
}

fn content(title: &str, storage: &str) -> Value {
    json!({
        "type": "page", "title": title, "space": {"key": "OPS"}, "ancestors": [{"id": "500001"}],
        "body": {"storage": {"value": storage, "representation": "storage"}},
    })
}

#[test]
fn it_serves_its_own_paths_only() {
    let site = Site::new();
    for path in [
        "/rest/api/content",
        "/rest/api/content/1/label",
        "/rest/api/space/OPS",
        "/rest/api/user",
    ] {
        assert!(site.vendor.serves(path), "{path}");
    }
    for path in [
        "/rest/api/3/issue",
        "/rest/api/contents",
        "/rest/api",
        "/rest/servicedeskapi",
        "/api/v2/pages",
    ] {
        assert!(!site.vendor.serves(path), "{path}");
    }
}

#[test]
fn a_token_says_who_calls() {
    let mut site = Site::new();
    let ana = user_key("ana@example.com");
    let own = format!("{PERSONAL_ACCESS_TOKEN}-{ana}");
    let got = site.with_token(&own, "GET", "/rest/api/user/current", None);
    assert_eq!(got.body["userKey"], ana.as_str());
    assert_eq!(got.body["username"], "ana");
    assert_eq!(got.body.get("email"), None, "no addresses here");
    for wrong in [
        "",
        "sandbox-confluence-token",
        "sandbox-confluence-pat-",
        "sandbox-confluence-patx",
    ] {
        let got = site.with_token(wrong, "GET", "/rest/api/user/current", None);
        assert_eq!(got.status, 401, "{wrong}");
        assert_eq!(got.body["reason"], "Unauthorized");
    }
    // Cloud's way of logging in opens nothing here.
    assert_eq!(site.get("/rest/api/user/current").status, 401);
}

#[test]
fn a_page_of_one_face_is_a_page_of_the_other() {
    let mut site = Site::new();
    let ana = user_key("ana@example.com");
    let storage = format!("<p><ac:link><ri:user ri:userkey=\"{ana}\"/></ac:link> look</p>");
    let id = site.dc_page("Outage", &storage);
    let cloud = site.get(&format!("/wiki/api/v2/pages/{id}?body-format=storage"));
    assert_eq!(
        cloud.body["body"]["storage"]["value"],
        "<p><ac:link><ri:user ri:account-id=\"712020:ana\" /></ac:link> look</p>"
    );
    let other = site.page(
        "Other",
        "<p><ac:link><ri:user ri:account-id=\"712020:ana\" /></ac:link></p>",
    );
    let got = site.dc(
        "GET",
        &format!("{CONTENT}/{other}?expand=body.storage,space"),
        None,
    );
    assert_eq!(
        got.body["body"]["storage"]["value"],
        format!("<p><ac:link><ri:user ri:userkey=\"{ana}\" /></ac:link></p>")
    );
    assert_eq!(got.body["space"]["key"], "OPS");
    assert_eq!(got.body.get("version"), None, "only what was asked for");
    let taken = site.post("/wiki/api/v2/pages", &new_page("OUTAGE", ""));
    assert_eq!(taken.status, 400);
    let taken = site.dc("POST", CONTENT, Some(&content("other", "")));
    assert_eq!(taken.status, 400);
    assert!(taken.title().contains("title already exists"));
    assert_eq!(taken.body["data"]["allowedInReadOnlyMode"], true);
}

#[test]
fn what_is_not_known_is_refused() {
    let mut site = Site::new();
    let good = content("Outage", "<p />");
    let bad = [
        ("restrictions", json!({"read": {}})),
        (
            "body",
            json!({"representation": "storage", "value": "<p>half"}),
        ),
        ("space", json!({"id": 98306})),
        ("space", json!({"key": "OPS", "id": 98306})),
        ("type", json!("blogpost")),
        ("status", json!("draft")),
        ("ancestors", json!([])),
        ("title", json!("")),
        (
            "body",
            json!({"storage": {"value": "<ri:user ri:account-id=\"712020:ana\" />", "representation": "storage"}}),
        ),
    ];
    for (name, value) in bad {
        let mut body = good.clone();
        body[name] = value;
        let got = site.dc("POST", CONTENT, Some(&body));
        assert_eq!(got.status, 400, "{body}");
    }
    let mut elsewhere = good.clone();
    elsewhere["space"]["key"] = json!("ops");
    assert_eq!(site.dc("POST", CONTENT, Some(&elsewhere)).status, 404);
    elsewhere["space"]["key"] = json!("HR");
    elsewhere["ancestors"] = Value::Null;
    assert_ne!(site.dc("POST", CONTENT, Some(&elsewhere)).status, 200);
    for path in [
        "/rest/api/content?spacekey=OPS",
        "/rest/api/content?expand=children",
        "/rest/api/user",
        "/rest/api/content/1/history",
        "/rest/api/space",
    ] {
        assert!(site.dc("GET", path, None).status >= 400, "{path}");
    }
    assert_eq!(site.dc("DELETE", CONTENT, None).status, 405);
}

#[test]
fn a_title_is_looked_up_whole_and_at_once() {
    let mut site = Site::new();
    let id = site.dc_page("Outage 12", "<p />");
    site.dc_page("Outage 123", "<p />");
    let path =
        |title: &str, more: &str| format!("{CONTENT}?type=page&spaceKey=OPS&title={title}{more}");
    assert_eq!(
        site.dc("GET", &path("Outage+12", ""), None).each("id"),
        [id.as_str()]
    );
    let none: [&str; 0] = [];
    assert_eq!(
        site.dc("GET", &path("outage+12", ""), None).each("id"),
        none
    );
    site.delete(&format!("/wiki/api/v2/pages/{id}"));
    assert_eq!(
        site.dc("GET", &path("Outage+12", ""), None).each("id"),
        none
    );
    let any = site.dc("GET", &path("Outage+12", "&status=any"), None);
    assert_eq!(any.each("status"), ["trashed"]);
    assert_eq!(site.dc("GET", &format!("{CONTENT}/{id}"), None).status, 404);
    assert_eq!(
        site.dc("GET", &format!("{CONTENT}/{id}?status=any"), None)
            .status,
        200
    );
    let unknown = site.dc("GET", &format!("{CONTENT}?spaceKey=NONE&title=x"), None);
    assert_eq!(
        (unknown.status, unknown.title()),
        (404, "No space with key : NONE")
    );
}

#[test]
fn the_search_is_late_and_what_it_finds_is_not() {
    let mut site = Site::new();
    let id = site.dc_page("Outage", "<p>one</p>");
    let search = format!("{CONTENT}/search?cql=id+in+({id},500001)&expand=body.storage");
    assert_eq!(site.dc("GET", &search, None).each("id"), ["500001"]);
    site.wait(21);
    site.edit(&id, "<p>two</p>");
    let got = site.dc("GET", &search, None);
    assert_eq!(got.each("id"), ["500001", id.as_str()]);
    assert_eq!(
        got.body["results"][1]["body"]["storage"]["value"],
        "<p>two</p>"
    );
    site.delete(&format!("/wiki/api/v2/pages/{id}"));
    assert_eq!(site.dc("GET", &search, None).each("id"), ["500001"]);
}

#[test]
fn with_bodies_a_list_gives_fifty_at_most() {
    let mut site = Site::new();
    for number in 0..60 {
        site.dc_page(&format!("Page {number}"), "<p />");
    }
    let bare = site.dc("GET", &format!("{CONTENT}?spaceKey=OPS&limit=1000"), None);
    assert_eq!(bare.each("id").len(), 62);
    let path = format!("{CONTENT}?spaceKey=OPS&limit=1000&expand=body.storage");
    let first = site.dc("GET", &path, None);
    assert_eq!(
        (first.each("id").len(), &first.body["limit"]),
        (50, &json!(50))
    );
    let next = first.body["_links"]["next"].as_str().unwrap().to_owned();
    let second = site.dc("GET", &next, None);
    assert_eq!(second.each("id").len(), 12);
    assert_eq!(second.body["_links"].get("next"), None);
}

#[test]
fn a_change_names_the_next_version_and_keeps_what_it_does_not_name() {
    let mut site = Site::new();
    let id = site.dc_page("Outage", "<p>one</p>");
    site.dc_page("Taken", "<p />");
    let path = format!("{CONTENT}/{id}");
    let change = |title: &str, number: i64| json!({"type": "page", "title": title, "version": {"number": number}});
    assert_eq!(site.dc("PUT", &path, Some(&change("New", 1))).status, 409);
    assert_eq!(site.dc("PUT", &path, Some(&change("New", 3))).status, 409);
    assert_eq!(site.dc("PUT", &path, Some(&change("taken", 2))).status, 400);
    let got = site.dc(
        "PUT",
        &format!("{path}?expand=version,body.storage"),
        Some(&change("New", 2)),
    );
    assert_eq!(got.body["version"]["number"], 2);
    assert_eq!(got.body["body"]["storage"]["value"], "<p>one</p>");
}

#[test]
fn restrictions_hold_in_both_faces_lists_and_tasks_included() {
    let mut site = Site::new();
    let task = "<ac:task-list><ac:task><ac:task-body>Do it</ac:task-body></ac:task></ac:task-list>";
    let id = site.dc_page("Leak", task);
    site.wait(21);
    let key = site.dc("GET", "/rest/api/user/current", None).body["userKey"].clone();
    let alone = json!([{"operation": "read", "restrictions": {"user": [{"type": "known", "userKey": key}], "group": []}}]);
    let path = format!("{CONTENT}/{id}/restriction");
    assert_eq!(site.dc("PUT", &path, Some(&alone)).status, 200);
    // What is left out stays: editing was never restricted.
    let update = site.dc("GET", &format!("{path}/byOperation/update"), None);
    assert_eq!(update.body["restrictions"]["user"]["size"], 0);

    let ana = format!("{PERSONAL_ACCESS_TOKEN}-{}", user_key("ana@example.com"));
    for target in [
        format!("{CONTENT}/{id}"),
        format!("{CONTENT}/{id}/label"),
        format!("{CONTENT}/{id}/property/x"),
        format!("{CONTENT}/{id}/child/comment"),
        format!("{path}/byOperation/read"),
    ] {
        assert_eq!(
            site.with_token(&ana, "GET", &target, None).status,
            404,
            "{target}"
        );
    }
    for target in [
        format!("{CONTENT}?spaceKey=OPS&title=Leak"),
        format!("{CONTENT}/search?cql=id={id}"),
    ] {
        let got = site.with_token(&ana, "GET", &target, None);
        assert_eq!((got.status, got.each("id").len()), (200, 0), "{target}");
    }
    site.address = "ana@example.com".to_owned();
    assert_eq!(site.get(&format!("/wiki/api/v2/pages/{id}")).status, 404);
    assert_eq!(
        site.get(&format!("/wiki/api/v2/tasks?page-id={id}"))
            .each("id")
            .len(),
        0
    );

    let locked = json!([{"operation": "read", "restrictions": {"user": [{"type": "known", "userKey": user_key("ana@example.com")}]}}]);
    assert_eq!(
        site.dc("PUT", &path, Some(&locked)).status,
        400,
        "nobody locks themselves out"
    );
    let open = json!([{"operation": "read", "restrictions": {"user": [], "group": []}}]);
    assert_eq!(site.dc("PUT", &path, Some(&open)).status, 200);
    assert_eq!(site.get(&format!("/wiki/api/v2/pages/{id}")).status, 200);
}

#[test]
fn cloud_wants_empty_lists_of_subjects_left_out_and_groups_by_id() {
    let mut site = Site::new();
    let id = site.page("Leak", "");
    let path = format!("/wiki/rest/api/content/{id}/restriction");
    let me = site.get("/wiki/rest/api/user/current").body["accountId"].clone();
    for group in [
        json!([]),
        json!([{"type": "group", "name": "security-team"}]),
    ] {
        let body = json!([{"operation": "read", "restrictions": {"user": [{"type": "known", "accountId": me}], "group": group}}]);
        assert_eq!(site.put(&path, &body).status, 400, "{body}");
    }
    let stranger = json!([{"operation": "read", "restrictions": {"user": [{"type": "known", "accountId": "x"}]}}]);
    assert_eq!(site.put(&path, &stranger).status, 400);
}

#[test]
fn too_many_calls_are_refused_in_its_own_words() {
    let mut site = Site::new();
    site.vendor = crate::sandbox::confluence::Confluence::new().with_rate_limit(1);
    assert_eq!(site.dc("GET", "/rest/api/user/current", None).status, 200);
    let got = site.dc("GET", "/rest/api/user/current", None);
    assert_eq!((got.status, got.header("retry-after")), (429, Some("1")));
    assert_eq!(got.header("x-ratelimit-fillrate"), Some("10"));
    assert_eq!(got.body["statusCode"], 429);
}
