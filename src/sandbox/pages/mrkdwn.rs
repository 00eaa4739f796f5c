//! Slack's mrkdwn as HTML.

use std::collections::BTreeMap;

use super::text::{escape, safe_link};

/// A message as HTML. `people` gives names for user ids.
pub(super) fn html(text: &str, people: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    for (index, block) in text.split("```").enumerate() {
        if index % 2 == 1 {
            out.push_str(&format!(
                "<pre class=\"code\">{}</pre>",
                escape(&decode(block.trim_matches('\n')))
            ));
            continue;
        }
        let mut quoted = false;
        for (number, line) in block.split('\n').enumerate() {
            // Slack sends `>` as `&gt;`; people who type into the sandbox do not.
            let quote = line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'));
            match (quote, quoted) {
                (Some(_), false) => out.push_str("<blockquote>"),
                (None, true) => out.push_str("</blockquote>"),
                (Some(_), true) => out.push_str("<br>"),
                (None, false) if number > 0 => out.push_str("<br>"),
                (None, false) => {}
            }
            quoted = quote.is_some();
            spans(
                quote.unwrap_or(line).trim_start_matches(' '),
                people,
                &mut out,
            );
        }
        if quoted {
            out.push_str("</blockquote>");
        }
    }
    out
}

/// Slack escapes three characters and no others.
fn decode(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// One line: code, `<…>`, and the three emphases.
fn spans(line: &str, people: &BTreeMap<String, String>, out: &mut String) {
    let mut rest = line;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '`' => enclosed(rest, '`').map(|inner| {
                out.push_str(&format!("<code>{}</code>", escape(&decode(inner))));
                inner.len() + 2
            }),
            '<' => rest.find('>').map(|end| {
                reference(&rest[1..end], people, out);
                end + 1
            }),
            '*' | '_' | '~' if before.is_none_or(|before: char| !before.is_alphanumeric()) => {
                enclosed(rest, first)
                    .filter(|inner| !inner.starts_with(' ') && !inner.ends_with(' '))
                    .map(|inner| {
                        let tag = match first {
                            '*' => "strong",
                            '_' => "em",
                            _ => "s",
                        };
                        out.push_str(&format!("<{tag}>"));
                        spans(inner, people, out);
                        out.push_str(&format!("</{tag}>"));
                        inner.len() + 2
                    })
            }
            _ => None,
        };
        let length = taken.unwrap_or_else(|| {
            let plain = plain_length(rest);
            out.push_str(&escape(&decode(&rest[..plain])));
            plain
        });
        before = rest[..length].chars().next_back();
        rest = &rest[length..];
    }
}

/// How far text goes on before something that may mean more; at least one character.
fn plain_length(text: &str) -> usize {
    let mut characters = text.char_indices();
    characters.next();
    characters
        .find(|(_, character)| matches!(character, '`' | '<' | '*' | '_' | '~'))
        .map_or(text.len(), |(at, _)| at)
}

/// What stands between two marks, if the second ends a word.
fn enclosed(text: &str, mark: char) -> Option<&str> {
    let inner = &text[mark.len_utf8()..];
    let end = inner.find(mark)?;
    let after = inner[end + mark.len_utf8()..].chars().next();
    (end > 0 && after.is_none_or(|after| !after.is_alphanumeric())).then(|| &inner[..end])
}

/// `@U1`, `#C1|name`, `!here`, or a link with or without a text.
fn reference(inner: &str, people: &BTreeMap<String, String>, out: &mut String) {
    let (target, label) = inner
        .split_once('|')
        .map_or((inner, None), |(target, label)| (target, Some(label)));
    let mention = |sign: char, name: &str| {
        format!(
            "<span class=\"mention\">{sign}{}</span>",
            escape(&decode(name))
        )
    };
    let html = if let Some(user) = target.strip_prefix('@') {
        mention(
            '@',
            label
                .or_else(|| people.get(user).map(String::as_str))
                .unwrap_or(user),
        )
    } else if let Some(channel) = target.strip_prefix('#') {
        mention('#', label.unwrap_or(channel))
    } else if let Some(special) = target.strip_prefix('!') {
        mention(
            '@',
            label.unwrap_or(special.split('^').next().unwrap_or(special)),
        )
    } else {
        let address = decode(target);
        let text = escape(&decode(label.unwrap_or(target)));
        match safe_link(&address) {
            Some(link) => format!("<a href=\"{}\">{text}</a>", escape(link)),
            None => text,
        }
    };
    out.push_str(&html);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_references_are_rendered() {
        let people = BTreeMap::from([("U1".to_owned(), "ana".to_owned())]);
        let table = [
            (
                "*bold* _it_ ~no~ `a*b*`",
                "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code>",
            ),
            ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
            (
                "<@U1> <@U2> <#C1|ops> <!here>",
                "<span class=\"mention\">@ana</span> <span class=\"mention\">@U2</span> <span class=\"mention\">#ops</span> <span class=\"mention\">@here</span>",
            ),
            (
                "<https://x.test/?a&amp;b|the sheet>",
                "<a href=\"https://x.test/?a&amp;b\">the sheet</a>",
            ),
            ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
            ("one\ntwo", "one<br>two"),
            (
                "&gt; said\nanswered",
                "<blockquote>said</blockquote>answered",
            ),
            ("```\nx < y\n```", "<pre class=\"code\">x &lt; y</pre>"),
            ("*_both_*", "<strong><em>both</em></strong>"),
            ("a * b", "a * b"),
            ("5 < 6", "5 &lt; 6"),
        ];
        for (text, expected) in table {
            assert_eq!(html(text, &people), expected, "{text}");
        }
    }

    #[test]
    fn no_markup_gets_through() {
        let people = BTreeMap::from([("U1".to_owned(), "<script>".to_owned())]);
        for text in [
            "<script>alert(1)</script>",
            "<javascript:alert(1)|x>",
            "<https://x.test/\"onmouseover=\"alert(1)|x>",
            "<@U1>",
            "*<img src=x>*",
            "`<script>`",
            "```<script>```",
            "&lt;script&gt;",
        ] {
            let out = html(text, &people);
            for bad in ["<script", "<img", "href=\"javascript", "\"onmouseover"] {
                assert!(!out.contains(bad), "{text}: {out}");
            }
        }
    }
}
