//! What is missing on a page, and advice on its wording, as their templates see them.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::playbook::review::{Lacks, Missing, Remarks};

use super::link::Link;
use super::story::{Occasion, ReviewDigest};
use super::view::{counted, name};
use super::{text, time};

/// So many things are told at most: who reads more does nothing of it.
const SHOWN: usize = 30;

/// UTF-16 units of a heading, an item or a prompt.
const QUOTE: usize = 300;

/// UTF-16 units of a passage that a comment quotes.
const REMARK: usize = 500;

#[derive(Serialize)]
struct View {
    name: String,
    organisation: String,
    today: String,
    is_first: bool,
    /// `5 things`.
    count: String,
    is_one: bool,
    reference: String,
    /// Where the page's title does not say it already.
    reference_apart: Option<String>,
    page_title: String,
    page_url: String,
    page: Option<Link>,
    items: Vec<Item>,
    /// How many things are not in `items`.
    left_out: usize,
}

#[derive(Serialize)]
struct Item {
    /// What it is about: a heading, an action item. Text from outside.
    about: String,
    /// What is the matter with it.
    what: String,
    /// The prompt, where there is one. Text from outside.
    quote: Option<String>,
    /// What to do.
    how: Option<&'static str>,
}

pub(crate) fn view(digest: &ReviewDigest<'_>) -> Value {
    let ReviewDigest {
        name: person,
        organisation,
        today,
        occasion,
        incident_reference,
        page_title,
        page_url,
        missing,
    } = digest;
    let page_title = text::cut(&text::line(page_title), 255);
    let reference = name(incident_reference);
    Value::from(Serde(View {
        name: name(person),
        organisation: name(organisation),
        today: time::long_date(*today),
        is_first: match occasion {
            Occasion::AfterMeeting => true,
            Occasion::Reminder => false,
        },
        count: counted(missing.len() as u64, "thing", "things"),
        is_one: missing.len() == 1,
        reference_apart: (!page_title.contains(&reference)).then(|| reference.clone()),
        reference,
        page_title,
        page_url: text::line(page_url),
        page: Link::new(page_url),
        items: missing.iter().take(SHOWN).map(item).collect(),
        left_out: missing.len().saturating_sub(SHOWN),
    }))
}

fn quoted(outside: &str) -> String {
    text::cut(&text::line(outside), QUOTE)
}

fn item(missing: &Missing) -> Item {
    let item = |about: &str, what: String, how| Item {
        about: quoted(about),
        what,
        quote: None,
        how: Some(how),
    };
    match missing {
        Missing::Section { heading } => item(
            heading,
            "nothing is written there yet".to_owned(),
            "A few sentences are enough.",
        ),
        Missing::Answers { at, prompt, count } => Item {
            about: quoted(at.as_deref().unwrap_or("At the top")),
            what: if *count == 1 {
                "this still waits to be filled in".to_owned()
            } else {
                format!("{count} of these still wait to be filled in")
            },
            quote: Some(quoted(prompt)),
            how: None,
        },
        Missing::Items => item(
            "Action items",
            "there is none on the page".to_owned(),
            "Type [] to add one, mention one engineer in it, and type // to give it a date.",
        ),
        Missing::Part { item: what, lacks } => {
            let about = if what.trim().is_empty() {
                "(an item without text)"
            } else {
                what
            };
            let lacks = match lacks {
                Lacks::Assignee => "nobody is mentioned in this action item",
                Lacks::Date => "this action item has no date",
                Lacks::Both => "this action item has neither an assignee nor a date",
            };
            let how = "Without an assignee and a date nobody is reminded of it.";
            item(about, lacks.to_owned(), how)
        }
        Missing::Priorities { open, most } => item(
            "Action items",
            format!("{open} are open, which is more than {most}"),
            "What is not a top priority does not become one: keep those that are, and take the rest off the page.",
        ),
    }
}

#[derive(Serialize)]
struct Comment {
    marker: String,
    remarks: Vec<Quoted>,
    left_out: usize,
}

#[derive(Serialize)]
struct Quoted {
    section: Option<String>,
    quoted: String,
    why: String,
    ask_instead: String,
}

pub(crate) fn comment(remarks: &Remarks, marker: &str) -> Value {
    let line = |outside: &str| text::cut(&text::line(outside), REMARK);
    Value::from(Serde(Comment {
        marker: marker.to_owned(),
        left_out: remarks.left_out,
        remarks: remarks
            .remarks
            .iter()
            .map(|remark| Quoted {
                section: Some(name(&remark.section)).filter(|section| !section.is_empty()),
                quoted: line(&remark.quoted),
                why: line(&remark.why),
                ask_instead: line(&remark.ask_instead),
            })
            .collect(),
    }))
}
