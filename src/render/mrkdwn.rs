//! Outside text in a chat post: it mentions nobody, links nowhere and formats nothing.

/// Invisible, and no letter of a name: `@` before it mentions nobody.
const WORD_JOINER: char = '\u{2060}';

/// Escaped for mrkdwn.
///
/// Slack reads `<!channel>` and `<url|label>` as markup and has entities for exactly `&`, `<` and `>`
/// (<https://docs.slack.dev/messaging/formatting-message-text/>). It has none for the marks of bold, italic, struck
/// and code: where one could begin or end formatting a look-alike takes its place, and within a word
/// (`checkout_service`), where Slack sees plain text, it stays. `@channel` without angle brackets mentions people when
/// a post asks for names to be linked, so it is broken as well.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        let within_word =
            before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '`' => escaped.push('\u{2cb}'),
            '*' if !within_word => escaped.push('\u{2217}'),
            '_' if !within_word => escaped.push('\u{ff3f}'),
            '~' if !within_word => escaped.push('\u{223c}'),
            '@' if !within_word => escaped.extend(['@', WORD_JOINER]),
            _ => escaped.push(character),
        }
        before = Some(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_mentions_links_and_formats_nothing() {
        for (given, expected) in [
            ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
            (
                "<!channel> <https://evil.example|here>",
                "&lt;!channel&gt; &lt;https://evil.example|here&gt;",
            ),
            ("@channel look", "@\u{2060}channel look"),
            ("mail ops@example.com", "mail ops@example.com"),
            ("*bold* _it_ ~no~", "∗bold∗ ＿it＿ ∼no∼"),
            ("checkout_service 2*3", "checkout_service 2*3"),
            ("`rm`", "ˋrmˋ"),
        ] {
            assert_eq!(escape(given), expected);
        }
    }
}
