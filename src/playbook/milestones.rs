//! The moments that an incident is measured by.
//!
//! - **Began**: customers first felt it, and only where the record says so. It is not guessed from the first alert: what
//!   raised it is not when it hurt.
//! - **Detected**: something or somebody raised it: the first alert, or the opening where that came earlier. An alert of more
//!   than [`EARLY_ALERT`] before the opening belongs to another trouble, one before it began was a warning. `None` where
//!   even the opening came before it began: it was known before it hurt.
//! - **Acknowledged**: somebody first took it, from when it was detected on.
//! - **Mitigated**: customers no longer felt it, as the incident says, else the first entry of that kind. It follows the
//!   beginning, not the acknowledgement: what mends itself is over before anybody takes it. What comes after the end
//!   mitigated nothing.
//! - **Resolved**: it was over, by the source.
//!
//! Each time that is before the one it follows is `None`: two clocks that disagree, or a wrong entry, would make a measure
//! negative. Where the beginning is not known, detection stands for it.

use jiff::{SignedDuration, Timestamp};

use super::incident::{EntryKind, Incident};

/// An alert so long before the opening is still of the same trouble.
pub const EARLY_ALERT: SignedDuration = SignedDuration::from_hours(24);

/// When each was reached; `None` where the record does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Milestones {
    /// Customers first felt it.
    pub began: Option<Timestamp>,
    /// Somebody or something raised it.
    pub detected: Option<Timestamp>,
    /// Somebody took it.
    pub acknowledged: Option<Timestamp>,
    /// Customers no longer felt it.
    pub mitigated: Option<Timestamp>,
    /// It was over.
    pub resolved: Option<Timestamp>,
}

/// The milestones that the record tells, whatever the order of its entries.
pub fn of(incident: &Incident) -> Milestones {
    let began = incident.began_at;
    let opened = incident.opened_at;
    let earliest = opened.saturating_sub(EARLY_ALERT).unwrap_or(opened);
    let alert = first(
        incident,
        EntryKind::Alert,
        began.map_or(earliest, |began| began.max(earliest)),
    );
    let detected = not_before(Some(opened), began)
        .map(|opened| alert.map_or(opened, |alert| alert.min(opened)));
    let raised = detected.unwrap_or(opened);
    let felt = began.unwrap_or(raised);
    let resolved = not_before(incident.resolved_at(), Some(felt));
    let mitigated = incident
        .mitigated_at
        .or_else(|| first(incident, EntryKind::Mitigated, felt))
        .filter(|at| resolved.is_none_or(|resolved| *at <= resolved));
    Milestones {
        began,
        detected,
        acknowledged: first(incident, EntryKind::Acknowledged, raised),
        mitigated: not_before(mitigated, Some(felt)),
        resolved,
    }
}

/// The first entry of a kind, from then on.
fn first(incident: &Incident, kind: EntryKind, from: Timestamp) -> Option<Timestamp> {
    incident
        .timeline
        .iter()
        .filter(|entry| entry.kind == kind && entry.at >= from)
        .map(|entry| entry.at)
        .min()
}

fn not_before(at: Option<Timestamp>, earlier: Option<Timestamp>) -> Option<Timestamp> {
    at.filter(|at| earlier.is_none_or(|earlier| *at >= earlier))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::incident::{IncidentId, Status, TimelineEntry};
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_772_442_000 + minute * 60).unwrap()
    }

    fn incident(entries: &[(i64, EntryKind)]) -> Incident {
        Incident {
            timeline: entries
                .iter()
                .map(|(minute, kind)| TimelineEntry::new(at(*minute), *kind, None, "it"))
                .collect(),
            ..Incident::listed(
                IncidentId::new("test", "1"),
                "#1",
                "Checkout is down",
                at(0),
                Status::Open,
            )
        }
    }

    const DAY: i64 = 24 * 60;

    #[rstest]
    #[case::nothing_but_the_opening(&[], None, Some(0))]
    #[case::an_alert_before_the_opening(&[-3], None, Some(-3))]
    #[case::an_alert_after_it(&[3], None, Some(0))]
    #[case::whatever_their_order(&[5, -2, -9], None, Some(-9))]
    #[case::an_alert_of_just_a_day_before(&[-DAY], None, Some(-DAY))]
    #[case::another_trouble(&[-DAY - 1], None, Some(0))]
    #[case::another_trouble_and_this_one(&[-DAY - 1, -4], None, Some(-4))]
    #[case::a_warning_before_it_began(&[-60, -4], Some(-10), Some(-4))]
    #[case::only_a_warning(&[-60], Some(-10), Some(0))]
    #[case::raised_the_instant_it_began(&[-10], Some(-10), Some(-10))]
    #[case::known_before_it_hurt(&[-5, 30], Some(10), None)]
    #[case::it_began_long_before(&[-2 * DAY], Some(-3 * DAY), Some(0))]
    fn detected_is_when_it_was_raised(
        #[case] alerts: &[i64],
        #[case] began: Option<i64>,
        #[case] expected: Option<i64>,
    ) {
        let alerts: Vec<_> = alerts.iter().map(|at| (*at, EntryKind::Alert)).collect();
        let mut read = incident(&alerts);
        read.began_at = began.map(at);
        let milestones = of(&read);
        assert_eq!(milestones.began, began.map(at));
        assert_eq!(milestones.detected, expected.map(at));
    }

    #[rstest]
    #[case::never(&[], &[], None)]
    #[case::the_first(&[], &[9, 4, 6], Some(4))]
    #[case::at_once(&[], &[0], Some(0))]
    #[case::before_it_was_raised(&[], &[-5], None)]
    #[case::after_an_early_alert(&[-10], &[-5, 3], Some(-5))]
    fn acknowledged_is_from_the_detection_on(
        #[case] alerts: &[i64],
        #[case] taken: &[i64],
        #[case] expected: Option<i64>,
    ) {
        let alerts = alerts.iter().map(|at| (*at, EntryKind::Alert));
        let taken = taken.iter().map(|at| (*at, EntryKind::Acknowledged));
        let read = incident(&alerts.chain(taken).collect::<Vec<_>>());
        assert_eq!(of(&read).acknowledged, expected.map(at));
    }

    #[rstest]
    #[case::neither(None, &[], None, None, None, None)]
    #[case::said_by_the_incident(None, &[7], Some(20), Some(30), Some(20), Some(30))]
    #[case::said_by_an_entry(None, &[25, 20], None, Some(30), Some(20), Some(30))]
    #[case::while_open(None, &[20], None, None, Some(20), None)]
    #[case::before_it_was_raised(None, &[], Some(-20), Some(30), None, Some(30))]
    #[case::an_early_entry_is_passed_over(None, &[-20, 9], None, Some(30), Some(9), Some(30))]
    #[case::after_the_end(None, &[40], None, Some(30), None, Some(30))]
    #[case::said_after_the_end(None, &[], Some(40), Some(30), None, Some(30))]
    #[case::all_in_one_instant(Some(0), &[], Some(0), Some(0), Some(0), Some(0))]
    #[case::over_before_it_began(Some(50), &[], Some(20), Some(30), None, None)]
    #[case::mended_before_it_was_raised(Some(-60), &[], Some(-20), Some(-10), Some(-20), Some(-10))]
    fn mitigated_and_resolved_follow_the_beginning(
        #[case] began: Option<i64>,
        #[case] entries: &[i64],
        #[case] mitigated: Option<i64>,
        #[case] resolved: Option<i64>,
        #[case] expected: Option<i64>,
        #[case] expected_end: Option<i64>,
    ) {
        let entries: Vec<_> = entries
            .iter()
            .map(|at| (*at, EntryKind::Mitigated))
            .collect();
        let mut read = incident(&entries);
        read.began_at = began.map(at);
        read.mitigated_at = mitigated.map(at);
        if let Some(resolved) = resolved.map(at) {
            read.status = Status::Resolved { at: resolved };
        }
        let milestones = of(&read);
        assert_eq!(milestones.mitigated, expected.map(at));
        assert_eq!(milestones.resolved, expected_end.map(at));
    }

    #[test]
    fn one_merged_into_another_was_never_resolved_itself() {
        let mut read = incident(&[(3, EntryKind::Resolved)]);
        read.status = Status::Merged {
            into: IncidentId::new("test", "2"),
        };
        assert_eq!(of(&read).resolved, None);
    }

    #[test]
    fn times_at_the_end_of_the_calendar_do_no_harm() {
        let mut read = incident(&[]);
        read.opened_at = Timestamp::MIN;
        assert_eq!(of(&read).detected, Some(Timestamp::MIN));
    }
}
