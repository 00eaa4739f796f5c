//! Rate limits, in the sandbox's time. <https://docs.slack.dev/apis/web-api/rate-limits>

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::arguments::Method;
use crate::sandbox::{seed::Tier, wire::Quotas};

/// Messages in one go; a second buys another one.
const BURST: i64 = 20;

#[derive(Debug, Default)]
pub(super) struct Limits {
    /// The minute under way of each method, and its calls.
    calls: HashMap<&'static str, (Timestamp, u32)>,
    /// What is left of each channel's burst, and as of when.
    posts: HashMap<String, (Timestamp, i64)>,
    /// Whether they bind.
    pub quotas: Quotas,
    /// How transcripts may be read.
    pub tier: Tier,
}

/// What is read slowly by an app that is distributed outside the Marketplace: once a minute, so many messages a page.
const SLOWED: [&str; 2] = ["conversations.history", "conversations.replies"];
const SLOW_PAGE: usize = 15;

impl Limits {
    fn calls_a_minute(&self, method: &Method) -> u32 {
        match self.tier {
            Tier::Distributed if SLOWED.contains(&method.name) => 1,
            Tier::Distributed | Tier::Internal => method.calls_a_minute,
        }
    }

    /// How many of those messages a page gives. Asking for more is not refused: a page may always be short.
    pub fn page(&self, asked: usize) -> usize {
        match self.tier {
            Tier::Internal => asked,
            Tier::Distributed => asked.min(SLOW_PAGE),
        }
    }

    /// Counts a call of that method, or says how many seconds to wait.
    pub fn take_call(&mut self, method: &Method, now: Timestamp) -> Result<(), i64> {
        if self.quotas == Quotas::Lifted {
            return Ok(());
        }
        let minute = SignedDuration::from_mins(1);
        let most = self.calls_a_minute(method);
        let (began, count) = self.calls.entry(method.name).or_insert((now, 0));
        if now < *began || now.duration_since(*began) >= minute {
            (*began, *count) = (now, 0);
        }
        if *count >= most {
            return Err(60 - now.duration_since(*began).as_secs());
        }
        *count += 1;
        Ok(())
    }

    /// Counts a message to that channel, or says how many seconds to wait.
    pub fn take_post(&mut self, channel: &str, now: Timestamp) -> Result<(), i64> {
        if self.quotas == Quotas::Lifted {
            return Ok(());
        }
        let (since, left) = self.posts.entry(channel.to_owned()).or_insert((now, BURST));
        let earned = now.duration_since(*since).as_secs();
        if earned != 0 {
            // A clock that was set back earns nothing, and costs nothing.
            *left = left.saturating_add(earned.max(0)).min(BURST);
            *since = now;
        }
        if *left == 0 {
            return Err(1);
        }
        *left -= 1;
        Ok(())
    }
}
