//! `lead_briefing`: mail and direct message to whoever leads; the links back into the incident's record and its channel.
//!
//! | killed in the middle of | what the next worker finds |
//! | --- | --- |
//! | the mail | nobody can be asked: it goes again, with the same Message-ID |
//! | the direct message, the links | the post, by the key in its metadata |
//! | the note | the note, by our marker in it: PagerDuty has no key for notes, and lists at most 2,000 of them |
//!
//! <https://developer.pagerduty.com/api-reference/a1ac30885eb7a-create-a-note-on-an-incident>

use jiff::Timestamp;
use serde_json::json;

use super::announcement::{self, By};
use super::{ActError, Done, Found, Job};
use crate::channels::Message;
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::render::MailText;
use crate::worker::observe;

/// The decision that holds when the first briefing was to go out: every copy of a mail carries that date.
const BRIEFED_AT: &str = "briefed_at";

/// What is said, and by which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// The whole briefing, by mail.
    Mail,
    /// The whole briefing, as a direct message.
    Direct,
    /// The links, to a channel.
    Links,
}

impl Telling {
    fn by(self) -> By {
        match self {
            Self::Mail => By::Mail,
            Self::Direct | Self::Links => By::Chat,
        }
    }
}

pub(super) async fn tell(
    job: &mut Job<'_>,
    act: &Act,
    telling: Telling,
    to: &str,
) -> Result<Done, ActError> {
    let message = message(job, job.hash(act), telling, to).await?;
    announcement::deliver(job, act, telling.by(), message).await
}

pub(super) async fn find(
    job: &mut Job<'_>,
    act: &Act,
    telling: Telling,
    to: &str,
) -> Result<Found, ActError> {
    let message = message(job, job.hash(act), telling, to).await?;
    announcement::look_for(job, telling.by(), &message).await
}

async fn message(
    job: &mut Job<'_>,
    key: String,
    telling: Telling,
    to: &str,
) -> Result<Message, ActError> {
    observe::count(job).await?;
    let date = briefed_at(job).await?;
    let templates = &job.worker.means.templates;
    let story = observe::story(job);
    let (subject, text, html) = match telling {
        Telling::Mail => {
            let MailText {
                subject,
                text,
                html,
            } = templates.briefing_mail(&story)?;
            (subject, text, Some(html))
        }
        Telling::Direct => (String::new(), templates.briefing_chat(&story)?.text, None),
        Telling::Links => (String::new(), templates.links_chat(&story)?.text, None),
    };
    Ok(Message {
        key,
        to: to.to_owned(),
        subject,
        text,
        html,
        date,
    })
}

async fn briefed_at(job: &mut Job<'_>) -> Result<Timestamp, ActError> {
    if let Some(at) = job.case.decision(Step::LeadBriefing, BRIEFED_AT) {
        return Ok(at);
    }
    let at = job
        .decide(Step::LeadBriefing, BRIEFED_AT, json!(job.now))
        .await?;
    Ok(serde_json::from_value(at).unwrap_or(job.now))
}

/// Writes the links into the record that the incident came from.
pub(super) async fn note(job: &mut Job<'_>) -> Result<Done, ActError> {
    // An earlier life of the database may have written it: notes can be asked for, and are.
    if let Found::Yes(done) = find_note(job).await? {
        return Ok(done);
    }
    let pagerduty = job
        .worker
        .means
        .pagerduty
        .as_ref()
        .ok_or_else(|| ActError::not_configured("sources.pagerduty.note_as"))?;
    observe::count(job).await?;
    let text = job
        .worker
        .means
        .templates
        .record_note(&observe::story(job))?;
    let note = pagerduty
        .client
        .add_note(job.case.incident.id.key(), &pagerduty.note_as, &text)
        .await?;
    Ok(Done::at(note.id, None))
}

pub(super) async fn find_note(job: &mut Job<'_>) -> Result<Found, ActError> {
    let pagerduty = job
        .worker
        .means
        .pagerduty
        .as_ref()
        .ok_or_else(|| ActError::not_configured("sources.pagerduty.note_as"))?;
    let notes = pagerduty.client.notes(job.case.incident.id.key()).await?;
    let ours = notes
        .read
        .into_iter()
        .find(|note| note.content.contains(&job.marker));
    Ok(ours.map_or(Found::Absent, |note| Found::Yes(Done::at(note.id, None))))
}
