//! Calendar v3: everybody's primary calendar, the events in them, and who is free when.

mod body;
mod changes;
mod conference;
mod copies;
mod entries;
mod events;
mod freebusy;
mod listing;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::sandbox::{
    google::{
        accounts::Accounts,
        call::{Call, Outcome},
        errors::Refusal,
    },
    seed::{self, fingerprint},
};

/// How long a deleted event can still be read, as cancelled. Its id is used for ever.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One event, on the calendar of its organiser.
#[derive(Clone, Debug)]
struct Event {
    /// The address of the calendar.
    calendar: String,
    /// Unique within the calendar.
    id: String,
    /// What clients set, as they set it, but for times, which are normalised.
    body: Value,
    creator: String,
    created: Timestamp,
    updated: Timestamp,
    etag: String,
    sequence: i64,
    start: Timestamp,
    end: Timestamp,
    deleted: Option<Timestamp>,
    /// Put there by the seed: it makes people busy, and is not shown among what clients made.
    seeded: bool,
}

impl Event {
    fn is_cancelled(&self) -> bool {
        self.deleted.is_some() || self.body["status"] == "cancelled"
    }

    fn attendees(&self) -> impl Iterator<Item = &Value> {
        self.body["attendees"].as_array().into_iter().flatten()
    }

    fn attendee(&self, email: &str) -> Option<&Value> {
        self.attendees().find(|each| {
            each["email"]
                .as_str()
                .is_some_and(|mine| mine.eq_ignore_ascii_case(email))
        })
    }

    /// Whether the event takes time out of that calendar.
    fn blocks(&self, calendar: &str) -> bool {
        if self.is_cancelled()
            || self.body["transparency"] == "transparent"
            || self.body["eventType"] == "workingLocation"
        {
            return false;
        }
        match self.attendee(calendar) {
            Some(attendee) => attendee["responseStatus"] != "declined",
            None => self.calendar == calendar,
        }
    }
}

/// All calendars.
#[derive(Debug)]
pub struct Calendars {
    /// By address; whether others may read them.
    readable: BTreeMap<String, bool>,
    /// In the order in which they were made.
    events: Vec<Event>,
    /// Ids that were ever used, by calendar: a deleted event keeps its own.
    used: BTreeSet<(String, String)>,
    /// Mails that Google sent to guests.
    invitations: Vec<Value>,
    changes: u64,
}

impl Calendars {
    /// The calendars of the accounts that exist from the start.
    pub fn new(accounts: &Accounts) -> Self {
        let readable = accounts
            .addresses()
            .map(|address| (address.to_owned(), true))
            .collect();
        Self {
            readable,
            events: Vec::new(),
            used: BTreeSet::new(),
            invitations: Vec::new(),
            changes: 0,
        }
    }

    /// Gives an address a calendar that colleagues may read, unless it has one.
    pub fn open(&mut self, address: &str) {
        self.readable.entry(address.to_lowercase()).or_insert(true);
    }

    /// Carries out one call.
    pub fn answer(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        match call.method.id {
            "calendarList.get" => self.list_entry(call, accounts),
            "calendarList.list" => self.list_entries(call, accounts),
            "calendars.get" => self.calendar(call, accounts),
            "events.delete" => self.delete(call, accounts),
            "events.get" => self.get(call, accounts),
            "events.import" => self.import(call, accounts),
            "events.insert" => self.insert(call, accounts),
            "events.list" => self.list(call, accounts),
            "events.patch" => self.change(call, accounts, changes::Change::Patch),
            "events.update" => self.change(call, accounts, changes::Change::Replace),
            "freebusy.query" => self.free_busy(call),
            "settings.get" => entries::setting(call, accounts),
            "settings.list" => entries::settings(call, accounts),
            other => Err(Refusal::not_emulated(other)),
        }
    }

    /// This part of the sandbox's world: what clients made under `events`, what the seed put there under `busy`.
    pub fn world(&self) -> Value {
        let shown = |seeded: bool| -> Vec<Value> {
            self.events
                .iter()
                .filter(|event| event.seeded == seeded)
                .map(|event| {
                    let mut value = self.json(event);
                    value["calendar"] = json!(event.calendar);
                    value
                })
                .collect()
        };
        json!({"events": shown(false), "busy": shown(true), "invitations": self.invitations})
    }

    /// Takes busy times, and calendars that nobody may read.
    ///
    /// # Errors
    /// Where a busy time ends before it begins.
    pub fn seed(&mut self, calendars: &[seed::Calendar], now: Timestamp) -> Result<(), String> {
        for calendar in calendars {
            let address = calendar.email.to_lowercase();
            self.readable.insert(address.clone(), !calendar.unreadable);
            for busy in &calendar.busy {
                if busy.end <= busy.start {
                    return Err(format!(
                        "A busy time of {address} ends before it begins: {}.",
                        busy.start
                    ));
                }
                let summary = busy.summary.as_deref().unwrap_or("Busy");
                let key = format!("{address} {} {} {summary}", busy.start, busy.end);
                let id = fingerprint(&key, 26).to_lowercase();
                if !self.used.insert((address.clone(), id.clone())) {
                    continue;
                }
                let etag = self.next_etag();
                self.events.push(Event {
                    calendar: address.clone(),
                    id: id.clone(),
                    body: json!({
                        "summary": summary,
                        "status": "confirmed",
                        "start": {"dateTime": busy.start.to_string(), "timeZone": "UTC"},
                        "end": {"dateTime": busy.end.to_string(), "timeZone": "UTC"},
                        "iCalUID": format!("{id}@google.com"),
                        "reminders": {"useDefault": true},
                    }),
                    creator: address.clone(),
                    created: now,
                    updated: now,
                    etag,
                    sequence: 0,
                    start: busy.start,
                    end: busy.end,
                    deleted: None,
                    seeded: true,
                });
            }
        }
        Ok(())
    }

    /// The address that `calendarId` means, if the caller may read it.
    fn readable(&self, call: &Call<'_>) -> Result<String, Refusal> {
        let address = address_of(call);
        let open = self.readable.get(&address).copied();
        if address == call.caller.email || open == Some(true) {
            Ok(address)
        } else {
            Err(not_found())
        }
    }

    /// The address that `calendarId` means, if the caller may write there: to their own calendar.
    fn writable(&self, call: &Call<'_>) -> Result<String, Refusal> {
        let address = self.readable(call)?;
        if address == call.caller.email {
            return Ok(address);
        }
        Err(Refusal::new(
            403,
            "requiredAccessLevel",
            "You need to have writer access to this calendar.",
        )
        .in_domain("calendar"))
    }

    fn next_etag(&mut self) -> String {
        self.changes += 1;
        format!("\"{}\"", 3_300_000_000_000_000 + self.changes * 2)
    }
}

/// The address that `calendarId` means.
fn address_of(call: &Call<'_>) -> String {
    match call.argument("calendarId") {
        "primary" => call.caller.email.clone(),
        other => other.to_lowercase(),
    }
}

fn not_found() -> Refusal {
    Refusal::new(404, "notFound", "Not Found")
}
