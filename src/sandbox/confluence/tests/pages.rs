use serde_json::json;

use super::*;

const PAGES: &str = "/wiki/api/v2/pages";

#[test]
fn a_page_comes_back_as_it_was_made() {
    let mut site = Site::new();
    let id = site.page("Checkout down", "<p>Hello &amp; welcome</p>");
    let page = site.get(&format!("{PAGES}/{id}?body-format=storage")).body;
    assert_eq!(page["title"], "Checkout down");
    assert_eq!(page["status"], "current");
    assert_eq!(page["parentId"], "500001");
    assert_eq!(page["version"]["number"], 1);
    assert_eq!(page["createdAt"], "2026-05-04T09:00:00.000Z");
    assert_eq!(
        page["body"]["storage"]["value"],
        "<p>Hello &amp; welcome</p>"
    );
    assert_eq!(page["_links"]["webui"], format!("/spaces/OPS/pages/{id}"));
    assert_eq!(page["_links"]["base"], "http://127.0.0.1:4000/wiki");
    let view = site.get(&format!("{PAGES}/{id}?body-format=view")).body;
    assert!(
        view["body"]["view"]["value"]
            .as_str()
            .unwrap()
            .contains("Hello &amp; welcome")
    );
    assert_eq!(
        site.get(&format!("{PAGES}/{id}")).body["body"],
        json!({}),
        "no format, no body"
    );
}

#[test]
fn bad_pages_are_refused_with_confluences_titles() {
    let mut site = Site::new();
    site.page("Taken", "");
    let good = new_page("Fresh", "<p>x</p>");
    let storage = |value: &str| json!({ "representation": "storage", "value": value });
    let bad = [
        (
            json!({ "title": "Taken" }),
            400,
            "A page with this title already exists",
        ),
        (
            json!({ "title": "tAKEN" }),
            400,
            "A page already exists with the same TITLE in this space",
        ),
        (json!({ "title": "x".repeat(256) }), 400, "255 characters"),
        (json!({ "title": null }), 400, "Title is required"),
        (json!({ "title": 7 }), 400, "Expected type is string"),
        (json!({ "spaceId": null }), 400, "'spaceId' is required"),
        (json!({ "spaceId": 98306 }), 400, "Expected type is string"),
        (
            json!({ "spaceId": "OPS" }),
            400,
            "Provided value {OPS} for 'spaceId' is not the correct type",
        ),
        (json!({ "spaceId": "1" }), 404, "No space"),
        (
            json!({ "spaceId": "98307", "parentId": null }),
            404,
            "may not create",
        ),
        (
            json!({ "parentId": "7" }),
            404,
            "No content found with id: 7",
        ),
        (json!({ "status": "published" }), 400, "'status'"),
        (json!({ "space": "OPS" }), 400, "Unrecognized field 'space'"),
        (
            json!({ "body": storage("<p>open") }),
            400,
            "Error parsing xhtml: Unexpected close tag </xml>; expected </p>.",
        ),
        (
            json!({ "body": storage("<p>a\u{1}b</p>") }),
            400,
            "Illegal character",
        ),
        (
            json!({ "body": { "representation": "wiki", "value": "h1. x" } }),
            400,
            "storage format only",
        ),
    ];
    for (change, status, title) in bad {
        let got = site.post(PAGES, &with(good.clone(), change.clone()));
        assert_eq!(got.status, status, "{change}: {}", got.body);
        assert!(got.title().contains(title), "{change}: {}", got.title());
    }
    assert_eq!(
        site.post(PAGES, &good).status,
        200,
        "and none of them left anything behind"
    );
}

#[test]
fn requests_themselves_have_to_be_right() {
    let mut site = Site::new();
    let page = new_page("x", "");
    let good = site.request("POST", PAGES, Some(&page));
    let mut cases = Vec::new();
    for (name, status) in [("authorization", 401), ("content-type", 415)] {
        let mut request = good.clone();
        request.headers.retain(|(key, _)| key != name);
        cases.push((request, status, name));
    }
    for (login, what) in [
        ("debrief@example.com:wrong", "token"),
        ("nobody@example.com:sandbox-confluence-token", "account"),
    ] {
        let mut request = good.clone();
        request.headers[0].1 = format!("Basic {}", STANDARD.encode(login));
        cases.push((request, 401, what));
    }
    let mut large = good.clone();
    large.body = vec![b' '; 5 * 1024 * 1024 + 1];
    cases.push((large, 413, "size"));
    let mut broken = good.clone();
    broken.body = b"{".to_vec();
    cases.push((broken, 400, "json"));
    cases.push((
        site.request("POST", &format!("{PAGES}?dry-run=true"), Some(&page)),
        400,
        "parameter",
    ));
    cases.push((site.request("PATCH", PAGES, Some(&page)), 405, "method"));
    cases.push((site.request("GET", "/wiki/api/v2/pagse", None), 404, "path"));
    cases.push((
        site.request("GET", "/wiki/api/v2/pages/abc", None),
        400,
        "id",
    ));
    cases.push((
        site.request("GET", "/wiki/rest/api/content/500001", None),
        410,
        "v1 content",
    ));
    for (request, status, what) in cases {
        let got = site.send(&request);
        assert_eq!(got.status, status, "{what}: {}", got.body);
        assert!(got.header("atl-traceid").is_some(), "{what}");
    }
}

#[test]
fn a_parent_left_out_is_the_homepage_and_root_level_means_none() {
    let mut site = Site::new();
    let page = with(new_page("a", ""), json!({ "parentId": null }));
    assert_eq!(site.post(PAGES, &page).body["parentId"], "500000");
    let page = with(page, json!({ "title": "b" }));
    assert_eq!(
        site.post(&format!("{PAGES}?root-level=true"), &page).body["parentId"],
        Value::Null
    );
    let page = with(page, json!({ "title": "c", "parentId": "500001" }));
    assert_eq!(
        site.post(&format!("{PAGES}?root-level=true"), &page).status,
        400
    );
}

#[test]
fn an_update_must_name_the_next_version() {
    let mut site = Site::new();
    let id = site.page("A", "<p>one</p>");
    assert_eq!(site.edit(&id, "<p>two</p>").status, 200);
    let stale = json!({
        "id": id, "status": "current", "title": "A", "version": { "number": 2 },
        "body": { "representation": "storage", "value": "<p>three</p>" },
    });
    let path = format!("{PAGES}/{id}");
    let got = site.put(&path, &stale);
    assert_eq!(
        (got.status, &got.body["errors"][0]["code"]),
        (409, &json!("CONFLICT"))
    );
    assert_eq!(
        got.title(),
        "Version must be incremented when updating a page. Current Version: [2]. Provided version: [2]"
    );
    for missing in ["id", "status", "title", "body", "version"] {
        let got = site.put(&path, &with(stale.clone(), json!({ missing: null })));
        assert_eq!(got.status, 400, "{missing}");
    }
    let got = site.put(&path, &with(stale, json!({ "id": "500001" })));
    assert_eq!(got.status, 400, "another id");
    let old = site
        .get(&format!("{path}?version=1&body-format=storage"))
        .body;
    assert_eq!(
        (&old["status"], &old["body"]["storage"]["value"]),
        (&json!("historical"), &json!("<p>one</p>"))
    );
    assert_eq!(
        site.get(&format!("{path}/versions")).body["results"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_title_clash_on_update_speaks_of_something_else() {
    let mut site = Site::new();
    site.page("A", "");
    let id = site.page("B", "");
    let got = site.put(
        &format!("{PAGES}/{id}/title"),
        &json!({ "status": "current", "title": "a" }),
    );
    assert_eq!(got.status, 400);
    assert!(
        got.title().starts_with("No space or no content type"),
        "{}",
        got.title()
    );
    let got = site.put(
        &format!("{PAGES}/{id}/title"),
        &json!({ "status": "current", "title": "b" }),
    );
    assert_eq!(
        (got.status, &got.body["version"]["number"]),
        (200, &json!(2)),
        "its own title is no clash"
    );
}

#[test]
fn the_trash_frees_a_title_and_the_archive_does_not() {
    let mut site = Site::new();
    let id = site.page("A", "<p>kept</p>");
    assert_eq!(
        site.delete(&format!("{PAGES}/{id}?purge=true")).status,
        400,
        "not in the trash yet"
    );
    assert_eq!(site.delete(&format!("{PAGES}/{id}")).status, 204);
    assert_eq!(site.get(&format!("{PAGES}/{id}")).body["status"], "trashed");
    assert_eq!(
        site.get(&format!("{PAGES}/{id}?status=current")).status,
        404
    );
    assert!(site.get(&format!("{PAGES}?title=A")).each("id").is_empty());
    assert_eq!(
        site.get(&format!("{PAGES}?title=A&status=trashed"))
            .each("id"),
        [id.as_str()]
    );

    let second = site.page("A", "");
    let got = site.edit(&id, "<p>dropped</p>");
    assert_eq!(got.status, 400, "restoring onto a taken title");
    assert_eq!(
        site.post(
            "/wiki/rest/api/content/archive",
            &json!({ "pages": [{ "id": second }] })
        )
        .status,
        202
    );
    assert_eq!(
        site.post(PAGES, &new_page("a", "")).status,
        400,
        "archived pages hold their title"
    );
    assert_eq!(
        site.get(&format!("{PAGES}?title=A")).each("status"),
        ["archived"]
    );

    assert_eq!(
        site.put(
            &format!("{PAGES}/{second}/title"),
            &json!({ "status": "current", "title": "Z" })
        )
        .status,
        404
    );
    assert_eq!(site.delete(&format!("{PAGES}/{second}")).status, 204);
    let restored = site.edit(&id, "<p>dropped</p>");
    assert_eq!(
        restored.body["body"]["storage"]["value"], "<p>kept</p>",
        "restoring changes the state only"
    );
    site.delete(&format!("{PAGES}/{second}?purge=true"));
    assert_eq!(site.get(&format!("{PAGES}/{second}")).status, 404);
}

#[test]
fn private_and_restricted_pages_are_not_there_for_others() {
    let mut site = Site::new();
    let id = site
        .post(&format!("{PAGES}?private=true"), &new_page("secret", ""))
        .id();
    let open = site.page("open", "");
    site.address = "ana@example.com".into();
    assert_eq!(site.get(&format!("{PAGES}/{id}")).status, 404);
    assert_eq!(
        site.get(&format!("{PAGES}?title=secret")).each("id").len(),
        0
    );
    site.address = ACCOUNT.into();
    let me = site.get("/wiki/rest/api/user/current").body["accountId"].clone();
    let path = format!("/wiki/rest/api/content/{open}/restriction");
    let only = |account: &Value| json!([{ "operation": "update", "restrictions": { "user": [{ "type": "known", "accountId": account }] } }]);
    assert_eq!(
        site.put(&path, &only(&json!("712020:ana"))).status,
        400,
        "nobody locks themselves out"
    );
    assert_eq!(site.put(&path, &only(&me)).status, 200);
    let update = site.get(&path).body["results"][1].clone();
    assert_eq!(
        update["restrictions"]["user"]["results"][0]["accountId"],
        me
    );
    site.address = "ana@example.com".into();
    assert_eq!(site.get(&format!("{PAGES}/{open}")).status, 200);
    assert_eq!(site.edit(&open, "").status, 403);
}

#[test]
fn drafts_need_no_title_and_are_published_as_version_one() {
    let mut site = Site::new();
    let draft = with(
        new_page("", "<p>a</p>"),
        json!({ "status": "draft", "title": null }),
    );
    let id = site.post(PAGES, &draft).id();
    assert!(
        site.get(PAGES)
            .each("id")
            .iter()
            .all(|listed| *listed != id)
    );
    let publish = json!({
        "id": id, "status": "current", "title": "Out", "version": { "number": 1 },
        "body": { "representation": "storage", "value": "<p>b</p>" },
    });
    let got = site.put(&format!("{PAGES}/{id}"), &publish);
    assert_eq!(
        (got.status, &got.body["version"]["number"]),
        (200, &json!(1))
    );
}

#[test]
fn the_tree_is_what_parents_say() {
    let mut site = Site::new();
    let above = site.page("above", "");
    let below = site
        .post(
            PAGES,
            &with(new_page("below", ""), json!({ "parentId": above })),
        )
        .id();
    assert_eq!(
        site.get(&format!("{PAGES}/{below}/ancestors")).each("id"),
        ["500000", "500001", above.as_str()]
    );
    assert_eq!(
        site.get(&format!("{PAGES}/500001/direct-children"))
            .each("title"),
        ["above"]
    );
    assert_eq!(
        site.get(&format!("{PAGES}/500000/descendants?depth=3"))
            .each("title"),
        ["Postmortems", "above", "below"]
    );
    let path = format!("/wiki/rest/api/content/{above}/move/append/{below}");
    assert_eq!(
        site.put(&path, &json!({})).status,
        400,
        "no page goes below itself"
    );
    assert_eq!(
        site.put(
            &format!("/wiki/rest/api/content/{below}/move/append/500000"),
            &json!({})
        )
        .status,
        200
    );
    assert_eq!(
        site.get(&format!("{PAGES}/{below}")).body["parentId"],
        "500000"
    );
    assert_eq!(
        site.put(
            &format!("/wiki/rest/api/content/{below}/move/before/500001"),
            &json!({})
        )
        .status,
        200
    );
    assert_eq!(
        site.get(&format!("{PAGES}/500000/direct-children"))
            .each("title"),
        ["below", "Postmortems"]
    );
}

#[test]
fn one_request_too_many_is_throttled_when_asked_for() {
    let mut site = Site::new();
    site.vendor = Confluence::new().with_rate_limit(2);
    let statuses: Vec<u16> = (0..3).map(|_| site.get(PAGES).status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    let got = site.get(PAGES);
    assert_eq!(got.header("retry-after"), Some("1"));
    assert_eq!(
        got.header("x-ratelimit-reset"),
        Some("2026-05-04T09:00:01Z")
    );
    site.wait(1);
    assert_eq!(site.get(PAGES).status, 200);
}
