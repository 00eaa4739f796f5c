//! Pages: what they are, how they are made and how they are shown.
//!
//! There is no idempotency key. What keeps a page from being made twice is its title, which is unique in a space
//! without regard to case, and which archived pages go on holding.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body};
use super::labels::Label;
use super::mentions::{self, Naming};
use super::query::{Kind, Query};
use super::restrictions::Restrictions;
use super::spaces::Access;
use super::{Call, Confluence, stamp, storage};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 255;

/// What becomes of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Current,
    Draft,
    Archived,
    Trashed,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Draft => "draft",
            Self::Archived => "archived",
            Self::Trashed => "trashed",
        }
    }

    /// Whether a page in this state keeps others from having its title.
    pub(super) fn holds_title(self) -> bool {
        match self {
            Self::Current | Self::Archived => true,
            Self::Draft | Self::Trashed => false,
        }
    }
}

/// A state of a page or comment that was saved.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) number: i64,
    pub(super) at: Timestamp,
    pub(super) author: String,
    pub(super) message: String,
    pub(super) title: String,
    pub(super) body: String,
}

impl Version {
    pub(super) fn json(&self) -> Value {
        json!({
            "createdAt": stamp(self.at),
            "message": self.message,
            "number": self.number,
            "minorEdit": false,
            "authorId": self.author,
        })
    }
}

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) id: u64,
    pub(super) space: u64,
    pub(super) parent: Option<u64>,
    pub(super) status: Status,
    pub(super) author: String,
    pub(super) created_at: Timestamp,
    /// Never empty; the last one is what the page is now.
    versions: Vec<Version>,
    pub(super) labels: Vec<Label>,
    pub(super) restrictions: Restrictions,
    /// Its place among its siblings, counted from nought.
    pub(super) position: i64,
}

impl Page {
    pub(super) fn new(
        id: u64,
        space: u64,
        parent: Option<u64>,
        status: Status,
        title: &str,
        author: &str,
        at: Timestamp,
    ) -> Self {
        let first = Version {
            number: 1,
            at,
            author: author.to_owned(),
            message: String::new(),
            title: title.to_owned(),
            body: String::new(),
        };
        Self {
            id,
            space,
            parent,
            status,
            author: author.to_owned(),
            created_at: at,
            versions: vec![first],
            labels: Vec::new(),
            restrictions: Restrictions::default(),
            position: 0,
        }
    }

    pub(super) fn with_body(mut self, body: &str) -> Self {
        self.now_mut().body = body.to_owned();
        self
    }

    pub(super) fn now(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    pub(super) fn now_mut(&mut self) -> &mut Version {
        let last = self.versions.len() - 1;
        &mut self.versions[last]
    }

    pub(super) fn title(&self) -> &str {
        &self.now().title
    }

    pub(super) fn body(&self) -> &str {
        &self.now().body
    }

    pub(super) fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Saves a new state.
    pub(super) fn save(
        &mut self,
        author: &str,
        at: Timestamp,
        message: &str,
        title: &str,
        body: &str,
    ) {
        let number = self.now().number + 1;
        let [author, message, title, body] = [author, message, title, body].map(str::to_owned);
        self.versions.push(Version {
            number,
            at,
            author,
            message,
            title,
            body,
        });
    }
}

/// A page to be put in.
pub(super) struct Draft<'a> {
    pub(super) space: u64,
    pub(super) status: Status,
    pub(super) title: String,
    pub(super) parent: Option<u64>,
    /// Names people by account id.
    pub(super) body: &'a str,
    pub(super) restrictions: Restrictions,
}

impl Confluence {
    /// A page that exists and that the account may see. What it may not see is not there.
    pub(super) fn page(&self, actor: &str, id: u64) -> Result<&Page, Refusal> {
        self.pages
            .get(&id)
            .filter(|page| {
                self.may_read(actor, page) && (page.status != Status::Draft || page.author == actor)
            })
            .ok_or_else(|| Refusal::not_found(format!("No content found with id: {id}")))
    }

    /// A page that the account may change.
    pub(super) fn editable(&mut self, actor: &str, id: u64) -> Result<&mut Page, Refusal> {
        let space = self.page(actor, id)?.space;
        let access = self.space(space)?.access;
        let groups = self.groups_of(actor);
        match self.pages.get_mut(&id) {
            Some(page)
                if access == Access::Write && page.restrictions.let_update(actor, groups) =>
            {
                Ok(page)
            }
            Some(_) | None => Err(Refusal::forbidden(
                "The calling user may not edit this page",
            )),
        }
    }

    /// The id of a page that holds the title in the space.
    pub(super) fn title_holder(&self, space: u64, title: &str) -> Option<u64> {
        let wanted = title.to_lowercase();
        self.pages
            .values()
            .find(|page| {
                page.space == space
                    && page.status.holds_title()
                    && page.title().to_lowercase() == wanted
            })
            .map(|page| page.id)
    }

    /// Completes and checks a body, which names people by account id.
    pub(super) fn checked_body(&self, body: &str, id: u64) -> Result<String, Refusal> {
        mentions::refuse(body, Naming::UserKey).map_err(Refusal::invalid)?;
        storage::complete(body, &format!("{id}/{}", self.calls)).map_err(Refusal::invalid)
    }

    pub(super) fn create_page(&mut self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("embedded", Kind::Flag),
                ("private", Kind::Flag),
                ("root-level", Kind::Flag),
            ],
        )?;
        let body = json_body(call.request)?;
        let fields = Fields::read(
            &body,
            &["spaceId"],
            &["status", "title", "parentId", "body", "subtype"],
        )?;
        let space_id = fields.id("spaceId")?.unwrap_or_default();
        let status = status_word(&fields)?.unwrap_or(Status::Current);
        if !matches!(fields.text("subtype")?, None | Some("live")) {
            return Err(Refusal::invalid("'subtype' may be 'live' only"));
        }
        let space = self.space(space_id)?;
        // Documented as 404, so that the answer does not say whether the space exists.
        if space.access == Access::Read {
            return Err(Refusal::not_found(
                "The calling user may not create content in this space",
            ));
        }
        let homepage = space.homepage;
        let title = self.free_title(space_id, fields.text("title")?, status)?;
        let parent = match (fields.id("parentId")?, query.flag("root-level")) {
            (Some(_), true) => {
                return Err(Refusal::invalid(
                    "'parentId' and 'root-level' exclude each other",
                ));
            }
            (None, true) => None,
            (None, false) => homepage,
            (Some(parent), false) => Some(self.valid_parent(call.actor, parent, space_id)?),
        };
        let restrictions = if query.flag("private") {
            Restrictions::only(call.actor)
        } else {
            Restrictions::default()
        };
        let draft = Draft {
            space: space_id,
            status,
            title,
            parent,
            body: fields.storage()?.unwrap_or_default(),
            restrictions,
        };
        let id = self.insert_page(call, draft)?;
        self.page_reply(call, id, Some("storage"))
    }

    /// A title that nobody in the space has yet.
    pub(super) fn free_title(
        &self,
        space: u64,
        title: Option<&str>,
        status: Status,
    ) -> Result<String, Refusal> {
        let title = checked_title(title, status)?;
        if status == Status::Current && self.title_holder(space, &title).is_some() {
            return Err(Refusal::invalid(
                "A page with this title already exists: A page already exists with the same TITLE in this space",
            ));
        }
        Ok(title)
    }

    /// Puts a page in, with its tasks.
    pub(super) fn insert_page(
        &mut self,
        call: &Call<'_>,
        draft: Draft<'_>,
    ) -> Result<u64, Refusal> {
        let Draft {
            space,
            status,
            title,
            parent,
            body,
            restrictions,
        } = draft;
        let id = self.fresh_id();
        let text = self.checked_body(body, id)?;
        let mut page =
            Page::new(id, space, parent, status, &title, call.actor, call.now).with_body(&text);
        page.position = i64::try_from(self.children_of(parent, space).count()).unwrap_or(i64::MAX);
        page.restrictions = restrictions;
        self.pages.insert(id, page);
        self.sync_tasks(id, call.actor, call.now);
        self.reindex(id, call.now);
        Ok(id)
    }

    /// A parent has to be a page of the same space that the account sees.
    pub(super) fn valid_parent(
        &self,
        actor: &str,
        parent: u64,
        space: u64,
    ) -> Result<u64, Refusal> {
        let page = self.page(actor, parent)?;
        if page.space != space || !matches!(page.status, Status::Current | Status::Draft) {
            return Err(Refusal::invalid(format!(
                "Parent {parent} is not a current page of space {space}"
            )));
        }
        Ok(parent)
    }

    /// The page's address for people, relative to `BASE/wiki`.
    pub(super) fn page_path(&self, page: &Page) -> String {
        let key = self.spaces.get(&page.space).map_or("", |space| space.key);
        format!("/spaces/{key}/pages/{}", page.id)
    }

    /// The name of an account, if there is one.
    pub(super) fn name_of(&self, account: &str) -> Option<String> {
        self.accounts
            .get(account)
            .map(|account| account.name.clone())
    }
}

/// The refusal of a version that is not the next one.
pub(super) fn version_conflict(what: &str, current: i64, provided: i64) -> Refusal {
    Refusal::conflict(format!(
        "Version must be incremented when updating {what}. Current Version: [{current}]. Provided version: [{provided}]"
    ))
}

pub(super) fn status_word(fields: &Fields<'_>) -> Result<Option<Status>, Refusal> {
    match fields.text("status")? {
        None => Ok(None),
        Some("current") => Ok(Some(Status::Current)),
        Some("draft") => Ok(Some(Status::Draft)),
        Some(other) => Err(Refusal::invalid(format!(
            "'status' may be current or draft, was '{other}'"
        ))),
    }
}

/// Drafts may lack a title; published pages may not.
pub(super) fn checked_title(title: Option<&str>, status: Status) -> Result<String, Refusal> {
    let title = title.unwrap_or_default().trim();
    if title.is_empty() && status != Status::Draft {
        return Err(Refusal::invalid("Title is required for a published page"));
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(Refusal::invalid(format!(
            "Title cannot be longer than {LONGEST_TITLE} characters"
        )));
    }
    if title.chars().any(char::is_control) {
        return Err(Refusal::invalid("Title contains control characters"));
    }
    Ok(title.to_owned())
}
