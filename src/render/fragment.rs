//! Pieces of storage format as typed values, so that templates may print markup although nothing can be declared safe.
//!
//! That outside text never becomes markup rests on this file and the formatter:
//! - A [`Fragment`] is made in two ways only, and its text is private to this file: by a [`Writer`], or by
//!   [`Fragment::proved`] from a whole template of storage format, in which the formatter has escaped every value.
//! - A writer takes markup from the closed set of [`Element`]s and macros here, never from a caller. Characters come in by
//!   [`Writer::text`], [`Writer::code_macro`] and the attributes' own functions, and each of them escapes.
//! - Elements are closed by the function that opened them, so a fragment is well-formed whatever goes into it.
//! - The formatter prints a fragment as it is in templates of storage format only, and refuses it everywhere else.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use minijinja::value::{Object, ObjectRepr};
use minijinja::{OutputSpan, Value};

use super::error::RenderError;
use super::link::Link;
use super::story::MentionBy;
use super::{storage, text};

/// Where a fragment may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Within a line.
    Inline,
    /// By itself: paragraphs, lists, code.
    Block,
}

/// A piece of storage format, well-formed by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    storage: String,
    form: Form,
}

impl Fragment {
    /// What a template of storage format came to: its values escaped by the formatter, its whole proved to be well-formed.
    pub(crate) fn proved(
        template: &str,
        rendered: &str,
        spans: &[OutputSpan],
    ) -> Result<Self, RenderError> {
        storage::prove(template, rendered, spans)?;
        Ok(Self {
            storage: storage::tidy(rendered),
            form: Form::Block,
        })
    }

    pub(crate) fn storage(&self) -> &str {
        &self.storage
    }

    pub(crate) fn form(&self) -> Form {
        self.form
    }

    pub(crate) fn value(self) -> Value {
        Value::from_object(self)
    }
}

impl Object for Fragment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    /// What a filter that wants text makes of it: the formatter will escape that like any other text.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.storage)
    }
}

/// Every element a writer can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Paragraph,
    Heading(Level),
    Strong,
    Emphasis,
    Struck,
    Code,
    Quote,
    Bullets,
    Numbers,
    Item,
    Table,
    TableBody,
    TableRow,
    TableHeading,
    TableCell,
    TaskList,
}

/// The level of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
}

impl Element {
    fn tag(self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Heading(Level::One) => "h1",
            Self::Heading(Level::Two) => "h2",
            Self::Heading(Level::Three) => "h3",
            Self::Heading(Level::Four) => "h4",
            Self::Heading(Level::Five) => "h5",
            Self::Heading(Level::Six) => "h6",
            Self::Strong => "strong",
            Self::Emphasis => "em",
            Self::Struck => "del",
            Self::Code => "code",
            Self::Quote => "blockquote",
            Self::Bullets => "ul",
            Self::Numbers => "ol",
            Self::Item => "li",
            Self::Table => "table",
            Self::TableBody => "tbody",
            Self::TableRow => "tr",
            Self::TableHeading => "th",
            Self::TableCell => "td",
            Self::TaskList => "ac:task-list",
        }
    }
}

/// A coloured box around text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    Info,
    Note,
    Tip,
    Warning,
}

/// Whether a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskStatus {
    Complete,
    Incomplete,
}

const CODE_OPEN: &str = "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[";
const CODE_CLOSE: &str = "]]></ac:plain-text-body></ac:structured-macro>";

/// Writes a fragment.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    storage: String,
}

impl Writer {
    pub(crate) fn finish(self, form: Form) -> Fragment {
        Fragment {
            storage: self.storage,
            form,
        }
    }

    /// Text from outside, or ours.
    pub(crate) fn text(&mut self, text: &str) {
        self.storage
            .push_str(&text::escape_markup(&text::clean(text)));
    }

    pub(crate) fn fragment(&mut self, fragment: &Fragment) {
        self.storage.push_str(&fragment.storage);
    }

    pub(crate) fn line_break(&mut self) {
        self.storage.push_str("<br/>");
    }

    pub(crate) fn rule(&mut self) {
        self.storage.push_str("<hr/>");
    }

    /// A new line in the source, for whoever reads it there.
    pub(crate) fn new_line(&mut self) {
        self.storage.push('\n');
    }

    /// An element around what `inside` writes.
    pub(crate) fn within<T>(&mut self, element: Element, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.tagged(element.tag(), inside)
    }

    pub(crate) fn link<T>(&mut self, to: &Link, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.attributed("a", "href", &to.url, inside)
    }

    /// A link that opens a mail to be written.
    pub(crate) fn mail_link<T>(&mut self, address: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.attributed("a", "href", &format!("mailto:{address}"), inside)
    }

    /// A mention, which notifies whoever it is.
    pub(crate) fn mention(&mut self, by: MentionBy, account: &str) {
        let attribute = match by {
            MentionBy::AccountId => "ri:account-id",
            MentionBy::UserKey => "ri:userkey",
        };
        let account = text::escape_markup(&text::line(account));
        self.storage.push_str(&format!(
            "<ac:link><ri:user {attribute}=\"{account}\"/></ac:link>"
        ));
    }

    /// A date as the editor shows one; in a task it is when the task is due.
    pub(crate) fn day(&mut self, day: Date) {
        self.storage
            .push_str(&format!("<time datetime=\"{day}\"/>"));
    }

    pub(crate) fn panel<T>(&mut self, panel: Panel, inside: impl FnOnce(&mut Self) -> T) -> T {
        let name = match panel {
            Panel::Info => "info",
            Panel::Note => "note",
            Panel::Tip => "tip",
            Panel::Warning => "warning",
        };
        self.storage.push_str(&format!(
            "<ac:structured-macro ac:name=\"{name}\"><ac:rich-text-body>"
        ));
        let result = inside(self);
        self.storage
            .push_str("</ac:rich-text-body></ac:structured-macro>");
        result
    }

    /// A block of code. `]]>` would end it, so it is parted between two sections of it.
    pub(crate) fn code_macro(&mut self, code: &str) {
        self.storage.push_str(CODE_OPEN);
        self.storage
            .push_str(&text::clean(code).replace("]]>", "]]]]><![CDATA[>"));
        self.storage.push_str(CODE_CLOSE);
    }

    /// A task of a task list. Its number is the page's own and has to be another one for each task of the page.
    pub(crate) fn task<T>(
        &mut self,
        number: usize,
        status: TaskStatus,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let status = match status {
            TaskStatus::Complete => "complete",
            TaskStatus::Incomplete => "incomplete",
        };
        self.storage.push_str(&format!(
            "<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>{status}</ac:task-status><ac:task-body>"
        ));
        let result = inside(self);
        self.storage.push_str("</ac:task-body></ac:task>");
        result
    }

    fn attributed<T>(
        &mut self,
        tag: &'static str,
        attribute: &'static str,
        value: &str,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let value = text::escape_markup(&text::line(value));
        self.storage
            .push_str(&format!("<{tag} {attribute}=\"{value}\">"));
        let result = inside(self);
        self.storage.push_str(&format!("</{tag}>"));
        result
    }

    fn tagged<T>(&mut self, tag: &'static str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.storage.push_str(&format!("<{tag}>"));
        let result = inside(self);
        self.storage.push_str(&format!("</{tag}>"));
        result
    }
}
