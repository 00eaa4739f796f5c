//! Who there is: the service account, the worker's own Workspace account, and the people of the seed.

use std::collections::BTreeMap;

/// The Workspace account that `sandbox-refresh-token` belongs to, and that a delegated service account may act as.
pub const WORKSPACE_ACCOUNT: &str = "debrief@example.com";

/// Somebody with a Google account.
#[derive(Clone, Debug)]
pub struct Account {
    /// As Google shows it.
    pub name: String,
    /// IANA zone of the primary calendar.
    pub time_zone: String,
}

/// Everybody with a Google account in the sandbox's organisation.
#[derive(Debug)]
pub struct Accounts {
    by_email: BTreeMap<String, Account>,
}

impl Accounts {
    /// The service account and the worker's own Workspace account.
    pub fn new(robot: &str) -> Self {
        let mut accounts = Self {
            by_email: BTreeMap::new(),
        };
        accounts.add(robot, robot, None);
        accounts.add(WORKSPACE_ACCOUNT, "Debrief", None);
        accounts
    }

    /// Adds somebody, or renames them.
    pub fn add(&mut self, email: &str, name: &str, time_zone: Option<&str>) {
        let account = Account {
            name: name.to_owned(),
            time_zone: time_zone.unwrap_or("UTC").to_owned(),
        };
        self.by_email.insert(email.to_lowercase(), account);
    }

    /// The account of an address. Addresses are compared without regard to case.
    pub fn get(&self, email: &str) -> Option<&Account> {
        self.by_email.get(&email.to_lowercase())
    }

    /// Whether anybody has that address.
    pub fn knows(&self, email: &str) -> bool {
        self.get(email).is_some()
    }

    /// All addresses, in lower case.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.by_email.keys().map(String::as_str)
    }

    /// The name to show for an address.
    pub fn name(&self, email: &str) -> Option<&str> {
        self.get(email).map(|account| account.name.as_str())
    }
}
