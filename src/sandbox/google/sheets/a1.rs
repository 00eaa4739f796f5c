//! A1 notation: `Sheet1!A1:B2`, `'My tab'!A:C`, `2:5`, `Sheet1`.
//!
//! See <https://developers.google.com/workspace/sheets/api/guides/concepts#cell>.

use std::fmt::Write;

/// A rectangle of a tab. Indices count from 0; an end is not part of it, and `None` means as far as the grid goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The first row.
    pub top: usize,
    /// The row after the last.
    pub bottom: Option<usize>,
    /// The first column.
    pub left: usize,
    /// The column after the last.
    pub right: Option<usize>,
}

impl Area {
    /// The whole tab.
    pub const WHOLE: Self = Self {
        top: 0,
        bottom: None,
        left: 0,
        right: None,
    };

    /// Whether a cell lies in it.
    pub fn holds(&self, row: usize, column: usize) -> bool {
        row >= self.top
            && self.bottom.is_none_or(|bottom| row < bottom)
            && column >= self.left
            && self.right.is_none_or(|right| column < right)
    }
}

/// A range as it was written: which tab, if any is named, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The tab's title.
    pub tab: Option<String>,
    /// Where; `None` where the text has no `!` and is no cell either, so that it can only name a tab.
    pub area: Option<Area>,
}

/// Reads a range; `None` where it is none.
pub fn read(text: &str) -> Option<Reference> {
    if let Some(rest) = text.strip_prefix('\'') {
        let (title, after) = quoted(rest)?;
        return match after.strip_prefix('!') {
            Some(cells) => Some(Reference {
                tab: Some(title),
                area: Some(area(cells)?),
            }),
            None if after.is_empty() => Some(Reference {
                tab: Some(title),
                area: None,
            }),
            None => None,
        };
    }
    if let Some((title, cells)) = text.rsplit_once('!') {
        return (!title.is_empty())
            .then(|| {
                Some(Reference {
                    tab: Some(title.to_owned()),
                    area: Some(area(cells)?),
                })
            })
            .flatten();
    }
    match area(text) {
        Some(area) => Some(Reference {
            tab: None,
            area: Some(area),
        }),
        None if text.is_empty() => None,
        None => Some(Reference {
            tab: Some(text.to_owned()),
            area: None,
        }),
    }
}

/// A title up to its closing quote, in which `''` stands for one quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut title = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('\'')?;
        title.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                title.push('\'');
                rest = more;
            }
            None => return Some((title, after)),
        }
    }
}

fn area(text: &str) -> Option<Area> {
    let (first, last) = match text.split_once(':') {
        Some((first, last)) => (corner(first)?, corner(last)?),
        None => {
            let corner = corner(text)?;
            // A lone column or row is not a range in A1 notation; a lone cell is.
            corner.0.and(corner.1)?;
            (corner, corner)
        }
    };
    let ((left, top), (right, bottom)) = (first, last);
    let area = Area {
        top: top.unwrap_or(0),
        bottom: bottom.map(|row| row + 1),
        left: left.unwrap_or(0),
        right: right.map(|column| column + 1),
    };
    // `B2:A1` is the same as `A1:B2`.
    let (top, bottom) = ordered(area.top, area.bottom);
    let (left, right) = ordered(area.left, area.right);
    Some(Area {
        top,
        bottom,
        left,
        right,
    })
}

fn ordered(first: usize, end: Option<usize>) -> (usize, Option<usize>) {
    match end {
        Some(end) if end <= first => (end - 1, Some(first + 1)),
        end => (first, end),
    }
}

/// A column and a row, one of which may be missing. `$` is allowed and means nothing.
fn corner(text: &str) -> Option<(Option<usize>, Option<usize>)> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let letters = text
        .find(|char: char| !char.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (letters, digits) = text.split_at(letters);
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    if letters.len() > 3 || (letters.is_empty() && digits.is_empty()) || digits.starts_with('0') {
        return None;
    }
    let column = letters
        .bytes()
        .fold(0, |column, letter| {
            column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
        })
        .checked_sub(1);
    let row = if digits.is_empty() {
        None
    } else if digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Some(
            digits
                .parse::<usize>()
                .ok()
                .filter(|row| *row <= 10_000_000)?
                .checked_sub(1)?,
        )
    } else {
        return None;
    };
    Some((column, row))
}

/// The letters of a column, counted from 0.
pub fn column(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(
            b'A' + u8::try_from(index % 26).unwrap_or_default(),
        ));
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    letters.iter().rev().collect()
}

/// A range in A1 notation, its tab quoted where that is needed.
pub fn write(tab: &str, top: usize, left: usize, rows: usize, columns: usize) -> String {
    let mut text = title(tab);
    let _ = write!(text, "!{}{}", column(left), top + 1);
    if rows > 1 || columns > 1 {
        let _ = write!(
            text,
            ":{}{}",
            column(left + columns.max(1) - 1),
            top + rows.max(1)
        );
    }
    text
}

/// A title as it stands before the `!`.
fn title(tab: &str) -> String {
    let plain = tab
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || char == '_')
        && tab.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && area(tab).is_none();
    if plain {
        tab.to_owned()
    } else {
        format!("'{}'", tab.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("A1", None, (0, Some(1), 0, Some(1)))]
    #[case("Sheet1!A1:B2", Some("Sheet1"), (0, Some(2), 0, Some(2)))]
    #[case("'My ''own'' tab!'!B2:A1", Some("My 'own' tab!"), (0, Some(2), 0, Some(2)))]
    #[case("Tab!A:C", Some("Tab"), (0, None, 0, Some(3)))]
    #[case("Tab!2:5", Some("Tab"), (1, Some(5), 0, None))]
    #[case("Tab!A5:B", Some("Tab"), (4, None, 0, Some(2)))]
    #[case("$AA$10", None, (9, Some(10), 26, Some(27)))]
    fn a_range_is_read(
        #[case] text: &str,
        #[case] tab: Option<&str>,
        #[case] area: (usize, Option<usize>, usize, Option<usize>),
    ) {
        let (top, bottom, left, right) = area;
        let area = Some(Area {
            top,
            bottom,
            left,
            right,
        });
        assert_eq!(
            read(text),
            Some(Reference {
                tab: tab.map(str::to_owned),
                area
            })
        );
    }

    #[test]
    fn a_lone_title_is_a_tab() {
        assert_eq!(
            read("Customers").unwrap(),
            Reference {
                tab: Some("Customers".into()),
                area: None
            }
        );
        assert_eq!(
            read("'A1'").unwrap(),
            Reference {
                tab: Some("A1".into()),
                area: None
            }
        );
    }

    #[rstest]
    #[case("")]
    #[case("!A1")]
    #[case("Tab!")]
    #[case("Tab!A0")]
    #[case("Tab!A1:")]
    #[case("Tab!ABCD1")]
    #[case("'Tab!A1")]
    #[case("Tab!A")]
    fn nonsense_is_not(#[case] text: &str) {
        assert_eq!(read(text), None);
    }

    #[test]
    fn a_range_is_written() {
        assert_eq!(write("Sheet1", 0, 0, 12, 4), "Sheet1!A1:D12");
        assert_eq!(
            write("Affected customers", 1, 27, 1, 1),
            "'Affected customers'!AB2"
        );
        assert_eq!(write("A1", 0, 0, 1, 1), "'A1'!A1");
        assert_eq!(column(18_277), "ZZZ");
    }
}
