//! What can go wrong while rendering: always a template's fault or a caller's, never the incident's.

use super::engine::Templates;
use super::sections::Section;

/// Why nothing was rendered. Each names the template, the line where there is one, and what mends it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// An override has a name that no template has.
    #[error("there is no template {template}; {}", self.remedy())]
    UnknownTemplate {
        /// The name that was given.
        template: String,
    },
    /// The template cannot be read as a template.
    #[error("template {template}, line {line}: {detail}; {}", self.remedy())]
    Syntax {
        /// Its name.
        template: String,
        /// Line in it, from 1.
        line: usize,
        /// What the template engine says.
        detail: String,
    },
    /// The template was read, and failed while it was filled in: an unknown name, a missing value, a loop without end.
    #[error("template {template}, line {line}: {detail}; {}", self.remedy())]
    Filling {
        /// Its name.
        template: String,
        /// Line in it, from 1.
        line: usize,
        /// What the template engine says.
        detail: String,
    },
    /// The result is not well-formed; Confluence would refuse the whole page.
    #[error("template {template}, line {line}: not well-formed: {detail}; {}", self.remedy())]
    NotWellFormed {
        /// Its name.
        template: String,
        /// Line in it, from 1.
        line: usize,
        /// What the parser says.
        detail: String,
    },
    /// A template in Markdown holds what does not become storage format.
    #[error("template {template}, line {line}: {detail}; {}", self.remedy())]
    NotKept {
        /// Its name.
        template: String,
        /// Line in it, from 1.
        line: usize,
        /// What it is, and what to write instead.
        detail: String,
    },
    /// A page template lacks what the process asks for.
    #[error("template {template}, line {line}: {} is missing; {}", section.title(), self.remedy())]
    MissingSection {
        /// Its name.
        template: String,
        /// Line in it, from 1: where the section is lost, or the first where nothing points to it.
        line: usize,
        /// What is missing.
        section: Section,
    },
    /// A page template shows a section only where something is known of it, so that nobody is asked to write it.
    #[error("template {template}, line {line}: {} is missing as long as nothing is known of it; {}", section.title(), self.remedy())]
    SectionComesLate {
        /// Its name.
        template: String,
        /// Line in it, from 1.
        line: usize,
        /// What is missing then.
        section: Section,
    },
    /// One template is there in storage format and in Markdown.
    #[error("template {template}: {other} is there as well; {}", self.remedy())]
    TwoOfOne {
        /// The one in Markdown.
        template: String,
        /// The one in storage format.
        other: String,
    },
    /// The result is larger than what we send.
    #[error("template {template}: {bytes} bytes, more than {limit}; {}", self.remedy())]
    TooLarge {
        /// Its name.
        template: String,
        /// How large it came out.
        bytes: usize,
        /// The most we send.
        limit: usize,
    },
    /// A page title that lacks the incident's reference would be shared by two incidents.
    #[error("template {template}: the title lacks the incident's reference; {}", self.remedy())]
    TitleWithoutReference {
        /// Its name.
        template: String,
    },
    /// The caller asked for a message about something that has not happened.
    #[error("template {template}: there is no news to tell; {}", self.remedy())]
    NoNews {
        /// Its name.
        template: String,
    },
}

impl RenderError {
    /// The template concerned, as `folder/file`.
    pub fn template(&self) -> &str {
        match self {
            Self::UnknownTemplate { template }
            | Self::Syntax { template, .. }
            | Self::Filling { template, .. }
            | Self::NotWellFormed { template, .. }
            | Self::NotKept { template, .. }
            | Self::MissingSection { template, .. }
            | Self::SectionComesLate { template, .. }
            | Self::TwoOfOne { template, .. }
            | Self::TooLarge { template, .. }
            | Self::TitleWithoutReference { template }
            | Self::NoNews { template } => template,
        }
    }

    /// The line in the template, from 1; `None` where the whole template is meant.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Syntax { line, .. }
            | Self::Filling { line, .. }
            | Self::NotWellFormed { line, .. }
            | Self::NotKept { line, .. }
            | Self::MissingSection { line, .. }
            | Self::SectionComesLate { line, .. } => Some(*line),
            Self::UnknownTemplate { .. }
            | Self::TwoOfOne { .. }
            | Self::TooLarge { .. }
            | Self::TitleWithoutReference { .. }
            | Self::NoNews { .. } => None,
        }
    }

    /// What a person does about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::UnknownTemplate { .. } => {
                let known: Vec<_> = Templates::built_in().map(|(name, _)| name).collect();
                format!(
                    "rename or remove the file; the templates are {}; each `.xhtml` may be a `.md` instead",
                    known.join(", ")
                )
            }
            Self::Syntax { .. } => "mend that line, or remove the file to use the built-in template".to_owned(),
            Self::Filling { .. } => {
                "compare the names used on that line with the built-in template, and ask with `{% if %}` \
                 before printing what may be unknown"
                    .to_owned()
            }
            Self::NotWellFormed { .. } => {
                "close every element there, write `&amp;` for `&`, and numbers or plain characters instead of \
                 HTML entities such as `&nbsp;`"
                    .to_owned()
            }
            Self::NotKept { .. } => "mend that line, or remove the file to use the built-in template".to_owned(),
            Self::MissingSection { section, .. } => format!(
                "print {}, or where the template has words of its own for it, say so there with `{{# section: {} #}}`",
                section.remedy(),
                section.name()
            ),
            Self::SectionComesLate { section, .. } => format!(
                "let its heading stand outside of `{{% if %}}` and ask for what is to be written, or say with `{{# section: {} #}}` that it is meant",
                section.name()
            ),
            Self::TwoOfOne { .. } => "remove one of the two files".to_owned(),
            Self::TooLarge { .. } => "print less in the template; the built-in one stays below the limit".to_owned(),
            Self::TitleWithoutReference { .. } => "put `{{ reference }}` into it, near its beginning".to_owned(),
            Self::NoNews { .. } => "ask again once it has happened".to_owned(),
        }
    }
}
