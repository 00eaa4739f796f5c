//! Paragraphs, headings, lists, tables, code and panels.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::super::fragment::{Element, Form, Fragment, Level, Panel, TaskStatus, Writer};
use super::tokens::{Part, Printed, Tokens};
use super::{Fault, text};

/// Numbers of tasks begin here, far from those of the piece `corrective_actions`: a number may come only once on a page.
const FIRST_TASK: usize = 101;

/// Something that stands by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph,
    Heading(Level),
    Quote,
    Panel(Panel),
    Code,
    /// Its element where it is none of tasks.
    List(Element),
    Table,
}

/// Where something stands, and so what may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the page, in a panel, in a cell or an item: lines and blocks.
    Anywhere,
    /// In a line of text, where nothing that stands by itself can be.
    Line,
    /// In a task: a line of text, and tasks below it.
    Task,
}

/// Reads the events of a Markdown text, from the first to the last.
pub(super) struct Reader<'a> {
    events: Vec<(Event<'a>, Range<usize>)>,
    next: usize,
    pub(super) tokens: &'a Tokens,
    tasks: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(events: Vec<(Event<'a>, Range<usize>)>, tokens: &'a Tokens) -> Self {
        Self {
            events,
            next: 0,
            tokens,
            tasks: FIRST_TASK,
        }
    }

    pub(super) fn take(&mut self) -> Option<(Event<'a>, usize)> {
        let (event, range) = self.events.get(self.next)?.clone();
        self.next += 1;
        Some((event, range.start))
    }

    fn peek(&self) -> Option<&Event<'a>> {
        self.events.get(self.next).map(|(event, _)| event)
    }

    /// Events up to the next end of that kind, which are not taken.
    pub(super) fn until(&self, end: TagEnd) -> impl Iterator<Item = &Event<'a>> {
        self.events[self.next..]
            .iter()
            .map(|(event, _)| event)
            .take_while(move |event| **event != Event::End(end))
    }

    /// Everything up to the end of what it stands in, which is taken.
    pub(super) fn content(&mut self, place: Place, writer: &mut Writer) -> Result<(), Fault> {
        while let Some((event, offset)) = self.take() {
            if let Event::End(_) = event {
                break;
            }
            self.event(event, offset, place, writer)?;
        }
        Ok(())
    }

    /// A block that the rest of the page stands beside.
    pub(super) fn block(
        &mut self,
        block: Block,
        offset: usize,
        writer: &mut Writer,
    ) -> Result<(), Fault> {
        match block {
            Block::Paragraph => self.paragraph(writer),
            Block::Heading(level) => writer.within(Element::Heading(level), |writer| {
                self.content(Place::Line, writer)
            }),
            Block::Quote => writer.within(Element::Quote, |writer| {
                self.content(Place::Anywhere, writer)
            }),
            Block::Panel(panel) => {
                writer.panel(panel, |writer| self.content(Place::Anywhere, writer))
            }
            Block::Code => self.code(writer),
            Block::List(element) => self.list(element, offset, writer),
            Block::Table => writer.within(Element::Table, |writer| {
                writer.within(Element::TableBody, |writer| self.rows(writer))
            }),
        }
    }

    /// A paragraph, or the pieces that stand there by themselves.
    fn paragraph(&mut self, writer: &mut Writer) -> Result<(), Fault> {
        let Some(pieces) = self.pieces() else {
            return writer.within(Element::Paragraph, |writer| {
                self.content(Place::Line, writer)
            });
        };
        for piece in pieces {
            writer.fragment(piece);
        }
        while let Some((event, _)) = self.take() {
            if event == Event::End(TagEnd::Paragraph) {
                break;
            }
        }
        Ok(())
    }

    /// The fragments that the paragraph consists of, where it consists of nothing else.
    fn pieces(&self) -> Option<Vec<&'a Fragment>> {
        let mut pieces = Vec::new();
        for event in self.until(TagEnd::Paragraph) {
            if matches!(event, Event::SoftBreak | Event::HardBreak) {
                continue;
            }
            let Event::Text(line) = event else {
                return None;
            };
            let tokens: &'a Tokens = self.tokens;
            for part in tokens.parts(line) {
                match part {
                    Part::Printed(Printed::Fragment(fragment))
                        if fragment.form() == Form::Block =>
                    {
                        pieces.push(fragment);
                    }
                    Part::Own(own) if own.trim().is_empty() => {}
                    Part::Own(_) | Part::Printed(_) => return None,
                }
            }
        }
        (!pieces.is_empty()).then_some(pieces)
    }

    fn code(&mut self, writer: &mut Writer) -> Result<(), Fault> {
        let mut code = String::new();
        while let Some((event, offset)) = self.take() {
            if let Event::Text(line) = event {
                code.push_str(&self.plain(&line, offset, "code")?);
            } else {
                break;
            }
        }
        writer.code_macro(code.trim_end_matches('\n'));
        Ok(())
    }

    fn list(&mut self, element: Element, offset: usize, writer: &mut Writer) -> Result<(), Fault> {
        if self.is_task() {
            return writer.within(Element::TaskList, |writer| self.tasks(offset, writer));
        }
        writer.within(element, |writer| {
            while let Some((Event::Start(_), offset)) = self.take() {
                if self.begins_with_a_box() {
                    return Err(mixed(offset));
                }
                writer.within(Element::Item, |writer| {
                    self.content(Place::Anywhere, writer)
                })?;
            }
            Ok(())
        })
    }

    /// Whether the item that comes next is a task.
    fn is_task(&self) -> bool {
        let item = self.events.get(self.next..).unwrap_or_default();
        matches!(item, [(Event::Start(Tag::Item), _), rest @ ..] if is_box(rest))
    }

    /// Whether the item whose start was taken is a task.
    fn begins_with_a_box(&self) -> bool {
        is_box(self.events.get(self.next..).unwrap_or_default())
    }

    fn tasks(&mut self, mut offset: usize, writer: &mut Writer) -> Result<(), Fault> {
        while self.is_task() {
            self.take();
            if let Some(Event::Start(Tag::Paragraph)) = self.peek() {
                self.take();
            }
            let status = match self.take() {
                Some((Event::TaskListMarker(true), _)) => TaskStatus::Complete,
                _ => TaskStatus::Incomplete,
            };
            let number = self.tasks;
            self.tasks += 1;
            writer.task(number, status, |writer| self.task_text(writer))?;
            offset = self
                .events
                .get(self.next)
                .map_or(offset, |(_, at)| at.start);
        }
        match self.take() {
            Some((Event::End(_), _)) | None => Ok(()),
            Some(_) => Err(mixed(offset)),
        }
    }

    /// A task holds a line of text, and tasks below it.
    fn task_text(&mut self, writer: &mut Writer) -> Result<(), Fault> {
        while let Some((event, offset)) = self.take() {
            if event == Event::End(TagEnd::Paragraph) {
                continue;
            }
            if let Event::End(_) = event {
                break;
            }
            if self.is_task() && matches!(event, Event::Start(Tag::List(_))) {
                writer.within(Element::TaskList, |writer| self.tasks(offset, writer))?;
            } else {
                self.event(event, offset, Place::Task, writer)?;
            }
        }
        Ok(())
    }

    /// The rows of a table, its heading first. How columns are aligned is not kept.
    fn rows(&mut self, writer: &mut Writer) -> Result<(), Fault> {
        while let Some((Event::Start(row), _)) = self.take() {
            let cell = if row == Tag::TableHead {
                Element::TableHeading
            } else {
                Element::TableCell
            };
            writer.within(Element::TableRow, |writer| {
                while let Some((Event::Start(Tag::TableCell), _)) = self.take() {
                    writer.within(cell, |writer| self.content(Place::Anywhere, writer))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Text in which only other text may stand.
    pub(super) fn plain(&self, line: &str, offset: usize, place: &str) -> Result<String, Fault> {
        let mut plain = String::new();
        for part in self.tokens.parts(line) {
            match part {
                Part::Own(own) => plain.push_str(own),
                Part::Printed(Printed::Text(text)) => plain.push_str(text),
                Part::Printed(Printed::Fragment(_)) => {
                    return Err(Fault {
                        offset,
                        detail: format!("a piece of the page cannot be printed in {place}"),
                    });
                }
            }
        }
        Ok(text::clean(&plain))
    }
}

fn is_box(events: &[(Event<'_>, Range<usize>)]) -> bool {
    matches!(
        events,
        [(Event::TaskListMarker(_), _), ..]
            | [
                (Event::Start(Tag::Paragraph), _),
                (Event::TaskListMarker(_), _),
                ..
            ]
    )
}

pub(super) fn raw_html(offset: usize) -> Fault {
    Fault {
        offset,
        detail: "raw HTML is not taken; write Markdown, `{# … #}` for a remark, and `&lt;` for `<`"
            .to_owned(),
    }
}

fn mixed(offset: usize) -> Fault {
    Fault {
        offset,
        detail: "Confluence keeps no list in which tasks and other items are mixed; part them by a line of text"
            .to_owned(),
    }
}
