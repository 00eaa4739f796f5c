//! Links that say where they lead: an address from a record becomes something to click on only where it is a web
//! address, and no label may pass for another one.

use serde::Serialize;
use url::Url;

use super::text;

const LONGEST_URL: usize = 2_000;
/// UTF-16 units of a label; whoever wants the rest clicks.
const LABEL: usize = 100;

/// A link that says where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) host: String,
}

impl Link {
    /// `None` for what is no web address: `javascript:` from a record must not become something to click on.
    pub(crate) fn new(url: &str) -> Option<Self> {
        let url = Url::parse(text::clean(url).trim()).ok()?;
        if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LONGEST_URL {
            return None;
        }
        Some(Self {
            host: url.host_str()?.to_owned(),
            url: url.into(),
        })
    }

    /// What to show for it: the label, and the host beside it where the label could pass for another address.
    pub(crate) fn shown(&self, label: &str) -> String {
        let label = text::line(label);
        if label.is_empty() || Self::new(&label).as_ref() == Some(self) {
            let shown = text::cut(&self.url, LABEL);
            // `https://bank.example@evil.example/` reads like the bank.
            return if self.url.contains('@') {
                format!("{shown} ({})", self.host)
            } else {
                shown
            };
        }
        let label = text::cut(&label, LABEL);
        if passes_for_an_address(&label) {
            format!("{label} ({})", self.host)
        } else {
            label
        }
    }
}

/// Whether a reader may take it for an address: it has a dot between other characters, a scheme, an `@`, or
/// characters that nobody sees or that turn the reading direction.
fn passes_for_an_address(label: &str) -> bool {
    let is_dot = |c: char| matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}');
    let is_hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    label.contains("://")
        || label.contains(is_hidden)
        || label.split_whitespace().any(|word| {
            word.contains('@')
                || word
                    .trim_end_matches(|c: char| is_dot(c) || matches!(c, '!' | '?' | ',' | ')'))
                    .split_once(is_dot)
                    .is_some_and(|(before, after)| !before.is_empty() && !after.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_links() {
        for no in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "mailto:ada@example.com",
            "//example.com",
            "runbook",
            "",
            &format!("https://example.com/{}", "x".repeat(2_000)),
        ] {
            assert_eq!(Link::new(no), None, "{no}");
        }
        let link = Link::new(" HTTPS://Example.com/a?b=c&d ").unwrap();
        assert_eq!(link.url, "https://example.com/a?b=c&d");
    }

    #[test]
    fn a_label_never_passes_for_another_address() {
        let link = Link::new("https://evil.example/x").unwrap();
        for honest in ["the runbook", "Dashboard 4", "see here.", "Why? Because!"] {
            assert_eq!(link.shown(honest), honest);
        }
        for label in [
            "https://bank.example/",
            "www.bank.example",
            "bank.example/login",
            "bank。example",
            "bank\u{200b}example",
            "\u{202e}elpmaxe knab",
            "ada@bank.example",
        ] {
            assert!(link.shown(label).ends_with(" (evil.example)"), "{label}");
        }
        assert_eq!(link.shown(""), "https://evil.example/x");
        assert_eq!(
            link.shown("https://evil.example/x"),
            "https://evil.example/x"
        );
        let posing = Link::new("https://bank.example@evil.example/").unwrap();
        assert!(posing.shown("").ends_with(" (evil.example)"));
    }
}
