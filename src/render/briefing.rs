//! What the lead is told, and the links that go back to where the incident was worked on.

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::error::RenderError;
use super::story::{ChatText, MailText, Story};
use super::view::View;
use super::{Templates, limit};

use crate::playbook::incident::{Incident, Narrative};

impl Templates {
    /// The mail to whoever leads.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn briefing_mail(&self, story: &Story<'_>) -> Result<MailText, RenderError> {
        let view = briefing(story);
        Ok(MailText {
            subject: self.titled("lead_briefing/subject.txt", story, limit::SUBJECT)?,
            text: self.fill("lead_briefing/body.txt", view.clone())?,
            html: self.fill("lead_briefing/body.html", view)?,
        })
    }

    /// The same as a direct message.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn briefing_chat(&self, story: &Story<'_>) -> Result<ChatText, RenderError> {
        let text = self.fill("lead_briefing/chat.mrkdwn", briefing(story))?;
        Ok(ChatText { text })
    }

    /// The links, for the channel where the incident was worked on.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn links_chat(&self, story: &Story<'_>) -> Result<ChatText, RenderError> {
        let text = self.fill("lead_briefing/links.mrkdwn", View::new(story).value())?;
        Ok(ChatText { text })
    }

    /// The links, for the record that the incident came from, our marker last.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn record_note(&self, story: &Story<'_>) -> Result<String, RenderError> {
        self.fill("lead_briefing/note.txt", View::new(story).value())
    }
}

fn briefing(story: &Story<'_>) -> Value {
    context! {
        still_empty => Value::from(Serde(&still_empty(story.incident))),
        ..View::new(story).value()
    }
}

/// What the page could not be filled with from the record.
fn still_empty(incident: &Incident) -> Vec<&'static str> {
    let Narrative {
        description,
        impact,
        fix_for_now,
        fix_for_good,
        next_steps,
    } = &incident.narrative;
    let written = [
        (!incident.service.is_empty(), "which service was hit"),
        (incident.severity.is_some(), "the severity"),
        (
            description.is_some(),
            "the description: what happened and why, in words anyone understands",
        ),
        (
            !incident.timeline.is_empty(),
            "the timeline: the record holds nothing",
        ),
        (
            false,
            "the contributing factors: five whys, for the meeting",
        ),
        (fix_for_now.is_some(), "how it was fixed for now"),
        (fix_for_good.is_some(), "how it is fixed for good, and when"),
        (impact.is_some(), "the impact on customers, by service"),
        (
            next_steps.is_some(),
            "who follows up with customers: product management and product marketing",
        ),
        (
            false,
            "the corrective actions: each with one engineer and a date",
        ),
    ];
    written
        .into_iter()
        .filter(|(is_there, _)| !is_there)
        .map(|(_, what)| what)
        .collect()
}
