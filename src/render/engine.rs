//! The template engine, set up so that a forgotten escape, a misspelt name or an endless loop fails closed.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};

use super::error::RenderError;
use super::{mrkdwn, storage, text};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

/// Every template, by the step's folder and the file's name, as compiled in.
pub(crate) const EMBEDDED: &[(&str, &str)] = embedded![
    "affected_customers/folder_name.txt",
    "affected_customers/sheet_name.txt",
    "affected_customers/comment.xhtml",
    "postmortem_page/title.txt",
    "postmortem_page/page.xhtml",
    "review_meeting/summary.txt",
    "review_meeting/description.html",
    "review_meeting/comment.xhtml",
    "announcement/subject.txt",
    "announcement/body.txt",
    "announcement/body.html",
    "announcement/chat.mrkdwn",
    "action_items/subject.txt",
    "action_items/body.txt",
    "action_items/body.html",
    "page_review/subject.txt",
    "page_review/body.txt",
    "page_review/body.html",
    "page_review/advice.xhtml",
];

/// Enough for a page at its largest, some hundred times what an ordinary one takes; a loop without end stops here.
const FUEL: u64 = 20_000_000;

/// The width of plain text mails, in characters.
const MAIL_WIDTH: usize = 76;

/// All templates, compiled and ready. Rendering is pure: the same story gives the same text.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// The built-in templates.
    ///
    /// # Errors
    /// Where one does not compile, which a test rules out.
    pub fn embedded() -> Result<Self, RenderError> {
        Self::with_overrides(BTreeMap::new())
    }

    /// The built-in templates with some replaced: name, such as `postmortem_page/page.xhtml`, to text.
    ///
    /// # Errors
    /// A name that no template has, and a text that does not compile. What shows only when a template is filled in is
    /// found by [`Templates::rehearse`].
    pub fn with_overrides(mut overrides: BTreeMap<String, String>) -> Result<Self, RenderError> {
        let mut environment = environment()?;
        for (name, built_in) in EMBEDDED {
            let source = overrides
                .remove(*name)
                .unwrap_or_else(|| (*built_in).to_owned());
            environment
                .add_template_owned(*name, source)
                .map_err(|error| located(name, &error))?;
        }
        match overrides.into_keys().next() {
            Some(template) => Err(RenderError::UnknownTemplate { template }),
            None => Ok(Self { environment }),
        }
    }

    /// The built-in templates, name and text: what may be overridden, and what to begin an override with.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        EMBEDDED.iter().copied()
    }

    /// Filled in, with never more than one blank line and none at the ends.
    pub(crate) fn fill(&self, name: &str, context: Value) -> Result<String, RenderError> {
        let rendered = self
            .environment
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| located(name, &error))?;
        Ok(text::tidy(&rendered))
    }

    /// Filled in and made one line of at most `limit` UTF-16 units, for subjects and names.
    ///
    /// The context is asked for with the title cut to what still fits, so that a long title never pushes out what the
    /// template puts after it.
    pub(crate) fn fill_line(
        &self,
        name: &str,
        title: &str,
        limit: usize,
        context: impl Fn(&str) -> Value,
    ) -> Result<String, RenderError> {
        let fill = |title: &str| {
            self.fill(name, context(title))
                .map(|rendered| text::line(&rendered))
        };
        let whole = fill(title)?;
        let excess = whole.encode_utf16().count().saturating_sub(limit);
        if excess == 0 {
            return Ok(whole);
        }
        let room = title.encode_utf16().count().saturating_sub(excess).max(1);
        Ok(text::cut(&fill(&text::cut(title, room))?, limit))
    }

    /// Filled in and proved to be storage format that Confluence can read.
    pub(crate) fn fill_storage(&self, name: &str, context: Value) -> Result<String, RenderError> {
        let (rendered, spans) = self
            .environment
            .get_template(name)
            .and_then(|template| template.render_with_spans(context))
            .map_err(|error| located(name, &error))?;
        storage::check(name, &rendered, &spans)?;
        Ok(text::tidy(&rendered))
    }
}

fn environment() -> Result<Environment<'static>, RenderError> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(|error| located("", &error))?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|name| match Escape::of(name) {
        Escape::Markup => AutoEscape::Html,
        Escape::Mrkdwn => AutoEscape::Custom("mrkdwn".into()),
        Escape::Plain => AutoEscape::None,
    });
    environment.set_formatter(write_escaped);
    // Nothing that comes from an incident is ever markup, so nothing may be declared to be.
    environment.remove_filter("safe");
    // A plain template's values are not escaped, so it must not come in where markup is written.
    environment.set_path_join_callback(|name, parent| {
        if Escape::of(name) == Escape::of(parent) {
            name.into()
        } else {
            "a template of another format".into()
        }
    });
    environment.add_filter("isolate", |value: &str| text::isolate(value));
    environment.add_filter("wrap", |value: &str, indent: Option<usize>| {
        text::wrap(value, MAIL_WIDTH, &" ".repeat(indent.unwrap_or(0)))
    });
    Ok(environment)
}

/// How a template's values are escaped; its name decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    /// XML and HTML.
    Markup,
    /// Slack's.
    Mrkdwn,
    /// Text that nothing interprets.
    Plain,
}

impl Escape {
    /// The engine's own rule escapes `.html`, `.htm` and `.xml` and lets everything else through, `.xhtml` included.
    /// This one escapes all but what is known to be plain.
    fn of(name: &str) -> Self {
        match name.strip_suffix(".j2").unwrap_or(name).rsplit_once('.') {
            Some((_, "txt")) => Self::Plain,
            Some((_, "mrkdwn")) => Self::Mrkdwn,
            Some(_) | None => Self::Markup,
        }
    }
}

/// Writes one value. It goes by the template's name and not by the engine's state, so that `{% autoescape false %}`
/// switches nothing off; and it refuses what would come out as `none` or as a program's idea of a list.
fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
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
    let shown = text::clean(&value.to_string());
    let written = match Escape::of(state.name()) {
        // Safe is only what a macro of the same template has escaped already.
        Escape::Markup | Escape::Mrkdwn if value.is_safe() => shown,
        Escape::Markup => text::escape_markup(&shown),
        Escape::Mrkdwn => mrkdwn::escape(&shown),
        Escape::Plain => shown,
    };
    out.write_str(&written).map_err(Error::from)
}

fn located(name: &str, error: &Error) -> RenderError {
    let template = error.name().unwrap_or(name).to_owned();
    let line = error.line().unwrap_or(1);
    let detail = match error.detail() {
        Some(detail) if error.kind() == ErrorKind::TemplateNotFound => {
            format!("{detail}; only built-in names of the same format can be included")
        }
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    if error.kind() == ErrorKind::SyntaxError {
        RenderError::Syntax {
            template,
            line,
            detail,
        }
    } else {
        RenderError::Filling {
            template,
            line,
            detail,
        }
    }
}
