use super::*;

#[test]
fn a_key_exists_once_and_updates_count_up() {
    let mut site = Site::new();
    let page = site.page("A", "");
    let all = format!("/wiki/api/v2/pages/{page}/properties");
    let id = site
        .post(
            &all,
            &json!({ "key": "debrief", "value": { "incident": "Q1" } }),
        )
        .id();
    let again = site.post(&all, &json!({ "key": "debrief", "value": 1 }));
    assert_eq!(
        (again.status, again.title()),
        (409, "Property with key [debrief] already exists")
    );
    assert_eq!(
        site.get(&format!("{all}?key=debrief")).each("id"),
        [id.as_str()]
    );
    assert_eq!(
        site.get(&format!("{all}?key=Debrief")).each("id").len(),
        0,
        "keys mind the case"
    );
    let one = format!("{all}/{id}");
    let update = |number: i64| json!({ "key": "debrief", "value": [1], "version": { "number": number, "message": "" } });
    assert_eq!(site.put(&one, &update(1)).status, 409);
    assert_eq!(site.put(&one, &update(3)).status, 409);
    assert_eq!(site.put(&one, &update(2)).body["version"]["number"], 2);
    assert_eq!(site.get(&one).body["value"], json!([1]));
    assert_eq!(
        site.vendor.world()["confluence"]["properties"][0]["pageId"],
        json!(page)
    );
    assert_eq!(site.delete(&one).status, 204);
    assert_eq!(site.get(&one).status, 404);
}

#[test]
fn bad_properties_are_refused() {
    let mut site = Site::new();
    let page = site.page("A", "");
    let all = format!("/wiki/api/v2/pages/{page}/properties");
    let bad = [
        json!({ "key": "a" }),
        json!({ "value": 1 }),
        json!({ "key": "", "value": 1 }),
        json!({ "key": 1, "value": 1 }),
        json!({ "key": "a", "value": "x".repeat(32 * 1024) }),
        json!({ "key": "a", "value": 1, "version": { "number": 1 } }),
        json!([]),
    ];
    for body in bad {
        assert_eq!(
            site.post(&all, &body).status,
            400,
            "{}",
            body.to_string().len()
        );
    }
    let got = site.get(&format!("{all}/debrief"));
    assert_eq!(got.status, 400, "there is no path by key");
    assert!(
        got.title()
            .contains("'property-id' is not the correct type"),
        "{}",
        got.title()
    );
    assert_eq!(
        site.post(
            "/wiki/api/v2/pages/1/properties",
            &json!({ "key": "a", "value": 1 })
        )
        .status,
        404
    );
}
