//! A rule as JSON has it: flat, so that a person can type it.

use serde::Deserialize;

use super::{Kind, Rule, When};

/// A rule as JSON has it: `{"vendor": "google", "nth": 2, "kind": "throttle", "retry_after": 5}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    vendor: Option<String>,
    method: Option<String>,
    path: Option<String>,
    nth: Option<u32>,
    times: Option<u32>,
    always: Option<bool>,
    kind: Word,
    retry_after: Option<u64>,
    seconds: Option<u64>,
    millis: Option<u64>,
    code: Option<u16>,
    most: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Refuse,
    Throttle,
    ErrorBefore,
    ErrorAfter,
    DropAfter,
    Hang,
    Truncate,
    WrongType,
    ExpiredToken,
    Latency,
    Reject,
    ShortPages,
    RepeatCursor,
    ExpiredCursor,
    MoreForever,
    EmptyPage,
}

impl TryFrom<Form> for Rule {
    type Error = String;

    fn try_from(form: Form) -> Result<Self, String> {
        let when = match (form.nth, form.times, form.always.unwrap_or(false)) {
            (None, None, false) => When::Times(1),
            (Some(nth), None, false) if nth > 0 => When::Nth(nth),
            (None, Some(times), false) => When::Times(times),
            (None, None, true) => When::Always,
            _ => return Err("give one of nth (from 1), times and always".into()),
        };
        let mut numbers = Numbers {
            retry_after: form.retry_after,
            seconds: form.seconds,
            millis: form.millis,
            code: form.code,
            most: form.most,
        };
        let kind = match form.kind {
            Word::Refuse => Kind::Refuse,
            Word::Throttle => Kind::Throttle {
                retry_after: numbers.retry_after.take(),
            },
            Word::ErrorBefore => Kind::ErrorBefore,
            Word::ErrorAfter => Kind::ErrorAfter,
            Word::DropAfter => Kind::DropAfter,
            Word::Hang => Kind::Hang {
                seconds: numbers.seconds.take().ok_or("hang needs seconds")?,
            },
            Word::Truncate => Kind::Truncate,
            Word::WrongType => Kind::WrongType,
            Word::ExpiredToken => Kind::ExpiredToken,
            Word::Latency => Kind::Latency {
                millis: numbers.millis.take().ok_or("latency needs millis")?,
            },
            Word::Reject => Kind::Reject {
                code: smtp_refusal(numbers.code.take().ok_or("reject needs code")?)?,
            },
            Word::ShortPages => Kind::ShortPages {
                most: at_least_one(numbers.most.take().ok_or("short_pages needs most")?)?,
            },
            Word::RepeatCursor => Kind::RepeatCursor,
            Word::ExpiredCursor => Kind::ExpiredCursor,
            Word::MoreForever => Kind::MoreForever,
            Word::EmptyPage => Kind::EmptyPage,
        };
        match numbers.left_over() {
            Some(name) => Err(format!("{name} does not belong to this kind of fault")),
            None => Ok(Self {
                vendor: known_vendor(form.vendor)?,
                method: form.method,
                path: form.path,
                when,
                kind,
            }),
        }
    }
}

struct Numbers {
    retry_after: Option<u64>,
    seconds: Option<u64>,
    millis: Option<u64>,
    code: Option<u16>,
    most: Option<usize>,
}

impl Numbers {
    fn left_over(&self) -> Option<&'static str> {
        let Self {
            retry_after,
            seconds,
            millis,
            code,
            most,
        } = self;
        let given = [
            ("retry_after", retry_after.is_some()),
            ("seconds", seconds.is_some()),
            ("millis", millis.is_some()),
            ("code", code.is_some()),
            ("most", most.is_some()),
        ];
        given
            .into_iter()
            .find(|(_, is_given)| *is_given)
            .map(|(name, _)| name)
    }
}

fn at_least_one(most: usize) -> Result<usize, String> {
    if most == 0 {
        return Err("a page of nothing never ends: most is from 1".into());
    }
    Ok(most)
}

fn smtp_refusal(code: u16) -> Result<u16, String> {
    if (400..600).contains(&code) {
        Ok(code)
    } else {
        Err(format!("{code} is no SMTP refusal: 400 to 599"))
    }
}

fn known_vendor(vendor: Option<String>) -> Result<Option<String>, String> {
    const KNOWN: [&str; 5] = ["confluence", "google", "pagerduty", "slack", "smtp"];
    match vendor {
        Some(name) if !KNOWN.contains(&name.as_str()) => Err(format!(
            "unknown vendor {name}, expected one of {}",
            KNOWN.join(", ")
        )),
        vendor => Ok(vendor),
    }
}
