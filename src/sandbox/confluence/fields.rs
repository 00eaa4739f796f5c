//! What a call may send: a JSON object, its members named and typed; and the ids in paths.

use serde_json::{Map, Value};

use super::errors::Refusal;
use crate::sandbox::wire::Request;

/// The id in a path; what is no number gets Confluence's 400, not a 404.
pub(super) fn path_id(name: &str, text: &str) -> Result<u64, Refusal> {
    text.parse()
        .map_err(|_| Refusal::wrong_type(text, name, "long"))
}

/// The request's body as JSON.
pub(super) fn json_body(request: &Request) -> Result<Value, Refusal> {
    let declared = request.header("content-type").unwrap_or("none");
    if declared.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal::unsupported_media_type(declared));
    }
    request
        .json()
        .map_err(|error| Refusal::invalid(format!("Malformed JSON: {error}")))
}

/// The members of a JSON object, checked by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    members: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// Refuses what is no object, lacks a required member or has one that nobody knows.
    pub(super) fn read(
        value: &'a Value,
        required: &[&str],
        optional: &[&str],
    ) -> Result<Self, Refusal> {
        let Some(members) = value.as_object() else {
            return Err(Refusal::invalid("The request body must be a JSON object"));
        };
        if let Some(missing) = required
            .iter()
            .find(|name| members.get(**name).is_none_or(Value::is_null))
        {
            return Err(Refusal::invalid(format!(
                "'{missing}' is required and must not be null"
            )));
        }
        let known = |name: &&String| {
            !required.contains(&name.as_str()) && !optional.contains(&name.as_str())
        };
        if let Some(unknown) = members.keys().find(known) {
            return Err(Refusal::invalid(format!("Unrecognized field '{unknown}'")));
        }
        Ok(Self { members })
    }

    /// A member of any type.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name)
    }

    /// A text, if it is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Refusal::wrong_type(&other.to_string(), name, "string")),
        }
    }

    /// A text that has to be there.
    pub(super) fn required_text(&self, name: &str) -> Result<&'a str, Refusal> {
        self.text(name)?
            .ok_or_else(|| Refusal::invalid(format!("'{name}' is required and must not be null")))
    }

    /// An id, which v2 wants as a text of digits.
    pub(super) fn id(&self, name: &str) -> Result<Option<u64>, Refusal> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| Refusal::wrong_type(text, name, "Long")),
        }
    }

    /// The number in `version: {number, message}`, and the message.
    pub(super) fn version(&self) -> Result<Option<(i64, String)>, Refusal> {
        let Some(version) = self.members.get("version") else {
            return Ok(None);
        };
        let fields = Fields::read(version, &["number"], &["message"])?;
        let number = match fields.get("number").and_then(Value::as_i64) {
            Some(number) => number,
            None => {
                return Err(Refusal::wrong_type(
                    &version["number"].to_string(),
                    "version.number",
                    "integer",
                ));
            }
        };
        Ok(Some((
            number,
            fields.text("message")?.unwrap_or_default().to_owned(),
        )))
    }

    /// The storage format in `body`, which comes as `{representation, value}` or `{storage: {representation, value}}`.
    ///
    /// Confluence takes `atlas_doc_format` and `wiki` too. The sandbox has no reader for them and says so.
    pub(super) fn storage(&self) -> Result<Option<&'a str>, Refusal> {
        let Some(body) = self.members.get("body") else {
            return Ok(None);
        };
        // In the nested form the member's name says what the inner `representation` may leave out.
        let nested = ["storage", "atlas_doc_format", "wiki"]
            .into_iter()
            .find_map(|name| Some((name, body.as_object()?.get(name)?)));
        let (fields, representation) = match nested {
            Some((name, inner)) => {
                Fields::read(body, &[name], &[])?;
                let fields = Fields::read(inner, &["value"], &["representation"])?;
                let repeated = fields.text("representation")?.unwrap_or(name);
                if repeated != name {
                    return Err(Refusal::invalid(format!(
                        "'{name}' cannot hold a body in '{repeated}'"
                    )));
                }
                (fields, name)
            }
            None => {
                let fields = Fields::read(body, &["representation", "value"], &[])?;
                (fields, fields.required_text("representation")?)
            }
        };
        let value = fields.required_text("value")?;
        match representation {
            "storage" => Ok(Some(value)),
            known @ ("atlas_doc_format" | "wiki") => Err(Refusal::invalid(format!(
                "The sandbox takes bodies in storage format only, not in '{known}'"
            ))),
            unknown => Err(Refusal::invalid(format!(
                "Unknown body representation '{unknown}'"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn both_forms_of_a_body_are_read_and_other_representations_refused() {
        let storage = |body: Value| {
            let value = json!({ "body": body });
            Fields::read(&value, &[], &["body"])
                .unwrap()
                .storage()
                .map(|text| text.map(str::to_owned))
        };
        assert_eq!(
            storage(json!({"representation": "storage", "value": "a"}))
                .unwrap()
                .unwrap(),
            "a"
        );
        assert_eq!(
            storage(json!({"storage": {"representation": "storage", "value": "b"}}))
                .unwrap()
                .unwrap(),
            "b"
        );
        assert_eq!(
            storage(json!({"storage": {"value": "c"}}))
                .unwrap()
                .unwrap(),
            "c"
        );
        for bad in [
            json!({"storage": {"representation": "wiki", "value": "x"}}),
            json!({"wiki": {"value": "x"}}),
            json!({"storage": {"value": "x"}, "wiki": {"value": "x"}}),
            json!({"representation": "atlas_doc_format", "value": "{}"}),
            json!({"representation": "wiki", "value": "h1. x"}),
            json!({"representation": "html", "value": "x"}),
            json!({"representation": "storage"}),
            json!({"representation": "storage", "value": 3}),
            json!("text"),
        ] {
            assert!(storage(bad.clone()).is_err(), "{bad}");
        }
    }
}
