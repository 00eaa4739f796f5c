//! What is asked of a vendor.

use ::http::Method;
use ::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::failure::{CallError, Failure, short};

/// Whether a request may be sent again when it is not known what became of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Repeat {
    /// Sending it twice does no more than sending it once: reads, and writes to a place that the request names.
    Safe,
    /// Sending it twice may do it twice. It is repeated only when it was surely not done.
    Once,
}

/// A request in the making. Paths and query values are encoded here; callers give plain text.
#[derive(Clone)]
pub struct Request {
    pub(super) call: &'static str,
    pub(super) method: Method,
    /// Instead of base URL, path and query.
    pub(super) address: Option<Url>,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) repeat: Repeat,
}

impl Request {
    /// A request named `call`, to the path made of `path`, whose members may hold any text.
    pub fn new<'a>(
        call: &'static str,
        method: Method,
        path: impl IntoIterator<Item = &'a str>,
        repeat: Repeat,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            call,
            method,
            address: None,
            path: path.into_iter().map(str::to_owned).collect(),
            query: Vec::new(),
            headers,
            body: Bytes::new(),
            repeat,
        }
    }

    /// A read.
    pub fn get<'a>(call: &'static str, path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(call, Method::GET, path, Repeat::Safe)
    }

    /// A read of that very address, which has to be on the base URL's host: credentials go along.
    pub fn get_address(call: &'static str, address: Url) -> Self {
        Self {
            address: Some(address),
            ..Self::get(call, [])
        }
    }

    /// With one more query parameter.
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// With that query parameter where there is a value.
    pub fn query_if(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// With a header in place of any of that name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With that `Authorization`, which is kept out of every log. One that cannot be a header is left out, and
    /// the vendor answers 401.
    pub fn authorization(mut self, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::try_from(value) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// With bytes of that type as body.
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = body.into();
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a form as body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.body("application/x-www-form-urlencoded", form.finish())
    }
}

/// A value as JSON bytes, for bodies that are built without a tree of [`Value`]s.
///
/// # Errors
/// [`Failure::Refused`] when the value cannot be JSON; nothing has been sent then.
pub fn json_bytes(
    vendor: &'static str,
    call: &'static str,
    value: &impl Serialize,
) -> Result<Bytes, CallError> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| {
        let failure = Failure::Refused {
            status: 400,
            message: short(&error.to_string()),
        };
        CallError::new(vendor, call, failure)
    })
}
