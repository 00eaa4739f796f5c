//! `debrief show`: everything that an incident's people would read, rendered and not sent.

use clap::ValueEnum;
use jiff::SignedDuration;

use super::compose;
use super::request::case_named;
use super::screen;
use super::{Common, Exit, Fault};
use crate::playbook::action_item::{ActionItem, ItemStatus};
use crate::playbook::case::Case;
use crate::playbook::effect::{EVERYONE, EffectKey};
use crate::playbook::incident::{Detail, IncidentId, Narrative};
use crate::playbook::lead;
use crate::playbook::review::Remarks;
use crate::playbook::steps::Step;
use crate::playbook::steps::action_items::{Because, FollowedItem, Nag, OverdueItem};
use crate::render::{EventText, MailText, PageText};
use crate::sources::transcript::Insistence;
use crate::store::sqlite::SqliteStore;
use crate::store::{Claim, Store};
use crate::worker::Worker;
use crate::worker::act::Job;
use crate::worker::act::page_review::{self, Preview, Reviewed};
use crate::worker::observe;

/// In which form texts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// What people read, as text.
    Text,
    /// The mails and the invitation as one HTML document.
    Html,
    /// The page in Confluence's storage format.
    Storage,
}

/// Shows an incident's texts.
pub async fn show(common: &Common, incident: &str, form: Form) -> Result<Exit, Fault> {
    let config = compose::load(common)?;
    compose::log(common, &config);
    let clock = compose::clock(common, &config).await?;
    let store: std::sync::Arc<dyn Store> = if compose::has_ledger(&config.store.path) {
        compose::store(&config).await?
    } else {
        std::sync::Arc::new(SqliteStore::in_memory().await?)
    };
    let worker = compose::worker(&config, clock, store).await?;
    let case = find(&worker, incident).await?;
    let texts = Texts::of(&worker, &case).await?;
    match form {
        Form::Storage => anstream::println!("{}", texts.page.storage),
        Form::Text => texts.as_text(),
        Form::Html => anstream::println!("{}", texts.as_html()),
    }
    Ok(Exit::Well)
}

/// The case of that name: from the ledger, else from the sources; with its whole record.
async fn find(worker: &Worker, name: &str) -> Result<Case, Fault> {
    let unknown = match case_named(worker.store.as_ref(), name).await {
        Ok(row) => return with_record(worker, row.case).await,
        Err(unknown) => unknown,
    };
    let since = worker.since_if_known().await?;
    let wanted = name.trim_start_matches('#');
    for (source, pulled) in worker.pull(since).await {
        let pulled = pulled.map_err(|error| anyhow::anyhow!("source {source}: {error}"))?;
        let found = pulled.incidents.into_iter().find(|incident| {
            IncidentId::parse(name).as_ref() == Some(&incident.id)
                || incident.id.key() == wanted
                || incident.reference.trim_start_matches('#') == wanted
        });
        if let Some(mut incident) = found {
            // What a list tells, however much, is not the whole record.
            incident.detail = Detail::Listed;
            return with_record(worker, Case::new(incident, worker.clock.now())).await;
        }
    }
    Err(unknown)
}

async fn with_record(worker: &Worker, mut case: Case) -> Result<Case, Fault> {
    if case.incident.detail == Detail::Listed {
        case.incident = worker
            .read(&case.incident)
            .await
            .map_err(anyhow::Error::from)?;
        worker
            .add_chat(&mut case.incident, Insistence::WhatThereIs)
            .await
            .map_err(anyhow::Error::from)?;
        lead::appoint(
            &mut case.incident,
            None,
            worker.company.lead.otherwise.as_ref(),
        );
    }
    Ok(case)
}

struct Texts {
    page: PageText,
    /// What its review would come to.
    review: Option<Preview>,
    /// What the review's mail would say, unless nothing is missing.
    review_mail: Option<MailText>,
    /// What is to be said about the mail's wording.
    mail_remarks: Option<Remarks>,
    mail: MailText,
    meeting: EventText,
    chat: String,
    briefing: MailText,
    nag: MailText,
}

impl Texts {
    async fn of(worker: &Worker, case: &Case) -> Result<Self, Fault> {
        let now = worker.clock.now();
        // Showing claims nothing: the claim is a name that no lease has, and nothing is written under it.
        let claim = Claim {
            name: case.incident.id.as_str().to_owned(),
            holder: String::new(),
            fence: 0,
            until: now,
        };
        let job = Job::new(worker, &claim, case, now);
        let count = observe::counted(worker, &case.incident)
            .await
            .map_err(|fault| anyhow::anyhow!("{fault}"))?;
        let story = observe::preview(&job, count);
        let templates = &worker.means.templates;
        let page = templates
            .page(&story)
            .map_err(|error| Fault::Usage(error.to_string()))?;
        let review = page_review::preview(&job, &story, &page.storage).await;
        let lead = case.incident.lead().cloned().unwrap_or_default();
        let today = now
            .to_zoned_datetime(worker.company.hours.of(&lead).zone().clone())
            .date();
        let rendered = || -> Result<Self, crate::render::RenderError> {
            let review_mail = match &review {
                Some(review) if !review.missing.is_empty() => {
                    let digest = page_review::digest(worker, case, &lead, today, &review.missing);
                    Some(templates.review_mail(&digest)?)
                }
                Some(_) | None => None,
            };
            Ok(Self {
                page,
                review_mail,
                mail_remarks: mail_remarks(worker, case),
                mail: templates.announcement_mail(&story)?,
                meeting: templates.meeting(&story)?,
                chat: templates.announcement_chat(&story)?.text,
                briefing: templates.briefing_mail(&story)?,
                nag: templates.nag_mail(&worker.digest(&example_nag(worker, case)))?,
                review: None,
            })
        };
        let texts = rendered().map_err(|error| Fault::Usage(error.to_string()))?;
        Ok(Self { review, ..texts })
    }

    fn as_text(&self) {
        let Self {
            page,
            review,
            review_mail,
            mail_remarks,
            mail,
            meeting,
            chat,
            briefing,
            nag,
        } = self;
        let section = |name: &str| anstream::println!("\n======== {name} ========\n");
        section("postmortem_page");
        anstream::println!(
            "{}\n\n(its body: --format storage)",
            screen::plain(&page.title)
        );
        advice(review.as_ref().and_then(|review| review.remarks.as_ref()));
        section("announcement, mail");
        anstream::println!("Subject: {}\n\n{}", screen::plain(&mail.subject), mail.text);
        advice(mail_remarks.as_ref());
        section("announcement, chat");
        anstream::println!("{chat}");
        section("review_meeting");
        anstream::println!(
            "{}\n\n{}",
            screen::plain(&meeting.summary),
            meeting.description
        );
        section("lead_briefing, mail");
        anstream::println!(
            "Subject: {}\n\n{}",
            screen::plain(&briefing.subject),
            briefing.text
        );
        section("action_items, with an example item");
        anstream::println!("Subject: {}\n\n{}", screen::plain(&nag.subject), nag.text);
        section(match review.as_ref().map(|review| review.of) {
            Some(Reviewed::OnTheWiki) => "page_review, of the page as it is now",
            Some(Reviewed::AsCreated) => "page_review, of the page as it is created",
            None => "page_review",
        });
        match (review, review_mail) {
            (_, Some(mail)) => {
                anstream::println!("Subject: {}\n\n{}", screen::plain(&mail.subject), mail.text);
            }
            (Some(_), None) => anstream::println!("Nothing is missing; nobody is mailed."),
            (None, None) => anstream::println!("The page could not be read."),
        }
    }

    /// One document with a frame a text: each is a document of its own, and none can reach the others.
    fn as_html(&self) -> String {
        let Self {
            page: _,
            review: _,
            review_mail,
            mail_remarks: _,
            mail,
            meeting,
            chat: _,
            briefing,
            nag,
        } = self;
        let frame = |name: &str, html: &str| {
            format!(
                "<h2>{}</h2><iframe sandbox title=\"{}\" srcdoc=\"{}\"></iframe>",
                escape(name),
                escape(name),
                escape(html)
            )
        };
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>debrief show</title>\
             <style>body{{font-family:system-ui;margin:2rem}}iframe{{width:100%;height:40rem;border:1px solid #999}}</style>{}{}{}{}{}</html>",
            frame(&mail.subject, &mail.html),
            frame(&meeting.summary, &meeting.description),
            frame(&briefing.subject, &briefing.html),
            frame(&nag.subject, &nag.html),
            review_mail
                .as_ref()
                .map(|mail| frame(&mail.subject, &mail.html))
                .unwrap_or_default(),
        )
    }
}

/// What is to be said about the wording of the announcement.
fn mail_remarks(worker: &Worker, case: &Case) -> Option<Remarks> {
    let Narrative {
        description,
        impact,
        fix_for_now,
        fix_for_good,
        next_steps,
    } = &case.incident.narrative;
    let passages: Vec<(Option<&str>, &str)> = [
        ("What happened and why", description),
        ("Impact on customers", impact),
        ("Fix for now", fix_for_now),
        ("Fix for good", fix_for_good),
        ("Next steps", next_steps),
    ]
    .into_iter()
    .filter_map(|(section, text)| Some((Some(section), text.as_deref()?)))
    .collect();
    page_review::remarks(worker, case, &passages)
}

/// Advice on wording, below the text it is about.
fn advice(remarks: Option<&Remarks>) {
    for remark in remarks.into_iter().flat_map(|remarks| &remarks.remarks) {
        anstream::println!(
            "\nAdvice on wording: “{}” {}\n  {} Ask instead: {}",
            screen::short(&remark.quoted, 200),
            screen::plain(&remark.section),
            screen::plain(&remark.why),
            screen::plain(&remark.ask_instead),
        );
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A nag about an item that nobody has, so that its text can be seen.
fn example_nag(worker: &Worker, case: &Case) -> Nag {
    let now = worker.clock.now();
    let today = now
        .to_zoned_datetime(worker.company.hours.zone().clone())
        .date();
    let lead = case.incident.lead().cloned().unwrap_or_default();
    let followed = FollowedItem {
        item: ActionItem {
            id: "0".to_owned(),
            page: "0".to_owned(),
            text: "An example of a corrective action".to_owned(),
            assignee: lead.atlassian.clone(),
            due: today.checked_sub(SignedDuration::from_hours(3 * 24)).ok(),
            status: ItemStatus::Open,
        },
        incident_reference: case.incident.reference.clone(),
        page_title: case.incident.title.clone(),
        page_url: "https://example.atlassian.net/wiki".to_owned(),
        lead: Some(lead.clone()),
    };
    Nag {
        key: EffectKey::once(EVERYONE, Step::ActionItems, "example"),
        email: lead.email.clone().unwrap_or_default(),
        to: lead,
        today,
        items: vec![OverdueItem {
            followed,
            days_overdue: 3,
            because: Because::Assigned,
        }],
    }
}
