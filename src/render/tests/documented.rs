//! docs/templates.md tells of every template and every name, and of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;
use minijinja::value::Serde;

use super::*;

const PAGE: &str = include_str!("../../../docs/templates.md");

/// The names in the first column of the tables below that heading, up to the next.
fn documented(heading: &str) -> BTreeSet<String> {
    let (_, section) = PAGE
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{heading} is missing"));
    let lines = section.lines().take_while(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Which heading tells of what stands under that name.
fn heading_of(name: &str) -> Option<&'static str> {
    match name {
        "lead" | "responders" | "observers" => Some("### A person"),
        "record" | "page" | "event" | "link" => Some("### A link"),
        "measures" => Some("### A measure"),
        "sheet" => Some("### The sheet"),
        "meeting" => Some("### The meeting"),
        "timeline" => Some("### The timeline"),
        "in_view" | "expanded" => Some("### An entry"),
        "alerts" => Some("### Alerts from one origin"),
        "questions" => Some("### A question"),
        "items" => Some("### An item"),
        _ => None,
    }
}

/// Every name, by the heading that has to tell of it.
fn collect(
    json: &serde_json::Value,
    heading: &str,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    match json {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                found
                    .entry(heading.to_owned())
                    .or_default()
                    .insert(name.clone());
                if let Some(of_its_own) = heading_of(name) {
                    collect(value, of_its_own, found);
                }
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                collect(item, heading, found);
            }
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

fn names(value: &Value, heading: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    collect(&serde_json::to_value(value).unwrap(), heading, &mut found);
    found
}

#[test]
fn every_name_is_documented_and_every_documented_name_exists() {
    let zone = berlin();
    let mut incident = rich_incident();
    incident.timeline = super::timeline::bad_night();
    let story = rich_story(&incident, &zone);
    let timeline = Timeline::new(&incident, &zone, storage::LARGEST);
    let (_, questions) = Templates::built_in()
        .find(|(name, _)| name.ends_with(".toml"))
        .unwrap();
    let all = context! {
        timeline => Value::from(Serde(&timeline)),
        questions => super::super::questions::read(questions).unwrap(),
        ..View::new(&story).value()
    };
    let mut found = names(&all, "## Names");
    found.extend(names(
        &nag::view(&digest(two_items())),
        "## Names in reminders",
    ));
    for (heading, names) in found {
        assert_eq!(documented(&heading), names, "{heading}");
    }
}

#[test]
fn every_template_and_every_piece_is_documented() {
    let files: BTreeSet<String> = Templates::built_in()
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(documented("## The templates"), files);
    for (piece, _) in pieces::PIECES {
        let named = PAGE.split_once("which go by their files' names").unwrap().1;
        assert!(named.contains(&format!("`{piece}`")), "{piece}");
    }
}

#[test]
fn every_section_that_check_asks_for_is_documented() {
    let (_, table) = PAGE.split_once("## What a page has to hold").unwrap();
    let (table, _) = table.split_once("## Names").unwrap();
    let names: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with("` |"))
        .filter_map(|line| line.rsplit('`').nth(1))
        .collect();
    let known: Vec<&str> = Section::ALL.iter().map(|section| section.name()).collect();
    assert_eq!(names, known);
}
