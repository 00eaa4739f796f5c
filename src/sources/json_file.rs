//! From bytes to what a file says, or to what is wrong with it and where.

use serde::de::{DeserializeOwned, IgnoredAny};

use super::FaultKind;

/// No message is longer: unknown keys are quoted in it, and may be of any length.
const MESSAGE_CHARS: usize = 400;

/// Reads one file's bytes, which hold one `thing`.
///
/// # Errors
/// What kind of fault, and where it is.
pub(super) fn parse<T: DeserializeOwned>(
    bytes: &[u8],
    thing: &str,
) -> Result<T, (FaultKind, String)> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        (
            FaultKind::NotUtf8,
            format!("after byte {}", error.valid_up_to()),
        )
    })?;
    // Editors on Windows put a byte order mark in front, which JSON does not know.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut json);
    // Half a file may show a wrong key before it shows that it ends too early.
    serde_json::from_str::<IgnoredAny>(text)
        .map_err(|error| (FaultKind::NotJson, error.to_string()))?;
    if text.trim_start().starts_with('[') {
        // serde would take a list for the fields in their order, and complain of the first.
        let message = format!("expected one {thing}, not a list: give each a file of its own");
        return Err((FaultKind::Malformed, message));
    }
    parsed.map_err(|error| {
        let place = match error.path().to_string().as_str() {
            "." => String::new(),
            path => format!("{path}: "),
        };
        let message = place + &without_value(&error.inner().to_string());
        let message = message.chars().take(MESSAGE_CHARS).collect();
        (FaultKind::Malformed, message)
    })
}

/// The message without the value it complains of: `invalid type: string, expected ...`. Somebody's address written
/// where a person is expected must not end in a log.
fn without_value(message: &str) -> String {
    let complains = ["invalid type", "invalid value", "unknown variant"];
    if !complains.iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    // The value may hold the word too; the last one is the library's.
    let (said, expected) = message
        .rfind(", expected ")
        .map_or((message, ""), |end| message.split_at(end));
    let value = said.find(['"', '`']).unwrap_or(said.len());
    let said = said.get(..value).unwrap_or_default();
    format!("{}{expected}", said.trim_end())
}
