//! The demo's summary: what is in the world at the end, counted there and not in the ledger.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Story, slot_of};
use crate::cli::{Exit, Fault, screen};
use crate::playbook::case::Case;
use crate::playbook::steps::Step;

impl Story<'_> {
    /// The summary: one of each for every incident, with where to look.
    pub(super) async fn sum_up(&self) -> Result<Exit, Fault> {
        anstream::println!("\nSummary");
        let world = self.world.world();
        let mails = announcements(&world);
        let mut complete = true;
        for case in self.cases().await? {
            let incident = &case.incident;
            let title = format!(
                "{} {}",
                screen::plain(&incident.reference),
                screen::short(&incident.title, 70)
            );
            if incident.resolved_at().is_none() {
                anstream::println!(
                    "  {title}\n      nothing is owed (not resolved, or merged into another)"
                );
                continue;
            }
            anstream::println!("  {title}");
            for (what, found) in [
                ("page", pages_of(&world, &incident.reference)),
                (
                    "sheet",
                    sheets_of(&world, &incident.reference, &self.world.base_url()),
                ),
                (
                    "meeting",
                    meetings_of(&world, &incident.reference, &self.world.base_url()),
                ),
            ] {
                complete &= found.len() == 1;
                let when = match (what, slot_of(&case)) {
                    ("meeting", Some(slot)) => {
                        format!("{}  ", screen::time(slot.start, &self.zone))
                    }
                    _ => String::new(),
                };
                anstream::println!("      {} {what:<13}{when}{}", found.len(), found.join(" "));
            }
            let count = sent(&case, &mails);
            complete &= count == 1;
            anstream::println!(
                "      {count} announcement {}/__world/inbox",
                self.world.base_url()
            );
        }
        anstream::println!(
            "  {} nags {}/__world/inbox",
            self.nags.len(),
            self.world.base_url()
        );
        let well = complete && !self.nags.is_empty() && self.troubles.is_empty();
        if !well {
            anstream::println!("  Something of it is missing; the lines above say what.");
        }
        Ok(if well { Exit::Well } else { Exit::NeedsHuman })
    }
}

/// What of a list in the world belongs to an incident, by the text that people would know it by.
fn of_incident<'w>(list: &'w Value, text: &str, reference: &str) -> Vec<&'w Value> {
    let reference = format!("{reference}:");
    let known_by = |entry: &Value| {
        entry[text]
            .as_str()
            .is_some_and(|text| text.contains(&reference))
    };
    list.as_array()
        .into_iter()
        .flatten()
        .filter(|entry| known_by(entry))
        .collect()
}

/// Where the incident's pages are.
fn pages_of(world: &Value, reference: &str) -> Vec<String> {
    of_incident(&world["confluence"]["pages"], "title", reference)
        .into_iter()
        .filter_map(|page| page["url"].as_str().map(str::to_owned))
        .collect()
}

/// Where the incident's sheets can be looked at: in the sandbox, not at Google.
fn sheets_of(world: &Value, reference: &str, base: &str) -> Vec<String> {
    of_incident(&world["drive"]["files"], "name", reference)
        .into_iter()
        .filter(|file| file["mimeType"] == "application/vnd.google-apps.spreadsheet")
        .filter_map(|file| Some(format!("{base}/__world/sheets/{}", file["id"].as_str()?)))
        .collect()
}

/// Where the incident's meetings can be looked at. Guests have copies of one event; its id tells that it is one.
fn meetings_of(world: &Value, reference: &str, base: &str) -> Vec<String> {
    let events = of_incident(&world["calendar"]["events"], "summary", reference);
    let ids: BTreeSet<&str> = events
        .into_iter()
        .filter(|event| event["status"] != "cancelled")
        .filter_map(|event| event["id"].as_str())
        .collect();
    ids.iter()
        .map(|_| format!("{base}/__world/calendar"))
        .collect()
}

/// How often each Message-ID arrived.
fn announcements(world: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for message in world["smtp"]["messages"].as_array().into_iter().flatten() {
        if let Some(id) = message["message_id"].as_str() {
            *counts
                .entry(id.trim_matches(['<', '>']).to_owned())
                .or_default() += 1;
        }
    }
    counts
}

/// How many announcements of a case arrived by mail.
fn sent(case: &Case, mails: &BTreeMap<String, usize>) -> usize {
    case.effects
        .values()
        .filter(|effect| {
            effect.key.step == Step::Announcement && effect.key.target.starts_with("mail:")
        })
        .filter_map(|effect| effect.reference())
        .filter_map(|reference| mails.get(reference.trim_matches(['<', '>'])))
        .sum()
}
