//! Who the ids are, each asked for once in a worker's life. Only those that occur are asked for: a workspace may have
//! a hundred thousand people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt, stream};
use tokio::sync::Mutex;

use super::gaps::Why;
use crate::vendors::slack::{Allowance, Slack, Stop, User};

/// How many are asked for side by side.
const AT_ONCE: usize = 4;

/// How many channels without a name a record may mention before the rest goes unnamed.
const MOST_CHANNELS: usize = 20;

/// What was found out.
pub(super) struct Known {
    pub users: Users,
    /// Names of channels by id.
    pub channels: BTreeMap<String, String>,
}

/// Users by id.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// Those whom Slack shows.
    pub found: BTreeMap<String, User>,
    /// Those who could not be asked for.
    pub unasked: BTreeSet<String>,
    /// Why they could not.
    pub stop: Option<Stop>,
}

/// What is known so far; `None` for whom Slack does not show.
#[derive(Default)]
pub(super) struct People {
    users: Mutex<BTreeMap<String, Option<User>>>,
    channels: Mutex<BTreeMap<String, Option<String>>>,
}

impl People {
    /// The people of these ids.
    pub async fn users(
        &self,
        client: &Slack,
        ids: BTreeSet<String>,
        allowance: &Allowance,
    ) -> Users {
        // Held while asking: incidents that are read side by side ask once.
        let mut known = self.users.lock().await;
        let missing: Vec<String> = ids
            .iter()
            .filter(|id| !known.contains_key(*id))
            .cloned()
            .collect();
        let is_over = AtomicBool::new(false);
        let mut asked = stream::iter(missing)
            .map(|id| ask(client, id, allowance, &is_over))
            .buffer_unordered(AT_ONCE);
        let mut users = Users::default();
        while let Some((id, answer)) = asked.next().await {
            match answer {
                Some(Ok(user)) => {
                    known.insert(id, user);
                }
                Some(Err(stop)) => {
                    users.unasked.insert(id);
                    let passes = Why::of(&stop).passes();
                    if users.stop.is_none() || passes {
                        users.stop = Some(stop);
                    }
                }
                None => {
                    users.unasked.insert(id);
                }
            }
        }
        users.found = ids
            .into_iter()
            .filter_map(|id| {
                let user = known.get(&id)?.clone()?;
                Some((id, user))
            })
            .collect();
        users
    }

    /// The names of these channels, as far as they can be had; nothing depends on them.
    pub async fn channels(
        &self,
        client: &Slack,
        ids: BTreeSet<String>,
        allowance: &Allowance,
    ) -> BTreeMap<String, String> {
        let mut known = self.channels.lock().await;
        let missing: Vec<String> = ids
            .iter()
            .filter(|id| !known.contains_key(*id))
            .take(MOST_CHANNELS)
            .cloned()
            .collect();
        for id in missing {
            if allowance.take().is_none() {
                break;
            }
            match client.channel(&id).await {
                Ok(channel) => {
                    known.insert(id, channel.and_then(|channel| channel.name));
                }
                Err(error) if Why::of_failure(&error.failure).concerns_others() => break,
                Err(_) => {}
            }
        }
        ids.into_iter()
            .filter_map(|id| {
                let name = known.get(&id)?.clone()?;
                Some((id, name))
            })
            .collect()
    }
}

/// Asks for one, unless it is known by now that no answer comes.
async fn ask(
    client: &Slack,
    id: String,
    allowance: &Allowance,
    is_over: &AtomicBool,
) -> (String, Option<Result<Option<User>, Stop>>) {
    loop {
        if is_over.load(Ordering::Relaxed) {
            return (id, None);
        }
        let Some(taken) = allowance.take() else {
            is_over.store(true, Ordering::Relaxed);
            return (id, Some(Err(Stop::Spent)));
        };
        let error = match client.user(&id).await {
            Ok(user) => return (id, Some(Ok(user))),
            Err(error) => error,
        };
        if let Some(asked) = error.retry_after()
            && allowance.wait(taken, asked).await
        {
            continue;
        }
        let stop = Stop::Failed(error);
        if Why::of(&stop).concerns_others() {
            is_over.store(true, Ordering::Relaxed);
        }
        return (id, Some(Err(stop)));
    }
}
