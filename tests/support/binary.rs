//! The shipped binary, run as a person or cron runs it.

use std::path::Path;

use tokio::process::Command;

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// The same, if it ended with that exit code.
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "\nstandard output:\n{}\nstandard error:\n{}",
            self.out, self.err
        );
        self
    }
}

/// Runs it in a folder, with nothing in its environment but what is given.
pub async fn debrief_in(
    folder: &Path,
    arguments: &[&str],
    environment: &[(String, String)],
) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_debrief"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().cloned())
        .kill_on_drop(true)
        .output()
        .await
        .expect("the binary runs");
    Ended {
        code: output.status.code().expect("it was not killed"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
