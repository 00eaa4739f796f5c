//! Reading a task's body: its words and its date.

use jiff::civil::Date;
use roxmltree::{Document, Node, ParsingOptions};

use super::Task;

/// Storage format uses prefixes without declaring them, and HTML's named entities.
const WRAP: (&str, &str) = (
    "<!DOCTYPE r [<!ENTITY nbsp '&#160;'><!ENTITY ndash '&#8211;'><!ENTITY mdash '&#8212;'><!ENTITY hellip '&#8230;'>\
     <!ENTITY lsquo '&#8216;'><!ENTITY rsquo '&#8217;'><!ENTITY ldquo '&#8220;'><!ENTITY rdquo '&#8221;'>\
     <!ENTITY auml '&#228;'><!ENTITY ouml '&#246;'><!ENTITY uuml '&#252;'><!ENTITY Auml '&#196;'><!ENTITY Ouml '&#214;'>\
     <!ENTITY Uuml '&#220;'><!ENTITY szlig '&#223;'><!ENTITY eacute '&#233;'><!ENTITY egrave '&#232;'>\
     <!ENTITY euro '&#8364;'><!ENTITY rarr '&#8594;'><!ENTITY larr '&#8592;'><!ENTITY bull '&#8226;'>]>\
     <r xmlns:ac=\"ac\" xmlns:ri=\"ri\">",
    "</r>",
);

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
        let text = format!("{}{}{}", WRAP.0, self.storage, WRAP.1);
        let options = ParsingOptions {
            allow_dtd: true,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(&text, options).ok()?;
        Some(with(document.root_element()))
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
