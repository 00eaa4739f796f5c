//! Recording what every test says to the vendors, so that it can be held against the vendors' own descriptions.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A new file in the folder that `DEBRIEF_RECORD_DIR` names; without it nothing is recorded.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own switch; the program never sees it"
)]
pub fn file() -> Option<PathBuf> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(std::env::var_os("DEBRIEF_RECORD_DIR")?);
    std::fs::create_dir_all(&folder).expect("the folder of recordings");
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    Some(folder.join(format!("{}-{number}.jsonl", std::process::id())))
}
