//! What `blocks` and `metadata` have to look like, as far as clients get it wrong.

use serde_json::Value;

use super::Refusal;

/// <https://docs.slack.dev/reference/block-kit/blocks>
const BLOCKS: usize = 50;
const SECTION_TEXT: usize = 3000;
const HEADER_TEXT: usize = 150;
const TYPES: [&str; 12] = [
    "actions",
    "alert",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "markdown",
    "rich_text",
    "section",
    "video",
];

/// Slack's limit for a message's metadata, in bytes of JSON.
const METADATA: usize = 8 * 1024;

/// Refuses blocks that Slack would refuse.
pub(super) fn checked(blocks: Option<Value>) -> Result<Option<Value>, Refusal> {
    let Some(blocks) = blocks else {
        return Ok(None);
    };
    let list = blocks
        .as_array()
        .ok_or_else(|| Refusal::new("invalid_blocks_format"))?;
    if list.len() > BLOCKS {
        return Err(refused(format!(
            "no more than {BLOCKS} items allowed [json-pointer:/blocks]"
        )));
    }
    for (at, block) in list.iter().enumerate() {
        check(block).map_err(|error| refused(format!("{error} [json-pointer:/blocks/{at}]")))?;
    }
    Ok(Some(blocks))
}

fn check(block: &Value) -> Result<(), String> {
    let kind = block
        .get("type")
        .and_then(Value::as_str)
        .ok_or("missing required field: type")?;
    if !TYPES.contains(&kind) {
        return Err(format!("unsupported type: {kind}"));
    }
    match kind {
        "header" => check_text(
            block.get("text").ok_or("missing required field: text")?,
            HEADER_TEXT,
            &["plain_text"],
        ),
        "section" => {
            let fields = block
                .get("fields")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let text = block.get("text");
            if text.is_none() && fields.is_empty() {
                return Err("missing required field: text or fields".into());
            }
            if fields.len() > 10 {
                return Err("no more than 10 items allowed in fields".into());
            }
            fields
                .iter()
                .chain(text)
                .try_for_each(|text| check_text(text, SECTION_TEXT, &["plain_text", "mrkdwn"]))
        }
        "context" => match block.get("elements").and_then(Value::as_array) {
            Some(elements) if (1..=10).contains(&elements.len()) => Ok(()),
            Some(_) | None => Err("elements must have 1 to 10 items".into()),
        },
        _ => Ok(()),
    }
}

fn check_text(text: &Value, limit: usize, kinds: &[&str]) -> Result<(), String> {
    let kind = text.get("type").and_then(Value::as_str).unwrap_or_default();
    if !kinds.contains(&kind) {
        return Err(format!("text must be of type {}", kinds.join(" or ")));
    }
    let length = text
        .get("text")
        .and_then(Value::as_str)
        .map_or(0, |text| text.chars().count());
    match length {
        0 => Err("must be more than 0 characters".into()),
        _ if length > limit => Err(format!("must be less than {} characters", limit + 1)),
        _ => Ok(()),
    }
}

fn refused(message: String) -> Refusal {
    Refusal {
        messages: vec![format!("[ERROR] {message}")],
        ..Refusal::new("invalid_blocks")
    }
}

/// Refuses metadata without `event_type` and `event_payload`, with anything else, or too much of it.
pub(super) fn checked_metadata(metadata: Option<Value>) -> Result<Option<Value>, Refusal> {
    let Some(metadata) = metadata else {
        return Ok(None);
    };
    let is_well_formed = metadata.as_object().is_some_and(|members| {
        members
            .keys()
            .all(|name| ["event_type", "event_payload", "entities"].contains(&name.as_str()))
            && members
                .get("event_type")
                .and_then(Value::as_str)
                .is_some_and(|kind| !kind.is_empty())
            && members.get("event_payload").is_some_and(Value::is_object)
    });
    if !is_well_formed {
        return Err(Refusal::new("invalid_metadata_format"));
    }
    if metadata.to_string().len() > METADATA {
        return Err(Refusal::new("metadata_too_large"));
    }
    Ok(Some(metadata))
}
