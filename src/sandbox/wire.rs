//! What the emulated vendors read and answer: a request and a reply, free of any HTTP library.
//!
//! Each vendor is a plain state machine, `answer(&mut self, &Request, now) -> Reply`, so that it can be tested
//! without a socket and so that the server around it can inject a fault before or after the effect.

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::seed::Seed;

/// One HTTP request as an emulated vendor sees it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Upper case.
    pub method: String,
    /// Percent-encoded path as it came, without the query.
    pub path: String,
    /// Decoded query parameters, in order, repeats kept.
    pub query: Vec<(String, String)>,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Request {
    /// The path's segments, percent-decoded, without empty ones at the ends.
    pub fn segments(&self) -> Vec<String> {
        self.path
            .trim_matches('/')
            .split('/')
            .map(percent_decode)
            .collect()
    }

    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first query parameter of that name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; an error text where it is none.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|error| error.to_string())
    }
}

/// Turns `%41` into `A`; what is no valid escape stays as it is, bytes that are no UTF-8 are replaced.
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A page for people.
    pub fn html(body: String) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
            body: body.into_bytes(),
        }
    }

    /// The same answer with one more header.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Whether the request had its effect.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Whether the vendors' quotas bind. Measurements of concurrency lift them: they ask about the worker, not the vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quotas {
    /// As documented.
    #[default]
    Kept,
    /// Not at all.
    Lifted,
}

/// An emulated vendor.
pub trait Vendor: Send {
    /// The vendor's name in the log of calls and in recordings: `confluence`, `google`, `pagerduty`, …
    fn name(&self) -> &'static str;

    /// Whether a request to that path is this vendor's.
    fn serves(&self, path: &str) -> bool;

    /// Does what was asked, or refuses it in the vendor's own way.
    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply;

    /// This vendor's part of `GET /__sandbox/world`: an object whose members are merged into the world.
    fn world(&self) -> Value;

    /// An answer as a seed's `raw` wants it to look on the wire. A vendor whose seeds have none leaves it as it is.
    fn bend(&self, reply: Reply) -> Reply {
        reply
    }

    /// Makes its quotas bind, or not. A vendor without any has nothing to do.
    fn set_quotas(&mut self, _quotas: Quotas) {}

    /// Takes from a seed what this vendor would know of it in life.
    ///
    /// # Errors
    /// Says what of it cannot be: a task on a page that is not there, a note by nobody known.
    fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String>;
}
