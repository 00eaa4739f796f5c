//! PagerDuty's REST API v2, emulated: reading incidents, their logs, notes and alerts, people and services, and
//! writing notes. <https://developer.pagerduty.com/api-reference>
//!
//! Stricter than life in one respect: a parameter that the reference does not name is refused, not ignored.

mod account;
mod directory;
mod incidents;
mod query;
mod seeding;
mod shapes;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::{
    account::Account,
    query::Parameters,
    shapes::{Include, Shapes},
};
use crate::sandbox::{
    seed::Seed,
    wire::{Quotas, Reply, Request, Vendor},
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
    quotas: Quotas,
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
            (self.began, self.calls) = (now, 0);
        }
        if self.quotas == Quotas::Lifted {
            return Some(CALLS_A_MINUTE);
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

    fn set_quotas(&mut self, quotas: Quotas) {
        self.window.quotas = quotas;
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

    fn bend(&self, reply: Reply) -> Reply {
        self.account.oddities.bend(reply)
    }

    fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        self.account.seed(seed, now)
    }
}
