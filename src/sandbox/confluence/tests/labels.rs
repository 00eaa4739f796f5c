use super::*;

#[test]
fn labels_are_written_through_v1_and_read_through_v2() {
    let mut site = Site::new();
    let page = site.page("A", "");
    let v1 = format!("/wiki/rest/api/content/{page}/label");
    let v2 = format!("/wiki/api/v2/pages/{page}/labels");
    let one = json!({ "prefix": "global", "name": "Postmortem" });
    assert_eq!(site.post(&v1, &one).status, 200);
    let got = site.post(&v1, &json!([one, { "name": "sev1" }]));
    assert_eq!(
        got.each("name"),
        ["postmortem", "sev1"],
        "adding one twice is harmless"
    );
    assert_eq!(got.each("prefix"), ["global", "global"]);
    assert_eq!(got.each("label"), ["postmortem", "sev1"]);
    assert_eq!(site.get(&v2).each("name"), ["postmortem", "sev1"]);
    assert_eq!(site.get(&v1).body["size"], 2);
    assert_eq!(site.post(&v2, &one).status, 405, "v2 cannot write labels");
    assert_eq!(site.delete(&format!("{v1}/sev1")).status, 204);
    assert_eq!(site.delete(&format!("{v1}?name=postmortem")).status, 204);
    assert_eq!(site.get(&v2).each("name").len(), 0);
}

#[test]
fn bad_labels_are_refused_in_v1s_envelope() {
    let mut site = Site::new();
    let page = site.page("A", "");
    let v1 = format!("/wiki/rest/api/content/{page}/label");
    for bad in [
        json!({ "prefix": "global" }),
        json!([{ "prefix": "global" }]),
        json!([]),
        json!({ "prefix": "global", "name": "two words" }),
        json!({ "prefix": "planet", "name": "a" }),
        json!({ "prefix": "global", "name": "a", "colour": "red" }),
        json!("a"),
    ] {
        let got = site.post(&v1, &bad);
        assert_eq!(
            (got.status, &got.body["statusCode"]),
            (400, &json!(400)),
            "{bad}"
        );
        assert_eq!(got.body["data"]["successful"], false);
    }
    assert_eq!(
        site.post(
            "/wiki/rest/api/content/1/label",
            &json!({ "prefix": "global", "name": "a" })
        )
        .status,
        404
    );
}

#[test]
fn pages_are_listed_by_label() {
    let mut site = Site::new();
    let page = site.page("A", "");
    site.post(
        &format!("/wiki/rest/api/content/{page}/label"),
        &json!({ "prefix": "global", "name": "a" }),
    );
    let id = site.get("/wiki/api/v2/labels").each("id")[0].clone();
    assert_eq!(
        site.get(&format!("/wiki/api/v2/labels/{id}/pages"))
            .each("title"),
        ["A"]
    );
    assert_eq!(site.get("/wiki/api/v2/labels/1/pages").status, 404);
}
