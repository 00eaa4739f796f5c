//! One call of an API method that has passed the front end: known, well formed, and allowed.

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::{
    google::{
        contract::{Arguments, Method},
        errors::Refusal,
        fields::Mask,
        token::Caller,
    },
    wire::{Reply, Request},
};

/// A call and everything it came with.
#[derive(Debug)]
pub struct Call<'a> {
    /// What is called.
    pub method: &'static Method,
    /// The path's variables.
    pub arguments: Arguments,
    /// The request itself.
    pub request: &'a Request,
    /// The JSON body; null where there is none.
    pub body: Value,
    /// The `fields` parameter.
    pub mask: Option<Mask>,
    /// Who calls.
    pub caller: Caller,
    /// Sandbox time.
    pub now: Timestamp,
}

impl Call<'_> {
    /// A variable of the path.
    pub fn argument(&self, name: &str) -> &str {
        self.arguments
            .iter()
            .find(|(each, _)| *each == name)
            .map_or("", |(_, value)| value)
    }

    /// A query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.request.query(name)
    }

    /// Every value of a repeated query parameter.
    pub fn queries<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.request
            .query
            .iter()
            .filter(move |(each, _)| each == name)
            .map(|(_, value)| value.as_str())
    }

    /// A yes/no query parameter, or the default where it is left out.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.query(name).map_or(default, |value| {
            value == "1" || value.eq_ignore_ascii_case("true")
        })
    }

    /// A counting query parameter, or the default where it is left out.
    pub fn count(&self, name: &str, default: usize) -> usize {
        self.query(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    }

    /// An instant among the query parameters.
    pub fn instant(&self, name: &str) -> Option<Timestamp> {
        self.query(name).and_then(|value| value.parse().ok())
    }

    /// One page of a list, and the token of the next one.
    ///
    /// # Errors
    /// 400 where the page token is none that the sandbox gave.
    pub fn page<T>(&self, items: Vec<T>, size: usize) -> Result<(Vec<T>, Option<String>), Refusal> {
        let from = match self.query("pageToken") {
            None => 0,
            Some(token) => token
                .strip_prefix("page-")
                .and_then(|at| at.parse::<usize>().ok())
                .filter(|at| *at <= items.len())
                .ok_or_else(|| Refusal::invalid("Invalid Value").at("parameter", "pageToken"))?,
        };
        let to = from.saturating_add(size);
        let next = (to < items.len()).then(|| format!("page-{to}"));
        Ok((items.into_iter().skip(from).take(size).collect(), next))
    }
}

/// What an API method gives.
#[derive(Debug)]
pub enum Answer {
    /// JSON, to be cut by the field mask.
    Json(Value),
    /// JSON with an `etag` header.
    Tagged(Value),
    /// Nothing: 204.
    Nothing,
    /// Anything else, as it stands.
    Reply(Reply),
}

/// The outcome of a call.
pub type Outcome = Result<Answer, Refusal>;
