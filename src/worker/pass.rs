//! One pass: pull the sources, work on every case that is due, follow the action items.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream::{self, FuturesUnordered};
use jiff::Timestamp;
use serde_json::json;
use tracing::{error, info, warn};

use super::Worker;
use super::calls::{self, Calls};
use super::case::Worked;
use super::follow_up::Followed;
use super::observe::BIRTH;
use crate::playbook::incident::{Detail, Incident, IncidentId};
use crate::playbook::steps::act::Act;
use crate::sources::{Pulled, SourceError};
use crate::store::StoreError;

/// What a pass came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Incidents seen for the first time.
    pub adopted: Vec<IncidentId>,
    /// Cases worked on.
    pub worked: Vec<Worked>,
    /// Nags sent, and what came of the round.
    pub followed: Followed,
    /// What could not be done, for people: sources that did not answer, files that could not be read, acts that failed.
    pub failures: Vec<String>,
}

impl Report {
    /// Everything that could not be done, for people.
    pub fn all_failures(&self) -> Vec<String> {
        let acts = self.worked.iter().flat_map(|worked| {
            worked
                .failures
                .iter()
                .map(|failure| format!("{}: {failure}", worked.case.incident.id))
        });
        self.failures
            .iter()
            .cloned()
            .chain(acts)
            .chain(self.followed.failures.iter().cloned())
            .collect()
    }

    /// Whether there was nothing to do and nothing to say.
    pub fn is_quiet(&self) -> bool {
        self.followed.sent.is_empty()
            && self.all_failures().is_empty()
            && self.worked.iter().all(|worked| worked.done.is_empty())
    }

    /// Whether something needs a person, or did not work: exit code 3.
    pub fn needs_human(&self) -> bool {
        !self.failures.is_empty()
            || self.followed.needs_human()
            || self
                .worked
                .iter()
                .any(|worked| worked.plan.needs_human() || !worked.failures.is_empty())
    }
}

impl Worker {
    /// Runs one pass. Faults of a vendor, a source or a case are reported, never stop the others.
    ///
    /// # Errors
    /// When the memory fails: without it nothing may be done.
    pub async fn pass(&self) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let before = self.transport.sent();
        let since = self.since().await?;
        // The sources and the action items are asked side by side: neither needs the other.
        let (pulled, tasks, volunteers) = futures_util::join!(
            self.pull(since),
            self.overdue_tasks(),
            self.look_for_volunteers(),
        );
        report.failures.extend(volunteers?);
        let tasks = tasks?;
        for pulled in pulled {
            match pulled {
                (source, Ok(pulled)) => self.adopt(&source, pulled, &mut report).await?,
                (source, Err(error)) => {
                    warn!(source, %error, "the source was not read");
                    report.failures.push(format!("source {source}: {error}"));
                }
            }
        }
        self.work_on_due(&mut report).await?;
        report.followed = self.follow_up(tasks).await?;
        self.keep_people().await?;
        self.count_calls(&before, &report).await?;
        Ok(report)
    }

    /// From when on incidents are adopted, without writing anything: before the first start that is now.
    pub async fn since_if_known(&self) -> Result<Timestamp, StoreError> {
        let birth: Option<Timestamp> = self
            .store
            .memo(BIRTH)
            .await?
            .and_then(|value| serde_json::from_value(value).ok());
        Ok(self
            .manner
            .since
            .or(birth)
            .unwrap_or_else(|| self.clock.now()))
    }

    /// From when on incidents are adopted: as configured, else the first start, for ever.
    async fn since(&self) -> Result<Timestamp, StoreError> {
        let now = self.clock.now();
        let birth = match self
            .store
            .memo(BIRTH)
            .await?
            .and_then(|value| serde_json::from_value(value).ok())
        {
            Some(birth) => birth,
            None => {
                self.store.remember(BIRTH, &json!(now), now).await?;
                now
            }
        };
        self.memory.born(birth);
        Ok(self.manner.since.unwrap_or(birth))
    }

    /// Adds what the pass cost to what `debrief status` shows.
    async fn count_calls(
        &self,
        before: &BTreeMap<&'static str, u64>,
        report: &Report,
    ) -> Result<(), StoreError> {
        let spent = self
            .transport
            .sent()
            .into_iter()
            .map(|(vendor, sent)| {
                (
                    vendor.to_owned(),
                    sent - before.get(vendor).copied().unwrap_or_default(),
                )
            })
            .collect();
        let known = self.store.memo(calls::MEMO).await?;
        let mut calls: Calls = known
            .and_then(|known| serde_json::from_value(known).ok())
            .unwrap_or_default();
        let pages = report
            .worked
            .iter()
            .filter(|worked| worked.done.contains(&Act::Page))
            .count();
        calls.add(pages as u64, spent);
        self.store
            .remember(calls::MEMO, &json!(calls), self.clock.now())
            .await
    }

    /// Asks every source for its news.
    pub async fn pull(&self, since: Timestamp) -> Vec<(String, Result<Pulled, SourceError>)> {
        let now = self.clock.now();
        let asked = self.sources.iter().map(|source| async move {
            let name = source.name().to_owned();
            let watermark = match self.store.memo(&watermark_name(&name)).await {
                Ok(watermark) => watermark,
                Err(error) => {
                    return (
                        name,
                        Err(SourceError::Later {
                            message: error.to_string(),
                            retry_after: None,
                        }),
                    );
                }
            };
            let pulled = source.pull(watermark.as_ref(), since, now).await;
            (name, pulled)
        });
        stream::iter(asked).buffered(8).collect().await
    }

    /// Records what a source told. The watermark moves only after its incidents are recorded: killed in between, the
    /// same incidents are told again and recorded over themselves.
    async fn adopt(
        &self,
        source: &str,
        pulled: Pulled,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Pulled {
            mut incidents,
            watermark,
            faults,
        } = pulled;
        self.complete(&mut incidents);
        for incident in &mut incidents {
            // A record is more than its source tells, the chat above all: it is read when the case is worked on.
            incident.detail = Detail::Listed;
        }
        let adopted = self.store.record(&incidents, now).await?;
        for id in &adopted {
            info!(case = %id, "adopted");
        }
        report.adopted.extend(adopted);
        let name = watermark_name(source);
        if self.store.memo(&name).await?.as_ref() != Some(&watermark) {
            self.store.remember(&name, &watermark, now).await?;
        }
        for fault in faults {
            warn!(source, %fault, "an incident was left out");
            report.failures.push(format!("source {source}: {fault}"));
        }
        Ok(())
    }

    /// Joins what a source knows with what the company knows: who people are, who may read about it, and what is not to be
    /// read by anybody.
    pub fn complete(&self, incidents: &mut [Incident]) {
        for incident in incidents {
            for participant in &mut incident.participants {
                self.company.directory.complete(&mut participant.person);
            }
            incident.visibility = self.company.privacy.judge(incident);
            if let Some(masker) = &self.company.masker {
                incident.masked += masker.incident(incident).total();
            }
        }
    }

    /// Works on every case that is due, several side by side, until none is left.
    async fn work_on_due(&self, report: &mut Report) -> Result<(), StoreError> {
        let mut running = FuturesUnordered::new();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let mut supply = Supply::MayHaveMore;
        loop {
            while supply == Supply::MayHaveMore && running.len() < self.manner.concurrency {
                let now = self.clock.now();
                match self
                    .store
                    .claim_due(&self.manner.holder, now, self.manner.lease)
                    .await
                {
                    Ok(Some((claim, case))) => {
                        // A case that is due again at once is for the next pass: no case may keep a pass from ending.
                        let times = seen.entry(claim.name.clone()).or_default();
                        *times += 1;
                        if *times > 3 {
                            self.store.release(&claim, Some(now), now).await?;
                            supply = Supply::Exhausted;
                        } else {
                            running.push(self.work(claim, case));
                        }
                    }
                    Ok(None) => supply = Supply::Exhausted,
                    Err(fault @ StoreError::Unreadable { .. }) => {
                        // One unreadable case is a person's business; the others go on.
                        error!(%fault, "a case could not be read");
                        report.failures.push(fault.to_string());
                    }
                    Err(fault) => return Err(fault),
                }
            }
            let Some(worked) = running.next().await else {
                return Ok(());
            };
            match worked {
                Ok(worked) => report.worked.push(worked),
                Err(fault @ StoreError::LeaseLost { .. }) => {
                    warn!(%fault, "another worker took over");
                    report.failures.push(fault.to_string());
                }
                // The trouble of one case, which is due again when its lease ends; the others go on.
                Err(
                    fault @ (StoreError::Unreadable { .. }
                    | StoreError::AlreadyDone { .. }
                    | StoreError::NoSuchCase { .. }),
                ) => {
                    error!(%fault, "a case was left as the ledger has it");
                    report.failures.push(fault.to_string());
                }
                Err(fault @ (StoreError::Database { .. } | StoreError::TooNew { .. })) => {
                    return Err(fault);
                }
            }
        }
    }
}

/// Whether another case may be due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Supply {
    MayHaveMore,
    Exhausted,
}

/// The name under which a source's watermark is remembered.
pub fn watermark_name(source: &str) -> String {
    format!("source/{source}/watermark")
}
