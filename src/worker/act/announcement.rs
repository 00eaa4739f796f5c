//! `announcement`: mails, posts, and the note of them on the page.
//!
//! We cannot atomically send a mail and write down that we did. Killed between the two, the next worker sends it again:
//! a lost announcement breaks the promise to the company, a doubled one is a nuisance that mailboxes recognise by its
//! Message-ID, the same in every copy. A post can be looked for by its metadata before it is repeated.

use jiff::Timestamp;
use serde_json::json;
use tracing::warn;

use super::postmortem_page::{PROPERTY, SENT_BEFORE, confluence, page_id};
use super::{ActError, Done, Found, Job, Otherwise};
use crate::channels::{Channel, Delivery, Message, Trace};
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::playbook::steps::announcement::{messages, recipients};
use crate::playbook::steps::lead_briefing;
use crate::render::{ChatText, MailText};
use crate::vendors::http::Failure;
use crate::worker::observe;

/// Whether an earlier life of the database sent that message, as the page's property tells.
fn sent_before(job: &Job<'_>, key: &str) -> bool {
    job.case
        .decision::<Vec<String>>(Step::Announcement, SENT_BEFORE)
        .is_some_and(|sent| sent.iter().any(|earlier| earlier == key))
}

/// The page says that it was about to be sent, and nobody can be asked whether it was. Nearly always it was.
fn taken_as_sent(job: &Job<'_>, act: &Act, key: String) -> Done {
    warn!(
        case = %job.case.incident.id, step = %act.step(), act = act.kind(),
        "not sent again: the page says that it was sent under an earlier ledger"
    );
    Done::at(key, None)
}

/// Since when a message of this case may have gone out, under this ledger or an earlier one. Not since the last attempt
/// was begun: that may have been a look at a history that did not answer, hours after the message.
fn begun_since(job: &Job<'_>) -> Timestamp {
    job.case.incident.opened_at.min(job.case.adopted_at)
}

fn done(delivery: Delivery) -> Done {
    Done::at(delivery.reference, delivery.url)
}

/// The way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Mail.
    Mail,
    /// Chat.
    Chat,
}

pub(super) fn channel<'a>(job: &Job<'a>, by: By) -> Result<&'a dyn Channel, ActError> {
    let (channel, section) = match by {
        By::Mail => (&job.worker.means.email, "mail"),
        By::Chat => (&job.worker.means.chat, "slack"),
    };
    channel
        .as_deref()
        .ok_or_else(|| ActError::not_configured(section))
}

pub(super) async fn send(job: &mut Job<'_>, act: &Act, by: By, to: &str) -> Result<Done, ActError> {
    let message = message(job, job.hash(act), by, to).await?;
    deliver(job, act, by, message).await
}

/// Delivers a message, unless an earlier life of the database did: a post can be looked for, of a mail the page tells what
/// was about to be sent.
pub(super) async fn deliver(
    job: &Job<'_>,
    act: &Act,
    by: By,
    message: Message,
) -> Result<Done, ActError> {
    let channel = channel(job, by)?;
    let sent_before = sent_before(job, &message.key);
    if sent_before || observe::is_older_than_ledger(job.worker, &job.case.incident) {
        match channel.trace(&message, begun_since(job)).await? {
            Trace::Found(delivery) => return Ok(done(delivery)),
            Trace::CannotKnow if sent_before => return Ok(taken_as_sent(job, act, message.key)),
            Trace::CannotKnow | Trace::Absent => {}
        }
    }
    Ok(done(channel.deliver(&message).await?))
}

pub(super) async fn find(
    job: &mut Job<'_>,
    act: &Act,
    by: By,
    to: &str,
) -> Result<Found, ActError> {
    let message = message(job, job.hash(act), by, to).await?;
    look_for(job, by, &message).await
}

/// Looks for a message that may have been delivered. Where nobody can tell it goes again: never to hear of it is worse than
/// to hear twice.
pub(super) async fn look_for(job: &Job<'_>, by: By, message: &Message) -> Result<Found, ActError> {
    let channel = channel(job, by)?;
    Ok(match channel.trace(message, begun_since(job)).await? {
        Trace::Found(delivery) => Found::Yes(done(delivery)),
        Trace::Absent => Found::Absent,
        Trace::CannotKnow => Found::CannotKnow(Otherwise::Repeat),
    })
}

async fn message(job: &mut Job<'_>, key: String, by: By, to: &str) -> Result<Message, ActError> {
    observe::count(job).await?;
    let date = announced_at(job).await?;
    let templates = &job.worker.means.templates;
    let story = observe::story(job);
    let to = to.to_owned();
    Ok(match by {
        By::Mail => {
            let MailText {
                subject,
                text,
                html,
            } = templates.announcement_mail(&story)?;
            Message {
                key,
                to,
                subject,
                text,
                html: Some(html),
                date,
            }
        }
        By::Chat => {
            let ChatText { text } = templates.announcement_chat(&story)?;
            Message {
                key,
                to,
                subject: String::new(),
                text,
                html: None,
                date,
            }
        }
    })
}

/// The decision that holds when the company was first to be told: every copy of a mail carries that date.
const ANNOUNCED_AT: &str = "announced_at";

async fn announced_at(job: &mut Job<'_>) -> Result<Timestamp, ActError> {
    if let Some(at) = job.case.decision(Step::Announcement, ANNOUNCED_AT) {
        return Ok(at);
    }
    let at = job
        .decide(Step::Announcement, ANNOUNCED_AT, json!(job.now))
        .await?;
    Ok(serde_json::from_value(at).unwrap_or(job.now))
}

/// The keys of every message that the case owes, the briefing of whoever leads now among them: hashes, so that the property holds no address.
fn owed(job: &Job<'_>) -> Vec<String> {
    let recipients = recipients(job.case, &job.worker.rules).unwrap_or_default();
    messages(&recipients)
        .chain(lead_briefing::mail(job.case, &job.worker.rules))
        .map(|act| job.hash(&act))
        .collect()
}

/// Writes on the page which messages are about to go out, before any does. Should the database be lost, this is what
/// keeps them from going out twice. The price: killed between this and the mail, and the database lost as well, the mail
/// stays unsent; the page tells the next worker that it went out.
pub(super) async fn mirror(job: &mut Job<'_>) -> Result<Done, ActError> {
    let client = &confluence(job)?.client;
    let page = page_id(job)?;
    let value = json!({
        "installation": job.worker.company.installation,
        "incident": job.case.incident.id,
        "sent": owed(job),
    });
    match client.create_property(&page, PROPERTY, &value).await {
        Ok(property) => Ok(Done::at(property.id, None)),
        Err(error) if matches!(error.failure, Failure::Conflict(_)) => {
            let Some(property) = client.property(&page, PROPERTY).await? else {
                return Err(error.into());
            };
            let property = client.update_property(&page, &property, &value).await?;
            Ok(Done::at(property.id, None))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn find_mirror(job: &mut Job<'_>) -> Result<Found, ActError> {
    let property = confluence(job)?
        .client
        .property(&page_id(job)?, PROPERTY)
        .await?;
    let owed = json!(owed(job));
    Ok(match property {
        Some(property) if property.value.get("sent") == Some(&owed) => {
            Found::Yes(Done::at(property.id, None))
        }
        Some(_) | None => Found::Absent,
    })
}
