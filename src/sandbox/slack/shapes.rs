//! Slack's objects as JSON.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::workspace::{
    Author, BOT_ID, BOT_NAME, BOT_USER, Channel, File, Kind, Message, Presence, SLACKBOT, TEAM_ID,
    User, app_user_id,
};
use crate::sandbox::seed::{Standing, fingerprint};

/// Where permalinks point.
pub(super) const SITE: &str = "https://sandbox.slack.com";

/// The team of people who are here by Slack Connect.
const OTHER_TEAM_ID: &str = "T0ELSEWHERE";

/// A message as history and replies give it; its metadata only if that was asked for.
pub(super) fn message(channel: &Channel, message: &Message, has_metadata: bool) -> Value {
    let mut shape = Map::new();
    shape.insert("type".into(), json!("message"));
    shape.insert("ts".into(), json!(message.ts));
    match message.presence {
        Presence::There => add_content(&mut shape, channel, message, has_metadata),
        Presence::Deleted => {
            shape.insert("subtype".into(), json!("tombstone"));
            shape.insert("text".into(), json!("This message was deleted."));
            shape.insert("user".into(), json!(SLACKBOT));
            shape.insert("hidden".into(), json!(true));
        }
    }
    match &message.thread {
        Some(parent) => {
            shape.insert("thread_ts".into(), json!(parent));
            if let Some(user) = channel.message(parent).and_then(visible_author) {
                shape.insert("parent_user_id".into(), json!(user));
            }
            if message.is_broadcast {
                shape.insert("subtype".into(), json!("thread_broadcast"));
            }
        }
        None => add_thread(&mut shape, channel, message),
    }
    Value::Object(shape)
}

fn visible_author(message: &Message) -> Option<String> {
    match message.presence {
        Presence::There => message.author.user(),
        Presence::Deleted => Some(SLACKBOT.to_owned()),
    }
}

/// Who wrote what, and what came with it.
fn add_content(
    shape: &mut Map<String, Value>,
    channel: &Channel,
    message: &Message,
    has_metadata: bool,
) {
    shape.insert("text".into(), json!(message.text));
    shape.insert("team".into(), json!(TEAM_ID));
    add_author(shape, &message.author);
    if let Some(subtype) = &message.subtype {
        shape.insert("subtype".into(), json!(subtype));
    }
    for (name, value) in [
        ("blocks", &message.blocks),
        ("attachments", &message.attachments),
    ] {
        if let Some(value) = value {
            shape.insert(name.into(), value.clone());
        }
    }
    if !message.files.is_empty() {
        let files = message.files.iter();
        let files: Vec<Value> = files.map(|held| file(channel, message, held)).collect();
        shape.insert("files".into(), Value::Array(files));
        shape.insert("upload".into(), json!(true));
    }
    if let Some(metadata) = message.metadata.as_ref().filter(|_| has_metadata) {
        shape.insert("metadata".into(), metadata.clone());
    }
    if let Some(ts) = &message.edited {
        let user = message.author.user();
        shape.insert(
            "edited".into(),
            json!({"user": user.as_deref().unwrap_or(BOT_USER), "ts": ts}),
        );
    }
    if !message.reactions.is_empty() {
        shape.insert("reactions".into(), reactions(message));
    }
}

fn add_author(shape: &mut Map<String, Value>, author: &Author) {
    match author {
        Author::Person(id) => {
            shape.insert("user".into(), json!(id));
        }
        Author::Us => {
            shape.insert("user".into(), json!(BOT_USER));
            shape.insert("bot_id".into(), json!(BOT_ID));
            shape.insert("app_id".into(), json!("A0DEBRIEF"));
        }
        Author::Bot(name) => {
            shape.insert("subtype".into(), json!("bot_message"));
            shape.insert("bot_id".into(), json!(bot_id(name)));
            shape.insert("username".into(), json!(name));
        }
        Author::App { name, username } => {
            let app_id = format!("A{}", fingerprint(&format!("app/{name}"), 10));
            shape.insert("bot_id".into(), json!(bot_id(name)));
            shape.insert("app_id".into(), json!(app_id));
            shape.insert(
                "bot_profile".into(),
                json!({
                    "id": bot_id(name),
                    "app_id": app_id,
                    "name": name,
                    "icons": {
                        "image_36": format!("https://avatars.slack-edge.com/{app_id}_36.png"),
                        "image_48": format!("https://avatars.slack-edge.com/{app_id}_48.png"),
                        "image_72": format!("https://avatars.slack-edge.com/{app_id}_72.png"),
                    },
                    "deleted": false,
                    "updated": 1_700_000_000,
                    "team_id": TEAM_ID,
                }),
            );
            match username {
                // Under a name of its own it is shown without its user.
                Some(username) => {
                    shape.insert("subtype".into(), json!("bot_message"));
                    shape.insert("username".into(), json!(username));
                }
                None => {
                    shape.insert("user".into(), json!(app_user_id(name)));
                }
            }
        }
    }
}

/// A file of a message: where it is shown, and where a token may download it from.
fn file(channel: &Channel, message: &Message, file: &File) -> Value {
    let key = format!("{}/{}/{}", channel.id, message.ts, file.name);
    let id = format!("F{}", fingerprint(&key, 10));
    let user = message.author.user();
    let user = user.as_deref().unwrap_or(BOT_USER);
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let address: String =
        url::form_urlencoded::byte_serialize(file.name.to_lowercase().as_bytes()).collect();
    let seconds = message.ts.split('.').next().unwrap_or_default();
    json!({
        "id": id,
        "created": seconds.parse::<i64>().unwrap_or_default(),
        "timestamp": seconds.parse::<i64>().unwrap_or_default(),
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "filetype": ending,
        "pretty_type": ending.to_uppercase(),
        "user": user,
        "user_team": TEAM_ID,
        "size": file.size,
        "mode": "hosted",
        "is_external": false,
        "is_public": channel.kind == Kind::Public,
        "url_private": format!("https://files.slack.com/files-pri/{TEAM_ID}-{id}/{address}"),
        "url_private_download": format!("https://files.slack.com/files-pri/{TEAM_ID}-{id}/download/{address}"),
        "permalink": format!("{SITE}/files/{user}/{id}/{address}"),
        "has_rich_preview": false,
    })
}

/// What a message with replies tells of them.
fn add_thread(shape: &mut Map<String, Value>, channel: &Channel, message: &Message) {
    let replies: Vec<&Message> = channel.replies(&message.ts).collect();
    let Some(latest) = replies.last() else { return };
    let mut users: Vec<String> = Vec::new();
    for reply in &replies {
        let user = match &reply.author {
            Author::Bot(name) => bot_id(name),
            author @ (Author::Person(_) | Author::Us | Author::App { .. }) => {
                author.user().unwrap_or_default()
            }
        };
        if !users.contains(&user) {
            users.push(user);
        }
    }
    shape.insert("thread_ts".into(), json!(message.ts));
    shape.insert("reply_count".into(), json!(replies.len()));
    shape.insert("reply_users_count".into(), json!(users.len()));
    shape.insert("reply_users".into(), json!(users));
    shape.insert("latest_reply".into(), json!(latest.ts));
    shape.insert("subscribed".into(), json!(false));
    shape.insert("is_locked".into(), json!(false));
}

pub(super) fn reactions(message: &Message) -> Value {
    let given = message.reactions.iter();
    Value::Array(
        given
            .map(|(name, users)| json!({"name": name, "users": users, "count": users.len()}))
            .collect(),
    )
}

pub(super) fn channel(channel: &Channel, has_member_count: bool) -> Value {
    let created = channel.created.as_second();
    let mut shape = json!({
        "id": channel.id,
        "created": created,
        "creator": BOT_USER,
        "is_archived": channel.is_archived,
        "is_channel": channel.kind.is_named(),
        "is_group": false,
        "is_im": channel.kind == Kind::Direct,
        "is_mpim": channel.kind == Kind::Group,
        "is_private": channel.kind != Kind::Public,
        "is_general": channel.name == "general",
        "is_shared": false,
        "is_org_shared": false,
        "is_ext_shared": false,
        "is_member": channel.has_member(BOT_USER),
        "name": channel.name,
        "name_normalized": channel.name,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    });
    if channel.kind == Kind::Direct {
        shape = json!({
            "id": channel.id,
            "created": created,
            "is_archived": false,
            "is_im": true,
            "is_org_shared": false,
            "user": channel.members.iter().find(|member| *member != BOT_USER),
            "is_open": true,
        });
    }
    if has_member_count {
        shape["num_members"] = json!(channel.members.len());
    }
    shape
}

/// A person. The address is there because the token has `users:read.email`.
pub(super) fn user(user: &User, has_locale: bool, now: Timestamp) -> Value {
    let zone = TimeZone::get(&user.time_zone).unwrap_or(TimeZone::UTC);
    let handle = user
        .email
        .split('@')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let mut shape = user_shape(&user.id, &handle, &user.name, false);
    shape["tz"] = json!(user.time_zone);
    shape["tz_label"] = json!(user.time_zone);
    shape["tz_offset"] = json!(zone.to_offset(now).seconds());
    shape["profile"]["email"] = json!(user.email);
    shape["profile"]["title"] = json!(user.title);
    if has_locale {
        shape["locale"] = json!("en-GB");
    }
    match user.standing {
        Standing::Member => {}
        Standing::Left => {
            shape["deleted"] = json!(true);
            without(&mut shape, &["tz", "tz_label", "tz_offset", "color"]);
        }
        Standing::Stranger => {
            shape["is_stranger"] = json!(true);
            shape["team_id"] = json!(OTHER_TEAM_ID);
            shape["profile"]["team"] = json!(OTHER_TEAM_ID);
            without(&mut shape["profile"], &["email", "phone", "skype"]);
        }
    }
    shape
}

fn without(shape: &mut Value, names: &[&str]) {
    if let Some(members) = shape.as_object_mut() {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
}

/// The bot user of another app.
pub(super) fn app_user(app: &str) -> Value {
    let mut shape = user_shape(&app_user_id(app), &app.to_lowercase(), app, true);
    shape["profile"]["bot_id"] = json!(bot_id(app));
    shape
}

/// Slack's own robot.
pub(super) fn slackbot() -> Value {
    user_shape(SLACKBOT, "slackbot", "Slackbot", false)
}

/// The app's own bot user.
pub(super) fn bot_user() -> Value {
    let mut shape = user_shape(BOT_USER, BOT_NAME, BOT_NAME, true);
    shape["profile"]["bot_id"] = json!(BOT_ID);
    shape["profile"]["api_app_id"] = json!("A0DEBRIEF");
    shape
}

fn user_shape(id: &str, handle: &str, name: &str, is_bot: bool) -> Value {
    let picture = fingerprint(id, 12).to_lowercase();
    json!({
        "id": id,
        "team_id": TEAM_ID,
        "name": handle,
        "deleted": false,
        "color": "9f69e7",
        "real_name": name,
        "profile": {
            "title": "",
            "phone": "",
            "skype": "",
            "real_name": name,
            "real_name_normalized": name,
            "display_name": handle,
            "display_name_normalized": handle,
            "fields": null,
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": picture,
            "image_72": format!("https://avatars.slack-edge.com/{picture}_72.png"),
            "team": TEAM_ID,
        },
        "is_admin": false,
        "is_owner": false,
        "is_primary_owner": false,
        "is_restricted": false,
        "is_ultra_restricted": false,
        "is_bot": is_bot,
        "is_app_user": false,
        "updated": 1_700_000_000,
    })
}

fn bot_id(name: &str) -> String {
    format!("B{}", fingerprint(&format!("bot/{name}"), 10))
}

pub(super) fn permalink(channel: &Channel, message: &Message) -> String {
    let link = format!(
        "{SITE}/archives/{}/p{}",
        channel.id,
        message.ts.replace('.', "")
    );
    match &message.thread {
        Some(parent) => format!("{link}?thread_ts={parent}&cid={}", channel.id),
        None => link,
    }
}
