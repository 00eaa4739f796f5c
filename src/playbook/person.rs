//! People, and the directory that joins what each vendor knows of them.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Somebody who took part or is assigned. Everything but the name may be unknown; each unknown degrades alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// As the source shows it.
    pub name: String,
    /// In lower case: the key that joins the vendors' identities.
    pub email: Option<String>,
    /// Atlassian account id, for mentions and tasks.
    pub atlassian: Option<String>,
    /// Slack user id.
    pub slack: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
}

impl Person {
    /// The person's own zone, or the given one where none is known or the name is not in the database.
    pub fn zone_or(&self, otherwise: &TimeZone) -> TimeZone {
        self.time_zone
            .as_deref()
            .and_then(|name| jiff::tz::db().get(name).ok())
            .unwrap_or_else(|| otherwise.clone())
    }
}

/// Who is who: the configured people, joined by address.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    people: Vec<Person>,
}

impl Directory {
    /// From the configured list. Addresses are compared without regard to case.
    pub fn new(people: Vec<Person>) -> Self {
        let people = people
            .into_iter()
            .map(|mut person| {
                person.email = person.email.map(|email| email.to_lowercase());
                person
            })
            .collect();
        Self { people }
    }

    /// The same with more people, who do not replace those that were configured.
    pub fn with(&self, learnt: impl Iterator<Item = Person>) -> Self {
        let mut people = self.people.clone();
        for mut person in learnt {
            // Joined by address: the configuration may know the person, but not the account.
            if let Some(known) = person
                .email
                .as_deref()
                .and_then(|email| self.by_email(email))
            {
                let account = person.atlassian.take();
                person = Person {
                    atlassian: account,
                    ..known.clone()
                };
            }
            people.push(person);
        }
        Self { people }
    }

    /// The person with that Atlassian account.
    pub fn by_atlassian(&self, account: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.atlassian.as_deref() == Some(account))
    }

    /// The person with that address.
    pub fn by_email(&self, email: &str) -> Option<&Person> {
        self.people.iter().find(|person| {
            person
                .email
                .as_deref()
                .is_some_and(|known| known.eq_ignore_ascii_case(email))
        })
    }

    /// The person with that Slack id.
    pub fn by_slack(&self, id: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.slack.as_deref() == Some(id))
    }

    /// Fills what a source did not know of somebody with what the directory knows, joined by address, else by an id; what
    /// the source said stays.
    pub fn complete(&self, person: &mut Person) {
        let by_email = || self.by_email(person.email.as_deref()?);
        let by_slack = || self.by_slack(person.slack.as_deref()?);
        let by_atlassian = || self.by_atlassian(person.atlassian.as_deref()?);
        let Some(known) = by_email().or_else(by_slack).or_else(by_atlassian) else {
            return;
        };
        let Person {
            name,
            email,
            atlassian,
            slack,
            time_zone,
        } = known;
        if person.name.is_empty() {
            person.name.clone_from(name);
        }
        person.email = person.email.take().or_else(|| email.clone());
        person.atlassian = person.atlassian.take().or_else(|| atlassian.clone());
        person.slack = person.slack.take().or_else(|| slack.clone());
        person.time_zone = person.time_zone.take().or_else(|| time_zone.clone());
    }
}
