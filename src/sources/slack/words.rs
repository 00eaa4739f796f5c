//! The words of a message, for titles and for rules to look at. What stands in the timeline is read elsewhere.

use crate::vendors::slack::Message;

/// What a message says, without markup: its text, or where that is empty what its attachments or blocks say.
pub(super) fn words(message: &Message) -> String {
    let said = plain(&message.text);
    if !said.trim().is_empty() {
        return said;
    }
    let attached = message.attachments.iter().find_map(|attachment| {
        ["title", "fallback", "text", "pretext"]
            .iter()
            .filter_map(|name| attachment.get(name)?.as_str())
            .find(|text| !text.trim().is_empty())
    });
    let in_blocks = || {
        message
            .blocks
            .iter()
            .filter_map(|block| block.pointer("/text/text")?.as_str())
            .find(|text| !text.trim().is_empty())
    };
    attached.or_else(in_blocks).map(plain).unwrap_or_default()
}

/// The first line that says something.
pub(super) fn first_line(words: &str) -> Option<&str> {
    words.lines().map(str::trim).find(|line| !line.is_empty())
}

/// mrkdwn without its marks: the names in angle brackets, entities as the characters they stand for.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(&unmarked(before));
        match from.find('>') {
            Some(end) => {
                out.push_str(&reference(&from[1..end]));
                rest = &from[end + 1..];
            }
            None => {
                rest = from;
                break;
            }
        }
    }
    out.push_str(&unmarked(rest));
    out
}

/// `@U1`, `#C1|name`, `!here`, `!date^…|words`, or a link with or without a label.
fn reference(inner: &str) -> String {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inner, None),
    };
    let named = match target.as_bytes().first() {
        Some(b'#') => format!("#{}", label.unwrap_or(&target[1..])),
        Some(b'!') if !target.contains('^') => {
            format!("@{}", label.unwrap_or(&target[1..]).trim_start_matches('@'))
        }
        Some(b'@') => format!("@{}", label.unwrap_or(&target[1..]).trim_start_matches('@')),
        Some(_) | None => label.unwrap_or(target).to_owned(),
    };
    unescaped(&named)
}

/// Bold, code and the like, where the marks stand at the edge of a word.
fn unmarked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_inside = before.is_some_and(char::is_alphanumeric)
            && characters
                .peek()
                .is_some_and(|after| after.is_alphanumeric());
        let is_mark = match character {
            '*' | '`' | '_' | '~' => !is_inside,
            _ => false,
        };
        if !is_mark {
            out.push(character);
        }
        before = Some(character);
    }
    unescaped(&out)
}

/// The three characters that Slack escapes, and no others.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("*Incident:* Checkout is _down_", "Incident: Checkout is down")]
    #[case("a_name with `code` and 2*3", "a_name with code and 2*3")]
    #[case(
        "<@U1> see <#C1|payments> <!here> <!subteam^S1|@sre>",
        "@U1 see #payments @here @sre"
    )]
    #[case(
        "<https://example.com/a?b&amp;c|the graph> &lt;b&gt; &amp;lt;",
        "the graph <b> &lt;"
    )]
    #[case("<https://example.com>", "https://example.com")]
    #[case("<!date^1^{date}|14 Nov>", "14 Nov")]
    #[case("a < b and <unfinished", "a < b and <unfinished")]
    #[case("", "")]
    fn marks_are_taken_off(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(plain(text), expected);
    }

    #[test]
    fn the_first_line_is_the_first_that_says_something() {
        assert_eq!(first_line("\n  \n one \ntwo"), Some("one"));
        assert_eq!(first_line(" \n"), None);
    }
}
