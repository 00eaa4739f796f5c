//! Slack, emulated.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::{
    seed::Seed,
    wire::{Reply, Request, Vendor},
};

/// Slack.
#[derive(Debug, Default)]
pub struct Slack {}

impl Slack {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Vendor for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }
    fn serves(&self, path: &str) -> bool {
        path.starts_with("/slack")
    }
    fn answer(&mut self, _request: &Request, _now: Timestamp) -> Reply {
        Reply::empty(404)
    }
    fn world(&self) -> Value {
        json!({})
    }
    fn seed(&mut self, _seed: &Seed, _now: Timestamp) -> Result<(), String> {
        Ok(())
    }
}
