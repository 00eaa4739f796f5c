//! Text made safe for HTML, and the few things that are made of it: links and times.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Escapes text for element content and for attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A link target that may be followed: the web, mail, or this site. Anything else (`javascript:`, `data:`) is refused.
pub(super) fn safe_link(target: &str) -> Option<&str> {
    let target = target.trim();
    let lower = target.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    let local = target.starts_with('#')
        || (target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\"));
    (known || local).then_some(target)
}

/// Plain text as HTML, with addresses of the web made into links.
pub(super) fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = next_address(rest) {
        let (before, from) = rest.split_at(at);
        let end = from
            .find(|character: char| character.is_whitespace() || "<>\"'`".contains(character))
            .unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
        let shown = escape(address);
        out.push_str(&escape(before));
        out.push_str(&format!("<a href=\"{shown}\">{shown}</a>"));
        rest = &from[address.len()..];
    }
    out.push_str(&escape(rest));
    out
}

fn next_address(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .iter()
        .filter_map(|scheme| text.find(scheme))
        .min()
}

/// `4 May 2026, 09:00 UTC`
pub(super) fn moment(time: Timestamp) -> String {
    time.to_zoned_datetime(TimeZone::UTC)
        .strftime("%-d %B %Y, %H:%M UTC")
        .to_string()
}

/// The same for a time as vendors write it; what is no time is shown as it is.
pub(super) fn moment_of(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), moment)
}

/// `7 May 2026`
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_harmless_links_are_followed() {
        for good in [
            "https://x.test/a?b",
            "HTTP://x.test",
            "mailto:a@x.test",
            "/wiki/x",
            "#part",
        ] {
            assert!(safe_link(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "data:text/html,x",
            "//x.test",
            "/\\x.test",
            "vbscript:x",
            "",
        ] {
            assert!(safe_link(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn text_is_escaped_and_its_addresses_linked() {
        assert_eq!(
            linked("See https://x.test/?a=1&b=2. <b>"),
            "See <a href=\"https://x.test/?a=1&amp;b=2\">https://x.test/?a=1&amp;b=2</a>. &lt;b&gt;"
        );
        assert!(!linked("http://\"onclick=alert(1)").contains("\"onclick"));
    }

    #[test]
    fn times_read_like_times() {
        assert_eq!(
            moment_of("2026-05-04T09:00:00.000Z"),
            "4 May 2026, 09:00 UTC"
        );
        assert_eq!(moment_of("soon"), "soon");
    }
}
