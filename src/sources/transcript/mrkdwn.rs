//! Slack's text as rich text. Pure, and linear in the length of the text.
//!
//! Slack's mrkdwn is not Markdown: one asterisk is bold, an underscore italic, a tilde struck, and there are no headings.
//! Whatever stands in angle brackets is markup, and is taken out first; only then are `&amp;`, `&lt;` and `&gt;` undone,
//! which are all the entities that Slack makes. What somebody typed as `<b>` is text, and stays it.
//! <https://docs.slack.dev/messaging/formatting-message-text/>

use std::collections::{BTreeMap, BTreeSet};

use crate::playbook::rich_text::{RichText, Span};

mod lines;
mod marks;

pub use markup::{channel, date, person};
mod markup;

/// What ids are called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// People, by user id.
    pub people: BTreeMap<String, String>,
    /// Channels without `#`, by id.
    pub channels: BTreeMap<String, String>,
}

/// Who and what a text mentions, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// People.
    pub people: BTreeSet<String>,
    /// Channels that the text itself does not name.
    pub channels: BTreeSet<String>,
}

/// A piece of the text, in order.
enum Piece {
    /// As it is read: without markup and entities.
    Words(String),
    /// What markup stood for.
    Span(Span),
    /// The end of a line.
    LineEnd,
    /// Three backticks.
    Fence,
}

/// A text of Slack's with everything it marks up.
pub fn rich(text: &str, names: &Names) -> RichText {
    RichText {
        blocks: lines::blocks(pieces(text, names)),
    }
}

/// One line of Slack's text as part of a longer one: line ends become breaks, and no blocks are made.
pub fn spans(text: &str, names: &Names) -> Vec<Span> {
    lines::running(pieces(text, names))
}

/// Who and what a text mentions.
pub fn mentions(text: &str, into: &mut Mentions) {
    let ids = |opening: &'static str| {
        text.split(opening).skip(1).filter_map(|rest| {
            let (inside, _) = rest.split_once('>')?;
            let (id, label) = inside.split_once('|').unwrap_or((inside, ""));
            let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_id.then_some((id, label))
        })
    };
    into.people.extend(ids("<@").map(|(id, _)| id.to_owned()));
    into.channels.extend(
        ids("<#")
            .filter(|(_, label)| label.is_empty())
            .map(|(id, _)| id.to_owned()),
    );
}

/// The three characters that Slack escapes, put back. Each is undone once: `&amp;lt;` is `&lt;` as somebody typed it.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let known = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')]
            .into_iter()
            .find(|(entity, _)| from.starts_with(entity));
        let (length, character) =
            known.map_or((1, '&'), |(entity, character)| (entity.len(), character));
        out.push(character);
        rest = &from[length..];
    }
    out.push_str(rest);
    out
}

fn pieces(text: &str, names: &Names) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    // Where the words end that are not a piece yet.
    let mut words = 0;
    let take_words = |pieces: &mut Vec<Piece>, words: &str| {
        if !words.is_empty() {
            pieces.push(Piece::Words(unescaped(words)));
        }
    };
    while let Some(found) = rest[words..].find(['<', '\n', '`']) {
        let at = words + found;
        let from = &rest[at..];
        let piece = if from.starts_with('\n') {
            Some((Piece::LineEnd, 1))
        } else if from.starts_with("```") {
            Some((Piece::Fence, 3))
        } else if from.starts_with('<') {
            markup::read(from, names).map(|(span, length)| (Piece::Span(span), length))
        } else {
            None
        };
        match piece {
            Some((piece, length)) => {
                take_words(&mut pieces, &rest[..at]);
                pieces.push(piece);
                rest = &from[length..];
                words = 0;
            }
            None => words = at + 1,
        }
    }
    take_words(&mut pieces, rest);
    pieces
}

#[cfg(test)]
mod tests;
