//! The front page: what is in the world, and where to look.

use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::{first_text, items, render, wiki};

/// How many of the newest things each card names.
const NEWEST: usize = 3;

/// The front page.
pub(super) fn overview(world: &Value) -> String {
    let pages = items(world, "/confluence/pages");
    let tasks = items(world, "/confluence/tasks");
    let open = tasks
        .iter()
        .filter(|task| task["status"] != "complete")
        .count();
    let mails = items(world, "/smtp/messages");
    let events: Vec<&Value> = items(world, "/calendar/events")
        .iter()
        .filter(|event| event["status"] != "cancelled")
        .collect();
    let messages = items(world, "/slack/messages");
    let incidents = items(world, "/pagerduty/incidents");
    let none = serde_json::Map::new();
    let sheets = world["sheets"].as_object().unwrap_or(&none);
    let cards = vec![
        card(
            "Confluence",
            "/__world/confluence",
            pages.len(),
            "page",
            &format!("{open} of {} tasks open", tasks.len()),
            newest(pages)
                .map(|page| entry(first_text(page, &["/title"]), wiki::link(page)))
                .collect(),
        ),
        card(
            "Sheets",
            "/__world/sheets",
            sheets.len(),
            "sheet",
            "",
            sheets
                .iter()
                .take(NEWEST)
                .map(|(id, sheet)| {
                    entry(
                        first_text(sheet, &["/title"]),
                        format!("/__world/sheets/{id}"),
                    )
                })
                .collect(),
        ),
        card(
            "Calendar",
            "/__world/calendar",
            events.len(),
            "event",
            "",
            events
                .iter()
                .rev()
                .take(NEWEST)
                .map(|event| {
                    entry(
                        first_text(event, &["/summary"]),
                        "/__world/calendar".to_owned(),
                    )
                })
                .collect(),
        ),
        card(
            "Inbox",
            "/__world/inbox",
            mails.len(),
            "mail",
            "",
            mails
                .iter()
                .enumerate()
                .rev()
                .take(NEWEST)
                .map(|(index, mail)| {
                    entry(
                        first_text(mail, &["/subject"]),
                        format!("/__world/inbox/{}", index + 1),
                    )
                })
                .collect(),
        ),
        card(
            "Chat",
            "/__world/chat",
            messages.len(),
            "message",
            "",
            channels(messages),
        ),
        card(
            "PagerDuty",
            "/__world/pagerduty",
            incidents.len(),
            "incident",
            "",
            newest(incidents)
                .map(|incident| {
                    entry(
                        first_text(incident, &["/title"]),
                        "/__world/pagerduty".to_owned(),
                    )
                })
                .collect(),
        ),
    ];
    let calls = items(world, "/calls").len();
    render("overview.html", "overview", context! { cards, calls })
}

/// The channels that were written to last.
fn channels(messages: &[Value]) -> Vec<Rendered> {
    let mut names: Vec<&str> = Vec::new();
    for message in messages.iter().rev() {
        let name = first_text(message, &["/channel_name", "/channel"]).trim_start_matches('#');
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .take(NEWEST)
        .map(|name| entry(&format!("#{name}"), "/__world/chat".to_owned()))
        .collect()
}

fn newest(list: &[Value]) -> impl Iterator<Item = &Value> {
    list.iter().rev().take(NEWEST)
}

fn entry(title: &str, link: String) -> Rendered {
    let title = if title.is_empty() { "Untitled" } else { title };
    context! { title, link }
}

fn card(
    name: &str,
    link: &str,
    count: usize,
    thing: &str,
    more: &str,
    newest: Vec<Rendered>,
) -> Rendered {
    let ending = if count == 1 { "" } else { "s" };
    context! { name, link, count, things => format!("{thing}{ending}"), more, newest }
}
