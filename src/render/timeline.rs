//! The record as the page's tables: what stands in plain view, what in an expand, and what is left out.
//!
//! The rule, so that a page stays readable whatever the record holds:
//! - A record of up to [`IN_VIEW`] entries stands in plain view, whole.
//! - Of a longer one, what tells the story stands in plain view: the first few alerts of each origin, then of every other
//!   kind. The whole record stands in an expand below, oldest first, answers below what they answer.
//! - Where all of it does not fit into the room there is, texts are cut shorter, and only then entries are left out from
//!   the end on. What is left out is counted and said, with a link to the record.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use minijinja::Value;
use serde::Serialize;

use crate::playbook::incident::{EntryKind, FileLink, Incident, TimelineEntry};

use super::fragment::{Element, Form, Fragment, Writer};
use super::link::Link;
use super::threads::{Standing, in_order};
use super::view::{counted, known, name};
use super::{rich_text, text, time};

/// Entries in plain view.
const IN_VIEW: usize = 60;
/// Of each kind that tells the story, at least so many are in plain view.
const OF_EACH_KIND: usize = 10;
/// Alerts of each origin that come before any others.
const OF_EACH_ORIGIN: usize = 3;
/// Where nothing tells the story, the first entries do.
const FIRST: usize = 20;
/// Bytes of one entry's text, once it is storage format: the first with which the whole record fits.
const ENTRY: [usize; 3] = [4_000, 1_000, 300];
/// Files named in one entry.
const FILES: usize = 10;
/// Origins of alerts that are named.
const ORIGINS: usize = 20;
/// The least that a row takes beside its texts, in any template.
const ROW: usize = 40;

/// The timeline, ready for the template.
#[derive(Debug, Serialize)]
pub(crate) struct Timeline {
    /// The heading of the column of local times.
    zone: String,
    in_view: Vec<Row>,
    expanded: Vec<Row>,
    left_out: usize,
    /// How many alerts came, by the tool they came from; the most first.
    alerts: Vec<Origin>,
}

#[derive(Debug, Serialize)]
struct Origin {
    name: String,
    /// `1 alert`, `120 alerts`.
    count: String,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    time: String,
    utc: String,
    url: Option<String>,
    by: Option<String>,
    kind: Option<&'static str>,
    is_answer: bool,
    /// What happened, with its files.
    text: Value,
    /// `14:20`, or with the day where that is another one.
    edited: Option<String>,
    /// `12 times until 14:05`.
    repeats: Option<String>,
    /// Bytes that it takes at the least.
    #[serde(skip)]
    size: usize,
}

impl Timeline {
    /// Of an incident, in the given zone; all rows take about `room` bytes at most.
    pub(crate) fn new(incident: &Incident, zone: &TimeZone, room: usize) -> Self {
        let ordered = in_order(&incident.timeline);
        let (in_view, expanded) = if ordered.len() > IN_VIEW {
            (story_tellers(&incident.timeline), ordered)
        } else {
            (ordered, Vec::new())
        };
        let mut timeline = Self {
            zone: zone_label(incident, zone),
            in_view: Vec::new(),
            expanded: Vec::new(),
            left_out: 0,
            alerts: alerts(incident),
        };
        for limit in ENTRY {
            let mut table = Table { zone, limit, room };
            timeline.in_view = table.rows(&in_view);
            timeline.expanded = table.rows(&expanded);
            let shown = timeline.in_view.len() + timeline.expanded.len();
            let whole = timeline.expanded.len().max(timeline.in_view.len());
            timeline.left_out = incident.timeline.len().saturating_sub(whole);
            if shown == in_view.len() + expanded.len() {
                break;
            }
        }
        timeline
    }

    /// Bytes that its rows take at the least.
    pub(crate) fn size(&self) -> usize {
        let rows = self.in_view.iter().chain(&self.expanded);
        rows.map(|row| row.size).sum()
    }
}

/// What rows are made with, and the room that is left for them.
struct Table<'a> {
    zone: &'a TimeZone,
    limit: usize,
    room: usize,
}

impl Table<'_> {
    /// As many of the entries as there is room for. Once one does not fit, none of those after it are shown: a gap in the
    /// middle would look like silence.
    fn rows(&mut self, entries: &[(&TimelineEntry, Standing)]) -> Vec<Row> {
        let mut rows = Vec::with_capacity(entries.len());
        for (entry, standing) in entries {
            let row = Row::new(entry, *standing, self.zone, self.limit);
            let Some(left) = self.room.checked_sub(row.size) else {
                self.room = 0;
                break;
            };
            self.room = left;
            rows.push(row);
        }
        rows
    }
}

impl Row {
    fn new(entry: &TimelineEntry, standing: Standing, zone: &TimeZone, limit: usize) -> Self {
        let text = with_files(rich_text::fragment(&entry.text, limit), &entry.files);
        let by = entry.by.as_deref().map(name).filter(|by| !by.is_empty());
        let url = entry
            .url
            .as_deref()
            .and_then(Link::new)
            .map(|link| link.url);
        let size = ROW
            + text.storage().len()
            + by.as_deref().map_or(0, text::escaped_len)
            + url.as_deref().map_or(0, text::escaped_len);
        Self {
            time: time::cell(entry.at, zone),
            utc: time::utc_cell(entry.at, zone),
            url,
            by,
            kind: label(entry.kind).filter(|label| !begins_with(entry, label)),
            is_answer: match standing {
                Standing::Own => false,
                Standing::Answer => true,
            },
            text: text.value(),
            edited: entry
                .edited_at
                .map(|edited| time::later_cell(edited, entry.at, zone)),
            repeats: entry.repeats.map(|repeats| {
                let until = time::later_cell(repeats.until, entry.at, zone);
                format!(
                    "{} until {until}",
                    counted(repeats.times.into(), "time", "times")
                )
            }),
            size,
        }
    }
}

/// Sources write `Acknowledged` for what is acknowledged; once is enough.
fn begins_with(entry: &TimelineEntry, label: &str) -> bool {
    let plain = entry.text.to_plain();
    let beginning: String = plain.trim_start().chars().take(label.len()).collect();
    beginning.to_lowercase() == label
}

/// The text and, after it, its files by name.
fn with_files(text: Fragment, files: &[FileLink]) -> Fragment {
    if files.is_empty() {
        return text;
    }
    let form = text.form();
    let mut writer = Writer::default();
    writer.fragment(&text);
    match form {
        Form::Block => writer.within(Element::Paragraph, |writer| write_files(files, writer)),
        Form::Inline => {
            if !text.storage().is_empty() {
                writer.text(" ");
            }
            write_files(files, &mut writer);
        }
    }
    writer.finish(form)
}

fn write_files(files: &[FileLink], writer: &mut Writer) {
    for (index, file) in files.iter().take(FILES).enumerate() {
        writer.text(if index > 0 { ", " } else { "[" });
        write_file(file, writer);
    }
    match files.len().saturating_sub(FILES) {
        0 => writer.text("]"),
        more => writer.text(&format!(" and {more} more]")),
    }
}

/// A file by its name; something to click on where it has an address.
fn write_file(file: &FileLink, writer: &mut Writer) {
    let FileLink { name: called, url } = file;
    let called = known(name(called)).unwrap_or_else(|| "a file".to_owned());
    let Some(link) = url.as_deref().and_then(Link::new) else {
        return writer.text(&called);
    };
    // A file's name has a dot as an address has; only one with more of an address to it may deceive.
    let is_file_name = !called.contains(['/', '@', ':']) && called.is_ascii();
    let shown = if is_file_name {
        called
    } else {
        link.shown(&called)
    };
    writer.link(&link, |writer| writer.text(&shown));
}

/// What tells the story of a long record, oldest first.
fn story_tellers(entries: &[TimelineEntry]) -> Vec<(&TimelineEntry, Standing)> {
    let mut of_kind = [0_usize; 6];
    let mut of_origin: HashMap<&str, usize> = HashMap::new();
    let mut sorted: Vec<&TimelineEntry> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.at);
    let mut ranked: Vec<_> = sorted
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            let weight = weight(entry.kind)?;
            let earlier = &mut of_kind[weight];
            *earlier += 1;
            let is_of_many = *earlier > OF_EACH_KIND;
            let is_first_of_origin = entry.kind == EntryKind::Alert && {
                let earlier = of_origin
                    .entry(entry.by.as_deref().unwrap_or_default())
                    .or_default();
                *earlier += 1;
                *earlier <= OF_EACH_ORIGIN
            };
            Some((is_of_many && !is_first_of_origin, weight, index))
        })
        .collect();
    ranked.sort_unstable();
    ranked.truncate(IN_VIEW);
    let mut chosen: Vec<usize> = ranked.into_iter().map(|(_, _, index)| index).collect();
    chosen.sort_unstable();
    if chosen.is_empty() {
        chosen = (0..sorted.len().min(FIRST)).collect();
    }
    let own = |index| (sorted[index], Standing::Own);
    chosen.into_iter().map(own).collect()
}

/// What has less weight is shown first: small numbers from 0, no two kinds with the same; `None` for what tells no story.
fn weight(kind: EntryKind) -> Option<usize> {
    match kind {
        EntryKind::Resolved => Some(0),
        EntryKind::Mitigated => Some(1),
        EntryKind::Note => Some(2),
        EntryKind::Escalated => Some(3),
        EntryKind::Acknowledged => Some(4),
        EntryKind::Alert => Some(5),
        EntryKind::Message | EntryKind::Other => None,
    }
}

/// What people said needs no label: a name stands before it.
fn label(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Alert => Some("alert"),
        EntryKind::Acknowledged => Some("acknowledged"),
        EntryKind::Escalated => Some("escalated"),
        EntryKind::Note => Some("note"),
        EntryKind::Mitigated => Some("mitigated"),
        EntryKind::Resolved => Some("resolved"),
        EntryKind::Message | EntryKind::Other => None,
    }
}

/// How many alerts came from where.
fn alerts(incident: &Incident) -> Vec<Origin> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for entry in &incident.timeline {
        if entry.kind == EntryKind::Alert {
            let origin = entry.by.as_deref().map(name).unwrap_or_default();
            let times = entry.repeats.map_or(1, |repeats| repeats.times.max(1));
            *counts.entry(origin).or_default() += u64::from(times);
        }
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    counts.truncate(ORIGINS);
    let origin = |(name, count): (String, u64)| Origin {
        name: if name.is_empty() {
            "elsewhere".to_owned()
        } else {
            name
        },
        count: counted(count, "alert", "alerts"),
    };
    counts.into_iter().map(origin).collect()
}

/// `CET`, or the zone's name where its clocks changed during the incident.
fn zone_label(incident: &Incident, zone: &TimeZone) -> String {
    let abbreviation =
        |at: jiff::Timestamp| time::abbreviation(&at.to_zoned_datetime(zone.clone()));
    let times = || incident.timeline.iter().map(|entry| entry.at);
    let first = abbreviation(times().min().unwrap_or(incident.opened_at));
    let last = abbreviation(times().max().unwrap_or(incident.opened_at));
    if first == last {
        first
    } else {
        zone.iana_name()
            .map_or_else(|| format!("{first}, {last}"), str::to_owned)
    }
}
