//! Every template filled in with made-up stories, so that a fault in an override shows before an incident does.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minijinja::Value;
use minijinja::value::Serde;

use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::{
    Detail, EntryKind, FileLink, Incident, IncidentId, Narrative, Part, Participant, Repeats,
    Status, TimelineEntry, Visibility,
};
use crate::playbook::person::Person;
use crate::playbook::review::{Lacks, Missing, Remark, Remarks};
use crate::playbook::rich_text::{Block, RichText, Span};
use crate::playbook::steps::act::News;
use crate::playbook::steps::action_items::Because;

use super::pieces::PIECES;
use super::sections::{self, words};
use super::timeline::Timeline;
use super::view::View;
use super::{
    Meeting, MeetingState, MentionBy, NagDigest, NagItem, Occasion, Punctuality, RenderError,
    ReviewDigest, SheetState, Story, Templates,
};

const LINK: &str = "https://example.com/";

impl Templates {
    /// Fills in every template with everything known and with hardly anything, and looks for what the page has to hold.
    /// Returns all faults.
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
                    ..CustomerCount::default()
                },
            },
            meeting: booked,
            page_url: Some(LINK),
            event_url: Some(LINK),
            volunteer: Some("raising_hand"),
            record_read_at: Some(at(48)),
            masked: 2,
            mentions: MentionBy::AccountId,
        };
        let coming = Story {
            incident: &bare,
            sheet: SheetState::Coming,
            meeting: MeetingState::Coming,
            page_url: None,
            event_url: None,
            volunteer: None,
            record_read_at: None,
            masked: 0,
            ..rich.clone()
        };
        let not_owed = Story {
            sheet: SheetState::NotOwed,
            meeting: MeetingState::NotOwed,
            ..coming.clone()
        };

        let mut faults = Vec::new();
        let mut pages = Vec::new();
        for story in [&rich, &coming, &not_owed] {
            match self.page(story) {
                Ok(page) => pages.push(page.storage),
                Err(fault) => faults.push(fault),
            }
            faults.extend(self.pieces(story));
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
        if let [full, bare, _] = pages.as_slice() {
            faults.extend(sections::missing(self, full, bare));
        }
        for count in [1, 2] {
            faults.extend(self.nag_mail(&digest(count)).err());
        }
        let missing = missing();
        for occasion in [Occasion::AfterMeeting, Occasion::Reminder] {
            for some in [&missing[..1], &missing[..]] {
                faults.extend(self.review_mail(&review(occasion, some)).err());
            }
        }
        for left_out in [0, 2] {
            faults.extend(self.advice_comment(&remarks(left_out), "rehearsal").err());
        }
        let mut told_once = Vec::new();
        for fault in faults {
            if !told_once.contains(&fault) {
                told_once.push(fault);
            }
        }
        told_once
    }

    /// The faults of all pieces, those included that the page does not print.
    fn pieces(&self, story: &Story<'_>) -> Vec<RenderError> {
        let timeline = Timeline::new(story.incident, story.zone, super::storage::LARGEST);
        let context = minijinja::context! {
            timeline => Value::from(Serde(&timeline)),
            ..View::new(story).value()
        };
        let made = PIECES
            .iter()
            .map(|(_, template)| self.fill_storage(template, context.clone()));
        made.filter_map(Result::err).collect()
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
    let written = |text: &str| Some(format!("{text}\nMore.\n\nAnd more."));
    let participant = |part, [name, account]: [&str; 2]| Participant {
        person: Person {
            name: name.to_owned(),
            atlassian: Some(account.to_owned()),
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
        began_at: Some(at(0)),
        mitigated_at: Some(at(1)),
        status: Status::Resolved { at: at(2) },
        participants: vec![
            participant(Part::Lead, words::LEADER),
            participant(Part::Responder, words::RESPONDER),
            participant(Part::Observer, ["Somebody", "account"]),
        ],
        timeline: (0..200).map(entry).collect(),
        narrative: Narrative {
            description: written(words::DESCRIPTION),
            impact: written(words::IMPACT),
            fix_for_now: written(words::FIX_FOR_NOW),
            fix_for_good: written(words::FIX_FOR_GOOD),
            next_steps: written("Next."),
        },
        visibility: Visibility::Private,
        gaps: vec!["Something could not be read.".to_owned(); 30],
        ..bare_incident()
    }
}

/// One of many entries: an alert that came again and again, then what people said, with all that may come with it.
fn entry(minute: i64) -> TimelineEntry {
    let at = at(0) + SignedDuration::from_mins(minute);
    let link = || Some(LINK.to_owned());
    if minute == 0 {
        return TimelineEntry {
            url: link(),
            repeats: Some(Repeats {
                times: 2,
                until: at,
            }),
            ..TimelineEntry::new(
                at,
                EntryKind::Alert,
                Some("Tool".to_owned()),
                words::TIMELINE,
            )
        };
    }
    let told = RichText {
        blocks: vec![
            Block::Paragraph(vec![Span::Text(words::TIMELINE.to_owned())]),
            Block::Code("code".to_owned()),
        ],
    };
    TimelineEntry {
        thread: (minute % 2 == 0).then_some(at - SignedDuration::from_mins(1)),
        edited_at: Some(at),
        files: vec![FileLink {
            name: "graph.png".to_owned(),
            url: link(),
        }],
        ..TimelineEntry::new(at, EntryKind::Message, Some("Somebody".to_owned()), told)
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

fn missing() -> Vec<Missing> {
    let text = || "Something".to_owned();
    let answers = Missing::Answers {
        at: None,
        prompt: text(),
        count: 2,
    };
    let part = Missing::Part {
        item: text(),
        lacks: Lacks::Both,
    };
    let section = Missing::Section { heading: text() };
    let priorities = Missing::Priorities { open: 9, most: 7 };
    // More than are shown.
    let more = std::iter::repeat_n(section.clone(), 40);
    [section, answers, Missing::Items, part, priorities]
        .into_iter()
        .chain(more)
        .collect()
}

fn review(occasion: Occasion, missing: &[Missing]) -> ReviewDigest<'_> {
    ReviewDigest {
        name: "Somebody",
        organisation: "Example",
        today: jiff::civil::Date::constant(2026, 3, 3),
        occasion,
        incident_reference: "#1",
        page_title: "Rehearsal",
        page_url: LINK,
        missing,
    }
}

fn remarks(left_out: usize) -> Remarks {
    let remark = |section: &str| Remark {
        section: section.to_owned(),
        quoted: "Somebody should have known & <more>".to_owned(),
        why: "Because.".to_owned(),
        ask_instead: "What?".to_owned(),
    };
    Remarks {
        remarks: vec![remark("Description"), remark("")],
        left_out,
    }
}
