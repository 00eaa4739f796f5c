//! The guide of questions that blame nobody: one file for the page and for whatever else shows it.

use minijinja::Value;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use super::error::RenderError;

/// The file's name among the templates. It may be replaced like any of them; it is data, with no tags in it.
pub(crate) const FILE: &str = "postmortem_page/questions.toml";
/// The built-in questions.
pub(crate) const BUILT_IN: &str = include_str!("../../templates/postmortem_page/questions.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    question: Vec<Question>,
}

/// A question that looks for a culprit, and what to ask in its stead.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    instead_of: String,
    ask: String,
}

/// What templates know as `questions`.
pub(crate) fn read(source: &str) -> Result<Value, RenderError> {
    let questions: Questions = toml::from_str(source).map_err(|error| RenderError::Syntax {
        template: FILE.to_owned(),
        line: error.span().map_or(1, |span| {
            1 + source
                .get(..span.start)
                .unwrap_or_default()
                .matches('\n')
                .count()
        }),
        detail: format!(
            "{}; it holds `[[question]]` tables with `instead_of` and `ask`",
            error.message()
        ),
    })?;
    Ok(Value::from(Serde(questions.question)))
}
