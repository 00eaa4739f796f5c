//! Who takes the lead by a reaction on the announcement's post.
//!
//! One look at a channel serves every case that was announced there lately, and there is none where no case waits for a
//! volunteer. Whoever is found is kept in mind until the case is worked on, and recorded under its lease: the first one
//! on record stays, whichever worker saw them. Killed in between, the reaction is still there to be seen again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{info, warn};

use super::Worker;
use crate::playbook::case::{Case, Decision};
use crate::playbook::incident::IncidentId;
use crate::playbook::lead::{self, VOLUNTEER, Volunteer};
use crate::playbook::steps::Step;
use crate::store::{Claim, StoreError};

/// What the targets of posts begin with.
const POST: &str = "chat:";

/// Nobody who volunteers minds waiting so long for the comment, and a pass with nothing to do goes on costing two calls.
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Under which name the last look is remembered.
const LOOKED_AT: &str = "volunteers/looked_at";

/// A channel's posts: which case each announced, and since when there are any.
struct Posts {
    cases: BTreeMap<String, String>,
    oldest: Timestamp,
    newest: Timestamp,
}

impl Worker {
    /// Looks who has volunteered, and makes their cases due. Answers what could not be read, for people.
    pub(super) async fn look_for_volunteers(&self) -> Result<Vec<String>, StoreError> {
        let mut failures = Vec::new();
        let Some(volunteers) = &self.means.volunteers else {
            return Ok(failures);
        };
        let now = self.clock.now();
        let posts = self.posts(now - self.company.lead.looked_for).await?;
        let Some(newest) = posts.values().map(|posts| posts.newest).max() else {
            return Ok(failures);
        };
        let looked_at: Option<Timestamp> = self
            .store
            .memo(LOOKED_AT)
            .await?
            .and_then(|value| serde_json::from_value(value).ok());
        if now < looked_at.unwrap_or(newest) + LOOK_EVERY {
            return Ok(failures);
        }
        self.store.remember(LOOKED_AT, &json!(now), now).await?;
        for (channel, posts) in posts {
            let references: Vec<String> = posts.cases.keys().cloned().collect();
            let reacted = match volunteers.of(&channel, &references, posts.oldest).await {
                Ok(reacted) => reacted,
                Err(error) => {
                    warn!(channel, %error, "nobody knows who volunteered");
                    failures.push(format!("who volunteered in {channel}: {error}"));
                    continue;
                }
            };
            for reacted in reacted {
                let Some(id) = posts
                    .cases
                    .get(&reacted.reference)
                    .and_then(|case| IncidentId::parse(case))
                else {
                    continue;
                };
                let mut person = reacted.by;
                self.company.directory.complete(&mut person);
                self.memory.volunteered(id.clone(), person);
                match self.store.nudge(&id, now).await {
                    // A case that is gone needs no lead.
                    Ok(()) | Err(StoreError::NoSuchCase { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(failures)
    }

    /// Posts since then whose cases nobody has volunteered for, by channel.
    async fn posts(&self, since: Timestamp) -> Result<BTreeMap<String, Posts>, StoreError> {
        let mut channels: BTreeMap<String, Posts> = BTreeMap::new();
        for effect in self
            .store
            .done_without_choice(Step::Announcement, POST, since, VOLUNTEER)
            .await?
        {
            let Some((channel, _)) = effect
                .reference()
                .and_then(|reference| reference.split_once('/'))
            else {
                continue;
            };
            let reference = effect.reference().unwrap_or_default().to_owned();
            let posts = channels.entry(channel.to_owned()).or_insert_with(|| Posts {
                cases: BTreeMap::new(),
                oldest: effect.updated_at,
                newest: effect.updated_at,
            });
            posts.oldest = posts.oldest.min(effect.updated_at);
            posts.newest = posts.newest.max(effect.updated_at);
            posts.cases.insert(reference, effect.key.case.clone());
        }
        Ok(channels)
    }

    /// Records whoever volunteered for this case, and makes them its lead.
    pub(super) async fn appoint(
        &self,
        claim: &Claim,
        case: &mut Case,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(person) = self.memory.volunteer(&case.incident.id) else {
            return Ok(());
        };
        let volunteer = Volunteer {
            person,
            instead_of: case.incident.lead().cloned(),
        };
        let value = self
            .store
            .decide(claim, Step::Announcement, VOLUNTEER, &json!(volunteer), now)
            .await?;
        case.decisions.push(Decision {
            step: Step::Announcement,
            name: VOLUNTEER.to_owned(),
            value,
            decided_at: now,
        });
        if let Some(volunteer) = lead::volunteer(case) {
            info!(case = %case.incident.id, "somebody volunteered to lead");
            lead::appoint(&mut case.incident, Some(&volunteer.person), None);
            self.store.detail(claim, &case.incident, now).await?;
        }
        Ok(())
    }
}
