//! Who works when: the team's hours, those of people who keep their own, and from when on anybody is nagged.

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::business_hours::BusinessHours;
use super::person::Person;

/// For how many days an hour to nag is looked for: longer than any holidays.
const DAYS: u32 = 60;

/// The company's working hours.
#[derive(Clone, Debug)]
pub struct Hours {
    team: BusinessHours,
    personal: BTreeMap<String, BusinessHours>,
    nag_from: Time,
}

impl Hours {
    /// The team's hours, those of some people by their address in lower case, and the time of day before which nobody is
    /// nagged.
    pub fn new(
        team: BusinessHours,
        personal: BTreeMap<String, BusinessHours>,
        nag_from: Time,
    ) -> Self {
        Self {
            team,
            personal,
            nag_from,
        }
    }

    /// The team's.
    pub fn team(&self) -> &BusinessHours {
        &self.team
    }

    /// The team's zone.
    pub fn zone(&self) -> &TimeZone {
        self.team.zone()
    }

    /// When somebody works: their own hours, else the team's on the wall clock where they live.
    pub fn of(&self, person: &Person) -> BusinessHours {
        let own = person
            .email
            .as_deref()
            .and_then(|email| self.personal.get(email));
        own.cloned()
            .unwrap_or_else(|| self.team.in_zone(person.zone_or(self.zone())))
    }

    /// When somebody may be nagged: at once in their hours, unless it is too early in their day; else when it is time.
    pub fn nag_at(&self, person: &Person, now: Timestamp) -> Timestamp {
        let hours = self.of(person);
        let mut at = now;
        for _ in 0..DAYS {
            let Some(open) = hours.next_opening(at) else {
                return now;
            };
            let clock = open.to_zoned_datetime(hours.zone().clone());
            if clock.time() >= self.nag_from {
                return open;
            }
            // Too early: look again at that time of the same day, when they may be at work or not.
            let later = clock
                .date()
                .to_datetime(self.nag_from)
                .to_zoned_datetime(hours.zone().clone());
            at = later.map_or(open + SignedDuration::from_hours(1), |later| {
                later.timestamp()
            });
        }
        // Somebody whose day ends before that hour is nagged at work all the same: early is better than never.
        hours.next_opening(now).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use jiff::civil::time;

    use super::*;
    use crate::playbook::business_hours::Shift;

    fn week(shift: &str) -> [Vec<Shift>; 7] {
        let work = vec![shift.parse().unwrap()];
        let off = Vec::new;
        [
            work.clone(),
            work.clone(),
            work.clone(),
            work.clone(),
            work,
            off(),
            off(),
        ]
    }

    fn hours(shift: &str, nag_from: Time) -> Hours {
        let team = BusinessHours::new(
            TimeZone::get("Europe/Berlin").unwrap(),
            week(shift),
            BTreeSet::new(),
        )
        .unwrap();
        Hours::new(team, BTreeMap::new(), nag_from)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn nobody_is_nagged_outside_hours_or_before_the_hour_for_it() {
        // 2 March 2026 is a Monday; Berlin is an hour ahead of UTC.
        let table = [
            (
                "09:00-17:00",
                time(9, 0, 0, 0),
                "2026-03-02T10:00:00Z",
                "2026-03-02T10:00:00Z",
            ),
            (
                "09:00-17:00",
                time(9, 0, 0, 0),
                "2026-03-02T06:00:00Z",
                "2026-03-02T08:00:00Z",
            ),
            (
                "07:00-15:00",
                time(9, 0, 0, 0),
                "2026-03-02T06:30:00Z",
                "2026-03-02T08:00:00Z",
            ),
            (
                "09:00-17:00",
                time(9, 0, 0, 0),
                "2026-03-06T17:00:00Z",
                "2026-03-09T08:00:00Z",
            ),
            // Work is over before the hour: then it is at work, whatever the hour.
            (
                "06:00-08:00",
                time(9, 0, 0, 0),
                "2026-03-02T05:30:00Z",
                "2026-03-02T05:30:00Z",
            ),
        ];
        for (shift, nag_from, now, expected) in table {
            let asked = hours(shift, nag_from).nag_at(&Person::default(), at(now));
            assert_eq!(asked, at(expected), "{shift} from {nag_from} at {now}");
        }
    }

    #[test]
    fn people_are_nagged_where_they_live_and_by_their_own_hours() {
        let mut hours = hours("09:00-17:00", time(9, 0, 0, 0));
        let new_york = Person {
            time_zone: Some("America/New_York".to_owned()),
            ..Person::default()
        };
        assert_eq!(
            hours.nag_at(&new_york, at("2026-03-02T09:00:00Z")),
            at("2026-03-02T14:00:00Z")
        );
        let late = BusinessHours::new(TimeZone::UTC, week("13:00-21:00"), BTreeSet::new()).unwrap();
        hours.personal.insert("late@example.com".to_owned(), late);
        let late = Person {
            email: Some("late@example.com".to_owned()),
            ..Person::default()
        };
        assert_eq!(
            hours.nag_at(&late, at("2026-03-02T09:00:00Z")),
            at("2026-03-02T13:00:00Z")
        );
    }
}
