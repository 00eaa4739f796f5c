//! What can go wrong while rendering: always a template's fault or a caller's, never the incident's.

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
            | Self::NotWellFormed { line, .. } => Some(*line),
            Self::UnknownTemplate { .. }
            | Self::TooLarge { .. }
            | Self::TitleWithoutReference { .. }
            | Self::NoNews { .. } => None,
        }
    }

    /// What a person does about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::UnknownTemplate { .. } => {
                let known: Vec<_> = super::engine::EMBEDDED.iter().map(|(name, _)| *name).collect();
                format!("rename or remove the file; the templates are {}", known.join(", "))
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
            Self::TooLarge { .. } => "print less in the template; the built-in one stays below the limit".to_owned(),
            Self::TitleWithoutReference { .. } => "put `{{ reference }}` into it, near its beginning".to_owned(),
            Self::NoNews { .. } => "ask again once it has happened".to_owned(),
        }
    }
}
