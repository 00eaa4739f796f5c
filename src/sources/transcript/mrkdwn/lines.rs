//! Lines put together to paragraphs, quotations, lists and blocks of code.

use super::{Piece, marks};
use crate::playbook::rich_text::{Block, Span};

/// What bullets look like: what Slack makes of a list, and what people type.
const BULLETS: [char; 7] = ['•', '◦', '▪', '‣', '○', '■', '-'];

/// What kind of block is being put together.
enum Open {
    Nothing,
    Paragraph(Vec<Span>),
    Quote(Vec<Span>),
    List(Vec<Vec<Span>>),
}

/// What a line is.
enum Line {
    Blank,
    Running(Vec<Span>),
    Quoted(Vec<Span>),
    Item(Vec<Span>),
}

/// Whether everything from here on is a quotation: `>>>` says so.
enum Rest {
    AsWritten,
    Quoted,
}

struct Writer {
    blocks: Vec<Block>,
    open: Open,
    rest: Rest,
}

impl Writer {
    fn close(&mut self) {
        let block = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => return,
            Open::Paragraph(spans) => Block::Paragraph(spans),
            Open::Quote(spans) => Block::Quote(spans),
            Open::List(items) => Block::List(items),
        };
        self.blocks.push(block);
    }

    fn line(&mut self, line: Vec<Piece>) {
        let line = self.read(line);
        match (line, &mut self.open) {
            (Line::Running(spans), Open::Paragraph(open))
            | (Line::Quoted(spans), Open::Quote(open)) => {
                open.push(Span::Break);
                open.extend(spans);
            }
            (Line::Item(spans), Open::List(items)) => items.push(spans),
            (Line::Blank, _) => self.close(),
            (Line::Running(spans), _) => self.begin(Open::Paragraph(spans)),
            (Line::Quoted(spans), _) => self.begin(Open::Quote(spans)),
            (Line::Item(spans), _) => self.begin(Open::List(vec![spans])),
        }
    }

    fn begin(&mut self, open: Open) {
        self.close();
        self.open = open;
    }

    fn read(&mut self, mut line: Vec<Piece>) -> Line {
        if let Some(Piece::Words(words)) = line.first_mut()
            && let Some(quoted) = words.trim_start().strip_prefix('>')
        {
            if let Some(all) = quoted.strip_prefix(">>") {
                self.rest = Rest::Quoted;
                *words = all.trim_start().to_owned();
            } else {
                *words = quoted.strip_prefix(' ').unwrap_or(quoted).to_owned();
            }
            return Line::Quoted(marks::spans(line));
        }
        match self.rest {
            Rest::Quoted => return Line::Quoted(marks::spans(line)),
            Rest::AsWritten => {}
        }
        if let Some(Piece::Words(words)) = line.first_mut()
            && let Some(item) = item(words)
        {
            *words = item.to_owned();
            return Line::Item(marks::spans(line));
        }
        let spans = marks::spans(line);
        if is_blank(&spans) {
            Line::Blank
        } else {
            Line::Running(spans)
        }
    }

    fn code(&mut self, code: &str) {
        self.close();
        let code = code.strip_prefix('\n').unwrap_or(code);
        let code = code.strip_suffix('\n').unwrap_or(code);
        if !code.is_empty() {
            self.blocks.push(Block::Code(code.to_owned()));
        }
    }
}

/// The words behind a bullet.
fn item(words: &str) -> Option<&str> {
    let rest = words.trim_start().strip_prefix(BULLETS)?;
    // Some bullets are followed by the sign that they are text and no emoji.
    let rest = rest.strip_prefix('\u{FE0E}').unwrap_or(rest);
    rest.starts_with(char::is_whitespace)
        .then(|| rest.trim_start())
}

fn is_blank(spans: &[Span]) -> bool {
    spans.iter().all(|span| match span {
        Span::Text(text) => text.trim().is_empty(),
        Span::Break => true,
        Span::Strong(_)
        | Span::Emphasis(_)
        | Span::Struck(_)
        | Span::Code(_)
        | Span::Link { .. }
        | Span::Person { .. } => false,
    })
}

/// Blocks of a whole text.
pub(super) fn blocks(pieces: Vec<Piece>) -> Vec<Block> {
    let mut fences = pieces
        .iter()
        .filter(|piece| matches!(piece, Piece::Fence))
        .count();
    let mut writer = Writer {
        blocks: Vec::new(),
        open: Open::Nothing,
        rest: Rest::AsWritten,
    };
    let mut line = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::LineEnd => writer.line(std::mem::take(&mut line)),
            Piece::Words(_) | Piece::Span(_) => line.push(piece),
            // The last one of an odd number opens nothing.
            Piece::Fence if fences < 2 => line.push(Piece::Words("```".to_owned())),
            Piece::Fence => {
                fences -= 2;
                if !line.is_empty() {
                    writer.line(std::mem::take(&mut line));
                }
                let mut code = String::new();
                for piece in pieces.by_ref().take_while(|piece| !is_fence(piece)) {
                    push_as_written(piece, &mut code);
                }
                writer.code(&code);
                if matches!(pieces.peek(), Some(Piece::LineEnd)) {
                    pieces.next();
                }
            }
        }
    }
    if !line.is_empty() {
        writer.line(line);
    }
    writer.close();
    writer.blocks
}

/// All of it as running text.
pub(super) fn running(pieces: Vec<Piece>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut line = Vec::new();
    for piece in pieces {
        match piece {
            Piece::LineEnd => {
                spans.extend(marks::spans(std::mem::take(&mut line)));
                spans.push(Span::Break);
            }
            Piece::Fence => line.push(Piece::Words("`".to_owned())),
            Piece::Words(_) | Piece::Span(_) => line.push(piece),
        }
    }
    spans.extend(marks::spans(line));
    while matches!(spans.last(), Some(Span::Break)) {
        spans.pop();
    }
    spans
}

fn is_fence(piece: &Piece) -> bool {
    matches!(piece, Piece::Fence)
}

/// In code, markup is shown by what it says: Slack makes links of addresses even there.
fn push_as_written(piece: Piece, code: &mut String) {
    match piece {
        Piece::Words(words) => code.push_str(&words),
        Piece::Span(span) => code.push_str(&words_of(&span)),
        Piece::LineEnd => code.push('\n'),
        Piece::Fence => code.push_str("```"),
    }
}

/// What a span says.
pub(super) fn words_of(span: &Span) -> String {
    match span {
        Span::Text(text) | Span::Code(text) => text.clone(),
        Span::Break => "\n".to_owned(),
        Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) => {
            inner.iter().map(words_of).collect()
        }
        Span::Link { label, .. } => label.clone(),
        Span::Person { name, .. } => format!("@{name}"),
    }
}
