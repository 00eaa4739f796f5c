//! Confluence's storage format: proved well-formed before anything is sent.

use minijinja::{OutputSpan, OutputSpanKind};

use super::error::RenderError;
use super::text;

/// The largest body we send, in bytes. Confluence Cloud refuses requests over 5 MB, and editors suffer long before.
pub(crate) const LARGEST: usize = 1_000_000;

/// Storage format uses these prefixes without declaring them.
const OPEN: &str = r#"<debrief xmlns:ac="http://atlassian.com/content" xmlns:ri="http://atlassian.com/resource/identifier">"#;
const CLOSE: &str = "</debrief>";

/// Confluence answers 400 to the whole page for one unclosed element; whoever overrode the template learns here which
/// of its lines wrote it.
pub(crate) fn prove(
    template: &str,
    rendered: &str,
    spans: &[OutputSpan],
) -> Result<(), RenderError> {
    let wrapped = wrapped(rendered);
    match roxmltree::Document::parse(&wrapped) {
        Ok(_) => Ok(()),
        Err(error) => {
            let position = error.pos();
            let offset = byte_offset(&wrapped, position).saturating_sub(OPEN.len());
            Err(RenderError::NotWellFormed {
                template: template.to_owned(),
                line: source_line(offset, rendered, spans),
                detail: without_position(&error.to_string()),
            })
        }
    }
}

/// In a root that declares the prefixes.
pub(crate) fn wrapped(storage: &str) -> String {
    format!("{OPEN}{storage}{CLOSE}")
}

fn byte_offset(text: &str, position: roxmltree::TextPos) -> usize {
    let row = usize::try_from(position.row).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(position.col).unwrap_or(1).saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(row).map(str::len).sum();
    let within = text
        .get(line_start..)
        .unwrap_or_default()
        .chars()
        .take(column)
        .map(char::len_utf8)
        .sum::<usize>();
    line_start + within
}

/// As [`text::tidy`], and code is left as it is: its blank lines are its own.
pub(crate) fn tidy(storage: &str) -> String {
    let mut tidied = String::with_capacity(storage.len());
    let mut rest = storage;
    while let Some((before, after)) = rest.split_once("<![CDATA[") {
        let (code, next) = after.split_once("]]>").unwrap_or((after, ""));
        tidied.push_str(&text::tidy(before));
        tidied.push_str(&format!("<![CDATA[{code}]]>"));
        rest = next;
    }
    tidied.push_str(&text::tidy(rest));
    tidied
}

/// The line of the template that wrote the byte at `offset`.
pub(crate) fn source_line(offset: usize, rendered: &str, spans: &[OutputSpan]) -> usize {
    let Some(span) = spans
        .iter()
        .take_while(|span| span.output_range().start <= offset)
        .last()
    else {
        return 1;
    };
    if span.kind() != OutputSpanKind::Raw {
        return span.line();
    }
    // Copied text: count on from the line where it begins.
    let range = span.output_range();
    let copied = rendered
        .get(range.start..offset.min(range.end))
        .unwrap_or_default();
    span.line() + copied.matches('\n').count()
}

/// The parser ends its message with a position in what was rendered, which would mislead beside the template's line.
fn without_position(message: &str) -> String {
    match message.rsplit_once(" at ") {
        Some((said, position)) if position.chars().all(|c| c.is_ascii_digit() || c == ':') => {
            said.to_owned()
        }
        Some(_) | None => message.to_owned(),
    }
}
