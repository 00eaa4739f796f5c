//! Incidents that only those who took part may read about.

use crate::support::seeds::one_incident;
use crate::support::{Setup, id_of, minutes};

#[tokio::test]
async fn a_private_incident_gets_a_restricted_page_and_no_list_hears_of_it() {
    let installation = Setup::default()
        .seed(&one_incident())
        .set("private.services", "checkout api")
        .set("review_meeting.people", "priya@example.com")
        .start()
        .await;
    installation.good_pass().await;
    installation.advance(minutes(150));
    installation.good_pass().await;
    let world = installation.world();

    assert!(world.announcements("#1001").is_empty());
    assert!(world.posts("#1001").is_empty());
    assert!(world.links("#1001").is_empty());
    let folder = world.folder("#1001");
    let readers = world.permissions(&id_of(&folder));
    assert!(
        readers.iter().all(|reader| reader["type"] != "group"),
        "{readers:?}"
    );
    let event = world.event("#1001");
    assert_eq!(event["visibility"], "private");
    assert!(!event["attendees"].to_string().contains("priya@example.com"));
    let told: Vec<Vec<String>> = world.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, [["ada@example.com"]], "whoever leads is briefed");

    let page = id_of(&world.page("#1001"));
    let calls = installation.calls();
    let made = calls
        .iter()
        .position(|call| call.method == "POST" && call.path == "/wiki/api/v2/pages")
        .expect("a page was made");
    let opened = calls
        .iter()
        .position(|call| {
            call.method == "PUT"
                && call.path == format!("/wiki/rest/api/content/{page}/restriction")
        })
        .expect("those who took part were let in");
    assert!(made < opened);
    let body = world.page("#1001")["body"].as_str().unwrap().to_owned();
    assert!(body.contains("private"), "the page says who may read it");
}
