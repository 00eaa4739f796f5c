//! What one reading may cost: so many requests, and so much waiting when Slack asks for it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

/// Shared by everything that is read for one purpose, also at the same time.
#[derive(Debug)]
pub struct Allowance {
    requests: AtomicU32,
    waiting: Mutex<Duration>,
    /// How often it was waited.
    waits: AtomicU64,
}

impl Allowance {
    /// So many requests, repetitions inside one call not counted, and so long in all in real time.
    pub fn new(requests: u32, waiting: Duration) -> Self {
        Self {
            requests: AtomicU32::new(requests),
            waiting: Mutex::new(waiting),
            waits: AtomicU64::new(0),
        }
    }

    /// Takes a request from it; `None` where none is left. What comes back is needed to [`wait`](Self::wait).
    pub fn take(&self) -> Option<Taken> {
        self.requests
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .ok()?;
        Some(Taken {
            waits: self.waits.load(Ordering::Acquire),
        })
    }

    /// Waits as long as Slack asked in its answer to that request. `false`, at once, where that is longer than what is
    /// left.
    ///
    /// Requests that are sent side by side are refused side by side: they wait once, together.
    pub async fn wait(&self, taken: Taken, asked: Duration) -> bool {
        let mut left = self.waiting.lock().await;
        if self.waits.load(Ordering::Acquire) != taken.waits {
            return true;
        }
        let Some(rest) = left.checked_sub(asked) else {
            return false;
        };
        *left = rest;
        tokio::time::sleep(asked).await;
        self.waits.fetch_add(1, Ordering::Release);
        true
    }
}

/// A request that was taken from an allowance.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    waits: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_run_out() {
        let allowance = Allowance::new(2, Duration::ZERO);
        assert!(allowance.take().is_some());
        assert!(allowance.take().is_some());
        assert!(allowance.take().is_none());
    }

    #[tokio::test]
    async fn those_who_were_refused_together_wait_together_and_no_longer_than_allowed() {
        let asked = Duration::from_millis(30);
        let allowance = Allowance::new(9, Duration::from_millis(50));
        let (one, other) = (allowance.take().unwrap(), allowance.take().unwrap());
        let waited = tokio::join!(allowance.wait(one, asked), allowance.wait(other, asked));
        assert_eq!(waited, (true, true));
        let later = allowance.take().unwrap();
        assert!(!allowance.wait(later, asked).await);
    }
}
