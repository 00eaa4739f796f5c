//! Which tool a post in a channel came from, and whether it says that something broke, got well, or was deployed.
//!
//! The built-in rules are data (`origin/rules.toml`); a company adds its own before them.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

#[cfg(test)]
mod tests;

const BUILT_IN: &str = include_str!("origin/rules.toml");

/// An alert names itself in its first lines; what follows are details, which speak of "closed" connections.
const OPENING_LINES: usize = 8;
/// A line is a title or a sentence. A dump that is pasted as one line is not read to its end.
const LINE_CHARS: usize = 400;

/// What the posts of one tool are like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginRule {
    /// What the tool is called on the page.
    pub name: String,
    /// Names of bots and apps: the whole name, in any case; `*` stands for any characters.
    #[serde(default)]
    pub from: Vec<String>,
    /// Regular expressions. They see the first lines of a post, `^` and `$` at each of them, without leading emoji,
    /// without the stars of bold text, with links as their words.
    #[serde(default)]
    pub text: Vec<String>,
    /// What such a post reports.
    #[serde(default)]
    pub kind: OriginKind,
}

/// What a tool reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// That something broke or got well.
    #[default]
    Alert,
    /// That something was released or rolled back.
    Deploy,
}

/// What one post says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// Something is wrong, or still is: acknowledged and half open count.
    Firing,
    /// It is over.
    Recovered,
    /// A release or a rollback, however it went.
    Deploy,
}

/// The tool that wrote a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Its name, from the rule that fitted.
    pub name: &'a str,
    /// What the post says.
    pub signal: Signal,
}

/// Why rules cannot be used. Each but the last is put right by whoever wrote the rule that it names.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// A rule without a name would leave an alert without one.
    #[error("rule {place} has no name")]
    Nameless {
        /// Which of the company's own rules, counted from one.
        place: usize,
    },
    /// A rule with neither names nor texts.
    #[error("rule \"{rule}\" has neither `from` nor `text`, so it fits no post")]
    Empty {
        /// Its name.
        rule: String,
    },
    /// A name or a text that would fit every post, so that no rule after it is ever asked.
    #[error("rule \"{rule}\": `{pattern}` fits every post")]
    TooWide {
        /// Its name.
        rule: String,
        /// The name or text.
        pattern: String,
    },
    /// A text that is no regular expression, or too big a one.
    #[error("rule \"{rule}\": `{pattern}` is not a regular expression")]
    Unreadable {
        /// Its name.
        rule: String,
        /// The text.
        pattern: String,
        /// What is wrong with it.
        #[source]
        source: regex::Error,
    },
    /// The rules that are compiled in cannot be read: a fault of this program.
    #[error("the built-in rules cannot be read")]
    BuiltIn(#[source] toml::de::Error),
}

/// The rules, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    rules: Vec<Rule>,
    firing: Vec<Regex>,
    recovered: Vec<Regex>,
}

#[derive(Clone, Debug)]
struct Rule {
    name: String,
    from: Vec<NamePattern>,
    text: Vec<Regex>,
    kind: OriginKind,
}

/// The shape of `rules.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BuiltIn {
    signals: Signals,
    rule: Vec<OriginRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signals {
    firing: Vec<String>,
    recovered: Vec<String>,
}

impl Origins {
    /// The rules that come with the program.
    pub fn built_in() -> Self {
        // They do not change after the build, and a test reads them: there is no error that a caller could meet.
        Self::with(Vec::new()).unwrap_or_default()
    }

    /// The given rules, and after them those that come with the program.
    ///
    /// # Errors
    /// The first rule that cannot be used, by its name.
    pub fn with(extra: Vec<OriginRule>) -> Result<Self, OriginError> {
        // Compiled once in a process where there is nothing to add.
        static COMPILED: OnceLock<Origins> = OnceLock::new();
        if !extra.is_empty() {
            return Self::compiled(extra);
        }
        if let Some(origins) = COMPILED.get() {
            return Ok(origins.clone());
        }
        let origins = Self::compiled(extra)?;
        Ok(COMPILED.get_or_init(|| origins).clone())
    }

    fn compiled(extra: Vec<OriginRule>) -> Result<Self, OriginError> {
        let built_in: BuiltIn = toml::from_str(BUILT_IN).map_err(OriginError::BuiltIn)?;
        let signal = |patterns: &[String]| -> Result<Vec<Regex>, OriginError> {
            patterns
                .iter()
                .map(|pattern| expression("signals", pattern))
                .collect()
        };
        Ok(Self {
            rules: extra
                .into_iter()
                .chain(built_in.rule)
                .enumerate()
                .map(|(at, rule)| Rule::of(at + 1, rule))
                .collect::<Result<_, _>>()?,
            firing: signal(&built_in.signals.firing)?,
            recovered: signal(&built_in.signals.recovered)?,
        })
    }

    /// The tool that wrote this post: the first rule that its author or its text fits.
    ///
    /// `author` is the name of the bot or app, `text` what it wrote, as plain text or as Slack's markup, one line
    /// for each title and text. Ask for posts of bots only: a person who pastes an alert writes as its tool does.
    pub fn of(&self, author: Option<&str>, text: &str) -> Option<Origin<'_>> {
        let author = author.map(|author| author.trim().to_lowercase());
        let opening = opening(text);
        let rule = self.rules.iter().find(|rule| {
            author
                .as_deref()
                .is_some_and(|author| rule.from.iter().any(|name| name.fits(author)))
                || fits(&rule.text, &opening)
        })?;
        Some(Origin {
            name: &rule.name,
            signal: match rule.kind {
                OriginKind::Alert => self.signal(&opening),
                OriginKind::Deploy => Signal::Deploy,
            },
        })
    }

    /// The first line that says either decides: the details below a title speak of thresholds and other alerts. A
    /// post that says neither is an alert of a tool that does not bother to write "firing".
    fn signal(&self, opening: &str) -> Signal {
        opening
            .lines()
            .find_map(|line| {
                if fits(&self.firing, line) {
                    Some(Signal::Firing)
                } else if fits(&self.recovered, line) {
                    Some(Signal::Recovered)
                } else {
                    None
                }
            })
            .unwrap_or(Signal::Firing)
    }
}

impl Rule {
    fn of(place: usize, rule: OriginRule) -> Result<Self, OriginError> {
        let OriginRule {
            name,
            from,
            text,
            kind,
        } = rule;
        if name.trim().is_empty() {
            return Err(OriginError::Nameless { place });
        }
        if from.is_empty() && text.is_empty() {
            return Err(OriginError::Empty { rule: name });
        }
        Ok(Self {
            from: from
                .iter()
                .map(|glob| NamePattern::of(&name, glob))
                .collect::<Result<_, _>>()?,
            text: text
                .iter()
                .map(|pattern| expression(&name, pattern))
                .collect::<Result<_, _>>()?,
            name,
            kind,
        })
    }
}

/// A whole name in any case, cut at each `*`. Cheaper to read than an expression, and there are many names.
#[derive(Clone, Debug)]
struct NamePattern {
    first: String,
    /// What follows each `*`; the last of them ends the name.
    rest: Vec<String>,
}

impl NamePattern {
    fn of(rule: &str, glob: &str) -> Result<Self, OriginError> {
        let glob = glob.trim().to_lowercase();
        if glob.chars().all(|character| character == '*') {
            return Err(OriginError::TooWide {
                rule: rule.to_owned(),
                pattern: glob,
            });
        }
        let mut parts = glob.split('*').map(str::to_owned);
        Ok(Self {
            first: parts.next().unwrap_or_default(),
            rest: parts.collect(),
        })
    }

    /// `name` in lower case.
    fn fits(&self, name: &str) -> bool {
        let Some((last, between)) = self.rest.split_last() else {
            return name == self.first;
        };
        let Some(mut left) = name.strip_prefix(self.first.as_str()) else {
            return false;
        };
        for part in between {
            match left.split_once(part.as_str()) {
                Some((_, after)) => left = after,
                None => return false,
            }
        }
        left.ends_with(last.as_str())
    }
}

/// A pattern for lines.
fn expression(rule: &str, pattern: &str) -> Result<Regex, OriginError> {
    let regex = RegexBuilder::new(pattern)
        .multi_line(true)
        .build()
        .map_err(|source| OriginError::Unreadable {
            rule: rule.to_owned(),
            pattern: pattern.to_owned(),
            source,
        })?;
    if regex.is_match("") {
        return Err(OriginError::TooWide {
            rule: rule.to_owned(),
            pattern: pattern.to_owned(),
        });
    }
    Ok(regex)
}

fn fits(patterns: &[Regex], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.is_match(text))
}

/// The first lines of a post without their ornaments, so that a pattern can be anchored at what is said first.
fn opening(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(bare)
        .filter(|line| !line.is_empty())
        .take(OPENING_LINES)
        .collect();
    lines.join("\n")
}

fn bare(line: &str) -> String {
    let line = links_as_words(line)
        .replace('*', "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    without_leading_emoji(&line)
        .trim_end()
        .chars()
        .take(LINE_CHARS)
        .collect()
}

/// `<https://example.com/1|#1>` as `#1`. Mentions and bare addresses stay as they are.
fn links_as_words(line: &str) -> String {
    let mut words = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        match after.split_once('>') {
            Some((link, after)) if link.contains("://") && link.contains('|') => {
                words.push_str(link.split_once('|').map_or(link, |(_, label)| label));
                rest = after;
            }
            Some(_) | None => {
                words.push('<');
                rest = after;
            }
        }
    }
    words.push_str(rest);
    words
}

/// Emoji stand before a title as characters or by name (`:rotating_light:`), several of them at times.
fn without_leading_emoji(line: &str) -> &str {
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches(|character: char| {
            character.is_whitespace() || (!character.is_ascii() && !character.is_alphanumeric())
        });
        let Some((name, after)) = rest
            .strip_prefix(':')
            .and_then(|named| named.split_once(':'))
        else {
            return rest;
        };
        if name.is_empty() || !name.chars().all(is_of_emoji_name) {
            return rest;
        }
        rest = after;
    }
}

fn is_of_emoji_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '+' | '\'')
}
