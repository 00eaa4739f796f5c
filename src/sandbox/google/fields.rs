//! Field masks: `files(id,name),nextPageToken`, `sheets.properties`, `*`.
//!
//! See <https://developers.google.com/workspace/drive/api/guides/fields-parameter>.

use serde_json::{Map, Value};

use crate::sandbox::google::{
    contract::{Contract, Kind},
    errors::Refusal,
};

/// Which members are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// This and everything below.
    All,
    /// Only these.
    Members(Vec<(String, Mask)>),
}

impl Mask {
    /// Reads a mask. `.` and `/` both go one level down.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let mut rest = text;
        let mask = Self::list(&mut rest).filter(|_| rest.is_empty());
        mask.ok_or_else(|| invalid_selection(text))
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut mask = Self::Members(Vec::new());
        loop {
            mask.add(Self::path(rest)?);
            match rest.strip_prefix(',') {
                Some(after) => *rest = after,
                None => return Some(mask),
            }
        }
    }

    /// One path with what stands in parentheses after it, as a mask of one member.
    fn path(rest: &mut &str) -> Option<Self> {
        let text = rest.trim_start();
        let end = text.find([',', '/', '.', '(', ')']).unwrap_or(text.len());
        let (name, after) = text.split_at(end);
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        *rest = after;
        let below = if let Some(after) = rest.strip_prefix(['/', '.']) {
            *rest = after;
            Self::path(rest)?
        } else if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let list = Self::list(rest)?;
            *rest = rest.strip_prefix(')')?.trim_start();
            list
        } else {
            Self::All
        };
        Some(if name == "*" {
            below
        } else {
            Self::Members(vec![(name.to_owned(), below)])
        })
    }

    fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::Members(mine), Self::Members(others)) => {
                for (name, below) in others {
                    match mine.iter_mut().find(|(each, _)| *each == name) {
                        Some((_, mask)) => mask.add(below),
                        None => mine.push((name, below)),
                    }
                }
            }
        }
    }

    /// Refuses a member that the schema does not have.
    ///
    /// # Errors
    /// 400 with the member's name.
    pub fn check(&self, contract: &Contract, schema: &str) -> Result<(), Refusal> {
        let Self::Members(members) = self else {
            return Ok(());
        };
        for (name, below) in members {
            let kind = contract
                .member(schema, name)
                .ok_or_else(|| invalid_selection(name))?;
            below.check_kind(contract, kind, name)?;
        }
        Ok(())
    }

    fn check_kind(&self, contract: &Contract, kind: &Kind, name: &str) -> Result<(), Refusal> {
        match kind {
            Kind::List(inner) => self.check_kind(contract, inner, name),
            Kind::Schema(schema) => self.check(contract, schema),
            Kind::Map(_) | Kind::Any => Ok(()),
            Kind::Text
            | Kind::Int64
            | Kind::DateTime
            | Kind::Date
            | Kind::Integer { .. }
            | Kind::Number
            | Kind::Boolean
            | Kind::Word(_) => match self {
                Self::All => Ok(()),
                Self::Members(_) => Err(invalid_selection(name)),
            },
        }
    }

    /// Whether that path, or something above or below it, is meant.
    pub fn touches(&self, path: &[&str]) -> bool {
        match (self, path) {
            (Self::All, _) | (_, []) => true,
            (Self::Members(members), [first, rest @ ..]) => members
                .iter()
                .any(|(name, below)| name == first && below.touches(rest)),
        }
    }

    /// What of a value is meant.
    pub fn apply(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Members(members), Value::Object(mut object)) => {
                let kept = members
                    .iter()
                    .filter_map(|(name, below)| {
                        Some((name.clone(), below.apply(object.remove(name)?)))
                    })
                    .collect::<Map<_, _>>();
                Value::Object(kept)
            }
            (Self::Members(_), Value::Array(items)) => {
                items.into_iter().map(|item| self.apply(item)).collect()
            }
            (_, value) => value,
        }
    }

    /// Copies the members that are meant from `source` to `target`; one that `source` lacks is cleared.
    pub fn copy(&self, source: &Value, target: &mut Value) {
        let Self::Members(members) = self else {
            *target = source.clone();
            return;
        };
        if !target.is_object() {
            *target = Value::Object(Map::new());
        }
        let Some(object) = target.as_object_mut() else {
            return;
        };
        for (name, below) in members {
            match (below, source.get(name)) {
                (Self::All, None) => {
                    object.remove(name);
                }
                (Self::All, Some(value)) => {
                    object.insert(name.clone(), value.clone());
                }
                (Self::Members(_), value) => {
                    below.copy(
                        value.unwrap_or(&Value::Null),
                        object.entry(name.clone()).or_insert(Value::Null),
                    );
                }
            }
        }
    }
}

fn invalid_selection(what: &str) -> Refusal {
    Refusal::front_end(
        400,
        "invalidParameter",
        format!("Invalid field selection {what}"),
    )
    .at("parameter", "fields")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::sandbox::google::contract::Service;

    #[rstest]
    #[case("*", json!({"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}]}))]
    #[case("a", json!({"a": {"b": 1, "c": 2}}))]
    #[case("a/b,d/f", json!({"a": {"b": 1}, "d": [{"f": 2}]}))]
    #[case("a.b , d(e,f)", json!({"a": {"b": 1}, "d": [{"e": 1, "f": 2}]}))]
    #[case("a(b),a(c)", json!({"a": {"b": 1, "c": 2}}))]
    #[case("absent", json!({}))]
    fn a_mask_keeps_what_it_names(#[case] mask: &str, #[case] kept: Value) {
        let whole = json!({"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}]});
        assert_eq!(Mask::read(mask).unwrap().apply(whole), kept);
    }

    #[rstest]
    #[case("id,name", true)]
    #[case("owners/emailAddress", true)]
    #[case("appProperties/anything", true)]
    #[case("*", true)]
    #[case("title", false)]
    #[case("name/first", false)]
    #[case("owners(email)", false)]
    #[case("owners(emailAddress", false)]
    #[case("", false)]
    #[case("id,,name", false)]
    fn a_mask_may_only_name_what_there_is(#[case] mask: &str, #[case] good: bool) {
        let outcome =
            Mask::read(mask).and_then(|mask| mask.check(Service::Drive.contract(), "File"));
        assert_eq!(outcome.is_ok(), good);
    }

    #[test]
    fn copying_clears_what_the_source_lacks() {
        let mut target = json!({"title": "old", "grid": {"rows": 5, "columns": 3}});
        Mask::read("title,grid.rows")
            .unwrap()
            .copy(&json!({"title": "new"}), &mut target);
        assert_eq!(target, json!({"title": "new", "grid": {"columns": 3}}));
    }
}
