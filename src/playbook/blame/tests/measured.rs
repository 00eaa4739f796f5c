//! How well the compiled-in rules do on labelled sentences, and that they do not get worse unnoticed.
//!
//! The sentences marked as held out were written before there was any rule, and no rule was made for one of them.

use std::fmt::Write as _;

use super::super::{Lint, Passage, Voice};
use super::BUILT_IN;

const SENTENCES: &str = include_str!("../sentences.tsv");

/// Where the figures stand for people to read.
const PAGE: &str = include_str!("../../../../docs/blamelessness.md");

/// Those who take part in the sentences. Four of them are words as well.
const NAMES: [&str; 6] = [
    "Ada Example",
    "Grace Example",
    "Mark Example",
    "Will Example",
    "May Example",
    "Jürgen Example",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Blames,
    Fine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Tuned,
    Held,
}

struct Labelled {
    label: Label,
    /// The rule that should find it; `-` where nothing should be found.
    rule: &'static str,
    part: Part,
    text: String,
}

fn labelled() -> Vec<Labelled> {
    let mut lines = SENTENCES.lines();
    assert_eq!(lines.next(), Some("label\trule\theld\tsentence"));
    lines
        .map(|line| {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [label, rule, held, sentence] = columns[..] else {
                panic!("four columns: {line}");
            };
            let label = match label {
                "blames" => Label::Blames,
                "fine" => Label::Fine,
                other => panic!("{other}: {line}"),
            };
            assert_eq!(rule == "-", label == Label::Fine, "{line}");
            let part = match held {
                "yes" => Part::Held,
                "no" => Part::Tuned,
                other => panic!("{other}: {line}"),
            };
            Labelled {
                label,
                rule,
                part,
                text: sentence.replace("\\n", "\n"),
            }
        })
        .collect()
}

/// What came of some sentences.
#[derive(Default)]
struct Score {
    found: u32,
    missed: u32,
    false_alarms: u32,
    quiet: u32,
    /// Found by the rule that was expected, perhaps among others.
    by_its_rule: u32,
    /// Every sentence with which something went wrong, for people.
    wrong: String,
}

impl Score {
    fn precision(&self) -> f64 {
        f64::from(self.found) / f64::from(self.found + self.false_alarms)
    }

    fn recall(&self) -> f64 {
        f64::from(self.found) / f64::from(self.found + self.missed)
    }

    /// As the page states it.
    fn row(&self, part: &str) -> String {
        let all = self.found + self.missed + self.false_alarms + self.quiet;
        format!(
            "| {part} | {all} | {:.3} | {:.3} | {} | {} |\n",
            self.precision(),
            self.recall(),
            self.missed,
            self.false_alarms
        )
    }

    fn agreement(&self) -> f64 {
        f64::from(self.by_its_rule) / f64::from(self.found)
    }
}

fn score<'s>(lint: &Lint, sentences: impl IntoIterator<Item = &'s Labelled>) -> Score {
    let mut score = Score::default();
    for sentence in sentences {
        let passage = Passage {
            section: "Description",
            text: &sentence.text,
            voice: Voice::Writer,
        };
        let findings = lint.advice(&[passage], &NAMES);
        let rules: Vec<&str> = findings
            .advice
            .iter()
            .map(|advice| advice.rule.as_str())
            .collect();
        let (expected, text) = (sentence.rule, &sentence.text);
        let wrong = match (sentence.label, rules.is_empty()) {
            (Label::Blames, false) => {
                score.found += 1;
                if rules.contains(&expected) {
                    score.by_its_rule += 1;
                    continue;
                }
                format!("other rule: {rules:?}, not {expected}: {text}")
            }
            (Label::Blames, true) => {
                score.missed += 1;
                format!("missed: {expected}: {text}")
            }
            (Label::Fine, false) => {
                score.false_alarms += 1;
                format!("false alarm: {rules:?}: {text}")
            }
            (Label::Fine, true) => {
                score.quiet += 1;
                continue;
            }
        };
        writeln!(score.wrong, "{wrong}").unwrap();
    }
    score
}

#[test]
fn precision_and_recall_do_not_fall() {
    let sentences = labelled();
    let of = |part: Part| {
        sentences
            .iter()
            .filter(move |sentence| sentence.part == part)
    };
    let measured = [
        ("tuned", score(&BUILT_IN, of(Part::Tuned)), 0.97, 0.95),
        ("held out", score(&BUILT_IN, of(Part::Held)), 0.90, 0.90),
        ("all", score(&BUILT_IN, &sentences), 0.95, 0.92),
    ];
    for (part, score, _, _) in &measured {
        println!(
            "{part}: precision {:.3}, recall {:.3}, by the expected rule {:.3} ({} found, {} missed, {} false alarms, {} quiet)",
            score.precision(),
            score.recall(),
            score.agreement(),
            score.found,
            score.missed,
            score.false_alarms,
            score.quiet,
        );
    }
    for (part, score, precision, recall) in &measured {
        assert!(score.precision() >= *precision, "{part}:\n{}", score.wrong);
        assert!(score.recall() >= *recall, "{part}:\n{}", score.wrong);
        assert!(score.agreement() >= 0.9, "{part}:\n{}", score.wrong);
    }
    for (part, score, _, _) in &measured {
        let row = score.row(part);
        assert!(
            PAGE.contains(&row),
            "docs/blamelessness.md should have:\n{row}"
        );
    }
}

#[test]
fn the_sentences_are_many_balanced_and_half_of_them_held_out() {
    let sentences = labelled();
    let count = |is: &dyn Fn(&Labelled) -> bool| sentences.iter().filter(|one| is(one)).count();
    assert!(sentences.len() >= 260);
    for part in [Part::Tuned, Part::Held] {
        let all = count(&|one| one.part == part);
        let blaming = count(&|one| one.part == part && one.label == Label::Blames);
        assert!(all * 100 >= sentences.len() * 45, "{part:?}: {all}");
        assert!(
            (45..=55).contains(&(blaming * 100 / all)),
            "{part:?}: {blaming} of {all}"
        );
    }
    let mut texts: Vec<&str> = sentences.iter().map(|one| one.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), sentences.len(), "a sentence counts once");
}

#[test]
fn every_rule_has_sentences_in_both_parts() {
    let sentences = labelled();
    for rule in BUILT_IN.rules() {
        for part in [Part::Tuned, Part::Held] {
            let is_there = sentences
                .iter()
                .any(|one| one.rule == rule && one.part == part);
            assert!(is_there, "{rule}, {part:?}");
        }
    }
    let unknown: Vec<&str> = sentences
        .iter()
        .map(|one| one.rule)
        .filter(|rule| *rule != "-" && !BUILT_IN.rules().any(|known| known == *rule))
        .collect();
    assert_eq!(unknown, Vec::<&str>::new());
}
