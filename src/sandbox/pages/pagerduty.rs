//! Incidents as the on-call engineer sees them.

use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::text::{linked, moment_of};
use super::{first_text, items, render};

/// All incidents, newest first, with their notes.
pub(super) fn incidents(world: &Value) -> String {
    let mut all: Vec<&Value> = items(world, "/pagerduty/incidents").iter().collect();
    all.sort_by_key(|incident| std::cmp::Reverse(first_text(incident, &["/created_at"])));
    let notes = items(world, "/pagerduty/notes");
    let incidents: Vec<Rendered> = all
        .into_iter()
        .map(|incident| {
            let id = first_text(incident, &["/id"]);
            let own: Vec<Rendered> = items(incident, "/notes")
                .iter()
                .chain(notes.iter().filter(|note| first_text(note, &["/incident_id", "/incident/id", "/incident"]) == id))
                .map(note)
                .collect();
            context! {
                id,
                title => first_text(incident, &["/title", "/summary"]),
                status => first_text(incident, &["/status"]),
                urgency => first_text(incident, &["/urgency"]),
                priority => first_text(incident, &["/priority/summary", "/priority/name", "/priority"]),
                service => first_text(incident, &["/service/summary", "/service/name", "/service"]),
                created => moment_of(first_text(incident, &["/created_at"])),
                resolved => moment_of(first_text(incident, &["/resolved_at"])),
                notes => own,
            }
        })
        .collect();
    render("pagerduty.html", "pagerduty", context! { incidents })
}

fn note(note: &Value) -> Rendered {
    context! {
        by => first_text(note, &["/user/summary", "/user/name", "/by", "/user"]),
        at => moment_of(first_text(note, &["/created_at", "/at"])),
        html => Rendered::from_safe_string(linked(first_text(note, &["/content"]))),
    }
}
