//! Somebody's own system, emulated: JSON documents by name under `/documents/`, for the source that reads any JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::{
    seed::Seed,
    wire::{Reply, Request, Vendor},
};

/// The only token there is.
const TOKEN: &str = "Bearer sandbox-documents-token";

const ROOM: &str = "/documents/";

/// The documents.
#[derive(Debug, Default)]
pub struct Documents {
    by_name: BTreeMap<String, Value>,
}

impl Documents {
    /// No documents.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Vendor for Documents {
    fn name(&self) -> &'static str {
        "documents"
    }

    fn serves(&self, path: &str) -> bool {
        path.starts_with(ROOM)
    }

    fn answer(&mut self, request: &Request, _now: Timestamp) -> Reply {
        if request.header("authorization") != Some(TOKEN) {
            return Reply::json(401, &json!({"error": "a token is needed"}));
        }
        if request.method != "GET" {
            return Reply::json(405, &json!({"error": "documents are read only"}));
        }
        let name = request
            .segments()
            .into_iter()
            .skip(1)
            .collect::<Vec<_>>()
            .join("/");
        match self.by_name.get(&name) {
            Some(document) => Reply::json(200, document),
            None => Reply::json(404, &json!({"error": "there is no such document"})),
        }
    }

    fn world(&self) -> Value {
        json!({ "documents": self.by_name })
    }

    fn seed(&mut self, seed: &Seed, _now: Timestamp) -> Result<(), String> {
        let documents = seed.documents.iter();
        self.by_name
            .extend(documents.map(|(name, document)| (name.clone(), document.clone())));
        Ok(())
    }
}
