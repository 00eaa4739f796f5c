//! What a vendor answers when it went well.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::failure::{CallError, Failure, short};

/// A whole answer that reports success.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) vendor: &'static str,
    pub(super) call: &'static str,
    pub(super) request_id: Option<String>,
    pub(super) html: bool,
    /// The body, decompressed.
    pub body: Bytes,
}

impl Answer {
    /// The body as the JSON that was promised.
    ///
    /// # Errors
    /// [`Failure::Unreadable`], naming the place but not what stands there, which may be somebody's data.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let looks_like_a_page = self.html || self.body.trim_ascii_start().starts_with(b"<");
            self.unreadable(if looks_like_a_page {
                "a web page instead of JSON; a login page?".into()
            } else if self.body.is_empty() {
                "an empty answer".into()
            } else {
                let place = error.path().to_string();
                format!("{} at {place}", what_was_expected(error.inner()))
            })
        })
    }

    /// The error of a caller who cannot make sense of this answer.
    pub fn unreadable(&self, why: String) -> CallError {
        CallError {
            vendor: self.vendor,
            call: self.call,
            failure: Failure::Unreadable(why),
            request_id: self.request_id.clone(),
        }
    }
}

/// `serde_json` quotes the value it stumbled over; only the part that says what it had hoped for is kept.
pub(super) fn what_was_expected(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        return short(&text);
    }
    match text.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {}", short(expected)),
        None => format!("broken JSON in line {}", error.line()),
    }
}
