//! Spaces, and what a new site comes with.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::listing::list;
use super::pages::{Page, Status};
use super::query::{CURSOR, Kind, LIMIT, Query};
use super::users::Account;
use super::{ACCOUNT, Call, Confluence, stamp};
use crate::sandbox::seed::fingerprint;
use crate::sandbox::wire::Reply;

/// Who may write in a space. Everybody may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Pages, comments, labels and properties may be written.
    Write,
    /// They may only be read.
    Read,
}

/// A space.
#[derive(Clone, Debug)]
pub(super) struct Space {
    pub(super) id: u64,
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) homepage: Option<u64>,
    pub(super) access: Access,
    author: String,
    created_at: Timestamp,
}

const SORT: (&str, Kind) = (
    "sort",
    Kind::Word(&["id", "-id", "key", "-key", "name", "-name"]),
);
const DESCRIPTION: (&str, Kind) = ("description-format", Kind::Word(&["plain", "view"]));

impl Confluence {
    /// Puts in what every site of the sandbox has.
    pub(super) fn furnish(&mut self) {
        let account = Account {
            id: format!("712020:{}", fingerprint(ACCOUNT, 24).to_lowercase()),
            name: "Debrief".to_owned(),
            email: ACCOUNT.to_owned(),
            time_zone: None,
            hides_email: false,
            groups: Vec::new(),
        };
        let author = account.id.clone();
        self.accounts.insert(author.clone(), account);
        // Long before anything a scenario tells of; the sandbox's own clock starts later.
        let created_at = Timestamp::UNIX_EPOCH;
        let space = |id, key, name, homepage, access| {
            (
                id,
                Space {
                    id,
                    key,
                    name,
                    homepage,
                    access,
                    author: author.clone(),
                    created_at,
                },
            )
        };
        self.spaces.extend([
            space(98306, "OPS", "Operations", Some(500_000), Access::Write),
            space(98307, "HR", "People", None, Access::Read),
        ]);
        let home = Page::new(
            500_000,
            98306,
            None,
            Status::Current,
            "Operations",
            &author,
            created_at,
        )
        .with_body("<p>How we run what our customers rely on.</p>");
        let parent = Page::new(
            500_001,
            98306,
            Some(500_000),
            Status::Current,
            "Postmortems",
            &author,
            created_at,
        )
        .with_body("<p>One page for each incident, blameless.</p>");
        for page in [home, parent] {
            let id = page.id;
            self.pages.insert(id, page);
            self.reindex(id, created_at);
        }
    }

    /// A space that exists.
    pub(super) fn space(&self, id: u64) -> Result<&Space, Refusal> {
        self.spaces
            .get(&id)
            .ok_or_else(|| Refusal::not_found(format!("No space with id {id} found")))
    }

    pub(super) fn list_spaces(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("ids", Kind::Ids(250)),
                ("keys", Kind::Texts(250)),
                (
                    "type",
                    Kind::Word(&[
                        "global",
                        "collaboration",
                        "knowledge_base",
                        "personal",
                        "system",
                        "onboarding",
                        "xflow_sample_space",
                    ]),
                ),
                ("status", Kind::Word(&["current", "archived"])),
                ("labels", Kind::Texts(250)),
                ("favorited-by", Kind::Text),
                ("not-favorited-by", Kind::Text),
                SORT,
                DESCRIPTION,
                ("include-icon", Kind::Flag),
                CURSOR,
                LIMIT,
            ],
        )?;
        let mut spaces: Vec<&Space> = self
            .spaces
            .values()
            .filter(|space| {
                query.admits("ids", &space.id.to_string())
                    && query.admits("keys", space.key)
                    && query.text("type").is_none_or(|kind| kind == "global")
                    && query
                        .text("status")
                        .is_none_or(|status| status == "current")
                    && query.list("labels").is_none()
                    && query.text("favorited-by").is_none()
            })
            .collect();
        let sort = query.text("sort").unwrap_or("id");
        match sort.trim_start_matches('-') {
            "key" => spaces.sort_by_key(|space| space.key),
            "name" => spaces.sort_by_key(|space| space.name),
            _ => {}
        }
        if sort.starts_with('-') {
            spaces.reverse();
        }
        list(
            call,
            &query,
            spaces,
            |space| space.id.to_string(),
            |space| space_json(space),
        )
    }

    pub(super) fn get_space(&self, call: &Call<'_>, id: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                DESCRIPTION,
                ("include-icon", Kind::Flag),
                ("include-operations", Kind::Flag),
                ("include-properties", Kind::Flag),
                ("include-permissions", Kind::Flag),
                ("include-role-assignments", Kind::Flag),
                ("include-labels", Kind::Flag),
            ],
        )?;
        let space = self.space(id)?;
        let mut body = space_json(space);
        body["_links"]["base"] = json!(format!("{}/wiki", call.base));
        if query.flag("include-operations") {
            body["operations"] =
                json!({ "results": operations(space), "meta": { "hasMore": false } });
        }
        for name in ["properties", "permissions", "labels"] {
            if query.flag(&format!("include-{name}")) {
                body[name] = json!({ "results": [], "meta": { "hasMore": false } });
            }
        }
        Ok(Reply::json(200, &body))
    }

    pub(super) fn space_operations(&self, call: &Call<'_>, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        Ok(Reply::json(
            200,
            &json!({ "operations": operations(self.space(id)?) }),
        ))
    }
}

fn operations(space: &Space) -> Vec<Value> {
    let read = [("read", "space")];
    let write = [
        ("create", "page"),
        ("create", "comment"),
        ("delete", "page"),
    ];
    let more: &[(&str, &str)] = match space.access {
        Access::Write => &write,
        Access::Read => &[],
    };
    read.iter()
        .chain(more)
        .map(|(operation, target)| json!({ "operation": operation, "targetType": target }))
        .collect()
}

fn space_json(space: &Space) -> Value {
    json!({
        "id": space.id.to_string(),
        "key": space.key,
        "name": space.name,
        "type": "global",
        "status": "current",
        "authorId": space.author,
        "spaceOwnerId": space.author,
        "createdAt": stamp(space.created_at),
        "homepageId": space.homepage.map(|id| id.to_string()),
        "description": null,
        "icon": null,
        "_links": { "webui": format!("/spaces/{}", space.key) },
    })
}
