//! What a cell holds, and how typing into it changes what was typed.

use jiff::civil::{Date, Time};
use serde_json::{Value, json};

/// The longest text of a cell, in characters.
pub const LONGEST: usize = 50_000;

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, as it stands.
    Text(Box<str>),
    /// A number, or what is one underneath.
    Number(f64, Style),
    /// True or false.
    Flag(bool),
    /// A formula with its `=`. It is not computed.
    Formula(Box<str>),
}

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As a number.
    Plain,
    /// Times a hundred, with a percent sign.
    Percent,
    /// `2026-11-23`
    IsoDate,
    /// `11/23/2026`
    SlashDate,
    /// `9:30:00`
    Time,
}

/// How a value that was sent becomes a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// As it stands.
    Raw,
    /// As if typed by a person on that day: numbers, dates and formulas are recognised, and `00123` is 123.
    Typed(Date),
}

/// How a cell is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Render {
    /// As it is shown.
    Formatted,
    /// As it is underneath.
    Unformatted,
    /// As it is underneath, formulas as formulas.
    Formula,
}

impl Cell {
    /// The cell that a JSON value makes; `None` for null, which leaves a cell alone.
    ///
    /// # Errors
    /// Google's sentence, for a value that no cell can hold.
    pub fn of(value: &Value, input: Input) -> Result<Option<Self>, String> {
        let cell = match value {
            Value::Null => return Ok(None),
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => {
                Self::Number(number.as_f64().unwrap_or_default(), Style::Plain)
            }
            Value::String(text) => {
                if text.len() > LONGEST && text.chars().count() > LONGEST {
                    return Err(format!(
                        "Your input contains more than the maximum of {LONGEST} characters in a single cell."
                    ));
                }
                match input {
                    Input::Raw if text.is_empty() => Self::Empty,
                    Input::Raw => Self::Text(text.as_str().into()),
                    Input::Typed(today) => typed(text, today),
                }
            }
            Value::Array(_) => return Err("list_value".into()),
            Value::Object(_) => return Err("struct_value".into()),
        };
        Ok(Some(cell))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// As it is shown. A formula is not computed: `#NAME?` stands for its value.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.to_string(),
            Self::Number(number, style) => show(*number, *style),
            Self::Flag(true) => "TRUE".into(),
            Self::Flag(false) => "FALSE".into(),
            Self::Formula(_) => "#NAME?".into(),
        }
    }

    /// The value that the API gives for it.
    pub fn render(&self, render: Render) -> Value {
        match (self, render) {
            (Self::Formula(formula), Render::Formula) => json!(formula),
            (_, Render::Formatted) | (Self::Empty | Self::Text(_) | Self::Formula(_), _) => {
                json!(self.shown())
            }
            (Self::Number(number, _), _) => number_json(*number),
            (Self::Flag(flag), _) => json!(flag),
        }
    }

    /// The `ExtendedValue` of it; `None` where it is empty.
    pub fn extended(&self) -> Option<Value> {
        Some(match self {
            Self::Empty => return None,
            Self::Text(text) => json!({"stringValue": text}),
            Self::Number(number, _) => json!({"numberValue": number_json(*number)}),
            Self::Flag(flag) => json!({"boolValue": flag}),
            Self::Formula(formula) => json!({"formulaValue": formula}),
        })
    }
}

/// Whole numbers come without a fraction.
fn number_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

fn show(number: f64, style: Style) -> String {
    let date = || {
        let days = number.floor() as i64;
        epoch()
            .checked_add(jiff::Span::new().try_days(days).unwrap_or_default())
            .unwrap_or(epoch())
    };
    match style {
        Style::Plain => format!("{number}"),
        Style::Percent => format!("{}%", (number * 1e6).round() / 1e4),
        Style::IsoDate => date().to_string(),
        Style::SlashDate => {
            let date = date();
            format!("{}/{}/{}", date.month(), date.day(), date.year())
        }
        Style::Time => {
            let seconds = (number.fract() * 86_400.0).round() as i64;
            format!(
                "{}:{:02}:{:02}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )
        }
    }
}

/// Day 0 of a spreadsheet.
fn epoch() -> Date {
    Date::constant(1899, 12, 30)
}

/// What typing a text into a cell of an `en_US` spreadsheet makes of it.
fn typed(text: &str, today: Date) -> Cell {
    if let Some(literal) = text.strip_prefix('\'') {
        return if literal.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(literal.into())
        };
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text.into())
        };
    }
    if trimmed.len() > 1 && trimmed.starts_with('=') {
        return Cell::Formula(trimmed.into());
    }
    if trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false") {
        return Cell::Flag(trimmed.eq_ignore_ascii_case("true"));
    }
    if let Some(number) = number(trimmed) {
        return Cell::Number(number, Style::Plain);
    }
    if let Some(number) = trimmed.strip_suffix('%').and_then(number) {
        return Cell::Number(number / 100.0, Style::Percent);
    }
    if let Some((date, style)) = date(trimmed, today) {
        return Cell::Number(serial(date), style);
    }
    if let Some(time) = clock(trimmed) {
        return Cell::Number(time, Style::Time);
    }
    // A leading plus is how some people begin a formula.
    if trimmed.len() > 1 && trimmed.starts_with('+') {
        return Cell::Formula(format!("={trimmed}").into());
    }
    Cell::Text(text.into())
}

fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    if !digits.starts_with(|char: char| char.is_ascii_digit() || char == '.') {
        return None;
    }
    let plain = ungrouped(digits)?;
    // `inf` and `nan` cannot get here: the first character is a digit or a point.
    plain
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .map(|number| sign * number)
}

/// Takes the commas out of `1,234,567.8`; `None` where they stand wrongly.
fn ungrouped(digits: &str) -> Option<String> {
    if !digits.contains(',') {
        return Some(digits.to_owned());
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut groups = whole.split(',');
    let first = groups
        .next()
        .filter(|group| (1..=3).contains(&group.len()))?;
    let rest: Vec<&str> = groups.collect();
    if fraction.contains(',') || rest.iter().any(|group| group.len() != 3) {
        return None;
    }
    Some(format!("{first}{}.{fraction}0", rest.concat()))
}

/// `2026-11-23`, `2026/11/23`, `11/23/2026`, `11-23-26`, and `1-2`, which is the second of January this year.
fn date(text: &str, today: Date) -> Option<(Date, Style)> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<i16> = text
        .split(separator)
        .map(|part| {
            (!part.is_empty() && part.len() <= 4)
                .then(|| part.parse::<u16>().ok()?.try_into().ok())
                .flatten()
        })
        .collect::<Option<_>>()?;
    let new = |year: i16, month: i16, day: i16| {
        Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
    };
    match parts.as_slice() {
        [year, month, day] if *year > 999 => Some((new(*year, *month, *day)?, Style::IsoDate)),
        [month, day, year] => {
            let year = if *year < 30 {
                year + 2000
            } else if *year < 100 {
                year + 1900
            } else {
                *year
            };
            Some((new(year, *month, *day)?, Style::SlashDate))
        }
        [month, day] => Some((new(today.year(), *month, *day)?, Style::SlashDate)),
        _ => None,
    }
}

fn serial(date: Date) -> f64 {
    f64::from(
        epoch()
            .until(date)
            .map(|span| span.get_days())
            .unwrap_or_default(),
    )
}

fn clock(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let (hour, minute) = (
        parts.next()?.parse().ok()?,
        parts.next().filter(|part| part.len() == 2)?.parse().ok()?,
    );
    let second = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    let time = Time::new(hour, minute, second, 0)
        .ok()
        .filter(|_| parts.next().is_none())?;
    let seconds =
        i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
    Some(f64::from(seconds) / 86_400.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("plain", json!("plain"), "plain")]
    #[case("00123", json!(123), "123")]
    #[case("1-2", json!(46024), "1/2/2026")]
    #[case("2026-11-23", json!(46349), "2026-11-23")]
    #[case("1,234.50", json!(1234.5), "1234.5")]
    #[case("1,23", json!("1,23"), "1,23")]
    #[case("12.5%", json!(0.125), "12.5%")]
    #[case("1e3", json!(1000), "1000")]
    #[case("true", json!(true), "TRUE")]
    #[case("9:30", json!(0.395_833_333_333_333_3), "9:30:00")]
    #[case("'00123", json!("00123"), "00123")]
    #[case("=1+1", json!("#NAME?"), "#NAME?")]
    #[case("+Plus GmbH", json!("#NAME?"), "#NAME?")]
    #[case("infinity", json!("infinity"), "infinity")]
    #[case("13-45", json!("13-45"), "13-45")]
    fn typing_changes_what_was_typed(
        #[case] text: &str,
        #[case] underneath: Value,
        #[case] shown: &str,
    ) {
        let today = Date::constant(2026, 11, 23);
        let cell = Cell::of(&json!(text), Input::Typed(today))
            .unwrap()
            .unwrap();
        assert_eq!(cell.render(Render::Unformatted), underneath);
        assert_eq!(cell.shown(), shown);
        let raw = Cell::of(&json!(text), Input::Raw).unwrap().unwrap();
        assert_eq!(raw, Cell::Text(text.into()), "RAW leaves it alone");
    }

    #[test]
    fn a_cell_has_its_limits() {
        assert!(Cell::of(&json!("x".repeat(50_000)), Input::Raw).is_ok());
        assert!(
            Cell::of(&json!("x".repeat(50_001)), Input::Raw)
                .unwrap_err()
                .contains("50000 characters")
        );
        assert!(Cell::of(&json!(["x"]), Input::Raw).is_err());
        assert_eq!(Cell::of(&Value::Null, Input::Raw), Ok(None));
        assert_eq!(Cell::of(&json!(""), Input::Raw), Ok(Some(Cell::Empty)));
    }
}
