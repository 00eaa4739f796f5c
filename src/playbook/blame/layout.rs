//! Lines and what they are: the little of Markdown that decides which words are somebody's own.

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing but space.
    Blank,
    /// It begins with `>`: said by somebody else.
    Quote,
    /// Three backticks or tildes: code begins or ends.
    Fence(char),
    /// An item of a list, or a heading.
    Item,
    /// Any other.
    Text,
}

impl Line {
    /// Of one line, with or without its end.
    pub(super) fn of(line: &str) -> Self {
        let trimmed = line.trim_start();
        let mut chars = trimmed.chars();
        match chars.next() {
            None => Self::Blank,
            Some('>') => Self::Quote,
            Some(mark @ ('`' | '~')) if trimmed.chars().take_while(|&c| c == mark).count() >= 3 => {
                // Three marks and text and three marks again is code within a line.
                if trimmed.trim_start_matches(mark).contains(mark) {
                    Self::Text
                } else {
                    Self::Fence(mark)
                }
            }
            Some(_) if marker(line) > line.len() - trimmed.len() => Self::Item,
            Some(_) => Self::Text,
        }
    }
}

/// How many bytes at a line's beginning are no words: space, the marks of lists, tasks and headings.
pub(super) fn marker(line: &str) -> usize {
    let after_space = line.trim_start();
    let rest = after_space
        .strip_prefix(['-', '*', '+', '•', '–', '◦', '▪'])
        .or_else(|| after_number(after_space))
        .or_else(|| {
            Some(after_space.trim_start_matches('#')).filter(|rest| rest.len() < after_space.len())
        })
        .filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        .unwrap_or(after_space)
        .trim_start();
    let rest = ["[ ]", "[x]", "[X]"]
        .iter()
        .find_map(|task| rest.strip_prefix(task))
        .map_or(rest, str::trim_start);
    line.len() - rest.len()
}

/// What follows `12.` or `12)`.
fn after_number(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    // A year at a line's beginning is no number of a list.
    if (1..=3).contains(&digits) {
        rest.strip_prefix(['.', ')'])
    } else {
        None
    }
}
