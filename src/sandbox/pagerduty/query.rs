//! Query parameters, checked as the reference describes them: names, words, bounds, times and order.

use std::{cmp::Ordering, ops::RangeInclusive};

use jiff::{Span, Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

use super::{Refusal, account::Incident, shapes::Include};
use crate::sandbox::wire::Request;

/// <https://developer.pagerduty.com/docs/pagination>
const PAGE_LIMIT: usize = 100;
const REACH: usize = 10_000;

/// The query of one request, known by name.
pub(super) struct Parameters<'a> {
    request: &'a Request,
}

impl<'a> Parameters<'a> {
    /// Refuses names that the operation does not have, and single ones that are repeated.
    pub fn of(request: &'a Request, names: &[&str]) -> Result<Self, Refusal> {
        for (at, (name, _)) in request.query.iter().enumerate() {
            if !names.contains(&name.as_str()) {
                return Err(Refusal::invalid(format!("Unknown parameter {name}")));
            }
            if !name.ends_with("[]") && request.query[..at].iter().any(|(before, _)| before == name)
            {
                return Err(Refusal::invalid(format!("Parameter {name} is given twice")));
            }
        }
        Ok(Self { request })
    }

    pub fn one(&self, name: &str) -> Option<&'a str> {
        self.request.query(name)
    }

    pub fn all(&self, name: &str) -> Vec<&'a str> {
        let request: &'a Request = self.request;
        request
            .query
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// A repeated parameter with a closed list of words.
    pub fn list(&self, name: &str, words: &[&str]) -> Result<Vec<&'a str>, Refusal> {
        let given = self.all(name);
        match given.iter().find(|value| !words.contains(value)) {
            Some(unknown) => Err(Refusal::invalid(format!("{name} cannot be {unknown}"))),
            None => Ok(given),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.one(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(Refusal::invalid(format!("{name} cannot be {other}"))),
        }
    }

    pub fn include(&self, known: &[&'static str]) -> Result<Include, Refusal> {
        Ok(Include::new(
            self.list("include[]", known)?
                .into_iter()
                .map(str::to_owned)
                .collect(),
        ))
    }

    pub fn time_zone(&self) -> Result<Option<TimeZone>, Refusal> {
        self.one("time_zone")
            .map(|name| {
                TimeZone::get(name)
                    .map_err(|_| Refusal::invalid(format!("Time zone {name} is invalid")))
            })
            .transpose()
    }

    /// A time with an offset, or one in the zone asked for, or in the account's, which is UTC.
    pub fn instant(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.one(name) else {
            return Ok(None);
        };
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Some(instant));
        }
        let zone = self.time_zone()?.unwrap_or(TimeZone::UTC);
        let civil = text.parse::<civil::DateTime>();
        match civil.and_then(|civil| civil.to_zoned_datetime(zone)) {
            Ok(zoned) => Ok(Some(zoned.timestamp())),
            Err(_) => Err(Refusal::invalid(format!(
                "{name} is not a valid time: {text}"
            ))),
        }
    }

    /// `since` and `until` of the incident list, which act on the time of creation. `None` for all of time.
    pub fn creation_range(
        &self,
        now: Timestamp,
    ) -> Result<Option<RangeInclusive<Timestamp>>, Refusal> {
        match self.one("date_range") {
            None => self.range(now).map(Some),
            Some("all") => Ok(None),
            Some(other) => Err(Refusal::invalid(format!("date_range cannot be {other}"))),
        }
    }

    /// `since` and `until`: a month back from now where left out, six months at most.
    pub fn range(&self, now: Timestamp) -> Result<RangeInclusive<Timestamp>, Refusal> {
        let until = self.instant("until")?.unwrap_or(now);
        let since = match self.instant("since")? {
            Some(since) => since,
            None => months_before(until, 1)?,
        };
        if since > until {
            return Err(Refusal::invalid("since must be before until"));
        }
        if since < months_before(until, 6)? {
            return Err(Refusal::invalid(
                "The range between since and until is at most 6 months",
            ));
        }
        Ok(since..=until)
    }

    pub fn incident_order(&self) -> Result<Order, Refusal> {
        Order::of(
            self.one("sort_by").unwrap_or("incident_number"),
            &["incident_number", "created_at", "resolved_at", "urgency"],
            2,
        )
    }

    pub fn alert_order(&self) -> Result<Order, Refusal> {
        Order::of(
            self.one("sort_by").unwrap_or("created_at"),
            &["created_at", "resolved_at"],
            1,
        )
    }
}

fn months_before(time: Timestamp, months: i32) -> Result<Timestamp, Refusal> {
    let zoned = time
        .to_zoned_datetime(TimeZone::UTC)
        .checked_sub(Span::new().months(months));
    zoned
        .map(|zoned| zoned.timestamp())
        .map_err(|error| Refusal::invalid(error.to_string()))
}

/// `sort_by`: up to two fields, each with a direction.
pub(super) struct Order {
    fields: Vec<(Field, bool)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Created,
    Resolved,
    Urgency,
}

impl Order {
    fn of(text: &str, known: &[&str], limit: usize) -> Result<Self, Refusal> {
        let mut fields = Vec::new();
        for part in text.split(',') {
            let (name, direction) = part.split_once(':').unwrap_or((part, "asc"));
            let field = match name {
                "incident_number" => Field::Number,
                "created_at" => Field::Created,
                "resolved_at" => Field::Resolved,
                "urgency" => Field::Urgency,
                _ => return Err(Refusal::invalid(format!("Sort by {name} is not supported"))),
            };
            if !known.contains(&name) || !["asc", "desc"].contains(&direction) {
                return Err(Refusal::invalid(format!("Sort by {part} is not supported")));
            }
            if fields.iter().any(|(before, _)| *before == field) {
                return Err(Refusal::invalid(format!("Sort by {name} is given twice")));
            }
            fields.push((field, direction == "desc"));
        }
        if fields.len() > limit {
            return Err(Refusal::invalid(format!("Sort by at most {limit} fields")));
        }
        Ok(Self { fields })
    }

    pub fn compare(&self, a: &Incident, b: &Incident) -> Ordering {
        let by_fields = self.fields.iter().map(|(field, is_descending)| {
            let ordering = match field {
                Field::Number => a.number.cmp(&b.number),
                Field::Created => a.created_at.cmp(&b.created_at),
                Field::Resolved => a.resolved_at.cmp(&b.resolved_at),
                // `high` is before `low` in the alphabet, but more in urgency.
                Field::Urgency => b.urgency.cmp(&a.urgency),
            };
            if *is_descending {
                ordering.reverse()
            } else {
                ordering
            }
        });
        by_fields
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| a.number.cmp(&b.number))
    }
}

/// `limit`, `offset` and `total`.
pub(super) struct Page {
    limit: usize,
    offset: usize,
    has_total: bool,
}

impl Page {
    pub fn of(parameters: &Parameters<'_>) -> Result<Self, Refusal> {
        let number = |name: &str, default: usize| match parameters.one(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| Refusal::invalid(format!("{name} must be a whole number"))),
        };
        let (limit, offset) = (number("limit", 25)?, number("offset", 0)?);
        if !(1..=PAGE_LIMIT).contains(&limit) {
            return Err(Refusal::invalid(format!(
                "limit must be between 1 and {PAGE_LIMIT}"
            )));
        }
        if offset.saturating_add(limit) > REACH {
            return Err(Refusal::invalid(format!(
                "Offset must be less than {REACH} - limit"
            )));
        }
        Ok(Self {
            limit,
            offset,
            has_total: parameters.flag("total")?,
        })
    }

    /// The page of these, rendered, with what tells of the rest.
    pub fn cut<T>(&self, name: &str, all: Vec<T>, render: impl Fn(T) -> Value) -> Value {
        let total = all.len();
        let page: Vec<Value> = all
            .into_iter()
            .skip(self.offset)
            .take(self.limit)
            .map(render)
            .collect();
        let mut body = json!({
            "limit": self.limit,
            "offset": self.offset,
            "more": self.offset + self.limit < total,
            "total": self.has_total.then_some(total),
        });
        body[name] = Value::Array(page);
        body
    }
}
