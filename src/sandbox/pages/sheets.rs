//! Spreadsheets as grids.

use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::{first_text, items, render};

/// Rows of a tab that are shown; a sheet of 12,000 customers is for reading the head of.
const MOST_ROWS: usize = 500;

/// All sheets.
pub(super) fn list(world: &Value) -> String {
    let none = serde_json::Map::new();
    let sheets = world["sheets"].as_object().unwrap_or(&none);
    let rows: Vec<Rendered> = sheets
        .iter()
        .map(|(id, sheet)| {
            let tabs = items(sheet, "/tabs");
            let file = items(world, "/drive/files")
                .iter()
                .find(|file| file["id"] == id.as_str());
            let title = file
                .map(|file| first_text(file, &["/name"]))
                .filter(|name| !name.is_empty());
            context! {
                id,
                title => title.unwrap_or_else(|| first_text(sheet, &["/title"])),
                tabs => tabs.len(),
                rows => tabs.iter().map(|tab| items(tab, "/rows").len()).sum::<usize>(),
                shared => readers(world, id).len(),
            }
        })
        .collect();
    let others: Vec<Rendered> = items(world, "/drive/files")
        .iter()
        .filter(|file| {
            file["id"]
                .as_str()
                .is_none_or(|id| !sheets.contains_key(id))
        })
        .map(|file| context! { name => file["name"].as_str(), kind => file["mimeType"].as_str() })
        .collect();
    render("sheets.html", "sheets", context! { rows, others })
}

/// One sheet, its tabs below each other.
pub(super) fn sheet(world: &Value, id: &str) -> Option<String> {
    let sheet = world["sheets"].get(id)?;
    let tabs: Vec<Rendered> = items(sheet, "/tabs")
        .iter()
        .map(|tab| {
            let rows = items(tab, "/rows");
            let frozen = tab["frozen_rows"].as_u64().unwrap_or(0);
            let shown: Vec<Vec<String>> = rows.iter().take(MOST_ROWS).map(cells).collect();
            let width = shown.iter().map(Vec::len).max().unwrap_or(0);
            let columns: Vec<String> = (0..width).map(column).collect();
            context! {
                title => tab["title"].as_str(),
                total => rows.len(),
                shown => shown.len(),
                rows => shown,
                columns,
                frozen,
            }
        })
        .collect();
    let content = context! {
        title => first_text(sheet, &["/title"]),
        readers => readers(world, id),
        tabs,
    };
    Some(render("sheet.html", "sheets", content))
}

fn cells(row: &Value) -> Vec<String> {
    let cells = row.as_array().map_or(&[][..], Vec::as_slice);
    cells
        .iter()
        .map(|cell| match cell {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                cell.to_string()
            }
        })
        .collect()
}

/// `A` … `Z`, `AA` …
fn column(mut index: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(b'A' + u8::try_from(index % 26).unwrap_or(0));
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    name.iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

/// Whom a file was shared with. Permissions come as one list that names files, or as a list for each file.
fn readers(world: &Value, id: &str) -> Vec<String> {
    let own = &world["drive"]["permissions"][id];
    let of_file = |entry: &&Value| {
        ["/fileId", "/file_id", "/file"]
            .iter()
            .any(|key| entry.pointer(key).is_some_and(|file| file == id))
    };
    let listed = items(world, "/drive/permissions").iter().filter(of_file);
    own.as_array()
        .into_iter()
        .flatten()
        .chain(listed)
        .map(|entry| {
            let who = first_text(entry, &["/emailAddress", "/email", "/domain", "/type"]);
            format!("{who} ({})", first_text(entry, &["/role"]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_like_a_spreadsheet() {
        for (index, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
            (702, "AAA"),
        ] {
            assert_eq!(column(index), name);
        }
    }
}
