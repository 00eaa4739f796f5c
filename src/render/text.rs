//! Text from outside, made fit to be shown: cleaned, cut and kept from reordering its neighbours.

use unicode_segmentation::UnicodeSegmentation;

/// Stands for what was cut.
const ELLIPSIS: char = '…';
/// First strong isolate: what follows, up to [`POP_ISOLATE`], finds its own direction and leaves its neighbours alone.
const ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// Drops control characters and evens out line ends; a tab and a newline stay.
///
/// XML 1.0 forbids most control characters, and Confluence answers 400 to a page that holds one. Directional isolates
/// without a partner go too: a stray closing one would break out of the isolate that we put around the text.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut open_isolates = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                cleaned.push('\n');
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' => cleaned.push('\n'),
            '\t' | '\n' => cleaned.push(character),
            // No characters at all: free for a program's own use, which is what `tokens` makes of them.
            '\u{fffe}' | '\u{ffff}' | '\u{fdd0}'..='\u{fdef}' => {}
            '\u{2066}'..='\u{2068}' => {
                open_isolates.push(cleaned.len());
                cleaned.push(character);
            }
            POP_ISOLATE => {
                if open_isolates.pop().is_some() {
                    cleaned.push(character);
                }
            }
            _ if character.is_control() => {}
            _ => cleaned.push(character),
        }
    }
    for position in open_isolates.into_iter().rev() {
        cleaned.remove(position);
    }
    cleaned
}

/// One line: cleaned, every run of white space a single space, none at the ends.
pub(crate) fn line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without blank lines but single ones between others, and without white space at the ends of lines: what tags leave.
pub(crate) fn tidy(rendered: &str) -> String {
    let mut tidy = String::with_capacity(rendered.len());
    let mut blank_before = false;
    for line in rendered.lines().map(str::trim_end) {
        if line.is_empty() {
            blank_before = !tidy.is_empty();
            continue;
        }
        if blank_before {
            tidy.push('\n');
        }
        if !tidy.is_empty() {
            tidy.push('\n');
        }
        tidy.push_str(line);
        blank_before = false;
    }
    tidy
}

/// At most `limit` UTF-16 units, which is how the vendors' own code counts; an ellipsis stands for what was cut.
///
/// Never cuts inside what a reader sees as one character, unless that alone is longer than the limit.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    cut_by(text, limit, |piece| piece.encode_utf16().count())
}

/// At most `limit` bytes once it is escaped for XML, where a quotation mark takes six.
pub(crate) fn cut_escaped(text: &str, limit: usize) -> String {
    cut_by(text, limit, escaped_len)
}

/// As [`cut_escaped`], for text whose lines become paragraphs: each line end counts as the markup it turns into.
pub(crate) fn cut_prose(text: &str, limit: usize) -> String {
    const LINE_MARKUP: usize = "</p>\n<p>".len();
    cut_by(text, limit, |piece| {
        escaped_len(piece) + LINE_MARKUP * piece.matches('\n').count()
    })
}

fn cut_by(text: &str, limit: usize, size: impl Fn(&str) -> usize) -> String {
    if size(text) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = limit.saturating_sub(size(ELLIPSIS.encode_utf8(&mut [0; 4])));
    let take = |pieces: &mut dyn Iterator<Item = &str>, kept: &mut String, left: &mut usize| {
        for piece in pieces {
            let Some(rest) = left.checked_sub(size(piece)) else {
                break;
            };
            *left = rest;
            kept.push_str(piece);
        }
    };
    take(&mut text.graphemes(true), &mut kept, &mut left);
    if kept.is_empty() {
        // One "character" built of thousands of combining marks: there is no good place to cut it.
        take(
            &mut text.split("").filter(|piece| !piece.is_empty()),
            &mut kept,
            &mut left,
        );
    }
    // What was cut off may have held the end of an isolate.
    let mut kept = clean(kept.trim_end());
    kept.push(ELLIPSIS);
    kept
}

/// How many bytes [`escape_markup`] makes of it.
pub(crate) fn escaped_len(text: &str) -> usize {
    text.chars()
        .map(|character| markup_entity(character).map_or(character.len_utf8(), str::len))
        .sum()
}

/// Escaped for XML and HTML, in text and in quoted attributes.
pub(crate) fn escape_markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match markup_entity(character) {
            Some(entity) => escaped.push_str(entity),
            None => escaped.push(character),
        }
    }
    escaped
}

fn markup_entity(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        // Also keeps `]]>` out of text, where XML does not allow it.
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

/// Keeps right-to-left text from reordering what stands beside it, where no markup can: in subjects and plain text.
///
/// Text that reads from left to right only comes back unchanged.
pub(crate) fn isolate(text: &str) -> String {
    if text.chars().any(turns_direction) {
        format!("{ISOLATE}{}{POP_ISOLATE}", clean(text))
    } else {
        text.to_owned()
    }
}

/// Whether a character is written from right to left, or orders others to be.
fn turns_direction(character: char) -> bool {
    matches!(character,
        '\u{590}'..='\u{8ff}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

/// Lines of at most `width` characters where there are spaces to break at; each but the first begins with `indent`.
///
/// Words are left whole, so that a link stays a link, unless one is so long that a mail server might refuse the line:
/// RFC 5322 allows 998 octets.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> String {
    const LONGEST_WORD: usize = 200;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut current = String::new();
        let mut current_width = indent.chars().count();
        for word in paragraph
            .split_whitespace()
            .flat_map(|word| pieces(word, LONGEST_WORD))
        {
            let word_width = word.chars().count();
            if !current.is_empty() && current_width + 1 + word_width > width {
                lines.push(std::mem::take(&mut current));
                current_width = indent.chars().count();
            }
            if !current.is_empty() {
                current.push(' ');
                current_width += 1;
            }
            current.push_str(&word);
            current_width += word_width;
        }
        lines.push(current);
    }
    lines.join(&format!("\n{indent}"))
}

fn pieces(word: &str, longest: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut width = 0;
    for grapheme in word.graphemes(true) {
        let added = grapheme.chars().count();
        if width > 0 && width + added > longest {
            pieces.push(String::new());
            width = 0;
        }
        width += added;
        if let Some(last) = pieces.last_mut() {
            last.push_str(grapheme);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_line_ends_are_evened_out() {
        assert_eq!(
            clean("a\0b\u{b}c\u{7f}\u{9b}d\r\ne\rf\tg\u{ffff}\u{fdd0}"),
            "abcd\ne\nf\tg"
        );
    }

    #[test]
    fn a_line_has_no_line_ends() {
        assert_eq!(
            line("  Subject\r\nBcc: everyone\t\n x "),
            "Subject Bcc: everyone x"
        );
    }

    #[test]
    fn a_cut_never_splits_what_a_reader_sees_as_one_character() {
        let families = "👨‍👩‍👧‍👦".repeat(3);
        let one = "👨‍👩‍👧‍👦".encode_utf16().count();
        assert_eq!(cut(&families, one * 3), families);
        assert_eq!(cut(&families, one * 3 - 1), format!("{}…", "👨‍👩‍👧‍👦".repeat(2)));
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 4), "e\u{301}…");
        assert_eq!(cut("plain", 5), "plain");
        assert_eq!(cut("plain", 4), "pla…");
    }

    #[test]
    fn one_character_longer_than_the_limit_is_cut_all_the_same() {
        let pile = format!("e{}", "\u{301}".repeat(500));
        assert_eq!(cut(&pile, 10).encode_utf16().count(), 10);
    }

    #[test]
    fn escaped_size_counts_what_will_be_sent() {
        let text = "\"<&>'é";
        assert_eq!(escaped_len(text), escape_markup(text).len());
        assert!(escaped_len(&cut_escaped(&"\"".repeat(100), 50)) <= 50);
    }

    #[test]
    fn right_to_left_text_is_isolated_and_cannot_break_out() {
        assert_eq!(isolate("Checkout is down"), "Checkout is down");
        assert_eq!(isolate("התשלום נפל"), "\u{2068}התשלום נפל\u{2069}");
        assert_eq!(
            clean("a\u{2069}b"),
            "ab",
            "a stray end would close our isolate"
        );
        assert_eq!(
            clean("a\u{2067}b"),
            "ab",
            "an open one would swallow its end"
        );
        assert_eq!(clean("a\u{2067}b\u{2069}c"), "a\u{2067}b\u{2069}c");
    }

    #[test]
    fn wrapping_keeps_links_whole_and_breaks_endless_words() {
        let link = format!("https://example.com/{}", "x".repeat(150));
        let wrapped = wrap(&format!("See {link} for more"), 40, "  ");
        assert_eq!(wrapped, format!("See\n  {link}\n  for more"));
        assert!(
            wrap(&"x".repeat(10_000), 76, "")
                .lines()
                .all(|line| line.len() <= 200)
        );
    }
}
