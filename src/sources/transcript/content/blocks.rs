//! Blocks, as apps and Slack's own editor make them. Buttons and menus say nothing and are left out; of a block that is
//! not known here, its text is taken.

use serde_json::Value;

use super::super::emoji;
use super::super::mrkdwn::{self, Names, channel, date, person};
use crate::playbook::rich_text::{Block, RichText, Span};

/// What blocks say, in order.
pub(super) fn read(blocks: &[Value], names: &Names) -> RichText {
    let mut out = Vec::new();
    for block in blocks {
        add(block, names, &mut out);
    }
    RichText { blocks: out }
}

fn add(block: &Value, names: &Names, out: &mut Vec<Block>) {
    match block["type"].as_str().unwrap_or_default() {
        "rich_text" => {
            for element in members(block, "elements") {
                add_rich(element, names, out);
            }
        }
        "header" => {
            if let Some(words) = words(&block["text"]) {
                out.push(Block::Paragraph(vec![Span::Strong(vec![Span::Text(
                    emoji::replaced(words),
                )])]));
            }
        }
        "context" => {
            let mut spans = Vec::new();
            for element in members(block, "elements") {
                let said = running(element, names);
                if !said.is_empty() && !spans.is_empty() {
                    spans.push(Span::Text(" · ".to_owned()));
                }
                spans.extend(said);
            }
            if !spans.is_empty() {
                out.push(Block::Paragraph(spans));
            }
        }
        "image" => out.extend(image(block).map(|link| Block::Paragraph(vec![link]))),
        "table" => add_table(block, names, out),
        "actions" | "context_actions" | "divider" | "input" => {}
        // A section, and whatever else has a text: `alert`, `markdown`, `video`.
        _ => add_text(block, names, out),
    }
}

fn add_text(block: &Value, names: &Names, out: &mut Vec<Block>) {
    for name in ["title", "text", "description"] {
        out.extend(text_object(&block[name], names).blocks);
    }
    let fields: Vec<Vec<Span>> = members(block, "fields")
        .map(|field| running(field, names))
        .filter(|spans| !spans.is_empty())
        .collect();
    if !fields.is_empty() {
        out.push(Block::List(fields));
    }
    out.extend(image(&block["accessory"]).map(|link| Block::Paragraph(vec![link])));
}

/// A text object, or a bare text.
fn text_object(value: &Value, names: &Names) -> RichText {
    match (words(value), value["type"].as_str()) {
        (None, _) => RichText::default(),
        (Some(words), Some("plain_text")) => RichText::plain_text(&emoji::replaced(words)),
        (Some(words), _) => mrkdwn::rich(words, names),
    }
}

/// A text object within a line. Image elements of a context are icons.
fn running(value: &Value, names: &Names) -> Vec<Span> {
    match (words(value), value["type"].as_str()) {
        (None, _) => Vec::new(),
        (Some(words), Some("plain_text")) => vec![Span::Text(emoji::replaced(words))],
        (Some(words), _) => mrkdwn::spans(words, names),
    }
}

fn words(value: &Value) -> Option<&str> {
    value
        .as_str()
        .or_else(|| value["text"].as_str())
        .filter(|text| !text.trim().is_empty())
}

/// A picture by its address, such as a graph; one that is kept in Slack has none that opens without a token.
fn image(block: &Value) -> Option<Span> {
    let url = block["image_url"].as_str()?;
    let label = words(&block["title"])
        .or_else(|| words(&block["alt_text"]))
        .unwrap_or("image");
    Some(Span::Link {
        url: url.to_owned(),
        label: emoji::replaced(label),
    })
}

fn add_table(block: &Value, names: &Names, out: &mut Vec<Block>) {
    let rows: Vec<Vec<Span>> = members(block, "rows")
        .filter_map(|row| {
            let mut spans = Vec::new();
            for cell in row.as_array()? {
                if !spans.is_empty() {
                    spans.push(Span::Text(" | ".to_owned()));
                }
                match cell["type"].as_str() {
                    Some("rich_text") => {
                        for element in members(cell, "elements") {
                            spans.extend(inline(element, names));
                        }
                    }
                    Some(_) | None => spans.extend(words(cell).map(|text| Span::Text(text.into()))),
                }
            }
            (!spans.is_empty()).then_some(spans)
        })
        .collect();
    if !rows.is_empty() {
        out.push(Block::List(rows));
    }
}

/// An element of a rich text: a section, a list, a quotation, code.
fn add_rich(element: &Value, names: &Names, out: &mut Vec<Block>) {
    let spans = || inline(element, names);
    let block = match element["type"].as_str().unwrap_or_default() {
        "rich_text_list" => {
            let items: Vec<Vec<Span>> = members(element, "elements")
                .map(|item| inline(item, names))
                .collect();
            list(items, element)
        }
        "rich_text_preformatted" => Block::Code(
            RichText {
                blocks: vec![Block::Paragraph(spans())],
            }
            .to_plain(),
        ),
        "rich_text_quote" => Block::Quote(spans()),
        _ => Block::Paragraph(spans()),
    };
    let is_empty = match &block {
        Block::Paragraph(spans) | Block::Quote(spans) => spans.is_empty(),
        Block::Code(code) => code.is_empty(),
        Block::List(items) => items.is_empty(),
    };
    if is_empty {
        return;
    }
    // A list is sent in pieces where its depth changes.
    match (out.last_mut(), block) {
        (Some(Block::List(known)), Block::List(items)) => known.extend(items),
        (_, block) => out.push(block),
    }
}

fn list(items: Vec<Vec<Span>>, element: &Value) -> Block {
    if element["style"] != "ordered" {
        return Block::List(items);
    }
    let first = element["offset"].as_u64().unwrap_or(0).saturating_add(1);
    let mut spans = Vec::new();
    for (number, item) in (first..).zip(items) {
        if !spans.is_empty() {
            spans.push(Span::Break);
        }
        spans.push(Span::Text(format!("{number}. ")));
        spans.extend(item);
    }
    Block::Paragraph(spans)
}

/// The spans of a section, a quotation, or the item of a list.
fn inline(element: &Value, names: &Names) -> Vec<Span> {
    let mut spans = Vec::new();
    for part in members(element, "elements") {
        let text = |name: &str| part[name].as_str().filter(|text| !text.is_empty());
        let said = match part["type"].as_str().unwrap_or_default() {
            "user" => text("user_id").map(|id| person(id, None, names)),
            "channel" => text("channel_id").map(|id| channel(id, None, names)),
            "usergroup" => Some(Span::Text("@group".to_owned())),
            "broadcast" => text("range").map(|range| Span::Text(format!("@{range}"))),
            "emoji" => text("name").map(|name| Span::Text(emoji::replaced(&format!(":{name}:")))),
            "date" => Some(date(
                part["timestamp"]
                    .as_i64()
                    .map(|at| at.to_string())
                    .as_deref(),
                text("url"),
                text("fallback").map(str::to_owned),
            )),
            "link" => text("url").map(|url| Span::Link {
                url: url.to_owned(),
                label: text("text").unwrap_or(url).to_owned(),
            }),
            // Text, colours, and what Slack may add.
            _ => match text("text").or_else(|| text("value")) {
                Some(text) => {
                    spans.extend(styled_lines(text, part));
                    None
                }
                None => None,
            },
        };
        spans.extend(said.map(|span| styled(span, part)));
    }
    // The end of a block is the end of its last line.
    while matches!(spans.last(), Some(Span::Break)) {
        spans.pop();
    }
    spans
}

fn styled_lines(text: &str, part: &Value) -> Vec<Span> {
    let mut spans = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            spans.push(Span::Break);
        }
        if line.is_empty() {
            continue;
        }
        let is_code = part["style"]["code"].as_bool() == Some(true);
        let span = if is_code {
            Span::Code(line.to_owned())
        } else {
            Span::Text(line.to_owned())
        };
        spans.push(styled(span, part));
    }
    spans
}

fn styled(span: Span, part: &Value) -> Span {
    let has = |style: &str| part["style"][style].as_bool() == Some(true);
    let mut span = span;
    if has("strike") {
        span = Span::Struck(vec![span]);
    }
    if has("italic") {
        span = Span::Emphasis(vec![span]);
    }
    if has("bold") {
        span = Span::Strong(vec![span]);
    }
    span
}

fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}
