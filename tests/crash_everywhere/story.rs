//! The story that is interrupted everywhere: an ordinary incident with ten affected customers on a Monday; shortly before
//! its meeting somebody has written on the page who is to blame; and on Tuesday somebody is late with what came of it,
//! while the page still lacks most.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use debrief::playbook::effect::{EVERYONE, Effect, EffectState};
use debrief::playbook::slot::ChosenSlot;
use debrief::playbook::steps::Step;
use debrief::playbook::steps::review_meeting::SLOT;
use futures_util::FutureExt;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::seeds::{incident, people, task, world};
use crate::support::{Installation, Mail, Setup, World, hours, id_of, minutes};

/// What people call the incident.
pub const REFERENCE: &str = "#1001";
/// What PagerDuty calls it.
pub const INCIDENT: &str = "QONE";

const COMPANY: &str = "company@example.com";
const LATE: &str = "jonas@example.com";
const TUESDAY: &str = "2026-03-03T09:00:00Z";
const WEDNESDAY: &str = "2026-03-04T09:00:00Z";

/// How the clock goes on after something went wrong: the time from one look to the next.
pub const LATER: [SignedDuration; 5] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(20),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
];

/// An installation that has looked in once, and an incident that was opened and resolved since.
pub async fn installed(setup: Setup) -> Installation {
    let installation = setup
        .seed(&json!({"people": people()}))
        .set("schedule.attempts", "1")
        .set("schedule.call_timeout", "2s")
        .start()
        .await;
    installation.good_pass().await;
    installation.advance(minutes(20));
    let mut happened = incident(INCIDENT, "Checkout is down", "-PT15M");
    happened["created_at"] = json!("-PT19M");
    happened["log"] = json!([
        {"at": "-PT18M", "type": "acknowledge", "by": "ada@example.com"},
        {"at": "-PT17M", "type": "acknowledge", "by": LATE},
        {"at": "-PT15M", "type": "resolve", "by": "ada@example.com"},
    ]);
    installation.seed(&world(&[happened]));
    let mut csv = "org name,org_id,app_id,campaign_id\n".to_owned();
    for row in customers() {
        csv.push_str(&row.join(","));
        csv.push('\n');
    }
    let file = installation
        .customer_files()
        .join(format!("{INCIDENT}.csv"));
    std::fs::write(file, csv).unwrap();
    installation.sandbox.clear_calls();
    installation
}

fn customers() -> Vec<[String; 4]> {
    (1..=10)
        .map(|number| {
            [
                format!("Company {number}"),
                format!("org-{number}"),
                format!("app-{number}"),
                format!("campaign-{number}"),
            ]
        })
        .collect()
}

/// Half an hour before the meeting the page holds blame.
pub async fn noon(installation: &Installation) {
    let case = installation.case(INCIDENT).await;
    let slot: ChosenSlot = case.decision(Step::ReviewMeeting, SLOT).unwrap();
    installation.at(&(slot.start - minutes(30)).to_string());
    let page = id_of(&installation.world().page(REFERENCE));
    installation
        .type_into_page(&page, "<p>This was human error.</p>")
        .await;
}

/// On Tuesday Jonas has an item that was due on Monday, and the page's own boxes are ticked.
pub async fn tuesday(installation: &Installation) {
    installation.at(TUESDAY);
    let world = installation.world();
    let page = id_of(&world.page(REFERENCE));
    for task in world.tasks(&page) {
        installation.tick(&id_of(&task)).await;
    }
    let item = task(&page, "Write a runbook", Some(LATE), "2026-03-02");
    installation.seed(&json!({"tasks": [item]}));
}

/// The next working day.
pub fn wednesday(installation: &Installation) {
    installation.at(WEDNESDAY);
}

/// Looks in again and again, later and later, until there is nothing left to do.
pub async fn live_on(installation: &Installation) {
    for wait in LATER {
        installation.advance(wait);
        installation.pass().await;
    }
    assert_quiet(installation).await;
}

/// The same within a working day.
pub async fn live_on_until_evening(installation: &Installation) {
    for wait in LATER.into_iter().filter(|wait| *wait < hours(6)) {
        installation.advance(wait);
        installation.pass().await;
    }
    assert_quiet(installation).await;
}

/// Nothing is done, and nothing is said, when it looks in once more.
pub async fn assert_quiet(installation: &Installation) {
    let report = installation.pass().await;
    assert!(report.is_quiet(), "not quiet: {report:#?}");
    assert!(!report.needs_human(), "needs a person: {report:#?}");
}

/// How often each message went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub announcements: usize,
    pub posts: usize,
}

/// How often each message may have gone out.
#[derive(Clone, Debug)]
pub struct Allowed {
    pub announcements: RangeInclusive<usize>,
    pub posts: RangeInclusive<usize>,
}

/// Everything is said once.
pub const ONCE: Allowed = Allowed {
    announcements: 1..=1,
    posts: 1..=1,
};

/// SMTP cannot be asked what became of a mail: after an unclear outcome there is a second copy. Slack can be.
pub const A_COPY_OF_THE_MAIL: Allowed = Allowed {
    announcements: 1..=2,
    posts: 1..=1,
};

/// Everything that was owed on Monday is there once, complete, and the ledger knows it.
pub async fn assert_aftermath(installation: &Installation, allowed: &Allowed) -> Said {
    let world = installation.world();
    let folder = id_of(&world.folder(REFERENCE));
    let sheet = world.spreadsheet(REFERENCE);
    assert_eq!(sheet["parents"][0], folder.as_str());
    let readers: Vec<_> = world
        .permissions(&folder)
        .into_iter()
        .filter(|permission| permission["emailAddress"] == "incident-readers@example.com")
        .collect();
    assert_eq!(readers.len(), 1, "the group may read the folder");
    let tabs = world.tabs(&id_of(&sheet));
    assert_eq!(tabs.len(), 1);
    let mut rows = vec![json!(["org name", "org_id", "app_id", "campaign_id"])];
    rows.extend(customers().iter().map(|row| json!(row)));
    assert_eq!(tabs[0]["rows"], json!(rows), "every row once and in order");

    let page = world.page(REFERENCE);
    assert_eq!(page["status"], "current");
    assert_eq!(page["labels"], json!(["postmortem"]));
    let (advice, news): (Vec<_>, Vec<_>) = world
        .comments(&id_of(&page))
        .into_iter()
        .partition(|comment| comment["body"].to_string().contains("/advice"));
    assert!(news.len() <= 2, "one comment a piece of news at most");
    assert!(advice.len() <= 1, "advice once at most");
    let properties = world.properties(&id_of(&page));
    assert_eq!(properties.len(), 1);
    let property = &properties[0]["value"];
    assert_eq!(property["incident"], format!("pagerduty:{INCIDENT}"));
    // The mail, the post and the briefing of whoever leads.
    assert_eq!(property["sent"].as_array().unwrap().len(), 3, "{property}");

    let event = world.event(REFERENCE);
    assert_eq!(event["status"], "confirmed");

    let announcements = world.announcements(REFERENCE);
    assert_copies(&announcements, COMPANY, &allowed.announcements);
    let dates = dates_of(&world, &announcements);
    assert!(dates.len() <= 1, "copies share their date: {dates:?}");
    let posts = world.posts(REFERENCE);
    assert!(
        allowed.posts.contains(&posts.len()),
        "{} posts",
        posts.len()
    );
    assert_case_is_settled(installation).await;
    Said {
        announcements: announcements.len(),
        posts: posts.len(),
    }
}

/// So many mails to that address, and all of them copies of one.
fn assert_copies(mails: &[Mail], to: &str, allowed: &RangeInclusive<usize>) {
    assert!(
        allowed.contains(&mails.len()),
        "{} mails to {to}",
        mails.len()
    );
    for mail in mails {
        assert_eq!(mail.to, [to]);
        assert_eq!(mail.message_id, mails[0].message_id, "one Message-ID");
    }
}

fn dates_of(world: &World, mails: &[Mail]) -> BTreeSet<String> {
    let ids: Vec<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    let messages = world.0["smtp"]["messages"].as_array().unwrap().iter();
    messages
        .filter(|message| ids.contains(&message["message_id"].as_str().unwrap()))
        .map(|message| message["headers"]["Date"].to_string())
        .collect()
}

/// Jonas was told on one day: once, or in copies of one mail.
pub fn assert_nagged(installation: &Installation, allowed: &RangeInclusive<usize>) -> usize {
    let nags = installation.world().nags();
    assert_copies(&nags, LATE, allowed);
    nags.len()
}

/// Whether the advice stands on the page, in one comment.
pub fn is_advised(installation: &Installation) -> bool {
    let world = installation.world();
    let comments = world.comments(&id_of(&world.page(REFERENCE)));
    let is_advice = |comment: &Value| comment["body"].to_string().contains("/advice");
    comments.iter().any(is_advice)
}

/// The leader was told on one day what is missing: once, or in copies of one mail.
pub fn assert_reviewed(installation: &Installation, allowed: &RangeInclusive<usize>) -> usize {
    let reviews = installation.world().reviews();
    assert_copies(&reviews, "ada@example.com", allowed);
    reviews.len()
}

/// Every reminder that was ever begun went out.
pub async fn assert_nags_are_settled(installation: &Installation) {
    let nags = installation.worker().store.effects(EVERYONE, 100).await;
    assert_all_done(nags.unwrap());
}

async fn assert_case_is_settled(installation: &Installation) {
    let case = installation.case(INCIDENT).await;
    assert_all_done(case.effects.into_values());
}

fn assert_all_done(rows: impl IntoIterator<Item = Effect>) {
    for row in rows {
        assert!(
            matches!(row.state, EffectState::Done { .. }),
            "not over: {row:#?}"
        );
    }
}

/// A person asks for another try of everything that was given up.
pub async fn retry_by_hand(installation: &Installation) {
    let case = installation.case(INCIDENT).await;
    let now = installation.now();
    let store = &installation.worker().store;
    store.retry(&case.incident.id, None, now).await.unwrap();
    for wait in [minutes(1), minutes(20), hours(1)] {
        installation.pass().await;
        installation.advance(wait);
    }
}

/// Whether something was given up and waits for a person.
pub async fn is_given_up(installation: &Installation) -> bool {
    let rows = installation.worker().store.cases(10).await.unwrap();
    rows.iter()
        .flat_map(|row| row.case.effects.values())
        .any(|effect| matches!(effect.state, EffectState::GaveUp { .. }))
}

/// How many calls the story makes when nothing goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    pub monday: u32,
    pub noon: u32,
    pub tuesday: u32,
}

impl Calls {
    /// Each of them, by its day and its number, counted from one.
    pub fn each(self) -> impl Iterator<Item = (Day, u32)> {
        let monday = (1..=self.monday).map(|nth| (Day::Monday, nth));
        let noon = (1..=self.noon).map(|nth| (Day::Noon, nth));
        let tuesday = (1..=self.tuesday).map(|nth| (Day::Tuesday, nth));
        monday.chain(noon).chain(tuesday)
    }
}

/// The day of the story on which something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    Monday,
    /// Monday, shortly before the meeting.
    Noon,
    Tuesday,
}

/// The story as it is just before that day's first call.
pub async fn told_until(day: Day) -> Installation {
    let installation = installed(Setup::default()).await;
    match day {
        Day::Monday => {}
        Day::Noon => {
            installation.good_pass().await;
            noon(&installation).await;
        }
        Day::Tuesday => {
            installation.good_pass().await;
            noon(&installation).await;
            installation.good_pass().await;
            tuesday(&installation).await;
        }
    }
    installation.sandbox.clear_calls();
    installation
}

/// Names the story in which an assertion failed.
pub async fn named<T>(name: String, story: impl Future<Output = T>) -> T {
    match std::panic::AssertUnwindSafe(story).catch_unwind().await {
        Ok(told) => told,
        Err(panic) => {
            eprintln!("in the story of {name}");
            std::panic::resume_unwind(panic)
        }
    }
}

/// Whether every story is to be told, instead of a part of them that leaves no call out.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own switch; the program never sees it"
)]
pub fn is_exhaustive() -> bool {
    std::env::var_os("DEBRIEF_EXHAUSTIVE").is_some_and(|value| value == "1")
}

/// How many stories were told, of how many.
pub fn share(told: usize, all: usize) -> String {
    if told == all {
        format!("all {all} stories")
    } else {
        format!("{told} of {all} stories (DEBRIEF_EXHAUSTIVE=1 tells all)")
    }
}

/// Tells the story once without a fault.
pub async fn calls_of_the_story() -> Calls {
    let installation = installed(Setup::default()).await;
    installation.good_pass().await;
    let monday = calls(&installation);
    assert_aftermath(&installation, &ONCE).await;
    noon(&installation).await;
    installation.sandbox.clear_calls();
    installation.good_pass().await;
    let noon = calls(&installation);
    assert!(is_advised(&installation));
    tuesday(&installation).await;
    installation.sandbox.clear_calls();
    installation.good_pass().await;
    let tuesday = calls(&installation);
    assert_nagged(&installation, &(1..=1));
    assert_reviewed(&installation, &(1..=1));
    assert_nags_are_settled(&installation).await;
    assert_quiet(&installation).await;
    Calls {
        monday,
        noon,
        tuesday,
    }
}

/// How many calls the vendors got so far.
pub fn calls(installation: &Installation) -> u32 {
    u32::try_from(installation.calls().len()).unwrap()
}
