//! Lists, a page at a time: v2's opaque cursors, and the link to the next page in body and header.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Call;
use super::errors::Refusal;
use super::query::Query;
use crate::sandbox::seed::fingerprint;
use crate::sandbox::wire::Reply;

/// How many results a list has where nobody says.
pub(super) const DEFAULT_LIMIT: i64 = 25;

/// The part of a list that was asked for, and the cursor of the next.
struct Part<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// Answers the part of `items` that the cursor and the limit name. `id` tells items apart.
///
/// The cursor names the last item that was given, not a count: between two requests things come and go, and a count
/// would skip or repeat some of them. It is bound to the path and the filters it was given for.
pub(super) fn list<T>(
    call: &Call<'_>,
    query: &Query,
    items: Vec<T>,
    id: impl Fn(&T) -> String,
    render: impl Fn(&T) -> Value,
) -> Result<Reply, Refusal> {
    let part = cut(call, query, items, id)?;
    let results: Vec<Value> = part.items.iter().map(render).collect();
    let site = format!("{}/wiki", call.base);
    let mut links = json!({ "base": site });
    let mut header = format!("<{site}>; rel=\"base\"");
    if let Some(cursor) = part.next {
        let next = next_link(call, &cursor);
        header = format!("<{next}>; rel=\"next\", {header}");
        links["next"] = json!(next);
    }
    Ok(Reply::json(200, &json!({ "results": results, "_links": links })).with("link", header))
}

fn cut<T>(
    call: &Call<'_>,
    query: &Query,
    items: Vec<T>,
    id: impl Fn(&T) -> String,
) -> Result<Part<T>, Refusal> {
    let limit =
        usize::try_from(query.whole("limit").unwrap_or(DEFAULT_LIMIT)).unwrap_or(usize::MAX);
    let start = match query.text("cursor") {
        None => 0,
        Some(cursor) => {
            let (last, at) = open(call, cursor)?;
            // What was last given may have left the list since: then its old place is the best that is known.
            items
                .iter()
                .position(|item| id(item) == last)
                .map_or(at, |found| found + 1)
        }
    };
    let total = items.len();
    let items: Vec<T> = items.into_iter().skip(start).take(limit).collect();
    let end = start + items.len();
    let next = match items.last() {
        Some(last) if end < total => Some(seal(call, &id(last), end - 1)),
        Some(_) | None => None,
    };
    Ok(Part { items, next })
}

fn seal(call: &Call<'_>, last: &str, at: usize) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "last": last, "at": at, "of": purpose(call) }).to_string())
}

fn open(call: &Call<'_>, cursor: &str) -> Result<(String, usize), Refusal> {
    let refused = || Refusal::invalid("Invalid cursor");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| refused())?;
    let last = value["last"].as_str().ok_or_else(refused)?;
    let at = value["at"]
        .as_u64()
        .and_then(|at| usize::try_from(at).ok())
        .ok_or_else(refused)?;
    if value["of"] != json!(purpose(call)) {
        return Err(Refusal::invalid(
            "Invalid cursor: it belongs to another request",
        ));
    }
    Ok((last.to_owned(), at))
}

/// What a cursor is good for: the path and every filter, but neither the limit nor the cursor itself.
fn purpose(call: &Call<'_>) -> String {
    let mut filters: Vec<String> = kept(call)
        .filter(|(name, _)| name != "limit")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    filters.sort();
    fingerprint(&format!("{}?{}", call.request.path, filters.join("&")), 12)
}

fn kept<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a (String, String)> {
    call.request
        .query
        .iter()
        .filter(|(name, _)| name != "cursor")
}

/// Relative to the site's host, and beginning with `/wiki`, whatever base URL the client was given.
fn next_link(call: &Call<'_>, cursor: &str) -> String {
    let mut pairs: Vec<(&str, &str)> = kept(call)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.push(("cursor", cursor));
    let query = serde_urlencoded::to_string(&pairs).unwrap_or_default();
    format!("{}?{query}", call.request.path)
}

/// v1's offset paging: `start` and `limit`.
pub(super) fn offset<T>(query: &Query, default_limit: i64, items: Vec<T>) -> (Vec<T>, i64, i64) {
    let start = query.whole("start").unwrap_or(0);
    let limit = query.whole("limit").unwrap_or(default_limit);
    let skip = usize::try_from(start).unwrap_or(0);
    let take = usize::try_from(limit).unwrap_or(0);
    (
        items.into_iter().skip(skip).take(take).collect(),
        start,
        limit,
    )
}
