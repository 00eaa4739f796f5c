//! From the merged tree to the written form: every value that cannot be used is reported and put aside, until
//! the rest can be read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fault::{ConfigFault, Problem};
use super::key::{Key, Shape, Visibility};
use super::layers::Layers;
use super::written::Written;

/// The longest piece of a value that a fault quotes, in characters.
const QUOTED: usize = 60;

/// The tree, less what was put aside.
pub(super) struct Reading<'a> {
    layers: &'a Layers,
    shape: Shape<'a>,
    aside: BTreeSet<Key>,
}

impl<'a> Reading<'a> {
    /// Nothing is put aside yet.
    pub fn new(layers: &'a Layers, shape: Shape<'a>) -> Self {
        Self {
            layers,
            shape,
            aside: BTreeSet::new(),
        }
    }

    /// Reads. `None` only when not even the defaults can be read.
    pub fn read(&mut self, faults: &mut Vec<ConfigFault>) -> Option<Written> {
        self.put_misshapen_aside(self.shape, &self.layers.merged, &Key::default(), faults);
        // Each turn puts a key aside that was not, so there are no more turns than keys.
        loop {
            let error = match serde_path_to_error::deserialize(self.remaining()) {
                Ok(written) => return Some(written),
                Err(error) => error,
            };
            let key = self.as_written(&Key::from(error.path()));
            faults.push(ConfigFault {
                origin: self.layers.origin(&key),
                key: key.to_string(),
                problem: Problem::WrongValue {
                    found: self.shown(&key),
                    expected: error.into_inner().to_string(),
                },
            });
            if !self.aside.insert(key) {
                return None;
            }
        }
    }

    /// The key in the tree as it was written, for a key in what remains of it.
    pub fn as_written(&self, remaining: &Key) -> Key {
        remaining.before_removal(|key| self.aside.contains(key))
    }

    /// Whether the key, or what it is in or holds, has been reported already.
    pub fn is_aside(&self, key: &Key) -> bool {
        let mut around = std::iter::successors(Some(key.clone()), Key::parent);
        around.any(|key| self.aside.contains(&key))
            || self.aside.iter().any(|aside| {
                std::iter::successors(aside.parent(), Key::parent).any(|parent| parent == *key)
            })
    }

    /// Reports keys that there are not, and values where sections belong.
    fn put_misshapen_aside(
        &mut self,
        shape: Shape<'_>,
        node: &Value,
        key: &Key,
        faults: &mut Vec<ConfigFault>,
    ) {
        match (shape, node) {
            (Shape::Section(known), Value::Object(entries)) => {
                for (name, entry) in entries {
                    let key = key.name(name);
                    match known.get(name) {
                        Some(schema) => {
                            self.put_misshapen_aside(Shape::of(schema), entry, &key, faults);
                        }
                        None => {
                            let nearest = self.shape.nearest(&key);
                            self.put_aside(key, Problem::UnknownKey { nearest }, faults);
                        }
                    }
                }
            }
            (Shape::Sections(known), Value::Array(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    let shape = Shape::Section(known);
                    self.put_misshapen_aside(shape, element, &key.index(index), faults);
                }
            }
            (Shape::Section(_) | Shape::Sections(_), node) => {
                let wanted = match shape {
                    Shape::Section(_) | Shape::Leaf(_) => format!("a section [{key}]"),
                    Shape::Sections(_) => format!("sections [[{key}]]"),
                };
                let problem = Problem::WrongValue {
                    found: kind(node).to_owned(),
                    expected: wanted,
                };
                self.put_aside(key.clone(), problem, faults);
            }
            (Shape::Leaf(_), _) => {}
        }
    }

    fn put_aside(&mut self, key: Key, problem: Problem, faults: &mut Vec<ConfigFault>) {
        faults.push(ConfigFault {
            origin: self.layers.origin(&key),
            key: key.to_string(),
            problem,
        });
        self.aside.insert(key);
    }

    /// The tree, with the default in the place of what was put aside, or nothing where there is none.
    pub fn remaining(&self) -> Value {
        fn remaining(reading: &Reading<'_>, node: &Value, key: &Key) -> Option<Value> {
            if reading.aside.contains(key) {
                return key.find(&reading.layers.defaults).cloned();
            }
            Some(match node {
                Value::Object(entries) => entries
                    .iter()
                    .filter_map(|(name, entry)| {
                        let rest = remaining(reading, entry, &key.name(name))?;
                        Some((name.clone(), rest))
                    })
                    .collect(),
                Value::Array(elements) => elements
                    .iter()
                    .enumerate()
                    .filter_map(|(index, element)| remaining(reading, element, &key.index(index)))
                    .collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => node.clone(),
            })
        }
        remaining(self, &self.layers.merged, &Key::default()).unwrap_or_default()
    }

    /// What stands at a key, as far as it may be shown.
    fn shown(&self, key: &Key) -> String {
        let secret = match self.shape.at(key) {
            Some(Shape::Leaf(visibility)) => visibility == Visibility::Secret,
            Some(Shape::Section(_) | Shape::Sections(_)) | None => true,
        };
        let Some(node) = key.find(&self.layers.merged) else {
            return "nothing".to_owned();
        };
        match node {
            Value::String(text) if text.is_empty() => "an empty text".to_owned(),
            _ if secret => format!("{}, not shown here", kind(node)),
            Value::String(text) if text.contains("://") && text.contains('@') => {
                "a URL that may hold a password, not shown here".to_owned()
            }
            Value::String(text) => format!("{:?}", text.chars().take(QUOTED).collect::<String>()),
            Value::Bool(_) | Value::Number(_) => node.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => kind(node).to_owned(),
        }
    }
}

fn kind(node: &Value) -> &'static str {
    match node {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a section",
    }
}
