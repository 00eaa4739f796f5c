//! Reading tasks: the words and the date in a task's body, and the tasks in a page's.

use jiff::civil::Date;
use roxmltree::Node;

use super::stored::{AC, RI, Stored};
use super::{Task, TaskStatus};

impl Task {
    /// What is to be done, as plain words: mentions and the date left out, white space folded. Empty where the body holds
    /// no words, and for a body that cannot be read.
    pub fn text(&self) -> String {
        Stored::new(&self.storage)
            .read(words_of)
            .unwrap_or_default()
    }

    /// The date its writer picked: the first one in the body, without those of tasks inside it. The API's `dueAt` is an
    /// instant of which it is not told whose midnight it is.
    pub fn date(&self) -> Option<Date> {
        Stored::new(&self.storage).read(date_of)?
    }
}

/// A task as it stands in a page's body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct WrittenTask {
    /// Unique in its page.
    pub(super) local_id: String,
    pub(super) status: TaskStatus,
    /// The inside of its body.
    pub(super) storage: String,
    /// The user key of the first person mentioned.
    pub(super) assignee: Option<String>,
    /// The first date.
    pub(super) due: Option<Date>,
    /// Its plain words.
    pub(super) text: String,
}

/// The tasks of a page's body in their order, those inside others too; none where the body cannot be read.
pub(super) fn written_tasks(storage: &str) -> Option<Vec<WrittenTask>> {
    let stored = Stored::new(storage);
    stored.read(|root| {
        root.descendants()
            .filter(|node| node.has_tag_name((AC, "task")))
            .enumerate()
            .map(|(place, task)| written(&stored, place, task))
            .collect()
    })
}

fn written(stored: &Stored, place: usize, task: Node<'_, '_>) -> WrittenTask {
    let child = |name: &str| task.children().find(|child| child.has_tag_name((AC, name)));
    let text = |name: &str| child(name).and_then(|child| child.text()).map(str::trim);
    let body = child("task-body");
    WrittenTask {
        // A list that was written without ids has some once it is saved; until then its place has to do.
        local_id: text("task-id")
            .filter(|id| !id.is_empty())
            .map_or_else(|| format!("at{place}"), str::to_owned),
        status: if text("task-status") == Some("complete") {
            TaskStatus::Complete
        } else {
            TaskStatus::Incomplete
        },
        storage: body
            .map(|body| stored.inside(body).to_owned())
            .unwrap_or_default(),
        assignee: body.and_then(assignee_of),
        due: body.and_then(date_of),
        text: body.map(words_of).unwrap_or_default(),
    }
}

/// The user key of the first person mentioned. One who is mentioned by username alone is nobody that we know.
fn assignee_of(body: Node<'_, '_>) -> Option<String> {
    own(body)
        .find(|node| node.has_tag_name((RI, "user")))
        .and_then(|user| user.attribute((RI, "userkey")))
        .map(str::to_owned)
}

fn date_of(body: Node<'_, '_>) -> Option<Date> {
    own(body)
        .find(|node| node.has_tag_name("time"))
        .and_then(|node| node.attribute("datetime"))
        .and_then(|date| date.parse().ok())
}

/// What is below a task's body, without the tasks inside it.
fn own<'a, 'input: 'a>(body: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    body.descendants().filter(move |node| {
        node.ancestors()
            .take_while(|above| *above != body)
            .all(|above| !above.has_tag_name((AC, "task-list")))
    })
}

fn words_of(body: Node<'_, '_>) -> String {
    let mut words = String::new();
    collect(body, &mut words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
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

    #[test]
    fn the_dates_of_tasks_inside_are_theirs() {
        let task = task(
            "Outer<ac:task-list><ac:task><ac:task-body>Inner <time datetime=\"2026-03-04\" /></ac:task-body></ac:task></ac:task-list>",
        );
        assert_eq!((task.text().as_str(), task.date()), ("Outer", None));
    }

    #[test]
    fn any_named_entity_is_read() {
        let task = task("Fix &Auml;rger &times; 2 &ndash; &unheardof; now");
        assert_eq!(task.text(), "Fix Ärger × 2 – \u{fffd} now");
        assert_eq!(
            super::written_tasks("<p>&amp;&nbsp;&copy;</p>"),
            Some(Vec::new())
        );
    }

    #[test]
    fn tasks_are_read_from_a_page() {
        let page = "<h1>Actions&nbsp;</h1><ac:task-list ac:task-list-id=\"x\">\
            <ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>\
            <span class=\"placeholder-inline-tasks\"><ac:link><ri:user ri:userkey=\"8a01\" /></ac:link> Raise it \
            <time datetime=\"2026-03-04\" /> and <ac:link><ri:user ri:userkey=\"8a02\" /></ac:link></span>\
            <ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>complete</ac:task-status>\
            <ac:task-body>Inner <time datetime=\"2026-03-01\" /></ac:task-body></ac:task></ac:task-list>\
            </ac:task-body></ac:task>\
            <ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body>Nobody's</ac:task-body></ac:task>\
            <ac:task><ac:task-id>9</ac:task-id></ac:task></ac:task-list>";
        let tasks = written_tasks(page).unwrap_or_default();
        let told: Vec<_> = tasks
            .iter()
            .map(|task| {
                (
                    task.local_id.as_str(),
                    task.status,
                    task.text.as_str(),
                    task.assignee.as_deref(),
                    task.due.map(|due| due.to_string()),
                )
            })
            .collect();
        let open = TaskStatus::Incomplete;
        assert_eq!(
            told,
            [
                (
                    "1",
                    open,
                    "Raise it and",
                    Some("8a01"),
                    Some("2026-03-04".into())
                ),
                (
                    "7",
                    TaskStatus::Complete,
                    "Inner",
                    None,
                    Some("2026-03-01".into())
                ),
                ("at2", open, "Nobody's", None, None),
                ("9", open, "", None, None),
            ]
        );
        assert!(tasks[0].storage.starts_with("<span class"));
        assert_eq!(written_tasks("<p>half"), None);
    }
}
