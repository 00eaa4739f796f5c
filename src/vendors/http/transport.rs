//! What the clients of all vendors share: connections, the machine's trusted certificates, and the count of calls.
//!
//! Reading the certificates is most of what building a client costs; with one transport it is paid once, and not at all
//! where nothing is far away.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::BuildError;

/// Part of an attempt's time that connecting may take. A connection that was not made in time is "not reached", whereas
/// the attempt's own timeout leaves the outcome unknown.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// Whether a vendor is on this machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Distance {
    /// On loopback and in the clear: a company's proxy cannot reach it, and must not see what is sent to it.
    Near,
    /// Anywhere else.
    Far,
}

/// Shared by its clones.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
}

struct Shared {
    timeout: Duration,
    user_agent: String,
    near: Mutex<Option<reqwest::Client>>,
    far: Mutex<Option<reqwest::Client>>,
    sent: Mutex<BTreeMap<&'static str, u64>>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Transport")
            .field("sent", &self.sent())
            .finish_non_exhaustive()
    }
}

impl Transport {
    /// With the longest time that one attempt may take, from connecting to the answer's last byte, and what we call
    /// ourselves.
    pub fn new(timeout: Duration, user_agent: impl Into<String>) -> Self {
        let shared = Shared {
            timeout,
            user_agent: user_agent.into(),
            near: Mutex::default(),
            far: Mutex::default(),
            sent: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// How many requests have left so far, by vendor; repetitions count.
    pub fn sent(&self) -> BTreeMap<&'static str, u64> {
        self.shared
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn count(&self, vendor: &'static str) {
        *self
            .shared
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(vendor)
            .or_default() += 1;
    }

    pub(super) fn client(
        &self,
        vendor: &'static str,
        distance: Distance,
    ) -> Result<reqwest::Client, BuildError> {
        let slot = match distance {
            Distance::Near => &self.shared.near,
            Distance::Far => &self.shared.far,
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = slot.as_ref() {
            return Ok(client.clone());
        }
        let client = self
            .build(distance)
            .map_err(|source| BuildError::Client { vendor, source })?;
        *slot = Some(client.clone());
        Ok(client)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that builds HTTP clients"
    )]
    fn build(&self, distance: Distance) -> Result<reqwest::Client, reqwest::Error> {
        // reqwest panics without a provider; installing one twice is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = self.shared.timeout;
        let builder = reqwest::Client::builder()
            .user_agent(&self.shared.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .connect_timeout(LONGEST_CONNECT.min(timeout / 2));
        match distance {
            // Nothing is encrypted on loopback, so nothing has to be trusted.
            Distance::Near => builder.no_proxy().tls_certs_only([]).build(),
            Distance::Far => builder.build(),
        }
    }
}
