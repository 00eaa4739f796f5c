//! The ready-made pieces of the page: each a template of its own, printed by its name.
//!
//! So a page of one's own, in storage format or Markdown, is made of the pieces that suit and of one's own words; and a
//! piece may be replaced without touching the page.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Environment, Value};

use super::engine;
use super::error::RenderError;
use super::fragment::Fragment;

macro_rules! pieces {
    ($($name:literal),+ $(,)?) => {
        /// Each piece's name, and the template that makes it.
        pub(crate) const PIECES: &[(&str, &str)] =
            &[$(($name, concat!("postmortem_page/", $name, ".xhtml"))),+];
    };
}

pieces![
    "privacy",
    "page_properties",
    "statements",
    "measures_table",
    "record_notes",
    "timeline_table",
    "five_whys",
    "guide",
    "customer_sheet",
    "corrective_actions",
    "about_meeting",
    "footer",
];

/// A piece that is made when it is printed.
#[derive(Debug)]
pub(crate) struct Piece {
    template: &'static str,
    context: Value,
}

impl Piece {
    pub(crate) fn fragment(&self, environment: &Environment<'_>) -> Result<Fragment, RenderError> {
        engine::storage(environment, self.template, self.context.clone())
    }
}

impl Object for Piece {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.template)
    }
}

/// What a page's template sees: the context and, by name, every piece made from it.
pub(crate) fn with_pieces(context: &Value) -> Value {
    let pieces: BTreeMap<&str, Value> = PIECES
        .iter()
        .map(|(name, template)| {
            let piece = Piece {
                template,
                context: context.clone(),
            };
            (*name, Value::from_object(piece))
        })
        .collect();
    minijinja::context! { ..Value::from(pieces), ..context.clone() }
}
