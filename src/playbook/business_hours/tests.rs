#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::ToSpan;
use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// Instants are written as a person reads them: a wall clock and a zone.
fn at(text: &str) -> Timestamp {
    let (clock, name) = text.split_once(' ').unwrap();
    let clock: DateTime = clock.parse().unwrap();
    zone(name).to_timestamp(clock).unwrap()
}

fn zone(name: &str) -> TimeZone {
    let name = match name {
        "Berlin" => "Europe/Berlin",
        "NewYork" => "America/New_York",
        "Kolkata" => "Asia/Kolkata",
        "Dubai" => "Asia/Riyadh",
        "LordHowe" => "Australia/Lord_Howe",
        "Apia" => "Pacific/Apia",
        "UTC" => "UTC",
        other => other,
    };
    TimeZoneDatabase::bundled().get(name).unwrap()
}

fn shifts(text: &str) -> Vec<Shift> {
    text.split_whitespace()
        .map(|shift| shift.parse().unwrap())
        .collect()
}

fn dates(list: &[&str]) -> BTreeSet<Date> {
    list.iter().map(|date| date.parse().unwrap()).collect()
}

/// Seven texts, Monday first.
fn hours(zone_name: &str, week: [&str; 7], holidays: &[&str]) -> BusinessHours {
    BusinessHours::new(zone(zone_name), week.map(shifts), dates(holidays)).unwrap()
}

fn office(zone_name: &str, holidays: &[&str]) -> BusinessHours {
    let day = "09:00-17:00";
    hours(zone_name, [day, day, day, day, day, "", ""], holidays)
}

/// From 22:00 to 06:00, every night but the one from Sunday to Monday.
fn night(zone_name: &str) -> BusinessHours {
    let both = "00:00-06:00 22:00-24:00";
    hours(
        zone_name,
        ["22:00-24:00", both, both, both, both, both, "00:00-06:00"],
        &[],
    )
}

fn round_the_clock(zone_name: &str) -> BusinessHours {
    hours(zone_name, ["00:00-24:00"; 7], &[])
}

fn sunday_week(zone_name: &str) -> BusinessHours {
    let day = "09:00-17:00";
    hours(zone_name, [day, day, day, day, "", "", day], &[])
}

#[rstest]
#[case::plain("09:00-17:00", Ok("09:00-17:00"))]
#[case::short_hour_and_spaces("9:00 - 17:30", Ok("09:00-17:30"))]
#[case::to_midnight("22:00-24:00", Ok("22:00-24:00"))]
#[case::over_midnight("22:00-06:00", Err("write a night as two shifts"))]
#[case::nothing("09:00-09:00", Err("does not end after it starts"))]
#[case::past_midnight("22:00-24:30", Err("does not read as hours"))]
#[case::sixty_minutes("09:60-17:00", Err("does not read as hours"))]
#[case::signed("+9:00-17:00", Err("does not read as hours"))]
#[case::one_digit_minute("09:0-17:00", Err("does not read as hours"))]
#[case::huge("99999:00-17:00", Err("does not read as hours"))]
#[case::not_ascii("٠٩:٠٠-17:00", Err("does not read as hours"))]
#[case::no_dash("09:00", Err("does not read as hours"))]
#[case::empty("", Err("does not read as hours"))]
fn a_shift_reads_as_people_write_it(#[case] text: &str, #[case] expected: Result<&str, &str>) {
    match (text.parse::<Shift>(), expected) {
        (Ok(shift), Ok(shown)) => assert_eq!(shift.to_string(), shown),
        (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
        (found, _) => panic!("{text}: {found:?}"),
    }
}

#[test]
fn every_fault_of_a_week_is_named_at_once() {
    let week = [
        "09:00-09:20 09:10-09:30",
        "",
        "",
        "",
        "10:00-10:10 09:00-10:01",
        "",
        "",
    ];
    let error = BusinessHours::new(zone("Berlin"), week.map(shifts), BTreeSet::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Monday: 09:00-09:20 and 09:10-09:30 overlap; Friday: 09:00-10:01 and 10:00-10:10 overlap"
    );
    let nothing = BusinessHours::new(zone("Berlin"), [""; 7].map(shifts), BTreeSet::new());
    assert_eq!(
        nothing.unwrap_err().faults,
        [HoursFault::TooLittle { minutes: 0 }]
    );
}

#[rstest]
#[case::three_days_of_eight(office("Berlin", &[]), "2026-06-01T09:00 Berlin", 24, "2026-06-03T17:00 Berlin")]
#[case::exact_end_of_the_day(office("Berlin", &[]), "2026-06-01T09:00 Berlin", 8, "2026-06-01T17:00 Berlin")]
#[case::from_the_middle_of_a_day(office("Berlin", &[]), "2026-06-01T13:00 Berlin", 24, "2026-06-04T13:00 Berlin")]
#[case::friday_evening_before_a_holiday_monday(office("Berlin", &["2026-05-25"]), "2026-05-22T18:00 Berlin", 24, "2026-05-28T17:00 Berlin")]
#[case::weekend_start(office("Berlin", &[]), "2026-05-30T03:00 Berlin", 24, "2026-06-03T17:00 Berlin")]
#[case::at_closing(office("Berlin", &[]), "2026-06-01T17:00 Berlin", 1, "2026-06-02T10:00 Berlin")]
#[case::nothing_inside_hours(office("Berlin", &[]), "2026-06-01T11:11 Berlin", 0, "2026-06-01T11:11 Berlin")]
#[case::nothing_outside_hours(office("Berlin", &[]), "2026-06-01T17:00 Berlin", 0, "2026-06-02T09:00 Berlin")]
#[case::less_than_nothing(office("Berlin", &[]), "2026-06-01T08:00 Berlin", -5, "2026-06-01T09:00 Berlin")]
#[case::holiday_on_the_deadline_day(office("Berlin", &["2026-06-03"]), "2026-06-01T09:00 Berlin", 24, "2026-06-04T17:00 Berlin")]
#[case::berlin_springs_forward_over_the_weekend(office("Berlin", &[]), "2026-03-27T16:00 Berlin", 2, "2026-03-30T10:00 Berlin")]
#[case::new_york_falls_back_over_the_weekend(office("NewYork", &[]), "2026-10-30T16:00 NewYork", 2, "2026-11-02T10:00 NewYork")]
#[case::new_york_has_changed_and_berlin_not(office("NewYork", &[]), "2026-03-06T16:00 NewYork", 24, "2026-03-11T21:00 Berlin")]
#[case::a_short_night(
    night("Berlin"),
    "2026-03-28T22:00 Berlin",
    7,
    "2026-03-29T06:00 Berlin"
)]
#[case::a_long_night(
    night("Berlin"),
    "2026-10-24T22:00 Berlin",
    9,
    "2026-10-25T06:00 Berlin"
)]
#[case::a_usual_night(
    night("Berlin"),
    "2026-06-01T22:00 Berlin",
    8,
    "2026-06-02T06:00 Berlin"
)]
#[case::a_short_day_in_new_york(
    round_the_clock("NewYork"),
    "2026-03-08T00:00 NewYork",
    23,
    "2026-03-09T00:00 NewYork"
)]
#[case::a_long_day_in_new_york(
    round_the_clock("NewYork"),
    "2026-11-01T00:00 NewYork",
    25,
    "2026-11-02T00:00 NewYork"
)]
#[case::weekend_on_friday_and_saturday(
    sunday_week("Dubai"),
    "2026-06-04T16:00 Dubai",
    2,
    "2026-06-07T10:00 Dubai"
)]
#[case::half_hour_offset(office("Kolkata", &[]), "2026-06-01T03:30 UTC", 1, "2026-06-01T04:30 UTC")]
fn working_time_is_counted_as_a_person_counts_it(
    #[case] hours: BusinessHours,
    #[case] start: &str,
    #[case] working: i64,
    #[case] expected: &str,
) {
    let found = hours.add(at(start), SignedDuration::from_hours(working));
    assert_eq!(found, at(expected));
}

#[rstest]
#[case::midweek("2026-06-02T11:30 Berlin", "2026-06-03T11:30 Berlin")]
#[case::friday_to_monday("2026-05-29T11:30 Berlin", "2026-06-01T11:30 Berlin")]
#[case::over_a_long_weekend("2026-05-22T11:30 Berlin", "2026-05-26T11:30 Berlin")]
#[case::resolved_on_friday_evening("2026-05-22T18:00 Berlin", "2026-05-27T09:00 Berlin")]
#[case::resolved_on_saturday("2026-05-30T18:00 Berlin", "2026-06-02T09:00 Berlin")]
#[case::over_the_change_of_clocks("2026-03-27T16:30 Berlin", "2026-03-30T16:30 Berlin")]
fn the_next_business_day_keeps_the_time_of_day(#[case] start: &str, #[case] expected: &str) {
    let hours = office("Berlin", &["2026-05-25"]);
    let found = hours.deadline(at(start), &Deadline::NextBusinessDay);
    assert_eq!(found, at(expected));
}

#[test]
fn a_deadline_at_a_time_that_is_skipped_falls_on_the_end_of_the_skip() {
    let hours = round_the_clock("Berlin");
    let due = hours.deadline(at("2026-03-28T02:30 Berlin"), &Deadline::NextBusinessDay);
    assert_eq!(due, at("2026-03-29T03:00 Berlin"));
}

#[test]
fn shifts_inside_the_skipped_hour_stay_in_order_and_apart() {
    let sunday = "01:00-02:15 02:15-02:30 02:30-03:15 03:15-04:00";
    let hours = hours("Berlin", ["", "", "", "", "", "", sunday], &[]);
    let pieces: Vec<_> = hours
        .pieces(at("2026-03-29T00:00 Berlin"), at("2026-03-30T00:00 Berlin"))
        .collect();
    let expected =
        [("01:00", "03:00"), ("03:00", "03:15"), ("03:15", "04:00")].map(|(from, to)| {
            let on = |clock| at(&format!("2026-03-29T{clock} Berlin"));
            (on(from), on(to))
        });
    assert_eq!(pieces, expected);
}

#[test]
fn a_time_that_comes_twice_is_the_first_of_the_two() {
    let hours = hours("Berlin", ["", "", "", "", "", "", "01:30-02:30"], &[]);
    let open: Vec<_> = hours
        .open_intervals(at("2026-10-25T00:00 Berlin"), at("2026-10-26T00:00 Berlin"))
        .collect();
    assert_eq!(
        open,
        [(at("2026-10-24T23:30 UTC"), at("2026-10-25T00:30 UTC"))]
    );
    assert!(!hours.is_open(at("2026-10-25T01:10 UTC")));
}

#[test]
fn a_date_that_a_country_skipped_has_no_hours() {
    let hours = round_the_clock("Apia");
    let open: Vec<_> = hours
        .pieces(at("2011-12-29T12:00 Apia"), at("2011-12-31T12:00 Apia"))
        .collect();
    let midnight = at("2011-12-31T00:00 Apia");
    assert_eq!(
        open,
        [
            (at("2011-12-29T12:00 Apia"), midnight),
            (midnight, at("2011-12-31T12:00 Apia"))
        ]
    );
}

#[test]
fn opening_is_part_of_the_hours_and_closing_is_not() {
    let hours = office("Berlin", &["2026-05-25"]);
    assert!(hours.is_open(at("2026-05-26T09:00 Berlin")));
    assert!(hours.is_open(at("2026-05-26T16:59:59.999 Berlin")));
    assert!(!hours.is_open(at("2026-05-26T17:00 Berlin")));
    assert!(!hours.is_open(at("2026-05-26T08:59:59 Berlin")));
    assert!(!hours.is_open(at("2026-05-25T12:00 Berlin")));
    let friday = at("2026-05-22T17:00 Berlin");
    assert_eq!(
        hours.next_opening(friday),
        Some(at("2026-05-26T09:00 Berlin"))
    );
    let inside = at("2026-05-26T12:34 Berlin");
    assert_eq!(hours.next_opening(inside), Some(inside));
}

#[test]
fn a_night_written_as_two_shifts_is_one_stretch() {
    let open: Vec<_> = night("Berlin")
        .open_intervals(at("2026-06-01T12:00 Berlin"), at("2026-06-03T02:00 Berlin"))
        .collect();
    assert_eq!(
        open,
        [
            (at("2026-06-01T22:00 Berlin"), at("2026-06-02T06:00 Berlin")),
            (at("2026-06-02T22:00 Berlin"), at("2026-06-03T02:00 Berlin")),
        ]
    );
    assert_eq!(
        round_the_clock("Berlin")
            .open_intervals(at("2026-06-01T12:00 Berlin"), at("2026-06-09T12:00 Berlin"))
            .count(),
        1
    );
}

#[rstest]
#[case::nothing("2026-05-22", "2026-05-22", 0)]
#[case::backwards("2026-05-22", "2026-05-01", 0)]
#[case::over_a_long_weekend("2026-05-22", "2026-05-26", 1)]
#[case::to_the_weekend("2026-05-22", "2026-05-24", 0)]
#[case::a_week_with_a_holiday("2026-05-22", "2026-05-29", 4)]
#[case::a_holiday_on_a_saturday_takes_nothing("2026-05-29", "2026-06-08", 6)]
#[case::a_year("2026-01-01", "2027-01-01", 260)]
fn business_days_are_counted_after_the_first_date(
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: u32,
) {
    let hours = office("Berlin", &["2026-05-25", "2026-06-06"]);
    let (from, to): (Date, Date) = (from.parse().unwrap(), to.parse().unwrap());
    assert_eq!(hours.business_days_between(from, to), expected);
    let by_hand = days_from(from)
        .skip(1)
        .take_while(|day| *day <= to)
        .filter(|day| hours.is_business_day(*day));
    assert_eq!(by_hand.count(), expected as usize);
}

#[test]
fn counting_ends_where_ten_years_are_holidays_and_where_the_calendar_ends() {
    let first: Date = "2026-01-01".parse().unwrap();
    let every_day: BTreeSet<Date> = days_from(first).take(366 * 12).collect();
    let week = ["09:00-17:00"; 7].map(shifts);
    let closed = BusinessHours::new(zone("Berlin"), week, every_day).unwrap();
    let start = at("2026-06-01T09:00 Berlin");
    let cap = start + SEARCH;
    assert_eq!(closed.add(start, SignedDuration::from_hours(1)), cap);
    assert_eq!(closed.next_opening(start), None);
    assert!(closed.deadline(start, &Deadline::NextBusinessDay) <= cap);
    assert_eq!(closed.next_business_day(first), first + 3660.days());

    let open = round_the_clock("Berlin");
    assert_eq!(open.add(start, SignedDuration::MAX), cap);
    assert_eq!(
        open.add(Timestamp::MAX, SignedDuration::from_hours(1)),
        Timestamp::MAX
    );
    assert_eq!(open.next_business_day(Date::MAX), Date::MAX);
}

#[rstest]
#[case(
    Deadline::WorkingHours(SignedDuration::from_hours(24)),
    "within 24 business hours"
)]
#[case(
    Deadline::WorkingHours(SignedDuration::from_mins(90)),
    "within 1 h 30 min of business hours"
)]
#[case(Deadline::NextBusinessDay, "by the same time on the next business day")]
fn a_deadline_says_what_it_means(#[case] deadline: Deadline, #[case] words: &str) {
    assert_eq!(deadline.to_string(), words);
}

/// Reads the clock once a minute, as somebody with a stopwatch would.
fn minute_by_minute(hours: &BusinessHours, start: Timestamp, working: SignedDuration) -> Timestamp {
    let is_open = |at: Timestamp| {
        let clock = hours.zone.to_datetime(at);
        let minute =
            u16::try_from(clock.hour()).unwrap() * 60 + u16::try_from(clock.minute()).unwrap();
        let day = usize::try_from(clock.weekday().to_monday_zero_offset()).unwrap();
        !hours.holidays.contains(&clock.date())
            && hours.week[day]
                .iter()
                .any(|shift| shift.from <= minute && minute < shift.until)
    };
    let minute = SignedDuration::from_mins(1);
    let mut now = start;
    while !is_open(now) {
        now += minute;
    }
    let mut left = working;
    while left > SignedDuration::ZERO {
        if is_open(now) {
            left -= minute;
        }
        now += minute;
    }
    now
}

/// Weeks of whole hours: neither Berlin nor New York skips or repeats part of an hour, so no shift ends inside a change.
fn any_week() -> impl Strategy<Value = [Vec<Shift>; 7]> {
    let shift = |from: u16, length: u16| Shift {
        from: from * 60,
        until: (from + length).min(24) * 60,
    };
    let day = prop_oneof![
        1 => Just(Vec::new()),
        3 => (0u16..24, 1u16..14).prop_map(move |(from, length)| vec![shift(from, length)]),
        2 => (0u16..8, 1u16..6, 14u16..20, 1u16..10)
            .prop_map(move |(a, b, c, d)| vec![shift(a, b), shift(c, d)]),
    ];
    proptest::array::uniform7(day)
        .prop_filter("some hours", |week| week.iter().flatten().count() >= 3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_agrees_with_somebody_who_reads_the_clock_every_minute(
        week in any_week(),
        zone_name in prop_oneof![Just("Berlin"), Just("NewYork"), Just("Kolkata")],
        // Around a change of clocks in Berlin or New York, and once in midsummer.
        begin in prop_oneof![
            Just("2026-03-05"), Just("2026-03-25"), Just("2026-06-30"), Just("2026-10-22"), Just("2026-10-29"),
        ],
        offset in 0i64..6 * 24 * 60,
        working in 1i64..20 * 60,
        free in proptest::collection::btree_set(0i64..12, 0..3),
    ) {
        let begin: Date = begin.parse().unwrap();
        let holidays: BTreeSet<Date> = free.into_iter().map(|day| begin + day.days()).collect();
        let hours = BusinessHours::new(zone(zone_name), week, holidays).unwrap();
        let start = hours.zone.to_timestamp(begin.to_datetime(Time::midnight())).unwrap()
            + SignedDuration::from_mins(offset);
        let working = SignedDuration::from_mins(working);
        prop_assert_eq!(hours.add(start, working), minute_by_minute(&hours, start, working));
    }

    #[test]
    fn stretches_are_in_order_apart_and_hold_exactly_the_open_instants(
        week in any_week(),
        offset in 0i64..14 * 24 * 60,
        length in 1i64..6 * 24 * 60,
        probe in 0i64..6 * 24 * 60,
    ) {
        let hours = BusinessHours::new(zone("Berlin"), week, BTreeSet::new()).unwrap();
        let from = at("2026-10-18T00:00 Berlin") + SignedDuration::from_mins(offset);
        let to = from + SignedDuration::from_mins(length);
        let open: Vec<_> = hours.open_intervals(from, to).collect();
        for (start, end) in &open {
            prop_assert!(from <= *start && start < end && *end <= to);
        }
        for pair in open.windows(2) {
            prop_assert!(pair[0].1 < pair[1].0);
        }
        let probe = from + SignedDuration::from_mins(probe.min(length - 1));
        let held = open.iter().any(|(start, end)| *start <= probe && probe < *end);
        prop_assert_eq!(held, hours.is_open(probe));
    }
}

#[rstest]
#[case::within_the_day("2026-03-03T15:00 Berlin", 60, "2026-03-03T14:00 Berlin")]
#[case::at_opening_it_is_the_evening_before(
    "2026-03-03T09:00 Berlin",
    60,
    "2026-03-02T16:00 Berlin"
)]
#[case::over_the_weekend("2026-03-09T09:30 Berlin", 60, "2026-03-06T16:30 Berlin")]
#[case::over_a_holiday("2026-03-05T09:30 Berlin", 90, "2026-03-03T16:00 Berlin")]
#[case::outside_hours("2026-03-07T12:00 Berlin", 60, "2026-03-06T16:00 Berlin")]
#[case::over_the_change_of_clocks("2026-03-30T09:30 Berlin", 60, "2026-03-27T16:30 Berlin")]
#[case::two_days("2026-03-03T17:00 Berlin", 16 * 60, "2026-03-02T09:00 Berlin")]
#[case::nothing("2026-03-03T15:00 Berlin", 0, "2026-03-03T15:00 Berlin")]
#[case::less_than_nothing("2026-03-03T15:00 Berlin", -60, "2026-03-03T15:00 Berlin")]
#[case::more_than_a_month_holds("2026-03-03T15:00 Berlin", 100_000, "2026-01-31T15:00 Berlin")]
fn so_much_working_time_is_left(#[case] end: &str, #[case] minutes: i64, #[case] expected: &str) {
    let hours = office("Berlin", &["2026-03-04"]);
    let before = hours.before(at(end), SignedDuration::from_mins(minutes));
    assert_eq!(before, at(expected));
}
