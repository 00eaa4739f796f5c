//! What each event of the Markdown parser becomes: text, emphasis, code, links; and which begin a block.

use pulldown_cmark::{BlockQuoteKind, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::super::fragment::{Element, Form, Level, Panel, Writer};
use super::super::link::Link;
use super::Fault;
use super::blocks::{Block, Place, Reader, raw_html};
use super::tokens::{Part, Printed};

impl<'a> Reader<'a> {
    pub(super) fn event(
        &mut self,
        event: Event<'a>,
        offset: usize,
        place: Place,
        writer: &mut Writer,
    ) -> Result<(), Fault> {
        match event {
            Event::Start(tag) => return self.tag(tag, offset, place, writer),
            Event::Text(text) => return self.text(&text, offset, place, writer),
            Event::Code(code) => {
                let code = self.plain(&code, offset, "code")?;
                writer.within(Element::Code, |writer| writer.text(&code));
            }
            Event::SoftBreak => writer.new_line(),
            Event::HardBreak => writer.line_break(),
            Event::Rule => writer.rule(),
            Event::Html(_) | Event::InlineHtml(_) => return Err(raw_html(offset)),
            Event::End(_)
            | Event::TaskListMarker(_)
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => return Err(not_kept(offset, place)),
        }
        Ok(())
    }

    fn tag(
        &mut self,
        tag: Tag<'a>,
        offset: usize,
        place: Place,
        writer: &mut Writer,
    ) -> Result<(), Fault> {
        let block = match tag {
            Tag::Emphasis => {
                return writer.within(Element::Emphasis, |w| self.content(Place::Line, w));
            }
            Tag::Strong => return writer.within(Element::Strong, |w| self.content(Place::Line, w)),
            Tag::Strikethrough => {
                return writer.within(Element::Struck, |w| self.content(Place::Line, w));
            }
            Tag::Link {
                link_type,
                dest_url,
                title,
                id: _,
            } if title.is_empty() => return self.link(link_type, &dest_url, offset, writer),
            Tag::Link { .. } => {
                return Err(Fault {
                    offset,
                    detail: "Confluence keeps no titles of links; leave it out".to_owned(),
                });
            }
            Tag::Image { .. } => {
                return Err(Fault {
                    offset,
                    detail: "pictures are not taken; link to it instead".to_owned(),
                });
            }
            Tag::HtmlBlock => return Err(raw_html(offset)),
            Tag::Paragraph => Block::Paragraph,
            Tag::Heading { level, .. } => Block::Heading(heading_level(level)),
            Tag::BlockQuote(None) => Block::Quote,
            Tag::BlockQuote(Some(kind)) => Block::Panel(panel(kind)),
            Tag::CodeBlock(_) => Block::Code,
            Tag::List(Some(_)) => Block::List(Element::Numbers),
            Tag::List(None) => Block::List(Element::Bullets),
            Tag::Table(_) => Block::Table,
            Tag::Item
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => return Err(not_kept(offset, place)),
        };
        match place {
            Place::Anywhere => {
                self.block(block, offset, writer)?;
                writer.new_line();
                Ok(())
            }
            Place::Line | Place::Task => Err(not_kept(offset, place)),
        }
    }

    fn text(
        &self,
        text: &str,
        offset: usize,
        place: Place,
        writer: &mut Writer,
    ) -> Result<(), Fault> {
        for part in self.tokens.parts(text) {
            match part {
                Part::Own(own) => writer.text(own),
                Part::Printed(Printed::Text(text)) => writer.text(text),
                Part::Printed(Printed::Fragment(fragment)) => {
                    if fragment.form() == Form::Block && place != Place::Anywhere {
                        return Err(Fault {
                            offset,
                            detail: "this piece stands by itself; print it on a line of its own, with an empty line before and after"
                                .to_owned(),
                        });
                    }
                    writer.fragment(fragment);
                }
            }
        }
        Ok(())
    }

    /// A link whose address the template wrote has to be one; where a value makes it none, its text stands alone.
    fn link(
        &mut self,
        kind: LinkType,
        written: &str,
        offset: usize,
        writer: &mut Writer,
    ) -> Result<(), Fault> {
        let address = self.plain(written, offset, "the address of a link")?;
        let is_own = address == written;
        let of_mail = if kind == LinkType::Email {
            Some(address.as_str())
        } else {
            address.strip_prefix("mailto:")
        };
        match (Link::new(&address), of_mail) {
            (None, Some(mail)) if is_own => {
                writer.mail_link(mail, |writer| self.content(Place::Line, writer))
            }
            (Some(link), _) => {
                let label = self.label()?;
                writer.link(&link, |writer| self.content(Place::Line, writer))?;
                if let Some(label) = label
                    && link.shown(&label) != label
                {
                    writer.text(&format!(" ({})", link.host));
                }
                Ok(())
            }
            (None, _) if is_own => Err(Fault {
                offset,
                detail: format!(
                    "`{address}` is no address that Confluence can follow; it begins with https://, http:// or mailto:"
                ),
            }),
            (None, _) => self.content(Place::Line, writer),
        }
    }

    /// What is shown for the link, where text from outside is part of it.
    fn label(&self) -> Result<Option<String>, Fault> {
        let mut label = String::new();
        let mut is_outside = false;
        for event in self.until(TagEnd::Link) {
            if let Event::Text(text) | Event::Code(text) = event {
                let shown = self.plain(text, 0, "a link")?;
                is_outside |= shown != **text;
                label.push_str(&shown);
            }
        }
        Ok(is_outside.then_some(label))
    }
}

fn heading_level(level: HeadingLevel) -> Level {
    match level {
        HeadingLevel::H1 => Level::One,
        HeadingLevel::H2 => Level::Two,
        HeadingLevel::H3 => Level::Three,
        HeadingLevel::H4 => Level::Four,
        HeadingLevel::H5 => Level::Five,
        HeadingLevel::H6 => Level::Six,
    }
}

fn panel(kind: BlockQuoteKind) -> Panel {
    match kind {
        BlockQuoteKind::Note => Panel::Info,
        BlockQuoteKind::Tip => Panel::Tip,
        BlockQuoteKind::Important => Panel::Note,
        BlockQuoteKind::Warning | BlockQuoteKind::Caution => Panel::Warning,
    }
}

fn not_kept(offset: usize, place: Place) -> Fault {
    let detail = match place {
        Place::Task => "a task holds one line of text and tasks below it, nothing else",
        Place::Line | Place::Anywhere => "this cannot stand here: Confluence would not keep it",
    };
    Fault {
        offset,
        detail: detail.to_owned(),
    }
}
