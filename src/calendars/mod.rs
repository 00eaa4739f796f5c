//! The port `Calendar`: who is busy when, and the one meeting of an incident, in whatever calendar the company keeps.
//!
//! Adding a calendar is one file here, a section in the configuration and a line where the program is put together.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub mod google;

/// What is known of somebody's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Busy in these spans, from the first instant to before the second, in any order; free otherwise.
    Busy(Vec<(Timestamp, Timestamp)>),
    /// Not known, and why, for people: neither free nor busy.
    Unknown(String),
}

/// Whether the meeting can be held without somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No.
    Required,
    /// Yes, but they are welcome.
    Optional,
}

/// Somebody who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The name. Text from outside.
    pub name: String,
    /// The address, in lower case.
    pub email: String,
    /// Whether the meeting can be held without them.
    pub presence: Presence,
}

/// Who sees more of a meeting than that somebody is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// As the calendar has it.
    AsUsual,
    /// Those who are invited.
    Invited,
}

/// Whether a room for video is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoRoom {
    /// It is, where the calendar can make one.
    Wanted,
    /// It is not.
    None,
}

/// A meeting to be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The effect's key as a hash, 64 hexadecimal digits: the same for every try, and stored by the calendar as the
    /// meeting's own name.
    pub key: String,
    /// The incident it is about, for the calendar's own search.
    pub incident: String,
    /// The title.
    pub summary: String,
    /// The text below it, as a little HTML; what came from outside is escaped.
    pub description: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The IANA zone that it is shown in.
    pub zone: String,
    /// When the slot was decided on: every copy of the invitation carries this instant.
    pub decided_at: Timestamp,
    /// Who is invited.
    pub invited: Vec<Invited>,
    /// Who sees more of it than that somebody is busy.
    pub audience: Audience,
    /// Whether a room for video is wanted.
    pub room: VideoRoom,
}

/// Whether a meeting will take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It will, as far as the calendar knows.
    Planned,
    /// Somebody deleted it. That stands.
    Cancelled,
}

/// A meeting as it stands in the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// What the calendar calls it.
    pub reference: String,
    /// Where people open it.
    pub url: Option<String>,
    /// Whether it will take place.
    pub standing: Standing,
    /// When, as somebody may have moved it; `None` where the calendar does not tell.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// What looking for a meeting found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// It is there, or was and somebody deleted it.
    Found(Booked),
    /// It never was.
    Absent,
    /// This calendar cannot be asked.
    CannotKnow,
}

/// Somebody else who holds the meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// How the description names whoever held it before, escaped as it stands there; `None` where it named nobody.
    pub before: Option<String>,
    /// How it is to name whoever holds it now, escaped likewise.
    pub now: String,
    /// Who that is, where an address is known.
    pub invite: Option<Invited>,
}

/// Why a calendar did not do what was asked, by what the caller may do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// It did not happen; try again, not before the given time if there is one.
    #[error("{message}")]
    Later {
        /// What went wrong.
        message: String,
        /// How long the calendar asked to wait.
        after: Option<Duration>,
    },
    /// It may or may not have happened: look before another try.
    #[error("{message}")]
    InDoubt {
        /// What went wrong.
        message: String,
    },
    /// It will not happen unless a person changes something.
    #[error("{message}")]
    GiveUp {
        /// What to change.
        message: String,
    },
}

/// A company's calendar. Its futures stay on the thread of the case that is worked on.
#[async_trait(?Send)]
pub trait Calendar: Send + Sync {
    /// Its name in logs and messages.
    fn name(&self) -> &'static str;

    /// When these people are busy, in the order they were asked for, one answer each.
    ///
    /// # Errors
    /// When nobody could be asked about; a calendar that cannot be read is `Unknown`.
    async fn busy(
        &self,
        people: &[String],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Availability>, CalendarError>;

    /// Books the meeting and invites everybody, unless a meeting of that key is there, or was: that one is answered.
    ///
    /// # Errors
    /// By what the caller may do; see [`CalendarError`].
    async fn book(&self, meeting: &Meeting) -> Result<Booked, CalendarError>;

    /// Looks for the meeting of a key.
    ///
    /// # Errors
    /// When the calendar could be asked but did not answer.
    async fn look(&self, key: &str) -> Result<Look, CalendarError>;

    /// Moves a booked meeting to `meeting`'s time and text, and tells everybody who is invited: an update, no second
    /// meeting. One that somebody deleted is planned again. `generation` counts the moves, from 1.
    ///
    /// # Errors
    /// By what the caller may do; see [`CalendarError`].
    async fn move_to(&self, meeting: &Meeting, generation: u32) -> Result<Booked, CalendarError>;

    /// Names somebody else as the one who holds the meeting, and invites them. What people have changed stays. Of a meeting
    /// that is not there, or was deleted, nothing is changed.
    ///
    /// # Errors
    /// By what the caller may do; see [`CalendarError`].
    async fn name_contact(
        &self,
        meeting: &Meeting,
        contact: &Contact,
    ) -> Result<Option<Booked>, CalendarError>;

    /// Asks for a sign of life; changes nothing. The message names what was seen.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    async fn check(&self, now: Timestamp) -> Result<String, String>;
}
