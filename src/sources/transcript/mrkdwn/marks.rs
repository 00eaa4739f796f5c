//! Bold, italic, struck and code within one line.
//!
//! A mark opens where no letter or digit stands before it and no space behind it; it closes the other way round. Others,
//! and doubled ones, are what they are: `snake_case`, `2*3*4` and `__init__` stay. Where marks overlap, the one that closes first wins. No kind is open
//! twice at a time, so nothing is ever nested deeper than three and every mark is looked at once.

use super::{Piece, lines};
use crate::playbook::rich_text::Span;
use crate::sources::transcript::emoji;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Strong,
    Emphasis,
    Struck,
}

impl Kind {
    fn of(mark: char) -> Option<Self> {
        match mark {
            '*' => Some(Self::Strong),
            '_' => Some(Self::Emphasis),
            '~' => Some(Self::Struck),
            _ => None,
        }
    }

    fn around(self, spans: Vec<Span>) -> Span {
        match self {
            Self::Strong => Span::Strong(spans),
            Self::Emphasis => Span::Emphasis(spans),
            Self::Struck => Span::Struck(spans),
        }
    }
}

/// What a line consists of.
enum Unit {
    Character(char),
    Span(Span),
}

impl Unit {
    fn is(&self, character: char) -> bool {
        matches!(self, Self::Character(own) if *own == character)
    }

    fn is_space(&self) -> bool {
        matches!(self, Self::Character(own) if own.is_whitespace())
    }

    fn is_of_a_word(&self) -> bool {
        matches!(self, Self::Character(own) if own.is_alphanumeric())
    }
}

/// What a unit is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Content,
    Opens,
    Closes(Kind),
}

/// The spans of one line.
pub(super) fn spans(line: Vec<Piece>) -> Vec<Span> {
    let mut units = Vec::new();
    for piece in line {
        match piece {
            Piece::Words(words) => units.extend(words.chars().map(Unit::Character)),
            Piece::Span(span) => units.push(Unit::Span(span)),
            Piece::LineEnd => units.push(Unit::Span(Span::Break)),
            Piece::Fence => units.extend("```".chars().map(Unit::Character)),
        }
    }
    let units = with_code(units);
    let roles = roles(&units);
    built(units, &roles)
}

/// Takes out what stands between backticks, where no mark counts.
fn with_code(units: Vec<Unit>) -> Vec<Unit> {
    let mut ticks = units.iter().filter(|unit| unit.is('`')).count();
    if ticks < 2 {
        return units;
    }
    let mut out = Vec::with_capacity(units.len());
    let mut units = units.into_iter();
    while let Some(unit) = units.next() {
        if !unit.is('`') || ticks < 2 {
            out.push(unit);
            continue;
        }
        ticks -= 2;
        let mut code = String::new();
        for unit in units.by_ref().take_while(|unit| !unit.is('`')) {
            match unit {
                Unit::Character(character) => code.push(character),
                Unit::Span(span) => code.push_str(&lines::words_of(&span)),
            }
        }
        if code.is_empty() {
            out.extend("``".chars().map(Unit::Character));
        } else {
            out.push(Unit::Span(Span::Code(code)));
        }
    }
    out
}

fn roles(units: &[Unit]) -> Vec<Role> {
    let mut roles = vec![Role::Content; units.len()];
    // What is open, innermost last.
    let mut open: Vec<(Kind, usize)> = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let Unit::Character(mark) = unit else {
            continue;
        };
        let Some(kind) = Kind::of(*mark) else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| units.get(before));
        let behind = units.get(at + 1);
        if [before, behind]
            .into_iter()
            .flatten()
            .any(|unit| unit.is(*mark))
        {
            continue;
        }
        let closes = before.is_some_and(|unit| !unit.is_space())
            && behind.is_none_or(|unit| !unit.is_of_a_word());
        let opened = open.iter().position(|(other, _)| *other == kind);
        match opened {
            Some(place) if closes => {
                roles[open[place].1] = Role::Opens;
                roles[at] = Role::Closes(kind);
                // What was opened since and is not closed is text.
                open.truncate(place);
            }
            Some(_) | None => {
                let opens = before.is_none_or(|unit| !unit.is_of_a_word())
                    && behind.is_some_and(|unit| !unit.is_space());
                if opens {
                    open.retain(|(other, _)| *other != kind);
                    open.push((kind, at));
                }
            }
        }
    }
    roles
}

fn built(units: Vec<Unit>, roles: &[Role]) -> Vec<Span> {
    let mut outer: Vec<Vec<Span>> = Vec::new();
    let mut spans = Vec::new();
    let mut words = String::new();
    let take_words = |words: &mut String, spans: &mut Vec<Span>| {
        if !words.is_empty() {
            spans.push(Span::Text(emoji::replaced(words)));
            words.clear();
        }
    };
    for (unit, role) in units.into_iter().zip(roles) {
        match (role, unit) {
            (Role::Content, Unit::Character(character)) => words.push(character),
            (Role::Content, Unit::Span(span)) => {
                take_words(&mut words, &mut spans);
                spans.push(span);
            }
            (Role::Opens, _) => {
                take_words(&mut words, &mut spans);
                outer.push(std::mem::take(&mut spans));
            }
            (Role::Closes(kind), _) => {
                take_words(&mut words, &mut spans);
                let inner = std::mem::replace(&mut spans, outer.pop().unwrap_or_default());
                spans.push(kind.around(inner));
            }
        }
    }
    take_words(&mut words, &mut spans);
    spans
}
