use super::*;

const TASKS: &str = "/wiki/api/v2/tasks";

fn task(local_id: u32, text: &str) -> String {
    format!(
        "<ac:task><ac:task-id>{local_id}</ac:task-id><ac:task-status>incomplete</ac:task-status>\
         <ac:task-body>{text}</ac:task-body></ac:task>"
    )
}

fn list(tasks: &[String]) -> String {
    format!("<ac:task-list>{}</ac:task-list>", tasks.concat())
}

const ANAS: &str = "Raise the pool <ac:link><ri:user ri:account-id=\"712020:ana\" /></ac:link> <time datetime=\"2026-05-07\" />";

#[test]
fn a_task_has_its_assignee_and_midnight_utc() {
    let mut site = Site::new();
    let page = site.page("A", &list(&[task(3, ANAS), task(4, "")]));
    let got = site.get(&format!("{TASKS}?page-id={page}&body-format=storage"));
    let first = &got.body["results"][0];
    assert_eq!(first["localId"], "3");
    assert_eq!(first["assignedTo"], "712020:ana");
    assert_eq!(first["dueAt"], "2026-05-07T00:00:00.000Z");
    assert_eq!(first["body"]["storage"]["value"], ANAS);
    assert_eq!(first["completedAt"], Value::Null);
    assert_eq!(got.each("localId"), ["3", "4"]);
    assert_eq!(
        site.get(&format!("{TASKS}?include-blank-tasks=false"))
            .each("localId"),
        ["3"]
    );
    assert_eq!(
        site.vendor.world()["confluence"]["tasks"][0]["text"],
        "Raise the pool"
    );
}

#[test]
fn filters_hold_together_and_ranges_include_their_ends() {
    let mut site = Site::new();
    let page = site.page("A", &list(&[task(1, ANAS), task(2, "Write it down")]));
    let due = 1_778_112_000_000_i64; // 2026-05-07T00:00:00Z
    let created = site.now.as_millisecond();
    let cases = [
        (format!("page-id={page}"), 2),
        ("page-id=1".into(), 0),
        ("space-id=98306,98307".into(), 2),
        ("status=complete".into(), 0),
        ("assigned-to=712020:ana&assigned-to=712020:ben".into(), 1),
        ("assigned-to=712020:ben".into(), 0),
        ("completed-by=712020:ana".into(), 0),
        ("blogpost-id=1".into(), 0),
        (format!("due-at-from={due}&due-at-to={due}"), 1),
        (format!("due-at-to={}", due - 1), 0),
        (
            format!("created-at-from={created}&created-at-to={created}"),
            2,
        ),
        (format!("created-at-from={}", created + 1), 0),
    ];
    for (query, hits) in cases {
        assert_eq!(
            site.get(&format!("{TASKS}?{query}")).each("id").len(),
            hits,
            "{query}"
        );
    }
    for bad in [
        "status=done",
        "assignee=x",
        "due-at-from=2026-05-07",
        "limit=500",
    ] {
        assert_eq!(site.get(&format!("{TASKS}?{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn ticking_follows_into_the_body_without_a_new_version() {
    let mut site = Site::new();
    let page = site.page("A", &list(&[task(1, ANAS)]));
    let id = site.get(TASKS).each("id")[0].clone();
    site.wait(60);
    site.address = "ana@example.com".into();
    let got = site.put(&format!("{TASKS}/{id}"), &json!({ "status": "complete" }));
    assert_eq!(got.body["completedBy"], "712020:ana");
    assert_eq!(got.body["completedAt"], "2026-05-04T09:01:00.000Z");
    let after = site
        .get(&format!("/wiki/api/v2/pages/{page}?body-format=storage"))
        .body;
    assert!(
        after["body"]["storage"]["value"]
            .as_str()
            .unwrap()
            .contains("<ac:task-status>complete</ac:task-status>")
    );
    assert_eq!(after["version"]["number"], 1);
    let got = site.put(&format!("{TASKS}/{id}"), &json!({ "status": "incomplete" }));
    assert_eq!(
        (&got.body["status"], &got.body["completedAt"]),
        (&json!("incomplete"), &Value::Null)
    );
    for bad in [
        json!({}),
        json!({ "status": "done" }),
        json!({ "status": "complete", "due": "x" }),
    ] {
        assert_eq!(
            site.put(&format!("{TASKS}/{id}"), &bad).status,
            400,
            "{bad}"
        );
    }
    assert_eq!(
        site.put(&format!("{TASKS}/1"), &json!({ "status": "complete" }))
            .status,
        404
    );
}

#[test]
fn an_edit_keeps_changes_adds_and_removes_tasks() {
    let mut site = Site::new();
    let page = site.page("A", &list(&[task(1, "one"), task(2, "two")]));
    let before = site.get(TASKS).each("id");
    site.wait(5);
    site.edit(
        &page,
        &list(&[
            task(2, "two, better"),
            "<ac:task><ac:task-body>three</ac:task-body></ac:task>".into(),
        ]),
    );
    let got = site.get(&format!("{TASKS}?body-format=storage"));
    assert_eq!(got.each("localId"), ["2", "3"]);
    assert_eq!(
        got.each("id")[0],
        before[1],
        "a task keeps its id by its local id"
    );
    assert_eq!(
        got.body["results"][0]["body"]["storage"]["value"],
        "two, better"
    );
    assert_eq!(
        got.body["results"][0]["updatedAt"],
        "2026-05-04T09:00:05.000Z"
    );
    site.delete(&format!("/wiki/api/v2/pages/{page}"));
    assert!(
        site.get(TASKS).each("id").is_empty(),
        "the trash has no tasks"
    );
}

#[test]
fn a_restricted_page_silently_has_no_tasks() {
    let mut site = Site::new();
    let page = new_page("A", &list(&[task(1, "one")]));
    site.post("/wiki/api/v2/pages?private=true", &page).id();
    assert_eq!(site.get(TASKS).each("id").len(), 1);
    site.address = "ana@example.com".into();
    assert_eq!(site.get(TASKS).each("id").len(), 0);
}

#[test]
fn seeded_tasks_are_typed_onto_their_page() {
    let mut site = Site::new();
    let page = site.page("A", "<p>x</p>");
    let seed = |task: Value| serde_json::from_value::<Seed>(json!({ "tasks": [task] })).unwrap();
    let good = json!({ "page": "A", "text": "Raise <it>", "assignee": "ana@example.com", "due": "2026-05-09" });
    site.vendor.seed(&seed(good.clone()), site.now).unwrap();
    let got = site.get(TASKS);
    assert_eq!(got.each("assignedTo"), ["712020:ana"]);
    assert_eq!(got.each("createdBy"), ["712020:ana"]);
    assert_eq!(got.each("dueAt"), ["2026-05-09T00:00:00.000Z"]);
    assert_eq!(
        site.get(&format!("/wiki/api/v2/pages/{page}")).body["version"]["number"],
        2
    );
    for change in [
        json!({ "page": "B" }),
        json!({ "assignee": "x@example.com" }),
        json!({ "status": "done" }),
    ] {
        assert!(
            site.vendor
                .seed(&seed(with(good.clone(), change.clone())), site.now)
                .is_err(),
            "{change}"
        );
    }
}
