//! The sandbox's world as web pages for people: the wiki page, the sheet, the calendar, the inbox and the chat as
//! those who work there would see them.
//!
//! Everything is rendered from the JSON of `GET /__sandbox/world`, on the server, without scripts and without
//! anything from elsewhere. What is in the world came from outside: templates escape it, and the three renderers that
//! make markup of it (`storage`, `mrkdwn`, `text`) build it from a fixed set of elements.
//!
//! Links into the world that vendors hand out lead here:
//!
//! | what | link |
//! | --- | --- |
//! | a Confluence page | `BASE/wiki/spaces/{KEY}/pages/{id}`, with or without more behind it |
//! | a Confluence space | `BASE/wiki/spaces/{KEY}` |
//! | a sheet | `BASE/__world/sheets/{id}` |
//! | an event | `BASE/__world/calendar` |
//! | a mail | `BASE/__world/inbox/{n}`, counted from 1 |
//! | a channel | `BASE/__world/chat` |
//! | an incident | `BASE/__world/pagerduty` |
//!
//! The vendors' own links to sheets, events, messages and incidents of the world are turned to these pages as well.

mod calendar;
mod chat;
mod homeward;
mod inbox;
mod mrkdwn;
mod overview;
mod pagerduty;
mod sheets;
mod storage;
mod text;
mod wiki;

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value as Rendered, context};
use serde_json::Value;

pub(in crate::sandbox) use self::storage::storage_html;
use crate::sandbox::wire::percent_decode;

/// The page at a path (percent-encoded, without query), or `None` where there is no page.
///
/// `world` is what `GET /__sandbox/world` answers; parts of it may be missing.
pub fn page(path: &str, world: &Value) -> Option<String> {
    found(path, world).map(|html| homeward::homeward(&html, world))
}

fn found(path: &str, world: &Value) -> Option<String> {
    let segments: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(percent_decode)
        .collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [] | ["__world"] => Some(overview::overview(world)),
        ["__world", "confluence"] | ["wiki"] | ["wiki", "spaces"] => Some(wiki::list(world, None)),
        ["wiki", "spaces", key] | ["wiki", "spaces", key, "overview" | "pages"] => {
            Some(wiki::list(world, Some(key)))
        }
        ["__world", "confluence", id]
        | ["wiki", "spaces", _, "pages", id, ..]
        | ["wiki", "x", id] => wiki::page(world, id),
        ["__world", "sheets"] => Some(sheets::list(world)),
        ["__world", "sheets", id] => sheets::sheet(world, id),
        ["__world", "calendar"] => Some(calendar::weeks(world)),
        ["__world", "inbox"] => Some(inbox::list(world)),
        ["__world", "inbox", number] => inbox::mail(world, number),
        ["__world", "chat"] => Some(chat::channels(world)),
        ["__world", "pagerduty"] => Some(pagerduty::incidents(world)),
        _ => None,
    }
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // Not by file name: a template added later must not be the one that forgets to escape.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    for (name, source) in [
        ("layout.html", include_str!("templates/layout.html")),
        ("overview.html", include_str!("templates/overview.html")),
        ("wiki_list.html", include_str!("templates/wiki_list.html")),
        ("wiki_page.html", include_str!("templates/wiki_page.html")),
        ("sheets.html", include_str!("templates/sheets.html")),
        ("sheet.html", include_str!("templates/sheet.html")),
        ("calendar.html", include_str!("templates/calendar.html")),
        ("inbox.html", include_str!("templates/inbox.html")),
        ("mail.html", include_str!("templates/mail.html")),
        ("chat.html", include_str!("templates/chat.html")),
        ("pagerduty.html", include_str!("templates/pagerduty.html")),
    ] {
        // A template that does not compile is missed by name below, and by the test that renders every page.
        let _ = environment.add_template(name, source);
    }
    environment
});

/// Renders a template; one that fails says so on the page instead of taking the sandbox down.
fn render(template: &str, place: &str, content: Rendered) -> String {
    let css = Rendered::from_safe_string(include_str!("templates/style.css").to_owned());
    let all = context! { css, place, ..content };
    TEMPLATES
        .get_template(template)
        .and_then(|found| found.render(all))
        .unwrap_or_else(|error| {
            format!(
                "<!doctype html><title>Sandbox</title><pre>{}</pre>",
                text::escape(&format!("{error:#}"))
            )
        })
}

/// The members of a list in the world; none where it is missing.
fn items<'a>(world: &'a Value, pointer: &str) -> &'a [Value] {
    world
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The first of these members that is a text with something in it.
fn first_text<'a>(value: &'a Value, pointers: &[&str]) -> &'a str {
    pointers
        .iter()
        .filter_map(|pointer| value.pointer(pointer))
        .find_map(Value::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
