//! Overdue action items: one mail a person and business day, until the boxes are ticked.

use debrief::sandbox::faults::{Kind, Rule, When};
use serde_json::{Value, json};

use crate::support::seeds::{incident, task, world};
use crate::support::{Installation, Mail, Setup, id_of};

/// Two incidents with their pages; the tasks that every page begins with are ticked.
async fn two_pages() -> (Installation, String, String) {
    two_pages_of(Setup::default()).await
}

async fn two_pages_of(setup: Setup) -> (Installation, String, String) {
    let seed = world(&[
        incident("QONE", "Checkout is down", "-PT1H"),
        incident("QTWO", "Search is slow", "-PT1H"),
    ]);
    let installation = setup.seed(&seed).start().await;
    installation.good_pass().await;
    let world = installation.world();
    let pages = ["#1001", "#1002"].map(|reference| id_of(&world.page(reference)));
    for page in &pages {
        for task in world.tasks(page) {
            installation.tick(&id_of(&task)).await;
        }
    }
    let [first, second] = pages;
    (installation, first, second)
}

fn type_tasks(installation: &Installation, tasks: &[Value]) {
    installation.seed(&json!({"tasks": tasks}));
}

fn to<'a>(mails: &'a [Mail], address: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to == [address]).collect()
}

#[tokio::test]
async fn two_overdue_items_of_two_incidents_are_one_mail_with_the_older_one_first() {
    let (installation, first, second) = two_pages().await;
    type_tasks(
        &installation,
        &[
            task(
                &first,
                "Write a runbook",
                Some("jonas@example.com"),
                "2026-03-04",
            ),
            task(
                &second,
                "Add an alert",
                Some("jonas@example.com"),
                "2026-03-03",
            ),
            task(
                &second,
                "Not due yet",
                Some("jonas@example.com"),
                "2026-03-20",
            ),
        ],
    );
    installation.at("2026-03-05T09:00:00Z");
    installation.good_pass().await;
    let nags = installation.world().nags();
    assert_eq!(nags.len(), 1);
    assert_eq!(nags[0].to, ["jonas@example.com"]);
    let text = &nags[0].text;
    let (older, younger) = (
        text.find("Add an alert").unwrap(),
        text.find("Write a runbook").unwrap(),
    );
    assert!(older < younger, "{text}");
    assert!(
        text.contains("2 days overdue") && text.contains("1 day overdue"),
        "{text}"
    );
    assert!(!text.contains("Not due yet"));
    for page in ["#1001", "#1002"] {
        let url = installation.world().page(page)["url"].clone();
        assert!(text.contains(url.as_str().unwrap()), "{page}");
    }
}

#[tokio::test]
async fn an_item_is_not_overdue_on_its_own_day() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[task(
            &page,
            "Write a runbook",
            Some("jonas@example.com"),
            "2026-03-05",
        )],
    );
    installation.at("2026-03-05T15:59:00Z");
    installation.good_pass().await;
    assert!(installation.world().nags().is_empty());
}

#[tokio::test]
async fn nobody_is_nagged_twice_a_day_at_the_weekend_or_on_a_holiday() {
    let setup = Setup::default().set("business_hours.holidays", "2026-03-09");
    let (mut installation, page, _) = two_pages_of(setup).await;
    type_tasks(
        &installation,
        &[task(
            &page,
            "Write a runbook",
            Some("jonas@example.com"),
            "2026-03-05",
        )],
    );
    // When it is, and how many mails there are by then.
    let days = [
        (
            "2026-03-06T07:30:00Z",
            0,
            "Friday, before work begins in Berlin",
        ),
        ("2026-03-06T09:00:00Z", 1, "Friday"),
        ("2026-03-06T13:00:00Z", 1, "Friday again"),
        ("2026-03-07T09:00:00Z", 1, "Saturday"),
        ("2026-03-08T09:00:00Z", 1, "Sunday"),
        ("2026-03-09T09:00:00Z", 1, "a holiday"),
        ("2026-03-10T09:00:00Z", 2, "Tuesday"),
        ("2026-03-10T15:00:00Z", 2, "Tuesday again, by a new process"),
        ("2026-03-11T09:00:00Z", 3, "Wednesday"),
    ];
    for (at, count, when) in days {
        if when.contains("new process") {
            installation.restart().await;
        }
        installation.at(at);
        installation.good_pass().await;
        assert_eq!(installation.world().nags().len(), count, "{when}");
    }
}

#[tokio::test]
async fn each_is_nagged_in_business_hours_where_they_live() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[
            task(
                &page,
                "For New York",
                Some("grace@example.com"),
                "2026-03-03",
            ),
            task(
                &page,
                "For Kolkata",
                Some("priya@example.com"),
                "2026-03-03",
            ),
        ],
    );
    installation.at("2026-03-05T04:00:00Z");
    installation.good_pass().await;
    let nags = installation.world().nags();
    assert_eq!(
        (
            to(&nags, "priya@example.com").len(),
            to(&nags, "grace@example.com").len()
        ),
        (1, 0)
    );
    installation.at("2026-03-05T14:30:00Z");
    installation.good_pass().await;
    let nags = installation.world().nags();
    assert_eq!(
        (
            to(&nags, "priya@example.com").len(),
            to(&nags, "grace@example.com").len()
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn ticking_the_box_ends_it() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[task(
            &page,
            "Write a runbook",
            Some("jonas@example.com"),
            "2026-03-03",
        )],
    );
    installation.at("2026-03-04T09:00:00Z");
    installation.good_pass().await;
    let world = installation.world();
    assert_eq!(world.nags().len(), 1);
    let open = world
        .tasks(&page)
        .into_iter()
        .find(|task| task["status"] == "incomplete")
        .unwrap();
    installation.tick(&id_of(&open)).await;
    for at in ["2026-03-05T09:00:00Z", "2026-03-06T09:00:00Z"] {
        installation.at(at);
        installation.good_pass().await;
    }
    assert_eq!(installation.world().nags().len(), 1);
}

#[tokio::test]
async fn an_item_without_an_assignee_goes_to_the_lead() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[task(&page, "Write a runbook", None, "2026-03-03")],
    );
    installation.at("2026-03-04T09:00:00Z");
    installation.good_pass().await;
    let nags = installation.world().nags();
    assert_eq!(nags.len(), 1);
    assert_eq!(nags[0].to, ["ada@example.com"]);
}

#[tokio::test]
async fn a_nag_that_the_mail_server_refuses_was_not_sent_and_is_tried_again() {
    for kind in [
        Kind::Reject { code: 451 },
        Kind::ErrorBefore,
        Kind::Throttle { retry_after: None },
    ] {
        let (installation, page, _) = two_pages().await;
        type_tasks(
            &installation,
            &[task(
                &page,
                "Write a runbook",
                Some("jonas@example.com"),
                "2026-03-03",
            )],
        );
        installation.fault(Rule::new(kind).vendor("smtp").when(When::Always));
        installation.at("2026-03-04T09:00:00Z");
        let report = installation.pass().await;
        assert!(report.needs_human(), "{kind:?}");
        assert!(installation.world().nags().is_empty(), "{kind:?}");
        installation.sandbox.clear_faults();
        installation.at("2026-03-04T09:02:00Z");
        installation.good_pass().await;
        installation.at("2026-03-04T09:04:00Z");
        installation.good_pass().await;
        assert_eq!(installation.world().nags().len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn one_refused_recipient_keeps_nobody_else_from_being_nagged() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[
            task(
                &page,
                "Write a runbook",
                Some("jonas@example.com"),
                "2026-03-03",
            ),
            task(&page, "Add an alert", Some("ada@example.com"), "2026-03-03"),
        ],
    );
    let refused = Rule::new(Kind::Reject { code: 550 })
        .vendor("smtp")
        .path("ada@")
        .when(When::Always);
    installation.fault(refused);
    installation.at("2026-03-04T09:00:00Z");
    let report = installation.pass().await;
    assert!(report.needs_human());
    let nags = installation.world().nags();
    assert_eq!(nags.len(), 1);
    assert_eq!(nags[0].to, ["jonas@example.com"]);
}

#[tokio::test]
async fn an_item_of_an_incident_closed_a_hundred_days_ago_is_still_followed() {
    let (mut installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[task(
            &page,
            "Migrate the database",
            Some("jonas@example.com"),
            "2026-06-08",
        )],
    );
    installation.at("2026-06-08T09:00:00Z");
    installation.good_pass().await;
    assert!(installation.world().nags().is_empty());
    installation.restart().await;
    installation.at("2026-06-10T09:00:00Z");
    installation.good_pass().await;
    assert_eq!(installation.world().nags().len(), 1);
}

#[tokio::test]
async fn a_week_of_downtime_causes_one_mail() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[task(
            &page,
            "Write a runbook",
            Some("jonas@example.com"),
            "2026-03-03",
        )],
    );
    installation.at("2026-03-12T09:00:00Z");
    installation.good_pass().await;
    assert_eq!(installation.world().nags().len(), 1);
}

#[tokio::test]
async fn tasks_on_pages_that_debrief_did_not_make_are_none_of_its_business() {
    let (installation, ..) = two_pages().await;
    type_tasks(
        &installation,
        &[task(
            "500001",
            "Water the plants",
            Some("jonas@example.com"),
            "2026-03-03",
        )],
    );
    installation.at("2026-03-04T09:00:00Z");
    installation.good_pass().await;
    assert!(installation.world().nags().is_empty());
}

#[tokio::test]
async fn nagging_leaves_the_page_as_people_left_it() {
    let (installation, page, _) = two_pages().await;
    type_tasks(
        &installation,
        &[task(
            &page,
            "Write a runbook",
            Some("jonas@example.com"),
            "2026-03-03",
        )],
    );
    installation
        .type_into_page(&page, "<p>Discussed.</p>")
        .await;
    let before = installation.world().page("#1001");
    installation.at("2026-03-04T09:00:00Z");
    installation.good_pass().await;
    let after = installation.world().page("#1001");
    assert_eq!(
        (&after["version"], &after["body"]),
        (&before["version"], &before["body"])
    );
    assert_eq!(installation.world().nags().len(), 1);
}
