//! Tasks as they stand in the body of their page.

use roxmltree::Node;

use super::super::TaskStatus;
use super::{WrittenTask, account_in, folded, words};

/// Reads a task.
pub(super) fn written(task: Node<'_, '_>) -> WrittenTask {
    let child = |name: &str| {
        task.children()
            .find(|child| child.has_tag_name(("ac", name)))
    };
    let status = match child("task-status").map(words).as_deref().map(str::trim) {
        Some("complete") => TaskStatus::Complete,
        Some(_) | None => TaskStatus::Incomplete,
    };
    let mut read = WrittenTask {
        text: String::new(),
        assignee: None,
        due: None,
        status,
    };
    if let Some(body) = child("task-body") {
        let mut text = String::new();
        for node in own(body) {
            if let Some(words) = node.text().filter(|_| node.is_text()) {
                text.push_str(words);
            } else if node.has_tag_name("time") {
                let date = node.attribute("datetime");
                read.due = read.due.or(date.and_then(|date| date.parse().ok()));
            } else if node.has_tag_name(("ac", "link")) {
                let account = account_in(node).map(str::to_owned);
                read.assignee = read.assignee.or(account);
            } else if node.has_tag_name("p") || node.has_tag_name("br") {
                text.push(' ');
            }
        }
        read.text = folded(&text.replace('\n', " "));
    }
    read
}

/// Everything in a task's body but the tasks below it.
fn own<'a, 'i>(body: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    let mut left: Vec<Node<'a, 'i>> = vec![body];
    std::iter::from_fn(move || {
        let node = left.pop()?;
        if !node.has_tag_name(("ac", "task-list")) {
            left.extend(node.children().rev());
        }
        Some(node)
    })
}
