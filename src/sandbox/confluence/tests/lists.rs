use super::*;

const PAGES: &str = "/wiki/api/v2/pages";

/// Follows `_links.next` to the end.
fn follow(site: &mut Site, first: &str) -> Vec<String> {
    let mut titles = Vec::new();
    let mut next = first.to_owned();
    loop {
        let got = site.get(&next);
        assert_eq!(got.status, 200, "{next}: {}", got.body);
        titles.extend(got.each("title"));
        match got.body["_links"]["next"].as_str() {
            None => return titles,
            Some(link) => {
                assert!(link.starts_with("/wiki/api/v2/"), "{link}");
                let header = got.header("link").unwrap();
                assert!(
                    header.starts_with(&format!("<{link}>; rel=\"next\"")),
                    "{header}"
                );
                next = link.to_owned();
            }
        }
    }
}

#[test]
fn cursors_lead_through_a_whole_list_once() {
    let mut site = Site::new();
    for number in 0..7 {
        site.page(&format!("Page {number}"), "");
    }
    let all = follow(
        &mut site,
        &format!("{PAGES}?space-id=98306&limit=2&sort=title"),
    );
    assert_eq!(all.len(), 9);
    assert!(all.is_sorted_by_key(|title| title.to_lowercase()));
    assert_eq!(
        follow(
            &mut site,
            "/wiki/api/v2/spaces/98306/pages?limit=3&title=Page+4"
        ),
        ["Page 4"]
    );
}

#[test]
fn what_leaves_a_list_between_two_requests_makes_nobody_else_vanish() {
    let mut site = Site::new();
    let ids: Vec<String> = (0..4)
        .map(|number| site.page(&format!("Page {number}"), ""))
        .collect();
    let first = site.get("/wiki/api/v2/pages/500001/direct-children?limit=2");
    let next = first.body["_links"]["next"].as_str().unwrap().to_owned();
    site.delete(&format!("{PAGES}/{}", ids[0]));
    assert_eq!(site.get(&next).each("title"), ["Page 2", "Page 3"]);
}

#[test]
fn foreign_and_forged_cursors_are_refused() {
    let mut site = Site::new();
    site.page("a", "");
    site.page("b", "");
    let next = site.get(&format!("{PAGES}?limit=1")).body["_links"]["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let cursor = next.split_once("cursor=").unwrap().1;
    assert_eq!(
        site.get(&format!("{PAGES}?cursor={cursor}")).status,
        200,
        "the limit may change"
    );
    for bad in [
        format!("{PAGES}?title=a&cursor={cursor}"),
        format!("/wiki/api/v2/tasks?cursor={cursor}"),
        format!("{PAGES}?cursor=abc"),
        format!("{PAGES}?limit=251"),
        format!("{PAGES}?limit=0"),
        format!("{PAGES}?spaceId=98306"),
        format!("{PAGES}?sort=name"),
        format!("{PAGES}?status=current,gone"),
    ] {
        assert_eq!(site.get(&bad).status, 400, "{bad}");
    }
}

#[test]
fn titles_are_looked_up_exactly_and_at_once() {
    let mut site = Site::new();
    site.page("Checkout down (Q1)", "");
    for (title, hits) in [
        ("Checkout+down+(Q1)", 1),
        ("checkout+down+(Q1)", 0),
        ("Checkout", 0),
    ] {
        assert_eq!(
            site.get(&format!("{PAGES}?space-id=98306&title={title}"))
                .each("id")
                .len(),
            hits,
            "{title}"
        );
    }
}

#[test]
fn spaces_are_found_by_key() {
    let mut site = Site::new();
    let got = site.get("/wiki/api/v2/spaces?keys=OPS");
    assert_eq!(got.each("id"), ["98306"]);
    assert_eq!(got.body["results"][0]["homepageId"], "500000");
    assert_eq!(site.get("/wiki/api/v2/spaces/98307").body["key"], "HR");
    assert_eq!(site.get("/wiki/api/v2/spaces/1").status, 404);
    assert_eq!(site.get("/wiki/api/v2/spaces/OPS").status, 400);
    let kinds = site.post(
        "/wiki/api/v2/content/convert-ids-to-types",
        &json!({ "contentIds": ["500001", "1"] }),
    );
    assert_eq!(
        kinds.body["results"],
        json!({ "500001": "page", "1": null })
    );
}
