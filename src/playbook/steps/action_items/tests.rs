#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use rstest::rstest;

use super::super::super::business_hours::{BusinessHours, Shift};
use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours() -> Hours {
    let day: Vec<Shift> = vec!["09:00-17:00".parse().unwrap()];
    let week = [
        day.clone(),
        day.clone(),
        day.clone(),
        day.clone(),
        day,
        vec![],
        vec![],
    ];
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let team = BusinessHours::new(berlin, week, BTreeSet::new()).unwrap();
    Hours::new(team, BTreeMap::new(), Time::midnight())
}

fn person(name: &str, zone: &str) -> Person {
    Person {
        name: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        atlassian: Some(name.to_owned()),
        time_zone: Some(zone.to_owned()),
        ..Person::default()
    }
}

fn directory() -> Directory {
    Directory::new(vec![
        person("ada", "Europe/Berlin"),
        person("kiri", "Pacific/Auckland"),
        person("grace", "America/Los_Angeles"),
        Person {
            email: None,
            ..person("silent", "Europe/Berlin")
        },
    ])
}

fn item(id: &str, assignee: Option<&str>, due: &str) -> FollowedItem {
    FollowedItem {
        item: ActionItem {
            id: id.to_owned(),
            page: "1".to_owned(),
            text: format!("item {id}"),
            assignee: assignee.map(str::to_owned),
            due: Some(due.parse().unwrap()),
            status: ItemStatus::Open,
        },
        incident_reference: "#1".to_owned(),
        page_title: "Postmortem #1".to_owned(),
        page_url: "https://example.com/1".to_owned(),
        lead: Some(person("ada", "Europe/Berlin")),
    }
}

fn round_at(items: Vec<FollowedItem>, now: &str) -> Round {
    round(items, &directory(), &hours(), at(now))
}

/// Whose mail holds which items.
fn lists(nags: &[Nag]) -> Vec<(&str, Vec<&str>)> {
    nags.iter()
        .map(|nag| {
            let ids = nag.items.iter().map(|item| item.followed.item.id.as_str());
            (nag.email.as_str(), ids.collect())
        })
        .collect()
}

#[test]
fn one_mail_lists_all_of_a_persons_items_most_overdue_first() {
    let items = vec![
        item("1", Some("ada"), "2026-03-03"),
        item("2", Some("ada"), "2026-03-01"),
        item("3", Some("ada"), "2026-03-03"),
    ];
    let round = round_at(items, "2026-03-04T09:00:00Z");
    assert_eq!(
        lists(&round.due),
        [("ada@example.com", vec!["2", "1", "3"])]
    );
    let overdue: Vec<i32> = round.due[0]
        .items
        .iter()
        .map(|item| item.days_overdue)
        .collect();
    assert_eq!(overdue, [3, 1, 1]);
}

// A date ends where the assignee lives: Auckland is thirteen hours ahead of UTC then, Los Angeles eight behind.
#[rstest]
#[case::not_over_in_berlin("ada", "2026-03-04T15:00:00Z", 0)]
#[case::over_in_berlin("ada", "2026-03-05T09:00:00Z", 1)]
#[case::not_over_in_auckland("kiri", "2026-03-04T10:00:00Z", 0)]
#[case::over_in_auckland("kiri", "2026-03-04T20:30:00Z", 1)]
#[case::not_over_in_los_angeles("grace", "2026-03-05T01:00:00Z", 0)]
#[case::over_in_los_angeles("grace", "2026-03-05T18:00:00Z", 1)]
fn an_item_is_overdue_once_its_date_has_ended_where_its_assignee_lives(
    #[case] who: &str,
    #[case] now: &str,
    #[case] nags: usize,
) {
    let round = round_at(vec![item("1", Some(who), "2026-03-04")], now);
    assert_eq!(round.due.len() + round.later.len(), nags, "{round:?}");
}

#[rstest]
#[case::before_work("2026-03-04T07:00:00Z", Some("2026-03-04T08:00:00Z"))]
#[case::at_work("2026-03-04T08:00:00Z", None)]
#[case::after_work("2026-03-04T16:00:00Z", Some("2026-03-05T08:00:00Z"))]
#[case::at_the_weekend("2026-03-07T10:00:00Z", Some("2026-03-09T08:00:00Z"))]
fn outside_business_hours_a_mail_waits_for_them(#[case] now: &str, #[case] until: Option<&str>) {
    let round = round_at(vec![item("1", Some("ada"), "2026-03-01")], now);
    let waits: Vec<Timestamp> = round.later.iter().map(|(_, until)| *until).collect();
    assert_eq!(waits, until.map(at).into_iter().collect::<Vec<_>>());
    assert_eq!(round.due.len(), usize::from(until.is_none()));
}

#[rstest]
#[case::nobody(None, Because::Unassigned)]
#[case::somebody_unknown(Some("gone"), Because::AssigneeUnknown)]
#[case::somebody_without_an_address(Some("silent"), Because::AssigneeUnknown)]
fn what_nobody_can_be_told_goes_to_the_lead(
    #[case] assignee: Option<&str>,
    #[case] because: Because,
) {
    let round = round_at(
        vec![item("1", assignee, "2026-03-01")],
        "2026-03-04T09:00:00Z",
    );
    assert_eq!(lists(&round.due), [("ada@example.com", vec!["1"])]);
    assert_eq!(round.due[0].items[0].because, because);
}

#[test]
fn without_a_lead_either_a_person_has_to_look() {
    let lost = FollowedItem {
        lead: None,
        ..item("1", None, "2026-03-01")
    };
    let round = round_at(vec![lost], "2026-03-04T09:00:00Z");
    assert_eq!(
        (round.due.len(), round.later.len(), round.unreachable.len()),
        (0, 0, 1)
    );
}

#[test]
fn an_item_that_is_not_overdue_yet_needs_nobody_even_if_nobody_can_be_told() {
    let lost = FollowedItem {
        lead: None,
        ..item("1", None, "2026-03-04")
    };
    assert_eq!(
        round_at(vec![lost], "2026-03-04T09:00:00Z"),
        Round::default()
    );
}

#[test]
fn what_is_ticked_or_has_no_date_is_left_alone() {
    let mut ticked = item("1", Some("ada"), "2026-03-01");
    ticked.item.status = ItemStatus::Done;
    let mut dateless = item("2", Some("ada"), "2026-03-01");
    dateless.item.due = None;
    assert_eq!(
        round_at(vec![ticked, dateless], "2026-03-04T09:00:00Z"),
        Round::default()
    );
}

#[test]
fn a_nags_key_is_the_person_and_the_day_where_they_live() {
    let key = |now: &str| {
        round_at(vec![item("1", Some("kiri"), "2026-03-01")], now).due[0]
            .key
            .clone()
    };
    let thursday = key("2026-03-04T20:30:00Z");
    assert_eq!(thursday.occurrence, "2026-03-05");
    assert_eq!(thursday.target, "mail:kiri@example.com");
    assert_eq!(
        key("2026-03-05T03:00:00Z"),
        thursday,
        "the same day: the same nag"
    );
    assert_ne!(
        key("2026-03-05T20:30:00Z"),
        thursday,
        "the next day: another one"
    );
}

// Which nag it is follows from the date: a week of downtime is one mail, not seven.
#[test]
fn days_without_a_worker_are_not_made_up_for() {
    let round = round_at(
        vec![item("1", Some("ada"), "2026-03-01")],
        "2026-03-12T09:00:00Z",
    );
    assert_eq!(round.due.len(), 1);
}
