//! Customers that an incident hit.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One row of the sheet. Ids are text, exactly as given: leading zeros, eighteen digits and `1e5` stay what they are.
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
}

/// The sheet's columns, in order.
pub const COLUMNS: [&str; 4] = ["org name", "org_id", "app_id", "campaign_id"];

/// What a list of affected customers comes to; the same figures stand on the page and in the mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCount {
    /// Rows in the sheet, without the header.
    pub rows: u64,
    /// Different organisations among them, by `org_id`.
    pub organisations: u64,
}

impl CustomerCount {
    /// What a list comes to.
    pub fn of(customers: &[AffectedCustomer]) -> Self {
        let organisations: BTreeSet<&str> = customers
            .iter()
            .map(|customer| customer.org_id.as_str())
            .collect();
        Self {
            rows: customers.len() as u64,
            organisations: organisations.len() as u64,
        }
    }
}
