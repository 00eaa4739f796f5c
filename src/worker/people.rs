//! One directory of people, joined by address: what the sources tell, what is configured, and what Slack and Confluence
//! tell when they are asked. Whoever cannot be looked up degrades alone, and is named by `debrief status`.
//!
//! Answers are kept in the ledger: a person who was found is asked for again after a week, one who was not after a day.
//! A first incident costs one call for each person whom neither the source nor the configuration knows whole; the second
//! one with the same people costs none.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;
use tracing::warn;

use super::Worker;
use crate::playbook::incident::{Incident, Part};
use crate::playbook::person::{Directory, Person};
use crate::store::StoreError;
use crate::vendors::http::CallError;
use crate::vendors::slack::{self, Slack, Standing};

/// Under which name answers are kept.
const KNOWN: &str = "people/known";

/// Under which name those who could not be placed are kept: `debrief status` and `debrief check` read it.
pub const UNPLACED: &str = "people/unplaced";

/// How long an answer holds.
const FOUND_HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);
const NOT_FOUND_HOLDS: SignedDuration = SignedDuration::from_hours(24);

/// How many people are asked for at once.
const AT_ONCE: usize = 4;

/// What was asked, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Answered {
    at: Timestamp,
    person: Option<Person>,
}

impl Answered {
    fn holds(&self, now: Timestamp) -> bool {
        let length = match self.person {
            Some(_) => FOUND_HOLDS,
            None => NOT_FOUND_HOLDS,
        };
        now < self.at + length
    }
}

/// Answers by what was asked: `slack:U1`, `email:ada@example.com`, `atlassian:712020:1`.
type Answers = BTreeMap<String, Answered>;

/// Whom nobody could place, and what is missing about them: for people, by name.
pub type Unplaced = BTreeMap<String, BTreeSet<String>>;

/// What is known by now.
#[derive(Clone, Debug, Default, PartialEq)]
struct Learnt {
    answers: Answers,
    unplaced: Unplaced,
}

/// Where people are looked up.
#[derive(Default)]
pub struct People {
    slack: Option<Slack>,
    learnt: Mutex<Option<Kept>>,
}

/// What is known, and what of it is in the ledger already.
#[derive(Clone, Debug, Default)]
struct Kept {
    now: Learnt,
    in_ledger: Learnt,
}

impl People {
    /// In that workspace, where there is one.
    pub fn new(slack: Option<Slack>) -> Self {
        Self {
            slack,
            learnt: Mutex::default(),
        }
    }
}

/// One thing to be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    BySlack(String),
    ByEmail(String),
}

impl Question {
    /// What is missing about somebody and could be asked; an address first, since it joins everything else.
    fn about(person: &Person) -> Option<Self> {
        match (&person.email, &person.slack) {
            (None, Some(id)) => Some(Self::BySlack(id.clone())),
            (Some(email), None) => Some(Self::ByEmail(email.to_lowercase())),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    fn key(&self) -> String {
        match self {
            Self::BySlack(id) => format!("slack:{id}"),
            Self::ByEmail(email) => format!("email:{email}"),
        }
    }
}

impl Worker {
    /// Completes everybody who took part with what can be looked up, and notes whom nobody can place.
    pub(super) async fn look_up(&self, incident: &mut Incident) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut held = self.people.learnt.lock().await;
        let Learnt { answers, unplaced } = self.learnt(&mut held).await?;
        let questions: BTreeSet<Question> = incident
            .participants
            .iter()
            .filter_map(|participant| Question::about(&participant.person))
            .filter(|question| {
                answers
                    .get(&question.key())
                    .is_none_or(|answer| !answer.holds(now))
            })
            .collect();
        if let Some(slack) = self.people.slack.as_ref().filter(|_| !questions.is_empty()) {
            let asked: Vec<(String, Result<Option<slack::User>, CallError>)> =
                stream::iter(questions)
                    .map(|question| ask(slack, question))
                    .buffer_unordered(AT_ONCE)
                    .collect()
                    .await;
            for (key, answer) in asked {
                match answer {
                    Ok(user) => {
                        let person = user.and_then(person_of);
                        answers.insert(key, Answered { at: now, person });
                    }
                    // A missing scope stays missing for today; what may pass is asked again with the next incident.
                    Err(error) if error.is_permanent() => {
                        warn!(%error, "somebody could not be looked up");
                        answers.insert(
                            key,
                            Answered {
                                at: now,
                                person: None,
                            },
                        );
                    }
                    Err(error) => warn!(%error, "somebody could not be looked up"),
                }
            }
        }
        for participant in &mut incident.participants {
            let person = &mut participant.person;
            let answer = Question::about(person)
                .and_then(|question| answers.get(&question.key()))
                .and_then(|answer| answer.person.as_ref());
            if let Some(found) = answer {
                fill(person, found);
            }
            self.company.directory.complete(person);
        }
        note_unplaced(incident, self.means.confluence.is_some(), unplaced);
        Ok(())
    }

    /// The directory together with the owners of these Atlassian accounts, as far as Confluence tells who they are.
    ///
    /// One call for all that are not known yet.
    /// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-user/#api-users-bulk-post>
    pub(super) async fn directory_of_accounts(
        &self,
        accounts: impl Iterator<Item = &str>,
    ) -> Result<Directory, StoreError> {
        let now = self.clock.now();
        let unknown: BTreeSet<&str> = accounts
            .filter(|account| self.company.directory.by_atlassian(account).is_none())
            .collect();
        if unknown.is_empty() {
            return Ok(self.company.directory.clone());
        }
        let mut held = self.people.learnt.lock().await;
        let Learnt { answers, .. } = self.learnt(&mut held).await?;
        let key = |account: &str| format!("atlassian:{account}");
        let asked: Vec<&str> = unknown
            .iter()
            .copied()
            .filter(|account| {
                answers
                    .get(&key(account))
                    .is_none_or(|answer| !answer.holds(now))
            })
            .collect();
        if let Some(confluence) = self.means.confluence.as_ref().filter(|_| !asked.is_empty()) {
            match confluence.client.users(&asked).await {
                Ok(users) => {
                    for account in &asked {
                        let person =
                            users
                                .iter()
                                .find(|user| user.account_id == *account)
                                .map(|user| Person {
                                    name: user.name.clone(),
                                    email: user.email.as_ref().map(|email| email.to_lowercase()),
                                    atlassian: Some(user.account_id.clone()),
                                    ..Person::default()
                                });
                        answers.insert(key(account), Answered { at: now, person });
                    }
                }
                Err(error) => warn!(%error, "assignees could not be looked up"),
            }
        }
        let learnt = unknown
            .into_iter()
            .filter_map(|account| answers.get(&key(account))?.person.clone());
        Ok(self.company.directory.with(learnt))
    }

    async fn learnt<'a>(&self, held: &'a mut Option<Kept>) -> Result<&'a mut Learnt, StoreError> {
        let kept = match held.take() {
            Some(kept) => kept,
            None => {
                let in_ledger = Learnt {
                    answers: self.kept(KNOWN).await?,
                    unplaced: self.kept(UNPLACED).await?,
                };
                Kept {
                    now: in_ledger.clone(),
                    in_ledger,
                }
            }
        };
        Ok(&mut held.insert(kept).now)
    }

    async fn kept<T: serde::de::DeserializeOwned + Default>(
        &self,
        name: &str,
    ) -> Result<T, StoreError> {
        let kept = self.store.memo(name).await?;
        Ok(kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default())
    }

    /// Writes down what was learnt since the last time. Looking alone, as `debrief plan` does, writes nothing.
    pub(super) async fn keep_people(&self) -> Result<(), StoreError> {
        let mut held = self.people.learnt.lock().await;
        let Some(Kept {
            now: learnt,
            in_ledger,
        }) = held.as_mut()
        else {
            return Ok(());
        };
        let at = self.clock.now();
        if learnt.answers != in_ledger.answers {
            self.store
                .remember(KNOWN, &json!(learnt.answers), at)
                .await?;
        }
        if learnt.unplaced != in_ledger.unplaced {
            self.store
                .remember(UNPLACED, &json!(learnt.unplaced), at)
                .await?;
        }
        in_ledger.clone_from(learnt);
        Ok(())
    }
}

/// Notes whom nobody could place, and forgets those who have been by now.
fn note_unplaced(incident: &Incident, has_confluence: bool, unplaced: &mut Unplaced) {
    for participant in &incident.participants {
        match participant.part {
            Part::Lead | Part::Responder => {}
            Part::Observer => continue,
        }
        let name = &participant.person.name;
        let missing = missing(&participant.person, has_confluence);
        if missing.is_empty() {
            unplaced.remove(name);
        } else {
            unplaced.insert(name.clone(), missing);
        }
    }
}

/// What is missing about somebody, by what it keeps Debrief from.
fn missing(person: &Person, has_confluence: bool) -> BTreeSet<String> {
    [
        (
            person.email.is_none(),
            "no address is known: cannot be invited, mailed or reminded",
        ),
        (
            has_confluence && person.atlassian.is_none(),
            "no Atlassian account is known: the page names them without a mention, and their tasks go to the lead",
        ),
    ]
    .into_iter()
    .filter(|(is_missing, _)| *is_missing)
    .map(|(_, what)| what.to_owned())
    .collect()
}

async fn ask(
    slack: &Slack,
    question: Question,
) -> (String, Result<Option<slack::User>, CallError>) {
    let answer = match &question {
        Question::BySlack(id) => slack.user(id).await,
        Question::ByEmail(email) => slack.user_by_email(email).await,
    };
    (question.key(), answer)
}

fn person_of(user: slack::User) -> Option<Person> {
    match user.standing {
        Standing::Person | Standing::Deleted => Some(Person {
            name: user.name,
            email: user.email.map(|email| email.to_lowercase()),
            slack: Some(user.id),
            time_zone: user.time_zone,
            ..Person::default()
        }),
        Standing::Bot => None,
    }
}

/// Fills what is missing; what a source said stays.
fn fill(person: &mut Person, found: &Person) {
    if person.name.is_empty() {
        person.name.clone_from(&found.name);
    }
    person.email = person.email.take().or_else(|| found.email.clone());
    person.slack = person.slack.take().or_else(|| found.slack.clone());
    person.time_zone = person.time_zone.take().or_else(|| found.time_zone.clone());
}
