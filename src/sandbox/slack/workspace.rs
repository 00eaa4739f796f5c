//! What a Slack workspace holds: people, channels, messages; and how a seed gets into it.

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::{
    oddities::Oddities,
    seed::{Standing, fingerprint},
};

/// The app's bot, as `auth.test` names it.
pub(super) const BOT_USER: &str = "U0DEBRIEFBOT";
pub(super) const BOT_ID: &str = "B0DEBRIEF";
pub(super) const BOT_NAME: &str = "debrief";
pub(super) const TEAM_ID: &str = "T0SANDBOX";

/// Slack's own robot, which stands in the place of a message that was deleted.
pub(super) const SLACKBOT: &str = "USLACKBOT";

#[derive(Clone, Debug)]
pub(super) struct User {
    pub id: String,
    /// The name of the person.
    pub name: String,
    pub email: String,
    pub time_zone: String,
    pub title: String,
    pub standing: Standing,
    /// Whether `users.*` find the person.
    pub is_found: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Public,
    /// For its members alone.
    Private,
    /// A conversation with one person.
    Direct,
    /// A conversation with several people.
    Group,
}

impl Kind {
    /// Whether such channels have names; the others are called by who is in them.
    pub fn is_named(self) -> bool {
        match self {
            Self::Public | Self::Private => true,
            Self::Direct | Self::Group => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub id: String,
    /// Without `#`; empty for a direct conversation.
    pub name: String,
    pub kind: Kind,
    pub created: Timestamp,
    pub is_archived: bool,
    /// User ids.
    pub members: Vec<String>,
    /// Oldest first, replies among them.
    pub messages: Vec<Message>,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// A person's id.
    Person(String),
    /// This app.
    Us,
    /// An incoming webhook, by the name it gives itself.
    Bot(String),
    /// Another app's bot user.
    App {
        /// The app's name.
        name: String,
        /// The name it gives itself in this message.
        username: Option<String>,
    },
}

impl Author {
    /// The user id of a person or a bot user; an incoming webhook has none.
    pub fn user(&self) -> Option<String> {
        match self {
            Self::Person(id) => Some(id.clone()),
            Self::Us => Some(BOT_USER.to_owned()),
            Self::Bot(_) => None,
            Self::App { name, .. } => Some(app_user_id(name)),
        }
    }
}

/// The bot user of an app.
pub(super) fn app_user_id(app: &str) -> String {
    format!("U{}", fingerprint(&format!("app/{app}"), 10))
}

/// A file, as far as a message shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub name: String,
    pub mimetype: String,
    pub size: u64,
}

/// Whether a message is still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    #[default]
    There,
    /// Gone; where it was answered, a stone stands in its place.
    Deleted,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    /// Seconds, a dot, six decimals; unique in its channel.
    pub ts: String,
    /// When a seed says it was written.
    pub at: Timestamp,
    pub author: Author,
    pub text: String,
    pub blocks: Option<Value>,
    pub attachments: Option<Value>,
    pub metadata: Option<Value>,
    /// The `ts` of the message it answers.
    pub thread: Option<String>,
    /// A reply that the channel sees too.
    pub is_broadcast: bool,
    /// Emoji names with the ids of who gave them.
    pub reactions: Vec<(String, Vec<String>)>,
    /// When it was last edited.
    pub edited: Option<String>,
    /// Slack's word for what is no plain message.
    pub subtype: Option<String>,
    pub files: Vec<File>,
    pub presence: Presence,
}

impl Message {
    pub fn new(at: Timestamp, author: Author, text: impl Into<String>) -> Self {
        Self {
            ts: String::new(),
            at,
            author,
            text: text.into(),
            blocks: None,
            attachments: None,
            metadata: None,
            thread: None,
            is_broadcast: false,
            reactions: Vec::new(),
            edited: None,
            subtype: None,
            files: Vec::new(),
            presence: Presence::There,
        }
    }
}

impl Channel {
    pub fn new(name: &str, kind: Kind, created: Timestamp, members: Vec<String>) -> Self {
        let (letter, key) = match kind {
            Kind::Public | Kind::Private => ("C", format!("channel/{name}")),
            Kind::Direct => ("D", format!("direct/{}", members.join(","))),
            Kind::Group => ("G", format!("group/{}", members.join(","))),
        };
        let id = format!("{letter}{}", fingerprint(&key, 10));
        Self {
            id,
            name: name.to_owned(),
            kind,
            created,
            is_archived: false,
            members,
            messages: Vec::new(),
        }
    }

    pub fn has_member(&self, user: &str) -> bool {
        self.members.iter().any(|member| member == user)
    }

    /// A message that is there, or the stone of one that was.
    pub fn message(&self, ts: &str) -> Option<&Message> {
        let message = self.messages.iter().find(|message| message.ts == ts)?;
        self.is_seen(message).then_some(message)
    }

    /// A message that is there, to be changed.
    pub fn message_mut(&mut self, ts: &str) -> Option<&mut Message> {
        self.messages
            .iter_mut()
            .find(|message| message.ts == ts && message.presence == Presence::There)
    }

    /// Whether it is there, or its stone is: only what was answered leaves one.
    pub fn is_seen(&self, message: &Message) -> bool {
        match message.presence {
            Presence::There => true,
            Presence::Deleted => self.replies(&message.ts).next().is_some(),
        }
    }

    /// Replies to that message, oldest first, without deleted ones.
    pub fn replies<'a>(&'a self, ts: &'a str) -> impl Iterator<Item = &'a Message> {
        self.messages.iter().filter(move |message| {
            message.thread.as_deref() == Some(ts) && message.presence == Presence::There
        })
    }

    /// Posts a message now: later than everything before, even where the clock was set back.
    pub fn post(&mut self, mut message: Message, now: Timestamp) -> Message {
        let latest = self
            .messages
            .iter()
            .map(|message| micros(&message.ts))
            .max()
            .unwrap_or(0);
        message.ts = ts(now.as_microsecond().max(latest + 1));
        self.messages.push(message.clone());
        message
    }

    /// Puts a message into the past, unless it is there already. Answers its `ts`.
    pub fn insert(&mut self, mut message: Message) -> String {
        let known = self.messages.iter().find(|known| {
            known.at == message.at && known.author == message.author && known.text == message.text
        });
        if let Some(known) = known {
            return known.ts.clone();
        }
        let mut at = message.at.as_microsecond();
        let mut place = self
            .messages
            .partition_point(|known| micros(&known.ts) < at);
        while self
            .messages
            .get(place)
            .is_some_and(|next| micros(&next.ts) == at)
        {
            (place, at) = (place + 1, at + 1);
        }
        message.ts = ts(at);
        let ts = message.ts.clone();
        self.messages.insert(place, message);
        ts
    }
}

/// Microseconds as Slack writes them: a string, never a number, since a float loses the last digits.
pub(super) fn ts(micros: i64) -> String {
    format!(
        "{:010}.{:06}",
        micros.div_euclid(1_000_000),
        micros.rem_euclid(1_000_000)
    )
}

/// The microseconds of a `ts` that was made here.
pub(super) fn micros(ts: &str) -> i64 {
    parsed_micros(ts).unwrap_or(0)
}

/// `1700000000.000100`, or without its decimals.
pub(super) fn parsed_micros(ts: &str) -> Option<i64> {
    let (seconds, decimals) = ts.split_once('.').unwrap_or((ts, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(seconds) || !is_number(decimals) || decimals.len() > 6 {
        return None;
    }
    let decimals: i64 = format!("{decimals:0<6}").parse().ok()?;
    seconds
        .parse::<i64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(decimals)
}

#[derive(Debug)]
pub(super) struct Workspace {
    pub users: Vec<User>,
    pub channels: Vec<Channel>,
    /// What seeds bent.
    pub oddities: Oddities,
}

impl Default for Workspace {
    /// Three channels with the bot in them, one without it, and one that is archived.
    fn default() -> Self {
        let mine = || vec![BOT_USER.to_owned()];
        let public =
            |name, members| Channel::new(name, Kind::Public, Timestamp::UNIX_EPOCH, members);
        let mut archived = public("launch-2019", mine());
        archived.is_archived = true;
        let channels = vec![
            public("general", mine()),
            public("prod-issue", mine()),
            public("postmortem", mine()),
            public("random", Vec::new()),
            archived,
        ];
        Self {
            users: Vec::new(),
            channels,
            oddities: Oddities::default(),
        }
    }
}

impl Workspace {
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn user_by_email(&self, email: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.email.eq_ignore_ascii_case(email))
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    pub fn channel_named(&self, name: &str) -> Option<&Channel> {
        self.channels
            .iter()
            .find(|channel| channel.kind.is_named() && channel.name == name)
    }

    /// The conversation with these people, if there has been one.
    pub fn direct(&self, users: &[String]) -> Option<&Channel> {
        let wanted = with_bot(users);
        self.channels
            .iter()
            .find(|channel| !channel.kind.is_named() && channel.members == wanted)
    }

    /// The id of the conversation with these people, which is begun if there is none.
    pub fn open_direct(&mut self, users: &[String], now: Timestamp) -> String {
        if let Some(open) = self.direct(users) {
            return open.id.clone();
        }
        let kind = if users.len() == 1 {
            Kind::Direct
        } else {
            Kind::Group
        };
        let channel = Channel::new("", kind, now, with_bot(users));
        let id = channel.id.clone();
        self.channels.push(channel);
        id
    }
}

fn with_bot(users: &[String]) -> Vec<String> {
    let mut members: Vec<String> = users.iter().cloned().chain([BOT_USER.to_owned()]).collect();
    members.sort();
    members.dedup();
    members
}
