//! What a Slack workspace holds: people, channels, messages; and how a seed gets into it.

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::seed::{self, Seed, fingerprint};

/// The app's bot, as `auth.test` names it.
pub(super) const BOT_USER: &str = "U0DEBRIEFBOT";
pub(super) const BOT_ID: &str = "B0DEBRIEF";
pub(super) const BOT_NAME: &str = "debrief";
pub(super) const TEAM_ID: &str = "T0SANDBOX";

#[derive(Clone, Debug)]
pub(super) struct User {
    pub id: String,
    /// The name of the person.
    pub name: String,
    pub email: String,
    pub time_zone: String,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Public,
    /// A conversation with one person.
    Direct,
    /// A conversation with several people.
    Group,
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
    /// Another app's bot, by name.
    Bot(String),
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
        }
    }

    pub fn user(&self) -> Option<&str> {
        match &self.author {
            Author::Person(id) => Some(id),
            Author::Us => Some(BOT_USER),
            Author::Bot(_) => None,
        }
    }
}

impl Channel {
    fn new(name: &str, kind: Kind, created: Timestamp, members: Vec<String>) -> Self {
        let (letter, key) = match kind {
            Kind::Public => ("C", format!("channel/{name}")),
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

    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts)
    }

    /// Replies to that message, oldest first.
    pub fn replies<'a>(&'a self, ts: &'a str) -> impl Iterator<Item = &'a Message> {
        self.messages
            .iter()
            .filter(move |message| message.thread.as_deref() == Some(ts))
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

    /// Puts a message into the past, unless it is there already.
    fn insert(&mut self, mut message: Message) {
        let is_known = self.messages.iter().any(|known| {
            known.at == message.at && known.author == message.author && known.text == message.text
        });
        if is_known {
            return;
        }
        let mut at = message.at.as_microsecond();
        while self.messages.iter().any(|known| micros(&known.ts) == at) {
            at += 1;
        }
        message.ts = ts(at);
        self.messages.push(message);
        self.messages.sort_by_key(|message| micros(&message.ts));
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
            .find(|channel| channel.kind == Kind::Public && channel.name == name)
    }

    /// The conversation with these people, if there has been one.
    pub fn direct(&self, users: &[String]) -> Option<&Channel> {
        let wanted = with_bot(users);
        self.channels
            .iter()
            .find(|channel| channel.kind != Kind::Public && channel.members == wanted)
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

    pub fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        for person in &seed.people {
            self.add_person(person);
        }
        for transcript in &seed.transcripts {
            self.add_transcript(transcript, now)
                .map_err(|error| format!("transcript of {}: {error}", transcript.channel))?;
        }
        Ok(())
    }

    /// Everybody is in every public channel.
    fn add_person(&mut self, person: &seed::Person) {
        let user = User {
            id: person.slack_id(),
            name: person.name.clone(),
            email: person.email.clone(),
            time_zone: person.time_zone.clone().unwrap_or_else(|| "Etc/UTC".into()),
            title: person.job_title.clone().unwrap_or_default(),
        };
        for channel in self
            .channels
            .iter_mut()
            .filter(|channel| channel.kind == Kind::Public)
        {
            if !channel.has_member(&user.id) {
                channel.members.push(user.id.clone());
            }
        }
        match self.users.iter_mut().find(|known| known.id == user.id) {
            Some(known) => *known = user,
            None => self.users.push(user),
        }
    }

    fn add_transcript(
        &mut self,
        transcript: &seed::Transcript,
        now: Timestamp,
    ) -> Result<(), String> {
        let name = transcript.channel.trim_start_matches('#');
        if !is_channel_name(name) {
            return Err(
                "a channel's name is of lower-case letters, digits, - and _, at most 80".into(),
            );
        }
        let at = match self
            .channels
            .iter()
            .position(|channel| channel.name == name)
        {
            Some(at) => at,
            None => {
                let members = std::iter::once(BOT_USER.to_owned())
                    .chain(self.users.iter().map(|user| user.id.clone()));
                self.channels
                    .push(Channel::new(name, Kind::Public, now, members.collect()));
                self.channels.len() - 1
            }
        };
        for seed in &transcript.messages {
            let author = match (&seed.by, &seed.bot) {
                (Some(email), None) => match self.user_by_email(email) {
                    Some(user) => Author::Person(user.id.clone()),
                    None => return Err(format!("nobody has the address {email}")),
                },
                (None, bot) => {
                    Author::Bot(bot.clone().unwrap_or_else(|| "incoming-webhook".into()))
                }
                (Some(_), Some(_)) => return Err("a message is by a person or by a bot".into()),
            };
            let mut message = Message::new(seed.at, author, seed.text.as_str());
            if let Some(parent) = seed.thread {
                let parents = self.channels[at].messages.iter();
                let parent = parents
                    .clone()
                    .find(|known| known.at == parent && known.thread.is_none());
                let parent =
                    parent.ok_or_else(|| format!("no message of {:?} to answer", seed.thread))?;
                message.thread = Some(parent.ts.clone());
            }
            self.channels[at].insert(message);
        }
        Ok(())
    }
}

fn with_bot(users: &[String]) -> Vec<String> {
    let mut members: Vec<String> = users.iter().cloned().chain([BOT_USER.to_owned()]).collect();
    members.sort();
    members.dedup();
    members
}

fn is_channel_name(name: &str) -> bool {
    (1..=80).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}
