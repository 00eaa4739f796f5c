//! `events.list`.

use serde_json::{Value, json};

use super::{Calendars, Event, REMEMBERED, conference};
use crate::sandbox::google::{
    accounts::Accounts,
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

impl Calendars {
    /// Lists the events of one calendar. Deleted ones are hidden unless `showDeleted` asks for them.
    pub(super) fn list(&mut self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let calendar = self.readable(call)?;
        if call.query("syncToken").is_some() {
            return Err(Refusal::new(
                410,
                "fullSyncRequired",
                "Sync token is no longer valid, a full sync is required.",
            )
            .in_domain("calendar")
            .at("parameter", "syncToken"));
        }
        let order = call.query("orderBy");
        if order == Some("startTime") && !call.flag("singleEvents", false) {
            return Err(Refusal::invalid(
                "The requested ordering is not available for the particular query.",
            )
            .at("parameter", "orderBy"));
        }
        if let (Some(from), Some(to)) = (call.instant("timeMin"), call.instant("timeMax"))
            && to <= from
        {
            return Err(
                Refusal::new(400, "timeRangeEmpty", "The specified time range is empty.")
                    .in_domain("calendar"),
            );
        }
        for name in ["privateExtendedProperty", "sharedExtendedProperty"] {
            if call.queries(name).any(|pair| !pair.contains('=')) {
                return Err(Refusal::invalid("Invalid Value").at("parameter", name));
            }
        }
        for event in &mut self.events {
            if event.calendar == calendar || event.attendee(&calendar).is_some() {
                conference::settle(event);
            }
        }
        let mut found: Vec<&Event> = self
            .events
            .iter()
            .filter(|event| self.fits(event, &calendar, call))
            .collect();
        match order {
            Some("startTime") => found.sort_by_key(|event| event.start),
            Some("updated") => found.sort_by_key(|event| event.updated),
            Some(_) | None => {}
        }
        let updated = found
            .iter()
            .map(|event| event.updated)
            .max()
            .unwrap_or(call.now);
        let (page, next) = call.page(found, call.count("maxResults", 250).min(2500))?;
        let items: Vec<Value> = page
            .into_iter()
            .map(|event| self.show(event, &calendar, call, accounts))
            .collect();
        let account = accounts.get(&calendar);
        let mut value = json!({
            "kind": "calendar#events",
            "etag": format!("\"p{}\"", self.changes),
            "summary": account.map_or(calendar.as_str(), |account| account.name.as_str()),
            "description": "",
            "updated": format!("{updated:.3}"),
            "timeZone": account.map_or("UTC", |account| account.time_zone.as_str()),
            "accessRole": if calendar == call.caller.email { "owner" } else { "reader" },
            "defaultReminders": [],
            "items": items,
        });
        match next {
            Some(next) => value["nextPageToken"] = json!(next),
            None => value["nextSyncToken"] = json!(format!("sync-{}", self.changes)),
        }
        Ok(Answer::Tagged(value))
    }

    fn fits(&self, event: &Event, calendar: &str, call: &Call<'_>) -> bool {
        let own = event.calendar == calendar;
        let shown = !event.is_cancelled() || call.flag("showDeleted", false);
        let remembered = event.deleted.is_none_or(|at| call.now < at + REMEMBERED);
        (own || event.attendee(calendar).is_some())
            && shown
            && remembered
            && call.instant("timeMin").is_none_or(|from| event.end > from)
            && call.instant("timeMax").is_none_or(|to| event.start < to)
            && call.instant("updatedMin").is_none_or(|from| event.updated >= from)
            && call.query("iCalUID").is_none_or(|uid| event.body["iCalUID"] == uid)
            && call.queries("eventTypes").next().is_none_or(|_| call.queries("eventTypes").any(|kind| kind == "default"))
            && call.query("q").is_none_or(|words| speaks_of(event, words))
            // Private properties are on the organiser's copy alone.
            && call.queries("privateExtendedProperty").all(|pair| own && has_property(event, "private", pair))
            && call.queries("sharedExtendedProperty").all(|pair| has_property(event, "shared", pair))
    }
}

fn has_property(event: &Event, kind: &str, pair: &str) -> bool {
    pair.split_once('=')
        .is_some_and(|(name, value)| event.body["extendedProperties"][kind][name] == value)
}

/// Whether every word stands somewhere in the event's texts.
fn speaks_of(event: &Event, words: &str) -> bool {
    let texts = ["summary", "description", "location"]
        .map(|name| event.body[name].as_str().unwrap_or_default());
    let people = event
        .attendees()
        .flat_map(|each| [&each["email"], &each["displayName"]])
        .filter_map(Value::as_str);
    let whole = texts
        .into_iter()
        .chain(people)
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    words
        .to_lowercase()
        .split_whitespace()
        .all(|word| whole.contains(word))
}
