//! A page that nobody but its author may see, not even for the moment between two calls.
//!
//! Data Center takes no restrictions with a page's creation (it passes over them without a word:
//! <https://community.atlassian.com/forums/Confluence-questions/Create-a-page-with-REST-API-and-directly-set-permissions/qaq-p/3108918>).
//! So an empty page of a title that tells nothing is made first, closed, and only then given its title and its body. All
//! that others can have seen is that empty page. Its title follows from the real one: killed anywhere in between, the next
//! try finds it and goes on.

use ::http::Method;
use serde_json::json;

use super::super::pages::{NewPage, Page};
use super::super::restrictions::Readers;
use super::super::{Confluence, storage_body};
use super::wire::Content;
use super::{PAGE, content, page_body, pages_titled};
use crate::vendors::http::{CallError, Failure, Repeat, Request};

/// Makes the page. It is of version 2 then.
pub(in super::super) async fn create(
    site: &Confluence,
    page: &NewPage<'_>,
) -> Result<Page, CallError> {
    let ourselves = site.current_user().await?.account_id;
    let held = hold(site, page, &ourselves).await?;
    site.restrict_as(&held.id, &ourselves, &Readers::default())
        .await?;
    fill(site, page, &held).await
}

/// The empty page: a new one, or the one that an earlier try has left.
async fn hold(site: &Confluence, page: &NewPage<'_>, ourselves: &str) -> Result<Page, CallError> {
    let title = meanwhile(page);
    let body = page_body(page, &title, "<p />");
    let request = content("create page", &body).query("expand", PAGE);
    let made: Result<Content, CallError> = site.call_json(request).await;
    match made {
        Ok(made) => Ok(made.page(site, None)),
        Err(error) if matches!(error.failure, Failure::Conflict(_)) => {
            let left = pages_titled(site, page.space, &title).await?;
            left.into_iter()
                .find(|left| left.author_id.as_deref() == Some(ourselves))
                .ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Gives the page its title and its body.
async fn fill(site: &Confluence, page: &NewPage<'_>, held: &Page) -> Result<Page, CallError> {
    let path = ["rest", "api", "content", &held.id];
    let request = Request::new("create page", Method::PUT, path, Repeat::Once)
        .query("expand", PAGE)
        .json(&json!({
            "type": "page",
            "title": page.title,
            "space": { "key": page.space.as_str() },
            "body": { "storage": storage_body(page.storage) },
            "version": { "number": held.version + 1 },
        }));
    let filled: Result<Content, CallError> = site.call_json(request).await;
    match filled {
        Ok(filled) => Ok(filled.page(site, None)),
        // A change that would take another page's title is refused in words that speak of something else:
        // <https://github.com/sooperset/mcp-atlassian/issues/692>.
        Err(error) if matches!(error.failure, Failure::Refused { status: 400, .. }) => {
            let holders = pages_titled(site, page.space, page.title).await?;
            let taken = holders
                .iter()
                .any(|holder| holder.title.to_lowercase() == page.title.to_lowercase());
            Err(if taken {
                CallError {
                    failure: Failure::Conflict("a page with this title already exists".to_owned()),
                    ..error
                }
            } else {
                error
            })
        }
        Err(error) => Err(error),
    }
}

/// A title that says nothing of the page, and is the same whenever the page is tried again.
fn meanwhile(page: &NewPage<'_>) -> String {
    let named = format!("{}\n{}", page.space.as_str(), page.title);
    let digest = ring::digest::digest(&ring::digest::SHA256, named.as_bytes());
    let hex: String = digest.as_ref()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("Being prepared ({hex})")
}
