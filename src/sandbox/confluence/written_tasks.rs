//! Tasks as they stand in a body: read, ticked and typed.

use jiff::civil::Date;
use roxmltree::Node;

use super::storage::{Edit, RI, Source, ac_child, apply, inside, is_ac, is_forbidden, plain_text};

/// A task as it stands in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenTask {
    /// Unique on the page.
    pub(super) local_id: String,
    /// Whether its box is ticked.
    pub(super) complete: bool,
    /// The inside of its `ac:task-body`.
    pub(super) storage: String,
    /// Its text without mention and date.
    pub(super) text: String,
    /// The first account mentioned.
    pub(super) assignee: Option<String>,
    /// The first date.
    pub(super) due: Option<Date>,
}

/// The tasks of a body that was completed before; none of one that is not well-formed.
pub(super) fn tasks(body: &str) -> Vec<WrittenTask> {
    let source = Source::new(body);
    let Ok(document) = source.parse() else {
        return Vec::new();
    };
    document
        .descendants()
        .filter(|node| is_ac(*node, "task"))
        .filter_map(|task| written(&source, task))
        .collect()
}

fn written(source: &Source, task: Node<'_, '_>) -> Option<WrittenTask> {
    let local_id = ac_child(task, "task-id")?.text()?.trim().to_owned();
    let complete = ac_child(task, "task-status")
        .and_then(|status| status.text())
        .map(str::trim)
        == Some("complete");
    let body = ac_child(task, "task-body");
    let own =
        |found: &Node<'_, '_>| found.ancestors().find(|node| is_ac(*node, "task")) == Some(task);
    let within = |name: &'static str, namespace: Option<&'static str>| {
        body.into_iter()
            .flat_map(|body| body.descendants())
            .filter(own)
            .find(move |node| {
                node.is_element()
                    && node.tag_name().name() == name
                    && node.tag_name().namespace() == namespace
            })
    };
    let assignee = within("user", Some(RI))
        .and_then(|user| user.attribute((RI, "account-id")))
        .map(str::to_owned);
    let due = within("time", None)
        .and_then(|time| time.attribute("datetime"))
        .and_then(|date| date.parse().ok());
    Some(WrittenTask {
        local_id,
        complete,
        storage: body
            .map(|body| inside(source, body).to_owned())
            .unwrap_or_default(),
        text: body.map(plain_text).unwrap_or_default(),
        assignee,
        due,
    })
}

/// Sets the box of one task. `None` where the body has no such task.
pub(super) fn tick(body: &str, local_id: &str, complete: bool) -> Option<String> {
    let source = Source::new(body);
    let document = source.parse().ok()?;
    let task = document
        .descendants()
        .filter(|node| is_ac(*node, "task"))
        .find(|task| {
            ac_child(*task, "task-id")
                .and_then(|id| id.text())
                .map(str::trim)
                == Some(local_id)
        })?;
    let word = ac_child(task, "task-status")?.first_child()?.range();
    let text = if complete { "complete" } else { "incomplete" }.to_owned();
    Some(apply(
        &source,
        vec![Edit {
            start: word.start,
            end: word.end,
            text,
        }],
    ))
}

/// A body with one more task list at its end, as the editor writes it.
pub(super) fn with_task(
    body: &str,
    text: &str,
    assignee: Option<&str>,
    due: Option<Date>,
    complete: bool,
) -> String {
    let mention = assignee
        .map(|account| {
            format!(
                " <ac:link><ri:user ri:account-id=\"{}\" /></ac:link>",
                escape(account)
            )
        })
        .unwrap_or_default();
    let date = due
        .map(|due| format!(" <time datetime=\"{due}\" />"))
        .unwrap_or_default();
    let status = if complete { "complete" } else { "incomplete" };
    format!(
        "{body}<ac:task-list><ac:task><ac:task-status>{status}</ac:task-status><ac:task-body>\
         <span class=\"placeholder-inline-tasks\">{}{mention}{date}</span></ac:task-body></ac:task></ac:task-list>",
        escape(text)
    )
}

/// Text made safe for element content and for attributes in double quotes.
fn escape(text: &str) -> String {
    text.chars()
        .filter(|character| !is_forbidden(*character))
        .map(|character| match character {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
