//! Everything that is owed after an incident, made by one look at PagerDuty.

use debrief::sandbox::scenario;
use jiff::SignedDuration;

use crate::support::wiki::visible_text;
use crate::support::{Installation, World, id_of, time};

/// The resolved incidents of the default scenario: what people call them, PagerDuty's id, how many customers they hit.
const RESOLVED: [(&str, &str, usize); 3] = [
    ("#1001", "QCHECKOUT5XX01", 37),
    ("#1002", "QSCHEDULER0002", 12_000),
    ("#1003", "QBREAKER000003", 3),
];

async fn after_one_pass() -> (Installation, World) {
    let installation = Installation::start().await;
    installation.good_pass().await;
    let world = installation.world();
    (installation, world)
}

#[tokio::test]
async fn each_resolved_incident_gets_one_of_each_and_no_other_gets_anything() {
    let (_installation, world) = after_one_pass().await;
    for (reference, ..) in RESOLVED {
        world.assert_one_of_each(reference);
    }
    let (open, old, merged) = ("#1004", "#1005", "#1006");
    for reference in [open, old, merged] {
        world.assert_nothing_for(reference);
    }
    for (reference, ..) in RESOLVED {
        assert_eq!(world.briefings(reference).len(), 1, "{reference}");
        assert_eq!(world.direct_messages(reference).len(), 1, "{reference}");
    }
    assert_eq!(world.notes().len(), RESOLVED.len());
    assert_eq!(world.mails().len(), 2 * RESOLVED.len(), "no other mail");
}

#[tokio::test]
async fn the_sheet_lists_every_customer_as_the_file_has_them() {
    let (_installation, world) = after_one_pass().await;
    for (reference, id, count) in RESOLVED {
        let folder = world.folder(reference);
        let sheet = world.spreadsheet(reference);
        assert_eq!(sheet["parents"][0], folder["id"], "{reference}");
        let tabs = world.tabs(&id_of(&sheet));
        assert_eq!(tabs.len(), 1, "{reference}");
        assert_eq!(
            tabs[0]["frozen_rows"], 1,
            "{reference}: the header stays in view"
        );
        let rows = tabs[0]["rows"].as_array().unwrap();
        assert_eq!(
            rows[0],
            serde_json::json!(["org name", "org_id", "app_id", "campaign_id"])
        );
        assert_eq!(rows.len(), count + 1, "{reference}");
        let csv = scenario::customers_csv(id).unwrap();
        for (row, record) in rows[1..]
            .iter()
            .zip(csv::Reader::from_reader(csv.as_bytes()).records())
        {
            let cells: Vec<&str> = row
                .as_array()
                .unwrap()
                .iter()
                .map(|cell| cell.as_str().unwrap())
                .collect();
            assert_eq!(
                cells,
                record.unwrap().iter().collect::<Vec<_>>(),
                "{reference}"
            );
        }
    }
}

#[tokio::test]
async fn the_folder_is_shared_with_the_group_and_nobody_else() {
    let (_installation, world) = after_one_pass().await;
    for (reference, ..) in RESOLVED {
        let granted: Vec<(String, String)> = world
            .permissions(&id_of(&world.folder(reference)))
            .iter()
            .filter(|permission| permission["role"] != "owner" && permission["role"] != "organizer")
            .map(|permission| {
                (
                    permission["emailAddress"].to_string(),
                    permission["role"].to_string(),
                )
            })
            .collect();
        let expected = (
            "\"incident-readers@example.com\"".to_owned(),
            "\"reader\"".to_owned(),
        );
        assert_eq!(granted, [expected], "{reference}");
    }
}

#[tokio::test]
async fn the_page_is_complete_at_once() {
    let (_installation, world) = after_one_pass().await;
    for (reference, id, _) in RESOLVED {
        let page = world.page(reference);
        assert_eq!(page["parentId"], "500001", "{reference}: under the parent");
        assert_eq!(page["spaceKey"], "OPS");
        assert_eq!(page["version"], 1, "{reference}: written once");
        assert_eq!(page["labels"], serde_json::json!(["postmortem"]));
        let body = page["body"].as_str().unwrap();
        let text = visible_text(body);
        let sections = [
            "Description",
            "Timeline",
            "Contributing factors",
            "How we fixed it",
            "Customer impact",
            "Corrective actions",
        ];
        let mut at = 0;
        for section in sections {
            let heading = format!("<h2>{section}</h2>");
            at += body[at..]
                .find(&heading)
                .unwrap_or_else(|| panic!("{reference}: {section}, in order"));
        }
        for words in [
            "Incident leader",
            "Participants",
            "blameless",
            "Hindsight is 20/20",
            "Corrective actions get assignees",
            "For now",
            "For good",
        ] {
            assert!(text.contains(words), "{reference}: {words}");
        }
        let sheet = world.spreadsheet(reference);
        assert!(
            body.contains(&id_of(&sheet)),
            "{reference}: the sheet's link"
        );
        assert!(
            body.contains("<ri:user ri:account-id="),
            "{reference}: people are mentioned"
        );
        let properties = world.properties(&id_of(&page));
        assert_eq!(properties.len(), 1);
        assert_eq!(
            properties[0]["value"]["incident"],
            format!("pagerduty:{id}")
        );
        assert!(
            world.comments(&id_of(&page)).is_empty(),
            "{reference}: nothing came late"
        );
    }
}

#[tokio::test]
async fn the_timeline_names_each_alert_by_its_origin() {
    let (_installation, world) = after_one_pass().await;
    for (reference, origin) in [
        ("#1001", "Pingdom"),
        ("#1002", "New Relic"),
        ("#1003", "circuit-breaker"),
    ] {
        let body = world.page(reference)["body"].as_str().unwrap().to_owned();
        assert!(
            visible_text(&body).contains(&format!("{origin} · alert")),
            "{reference}"
        );
    }
}

#[tokio::test]
async fn the_page_opens_with_two_tasks_for_the_lead() {
    let (_installation, world) = after_one_pass().await;
    let (_, lead) = ("Jonas Weber", "712020:0874a506e975e942d1f2555f");
    let page = id_of(&world.page("#1001"));
    let tasks = world.tasks(&page);
    assert_eq!(tasks.len(), 2);
    for task in tasks {
        assert_eq!(task["assignedTo"], lead);
        assert_eq!(task["status"], "incomplete");
        assert_eq!(
            task["dueAt"], "2026-03-03T00:00:00.000Z",
            "the day of the meeting"
        );
    }
}

#[tokio::test]
async fn the_meeting_is_within_24_working_hours_with_everybody_and_every_link() {
    let (installation, world) = after_one_pass().await;
    // Three working days from 9 to 17 after Monday's 9:00: all three were resolved before work began.
    let deadline = time("2026-03-04T16:00:00Z");
    for (reference, ..) in RESOLVED {
        let event = world.event(reference);
        let start = time(event["start"]["dateTime"].as_str().unwrap());
        let end = time(event["end"]["dateTime"].as_str().unwrap());
        assert!(
            start >= installation.now() + SignedDuration::from_hours(2),
            "{reference}: with notice"
        );
        assert!(start <= deadline, "{reference}: {start}");
        assert_eq!(end - start, SignedDuration::from_hours(1));
        assert_eq!(event["status"], "confirmed");
        let description = event["description"].as_str().unwrap();
        let page = world.page(reference);
        assert!(
            description.contains(page["url"].as_str().unwrap()),
            "{reference}: the page's link"
        );
        assert!(
            description.contains(&id_of(&world.spreadsheet(reference))),
            "{reference}: the sheet's link"
        );
    }
    let mut invited: Vec<String> = world.event("#1001")["attendees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attendee| attendee["email"].as_str().unwrap().to_owned())
        .collect();
    invited.sort();
    assert_eq!(
        invited,
        [
            "ada.brandt@example.com",
            "arjun.mehta@example.com",
            "grace.miller@example.com",
            "jonas.weber@example.com",
            "lena.hoffmann@example.com",
            "marcus.reed@example.com",
            "olivia.chen@example.com",
            "priya.nair@example.com"
        ]
    );
}

#[tokio::test]
async fn the_company_gets_one_mail_with_everything_in_both_forms() {
    let (_installation, world) = after_one_pass().await;
    for (reference, ..) in RESOLVED {
        let mail = world.announcements(reference).remove(0);
        assert_eq!(mail.to, ["company@example.com"]);
        assert!(
            mail.message_id.ends_with("@example.com>"),
            "{}",
            mail.message_id
        );
        let headings = [
            "Which service",
            "From when to when",
            "Issue team",
            "What happened and why",
            "Impact on customers, by service",
            "Which customers",
            "Status now",
            "Next steps",
        ];
        for heading in headings {
            assert!(
                mail.text.contains(&heading.to_uppercase()),
                "{reference}: {heading} in the text"
            );
            assert!(
                mail.html.contains(heading),
                "{reference}: {heading} in the HTML"
            );
        }
        let page = world.page(reference);
        let sheet = world.spreadsheet(reference);
        let event = world.event(reference);
        for link in [&page["url"], &sheet["webViewLink"], &event["htmlLink"]] {
            let link = link.as_str().unwrap();
            assert!(mail.text.contains(link), "{reference}: {link} in the text");
            assert!(mail.html.contains(link), "{reference}: {link} in the HTML");
        }
    }
}

#[tokio::test]
async fn the_channel_gets_one_post_with_the_key_that_it_can_be_found_by() {
    let (_installation, world) = after_one_pass().await;
    for (reference, ..) in RESOLVED {
        let post = world.posts(reference).remove(0);
        assert_eq!(post["channel"], "postmortem");
        assert_eq!(
            post["metadata"]["event_payload"]["key"]
                .as_str()
                .unwrap()
                .len(),
            64
        );
    }
}
