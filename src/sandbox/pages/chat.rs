//! Chat channels with their messages and threads.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::{first_text, items, mrkdwn, render};

/// All channels, each with its messages in order.
pub(super) fn channels(world: &Value) -> String {
    let messages = items(world, "/slack/messages");
    let people: BTreeMap<String, String> = messages
        .iter()
        .map(|message| {
            (
                first_text(message, &["/user"]).to_owned(),
                first_text(message, &["/username", "/author"]).to_owned(),
            )
        })
        .filter(|(id, name)| !id.is_empty() && !name.is_empty())
        .collect();
    let mut by_channel: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for message in messages {
        by_channel
            .entry(first_text(message, &["/channel_name", "/channel"]))
            .or_default()
            .push(message);
    }
    let channels: Vec<Rendered> = by_channel
        .into_iter()
        .enumerate()
        .map(|(index, (name, messages))| {
            let count = messages.len();
            context! { id => format!("c{index}"), name => name.trim_start_matches('#'), count, days => days(messages, &people) }
        })
        .collect();
    render("chat.html", "chat", context! { channels })
}

/// The messages of a channel by day; an answer follows the message it answers.
fn days(mut messages: Vec<&Value>, people: &BTreeMap<String, String>) -> Vec<Rendered> {
    let thread = |message: &Value| first_text(message, &["/thread_ts", "/ts"]).to_owned();
    messages.sort_by_key(|message| (thread(message), first_text(message, &["/ts"]).to_owned()));
    let mut days: Vec<(String, Vec<Rendered>)> = Vec::new();
    let mut last_author = String::new();
    for message in messages {
        let time =
            seconds(first_text(message, &["/ts"])).map(|at| at.to_zoned_datetime(TimeZone::UTC));
        let reply = is_reply(message);
        // An answer given another day stays with its thread.
        let day = time
            .as_ref()
            .map(|time| time.strftime("%A, %-d %B %Y").to_string())
            .unwrap_or_default();
        if days.last().is_none_or(|(last, _)| *last != day && !reply) {
            days.push((day, Vec::new()));
            last_author.clear();
        }
        let user = first_text(message, &["/user"]);
        let name = Some(first_text(message, &["/username", "/author"]))
            .filter(|name| !name.is_empty())
            .or_else(|| people.get(user).map(String::as_str))
            .unwrap_or(if user.is_empty() { "bot" } else { user });
        let author = format!("{reply}/{name}");
        let rendered = context! {
            name,
            initial => name.chars().next().map(|first| first.to_uppercase().to_string()),
            hue => hue(name),
            continued => author == last_author,
            time => time.map(|time| time.strftime("%H:%M").to_string()),
            reply,
            html => Rendered::from_safe_string(mrkdwn::html(first_text(message, &["/text"]), people)),
        };
        last_author = author;
        if let Some((_, list)) = days.last_mut() {
            list.push(rendered);
        }
    }
    days.into_iter()
        .map(|(day, messages)| context! { day, messages })
        .collect()
}

fn is_reply(message: &Value) -> bool {
    let thread = first_text(message, &["/thread_ts"]);
    !thread.is_empty() && thread != first_text(message, &["/ts"])
}

/// Slack's times are seconds with six decimals; the whole seconds are enough to read.
fn seconds(ts: &str) -> Option<Timestamp> {
    Timestamp::from_second(ts.split('.').next()?.parse().ok()?).ok()
}

/// A colour that stays the same for a name.
fn hue(name: &str) -> u32 {
    name.bytes()
        .fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 360)
}
