//! What a message says: its text, or what stands in its place.
//!
//! People's text is complete. What apps send as text is often nothing, or a fallback for notifications, and the words are
//! in blocks (shown instead of the text) and in attachments (shown below it).
//! <https://docs.slack.dev/reference/block-kit/blocks>, <https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments>

use serde_json::Value;

use super::mrkdwn::{self, Mentions, Names};
use crate::playbook::rich_text::{Block, RichText, Span};
use crate::vendors::slack::Message;

mod blocks;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// A person.
    Person,
    /// An app.
    App,
}

/// Everything a message says.
pub fn rich(message: &Message, writer: Writer, names: &Names) -> RichText {
    let text = mrkdwn::rich(&message.text, names);
    let in_blocks = || blocks::read(&message.blocks, names);
    let mut body = match writer {
        Writer::Person if !text.is_empty() => text,
        // Blocks are shown instead of the text.
        Writer::Person | Writer::App => {
            let shown = in_blocks();
            if shown.is_empty() { text } else { shown }
        }
    };
    for attachment in &message.attachments {
        let belongs = match writer {
            // The preview of a link, unless there is nothing else: then something was passed on.
            Writer::Person => body.is_empty(),
            Writer::App => !is_preview(attachment),
        };
        if belongs {
            add(&mut body, attached(attachment, names));
        }
    }
    body
}

/// Whether there was something to say, be it in a way that is not understood.
pub fn is_there(message: &Message) -> bool {
    let has_content =
        |block: &&Value| !matches!(block["type"].as_str(), Some("actions" | "divider"));
    !message.text.trim().is_empty()
        || message.blocks.iter().any(|block| has_content(&block))
        || !message.attachments.is_empty()
}

/// Who and what is mentioned anywhere in a message.
pub fn mentions(message: &Message, into: &mut Mentions) {
    mrkdwn::mentions(&message.text, into);
    for value in message.blocks.iter().chain(&message.attachments) {
        mentions_in(value, into);
    }
}

fn mentions_in(value: &Value, into: &mut Mentions) {
    match value {
        Value::String(text) => mrkdwn::mentions(text, into),
        Value::Array(members) => members.iter().for_each(|member| mentions_in(member, into)),
        Value::Object(members) => {
            if let Some(id) = value["user_id"].as_str() {
                into.people.insert(id.to_owned());
            }
            if let Some(id) = value["channel_id"].as_str()
                && value["type"] == "channel"
            {
                into.channels.insert(id.to_owned());
            }
            members
                .values()
                .for_each(|member| mentions_in(member, into));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Slack adds previews of links by itself.
fn is_preview(attachment: &Value) -> bool {
    ["from_url", "original_url"]
        .iter()
        .any(|name| attachment[*name].is_string())
}

/// Adds what is not said yet: apps like to send the same words as text and as attachment.
fn add(body: &mut RichText, more: RichText) {
    let words = more.to_plain();
    if !words.trim().is_empty() && !body.to_plain().contains(words.trim()) {
        body.blocks.extend(more.blocks);
    }
}

/// An attachment: its words, or the fallback where it has none.
fn attached(attachment: &Value, names: &Names) -> RichText {
    let text = |name: &str| {
        attachment[name]
            .as_str()
            .filter(|text| !text.trim().is_empty())
    };
    let rich = |name: &str| text(name).map(|text| mrkdwn::rich(text, names));
    let mut out = RichText::default();
    let mut paragraph = |spans| out.blocks.push(Block::Paragraph(spans));
    if let Some(author) = text("author_name") {
        paragraph(mrkdwn::spans(author, names));
    }
    if let Some(title) = text("title") {
        let title = mrkdwn::spans(title, names);
        paragraph(vec![match text("title_link") {
            Some(url) => Span::Link {
                url: url.replace("&amp;", "&"),
                label: RichText {
                    blocks: vec![Block::Paragraph(title)],
                }
                .to_plain(),
            },
            None => Span::Strong(title),
        }]);
    }
    let mut all = rich("pretext").unwrap_or_default();
    all.blocks.append(&mut out.blocks);
    all.blocks.extend(rich("text").unwrap_or_default().blocks);
    let inner: Vec<Value> = attachment["blocks"].as_array().cloned().unwrap_or_default();
    all.blocks.extend(blocks::read(&inner, names).blocks);
    let fields: Vec<Vec<Span>> = attachment["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|field| self::field(field, names))
        .collect();
    if !fields.is_empty() {
        all.blocks.push(Block::List(fields));
    }
    if let Some(url) = text("image_url") {
        all.blocks.push(Block::Paragraph(vec![Span::Link {
            url: url.to_owned(),
            label: "image".to_owned(),
        }]));
    }
    if all.is_empty() {
        return rich("fallback").unwrap_or_default();
    }
    all.blocks.extend(rich("footer").unwrap_or_default().blocks);
    all
}

/// A field of an attachment: `title: value`.
fn field(field: &Value, names: &Names) -> Option<Vec<Span>> {
    let part = |name: &str| {
        let text = field[name].as_str().map(str::trim).unwrap_or_default();
        (!text.is_empty()).then(|| mrkdwn::spans(text, names))
    };
    match (part("title"), part("value")) {
        (Some(title), Some(value)) => {
            let mut spans = vec![Span::Strong(title), Span::Text(": ".to_owned())];
            spans.extend(value);
            Some(spans)
        }
        (Some(alone), None) | (None, Some(alone)) => Some(alone),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests;
