//! A story as the templates see it: words instead of types, cleaned, cut, and every name always there.
//!
//! Sizes: the whole title takes at most 60 kB of a page and each piece of prose 30 kB, both once escaped; 100 people of
//! 120 characters each are named. So there is always room for a timeline, which takes what is left of a page's 1 MB.

use jiff::Timestamp;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::{Incident, Part, Participant, Status, Visibility};
use crate::playbook::milestones;
use crate::playbook::person::Person;

use super::fragment::{Form, Fragment, Writer};
use super::link::Link;
use super::measures::{self, Measure};
use super::prose::Prose;
use super::story::{Meeting, MeetingState, MentionBy, Punctuality, SheetState, Story};
use super::{text, time};

/// UTF-16 units of a title where it is a heading; wherever it is cut, the page's body holds it whole.
const HEADING: usize = 200;
const WHOLE_TITLE: usize = 60_000;
const NAME: usize = 120;
const PEOPLE: usize = 100;
const LONGEST_URL: usize = 2_000;
/// Sentences about what could not be had, and their UTF-16 units.
const GAPS: usize = 20;
const GAP: usize = 500;

/// What all templates of one incident are filled in with.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    organisation: String,
    marker: String,
    reference: String,
    /// One line, cut for headings.
    title: String,
    /// All of it, on one line.
    pub(crate) whole_title: String,
    title_is_cut: bool,
    service: Option<String>,
    severity: Option<String>,
    record: Option<Link>,
    state: &'static str,
    state_colour: &'static str,
    merged_into: Option<String>,
    /// `Monday 2 March 2026`.
    date: String,
    /// `2 March 2026`.
    short_date: String,
    /// `2026-03-02`.
    iso_date: String,
    /// `14:05 CET`.
    clock: String,
    began: String,
    ended: Option<String>,
    /// From when to when, in one sentence's part.
    when: String,
    duration: Option<String>,
    lead: Option<Named>,
    responders: Vec<Named>,
    observers: Vec<Named>,
    /// Participants beyond those named.
    unnamed: usize,
    /// Time to detect, to acknowledge, to mitigate, to resolve.
    measures: [Measure; 4],
    /// What of the record could not be had, a sentence each.
    gaps: Vec<String>,
    /// Such sentences beyond those told.
    further_gaps: usize,
    /// `Monday 2 March 2026, 16:30 CET (15:30 UTC)`.
    record_read: Option<String>,
    /// `3 passages`; `None` where nothing was masked.
    masked: Option<String>,
    is_private: bool,
    description: Option<Value>,
    impact: Option<Value>,
    fix_for_now: Option<Value>,
    fix_for_good: Option<Value>,
    next_steps: Option<Value>,
    sheet: SheetView,
    meeting: MeetingView,
    page: Option<Link>,
    event: Option<Link>,
    /// The emoji by which people take the lead.
    volunteer: Option<String>,
}

/// Somebody, and how the page mentions them.
#[derive(Debug, Serialize)]
struct Named {
    name: String,
    account: Option<String>,
    /// The mention itself, or the name of whom the wiki does not know.
    mention: Value,
}

#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum SheetView {
    Ready {
        /// The address as given; a link where it is one.
        url: String,
        link: Option<Link>,
        /// `3,411 organisations`.
        organisations: String,
        /// `12,000 rows`.
        rows: String,
        is_empty: bool,
    },
    Coming,
    NotOwed,
}

#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum MeetingView {
    Booked {
        when: String,
        /// `2026-03-03`, in the team's zone.
        iso_date: String,
        /// The same as the editor writes a date.
        day: Value,
        reason: Option<String>,
        is_late: bool,
        not_considered: Vec<String>,
    },
    Coming,
    NotOwed,
}

impl View {
    pub(crate) fn new(story: &Story<'_>) -> Self {
        let Story {
            incident,
            organisation,
            zone,
            marker,
            sheet,
            meeting,
            page_url,
            event_url,
            volunteer,
            record_read_at,
            masked,
            mentions,
        } = story;
        let opened = incident.opened_at;
        let began = incident.began_at.unwrap_or(opened);
        let ended = incident.resolved_at();
        let (state, state_colour, merged_into) = match &incident.status {
            Status::Open => ("Open", "Red", None),
            Status::Resolved { .. } => ("Resolved", "Green", None),
            Status::Merged { into } => ("Merged", "Grey", Some(name(into.as_str()))),
        };
        let whole_title = whole_title(incident);
        let title = text::cut(&whole_title, HEADING);
        Self {
            organisation: name(organisation),
            marker: text::line(marker),
            reference: name(&incident.reference),
            title_is_cut: title != whole_title,
            title,
            whole_title,
            service: known(name(&incident.service)),
            severity: incident.severity.as_deref().map(name).and_then(known),
            record: incident.url.as_deref().and_then(Link::new),
            state,
            state_colour,
            merged_into,
            date: time::long_date(time::date_in(opened, zone)),
            short_date: time::short_date(time::date_in(opened, zone)),
            iso_date: time::date_in(opened, zone).to_string(),
            clock: time::clock_with_zone(opened, zone),
            began: time::moment(began, zone),
            ended: ended.map(|at| time::moment(at, zone)),
            when: from_when_to_when(began, ended, &incident.status, zone),
            duration: ended.and_then(|at| time::duration(began, at)),
            lead: incident.lead().and_then(|lead| named(lead, *mentions)),
            responders: people(incident, Part::Responder, *mentions),
            observers: people(incident, Part::Observer, *mentions),
            unnamed: incident.participants.len().saturating_sub(PEOPLE),
            measures: measures::of(&milestones::of(incident), opened, zone),
            gaps: gaps(incident),
            further_gaps: incident.gaps.len().saturating_sub(GAPS),
            record_read: record_read_at.map(|at| time::moment(at, zone)),
            masked: (*masked > 0).then(|| counted(*masked, "passage", "passages")),
            is_private: match incident.visibility {
                Visibility::Private => true,
                Visibility::Company => false,
            },
            description: prose(incident.narrative.description.as_deref()),
            impact: prose(incident.narrative.impact.as_deref()),
            fix_for_now: prose(incident.narrative.fix_for_now.as_deref()),
            fix_for_good: prose(incident.narrative.fix_for_good.as_deref()),
            next_steps: prose(incident.narrative.next_steps.as_deref()),
            sheet: sheet_view(*sheet),
            meeting: meeting_view(meeting, zone),
            page: page_url.and_then(Link::new),
            event: event_url.and_then(Link::new),
            volunteer: volunteer.map(name),
        }
    }

    pub(crate) fn value(&self) -> Value {
        Value::from(Serde(self))
    }
}

/// The title on one line; something to click on even where the source has none.
fn whole_title(incident: &Incident) -> String {
    known(text::cut_escaped(&text::line(&incident.title), WHOLE_TITLE))
        .unwrap_or_else(|| "Incident without a title".to_owned())
}

fn from_when_to_when(
    began: Timestamp,
    ended: Option<Timestamp>,
    status: &Status,
    zone: &jiff::tz::TimeZone,
) -> String {
    match (ended, status) {
        (Some(ended), _) => time::span(began, ended, zone),
        (None, Status::Merged { .. }) => format!("since {}", time::moment(began, zone)),
        (None, Status::Open | Status::Resolved { .. }) => {
            format!("since {}, still going on", time::moment(began, zone))
        }
    }
}

fn prose(written: Option<&str>) -> Option<Value> {
    Prose::new(written).map(Prose::value)
}

fn gaps(incident: &Incident) -> Vec<String> {
    let told = incident.gaps.iter().take(GAPS);
    told.map(|gap| text::cut(&text::line(gap), GAP))
        .filter(|gap| !gap.is_empty())
        .collect()
}

fn people(incident: &Incident, part: Part, mentions: MentionBy) -> Vec<Named> {
    incident
        .participants
        .iter()
        .take(PEOPLE)
        .filter(|participant: &&Participant| participant.part == part)
        .filter_map(|participant| named(&participant.person, mentions))
        .collect()
}

fn named(person: &Person, mentions: MentionBy) -> Option<Named> {
    let account = person
        .atlassian
        .as_deref()
        .map(text::line)
        .and_then(known)
        // An id is shorter; what is cut would mention somebody else or nobody.
        .filter(|account| account.len() <= 200);
    let name = known(name(&person.name))
        .or_else(|| person.email.as_deref().map(name).and_then(known))
        .or_else(|| account.is_some().then(|| "somebody".to_owned()))?;
    let mut writer = Writer::default();
    match &account {
        Some(account) => writer.mention(mentions, account),
        None => writer.text(&name),
    }
    Some(Named {
        name,
        account,
        mention: writer.finish(Form::Inline).value(),
    })
}

fn day(at: Timestamp, zone: &jiff::tz::TimeZone) -> Fragment {
    let mut writer = Writer::default();
    writer.day(time::date_in(at, zone));
    writer.finish(Form::Inline)
}

fn sheet_view(sheet: SheetState<'_>) -> SheetView {
    match sheet {
        SheetState::Ready { url, count } => {
            let CustomerCount {
                rows,
                organisations,
                ..
            } = count;
            SheetView::Ready {
                url: text::cut(&text::line(url), LONGEST_URL),
                link: Link::new(url),
                organisations: counted(organisations, "organisation", "organisations"),
                rows: counted(rows, "row", "rows"),
                is_empty: rows == 0,
            }
        }
        SheetState::Coming => SheetView::Coming,
        SheetState::NotOwed => SheetView::NotOwed,
    }
}

fn meeting_view(meeting: &MeetingState, zone: &jiff::tz::TimeZone) -> MeetingView {
    match meeting {
        MeetingState::Booked(Meeting {
            start,
            end,
            reason,
            punctuality,
            cannot_be_considered,
        }) => MeetingView::Booked {
            when: time::span(*start, *end, zone),
            iso_date: time::date_in(*start, zone).to_string(),
            day: day(*start, zone).value(),
            reason: known(text::cut(text::line(reason).trim_end_matches('.'), 500)),
            is_late: match punctuality {
                Punctuality::Late => true,
                Punctuality::InTime => false,
            },
            not_considered: cannot_be_considered
                .iter()
                .take(PEOPLE)
                .map(|who| name(who))
                .filter(|who| !who.is_empty())
                .collect(),
        },
        MeetingState::Coming => MeetingView::Coming,
        MeetingState::NotOwed => MeetingView::NotOwed,
    }
}

/// `12,000 rows`, `1 row`.
pub(crate) fn counted(amount: u64, one: &str, many: &str) -> String {
    let digits = amount.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if amount == 1 { one } else { many })
}

/// A name, or any other short text on one line.
pub(crate) fn name(text: &str) -> String {
    text::cut(&text::line(text), NAME)
}

/// `None` where there is nothing to read.
pub(crate) fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
