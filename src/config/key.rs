//! Dotted keys, and the keys there are.

use std::fmt;

use serde_json::{Map, Value};

/// Where a value stands in the tree: `people[0].email`. The root has no segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Vec<Segment>);

/// One step into the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment {
    /// Into a table.
    Name(String),
    /// Into a list, from 0.
    Index(usize),
}

impl Key {
    /// The key of these dotted names.
    pub fn of(dotted: &str) -> Self {
        Self(
            dotted
                .split('.')
                .map(|name| Segment::Name(name.to_owned()))
                .collect(),
        )
    }

    /// The key of an entry of this table.
    pub fn name(&self, name: &str) -> Self {
        self.then(Segment::Name(name.to_owned()))
    }

    /// The key of an element of this list.
    pub fn index(&self, index: usize) -> Self {
        self.then(Segment::Index(index))
    }

    fn then(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }

    /// The table or list it is in; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, parents) = self.0.split_last()?;
        Some(Self(parents.to_vec()))
    }

    /// The same key in a tree whose lists lack the elements that were taken out, read backwards: from an
    /// index among those that are left to the index as it was written.
    pub fn before_removal(&self, taken_out: impl Fn(&Self) -> bool) -> Self {
        self.0
            .iter()
            .fold(Self::default(), |key, segment| match segment {
                Segment::Name(name) => key.name(name),
                Segment::Index(index) => (0..)
                    .map(|original| key.index(original))
                    .filter(|element| !taken_out(element))
                    .nth(*index)
                    .unwrap_or(key),
            })
    }

    /// What stands there in a tree.
    pub fn find<'t>(&self, tree: &'t Value) -> Option<&'t Value> {
        self.0.iter().try_fold(tree, |node, segment| match segment {
            Segment::Name(name) => node.get(name),
            Segment::Index(index) => node.get(index),
        })
    }

    /// The name of the last entry; empty for an element of a list.
    pub fn last_name(&self) -> &str {
        match self.0.last() {
            Some(Segment::Name(name)) => name,
            Some(Segment::Index(_)) | None => "",
        }
    }
}

impl From<&serde_path_to_error::Path> for Key {
    fn from(path: &serde_path_to_error::Path) -> Self {
        use serde_path_to_error::Segment as Step;
        path.iter().fold(Self::default(), |key, step| match step {
            Step::Seq { index } => key.index(*index),
            Step::Map { key: name } | Step::Enum { variant: name } => key.name(name),
            Step::Unknown => key,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Name(name) if position == 0 => f.write_str(name)?,
                Segment::Name(name) => write!(f, ".{name}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What may stand at a key, as the JSON Schema has it.
#[derive(Clone, Copy)]
pub(super) enum Shape<'s> {
    /// A table of these keys.
    Section(&'s Map<String, Value>),
    /// A list of tables of these keys.
    Sections(&'s Map<String, Value>),
    /// A value or a list of values.
    Leaf(Visibility),
}

/// Whether a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visibility {
    /// To the person who configures.
    Shown,
    /// To nobody.
    Secret,
}

impl<'s> Shape<'s> {
    /// What the schema describes.
    pub fn of(schema: &'s Value) -> Self {
        let keys = |schema: &'s Value| schema.get("properties").and_then(Value::as_object);
        if let Some(keys) = keys(schema) {
            return Self::Section(keys);
        }
        if let Some(keys) = schema.get("items").and_then(keys) {
            return Self::Sections(keys);
        }
        match schema.get("writeOnly") {
            Some(_) => Self::Leaf(Visibility::Secret),
            None => Self::Leaf(Visibility::Shown),
        }
    }

    /// What may stand at a key below; `None` where there is no such key. An element of a list has its list's shape.
    pub fn at(self, key: &Key) -> Option<Self> {
        key.0
            .iter()
            .try_fold(self, |shape, segment| match (shape, segment) {
                (Self::Section(keys) | Self::Sections(keys), Segment::Name(name)) => {
                    keys.get(name).map(Self::of)
                }
                (Self::Section(_), Segment::Index(_)) | (Self::Leaf(_), Segment::Name(_)) => None,
                (Self::Sections(_) | Self::Leaf(_), Segment::Index(_)) => Some(shape),
            })
    }

    /// Every key below, sections included; elements of lists have no index.
    pub fn keys(self) -> Vec<Key> {
        fn collect(shape: Shape<'_>, at: &Key, into: &mut Vec<Key>) {
            match shape {
                Shape::Section(keys) | Shape::Sections(keys) => {
                    for (name, schema) in keys {
                        let key = at.name(name);
                        collect(Shape::of(schema), &key, into);
                        into.push(key);
                    }
                }
                Shape::Leaf(_) => {}
            }
        }
        let mut keys = Vec::new();
        collect(self, &Key::default(), &mut keys);
        keys
    }

    /// The known key that was perhaps meant.
    pub fn nearest(self, unknown: &Key) -> Option<String> {
        let names = |key: &Key| {
            let names = key.0.iter().filter_map(|segment| match segment {
                Segment::Name(name) => Some(name.as_str()),
                Segment::Index(_) => None,
            });
            names.collect::<Vec<_>>().join(".")
        };
        let written = names(unknown);
        let tolerated = (unknown.last_name().len() / 3).clamp(1, 3);
        self.keys()
            .iter()
            .map(names)
            .map(|known| (edits(&written, &known), known))
            .filter(|(edits, _)| *edits <= tolerated)
            .min()
            .map(|(_, known)| known)
    }
}

/// How many letters have to be typed, taken out, changed or swapped with their neighbour to get from one to the other.
fn edits(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let changed = last[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_typing_mistakes() {
        for (from, to, expected) in [
            ("", "", 0),
            ("token", "token", 0),
            ("tokn", "token", 1),
            ("tokenn", "token", 1),
            ("tokan", "token", 1),
            ("tkoen", "token", 1),
            ("", "token", 5),
            ("slak.tokn", "slack.token", 2),
        ] {
            assert_eq!(edits(from, to), expected, "{from} to {to}");
            assert_eq!(edits(to, from), expected, "{to} to {from}");
        }
    }

    #[test]
    fn an_index_is_found_again_as_it_was_written() {
        let people = Key::of("people");
        let taken_out = [people.index(0), people.index(2)];
        let original = |index| {
            people
                .index(index)
                .name("email")
                .before_removal(|key| taken_out.contains(key))
                .to_string()
        };
        assert_eq!(original(0), "people[1].email");
        assert_eq!(original(1), "people[3].email");
    }
}
