//! Storage format: Confluence's XML, read strictly and completed on saving as Confluence completes it.
//!
//! A body uses the prefixes `ac:` and `ri:` without declaring them, and HTML's entities without a DTD; it is parsed
//! inside a root that declares both. Changes are made to the text, not to a tree, so that what nobody touched
//! comes back as it was sent.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::entities::ENTITIES;
use crate::sandbox::seed::fingerprint;

/// The namespace that `ac:` stands for here.
pub(in crate::sandbox) const AC: &str = "http://atlassian.com/content";
/// The namespace that `ri:` stands for here.
pub(in crate::sandbox) const RI: &str = "http://atlassian.com/resource/identifier";

static OPENING: LazyLock<String> = LazyLock::new(|| {
    let entities: String = ENTITIES
        .iter()
        .filter_map(|(name, code)| {
            char::from_u32(*code).map(|character| format!("<!ENTITY {name} \"{character}\">"))
        })
        .collect();
    format!("<!DOCTYPE xml [{entities}]><xml xmlns:ac=\"{AC}\" xmlns:ri=\"{RI}\">")
});
const CLOSING: &str = "</xml>";

/// A body made ready for parsing.
#[derive(Debug)]
pub(in crate::sandbox) struct Source {
    wrapped: String,
}

impl Source {
    /// Wraps a body.
    pub(in crate::sandbox) fn new(body: &str) -> Self {
        Self {
            wrapped: format!("{}{body}{CLOSING}", *OPENING),
        }
    }

    /// Parses it.
    ///
    /// # Errors
    /// Says what is wrong and where, in the words and with the coordinates that Confluence uses.
    pub(in crate::sandbox) fn parse(&self) -> Result<Document<'_>, String> {
        let options = ParsingOptions {
            allow_dtd: true,
            ..ParsingOptions::default()
        };
        Document::parse_with_options(&self.wrapped, options).map_err(|error| complaint(&error))
    }
}

fn complaint(error: &Error) -> String {
    // The wildcard is on the parser's own enum, which has thirty kinds that all mean "not well-formed".
    #[allow(clippy::wildcard_enum_match_arm)]
    let what = match error {
        Error::UnexpectedCloseTag(expected, actual, _) => {
            format!("Unexpected close tag </{actual}>; expected </{expected}>.")
        }
        Error::UnknownEntityReference(name, _) => format!("Undeclared general entity \"{name}\""),
        Error::UnknownNamespace(prefix, _) => format!("Undeclared namespace prefix \"{prefix}\""),
        Error::NonXmlChar(character, _) => {
            format!(
                "Illegal character (code 0x{:x}) not allowed in XML content",
                u32::from(*character)
            )
        }
        other => other.to_string(),
    };
    let position = error.pos();
    let before = if position.row == 1 {
        u32::try_from(OPENING.chars().count()).unwrap_or(0)
    } else {
        0
    };
    let column = position.col.saturating_sub(before);
    format!(
        "Error parsing xhtml: {what}\n at [row,col {{unknown-source}}]: [{},{column}]",
        position.row
    )
}

/// Whether the node is `ac:NAME`.
pub(in crate::sandbox) fn is_ac(node: Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name((AC, name))
}

/// The first child `ac:NAME`.
pub(in crate::sandbox) fn ac_child<'a, 'input>(
    node: Node<'a, 'input>,
    name: &str,
) -> Option<Node<'a, 'input>> {
    node.children().find(|child| is_ac(*child, name))
}

/// All text below the node, task lists inside it left out, white space squeezed.
pub(in crate::sandbox) fn plain_text(node: Node<'_, '_>) -> String {
    let mut words = String::new();
    collect_text(node, &mut words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn collect_text(node: Node<'_, '_>, into: &mut String) {
    for child in node.children() {
        if child.is_text() {
            into.push_str(child.text().unwrap_or_default());
        } else if child.is_element() && !is_ac(child, "task-list") && !is_ac(child, "parameter") {
            collect_text(child, into);
            if matches!(
                child.tag_name().name(),
                "p" | "li" | "td" | "th" | "br" | "h1" | "h2" | "h3"
            ) {
                into.push(' ');
            }
        }
    }
}

/// The text of a whole body; empty where it is not well-formed.
pub(super) fn text_of(body: &str) -> String {
    let source = Source::new(body);
    source
        .parse()
        .map(|document| plain_text(document.root_element()))
        .unwrap_or_default()
}

/// The text between an element's tags.
pub(super) fn inside<'a>(source: &'a Source, node: Node<'_, '_>) -> &'a str {
    let start = node.first_child().map(|child| child.range().start);
    let end = node.last_child().map(|child| child.range().end);
    start
        .zip(end)
        .and_then(|(start, end)| source.wrapped.get(start..end))
        .unwrap_or_default()
}

/// A change to the text: what stands in the range is replaced.
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

/// Checks a body and fills in what Confluence fills in: macro ids and schema versions, task ids and states, and the
/// space in `<br />`.
///
/// `seed` makes the new ids differ from page to page and stay the same from run to run.
///
/// # Errors
/// The reason of a 400.
pub(super) fn complete(body: &str, seed: &str) -> Result<String, String> {
    if let Some((at, bad)) = body
        .char_indices()
        .find(|(_, character)| is_forbidden(*character))
    {
        let before = &body[..at];
        let row = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count())
            + 1;
        return Err(format!(
            "Error parsing xhtml: Illegal character (code 0x{:x}) not allowed in XML content\n at \
             [row,col {{unknown-source}}]: [{row},{column}]",
            u32::from(bad)
        ));
    }
    let source = Source::new(body);
    let document = source.parse()?;
    let mut edits = Vec::new();
    let mut taken = task_ids(&document)?;
    for (count, node) in document
        .root_element()
        .descendants()
        .skip(1)
        .filter(Node::is_element)
        .enumerate()
    {
        if is_ac(node, "structured-macro") {
            edits.extend(macro_edit(&source, node, &format!("{seed}/{count}"))?);
        }
        if is_ac(node, "task") {
            edits.extend(task_edit(&source, node, &mut taken)?);
        }
        edits.extend(closing_edit(&source, node));
    }
    Ok(apply(&source, edits))
}

/// Characters that XML 1.0 has no place for.
pub(super) fn is_forbidden(character: char) -> bool {
    matches!(character, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn task_ids(document: &Document<'_>) -> Result<BTreeSet<u64>, String> {
    let mut ids = BTreeSet::new();
    for id in document
        .descendants()
        .filter(|node| is_ac(*node, "task-id"))
    {
        let text = id.text().unwrap_or_default().trim();
        let number = text
            .parse()
            .map_err(|_| format!("Error parsing xhtml: task id '{text}' is not an integer"))?;
        if !ids.insert(number) {
            return Err(format!(
                "Error parsing xhtml: task id '{number}' is used twice on the page"
            ));
        }
    }
    Ok(ids)
}

fn macro_edit(source: &Source, node: Node<'_, '_>, seed: &str) -> Result<Option<Edit>, String> {
    if node.attribute((AC, "name")).is_none_or(str::is_empty) {
        return Err("Error parsing xhtml: a structured-macro without ac:name".to_owned());
    }
    let mut text = String::new();
    if node.attribute((AC, "schema-version")).is_none() {
        text.push_str(" ac:schema-version=\"1\"");
    }
    if node.attribute((AC, "macro-id")).is_none() {
        text.push_str(&format!(" ac:macro-id=\"{}\"", uuid(seed)));
    }
    let at = attributes_end(source, node);
    Ok((!text.is_empty()).then_some(Edit {
        start: at,
        end: at,
        text,
    }))
}

fn task_edit(
    source: &Source,
    node: Node<'_, '_>,
    taken: &mut BTreeSet<u64>,
) -> Result<Option<Edit>, String> {
    if !node
        .parent_element()
        .is_some_and(|parent| is_ac(parent, "task-list"))
    {
        return Err("Error parsing xhtml: ac:task outside of ac:task-list".to_owned());
    }
    let status = ac_child(node, "task-status");
    if let Some(status) = status {
        let word = status.text().unwrap_or_default().trim();
        if word != "complete" && word != "incomplete" {
            return Err(format!(
                "Error parsing xhtml: task status '{word}' is neither 'complete' nor 'incomplete'"
            ));
        }
    }
    let Some(first) = node.first_child() else {
        return Err("Error parsing xhtml: an empty ac:task".to_owned());
    };
    let id = ac_child(node, "task-id");
    let at = id.map_or(first.range().start, |id| id.range().end);
    let mut text = String::new();
    if id.is_none() {
        let fresh = taken.last().map_or(1, |last| last + 1);
        taken.insert(fresh);
        text.push_str(&format!("<ac:task-id>{fresh}</ac:task-id>"));
    }
    if status.is_none() {
        text.push_str("<ac:task-status>incomplete</ac:task-status>");
    }
    debug_assert!(source.wrapped.is_char_boundary(at));
    Ok((!text.is_empty()).then_some(Edit {
        start: at,
        end: at,
        text,
    }))
}

/// `<br/>` comes back as `<br />`.
fn closing_edit(source: &Source, node: Node<'_, '_>) -> Option<Edit> {
    let text = source.wrapped.get(node.range())?;
    let before = text.strip_suffix("/>")?;
    let at = node.range().start + before.len();
    (!before.ends_with(char::is_whitespace)).then(|| Edit {
        start: at,
        end: at,
        text: " ".to_owned(),
    })
}

/// Where the last attribute of a start tag ends, or its name where it has none.
fn attributes_end(source: &Source, node: Node<'_, '_>) -> usize {
    let start = node.range().start;
    let name = source.wrapped[start..]
        .find([' ', '\t', '\n', '\r', '/', '>'])
        .map_or(start, |length| start + length);
    node.attributes()
        .map(|attribute| attribute.range().end)
        .max()
        .unwrap_or(name)
}

/// Makes the edits from the last to the first, so that none moves another's place, and unwraps the body.
pub(super) fn apply(source: &Source, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.start);
    let mut text = source.wrapped.clone();
    for edit in edits.iter().rev() {
        text.replace_range(edit.start..edit.end, &edit.text);
    }
    text.truncate(text.len() - CLOSING.len());
    text.split_off(OPENING.len())
}

/// An id in the form of a UUID that depends on the text alone.
pub(super) fn uuid(text: &str) -> String {
    let hex = fingerprint(text, 32).to_lowercase();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

#[cfg(test)]
mod tests;
