//! The template engine, set up so that a forgotten escape, a misspelt name or an endless loop fails closed.

use std::collections::BTreeMap;
use std::error::Error as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Template, UndefinedBehavior, Value};

use super::error::RenderError;
use super::fragment::Fragment;
use super::printing::{self, Language};
use super::{markdown, questions, storage, text};

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
    "postmortem_page/privacy.xhtml",
    "postmortem_page/page_properties.xhtml",
    "postmortem_page/statements.xhtml",
    "postmortem_page/measures_table.xhtml",
    "postmortem_page/record_notes.xhtml",
    "postmortem_page/timeline_table.xhtml",
    "postmortem_page/five_whys.xhtml",
    "postmortem_page/guide.xhtml",
    "postmortem_page/customer_sheet.xhtml",
    "postmortem_page/corrective_actions.xhtml",
    "postmortem_page/about_meeting.xhtml",
    "postmortem_page/footer.xhtml",
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
    "lead_briefing/subject.txt",
    "lead_briefing/body.txt",
    "lead_briefing/body.html",
    "lead_briefing/chat.mrkdwn",
    "lead_briefing/links.mrkdwn",
    "lead_briefing/note.txt",
    "lead_briefing/comment.xhtml",
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

    /// The built-in templates with some replaced: name, such as `postmortem_page/page.xhtml`, to text. What is written in
    /// storage format may be written in Markdown instead, under the same name with `.md`.
    ///
    /// # Errors
    /// A name that no template has, two files for one template, and a text that does not compile. What shows only when a
    /// template is filled in is found by [`Templates::rehearse`].
    pub fn with_overrides(mut overrides: BTreeMap<String, String>) -> Result<Self, RenderError> {
        let mut environment = environment()?;
        for (name, built_in) in EMBEDDED {
            let in_markdown = markdown_name(name)
                .and_then(|markdown| overrides.remove(&markdown).map(|source| (markdown, source)));
            let (name, source) = match (overrides.remove(*name), in_markdown) {
                (Some(_), Some((markdown, _))) => {
                    return Err(RenderError::TwoOfOne {
                        template: markdown,
                        other: (*name).to_owned(),
                    });
                }
                (None, Some((markdown, source))) => {
                    markdown::check_source(&markdown, &source)?;
                    (markdown, source)
                }
                (Some(source), None) => ((*name).to_owned(), source),
                (None, None) => ((*name).to_owned(), (*built_in).to_owned()),
            };
            environment
                .add_template_owned(name.clone(), source)
                .map_err(|error| located(&name, &error))?;
        }
        let own_questions = overrides.remove(questions::FILE);
        let questions = own_questions.as_deref().unwrap_or(questions::BUILT_IN);
        environment.add_global("questions", questions::read(questions)?);
        match overrides.into_keys().next() {
            Some(template) => Err(RenderError::UnknownTemplate { template }),
            None => Ok(Self { environment }),
        }
    }

    /// The built-in templates, name and text: what may be overridden, and what to begin an override with.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        let data = std::iter::once((questions::FILE, questions::BUILT_IN));
        EMBEDDED.iter().copied().chain(data)
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

    /// Filled in and proved to be storage format that Confluence can read, and not too much of it.
    pub(crate) fn fill_storage(&self, name: &str, context: Value) -> Result<String, RenderError> {
        let storage = storage(&self.environment, name, context)?;
        let bytes = storage.storage().len();
        if bytes > storage::LARGEST {
            return Err(RenderError::TooLarge {
                template: self.in_use(name).0,
                bytes,
                limit: storage::LARGEST,
            });
        }
        Ok(storage.storage().to_owned())
    }

    /// The template that stands for that one of storage format, by name and source: itself, or the one in Markdown.
    pub(crate) fn in_use(&self, name: &str) -> (String, String) {
        match template(&self.environment, name) {
            Ok((template, _)) => (template.name().to_owned(), template.source().to_owned()),
            Err(_) => (name.to_owned(), String::new()),
        }
    }
}

/// Filled in, well-formed, whichever of the two languages it is written in.
pub(crate) fn storage(
    environment: &Environment<'_>,
    name: &str,
    context: Value,
) -> Result<Fragment, RenderError> {
    let (template, language) =
        template(environment, name).map_err(|error| located(name, &error))?;
    match language {
        Language::Markdown => markdown::fill(&template, context),
        Language::Storage | Language::Html | Language::Mrkdwn | Language::Plain => {
            let (rendered, spans) = template
                .render_with_spans(context)
                .map_err(|error| located(name, &error))?;
            Fragment::proved(name, &rendered, &spans)
        }
    }
}

fn template<'e>(
    environment: &'e Environment<'_>,
    name: &str,
) -> Result<(Template<'e, 'e>, Language), Error> {
    let in_markdown = markdown_name(name).and_then(|name| environment.get_template(&name).ok());
    let template = match in_markdown {
        Some(template) => template,
        None => environment.get_template(name)?,
    };
    let language = Language::of(template.name());
    Ok((template, language))
}

/// `page.md` for `page.xhtml`; `None` for what is not written in storage format.
fn markdown_name(name: &str) -> Option<String> {
    name.strip_suffix(".xhtml").map(|stem| format!("{stem}.md"))
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
    environment.set_auto_escape_callback(|name| match Language::of(name) {
        Language::Storage | Language::Html => AutoEscape::Html,
        Language::Mrkdwn => AutoEscape::Custom("mrkdwn".into()),
        Language::Markdown => AutoEscape::Custom("markdown".into()),
        Language::Plain => AutoEscape::None,
    });
    environment.set_formatter(printing::print);
    // Nothing that comes from an incident is ever markup, so nothing may be declared to be: neither by the first nor by
    // the second, whose result the engine takes for markup although it holds quotation marks.
    environment.remove_filter("safe");
    environment.remove_filter("tojson");
    // A plain template's values are not escaped, so it must not come in where markup is written.
    environment.set_path_join_callback(|name, parent| {
        if Language::of(name) == Language::of(parent) {
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

/// The engine's error as ours. Where a piece of the page failed, its own error tells more than that of the page around it.
pub(crate) fn located(name: &str, error: &Error) -> RenderError {
    if let Some(of_piece) = error
        .source()
        .and_then(|source| source.downcast_ref::<RenderError>())
    {
        return of_piece.clone();
    }
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
