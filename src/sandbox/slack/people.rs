//! `users.*` and `team.info`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::seed::Standing;

use super::{
    Refusal, Slack,
    arguments::Arguments,
    reading::{cursor_at, next_cursor},
    shapes,
    workspace::{Author, BOT_USER, SLACKBOT, TEAM_ID, User, app_user_id},
};

impl Slack {
    pub(super) fn user_info(
        &self,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let id = arguments.needed("user")?;
        let has_locale = arguments.flag("include_locale")?;
        if id == BOT_USER {
            return Ok(json!({"user": shapes::bot_user()}));
        }
        if id == SLACKBOT {
            return Ok(json!({"user": shapes::slackbot()}));
        }
        if let Some(app) = self.app_of(id) {
            return Ok(json!({"user": shapes::app_user(app)}));
        }
        let user = self
            .workspace
            .user(id)
            .filter(|user| user.is_found)
            .ok_or_else(|| Refusal::new("user_not_found"))?;
        Ok(json!({"user": shapes::user(user, has_locale, now)}))
    }

    /// The app of a bot user that has written something.
    fn app_of(&self, user: &str) -> Option<&str> {
        let channels = self.workspace.channels.iter();
        channels
            .flat_map(|channel| &channel.messages)
            .find_map(|message| match &message.author {
                Author::App { name, .. } if app_user_id(name) == user => Some(name.as_str()),
                Author::App { .. } | Author::Person(_) | Author::Us | Author::Bot(_) => None,
            })
    }

    pub(super) fn list_users(
        &self,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let has_locale = arguments.flag("include_locale")?;
        let limit = arguments.limit(1000, 1000)?;
        let from = cursor_at(arguments)?;
        let users = self
            .workspace
            .users
            .iter()
            .filter(|user| is_listed(user))
            .map(|user| shapes::user(user, has_locale, now));
        let all: Vec<Value> = users.chain([shapes::bot_user()]).collect();
        let page: Vec<&Value> = all.iter().skip(from).take(limit).collect();
        Ok(json!({
            "members": page,
            "cache_ts": now.as_second(),
            "response_metadata": {"next_cursor": next_cursor(from + limit, all.len())},
        }))
    }

    pub(super) fn user_by_email(
        &self,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let user = self
            .workspace
            .user_by_email(arguments.needed("email")?)
            .filter(|user| is_listed(user) && user.standing == Standing::Member);
        let user = user.ok_or_else(|| Refusal::new("users_not_found"))?;
        Ok(json!({"user": shapes::user(user, false, now)}))
    }

    pub(super) fn team_info(&self, arguments: &Arguments) -> Result<Value, Refusal> {
        if arguments.text("team")?.is_some_and(|team| team != TEAM_ID) || arguments.has("domain") {
            return Err(Refusal::new("team_not_found"));
        }
        Ok(json!({"team": {
            "id": TEAM_ID,
            "name": "Sandbox",
            "url": format!("{}/", shapes::SITE),
            "domain": "sandbox",
            "email_domain": "example.com",
            "icon": {"image_default": true},
        }}))
    }
}

/// People of other companies are asked for by id, and are in no list.
fn is_listed(user: &User) -> bool {
    user.is_found && user.standing != Standing::Stranger
}
