//! What Data Center is asked: the API's first generation, below the server's own context path.
//!
//! <https://developer.atlassian.com/server/confluence/rest/v1000/>

mod private_page;
mod tasks;
mod wire;

use ::http::Method;
use serde_json::{Value, json};

use self::wire::{Content, WireProperty, WireSpace, WireUser};
use super::cloud::label_list;
use super::pages::{Comment, NewPage, Page, Property, SpaceRef};
use super::people::User;
use super::{Confluence, storage_body, storage_of};
use crate::vendors::http::{CallError, Failure, Repeat, Request, Said, if_there};

pub(super) use private_page::create as create_private_page;
pub(super) use tasks::tasks;

/// How many entries of a list are asked for at once: the most that the server gives with bodies.
const PAGE_LENGTH: &str = "50";
/// What is asked for with a page. Nothing of it comes by itself in lists.
const PAGE: &str = "space,version,history,ancestors,body.storage";

/// Reads `message`, and whether the site takes no changes at the moment. Every error says
/// `allowedInReadOnlyMode`; only what read-only mode itself has refused says false.
pub(super) fn error_body(status: u16, body: &Value) -> Said {
    let mut said = super::error_body(status, body);
    if body["data"]["allowedInReadOnlyMode"] == false {
        said.failure = Some(Failure::Unavailable {
            status: 503,
            message: "Confluence is in read-only mode: nothing can be written until an administrator ends it"
                .to_owned(),
        });
    }
    said
}

/// A success that is no JSON: single sign-on has sent its login page, or a proxy has. Every call here is promised JSON.
pub(super) fn login_page(body: &[u8]) -> Option<Failure> {
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => None,
        Some(_) => Some(Failure::Unauthorized(
            "a web page instead of an answer, most likely a login page".to_owned(),
        )),
        None => Some(Failure::Unauthorized(
            "an empty answer, as single sign-on gives to who is not logged in".to_owned(),
        )),
    }
}

/// The error of who wants a box ticked.
pub(super) fn cannot_tick() -> CallError {
    let failure = Failure::Refused {
        status: 501,
        message: "Data Center has no public call that ticks a box".to_owned(),
    };
    CallError::new("confluence", "tick task", failure)
}

pub(super) async fn space_key(site: &Confluence, key: &str) -> Result<Option<String>, CallError> {
    let request = Request::get("find space", ["rest", "api", "space", key]);
    let space: Option<WireSpace> = if_there(site.call_json(request).await)?;
    Ok(space.map(|space| space.key))
}

fn content(call: &'static str, body: &Value) -> Request {
    Request::new(call, Method::POST, ["rest", "api", "content"], Repeat::Once).json(body)
}

/// A page as its creation takes it. Restrictions in it would be passed over without a word.
fn page_body(page: &NewPage<'_>, title: &str, storage: &str) -> Value {
    let mut body = json!({
        "type": "page",
        "title": title,
        "space": { "key": page.space.as_str() },
        "body": { "storage": storage_body(storage) },
    });
    if let Some(parent) = page.parent_id {
        body["ancestors"] = json!([{ "id": parent }]);
    }
    body
}

pub(super) async fn create_page(site: &Confluence, page: &NewPage<'_>) -> Result<Page, CallError> {
    let body = page_body(page, page.title, page.storage);
    let request = content("create page", &body).query("expand", PAGE);
    let made: Content = site.call_json(request).await?;
    Ok(made.page(site, None))
}

/// The list is live. Where an administrator has closed it, which big instances do for its load
/// (<https://jira.atlassian.com/browse/CONFSERVER-57639>), the search has to do, which hears of a page seconds later.
pub(super) async fn pages_titled(
    site: &Confluence,
    space: &SpaceRef,
    title: &str,
) -> Result<Vec<Page>, CallError> {
    let list = Request::get("find page", ["rest", "api", "content"])
        .query("type", "page")
        .query("spaceKey", space.as_str())
        .query("title", title)
        .query("status", "current")
        .query("expand", PAGE)
        .query("limit", PAGE_LENGTH);
    let page = |content: Content, base: Option<&str>| content.page(site, base);
    match site.all(list, page).await {
        Err(error) if matches!(error.failure, Failure::Forbidden { .. }) => {
            let cql = format!(
                "type = page and space = {} and title = {}",
                quoted(space.as_str()),
                quoted(title)
            );
            let search = Request::get("search page", ["rest", "api", "content", "search"])
                .query("cql", cql)
                .query("expand", PAGE)
                .query("limit", PAGE_LENGTH);
            site.all(search, page).await
        }
        listed => listed,
    }
}

/// A text as CQL takes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) async fn page(site: &Confluence, id: &str) -> Result<Option<Page>, CallError> {
    let request = Request::get("read page", ["rest", "api", "content", id])
        // Without it, a page in the bin is not there.
        .query("status", "any")
        .query("expand", PAGE);
    let page: Option<Content> = if_there(site.call_json(request).await)?;
    Ok(page.map(|page| page.page(site, None)))
}

pub(super) async fn add_labels(
    site: &Confluence,
    id: &str,
    labels: &[&str],
) -> Result<(), CallError> {
    let path = ["rest", "api", "content", id, "label"];
    let request =
        Request::new("add labels", Method::POST, path, Repeat::Safe).json(&label_list(labels));
    site.call(request).await.map(drop)
}

pub(super) async fn create_property(
    site: &Confluence,
    page_id: &str,
    key: &str,
    value: &Value,
) -> Result<Property, CallError> {
    let path = ["rest", "api", "content", page_id, "property"];
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
    let path = ["rest", "api", "content", page_id, "property", key];
    let request = Request::get("read property", path).query("expand", "version");
    let property: Option<WireProperty> = if_there(site.call_json(request).await)?;
    Ok(property.map(Property::from))
}

pub(super) async fn update_property(
    site: &Confluence,
    page_id: &str,
    property: &Property,
    value: &Value,
) -> Result<Property, CallError> {
    let path = ["rest", "api", "content", page_id, "property", &property.key];
    let request = Request::new("update property", Method::PUT, path, Repeat::Once).json(&json!({
        "id": property.id,
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
    let body = json!({
        "type": "comment",
        "container": { "id": page_id, "type": "page" },
        "body": { "storage": storage_body(storage) },
    });
    let made: Content = site.call_json(content("comment", &body)).await?;
    Ok(made.id)
}

pub(super) async fn comments(site: &Confluence, page_id: &str) -> Result<Vec<Comment>, CallError> {
    let path = ["rest", "api", "content", page_id, "child", "comment"];
    let request = Request::get("read comments", path)
        .query("expand", "body.storage")
        .query("location", "footer")
        .query("limit", PAGE_LENGTH);
    site.all(request, |comment: Content, _| Comment {
        id: comment.id,
        storage: storage_of(comment.body).unwrap_or_default(),
    })
    .await
}

pub(super) async fn users(site: &Confluence, keys: &[&str]) -> Result<Vec<User>, CallError> {
    let mut users = Vec::with_capacity(keys.len());
    for key in keys {
        let request = Request::get("look up user", ["rest", "api", "user"]).query("key", *key);
        let user: Option<WireUser> = if_there(site.call_json(request).await)?;
        users.extend(user.and_then(WireUser::known));
    }
    Ok(users)
}

pub(super) async fn current_user(site: &Confluence) -> Result<User, CallError> {
    let path = ["rest", "api", "user", "current"];
    let answer = site.call(Request::get("ask who we are", path)).await?;
    let user: WireUser = answer.json()?;
    // Without good credentials, a site that is open to everybody answers as to an anonymous reader.
    user.known().ok_or_else(|| {
        let failure = Failure::Unauthorized("the token is not taken for anybody's".to_owned());
        CallError::new("confluence", "ask who we are", failure)
    })
}
