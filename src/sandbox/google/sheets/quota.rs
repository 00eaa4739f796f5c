//! Sheets' quotas: 60 reads and 60 writes a minute for each user, 300 of each for the project.
//!
//! See <https://developers.google.com/sheets/api/limits>. The minute slides, in sandbox time.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::sandbox::{google::errors::Refusal, wire::Quotas};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const PER_USER: usize = 60;
const PER_PROJECT: usize = 300;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// A call that reads.
    Read,
    /// A call that writes.
    Write,
}

/// The calls of the last minute.
#[derive(Debug, Default)]
pub struct Quota {
    calls: HashMap<(Use, Option<String>), VecDeque<Timestamp>>,
    /// Whether it binds.
    pub quotas: Quotas,
}

impl Quota {
    /// Counts one call of that user.
    ///
    /// # Errors
    /// 429 where the minute is used up; the call does not count then.
    pub fn count(&mut self, kind: Use, user: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.quotas == Quotas::Lifted {
            return Ok(());
        }
        let keys = [
            ((kind, Some(user.to_owned())), PER_USER),
            ((kind, None), PER_PROJECT),
        ];
        for (key, limit) in &keys {
            let calls = self.calls.entry(key.clone()).or_default();
            while calls.front().is_some_and(|at| *at + MINUTE <= now) {
                calls.pop_front();
            }
            if calls.len() >= *limit {
                return Err(exhausted(kind, key.1.is_some(), *limit));
            }
        }
        for (key, _) in keys {
            self.calls.entry(key).or_default().push_back(now);
        }
        Ok(())
    }
}

fn exhausted(kind: Use, per_user: bool, limit: usize) -> Refusal {
    let (name, id) = match kind {
        Use::Read => ("Read requests", "Read"),
        Use::Write => ("Write requests", "Write"),
    };
    let (whose, suffix) = if per_user {
        (" per user", "PerUser")
    } else {
        ("", "")
    };
    Refusal::front_end(
        429,
        "rateLimitExceeded",
        format!(
            "Quota exceeded for quota metric '{name}' and limit '{name} per minute{whose}' of service \
             'sheets.googleapis.com' for consumer 'project_number:100000000000'."
        ),
    )
    .with_info(
        "RATE_LIMIT_EXCEEDED",
        json!({
            "service": "sheets.googleapis.com",
            "consumer": "projects/100000000000",
            "quota_metric": format!("sheets.googleapis.com/{}_requests", id.to_lowercase()),
            "quota_limit": format!("{id}RequestsPerMinute{suffix}"),
            "quota_limit_value": limit.to_string(),
            "quota_location": "global",
        }),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn sixty_writes_a_minute_and_not_one_more() {
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let mut quota = Quota::default();
        for second in 0..60 {
            quota
                .count(
                    Use::Write,
                    "a",
                    start + SignedDuration::from_millis(second * 100),
                )
                .unwrap();
        }
        let refusal = quota
            .count(Use::Write, "a", start + SignedDuration::from_secs(59))
            .unwrap_err();
        assert_eq!((refusal.code, refusal.reason), (429, "rateLimitExceeded"));
        quota.count(Use::Read, "a", start).unwrap();
        quota.count(Use::Write, "b", start).unwrap();
        quota
            .count(Use::Write, "a", start + SignedDuration::from_secs(60))
            .unwrap();
    }
}
