//! Links to the vendors' own sites, turned to the page of the same thing here.
//!
//! Google, Slack and PagerDuty hand out links to their own hosts, in the sandbox too, since that is what clients expect. On
//! these pages a click on the affected customers should show the sheet, not Google's sign-in.

use serde_json::Value;

const SHEET: &str = "https://docs.google.com/spreadsheets/d/";
const EVENT: &str = "https://www.google.com/calendar/event";
const MESSAGE: &str = "https://sandbox.slack.com/archives/";
const INCIDENT: &str = "https://subdomain.pagerduty.com/incidents/";

/// The page with every such link turned. Text is left as it is, and so is a link to a sheet that is not in the world.
pub(super) fn homeward(html: &str, world: &Value) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("href=\"") {
        let (before, from) = rest.split_at(at + "href=\"".len());
        let (target, after) = from.split_at(from.find('"').unwrap_or(from.len()));
        out.push_str(before);
        match here(target, world) {
            Some(local) => out.push_str(&local),
            None => out.push_str(target),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn here(target: &str, world: &Value) -> Option<String> {
    if target.starts_with(EVENT) {
        return Some("/__world/calendar".to_owned());
    }
    if target.starts_with(INCIDENT) {
        return Some("/__world/pagerduty".to_owned());
    }
    if let Some(message) = target.strip_prefix(MESSAGE) {
        return Some(format!("/__world/chat{}", anchor(message)));
    }
    let id = target.strip_prefix(SHEET)?.split(['/', '?', '#']).next()?;
    world["sheets"].get(id)?;
    Some(format!("/__world/sheets/{id}"))
}

/// `CHANNEL/p1700000000000100?thread_ts=...` as the message's place on the page; a channel without a message has none.
fn anchor(message: &str) -> String {
    let path = message.split(['?', '#', '&']).next().unwrap_or_default();
    match path.split_once("/p") {
        Some((channel, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("#m-{channel}-{digits}")
        }
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_to_what_is_here_lead_here() {
        let world = json!({ "sheets": { "s1": {} } });
        let table = [
            (
                "https://docs.google.com/spreadsheets/d/s1/edit#gid=0",
                "/__world/sheets/s1",
            ),
            (
                "https://docs.google.com/spreadsheets/d/s1",
                "/__world/sheets/s1",
            ),
            (
                "https://docs.google.com/spreadsheets/d/s2/edit",
                "https://docs.google.com/spreadsheets/d/s2/edit",
            ),
            (
                "https://www.google.com/calendar/event?eid=x",
                "/__world/calendar",
            ),
            (
                "https://sandbox.slack.com/archives/C1/p1700000000000100?thread_ts=1.0",
                "/__world/chat#m-C1-1700000000000100",
            ),
            ("https://sandbox.slack.com/archives/C1", "/__world/chat"),
            (
                "https://subdomain.pagerduty.com/incidents/Q1",
                "/__world/pagerduty",
            ),
            ("https://x.test/", "https://x.test/"),
        ];
        for (target, expected) in table {
            let html = |target: &str| format!("<p>{SHEET}s1 <a href=\"{target}\">x</a> tail</p>");
            assert_eq!(homeward(&html(target), &world), html(expected));
        }
    }
}
