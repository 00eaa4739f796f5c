//! Making and reading events, and the mails about them.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Calendars, Event, body, conference, not_found, times};
use crate::sandbox::{
    google::{
        accounts::Accounts,
        call::{Answer, Call, Outcome},
        errors::Refusal,
    },
    seed::fingerprint,
    wire::Reply,
};

/// What a mail to guests says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mail {
    Invitation,
    Update,
    Cancellation,
}

impl Calendars {
    pub(super) fn insert(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let calendar = self.writable(call)?;
        let mut sent = body::writable(&call.body);
        let id = self.chosen_id(&calendar, &sent)?;
        if call.body["id"].is_string() && call.body["iCalUID"].is_string() {
            return Err(Refusal::invalid("Only one of id and iCalUID may be given."));
        }
        body::check(&sent, call)?;
        conference::apply(&mut sent, &Value::Null, call)?;
        let event = self.build(&calendar, id, sent, call, accounts)?;
        Ok(self.keep(event, call, accounts, Mail::Invitation))
    }

    /// A private copy of an event that lives elsewhere: known by its iCalendar UID, and nobody is invited.
    pub(super) fn import(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let calendar = self.writable(call)?;
        let mut sent = body::writable(&call.body);
        let Some(uid) = sent["iCalUID"]
            .as_str()
            .filter(|uid| !uid.is_empty())
            .map(str::to_owned)
        else {
            return Err(Refusal::new(400, "required", "Missing iCalUID."));
        };
        if sent.get("id").is_some() {
            return Err(Refusal::invalid("Only one of id and iCalUID may be given."));
        }
        let mut checked = sent.clone();
        checked["attendees"] = Value::Null;
        body::check(&checked, call)?;
        conference::apply(&mut sent, &Value::Null, call)?;
        let known = self.events.iter().position(|event| {
            event.calendar == calendar
                && event.body["iCalUID"] == uid.as_str()
                && event.deleted.is_none()
        });
        let id = match known {
            Some(at) => self.events[at].id.clone(),
            None => self.mint_id(&calendar),
        };
        let event = self.build(&calendar, id, sent, call, accounts)?;
        if let Some(at) = known {
            self.events.remove(at);
        }
        let value = self.show(&event, &calendar, call, accounts);
        self.used.insert((calendar, event.id.clone()));
        self.events.push(event);
        Ok(Answer::Tagged(value))
    }

    fn keep(&mut self, event: Event, call: &Call<'_>, accounts: &Accounts, mail: Mail) -> Answer {
        self.notify(&event, call, accounts, mail);
        let value = self.show(&event, &event.calendar, call, accounts);
        self.used.insert((event.calendar.clone(), event.id.clone()));
        self.events.push(event);
        Answer::Tagged(value)
    }

    /// A client may choose the id, and then a replay is refused instead of making a second event.
    /// A deleted event keeps its id for ever. <https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>
    fn chosen_id(&mut self, calendar: &str, sent: &Value) -> Result<String, Refusal> {
        let Some(id) = sent["id"].as_str() else {
            return Ok(self.mint_id(calendar));
        };
        let alphabet = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte);
        if !(5..=1024).contains(&id.len()) || !id.bytes().all(alphabet) {
            return Err(Refusal::invalid("Invalid resource id value."));
        }
        if self.used.contains(&(calendar.to_owned(), id.to_owned())) {
            return Err(Refusal::new(
                409,
                "duplicate",
                "The requested identifier already exists.",
            ));
        }
        Ok(id.to_owned())
    }

    fn mint_id(&mut self, calendar: &str) -> String {
        self.changes += 1;
        fingerprint(&format!("event {calendar} {}", self.changes), 26).to_lowercase()
    }

    /// A new event of that body, its times checked and normalised.
    pub(super) fn build(
        &mut self,
        calendar: &str,
        id: String,
        mut sent: Value,
        call: &Call<'_>,
        accounts: &Accounts,
    ) -> Result<Event, Refusal> {
        let (start, end) = place(&mut sent, calendar, accounts)?;
        body::complete(&mut sent, calendar);
        let sequence = sent["sequence"].as_i64().unwrap_or(0);
        if let Some(object) = sent.as_object_mut() {
            object.remove("id");
            object.remove("sequence");
            object
                .entry("iCalUID")
                .or_insert_with(|| json!(format!("{id}@google.com")));
        }
        Ok(Event {
            calendar: calendar.to_owned(),
            id,
            body: sent,
            creator: call.caller.email.clone(),
            created: call.now,
            updated: call.now,
            etag: self.next_etag(),
            sequence,
            start,
            end,
            deleted: None,
            seeded: false,
        })
    }

    pub(super) fn get(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let calendar = self.readable(call)?;
        let at = self
            .find(&calendar, call.argument("eventId"), call.now)
            .ok_or_else(not_found)?;
        let event = &mut self.events[at];
        conference::settle(event);
        if call
            .request
            .header("if-none-match")
            .is_some_and(|etag| etag == event.etag)
        {
            return Ok(Answer::Reply(
                Reply::empty(304).with("etag", event.etag.clone()),
            ));
        }
        Ok(Answer::Tagged(self.show(
            &self.events[at],
            &calendar,
            call,
            accounts,
        )))
    }

    /// Keeps the mails that Google would send. None, unless the call asks for them.
    pub(super) fn notify(
        &mut self,
        event: &Event,
        call: &Call<'_>,
        accounts: &Accounts,
        mail: Mail,
    ) {
        let updates = match call.query("sendUpdates") {
            Some(word) => word,
            None if call.flag("sendNotifications", false) => "all",
            None => "none",
        };
        let to: Vec<&str> = event
            .attendees()
            .filter_map(|attendee| attendee["email"].as_str())
            .filter(|email| !email.eq_ignore_ascii_case(&event.calendar))
            .filter(|email| {
                updates == "all" || (updates == "externalOnly" && !accounts.knows(email))
            })
            .collect();
        if to.is_empty() {
            return;
        }
        let kind = match mail {
            Mail::Invitation => "invitation",
            Mail::Update => "update",
            Mail::Cancellation => "cancellation",
        };
        let invitation = json!({"kind": kind, "calendar": event.calendar, "event": event.id, "to": to, "at": call.now.to_string()});
        self.invitations.push(invitation);
    }
}

/// Checks and normalises the times of a body.
fn place(
    sent: &mut Value,
    calendar: &str,
    accounts: &Accounts,
) -> Result<(jiff::Timestamp, jiff::Timestamp), Refusal> {
    let zone_name = accounts
        .get(calendar)
        .map_or("UTC", |account| account.time_zone.as_str())
        .to_owned();
    let zone = TimeZone::get(&zone_name).unwrap_or(TimeZone::UTC);
    let end = times::instant(&sent["end"], "end", &zone)?;
    let start = times::instant(&sent["start"], "start", &zone)?;
    if sent["start"]["date"].is_null() != sent["end"]["date"].is_null() {
        return Err(Refusal::invalid(
            "Start and end times must either both be date or both be dateTime.",
        ));
    }
    if end < start || (end == start && sent["start"]["date"].is_string()) {
        return Err(
            Refusal::new(400, "timeRangeEmpty", "The specified time range is empty.")
                .in_domain("calendar"),
        );
    }
    sent["start"] = times::normalised(&sent["start"], start, &zone, &zone_name);
    sent["end"] = times::normalised(&sent["end"], end, &zone, &zone_name);
    Ok((start, end))
}
