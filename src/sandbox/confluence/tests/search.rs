use super::*;

const SEARCH: &str = "/wiki/rest/api/content/search?cql=";

#[test]
fn the_index_is_twenty_seconds_behind() {
    let mut site = Site::new();
    let page = site.page("Checkout down", "");
    let cql = format!("{SEARCH}type=page+and+space=OPS+and+title=%22Checkout+down%22");
    site.wait(19);
    assert_eq!(site.get(&cql).body["size"], 0);
    site.wait(1);
    assert_eq!(site.get(&cql).each("id"), [page.as_str()]);
    site.delete(&format!("/wiki/api/v2/pages/{page}"));
    assert_eq!(site.get(&cql).body["size"], 1, "deleted pages linger");
    site.wait(20);
    assert_eq!(site.get(&cql).body["size"], 0);
}

#[test]
fn conditions_select() {
    let mut site = Site::new();
    let page = site.page("Checkout down", "");
    site.post(
        &format!("/wiki/rest/api/content/{page}/label"),
        &json!({ "prefix": "global", "name": "sev1" }),
    );
    site.wait(30);
    for (cql, hits) in [
        ("type=page", 3),
        ("label=sev1", 1),
        ("label+in+(sev1,sev2)", 1),
        ("label!=sev1", 2),
        ("title~%22checkout%22", 1),
        ("parent=500001", 1),
        ("ancestor=500000", 2),
        ("space=ops", 0),
        ("type=blogpost", 0),
    ] {
        assert_eq!(
            site.get(&format!("{SEARCH}{cql}")).body["size"],
            hits,
            "{cql}"
        );
    }
    let got = site.get("/wiki/rest/api/search?cql=type=page&limit=2");
    assert_eq!(
        (&got.body["totalSize"], &got.body["size"]),
        (&json!(3), &json!(2))
    );
    let next = format!("/wiki{}", got.body["_links"]["next"].as_str().unwrap());
    assert_eq!(site.get(&next).body["size"], 1);
}

#[test]
fn bad_searches_are_refused() {
    let mut site = Site::new();
    for bad in [
        "/wiki/rest/api/content/search",
        "/wiki/rest/api/search?cql=type",
        "/wiki/rest/api/search?cql=title=a:b",
        "/wiki/rest/api/search?cql=type=page&order=x",
    ] {
        assert_eq!(site.get(bad).status, 400, "{bad}");
    }
}
