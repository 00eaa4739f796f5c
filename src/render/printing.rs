//! How a template prints a value: the one place where text meets a format.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Output, State, Value};

use super::fragment::Fragment;
use super::markdown::tokens::Printed;
use super::pieces::Piece;
use super::prose::Prose;
use super::{mrkdwn, text};

/// What a template is written in; its name decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Confluence's storage format.
    Storage,
    /// Markdown that becomes storage format.
    Markdown,
    /// HTML, and whatever else is not known to be plain.
    Html,
    /// Slack's.
    Mrkdwn,
    /// Text that nothing interprets.
    Plain,
}

impl Language {
    /// The engine's own rule escapes `.html`, `.htm` and `.xml` and lets everything else through, `.xhtml` included.
    /// This one escapes all but what is known to be plain.
    pub(crate) fn of(name: &str) -> Self {
        match name.strip_suffix(".j2").unwrap_or(name).rsplit_once('.') {
            Some((_, "txt")) => Self::Plain,
            Some((_, "mrkdwn")) => Self::Mrkdwn,
            Some((_, "xhtml")) => Self::Storage,
            Some((_, "md")) => Self::Markdown,
            Some(_) | None => Self::Html,
        }
    }
}

/// Writes one value. It goes by the template's name and not by the engine's state, so that `{% autoescape false %}`
/// switches nothing off; and it refuses what would come out as `none` or as a program's idea of a list.
pub(crate) fn print(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let language = Language::of(state.name());
    if let Some(fragment) = fragment(state, value)? {
        return match language {
            Language::Storage => out.write_str(fragment.storage()).map_err(Error::from),
            Language::Markdown => write_token(out, state, Printed::Fragment(fragment)),
            Language::Html | Language::Mrkdwn | Language::Plain => Err(Error::new(
                ErrorKind::NonPrimitive,
                "a piece of the page can be printed in templates of the page and its comments only",
            )),
        };
    }
    let printed = printable(value)?;
    let shown = text::clean(&printed);
    let written = match language {
        // Safe is only what a macro of the same template has escaped already, or has made tokens of.
        Language::Markdown if value.is_safe() => printed,
        Language::Storage | Language::Html | Language::Mrkdwn if value.is_safe() => shown,
        Language::Storage | Language::Html => text::escape_markup(&shown),
        Language::Mrkdwn => mrkdwn::escape(&shown),
        Language::Plain => shown,
        Language::Markdown => return write_token(out, state, Printed::Text(shown)),
    };
    out.write_str(&written).map_err(Error::from)
}

/// What is storage format by its type.
fn fragment(state: &State<'_, '_>, value: &Value) -> Result<Option<Fragment>, Error> {
    if let Some(fragment) = value.downcast_object_ref::<Fragment>() {
        return Ok(Some(fragment.clone()));
    }
    if let Some(piece) = value.downcast_object_ref::<Piece>() {
        return piece.fragment(state.env()).map(Some).map_err(|fault| {
            Error::new(ErrorKind::InvalidOperation, "this piece cannot be made").with_source(fault)
        });
    }
    Ok(match Language::of(state.name()) {
        Language::Storage | Language::Markdown => value
            .downcast_object_ref::<Prose>()
            .map(|prose| prose.fragment().clone()),
        Language::Html | Language::Mrkdwn | Language::Plain => None,
    })
}

fn printable(value: &Value) -> Result<String, Error> {
    let kind = value.kind();
    if kind == ValueKind::None {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "this value is not known here",
        ));
    }
    if !matches!(
        kind,
        ValueKind::String | ValueKind::Number | ValueKind::Bool
    ) {
        return Err(Error::new(
            ErrorKind::NonPrimitive,
            format!("{kind} cannot be printed as text"),
        ));
    }
    Ok(value.to_string())
}

fn write_token(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    printed: Printed,
) -> Result<(), Error> {
    let token = state
        .get_or_insert_extension_with(super::markdown::tokens::Tokens::default)
        .add(printed);
    out.write_str(&token).map_err(Error::from)
}
