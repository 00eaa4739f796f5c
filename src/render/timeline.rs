//! The record as the page's table: what stands in plain view, what in an expand, and what is left out.
//!
//! The rule, so that a page stays readable and far below what Confluence takes, whatever the record holds:
//! - Up to [`IN_VIEW`] entries stand in plain view: all of them where there are no more. Else the first few of each
//!   kind that tells the story, then others by their kind.
//! - The rest stands in an expand, in order, until all rows together take [`ROOM`] bytes.
//! - What is left then is counted and said, with a link to the whole record.
//! - One entry's text is cut at [`ENTRY`] UTF-16 units.

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::playbook::incident::{EntryKind, Incident, TimelineEntry};

use super::{text, time};

/// Entries in plain view.
const IN_VIEW: usize = 60;
/// Of each kind that tells the story, at least so many are in plain view.
const OF_EACH_KIND: usize = 10;
/// Bytes of all rows together, escaped.
const ROOM: usize = 400_000;
/// UTF-16 units of one entry's text.
const ENTRY: usize = 2_000;
/// Bytes that a row's markup takes at most.
const ROW_MARKUP: usize = 250;

/// The timeline, ready for the template.
#[derive(Debug, Serialize)]
pub(crate) struct Timeline {
    /// The heading of the column of local times.
    zone: String,
    in_view: Vec<Row>,
    expanded: Vec<Row>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    time: String,
    utc: String,
    by: Option<String>,
    kind: Option<&'static str>,
    text: String,
}

impl Timeline {
    /// Of an incident, in the given zone; sorted by time, and entries of one instant in the record's own order.
    pub(crate) fn new(incident: &Incident, zone: &TimeZone) -> Self {
        let mut entries: Vec<&TimelineEntry> = incident.timeline.iter().collect();
        entries.sort_by_key(|entry| entry.at);
        let chosen = in_view(&entries);

        let mut timeline = Self {
            zone: zone_label(&entries, incident, zone),
            in_view: Vec::new(),
            expanded: Vec::new(),
            left_out: 0,
        };
        let mut room = ROOM;
        let (first, rest): (Vec<_>, Vec<_>) = entries
            .iter()
            .enumerate()
            .partition(|(index, _)| chosen.binary_search(index).is_ok());
        let mut place = |entries: Vec<(usize, &&TimelineEntry)>, rows: &mut Vec<Row>| {
            for (_, entry) in entries {
                // Once one is left out so are all after it: a gap in the middle would look like silence.
                let row = (timeline.left_out == 0).then(|| Row::new(entry, zone));
                let fits = row.and_then(|row| Some((room.checked_sub(row.size())?, row)));
                if let Some((left, row)) = fits {
                    room = left;
                    rows.push(row);
                } else {
                    timeline.left_out += 1;
                }
            }
        };
        place(first, &mut timeline.in_view);
        place(rest, &mut timeline.expanded);
        timeline
    }
}

impl Row {
    fn new(entry: &TimelineEntry, zone: &TimeZone) -> Self {
        let what = text::cut(&text::line(&entry.text.to_plain()), ENTRY);
        Self {
            time: time::cell(entry.at, zone),
            utc: time::utc_cell(entry.at, zone),
            by: entry
                .by
                .as_deref()
                .map(|by| text::cut(&text::line(by), 120))
                .filter(|by| !by.is_empty()),
            // Sources write `Acknowledged` for what is acknowledged; once is enough.
            kind: label(entry.kind).filter(|label| !what.to_lowercase().starts_with(label)),
            text: what,
        }
    }

    fn size(&self) -> usize {
        ROW_MARKUP + text::escaped_len(&self.text) + self.by.as_deref().map_or(0, text::escaped_len)
    }
}

/// Which entries are in plain view, by their index, in order.
fn in_view(entries: &[&TimelineEntry]) -> Vec<usize> {
    let mut of_kind = [0_usize; 8];
    let mut ranked: Vec<_> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let weight = weight(entry.kind);
            let earlier = &mut of_kind[weight];
            *earlier += 1;
            let is_one_of_many = !tells_the_story(entry.kind) || *earlier > OF_EACH_KIND;
            (is_one_of_many, weight, index)
        })
        .collect();
    if ranked.len() > IN_VIEW {
        ranked.sort_unstable();
        ranked.truncate(IN_VIEW);
    }
    let mut chosen: Vec<usize> = ranked.into_iter().map(|(_, _, index)| index).collect();
    chosen.sort_unstable();
    chosen
}

fn tells_the_story(kind: EntryKind) -> bool {
    match kind {
        EntryKind::Alert
        | EntryKind::Acknowledged
        | EntryKind::Escalated
        | EntryKind::Note
        | EntryKind::Mitigated
        | EntryKind::Resolved => true,
        EntryKind::Message | EntryKind::Other => false,
    }
}

/// What has less weight is shown first: small numbers from 0, no two kinds with the same.
fn weight(kind: EntryKind) -> usize {
    match kind {
        EntryKind::Resolved => 0,
        EntryKind::Mitigated => 1,
        EntryKind::Note => 2,
        EntryKind::Escalated => 3,
        EntryKind::Acknowledged => 4,
        EntryKind::Alert => 5,
        EntryKind::Message => 6,
        EntryKind::Other => 7,
    }
}

fn label(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Alert => Some("alert"),
        EntryKind::Acknowledged => Some("acknowledged"),
        EntryKind::Escalated => Some("escalated"),
        EntryKind::Note => Some("note"),
        EntryKind::Message => Some("message"),
        EntryKind::Mitigated => Some("mitigated"),
        EntryKind::Resolved => Some("resolved"),
        EntryKind::Other => None,
    }
}

/// `CET`, or the zone's name where its clocks changed during the incident.
fn zone_label(entries: &[&TimelineEntry], incident: &Incident, zone: &TimeZone) -> String {
    let abbreviation =
        |at: jiff::Timestamp| time::abbreviation(&at.to_zoned_datetime(zone.clone()));
    let first = abbreviation(entries.first().map_or(incident.opened_at, |entry| entry.at));
    let last = abbreviation(entries.last().map_or(incident.opened_at, |entry| entry.at));
    if first == last {
        first
    } else {
        zone.iana_name()
            .map_or_else(|| format!("{first}, {last}"), str::to_owned)
    }
}
