//! One incident, read whole.

use jiff::Timestamp;

use super::rules::{self, End, How, instant};
use super::words::words;
use super::{Slack, gone, people, source_error};
use crate::playbook::incident::{Detail, EntryKind, Incident, Status, TimelineEntry};
use crate::sources::SourceError;
use crate::vendors::slack::{Message, Ts};

impl Slack {
    /// The incident with its people, and with when it was opened, taken and ended.
    pub(super) async fn read_whole(
        &self,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<Incident, SourceError> {
        let (channel, ts) = incident
            .id
            .key()
            .split_once('-')
            .ok_or_else(|| gone(incident))?;
        let thread = self
            .thread(channel, ts)
            .await?
            .ok_or_else(|| gone(incident))?;
        let first = thread.first().ok_or_else(|| gone(incident))?;
        let end = self.end(channel, incident, first, &thread, now).await?;
        let talk = self.talk(channel, first, &thread, end).await?;
        let cast = self.users.cast(&self.client, first, &talk).await?;
        let entries = self.entries(channel, incident, first, &talk, end).await?;
        Ok(Incident {
            detail: Detail::Full,
            url: entries.first().and_then(|entry| entry.url.clone()),
            status: end.map_or(Status::Open, |end| Status::Resolved { at: end.at }),
            timeline: entries,
            participants: cast.participants,
            gaps: cast.gaps,
            ..incident.clone()
        })
    }

    /// How it ended, read again: the list may be older than a reaction that was taken back.
    async fn end(
        &self,
        channel: &str,
        incident: &Incident,
        first: &Message,
        thread: &[Message],
        now: Timestamp,
    ) -> Result<Option<End>, SourceError> {
        if let Some(end) = rules::end_in_thread(&self.rules, first, thread) {
            return Ok(Some(end));
        }
        let listed = incident.resolved_at();
        if self.rules.is_reacted_to(first) {
            let at = listed.unwrap_or_else(|| rules::reacted_at(first, thread, None, now));
            let how = How::Reacted;
            return Ok(Some(End { at, how }));
        }
        let Some(at) = listed else { return Ok(None) };
        // Said in the channel, then, or by nothing any more: the message of that moment tells.
        let said = self.thread(channel, Ts::of(at).as_str()).await?;
        let is_said = said
            .as_ref()
            .and_then(|said| said.first())
            .is_some_and(|message| self.rules.ends(message));
        Ok(is_said.then_some(End { at, how: How::Said }))
    }

    /// What was said about it: in its thread, and where nobody else wrote there, in the channel while it was open.
    async fn talk(
        &self,
        channel: &str,
        first: &Message,
        thread: &[Message],
        end: Option<End>,
    ) -> Result<Vec<Message>, SourceError> {
        let until = |message: &&Message| {
            let at = instant(message.ts.as_str());
            end.is_none_or(|end| at.is_some_and(|at| at <= end.at))
        };
        let others =
            |message: &&Message| message.ts != first.ts && people::writer(message).is_some();
        let in_thread: Vec<Message> = thread
            .iter()
            .filter(until)
            .filter(others)
            .cloned()
            .collect();
        let is_answered = in_thread
            .iter()
            .any(|message| people::writer(message) != people::writer(first));
        if is_answered {
            return Ok(in_thread);
        }
        let read = self.whole(channel, first.ts.clone()).await?;
        let mut talk = in_thread;
        talk.extend(read.iter().filter(until).filter(others).cloned());
        talk.sort_by_key(|message| instant(message.ts.as_str()));
        talk.dedup_by(|a, b| a.ts == b.ts);
        Ok(talk)
    }

    /// When it was opened, taken and ended. Everything else that was said is the transcript's.
    async fn entries(
        &self,
        channel: &str,
        incident: &Incident,
        first: &Message,
        talk: &[Message],
        end: Option<End>,
    ) -> Result<Vec<TimelineEntry>, SourceError> {
        let answer = people::first_answer(first, talk);
        let ending = end.filter(|end| end.how == How::Said).and_then(|end| {
            talk.iter()
                .find(|message| instant(message.ts.as_str()) == Some(end.at))
        });
        let opened = (first, EntryKind::Alert);
        // Who answers with the very words that end it has taken it as well.
        let taken = answer.map(|answer| (answer, EntryKind::Acknowledged));
        let ended = ending.map(|ending| (ending, EntryKind::Resolved));
        let mut entries = Vec::new();
        for (message, kind) in [Some(opened), taken, ended].into_iter().flatten() {
            let Some(at) = instant(message.ts.as_str()) else {
                continue;
            };
            let is_answer = message
                .thread_ts
                .as_ref()
                .is_some_and(|thread| *thread != message.ts);
            entries.push(TimelineEntry {
                url: self.permalink(channel, message.ts.as_str()).await?,
                thread: is_answer.then_some(incident.opened_at),
                ..TimelineEntry::new(at, kind, self.users.name_of(message).await, words(message))
            });
        }
        if let Some(end) = end.filter(|end| end.how == How::Reacted) {
            let by = match self.rules.reacted_by(first) {
                Some(id) => self.users.named(id).await,
                None => None,
            };
            let emoji = self.rules.resolved_reaction.as_deref().unwrap_or_default();
            let text = format!("Marked as over with :{emoji}:");
            entries.push(TimelineEntry {
                url: entries.first().and_then(|entry| entry.url.clone()),
                ..TimelineEntry::new(end.at, EntryKind::Resolved, by, text)
            });
        }
        Ok(entries)
    }

    /// A link for people; none where Slack does not give one.
    async fn permalink(&self, channel: &str, ts: &str) -> Result<Option<String>, SourceError> {
        match self.client.permalink(channel, ts).await {
            Ok(link) => Ok(Some(link)),
            Err(error) if error.is_permanent() => Ok(None),
            Err(error) => Err(source_error(&error)),
        }
    }
}
