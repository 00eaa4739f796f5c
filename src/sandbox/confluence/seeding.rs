//! What a seed means here: people become accounts, tasks are typed onto pages.

use jiff::Timestamp;

use super::users::{Account, SECURITY_TEAM};
use super::{Confluence, storage, written_tasks};
use crate::sandbox::seed::{Person, Registry, Seed, Task};

impl Confluence {
    /// Takes a seed.
    pub(super) fn take(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        let known = |person: &&Person| person.is_found_at(Registry::Confluence);
        for person in seed.people.iter().filter(known) {
            let account = account_of(person);
            self.accounts.insert(account.id.clone(), account);
        }
        seed.tasks
            .iter()
            .try_for_each(|task| self.type_task(task, now))
    }

    /// Appends a task to a page as a person would: with a new version, by the assignee where there is one.
    fn type_task(&mut self, task: &Task, now: Timestamp) -> Result<(), String> {
        let page = self
            .pages
            .values()
            .find(|page| page.id.to_string() == task.page || page.title() == task.page)
            .ok_or_else(|| format!("task '{}': there is no page '{}'", task.text, task.page))?;
        let complete = match task.status.as_deref() {
            None | Some("incomplete") => false,
            Some("complete") => true,
            Some(other) => return Err(format!("task '{}': '{other}' is no status", task.text)),
        };
        let assignee = match &task.assignee {
            None => None,
            Some(address) => Some(self.account_by_address(address).ok_or_else(|| {
                format!("task '{}': nobody has the address '{address}'", task.text)
            })?),
        };
        let author = assignee.clone().unwrap_or_else(|| page.author.clone());
        let id = page.id;
        let body = written_tasks::with_task(
            page.body(),
            &task.text,
            assignee.as_deref(),
            task.due,
            complete,
        );
        let title = page.title().to_owned();
        let body = storage::complete(&body, &format!("{id}/seed"))?;
        if let Some(page) = self.pages.get_mut(&id) {
            page.save(&author, now, "", &title, &body);
        }
        self.sync_tasks(id, &author, now);
        self.reindex(id, now);
        Ok(())
    }

    fn account_by_address(&self, address: &str) -> Option<String> {
        self.accounts
            .values()
            .find(|account| account.email.eq_ignore_ascii_case(address))
            .map(|account| account.id.clone())
    }
}

fn account_of(person: &Person) -> Account {
    let title = person
        .job_title
        .as_deref()
        .unwrap_or_default()
        .to_lowercase();
    let is_titled = |word: &str| title.contains(word);
    Account {
        id: person.atlassian_id(),
        name: person.name.clone(),
        email: person.email.clone(),
        time_zone: person.time_zone.clone(),
        hides_email: is_titled("private"),
        groups: is_titled("security")
            .then_some(SECURITY_TEAM)
            .into_iter()
            .collect(),
    }
}
