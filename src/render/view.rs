//! A story as the templates see it: words instead of types, cleaned, cut, and every name always there.
//!
//! Sizes: the whole title takes at most 60 kB of a page and each piece of prose 30 kB, both once escaped; 100 people of
//! 120 characters each are named. With the timeline's 400 kB a page stays below 1 MB at its very largest.

use jiff::Timestamp;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use url::Url;

use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::{Incident, Part, Participant, Status};
use crate::playbook::person::Person;

use super::story::{Meeting, MeetingState, MentionBy, Punctuality, SheetState, Story};
use super::{text, time};

/// UTF-16 units of a title where it is a heading; wherever it is cut, the page's body holds it whole.
const HEADING: usize = 200;
const WHOLE_TITLE: usize = 60_000;
const PROSE: usize = 30_000;
const NAME: usize = 120;
const PEOPLE: usize = 100;
const LONGEST_URL: usize = 2_000;

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
    description: Option<Prose>,
    impact: Option<Prose>,
    fix_for_now: Option<Prose>,
    fix_for_good: Option<Prose>,
    next_steps: Option<Prose>,
    sheet: SheetView,
    meeting: MeetingView,
    page: Option<Link>,
    event: Option<Link>,
    /// The attribute that a mention names its person by.
    mention_by: &'static str,
}

/// Paragraphs of lines.
type Prose = Vec<Vec<String>>;

/// Somebody, and how the page mentions them.
#[derive(Debug, Serialize)]
struct Named {
    name: String,
    account: Option<String>,
}

/// A link that says where it leads.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    url: String,
    host: String,
}

impl Link {
    /// `None` for what is no web address: `javascript:` from a record must not become something to click on.
    pub(crate) fn new(url: &str) -> Option<Self> {
        let url = Url::parse(url.trim()).ok()?;
        if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LONGEST_URL {
            return None;
        }
        Some(Self {
            host: url.host_str()?.to_owned(),
            url: url.into(),
        })
    }
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
            mentions,
        } = story;
        let opened = incident.opened_at;
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
            began: time::moment(opened, zone),
            ended: ended.map(|at| time::moment(at, zone)),
            when: from_when_to_when(opened, ended, &incident.status, zone),
            duration: ended.and_then(|at| time::duration(opened, at)),
            mention_by: match mentions {
                MentionBy::AccountId => "account-id",
                MentionBy::UserKey => "userkey",
            },
            lead: incident.lead().and_then(named),
            responders: people(incident, Part::Responder),
            observers: people(incident, Part::Observer),
            unnamed: incident.participants.len().saturating_sub(PEOPLE),
            description: prose(incident.narrative.description.as_deref()),
            impact: prose(incident.narrative.impact.as_deref()),
            fix_for_now: prose(incident.narrative.fix_for_now.as_deref()),
            fix_for_good: prose(incident.narrative.fix_for_good.as_deref()),
            next_steps: prose(incident.narrative.next_steps.as_deref()),
            sheet: sheet_view(*sheet),
            meeting: meeting_view(meeting, zone),
            page: page_url.and_then(Link::new),
            event: event_url.and_then(Link::new),
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
    opened: Timestamp,
    ended: Option<Timestamp>,
    status: &Status,
    zone: &jiff::tz::TimeZone,
) -> String {
    match (ended, status) {
        (Some(ended), _) => time::span(opened, ended, zone),
        (None, Status::Merged { .. }) => format!("since {}", time::moment(opened, zone)),
        (None, Status::Open | Status::Resolved { .. }) => {
            format!("since {}, still going on", time::moment(opened, zone))
        }
    }
}

fn people(incident: &Incident, part: Part) -> Vec<Named> {
    incident
        .participants
        .iter()
        .take(PEOPLE)
        .filter(|participant: &&Participant| participant.part == part)
        .filter_map(|participant| named(&participant.person))
        .collect()
}

fn named(person: &Person) -> Option<Named> {
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
    Some(Named { name, account })
}

fn sheet_view(sheet: SheetState<'_>) -> SheetView {
    match sheet {
        SheetState::Ready { url, count } => {
            let CustomerCount {
                rows,
                organisations,
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

/// Paragraphs, parted by blank lines, of lines; `None` where there is nothing to read.
fn prose(written: Option<&str>) -> Option<Prose> {
    let cut = text::cut_prose(&text::clean(written?), PROSE);
    let mut paragraphs: Prose = vec![Vec::new()];
    for line in cut.lines().map(text::line) {
        if !line.is_empty() {
            if let Some(paragraph) = paragraphs.last_mut() {
                paragraph.push(line);
            }
        } else if paragraphs
            .last()
            .is_some_and(|paragraph| !paragraph.is_empty())
        {
            paragraphs.push(Vec::new());
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    (!paragraphs.is_empty()).then_some(paragraphs)
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

fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
