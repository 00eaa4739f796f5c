//! What the caller knows and hands over, and what comes back.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::playbook::customer::CustomerCount;
use crate::playbook::incident::Incident;
use crate::playbook::review::Missing;
use crate::playbook::steps::action_items::Because;

/// Everything that pages, mails, posts and invitations of one incident are made of.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    /// The incident, as last read.
    pub incident: &'a Incident,
    /// The organisation's name, as its people write it.
    pub organisation: &'a str,
    /// The team's zone: every time is shown in it, with UTC beside it.
    pub zone: &'a TimeZone,
    /// Our key for this incident; stands small at the foot of the page.
    pub marker: &'a str,
    /// The sheet of affected customers.
    pub sheet: SheetState<'a>,
    /// The postmortem meeting.
    pub meeting: MeetingState,
    /// Where the page is, once there is one.
    pub page_url: Option<&'a str>,
    /// Where the meeting is in the calendar, once it is there.
    pub event_url: Option<&'a str>,
    /// The emoji by which people take the lead on the announcement's post, where they may: its name without colons.
    pub volunteer: Option<&'a str>,
    /// When the record was read, where that is known.
    pub record_read_at: Option<Timestamp>,
    /// How many passages of the record were masked, because they held a secret or personal data.
    pub masked: u64,
    /// How the wiki names whom it mentions.
    pub mentions: MentionBy,
}

/// What a mention on a page names its person by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MentionBy {
    /// The Atlassian account, in Confluence Cloud.
    #[default]
    AccountId,
    /// The user's key, in Confluence Data Center.
    UserKey,
}

/// Where the sheet of affected customers stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetState<'a> {
    /// Written and shared.
    Ready {
        /// Where people open it.
        url: &'a str,
        /// What it holds.
        count: CustomerCount,
    },
    /// Owed, and not written yet.
    Coming,
    /// There will be none.
    NotOwed,
}

/// Where the meeting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeetingState {
    /// Its time is chosen.
    Booked(Meeting),
    /// Owed, and not chosen yet.
    Coming,
    /// There will be none.
    NotOwed,
}

/// The chosen time of the meeting, and how it came to be that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Why then, as a sentence or part of one, for people.
    pub reason: String,
    /// Whether it is within the time the organisation allows itself.
    pub punctuality: Punctuality,
    /// Names of those whose calendar could not be read, so that nobody knows whether they are free.
    pub cannot_be_considered: Vec<String>,
}

/// Whether the meeting is within 24 business hours, or whatever else is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Punctuality {
    /// It is.
    InTime,
    /// There was no such time for everybody.
    Late,
}

/// A person's overdue action items, from all incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NagDigest<'a> {
    /// The person's name.
    pub name: &'a str,
    /// The organisation's name.
    pub organisation: &'a str,
    /// The day it is where the person lives.
    pub today: Date,
    /// What is overdue; shown with the most overdue first, whatever the order here.
    pub items: Vec<NagItem>,
}

/// One overdue action item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NagItem {
    /// What is to be done. Text from outside.
    pub text: String,
    /// The day it was due.
    pub due: Date,
    /// Whole days since that day ended, where the person lives; at least 1.
    pub days_overdue: u32,
    /// The title of the page it stands on.
    pub page_title: String,
    /// Where that page is.
    pub page_url: String,
    /// What people call the incident: `#1042`.
    pub incident_reference: String,
    /// Why it is in this person's list.
    pub because: Because,
}

/// What is missing on a page, for whoever leads its incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewDigest<'a> {
    /// The leader's name.
    pub name: &'a str,
    /// The organisation's name.
    pub organisation: &'a str,
    /// The day it is where the leader lives.
    pub today: Date,
    /// Why it comes.
    pub occasion: Occasion,
    /// What people call the incident: `#1042`.
    pub incident_reference: &'a str,
    /// The page's title.
    pub page_title: &'a str,
    /// Where the page is.
    pub page_url: &'a str,
    /// What is missing, in the order of the page.
    pub missing: &'a [Missing],
}

/// Why a leader is told what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The meeting is over, and it is the first time.
    AfterMeeting,
    /// They were told before, or there was no meeting.
    Reminder,
}

/// A Confluence page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageText {
    /// At most 255 UTF-16 units; holds the incident's reference.
    pub title: String,
    /// The body in storage format, well-formed, below 1 MB.
    pub storage: String,
}

/// A mail; text and HTML say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line, at most 200 UTF-16 units, not encoded.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole HTML document.
    pub html: String,
}

/// A chat post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatText {
    /// Slack's mrkdwn.
    pub text: String,
}

/// A calendar event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventText {
    /// One line, at most 1000 UTF-16 units.
    pub summary: String,
    /// The HTML subset that Google Calendar shows: `b`, `a`, `br`, `ul` and `li`.
    pub description: String,
}
