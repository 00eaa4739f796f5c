//! `freebusy.query`: who is taken when.
//!
//! A calendar that cannot be read is an error inside of a 200, and is unknown, not free:
//! <https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query>.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{Calendars, times};
use crate::sandbox::google::{
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

/// Calendars of one query.
const MOST_CALENDARS: usize = 50;
/// The longest span of one query. Not documented; about three months.
const LONGEST_SPAN: SignedDuration = SignedDuration::from_hours(93 * 24);

impl Calendars {
    pub(super) fn free_busy(&self, call: &Call<'_>) -> Outcome {
        let body = &call.body;
        let instant = |name: &str| -> Result<Timestamp, Refusal> {
            let text = body[name].as_str().ok_or_else(|| Refusal::required(name))?;
            text.parse()
                .map_err(|_| Refusal::invalid("Bad Request").at("parameter", name))
        };
        let (from, to) = (instant("timeMin")?, instant("timeMax")?);
        let out_of_range =
            |reason, text| Err(Refusal::new(400, reason, text).in_domain("calendar"));
        if to <= from {
            return out_of_range("timeRangeEmpty", "The specified time range is empty.");
        }
        if to.duration_since(from) > LONGEST_SPAN {
            return out_of_range("timeRangeTooLong", "The requested time range is too long.");
        }
        let zone = match body["timeZone"].as_str() {
            Some(name) => times::zone(name, "the query")?,
            None => TimeZone::UTC,
        };
        let items = body["items"].as_array().map_or(&[][..], Vec::as_slice);
        let most = usize::try_from(body["calendarExpansionMax"].as_u64().unwrap_or(50))
            .unwrap_or(usize::MAX);
        if items.len() > MOST_CALENDARS || most > MOST_CALENDARS {
            return out_of_range(
                "tooManyCalendarsRequested",
                "The number of calendars requested is too large for a single query.",
            );
        }
        let mut calendars = Map::new();
        for (at, item) in items.iter().enumerate() {
            let Some(id) = item["id"].as_str() else {
                return Err(Refusal::required("items[].id"));
            };
            let answer = if at < most {
                self.busy_times(id, call, from, to, &zone)
            } else {
                json!({"errors": [{"domain": "global", "reason": "tooManyCalendarsRequested"}], "busy": []})
            };
            calendars.insert(id.to_owned(), answer);
        }
        Ok(Answer::Json(json!({
            "kind": "calendar#freeBusy",
            "timeMin": times::written(from, &TimeZone::UTC).replace('Z', ".000Z"),
            "timeMax": times::written(to, &TimeZone::UTC).replace('Z', ".000Z"),
            "calendars": calendars,
        })))
    }

    fn busy_times(
        &self,
        id: &str,
        call: &Call<'_>,
        from: Timestamp,
        to: Timestamp,
        zone: &TimeZone,
    ) -> Value {
        let address = if id == "primary" {
            call.caller.email.clone()
        } else {
            id.to_lowercase()
        };
        let known = address == call.caller.email || self.readable.get(&address) == Some(&true);
        if !known {
            return json!({"errors": [{"domain": "global", "reason": "notFound"}], "busy": []});
        }
        let taken = self
            .events
            .iter()
            .filter(|event| {
                event.blocks(&address)
                    && event.start < to
                    && event.end > from
                    && event.end > event.start
            })
            .map(|event| (event.start.max(from), event.end.min(to)))
            .collect();
        let busy: Vec<Value> = merged(taken)
            .into_iter()
            .map(|(start, end)| json!({"start": times::written(start, zone), "end": times::written(end, zone)}))
            .collect();
        json!({"busy": busy})
    }
}

/// Sorts spans and joins those that touch.
fn merged(mut spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    spans.sort();
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            Some(_) | None => joined.push((start, end)),
        }
    }
    joined
}
