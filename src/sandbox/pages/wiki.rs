//! Confluence's pages: the tree, and one page with everything around it.

use minijinja::{Value as Rendered, context};
use serde_json::Value;

use super::text::moment_of;
use super::{first_text, items, render, storage_html};

/// How deep the tree is shown; deeper pages stand at the last level.
const DEEPEST: usize = 6;

/// The pages of one space, or of all, as a tree.
pub(super) fn list(world: &Value, space: Option<&str>) -> String {
    let shown: Vec<&Value> = items(world, "/confluence/pages")
        .iter()
        .filter(|page| space.is_none_or(|key| first_text(page, &["/spaceKey"]) == key))
        .collect();
    let mut rows = Vec::new();
    let has_parent = |page: &Value| shown.iter().any(|other| other["id"] == page["parentId"]);
    for root in shown.iter().filter(|page| !has_parent(page)) {
        branch(world, &shown, root, 0, &mut rows);
    }
    render("wiki_list.html", "confluence", context! { rows, space })
}

fn branch(world: &Value, all: &[&Value], page: &Value, depth: usize, rows: &mut Vec<Rendered>) {
    let id = first_text(page, &["/id"]);
    let tasks = items(world, "/confluence/tasks")
        .iter()
        .filter(|task| task["pageId"] == id);
    let (done, open): (Vec<_>, Vec<_>) = tasks.partition(|task| task["status"] == "complete");
    rows.push(context! {
        title => page["title"].as_str(),
        link => link(page),
        status => page["status"].as_str(),
        version => page["version"].as_i64(),
        updated => moment_of(first_text(page, &["/updatedAt", "/createdAt"])),
        labels => labels(page),
        open => open.len(),
        tasks => open.len() + done.len(),
        depth => depth.min(DEEPEST),
    });
    if depth < 50 {
        for child in all
            .iter()
            .filter(|child| child["parentId"] == id && !id.is_empty())
        {
            branch(world, all, child, depth + 1, rows);
        }
    }
}

fn labels(page: &Value) -> Vec<String> {
    items(page, "/labels")
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The address of a page on this server.
pub(super) fn link(page: &Value) -> String {
    let id = first_text(page, &["/id"]);
    match first_text(page, &["/spaceKey"]) {
        "" => format!("/__world/confluence/{id}"),
        key => format!("/wiki/spaces/{key}/pages/{id}"),
    }
}

/// One page.
pub(super) fn page(world: &Value, id: &str) -> Option<String> {
    let pages = items(world, "/confluence/pages");
    let page = pages.iter().find(|page| page["id"] == id)?;
    let name_of = |account: &str| name(world, account);
    let above = ancestors(pages, page);
    let trail: Vec<Rendered> = above
        .iter()
        .map(|page| context! { title => page["title"].as_str(), link => link(page) })
        .collect();
    let comments: Vec<Rendered> = items(world, "/confluence/comments")
        .iter()
        .filter(|comment| comment["pageId"] == id)
        .map(|comment| {
            context! {
                id => comment["id"].as_str(),
                author => name_of(first_text(comment, &["/authorId"])),
                at => moment_of(first_text(comment, &["/createdAt"])),
                reply => comment["parentCommentId"].is_string(),
                html => Rendered::from_safe_string(storage_html(first_text(comment, &["/body"]), &name_of)),
            }
        })
        .collect();
    let properties: Vec<Rendered> = items(world, "/confluence/properties")
        .iter()
        .filter(|property| property["pageId"] == id)
        .map(|property| {
            context! {
                key => property["key"].as_str(),
                version => property["version"].as_i64(),
                value => serde_json::to_string_pretty(&property["value"]).unwrap_or_default(),
            }
        })
        .collect();
    let content = context! {
        title => page["title"].as_str(),
        status => page["status"].as_str(),
        version => page["version"].as_i64(),
        space => page["spaceKey"].as_str(),
        labels => labels(page),
        author => name_of(first_text(page, &["/authorId"])),
        editor => name_of(first_text(page, &["/updatedBy"])),
        created => moment_of(first_text(page, &["/createdAt"])),
        updated => moment_of(first_text(page, &["/updatedAt"])),
        html => Rendered::from_safe_string(storage_html(first_text(page, &["/body"]), &name_of)),
        source => page["body"].as_str(),
        trail,
        comments,
        properties,
    };
    Some(render("wiki_page.html", "confluence", content))
}

fn name(world: &Value, account: &str) -> Option<String> {
    items(world, "/confluence/users")
        .iter()
        .find(|user| user["accountId"] == account)
        .and_then(|user| user["displayName"].as_str())
        .map(str::to_owned)
}

fn ancestors<'a>(pages: &'a [Value], page: &Value) -> Vec<&'a Value> {
    let mut above: Vec<&Value> = Vec::new();
    let mut parent = page["parentId"].clone();
    while let Some(found) = pages
        .iter()
        .find(|page| parent.is_string() && page["id"] == parent)
    {
        if above.len() > 50 {
            break;
        }
        above.push(found);
        parent = found["parentId"].clone();
    }
    above.reverse();
    above
}
