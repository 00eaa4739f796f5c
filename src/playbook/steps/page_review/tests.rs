use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::time;
use jiff::tz::TimeZone;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::playbook::business_hours::BusinessHours;
use crate::playbook::case::{Decision, Waiver};
use crate::playbook::incident::{Detail, Incident, IncidentId, Part, Participant, Status};
use crate::playbook::plan::{Plan, forecast, plan};
use crate::playbook::review::Remark;
use crate::playbook::verdict::Verdict;

/// A Monday, 10:00 in Berlin.
const PAGE_AT: &str = "2026-03-02T09:00:00Z";
/// Tuesday, 15:00 to 16:00 in Berlin.
const MEETING: (&str, &str) = ("2026-03-03T14:00:00Z", "2026-03-03T15:00:00Z");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(holidays: &[&str]) -> Hours {
    let work = || vec!["09:00-17:00".parse().unwrap()];
    let week = [work(), work(), work(), work(), work(), vec![], vec![]];
    let holidays: BTreeSet<Date> = holidays.iter().map(|day| day.parse().unwrap()).collect();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let team = BusinessHours::new(zone, week, holidays).unwrap();
    Hours::new(team, BTreeMap::new(), time(9, 0, 0, 0))
}

fn review_rules(holidays: &[&str]) -> ReviewRules {
    ReviewRules {
        hours: hours(holidays),
        most_items: 7,
        before: SignedDuration::from_hours(1),
        after_page: 3,
        advice: Provision::Provided(()),
        fallback: None,
    }
}

fn rules_with(review: ReviewRules) -> Rules {
    let off = || Provision::Off("not in these tests".to_owned());
    Rules {
        settle: SignedDuration::from_mins(10),
        patience: SignedDuration::from_mins(15),
        announcement_patience: SignedDuration::from_mins(120),
        doubt: SignedDuration::from_secs(30),
        affected_customers: Provision::Off("not in these tests".to_owned()),
        transcript: Provision::Off("slack is not configured".to_owned()),
        postmortem_page: Provision::Provided(()),
        review_meeting: off(),
        announcement: Provision::Off("not in these tests".to_owned()),
        lead_briefing: Provision::Off("not here".to_owned()),
        action_items: off(),
        page_review: Provision::Provided(review),
    }
}

fn rules() -> Rules {
    rules_with(review_rules(&[]))
}

fn lead(time_zone: &str) -> Participant {
    Participant {
        person: Person {
            name: "Ada Example".to_owned(),
            email: Some("ada@example.com".to_owned()),
            time_zone: Some(time_zone.to_owned()),
            ..Person::default()
        },
        part: Part::Lead,
        contributions: 1,
    }
}

fn decided(mut case: Case, step: Step, name: &str, value: serde_json::Value) -> Case {
    case.decisions.push(Decision {
        step,
        name: name.to_owned(),
        value,
        decided_at: at(PAGE_AT),
    });
    case
}

fn with(mut case: Case, act: &Act, state: EffectState, updated_at: &str) -> Case {
    let key = case.key_of(act);
    let effect = Effect {
        key: key.clone(),
        state,
        attempts: 1,
        updated_at: at(updated_at),
    };
    case.effects.insert(key, effect);
    case
}

fn with_done(case: Case, act: &Act, updated_at: &str) -> Case {
    let url = Some("https://example.com/page".to_owned());
    let done = EffectState::Done {
        reference: "1".to_owned(),
        url,
    };
    with(case, act, done, updated_at)
}

/// A case whose page was made on Monday morning, without a meeting.
fn without_meeting() -> Case {
    let mut incident = Incident::listed(
        IncidentId::new("pagerduty", "Q1"),
        "#1",
        "Checkout is down",
        at("2026-03-02T07:00:00Z"),
        Status::Resolved {
            at: at("2026-03-02T08:00:00Z"),
        },
    );
    incident.detail = Detail::Full;
    incident.participants = vec![lead("Europe/Berlin")];
    let case = Case::new(incident, at("2026-03-02T08:00:00Z"));
    let case = with_done(case, &Act::Page, PAGE_AT);
    let case = with_done(case, &Act::Labels, PAGE_AT);
    decided(case, Step::PageReview, FORM, json!(Form::default()))
}

/// The same with its meeting on Tuesday afternoon.
fn case() -> Case {
    meeting_at(without_meeting(), MEETING)
}

fn meeting_at(case: Case, (start, end): (&str, &str)) -> Case {
    let slot = ChosenSlot::found(at(start), at(end));
    decided(case, Step::ReviewMeeting, SLOT, json!(slot))
}

fn read_before(case: Case) -> Case {
    with_done(case, &Act::Proofread, "2026-03-03T13:00:00Z")
}

fn on(date: &str) -> Act {
    Act::Review(date.parse().unwrap())
}

fn planned(case: &Case, now: &str) -> Plan {
    plan(case, &rules(), at(now))
}

/// What is ready at a moment, and when to look again.
fn outcome(case: &Case, now: &str) -> (Vec<Act>, Option<Timestamp>) {
    let plan = planned(case, now);
    (plan.ready, plan.wake_at)
}

fn told_on(case: Case, date: &str, settled_at: &str) -> Case {
    with_done(case, &on(date), settled_at)
}

#[rstest]
#[case::long_before("2026-03-02T09:00:00Z", &[], Some("2026-03-03T13:00:00Z"))]
#[case::in_the_hour_before_it_the_wording_is_looked_at("2026-03-03T13:00:00Z", &[Act::Proofread], Some("2026-03-03T15:00:00Z"))]
#[case::during_it_no_more("2026-03-03T14:30:00Z", &[], Some("2026-03-03T15:00:00Z"))]
fn before_the_meeting_is_over_nobody_is_told_anything(
    #[case] now: &str,
    #[case] ready: &[Act],
    #[case] wake_at: Option<&str>,
) {
    assert_eq!(outcome(&case(), now), (ready.to_vec(), wake_at.map(at)));
}

#[test]
fn the_hour_before_an_early_meeting_is_the_last_one_of_the_day_before() {
    let case = meeting_at(
        without_meeting(),
        ("2026-03-09T08:00:00Z", "2026-03-09T09:00:00Z"),
    );
    let (ready, wake_at) = outcome(&case, "2026-03-06T14:59:59Z");
    assert_eq!((ready, wake_at), (vec![], Some(at("2026-03-06T15:00:00Z"))));
    assert_eq!(outcome(&case, "2026-03-06T15:00:00Z").0, [Act::Proofread]);
}

#[rstest]
#[case::at_once("2026-03-03T15:00:00Z", "2026-03-03", true)]
#[case::not_in_the_evening("2026-03-03T16:00:00Z", "2026-03-04", false)]
#[case::next_morning("2026-03-04T08:00:00Z", "2026-03-04", true)]
#[case::after_a_week_of_downtime_once("2026-03-11T10:00:00Z", "2026-03-11", true)]
#[case::not_on_saturday("2026-03-07T10:00:00Z", "2026-03-09", false)]
fn after_the_meeting_its_leader_is_told_in_working_hours(
    #[case] now: &str,
    #[case] date: &str,
    #[case] ready: bool,
) {
    let plan = planned(&read_before(case()), now);
    assert_eq!(plan.ready, Vec::from_iter(ready.then(|| on(date))));
    if !ready {
        let morning = format!("{date}T08:00:00Z");
        assert_eq!(plan.wake_at, Some(at(&morning)));
    }
}

#[rstest]
#[case::the_same_day("2026-03-03T15:30:00Z", None, "2026-03-04T08:00:00Z")]
#[case::the_same_night("2026-03-04T07:59:00Z", None, "2026-03-04T08:00:00Z")]
#[case::the_next_morning("2026-03-04T08:00:00Z", Some("2026-03-04"), "")]
#[case::five_days_later("2026-03-09T12:00:00Z", Some("2026-03-09"), "")]
#[case::on_a_sunday("2026-03-08T12:00:00Z", None, "2026-03-09T08:00:00Z")]
fn a_reminder_comes_once_a_business_day(
    #[case] now: &str,
    #[case] ready: Option<&str>,
    #[case] wake_at: &str,
) {
    let case = told_on(read_before(case()), "2026-03-03", "2026-03-03T15:00:05Z");
    let plan = planned(&case, now);
    assert_eq!(plan.ready, Vec::from_iter(ready.map(on)));
    if ready.is_none() {
        assert_eq!(plan.wake_at, Some(at(wake_at)));
        assert!(
            matches!(&plan.verdicts[&Step::PageReview], Verdict::Waiting { on, until: Some(_) } if on.contains("missing")),
            "{:?}",
            plan.verdicts[&Step::PageReview]
        );
    }
}

#[test]
fn holidays_and_weekends_are_left_out() {
    let rules = rules_with(review_rules(&["2026-03-09"]));
    let case = told_on(read_before(case()), "2026-03-06", "2026-03-06T08:00:00Z");
    let plan = plan(&case, &rules, at("2026-03-07T08:00:00Z"));
    assert_eq!(
        (plan.ready, plan.wake_at),
        (vec![], Some(at("2026-03-10T08:00:00Z")))
    );
}

#[test]
fn mornings_stay_mornings_when_clocks_change() {
    // Berlin's clocks go forward on Sunday 29 March 2026.
    let case = told_on(read_before(case()), "2026-03-27", "2026-03-27T08:00:00Z");
    let (ready, wake_at) = outcome(&case, "2026-03-28T08:00:00Z");
    assert_eq!((ready, wake_at), (vec![], Some(at("2026-03-30T07:00:00Z"))));
}

#[test]
fn the_day_is_the_leaders_where_they_live() {
    let mut case = read_before(case());
    case.incident.participants = vec![lead("America/New_York")];
    // 10:00 in New York when the meeting is over.
    assert_eq!(outcome(&case, MEETING.1).0, [on("2026-03-03")]);
    let case = told_on(case, "2026-03-03", "2026-03-03T15:00:00Z");
    let (ready, wake_at) = outcome(&case, "2026-03-04T08:00:00Z");
    assert_eq!((ready, wake_at), (vec![], Some(at("2026-03-04T14:00:00Z"))));
    assert_eq!(outcome(&case, "2026-03-04T14:00:00Z").0, [on("2026-03-04")]);
}

#[test]
fn a_review_in_doubt_keeps_its_date_and_counts_for_the_day_it_was_settled() {
    let case = read_before(case());
    let doubtful = with(
        case.clone(),
        &on("2026-03-04"),
        EffectState::InDoubt,
        "2026-03-04T08:00:00Z",
    );
    let next = planned(&doubtful, "2026-03-04T08:00:10Z");
    assert_eq!(next.ready, []);
    assert_eq!(next.wake_at, Some(at("2026-03-04T08:00:30Z")));
    // A weekend later it is still Wednesday's, and the only one.
    assert_eq!(
        outcome(&doubtful, "2026-03-09T09:00:00Z").0,
        [on("2026-03-04")]
    );
    let settled = told_on(case, "2026-03-04", "2026-03-09T09:00:00Z");
    let (ready, wake_at) = outcome(&settled, "2026-03-09T09:00:01Z");
    assert_eq!((ready, wake_at), (vec![], Some(at("2026-03-10T08:00:00Z"))));
}

#[test]
fn a_review_that_failed_is_tried_again_as_itself_and_one_given_up_asks_a_human() {
    let retry = EffectState::Retry {
        at: at("2026-03-04T08:05:00Z"),
        error: "503".to_owned(),
    };
    let case = read_before(case());
    let failed = with(
        case.clone(),
        &on("2026-03-04"),
        retry,
        "2026-03-04T08:00:00Z",
    );
    let plan = planned(&failed, "2026-03-04T08:01:00Z");
    assert_eq!(plan.ready, []);
    assert_eq!(plan.verdicts[&Step::PageReview].word(), "retrying");
    assert_eq!(
        outcome(&failed, "2026-03-05T09:00:00Z").0,
        [on("2026-03-04")]
    );
    let gave_up = EffectState::GaveUp {
        error: "the page is in the bin".to_owned(),
    };
    let gave_up = with(case, &on("2026-03-04"), gave_up, "2026-03-04T08:00:00Z");
    for now in ["2026-03-04T09:00:00Z", "2026-03-20T09:00:00Z"] {
        let plan = planned(&gave_up, now);
        assert_eq!((plan.ready.clone(), plan.wake_at), (vec![], None), "{now}");
        assert!(plan.needs_human(), "{now}");
    }
}

#[test]
fn without_a_meeting_people_get_some_business_days() {
    let rules = rules_with(review_rules(&["2026-03-04"]));
    let case = without_meeting();
    let before = plan(&case, &rules, at("2026-03-06T08:59:00Z"));
    // Tuesday, Thursday, Friday: Wednesday is a holiday.
    assert_eq!(
        (before.ready, before.wake_at),
        (vec![], Some(at("2026-03-06T09:00:00Z")))
    );
    assert_eq!(
        plan(&case, &rules, at("2026-03-06T09:00:00Z")).ready,
        [on("2026-03-06")]
    );
}

#[test]
fn a_page_that_came_after_its_meeting_gets_the_same_time() {
    let case = meeting_at(
        without_meeting(),
        ("2026-03-02T07:30:00Z", "2026-03-02T08:30:00Z"),
    );
    let (ready, wake_at) = outcome(&case, "2026-03-02T10:00:00Z");
    assert_eq!((ready, wake_at), (vec![], Some(at("2026-03-05T09:00:00Z"))));
}

#[test]
fn a_meeting_that_people_moved_is_over_when_they_moved_it_to() {
    let put_off = EffectState::Done {
        reference: PUT_OFF.to_owned(),
        url: None,
    };
    let case = with(read_before(case()), &on("2026-03-03"), put_off, MEETING.1);
    let seen = moved("2026-03-03".parse().unwrap());
    let case = decided(case, Step::PageReview, &seen, json!("2026-03-05T12:00:00Z"));
    assert!(!was_told(&case), "nobody was");
    let (ready, wake_at) = outcome(&case, "2026-03-04T09:00:00Z");
    assert_eq!((ready, wake_at), (vec![], Some(at("2026-03-05T12:00:00Z"))));
    assert_eq!(outcome(&case, "2026-03-05T12:00:00Z").0, [on("2026-03-05")]);
}

#[test]
fn before_there_is_a_page_its_review_waits_for_it() {
    let mut case = case();
    case.effects.clear();
    let plan = planned(&case, "2026-03-02T08:05:00Z");
    assert!(
        matches!(&plan.verdicts[&Step::PageReview], Verdict::Waiting { .. }),
        "{:?}",
        plan.verdicts[&Step::PageReview]
    );
    assert!(plan.ready.iter().all(|act| act.step() != Step::PageReview));
}

#[test]
fn a_complete_page_is_done_and_nothing_more_is_looked_at() {
    let case = told_on(read_before(case()), "2026-03-03", "2026-03-03T15:00:00Z");
    let case = decided(
        case,
        Step::PageReview,
        COMPLETE,
        json!("2026-03-03T15:00:00Z"),
    );
    let plan = planned(&case, "2026-03-20T10:00:00Z");
    assert_eq!((plan.ready, plan.wake_at), (vec![], None));
    assert_eq!(
        plan.verdicts[&Step::PageReview],
        Verdict::Done {
            url: Some("https://example.com/page".to_owned())
        }
    );
}

#[test]
fn a_page_seen_complete_by_a_worker_that_died_is_settled_first() {
    let case = with(
        read_before(case()),
        &on("2026-03-04"),
        EffectState::InDoubt,
        "2026-03-04T08:00:00Z",
    );
    let case = decided(
        case,
        Step::PageReview,
        COMPLETE,
        json!("2026-03-04T08:00:00Z"),
    );
    assert_eq!(outcome(&case, "2026-03-04T08:05:00Z").0, [on("2026-03-04")]);
}

#[test]
fn advice_is_given_once_there_are_findings_and_looked_for_no_more() {
    let remarks = Remarks {
        remarks: vec![Remark {
            section: String::new(),
            quoted: "Ada forgot".to_owned(),
            why: String::new(),
            ask_instead: String::new(),
        }],
        left_out: 0,
    };
    let case = decided(case(), Step::PageReview, FINDINGS, json!(remarks));
    let now = "2026-03-03T13:00:00Z";
    assert_eq!(outcome(&case, now).0, [Act::Advice], "proofreading is over");
    let given = with_done(case, &Act::Advice, now);
    assert_eq!(outcome(&given, now).0, []);
}

#[test]
fn without_advice_nothing_is_read_before_the_meeting() {
    let mut review = review_rules(&[]);
    review.advice = Provision::Off("`blame.enabled` is false".to_owned());
    let plan = plan(&case(), &rules_with(review), at("2026-03-03T13:30:00Z"));
    assert_eq!((plan.ready, plan.wake_at), (vec![], Some(at(MEETING.1))));
}

#[test]
fn what_is_waived_reopened_off_or_older_than_the_step_is_left_alone() {
    let now = at("2026-03-04T10:00:00Z");
    let verdict = |case: &Case, rules: &Rules| {
        let plan = plan(case, rules, now);
        assert_eq!(plan.ready, []);
        plan.verdicts[&Step::PageReview].word()
    };
    let mut waived = read_before(case());
    waived.waivers.push(Waiver {
        step: Step::PageReview,
        reason: "it is fine".to_owned(),
        at: now,
    });
    assert_eq!(verdict(&waived, &rules()), "waived");
    let mut reopened = read_before(case());
    reopened.incident.status = Status::Open;
    assert_eq!(verdict(&reopened, &rules()), "waiting");
    let mut off = rules();
    off.page_review = Provision::Off("`page_review.enabled` is false".to_owned());
    assert_eq!(verdict(&case(), &off), "not owed");
    let mut older = case();
    older.decisions.retain(|decision| decision.name != FORM);
    assert_eq!(verdict(&older, &rules()), "not owed");
}

#[test]
fn without_a_leader_the_list_goes_to_the_fallback_by_the_teams_hours() {
    let mut case = read_before(case());
    case.incident.participants.clear();
    assert_eq!(addressee(&case, &review_rules(&[])), None);
    assert_eq!(outcome(&case, MEETING.1).0, [on("2026-03-03")]);
    let review = ReviewRules {
        fallback: Some("process@example.com".to_owned()),
        ..review_rules(&[])
    };
    let (_, email) = addressee(&case, &review).unwrap();
    assert_eq!(email, "process@example.com");
    case.incident.participants = vec![lead("Europe/Berlin")];
    assert_eq!(addressee(&case, &review).unwrap().1, "ada@example.com");
}

#[test]
fn the_forecast_tells_todays_review_and_ends() {
    let foreseen = forecast(&read_before(case()), &rules(), at(MEETING.1));
    let verdict = &foreseen[&Step::PageReview];
    assert!(
        matches!(verdict, Verdict::Ready { acts } if acts == &["read the page and tell what is missing"]),
        "{verdict:?}"
    );
}
