//! The record's text in storage format: paragraphs, quotations, code and lists, cut where it is too long.
//!
//! People stand there by name only. A mention would notify each of forty people about a page that is not theirs.

mod cut;
#[cfg(test)]
mod tests;

use crate::playbook::rich_text::{Block, RichText, Span};

use super::fragment::{Element, Form, Fragment, Writer};
use super::link::Link;
use super::text;

/// More line ends one after the other say nothing.
const BREAKS: usize = 2;

/// As storage format of about `limit` bytes at most; an ellipsis stands for what was cut. One paragraph is inline, so that
/// it fits into a table's cell as it is.
pub(crate) fn fragment(rich: &RichText, limit: usize) -> Fragment {
    let rich = cut::cut(rich, limit);
    let mut writer = Writer::default();
    let form = match rich.blocks.as_slice() {
        [] => Form::Inline,
        [Block::Paragraph(spans)] => {
            write_spans(spans, &mut writer);
            Form::Inline
        }
        blocks => {
            for block in blocks {
                write_block(block, &mut writer);
            }
            Form::Block
        }
    };
    writer.finish(form)
}

fn write_block(block: &Block, writer: &mut Writer) {
    match block {
        Block::Paragraph(spans) => {
            writer.within(Element::Paragraph, |writer| write_spans(spans, writer));
        }
        Block::Quote(spans) => writer.within(Element::Quote, |writer| {
            writer.within(Element::Paragraph, |writer| write_spans(spans, writer));
        }),
        Block::Code(code) => writer.code_macro(code.trim_end_matches('\n')),
        Block::List(items) if items.is_empty() => {}
        Block::List(items) => writer.within(Element::Bullets, |writer| {
            for item in items {
                writer.within(Element::Item, |writer| write_spans(item, writer));
            }
        }),
    }
}

fn write_spans(spans: &[Span], writer: &mut Writer) {
    let is_break = |span: &&Span| matches!(span, Span::Break);
    let end = spans.len() - spans.iter().rev().take_while(is_break).count();
    let mut breaks = BREAKS;
    for span in spans.iter().take(end) {
        match span {
            Span::Break => {
                if breaks < BREAKS {
                    writer.line_break();
                }
                breaks += 1;
                continue;
            }
            Span::Text(text) => writer.text(text),
            Span::Strong(inner) => writer.within(Element::Strong, |w| write_spans(inner, w)),
            Span::Emphasis(inner) => writer.within(Element::Emphasis, |w| write_spans(inner, w)),
            Span::Struck(inner) => writer.within(Element::Struck, |w| write_spans(inner, w)),
            Span::Code(code) => writer.within(Element::Code, |w| w.text(code)),
            Span::Link { url, label } => write_link(url, label, writer),
            Span::Person { name, atlassian: _ } => {
                writer.text(&format!("@{}", text::line(name)));
            }
        }
        breaks = 0;
    }
}

/// What cannot be clicked on is a text like any other.
fn write_link(url: &str, label: &str, writer: &mut Writer) {
    match Link::new(url) {
        Some(link) => writer.link(&link, |writer| writer.text(&link.shown(label))),
        None => writer.text(if label.trim().is_empty() { url } else { label }),
    }
}
