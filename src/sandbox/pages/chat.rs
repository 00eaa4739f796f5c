//! Chat channels with their messages and threads, files, edits and reactions.

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
        .chain(items(world, "/slack/users").iter().map(|user| {
            (
                first_text(user, &["/id"]).to_owned(),
                first_text(user, &["/name"]).to_owned(),
            )
        }))
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
        let place = format!(
            "m-{}-{}",
            first_text(message, &["/channel_id", "/channel"]),
            first_text(message, &["/ts"]).replace('.', "")
        );
        let rendered = context! {
            place,
            name,
            initial => name.chars().next().map(|first| first.to_uppercase().to_string()),
            hue => hue(name),
            continued => author == last_author,
            time => time.map(|time| time.strftime("%H:%M").to_string()),
            reply,
            html => Rendered::from_safe_string(mrkdwn::html(first_text(message, &["/text"]), people)),
            attachments => attachments(message, people),
            files => files(message),
            reactions => reactions(message, people),
            edited => seconds(first_text(message, &["/edited/ts"])).map(|at| at.strftime("%H:%M").to_string()),
            noise => is_noise(first_text(message, &["/subtype"])),
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

/// What monitoring tools say beside the text, or in its stead: attachments, and of blocks the words.
fn attachments(message: &Value, people: &BTreeMap<String, String>) -> Vec<Rendered> {
    let html = |text: &str| Rendered::from_safe_string(mrkdwn::html(text, people));
    let attached = items(message, "/attachments").iter().map(|attachment| {
        let title = first_text(attachment, &["/title", "/pretext"]);
        let text = first_text(attachment, &["/text"]);
        let fallback = first_text(attachment, &["/fallback"]);
        let told = !title.is_empty() || !text.is_empty();
        context! {
            title => html(title),
            text => html(if told { text } else { fallback }),
            fields => items(attachment, "/fields").iter().map(|field| context! {
                name => first_text(field, &["/title"]),
                value => html(first_text(field, &["/value"])),
            }).collect::<Vec<_>>(),
        }
    });
    // Blocks repeat the text where there is one.
    let blocks: &[Value] = match first_text(message, &["/text"]) {
        "" => items(message, "/blocks"),
        _ => &[],
    };
    let blocks = blocks.iter().filter_map(|block| {
        let text = first_text(block, &["/text/text"]);
        (!text.is_empty()).then(|| context! { text => html(text) })
    });
    attached.chain(blocks).collect()
}

fn files(message: &Value) -> Vec<Rendered> {
    let files = items(message, "/files").iter();
    files
        .map(|file| {
            context! {
                name => first_text(file, &["/title", "/name"]),
                kind => first_text(file, &["/pretty_type", "/filetype"]),
            }
        })
        .collect()
}

fn reactions(message: &Value, people: &BTreeMap<String, String>) -> Vec<Rendered> {
    let given = items(message, "/reactions").iter();
    given
        .map(|reaction| {
            let name = first_text(reaction, &["/name"]);
            let by: Vec<&str> = items(reaction, "/users")
                .iter()
                .filter_map(Value::as_str)
                .map(|id| people.get(id).map_or(id, String::as_str))
                .collect();
            context! { emoji => emoji(name), count => by.len(), by => by.join(", ") }
        })
        .collect()
}

/// The few that a story uses; the others by their names.
fn emoji(name: &str) -> String {
    let known = match name {
        "+1" | "thumbsup" => "👍",
        "eyes" => "👀",
        "fire" => "🔥",
        "heavy_check_mark" | "white_check_mark" => "✅",
        "pray" => "🙏",
        "raised_hand" | "hand" => "✋",
        "rotating_light" => "🚨",
        "tada" => "🎉",
        "warning" => "⚠️",
        _ => return format!(":{name}:"),
    };
    known.to_owned()
}

/// Who came, who went, and what a channel is called now; and where a message was.
fn is_noise(subtype: &str) -> bool {
    subtype == "tombstone" || (subtype.starts_with("channel_") || subtype.starts_with("group_"))
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
