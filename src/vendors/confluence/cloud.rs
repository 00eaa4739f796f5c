//! What Cloud is asked.

use ::http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::pages::{Audience, Comment, NewPage, Page, PageStatus, Property, SpaceRef};
use super::people::User;
use super::tasks::{MOST_TASKS, Task, TaskPage, TaskQuery, TaskStatus};
use super::{Bodies, Confluence, Links, List, storage_body, storage_of};
use crate::vendors::http::{CallError, Repeat, Request, if_there};

/// The most that a list of the second generation gives at once.
const PAGE_LENGTH: &str = "250";
/// The most accounts that one lookup takes.
const MOST_USERS: usize = 250;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePage {
    id: String,
    status: PageStatus,
    #[serde(default)]
    title: String,
    space_id: Option<String>,
    parent_id: Option<String>,
    author_id: Option<String>,
    created_at: Option<Timestamp>,
    version: Option<WireVersion>,
    body: Option<Bodies>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Deserialize)]
struct WireVersion {
    number: u64,
}

#[derive(Deserialize)]
struct WireProperty {
    id: String,
    key: String,
    #[serde(default)]
    value: Value,
    version: WireVersion,
}

#[derive(Deserialize)]
struct WireComment {
    id: String,
    body: Option<Bodies>,
}

#[derive(Deserialize)]
struct WireSpace {
    id: String,
    key: String,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTask {
    id: String,
    local_id: Option<String>,
    space_id: Option<String>,
    page_id: Option<String>,
    status: TaskStatus,
    body: Option<Bodies>,
    assigned_to: Option<String>,
    created_by: Option<String>,
    created_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUser {
    account_id: String,
    display_name: Option<String>,
    public_name: Option<String>,
    email: Option<String>,
}

impl From<WireProperty> for Property {
    fn from(wire: WireProperty) -> Self {
        let WireProperty {
            id,
            key,
            value,
            version,
        } = wire;
        let version = version.number;
        Self {
            id,
            key,
            version,
            value,
        }
    }
}

impl From<WireTask> for Task {
    fn from(wire: WireTask) -> Self {
        Self {
            id: wire.id,
            local_id: wire.local_id,
            space_id: wire.space_id,
            page_id: wire.page_id,
            status: wire.status,
            storage: storage_of(wire.body).unwrap_or_default(),
            assigned_to: wire.assigned_to,
            created_by: wire.created_by,
            created_at: wire.created_at,
            due_at: wire.due_at,
            completed_at: wire.completed_at,
        }
    }
}

impl From<WireUser> for User {
    fn from(wire: WireUser) -> Self {
        Self {
            name: given(wire.display_name)
                .or_else(|| given(wire.public_name))
                .unwrap_or_else(|| wire.account_id.clone()),
            email: given(wire.email),
            account_id: wire.account_id,
        }
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn page_from(site: &Confluence, wire: WirePage, list_base: Option<&str>) -> Page {
    let base = wire.links.base.as_deref().or(list_base);
    Page {
        url: site.page_url(&wire.id, wire.links.webui.as_deref(), base),
        id: wire.id,
        status: wire.status,
        title: wire.title,
        space: wire.space_id.map(SpaceRef::kept),
        parent_id: wire.parent_id,
        author_id: wire.author_id,
        created_at: wire.created_at,
        version: wire.version.map_or(1, |version| version.number),
        storage: storage_of(wire.body),
    }
}

pub(super) async fn space_id(site: &Confluence, key: &str) -> Result<Option<String>, CallError> {
    let request = Request::get("find space", ["wiki", "api", "v2", "spaces"]).query("keys", key);
    let list: List<WireSpace> = site.call_json(request).await?;
    Ok(list
        .results
        .into_iter()
        .find(|space| space.key == key)
        .map(|space| space.id))
}

pub(super) async fn create_page(site: &Confluence, page: &NewPage<'_>) -> Result<Page, CallError> {
    let mut body = json!({
        "spaceId": page.space.as_str(),
        "status": "current",
        "title": page.title,
        "body": storage_body(page.storage),
    });
    if let Some(parent) = page.parent_id {
        body["parentId"] = parent.into();
    }
    let path = ["wiki", "api", "v2", "pages"];
    let mut request = Request::new("create page", Method::POST, path, Repeat::Once).json(&body);
    match page.audience {
        Audience::Space => {}
        Audience::Author => request = request.query("private", "true"),
    }
    let made: WirePage = site.call_json(request).await?;
    Ok(page_from(site, made, None))
}

pub(super) async fn pages_titled(
    site: &Confluence,
    space: &SpaceRef,
    title: &str,
) -> Result<Vec<Page>, CallError> {
    let request = Request::get("find page", ["wiki", "api", "v2", "pages"])
        .query("space-id", space.as_str())
        .query("title", title)
        .query("status", "current")
        .query("status", "archived")
        .query("body-format", "storage")
        .query("limit", PAGE_LENGTH);
    site.all(request, |page: WirePage, base| page_from(site, page, base))
        .await
}

pub(super) async fn page(site: &Confluence, id: &str) -> Result<Option<Page>, CallError> {
    let request = Request::get("read page", ["wiki", "api", "v2", "pages", id])
        .query("body-format", "storage");
    let page: Option<WirePage> = if_there(site.call_json(request).await)?;
    Ok(page.map(|page| page_from(site, page, None)))
}

pub(super) async fn add_labels(
    site: &Confluence,
    id: &str,
    labels: &[&str],
) -> Result<(), CallError> {
    let path = ["wiki", "rest", "api", "content", id, "label"];
    let request =
        Request::new("add labels", Method::POST, path, Repeat::Safe).json(&label_list(labels));
    site.call(request).await.map(drop)
}

/// Labels as the first generation of the API takes them, in both editions.
pub(super) fn label_list(labels: &[&str]) -> Value {
    labels
        .iter()
        .map(|label| json!({ "prefix": "global", "name": label }))
        .collect()
}

pub(super) async fn create_property(
    site: &Confluence,
    page_id: &str,
    key: &str,
    value: &Value,
) -> Result<Property, CallError> {
    let path = ["wiki", "api", "v2", "pages", page_id, "properties"];
    let request = Request::new("create property", Method::POST, path, Repeat::Once)
        .json(&json!({ "key": key, "value": value }));
    let made: WireProperty = site.call_json(request).await?;
    Ok(made.into())
}

pub(super) async fn property(
    site: &Confluence,
    page_id: &str,
    key: &str,
) -> Result<Option<Property>, CallError> {
    let path = ["wiki", "api", "v2", "pages", page_id, "properties"];
    let request = Request::get("read property", path).query("key", key);
    let list: Option<List<WireProperty>> = if_there(site.call_json(request).await)?;
    Ok(list
        .into_iter()
        .flat_map(|list| list.results)
        .find(|property| property.key == key)
        .map(Property::from))
}

pub(super) async fn update_property(
    site: &Confluence,
    page_id: &str,
    property: &Property,
    value: &Value,
) -> Result<Property, CallError> {
    let path = [
        "wiki",
        "api",
        "v2",
        "pages",
        page_id,
        "properties",
        &property.id,
    ];
    let request = Request::new("update property", Method::PUT, path, Repeat::Once).json(&json!({
        "key": property.key,
        "value": value,
        "version": { "number": property.version + 1 },
    }));
    let changed: WireProperty = site.call_json(request).await?;
    Ok(changed.into())
}

pub(super) async fn comment(
    site: &Confluence,
    page_id: &str,
    storage: &str,
) -> Result<String, CallError> {
    let path = ["wiki", "api", "v2", "footer-comments"];
    let request = Request::new("comment", Method::POST, path, Repeat::Once)
        .json(&json!({ "pageId": page_id, "body": storage_body(storage) }));
    let made: Made = site.call_json(request).await?;
    Ok(made.id)
}

pub(super) async fn comments(site: &Confluence, page_id: &str) -> Result<Vec<Comment>, CallError> {
    let path = ["wiki", "api", "v2", "pages", page_id, "footer-comments"];
    let request = Request::get("read comments", path)
        .query("body-format", "storage")
        .query("limit", PAGE_LENGTH);
    site.all(request, |comment: WireComment, _| Comment {
        id: comment.id,
        storage: storage_of(comment.body).unwrap_or_default(),
    })
    .await
}

pub(super) async fn tasks(
    site: &Confluence,
    query: &TaskQuery,
    cursor: Option<String>,
) -> Result<TaskPage, CallError> {
    let mut request = Request::get("list tasks", ["wiki", "api", "v2", "tasks"])
        .query("body-format", "storage")
        .query("include-blank-tasks", "false")
        .query("limit", query.limit.clamp(1, MOST_TASKS).to_string());
    if let Some(status) = query.status {
        let status = match status {
            TaskStatus::Complete => "complete",
            TaskStatus::Incomplete => "incomplete",
        };
        request = request.query("status", status);
    }
    if let Some(due_to) = query.due_to {
        request = request.query("due-at-to", due_to.as_millisecond().to_string());
    }
    for id in &query.space_ids {
        request = request.query("space-id", id.as_str());
    }
    for id in &query.page_ids {
        request = request.query("page-id", id.as_str());
    }
    let list: List<WireTask> = site.call_json(request.query_if("cursor", cursor)).await?;
    Ok(TaskPage {
        next: list.links.next_cursor(),
        tasks: list.results.into_iter().map(Task::from).collect(),
    })
}

pub(super) async fn complete_task(site: &Confluence, id: &str) -> Result<(), CallError> {
    let path = ["wiki", "api", "v2", "tasks", id];
    let request = Request::new("tick task", Method::PUT, path, Repeat::Safe)
        .json(&json!({ "status": "complete" }));
    site.call(request).await.map(drop)
}

pub(super) async fn users(site: &Confluence, ids: &[&str]) -> Result<Vec<User>, CallError> {
    let mut users = Vec::with_capacity(ids.len());
    for some in ids.chunks(MOST_USERS) {
        // A lookup, although it is posted.
        let path = ["wiki", "api", "v2", "users-bulk"];
        let request = Request::new("look up users", Method::POST, path, Repeat::Safe)
            .json(&json!({ "accountIds": some }));
        let list: List<WireUser> = site.call_json(request).await?;
        users.extend(list.results.into_iter().map(User::from));
    }
    Ok(users)
}

pub(super) async fn current_user(site: &Confluence) -> Result<User, CallError> {
    let path = ["wiki", "rest", "api", "user", "current"];
    let user: WireUser = site.call_json(Request::get("ask who we are", path)).await?;
    Ok(user.into())
}
