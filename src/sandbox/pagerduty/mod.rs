//! PagerDuty's REST API v2, emulated: reading incidents, their logs, notes and alerts, people and services, and
//! writing notes. <https://developer.pagerduty.com/api-reference>
//!
//! Stricter than life in one respect: a parameter that the reference does not name is refused, not ignored.

mod account;
mod query;
mod shapes;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::{
    account::{Account, Incident},
    query::{Page, Parameters},
    shapes::{Include, Shapes},
};
use crate::sandbox::{
    seed::Seed,
    wire::{Reply, Request, Vendor},
};

/// The only key there is; an account's, so that `/users/me` knows nobody by it.
const KEY: &str = "sandbox-pagerduty-key";

/// <https://developer.pagerduty.com/docs/rest-api-rate-limits>
const CALLS_A_MINUTE: i64 = 960;

const ACCEPTED: &str = "application/vnd.pagerduty+json;version=2";

/// An account and its API.
#[derive(Debug, Default)]
pub struct PagerDuty {
    account: Account,
    window: Window,
}

/// The minute under way, and how many calls it has seen.
#[derive(Debug, Default)]
struct Window {
    began: Timestamp,
    calls: i64,
}

/// Why a request is refused, in PagerDuty's words.
#[derive(Debug)]
struct Refusal {
    status: u16,
    code: u16,
    message: &'static str,
    errors: Vec<String>,
}

impl Refusal {
    fn invalid(error: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: 2001,
            message: "Invalid Input Provided",
            errors: vec![error.into()],
        }
    }

    fn not_found() -> Self {
        Self {
            status: 404,
            code: 2100,
            message: "Not Found",
            errors: Vec::new(),
        }
    }

    fn reply(&self) -> Reply {
        let mut error = json!({"message": self.message, "code": self.code});
        if !self.errors.is_empty() {
            error["errors"] = json!(self.errors);
        }
        Reply::json(self.status, &json!({"error": error}))
    }
}

/// Who asks, as far as the credential tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// An account's key: no user.
    Account,
    /// A token that stands for a user.
    User,
}

impl PagerDuty {
    /// An account with priorities, one team and one escalation policy, and nobody in it.
    pub fn new() -> Self {
        Self::default()
    }

    fn respond(
        &mut self,
        request: &Request,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        // The reference asks for the header; without it the version of the account's age is used, which may be 1.
        if request
            .header("accept")
            .is_none_or(|accept| accept.replace(' ', "") != ACCEPTED)
        {
            return Err(Refusal::invalid(format!("Accept must be {ACCEPTED}")));
        }
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), path.as_slice()) {
            ("GET", ["incidents"]) => self.list_incidents(request, now),
            ("GET", ["incidents", id]) => self.one_incident(request, id),
            ("GET", ["incidents", id, "log_entries"]) => self.log_of(request, id),
            ("GET", ["incidents", id, "notes"]) => self.notes_of(request, id),
            ("POST", ["incidents", id, "notes"]) => self.add_note(request, id, now),
            ("GET", ["incidents", id, "alerts"]) => self.alerts_of(request, id),
            ("GET", ["log_entries"]) => self.whole_log(request, now),
            ("GET", ["users"]) => self.list_users(request),
            ("GET", ["users", "me"]) => self.current_user(request, caller),
            ("GET", ["users", id]) => self.one_user(request, id),
            ("GET", ["services"]) => self.list_services(request),
            ("GET", ["services", id]) => self.one_service(request, id),
            ("GET", ["priorities"]) => self.list_priorities(request),
            ("GET", ["abilities"]) => {
                Parameters::of(request, &[])?;
                Ok(
                    json!({"abilities": ["teams", "urgencies", "response_operations", "manage_schedules"]}),
                )
            }
            _ => Err(Refusal::not_found()),
        }
    }

    fn list_incidents(&self, request: &Request, now: Timestamp) -> Result<Value, Refusal> {
        const NAMES: [&str; 15] = [
            "limit",
            "offset",
            "total",
            "date_range",
            "incident_key",
            "service_ids[]",
            "team_ids[]",
            "user_ids[]",
            "urgencies[]",
            "time_zone",
            "statuses[]",
            "sort_by",
            "include[]",
            "since",
            "until",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let page = Page::of(&parameters)?;
        let shapes = Shapes::new(
            &self.account,
            parameters.include(Include::OF_INCIDENTS)?,
            parameters.time_zone()?,
        );
        let statuses = parameters.list("statuses[]", &["triggered", "acknowledged", "resolved"])?;
        let urgencies = parameters.list("urgencies[]", &["high", "low"])?;
        let services = parameters.all("service_ids[]");
        let teams = parameters.all("team_ids[]");
        let users = parameters.all("user_ids[]");
        let order = parameters.incident_order()?;
        let range = parameters.creation_range(now)?;
        let mut found: Vec<&Incident> = self
            .account
            .incidents
            .iter()
            .filter(|incident| {
                range
                    .as_ref()
                    .is_none_or(|range| range.contains(&incident.created_at))
            })
            .filter(|incident| statuses.is_empty() || statuses.contains(&incident.status.word()))
            .filter(|incident| {
                urgencies.is_empty() || urgencies.contains(&incident.urgency.as_str())
            })
            .filter(|incident| services.is_empty() || services.contains(&incident.service.as_str()))
            .filter(|_| teams.is_empty() || teams.contains(&account::TEAM_ID))
            .filter(|incident| {
                parameters
                    .one("incident_key")
                    .is_none_or(|key| key == incident.key())
            })
            // A resolved incident is assigned to nobody, so it is never found by a person.
            .filter(|incident| {
                users.is_empty()
                    || incident
                        .assignees()
                        .iter()
                        .any(|id| users.contains(&id.as_str()))
            })
            .collect();
        found.sort_by(|a, b| order.compare(a, b));
        Ok(page.cut("incidents", found, |incident| shapes.incident(incident)))
    }

    fn one_incident(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        let parameters = Parameters::of(request, &["include[]"])?;
        let include = parameters.include(Include::OF_INCIDENT)?;
        let incident = self
            .account
            .incident(id)
            .or_else(|| self.account.incident_numbered(id));
        let incident = incident.ok_or_else(Refusal::not_found)?;
        Ok(json!({"incident": Shapes::new(&self.account, include, None).incident(incident)}))
    }

    fn log_of(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        const NAMES: [&str; 8] = [
            "limit",
            "offset",
            "total",
            "time_zone",
            "since",
            "until",
            "is_overview",
            "include[]",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let incident = self.account.incident(id).ok_or_else(Refusal::not_found)?;
        let (since, until) = (parameters.instant("since")?, parameters.instant("until")?);
        self.log(&parameters, &[incident], since, until)
    }

    fn whole_log(&self, request: &Request, now: Timestamp) -> Result<Value, Refusal> {
        const NAMES: [&str; 9] = [
            "limit",
            "offset",
            "total",
            "time_zone",
            "since",
            "until",
            "is_overview",
            "include[]",
            "team_ids[]",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let teams = parameters.all("team_ids[]");
        let incidents: Vec<&Incident> = if teams.is_empty() || teams.contains(&account::TEAM_ID) {
            self.account.incidents.iter().collect()
        } else {
            Vec::new()
        };
        let range = parameters.range(now)?;
        self.log(
            &parameters,
            &incidents,
            Some(*range.start()),
            Some(*range.end()),
        )
    }

    /// Newest first, as the API gives them.
    fn log(
        &self,
        parameters: &Parameters<'_>,
        incidents: &[&Incident],
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Value, Refusal> {
        let page = Page::of(parameters)?;
        let shapes = Shapes::new(
            &self.account,
            parameters.include(Include::OF_LOG)?,
            parameters.time_zone()?,
        );
        let is_overview = parameters.flag("is_overview")?;
        let mut found: Vec<_> = incidents
            .iter()
            .flat_map(|incident| incident.log.iter().map(move |entry| (*incident, entry)))
            .filter(|(_, entry)| since.is_none_or(|since| entry.at >= since))
            .filter(|(_, entry)| until.is_none_or(|until| entry.at <= until))
            .filter(|(_, entry)| !is_overview || entry.is_important())
            .collect();
        found.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.at));
        Ok(page.cut("log_entries", found, |(incident, entry)| {
            shapes.log_entry(incident, entry)
        }))
    }

    fn notes_of(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        Parameters::of(request, &[])?;
        let incident = self.account.incident(id).ok_or_else(Refusal::not_found)?;
        let shapes = Shapes::new(&self.account, Include::default(), None);
        let notes: Vec<Value> = incident
            .notes
            .iter()
            .map(|note| shapes.note(note))
            .collect();
        Ok(json!({"notes": notes}))
    }

    fn add_note(&mut self, request: &Request, id: &str, now: Timestamp) -> Result<Value, Refusal> {
        Parameters::of(request, &[])?;
        let content = note_content(request)?;
        let from = request
            .header("from")
            .ok_or_else(|| Refusal::invalid("From header is required"))?;
        // https://developer.pagerduty.com/docs/errors: 1008 is its own code for a From that nobody has.
        let author = self
            .account
            .person_by_email(from)
            .map(|person| person.id.clone())
            .ok_or_else(|| Refusal {
                status: 400,
                code: 1008,
                message: "Requester User Not Found",
                errors: Vec::new(),
            })?;
        let note = self.account.add_note(id, &author, &content, now)?;
        Ok(json!({"note": Shapes::new(&self.account, Include::default(), None).note(&note)}))
    }

    fn alerts_of(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        const NAMES: [&str; 7] = [
            "limit",
            "offset",
            "total",
            "alert_key",
            "statuses[]",
            "sort_by",
            "include[]",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let page = Page::of(&parameters)?;
        let statuses = parameters.list("statuses[]", &["triggered", "resolved"])?;
        let shapes = Shapes::new(&self.account, parameters.include(Include::OF_ALERTS)?, None);
        let incident = self.account.incident(id).ok_or_else(Refusal::not_found)?;
        let mut found: Vec<&Incident> = self
            .account
            .alerting(incident)
            .into_iter()
            .filter(|source| statuses.is_empty() || statuses.contains(&source.status.alert_word()))
            .filter(|source| {
                parameters
                    .one("alert_key")
                    .is_none_or(|key| key == source.key())
            })
            .collect();
        let order = parameters.alert_order()?;
        found.sort_by(|a, b| order.compare(a, b));
        Ok(page.cut("alerts", found, |source| shapes.alert(incident, source)))
    }

    fn list_users(&self, request: &Request) -> Result<Value, Refusal> {
        let parameters = Parameters::of(
            request,
            &[
                "query",
                "team_ids[]",
                "limit",
                "offset",
                "total",
                "include[]",
            ],
        )?;
        let page = Page::of(&parameters)?;
        let shapes = Shapes::new(&self.account, parameters.include(Include::OF_USERS)?, None);
        let wanted = parameters.one("query").unwrap_or_default().to_lowercase();
        let teams = parameters.all("team_ids[]");
        let found: Vec<_> = self
            .account
            .people
            .iter()
            .filter(|person| {
                format!("{}\n{}", person.name, person.email)
                    .to_lowercase()
                    .contains(&wanted)
            })
            .filter(|_| teams.is_empty() || teams.contains(&account::TEAM_ID))
            .collect();
        Ok(page.cut("users", found, |person| shapes.user(person)))
    }

    fn current_user(&self, request: &Request, caller: Caller) -> Result<Value, Refusal> {
        let include = Parameters::of(request, &["include[]"])?.include(Include::OF_USER)?;
        match (caller, self.account.people.first()) {
            (Caller::User, Some(person)) => {
                Ok(json!({"user": Shapes::new(&self.account, include, None).user(person)}))
            }
            (Caller::User, None) | (Caller::Account, _) => Err(Refusal::invalid(
                "Could not determine current user: the key is an account's",
            )),
        }
    }

    fn one_user(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        let include = Parameters::of(request, &["include[]"])?.include(Include::OF_USER)?;
        let person = self.account.person(id).ok_or_else(Refusal::not_found)?;
        Ok(json!({"user": Shapes::new(&self.account, include, None).user(person)}))
    }

    fn list_services(&self, request: &Request) -> Result<Value, Refusal> {
        const NAMES: [&str; 9] = [
            "query",
            "limit",
            "offset",
            "total",
            "team_ids[]",
            "time_zone",
            "sort_by",
            "include[]",
            "name",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let page = Page::of(&parameters)?;
        let shapes = Shapes::new(
            &self.account,
            parameters.include(Include::OF_SERVICES)?,
            parameters.time_zone()?,
        );
        let wanted = parameters.one("query").unwrap_or_default().to_lowercase();
        let teams = parameters.all("team_ids[]");
        let mut found: Vec<_> = self
            .account
            .services
            .iter()
            .filter(|service| service.name.to_lowercase().contains(&wanted))
            .filter(|service| {
                parameters
                    .one("name")
                    .is_none_or(|name| name == service.name)
            })
            .filter(|_| teams.is_empty() || teams.contains(&account::TEAM_ID))
            .collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        match parameters.one("sort_by") {
            None | Some("name" | "name:asc") => {}
            Some("name:desc") => found.reverse(),
            Some(other) => {
                return Err(Refusal::invalid(format!(
                    "Sort by {other} is not supported"
                )));
            }
        }
        Ok(page.cut("services", found, |service| shapes.service(service)))
    }

    fn one_service(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        let include = Parameters::of(request, &["include[]"])?.include(Include::OF_SERVICES)?;
        let service = self.account.service(id).ok_or_else(Refusal::not_found)?;
        Ok(json!({"service": Shapes::new(&self.account, include, None).service(service)}))
    }

    fn list_priorities(&self, request: &Request) -> Result<Value, Refusal> {
        let page = Page::of(&Parameters::of(request, &["limit", "offset", "total"])?)?;
        Ok(page.cut(
            "priorities",
            self.account.priorities.iter().collect(),
            |name| shapes::priority(name),
        ))
    }
}

fn note_content(request: &Request) -> Result<String, Refusal> {
    let is_json = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return Err(Refusal::invalid("Content-Type must be application/json"));
    }
    let body = request.json().map_err(Refusal::invalid)?;
    let note = body
        .as_object()
        .filter(|body| body.len() == 1)
        .and_then(|body| body.get("note")?.as_object());
    let note = note.ok_or_else(|| Refusal::invalid("The body must be {\"note\": {…}}"))?;
    if let Some(unknown) = note.keys().find(|name| *name != "content") {
        return Err(Refusal::invalid(format!(
            "Note has no writable member {unknown}"
        )));
    }
    let content = note
        .get("content")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if content.trim().is_empty() {
        return Err(Refusal::invalid("Content cannot be empty."));
    }
    Ok(content.to_owned())
}

fn caller(request: &Request) -> Option<Caller> {
    let authorization = request.header("authorization")?;
    if let Some(key) = authorization.strip_prefix("Token token=") {
        return (key == KEY).then_some(Caller::Account);
    }
    (authorization.strip_prefix("Bearer ")? == KEY).then_some(Caller::User)
}

impl Window {
    /// Counts a call. What is left of the minute, or `None` where nothing was.
    fn take(&mut self, now: Timestamp) -> Option<i64> {
        if now < self.began || now.duration_since(self.began) >= SignedDuration::from_mins(1) {
            *self = Self {
                began: now,
                calls: 0,
            };
        }
        self.calls += 1;
        (self.calls <= CALLS_A_MINUTE).then_some(CALLS_A_MINUTE - self.calls)
    }

    /// Seconds until the next minute begins; seconds, not a point in time.
    fn reset(&self, now: Timestamp) -> i64 {
        60 - now.duration_since(self.began).as_secs()
    }
}

impl Vendor for PagerDuty {
    fn name(&self) -> &'static str {
        "pagerduty"
    }

    fn serves(&self, path: &str) -> bool {
        const ROOMS: [&str; 6] = [
            "incidents",
            "log_entries",
            "users",
            "services",
            "priorities",
            "abilities",
        ];
        path.trim_start_matches('/')
            .split('/')
            .next()
            .is_some_and(|room| ROOMS.contains(&room))
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        let Some(caller) = caller(request) else {
            return Refusal {
                status: 401,
                code: 2006,
                message: "Unauthorized",
                errors: Vec::new(),
            }
            .reply();
        };
        let left = self.window.take(now);
        let reply = match left {
            Some(_) => match self.respond(request, caller, now) {
                Ok(body) => Reply::json(200, &body),
                Err(refusal) => refusal.reply(),
            },
            None => Refusal {
                status: 429,
                code: 2020,
                message: "Rate Limit Exceeded",
                errors: Vec::new(),
            }
            .reply(),
        };
        reply
            .with("ratelimit-limit", CALLS_A_MINUTE.to_string())
            .with("ratelimit-remaining", left.unwrap_or(0).to_string())
            .with("ratelimit-reset", self.window.reset(now).to_string())
    }

    fn world(&self) -> Value {
        let shapes = Shapes::new(&self.account, Include::default(), None);
        let incidents: Vec<Value> = self
            .account
            .incidents
            .iter()
            .map(|incident| shapes.incident(incident))
            .collect();
        let mut notes = Vec::new();
        for incident in &self.account.incidents {
            for note in &incident.notes {
                let mut shape = shapes.note(note);
                shape["incident"] = json!(incident.id);
                notes.push(shape);
            }
        }
        json!({"pagerduty": {"incidents": incidents, "notes": notes}})
    }

    fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        self.account.seed(seed, now)
    }
}
