//! Changing and deleting events.

use serde_json::{Value, json};

use super::{Calendars, Event, body, conference, events::Mail, not_found};
use crate::sandbox::google::{
    accounts::Accounts,
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

/// How an event is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// What is sent is merged.
    Patch,
    /// What is not sent is taken away.
    Replace,
}

impl Calendars {
    pub(super) fn change(
        &mut self,
        call: &Call<'_>,
        accounts: &Accounts,
        change: Change,
    ) -> Outcome {
        let calendar = self.readable(call)?;
        let at = self
            .find(&calendar, call.argument("eventId"), call.now)
            .ok_or_else(not_found)?;
        if calendar != call.caller.email {
            return self.writable(call).and(Err(not_found()));
        }
        let before = self.events[at].clone();
        check_etag(&before, call)?;
        if before.is_cancelled() {
            return Err(Refusal::new(403, "forbidden", "Forbidden"));
        }
        let sent = body::writable(&call.body);
        if before.calendar != calendar {
            return self.respond(at, &calendar, &sent, call, accounts);
        }
        for (name, own) in [
            ("id", &json!(before.id)),
            ("iCalUID", &before.body["iCalUID"]),
        ] {
            if sent
                .get(name)
                .is_some_and(|value| !value.is_null() && value != own)
            {
                return Err(Refusal::invalid(format!("Invalid value for: {name}")));
            }
        }
        let event = self.changed(&before, sent, call, accounts, change)?;
        self.notify(&event, call, accounts, Mail::Update);
        let value = self.show(&event, &calendar, call, accounts);
        self.events[at] = event;
        Ok(Answer::Tagged(value))
    }

    fn changed(
        &mut self,
        before: &Event,
        sent: Value,
        call: &Call<'_>,
        accounts: &Accounts,
        change: Change,
    ) -> Result<Event, Refusal> {
        if sent["sequence"]
            .as_i64()
            .is_some_and(|sequence| sequence < before.sequence)
        {
            return Err(Refusal::invalid(
                "Invalid sequence value. The specified sequence number is below the current sequence number of the \
                 resource. Re-fetch the resource and use its sequence number on the following request.",
            ));
        }
        let old = &before.body["conferenceData"];
        let mut conference = json!({});
        if let Some(data) = sent.get("conferenceData") {
            conference["conferenceData"] = data.clone();
        } else if change == Change::Replace && call.query("conferenceDataVersion") == Some("1") {
            conference["conferenceData"] = Value::Null;
        }
        conference::apply(&mut conference, old, call)?;
        let mut merged = match change {
            Change::Patch => before.body.clone(),
            Change::Replace => json!({"iCalUID": before.body["iCalUID"]}),
        };
        body::merge(&mut merged, &sent);
        merged["conferenceData"] = conference["conferenceData"].take();
        body::check(&merged, call)?;
        let mut event = self.build(&before.calendar, before.id.clone(), merged, call, accounts)?;
        event.creator.clone_from(&before.creator);
        event.created = before.created;
        let moved = (event.start, event.end) != (before.start, before.end);
        event.sequence = sent["sequence"]
            .as_i64()
            .unwrap_or(before.sequence)
            .max(before.sequence)
            + i64::from(moved);
        event.seeded = before.seeded;
        if event.body["status"] == "cancelled" {
            event.deleted = Some(call.now);
        }
        Ok(event)
    }

    /// A guest's copy takes their own answer; everything else is the organiser's.
    fn respond(
        &mut self,
        at: usize,
        calendar: &str,
        sent: &Value,
        call: &Call<'_>,
        accounts: &Accounts,
    ) -> Outcome {
        let own = |attendee: &&Value| {
            attendee["email"]
                .as_str()
                .is_some_and(|email| email.eq_ignore_ascii_case(calendar))
        };
        let answer = sent["attendees"].as_array().into_iter().flatten().find(own);
        let other = sent
            .as_object()
            .and_then(|sent| sent.keys().find(|name| *name != "attendees"));
        let (Some(answer), None) = (answer, other) else {
            return Err(Refusal::new(
                403,
                "forbiddenForNonOrganizer",
                "Shared properties can only be changed by the organizer of the event.",
            )
            .in_domain("calendar"));
        };
        body::check(&json!({"attendees": [answer]}), call)?;
        let etag = self.next_etag();
        let event = &mut self.events[at];
        for attendee in event.body["attendees"].as_array_mut().into_iter().flatten() {
            if own(&&*attendee) {
                for name in ["responseStatus", "comment", "additionalGuests"] {
                    if let Some(value) = answer.get(name) {
                        attendee[name] = value.clone();
                    }
                }
            }
        }
        event.etag = etag;
        event.updated = call.now;
        Ok(Answer::Tagged(self.show(
            &self.events[at],
            calendar,
            call,
            accounts,
        )))
    }

    pub(super) fn delete(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let calendar = self.readable(call)?;
        let id = call.argument("eventId");
        let Some(at) = self.find(&calendar, id, call.now) else {
            let used = self.used.contains(&(calendar, id.to_owned()));
            return Err(if used { gone() } else { not_found() });
        };
        if calendar != call.caller.email {
            return self.writable(call).and(Err(not_found()));
        }
        check_etag(&self.events[at], call)?;
        if self.events[at].is_cancelled() {
            return Err(gone());
        }
        let etag = self.next_etag();
        let event = &mut self.events[at];
        event.etag = etag;
        event.updated = call.now;
        if event.calendar == calendar {
            event.deleted = Some(call.now);
            let event = event.clone();
            self.notify(&event, call, accounts, Mail::Cancellation);
        } else {
            // A guest who deletes an event declines it.
            for attendee in event.body["attendees"].as_array_mut().into_iter().flatten() {
                if attendee["email"]
                    .as_str()
                    .is_some_and(|email| email.eq_ignore_ascii_case(&calendar))
                {
                    attendee["responseStatus"] = json!("declined");
                }
            }
        }
        Ok(Answer::Nothing)
    }
}

fn check_etag(event: &Event, call: &Call<'_>) -> Result<(), Refusal> {
    match call.request.header("if-match") {
        Some(etag) if etag != "*" && etag != event.etag => {
            Err(Refusal::new(412, "conditionNotMet", "Precondition Failed")
                .at("header", "If-Match"))
        }
        Some(_) | None => Ok(()),
    }
}

fn gone() -> Refusal {
    Refusal::new(410, "deleted", "Resource has been deleted")
}
