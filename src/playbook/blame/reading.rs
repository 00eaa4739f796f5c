//! The form of a text that rules are matched against: sentence by sentence, in lower case, in one line each, with a sign
//! for each person's name and each quotation, and without what is not seen.
//!
//! Lower case leaves the capitals free for those two signs, and plain ASCII is what the matching is fastest with.

use std::ops::Range;

use super::layout::{self, Line};
use super::names::{Names, is_of_word};
use super::quoted::{Form, Quoted, quoted};

/// Stands for a person's name, or a mention such as `@ada`.
pub(super) const NAME: char = 'N';
/// Stands for a quotation or code within a sentence.
pub(super) const QUOTED: char = 'Q';

/// A sentence longer than so many bytes is cut at the next space: matching and showing stay cheap whatever is pasted.
const LONG: usize = 1000;
/// And here where there is no space.
const TOO_LONG: usize = 2000;

/// One sentence, as it is read and as it was written.
#[derive(Debug)]
pub(super) struct Sentence<'t> {
    text: &'t str,
    read: String,
    /// For each byte of `read`, what of `text` it stands for.
    origin: Vec<Range<usize>>,
    start: Start,
}

/// Where a sentence begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// After a blank line, or at the beginning.
    Paragraph,
    /// As an item of a list or a heading.
    Item,
    /// At a line's beginning.
    Line,
    /// After another sentence in the same line.
    Inline,
}

impl<'t> Sentence<'t> {
    /// What rules are matched against.
    pub(super) fn read(&self) -> &str {
        &self.read
    }

    /// Where it begins.
    pub(super) fn start(&self) -> Start {
        self.start
    }

    /// The sentence as it was written, with the emphasis at its ends.
    pub(super) fn written(&self) -> &'t str {
        &self.text[self.extent()]
    }

    /// Where in [`written`](Self::written) that part of [`read`](Self::read) stands.
    pub(super) fn place_of(&self, part: &Range<usize>) -> Range<usize> {
        let from = self.extent().start;
        let span = self.span(part.clone());
        span.start - from..span.end - from
    }

    fn extent(&self) -> Range<usize> {
        let emphasis = ['*', '_'];
        let read = self.span(0..self.origin.len());
        let before = self.text[..read.start].trim_end_matches(emphasis);
        let behind = self.text[read.end..].trim_start_matches(emphasis);
        before.len()..self.text.len() - behind.len()
    }

    fn span(&self, part: Range<usize>) -> Range<usize> {
        match self.origin.get(part).unwrap_or_default() {
            [] => 0..0,
            [one] => one.clone(),
            [first, .., last] => first.start..last.end,
        }
    }
}

/// Calls `each` with every sentence of the text, in order.
pub(super) fn each_sentence<'t>(text: &'t str, names: &Names, each: impl FnMut(&Sentence<'t>)) {
    let mut reader = Reader {
        sentence: Sentence {
            text,
            read: String::new(),
            origin: Vec::new(),
            start: Start::Paragraph,
        },
        names,
        has_ended: None,
        each,
    };
    reader.read(text, &quoted(text));
    reader.finish(Start::Paragraph);
}

struct Reader<'t, 'n, F> {
    sentence: Sentence<'t>,
    names: &'n Names,
    /// The sign that may have ended the sentence: a space has to follow.
    has_ended: Option<char>,
    each: F,
}

impl<'t, F: FnMut(&Sentence<'t>)> Reader<'t, '_, F> {
    fn read(&mut self, text: &'t str, quoted: &[Quoted]) {
        let mut quoted = quoted.iter().peekable();
        let mut at = 0;
        let mut begins_line = true;
        while at < text.len() {
            if let Some(quotation) = quoted.next_if(|next| next.range.start == at) {
                match quotation.form {
                    Form::Inline => self.push(QUOTED, quotation.range.clone()),
                    Form::Block => self.finish(Start::Paragraph),
                }
                at = quotation.range.end;
                begins_line = text[..at].ends_with('\n');
                continue;
            }
            if begins_line {
                let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
                let length = self.begin_line(line);
                begins_line = false;
                if length > 0 {
                    at += length;
                    continue;
                }
            }
            let rest = &text[at..];
            at += self.read_one(text, at, rest);
            begins_line = text[..at].ends_with('\n');
        }
    }

    /// What a line's beginning means; how many bytes of it are no words.
    fn begin_line(&mut self, line: &str) -> usize {
        match Line::of(line) {
            Line::Blank => {
                self.finish(Start::Paragraph);
                // Its end is read as any other.
                line.trim_end_matches('\n').len()
            }
            Line::Item => {
                self.finish(Start::Item);
                layout::marker(line).min(line.trim_end_matches('\n').len())
            }
            Line::Text | Line::Quote | Line::Fence(_) => 0,
        }
    }

    /// Reads one character or name; how many bytes it has.
    fn read_one(&mut self, text: &str, at: usize, rest: &str) -> usize {
        let Some(sign) = rest.chars().next() else {
            return rest.len();
        };
        let before = text[..at].chars().next_back();
        let length = sign.len_utf8();
        if !before.is_some_and(is_of_word)
            && let Some(length) = self.name_at(before, rest)
        {
            self.push(NAME, at..at + length);
            return length;
        }
        match Sign::of(sign) {
            Sign::Unseen => {}
            Sign::Space => self.space(at, rest),
            // Emphasis, where it does not join two words.
            Sign::Underscore => {
                let joins = before.is_some_and(is_of_word)
                    && rest[length..].chars().next().is_some_and(is_of_word);
                if joins {
                    self.push(sign, at..at + length);
                }
            }
            Sign::Same(sign) => {
                for lower in sign.to_lowercase() {
                    self.push(lower, at..at + length);
                }
            }
        }
        length
    }

    fn name_at(&self, before: Option<char>, rest: &str) -> Option<usize> {
        let Some(after) = rest.strip_prefix('@') else {
            return self.names.length_at(rest);
        };
        // Not a mail address, nor a package such as `@example/client`.
        if before.is_some_and(|c| !c.is_whitespace() && c != '(') {
            return None;
        }
        if let Some(length) = self.names.length_at(after) {
            return Some(1 + length);
        }
        let end = after
            .find(|c: char| !(is_of_word(c) || matches!(c, '-' | '_' | '.')))
            .unwrap_or(after.len());
        let handle = after[..end].trim_end_matches('.');
        let is_package = after[handle.len()..].starts_with('/');
        (!handle.is_empty() && !is_package).then_some(1 + handle.len())
    }

    /// A space, or a line's end: here a sentence may have ended.
    fn space(&mut self, at: usize, rest: &str) {
        let start = if rest.starts_with('\n') {
            Start::Line
        } else {
            Start::Inline
        };
        let has_ended = match self.has_ended.take() {
            None => false,
            // After `e.g.` it goes on.
            Some('.' | '…') => !rest.trim_start().starts_with(char::is_lowercase),
            Some(':') => start == Start::Line,
            Some(_) => true,
        };
        if has_ended || self.sentence.read.len() >= LONG {
            self.finish(start);
        } else if !self.sentence.read.is_empty() && !self.sentence.read.ends_with(' ') {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            self.append(' ', at..at + length);
        }
    }

    fn push(&mut self, sign: char, from: Range<usize>) {
        if self.sentence.read.len() >= TOO_LONG {
            self.finish(Start::Inline);
        }
        match sign {
            '.' | '!' | '?' | '…' | '。' | '！' | '？' | ':' => self.has_ended = Some(sign),
            // They close what the sentence ended in.
            ')' | ']' | '"' | '”' | '\'' | '»' => {}
            _ => self.has_ended = None,
        }
        self.append(sign, from);
    }

    fn append(&mut self, sign: char, from: Range<usize>) {
        let sentence = &mut self.sentence;
        sentence.read.push(sign);
        let origin = std::iter::repeat_n(from, sign.len_utf8());
        sentence.origin.extend(origin);
    }

    /// Ends the sentence, if there is one; the next one starts like that.
    fn finish(&mut self, next: Start) {
        let sentence = &mut self.sentence;
        if sentence.read.ends_with(' ') {
            sentence.read.pop();
            sentence.origin.pop();
        }
        if !sentence.read.is_empty() {
            (self.each)(sentence);
        }
        sentence.read.clear();
        sentence.origin.clear();
        sentence.start = next;
        self.has_ended = None;
    }
}

/// What a character is to a reader.
enum Sign {
    /// Not seen, or mere emphasis.
    Unseen,
    Space,
    Underscore,
    Same(char),
}

impl Sign {
    fn of(sign: char) -> Self {
        match sign {
            '’' | 'ʼ' | '＇' | '´' | '`' => Self::Same('\''),
            '‐' | '‑' => Self::Same('-'),
            '*' => Self::Unseen,
            '_' => Self::Underscore,
            _ if sign.is_whitespace() => Self::Space,
            _ if is_unseen(sign) => Self::Unseen,
            _ => Self::Same(sign),
        }
    }
}

/// Control characters, zero-width ones, and those that turn the direction of writing: what a reader does not see must
/// neither hide a word nor come back in an excerpt.
pub(super) fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}
