//! What a call may say: query parameters and JSON members, each named, typed and bounded.
//!
//! Confluence itself ignores much of what it does not know. The sandbox refuses it: a misspelt filter that is
//! ignored answers with every page of the site, and nobody notices.

use serde_json::{Map, Value};

use super::errors::Refusal;
use crate::sandbox::wire::Request;

/// What a query parameter may hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// An integer within bounds.
    Whole(i64, i64),
    /// Up to so many 64-bit ids, repeated or separated by commas.
    Ids(usize),
    /// Up to so many texts, repeated or separated by commas.
    Texts(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Several of these words, repeated or separated by commas.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
}

/// The parameters of every v2 list: a cursor, and 1 to 250 results (25 if nothing is said).
pub(super) const CURSOR: (&str, Kind) = ("cursor", Kind::Text);
/// See [`CURSOR`].
pub(super) const LIMIT: (&str, Kind) = ("limit", Kind::Whole(1, 250));
/// Lists offer two representations of a body, single things more.
pub(super) const LIST_BODY: (&str, Kind) =
    ("body-format", Kind::Word(&["storage", "atlas_doc_format"]));
/// See [`LIST_BODY`].
pub(super) const ANY_BODY: (&str, Kind) = (
    "body-format",
    Kind::Word(&[
        "storage",
        "atlas_doc_format",
        "view",
        "export_view",
        "anonymous_export_view",
        "styled_view",
        "editor",
    ]),
);
/// The orders a list of pages can have.
pub(super) const PAGE_SORT: (&str, Kind) = (
    "sort",
    Kind::Word(&[
        "id",
        "-id",
        "created-date",
        "-created-date",
        "modified-date",
        "-modified-date",
        "title",
        "-title",
    ]),
);
/// The orders a list of comments can have.
pub(super) const DATE_SORT: (&str, Kind) = (
    "sort",
    Kind::Word(&[
        "created-date",
        "-created-date",
        "modified-date",
        "-modified-date",
    ]),
);

/// The query parameters of a call, checked.
#[derive(Clone, Debug)]
pub(super) struct Query {
    given: Vec<(&'static str, Vec<String>)>,
}

impl Query {
    /// Checks what was sent against what is allowed.
    pub(super) fn read(
        request: &Request,
        allowed: &[(&'static str, Kind)],
    ) -> Result<Self, Refusal> {
        let mut given: Vec<(&'static str, Vec<String>)> = Vec::new();
        for (name, value) in &request.query {
            let Some((name, kind)) = allowed.iter().find(|(known, _)| known == name) else {
                return Err(Refusal::invalid(format!(
                    "Unknown query parameter '{name}'"
                )));
            };
            let values = checked(name, *kind, value)?;
            match given.iter_mut().find(|(known, _)| known == name) {
                None => given.push((name, values)),
                Some((_, before))
                    if matches!(kind, Kind::Ids(_) | Kind::Texts(_) | Kind::Words(_)) =>
                {
                    before.extend(values);
                }
                Some(_) => {
                    return Err(Refusal::invalid(format!(
                        "Query parameter '{name}' was given twice"
                    )));
                }
            }
        }
        for (name, values) in &given {
            let most = allowed
                .iter()
                .find(|(known, _)| known == name)
                .and_then(|(_, kind)| match kind {
                    Kind::Ids(most) | Kind::Texts(most) => Some(*most),
                    Kind::Text | Kind::Whole(..) | Kind::Word(_) | Kind::Words(_) | Kind::Flag => {
                        None
                    }
                });
            if most.is_some_and(|most| values.len() > most) {
                return Err(Refusal::invalid(format!("Too many values for '{name}'")));
            }
        }
        Ok(Self { given })
    }

    /// The values of a list; none where it was not sent.
    pub(super) fn list(&self, name: &str) -> Option<&[String]> {
        self.given
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, values)| values.as_slice())
    }

    /// A single value.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.list(name)
            .and_then(<[String]>::first)
            .map(String::as_str)
    }

    /// An integer.
    pub(super) fn whole(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// A flag; false where it was not sent.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Whether the list was not sent, or holds the value.
    pub(super) fn admits(&self, name: &str, value: &str) -> bool {
        self.list(name)
            .is_none_or(|values| values.iter().any(|one| one == value))
    }

    /// A parameter that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| {
            Refusal::invalid(format!("Required query parameter '{name}' is missing"))
        })
    }
}

fn checked(name: &str, kind: Kind, value: &str) -> Result<Vec<String>, Refusal> {
    let parts = || {
        value
            .split(',')
            .map(|part| part.trim().to_owned())
            .collect::<Vec<_>>()
    };
    match kind {
        Kind::Text => Ok(vec![value.to_owned()]),
        Kind::Whole(least, most) => match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(vec![value.to_owned()]),
            Ok(_) => Err(Refusal::invalid(format!(
                "'{name}' must be between {least} and {most}, was {value}"
            ))),
            Err(_) => Err(Refusal::wrong_type(value, name, "integer")),
        },
        Kind::Ids(_) => {
            let ids = parts();
            match ids.iter().find(|id| id.parse::<i64>().is_err()) {
                Some(bad) => Err(Refusal::wrong_type(bad, name, "long")),
                None => Ok(ids),
            }
        }
        Kind::Texts(_) => Ok(parts()),
        Kind::Word(words) if words.contains(&value) => Ok(vec![value.to_owned()]),
        Kind::Word(words) => Err(Refusal::invalid(format!(
            "'{value}' is not a value of '{name}'; it may be {}",
            words.join(", ")
        ))),
        Kind::Words(words) => {
            let given = parts();
            match given.iter().find(|word| !words.contains(&word.as_str())) {
                Some(bad) => Err(Refusal::invalid(format!(
                    "'{bad}' is not a value of '{name}'"
                ))),
                None => Ok(given),
            }
        }
        Kind::Flag if value == "true" || value == "false" => Ok(vec![value.to_owned()]),
        Kind::Flag => Err(Refusal::wrong_type(value, name, "boolean")),
    }
}

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

    fn request(query: &[(&str, &str)]) -> Request {
        Request {
            method: "GET".into(),
            path: "/".into(),
            query: query
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    #[test]
    fn query_parameters_are_refused_unless_they_fit() {
        let allowed = [
            LIMIT,
            ("page-id", Kind::Ids(2)),
            ("private", Kind::Flag),
            ("status", Kind::Words(&["current", "archived"])),
            ("depth", Kind::Word(&["all", "root"])),
        ];
        let good: [&[(&str, &str)]; 5] = [
            &[("limit", "250")],
            &[("page-id", "1,2")],
            &[("page-id", "1"), ("page-id", "2")],
            &[("private", "false")],
            &[("status", "current,archived"), ("depth", "root")],
        ];
        for query in good {
            assert!(Query::read(&request(query), &allowed).is_ok(), "{query:?}");
        }
        let bad: [&[(&str, &str)]; 8] = [
            &[("limit", "0")],
            &[("limit", "251")],
            &[("limit", "ten")],
            &[("limit", "5"), ("limit", "6")],
            &[("page-id", "1,2,3")],
            &[("page-id", "one")],
            &[("private", "True")],
            &[("depht", "root")],
        ];
        for query in bad {
            assert!(Query::read(&request(query), &allowed).is_err(), "{query:?}");
        }
    }

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
