#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::SignedDuration;
use rstest::rstest;

use super::super::case::{Decision, Waiver};
use super::super::effect::Effect;
use super::super::incident::{Incident, IncidentId, Visibility};
use super::super::lead::{self, VOLUNTEER};
use super::super::person::Person;
use super::super::rules::{AnnouncementRules, BriefingRules, CustomerRules, Way};
use super::super::steps::act::News;
use super::super::steps::announcement::RECIPIENTS;
use super::super::steps::postmortem_page::{CONTENT, Coverage, PageContent};
use super::*;

const RESOLVED: &str = "2026-03-02T08:00:00Z";
const SETTLED: &str = "2026-03-02T08:10:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes_after_settling(minutes: i64) -> Timestamp {
    at(SETTLED) + SignedDuration::from_mins(minutes)
}

fn rules() -> Rules {
    let mins = SignedDuration::from_mins;
    Rules {
        settle: mins(10),
        patience: mins(15),
        announcement_patience: mins(120),
        doubt: SignedDuration::from_secs(30),
        affected_customers: Provision::Provided(CustomerRules {
            share_with: vec!["readers@example.com".to_owned()],
        }),
        transcript: Provision::Off("slack is not configured".to_owned()),
        postmortem_page: Provision::Provided(()),
        review_meeting: Provision::Provided(()),
        announcement: Provision::Provided(AnnouncementRules {
            mail_to: vec!["company@example.com".to_owned()],
            channels: vec!["C1".to_owned()],
        }),
        lead_briefing: Provision::Off("`lead_briefing.enabled` is false".to_owned()),
        action_items: Provision::Provided(()),
        // It has its own tests, beside it.
        page_review: Provision::Off("not in these tests".to_owned()),
    }
}

/// A case whose record was read, adopted when its incident was resolved.
fn case() -> Case {
    Case::new(
        Incident {
            service: "checkout".to_owned(),
            detail: Detail::Full,
            ..Incident::listed(
                IncidentId::new("pagerduty", "Q1"),
                "#1".to_owned(),
                "Checkout is down".to_owned(),
                at("2026-03-02T07:00:00Z"),
                Status::Resolved { at: at(RESOLVED) },
            )
        },
        at(RESOLVED),
    )
}

fn mail() -> Act {
    Act::Mail("company@example.com".to_owned())
}

fn chat() -> Act {
    Act::Chat("C1".to_owned())
}

fn sharing() -> Act {
    Act::Sharing("readers@example.com".to_owned())
}

/// The same case, with an act in that state.
fn with(mut case: Case, act: &Act, state: EffectState) -> Case {
    let key = case.key_of(act);
    let effect = Effect {
        key: key.clone(),
        state,
        attempts: 1,
        updated_at: at(SETTLED),
    };
    case.effects.insert(key, effect);
    case
}

fn with_done(case: Case, acts: &[Act]) -> Case {
    acts.iter().fold(case, |case, act| {
        let done = EffectState::Done {
            reference: "1".to_owned(),
            url: Some(format!("https://example.com/{}", act.kind())),
        };
        with(case, act, done)
    })
}

fn with_content(mut case: Case, sheet: Coverage, meeting: Coverage) -> Case {
    case.decisions.push(Decision {
        step: Step::PostmortemPage,
        name: CONTENT.to_owned(),
        value: serde_json::to_value(PageContent {
            sheet,
            meeting,
            volunteer: Coverage::NotOwed,
        })
        .unwrap(),
        decided_at: at(SETTLED),
    });
    case
}

fn done() -> EffectState {
    EffectState::Done {
        reference: "1".to_owned(),
        url: None,
    }
}

fn gave_up() -> EffectState {
    EffectState::GaveUp {
        error: "refused".to_owned(),
    }
}

fn ready(case: &Case, now: Timestamp) -> Vec<Act> {
    plan(case, &rules(), now).ready
}

fn everything_owed() -> Vec<Act> {
    vec![
        Act::FolderId,
        Act::Folder,
        Act::Spreadsheet,
        Act::Rows,
        sharing(),
        Act::Page,
        Act::Labels,
        Act::Slot,
        Act::Event,
        mail(),
        chat(),
        Act::Mirror,
    ]
}

#[test]
fn nothing_is_ready_before_the_incident_has_settled() {
    let plan = plan(
        &case(),
        &rules(),
        at(SETTLED) - SignedDuration::from_secs(1),
    );
    assert_eq!(plan.ready, []);
    assert_eq!(plan.reading, Reading::NotNow, "not even the record is read");
    assert_eq!(plan.wake_at, Some(at(SETTLED)));
}

#[test]
fn once_settled_the_record_is_read_before_anything_else() {
    let mut case = case();
    case.incident.detail = Detail::Listed;
    let plan = plan(&case, &rules(), at(SETTLED));
    assert_eq!(plan.reading, Reading::Wanted);
    assert_eq!(plan.ready, []);
}

#[test]
fn the_whole_case_is_done_in_the_order_of_what_needs_what() {
    let mut case = case();
    let mut rounds = Vec::new();
    loop {
        let plan = plan(&case, &rules(), at(SETTLED));
        if plan.ready.is_empty() {
            break;
        }
        for choice in plan.choices {
            case.decisions.push(Decision {
                step: choice.step,
                name: choice.name.to_owned(),
                value: choice.value,
                decided_at: at(SETTLED),
            });
        }
        case = with_done(case, &plan.ready);
        rounds.push(plan.ready);
    }
    assert_eq!(
        rounds,
        [
            vec![Act::FolderId, Act::Slot],
            vec![Act::Folder],
            vec![Act::Spreadsheet, sharing()],
            vec![Act::Rows, Act::Page],
            vec![Act::Labels, Act::Event, Act::Mirror],
            vec![mail(), chat()],
        ]
    );
}

#[test]
fn a_finished_case_sleeps_and_every_step_says_where_its_result_is() {
    let case = with_done(case(), &everything_owed());
    let case = with_content(case, Coverage::OnPage, Coverage::OnPage);
    let plan = plan(&case, &rules(), minutes_after_settling(600));
    assert_eq!((plan.ready.len(), plan.wake_at), (0, None));
    let url = |step: Step| {
        let Verdict::Done { url } = &plan.verdicts[&step] else {
            panic!("{step}: {:?}", plan.verdicts[&step]);
        };
        url.clone()
    };
    assert_eq!(
        url(Step::PostmortemPage),
        Some("https://example.com/page".to_owned())
    );
    assert_eq!(
        url(Step::AffectedCustomers),
        Some("https://example.com/spreadsheet".to_owned())
    );
    assert_eq!(
        url(Step::ReviewMeeting),
        Some("https://example.com/event".to_owned())
    );
    assert_eq!(url(Step::Announcement), None);
    assert!(matches!(
        plan.verdicts[&Step::ActionItems],
        Verdict::Waiting { until: None, .. }
    ));
}

#[rstest]
#[case::the_page_waits(14, false)]
#[case::but_not_for_ever(15, true)]
fn the_page_waits_for_the_sheet_with_patience(#[case] minutes: i64, #[case] is_made: bool) {
    let case = with_done(case(), &[Act::Slot]);
    assert_eq!(
        ready(&case, minutes_after_settling(minutes)).contains(&Act::Page),
        is_made
    );
}

#[test]
fn patience_counts_from_the_adoption_of_an_incident_that_was_seen_late() {
    let mut case = with_done(case(), &[Act::Slot]);
    case.adopted_at = minutes_after_settling(600);
    assert!(!ready(&case, minutes_after_settling(614)).contains(&Act::Page));
    assert!(ready(&case, minutes_after_settling(615)).contains(&Act::Page));
}

#[test]
fn nobody_waits_for_what_was_given_up() {
    let case = with(with_done(case(), &[Act::Slot]), &Act::Folder, gave_up());
    let plan = plan(&case, &rules(), at(SETTLED));
    assert!(
        plan.ready.contains(&Act::Page),
        "the sheet cannot come without its folder"
    );
    assert!(plan.needs_human());
    assert_eq!(
        plan.verdicts[&Step::AffectedCustomers].word(),
        "needs a human"
    );
}

#[test]
fn what_the_page_holds_is_chosen_before_it_is_created_and_only_once() {
    let case = with_done(case(), &[Act::Slot]);
    let now = minutes_after_settling(15);
    let first = plan(&case, &rules(), now);
    let content: PageContent = serde_json::from_value(first.choices[0].value.clone()).unwrap();
    assert_eq!(
        (content.sheet, content.meeting),
        (Coverage::Coming, Coverage::OnPage)
    );
    let decided = with_content(case, Coverage::Coming, Coverage::OnPage);
    assert_eq!(plan(&decided, &rules(), now).choices, []);
}

#[test]
fn a_comment_brings_exactly_what_the_page_lacks_once_it_is_there() {
    let page = with_content(
        with_done(case(), &[Act::Slot, Act::Page]),
        Coverage::Coming,
        Coverage::OnPage,
    );
    let now = minutes_after_settling(20);
    let comments = |case: &Case| -> Vec<Act> {
        ready(case, now)
            .into_iter()
            .filter(|act| matches!(act, Act::Comment(_)))
            .collect()
    };
    assert_eq!(comments(&page), []);
    let with_sheet = with_done(page, &[Act::FolderId, Act::Folder, Act::Spreadsheet]);
    assert_eq!(comments(&with_sheet), [Act::Comment(News::Sheet)]);
    assert_eq!(
        comments(&with_done(with_sheet, &[Act::Comment(News::Sheet)])),
        []
    );
}

#[test]
fn the_announcement_waits_longer_than_the_page() {
    let case = with_done(case(), &[Act::Slot, Act::Page, Act::Event]);
    assert!(!ready(&case, minutes_after_settling(119)).contains(&mail()));
    assert!(ready(&case, minutes_after_settling(120)).contains(&mail()));
}

#[test]
fn nothing_is_sent_before_the_page_was_told_of_it() {
    let all_but_the_note = [
        Act::FolderId,
        Act::Folder,
        Act::Spreadsheet,
        Act::Slot,
        Act::Event,
        Act::Page,
    ];
    let case = with_done(case(), &all_but_the_note);
    assert!(!ready(&case, at(SETTLED)).contains(&mail()));
    assert!(ready(&with_done(case, &[Act::Mirror]), at(SETTLED)).contains(&mail()));
}

#[test]
fn a_recipient_that_is_configured_later_hears_of_later_incidents_only() {
    let mut case = with_done(case(), &everything_owed());
    case.decisions.push(Decision {
        step: Step::Announcement,
        name: RECIPIENTS.to_owned(),
        value: serde_json::to_value(rules().announcement.provided()).unwrap(),
        decided_at: at(SETTLED),
    });
    let mut rules = rules();
    rules.announcement = Provision::Provided(AnnouncementRules {
        mail_to: vec!["board@example.com".to_owned()],
        channels: Vec::new(),
    });
    assert_eq!(plan(&case, &rules, at(SETTLED)).ready, []);
}

#[test]
fn a_failure_that_may_pass_is_waited_out() {
    let again_at = minutes_after_settling(5);
    let retry = EffectState::Retry {
        at: again_at,
        error: "503".to_owned(),
    };
    let case = with(case(), &Act::FolderId, retry);
    let before = plan(&case, &rules(), at(SETTLED));
    assert!(!before.ready.contains(&Act::FolderId));
    assert_eq!(before.wake_at, Some(again_at));
    assert_eq!(before.verdicts[&Step::AffectedCustomers].word(), "retrying");
    assert!(ready(&case, again_at).contains(&Act::FolderId));
}

#[test]
fn an_act_in_doubt_is_looked_into_after_the_vendors_lists_have_caught_up() {
    let case = with(
        with_done(case(), &[Act::Slot]),
        &Act::FolderId,
        EffectState::InDoubt,
    );
    let doubt_ends = at(SETTLED) + SignedDuration::from_secs(30);
    let before = plan(&case, &rules(), at(SETTLED));
    assert!(!before.ready.contains(&Act::FolderId));
    assert_eq!(before.wake_at, Some(doubt_ends));
    assert!(ready(&case, doubt_ends).contains(&Act::FolderId));
}

#[rstest]
#[case::the_first_doubt(1, 30)]
#[case::the_second(2, 60)]
#[case::the_sixth(6, 16 * 60)]
#[case::no_longer_than_an_hour_or_so(8, 64 * 60)]
#[case::however_many_there_were(u32::MAX, 64 * 60)]
fn each_doubt_is_looked_into_later_than_the_one_before(
    #[case] attempts: u32,
    #[case] seconds: i64,
) {
    let mut case = with(case(), &Act::FolderId, EffectState::InDoubt);
    let key = case.key_of(&Act::FolderId);
    case.effects.get_mut(&key).unwrap().attempts = attempts;
    let effect = &case.effects[&key];
    let wait = ask_at(effect, &rules()) - effect.updated_at;
    assert_eq!(wait, SignedDuration::from_secs(seconds));
}

#[test]
fn what_is_in_flight_is_never_begun_again() {
    let case = with(case(), &Act::FolderId, EffectState::InFlight);
    let plan = plan(&case, &rules(), minutes_after_settling(600));
    assert!(!plan.ready.contains(&Act::FolderId));
}

#[rstest]
#[case::reopened(Status::Open)]
#[case::merged(Status::Merged { into: IncidentId::new("pagerduty", "Q2") })]
fn an_incident_that_is_not_resolved_is_owed_nothing_new(#[case] status: Status) {
    let mut case = case();
    case.incident.status = status;
    let plan = plan(&case, &rules(), minutes_after_settling(600));
    assert_eq!(
        (plan.ready, plan.reading, plan.wake_at),
        (vec![], Reading::NotNow, None)
    );
}

#[test]
fn what_was_merged_away_says_what_is_owed_in_its_stead() {
    let mut case = case();
    case.incident.status = Status::Merged {
        into: IncidentId::new("pagerduty", "Q2"),
    };
    let plan = plan(&case, &rules(), at(SETTLED));
    for verdict in plan.verdicts.values() {
        assert!(
            matches!(verdict, Verdict::NotOwed { because } if because.contains("pagerduty:Q2")),
            "{verdict:?}"
        );
    }
}

#[rstest]
#[case(Step::AffectedCustomers, &[Act::Slot])]
#[case(Step::ReviewMeeting, &[Act::FolderId])]
#[case(Step::PostmortemPage, &[Act::FolderId, Act::Slot])]
#[case(Step::Announcement, &[Act::FolderId, Act::Slot])]
fn a_waived_step_is_left_out_and_waited_for_by_nobody(#[case] step: Step, #[case] first: &[Act]) {
    let mut case = case();
    case.waivers.push(Waiver {
        step,
        reason: "we talked".to_owned(),
        at: at(SETTLED),
    });
    let waived = plan(&case, &rules(), at(SETTLED));
    assert_eq!(waived.ready, first);
    assert_eq!(
        waived.verdicts[&step],
        Verdict::Waived {
            reason: "we talked".to_owned()
        }
    );
    let all_else: Vec<Act> = everything_owed()
        .into_iter()
        .filter(|act| act.step() != step)
        .collect();
    let done = with_content(
        with_done(case, &all_else),
        Coverage::NotOwed,
        Coverage::NotOwed,
    );
    assert_eq!(ready(&done, at(SETTLED)), []);
}

#[test]
fn a_waiver_keeps_the_page_from_promising_what_will_not_come() {
    let mut case = with_done(case(), &[Act::Slot]);
    case.waivers.push(Waiver {
        step: Step::AffectedCustomers,
        reason: "no customers".to_owned(),
        at: at(SETTLED),
    });
    let plan = plan(&case, &rules(), at(SETTLED));
    let content: PageContent = serde_json::from_value(plan.choices[0].value.clone()).unwrap();
    assert_eq!(content.sheet, Coverage::NotOwed);
}

#[test]
fn what_is_not_provided_is_not_owed_and_says_why() {
    let mut rules = rules();
    rules.affected_customers = Provision::Off("no google".to_owned());
    rules.review_meeting = Provision::Off("no calendar".to_owned());
    let plan = plan(&case(), &rules, at(SETTLED));
    assert_eq!(plan.ready, [Act::Page], "the page does not wait for them");
    let because = "no google".to_owned();
    assert_eq!(
        plan.verdicts[&Step::AffectedCustomers],
        Verdict::NotOwed { because }
    );
}

#[test]
fn every_step_has_a_verdict_at_every_moment() {
    for minutes in [-60, 0, 10, 20, 500] {
        let plan = plan(&case(), &rules(), minutes_after_settling(minutes));
        assert_eq!(plan.verdicts.keys().copied().collect::<Vec<_>>(), Step::ALL);
    }
}

#[test]
fn a_forecast_tells_everything_that_one_pass_would_do_and_does_nothing() {
    let case = case();
    let before = case.clone();
    let foreseen = forecast(&case, &rules(), at(SETTLED));
    assert_eq!(case, before);
    let acts = |step| {
        let Verdict::Ready { acts } = &foreseen[&step] else {
            panic!("{step}: {:?}", foreseen[&step]);
        };
        acts.join(", ")
    };
    assert!(acts(Step::AffectedCustomers).ends_with("write the rows"));
    assert!(acts(Step::PostmortemPage).starts_with("create the page"));
    assert_eq!(
        acts(Step::ReviewMeeting),
        "choose the slot, book the meeting"
    );
    assert!(acts(Step::Announcement).contains("mail "));
    assert!(matches!(
        foreseen[&Step::ActionItems],
        Verdict::Waiting { .. }
    ));
}

fn briefed() -> Rules {
    Rules {
        lead_briefing: Provision::Provided(BriefingRules {
            ways: [Way::Mail, Way::Chat, Way::Note, Way::Links].into(),
            channels: vec!["C0PROD".to_owned()],
        }),
        ..rules()
    }
}

fn led_by(mut case: Case, name: &str) -> Case {
    let person = Person {
        name: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        slack: Some(format!("U{name}")),
        ..Person::default()
    };
    lead::appoint(&mut case.incident, Some(&person), None);
    case
}

fn everything_ready() -> Case {
    [Act::Page, Act::Event, Act::Spreadsheet, Act::Mirror]
        .into_iter()
        .fold(case(), |case, act| with(case, &act, done()))
}

fn briefings(case: &Case) -> Vec<Act> {
    plan(case, &briefed(), at(SETTLED))
        .ready
        .into_iter()
        .filter(|act| act.step() == Step::LeadBriefing)
        .collect()
}

#[test]
fn whoever_leads_is_briefed_once_everything_is_there() {
    assert_eq!(
        briefings(&led_by(case(), "ada")),
        [],
        "the page is not there yet"
    );
    assert_eq!(
        briefings(&led_by(everything_ready(), "ada")),
        [
            Act::BriefMail("ada@example.com".to_owned()),
            Act::BriefChat("Uada".to_owned()),
            Act::Note,
            Act::Links("C0PROD".to_owned()),
        ]
    );
}

#[test]
fn a_later_volunteer_is_briefed_and_nobody_twice() {
    let mut case = led_by(everything_ready(), "ada");
    for act in briefings(&case) {
        case = with(case, &act, done());
    }
    assert_eq!(briefings(&case), []);
    assert_eq!(
        briefings(&led_by(case, "ben")),
        [
            Act::BriefMail("ben@example.com".to_owned()),
            Act::BriefChat("Uben".to_owned()),
        ]
    );
}

#[test]
fn links_go_to_an_incidents_own_channel_before_the_common_ones() {
    let mut case = everything_ready();
    case.incident.channels = vec!["C0OWN".to_owned()];
    assert_eq!(
        briefings(&case),
        [Act::Note, Act::Links("C0OWN".to_owned())],
        "without a lead the links go back all the same"
    );
}

#[test]
fn a_private_incident_is_told_to_those_who_took_part_only() {
    let mut case = led_by(everything_ready(), "ada");
    case.incident.visibility = Visibility::Private;
    let plan = plan(&case, &briefed(), at(SETTLED));
    assert!(matches!(
        &plan.verdicts[&Step::Announcement],
        Verdict::NotOwed { because } if because.contains("private")
    ));
    assert!(plan.ready.contains(&Act::Restriction));
    assert!(!plan.ready.iter().any(|act| matches!(
        act,
        Act::Sharing(_) | Act::Links(_) | Act::Mail(_) | Act::Chat(_)
    )));
    assert!(
        plan.ready
            .contains(&Act::BriefMail("ada@example.com".to_owned()))
    );
}

#[test]
fn a_page_that_named_somebody_else_gets_one_comment_about_the_volunteer() {
    let volunteered = |mut case: Case, at: Timestamp| {
        case.decisions.push(Decision {
            step: Step::Announcement,
            name: VOLUNTEER.to_owned(),
            value: serde_json::json!({ "person": { "name": "Ben" }, "instead_of": null }),
            decided_at: at,
        });
        case
    };
    let news = Act::Comment(News::Lead);
    let ready = |case: &Case| plan(case, &rules(), at(SETTLED)).ready;
    let there = with_content(everything_ready(), Coverage::OnPage, Coverage::OnPage);
    assert!(!ready(&there).contains(&news));
    let late = volunteered(there, at(SETTLED));
    assert!(ready(&late).contains(&news));
    assert!(
        ready(&late).contains(&Act::Contact),
        "the event was made before"
    );
    let told = with(late, &news, done());
    assert!(!ready(&told).contains(&news));
    // Whoever volunteered before the page was made stands on it.
    let early = volunteered(case(), at(RESOLVED));
    assert_eq!(
        postmortem_page::content(&early, &rules()).volunteer,
        Coverage::OnPage
    );
}
