//! The columns of a list of affected customers.

/// What every list has, in this order.
pub const STANDARD: [&str; 4] = ["org name", "org_id", "app_id", "campaign_id"];

/// Where the organisation's name stands.
pub const ORG_NAME: usize = 0;
/// Where the organisation's id stands.
pub const ORG_ID: usize = 1;
/// Where the app's id stands.
pub const APP_ID: usize = 2;
/// Where the campaign's id stands.
pub const CAMPAIGN_ID: usize = 3;

/// How many further columns there may be: with those for marks and for people's notes a sheet has ten at most, of which a
/// million rows fit into one spreadsheet.
pub const MOST_FURTHER: usize = 4;

/// The columns of every list here: the four that each has, then those that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
}

/// Why further columns cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// More than fit.
    #[error("{0} further columns are too many: {MOST_FURTHER} at most")]
    TooMany(usize),
    /// A name that says nothing.
    #[error("a further column has no name")]
    Unnamed,
    /// A name that another column has.
    #[error("the column “{0}” is there already")]
    Twice(String),
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            names: STANDARD.map(str::to_owned).to_vec(),
        }
    }
}

impl Columns {
    /// The standard columns and these further ones, in this order.
    ///
    /// # Errors
    /// Where they are too many, or do not tell themselves apart.
    pub fn with(further: &[String]) -> Result<Self, ColumnsError> {
        if further.len() > MOST_FURTHER {
            return Err(ColumnsError::TooMany(further.len()));
        }
        let mut columns = Self::default();
        for name in further {
            let name = name.trim();
            if name.is_empty() {
                return Err(ColumnsError::Unnamed);
            }
            if columns.names.iter().any(|known| is_same_name(known, name)) {
                return Err(ColumnsError::Twice(name.to_owned()));
            }
            columns.names.push(name.to_owned());
        }
        Ok(columns)
    }

    /// How many there are.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Their names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Which column a name from outside means: `Org Name`, `org_name`, `ORG-NAME` and `org name` are one, and a byte
    /// order mark before it does not count.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|known| is_same_name(known, name))
    }
}

fn is_same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        name.trim_start_matches('\u{feff}')
            .trim()
            .to_lowercase()
            .replace(['_', '-'], " ")
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[rstest]
    #[case("org name", Some(0))]
    #[case("\u{feff}Org_Name ", Some(0))]
    #[case("ORG-ID", Some(1))]
    #[case("plan", Some(4))]
    #[case("organisation", None)]
    #[case("", None)]
    fn a_column_is_known_by_its_name_however_it_is_written(
        #[case] name: &str,
        #[case] position: Option<usize>,
    ) {
        let columns = Columns::with(&names(&["Plan"])).unwrap();
        assert_eq!(columns.position(name), position);
        assert_eq!(columns.width(), 5);
    }

    #[rstest]
    #[case(&["a", "b", "c", "d", "e"], ColumnsError::TooMany(5))]
    #[case(&["plan", " "], ColumnsError::Unnamed)]
    #[case(&["Org ID"], ColumnsError::Twice("Org ID".into()))]
    #[case(&["plan", "PLAN"], ColumnsError::Twice("PLAN".into()))]
    fn columns_that_cannot_be_told_apart_are_refused(
        #[case] further: &[&str],
        #[case] error: ColumnsError,
    ) {
        assert_eq!(Columns::with(&names(further)), Err(error));
    }
}
