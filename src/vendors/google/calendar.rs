//! Google Calendar: who is busy when, and events under ids of ours.

use std::collections::{BTreeMap, HashMap};

use ::http::Method;
use ::http::header::{HeaderValue, IF_MATCH};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{GoogleAuth, Session};
use crate::vendors::http::{CallError, Http, Repeat, Request, if_there};

/// The most calendars that one question may name.
const MOST_CALENDARS: usize = 50;

/// What is known of somebody's time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Availability {
    /// Busy in these spans, from the first instant to before the second; free otherwise.
    Busy(Vec<(Timestamp, Timestamp)>),
    /// Not known, and why: neither free nor busy.
    Unknown(String),
}

/// An event to be made.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Ours: 5 to 1024 of the characters a to v and 0 to 9. A deleted event keeps its id for ever.
    pub id: &'a str,
    /// The title.
    pub summary: &'a str,
    /// The text below it; Calendar reads a little HTML in it, so that outside text must be escaped.
    pub description: &'a str,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The IANA zone it is shown in.
    pub time_zone: &'a str,
    /// Who is invited.
    pub attendees: &'a [Attendee],
    /// Values that stand on this calendar's copy only.
    pub private_properties: &'a [(&'a str, &'a str)],
    /// Who sees more of it than that somebody is busy.
    pub visibility: Visibility,
    /// Whether a Meet room is wanted. It is made later, and a service account needs delegation for it.
    pub meet: bool,
}

/// Who sees more of an event than that somebody is busy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Visibility {
    /// As the calendar has it.
    Default,
    /// Those who are invited.
    Private,
}

/// What is to be different about an event; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct EventChange<'a> {
    /// The text below the title.
    pub description: Option<&'a str>,
    /// Somebody else who is invited.
    pub invite: Option<&'a Attendee>,
    /// Another time: from, until, and the IANA zone it is shown in. One that was cancelled takes place again.
    pub span: Option<(Timestamp, Timestamp, &'a str)>,
}

/// Somebody invited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attendee {
    /// The address.
    pub email: String,
    /// Whether the meeting can be held without them.
    pub attendance: Attendance,
}

/// Whether somebody is needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attendance {
    /// Needed.
    Required,
    /// Welcome.
    Optional,
}

/// Who gets a mail from Google.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SendUpdates {
    /// Everybody invited. Without it, calendars elsewhere may never hear of the event.
    All,
    /// Those without a Google calendar.
    ExternalOnly,
    /// Nobody, as far as that is possible.
    None,
}

impl SendUpdates {
    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ExternalOnly => "externalOnly",
            Self::None => "none",
        }
    }
}

/// An event as it is.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Where people open it.
    pub html_link: Option<String>,
    /// Whether it will take place.
    pub status: EventStatus,
    /// When it begins; none for whole days and for some deleted events.
    pub start: Option<Timestamp>,
    /// When it ends; none likewise.
    pub end: Option<Timestamp>,
    /// The text below the title, as somebody may have changed it.
    pub description: Option<String>,
    /// The version: a change of any other one is refused.
    pub etag: Option<String>,
    /// Who is invited, as the calendar tells it.
    attendees: Vec<Value>,
    /// The Meet room, once it has been made.
    pub meet_link: Option<String>,
    /// Values that stand on this calendar's copy only.
    pub private_properties: BTreeMap<String, String>,
}

/// Whether an event will take place.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum EventStatus {
    /// It will.
    #[default]
    Confirmed,
    /// Perhaps.
    Tentative,
    /// Somebody has deleted it.
    Cancelled,
    /// A status that this client does not know.
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    id: String,
    html_link: Option<String>,
    #[serde(default)]
    status: EventStatus,
    start: Option<WireTime>,
    end: Option<WireTime>,
    hangout_link: Option<String>,
    description: Option<String>,
    etag: Option<String>,
    #[serde(default)]
    attendees: Vec<Value>,
    #[serde(default)]
    extended_properties: WireProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTime {
    date_time: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
struct WireProperties {
    #[serde(default)]
    private: BTreeMap<String, String>,
}

impl From<WireEvent> for Event {
    fn from(wire: WireEvent) -> Self {
        Self {
            id: wire.id,
            html_link: wire.html_link,
            status: wire.status,
            start: wire.start.and_then(|time| time.date_time),
            end: wire.end.and_then(|time| time.date_time),
            description: wire.description,
            etag: wire.etag,
            attendees: wire.attendees,
            meet_link: wire.hangout_link,
            private_properties: wire.extended_properties.private,
        }
    }
}

#[derive(Deserialize)]
struct FreeBusy {
    #[serde(default)]
    calendars: HashMap<String, WireCalendar>,
}

#[derive(Deserialize)]
struct WireCalendar {
    #[serde(default)]
    busy: Vec<Period>,
    #[serde(default)]
    errors: Vec<Reason>,
}

#[derive(Deserialize)]
struct Period {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

impl From<WireCalendar> for Availability {
    fn from(calendar: WireCalendar) -> Self {
        match calendar.errors.into_iter().next() {
            Some(error) => Self::Unknown(error.reason),
            None => Self::Busy(
                calendar
                    .busy
                    .into_iter()
                    .map(|period| (period.start, period.end))
                    .collect(),
            ),
        }
    }
}

/// Google Calendar. Clones share connections and tokens.
#[derive(Clone)]
pub struct Calendar {
    session: Session,
}

impl Calendar {
    /// Calendar at the client's base URL, called with that account's tokens.
    pub fn new(
        http: Http,
        auth: GoogleAuth,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self {
            session: Session::new(http, auth, now),
        }
    }

    /// When those calendars are busy, in the order they were asked for. One that cannot be read is `Unknown`, which
    /// an answer of status 200 says between the others.
    ///
    /// # Errors
    /// Any failure of the call as a whole.
    pub async fn free_busy(
        &self,
        calendars: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(String, Availability)>, CallError> {
        let batches = calendars
            .chunks(MOST_CALENDARS)
            .map(|batch| self.free_busy_of(batch, from, to));
        Ok(try_join_all(batches).await?.concat())
    }

    async fn free_busy_of(
        &self,
        calendars: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(String, Availability)>, CallError> {
        let items: Vec<Value> = calendars.iter().map(|id| json!({ "id": id })).collect();
        let path = ["calendar", "v3", "freeBusy"];
        let request =
            Request::new("ask who is free", Method::POST, path, Repeat::Safe).json(&json!({
                "timeMin": from, "timeMax": to, "items": items,
            }));
        let answer: FreeBusy = self.session.call_json(request).await?;
        let mut told: HashMap<String, WireCalendar> = answer
            .calendars
            .into_iter()
            .map(|(id, calendar)| (id.to_lowercase(), calendar))
            .collect();
        let availability = |id: &String| match told.remove(&id.to_lowercase()) {
            Some(calendar) => Availability::from(calendar),
            None => Availability::Unknown("not in the answer".into()),
        };
        let availabilities: Vec<Availability> = calendars.iter().map(availability).collect();
        Ok(calendars.iter().cloned().zip(availabilities).collect())
    }

    /// Puts an event into a calendar.
    ///
    /// # Errors
    /// `Conflict` when the id is or was used: read the event, somebody may have deleted it. `Forbidden` with
    /// `forbiddenForServiceAccounts` when a service account without delegation invites people. Any other failure.
    pub async fn insert_event(
        &self,
        calendar: &str,
        event: &NewEvent<'_>,
        send_updates: SendUpdates,
    ) -> Result<Event, CallError> {
        let path = ["calendar", "v3", "calendars", calendar, "events"];
        let version = event.meet.then_some("1");
        let request = Request::new("create event", Method::POST, path, Repeat::Once)
            .query("sendUpdates", send_updates.name())
            .query_if("conferenceDataVersion", version)
            .json(&event_body(event));
        let made: WireEvent = self.session.call_json(request).await?;
        Ok(made.into())
    }

    /// Changes an event that was read before. Only what is named changes; answers of those who are invited stay.
    ///
    /// # Errors
    /// `Conflict` when somebody has changed it since: read it again. Any other failure.
    pub async fn change_event(
        &self,
        calendar: &str,
        event: &Event,
        change: &EventChange<'_>,
        send_updates: SendUpdates,
    ) -> Result<Event, CallError> {
        let path = ["calendar", "v3", "calendars", calendar, "events", &event.id];
        let mut body = json!({});
        if let Some(description) = change.description {
            body["description"] = description.into();
        }
        if let Some(attendee) = change.invite {
            // A patch replaces the whole list.
            let mut attendees = event.attendees.clone();
            attendees.push(invitation(attendee));
            body["attendees"] = attendees.into();
        }
        if let Some((start, end, zone)) = change.span {
            body["start"] = time(start, zone);
            body["end"] = time(end, zone);
            body["status"] = "confirmed".into();
        }
        let mut request = Request::new("change event", Method::PATCH, path, Repeat::Once)
            .query("sendUpdates", send_updates.name())
            .json(&body);
        if let Some(etag) = event
            .etag
            .as_deref()
            .and_then(|etag| HeaderValue::try_from(etag).ok())
        {
            request = request.header(IF_MATCH, etag);
        }
        let changed: WireEvent = self.session.call_json(request).await?;
        Ok(changed.into())
    }

    /// An event, a deleted one too; none where there never was one of that id.
    ///
    /// # Errors
    /// Any failure but "not found".
    pub async fn event(&self, calendar: &str, id: &str) -> Result<Option<Event>, CallError> {
        let path = ["calendar", "v3", "calendars", calendar, "events", id];
        let request = Request::get("read event", path);
        let event: Option<WireEvent> = if_there(self.session.call_json(request).await)?;
        Ok(event.map(Event::from))
    }
}

impl Event {
    /// Whether somebody of that address is invited.
    pub fn invites(&self, email: &str) -> bool {
        self.attendees
            .iter()
            .filter_map(|attendee| attendee["email"].as_str())
            .any(|invited| invited.eq_ignore_ascii_case(email))
    }
}

fn invitation(attendee: &Attendee) -> Value {
    let mut invited = json!({
        "email": attendee.email, "responseStatus": "needsAction",
    });
    match attendee.attendance {
        Attendance::Required => {}
        Attendance::Optional => invited["optional"] = true.into(),
    }
    invited
}

fn time(instant: Timestamp, zone: &str) -> Value {
    json!({ "dateTime": instant, "timeZone": zone })
}

fn event_body(event: &NewEvent<'_>) -> Value {
    let attendees: Vec<Value> = event.attendees.iter().map(invitation).collect();
    let private: BTreeMap<_, _> = event.private_properties.iter().copied().collect();
    let mut body = json!({
        "id": event.id,
        "summary": event.summary,
        "description": event.description,
        "start": time(event.start, event.time_zone),
        "end": time(event.end, event.time_zone),
        "attendees": attendees,
        "extendedProperties": { "private": private },
    });
    match event.visibility {
        Visibility::Default => {}
        Visibility::Private => body["visibility"] = "private".into(),
    }
    if event.meet {
        // The same request id is the same room.
        body["conferenceData"] = json!({ "createRequest": {
            "requestId": event.id,
            "conferenceSolutionKey": { "type": "hangoutsMeet" },
        }});
    }
    body
}
