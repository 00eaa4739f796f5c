use super::*;

const COMMENTS: &str = "/wiki/api/v2/footer-comments";

fn comment(page: &str, storage: &str) -> Value {
    json!({ "pageId": page, "body": { "representation": "storage", "value": storage } })
}

#[test]
fn comments_are_made_answered_edited_and_deleted() {
    let mut site = Site::new();
    let page = site.page("A", "");
    let made = site.post(
        COMMENTS,
        &comment(
            &page,
            "<p>The sheet is <a href=\"https://x.test/\">here</a></p>",
        ),
    );
    assert_eq!(made.status, 201);
    let id = made.id();
    let reply = json!({ "parentCommentId": id, "body": { "representation": "storage", "value": "<p>Thanks</p>" } });
    site.post(COMMENTS, &reply).id();
    let on_page = format!("/wiki/api/v2/pages/{page}/footer-comments");
    assert_eq!(site.get(&on_page).each("id"), [id.as_str()]);
    assert_eq!(
        site.get(&format!("{COMMENTS}/{id}/children?body-format=storage"))
            .each("parentCommentId"),
        [id.as_str()]
    );
    assert_eq!(site.get(COMMENTS).each("id").len(), 2);
    let text = site.vendor.world()["confluence"]["comments"][0]["text"].clone();
    assert_eq!(text, "The sheet is here");

    let edit = |number: i64| json!({ "version": { "number": number }, "body": { "representation": "storage", "value": "<p>x</p>" } });
    assert_eq!(site.put(&format!("{COMMENTS}/{id}"), &edit(1)).status, 409);
    assert_eq!(site.put(&format!("{COMMENTS}/{id}"), &edit(2)).status, 200);
    assert_eq!(
        site.get(&format!("{COMMENTS}/{id}/versions")).body["results"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    site.address = "ana@example.com".into();
    assert_eq!(site.put(&format!("{COMMENTS}/{id}"), &edit(3)).status, 403);
    assert_eq!(site.delete(&format!("{COMMENTS}/{id}")).status, 204);
    assert_eq!(site.get(COMMENTS).each("id").len(), 0);
}

#[test]
fn bad_comments_are_refused() {
    let mut site = Site::new();
    let page = site.page("A", "");
    let good = comment(&page, "<p>x</p>");
    let bad = [
        (json!({ "pageId": null }), 400),
        (json!({ "parentCommentId": "1" }), 400),
        (json!({ "pageId": "1" }), 404),
        (json!({ "body": null }), 400),
        (
            json!({ "body": { "representation": "storage", "value": "<p>open" } }),
            400,
        ),
        (json!({ "text": "x" }), 400),
    ];
    for (change, status) in bad {
        assert_eq!(
            site.post(COMMENTS, &with(good.clone(), change.clone()))
                .status,
            status,
            "{change}"
        );
    }
    site.delete(&format!("/wiki/api/v2/pages/{page}"));
    assert_eq!(site.post(COMMENTS, &good).status, 404, "in the trash");
}
