//! Opsgenie's incident API, emulated as far as one reads it. <https://docs.opsgenie.com/docs/incident-api>
//!
//! Stricter than life in one respect: a parameter that the reference does not name is refused, not ignored.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::{
    seed::{OpsgenieIncident, Person, Seed, fingerprint},
    wire::{Reply, Request, Vendor},
};

/// The only key there is.
const KEY: &str = "GenieKey sandbox-opsgenie-key";

/// As long as a page of incidents or of a timeline may be.
const LONGEST_PAGE: usize = 100;

/// As long as a page of users may be.
const LONGEST_LIST_OF_USERS: usize = 500;

/// An account.
#[derive(Debug, Default)]
pub struct Opsgenie {
    people: Vec<Person>,
    /// In the order of their numbers.
    incidents: Vec<Incident>,
}

#[derive(Debug)]
struct Incident {
    id: String,
    number: usize,
    seed: OpsgenieIncident,
}

/// Why a request is refused, in Opsgenie's words.
#[derive(Debug)]
struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 422,
            message: message.into(),
        }
    }

    fn not_found(what: &str) -> Self {
        Self {
            status: 404,
            message: format!("{what} does not exist."),
        }
    }
}

fn service_id(name: &str) -> String {
    format!("service-{}", fingerprint(name, 12).to_lowercase())
}

fn user_id(person: &Person) -> String {
    format!("user-{}", fingerprint(&person.email, 12).to_lowercase())
}

impl Incident {
    fn touched_at(&self) -> Timestamp {
        let told = self.seed.timeline.iter().map(|entry| entry.at);
        let times = told.chain(self.seed.resolved_at).max();
        times.unwrap_or(self.seed.created_at)
    }

    fn status(&self) -> &'static str {
        match self.seed.resolved_at {
            Some(_) => "resolved",
            None => "open",
        }
    }

    fn shape(&self, people: &[Person]) -> Value {
        let seed = &self.seed;
        let called = people
            .iter()
            .filter(|person| seed.responders.contains(&person.email));
        let services: Vec<String> = seed.services.iter().map(|name| service_id(name)).collect();
        json!({
            "id": self.id,
            "serviceId": services.first(),
            "tinyId": self.number.to_string(),
            "message": seed.message,
            "description": seed.description.clone().unwrap_or_default(),
            "status": self.status(),
            "tags": [],
            "createdAt": seed.created_at,
            "updatedAt": self.touched_at(),
            "priority": seed.priority.as_deref().unwrap_or("P3"),
            "ownerTeam": "",
            "impactedServices": services,
            "responders": called.map(|person| json!({"type": "user", "id": user_id(person)})).collect::<Vec<_>>(),
            "extraProperties": {},
            "impactStartDate": seed.began_at,
            "impactEndDate": seed.mitigated_at,
            "links": {"web": format!("https://example.app.opsgenie.com/incident/detail/{}", self.id)},
        })
    }
}

impl Opsgenie {
    /// An account with nobody in it.
    pub fn new() -> Self {
        Self::default()
    }

    fn respond(&self, request: &Request) -> Result<Value, Refusal> {
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        if request.method != "GET" {
            return Err(Refusal::invalid("the sandbox's Opsgenie is read only"));
        }
        match path.as_slice() {
            ["v1", "incidents"] => self.list(request),
            ["v1", "incidents", id] => {
                knows_only(request, &["identifierType"])?;
                let incident = self.incident(id)?;
                Ok(json!({"data": incident.shape(&self.people)}))
            }
            ["v1", "incidents", id, "logs"] => self.log(request, id),
            ["v2", "incident-timelines", id, "entries"] => self.timeline(request, id),
            ["v1", "services", id] => {
                knows_only(request, &[])?;
                let mut names = self.incidents.iter().flat_map(|one| &one.seed.services);
                let name = names.find(|name| service_id(name) == *id);
                let name = name.ok_or_else(|| Refusal::not_found("Service"))?;
                Ok(json!({"data": {"id": id, "name": name}}))
            }
            ["v2", "users"] => self.users(request),
            _ => Err(Refusal::not_found("The path")),
        }
    }

    fn incident(&self, id: &str) -> Result<&Incident, Refusal> {
        let mut incidents = self.incidents.iter();
        let found = incidents.find(|incident| incident.id == id);
        found.ok_or_else(|| Refusal::not_found("Incident"))
    }

    /// Latest opened first.
    fn list(&self, request: &Request) -> Result<Value, Refusal> {
        knows_only(request, &["query", "sort", "order", "limit", "offset"])?;
        let query = request.query("query").unwrap_or_default();
        // The search language as far as it is spoken here: a status, and a priority beside it.
        let (status, rest) = query.split_once(" AND ").unwrap_or((query, ""));
        let status = status.strip_prefix("status:").map(str::trim);
        let status = status.filter(|status| ["open", "resolved", "closed"].contains(status));
        let status = status.ok_or_else(|| Refusal::invalid("query: expected status: open"))?;
        let rest = rest.trim_matches(['(', ')', ' ']);
        let priority = rest.strip_prefix("priority:").map(str::trim);
        if priority.is_none() && !rest.is_empty() {
            return Err(Refusal::invalid("query: not understood by the sandbox"));
        }
        if request.query("sort") != Some("createdAt") || request.query("order") != Some("desc") {
            return Err(Refusal::invalid("the sandbox sorts by createdAt, desc"));
        }
        let mut found: Vec<&Incident> = self
            .incidents
            .iter()
            .filter(|incident| incident.status() == status)
            .filter(|incident| {
                let own = incident.seed.priority.as_deref().unwrap_or("P3");
                priority.is_none_or(|priority| priority == own)
            })
            .collect();
        found.sort_by_key(|incident| std::cmp::Reverse(incident.seed.created_at));
        let (from, length) = page(request, LONGEST_PAGE)?;
        let total = found.len();
        let rows = found.into_iter().skip(from).take(length);
        let rows: Vec<Value> = rows.map(|one| one.shape(&self.people)).collect();
        Ok(json!({"data": rows, "paging": {}, "totalCount": total}))
    }

    fn timeline(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        knows_only(
            request,
            &["group", "discardHidden", "offset", "order", "limit"],
        )?;
        let incident = self.incident(id)?;
        let (from, length) = page(request, LONGEST_PAGE)?;
        let entries = incident.seed.timeline.iter().enumerate();
        let entries: Vec<Value> = entries
            .skip(from)
            .take(length)
            .map(|(n, entry)| {
                let person = self.person(entry.by.as_deref());
                json!({
                    "id": format!("{id}-{n}"),
                    "group": "incident",
                    "type": entry.kind,
                    "eventTime": entry.at,
                    "hidden": false,
                    "actor": {
                        "name": person.map_or("System", |person| &person.name),
                        "type": if person.is_some() { "user" } else { "system" },
                    },
                    "description": {"name": entry.text, "type": "text"},
                })
            })
            .collect();
        let next = from + entries.len();
        let more = next < incident.seed.timeline.len();
        let next = if more {
            next.to_string()
        } else {
            String::new()
        };
        Ok(json!({"data": {"entries": entries, "nextOffset": next}}))
    }

    fn log(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        knows_only(
            request,
            &["identifierType", "limit", "offset", "order", "direction"],
        )?;
        let incident = self.incident(id)?;
        let rows = incident.seed.timeline.iter().enumerate().map(|(n, entry)| {
            json!({
                "log": entry.text,
                "type": "system",
                "owner": entry.by.as_deref().unwrap_or("System"),
                "createdAt": entry.at,
                "offset": n.to_string(),
            })
        });
        Ok(json!({"data": rows.collect::<Vec<_>>(), "paging": {}}))
    }

    fn users(&self, request: &Request) -> Result<Value, Refusal> {
        knows_only(request, &["limit", "offset", "sort", "order", "query"])?;
        let (from, length) = page(request, LONGEST_LIST_OF_USERS)?;
        let users = self.people.iter().skip(from).take(length).map(|person| {
            json!({
                "id": user_id(person),
                "username": person.email,
                "fullName": person.name,
                "timeZone": person.time_zone.as_deref().unwrap_or("Etc/UTC"),
                "role": {"id": "User", "name": "User"},
            })
        });
        Ok(json!({"data": users.collect::<Vec<_>>(), "totalCount": self.people.len()}))
    }

    fn person(&self, email: Option<&str>) -> Option<&Person> {
        let email = email?;
        self.people.iter().find(|person| person.email == email)
    }
}

fn knows_only(request: &Request, names: &[&str]) -> Result<(), Refusal> {
    let mut asked = request.query.iter();
    match asked.find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::invalid(format!("unknown parameter {name}"))),
        None => Ok(()),
    }
}

/// From where, and how many.
fn page(request: &Request, longest: usize) -> Result<(usize, usize), Refusal> {
    let number = |name: &str, otherwise: usize| match request.query(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::invalid(format!("{name} is no number"))),
    };
    let (from, length) = (number("offset", 0)?, number("limit", 20)?);
    if length == 0 || length > longest {
        return Err(Refusal::invalid(format!(
            "limit must be from 1 to {longest}"
        )));
    }
    Ok((from, length))
}

impl Vendor for Opsgenie {
    fn name(&self) -> &'static str {
        "opsgenie"
    }

    fn serves(&self, path: &str) -> bool {
        const ROOMS: [&str; 4] = [
            "/v1/incidents",
            "/v1/services",
            "/v2/incident-timelines",
            "/v2/users",
        ];
        ROOMS.iter().any(|room| {
            path.strip_prefix(room)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        let outcome = if request.header("authorization") == Some(KEY) {
            self.respond(request)
        } else {
            Err(Refusal {
                status: 401,
                message: "Could not authenticate".to_owned(),
            })
        };
        let request_id = fingerprint(&format!("{}{now}", request.path), 32).to_lowercase();
        let (status, mut body) = match outcome {
            Ok(body) => (200, body),
            Err(Refusal { status, message }) => (status, json!({ "message": message })),
        };
        body["took"] = json!(0.01);
        body["requestId"] = json!(request_id);
        Reply::json(status, &body)
    }

    fn world(&self) -> Value {
        let incidents = self.incidents.iter();
        let incidents: Vec<Value> = incidents.map(|one| one.shape(&self.people)).collect();
        json!({"opsgenie": {"incidents": incidents}})
    }

    fn seed(&mut self, seed: &Seed, _now: Timestamp) -> Result<(), String> {
        for person in &seed.people {
            self.people.retain(|known| known.email != person.email);
            self.people.push(person.clone());
        }
        for incident in &seed.opsgenie {
            let mut named = (incident.responders.iter()).chain(
                incident
                    .timeline
                    .iter()
                    .filter_map(|entry| entry.by.as_ref()),
            );
            if let Some(nobody) = named.find(|email| self.person(Some(email)).is_none()) {
                return Err(format!("nobody has the address {nobody}"));
            }
            let id = incident.id.clone().unwrap_or_else(|| {
                let text = format!("{}/{}", incident.message, incident.created_at);
                fingerprint(&text, 32).to_lowercase()
            });
            match self.incidents.iter_mut().find(|known| known.id == id) {
                Some(known) => known.seed = incident.clone(),
                None => self.incidents.push(Incident {
                    id,
                    number: self.incidents.len() + 1,
                    seed: incident.clone(),
                }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
