//! `affected_customers`: the sheet, in a folder of its incident's own that a configured group may read.
//!
//! The folder comes first because it is the only thing in Drive that takes an id of our choosing: whatever is found in
//! it is ours, and there is never a second one.

use super::super::case::Case;
use super::super::incident::Visibility;
use super::super::plan::{Need, Owed};
use super::super::rules::{Provision, Rules};
use super::act::Act;

/// What the step owes, or why nothing.
pub fn owed(case: &Case, rules: &Rules) -> Result<Vec<Owed>, String> {
    let customers = match &rules.affected_customers {
        Provision::Provided(customers) => customers,
        Provision::Off(because) => return Err(because.clone()),
    };
    let mut owed = vec![
        // The record tells whether the incident is still resolved: a list of resolved ones does not.
        Owed::new(Act::FolderId, [Need::Settled, Need::Record]),
        Owed::new(Act::Folder, [Need::Done(Act::FolderId)]),
        Owed::new(Act::Spreadsheet, [Need::Done(Act::Folder)]),
        Owed::new(Act::Rows, [Need::Done(Act::Spreadsheet)]),
    ];
    let readers: &[String] = match case.incident.visibility {
        Visibility::Company => &customers.share_with,
        // Whoever took part may be let in by a person; a group is more than that.
        Visibility::Private => &[],
    };
    owed.extend(
        readers
            .iter()
            .map(|group| Owed::new(Act::Sharing(group.clone()), [Need::Done(Act::Folder)])),
    );
    Ok(owed)
}
