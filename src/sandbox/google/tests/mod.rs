//! What a client of the emulated Google meets, call by call.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod calendar;
mod drive;
mod events;
mod sharing;
mod sheets;
mod values;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    Google,
    contract::{Service, check_body},
    token::tests::{NOW, claims, form, sign},
};
use crate::sandbox::{
    seed::Seed,
    wire::{Reply, Request, Vendor},
};

const ADA: &str = "ada@example.com";
const BEN: &str = "ben@example.com";
const ALL_SCOPES: &str = "https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/spreadsheets \
                          https://www.googleapis.com/auth/calendar";

/// A Google with some people, and a client that is signed in.
struct World {
    google: Google,
    now: Timestamp,
    token: String,
}

/// An answer, taken apart.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: Value,
    reply: Reply,
}

impl World {
    /// Signed in as the service account itself.
    fn robot() -> Self {
        let mut world = Self {
            google: Google::new(),
            now: NOW.parse().unwrap(),
            token: String::new(),
        };
        let seed: Seed = serde_json::from_value(json!({
            "people": [
                {"name": "Ada", "email": ADA, "time_zone": "Europe/Berlin"},
                {"name": "Ben", "email": BEN},
            ],
            "calendars": [
                {"email": BEN, "busy": [
                    {"start": "2026-11-24T10:00:00Z", "end": "2026-11-24T11:00:00Z"},
                    {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:30:00Z"},
                ]},
                {"email": "secret@example.com", "unreadable": true},
            ],
        }))
        .unwrap();
        world.google.seed(&seed, world.now).unwrap();
        world.sign_in(None, ALL_SCOPES);
        world
    }

    /// Signed in as the service account on behalf of somebody.
    fn acting_as(email: &str) -> Self {
        let mut world = Self::robot();
        world.sign_in(Some(email), ALL_SCOPES);
        world
    }

    fn sign_in(&mut self, subject: Option<&str>, scope: &str) {
        let mut claims = claims(self.now);
        claims["scope"] = json!(scope);
        if let Some(subject) = subject {
            claims["sub"] = json!(subject);
        }
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let request = form(&[("grant_type", grant), ("assertion", &sign(&claims))]);
        let reply = self.google.answer(&request, self.now);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        body["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.token);
    }

    fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// One call. What succeeds must be what the contract says that the method gives.
    fn call(&mut self, method: &str, url: &str, body: Option<Value>) -> Answer {
        self.send(
            method,
            url,
            body.map(|body| body.to_string().into_bytes()),
            &[],
        )
    }

    fn send(
        &mut self,
        method: &str,
        url: &str,
        body: Option<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let mut all = vec![("authorization".to_owned(), format!("Bearer {}", self.token))];
        all.extend(
            headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type".into(), "application/json".into()));
        }
        let request = Request {
            method: method.into(),
            path: path.into(),
            query: serde_urlencoded::from_str(query).unwrap(),
            headers: all,
            body: body.unwrap_or_default(),
        };
        let reply = self.google.answer(&request, self.now);
        let body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
        if reply.is_success() && body.is_object() {
            let contract = Service::of(path).unwrap().contract();
            let gives = contract.find(&request).unwrap().0.gives.unwrap();
            assert_eq!(
                check_body(contract, gives, &body),
                Ok(()),
                "{method} {url} gave {body}"
            );
        }
        Answer {
            status: reply.status,
            body,
            reply,
        }
    }

    fn get(&mut self, url: &str) -> Answer {
        self.call("GET", url, None)
    }

    fn post(&mut self, url: &str, body: Value) -> Answer {
        self.call("POST", url, Some(body))
    }

    /// A spreadsheet in the shared drive's folder.
    fn spreadsheet(&mut self) -> String {
        let body = json!({"name": "Customers", "mimeType": "application/vnd.google-apps.spreadsheet", "parents": ["0BPostmortems"]});
        self.post("/drive/v3/files?supportsAllDrives=true", body)
            .good()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Answer {
    /// The body of an answer that must be a good one.
    fn good(self) -> Value {
        assert!(self.reply.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// Status and reason of a refusal by Drive or Calendar.
    fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.body["error"]["code"], self.status, "{}", self.body);
        (
            self.status,
            self.body["error"]["errors"][0]["reason"]
                .as_str()
                .unwrap_or_default(),
        )
    }

    /// The sentence of a refusal.
    fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }
}
