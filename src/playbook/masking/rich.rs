//! Masking in text with markup, where a secret may stretch over several pieces: `password: *hunter2*`.
//!
//! The pieces are laid end to end as people read them, the secrets are found in that, and each piece gives up its part.

use std::ops::Range;

use super::{Found, Masked, Masker, marker};
use crate::playbook::rich_text::{Block, RichText, Span};

impl Masker {
    /// Masks a text in place. Names of people who were mentioned stay; a link whose address holds a secret loses it.
    pub fn rich(&self, text: &mut RichText) -> Masked {
        let mut masked = Masked::default();
        self.links(text, &mut masked);
        loop {
            let read = read(text);
            let found = self.find(&read);
            if found.is_empty() {
                return masked;
            }
            let mut writing = Writing {
                found: &found,
                at: 0,
                told: 0,
                masked: Masked::default(),
            };
            writing.text(text);
            // What lies in somebody's name only stays, and would be found for ever.
            if writing.masked.is_empty() {
                return masked;
            }
            masked.add(writing.masked);
        }
    }

    fn links(&self, text: &mut RichText, masked: &mut Masked) {
        for block in &mut text.blocks {
            match block {
                Block::Paragraph(spans) | Block::Quote(spans) => self.links_in(spans, masked),
                Block::List(items) => {
                    for item in items {
                        self.links_in(item, masked);
                    }
                }
                Block::Code(_) => {}
            }
        }
    }

    fn links_in(&self, spans: &mut [Span], masked: &mut Masked) {
        for span in spans {
            match span {
                Span::Link { url, label } => {
                    let (_, found) = self.mask(url);
                    if !found.is_empty() {
                        // Where the address itself is shown it is counted once, as the text that it becomes.
                        if label != url && format!("mailto:{label}") != *url {
                            masked.add(found);
                        }
                        *span = Span::Text(std::mem::take(label));
                    }
                }
                Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) => {
                    self.links_in(inner, masked);
                }
                Span::Text(_) | Span::Break | Span::Code(_) | Span::Person { .. } => {}
            }
        }
    }
}

/// What is put around code within a line when it is read: it tells where a value with blanks ends.
const TICK: &str = "`";

/// What somebody's name is read as.
const SOMEBODY: char = '\u{fffc}';

/// Lays the pieces end to end. [`Writing`] goes the same way and must count the same.
fn read(text: &RichText) -> String {
    let mut read = String::new();
    for block in &text.blocks {
        match block {
            Block::Paragraph(spans) | Block::Quote(spans) => read_spans(spans, &mut read),
            Block::Code(code) => read.push_str(code),
            Block::List(items) => {
                for item in items {
                    read_spans(item, &mut read);
                    read.push('\n');
                }
            }
        }
        read.push('\n');
    }
    read
}

fn read_spans(spans: &[Span], read: &mut String) {
    for span in spans {
        match span {
            Span::Text(text) | Span::Link { label: text, .. } => read.push_str(text),
            Span::Code(code) => {
                read.push_str(TICK);
                read.push_str(code);
                read.push_str(TICK);
            }
            Span::Break => read.push('\n'),
            Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) => {
                read_spans(inner, read);
            }
            // The name stays, so it is not looked through; a stand-in keeps what is around it apart.
            Span::Person { .. } => read.push(SOMEBODY),
        }
    }
}

/// Takes from each piece what was found in it. The marker stands in the first piece that a secret touches.
struct Writing<'f> {
    found: &'f [Found<'f>],
    /// How far the reading has come.
    at: usize,
    /// How many of the places have their marker.
    told: usize,
    /// What was taken.
    masked: Masked,
}

impl Writing<'_> {
    fn text(&mut self, text: &mut RichText) {
        for block in &mut text.blocks {
            match block {
                Block::Paragraph(spans) | Block::Quote(spans) => self.spans(spans),
                Block::Code(code) => self.piece(code),
                Block::List(items) => {
                    for item in items {
                        self.spans(item);
                        self.at += 1;
                    }
                }
            }
            self.at += 1;
        }
        // What lay wholly within a secret leaves nothing behind.
        text.blocks.retain(|block| match block {
            Block::Paragraph(spans) | Block::Quote(spans) => !spans.is_empty(),
            Block::Code(code) => !code.is_empty(),
            Block::List(items) => items.iter().any(|item| !item.is_empty()),
        });
    }

    fn spans(&mut self, spans: &mut Vec<Span>) {
        for span in spans.iter_mut() {
            match span {
                Span::Text(text) | Span::Link { label: text, .. } => self.piece(text),
                Span::Code(code) => {
                    self.at += TICK.len();
                    self.piece(code);
                    self.at += TICK.len();
                }
                Span::Break => {
                    if self.is_within(self.at) {
                        *span = Span::Text(String::new());
                    }
                    self.at += 1;
                }
                Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) => {
                    self.spans(inner);
                }
                Span::Person { .. } => self.at += SOMEBODY.len_utf8(),
            }
        }
        spans.retain(|span| match span {
            Span::Text(text) | Span::Code(text) | Span::Link { label: text, .. } => {
                !text.is_empty()
            }
            Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) => !inner.is_empty(),
            Span::Break | Span::Person { .. } => true,
        });
    }

    /// Whether a new line lies in the middle of a secret, as those of a private key do.
    fn is_within(&self, at: usize) -> bool {
        let next = self.found.partition_point(|place| place.range.end <= at);
        self.found
            .get(next)
            .is_some_and(|place| place.range.start < at)
    }

    fn piece(&mut self, piece: &mut String) {
        if piece.is_empty() {
            return;
        }
        let here = self.at..self.at + piece.len();
        self.at = here.end;
        let first = self
            .found
            .partition_point(|place| place.range.end <= here.start);
        let mut without = String::new();
        let mut kept = here.start;
        for (index, place) in self.found.iter().enumerate().skip(first) {
            if place.range.start >= here.end {
                break;
            }
            let hidden = overlap(&place.range, &here);
            without.push_str(&piece[kept - here.start..hidden.start - here.start]);
            if index >= self.told {
                without.push_str(&marker(place.kind));
                self.masked.count(place.kind);
                self.told = index + 1;
            }
            kept = hidden.end;
        }
        if kept > here.start || !without.is_empty() {
            without.push_str(&piece[kept - here.start..]);
            *piece = without;
        }
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.max(other.start)..one.end.min(other.end)
}
