//! Pages of results that a reader trips over: short ones, empty ones, cursors that lead nowhere.

use serde_json::{Value, json};

use super::Kind;
use crate::sandbox::wire::{Reply, Request};

/// Slack's methods that answer in pages.
const PAGED: [&str; 5] = [
    "/api/conversations.history",
    "/api/conversations.list",
    "/api/conversations.members",
    "/api/conversations.replies",
    "/api/users.list",
];

/// Whether the call goes on where an earlier page of Slack's ended.
pub(in crate::sandbox) fn continues(vendor: &str, request: &Request) -> bool {
    vendor == "slack" && cursor(request).is_some()
}

/// The cursor of a call to Slack, from its query or its form.
fn cursor(request: &Request) -> Option<String> {
    let in_query = request.query("cursor").map(str::to_owned);
    let in_form = || {
        let mut form = url::form_urlencoded::parse(&request.body);
        form.find(|(name, _)| name == "cursor")
            .map(|(_, value)| value.into_owned())
    };
    in_query
        .or_else(in_form)
        .filter(|cursor| !cursor.is_empty())
}

/// The same call, asking for no more than that many; any other call as it is.
pub(in crate::sandbox) fn with_limit(vendor: &str, request: &Request, most: usize) -> Request {
    let mut request = request.clone();
    if vendor != "slack" || !PAGED.contains(&request.path.as_str()) {
        return request;
    }
    let in_query = request.query.iter_mut().find(|(name, _)| name == "limit");
    let smaller = |asked: &str| asked.parse().map_or(most, |asked: usize| asked.min(most));
    if let Some((_, asked)) = in_query {
        *asked = smaller(asked).to_string();
        return request;
    }
    let is_form = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        request.query.push(("limit".into(), most.to_string()));
        return request;
    }
    let mut asked = most;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(&request.body) {
        if name == "limit" {
            asked = smaller(&value);
        } else {
            form.append_pair(&name, &value);
        }
    }
    form.append_pair("limit", &asked.to_string());
    request.body = form.finish().into_bytes();
    request
}

/// The answer with its account of what follows turned false; as it is where it has none.
pub(in crate::sandbox) fn spoiled(kind: Kind, request: &Request, mut reply: Reply) -> Reply {
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&reply.body) else {
        return reply;
    };
    match (kind, cursor(request)) {
        (Kind::RepeatCursor, Some(cursor)) => {
            body.insert("has_more".into(), json!(true));
            body.insert("response_metadata".into(), json!({"next_cursor": cursor}));
        }
        (Kind::MoreForever | Kind::EmptyPage, _) if body.contains_key("more") => {
            body.insert("more".into(), json!(true));
            if kind == Kind::EmptyPage {
                for list in body.values_mut().filter_map(Value::as_array_mut) {
                    list.clear();
                }
            }
        }
        _ => return reply,
    }
    reply.body = Value::Object(body).to_string().into_bytes();
    reply
}
