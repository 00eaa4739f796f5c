mod hostile;
mod measured;
mod names;
mod quotations;
mod rule_files;
mod shown;

use std::sync::LazyLock;

use super::{Findings, Lint, Passage, Voice};

/// Built once: it costs more than all it is asked here.
static BUILT_IN: LazyLock<Lint> = LazyLock::new(|| Lint::built_in().unwrap());

fn passage(text: &str) -> Passage<'_> {
    Passage {
        section: "Description",
        text,
        voice: Voice::Writer,
    }
}

fn advice(text: &str) -> Findings {
    BUILT_IN.advice(&[passage(text)], &["Ada Example", "Mark Example"])
}

/// The rules that found something, in order.
fn rules(text: &str) -> Vec<String> {
    let findings = advice(text);
    assert_eq!(findings.left_out, 0);
    findings.advice.into_iter().map(|one| one.rule).collect()
}
