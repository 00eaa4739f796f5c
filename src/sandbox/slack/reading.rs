//! `conversations.*`: transcripts, channels and who is in them.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Caller, Refusal, Slack,
    arguments::Arguments,
    shapes,
    workspace::{BOT_USER, Kind, Message, micros, parsed_micros},
};

/// At most so many messages a page; 1000 is already too many.
const PAGE: usize = 999;

/// Where a cursor made by [`next_cursor`] points; the beginning where there is none.
pub(super) fn cursor_at(arguments: &Arguments) -> Result<usize, Refusal> {
    let Some(cursor) = arguments
        .text("cursor")?
        .filter(|cursor| !cursor.is_empty())
    else {
        return Ok(0);
    };
    let decoded = BASE64_STANDARD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let at = decoded
        .as_deref()
        .and_then(|text| text.strip_prefix("at:")?.parse().ok());
    at.ok_or_else(|| Refusal::new("invalid_cursor"))
}

/// The cursor of the page that begins there; empty where there is none.
pub(super) fn next_cursor(at: usize, count: usize) -> String {
    if at < count {
        BASE64_STANDARD.encode(format!("at:{at}"))
    } else {
        String::new()
    }
}

/// `oldest` and `latest`: exclusive, unless `inclusive` says otherwise.
struct Range {
    oldest: i64,
    latest: i64,
    is_inclusive: bool,
}

impl Range {
    fn of(arguments: &Arguments) -> Result<Self, Refusal> {
        let bound = |name: &str, default: i64, error: &'static str| match arguments.text(name)? {
            None => Ok(default),
            Some(text) => parsed_micros(text).ok_or_else(|| Refusal::new(error)),
        };
        Ok(Self {
            oldest: bound("oldest", -1, "invalid_ts_oldest")?,
            latest: bound("latest", i64::MAX, "invalid_ts_latest")?,
            is_inclusive: arguments.flag("inclusive")?,
        })
    }

    fn contains(&self, message: &Message) -> bool {
        let at = micros(&message.ts);
        (self.oldest < at && at < self.latest)
            || (self.is_inclusive && (at == self.oldest || at == self.latest))
    }
}

impl Slack {
    /// Newest first; replies only if they were sent to the channel too.
    pub(super) fn history(&self, caller: &Caller, arguments: &Arguments) -> Result<Value, Refusal> {
        let channel = self.readable_channel(arguments.needed("channel")?, caller)?;
        let range = Range::of(arguments)?;
        let limit = self.limits.page(arguments.limit(100, PAGE)?);
        let has_metadata = arguments.flag("include_all_metadata")?;
        let from = cursor_at(arguments)?;
        let seen: Vec<&Message> = channel
            .messages
            .iter()
            .rev()
            .filter(|message| message.thread.is_none() || message.is_broadcast)
            .filter(|message| range.contains(message) && channel.is_seen(message))
            .collect();
        let page = seen.iter().skip(from).take(limit);
        let messages: Vec<Value> = page
            .map(|message| shapes::message(channel, message, has_metadata))
            .collect();
        let has_more = from + limit < seen.len();
        let mut body = json!({
            "messages": messages,
            "has_more": has_more,
            "pin_count": 0,
            "channel_actions_ts": null,
            "channel_actions_count": 0,
        });
        if has_more {
            body["response_metadata"] =
                json!({"next_cursor": next_cursor(from + limit, seen.len())});
        }
        Ok(body)
    }

    /// The message, then its replies, oldest first. The `ts` may be that of a reply.
    pub(super) fn replies(&self, caller: &Caller, arguments: &Arguments) -> Result<Value, Refusal> {
        let channel = self.readable_channel(arguments.needed("channel")?, caller)?;
        let range = Range::of(arguments)?;
        let limit = self.limits.page(arguments.limit(PAGE, PAGE)?);
        let has_metadata = arguments.flag("include_all_metadata")?;
        let from = cursor_at(arguments)?;
        let named = channel
            .message(arguments.needed("ts")?)
            .ok_or_else(|| Refusal::new("thread_not_found"))?;
        let parent = match &named.thread {
            Some(parent) => channel.message(parent).unwrap_or(named),
            None => named,
        };
        let replies: Vec<&Message> = channel
            .replies(&parent.ts)
            .filter(|reply| range.contains(reply))
            .collect();
        let page = std::iter::once(&parent).chain(
            replies
                .iter()
                .skip(from)
                .take(limit.saturating_sub(1).max(1)),
        );
        let messages: Vec<Value> = page
            .map(|message| shapes::message(channel, message, has_metadata))
            .collect();
        let next = from + messages.len() - 1;
        let has_more = next < replies.len();
        let mut body = json!({"messages": messages, "has_more": has_more});
        if has_more {
            body["response_metadata"] = json!({"next_cursor": next_cursor(next, replies.len())});
        }
        Ok(body)
    }

    pub(super) fn channel_info(&self, arguments: &Arguments) -> Result<Value, Refusal> {
        arguments.flag("include_locale")?;
        let channel = self.channel(arguments.needed("channel")?)?;
        Ok(json!({"channel": shapes::channel(channel, arguments.flag("include_num_members")?)}))
    }

    pub(super) fn list_channels(&self, arguments: &Arguments) -> Result<Value, Refusal> {
        let limit = arguments.limit(100, 1000)?;
        let from = cursor_at(arguments)?;
        let has_archived = !arguments.flag("exclude_archived")?;
        let mut kinds = Vec::new();
        for word in arguments
            .text("types")?
            .unwrap_or("public_channel")
            .split(',')
        {
            match word.trim() {
                "public_channel" => kinds.push(Kind::Public),
                "im" => kinds.push(Kind::Direct),
                "mpim" => kinds.push(Kind::Group),
                "private_channel" => kinds.push(Kind::Private),
                _ => return Err(Refusal::new("invalid_types")),
            }
        }
        let all = self
            .workspace
            .channels
            .iter()
            .filter(|channel| kinds.contains(&channel.kind))
            .filter(|channel| channel.kind == Kind::Public || channel.has_member(BOT_USER));
        let all: Vec<_> = all
            .filter(|channel| has_archived || !channel.is_archived)
            .collect();
        let page = all.iter().skip(from).take(limit);
        let channels: Vec<Value> = page.map(|channel| shapes::channel(channel, true)).collect();
        Ok(json!({
            "channels": channels,
            "response_metadata": {"next_cursor": next_cursor(from + limit, all.len())},
        }))
    }

    pub(super) fn members(&self, arguments: &Arguments) -> Result<Value, Refusal> {
        let channel = self.channel(arguments.needed("channel")?)?;
        let limit = arguments.limit(100, 1000)?;
        let from = cursor_at(arguments)?;
        let members: Vec<&String> = channel.members.iter().skip(from).take(limit).collect();
        Ok(json!({
            "members": members,
            "response_metadata": {"next_cursor": next_cursor(from + limit, channel.members.len())},
        }))
    }

    pub(super) fn join(
        &mut self,
        caller: &Caller,
        arguments: &Arguments,
    ) -> Result<Value, Refusal> {
        let id = arguments.needed("channel")?;
        let channel = self
            .workspace
            .channel_mut(id)
            .ok_or_else(|| Refusal::new("channel_not_found"))?;
        if channel.kind != Kind::Public {
            return Err(Refusal::new("method_not_supported_for_channel_type"));
        }
        if channel.is_archived {
            return Err(Refusal::new("is_archived"));
        }
        let was_member = channel.has_member(caller.user());
        if !was_member {
            channel.members.push(caller.user().to_owned());
        }
        let mut body = json!({"channel": shapes::channel(channel, false)});
        if was_member {
            body["warning"] = json!("already_in_channel");
            body["response_metadata"] = json!({"warnings": ["already_in_channel"]});
        }
        Ok(body)
    }

    pub(super) fn open(&mut self, arguments: &Arguments, now: Timestamp) -> Result<Value, Refusal> {
        let is_whole = arguments.flag("return_im")?;
        let prevents_creation = arguments.flag("prevent_creation")?;
        let (id, was_open) = match (arguments.text("channel")?, arguments.text("users")?) {
            (Some(id), None) => (self.channel(id)?.id.clone(), true),
            (None, Some(users)) => {
                let users: Vec<String> = users.split(',').map(|id| id.trim().to_owned()).collect();
                if users.is_empty() || users.len() > 8 {
                    return Err(Refusal::new(if users.is_empty() {
                        "not_enough_users"
                    } else {
                        "too_many_users"
                    }));
                }
                if users.iter().any(|id| self.workspace.user(id).is_none()) {
                    return Err(Refusal::new("user_not_found"));
                }
                let was_open = self.workspace.direct(&users).is_some();
                if !was_open && prevents_creation {
                    return Err(Refusal::new("channel_not_found"));
                }
                (self.workspace.open_direct(&users, now), was_open)
            }
            (Some(_), Some(_)) => return Err(Refusal::new("invalid_arguments")),
            (None, None) => return Err(Refusal::new("users_list_not_supplied")),
        };
        let channel = self.channel(&id)?;
        let mut body = json!({"channel": if is_whole { shapes::channel(channel, false) } else { json!({"id": id}) }});
        if was_open {
            body["no_op"] = json!(true);
            body["already_open"] = json!(true);
        }
        Ok(body)
    }
}
