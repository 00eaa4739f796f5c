//! How long it took to detect, acknowledge, mitigate and resolve, each with what it means in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::playbook::milestones::Milestones;

use super::time;

/// One line of the table of measures.
#[derive(Debug, Serialize)]
pub(crate) struct Measure {
    /// `Time to detect`.
    name: &'static str,
    /// `2 h 14 min`; `None` where the record does not hold both ends, or where two clocks disagree about their order.
    took: Option<String>,
    /// From what to what, in words.
    meaning: &'static str,
    /// `14:05 CET`: when that milestone was reached.
    at: Option<String>,
}

/// The four measures, in the order they are reached.
pub(crate) fn of(milestones: &Milestones, opened: Timestamp, zone: &TimeZone) -> [Measure; 4] {
    let Milestones {
        began,
        detected,
        acknowledged,
        mitigated,
        resolved,
    } = *milestones;
    let felt = began.or(detected).unwrap_or(opened);
    let is_felt = began.is_some();
    let measure = |name, from: Option<Timestamp>, to: Option<Timestamp>, meaning| Measure {
        name,
        took: from.zip(to).and_then(|(from, to)| time::duration(from, to)),
        meaning,
        at: to.map(|at| {
            if time::date_in(at, zone) == time::date_in(opened, zone) {
                time::clock_with_zone(at, zone)
            } else {
                time::moment(at, zone)
            }
        }),
    };
    [
        measure(
            "Time to detect",
            began,
            detected,
            "from when customers first felt it to when a tool or a person raised it",
        ),
        measure(
            "Time to acknowledge",
            detected.or(Some(opened)),
            acknowledged,
            "from when it was raised to when somebody took it",
        ),
        measure(
            "Time to mitigate",
            Some(felt),
            mitigated,
            if is_felt {
                "from when customers first felt it to when they no longer did"
            } else {
                "from when it was raised to when customers no longer felt it"
            },
        ),
        measure(
            "Time to resolve",
            Some(felt),
            resolved,
            if is_felt {
                "from when customers first felt it to when it was over"
            } else {
                "from when it was raised to when it was over"
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn took(milestones: &Milestones) -> Vec<Option<String>> {
        of(milestones, at(10), &TimeZone::UTC)
            .into_iter()
            .map(|measure| measure.took)
            .collect()
    }

    #[test]
    fn each_is_measured_between_its_own_two_moments() {
        let all = Milestones {
            began: Some(at(0)),
            detected: Some(at(10)),
            acknowledged: Some(at(13)),
            mitigated: Some(at(60)),
            resolved: Some(at(1_500)),
        };
        let words = |texts: [&str; 4]| texts.map(|text| Some(text.to_owned())).to_vec();
        assert_eq!(took(&all), words(["10 min", "3 min", "1 h", "1 day 1 h"]));
        let measures = of(&all, at(10), &TimeZone::UTC);
        assert_eq!(measures[1].at.as_deref(), Some("00:13 UTC"));
        assert_eq!(
            measures[3].at.as_deref(),
            Some("Friday 2 January 1970, 01:00 UTC")
        );
    }

    #[test]
    fn what_the_record_does_not_say_is_not_guessed() {
        let hardly = Milestones {
            detected: Some(at(10)),
            acknowledged: Some(at(9)),
            resolved: Some(at(20)),
            ..Milestones::default()
        };
        assert_eq!(took(&hardly), [None, None, None, Some("10 min".to_owned())]);
        assert!(
            of(&hardly, at(10), &TimeZone::UTC)[3]
                .meaning
                .contains("raised")
        );
        assert_eq!(took(&Milestones::default()), [None, None, None, None]);
    }
}
