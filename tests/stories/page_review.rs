//! The page after its meeting: its leader gets one list of what is missing, then a reminder a business day; advice on
//! wording comes once. Nothing of it ever changes the page.

use debrief::playbook::effect::EffectState;
use debrief::playbook::slot::ChosenSlot;
use debrief::playbook::steps::Step;
use debrief::playbook::steps::act::Act;
use debrief::playbook::verdict::Verdict;
use debrief::sandbox::faults::{Kind, Rule};
use debrief::worker::pass::Report;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use serde_json::{Value, json};

use crate::support::seeds::{one_incident, people};
use crate::support::wiki::visible_text;
use crate::support::{Installation, Setup, hours, id_of, minutes};

const INCIDENT: &str = "QONE";
const REFERENCE: &str = "#1001";
const WEDNESDAY: &str = "2026-03-04T09:00:00Z";

async fn with_its_page(setup: Setup) -> (Installation, String) {
    let installation = setup.seed(&one_incident()).start().await;
    installation.good_pass().await;
    let page = id_of(&installation.world().page(REFERENCE));
    (installation, page)
}

/// An incident whose meeting has just ended, on a page that nobody has touched.
async fn after_its_meeting() -> (Installation, String) {
    let (installation, page) = with_its_page(Setup::default()).await;
    let end = meeting(&installation).await.end;
    installation.at(&end.to_string());
    (installation, page)
}

async fn meeting(installation: &Installation) -> ChosenSlot {
    let case = installation.case(INCIDENT).await;
    case.decision(Step::ReviewMeeting, "slot").unwrap()
}

async fn effect(installation: &Installation, act: &Act) -> Option<EffectState> {
    let case = installation.case(INCIDENT).await;
    case.effect_of(act).map(|effect| effect.state.clone())
}

fn verdict(report: &Report) -> Verdict {
    let [worked] = report.worked.as_slice() else {
        panic!("one case is worked on: {report:#?}");
    };
    worked.plan.verdicts[&Step::PageReview].clone()
}

/// How many mails with lists there are by now, after a look.
async fn told(installation: &Installation) -> usize {
    installation.good_pass().await;
    installation.world().reviews().len()
}

/// Somebody answers every prompt, and adds an action item.
async fn fill_in(installation: &Installation, page: &str) {
    let prompts = Regex::new("<em>[^<]*</em>").unwrap();
    let account = Regex::new("ri:account-id=\"([^\"]+)\"").unwrap();
    installation
        .edit_page(page, |body| {
            let ada = account.captures(body).expect("somebody is mentioned")[1].to_owned();
            let item = format!(
                "<ac:task-list><ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body>Add an alert \
                 <ac:link><ri:user ri:account-id=\"{ada}\"/></ac:link> <time datetime=\"2026-06-30\"/></ac:task-body></ac:task></ac:task-list>"
            );
            format!("{}{item}", prompts.replace_all(body, "The disk was full."))
        })
        .await;
}

/// What people see of a page, and how often it was written.
fn seen(installation: &Installation) -> (Value, Value, Value) {
    let page = installation.world().page(REFERENCE);
    (
        page["version"].clone(),
        page["body"].clone(),
        page["parentId"].clone(),
    )
}

#[tokio::test]
async fn the_leader_gets_one_list_right_after_the_meeting_and_not_before() {
    let (installation, page) = with_its_page(Setup::default()).await;
    let end = meeting(&installation).await.end;
    installation.at(&(end - minutes(1)).to_string());
    assert_eq!(told(&installation).await, 0);
    let before = seen(&installation);
    installation.at(&end.to_string());
    assert_eq!(told(&installation).await, 1);
    let mail = installation.world().reviews().remove(0);
    assert_eq!(mail.to, ["ada@example.com"]);
    let url = installation.world().page(REFERENCE)["url"].clone();
    for form in [&mail.text, &mail.html] {
        for words in [
            "meeting is over",
            "Description",
            "Product marketing",
            "Contributing factors",
            "5 of these still wait",
            "For good",
            "there is none on the page",
            url.as_str().unwrap(),
        ] {
            assert!(form.contains(words), "{words}: {form}");
        }
        for left_alone in [
            "Timeline",
            "About the meeting",
            "Before the meeting",
            "Ask why five times",
        ] {
            assert!(!form.contains(left_alone), "{left_alone}: {form}");
        }
    }
    // The same day is told once.
    installation.advance(minutes(2));
    assert_eq!(told(&installation).await, 1);
    assert_eq!(seen(&installation), before);
    assert!(
        installation.world().comments(&page).is_empty(),
        "there was nothing to advise"
    );
}

#[tokio::test]
async fn reminders_come_on_business_days_only_until_the_page_is_complete() {
    let setup = Setup::default().set("business_hours.holidays", "2026-03-09");
    let (mut installation, page) = with_its_page(setup).await;
    let days = [
        (
            "2026-03-04T07:30:00Z",
            0,
            "Wednesday, before work begins in Berlin",
        ),
        (WEDNESDAY, 1, "Wednesday, two days of downtime later"),
        ("2026-03-04T15:00:00Z", 1, "Wednesday again"),
        ("2026-03-05T09:00:00Z", 2, "Thursday"),
        ("2026-03-06T09:00:00Z", 3, "Friday"),
        ("2026-03-07T09:00:00Z", 3, "Saturday"),
        ("2026-03-08T09:00:00Z", 3, "Sunday"),
        ("2026-03-09T09:00:00Z", 3, "a holiday"),
        ("2026-03-10T09:00:00Z", 4, "Tuesday"),
        ("2026-03-10T11:00:00Z", 4, "Tuesday again, by a new process"),
    ];
    for (at, count, when) in days {
        if when.contains("new process") {
            installation.restart().await;
        }
        installation.at(at);
        assert_eq!(told(&installation).await, count, "{when}");
    }
    fill_in(&installation, &page).await;
    let before = seen(&installation);
    installation.at("2026-03-11T09:00:00Z");
    let report = installation.good_pass().await;
    assert!(
        matches!(verdict(&report), Verdict::Done { url: Some(_) }),
        "{:?}",
        verdict(&report)
    );
    // From here on nobody reads it any more.
    installation.sandbox.clear_calls();
    installation.live_through(hours(24 * 7), hours(6)).await;
    assert_eq!(installation.world().reviews().len(), 4);
    let reads = installation
        .calls()
        .into_iter()
        .filter(|call| call.path.contains("/pages/"));
    assert_eq!(reads.count(), 0);
    assert_eq!(seen(&installation), before);
}

#[tokio::test]
async fn a_page_that_is_complete_in_time_mails_nobody() {
    let (installation, page) = after_its_meeting().await;
    fill_in(&installation, &page).await;
    let report = installation.good_pass().await;
    assert!(
        matches!(verdict(&report), Verdict::Done { .. }),
        "{:?}",
        verdict(&report)
    );
    assert_eq!(installation.world().reviews().len(), 0);
}

#[tokio::test]
async fn the_list_says_what_is_left_and_follows_what_people_do() {
    let (installation, page) = after_its_meeting().await;
    fill_in(&installation, &page).await;
    installation
        .type_into_page(
            &page,
            "<h2>Lessons</h2><ac:task-list><ac:task><ac:task-status>incomplete</ac:task-status>\
             <ac:task-body>Write a runbook &amp; &lt;b&gt;test&lt;/b&gt; it</ac:task-body></ac:task></ac:task-list>",
        )
        .await;
    assert_eq!(told(&installation).await, 1);
    let mail = installation.world().reviews().remove(0);
    assert_eq!(
        mail.subject,
        "Postmortem #1001: one thing is missing on the page"
    );
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("this action item has neither an assignee nor a date"),
        "{}",
        mail.text
    );
    assert!(
        mail.html
            .contains("Write a runbook &amp; &lt;b&gt;test&lt;/b&gt; it"),
        "{}",
        mail.html
    );
}

#[tokio::test]
async fn a_waived_review_is_over() {
    let (mut installation, _) = after_its_meeting().await;
    assert_eq!(told(&installation).await, 1);
    installation
        .debrief(&[
            "waive",
            REFERENCE,
            "page_review",
            "--reason",
            "it is a short one",
        ])
        .await
        .with_code(0);
    installation.restart().await;
    for at in [WEDNESDAY, "2026-03-05T09:00:00Z"] {
        installation.at(at);
        assert_eq!(told(&installation).await, 1);
    }
    let status = installation.debrief(&["status"]).await.with_code(0);
    assert!(status.out.contains("it is a short one"), "{}", status.out);
}

#[tokio::test]
async fn plan_and_show_tell_what_a_review_would_do_and_do_nothing() {
    let (mut installation, page) = after_its_meeting().await;
    installation
        .type_into_page(
            &page,
            "<p>Somebody forgot to renew it. This was human error.</p>",
        )
        .await;
    installation.sandbox.clear_calls();
    let planned = installation.debrief(&["plan"]).await.with_code(0);
    assert!(
        planned
            .out
            .contains("read the page and tell what is missing"),
        "{}",
        planned.out
    );
    let shown = installation
        .debrief(&["show", REFERENCE])
        .await
        .with_code(0);
    for words in [
        "page_review, of the page as it is now",
        "there is none on the page",
        "human error",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    assert_eq!(installation.writes(), []);
}

#[tokio::test]
async fn between_two_reminders_a_pass_costs_what_an_idle_pass_costs() {
    let (installation, _) = after_its_meeting().await;
    assert_eq!(told(&installation).await, 1);
    installation.sandbox.clear_calls();
    for _ in 0..3 {
        installation.advance(minutes(2));
        installation.good_pass().await;
    }
    let mut asked: Vec<String> = installation
        .calls()
        .into_iter()
        .map(|call| call.path)
        .collect();
    asked.sort();
    assert_eq!(
        asked,
        [["/incidents"; 3], ["/wiki/api/v2/tasks"; 3]].concat()
    );
    // A reminder reads the page once and sends one mail.
    installation.at(WEDNESDAY);
    installation.sandbox.clear_calls();
    installation.good_pass().await;
    let reads = installation
        .calls()
        .into_iter()
        .filter(|call| call.path.contains("/pages/"));
    assert_eq!(reads.count(), 1);
}

#[tokio::test]
async fn a_page_in_the_bin_asks_a_human_once_and_is_reviewed_when_it_is_back() {
    let (mut installation, page) = after_its_meeting().await;
    let title = installation.world().page(REFERENCE)["title"]
        .as_str()
        .unwrap()
        .to_owned();
    installation.delete_page(&page).await;
    let report = installation.pass().await;
    assert!(
        matches!(verdict(&report), Verdict::NeedsHuman { error } if error.contains("is in the bin") && error.contains("debrief waive")),
        "{:?}",
        verdict(&report)
    );
    installation.sandbox.clear_calls();
    installation.live_through(hours(72), hours(3)).await;
    let reads = installation
        .calls()
        .into_iter()
        .filter(|call| call.path.contains("/pages/"));
    assert_eq!(reads.count(), 0, "it is not asked for again and again");
    assert_eq!(installation.world().reviews().len(), 0);
    installation.at("2026-03-06T09:00:00Z");
    installation.restore_page(&page, &title).await;
    installation
        .debrief(&["retry", REFERENCE, "page_review"])
        .await
        .with_code(0);
    installation.restart().await;
    assert_eq!(told(&installation).await, 1);
    // It counts for the day on which it went out.
    installation.advance(minutes(10));
    assert_eq!(told(&installation).await, 1);
}

#[tokio::test]
async fn a_page_that_is_gone_for_good_asks_a_human() {
    let (installation, page) = after_its_meeting().await;
    installation.delete_page(&page).await;
    installation.purge_page(&page).await;
    let report = installation.pass().await;
    assert!(
        matches!(verdict(&report), Verdict::NeedsHuman { .. }),
        "{:?}",
        verdict(&report)
    );
}

#[tokio::test]
async fn without_a_leader_a_human_is_asked_unless_there_is_a_fallback() {
    let mut seed = one_incident();
    seed["incidents"][0]["log"] = json!([]);
    for fallback in [None, Some("process@example.com")] {
        let mut setup = Setup::default().seed(&seed);
        if let Some(fallback) = fallback {
            setup = setup.set("page_review.fallback", fallback);
        }
        let installation = setup.start().await;
        installation.good_pass().await;
        installation.at(WEDNESDAY);
        let report = installation.pass().await;
        match fallback {
            None => assert!(
                matches!(verdict(&report), Verdict::NeedsHuman { error } if error.contains("page_review.fallback")),
                "{:?}",
                verdict(&report)
            ),
            Some(fallback) => {
                let reviews = installation.world().reviews();
                assert_eq!(
                    (reviews.len(), &*reviews[0].to),
                    (1, &[fallback.to_owned()][..])
                );
            }
        }
    }
}

#[tokio::test]
async fn without_a_meeting_people_get_three_business_days() {
    let installation = Setup::default()
        .seed(&one_incident())
        .without("google")
        .start()
        .await;
    installation.good_pass().await;
    for (at, count) in [
        ("2026-03-04T15:00:00Z", 0),
        ("2026-03-05T08:59:00Z", 0),
        ("2026-03-05T09:00:00Z", 1),
    ] {
        installation.at(at);
        assert_eq!(told(&installation).await, count, "{at}");
    }
    let mail = installation.world().reviews().remove(0);
    assert!(!mail.text.contains("meeting is over"), "{}", mail.text);
}

#[tokio::test]
async fn a_meeting_that_people_moved_is_waited_for() {
    let (installation, _) = with_its_page(Setup::default()).await;
    let end = meeting(&installation).await.end;
    let event = id_of(&installation.world().event(REFERENCE));
    let thursday: Timestamp = "2026-03-05T12:00:00Z".parse().unwrap();
    installation
        .move_event(&event, thursday - hours(1), thursday)
        .await;
    for (at, count) in [
        (end.to_string(), 0),
        (WEDNESDAY.to_owned(), 0),
        ("2026-03-05T11:59:00Z".to_owned(), 0),
        (thursday.to_string(), 1),
    ] {
        installation.at(&at);
        assert_eq!(told(&installation).await, count, "{at}");
    }
    let mail = installation.world().reviews().remove(0);
    assert!(mail.text.contains("meeting is over"), "{}", mail.text);
}

#[tokio::test]
async fn advice_on_wording_is_one_comment_before_the_meeting_and_never_another() {
    let (installation, page) = with_its_page(Setup::default()).await;
    installation
        .type_into_page(&page, "<p>This was human error &amp; nothing else.</p><blockquote><p>You forgot it!</p></blockquote>")
        .await;
    let before = seen(&installation);
    let start = meeting(&installation).await.start;
    installation.at(&(start - minutes(61)).to_string());
    installation.good_pass().await;
    assert!(installation.world().comments(&page).is_empty());
    installation.at(&(start - minutes(59)).to_string());
    installation.good_pass().await;
    let comments = installation.world().comments(&page);
    assert_eq!(comments.len(), 1);
    let comment = visible_text(comments[0]["body"].as_str().unwrap());
    for words in [
        "This was human error & nothing else.",
        "Ask instead",
        "/advice",
    ] {
        assert!(comment.contains(words), "{words}: {comment}");
    }
    assert!(
        !comment.contains("forgot"),
        "quotations are left alone: {comment}"
    );
    assert_eq!(
        installation.world().reviews().len(),
        0,
        "no list before the meeting"
    );
    assert_eq!(seen(&installation), before);
    installation
        .type_into_page(&page, "<p>They should have known.</p>")
        .await;
    installation.live_through(hours(48), hours(4)).await;
    assert_eq!(installation.world().comments(&page).len(), 1);
}

#[tokio::test]
async fn wording_that_comes_after_the_meeting_is_advised_on_at_a_review() {
    let (installation, page) = after_its_meeting().await;
    installation.good_pass().await;
    assert!(installation.world().comments(&page).is_empty());
    installation
        .type_into_page(&page, "<p>They should have known.</p>")
        .await;
    installation.at(WEDNESDAY);
    installation.good_pass().await;
    assert_eq!(installation.world().comments(&page).len(), 1);
}

#[tokio::test]
async fn advice_whose_outcome_is_unknown_is_found_and_survives_a_lost_ledger() {
    let (mut installation, page) = after_its_meeting().await;
    installation
        .type_into_page(&page, "<p>They should have known.</p>")
        .await;
    installation.fault(Rule::new(Kind::DropAfter).path("footer-comments"));
    installation.pass().await;
    installation.advance(minutes(5));
    installation.good_pass().await;
    assert!(matches!(
        effect(&installation, &Act::Advice).await,
        Some(EffectState::Done { .. })
    ));
    assert_eq!(installation.world().comments(&page).len(), 1);
    installation.lose_database().await;
    installation.live_through(hours(24 * 7), hours(8)).await;
    assert_eq!(installation.world().comments(&page).len(), 1);
    assert!(matches!(
        effect(&installation, &Act::Advice).await,
        Some(EffectState::Done { .. })
    ));
}

#[tokio::test]
async fn without_the_lint_nothing_is_advised() {
    let (installation, page) = with_its_page(Setup::default().set("blame.enabled", "false")).await;
    installation
        .type_into_page(&page, "<p>They should have known.</p>")
        .await;
    installation.live_through(hours(48), hours(2)).await;
    assert!(installation.world().comments(&page).is_empty());
    assert!(!installation.world().reviews().is_empty());
}

#[tokio::test]
async fn a_reminder_of_which_nobody_knows_whether_it_went_out_is_repeated_as_the_same_mail() {
    let (mut installation, _) = after_its_meeting().await;
    installation.fault(Rule::new(Kind::DropAfter).vendor("smtp"));
    installation.pass().await;
    installation.restart().await;
    installation.advance(minutes(5));
    installation.good_pass().await;
    installation.advance(minutes(5));
    installation.good_pass().await;
    let reviews = installation.world().reviews();
    assert!(matches!(reviews.len(), 1 | 2), "{}", reviews.len());
    assert!(
        reviews
            .iter()
            .all(|mail| mail.message_id == reviews[0].message_id)
    );
}

#[tokio::test]
async fn what_people_do_to_the_page_between_reviews_stays() {
    let (installation, page) = after_its_meeting().await;
    installation.good_pass().await;
    installation
        .rename_page(&page, "Postmortem #1001: renamed by people")
        .await;
    installation
        .comment_on_page(&page, "<p>Who writes the impact?</p>")
        .await;
    installation
        .edit_page(&page, |body| {
            body.replace("<h2>Description</h2>", "<h2>Summary</h2><p>Moved.</p>")
        })
        .await;
    let before = seen(&installation);
    let comments = installation.world().comments(&page);
    installation
        .live_through(SignedDuration::from_hours(96), hours(5))
        .await;
    assert!(installation.world().reviews().len() > 1);
    assert_eq!(seen(&installation), before);
    assert_eq!(installation.world().comments(&page), comments);
    assert_eq!(
        installation.world().page(REFERENCE)["title"],
        "Postmortem #1001: renamed by people"
    );
}

#[tokio::test]
async fn a_template_of_ones_own_is_reviewed_by_its_own_prompts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("postmortem_page")).unwrap();
    let own = "<h1>Was ist passiert?</h1><p><em>Bitte ausfüllen &ndash; kurz.</em></p><h1>Fest</h1><p>Immer da.</p>\
               <p>{{ marker }}</p>";
    let own = own.replace("&ndash;", "–");
    std::fs::write(folder.path().join("postmortem_page/page.xhtml"), own).unwrap();
    let setup = Setup::default().set("templates.folder", &folder.path().to_string_lossy());
    let installation = setup
        .seed(&json!({"people": people(), "incidents": one_incident()["incidents"]}))
        .start()
        .await;
    installation.good_pass().await;
    let page = id_of(&installation.world().page(REFERENCE));
    installation.at(WEDNESDAY);
    assert_eq!(told(&installation).await, 1);
    let mail = installation.world().reviews().remove(0);
    assert_eq!(
        mail.subject,
        "Postmortem #1001: one thing is missing on the page"
    );
    assert!(
        mail.text.contains("Bitte ausfüllen – kurz."),
        "{}",
        mail.text
    );
    installation
        .edit_page(&page, |body| {
            body.replace("<em>Bitte ausfüllen – kurz.</em>", "Die Platte war voll.")
        })
        .await;
    installation.at("2026-03-05T09:00:00Z");
    assert_eq!(told(&installation).await, 1);
}

#[tokio::test]
async fn what_the_record_itself_tells_is_neither_missing_nor_left_alone() {
    let installation = Setup::default()
        .seed(&json!({"people": people(), "incidents": []}))
        .start()
        .await;
    let incident = json!({
        "id": "INC-1",
        "title": "Checkout is down",
        "service": "Checkout API",
        "opened_at": "2026-03-02T07:00:00Z",
        "resolved_at": "2026-03-02T08:00:00Z",
        "lead": {"name": "Ada Brandt", "email": "ada@example.com"},
        "description": "The disk was full.\n\nThis was human error.",
    });
    let file = installation.incident_files().join("INC-1.json");
    std::fs::write(file, incident.to_string()).unwrap();
    installation.good_pass().await;
    installation.at(WEDNESDAY);
    assert_eq!(told(&installation).await, 1);
    let mail = installation.world().reviews().remove(0);
    assert!(!mail.text.contains("Description"), "{}", mail.text);
    assert!(mail.text.contains("Customer impact"), "{}", mail.text);
    let comments = installation.world().0["confluence"]["comments"].clone();
    assert_eq!(comments.as_array().unwrap().len(), 1, "{comments}");
    assert!(
        comments[0]["body"]
            .as_str()
            .unwrap()
            .contains("human error")
    );
}
