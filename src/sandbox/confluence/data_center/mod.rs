//! Data Center's face: the API's first generation with the calls that Cloud no longer has, on the same site.
//!
//! Spaces are named by their keys, people by their user keys, and there is no list of tasks.
//! <https://developer.atlassian.com/server/confluence/rest/v1000/>

mod content;
mod lists;
mod properties;
mod shapes;

use serde_json::Value;

use self::content::Expand;
use super::errors::{Answer, Refusal};
use super::fields::path_id;
use super::query::{Kind, Query};
use super::{Call, Confluence, unknown_path};
use crate::sandbox::wire::Reply;

impl Confluence {
    pub(super) fn perform_on_data_center(&mut self, call: &Call<'_>, path: &[&str]) -> Answer {
        let method = call.request.method.as_str();
        let other = Err(Refusal::method_not_allowed(method));
        match path {
            ["space", key] if method == "GET" => self.space_by_key(call, key),
            ["user"] if method == "GET" => self.user_by_key(call),
            ["user", "current"] if method == "GET" => self.user_behind_token(call),
            ["content"] => match method {
                "GET" => self.list_content(call),
                "POST" => self.create_content(call),
                _ => other,
            },
            ["content", "search"] => match method {
                "GET" => self.find_content(call),
                _ => other,
            },
            ["content", id] => {
                let id = path_id("id", id)?;
                match method {
                    "GET" => self.get_content(call, id),
                    "PUT" => self.update_content(call, id),
                    _ => other,
                }
            }
            ["content", id, "label"] => match method {
                "GET" => self.get_labels(call, id),
                "POST" => self.add_labels(call, id),
                _ => other,
            },
            ["content", id, "property"] if method == "POST" => {
                self.create_property_by_key(call, path_id("id", id)?)
            }
            ["content", id, "property", key] => {
                let id = path_id("id", id)?;
                match method {
                    "GET" => self.get_property_by_key(call, id, key),
                    "PUT" => self.update_property_by_key(call, id, key),
                    _ => other,
                }
            }
            ["content", id, "child", "comment"] if method == "GET" => {
                self.list_child_comments(call, path_id("id", id)?)
            }
            ["content", id, "restriction"] if method == "PUT" => self.put_restrictions(call, id),
            ["content", id, "restriction", "byOperation", operation] if method == "GET" => {
                self.get_restriction_of(call, id, operation)
            }
            ["space", _]
            | ["user"]
            | ["user", "current"]
            | ["content", _, "property" | "restriction"]
            | ["content", _, "child", "comment"] => other,
            _ => Err(unknown_path(call)),
        }
    }

    fn space_by_key(&self, call: &Call<'_>, key: &str) -> Answer {
        let expand = Kind::Words(&["description", "homepage", "metadata", "icon"]);
        Query::read(call.request, &[("expand", expand)])?;
        Ok(Reply::json(
            200,
            &self.space_shape(call, self.space_of(key)?),
        ))
    }

    fn user_by_key(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("key", Kind::Text),
                ("username", Kind::Text),
                ("expand", Kind::Words(&["status"])),
            ],
        )?;
        let shown: Vec<Value> = self
            .accounts
            .values()
            .map(|account| account.on_data_center(call.base))
            .collect();
        let is_asked_for = |user: &&Value| match (query.text("key"), query.text("username")) {
            (Some(key), None) => user["userKey"] == key,
            (None, Some(name)) => user["username"] == name,
            (Some(_), Some(_)) | (None, None) => false,
        };
        match shown.iter().find(is_asked_for) {
            Some(user) => Ok(Reply::json(200, user)),
            None => Err(Refusal::not_found(
                "No user found, or neither or both of 'key' and 'username' were given",
            )),
        }
    }

    fn user_behind_token(&self, call: &Call<'_>) -> Answer {
        Query::read(call.request, &[("expand", Kind::Words(&["status"]))])?;
        let account = self
            .accounts
            .get(call.actor)
            .ok_or_else(Refusal::unauthorized)?;
        Ok(Reply::json(200, &account.on_data_center(call.base)))
    }

    /// A page as an answer of its own.
    fn content_reply(&self, call: &Call<'_>, id: u64, expand: &Expand) -> Answer {
        let page = self.page(call.actor, id)?;
        let mut answer = self.page_shape(call, page, expand);
        answer["_links"]["base"] = call.base.into();
        answer["_links"]["context"] = call.context().into();
        Ok(Reply::json(200, &answer))
    }
}
