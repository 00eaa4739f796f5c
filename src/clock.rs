//! The only reader of wall time.
//!
//! Everything that decides takes `now` as an argument; a [`Clock`] is held only by the loops that have to
//! ask, and by the sandbox, whose world has a time of its own. A clock shared between both is what lets
//! the demo live through a fortnight in seconds while running the shipped code.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// Tells the time: the machine's, or one that stands where it was set. Clones share the setting.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    standing: Arc<Mutex<Option<Timestamp>>>,
}

impl Clock {
    /// The machine's own time.
    pub fn wall() -> Self {
        Self::default()
    }

    /// A clock that stands at `now` until it is [set](Clock::set).
    pub fn standing_at(now: Timestamp) -> Self {
        let clock = Self::default();
        clock.set(now);
        clock
    }

    /// The time now, in UTC.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads wall time"
    )]
    pub fn now(&self) -> Timestamp {
        let standing = *self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.unwrap_or_else(Timestamp::now)
    }

    /// Makes this clock, and every clone of it, stand at `now`.
    pub fn set(&self, now: Timestamp) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}
