//! Templates in Markdown, turned into storage format.
//!
//! What Confluence keeps is turned into its own: `- [ ]` becomes a task, fenced code the code macro, `> [!NOTE]` a panel.
//! What it does not keep is refused with the template's line, so that nothing is lost without a word: raw HTML, pictures,
//! titles of links, lists in which tasks and other items are mixed.

mod blocks;
mod events;
pub(crate) mod tokens;

use minijinja::{Template, Value};
use pulldown_cmark::{Options, Parser};

use super::engine::located;
use super::error::RenderError;
use super::fragment::{Form, Fragment, Writer};
use super::{storage, text};
use blocks::{Place, Reader};
use tokens::Tokens;

/// What a Markdown template may not do, with the place in what was rendered.
#[derive(Debug)]
struct Fault {
    offset: usize,
    detail: String,
}

/// What is wrong with the text of a Markdown template before it is filled in.
pub(crate) fn check_source(name: &str, source: &str) -> Result<(), RenderError> {
    for (index, line) in source.lines().enumerate() {
        let tag = line.split_once("{%").map_or("", |(_, tag)| tag);
        let tag = tag.trim_start_matches(['-', '+']).trim_start();
        let detail = if tag.starts_with("autoescape") {
            "`autoescape` has no meaning in Markdown: what a value holds is never markup"
        } else if line.contains(tokens::is_reserved) {
            "characters from U+FDD0 to U+FDEF cannot be used"
        } else {
            continue;
        };
        return Err(RenderError::Syntax {
            template: name.to_owned(),
            line: index + 1,
            detail: detail.to_owned(),
        });
    }
    Ok(())
}

/// Filled in and turned into storage format.
pub(crate) fn fill(template: &Template<'_, '_>, context: Value) -> Result<Fragment, RenderError> {
    let name = template.name();
    let captured = template
        .render_captured(context.clone())
        .map_err(|error| located(name, &error))?;
    let nothing = Tokens::default();
    let tokens = captured
        .state()
        .get_extension::<Tokens>()
        .unwrap_or(&nothing);
    to_storage(captured.output(), tokens).map_err(|fault| {
        // Filled in once more, for the lines that the parts came from.
        let spans = template.render_with_spans(context);
        RenderError::NotKept {
            template: name.to_owned(),
            line: spans.map_or(1, |(rendered, spans)| {
                storage::source_line(fault.offset, &rendered, &spans)
            }),
            detail: fault.detail,
        }
    })
}

fn to_storage(markdown: &str, tokens: &Tokens) -> Result<Fragment, Fault> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let events = Parser::new_ext(markdown, options).into_offset_iter();
    let mut writer = Writer::default();
    Reader::new(events.collect(), tokens).content(Place::Anywhere, &mut writer)?;
    Ok(writer.finish(Form::Block))
}

#[cfg(test)]
mod tests;
