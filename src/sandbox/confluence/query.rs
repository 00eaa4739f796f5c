//! What a call may ask for: query parameters, each named, typed and bounded.
//!
//! Confluence itself ignores much of what it does not know. The sandbox refuses it: a misspelt filter that is
//! ignored answers with every page of the site, and nobody notices.

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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
}
