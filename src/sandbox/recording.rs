//! `--record FILE`: what vendors were asked and what they answered, as JSON lines that a checker of the vendors'
//! API descriptions reads.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde_json::{Map, Value, json};

use crate::sandbox::wire::{Reply, Request};

/// Stands in a recording where a credential was.
const REDACTED: &str = "REDACTED";

/// A file of exchanges, one JSON object a line.
pub(super) struct Recorder {
    file: Mutex<File>,
}

impl Recorder {
    /// Begins a new recording; an old one of that name is replaced.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Mutex::new(File::create(path)?),
        })
    }

    /// Writes one exchange. A full disk must not change what the sandbox answers, so a failure is only logged.
    pub fn write(&self, vendor: &str, request: &Request, reply: &Reply) {
        let line = format!("{}\n", exchange(vendor, request, reply));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "the exchange could not be recorded");
        }
    }
}

fn exchange(vendor: &str, request: &Request, reply: &Reply) -> Value {
    json!({
        "vendor": vendor,
        "method": request.method,
        "url": url(request),
        "request_headers": headers(&request.headers),
        "request_body": body(&request.body),
        "status": reply.status,
        "response_headers": headers(&reply.headers),
        "response_body": body(&reply.body),
    })
}

/// The path with its query. Queries are kept decoded, so they are encoded again, in order.
pub(super) fn url(request: &Request) -> String {
    if request.query.is_empty() {
        return request.path.clone();
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request.query)
        .finish();
    format!("{}?{query}", request.path)
}

fn headers(pairs: &[(String, String)]) -> Value {
    let mut object: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        let value = if name == "authorization" {
            REDACTED
        } else {
            value
        };
        let joined = match object.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value.to_owned(),
        };
        object.insert(name.clone(), joined.into());
    }
    Value::Object(object)
}

fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        Value::Null
    } else {
        String::from_utf8_lossy(bytes).into()
    }
}
