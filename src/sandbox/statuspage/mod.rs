//! Statuspage's API, emulated as far as one reads incidents. <https://developer.statuspage.io/>
//!
//! Stricter than life in one respect: a parameter that the description does not name is refused, not ignored.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::{
    seed::{Seed, StatuspageIncident, StatuspageUpdate, fingerprint},
    wire::{Reply, Request, Vendor},
};

/// The only key there is.
const KEY: &str = "OAuth sandbox-statuspage-key";

/// The only page there is.
const PAGE: &str = "sandboxpage1";

const LONGEST_PAGE: usize = 100;

const STATUSES: [&str; 9] = [
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "postmortem",
    "scheduled",
    "in_progress",
    "verifying",
    "completed",
];

/// A page.
#[derive(Debug, Default)]
pub struct Statuspage {
    incidents: Vec<Incident>,
}

#[derive(Debug)]
struct Incident {
    id: String,
    seed: StatuspageIncident,
}

/// Why a request is refused.
#[derive(Debug)]
struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

impl Incident {
    fn last(&self) -> Option<&StatuspageUpdate> {
        self.seed.updates.iter().max_by_key(|update| update.at)
    }

    fn status(&self) -> &str {
        self.last().map_or("investigating", |update| &update.status)
    }

    fn is_resolved(&self) -> bool {
        ["resolved", "postmortem", "completed"].contains(&self.status())
    }

    fn first(&self, status: &str) -> Option<Timestamp> {
        let updates = self.seed.updates.iter();
        let times = updates.filter(|update| update.status == status);
        times.map(|update| update.at).min()
    }

    fn shape(&self) -> Value {
        let seed = &self.seed;
        let mut updates: Vec<&StatuspageUpdate> = seed.updates.iter().collect();
        updates.sort_by_key(|update| std::cmp::Reverse(update.at));
        let updates = updates.into_iter().map(|update| {
            json!({
                "id": fingerprint(&format!("{}/{}", self.id, update.at), 12).to_lowercase(),
                "incident_id": self.id,
                "affected_components": [],
                "body": update.body,
                "created_at": update.at,
                "display_at": update.at,
                "updated_at": update.at,
                "status": update.status,
                "deliver_notifications": true,
            })
        });
        let components = seed.components.iter().map(|name| {
            json!({
                "id": fingerprint(name, 12).to_lowercase(),
                "page_id": PAGE,
                "name": name,
                "status": "operational",
            })
        });
        json!({
            "id": self.id,
            "page_id": PAGE,
            "name": seed.name,
            "status": self.status(),
            "impact": seed.impact.as_deref().unwrap_or("minor"),
            "components": components.collect::<Vec<_>>(),
            "created_at": seed.created_at,
            "updated_at": self.last().map_or(seed.created_at, |update| update.at),
            "monitoring_at": self.first("monitoring"),
            "resolved_at": self.first("resolved").filter(|_| self.is_resolved()),
            "scheduled_for": seed.scheduled_at,
            "shortlink": format!("https://stspg.example.com/{}", self.id),
            "incident_updates": updates.collect::<Vec<_>>(),
        })
    }
}

impl Statuspage {
    /// A page without incidents.
    pub fn new() -> Self {
        Self::default()
    }

    fn respond(&self, request: &Request) -> Result<Value, Refusal> {
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        if request.method != "GET" {
            return Err(Refusal::new(405, "the sandbox's Statuspage is read only"));
        }
        match path.as_slice() {
            ["v1", "pages", PAGE, "incidents"] => {
                self.list(request, &["q", "limit", "page"], "limit", |_| true)
            }
            ["v1", "pages", PAGE, "incidents", "unresolved"] => {
                self.list(request, &["page", "per_page"], "per_page", |incident| {
                    !incident.is_resolved()
                })
            }
            ["v1", "pages", PAGE, "incidents", id] => {
                let mut incidents = self.incidents.iter();
                let found = incidents.find(|incident| incident.id == *id);
                found
                    .map(Incident::shape)
                    .ok_or_else(|| Refusal::new(404, "not found"))
            }
            _ => Err(Refusal::new(404, "not found")),
        }
    }

    /// Newest first; pages count from 1.
    fn list(
        &self,
        request: &Request,
        names: &[&str],
        length: &str,
        fits: impl Fn(&Incident) -> bool,
    ) -> Result<Value, Refusal> {
        let mut asked = request.query.iter();
        if let Some((name, _)) = asked.find(|(name, _)| !names.contains(&name.as_str())) {
            return Err(Refusal::new(400, format!("{name} is unknown")));
        }
        let number = |name: &str, otherwise: usize| match request.query(name) {
            None => Ok(otherwise),
            Some(text) => match text.parse() {
                Ok(number) if number > 0 => Ok(number),
                Ok(_) | Err(_) => Err(Refusal::new(400, format!("{name} is invalid"))),
            },
        };
        let length = number(length, LONGEST_PAGE)?.min(LONGEST_PAGE);
        let page = number("page", 1)?;
        let mut found: Vec<&Incident> = self.incidents.iter().filter(|one| fits(one)).collect();
        found.sort_by_key(|incident| std::cmp::Reverse(incident.seed.created_at));
        let rows = found.into_iter().skip((page - 1) * length).take(length);
        Ok(rows.map(Incident::shape).collect())
    }
}

impl Vendor for Statuspage {
    fn name(&self) -> &'static str {
        "statuspage"
    }

    fn serves(&self, path: &str) -> bool {
        path.starts_with("/v1/pages/")
    }

    fn answer(&mut self, request: &Request, _now: Timestamp) -> Reply {
        let outcome = if request.header("authorization") == Some(KEY) {
            self.respond(request)
        } else {
            Err(Refusal::new(401, "Could not authenticate"))
        };
        match outcome {
            Ok(body) => Reply::json(200, &body),
            Err(Refusal { status, message }) => Reply::json(status, &json!({ "message": message })),
        }
    }

    fn world(&self) -> Value {
        let incidents: Vec<Value> = self.incidents.iter().map(Incident::shape).collect();
        json!({"statuspage": {"incidents": incidents}})
    }

    fn seed(&mut self, seed: &Seed, _now: Timestamp) -> Result<(), String> {
        for incident in &seed.statuspage {
            let mut updates = incident.updates.iter();
            if let Some(odd) = updates.find(|update| !STATUSES.contains(&update.status.as_str())) {
                let known = STATUSES.join(", ");
                return Err(format!("status {:?} is none of {known}", odd.status));
            }
            let id = incident.id.clone().unwrap_or_else(|| {
                let text = format!("{}/{}", incident.name, incident.created_at);
                fingerprint(&text, 12).to_lowercase()
            });
            match self.incidents.iter_mut().find(|known| known.id == id) {
                Some(known) => known.seed = incident.clone(),
                None => self.incidents.push(Incident {
                    id,
                    seed: incident.clone(),
                }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
