//! From a story to the texts that people read: page, comments, mails, chat post, invitation, names, nag.
//!
//! Purpose: everything Debrief writes is written here, from templates that an installation may replace. Pure: no clock,
//! no file, no network; the same story gives the same text. What comes from an incident is data: escaped by the
//! engine for the format at hand, cleaned of control characters, and cut only where a vendor has a limit.
//!
//! `engine` sets the template engine up and `printing` escapes for it; `view` and `timeline` turn a [`Story`] into what
//! templates see, `fragment` and `rich_text` into storage format, `markdown` does so with whole templates. `storage`
//! proves that Confluence can read the result, `rehearsal` and `sections` what an installation's own templates lack.

mod briefing;
mod engine;
mod error;
mod fragment;
mod link;
mod markdown;
mod measures;
mod mrkdwn;
mod nag;
mod pieces;
mod printing;
mod prose;
mod questions;
mod rehearsal;
mod review;
mod rich_text;
mod sections;
mod storage;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod threads;
mod time;
mod timeline;
mod view;

use minijinja::value::Serde;
use minijinja::{Value, context};

pub use engine::Templates;
pub use error::RenderError;
pub use sections::Section;
pub use story::{
    ChatText, EventText, MailText, Meeting, MeetingState, MentionBy, NagDigest, NagItem, Occasion,
    PageText, Punctuality, ReviewDigest, SheetState, Story,
};

use timeline::Timeline;
use view::View;

use crate::playbook::review::Remarks;
use crate::playbook::steps::act::News;

/// A person's name as it stands in an invitation's HTML: to be found there again.
pub fn escaped_name(person: &str) -> String {
    text::escape_markup(&text::isolate(&view::name(person)))
}

/// What the vendors allow, in UTF-16 units. Confluence refuses page titles over 255 characters; the others cut or fold
/// at lengths that nobody reads anyway.
mod limit {
    pub(super) const PAGE_TITLE: usize = 255;
    pub(super) const SUBJECT: usize = 200;
    pub(super) const SUMMARY: usize = 1_000;
    pub(super) const FILE_NAME: usize = 200;
}

/// Bytes that a timeline is made shorter by at the least, so that a template that is too large without it is soon found.
const ROOM_STEP: usize = 10_000;

impl Templates {
    /// The postmortem page, complete at creation: its body is never written again.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn page(&self, story: &Story<'_>) -> Result<PageText, RenderError> {
        Ok(PageText {
            title: self.page_title(story)?,
            storage: self.page_body(story)?,
        })
    }

    /// The page's body. Where it comes out too large it is made again with that much less of the record, so that the
    /// timeline takes whatever room a template and the rest of the incident leave.
    fn page_body(&self, story: &Story<'_>) -> Result<String, RenderError> {
        let view = View::new(story).value();
        let mut room = storage::LARGEST;
        loop {
            let timeline = Timeline::new(story.incident, story.zone, room);
            let context = context! { timeline => Value::from(Serde(&timeline)), ..view.clone() };
            match self.fill_storage(sections::PAGE, pieces::with_pieces(&context)) {
                Err(RenderError::TooLarge { bytes, limit, .. }) if timeline.size() > 0 => {
                    let excess = bytes.saturating_sub(limit) + ROOM_STEP;
                    room = timeline.size().saturating_sub(excess);
                }
                made => return made,
            }
        }
    }

    /// The page's title: the same as in [`Templates::page`], for looking it up.
    ///
    /// Made of the incident's reference and title only, so that it does not change with the zone or the day.
    ///
    /// # Errors
    /// A template's fault, a title without the reference included: two incidents would share it.
    pub fn page_title(&self, story: &Story<'_>) -> Result<String, RenderError> {
        let template = "postmortem_page/title.txt";
        let title = self.titled(template, story, limit::PAGE_TITLE)?;
        if title.contains(&view::name(&story.incident.reference)) {
            Ok(title)
        } else {
            Err(RenderError::TitleWithoutReference {
                template: template.to_owned(),
            })
        }
    }

    /// A footer comment, in storage format, that brings what was not known when the page was created.
    ///
    /// # Errors
    /// A template's fault, and [`RenderError::NoNews`] where the story does not hold the news.
    pub fn page_comment(&self, story: &Story<'_>, news: News) -> Result<String, RenderError> {
        let (template, is_known) = match news {
            News::Sheet => (
                "affected_customers/comment.xhtml",
                matches!(story.sheet, SheetState::Ready { .. }),
            ),
            News::Meeting => (
                "review_meeting/comment.xhtml",
                matches!(story.meeting, MeetingState::Booked(_)),
            ),
            News::Lead => (
                "lead_briefing/comment.xhtml",
                story.incident.lead().is_some(),
            ),
        };
        if !is_known {
            return Err(RenderError::NoNews {
                template: template.to_owned(),
            });
        }
        self.fill_storage(template, View::new(story).value())
    }

    /// The mail to the company.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn announcement_mail(&self, story: &Story<'_>) -> Result<MailText, RenderError> {
        let view = View::new(story).value();
        Ok(MailText {
            subject: self.titled("announcement/subject.txt", story, limit::SUBJECT)?,
            text: self.fill("announcement/body.txt", view.clone())?,
            html: self.fill("announcement/body.html", view)?,
        })
    }

    /// The same in a few lines, for chat.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn announcement_chat(&self, story: &Story<'_>) -> Result<ChatText, RenderError> {
        let text = self.fill("announcement/chat.mrkdwn", View::new(story).value())?;
        Ok(ChatText { text })
    }

    /// The meeting's calendar event.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn meeting(&self, story: &Story<'_>) -> Result<EventText, RenderError> {
        let description = self.fill("review_meeting/description.html", View::new(story).value())?;
        Ok(EventText {
            summary: self.titled("review_meeting/summary.txt", story, limit::SUMMARY)?,
            // Google Calendar shows a line end as a line break, beside the breaks that are meant.
            description: description.lines().map(str::trim_start).collect(),
        })
    }

    /// The name of the folder that holds the sheet.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn folder_name(&self, story: &Story<'_>) -> Result<String, RenderError> {
        self.titled(
            "affected_customers/folder_name.txt",
            story,
            limit::FILE_NAME,
        )
    }

    /// The name of the sheet of affected customers.
    ///
    /// # Errors
    /// A template's fault; see [`RenderError`].
    pub fn sheet_name(&self, story: &Story<'_>) -> Result<String, RenderError> {
        self.titled("affected_customers/sheet_name.txt", story, limit::FILE_NAME)
    }

    /// The mail that lists a person's overdue action items, the most overdue first.
    ///
    /// # Errors
    /// A template's fault, and [`RenderError::NoNews`] where nothing is overdue.
    pub fn nag_mail(&self, digest: &NagDigest<'_>) -> Result<MailText, RenderError> {
        if digest.items.is_empty() {
            return Err(RenderError::NoNews {
                template: "action_items/subject.txt".to_owned(),
            });
        }
        let view = nag::view(digest);
        Ok(MailText {
            subject: self.fill_line("action_items/subject.txt", "", limit::SUBJECT, |_| {
                view.clone()
            })?,
            text: self.fill("action_items/body.txt", view.clone())?,
            html: self.fill("action_items/body.html", view)?,
        })
    }

    /// The mail that tells a leader what is missing on the page.
    ///
    /// # Errors
    /// A template's fault, and [`RenderError::NoNews`] where nothing is missing.
    pub fn review_mail(&self, digest: &ReviewDigest<'_>) -> Result<MailText, RenderError> {
        if digest.missing.is_empty() {
            return Err(RenderError::NoNews {
                template: "page_review/subject.txt".to_owned(),
            });
        }
        let view = review::view(digest);
        Ok(MailText {
            subject: self.fill_line("page_review/subject.txt", "", limit::SUBJECT, |_| {
                view.clone()
            })?,
            text: self.fill("page_review/body.txt", view.clone())?,
            html: self.fill("page_review/body.html", view)?,
        })
    }

    /// The footer comment, in storage format, that advises on a page's wording.
    ///
    /// # Errors
    /// A template's fault, and [`RenderError::NoNews`] where there is nothing to remark on.
    pub fn advice_comment(&self, remarks: &Remarks, marker: &str) -> Result<String, RenderError> {
        let template = "page_review/advice.xhtml";
        if remarks.remarks.is_empty() {
            return Err(RenderError::NoNews {
                template: template.to_owned(),
            });
        }
        self.fill_storage(template, review::comment(remarks, marker))
    }

    /// One line that holds as much of the title as fits.
    fn titled(
        &self,
        template: &str,
        story: &Story<'_>,
        limit: usize,
    ) -> Result<String, RenderError> {
        let view = View::new(story);
        let value = view.value();
        self.fill_line(template, &view.whole_title, limit, |title| {
            context! { title => title, ..value.clone() }
        })
    }
}
