//! Google, emulated: the token endpoint, Drive v3, Sheets v4 and Calendar v3.
//!
//! A request passes the front end here (URL, token, scope, parameters, body: all held against `contract/`) and
//! then goes to the API it belongs to. The traps that a client falls into in life are built in on purpose; each
//! is named where it stands.

mod accounts;
mod calendar;
mod call;
mod contract;
mod drive;
mod errors;
mod fields;
mod sheets;
mod token;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use accounts::WORKSPACE_ACCOUNT;
pub use drive::{POSTMORTEMS_FOLDER, SHARED_DRIVE};
pub use token::service_account;

use crate::sandbox::{
    google::{
        accounts::Accounts,
        calendar::Calendars,
        call::{Answer, Call, Outcome},
        contract::{Method, Service, check_body, check_query, forgive},
        drive::Drive,
        errors::Refusal,
        fields::Mask,
        sheets::Sheets,
        token::Tokens,
    },
    seed::{Person, Seed, Standing},
    wire::{Quotas, Reply, Request, Vendor},
};

/// The largest request that Google's front end takes, in bytes. Observed, not documented.
const LARGEST_REQUEST: usize = 10_485_760;

/// Google as the sandbox has it.
#[derive(Debug)]
pub struct Google {
    accounts: Accounts,
    tokens: Tokens,
    drive: Drive,
    sheets: Sheets,
    calendars: Calendars,
}

impl Default for Google {
    fn default() -> Self {
        Self::new()
    }
}

impl Google {
    /// A Google where nothing happened yet: one service account, one Workspace account, one shared drive with a
    /// folder `Postmortems` in it.
    pub fn new() -> Self {
        let tokens = Tokens::new();
        let accounts = Accounts::new(tokens.robot());
        let calendars = Calendars::new(&accounts);
        Self {
            accounts,
            tokens,
            drive: Drive::new(),
            sheets: Sheets::default(),
            calendars,
        }
    }

    fn refuse_or_answer(
        &mut self,
        service: Service,
        request: &Request,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        let contract = service.contract();
        let (method, arguments) = contract.find(request).ok_or_else(|| {
            Refusal::front_end(
                404,
                "notFound",
                "The requested URL was not found on this server.",
            )
        })?;
        let caller = self.tokens.caller_of(request, now)?;
        if !caller.may(&method.scopes) {
            return Err(Refusal::front_end(
                403,
                "insufficientPermissions",
                "Request had insufficient authentication scopes.",
            )
            .with_info(
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                json!({"service": service.host(), "method": method.id}),
            ));
        }
        if request.body.len() > LARGEST_REQUEST && !request.path.starts_with("/upload/") {
            return Err(Refusal::invalid_argument(format!(
                "Request payload size exceeds the limit: {LARGEST_REQUEST} bytes."
            )));
        }
        check_query(service, contract, method, request)?;
        let mask = request.query("fields").map(Mask::read).transpose()?;
        if let (Some(mask), Some(gives)) = (&mask, method.gives) {
            mask.check(contract, gives)?;
        }
        let mut body = body(method, request)?;
        forgive(method, &mut body);
        if let (Some(takes), false) = (method.takes, body.is_null()) {
            check_body(contract, takes, &body)?;
        }
        let mut call = Call {
            method,
            arguments,
            request,
            body,
            mask,
            caller,
            now,
        };
        let answer = self.dispatch(service, &mut call)?;
        let mask = call.mask.or_else(|| match service {
            Service::Drive => drive::default_fields(method.id),
            Service::Sheets | Service::Calendar => None,
        });
        let cut = |value: Value| {
            mask.as_ref()
                .map_or(value.clone(), |mask| mask.apply(value))
        };
        Ok(match answer {
            Answer::Json(value) => Reply::json(200, &cut(value)),
            Answer::Tagged(value) => {
                let etag = value["etag"].as_str().unwrap_or_default().to_owned();
                Reply::json(200, &cut(value)).with("etag", etag)
            }
            Answer::Nothing => Reply::empty(204),
            Answer::Reply(reply) => reply,
        })
    }

    fn dispatch(&mut self, service: Service, call: &mut Call<'_>) -> Outcome {
        match service {
            Service::Drive => self.drive.answer(call, &self.accounts, &mut self.sheets),
            Service::Sheets => self.sheets.answer(call, &self.accounts, &mut self.drive),
            Service::Calendar => self.calendars.answer(call, &self.accounts),
        }
    }
}

/// The JSON body of a call; null where there is none, or where an upload is no JSON.
fn body(method: &Method, request: &Request) -> Result<Value, Refusal> {
    if request.path.starts_with("/upload/") {
        return Ok(Value::Null);
    }
    if request.body.is_empty() {
        return Ok(if method.takes.is_some() {
            json!({})
        } else {
            Value::Null
        });
    }
    if method.takes.is_none() {
        return Err(Refusal::invalid_argument(format!(
            "{} takes no body.",
            method.id
        )));
    }
    if request
        .header("content-encoding")
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(Refusal::invalid_argument(
            "Invalid JSON payload received. Unexpected Content-Encoding.",
        ));
    }
    let content_type = request
        .header("content-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal::invalid_argument(format!(
            "Invalid JSON payload received. Content-Type \"{content_type}\" is not application/json."
        )));
    }
    request.json().map_err(|error| {
        Refusal::front_end(
            400,
            "parseError",
            format!("Invalid JSON payload received. Unexpected token: {error}"),
        )
    })
}

impl Vendor for Google {
    fn name(&self) -> &'static str {
        "google"
    }

    fn serves(&self, path: &str) -> bool {
        path == "/token" || Service::of(path).is_some()
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        if request.path == "/token" {
            return self.tokens.answer(request, &self.accounts, now);
        }
        match Service::of(&request.path) {
            Some(service) => self
                .refuse_or_answer(service, request, now)
                .unwrap_or_else(|refusal| refusal.reply(service)),
            None => Reply::empty(404),
        }
    }

    fn set_quotas(&mut self, quotas: Quotas) {
        self.sheets.set_quotas(quotas);
    }

    fn world(&self) -> Value {
        json!({
            "drive": self.drive.world(),
            "sheets": self.sheets.world(),
            "calendar": self.calendars.world(),
        })
    }

    fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        let ours = |person: &&Person| person.standing != Standing::Stranger;
        for person in seed.people.iter().filter(ours) {
            self.accounts
                .add(&person.email, &person.name, person.time_zone.as_deref());
            self.calendars.open(&person.email);
        }
        self.calendars.seed(&seed.calendars, now)
    }
}
