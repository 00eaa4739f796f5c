//! A sentence cut to a length that can be read at a glance, around the words that matter.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::reading::is_unseen;

/// So many characters, as people count them, are shown of a sentence.
pub(super) const LONGEST: usize = 160;

/// The sentence in one line, cut between words where it is too long, with `…` where something is missing. `words` is
/// what must be in it; of words that are too long themselves, the beginning.
pub(super) fn excerpt(sentence: &str, words: Range<usize>) -> String {
    let mut line = String::new();
    let (mut from, mut to) = (None, 0);
    for (at, sign) in sentence.char_indices() {
        if at >= words.start && from.is_none() && !is_gap(sign) {
            from = Some(line.len());
        }
        if sign.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_hidden(sign) {
            line.push(sign);
        }
        if at < words.end {
            to = line.len();
        }
    }
    let line = line.trim_end();
    let to = to.min(line.len());
    cut(line, from.unwrap_or(0).min(to)..to)
}

/// The zero-width joiner holds a character together that people see as one; everything else unseen goes.
fn is_hidden(sign: char) -> bool {
    sign != '\u{200d}' && is_unseen(sign)
}

fn is_gap(sign: char) -> bool {
    sign.is_whitespace() || is_hidden(sign)
}

/// `words` in bytes of `line`.
fn cut(line: &str, words: Range<usize>) -> String {
    let starts: Vec<usize> = line.grapheme_indices(true).map(|(at, _)| at).collect();
    if starts.len() <= LONGEST {
        return line.to_owned();
    }
    let first = starts.partition_point(|&at| at < words.start);
    let last = starts.partition_point(|&at| at < words.end);
    let spare = LONGEST.saturating_sub(last - first);
    // As much before as behind, and what one side does not need goes to the other.
    let behind_there_is = starts.len() - last;
    let before = (spare / 2)
        .max(spare.saturating_sub(behind_there_is))
        .min(first);
    let begin = first - before;
    let end = (begin + LONGEST).min(starts.len());
    let place = |index: usize| starts.get(index).copied().unwrap_or(line.len());
    let (mut from, mut to) = (place(begin), place(end));
    // Back to whole words, but never into the words that matter.
    let is_inside = |at: usize| {
        let is_break = |sign: Option<char>| sign.is_none_or(char::is_whitespace);
        !is_break(line[..at].chars().next_back()) && !is_break(line[at..].chars().next())
    };
    if is_inside(from) {
        let space = line[from..words.start.max(from)].find(char::is_whitespace);
        from += space.unwrap_or(0);
    }
    if is_inside(to) {
        let behind = words.end.min(to);
        to = line[behind..to]
            .rfind(char::is_whitespace)
            .map_or(to, |space| behind + space);
    }
    let before = if from > 0 { "…" } else { "" };
    let behind = if to < line.len() { "…" } else { "" };
    format!("{before}{}{behind}", line[from..to].trim())
}
