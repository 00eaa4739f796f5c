//! The sieve: rows go in as their source gives them, and come out as rows of the sheet, or as rows to check.

use std::collections::HashSet;

use crate::playbook::customer::columns::{APP_ID, CAMPAIGN_ID, ORG_ID};
use crate::playbook::customer::{CustomerCount, Doubt, Row, Rows};

/// Where a row belongs.
#[derive(Clone, Copy, Debug)]
pub enum Sifted<'a> {
    /// To the sheet.
    Customer(Row<'a>),
    /// To the tab of those to check.
    ToCheck(Row<'a>, Doubt),
}

/// Why the sieve could not go on: the machine's disk.
#[derive(Debug, thiserror::Error)]
#[error("hashes of rows could not be kept in a temporary file: {0}")]
pub struct SieveError(#[from] pub std::io::Error);

/// Folds, judges and counts.
#[derive(Debug, Default)]
pub struct Sieve {
    seen: HashSet<Vec<String>>,
    ids: [HashSet<String>; 3],
    count: CustomerCount,
}

impl Sieve {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Passes on each row that no earlier one had said in every cell, in order.
    ///
    /// # Errors
    /// When the disk fails; what was passed on before is then worth nothing.
    pub fn pass<E: From<SieveError>>(
        &mut self,
        rows: &Rows,
        mut on: impl FnMut(Sifted<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for row in rows.iter() {
            if !self.seen.insert(row.cells().map(str::to_owned).collect()) {
                self.count.folded += 1;
                continue;
            }
            if let Some(doubt) = Doubt::about(&row) {
                self.count.to_check += 1;
                on(Sifted::ToCheck(row, doubt))?;
                continue;
            }
            self.count.rows += 1;
            for (ids, column) in self.ids.iter_mut().zip([ORG_ID, APP_ID, CAMPAIGN_ID]) {
                if !row.cell(column).is_empty() {
                    ids.insert(row.cell(column).to_owned());
                }
            }
            on(Sifted::Customer(row))?;
        }
        Ok(())
    }

    /// What the list came to.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn finish(self) -> Result<CustomerCount, SieveError> {
        let [organisations, apps, campaigns] = self.ids.map(|ids| ids.len() as u64);
        Ok(CustomerCount {
            organisations,
            apps,
            campaigns,
            ..self.count
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_row_comes_out_once_where_it_belongs_and_is_counted() {
        let mut rows = Rows::new(4);
        rows.push(["Acme", "007", "1", "10"]);
        rows.push(["Acme", "007", "1", "10"]);
        rows.push(["Acme", "7", "1", "11"]);
        rows.push(["", " ", "1", "12"]);
        rows.push(["Zoë", "8", "", ""]);
        let mut sieve = Sieve::new();
        let (mut customers, mut to_check) = (Vec::new(), Vec::new());
        sieve
            .pass(&rows, |sifted| -> Result<(), SieveError> {
                match sifted {
                    Sifted::Customer(row) => customers.push(row.text().to_owned()),
                    Sifted::ToCheck(row, doubt) => to_check.push((row.text().to_owned(), doubt)),
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(customers, ["Acme007110", "Acme7111", "Zoë8"]);
        assert_eq!(to_check, [(" 112".to_owned(), Doubt::NoOrganisation)]);
        assert_eq!(
            sieve.finish().unwrap(),
            CustomerCount {
                rows: 3,
                organisations: 3,
                apps: 1,
                campaigns: 2,
                to_check: 1,
                folded: 1,
            }
        );
    }
}
