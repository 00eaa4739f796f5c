//! What a Markdown template prints, set aside while the Markdown around it is read.
//!
//! Outside text must never be read as Markdown: a title may hold `](javascript:` or begin like a task. So every printed
//! value becomes a token of characters that are none (Unicode sets U+FDD0 to U+FDEF aside for a program's own use, and
//! `text::clean` takes them out of all that comes from outside); when the Markdown has become storage format, each token
//! is replaced by its value, escaped.

use super::super::fragment::Fragment;

const OPEN: char = '\u{fdee}';
const CLOSE: char = '\u{fdef}';
/// Sixteen of them, for the digits of an index.
const ZERO: u32 = 0xfdd0;

/// A value that was printed.
#[derive(Clone, Debug)]
pub(crate) enum Printed {
    /// Text, cleaned and not escaped.
    Text(String),
    /// A piece of storage format.
    Fragment(Fragment),
}

/// All values that one template printed, in order.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    printed: Vec<Printed>,
}

impl Tokens {
    /// The token that stands for it.
    pub(crate) fn add(&mut self, printed: Printed) -> String {
        let index = self.printed.len();
        self.printed.push(printed);
        let digits = format!("{index:x}");
        let digits = digits
            .chars()
            .filter_map(|digit| char::from_u32(ZERO + digit.to_digit(16)?));
        std::iter::once(OPEN).chain(digits).chain([CLOSE]).collect()
    }

    /// A text's own characters and the values between them, in order. What is no token of ours is left out.
    pub(super) fn parts<'s, 't>(&'s self, text: &'t str) -> Vec<Part<'s, 't>> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            parts.push(Part::Own(before));
            let (digits, after) = after.split_once(CLOSE).unwrap_or((after, ""));
            parts.extend(self.printed(digits).map(Part::Printed));
            rest = after;
        }
        parts.push(Part::Own(rest));
        parts.retain(|part| !matches!(part, Part::Own("")));
        parts
    }

    fn printed(&self, digits: &str) -> Option<&Printed> {
        let mut index = 0_usize;
        for digit in digits.chars() {
            let digit = u32::from(digit)
                .checked_sub(ZERO)
                .filter(|digit| *digit < 16)?;
            index = index
                .checked_mul(16)?
                .checked_add(usize::try_from(digit).ok()?)?;
        }
        self.printed.get(index)
    }
}

/// A part of a text that may hold tokens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'s, 't> {
    /// The template's own characters.
    Own(&'t str),
    /// A value it printed.
    Printed(&'s Printed),
}

/// Whether a template's own text holds what tokens are made of.
pub(super) fn is_reserved(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_brings_back_its_value_and_nothing_else_does() {
        let mut tokens = Tokens::default();
        let all: Vec<String> = (0..300)
            .map(|number| tokens.add(Printed::Text(number.to_string())))
            .collect();
        let text = format!("a{}b{}", all[0], all[299]);
        let shown: Vec<String> = tokens
            .parts(&text)
            .into_iter()
            .map(|part| match part {
                Part::Own(own) => own.to_owned(),
                Part::Printed(Printed::Text(text)) => format!("<{text}>"),
                Part::Printed(Printed::Fragment(_)) => unreachable!(),
            })
            .collect();
        assert_eq!(shown, ["a", "<0>", "b", "<299>"]);
        let unknown = Tokens::default();
        assert!(matches!(
            unknown.parts(&text)[..],
            [Part::Own("a"), Part::Own("b")]
        ));
        assert!(
            all.iter()
                .all(|token| super::super::text::clean(token).is_empty())
        );
    }
}
