//! From the written form to the whole one: vendors are complete or absent, secrets are fetched from their files, and
//! what only fits together or not at all is checked together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use super::Config;
use super::fault::{ConfigFault, Origin, Problem};
use super::hosts::{Destination, Privacy, Reach};
use super::key::Key;
use super::layers::Layers;
use super::reading::Reading;
use super::sections::{BusinessHours, Person, Schedule};
use super::value::is_one_line;
use super::written::{Written, WrittenPerson};
use crate::playbook::business_hours::Shift;

/// The reading that is being made whole, and what was found wrong on the way.
pub(super) struct Assembly<'a> {
    layers: &'a Layers,
    reading: &'a Reading<'a>,
    vendors: Vendors,
    /// What is wrong.
    pub faults: Vec<ConfigFault>,
}

/// Which vendors the configuration is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vendors {
    /// The real ones.
    Live,
    /// Their emulation on this machine.
    Sandbox,
}

/// What a secret has to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretForm {
    /// One line: it becomes a header.
    Line,
    /// What Google's console gives out: JSON with an address and a private key.
    KeyFile,
}

impl SecretForm {
    fn fits(self, secret: &str) -> bool {
        match self {
            Self::Line => is_one_line(secret),
            Self::KeyFile => serde_json::from_str::<serde_json::Value>(secret).is_ok_and(|json| {
                ["client_email", "private_key"].into_iter().all(|name| {
                    let value = json.get(name).and_then(serde_json::Value::as_str);
                    value.is_some_and(|value| !value.is_empty())
                })
            }),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Line => "a secret on one line",
            Self::KeyFile => {
                "the JSON key of a service account, with its client_email and private_key"
            }
        }
    }
}

impl<'a> Assembly<'a> {
    /// What was found wrong while reading is not found again.
    pub fn new(layers: &'a Layers, reading: &'a Reading<'a>, faults: Vec<ConfigFault>) -> Self {
        Self {
            layers,
            reading,
            vendors: Vendors::Live,
            faults,
        }
    }

    /// Notes a fault of a key, unless something was wrong there already: one mistake is told once.
    pub fn fault(&mut self, key: &Key, problem: Problem) {
        let told = self.reading.is_aside(key) || self.is_mistyped(key);
        if !told {
            let origin = match &problem {
                Problem::Missing { .. } => self.layers.place_for(key),
                Problem::Unreadable { .. }
                | Problem::Syntax { .. }
                | Problem::UnknownKey { .. }
                | Problem::WrongValue { .. }
                | Problem::GivenTwice { .. }
                | Problem::Path { .. }
                | Problem::NotLoopback { .. }
                | Problem::InClear { .. }
                | Problem::LeaseTooShort { .. } => self.layers.origin(key),
            };
            self.faults.push(ConfigFault {
                origin,
                key: key.to_string(),
                problem,
            });
        }
    }

    /// Whether a key that there is not was probably meant to be this one, or its `_file`.
    fn is_mistyped(&self, key: &Key) -> bool {
        let (key, file_key) = (key.to_string(), format!("{key}_file"));
        self.faults.iter().any(|fault| {
            matches!(&fault.problem, Problem::UnknownKey { nearest: Some(nearest) }
                if *nearest == key || *nearest == file_key)
        })
    }

    /// Notes that a value does not fit.
    pub fn wrong(&mut self, key: &Key, found: impl Into<String>, expected: impl Into<String>) {
        self.fault(
            key,
            Problem::WrongValue {
                found: found.into(),
                expected: expected.into(),
            },
        );
    }

    /// The value, or a fault that it is missing.
    pub fn needed<T>(&mut self, value: Option<T>, key: &str, needed: &'static str) -> Option<T> {
        if value.is_none() {
            self.fault(&Key::of(key), Problem::Missing { needed });
        }
        value
    }

    /// A secret, given itself or as a file. A variable wins over the file, in whichever of the two forms.
    pub fn secret(
        &mut self,
        key: &str,
        given: Option<SecretString>,
        in_file: Option<PathBuf>,
        form: SecretForm,
    ) -> Option<SecretString> {
        let key = Key::of(key);
        let file_key = Key::of(&format!("{key}_file"));
        let (given, in_file) = match (given, in_file) {
            (Some(given), Some(in_file)) => {
                let layer = |key| std::mem::discriminant(&self.layers.origin(key));
                if layer(&key) == layer(&file_key) {
                    self.fault(
                        &key,
                        Problem::GivenTwice {
                            other: file_key.to_string(),
                        },
                    );
                    return None;
                }
                match self.layers.origin(&key) {
                    Origin::Variable(_) => (Some(given), None),
                    Origin::File { .. } | Origin::Default => (None, Some(in_file)),
                }
            }
            one => one,
        };
        let (key, secret) = match (given, in_file) {
            (Some(given), _) => (key, given),
            (None, Some(path)) => {
                let secret = self.secret_in_file(&file_key, &path)?;
                (file_key, secret)
            }
            (None, None) => return None,
        };
        if !form.fits(secret.expose_secret()) {
            self.wrong(&key, "another text, not shown here", form.expected());
            return None;
        }
        Some(secret)
    }

    fn secret_in_file(&mut self, key: &Key, path: &Path) -> Option<SecretString> {
        let path = self.layers.resolve(key, path);
        let error = match std::fs::read_to_string(&path) {
            Ok(text) => {
                let text = text.strip_suffix('\n').unwrap_or(&text);
                let text = text.strip_suffix('\r').unwrap_or(text);
                if !text.trim().is_empty() {
                    return Some(SecretString::from(text));
                }
                "the file is empty".to_owned()
            }
            Err(error) => error.to_string(),
        };
        self.fault(key, Problem::Path { path, error });
        None
    }

    /// A folder that has to be there.
    pub fn folder(&mut self, key: &str, path: Option<PathBuf>) -> Option<PathBuf> {
        let key = Key::of(key);
        let path = self.layers.resolve(&key, &path?);
        let error = match std::fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Some(path),
            Ok(_) => "is not a folder".to_owned(),
            Err(error) => error.to_string(),
        };
        self.fault(&key, Problem::Path { path, error });
        None
    }

    /// A file that has to be there.
    pub fn file(&mut self, key: &str, path: Option<PathBuf>) -> Option<PathBuf> {
        let key = Key::of(key);
        let path = self.layers.resolve(&key, &path?);
        let error = match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => return Some(path),
            Ok(_) => "is not a file".to_owned(),
            Err(error) => error.to_string(),
        };
        self.fault(&key, Problem::Path { path, error });
        None
    }

    /// Makes everything whole, with whatever is left out where something is wrong.
    pub fn config(&mut self, written: Written, effective: String) -> Config {
        let Written {
            sandbox,
            installation,
            organisation,
            since,
            time_zone,
            mut store,
            schedule,
            business_hours,
            sources,
            confluence,
            google,
            mut affected_customers,
            review_meeting,
            announcement,
            timeline,
            lead,
            lead_briefing,
            masking,
            private,
            action_items,
            page_review,
            mut blame,
            mail,
            slack,
            people,
            dashboard,
            mut templates,
            log,
        } = written;
        store.path = self.layers.resolve(&Key::of("store.path"), &store.path);
        affected_customers.csv_folder = self.folder(
            "affected_customers.csv_folder",
            affected_customers.csv_folder,
        );
        templates.folder = self.folder("templates.folder", templates.folder);
        blame.rules = self.file("blame.rules", blame.rules);
        self.vendors = if sandbox {
            Vendors::Sandbox
        } else {
            Vendors::Live
        };
        self.check_lease(&schedule);
        self.check_week(&business_hours, review_meeting.duration);
        Config {
            sandbox,
            installation,
            organisation,
            since,
            time_zone,
            store,
            schedule,
            business_hours,
            sources: self.sources(sources, &slack),
            confluence: self.confluence(confluence),
            google: self.google(google),
            affected_customers,
            review_meeting,
            announcement,
            timeline,
            lead,
            lead_briefing,
            masking,
            private,
            action_items,
            page_review,
            blame,
            mail: self.mail(mail),
            slack: self.slack(slack),
            people: self.people(people),
            dashboard,
            templates,
            log,
            effective,
        }
    }

    fn check_lease(&mut self, schedule: &Schedule) {
        let longest_call = schedule.longest_call();
        if schedule.lease <= longest_call {
            let problem = Problem::LeaseTooShort {
                lease: schedule.lease,
                longest_call,
            };
            self.fault(&Key::of("schedule.lease"), problem);
        }
    }

    fn check_week(&mut self, hours: &BusinessHours, meeting: SignedDuration) {
        let week = Key::of("business_hours.week");
        let mut longest = SignedDuration::ZERO;
        for (day, spans) in hours.week.days() {
            self.check_order(&week.name(day), spans);
            let lengths = spans.iter().map(|shift| shift.length());
            longest = lengths.fold(longest, Ord::max);
        }
        if longest.is_zero() {
            self.wrong(&week, "none", "working hours on at least one day");
        } else if meeting > longest {
            self.wrong(
                &Key::of("review_meeting.duration"),
                format!("\"{meeting:#}\""),
                format!("no more than {longest:#}, the longest span of business hours: the meeting has to fit in"),
            );
        }
    }

    fn check_order(&mut self, key: &Key, shifts: &[Shift]) {
        if shifts
            .windows(2)
            .any(|pair| matches!(pair, &[one, next] if one.overlaps_next(next)))
        {
            self.wrong(key, "spans that overlap or go back", "spans in their order");
        }
    }

    fn people(&mut self, written: Vec<WrittenPerson>) -> Vec<Person> {
        let mut known: BTreeMap<String, Key> = BTreeMap::new();
        let mut people = Vec::new();
        for (index, person) in written.into_iter().enumerate() {
            let key = self.reading.as_written(&Key::of("people").index(index));
            let WrittenPerson {
                name,
                email,
                atlassian,
                slack,
                time_zone,
                hours,
            } = person;
            let needed = "a person has a name and an email";
            for (field, given) in [("name", &name), ("email", &email)] {
                if given.is_none() {
                    self.fault(&key.name(field), Problem::Missing { needed });
                }
            }
            if let Some(hours) = &hours {
                self.check_order(&key.name("hours"), hours);
            }
            let (Some(name), Some(email)) = (name, email) else {
                continue;
            };
            if let Some(other) = known.insert(email.to_lowercase(), key.clone()) {
                let other = other.to_string();
                self.fault(&key.name("email"), Problem::GivenTwice { other });
            }
            people.push(Person {
                name,
                email,
                atlassian,
                slack,
                time_zone,
                hours,
            });
        }
        people
    }

    /// The sandbox refuses the internet, and the internet only gets encrypted calls.
    pub fn check(&mut self, destination: Destination) {
        let Destination {
            key,
            privacy_key,
            host,
            reach,
            privacy,
        } = destination;
        match (self.vendors, reach, privacy) {
            (_, Reach::Loopback, _) | (Vendors::Live, Reach::Network, Privacy::Encrypted) => {}
            (Vendors::Sandbox, Reach::Network, _) => {
                self.fault(&Key::of(key), Problem::NotLoopback { host });
            }
            (Vendors::Live, Reach::Network, Privacy::InClear { instead }) => {
                self.fault(&Key::of(privacy_key), Problem::InClear { host, instead });
            }
        }
    }
}
