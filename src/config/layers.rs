//! The layers, merged: the default below the file below the environment; and which of them a value came from.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::DEFAULT;
use super::fault::{ConfigFault, Origin, Problem};
use super::key::{Key, Shape};

/// What every variable of ours begins with.
const PREFIX: &str = "DEBRIEF__";

/// A configuration file as it was read.
pub(super) struct Text {
    /// Its name.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// The merged tree, and where its parts came from.
pub(super) struct Layers {
    /// What holds.
    pub merged: Value,
    /// What holds where nothing is said.
    pub defaults: Value,
    file: Option<PathBuf>,
    lines: BTreeMap<Key, usize>,
    variables: BTreeMap<Key, String>,
}

impl Layers {
    /// Merges. `None` when the file is not TOML: what it means to say nobody knows then.
    ///
    /// Values of variables stay the texts they are: config's own guessing makes `100000` of a token `1e5`.
    pub fn merge(
        file: Option<Text>,
        environment: impl Iterator<Item = (String, String)>,
        shape: Shape<'_>,
        faults: &mut Vec<ConfigFault>,
    ) -> Option<Self> {
        let lines = match &file {
            Some(file) => lines_of(file, faults)?,
            None => BTreeMap::new(),
        };
        let (variables, values) = known_variables(environment, shape, faults);
        let mut builder = config::Config::builder().add_source(toml_text(DEFAULT));
        if let Some(file) = &file {
            builder = builder.add_source(toml_text(&file.text));
        }
        let variables_source = Environment::with_prefix("DEBRIEF")
            .prefix_separator("__")
            .separator("__")
            .source(Some(values));
        let built = builder.add_source(variables_source).build().and_then(tree);
        let defaults = config::Config::builder()
            .add_source(toml_text(DEFAULT))
            .build()
            .and_then(tree);
        let path = file.map(|file| file.path);
        match (built, defaults) {
            (Ok(merged), Ok(defaults)) => Some(Self {
                merged,
                defaults,
                file: path,
                lines,
                variables,
            }),
            (Err(error), _) | (_, Err(error)) => {
                faults.push(ConfigFault {
                    origin: path.map_or(Origin::Default, |path| Origin::file(&path, None)),
                    key: String::new(),
                    problem: Problem::Syntax {
                        error: error.to_string(),
                    },
                });
                None
            }
        }
    }

    /// Where the value of a key was given.
    pub fn origin(&self, key: &Key) -> Origin {
        if let Some(name) = self.variables.get(key) {
            return Origin::Variable(name.clone());
        }
        match (&self.file, self.lines.get(key)) {
            (Some(path), Some(line)) => Origin::file(path, Some(*line)),
            (Some(_) | None, _) => Origin::Default,
        }
    }

    /// Where a key would be given that is not: in the file, in the nearest section that is there.
    pub fn place_for(&self, key: &Key) -> Origin {
        let Some(path) = &self.file else {
            return Origin::Default;
        };
        let section = std::iter::successors(Some(key.clone()), Key::parent)
            .find_map(|key| self.lines.get(&key));
        Origin::file(path, section.copied())
    }

    /// A path as its layer means it: beside the file it stands in, or for a variable below the working directory.
    pub fn resolve(&self, key: &Key, path: &Path) -> PathBuf {
        let folder = self.file.as_deref().and_then(Path::parent);
        match (self.origin(key), folder) {
            (Origin::Default | Origin::File { .. }, Some(folder)) => folder.join(path),
            (Origin::Variable(_), _) | (_, None) => path.to_owned(),
        }
    }
}

fn toml_text(text: &str) -> File<config::FileSourceString, FileFormat> {
    File::from_str(text, FileFormat::Toml)
}

fn tree(config: config::Config) -> Result<Value, config::ConfigError> {
    config.try_deserialize()
}

/// The line of every key. Faults of syntax are added, all at once; `None` when there are any.
fn lines_of(file: &Text, faults: &mut Vec<ConfigFault>) -> Option<BTreeMap<Key, usize>> {
    fn table(found: &DeTable<'_>, at: &Key, note: &mut dyn FnMut(Key, usize)) {
        for (name, entry) in found {
            let key = at.name(name.get_ref());
            note(key.clone(), name.span().start);
            value(entry.get_ref(), &key, note);
        }
    }
    fn value(found: &DeValue<'_>, at: &Key, note: &mut dyn FnMut(Key, usize)) {
        match found {
            DeValue::Table(entries) => table(entries, at, note),
            DeValue::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let key = at.index(index);
                    note(key.clone(), element.span().start);
                    value(element.get_ref(), &key, note);
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    let line_at = |offset: usize| {
        let before = file.text.as_bytes().get(..offset).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    };
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    if errors.is_empty() {
        let mut lines = BTreeMap::new();
        table(document.get_ref(), &Key::default(), &mut |key, offset| {
            lines.insert(key, line_at(offset));
        });
        return Some(lines);
    }
    for error in errors {
        // Only the message: the error's own Display quotes the line, and a secret may stand on it.
        faults.push(ConfigFault {
            origin: Origin::file(&file.path, error.span().map(|span| line_at(span.start))),
            key: String::new(),
            problem: Problem::Syntax {
                error: error.message().to_owned(),
            },
        });
    }
    None
}

/// Our variables by key, and their values by name. One that names no value is a fault, and left out.
fn known_variables(
    environment: impl Iterator<Item = (String, String)>,
    shape: Shape<'_>,
    faults: &mut Vec<ConfigFault>,
) -> (BTreeMap<Key, String>, HashMap<String, String>) {
    let ours = |name: &str| {
        let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
        let dotted = rest.to_lowercase().replace("__", ".");
        prefix
            .eq_ignore_ascii_case(PREFIX)
            .then(|| Key::of(&dotted))
    };
    // In the order of their names, so that the same environment always gives the same answer.
    let sorted: BTreeMap<String, String> = environment.collect();
    let mut names = BTreeMap::new();
    let mut values = HashMap::new();
    for (name, value) in sorted {
        let Some(key) = ours(&name).filter(|_| !value.is_empty()) else {
            continue;
        };
        let wrong = |found: &str, expected: &str| Problem::WrongValue {
            found: found.to_owned(),
            expected: expected.to_owned(),
        };
        let problem = match shape.at(&key) {
            None => Some(Problem::UnknownKey {
                nearest: shape.nearest(&key),
            }),
            Some(Shape::Section(_)) => Some(wrong(
                "a value for the whole section",
                "a variable for each of its keys",
            )),
            Some(Shape::Sections(_)) => Some(wrong(
                "a variable",
                "[[sections]] in the file; they cannot be set by variables",
            )),
            Some(Shape::Leaf(_)) if value.contains(char::REPLACEMENT_CHARACTER) => {
                Some(wrong("bytes that are not UTF-8", "text"))
            }
            Some(Shape::Leaf(_)) => names.get(&key).map(|other: &String| Problem::GivenTwice {
                other: other.clone(),
            }),
        };
        match problem {
            Some(problem) => faults.push(ConfigFault {
                origin: Origin::Variable(name),
                key: key.to_string(),
                problem,
            }),
            None => {
                values.insert(name.clone(), value);
                names.insert(key, name);
            }
        }
    }
    (names, values)
}
