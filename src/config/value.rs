//! How single values are written, and what a person is told who writes them otherwise.
//!
//! Every [`Form`] reads a value as it stands in a file or, always as text, in a variable. Its error is the bare
//! expectation: what was found is added where it is known whether it may be shown.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::SecretString;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use url::Url;

use super::sections::{Count, LogFormat};
use super::vendors::{ConfluenceEdition, MailSecurity};
use crate::playbook::business_hours::Shift;
use crate::playbook::schedule::Schedule;

/// A way of writing one kind of value.
pub(super) trait Form {
    /// What it is read into.
    type Value;
    /// The JSON types a file may give it as.
    const TYPES: &'static [&'static str] = &["string"];
    /// Whether the value may be shown to anybody.
    const SECRET: bool = false;
    /// What is expected, as it ends a sentence: `a duration such as "10m"`.
    fn expected() -> String;
    /// What is expected instead of what was given.
    fn expected_instead_of(_given: &Value) -> String {
        Self::expected()
    }
    /// Reads it.
    fn read(given: &Value) -> Option<Self::Value>;
}

/// Reads one value.
pub(super) fn one<'de, F: Form, D: Deserializer<'de>>(from: D) -> Result<F::Value, D::Error> {
    let given = Value::deserialize(from)?;
    F::read(&given).ok_or_else(|| de::Error::custom(F::expected_instead_of(&given)))
}

/// Reads one value that may be left out.
pub(super) fn maybe<'de, F: Form, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<F::Value>, D::Error> {
    one::<F, D>(from).map(Some)
}

/// Reads a list, or a text with commas: variables have no lists.
pub(super) fn list<'de, F: Form, D: Deserializer<'de>>(from: D) -> Result<Vec<F::Value>, D::Error> {
    struct Elements<F>(PhantomData<F>);
    struct Element<F: Form>(F::Value);

    impl<'de, F: Form> Deserialize<'de> for Element<F> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            one::<F, D>(from).map(Self)
        }
    }

    impl<'de, F: Form> Visitor<'de> for Elements<F> {
        type Value = Vec<F::Value>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a list; each is {}", F::expected())
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| F::read(&Value::from(part)))
                .collect::<Option<_>>()
                .ok_or_else(|| E::custom(format!("a list with commas; each is {}", F::expected())))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
            let mut values = Vec::new();
            while let Some(Element(value)) = elements.next_element::<Element<F>>()? {
                values.push(value);
            }
            Ok(values)
        }
    }

    from.deserialize_any(Elements::<F>(PhantomData))
}

/// Reads a list that may be left out.
pub(super) fn maybe_list<'de, F: Form, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Vec<F::Value>>, D::Error> {
    list::<F, D>(from).map(Some)
}

/// The JSON Schema of a form.
pub(super) struct As<F>(PhantomData<F>);

impl<F: Form> JsonSchema for As<F> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        F::expected().into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": F::TYPES, "$comment": F::expected() });
        if F::SECRET {
            schema.insert("writeOnly".to_owned(), Value::from(true));
        }
        schema
    }
}

/// The JSON Schema of a list of a form's values.
pub(super) struct ListOf<F>(PhantomData<F>);

impl<F: Form> JsonSchema for ListOf<F> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("list: {}", F::expected()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["array", "string"], "items": As::<F>::json_schema(generator) })
    }
}

/// Declares a form whose values are read from text.
macro_rules! text_forms {
    ($($(#[$doc:meta])* $form:ident -> $value:ty, $expected:literal, $read:expr;)+) => {$(
        $(#[$doc])*
        pub(super) struct $form;

        impl Form for $form {
            type Value = $value;
            fn expected() -> String {
                $expected.to_owned()
            }
            fn read(given: &Value) -> Option<Self::Value> {
                let read: fn(&str) -> Option<$value> = $read;
                read(given.as_str()?)
            }
        }
    )+};
}

text_forms! {
    /// A folder or a file.
    Folder -> PathBuf, "a path", |text| (!text.is_empty()).then(|| PathBuf::from(text));
    /// A zone of the IANA database.
    Zone -> TimeZone, "an IANA time zone such as \"Europe/Berlin\"", |text| jiff::tz::db().get(text).ok();
    /// An instant.
    Instant -> Timestamp, "an instant with its offset such as \"2026-11-01T00:00:00+01:00\"", |text| text.parse().ok();
    /// A date.
    Day -> Date, "a date such as \"2026-12-25\"", |text| text.parse().ok();
    /// A time of day.
    Clock -> Time, "a time of day such as \"09:00\"", time_of_day;
    /// From one time of day to a later one.
    Hours -> Shift, "hours such as \"09:00-17:00\", from a time to a later one on the same day", |text: &str| text.parse().ok();
    /// An address to send to or to join identities by.
    Address -> String, "an address such as \"ada@example.com\"",
        |text| text.parse::<lettre::Address>().ok().map(|_| text.to_owned());
    /// An address with or without a name.
    Mailbox -> String, "an address such as \"debrief@example.com\" or \"Debrief <debrief@example.com>\"",
        |text| text.parse::<lettre::message::Mailbox>().ok().map(|_| text.to_owned());
    /// A Slack channel.
    ChannelId -> String, "a channel's id such as \"C0123456789\"; names can change", channel_id;
    /// The name of an emoji.
    Emoji -> String, "an emoji's name such as \"white_check_mark\", without colons", |text| {
        let fits = !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_+-'".contains(&b));
        fits.then(|| text.to_owned())
    };
    /// What a message is held against.
    Expression -> Regex, "a regular expression such as '(?i)^incident:'", |text| {
        // One that fits everything would make an incident of each message.
        Regex::new(text).ok().filter(|pattern| !pattern.is_match(""))
    };
    /// A Confluence label.
    Label -> String, "a label in lower case and without spaces", |text| {
        let fits = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_uppercase() || c == ',');
        fits.then(|| text.to_owned())
    };
    /// The name of an installation.
    Name -> String, "1 to 40 letters, digits, - or _", |text| {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| text.to_owned())
    };
    /// A regular expression.
    Pattern -> String, "a regular expression such as \"(?i)security\"",
        |text| regex::Regex::new(text).ok().map(|_| text.to_owned());
    /// The part of addresses behind the @.
    Domain -> String, "a domain such as \"example.com\"", |text| {
        let fits = !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
        fits.then(|| text.to_lowercase())
    };
    /// The root of an API.
    ApiUrl -> Url, "an http or https URL without user, query or fragment", api_url;
    /// Where JSON is read from. Its query may say what is asked for.
    SourceUrl -> Url, "an http or https URL without user or fragment", source_url;
    /// The name of a header of a request.
    HeaderField -> String, "the name of a header such as \"Authorization\"",
        |text| text.parse::<http::HeaderName>().ok().map(|_| text.to_owned());
    /// Where something stands in a JSON document.
    Pointer -> String, "a JSON Pointer such as \"/data/0/id\" (RFC 6901: `~1` for a / in a name, `~0` for a ~)", pointer;
    /// A loopback address to listen on.
    Listen -> SocketAddr, "a loopback address and a port such as \"127.0.0.1:8081\"",
        |text| text.parse::<SocketAddr>().ok().filter(|address| address.ip().is_loopback());
    /// How a deadline is counted.
    WorkdayCount -> Count, "\"working-hours\" or \"next-business-day\"", |text| match text {
        "working-hours" => Some(Count::WorkingHours),
        "next-business-day" => Some(Count::NextBusinessDay),
        _ => None,
    };
    /// Which Confluence it is.
    Edition -> ConfluenceEdition, "\"cloud\" or \"data-center\"", |text| match text {
        "cloud" => Some(ConfluenceEdition::Cloud),
        "data-center" => Some(ConfluenceEdition::DataCenter),
        _ => None,
    };
    /// How mail is kept private on its way.
    Privacy -> MailSecurity, "\"starttls\", \"tls\" or \"none\"", |text| match text {
        "starttls" => Some(MailSecurity::StartTls),
        "tls" => Some(MailSecurity::Tls),
        "none" => Some(MailSecurity::None),
        _ => None,
    };
    /// The form of log lines.
    LogLines -> LogFormat, "\"pretty\" or \"json\"", |text| match text {
        "pretty" => Some(LogFormat::Pretty),
        "json" => Some(LogFormat::Json),
        _ => None,
    };
}

/// Any text on one line that is not empty. Ids made of digits may be written as numbers.
pub(super) struct Text;

impl Form for Text {
    type Value = String;
    const TYPES: &'static [&'static str] = &["string", "integer"];

    fn expected() -> String {
        "one line of text in quotes".to_owned()
    }

    fn read(given: &Value) -> Option<String> {
        let text = match given {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_i64() => number.to_string(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => {
                return None;
            }
        };
        is_one_line(&text).then_some(text)
    }
}

/// Whether a text can be a header's value or a name: something, and nothing that ends a line.
pub(super) fn is_one_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// A text that nobody is shown. Only text: a token `1e5` that was written without quotes is another token.
pub(super) struct Secret;

impl Form for Secret {
    type Value = SecretString;
    const SECRET: bool = true;

    fn expected() -> String {
        "a text in quotes that is not empty".to_owned()
    }

    fn read(given: &Value) -> Option<SecretString> {
        let text = given.as_str().filter(|text| !text.trim().is_empty())?;
        Some(SecretString::from(text))
    }
}

/// Five cron fields.
pub(super) struct Cron;

impl Form for Cron {
    type Value = Schedule;

    fn expected() -> String {
        "five cron fields such as \"*/2 * * * *\"".to_owned()
    }

    fn expected_instead_of(given: &Value) -> String {
        match given.as_str().map(Schedule::parse) {
            Some(Err(fault)) => format!("{} ({fault})", Self::expected()),
            Some(Ok(_)) | None => Self::expected(),
        }
    }

    fn read(given: &Value) -> Option<Schedule> {
        Schedule::parse(given.as_str()?).ok()
    }
}

/// Yes or no.
pub(super) struct Switch;

impl Form for Switch {
    type Value = bool;
    const TYPES: &'static [&'static str] = &["boolean"];

    fn expected() -> String {
        "true or false".to_owned()
    }

    fn read(given: &Value) -> Option<bool> {
        match given {
            Value::Bool(given) => Some(*given),
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// A whole number from `MIN` to `MAX`.
pub(super) struct Whole<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Form for Whole<MIN, MAX> {
    type Value = u32;
    const TYPES: &'static [&'static str] = &["integer"];

    fn expected() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }

    fn read(given: &Value) -> Option<u32> {
        let number = match given {
            Value::Number(number) => number.as_u64()?.try_into().ok()?,
            Value::String(text) => text.parse().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        (MIN..=MAX).contains(&number).then_some(number)
    }
}

/// A duration of at least `SECONDS`, and of a year at most: what is added to an instant has to stay in its range.
pub(super) struct Duration<const SECONDS: i64>;

impl<const SECONDS: i64> Form for Duration<SECONDS> {
    type Value = SignedDuration;

    fn expected() -> String {
        let examples = "such as \"90s\", \"10m\" or \"24h\"";
        match SECONDS {
            0 => format!("a duration {examples}"),
            least => format!("a duration {examples}, of at least {least} s"),
        }
    }

    fn read(given: &Value) -> Option<SignedDuration> {
        let duration: SignedDuration = given.as_str()?.parse().ok()?;
        let fits = SignedDuration::from_secs(SECONDS)..=SignedDuration::from_hours(366 * 24);
        fits.contains(&duration).then_some(duration)
    }
}

/// `HH:MM`, nothing else: jiff would also read a date and time, and take its time of day.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| (part.len() == 2).then(|| part.parse::<u8>().ok())?;
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    Time::new(hour.cast_signed(), minute.cast_signed(), 0, 0).ok()
}

/// Slack's ids are upper case: `C…` for channels, `G…` for older private ones.
fn channel_id(text: &str) -> Option<String> {
    let fits = text.starts_with(['C', 'G'])
        && text.len() >= 3
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// As [`api_url`], with the query that the address of a list needs. A secret belongs into the header.
fn source_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let mut root = url.clone();
    root.set_query(None);
    api_url(root.as_str()).map(|_| url)
}

fn pointer(text: &str) -> Option<String> {
    let escapes = text.split('~').skip(1);
    let escaped = escapes.into_iter().all(|rest| rest.starts_with(['0', '1']));
    (text.starts_with('/') && escaped).then(|| text.to_owned())
}

/// A user or a query in a URL is where secrets hide, and would be shown with every error.
fn api_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let fits = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    fits.then_some(url)
}
