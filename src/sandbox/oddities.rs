//! What a seed wants answers to look like although no vendor's reference says so: null texts, users without a profile,
//! entries of a type that nobody has heard of.
//!
//! The vendors themselves stay strict; their answers are bent on the way out, as a fault would bend them. Recordings hold
//! what the vendor said, so that a checker of recordings finds the emulation's mistakes and not a test's intentions.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::sandbox::wire::Reply;

/// A member with this text is taken away.
const ABSENT: &str = "$absent";

/// What is merged over which things.
#[derive(Clone, Debug, Default)]
pub(super) struct Oddities {
    /// By the thing's own `id`, or for a message its `ts`.
    over: BTreeMap<String, Value>,
}

impl Oddities {
    /// From now on the thing of that id (or `ts`) looks like this; what was said of it before holds on.
    pub fn add(&mut self, id: &str, raw: &Value) {
        let known = self.over.entry(id.to_owned()).or_insert(Value::Null);
        match (known, raw) {
            (Value::Object(known), Value::Object(raw)) => known.extend(raw.clone()),
            (known, raw) => *known = raw.clone(),
        }
    }

    /// The answer with every such thing bent; untouched where there is none in it.
    pub fn bend(&self, mut reply: Reply) -> Reply {
        if self.over.is_empty() {
            return reply;
        }
        if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body)
            && self.bend_value(&mut body)
        {
            reply.body = body.to_string().into_bytes();
        }
        reply
    }

    /// Whether anything in it was bent.
    fn bend_value(&self, value: &mut Value) -> bool {
        match value {
            Value::Array(items) => {
                let mut is_bent = false;
                for item in items {
                    is_bent |= self.bend_value(item);
                }
                is_bent
            }
            Value::Object(members) => {
                let mut is_bent = false;
                for member in members.values_mut() {
                    is_bent |= self.bend_value(member);
                }
                match self.raw_of(members) {
                    Some(Value::Object(raw)) => merge(members, raw),
                    Some(raw) => *value = raw.clone(),
                    None => return is_bent,
                }
                true
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    /// A reference to a thing has its id as well, and is not the thing.
    fn raw_of(&self, members: &Map<String, Value>) -> Option<&Value> {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        if text("type").is_some_and(|kind| kind.ends_with("_reference")) {
            return None;
        }
        let is_message = text("type") == Some("message");
        let name = if is_message { "ts" } else { "id" };
        self.over.get(text(name)?)
    }
}

fn merge(members: &mut Map<String, Value>, raw: &Map<String, Value>) {
    for (name, odd) in raw {
        if odd == ABSENT {
            members.remove(name);
            continue;
        }
        match (members.get_mut(name), odd) {
            (Some(Value::Object(known)), Value::Object(odd)) => merge(known, odd),
            (_, odd) => {
                members.insert(name.clone(), odd.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn bent(over: &[(&str, Value)], body: Value) -> Value {
        let mut oddities = Oddities::default();
        for (id, raw) in over {
            oddities.add(id, raw);
        }
        let reply = oddities.bend(Reply::json(200, &body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[test]
    fn members_are_merged_replaced_and_taken_away() {
        let body = json!({"user": {"id": "U1", "tz": "UTC", "profile": {"email": "a@example.com", "title": "x"}}});
        let raw = json!({"tz": null, "profile": {"email": "$absent", "title": null}, "new": [1]});
        assert_eq!(
            bent(&[("U1", raw)], body),
            json!({"user": {"id": "U1", "tz": null, "profile": {"title": null}, "new": [1]}})
        );
    }

    #[test]
    fn a_whole_message_may_become_something_else() {
        let body = json!({"messages": [{"type": "message", "ts": "1.000000"}, {"type": "message", "ts": "2.000000"}]});
        assert_eq!(
            bent(&[("1.000000", json!(7))], body)["messages"],
            json!([7, {"type": "message", "ts": "2.000000"}])
        );
    }

    #[test]
    fn a_reference_is_not_the_thing() {
        let body = json!({"agent": {"id": "P1", "type": "user_reference"}, "user": {"id": "P1", "type": "user"}});
        assert_eq!(
            bent(&[("P1", json!({"name": null}))], body),
            json!({"agent": {"id": "P1", "type": "user_reference"}, "user": {"id": "P1", "type": "user", "name": null}})
        );
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        let mut oddities = Oddities::default();
        oddities.add("U1", &json!({"a": 1}));
        let page = oddities.bend(Reply::html("<p>".into()));
        assert_eq!(page.body, b"<p>");
    }
}
