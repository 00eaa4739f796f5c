//! Lists from outside, read member by member: one that cannot be read costs itself and none of the others.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::answer::what_was_expected;
use super::failure::short;

/// A list of which every member was read by itself. One that is null or left out is empty.
#[derive(Clone, Debug)]
pub struct Each<T> {
    /// What could be read, in order.
    pub read: Vec<T>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
}

/// A member of a list that could not be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// What it says its id is.
    pub id: Option<String>,
    /// Where it is wrong, and what was expected there; nothing of what stands there, which may be somebody's data.
    pub why: String,
    /// As it came: for looking at single fields, never for a log.
    pub value: Value,
}

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self {
            read: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

impl<T> Each<T> {
    /// How many members the list had.
    pub fn len(&self) -> usize {
        self.read.len() + self.unreadable.len()
    }

    /// Whether it had none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: DeserializeOwned> Each<T> {
    /// Reads what is a list member by member; anything else but null counts as one member that cannot be read.
    pub fn of(list: Value) -> Self {
        let members = match list {
            Value::Null => Vec::new(),
            Value::Array(members) => members,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                return Self {
                    read: Vec::new(),
                    unreadable: vec![Unreadable {
                        id: None,
                        why: "expected a list".to_owned(),
                        value: list,
                    }],
                };
            }
        };
        let mut each = Self::default();
        for member in members {
            // Borrowed: what cannot be read is kept as it came.
            match serde_path_to_error::deserialize(&member) {
                Ok(read) => each.read.push(read),
                Err(error) => each.unreadable.push(Unreadable {
                    id: member.get("id").and_then(Value::as_str).map(short),
                    why: format!("{} at {}", what_was_expected(error.inner()), error.path()),
                    value: member,
                }),
            }
        }
        each
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Each<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Value::deserialize(reader).map(Self::of)
    }
}

/// Reads null, and whatever else the type cannot be read from, as the type's empty value: for fields that are good to
/// have and never worth losing the rest for.
///
/// # Errors
/// Only where it is no JSON at all.
pub fn patiently<'de, D, T>(reader: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(reader)?;
    Ok(T::deserialize(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Row {
        id: String,
        count: u32,
        #[serde(default, deserialize_with = "patiently")]
        note: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    struct Table {
        #[serde(default)]
        rows: Each<Row>,
    }

    fn rows(value: Value) -> Each<Row> {
        serde_json::from_value::<Table>(value).unwrap().rows
    }

    #[test]
    fn a_member_that_cannot_be_read_is_named_and_the_others_are_read() {
        let rows = rows(json!({"rows": [
            {"id": "a", "count": 1, "note": 7},
            {"id": "b", "count": "ada@example.com"},
            null,
            {"id": "c", "count": 3, "note": "n"},
        ]}));
        let read: Vec<_> = rows
            .read
            .iter()
            .map(|row| (&*row.id, row.count, row.note.as_deref()))
            .collect();
        assert_eq!(read, [("a", 1, None), ("c", 3, Some("n"))]);
        assert_eq!(rows.unreadable[0].id.as_deref(), Some("b"));
        assert_eq!(rows.unreadable[0].why, "expected u32 at count");
        assert_eq!(rows.unreadable[1].id, None);
        assert_eq!(rows.len(), 4);
    }

    #[test]
    fn no_list_is_empty_and_something_else_is_one_member_that_cannot_be_read() {
        for empty in [json!({}), json!({"rows": null}), json!({"rows": []})] {
            assert!(rows(empty).is_empty());
        }
        assert_eq!(
            rows(json!({"rows": {"id": "a"}})).unreadable[0].why,
            "expected a list"
        );
    }
}
