//! From somebody's JSON to an incident, by pointers.

use jiff::Timestamp;
use serde_json::Value;

use super::NAME;
use crate::playbook::incident::{
    EntryKind, Incident, IncidentId, Narrative, Part, Participant, Status, TimelineEntry,
    Visibility,
};
use crate::playbook::person::Person;
use crate::sources::counted;
use crate::sources::outside::{is_address, is_id, is_web};

/// How an incident is read. All pointers are JSON Pointers; what none leads to is not asked for.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Statuses that mean it is over; compared without regard to case.
    pub resolved_values: Vec<String>,
    /// Visibilities that mean it is private; compared without regard to case.
    pub private_values: Vec<String>,
    /// From an incident.
    pub incident: IncidentPointers,
    /// From an entry of its timeline.
    pub entry: EntryPointers,
    /// From somebody who took part.
    pub person: PersonPointers,
}

/// Where things stand in an incident.
#[derive(Clone, Debug)]
pub struct IncidentPointers {
    /// Its id, which never changes.
    pub id: String,
    /// What people call it; the id where it is left out.
    pub reference: Option<String>,
    /// What broke.
    pub title: String,
    /// Where people look at it.
    pub url: Option<String>,
    /// The service that was hit.
    pub service: Option<String>,
    /// How bad it was.
    pub severity: Option<String>,
    /// When customers first felt it.
    pub began_at: Option<String>,
    /// When it was opened.
    pub opened_at: String,
    /// When customers no longer felt it.
    pub mitigated_at: Option<String>,
    /// When it was over.
    pub resolved_at: String,
    /// Where it stands, in a word. Without it, an incident is over that has a time for it.
    pub status: Option<String>,
    /// Who may read about it.
    pub visibility: Option<String>,
    /// What happened and why.
    pub description: Option<String>,
    /// What customers felt.
    pub impact: Option<String>,
    /// Who leads it.
    pub lead: Option<String>,
    /// Those who worked on it: a list.
    pub responders: Option<String>,
    /// What happened: a list.
    pub timeline: Option<String>,
}

/// Where things stand in an entry of a timeline. Without `at` and `text` no entry is read.
#[derive(Clone, Debug)]
pub struct EntryPointers {
    /// When.
    pub at: Option<String>,
    /// What happened.
    pub text: Option<String>,
    /// Who or what did it.
    pub by: Option<String>,
    /// Where it is to be seen.
    pub url: Option<String>,
}

/// Where things stand in somebody who took part.
#[derive(Clone, Debug)]
pub struct PersonPointers {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub email: Option<String>,
}

impl Mapping {
    /// The id of a row, if it has one that can be used.
    pub(super) fn id(&self, row: &Value) -> Option<String> {
        let id = text(row.pointer(&self.incident.id)?)?;
        is_id(&id).then_some(id)
    }

    /// The incident a row means; what is not where it should be is among its gaps.
    ///
    /// # Errors
    /// What no reading can do without.
    pub(super) fn incident(&self, row: &Value) -> Result<Incident, String> {
        let pointers = &self.incident;
        let id = self.id(row).ok_or_else(|| {
            format!(
                "expected 1 to 64 letters, digits, dots, dashes and underscores at {}, for its id",
                pointers.id
            )
        })?;
        let needed = |at: &str, what: &str| format!("expected {what} at {at}");
        let title = row
            .pointer(&pointers.title)
            .and_then(text)
            .ok_or_else(|| needed(&pointers.title, "some text, for its title,"))?;
        let opened_at = row
            .pointer(&pointers.opened_at)
            .and_then(time)
            .ok_or_else(|| needed(&pointers.opened_at, "a time, for its opening,"))?;
        let mut fields = Fields {
            row,
            gaps: Vec::new(),
        };
        let status = self.status(&mut fields, opened_at)?;
        let visibility = self.visibility(&fields);
        let mut incident = Incident {
            url: fields
                .text(&pointers.url, "address")
                .filter(|url| is_web(url)),
            service: fields
                .text(&pointers.service, "service")
                .unwrap_or_default(),
            severity: fields.text(&pointers.severity, "severity"),
            began_at: fields.time(&pointers.began_at, "beginning"),
            mitigated_at: fields.time(&pointers.mitigated_at, "mitigation"),
            narrative: Narrative {
                description: fields.text(&pointers.description, "description"),
                impact: fields.text(&pointers.impact, "impact"),
                ..Narrative::default()
            },
            participants: self.participants(&mut fields),
            timeline: self.timeline(&mut fields),
            visibility,
            ..Incident::listed(
                IncidentId::new(NAME, &id),
                fields.text(&pointers.reference, "reference").unwrap_or(id),
                title,
                opened_at,
                status,
            )
        };
        incident.gaps = fields.gaps;
        Ok(incident)
    }

    fn status(&self, fields: &mut Fields<'_>, opened_at: Timestamp) -> Result<Status, String> {
        let pointers = &self.incident;
        let resolved_at = fields.time(&Some(pointers.resolved_at.clone()), "end");
        let is_over = match &pointers.status {
            None => resolved_at.is_some(),
            Some(pointer) => {
                let word = fields.row.pointer(pointer).and_then(text);
                word.is_some_and(|word| is_among(&word, &self.resolved_values))
            }
        };
        match resolved_at {
            _ if !is_over => Ok(Status::Open),
            Some(at) if at < opened_at => Err(format!(
                "expected no time before its opening at {}",
                pointers.resolved_at
            )),
            Some(at) => Ok(Status::Resolved { at }),
            // Without a time nothing can be due: somebody has to be told.
            None => Err(format!(
                "its status says it is over: expected a time at {}",
                pointers.resolved_at
            )),
        }
    }

    /// What cannot be told is private: a page too few people can read is mended more easily than one too many have read.
    fn visibility(&self, fields: &Fields<'_>) -> Visibility {
        let Some(pointer) = &self.incident.visibility else {
            return Visibility::Company;
        };
        match fields.row.pointer(pointer) {
            None | Some(Value::Null | Value::Bool(false)) => Visibility::Company,
            Some(Value::String(word)) if !is_among(word, &self.private_values) => {
                Visibility::Company
            }
            Some(
                Value::Bool(true)
                | Value::String(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => Visibility::Private,
        }
    }

    /// The lead first. Whoever is named twice keeps the first part.
    fn participants(&self, fields: &mut Fields<'_>) -> Vec<Participant> {
        let pointers = &self.incident;
        let lead = fields.value(&pointers.lead, "lead").into_iter();
        let lead = lead.map(|value| (value, Part::Lead));
        let responders = fields.list(&pointers.responders, "responders").iter();
        let responders = responders.map(|value| (value, Part::Responder));
        let mut unknown = 0;
        let mut participants: Vec<Participant> = Vec::new();
        for (value, part) in lead.chain(responders) {
            let Some(person) = self.somebody(value) else {
                unknown += 1;
                continue;
            };
            let is_known = participants.iter().any(|known| {
                let same_name = known.person.name == person.name;
                match (&known.person.email, &person.email) {
                    (Some(one), Some(other)) => one == other,
                    (None, None) => same_name,
                    (Some(_), None) | (None, Some(_)) => false,
                }
            });
            if !is_known {
                participants.push(Participant {
                    person,
                    part,
                    contributions: 1,
                });
            }
        }
        if unknown > 0 {
            let people = counted(unknown, "person", "people");
            fields
                .gaps
                .push(format!("{people} who took part could not be understood"));
        }
        participants
    }

    fn somebody(&self, value: &Value) -> Option<Person> {
        let at = |pointer: &Option<String>| text(value.pointer(pointer.as_deref()?)?);
        let (name, email) = match value {
            Value::String(word) if is_address(word.trim()) => (None, Some(word.clone())),
            Value::String(word) => (Some(word.clone()), None),
            Value::Object(_) => (at(&self.person.name), at(&self.person.email)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
        };
        let email = email
            .map(|email| email.trim().to_lowercase())
            .filter(|email| is_address(email));
        let name = name.filter(|name| !name.trim().is_empty());
        Some(Person {
            name: name.or_else(|| email.clone())?,
            email,
            ..Person::default()
        })
    }

    /// Oldest first.
    fn timeline(&self, fields: &mut Fields<'_>) -> Vec<TimelineEntry> {
        let EntryPointers {
            at,
            text: said,
            by,
            url,
        } = &self.entry;
        let (Some(at), Some(said)) = (at, said) else {
            return Vec::new();
        };
        let mut timeline = Vec::new();
        let mut unknown = 0;
        for value in fields.list(&self.incident.timeline, "timeline") {
            let optional = |pointer: &Option<String>| text(value.pointer(pointer.as_deref()?)?);
            let entry = value.pointer(at).and_then(time);
            let Some((at, words)) = entry.zip(value.pointer(said).and_then(text)) else {
                unknown += 1;
                continue;
            };
            timeline.push(TimelineEntry {
                url: optional(url).filter(|url| is_web(url)),
                ..TimelineEntry::new(at, EntryKind::Other, optional(by), words)
            });
        }
        if unknown > 0 {
            let entries = counted(unknown, "entry", "entries");
            fields
                .gaps
                .push(format!("{entries} of the timeline could not be understood"));
        }
        timeline.sort_by_key(|entry| entry.at);
        timeline
    }
}

fn is_among(word: &str, words: &[String]) -> bool {
    let word = word.trim().to_lowercase();
    words.iter().any(|known| known.to_lowercase() == word)
}

/// A row, and what of it was not where it should be.
struct Fields<'r> {
    row: &'r Value,
    gaps: Vec<String>,
}

impl<'r> Fields<'r> {
    /// What a pointer leads to. A null is nothing; nothing at all is a gap.
    fn value(&mut self, pointer: &Option<String>, what: &str) -> Option<&'r Value> {
        let pointer = pointer.as_deref()?;
        let value = self.row.pointer(pointer);
        if value.is_none() {
            self.gaps.push(format!(
                "the record has nothing at {pointer}, for its {what}"
            ));
        }
        value.filter(|value| !value.is_null())
    }

    fn read<T>(
        &mut self,
        pointer: &Option<String>,
        what: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(pointer, what)?;
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let found = read(value);
        if let (None, Some(pointer)) = (&found, pointer) {
            self.gaps.push(format!(
                "the record has something else at {pointer} than its {what}"
            ));
        }
        found
    }

    fn text(&mut self, pointer: &Option<String>, what: &str) -> Option<String> {
        self.read(pointer, what, text)
    }

    fn time(&mut self, pointer: &Option<String>, what: &str) -> Option<Timestamp> {
        self.read(pointer, what, time)
    }

    fn list(&mut self, pointer: &Option<String>, what: &str) -> &'r [Value] {
        let list = self.value(pointer, what).map(Value::as_array);
        match (list, pointer) {
            (Some(Some(list)), _) => list,
            (Some(None), Some(pointer)) => {
                self.gaps.push(format!(
                    "the record has no list at {pointer}, for its {what}"
                ));
                &[]
            }
            (Some(None), None) | (None, _) => &[],
        }
    }
}

/// A text that is not blank; a number or a truth as it is written.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.trim().to_owned()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Smaller numbers are no times: as seconds they would lie before 1973.
const FIRST_SECOND: f64 = 1e8;

/// From here on, numbers are milliseconds: as seconds they would lie in the year 5138.
const FIRST_MILLISECOND: f64 = 1e11;

/// RFC 3339, or seconds or milliseconds since 1970, as a number or its digits.
fn time(value: &Value) -> Option<Timestamp> {
    let digits = match value {
        Value::String(text) => match text.trim().parse::<Timestamp>() {
            Ok(at) => return Some(at),
            Err(_) => text.trim().to_owned(),
        },
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let number: f64 = digits.parse().ok()?;
    if number < FIRST_SECOND {
        return None;
    }
    // Whole numbers exactly: a float of that size is off by some nanoseconds.
    match digits.parse::<i64>() {
        Ok(whole) if number < FIRST_MILLISECOND => Timestamp::from_second(whole).ok(),
        Ok(whole) => Timestamp::from_millisecond(whole).ok(),
        Err(_) => {
            let in_seconds = if number < FIRST_MILLISECOND {
                number
            } else {
                number / 1000.0
            };
            let duration = jiff::SignedDuration::try_from_secs_f64(in_seconds).ok()?;
            Timestamp::from_duration(duration).ok()
        }
    }
}
