//! Rich text cut to the bytes that it will take in storage format, markup included.

use crate::playbook::rich_text::{Block, RichText, Span};

use super::super::link::Link;
use super::super::text;

/// Deeper markup is shown without it: nobody reads bold within bold, and a page has to stay parseable.
const DEEPEST: usize = 6;
/// The least room that is worth beginning something in.
const WORTHWHILE: usize = 8;
/// What the longest pair of tags within a line takes; the others are not worth counting one by one.
const TAGS: usize = "<strong></strong>".len();
/// What a quotation's markup takes.
const QUOTE: usize = "<blockquote><p></p></blockquote>".len();
/// What a code macro's markup takes, and a little more.
const CODE: usize = 120;

/// At most `limit` bytes once it is written, or a little more.
pub(super) fn cut(rich: &RichText, limit: usize) -> RichText {
    let mut budget = Budget {
        left: limit,
        is_spent: false,
    };
    let mut blocks = Vec::new();
    for block in &rich.blocks {
        if budget.is_spent {
            break;
        }
        let cost = match block {
            Block::Code(_) => CODE,
            Block::Quote(_) => QUOTE,
            Block::Paragraph(_) | Block::List(_) => TAGS,
        };
        if blocks.is_empty() || budget.pays(cost) {
            blocks.push(budget.block(block));
        } else {
            blocks.push(Block::Paragraph(vec![ellipsis()]));
        }
    }
    RichText { blocks }
}

fn ellipsis() -> Span {
    Span::Text("…".to_owned())
}

struct Budget {
    left: usize,
    is_spent: bool,
}

impl Budget {
    /// Takes the cost where there is room for it and for something to read after it; else nothing is written any more.
    fn pays(&mut self, cost: usize) -> bool {
        match self.left.checked_sub(cost) {
            Some(left) if left >= WORTHWHILE => {
                self.left = left;
                true
            }
            Some(_) | None => {
                self.is_spent = true;
                false
            }
        }
    }

    fn block(&mut self, block: &Block) -> Block {
        match block {
            Block::Paragraph(spans) => Block::Paragraph(self.spans(spans, 0)),
            Block::Quote(spans) => Block::Quote(self.spans(spans, 0)),
            Block::Code(code) => Block::Code(self.text(code)),
            Block::List(items) => {
                let mut kept = Vec::new();
                for item in items {
                    if self.is_spent {
                        break;
                    }
                    kept.push(if self.pays(TAGS) {
                        self.spans(item, 0)
                    } else {
                        vec![ellipsis()]
                    });
                }
                Block::List(kept)
            }
        }
    }

    fn spans(&mut self, spans: &[Span], depth: usize) -> Vec<Span> {
        let mut kept = Vec::new();
        for span in spans {
            if self.is_spent {
                break;
            }
            let cost = match span {
                Span::Text(_) => 0,
                Span::Break => "<br/>".len(),
                Span::Strong(_) | Span::Emphasis(_) | Span::Struck(_) | Span::Code(_) => TAGS,
                Span::Link { url, label } => link_cost(url, label),
                Span::Person { name, .. } => text::escaped_len(name) + 1,
            };
            kept.push(if self.pays(cost) {
                self.span(span, depth)
            } else {
                ellipsis()
            });
        }
        kept
    }

    fn span(&mut self, span: &Span, depth: usize) -> Span {
        let is_deepest = depth >= DEEPEST;
        match span {
            Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) if is_deepest => {
                let words = RichText {
                    blocks: vec![Block::Paragraph(inner.clone())],
                };
                Span::Text(self.text(&words.to_plain()))
            }
            Span::Text(text) => Span::Text(self.text(text)),
            Span::Strong(inner) => Span::Strong(self.spans(inner, depth + 1)),
            Span::Emphasis(inner) => Span::Emphasis(self.spans(inner, depth + 1)),
            Span::Struck(inner) => Span::Struck(self.spans(inner, depth + 1)),
            Span::Code(code) => Span::Code(self.text(code)),
            Span::Break | Span::Link { .. } | Span::Person { .. } => span.clone(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let text = text::clean(text);
        let size = text::escaped_len(&text);
        if let Some(left) = self.left.checked_sub(size) {
            self.left = left;
            return text;
        }
        let cut = text::cut_escaped(&text, self.left);
        self.is_spent = true;
        cut
    }
}

fn link_cost(url: &str, label: &str) -> usize {
    let of_text = text::escaped_len(url).max(text::escaped_len(label));
    match Link::new(url) {
        Some(link) => {
            "<a href=\"\"></a>".len()
                + text::escaped_len(&link.url)
                + text::escaped_len(&link.shown(label))
        }
        None => of_text,
    }
}
