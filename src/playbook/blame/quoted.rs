//! Finds what is not the writer's own: code, quotations, lines that begin with `>`.
//!
//! An opening mark without a closing one in the same paragraph is a character like any other, or one forgotten mark
//! would silence the rest of the page. Straight single quotes are never marks: they are apostrophes far more often.

use std::collections::BTreeSet;
use std::ops::Range;

use super::layout::Line;

/// Something that is not the writer's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quoted {
    /// Where, in bytes, its marks included.
    pub(super) range: Range<usize>,
    pub(super) form: Form,
}

/// How it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Within a sentence, in which it stands like a noun.
    Inline,
    /// By itself: sentences end before it.
    Block,
}

/// In order, and none within another.
pub(super) fn quoted(text: &str) -> Vec<Quoted> {
    let mut found = Vec::new();
    let mut paragraph = 0..0;
    let mut fence: Option<(char, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let from = at;
        at += line.len();
        let kind = Line::of(line);
        if let Some((mark, opened)) = fence {
            if kind == Line::Fence(mark) {
                found.push(block(opened..at));
                fence = None;
            }
            paragraph = at..at;
            continue;
        }
        match kind {
            Line::Text => paragraph.end = at,
            Line::Item => {
                inline(text, &paragraph, &mut found);
                paragraph = from..at;
            }
            Line::Blank | Line::Quote | Line::Fence(_) => {
                inline(text, &paragraph, &mut found);
                paragraph = at..at;
            }
        }
        match kind {
            Line::Fence(mark) => fence = Some((mark, from)),
            Line::Quote => found.push(block(from..at)),
            Line::Blank | Line::Item | Line::Text => {}
        }
    }
    match fence {
        // As Markdown has it: code to the end.
        Some((_, opened)) => found.push(block(opened..text.len())),
        None => inline(text, &paragraph, &mut found),
    }
    found
}

fn block(range: Range<usize>) -> Quoted {
    Quoted {
        range,
        form: Form::Block,
    }
}

/// Within one paragraph.
fn inline(text: &str, paragraph: &Range<usize>, found: &mut Vec<Quoted>) {
    let slice = &text[paragraph.clone()];
    // Marks that nothing closes from here on. Without this, each of a million opening marks would be sought to the
    // end of the paragraph.
    let mut unclosed = BTreeSet::new();
    let mut before = None;
    let mut at = 0;
    while let Some(sign) = slice[at..].chars().next() {
        let mark = Mark::opened(before, &slice[at..]);
        let end = mark
            .filter(|mark| !unclosed.contains(mark))
            .and_then(|mark| {
                let from = at + mark.length();
                let end = mark.closed(slice, from);
                if end.is_none() {
                    unclosed.insert(mark);
                }
                end
            });
        let next = match end {
            Some(end) => {
                found.push(Quoted {
                    range: paragraph.start + at..paragraph.start + end,
                    form: Form::Inline,
                });
                end
            }
            // A run of backticks that nothing closes is passed as a whole; half of it must not open anything.
            None => at + mark.map_or(sign.len_utf8(), Mark::length),
        };
        before = slice[..next].chars().next_back();
        at = next;
    }
}

/// What begins a quotation or code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// So many backticks.
    Code(usize),
    /// A straight double quote.
    Straight,
    /// One of the pairs that have a direction.
    Pair(char),
}

impl Mark {
    /// The mark with which `rest` begins, where it can open something after the character `before`.
    fn opened(before: Option<char>, rest: &str) -> Option<Self> {
        let mut chars = rest.chars();
        let sign = chars.next()?;
        let after = chars.next();
        let stands_off = before.is_none_or(|c| !c.is_alphanumeric());
        let has_text = after.is_some_and(|c| !c.is_whitespace());
        match sign {
            '`' => Some(Self::Code(rest.len() - rest.trim_start_matches('`').len())),
            '"' if stands_off && has_text => Some(Self::Straight),
            '“' | '„' | '‟' | '«' | '‹' | '「' | '『' => Some(Self::Pair(sign)),
            // An apostrophe in some hands, and the opening ones of others: only where a word begins.
            '‘' | '‚' | '»' | '›' if stands_off && has_text => Some(Self::Pair(sign)),
            _ => None,
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Code(run) => run,
            Self::Straight => 1,
            Self::Pair(sign) => sign.len_utf8(),
        }
    }

    /// Where it ends that began before `from`.
    fn closed(self, slice: &str, from: usize) -> Option<usize> {
        match self {
            Self::Code(run) => {
                // More backticks than anybody means, and runs of many lengths: each would be sought to the end.
                if run > 3 {
                    return None;
                }
                let mut at = from;
                loop {
                    let start = at + slice[at..].find('`')?;
                    let rest = &slice[start..];
                    let length = rest.len() - rest.trim_start_matches('`').len();
                    at = start + length;
                    if length == run {
                        return Some(at);
                    }
                }
            }
            Self::Straight => ends(slice, from, &['"'], Around::Text),
            Self::Pair(opening) => match opening {
                '“' | '‟' => ends(slice, from, &['”'], Around::Anything),
                '„' => ends(slice, from, &['“', '”'], Around::Anything),
                '«' => ends(slice, from, &['»'], Around::Anything),
                '»' => ends(slice, from, &['«'], Around::Text),
                '‹' => ends(slice, from, &['›'], Around::Anything),
                '›' => ends(slice, from, &['‹'], Around::Text),
                '「' => ends(slice, from, &['」'], Around::Anything),
                '『' => ends(slice, from, &['』'], Around::Anything),
                // The closing one is an apostrophe too.
                '‘' => ends(slice, from, &['’'], Around::WordEnd),
                '‚' => ends(slice, from, &['‘', '’'], Around::WordEnd),
                _ => None,
            },
        }
    }
}

/// What must be around a closing mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    /// It can be nothing else. In French a space goes before it.
    Anything,
    /// A character before it that is no space: after a space it would open.
    Text,
    /// That, and no word goes on behind it.
    WordEnd,
}

/// The end of the first closing mark.
fn ends(slice: &str, from: usize, closing: &[char], around: Around) -> Option<usize> {
    let mut before = slice[..from].chars().next_back();
    for (offset, sign) in slice[from..].char_indices() {
        let end = from + offset + sign.len_utf8();
        let follows_text = before.is_some_and(|c| !c.is_whitespace());
        let is_end = closing.contains(&sign)
            && match around {
                Around::Anything => true,
                Around::Text => follows_text,
                Around::WordEnd => follows_text && !slice[end..].starts_with(char::is_alphanumeric),
            };
        if is_end {
            return Some(end);
        }
        before = Some(sign);
    }
    None
}
