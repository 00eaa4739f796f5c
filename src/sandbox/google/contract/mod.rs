//! What the three APIs take and give, read from the tables beside this file.
//!
//! The tables hold names and types only. Holding every request against them is what makes the sandbox strict
//! without a hand-written check per member, and what a field mask is checked against.

mod check;

use std::{collections::BTreeMap, sync::LazyLock};

pub use check::{check_body, check_query, forgive};

use crate::sandbox::wire::Request;

/// One of Google's APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Drive v3.
    Drive,
    /// Sheets v4.
    Sheets,
    /// Calendar v3.
    Calendar,
}

impl Service {
    /// The service a path belongs to.
    pub fn of(path: &str) -> Option<Self> {
        let under = |root: &str| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if under("/drive/v3") || under("/upload/drive/v3") {
            Some(Self::Drive)
        } else if under("/v4/spreadsheets") {
            Some(Self::Sheets)
        } else if under("/calendar/v3") {
            Some(Self::Calendar)
        } else {
            None
        }
    }

    /// What it takes and gives.
    pub fn contract(self) -> &'static Contract {
        static DRIVE: LazyLock<Contract> =
            LazyLock::new(|| Contract::read(include_str!("drive.txt")));
        static SHEETS: LazyLock<Contract> =
            LazyLock::new(|| Contract::read(include_str!("sheets.txt")));
        static CALENDAR: LazyLock<Contract> =
            LazyLock::new(|| Contract::read(include_str!("calendar.txt")));
        match self {
            Self::Drive => &DRIVE,
            Self::Sheets => &SHEETS,
            Self::Calendar => &CALENDAR,
        }
    }

    /// The host name, as errors name it.
    pub fn host(self) -> &'static str {
        match self {
            Self::Drive => "drive.googleapis.com",
            Self::Sheets => "sheets.googleapis.com",
            Self::Calendar => "calendar-json.googleapis.com",
        }
    }
}

/// The type of a member or parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A 64-bit whole number, written as a string.
    Int64,
    /// An RFC 3339 instant.
    DateTime,
    /// A date.
    Date,
    /// A 32-bit whole number within bounds.
    Integer {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
    },
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Anything at all.
    Any,
    /// One of these words.
    Word(Vec<&'static str>),
    /// Several of one type.
    List(Box<Kind>),
    /// Names to values of one type.
    Map(Box<Kind>),
    /// An object of that schema.
    Schema(&'static str),
}

impl Kind {
    fn read(text: &'static str) -> Self {
        let inside = |open: &str, close: char| {
            text.strip_prefix(open)
                .and_then(|rest| rest.strip_suffix(close))
        };
        if let Some(inner) = inside("[", ']') {
            return Self::List(Box::new(Self::read(inner)));
        }
        if let Some(inner) = inside("{", '}') {
            return Self::Map(Box::new(Self::read(inner)));
        }
        if let Some(words) = inside("enum(", ')') {
            return Self::Word(words.split('|').collect());
        }
        if let Some((min, max)) = inside("integer(", ')').and_then(|range| range.split_once("..")) {
            return Self::Integer {
                min: min.parse().ok(),
                max: max.parse().ok(),
            };
        }
        match text {
            "string" => Self::Text,
            "int64" => Self::Int64,
            "datetime" => Self::DateTime,
            "date" => Self::Date,
            "integer" => Self::Integer {
                min: None,
                max: None,
            },
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "any" => Self::Any,
            name => Self::Schema(name),
        }
    }
}

/// A method of an API.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name, such as `files.create`.
    pub id: &'static str,
    /// The schema of its body.
    pub takes: Option<&'static str>,
    /// The schema of its answer.
    pub gives: Option<&'static str>,
    /// Any one of these scopes will do, without their common prefix.
    pub scopes: Vec<&'static str>,
    /// Whether it exists under `/upload` too.
    pub uploads: bool,
    http: &'static str,
    template: Vec<&'static str>,
    query: Vec<(&'static str, Kind, Presence)>,
}

/// Whether a query parameter may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// The values of a path's variables.
pub type Arguments = Vec<(&'static str, String)>;

/// What one API takes and gives.
#[derive(Debug, Default)]
pub struct Contract {
    methods: Vec<Method>,
    schemas: BTreeMap<&'static str, Vec<(&'static str, Kind)>>,
    standard: Vec<&'static str>,
}

impl Contract {
    fn read(text: &'static str) -> Self {
        let mut contract = Self::default();
        let mut schema = "";
        for line in text.lines() {
            let words: Vec<&'static str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["method", id, http, path, rest @ ..] => {
                    let after = |word: &str| {
                        rest.iter()
                            .position(|each| *each == word)
                            .and_then(|at| rest.get(at + 1))
                    };
                    contract.methods.push(Method {
                        id,
                        http,
                        template: path.trim_matches('/').split('/').collect(),
                        takes: after("takes").copied(),
                        gives: after("gives").copied(),
                        uploads: rest.contains(&"uploads"),
                        scopes: Vec::new(),
                        query: Vec::new(),
                    });
                }
                ["schema", name] => {
                    schema = name;
                    contract.schemas.insert(name, Vec::new());
                }
                ["standard", names @ ..] => contract.standard = names.to_vec(),
                [first, rest @ ..] if schema.is_empty() => {
                    if let Some(method) = contract.methods.last_mut() {
                        method.read(first, rest);
                    }
                }
                [name, kind] => contract
                    .schemas
                    .entry(schema)
                    .or_default()
                    .push((name, Kind::read(kind))),
                _ => {}
            }
        }
        contract
    }

    /// The method that a request calls. `None` where Google would know no such URL.
    pub fn find(&self, request: &Request) -> Option<(&Method, Arguments)> {
        let mut segments = request.segments();
        let upload = segments.first().is_some_and(|first| first == "upload");
        if upload {
            segments.remove(0);
        }
        self.methods
            .iter()
            .filter(|method| method.http == request.method && (method.uploads || !upload))
            .filter_map(|method| Some((method, method.matches(&segments)?)))
            // `values/{range}` also fits `values:batchGet`'s neighbours; the template with the fewest variables wins.
            .min_by_key(|(_, arguments)| arguments.len())
    }

    /// The members of a schema.
    pub fn members(&self, schema: &str) -> &[(&'static str, Kind)] {
        self.schemas.get(schema).map_or(&[], Vec::as_slice)
    }

    /// One member of a schema.
    pub fn member(&self, schema: &str, name: &str) -> Option<&Kind> {
        self.members(schema)
            .iter()
            .find(|(each, _)| *each == name)
            .map(|(_, kind)| kind)
    }
}

impl Method {
    fn read(&mut self, first: &str, rest: &[&'static str]) {
        match (first, rest) {
            ("scopes", scopes) => self.scopes = scopes.to_vec(),
            ("query", [name, kind]) => {
                self.query
                    .push((name, Kind::read(kind), Presence::Optional))
            }
            ("require", [name, kind]) => {
                self.query
                    .push((name, Kind::read(kind), Presence::Required))
            }
            _ => {}
        }
    }

    fn matches(&self, segments: &[String]) -> Option<Arguments> {
        if segments.len() != self.template.len() {
            return None;
        }
        let mut arguments = Vec::new();
        for (template, segment) in self.template.iter().zip(segments) {
            match template
                .strip_prefix('{')
                .and_then(|rest| rest.split_once('}'))
            {
                Some((name, suffix)) => {
                    let value = segment
                        .strip_suffix(suffix)
                        .filter(|value| !value.is_empty())?;
                    arguments.push((name, value.to_owned()));
                }
                None if template == segment => {}
                None => return None,
            }
        }
        Some(arguments)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn find(service: Service, method: &str, path: &str) -> Option<(&'static str, Arguments)> {
        let request = Request {
            method: method.into(),
            path: path.into(),
            query: vec![],
            headers: vec![],
            body: vec![],
        };
        service
            .contract()
            .find(&request)
            .map(|(method, arguments)| (method.id, arguments))
    }

    #[test]
    fn paths_find_their_methods() {
        let range = |value: &str| {
            vec![
                ("spreadsheetId", "S".to_owned()),
                ("range", value.to_owned()),
            ]
        };
        assert_eq!(
            find(
                Service::Sheets,
                "POST",
                "/v4/spreadsheets/S/values/'A%20b'!A1:B2:append"
            ),
            Some(("spreadsheets.values.append", range("'A b'!A1:B2")))
        );
        assert_eq!(
            find(Service::Sheets, "PUT", "/v4/spreadsheets/S/values/A1"),
            Some(("spreadsheets.values.update", range("A1")))
        );
        assert_eq!(
            find(Service::Sheets, "GET", "/v4/spreadsheets/S/values:batchGet")
                .unwrap()
                .0,
            "spreadsheets.values.batchGet"
        );
        assert_eq!(
            find(Service::Drive, "GET", "/drive/v3/files/generateIds")
                .unwrap()
                .0,
            "files.generateIds"
        );
        assert_eq!(
            find(Service::Drive, "POST", "/upload/drive/v3/files")
                .unwrap()
                .0,
            "files.create"
        );
        assert_eq!(find(Service::Drive, "GET", "/upload/drive/v3/files"), None);
        assert_eq!(
            find(
                Service::Calendar,
                "GET",
                "/calendar/v3/calendars/a%40b/events/x"
            ),
            Some((
                "events.get",
                vec![("calendarId", "a@b".into()), ("eventId", "x".into())]
            ))
        );
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        fn named(kind: &Kind) -> Option<&'static str> {
            match kind {
                Kind::Schema(name) => Some(name),
                Kind::List(inner) | Kind::Map(inner) => named(inner),
                Kind::Text
                | Kind::Int64
                | Kind::DateTime
                | Kind::Date
                | Kind::Integer { .. }
                | Kind::Number
                | Kind::Boolean
                | Kind::Any
                | Kind::Word(_) => None,
            }
        }
        for service in [Service::Drive, Service::Sheets, Service::Calendar] {
            let contract = service.contract();
            assert!(!contract.methods.is_empty() && !contract.standard.is_empty());
            let members = contract
                .schemas
                .values()
                .flatten()
                .filter_map(|(_, kind)| named(kind));
            let bodies = contract
                .methods
                .iter()
                .flat_map(|method| method.takes.into_iter().chain(method.gives));
            for name in members.chain(bodies) {
                assert!(contract.schemas.contains_key(name), "{service:?} {name}");
            }
        }
    }
}
