//! `/__sandbox/...`: looking into the world, moving its clock, adding to it, and ordering faults.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::sandbox::{
    faults::Rule,
    scenario,
    server::Shared,
    wire::{Quotas, Reply, Request},
};

const PATHS: &str =
    "GET world, GET|DELETE calls, GET|POST clock, POST seed, GET|POST|DELETE faults";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    now: Timestamp,
}

/// `[{rule}, …]`, or the same with what else can be set.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct FaultOrder {
    rules: Vec<Rule>,
    /// How late every answer is from now on, in real milliseconds.
    latency_millis: Option<u64>,
    /// Whether quotas bind from now on: `kept` or `lifted`.
    quotas: Option<Quotas>,
    /// Ends the faults ordered before.
    clear: bool,
}

/// Answers an admin request; `None` where the path is not an admin path.
pub(super) fn answer(shared: &Shared, request: &Request) -> Option<Reply> {
    let path = request.path.strip_prefix("/__sandbox")?;
    if !path.is_empty() && !path.starts_with('/') {
        return None;
    }
    let outcome = match (request.method.as_str(), path.trim_matches('/')) {
        ("GET", "world") => Ok(shared.world().show()),
        ("GET", "calls") => Ok(json!({"calls": shared.world().calls})),
        ("DELETE", "calls") => {
            shared.world().calls.clear();
            Ok(json!({"calls": []}))
        }
        ("GET", "clock") => Ok(json!({"now": shared.clock.now()})),
        ("POST", "clock") => set_clock(shared, request),
        ("POST", "seed") => seed(shared, request),
        ("GET", "faults") => Ok(json!({"rules": shared.world().faults.summary()})),
        ("POST", "faults") => add_faults(shared, request),
        ("DELETE", "faults") => {
            shared.world().faults.clear();
            Ok(json!({"rules": []}))
        }
        _ => {
            return Some(Reply::json(
                404,
                &json!({"error": format!("no such admin call; there are: {PATHS}")}),
            ));
        }
    };
    Some(match outcome {
        Ok(body) => Reply::json(200, &body),
        Err(complaint) => Reply::json(400, &json!({"error": complaint})),
    })
}

fn set_clock(shared: &Shared, request: &Request) -> Result<Value, String> {
    let order: ClockOrder = read(request.json()?)?;
    shared.clock.set(order.now);
    Ok(json!({"now": order.now}))
}

fn seed(shared: &Shared, request: &Request) -> Result<Value, String> {
    let text = std::str::from_utf8(&request.body).map_err(|error| error.to_string())?;
    let now = shared.clock.now();
    let seed = scenario::read(text, now)?;
    shared.world().seed(&seed, now)?;
    Ok(json!({
        "people": seed.people.len(),
        "incidents": seed.incidents.len(),
        "calendars": seed.calendars.len(),
        "transcripts": seed.transcripts.len(),
        "tasks": seed.tasks.len(),
        "opsgenie": seed.opsgenie.len(),
        "statuspage": seed.statuspage.len(),
        "documents": seed.documents.len(),
    }))
}

fn add_faults(shared: &Shared, request: &Request) -> Result<Value, String> {
    let body = request.json()?;
    let order = if body.is_array() {
        FaultOrder {
            rules: read(body)?,
            ..FaultOrder::default()
        }
    } else {
        read(body)?
    };
    let mut world = shared.world();
    if order.clear {
        world.faults.clear();
    }
    if let Some(millis) = order.latency_millis {
        world.latency = Duration::from_millis(millis);
    }
    if let Some(quotas) = order.quotas {
        world.set_quotas(quotas);
    }
    world.faults.add(order.rules);
    Ok(json!({"rules": world.faults.summary()}))
}

/// Says where in the text something is wrong, not only what.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        match error.path().to_string().as_str() {
            "." => error.inner().to_string(),
            path => format!("{path}: {}", error.inner()),
        }
    })
}
