//! Confluence, emulated: spaces, pages, inline tasks, properties, comments, labels, people and a lagging search.
//!
//! The site has two faces. Cloud's two generations are served under their real paths, `/wiki/api/v2` and
//! `/wiki/rest/api`; Data Center's API under `/rest/api`. What is made through one is seen through the other. Everything
//! that is not known is refused, in the words and the envelope of the generation it was asked of. What the sandbox knows of
//! Confluence's habits (unique titles, versions, the index that is twenty seconds behind) is written where it happens.

mod callers;
mod comments;
mod cql;
mod data_center;
mod entities;
mod errors;
mod fields;
mod hierarchy;
mod labels;
mod listing;
mod mentions;
mod page_edits;
mod page_list;
mod page_view;
mod pages;
mod properties;
mod query;
mod restrictions;
mod search;
mod seeding;
mod spaces;
pub(in crate::sandbox) mod storage;
mod tasks;
mod users;
mod versions;
mod world;
mod written_tasks;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::callers::{Call, Product};
pub use self::errors::throttled;
use self::errors::{Answer, Generation, Refusal};
use self::fields::path_id;
use crate::sandbox::seed::{Seed, fingerprint};
use crate::sandbox::wire::{Reply, Request, Vendor};

/// The account that the worker acts as.
pub const ACCOUNT: &str = "debrief@example.com";
/// Its API token. Other people of the world may use it too, with their own address: tests edit pages as them.
pub const TOKEN: &str = "sandbox-confluence-token";
/// The same account's personal access token for Data Center's face. Other people's is it with a hyphen and their user key
/// appended.
pub const PERSONAL_ACCESS_TOKEN: &str = "sandbox-confluence-pat";
/// A request larger than this is answered with 413.
const LARGEST_BODY: usize = 5 * 1024 * 1024;

const V2: &str = "/wiki/api/v2";
const V1: &str = "/wiki/rest/api";
/// What Data Center's face has; other products of Atlassian's have an `/rest/api` too.
const DATA_CENTER: [&str; 3] = ["/rest/api/content", "/rest/api/space", "/rest/api/user"];

/// The site: everything in it, and nothing of HTTP.
#[derive(Debug)]
pub struct Confluence {
    accounts: BTreeMap<String, users::Account>,
    spaces: BTreeMap<u64, spaces::Space>,
    pages: BTreeMap<u64, pages::Page>,
    tasks: BTreeMap<u64, tasks::Task>,
    properties: BTreeMap<u64, properties::Property>,
    comments: BTreeMap<u64, comments::Comment>,
    labels: BTreeMap<labels::Label, u64>,
    index: search::Index,
    last_id: u64,
    calls: u64,
    /// Scheme and authority that the last caller used; links begin with it.
    base: String,
    limit: Option<RateLimit>,
}

#[derive(Debug)]
struct RateLimit {
    per_second: u32,
    second: i64,
    used: u32,
}

impl Default for Confluence {
    fn default() -> Self {
        Self::new()
    }
}

impl Confluence {
    /// A site with two spaces: `OPS` (98306) with its homepage `Operations` (500000) and the page `Postmortems` (500001)
    /// below it, and `HR` (98307), which the worker's account may look at but not write to.
    pub fn new() -> Self {
        let mut site = Self {
            accounts: BTreeMap::new(),
            spaces: BTreeMap::new(),
            pages: BTreeMap::new(),
            tasks: BTreeMap::new(),
            properties: BTreeMap::new(),
            comments: BTreeMap::new(),
            labels: BTreeMap::new(),
            index: search::Index::default(),
            last_id: 600_000,
            calls: 0,
            base: String::new(),
            limit: None,
        };
        site.furnish();
        site
    }

    /// Refuses more than so many requests within one second of sandbox time. Off unless asked for: a test's clock
    /// stands still, and every test would run into it.
    #[must_use]
    pub fn with_rate_limit(mut self, per_second: u32) -> Self {
        self.limit = Some(RateLimit {
            per_second,
            second: i64::MIN,
            used: 0,
        });
        self
    }

    /// Ids come from one sequence, so that the id of one kind of thing never happens to be the id of another.
    fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Whether this request is one too many.
    fn is_throttled(&mut self, now: Timestamp) -> bool {
        let Some(limit) = &mut self.limit else {
            return false;
        };
        if limit.second != now.as_second() {
            limit.second = now.as_second();
            limit.used = 0;
        }
        limit.used += 1;
        limit.used > limit.per_second
    }

    fn perform(&mut self, request: &Request, now: Timestamp) -> Answer {
        let actor = self.authenticate(request)?;
        if request.body.len() > LARGEST_BODY {
            return Err(Refusal::too_large());
        }
        let base = self.base.clone();
        let call = Call {
            request,
            product: Product::of(request),
            actor: &actor,
            base: &base,
            now,
        };
        let segments = request.segments();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["wiki", "api", "v2", rest @ ..] => self.perform_v2(&call, rest),
            ["wiki", "rest", "api", rest @ ..] => self.perform_v1(&call, rest),
            ["rest", "api", rest @ ..] => self.perform_on_data_center(&call, rest),
            _ => Err(Refusal::not_found("Not Found")),
        }
    }

    fn perform_v2(&mut self, call: &Call<'_>, path: &[&str]) -> Answer {
        let method = call.request.method.as_str();
        let other = Err(Refusal::method_not_allowed(method));
        match path {
            ["pages"] => match method {
                "GET" => self.list_pages(call),
                "POST" => self.create_page(call),
                _ => other,
            },
            ["pages", id, rest @ ..] => {
                let id = path_id("id", id)?;
                self.perform_on_page(call, id, rest)
            }
            ["spaces"] if method == "GET" => self.list_spaces(call),
            ["spaces", id, rest @ ..] => {
                let id = path_id("id", id)?;
                match rest {
                    [] if method == "GET" => self.get_space(call, id),
                    ["pages"] if method == "GET" => self.list_space_pages(call, id),
                    ["operations"] if method == "GET" => self.space_operations(call, id),
                    [] | ["pages" | "operations"] => other,
                    _ => Err(unknown_path(call)),
                }
            }
            ["tasks"] if method == "GET" => self.list_tasks(call),
            ["tasks", id] => match method {
                "GET" => self.get_task(call, path_id("id", id)?),
                "PUT" => self.update_task(call, path_id("id", id)?),
                _ => other,
            },
            ["footer-comments"] => match method {
                "GET" => self.list_comments(call),
                "POST" => self.create_comment(call),
                _ => other,
            },
            ["footer-comments", id] => {
                let id = path_id("comment-id", id)?;
                match method {
                    "GET" => self.get_comment(call, id),
                    "PUT" => self.update_comment(call, id),
                    "DELETE" => self.delete_comment(call, id),
                    _ => other,
                }
            }
            ["footer-comments", id, "children"] if method == "GET" => {
                self.list_replies(call, path_id("id", id)?)
            }
            ["footer-comments", id, "versions"] if method == "GET" => {
                self.list_comment_versions(call, path_id("id", id)?)
            }
            ["labels"] if method == "GET" => self.list_labels(call),
            ["labels", id, "pages"] if method == "GET" => {
                self.list_label_pages(call, path_id("id", id)?)
            }
            ["users-bulk"] if method == "POST" => self.users_bulk(call),
            ["content", "convert-ids-to-types"] if method == "POST" => self.content_types(call),
            ["spaces" | "tasks" | "labels" | "users-bulk"]
            | ["footer-comments", _, "children" | "versions"]
            | ["labels", _, "pages"]
            | ["content", "convert-ids-to-types"] => other,
            _ => Err(unknown_path(call)),
        }
    }

    fn perform_on_page(&mut self, call: &Call<'_>, id: u64, path: &[&str]) -> Answer {
        let method = call.request.method.as_str();
        let other = Err(Refusal::method_not_allowed(method));
        match path {
            [] => match method {
                "GET" => self.get_page(call, id),
                "PUT" => self.update_page(call, id),
                "DELETE" => self.delete_page(call, id),
                _ => other,
            },
            ["title"] if method == "PUT" => self.update_page_title(call, id),
            ["ancestors"] if method == "GET" => self.list_ancestors(call, id),
            ["children"] if method == "GET" => {
                self.list_children(call, id, hierarchy::Shape::Pages)
            }
            ["direct-children"] if method == "GET" => {
                self.list_children(call, id, hierarchy::Shape::Content)
            }
            ["descendants"] if method == "GET" => self.list_descendants(call, id),
            ["versions"] if method == "GET" => self.list_page_versions(call, id),
            ["versions", number] if method == "GET" => {
                self.get_page_version(call, id, path_id("version-number", number)?)
            }
            // v2 reads labels only; adding and removing them is v1's.
            ["labels"] if method == "GET" => self.list_page_labels(call, id),
            ["operations"] if method == "GET" => self.page_operations(call, id),
            ["footer-comments"] if method == "GET" => self.list_page_comments(call, id),
            ["properties"] => match method {
                "GET" => self.list_properties(call, id),
                "POST" => self.create_property(call, id),
                _ => other,
            },
            ["properties", property] => {
                // There is no path by key: a key here is an id of the wrong type.
                let property = path_id("property-id", property)?;
                match method {
                    "GET" => self.get_property(call, id, property),
                    "PUT" => self.update_property(call, id, property),
                    "DELETE" => self.delete_property(call, id, property),
                    _ => other,
                }
            }
            [
                "title" | "ancestors" | "children" | "direct-children" | "descendants" | "versions"
                | "labels" | "operations" | "footer-comments",
            ] => other,
            _ => Err(unknown_path(call)),
        }
    }

    fn perform_v1(&mut self, call: &Call<'_>, path: &[&str]) -> Answer {
        let method = call.request.method.as_str();
        let other = Err(Refusal::method_not_allowed(method));
        match path {
            ["user"] if method == "GET" => self.get_user(call),
            ["user", "current"] if method == "GET" => self.get_current_user(call),
            ["user", "bulk"] if method == "GET" => self.get_users(call),
            ["user", "email"] | ["user", "email", "bulk"] if method == "GET" => {
                self.refuse_user_email(call)
            }
            ["search"] if method == "GET" => self.search(call),
            ["content", "search"] if method == "GET" => self.search_content(call),
            ["content", id, "label"] => match method {
                "GET" => self.get_labels(call, id),
                "POST" => self.add_labels(call, id),
                "DELETE" => self.remove_label_named(call, id),
                _ => other,
            },
            ["content", id, "label", name] if method == "DELETE" => {
                self.remove_label(call, id, name)
            }
            ["content", id, "restriction"] => match method {
                "GET" => self.get_restrictions(call, id),
                "PUT" => self.put_restrictions(call, id),
                "DELETE" => self.delete_restrictions(call, id),
                _ => other,
            },
            ["content", id, "restriction", "byOperation", operation] if method == "GET" => {
                self.get_restriction_of(call, id, operation)
            }
            ["content", id, "move", position, target] if method == "PUT" => {
                self.move_page(call, id, position, target)
            }
            ["content", "archive"] if method == "POST" => self.archive_pages(call),
            // Reading and writing content itself was v1's once. On Cloud it is gone.
            ["content"] | ["content", _] => Err(Refusal::gone()),
            ["user" | "search"]
            | ["user", "current" | "bulk" | "email"]
            | ["content", _, "label", _]
            | ["content", _, "move", _, _] => other,
            _ => Err(unknown_path(call)),
        }
    }
}

fn unknown_path(call: &Call<'_>) -> Refusal {
    Refusal::not_found(format!(
        "No endpoint {} {}",
        call.request.method, call.request.path
    ))
}

impl Vendor for Confluence {
    fn name(&self) -> &'static str {
        "confluence"
    }

    fn serves(&self, path: &str) -> bool {
        [V2, V1].iter().chain(&DATA_CENTER).any(|root| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        self.calls += 1;
        if let Some(host) = request.header("host") {
            self.base = format!("http://{host}");
        }
        let trace = fingerprint(&format!("{}/{}", request.path, self.calls), 32).to_lowercase();
        let generation = match Product::of(request) {
            Product::Cloud if request.path.starts_with(V1) => Generation::V1,
            Product::Cloud => Generation::V2,
            Product::DataCenter => Generation::DataCenter,
        };
        let reply = if self.is_throttled(now) {
            let reset = Timestamp::from_second(now.as_second() + 1).unwrap_or(now);
            let reply = errors::throttled_in(generation, Some(1));
            match generation {
                Generation::V1 | Generation::V2 => {
                    reply.with("x-ratelimit-reset", reset.to_string())
                }
                Generation::DataCenter => reply,
            }
        } else {
            self.perform(request, now)
                .unwrap_or_else(|refusal| refusal.reply(generation))
        };
        reply
            .with("atl-traceid", trace.clone())
            .with("atl-request-id", storage::uuid(&trace))
            .with("x-request-id", trace)
    }

    fn world(&self) -> Value {
        json!({ "confluence": self.as_json() })
    }

    fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        self.take(seed, now)
    }
}

/// A time as Confluence writes it: UTC, with milliseconds.
fn stamp(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests;
