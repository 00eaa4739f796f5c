//! A digest of overdue action items, as its templates see it.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::playbook::steps::action_items::Because;

use super::link::Link;
use super::story::{NagDigest, NagItem};
use super::view::{counted, name};
use super::{text, time};

#[derive(Serialize)]
struct View {
    name: String,
    organisation: String,
    today: String,
    /// `1 action item`, `3 action items`.
    count: String,
    is_one: bool,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    text: String,
    due: String,
    /// `1 day`, `12 days`.
    overdue: String,
    page_title: String,
    page_url: String,
    page: Option<Link>,
    /// Where the page's title does not say it already.
    reference: Option<String>,
    /// Why it is in this list, where its own name does not say so.
    because: Option<&'static str>,
}

pub(crate) fn view(digest: &NagDigest<'_>) -> Value {
    let NagDigest {
        name: person,
        organisation,
        today,
        items,
    } = digest;
    let mut items: Vec<&NagItem> = items.iter().collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.days_overdue));
    Value::from(Serde(View {
        name: name(person),
        organisation: name(organisation),
        today: time::long_date(*today),
        count: counted(items.len() as u64, "action item", "action items"),
        is_one: items.len() == 1,
        items: items.into_iter().map(item).collect(),
    }))
}

fn item(item: &NagItem) -> Item {
    let NagItem {
        text: what,
        due,
        days_overdue,
        page_title,
        page_url,
        incident_reference,
        because,
    } = item;
    let page_title = text::cut(&text::line(page_title), 255);
    let reference = name(incident_reference);
    let what = text::cut(&text::line(what), 1_000);
    Item {
        text: if what.is_empty() {
            "(an item without text)".to_owned()
        } else {
            what
        },
        due: time::long_date(*due),
        overdue: counted(u64::from(*days_overdue), "day", "days"),
        page_url: text::line(page_url),
        page: Link::new(page_url),
        reference: (!page_title.contains(&reference)).then_some(reference),
        page_title,
        because: match because {
            Because::Assigned => None,
            Because::Unassigned => {
                Some("Nobody is assigned to it, so it falls to you as incident leader.")
            }
            Because::AssigneeUnknown => {
                Some("No address of its assignee is known, so it falls to you as incident leader.")
            }
        },
    }
}
