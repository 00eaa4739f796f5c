//! Mails that were sent, newest first.

use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::text::linked;
use super::{first_text, items, render};

/// All mails.
pub(super) fn list(world: &Value) -> String {
    let mails: Vec<Rendered> = items(world, "/smtp/messages")
        .iter()
        .enumerate()
        .rev()
        .map(|(index, mail)| {
            context! {
                number => index + 1,
                subject => first_text(mail, &["/subject"]),
                from => first_text(mail, &["/from"]),
                to => addresses(&mail["to"]),
                snippet => first_text(mail, &["/text"]).chars().take(160).collect::<String>(),
            }
        })
        .collect();
    render("inbox.html", "inbox", context! { mails })
}

/// One mail, its two versions side by side. `number` counts from 1.
pub(super) fn mail(world: &Value, number: &str) -> Option<String> {
    let number: usize = number.parse().ok()?;
    let mails = items(world, "/smtp/messages");
    let mail = mails.get(number.checked_sub(1)?)?;
    let content = context! {
        number,
        count => mails.len(),
        subject => first_text(mail, &["/subject"]),
        from => first_text(mail, &["/from"]),
        to => addresses(&mail["to"]),
        message_id => first_text(mail, &["/message_id"]),
        headers => headers(&mail["headers"]),
        text => Rendered::from_safe_string(linked(first_text(mail, &["/text"]))),
        html => first_text(mail, &["/html"]),
    };
    Some(render("mail.html", "inbox", content))
}

fn addresses(value: &Value) -> String {
    match value {
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

/// Headers come as an object or as pairs.
fn headers(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        Value::Array(pairs) => pairs
            .iter()
            .filter_map(|pair| pair.as_array())
            .filter_map(|pair| Some((text(pair.first()?), text(pair.get(1)?))))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
