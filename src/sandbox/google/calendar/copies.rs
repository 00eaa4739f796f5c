//! How an event looks, from its organiser's calendar and from its guests'.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Calendars, Event, REMEMBERED, conference};
use crate::sandbox::{
    google::{accounts::Accounts, call::Call},
    seed::fingerprint,
};

impl Calendars {
    /// The event of that id as that calendar has it: its own, or one that its owner is invited to.
    pub(super) fn find(&self, calendar: &str, id: &str, now: Timestamp) -> Option<usize> {
        let remembered = |event: &Event| event.deleted.is_none_or(|at| now < at + REMEMBERED);
        let position = |fits: &dyn Fn(&Event) -> bool| {
            self.events
                .iter()
                .rposition(|event| event.id == id && remembered(event) && fits(event))
        };
        position(&|event| event.calendar == calendar)
            .or_else(|| position(&|event| event.attendee(calendar).is_some()))
    }

    /// The event with all that Google adds to it, as its organiser's calendar has it.
    pub(super) fn json(&self, event: &Event) -> Value {
        let mut value = event.body.clone();
        value["kind"] = json!("calendar#event");
        value["etag"] = json!(event.etag);
        value["id"] = json!(event.id);
        value["created"] = json!(format!("{:.3}", event.created));
        value["updated"] = json!(format!("{:.3}", event.updated));
        value["sequence"] = json!(event.sequence);
        value["creator"] = json!({"email": event.creator});
        value["organizer"] = json!({"email": event.calendar});
        value["htmlLink"] = json!(format!(
            "https://www.google.com/calendar/event?eid={}",
            fingerprint(&format!("{} {}", event.id, event.calendar), 40).to_lowercase()
        ));
        if event.deleted.is_some() {
            value["status"] = json!("cancelled");
        }
        if let Some(link) = conference::link(event) {
            value["hangoutLink"] = json!(link);
        }
        value
    }

    /// The event as that calendar shows it to that caller.
    pub(super) fn show(
        &self,
        event: &Event,
        calendar: &str,
        call: &Call<'_>,
        accounts: &Accounts,
    ) -> Value {
        let mut value = self.json(event);
        for role in ["creator", "organizer"] {
            let email = value[role]["email"].as_str().unwrap_or_default().to_owned();
            if let Some(name) = accounts.name(&email) {
                value[role]["displayName"] = json!(name);
            }
            if email == calendar {
                value[role]["self"] = json!(true);
            }
        }
        for attendee in value["attendees"].as_array_mut().into_iter().flatten() {
            if attendee["email"]
                .as_str()
                .is_some_and(|email| email.eq_ignore_ascii_case(calendar))
            {
                attendee["self"] = json!(true);
            }
        }
        if value["attendees"].is_null()
            && let Some(object) = value.as_object_mut()
        {
            object.remove("attendees");
        }
        if event.calendar != calendar {
            // Private properties and reminders belong to the organiser's copy alone.
            if let Some(extended) = value["extendedProperties"].as_object_mut() {
                extended.remove("private");
            }
            value["reminders"] = json!({"useDefault": true});
            if value["extendedProperties"]
                .as_object()
                .is_none_or(serde_json::Map::is_empty)
                && let Some(object) = value.as_object_mut()
            {
                object.remove("extendedProperties");
            }
        }
        let most = call.count("maxAttendees", usize::MAX);
        if let Some(attendees) = value["attendees"]
            .as_array_mut()
            .filter(|attendees| attendees.len() > most)
        {
            attendees.retain(|attendee| attendee["self"] == true);
            value["attendeesOmitted"] = json!(true);
        }
        value
            .as_object_mut()
            .into_iter()
            .for_each(|object| object.retain(|_, member| !member.is_null()));
        value
    }
}
