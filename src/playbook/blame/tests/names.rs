//! Who is meant, and what only looks like a name.

use rstest::rstest;

use super::super::names::Names;
use super::{BUILT_IN, passage};

fn found(text: &str, names: &[&str]) -> usize {
    BUILT_IN.advice(&[passage(text)], names).advice.len()
}

#[rstest]
#[case::full("Ada Example forgot it.")]
#[case::full_in_small_letters("ada example forgot it.")]
#[case::first("Ada forgot it.")]
#[case::over_a_line_end("Ada\nExample forgot it.")]
#[case::possessive("It was Ada's fault.")]
#[case::curly_possessive("It was Ada’s fault.")]
#[case::several("Ada and Grace forgot it.")]
#[case::bold("**Ada** forgot it.")]
#[case::mention("@ada.example forgot it.")]
#[case::mention_of_a_name("@Ada Example forgot it.")]
#[case::group("@here forgot it.")]
fn names_are_found(#[case] text: &str) {
    assert_eq!(found(text, &["Ada Example", "Grace Example"]), 1, "{text}");
}

#[rstest]
#[case::small_letter("The ada compiler: ada forgot it.")]
#[case::within_a_word("Adamant forgot it. Granada forgot it.")]
#[case::joined("Ada-like forgot it. Ada_retry forgot it.")]
#[case::capitals("ADA forgot it.")]
#[case::address("ada@example.com forgot it.")]
#[case::package("The package @example/client forgot it.")]
#[case::unknown("Grace forgot it.")]
fn what_is_no_name_is_not_taken_for_one(#[case] text: &str) {
    assert_eq!(found(text, &["Ada Example"]), 0, "{text}");
}

#[rstest]
#[case("Mark the incident as mitigated.")]
#[case("Will the alert fire?")]
#[case("The grace period failed to cover it.")]
#[case("Why did Redis restart?")]
#[case("Mark restored the backup, and Will asked for the graph.")]
fn names_that_are_words_do_no_harm(#[case] text: &str) {
    let names = ["Mark Example", "Will Example", "Grace Example"];
    assert_eq!(found(text, &names), 0, "{text}");
}

#[rstest]
#[case::umlaut("Jürgen forgot it.", "Jürgen Example")]
#[case::umlaut_in_capitals("JÜRGEN EXAMPLE forgot it.", "Jürgen Example")]
#[case::separate_accent("Zoe\u{308} forgot it.", "Zoe\u{308} Example")]
#[case::hyphen("Ann-Marie forgot it.", "Ann-Marie Example")]
#[case::half_of_a_double_name("Ann-Marie Example forgot it.", "Ann-Marie Example")]
#[case::apostrophe("Ada O’Example forgot it.", "Ada O'Example")]
#[case::initial("Ada B. Example forgot it.", "Ada B. Example")]
#[case::single("Ada forgot it.", "ada")]
#[case::cyrillic("Ада forgot it.", "Ада Пример")]
#[case::no_capitals("例子 forgot it.", "例子")]
fn names_of_all_kinds(#[case] text: &str, #[case] name: &str) {
    assert_eq!(found(text, &[name]), 1, "{text}");
    assert_eq!(found(text, &[]), 0, "{text}");
}

#[test]
fn odd_names_match_nothing() {
    let names = Names::new(&["", "  ", "A", "A B", "-", "…"]);
    for text in ["A job forgot it", "B", "-", "… and so on", ""] {
        assert_eq!(names.length_at(text), None, "{text}");
    }
    assert_eq!(names.length_at("A B"), Some(3));
}

#[test]
fn the_longest_name_is_taken() {
    let names = Names::new(&["Ada", "Ada Example", "Ada Example Junior"]);
    assert_eq!(names.length_at("Ada Example Junior, who"), Some(18));
    assert_eq!(names.length_at("Ada Example, who"), Some(11));
    assert_eq!(names.length_at("Ada, who"), Some(3));
}
