//! The page templates: compiled in, everything escaped.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// Every page by its name.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_loader(|name| {
        let source = match name {
            "layout.html" => include_str!("templates/layout.html"),
            "cases.html" => include_str!("templates/cases.html"),
            "case.html" => include_str!("templates/case.html"),
            "refusal.html" => include_str!("templates/refusal.html"),
            "parts.html" => include_str!("templates/parts.html"),
            _ => return Ok(None),
        };
        Ok(Some(source.to_owned()))
    });
    // Whatever a template is called: text from outside is never markup.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
}
