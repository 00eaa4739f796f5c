//! Slack's Web API, emulated: reading transcripts and people, posting, reacting. <https://docs.slack.dev/reference/methods>
//!
//! Errors come with status 200 and `"ok": false`, as Slack's do; only a rate limit has a status of its own.
//! Stricter than life in one respect: an argument that neither the reference nor Slack's clients know is refused.

mod arguments;
mod blocks;
mod limits;
mod people;
mod posting;
mod reading;
mod seeding;
mod shapes;
mod workspace;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::{
    arguments::{Arguments, METHODS, Method},
    limits::Limits,
    workspace::{BOT_ID, BOT_NAME, BOT_USER, Channel, Kind, TEAM_ID, Workspace},
};
use crate::sandbox::{
    seed::Seed,
    wire::{Quotas, Reply, Request, Vendor},
};

/// The bot's token, with every scope.
const TOKEN: &str = "xoxb-sandbox";

/// A bot's token with one scope only, to see what a missing one looks like.
const BARE_TOKEN: &str = "xoxb-sandbox-bare";

/// A person's token is this and the person's id: what a story needs to let somebody answer or react.
const PERSON_TOKEN: &str = "xoxp-";

const SCOPES: &str = "channels:history,channels:join,channels:read,chat:write,groups:history,groups:read,im:write,\
                      reactions:read,reactions:write,team:read,users:read,users:read.email";

/// A workspace and its API.
#[derive(Debug, Default)]
pub struct Slack {
    workspace: Workspace,
    limits: Limits,
}

/// Why a call is refused, in Slack's words.
#[derive(Debug)]
struct Refusal {
    error: &'static str,
    /// What `response_metadata.messages` adds.
    messages: Vec<String>,
}

impl Refusal {
    fn new(error: &'static str) -> Self {
        Self {
            error,
            messages: Vec::new(),
        }
    }

    fn arguments(message: String) -> Self {
        Self {
            error: "invalid_arguments",
            messages: vec![message],
        }
    }

    fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error": self.error});
        if !self.messages.is_empty() {
            body["response_metadata"] = json!({"messages": self.messages});
        }
        body
    }
}

/// Whose token came.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Caller {
    /// The app's bot.
    Bot,
    /// The app's bot, with `chat:write` only.
    BareBot,
    /// A person, by id.
    Person(String),
}

impl Caller {
    fn user(&self) -> &str {
        match self {
            Self::Bot | Self::BareBot => BOT_USER,
            Self::Person(id) => id,
        }
    }

    fn scopes(&self) -> &'static str {
        match self {
            Self::Bot | Self::Person(_) => SCOPES,
            Self::BareBot => "chat:write",
        }
    }
}

impl Slack {
    /// A workspace with the channels general, prod-issue, postmortem (the bot is in them), random (it is not) and
    /// launch-2019 (archived).
    pub fn new() -> Self {
        Self::default()
    }

    fn caller(&self, request: &Request) -> Result<Caller, Refusal> {
        let token = match request.header("authorization") {
            Some(header) => header.strip_prefix("Bearer ").map(str::to_owned),
            None => url::form_urlencoded::parse(&request.body)
                .find(|(name, _)| name == "token")
                .map(|(_, token)| token.into_owned())
                .filter(|_| {
                    request
                        .header("content-type")
                        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
                }),
        };
        match token.as_deref() {
            None => Err(Refusal::new("not_authed")),
            Some(TOKEN) => Ok(Caller::Bot),
            Some(BARE_TOKEN) => Ok(Caller::BareBot),
            Some(token) => match token
                .strip_prefix(PERSON_TOKEN)
                .and_then(|id| self.workspace.user(id))
            {
                Some(user) => Ok(Caller::Person(user.id.clone())),
                None => Err(Refusal::new("invalid_auth")),
            },
        }
    }

    fn call(
        &mut self,
        method: &Method,
        caller: &Caller,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        match method.name {
            "auth.test" => Ok(self.auth_test(caller)),
            "chat.delete" => self.delete_message(caller, arguments),
            "chat.getPermalink" => self.permalink(arguments),
            "chat.postMessage" => self.post_message(caller, arguments, now),
            "chat.update" => self.update_message(caller, arguments, now),
            "conversations.history" => self.history(caller, arguments),
            "conversations.info" => self.channel_info(arguments),
            "conversations.join" => self.join(caller, arguments),
            "conversations.list" => self.list_channels(arguments),
            "conversations.members" => self.members(arguments),
            "conversations.open" => self.open(arguments, now),
            "conversations.replies" => self.replies(caller, arguments),
            "reactions.add" => self.add_reaction(caller, arguments),
            "reactions.get" => self.reactions(arguments),
            "reactions.remove" => self.remove_reaction(caller, arguments),
            "team.info" => self.team_info(arguments),
            "users.info" => self.user_info(arguments, now),
            "users.list" => self.list_users(arguments, now),
            "users.lookupByEmail" => self.user_by_email(arguments, now),
            _ => Err(Refusal::new("unknown_method")),
        }
    }

    fn auth_test(&self, caller: &Caller) -> Value {
        let mut body = json!({
            "url": format!("{}/", shapes::SITE),
            "team": "Sandbox",
            "user": BOT_NAME,
            "team_id": TEAM_ID,
            "user_id": caller.user(),
            "is_enterprise_install": false,
        });
        match caller {
            Caller::Bot | Caller::BareBot => body["bot_id"] = json!(BOT_ID),
            Caller::Person(id) => {
                body["user"] = json!(self.workspace.user(id).map(|user| &user.name))
            }
        }
        body
    }

    fn channel(&self, id: &str) -> Result<&Channel, Refusal> {
        self.workspace
            .channel(id)
            .ok_or_else(|| Refusal::new("channel_not_found"))
    }

    /// A channel whose messages the caller may see.
    fn readable_channel(&self, id: &str, caller: &Caller) -> Result<&Channel, Refusal> {
        let channel = self.channel(id)?;
        match (channel.has_member(caller.user()), channel.kind) {
            (true, _) => Ok(channel),
            (false, Kind::Public) => Err(Refusal::new("not_in_channel")),
            // Who is not in it does not learn that it exists.
            (false, Kind::Private | Kind::Direct | Kind::Group) => {
                Err(Refusal::new("channel_not_found"))
            }
        }
    }

    fn respond(&mut self, request: &Request, now: Timestamp) -> Reply {
        let caller = match self.caller(request) {
            Ok(caller) => caller,
            Err(refusal) => return Reply::json(200, &refusal.body()),
        };
        let name = request.path.trim_start_matches("/api/");
        let Some(method) = METHODS.iter().find(|method| method.name == name) else {
            return Reply::json(
                200,
                &json!({"ok": false, "error": "unknown_method", "req_method": name}),
            );
        };
        if !method.scope.is_empty()
            && !caller
                .scopes()
                .split(',')
                .any(|scope| scope == method.scope)
        {
            let provided = caller.scopes();
            return Reply::json(
                200,
                &json!({"ok": false, "error": "missing_scope", "needed": method.scope, "provided": provided}),
            );
        }
        let outcome = match self.limits.take_call(method, now) {
            Ok(()) => Arguments::of(request, method)
                .map_err(Stop::Refused)
                .and_then(|arguments| self.limited_call(method, &caller, &arguments, now)),
            Err(seconds) => Err(Stop::Limited(seconds)),
        };
        let reply = match outcome {
            Ok(mut body) => {
                body["ok"] = json!(true);
                Reply::json(200, &body)
            }
            Err(Stop::Refused(refusal)) => Reply::json(200, &refusal.body()),
            Err(Stop::Limited(seconds)) => {
                Reply::json(429, &json!({"ok": false, "error": "ratelimited"}))
                    .with("retry-after", seconds.to_string())
            }
        };
        reply
            .with("x-oauth-scopes", caller.scopes())
            .with("x-accepted-oauth-scopes", method.scope)
    }

    /// Posting has a limit of its own, about a message a second for each channel.
    fn limited_call(
        &mut self,
        method: &Method,
        caller: &Caller,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<Value, Stop> {
        if method.name == "chat.postMessage" {
            let channel = arguments
                .needed("channel")
                .map_err(Stop::Refused)?
                .trim_start_matches('#');
            let id = self
                .workspace
                .channel_named(channel)
                .map_or(channel, |channel| &channel.id);
            self.limits.take_post(id, now).map_err(Stop::Limited)?;
        }
        self.call(method, caller, arguments, now)
            .map_err(Stop::Refused)
    }
}

/// Why a call has no answer.
enum Stop {
    Refused(Refusal),
    /// Seconds to wait.
    Limited(i64),
}

impl Vendor for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn serves(&self, path: &str) -> bool {
        path.starts_with("/api/")
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        if !["GET", "POST"].contains(&request.method.as_str()) {
            return Reply::json(200, &Refusal::new("method_not_allowed").body());
        }
        self.respond(request, now)
    }

    fn set_quotas(&mut self, quotas: Quotas) {
        self.limits.quotas = quotas;
    }

    fn world(&self) -> Value {
        let mut messages = Vec::new();
        for channel in &self.workspace.channels {
            for message in &channel.messages {
                if !channel.is_seen(message) {
                    continue;
                }
                let mut shape = shapes::message(channel, message, true);
                shape["channel"] = json!(self.spoken_name(channel));
                shape["channel_id"] = json!(channel.id);
                shape["author"] = json!(self.author_name(&message.author));
                messages.push(shape);
            }
        }
        let users = self.workspace.users.iter();
        let users: Vec<Value> = users
            .map(|user| json!({"id": user.id, "name": user.name}))
            .collect();
        json!({"slack": {"messages": messages, "users": users}})
    }

    fn bend(&self, reply: Reply) -> Reply {
        self.workspace.oddities.bend(reply)
    }

    fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        if let Some(tier) = seed.slack.tier {
            self.limits.tier = tier;
        }
        self.workspace.seed(seed, now)
    }
}

impl Slack {
    /// A channel's name, or the addresses of who talks there.
    fn spoken_name(&self, channel: &Channel) -> String {
        match channel.kind {
            Kind::Public | Kind::Private => channel.name.clone(),
            Kind::Direct | Kind::Group => {
                let users = channel
                    .members
                    .iter()
                    .filter_map(|id| self.workspace.user(id));
                users
                    .map(|user| format!("@{}", user.email))
                    .collect::<Vec<_>>()
                    .join(",")
            }
        }
    }

    fn author_name(&self, author: &workspace::Author) -> String {
        match author {
            workspace::Author::Person(id) => self
                .workspace
                .user(id)
                .map_or_else(|| id.clone(), |user| user.name.clone()),
            workspace::Author::Us => BOT_NAME.to_owned(),
            workspace::Author::Bot(name) => name.clone(),
            workspace::Author::App { name, username } => username.as_ref().unwrap_or(name).clone(),
        }
    }
}
