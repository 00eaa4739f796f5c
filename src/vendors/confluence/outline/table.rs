//! Tables: forms that people fill in row by row, or logs of what happened when.

use roxmltree::Node;

use super::{Place, Reader, words};

impl Reader<'_> {
    /// The cells of a table, row by row. A log is told by its clock: it quotes the record, whatever people named it.
    pub(super) fn table(&mut self, table: Node<'_, '_>, place: &Place, depth: u32) {
        let rows: Vec<Vec<Node<'_, '_>>> = rows(table).map(|row| cells(row).collect()).collect();
        let is_quoted = *place == Place::Quoted || is_log(&rows);
        let mut columns: Vec<String> = Vec::new();
        for row in rows.iter().filter(|row| !row.is_empty()) {
            if row.iter().all(|cell| cell.has_tag_name("th")) {
                columns = row.iter().map(|cell| label(*cell)).collect();
                continue;
            }
            let heading = row
                .iter()
                .find(|cell| cell.has_tag_name("th"))
                .map(|cell| label(*cell));
            for (index, cell) in row.iter().enumerate() {
                if cell.has_tag_name("th") {
                    continue;
                }
                let place = if is_quoted {
                    Place::Quoted
                } else {
                    let column = columns.get(index).filter(|column| !column.is_empty());
                    Place::Cell {
                        label: heading.clone().or_else(|| column.cloned()),
                    }
                };
                self.apart(*cell, &place, depth + 1);
            }
        }
    }
}

/// The rows of this table, not of tables in it.
fn rows<'a, 'i: 'a>(table: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    table.children().flat_map(|child| {
        let direct = child.has_tag_name("tr").then_some(child);
        let is_part = ["tbody", "thead", "tfoot"]
            .into_iter()
            .any(|part| child.has_tag_name(part));
        let within = is_part.then(|| child.children().filter(|row| row.has_tag_name("tr")));
        direct.into_iter().chain(within.into_iter().flatten())
    })
}

fn cells<'a, 'i: 'a>(row: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    row.children()
        .filter(|cell| cell.has_tag_name("td") || cell.has_tag_name("th"))
}

fn label(cell: Node<'_, '_>) -> String {
    super::folded(&words(cell).replace('\n', " "))
}

/// Whether most rows begin with a time of day.
fn is_log(rows: &[Vec<Node<'_, '_>>]) -> bool {
    let first: Vec<String> = rows
        .iter()
        .filter(|row| row.iter().any(|cell| cell.has_tag_name("td")))
        .filter_map(|row| row.first().map(|cell| words(*cell)))
        .collect();
    let timed = first.iter().filter(|text| holds_clock(text)).count();
    timed > 0 && timed * 2 >= first.len()
}

/// Whether a text holds a time of day, such as `9:05`.
fn holds_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).any(|window| {
        matches!(window, [hour, b':', minute, second]
            if hour.is_ascii_digit() && minute.is_ascii_digit() && second.is_ascii_digit())
    })
}
