//! What people wrote, in paragraphs: to be printed as it is on the page, and line by line elsewhere.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::fragment::{Element, Form, Fragment, Writer};
use super::text;

/// Bytes of one piece of prose, once it is escaped.
const LONGEST: usize = 30_000;

/// Paragraphs of lines. Templates loop over it; those of storage format may print it whole.
#[derive(Debug)]
pub(crate) struct Prose {
    paragraphs: Vec<Vec<String>>,
    fragment: Fragment,
}

impl Prose {
    /// Paragraphs are parted by blank lines; `None` where there is nothing to read.
    pub(crate) fn new(written: Option<&str>) -> Option<Self> {
        let cut = text::cut_prose(&text::clean(written?), LONGEST);
        let mut paragraphs: Vec<Vec<String>> = vec![Vec::new()];
        for line in cut.lines().map(text::line) {
            if !line.is_empty() {
                if let Some(paragraph) = paragraphs.last_mut() {
                    paragraph.push(line);
                }
            } else if paragraphs
                .last()
                .is_some_and(|paragraph| !paragraph.is_empty())
            {
                paragraphs.push(Vec::new());
            }
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        let fragment = fragment(&paragraphs);
        (!paragraphs.is_empty()).then_some(Self {
            paragraphs,
            fragment,
        })
    }

    pub(crate) fn fragment(&self) -> &Fragment {
        &self.fragment
    }

    pub(crate) fn value(self) -> Value {
        Value::from_object(self)
    }
}

fn fragment(paragraphs: &[Vec<String>]) -> Fragment {
    let mut writer = Writer::default();
    for (index, lines) in paragraphs.iter().enumerate() {
        if index > 0 {
            writer.new_line();
        }
        writer.within(Element::Paragraph, |writer| {
            for (index, line) in lines.iter().enumerate() {
                if index > 0 {
                    writer.line_break();
                }
                writer.text(line);
            }
        });
    }
    writer.finish(Form::Block)
}

impl Object for Prose {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let paragraph = self.paragraphs.get(key.as_usize()?)?;
        Some(paragraph.iter().map(String::as_str).collect())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.paragraphs.len())
    }
}
