//! Every template filled in with made-up stories, so that a fault in an override shows before an incident does.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::{
    Detail, EntryKind, Incident, IncidentId, Narrative, Part, Participant, Status, TimelineEntry,
};
use crate::playbook::person::Person;
use crate::playbook::steps::act::News;
use crate::playbook::steps::action_items::Because;

use super::{
    Meeting, MeetingState, MentionBy, NagDigest, NagItem, Punctuality, RenderError, SheetState,
    Story, Templates,
};

const LINK: &str = "https://example.com/";

impl Templates {
    /// Fills in every template twice: once with everything known, once with hardly anything. Returns all faults.
    ///
    /// A template may well work for one story and fail for the next, where a name it prints is not known.
    pub fn rehearse(&self) -> Vec<RenderError> {
        let zone = TimeZone::UTC;
        let (full, bare) = (full_incident(), bare_incident());
        let booked = MeetingState::Booked(Meeting {
            start: at(24),
            end: at(25),
            reason: "the first hour that suits everybody".to_owned(),
            punctuality: Punctuality::Late,
            cannot_be_considered: vec!["Somebody".to_owned()],
        });
        let rich = Story {
            incident: &full,
            organisation: "Example",
            zone: &zone,
            marker: "rehearsal",
            sheet: SheetState::Ready {
                url: LINK,
                count: CustomerCount {
                    rows: 12,
                    organisations: 3,
                },
            },
            meeting: booked,
            page_url: Some(LINK),
            event_url: Some(LINK),
            mentions: MentionBy::AccountId,
        };
        let coming = Story {
            incident: &bare,
            sheet: SheetState::Coming,
            meeting: MeetingState::Coming,
            page_url: None,
            event_url: None,
            mentions: MentionBy::AccountId,
            ..rich.clone()
        };
        let not_owed = Story {
            sheet: SheetState::NotOwed,
            meeting: MeetingState::NotOwed,
            ..coming.clone()
        };

        let mut faults = Vec::new();
        for story in [&rich, &coming, &not_owed] {
            faults.extend(self.page(story).err());
            faults.extend(self.announcement_mail(story).err());
            faults.extend(self.announcement_chat(story).err());
            faults.extend(self.briefing_mail(story).err());
            faults.extend(self.briefing_chat(story).err());
            faults.extend(self.links_chat(story).err());
            faults.extend(self.record_note(story).err());
            faults.extend(self.meeting(story).err());
            faults.extend(self.folder_name(story).err());
            faults.extend(self.sheet_name(story).err());
        }
        for news in [News::Sheet, News::Meeting, News::Lead] {
            faults.extend(self.page_comment(&rich, news).err());
        }
        for count in [1, 2] {
            faults.extend(self.nag_mail(&digest(count)).err());
        }
        let mut told_once = Vec::new();
        for fault in faults {
            if !told_once.contains(&fault) {
                told_once.push(fault);
            }
        }
        told_once
    }
}

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn bare_incident() -> Incident {
    Incident {
        detail: Detail::Full,
        ..Incident::listed(
            IncidentId::new("rehearsal", "1"),
            "#1".to_owned(),
            "Rehearsal".to_owned(),
            at(0),
            Status::Open,
        )
    }
}

fn full_incident() -> Incident {
    let written = || Some("Written.\nMore.\n\nAnd more.".to_owned());
    let participant = |part| Participant {
        person: Person {
            name: "Somebody".to_owned(),
            atlassian: Some("1".to_owned()),
            ..Person::default()
        },
        part,
        contributions: 1,
    };
    Incident {
        // Longer than a heading, with all that has to be escaped.
        title: "Rehearsal & <more> ".repeat(20),
        url: Some(LINK.to_owned()),
        service: "service".to_owned(),
        severity: Some("P1".to_owned()),
        status: Status::Resolved { at: at(2) },
        participants: [Part::Lead, Part::Responder, Part::Observer]
            .map(participant)
            .into(),
        timeline: (0..200)
            .map(|minute| {
                TimelineEntry::new(
                    at(0) + SignedDuration::from_mins(minute),
                    EntryKind::Message,
                    Some("Somebody".to_owned()),
                    "Something",
                )
            })
            .collect(),
        narrative: Narrative {
            description: written(),
            impact: written(),
            fix_for_now: written(),
            fix_for_good: written(),
            next_steps: written(),
        },
        ..bare_incident()
    }
}

fn digest(count: usize) -> NagDigest<'static> {
    let item = NagItem {
        text: "Do it".to_owned(),
        due: jiff::civil::Date::constant(2026, 3, 2),
        days_overdue: 1,
        page_title: "Postmortem #1: Rehearsal".to_owned(),
        page_url: LINK.to_owned(),
        incident_reference: "#1".to_owned(),
        because: Because::Assigned,
    };
    NagDigest {
        name: "Somebody",
        organisation: "Example",
        today: jiff::civil::Date::constant(2026, 3, 3),
        items: vec![item; count],
    }
}
