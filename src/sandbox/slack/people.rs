//! `users.*` and `team.info`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Refusal, Slack,
    arguments::Arguments,
    reading::{cursor_at, next_cursor},
    shapes,
    workspace::{BOT_USER, TEAM_ID},
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
        let user = self
            .workspace
            .user(id)
            .ok_or_else(|| Refusal::new("user_not_found"))?;
        Ok(json!({"user": shapes::user(user, has_locale, now)}))
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
        let user = self.workspace.user_by_email(arguments.needed("email")?);
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
