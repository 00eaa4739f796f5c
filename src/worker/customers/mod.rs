//! Lists of affected customers on their way into the sheet: row after row is judged, duplicates are folded, everything is
//! counted, and memory stays flat however long the list is.

pub mod sieve;
