//! How a seed gets into the workspace.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::workspace::{
    Author, BOT_USER, Channel, File, Kind, Message, Presence, User, Workspace, ts,
};
use crate::sandbox::seed::{self, Access, ChannelState, Registry, Seat, Seed};

impl Workspace {
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
            standing: person.standing,
            is_found: person.is_found_at(Registry::Slack),
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
        if let Some(raw) = &person.raw.slack {
            self.oddities.add(&user.id, raw);
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
        let at = self.channel_of(transcript, now)?;
        for seed in &transcript.messages {
            let mut message = self.message_of(seed)?;
            let channel = &self.channels[at];
            if let Some(parent) = seed.thread {
                let parent = channel
                    .messages
                    .iter()
                    .find(|known| known.at == parent && known.thread.is_none())
                    .ok_or_else(|| format!("no message of {:?} to answer", seed.thread))?;
                message.thread = Some(parent.ts.clone());
            }
            let ts = self.channels[at].insert(message);
            if let Some(raw) = &seed.raw {
                self.oddities.add(&ts, raw);
            }
        }
        Ok(())
    }

    /// The channel of that name, which is made if there is none.
    fn channel_of(
        &mut self,
        transcript: &seed::Transcript,
        now: Timestamp,
    ) -> Result<usize, String> {
        let name = transcript.channel.trim_start_matches('#');
        if !is_channel_name(name) {
            return Err(
                "a channel's name is of lower-case letters, digits, - and _, at most 80".into(),
            );
        }
        let known = self
            .channels
            .iter()
            .position(|channel| channel.name == name);
        let at = match known {
            Some(at) => at,
            None => {
                let channel = self.new_channel(name, transcript, now)?;
                self.channels.push(channel);
                self.channels.len() - 1
            }
        };
        let channel = &mut self.channels[at];
        match transcript.bot {
            Some(Seat::Outside) => channel.members.retain(|member| member != BOT_USER),
            Some(Seat::Member) if !channel.has_member(BOT_USER) => {
                channel.members.push(BOT_USER.to_owned());
            }
            Some(Seat::Member) | None => {}
        }
        if let Some(state) = transcript.state {
            channel.is_archived = state == ChannelState::Archived;
        }
        Ok(at)
    }

    fn new_channel(
        &self,
        name: &str,
        transcript: &seed::Transcript,
        now: Timestamp,
    ) -> Result<Channel, String> {
        let people = match &transcript.members {
            None => self.users.iter().map(|user| user.id.clone()).collect(),
            Some(addresses) => addresses
                .iter()
                .map(|address| self.id_of(address))
                .collect::<Result<Vec<_>, _>>()?,
        };
        let members = std::iter::once(BOT_USER.to_owned()).chain(people).collect();
        let kind = match transcript.access {
            Access::Public => Kind::Public,
            Access::Private => Kind::Private,
        };
        let mut channel = Channel::new(name, kind, now, members);
        if let Some(id) = &transcript.id {
            if self.channel(id).is_some() {
                return Err(format!("another channel has the id {id}"));
            }
            channel.id.clone_from(id);
        }
        Ok(channel)
    }

    /// The message without its thread.
    fn message_of(&self, seed: &seed::Message) -> Result<Message, String> {
        let author = match (&seed.by, &seed.app, &seed.bot) {
            (Some(address), None, None) => Author::Person(self.id_of(address)?),
            (None, Some(app), username) => Author::App {
                name: app.clone(),
                username: username.clone(),
            },
            (None, None, bot) => {
                Author::Bot(bot.clone().unwrap_or_else(|| "incoming-webhook".into()))
            }
            (Some(_), ..) => return Err("a message is by a person or by a bot".into()),
        };
        let mut reactions = Vec::new();
        for reaction in &seed.reactions {
            let by = reaction.by.iter().map(|address| self.id_of(address));
            reactions.push((reaction.name.clone(), by.collect::<Result<Vec<_>, _>>()?));
        }
        Ok(Message {
            blocks: seed.blocks.clone(),
            attachments: seed.attachments.as_ref().map(numbered).transpose()?,
            is_broadcast: seed.broadcast && seed.thread.is_some(),
            reactions,
            edited: seed.edited.map(|at| ts(at.as_microsecond())),
            subtype: seed.subtype.clone(),
            files: seed.files.iter().map(file).collect(),
            presence: if seed.deleted {
                Presence::Deleted
            } else {
                Presence::There
            },
            ..Message::new(seed.at, author, seed.text.as_str())
        })
    }

    fn id_of(&self, address: &str) -> Result<String, String> {
        match self.user_by_email(address) {
            Some(user) => Ok(user.id.clone()),
            None => Err(format!("nobody has the address {address}")),
        }
    }
}

/// Attachments as Slack answers them: each with its number.
fn numbered(attachments: &Value) -> Result<Value, String> {
    let mut attachments = attachments.clone();
    let list = attachments
        .as_array_mut()
        .ok_or("attachments are a list of objects")?;
    for (index, attachment) in list.iter_mut().enumerate() {
        let attachment = attachment
            .as_object_mut()
            .ok_or("attachments are a list of objects")?;
        attachment.insert("id".into(), json!(index + 1));
    }
    Ok(attachments)
}

fn file(seed: &seed::File) -> File {
    let told = || {
        let ending = seed.name.rsplit('.').next().unwrap_or_default();
        match ending {
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "log" | "txt" => "text/plain",
            "csv" => "text/csv",
            "json" => "application/json",
            "pdf" => "application/pdf",
            _ => "application/octet-stream",
        }
    };
    File {
        name: seed.name.clone(),
        mimetype: seed.mimetype.clone().unwrap_or_else(|| told().to_owned()),
        size: seed.size,
    }
}

fn is_channel_name(name: &str) -> bool {
    (1..=80).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}
