//! Text with the little markup that a chat has: bold, code, links, people. One neutral form between the vendors' own
//! (Slack's mrkdwn, a note's plain lines) and what the page is written in.
//!
//! Whatever it holds came from outside: whoever writes it into a format escapes every piece for that format.

use serde::{Deserialize, Serialize};

/// Paragraphs, code, quotations and lists. Empty where nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct RichText {
    /// In order.
    pub blocks: Vec<Block>,
}

/// A piece of text that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Span>),
    /// Said by somebody else.
    Quote(Vec<Span>),
    /// Code or output, as it was written.
    Code(String),
    /// Items without numbers.
    List(Vec<Vec<Span>>),
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Plain characters.
    Text(String),
    /// A new line within the paragraph.
    Break,
    /// Bold.
    Strong(Vec<Span>),
    /// Italic.
    Emphasis(Vec<Span>),
    /// Struck out.
    Struck(Vec<Span>),
    /// Code within a line.
    Code(String),
    /// A link. Its address is outside text too: a writer makes something to click of `http` and `https` only.
    Link {
        /// Where it leads.
        url: String,
        /// What is shown; the address itself where there is nothing else.
        label: String,
    },
    /// Somebody who was mentioned.
    Person {
        /// The name, without `@`.
        name: String,
        /// The Atlassian account, where it is known. Shown by name all the same: a mention would notify.
        atlassian: Option<String>,
    },
}

/// How it is stored: what has no markup is a text.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Plain(String),
    Rich(Vec<Block>),
}

impl From<Stored> for RichText {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Plain(text) => Self::plain_text(&text),
            Stored::Rich(blocks) => Self { blocks },
        }
    }
}

impl From<RichText> for Stored {
    fn from(text: RichText) -> Self {
        let is_plain = match text.blocks.as_slice() {
            [] => true,
            [Block::Paragraph(spans)] => spans.iter().all(|span| match span {
                Span::Text(_) | Span::Break => true,
                Span::Strong(_)
                | Span::Emphasis(_)
                | Span::Struck(_)
                | Span::Code(_)
                | Span::Link { .. }
                | Span::Person { .. } => false,
            }),
            _ => false,
        };
        if is_plain {
            Self::Plain(text.to_plain())
        } else {
            Self::Rich(text.blocks)
        }
    }
}

impl From<&str> for RichText {
    fn from(text: &str) -> Self {
        Self::plain_text(text)
    }
}

impl From<String> for RichText {
    fn from(text: String) -> Self {
        Self::plain_text(&text)
    }
}

impl RichText {
    /// Text without any markup; its line ends stay.
    pub fn plain_text(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let mut spans = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                spans.push(Span::Break);
            }
            if !line.is_empty() {
                spans.push(Span::Text(line.to_owned()));
            }
        }
        Self {
            blocks: vec![Block::Paragraph(spans)],
        }
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The words alone, blocks on lines of their own.
    pub fn to_plain(&self) -> String {
        let mut plain = String::new();
        for block in &self.blocks {
            if !plain.is_empty() {
                plain.push('\n');
            }
            match block {
                Block::Paragraph(spans) | Block::Quote(spans) => write_plain(spans, &mut plain),
                Block::Code(code) => plain.push_str(code),
                Block::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            plain.push('\n');
                        }
                        plain.push_str("• ");
                        write_plain(item, &mut plain);
                    }
                }
            }
        }
        plain
    }
}

fn write_plain(spans: &[Span], plain: &mut String) {
    for span in spans {
        match span {
            Span::Text(text) | Span::Code(text) => plain.push_str(text),
            Span::Break => plain.push('\n'),
            Span::Strong(inner) | Span::Emphasis(inner) | Span::Struck(inner) => {
                write_plain(inner, plain);
            }
            Span::Link { label, .. } => plain.push_str(label),
            Span::Person { name, .. } => {
                plain.push('@');
                plain.push_str(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_stored_as_text_and_comes_back() {
        for text in ["", "one", "one\ntwo\n\nthree", "\n"] {
            let rich = RichText::plain_text(text);
            assert_eq!(rich.to_plain(), text);
            let stored = serde_json::to_value(&rich).unwrap();
            assert_eq!(stored, serde_json::json!(text));
            assert_eq!(serde_json::from_value::<RichText>(stored).unwrap(), rich);
        }
    }

    #[test]
    fn markup_is_stored_whole_and_reads_as_its_words() {
        let rich = RichText {
            blocks: vec![
                Block::Paragraph(vec![
                    Span::Strong(vec![Span::Text("It".into())]),
                    Span::Text(" was ".into()),
                    Span::Person {
                        name: "Ada".into(),
                        atlassian: None,
                    },
                ]),
                Block::List(vec![
                    vec![Span::Code("a".into())],
                    vec![Span::Link {
                        url: "https://example.com".into(),
                        label: "b".into(),
                    }],
                ]),
                Block::Code("x\ny".into()),
            ],
        };
        assert_eq!(rich.to_plain(), "It was @Ada\n• a\n• b\nx\ny");
        let stored = serde_json::to_string(&rich).unwrap();
        assert_eq!(serde_json::from_str::<RichText>(&stored).unwrap(), rich);
    }
}
