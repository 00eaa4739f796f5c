//! Reading a task's body: its words and its date.

use jiff::civil::Date;
use roxmltree::Node;

use super::{Task, storage_xml};

impl Task {
    /// What is to be done, as plain words: mentions and the date left out, white space folded. Empty where the body holds
    /// no words, and for a body that cannot be read.
    pub fn text(&self) -> String {
        self.read(|root| {
            let mut words = String::new();
            collect(root, &mut words);
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .unwrap_or_default()
    }

    /// The date its writer picked: the first one in the body. The API's `dueAt` is an instant of which it is not told
    /// whose midnight it is.
    pub fn date(&self) -> Option<Date> {
        self.read(|root| {
            root.descendants()
                .find(|node| node.has_tag_name("time"))
                .and_then(|node| node.attribute("datetime"))
                .and_then(|date| date.parse().ok())
        })?
    }

    fn read<T>(&self, with: impl FnOnce(Node<'_, '_>) -> T) -> Option<T> {
        storage_xml::read(&self.storage, with)
    }
}

fn collect(node: Node<'_, '_>, words: &mut String) {
    for child in node.children() {
        if let Some(text) = child.text().filter(|_| child.is_text()) {
            words.push_str(text);
        } else if child.is_element() && !matches!(child.tag_name().name(), "time" | "task-list") {
            collect(child, words);
            if matches!(child.tag_name().name(), "p" | "br" | "li") {
                words.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::TaskStatus;
    use super::*;

    fn task(storage: &str) -> Task {
        Task {
            id: "1".into(),
            local_id: None,
            space_id: None,
            page_id: None,
            status: TaskStatus::Incomplete,
            storage: storage.into(),
            assigned_to: None,
            created_by: None,
            created_at: None,
            due_at: None,
            completed_at: None,
        }
    }

    #[test]
    fn the_words_without_mention_and_date() {
        let task = task(
            "<span class=\"placeholder-inline-tasks\"><ac:link><ri:user ri:account-id=\"a\" /></ac:link> Raise the&nbsp;limit &amp; \
             alert <time datetime=\"2026-03-04\" /></span>",
        );
        assert_eq!(task.text(), "Raise the limit & alert");
        assert_eq!(task.date(), Some(jiff::civil::date(2026, 3, 4)));
    }

    #[test]
    fn a_body_that_cannot_be_read_has_no_words_and_no_date() {
        assert_eq!(
            (task("<p>half").text(), task("<p>half").date()),
            (String::new(), None)
        );
        assert_eq!(task("no date").date(), None);
    }
}
