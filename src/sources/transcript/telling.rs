//! From messages to the timeline: who wrote what, and what is left out. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{self, Writer};
use super::gaps::Gap;
use super::mrkdwn::{Mentions, Names};
use super::people::Users;
use super::reading::{ChannelReading, Progress};
use super::{Namer, Sign};
use crate::playbook::incident::{EntryKind, FileLink, Part, Participant, TimelineEntry};
use crate::playbook::person::Person;
use crate::vendors::slack::{File, FileStanding, Identity, Message, Standing, Ts};

/// What Slack says by itself about a channel: nobody's words.
const NOISE: &[&str] = &[
    "assistant_app_thread",
    "bot_add",
    "bot_disable",
    "bot_enable",
    "bot_remove",
    "channel_archive",
    "channel_canvas_updated",
    "channel_convert_to_private",
    "channel_convert_to_public",
    "channel_join",
    "channel_leave",
    "channel_name",
    "channel_posting_permissions",
    "channel_purpose",
    "channel_topic",
    "channel_unarchive",
    "group_archive",
    "group_join",
    "group_leave",
    "group_name",
    "group_purpose",
    "group_topic",
    "group_unarchive",
    "message_changed",
    "message_deleted",
    "message_replied",
    "pinned_item",
    "reminder_add",
    "tabbed_canvas_updated",
    "unpinned_item",
];

/// How what we post is marked, whichever token it was posted with.
const OURS: &str = "debrief_";

/// Slack's own bot, which looks like a person.
const SLACKBOT: &str = "USLACKBOT";

/// What stands in the place of a message that was deleted and has answers.
const DELETED: &str = "(a deleted message)";

/// What is needed to tell.
pub(super) struct Telling<'a> {
    pub us: &'a Identity,
    pub known: &'a Users,
    pub names: &'a Names,
    pub signs: &'a [Sign],
    pub namer: &'a Namer,
}

/// What is told.
pub(super) struct Told {
    pub entries: Vec<TimelineEntry>,
    pub people: Vec<Participant>,
    pub gaps: Vec<Gap>,
}

/// Who wrote a message.
enum Author<'m> {
    /// Somebody, by id and name as far as they are known.
    Person {
        id: Option<&'m str>,
        name: Option<String>,
    },
    /// An app, by the name it posts under.
    App(Option<String>),
}

/// What a message comes to.
enum Outcome<'m> {
    Entry(Box<TimelineEntry>, Author<'m>),
    /// It says nothing, such as a menu of buttons.
    Nothing,
    /// It says something in a way that is not understood.
    NotUnderstood,
}

/// Whether a message is part of the record: not ours, not Slack's own, not hidden, and not deleted, but for one whose
/// answers stand below it.
pub(super) fn is_told(us: &Identity, message: &Message) -> bool {
    if message.is_deleted() {
        return message.has_answers();
    }
    let is_marked = message
        .metadata
        .as_ref()
        .is_some_and(|metadata| metadata.event_type.starts_with(OURS));
    // A person's token has no bot, and what that person writes is not ours.
    let is_our_bots = us.bot_id.is_some()
        && (message.bot_id == us.bot_id || message.user.as_ref() == Some(&us.user_id));
    let is_ours = is_marked || is_our_bots;
    let is_noise = message
        .subtype
        .as_deref()
        .is_some_and(|subtype| NOISE.contains(&subtype));
    !is_ours && !is_noise && !message.hidden
}

/// Who has to be known to tell a message.
pub(super) fn mentions(us: &Identity, message: &Message, into: &mut Mentions) {
    if !is_told(us, message) || message.is_deleted() {
        return;
    }
    content::mentions(message, into);
    into.people.extend(message.user.clone());
    into.people.remove(SLACKBOT);
    if us.bot_id.is_some() {
        into.people.remove(&us.user_id);
    }
}

impl Telling<'_> {
    /// Tells everything that has been read.
    pub fn all(&self, progress: &Progress) -> Told {
        let mut entries = Vec::new();
        let mut writers = Writers::default();
        let mut gaps = Vec::new();
        for channel in &progress.channels {
            entries.extend(self.channel(channel, &mut writers, &mut gaps));
        }
        // Stable: what belongs together and was written at the same time stays in the order of the channels.
        entries.sort_by_key(|entry| {
            let anchor = entry.thread.unwrap_or(entry.at);
            (anchor, entry.thread.is_some(), entry.at)
        });
        Told {
            entries,
            people: writers.participants(self.known),
            gaps,
        }
    }

    fn channel(
        &self,
        channel: &ChannelReading,
        writers: &mut Writers,
        gaps: &mut Vec<Gap>,
    ) -> Vec<TimelineEntry> {
        let messages: BTreeMap<&Ts, &Message> = channel
            .messages()
            .filter(|message| is_told(self.us, message))
            .map(|message| (&message.ts, message))
            .collect();
        let mut entries: BTreeMap<&Ts, TimelineEntry> = BTreeMap::new();
        let mut not_understood = channel.unreadable();
        for (ts, message) in &messages {
            match self.entry(&channel.id, message) {
                Outcome::Entry(entry, author) => {
                    entries.insert(ts, *entry);
                    writers.count(author);
                }
                Outcome::Nothing => {}
                Outcome::NotUnderstood => not_understood += 1,
            }
        }
        // An answer to what is not told stands by itself.
        let first: BTreeSet<&Ts> = entries.keys().copied().collect();
        for (ts, entry) in &mut entries {
            entry.thread = messages[ts]
                .answers()
                .filter(|answered| first.contains(answered))
                .map(Ts::at);
        }
        let id = || channel.id.clone();
        if not_understood > 0 {
            gaps.push(Gap::Messages {
                channel: id(),
                count: not_understood,
            });
        }
        let count = self.strangers(messages.values().copied());
        if count > 0 {
            gaps.push(Gap::People {
                channel: id(),
                count,
            });
        }
        entries.into_values().collect()
    }

    /// How many people wrote or are mentioned whom Slack was asked for and does not show. Whoever is named by the message
    /// itself is no stranger.
    fn strangers<'m>(&self, messages: impl Iterator<Item = &'m Message>) -> usize {
        let mut all = Mentions::default();
        let mut named = BTreeSet::new();
        for message in messages {
            mentions(self.us, message, &mut all);
            if name_in(message).is_some() {
                named.extend(message.user.as_ref());
            }
        }
        all.people
            .iter()
            .filter(|id| !self.known.found.contains_key(*id))
            .filter(|id| !self.known.unasked.contains(*id) && !named.contains(id))
            .count()
    }

    fn entry<'m>(&self, channel: &str, message: &'m Message) -> Outcome<'m> {
        let entry = |kind, by, text| TimelineEntry {
            url: Some(self.us.link_to(channel, &message.ts, message.answers())),
            edited_at: message.edited.as_ref().map(|edited| edited.ts.at()),
            files: message.files.iter().filter_map(file_link).collect(),
            ..TimelineEntry::new(message.ts.at(), kind, by, text)
        };
        if message.is_deleted() {
            let entry = TimelineEntry {
                edited_at: None,
                files: Vec::new(),
                ..entry(EntryKind::Message, None, DELETED.into())
            };
            return Outcome::Entry(Box::new(entry), Author::App(None));
        }
        let author = self.author(message);
        let writer = match &author {
            Author::Person { .. } => Writer::Person,
            Author::App(_) => Writer::App,
        };
        let text = content::rich(message, writer, self.names);
        let plain = text.to_plain();
        let (kind, by) = self.kind(message, &author, &plain);
        let entry = entry(kind, by, text);
        if !plain.trim().is_empty() || !entry.files.is_empty() {
            Outcome::Entry(Box::new(entry), author)
        } else if content::is_there(message) {
            Outcome::NotUnderstood
        } else {
            Outcome::Nothing
        }
    }

    fn kind(
        &self,
        message: &Message,
        author: &Author<'_>,
        plain: &str,
    ) -> (EntryKind, Option<String>) {
        let was_signed = self.signs.iter().any(|sign| match (sign, author) {
            (Sign::Said(words), Author::Person { .. }) => words.is_match(plain),
            (Sign::Said(_), Author::App(_)) => false,
            (Sign::Reacted(emoji), Author::Person { .. } | Author::App(_)) => message
                .reactions
                .iter()
                .any(|reaction| reaction.name.split("::").next() == Some(emoji)),
        });
        let (kind, by) = match author {
            Author::Person { name, .. } => (EntryKind::Message, name.clone()),
            Author::App(name) => match (self.namer)(name.as_deref(), plain) {
                Some(named) => (named.kind, Some(named.name)),
                None => (EntryKind::Other, name.clone()),
            },
        };
        if was_signed {
            (EntryKind::Mitigated, by)
        } else {
            (kind, by)
        }
    }

    fn author<'m>(&self, message: &'m Message) -> Author<'m> {
        let id = message.user.as_deref();
        let user = id.and_then(|id| self.known.found.get(id));
        let posts_as_app = message.subtype.as_deref() == Some("bot_message");
        let is_app = match user.map(|user| user.standing) {
            Some(Standing::Bot) => true,
            // An app may post in the name of a person: then they are the person's words.
            Some(Standing::Person | Standing::Deleted) => posts_as_app,
            None => posts_as_app || message.bot_id.is_some() || id == Some(SLACKBOT),
        };
        let by_itself = name_in(message).map(str::to_owned);
        let known = user.map(|user| user.name.clone());
        if !is_app {
            return Author::Person {
                id,
                name: known.or(by_itself),
            };
        }
        let slackbot = || (id == Some(SLACKBOT)).then(|| "Slackbot".to_owned());
        Author::App(by_itself.or(known).or_else(slackbot))
    }
}

/// The name that the message itself gives whoever wrote it.
fn name_in(message: &Message) -> Option<&str> {
    message
        .username
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .or_else(|| message.bot_profile.as_ref()?.name())
        .or_else(|| message.user_profile.as_ref()?.name())
}

/// A file as it can be linked to; a deleted one is gone.
fn file_link(file: &File) -> Option<FileLink> {
    match file.standing() {
        FileStanding::There => Some(FileLink {
            name: file.called().unwrap_or("(a file)").to_owned(),
            url: file.permalink.clone(),
        }),
        FileStanding::Hidden => Some(FileLink {
            name: "(a file that Slack no longer shows)".to_owned(),
            url: None,
        }),
        FileStanding::Deleted => None,
    }
}

/// How often who wrote, by id, with the name that messages gave.
#[derive(Default)]
struct Writers(BTreeMap<String, (u32, Option<String>)>);

impl Writers {
    fn count(&mut self, author: Author<'_>) {
        match author {
            Author::Person { id: Some(id), name } => {
                let (count, known) = self.0.entry(id.to_owned()).or_default();
                *count += 1;
                *known = known.take().or(name);
            }
            Author::Person { id: None, .. } | Author::App(_) => {}
        }
    }

    /// The most busy first; who has no name at all is no help on a page.
    fn participants(self, known: &Users) -> Vec<Participant> {
        let mut participants: Vec<Participant> = self
            .0
            .into_iter()
            .filter_map(|(id, (contributions, name))| {
                let user = known.found.get(&id);
                let person = Person {
                    name: name?,
                    email: user
                        .and_then(|user| user.email.as_ref())
                        .map(|email| email.to_lowercase()),
                    time_zone: user.and_then(|user| user.time_zone.clone()),
                    slack: Some(id),
                    atlassian: None,
                };
                Some(Participant {
                    person,
                    part: Part::Responder,
                    contributions,
                })
            })
            .collect();
        participants.sort_by(|one, other| {
            (other.contributions, &one.person.name).cmp(&(one.contributions, &other.person.name))
        });
        participants
    }
}
