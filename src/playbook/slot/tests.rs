#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;
use rstest::rstest;

use super::super::business_hours::{Deadline, Shift};
use super::*;

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";
const KOLKATA: &str = "Asia/Kolkata";
const RIYADH: &str = "Asia/Riyadh";

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

fn at(zone_name: &str, clock: &str) -> Timestamp {
    let clock: DateTime = clock.parse().unwrap();
    zone(zone_name).to_timestamp(clock).unwrap()
}

fn berlin(clock: &str) -> Timestamp {
    at(BERLIN, clock)
}

fn week(zone_name: &str, week: [&str; 7], holidays: &[&str]) -> BusinessHours {
    let week = week.map(|day| {
        let shifts = day.split_whitespace();
        shifts
            .map(|shift| shift.parse::<Shift>().unwrap())
            .collect()
    });
    let holidays: BTreeSet<Date> = holidays.iter().map(|day| day.parse().unwrap()).collect();
    BusinessHours::new(zone(zone_name), week, holidays).unwrap()
}

fn office(zone_name: &str) -> BusinessHours {
    let day = "09:00-17:00";
    week(zone_name, [day, day, day, day, day, "", ""], &[])
}

fn person(name: &str, attendance: Attendance, hours: &BusinessHours) -> Attendee {
    Attendee {
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
        attendance,
        hours: hours.clone(),
        availability: Availability::Known(Vec::new()),
    }
}

fn lead(name: &str, zone_name: &str) -> Attendee {
    person(name, Attendance::Lead, &office(zone_name))
}

fn required(name: &str, zone_name: &str) -> Attendee {
    person(name, Attendance::Required, &office(zone_name))
}

fn optional(name: &str, zone_name: &str) -> Attendee {
    person(name, Attendance::Optional, &office(zone_name))
}

impl Attendee {
    /// Busy between two times of Berlin's clock.
    fn busy(mut self, from: &str, until: &str) -> Self {
        let block = (berlin(from), berlin(until));
        match &mut self.availability {
            Availability::Known(blocks) => blocks.push(block),
            Availability::Unknown(_) => self.availability = Availability::Known(vec![block]),
        }
        self
    }

    fn unreadable(mut self, why: &str) -> Self {
        self.availability = Availability::Unknown(why.to_owned());
        self
    }
}

/// An hour on the quarter, within 24 business hours of a Berlin office, or within ten days if it must be.
fn within_24_hours(earliest: &str) -> SlotRules {
    let earliest = berlin(earliest);
    let day = Deadline::WorkingHours(SignedDuration::from_hours(24));
    let deadline = office(BERLIN).deadline(earliest, &day);
    SlotRules {
        duration: SignedDuration::from_hours(1),
        granularity: SignedDuration::from_mins(15),
        earliest,
        deadline,
        horizon: deadline + SignedDuration::from_hours(10 * 24),
    }
}

/// What a case leaves to say, for one line in a table.
fn told(slot: &ChosenSlot) -> (&[String], &[String]) {
    (&slot.missing, &slot.outside_hours)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Monday 2026-06-01, 10:07 in Berlin, with a deadline on Thursday at 10:07.
const MONDAY: &str = "2026-06-01T10:07";

#[rstest]
#[case::nobody_is_invited(vec![], "2026-06-01T10:15", Quality::EveryoneFree)]
#[case::all_are_free(
    vec![lead("Ada", BERLIN), required("Bo", BERLIN), optional("Cy", BERLIN)],
    "2026-06-01T10:15", Quality::EveryoneFree)]
#[case::a_block_that_touches_does_not_collide(
    vec![lead("Ada", BERLIN).busy("2026-06-01T09:00", "2026-06-01T11:00").busy("2026-06-01T12:00", "2026-06-01T18:00")],
    "2026-06-01T11:00", Quality::EveryoneFree)]
#[case::everyone_later_is_better_than_most_now(
    vec![lead("Ada", BERLIN), required("Bo", BERLIN), optional("Cy", BERLIN).busy("2026-06-01T00:00", "2026-06-03T15:00")],
    "2026-06-03T15:00", Quality::EveryoneFree)]
#[case::somebody_optional_is_never_there(
    vec![lead("Ada", BERLIN), optional("Cy", BERLIN).busy("2026-06-01T00:00", "2026-07-01T00:00")],
    "2026-06-01T10:15", Quality::OptionalMissing)]
#[case::somebody_on_leave_does_not_move_the_meeting(
    vec![lead("Ada", BERLIN), required("Bo", BERLIN),
         person("Cy", Attendance::Required, &week(BERLIN, ["", "", "", "", "", "09:00-17:00", ""], &[]))],
    "2026-06-01T10:15", Quality::OutsideHours)]
#[case::somebody_optional_is_spared_an_early_start(
    vec![lead("Ada", BERLIN), optional("Cy", NEW_YORK)],
    "2026-06-01T15:00", Quality::EveryoneFree)]
#[case::the_fewest_required_people_are_missing(
    vec![lead("Ada", BERLIN).busy("2026-06-01T09:00", "2026-06-02T14:00").busy("2026-06-02T16:00", "2026-06-05T00:00"),
         required("Bo", BERLIN).busy("2026-06-02T14:00", "2026-06-02T15:00"),
         required("Cy", BERLIN).busy("2026-06-02T14:00", "2026-06-02T14:30"),
         required("Di", BERLIN).busy("2026-06-02T14:30", "2026-06-02T17:00")],
    "2026-06-02T15:00", Quality::RequiredMissing)]
#[case::quality_before_ending_by_the_deadline(
    vec![lead("Ada", BERLIN).busy("2026-06-01T09:00", "2026-06-04T10:00"), required("Bo", BERLIN)],
    "2026-06-04T10:00", Quality::EveryoneFree)]
#[case::blocks_in_any_order_and_over_each_other(
    vec![lead("Ada", BERLIN).busy("2026-06-01T12:00", "2026-06-01T15:00").busy("2026-06-01T09:00", "2026-06-01T17:00")
        .busy("2026-06-02T10:00", "2026-06-02T09:00")],
    "2026-06-02T09:00", Quality::EveryoneFree)]
fn the_best_slot_is_the_one_a_person_would_take(
    #[case] attendees: Vec<Attendee>,
    #[case] expected: &str,
    #[case] quality: Quality,
) {
    let slot = choose(&attendees, &office(BERLIN), &within_24_hours(MONDAY)).unwrap();
    assert_eq!(slot.start, berlin(expected), "{}", slot.reason);
    assert_eq!(slot.end, slot.start + SignedDuration::from_hours(1));
    assert_eq!(slot.quality, quality);
}

#[rstest]
#[case::friday_evening_before_a_holiday_monday(
    "2026-05-22T18:00",
    "2026-05-28T17:00",
    "2026-05-26T09:00"
)]
#[case::saturday_night("2026-05-30T23:30", "2026-06-03T17:00", "2026-06-01T09:00")]
#[case::a_minute_before_closing("2026-06-01T16:59", "2026-06-04T16:59", "2026-06-02T09:00")]
#[case::clocks_go_forward_on_sunday("2026-03-27T17:30", "2026-04-01T17:00", "2026-03-30T09:00")]
#[case::clocks_go_back_on_sunday("2026-10-23T17:30", "2026-10-28T17:00", "2026-10-26T09:00")]
fn deadline_and_slot_are_where_a_calendar_shows_them(
    #[case] resolved: &str,
    #[case] deadline: &str,
    #[case] expected: &str,
) {
    let day = "09:00-17:00";
    let team = week(BERLIN, [day, day, day, day, day, "", ""], &["2026-05-25"]);
    let due = team.deadline(
        berlin(resolved),
        &Deadline::WorkingHours(SignedDuration::from_hours(24)),
    );
    assert_eq!(due, berlin(deadline));
    let rules = SlotRules {
        earliest: berlin(resolved),
        deadline: due,
        ..within_24_hours(resolved)
    };
    let everyone = [
        person("Ada", Attendance::Lead, &team),
        person("Bo", Attendance::Required, &team),
    ];
    let slot = choose(&everyone, &team, &rules).unwrap();
    assert_eq!(slot.start, berlin(expected));
    assert_eq!(slot.timeliness, Timeliness::InTime);
}

#[rstest]
#[case::in_summer("2026-06-01T08:00", "2026-06-01T15:00")]
#[case::only_new_york_has_gone_forward("2026-03-09T08:00", "2026-03-09T14:00")]
#[case::both_have_gone_forward("2026-03-30T08:00", "2026-03-30T15:00")]
#[case::only_berlin_has_gone_back("2026-10-26T08:00", "2026-10-26T14:00")]
#[case::both_have_gone_back("2026-11-02T08:00", "2026-11-02T15:00")]
fn berlin_and_new_york_meet_when_new_york_opens(#[case] earliest: &str, #[case] expected: &str) {
    let people = [lead("Ada", BERLIN), required("Bo", NEW_YORK)];
    let slot = choose(&people, &office(BERLIN), &within_24_hours(earliest)).unwrap();
    assert_eq!(
        (slot.start, slot.quality),
        (berlin(expected), Quality::EveryoneFree)
    );
}

#[rstest]
// 12:00 to 20:00 in India ends at 16:30 in Berlin.
#[case::a_common_hour("12:00-20:00", "2026-06-02T15:00", Quality::EveryoneFree, &[])]
// 09:00 to 17:00 ends there at 13:30: two and a half hours have to be given up, and both give half of them.
#[case::none("09:00-17:00", "2026-06-02T13:45", Quality::OutsideHours, &["Bo", "Cy"])]
fn three_zones(
    #[case] in_india: &str,
    #[case] expected: &str,
    #[case] quality: Quality,
    #[case] outside: &[&str],
) {
    let india = week(KOLKATA, [in_india; 7], &[]);
    let people = [
        lead("Ada", BERLIN),
        required("Bo", NEW_YORK),
        person("Cy", Attendance::Required, &india),
    ];
    let slot = choose(
        &people,
        &office(BERLIN),
        &within_24_hours("2026-06-01T18:00"),
    )
    .unwrap();
    assert_eq!(
        (slot.start, slot.quality),
        (berlin(expected), quality),
        "{}",
        slot.reason
    );
    assert_eq!(told(&slot), (&[][..], names(outside).as_slice()));
}

#[test]
fn seven_in_the_morning_is_better_than_midnight() {
    // Nine in Los Angeles is 18:00 in Berlin, when the team has gone.
    let people = [lead("Ada", BERLIN), required("Bo", "America/Los_Angeles")];
    let slot = choose(
        &people,
        &office(BERLIN),
        &within_24_hours("2026-06-01T08:00"),
    )
    .unwrap();
    assert_eq!(slot.start, berlin("2026-06-01T16:00"));
    assert_eq!(slot.outside_hours, ["Bo"]);
}

#[rstest]
#[case::quarters(15, "2026-06-02T09:00", "2026-06-02T09:15")]
#[case::hours(60, "2026-06-02T09:00", "2026-06-02T10:00")]
#[case::odd(25, "2026-06-02T09:10", "2026-06-02T09:35")]
fn starts_lie_on_the_grid_of_the_teams_own_clock(
    #[case] minutes: i64,
    #[case] first: &str,
    #[case] second: &str,
) {
    // India's clock is half an hour off everybody else's.
    let team = office(KOLKATA);
    let rules = SlotRules {
        granularity: SignedDuration::from_mins(minutes),
        earliest: at(KOLKATA, "2026-06-01T20:00"),
        ..within_24_hours(MONDAY)
    };
    let slot = choose(&[], &team, &rules).unwrap();
    assert_eq!(slot.start, at(KOLKATA, first));
    let later = SlotRules {
        earliest: slot.start + SignedDuration::from_secs(1),
        ..rules
    };
    assert_eq!(
        choose(&[], &team, &later).unwrap().start,
        at(KOLKATA, second)
    );
}

#[test]
fn a_night_shift_meets_over_midnight() {
    let both = "00:00-06:00 22:00-24:00";
    let team = week(BERLIN, [both; 7], &[]);
    let people = [person("Ada", Attendance::Lead, &team)
        .busy("2026-06-01T20:00", "2026-06-01T23:30")
        .busy("2026-06-02T00:30", "2026-06-03T12:00")];
    let slot = choose(&people, &team, &within_24_hours(MONDAY)).unwrap();
    assert_eq!(slot.start, berlin("2026-06-01T23:30"));
    assert_eq!(slot.quality, Quality::EveryoneFree);
}

#[test]
fn a_team_whose_weekend_is_friday_and_saturday_meets_on_sunday() {
    let day = "09:00-17:00";
    let team = week(RIYADH, [day, day, day, day, "", "", day], &[]);
    let resolved = at(RIYADH, "2026-06-04T16:30");
    let day = Deadline::WorkingHours(SignedDuration::from_hours(24));
    let rules = SlotRules {
        earliest: resolved,
        deadline: team.deadline(resolved, &day),
        ..within_24_hours(MONDAY)
    };
    assert_eq!(rules.deadline, at(RIYADH, "2026-06-09T16:30"));
    let people = [person("Ada", Attendance::Lead, &team)];
    let slot = choose(&people, &team, &rules).unwrap();
    assert_eq!(slot.start, at(RIYADH, "2026-06-07T09:00"));
}

#[test]
fn the_meeting_has_to_start_before_the_deadline_and_should_end_by_it() {
    let team = office(BERLIN);
    let rules = within_24_hours(MONDAY);
    assert_eq!(rules.deadline, berlin("2026-06-04T10:07"));
    let busy_until = |clock| [lead("Ada", BERLIN).busy("2026-06-01T00:00", clock)];

    let slot = choose(&busy_until("2026-06-04T10:00"), &team, &rules).unwrap();
    assert_eq!(slot.start, berlin("2026-06-04T10:00"));
    assert_eq!(slot.timeliness, Timeliness::InTime);
    let slot = choose(&busy_until("2026-06-04T10:07"), &team, &rules).unwrap();
    assert_eq!(slot.start, berlin("2026-06-04T10:15"));
    assert_eq!(slot.timeliness, Timeliness::Late);

    // Both are outside Bo's hours; the one that ends in time is further outside, and is taken all the same.
    let evenings = week(BERLIN, ["12:00-20:00"; 7], &[]);
    let [ada] = busy_until("2026-06-04T09:00");
    let people = [ada, person("Bo", Attendance::Required, &evenings)];
    let slot = choose(&people, &team, &rules).unwrap();
    assert_eq!(slot.start, berlin("2026-06-04T09:00"));
}

#[test]
fn a_worker_that_was_down_past_the_deadline_books_the_next_best_time() {
    let rules = SlotRules {
        earliest: berlin("2026-06-05T16:30"),
        ..within_24_hours(MONDAY)
    };
    let slot = choose(&[lead("Ada", BERLIN)], &office(BERLIN), &rules).unwrap();
    assert_eq!(slot.start, berlin("2026-06-08T09:00"));
    assert_eq!(slot.timeliness, Timeliness::Late);
}

#[rstest]
#[case::the_lead_is_away(vec![lead("Ada", BERLIN).busy("2026-06-01T00:00", "2027-01-01T00:00"), required("Bo", BERLIN)])]
#[case::no_lead_and_everyone_required_is_away(
    vec![required("Bo", BERLIN).busy("2026-06-01T00:00", "2027-01-01T00:00"), optional("Cy", BERLIN)])]
fn there_is_no_slot_without_the_lead_or_with_nobody_required(#[case] people: Vec<Attendee>) {
    assert_eq!(
        choose(&people, &office(BERLIN), &within_24_hours(MONDAY)),
        None
    );
}

#[test]
fn odd_rules_end_too() {
    let team = office(BERLIN);
    let rules = within_24_hours(MONDAY);
    let long = SlotRules {
        duration: SignedDuration::from_hours(9),
        horizon: Timestamp::MAX,
        ..rules.clone()
    };
    assert_eq!(choose(&[], &team, &long), None);
    for granularity in [
        SignedDuration::MIN,
        SignedDuration::ZERO,
        SignedDuration::MAX,
    ] {
        let rules = SlotRules {
            granularity,
            duration: SignedDuration::ZERO,
            ..rules.clone()
        };
        let slot = choose(&[], &week(BERLIN, ["00:00-24:00"; 7], &[]), &rules);
        assert!(slot.is_some(), "{granularity}");
    }
    let end_of_time = SlotRules {
        earliest: Timestamp::MAX,
        deadline: Timestamp::MAX,
        horizon: Timestamp::MAX,
        duration: SignedDuration::MAX,
        ..rules
    };
    assert_eq!(choose(&[lead("Ada", BERLIN)], &team, &end_of_time), None);
}

#[rstest]
#[case::nobody(vec![], "The first time in the team's business hours.")]
#[case::everyone(vec![lead("Ada", BERLIN)], "Everyone is free and inside working hours.")]
#[case::one_unknown(
    vec![lead("Ada", BERLIN), required("Bo", BERLIN).unreadable("404")],
    "Everyone whose calendar could be read is free and inside working hours; not known, as the calendar could not be read: Bo.")]
#[case::all_unknown(
    vec![lead("Ada", BERLIN).unreadable("no access"), required("Bo", NEW_YORK).unreadable("404")],
    "No calendar could be read, so only working hours were looked at.")]
#[case::optional_missing(
    vec![lead("Ada", BERLIN), optional("Bo", BERLIN).busy("2026-01-01T00:00", "2027-01-01T00:00"),
         optional("Cy", BERLIN).busy("2026-01-01T00:00", "2027-01-01T00:00")],
    "All required people are free and inside their working hours; busy then: Bo and Cy.")]
#[case::optional_outside(
    vec![lead("Ada", BERLIN), optional("Bo", "America/Los_Angeles")],
    "Everyone is free, and required people are inside their working hours; outside the working hours of Bo.")]
#[case::outside(
    vec![lead("Ada", BERLIN), required("Bo", "America/Los_Angeles")],
    "All required people are free, but at no time inside the working hours of all of them; outside the working hours of Bo.")]
#[case::required_missing(
    vec![lead("Ada", BERLIN), required("", BERLIN).busy("2026-01-01T00:00", "2027-01-01T00:00")],
    "No time is free for all required people, and as few as possible are missing; busy then: somebody without a name.")]
#[case::late(
    vec![lead("Ada", BERLIN).busy("2026-01-01T00:00", "2026-06-05T00:00")],
    "Everyone is free and inside working hours; after the deadline, as no time before it would do.")]
#[case::many(
    "ABCDEFGH".chars().map(|name| required(&name.to_string(), BERLIN).busy("2026-01-01T00:00", "2027-01-01T00:00"))
        .chain([lead("Z", BERLIN)]).collect(),
    "No time is free for all required people, and as few as possible are missing; busy then: A, B, C, D, E and 3 others.")]
fn the_reason_is_one_sentence(#[case] people: Vec<Attendee>, #[case] expected: &str) {
    let slot = choose(&people, &office(BERLIN), &within_24_hours(MONDAY)).unwrap();
    assert_eq!(slot.reason, expected);
    let read = serde_json::from_value(serde_json::to_value(&slot).unwrap());
    assert_eq!(slot, read.unwrap());
}

#[test]
fn an_unknown_calendar_blocks_nothing_and_is_named_with_its_reason() {
    let people = [lead("Ada", BERLIN).unreadable("not shared with us")];
    let slot = choose(&people, &office(BERLIN), &within_24_hours(MONDAY)).unwrap();
    assert_eq!(slot.start, berlin("2026-06-01T10:15"));
    assert_eq!(
        slot.unknown,
        [("Ada".to_owned(), "not shared with us".to_owned())]
    );
}

/// The rules once more, without a sweep: every start on the grid is judged by itself, and all are sorted.
fn by_hand(
    people: &[Attendee],
    team: &BusinessHours,
    rules: &SlotRules,
) -> Option<(Timestamp, Quality, Timeliness)> {
    let minute = SignedDuration::from_mins(1);
    let mut found = Vec::new();
    let mut start = rules.earliest;
    while start < rules.horizon.max(rules.deadline) {
        let end = start + rules.duration;
        let clock = team.zone().to_datetime(start);
        let minutes = i64::from(clock.hour()) * 60 + i64::from(clock.minute());
        // Shifts in these tests begin and end on quarters of an hour.
        let open = || {
            let mut moment = start;
            while moment < end && team.is_open(moment) {
                moment += minute * 15;
            }
            moment >= end && team.is_open(end - minute)
        };
        if minutes % rules.granularity.as_mins() == 0 && open() {
            let timeliness = if start < rules.deadline {
                Timeliness::InTime
            } else {
                Timeliness::Late
            };
            let busy = |person: &&Attendee| match &person.availability {
                Availability::Unknown(_) => false,
                Availability::Known(blocks) => blocks
                    .iter()
                    .any(|(from, until)| from < until && *from < end && start < *until),
            };
            let outside = |person: &Attendee| {
                let around = SignedDuration::from_hours(48);
                person
                    .hours
                    .open_intervals(start - around, end + around)
                    .map(|(opens, closes)| {
                        let before = opens.duration_since(start).max(SignedDuration::ZERO);
                        before + end.duration_since(closes).max(SignedDuration::ZERO)
                    })
                    .min()
                    .map_or(FAR, |stretch| stretch.min(FAR))
            };
            let (welcome, needed): (Vec<_>, Vec<_>) = people
                .iter()
                .partition(|person| person.attendance == Attendance::Optional);
            let missing = needed.iter().copied().filter(busy).count();
            let needed_outside: SignedDuration = needed.iter().map(|p| outside(p)).sum();
            let hardest = needed.iter().map(|p| outside(p)).max().unwrap_or_default();
            let welcome_outside: SignedDuration = welcome.iter().map(|p| outside(p)).sum();
            let lead_there = !needed
                .iter()
                .copied()
                .filter(|person| person.attendance == Attendance::Lead)
                .any(|person| busy(&person));
            let quality = match (missing, needed_outside.is_zero()) {
                (0, true) if !welcome.iter().copied().any(|p| busy(&p)) => Quality::EveryoneFree,
                (0, true) => Quality::OptionalMissing,
                (0, false) => Quality::OutsideHours,
                (_, _) => Quality::RequiredMissing,
            };
            let rank = (
                timeliness,
                quality,
                missing,
                end > rules.deadline,
                hardest,
                needed_outside,
                welcome_outside,
                start,
            );
            if lead_there && (needed.is_empty() || missing < needed.len()) {
                found.push(rank);
            }
        }
        start += minute;
    }
    found.sort();
    let (timeliness, quality, _, _, _, _, _, start) = *found.first()?;
    Some((start, quality, timeliness))
}

fn any_hours() -> impl Strategy<Value = BusinessHours> {
    let day = "09:00-17:00";
    let lunch = "08:30-12:15 13:00-17:45";
    let night = "00:00-06:00 22:00-24:00";
    (
        prop_oneof![Just(BERLIN), Just(NEW_YORK), Just(KOLKATA), Just(RIYADH)],
        prop_oneof![
            3 => Just([day, day, day, day, day, "", ""]),
            2 => Just([lunch; 7]),
            1 => Just([night; 7]),
            1 => Just([day, day, day, day, "", "", day]),
        ],
    )
        .prop_map(|(zone_name, days)| week(zone_name, days, &["2026-03-30"]))
}

fn any_attendee(begin: Timestamp) -> impl Strategy<Value = Attendee> {
    let minutes = SignedDuration::from_mins;
    let block = (-200i64..4 * 1440, -10i64..900)
        .prop_map(move |(from, length)| (begin + minutes(from), begin + minutes(from + length)));
    (
        "[a-d]",
        prop_oneof![
            1 => Just(Attendance::Lead),
            4 => Just(Attendance::Required),
            2 => Just(Attendance::Optional),
        ],
        any_hours(),
        prop_oneof![
            5 => proptest::collection::vec(block, 0..9).prop_map(Availability::Known),
            1 => Just(Availability::Unknown("not shared".to_owned())),
        ],
    )
        .prop_map(|(name, attendance, hours, availability)| Attendee {
            email: format!("{name}@example.com"),
            name,
            attendance,
            hours,
            availability,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_choice_is_the_one_made_by_hand_in_whatever_order_people_come(
        (people, shuffled) in proptest::collection::vec(any_attendee(berlin("2026-03-27T12:00")), 0..6)
            .prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle())),
        team in any_hours(),
        begin in 0i64..1440,
        duration in 2i64..8,
        granularity in prop_oneof![Just(15i64), Just(30), Just(60)],
        until_deadline in 0i64..3 * 1440,
        until_horizon in 0i64..2 * 1440,
    ) {
        let minutes = SignedDuration::from_mins;
        let earliest = berlin("2026-03-27T12:00") + minutes(begin);
        let deadline = earliest + minutes(until_deadline);
        let rules = SlotRules {
            duration: minutes(duration * 15),
            granularity: minutes(granularity),
            earliest,
            deadline,
            horizon: deadline + minutes(until_horizon),
        };
        let chosen = choose(&people, &team, &rules);
        let summary = chosen.as_ref().map(|slot| (slot.start, slot.quality, slot.timeliness));
        prop_assert_eq!(summary, by_hand(&people, &team, &rules));
        prop_assert_eq!(&chosen, &choose(&shuffled, &team, &rules));

        if let Some(slot) = chosen {
            let stretch = team.open_intervals(slot.start, slot.end).next();
            prop_assert_eq!(stretch, Some((slot.start, slot.end)), "in the team's hours");
            if slot.quality < Quality::RequiredMissing {
                for person in people.iter().filter(|person| person.attendance != Attendance::Optional) {
                    let free = match &person.availability {
                        Availability::Unknown(_) => true,
                        Availability::Known(blocks) => blocks
                            .iter()
                            .all(|(from, until)| until <= from || *until <= slot.start || slot.end <= *from),
                    };
                    prop_assert!(free, "{} is busy", person.name);
                }
            }
        }
    }
}
