//! How a seed gets into the account.

use jiff::Timestamp;

use super::account::{Account, Bridge, Entry, Incident, Note, Person, Service, Status, Writer};
use crate::sandbox::seed::{self, Registry, Seed, Standing, fingerprint};

/// Incidents are counted from here, so that a number is not mistaken for an index.
const FIRST_NUMBER: u64 = 1001;

/// Kinds of log entries, without `_log_entry`.
const LOG_KINDS: [&str; 17] = [
    "acknowledge",
    "annotate",
    "assign",
    "delegate",
    "escalate",
    "exhaust_escalation_path",
    "notify",
    "reach_ack_limit",
    "reach_trigger_limit",
    "repeat_escalation_path",
    "resolve",
    "snooze",
    "trigger",
    "unacknowledge",
    "urgency_change",
    "field_value_change",
    "custom_field_value_change",
];

impl Account {
    pub fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        let ours = |person: &&seed::Person| person.standing != Standing::Stranger;
        for person in seed.people.iter().filter(ours) {
            self.add_person(person);
        }
        for incident in &seed.incidents {
            self.add_incident(incident, now)
                .map_err(|error| format!("incident {:?}: {error}", incident.title))?;
        }
        let orphan = self.incidents.iter().find_map(|incident| {
            let target = incident.merged_into.as_deref()?;
            (target == incident.id || self.incident(target).is_none()).then_some((incident, target))
        });
        match orphan {
            Some((incident, target)) => Err(format!(
                "incident {} cannot be merged into {target}",
                incident.id
            )),
            None => Ok(()),
        }
    }

    fn add_person(&mut self, person: &seed::Person) {
        let known = Person {
            id: person.pagerduty_id(),
            name: person.name.clone(),
            email: person.email.clone(),
            time_zone: person.time_zone.clone().unwrap_or_else(|| "Etc/UTC".into()),
            job_title: person.job_title.clone().unwrap_or_default(),
            is_found: person.is_found_at(Registry::PagerDuty),
        };
        if let Some(raw) = &person.raw.pagerduty {
            self.oddities.add(&known.id, raw);
        }
        match self.people.iter_mut().find(|before| before.id == known.id) {
            Some(before) => *before = known,
            None => self.people.push(known),
        }
    }

    fn add_incident(&mut self, seed: &seed::Incident, now: Timestamp) -> Result<(), String> {
        let id = match &seed.id {
            Some(id) => id.clone(),
            None => format!(
                "Q{}",
                fingerprint(&format!("{}/{}", seed.title, seed.created_at), 13)
            ),
        };
        let status = status(seed)?;
        let before = self.incidents.iter().position(|incident| incident.id == id);
        let service = self.service_named(
            seed.service.as_deref().unwrap_or("Production"),
            seed.created_at,
        );
        let urgency = seed.urgency.clone().unwrap_or_else(|| "high".into());
        if !["high", "low"].contains(&urgency.as_str()) {
            return Err(format!("urgency {urgency:?} is neither high nor low"));
        }
        if let Some(priority) = seed
            .priority
            .as_ref()
            .filter(|name| !self.priorities.contains(name))
        {
            self.priorities.push(priority.clone());
        }
        let (log, notes) = before
            .map(|at| self.incidents[at].clone())
            .map(|old| (old.log, old.notes))
            .unwrap_or_default();
        let mut incident = Incident {
            number: before.map_or(FIRST_NUMBER + self.incidents.len() as u64, |at| {
                self.incidents[at].number
            }),
            title: seed.title.clone(),
            description: seed.description.clone(),
            service,
            urgency,
            priority: seed.priority.clone(),
            status,
            created_at: seed.created_at,
            updated_at: seed.resolved_at.unwrap_or(seed.created_at),
            resolved_at: seed.resolved_at,
            merged_into: seed.merged_into.clone(),
            log,
            notes,
            bridge: bridge(seed),
            custom_fields: seed.custom_fields.clone(),
            id,
        };
        if let Some(raw) = &seed.raw {
            self.oddities.add(&incident.id, raw);
        }
        self.add_log(&mut incident, seed)?;
        for note in &seed.notes {
            let by = match (&note.by, &note.bot) {
                (Some(address), None) => Writer::Person(self.id_of(address)?),
                (None, Some(bot)) => Writer::Bot(bot.clone()),
                (Some(_), Some(_)) | (None, None) => {
                    return Err("a note is by a person or by a bot".into());
                }
            };
            let id = format!(
                "P{}",
                fingerprint(&format!("{}/{}/{}", incident.id, note.at, note.content), 13)
            );
            if let Some(raw) = &note.raw {
                self.oddities.add(&id, raw);
            }
            incident.write_down(Note {
                id,
                at: note.at,
                by,
                content: note.content.clone(),
            });
        }
        let latest = incident
            .log
            .iter()
            .map(|entry| entry.at)
            .filter(|at| *at <= now)
            .max();
        incident.updated_at = incident
            .updated_at
            .max(latest.unwrap_or(incident.created_at));
        match before {
            Some(at) => self.incidents[at] = incident,
            None => self.incidents.push(incident),
        }
        Ok(())
    }

    /// Adds the seed's entries, then what every incident has: a trigger, and a resolve if it is resolved.
    fn add_log(&mut self, incident: &mut Incident, seed: &seed::Incident) -> Result<(), String> {
        let has = |incident: &Incident, kind: &str| {
            incident.log.iter().any(|entry| entry.kind == kind)
                || seed.log.iter().any(|entry| entry.kind == kind)
        };
        let mut entries = seed.log.clone();
        if !has(incident, "trigger") {
            entries.push(bare_entry(incident.created_at, "trigger"));
        }
        if let Some(at) = incident.resolved_at.filter(|_| !has(incident, "resolve")) {
            entries.push(bare_entry(at, "resolve"));
        }
        for seed in entries {
            let seed::LogEntry {
                at,
                kind,
                by,
                summary,
                origin,
                raw,
            } = seed;
            if !LOG_KINDS.contains(&kind.as_str()) {
                return Err(format!(
                    "log entry type {kind:?} is none of {}; another one is said in raw",
                    LOG_KINDS.join(", ")
                ));
            }
            let by = by.map(|email| self.id_of(&email)).transpose()?;
            let mut key = format!("{}/{at}/{kind}/{by:?}/{summary:?}", incident.id);
            if let Some(raw) = &raw {
                key.push_str(&format!("/{raw}"));
            }
            let entry = Entry {
                id: format!("R{}", fingerprint(&key, 24)),
                at,
                kind,
                by,
                summary,
                origin,
                note: None,
            };
            if let Some(raw) = &raw {
                self.oddities.add(&entry.id, raw);
            }
            if !incident.log.iter().any(|known| known.id == entry.id) {
                incident.log.push(entry);
            }
        }
        incident.log.sort_by_key(|entry| entry.at);
        Ok(())
    }

    fn id_of(&self, email: &str) -> Result<String, String> {
        match self.person_by_email(email) {
            Some(person) => Ok(person.id.clone()),
            None => Err(format!("nobody has the address {email}")),
        }
    }

    fn service_named(&mut self, name: &str, created_at: Timestamp) -> String {
        if let Some(service) = self.services.iter().find(|service| service.name == name) {
            return service.id.clone();
        }
        let id = format!("P{}", fingerprint(&format!("service/{name}"), 6));
        self.services.push(Service {
            id: id.clone(),
            name: name.to_owned(),
            created_at,
        });
        id
    }
}

fn bare_entry(at: Timestamp, kind: &str) -> seed::LogEntry {
    seed::LogEntry {
        at,
        kind: kind.to_owned(),
        by: None,
        summary: None,
        origin: None,
        raw: None,
    }
}

fn bridge(seed: &seed::Incident) -> Option<Bridge> {
    let bridge = Bridge {
        number: seed.conference_number.clone(),
        url: seed.conference_url.clone(),
    };
    (bridge.number.is_some() || bridge.url.is_some()).then_some(bridge)
}

/// The status that was given, held against the times that were given.
fn status(seed: &seed::Incident) -> Result<Status, String> {
    if seed
        .resolved_at
        .is_some_and(|resolved| resolved < seed.created_at)
    {
        return Err("it is resolved before it is created".into());
    }
    match (seed.status.as_deref(), seed.resolved_at) {
        (None | Some("resolved"), Some(_)) => Ok(Status::Resolved),
        (Some("resolved"), None) => Err("status is resolved, but resolved_at is missing".into()),
        (Some("acknowledged"), None) => Ok(Status::Acknowledged),
        (Some("triggered"), None) => Ok(Status::Triggered),
        (None, None) if seed.log.iter().any(|entry| entry.kind == "acknowledge") => {
            Ok(Status::Acknowledged)
        }
        (None, None) => Ok(Status::Triggered),
        (Some(word @ ("triggered" | "acknowledged")), Some(_)) => {
            Err(format!("status is {word}, but resolved_at is given"))
        }
        (Some(word), _) => Err(format!(
            "status {word:?} is none of triggered, acknowledged, resolved"
        )),
    }
}
