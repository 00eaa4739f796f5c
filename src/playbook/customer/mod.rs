//! Customers that an incident hit: their rows, what a row is judged by, and what a list comes to.
//!
//! A list may be millions of rows long: it is never in memory as a whole, but passes by in [`Rows`], some thousands at a
//! time.

pub mod columns;
pub mod doubt;
pub mod rows;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::columns::Columns;
pub use self::doubt::Doubt;
pub use self::rows::{Row, Rows};

/// A row that an incident brings itself. Ids are text, exactly as given: leading zeros, eighteen digits and `1e5` stay what
/// they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct AffectedCustomer {
    /// The organisation's name. Text from outside.
    pub org_name: String,
    /// The organisation's id.
    pub org_id: String,
    /// The app's id.
    pub app_id: String,
    /// The campaign's id.
    pub campaign_id: String,
    /// Further columns, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub further: BTreeMap<String, String>,
}

/// What a list of affected customers comes to; the same figures stand on the summary tab, on the page and in the mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerCount {
    /// Rows in the sheet, without the header and without those to check.
    pub rows: u64,
    /// Different organisations among them, by `org_id`.
    pub organisations: u64,
    /// Different apps among them, by `app_id`.
    pub apps: u64,
    /// Different campaigns among them, by `campaign_id`.
    pub campaigns: u64,
    /// Rows that a person has to look at, on a tab of their own.
    pub to_check: u64,
    /// Rows that said again what another had said in every cell, and are left out.
    pub folded: u64,
}

impl CustomerCount {
    /// What a short list comes to.
    pub fn of(customers: &[AffectedCustomer]) -> Self {
        let different = |id: fn(&AffectedCustomer) -> &str| {
            let ids: BTreeSet<&str> = customers.iter().map(id).collect();
            ids.iter().filter(|id| !id.is_empty()).count() as u64
        };
        Self {
            rows: customers.len() as u64,
            organisations: different(|customer| &customer.org_id),
            apps: different(|customer| &customer.app_id),
            campaigns: different(|customer| &customer.campaign_id),
            to_check: 0,
            folded: 0,
        }
    }
}
