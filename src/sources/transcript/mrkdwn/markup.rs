//! What stands in angle brackets: people, channels, groups, dates and links.

use jiff::Timestamp;

use super::{Names, unescaped};
use crate::playbook::rich_text::Span;
use crate::sources::transcript::emoji;

/// Somebody whom Slack no longer names.
const SOMEBODY: &str = "somebody";

/// The markup at the beginning of a text that begins with `<`, and its length with both brackets. `None` where it is
/// none: it is text then.
pub(super) fn read(text: &str, names: &Names) -> Option<(Span, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find(['<', '>'])?;
    if !inside[end..].starts_with('>') {
        return None;
    }
    let inside = &inside[..end];
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inside, None),
    };
    let label = label
        .map(|label| emoji::replaced(&unescaped(&label.replace('\n', " "))))
        .filter(|label| !label.trim().is_empty());
    let span = match target.chars().next()? {
        '@' => person(&target[1..], label, names),
        '#' => channel(&target[1..], label, names),
        '!' => special(&target[1..], label),
        _ => link(target, label)?,
    };
    Some((span, end + 2))
}

/// Somebody by id. A handle in the markup is an old way of writing and may be outdated: the name that is known wins.
pub fn person(id: &str, label: Option<String>, names: &Names) -> Span {
    let name = names
        .people
        .get(id)
        .cloned()
        .or(label)
        .unwrap_or_else(|| SOMEBODY.to_owned());
    Span::Person {
        name: name.trim_start_matches('@').to_owned(),
        atlassian: None,
    }
}

/// A channel by id. It is no link: it leads to no message.
pub fn channel(id: &str, label: Option<String>, names: &Names) -> Span {
    let name = label.or_else(|| names.channels.get(id).cloned());
    let name = name.as_deref().unwrap_or("channel");
    Span::Text(format!("#{}", name.trim_start_matches('#')))
}

fn special(target: &str, label: Option<String>) -> Span {
    let mut parts = target.split('^');
    match parts.next().unwrap_or_default() {
        "date" => date(parts.next(), parts.nth(1), label),
        "subteam" => Span::Text(at(label.as_deref().unwrap_or("group"))),
        // `here`, `channel`, `everyone`, and whatever Slack may add.
        word => Span::Text(at(label.as_deref().unwrap_or(word))),
    }
}

fn at(name: &str) -> String {
    format!("@{}", name.trim_start_matches('@'))
}

/// A date in the words its writer gave for those who cannot format it. They were written with a zone in mind, which a
/// format alone does not tell; without them it is shown in UTC.
pub fn date(seconds: Option<&str>, url: Option<&str>, label: Option<String>) -> Span {
    let at = seconds
        .and_then(|seconds| seconds.parse().ok())
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let shown = label
        .or_else(|| at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()))
        .unwrap_or_else(|| "a date".to_owned());
    match url.and_then(|url| link(url, Some(shown.clone()))) {
        Some(link) => link,
        None => Span::Text(shown),
    }
}

/// A link, where the target is an address at all.
fn link(target: &str, label: Option<String>) -> Option<Span> {
    let without_scheme = ["mailto:", "tel:"]
        .into_iter()
        .find_map(|scheme| target.strip_prefix(scheme));
    if without_scheme.is_none() && !target.contains("://") {
        return None;
    }
    let shown = unescaped(without_scheme.unwrap_or(target));
    Some(Span::Link {
        url: unescaped(target),
        label: label.unwrap_or(shown),
    })
}
