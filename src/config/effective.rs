//! What holds, and who said so: a file that could be used in the place of all layers, but for its secrets.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::fault::Origin;
use super::key::{Key, Shape, Visibility};
use super::layers::Layers;

/// What stands in the place of a secret.
const HIDDEN: &str = "********";

/// The tree as TOML. Each value is followed by where it was given; secrets are hidden here, before anything else
/// can get hold of them.
pub(super) fn text(tree: &Value, layers: &Layers, shape: Shape<'_>) -> String {
    let mut text = String::new();
    if let Some(root) = tree.as_object() {
        section(root, &Key::default(), layers, shape, &mut text);
    }
    text
}

/// The values of a section, then the sections in it: after a header, TOML has no way back.
fn section(
    entries: &Map<String, Value>,
    at: &Key,
    layers: &Layers,
    shape: Shape<'_>,
    text: &mut String,
) {
    let mut sections = Vec::new();
    for (name, entry) in entries {
        let key = at.name(name);
        match shape.at(&key) {
            Some(Shape::Leaf(visibility)) => value(entry, &key, visibility, layers, text),
            Some(Shape::Section(_) | Shape::Sections(_)) => sections.push((key, entry)),
            None => {}
        }
    }
    for (key, entry) in sections {
        if let Some(entries) = entry.as_object() {
            push(text, format_args!("\n[{key}]\n"));
            section(entries, &key, layers, shape, text);
        }
        for (index, element) in entry.as_array().into_iter().flatten().enumerate() {
            push(text, format_args!("\n[[{key}]]\n"));
            if let Some(entries) = element.as_object() {
                section(entries, &key.index(index), layers, shape, text);
            }
        }
    }
}

fn value(entry: &Value, key: &Key, visibility: Visibility, layers: &Layers, text: &mut String) {
    let shown = match visibility {
        Visibility::Secret => toml::Value::from(HIDDEN),
        Visibility::Shown => match toml::Value::try_from(entry) {
            Ok(shown) => shown,
            Err(_) => return,
        },
    };
    let origin = match layers.origin(key) {
        Origin::Default => "default".to_owned(),
        Origin::File {
            path,
            line: Some(line),
        } => format!("{}:{line}", path.display()),
        Origin::File { path, line: None } => path.display().to_string(),
        Origin::Variable(name) => name,
    };
    // A file's name may hold anything, and a comment ends with its line.
    let origin = origin.replace(char::is_control, "?");
    push(
        text,
        format_args!("{} = {shown} # {origin}\n", key.last_name()),
    );
}

/// Writing to a `String` cannot fail.
fn push(text: &mut String, piece: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(piece);
}
