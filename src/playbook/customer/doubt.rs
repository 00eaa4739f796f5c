//! What is wrong with a row: it goes to a tab of its own, where a person looks at it, and is never dropped.

use super::{Row, columns};

/// Why a person has to look at a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// There is neither a name nor an id of an organisation.
    NoOrganisation,
}

impl Doubt {
    /// The first doubt about a row; `None` where it is as it should be.
    pub fn about(row: &Row<'_>) -> Option<Self> {
        let is_blank = |column| row.cell(column).trim().is_empty();
        (is_blank(columns::ORG_NAME) && is_blank(columns::ORG_ID)).then_some(Self::NoOrganisation)
    }

    /// In words, for the tab.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoOrganisation => "no organisation",
        }
    }
}
