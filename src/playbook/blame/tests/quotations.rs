//! What is not the writer's own is left alone, and nothing else is.

use regex::Regex;
use rstest::rstest;

use super::super::{Passage, Voice};
use super::{BUILT_IN, advice, rules};

#[rstest]
#[case::double("She wrote \"he forgot it\" in the channel.")]
#[case::double_at_the_beginning("\"He forgot it\" is what the post said.")]
#[case::curly("She wrote “he forgot it” in the channel.")]
#[case::low("Sie schrieb: „he forgot it“.")]
#[case::low_english_end("Sie schrieb: „he forgot it”.")]
#[case::guillemets("Elle a écrit « he forgot it ».")]
#[case::guillemets_inwards("Sie schrieb: »he forgot it«.")]
#[case::single_curly("She wrote ‘he forgot it’ in the channel.")]
#[case::corner("「he forgot it」と書いた。")]
#[case::code("The log says `he forgot it`.")]
#[case::two_backticks("The log says ``he `forgot` it``.")]
#[case::over_two_lines("She wrote “he\nforgot it” in the channel.")]
#[case::quoted_line("> he forgot it")]
#[case::quoted_line_after_space("  > he forgot it\n  > and so did you\nThe call ended.")]
#[case::fence("```\nhe forgot it\n```")]
#[case::fence_with_language("```text\nhe forgot it\n\nyou forgot it\n```\nThe call ended.")]
#[case::fence_of_tildes("~~~\nhe forgot it\n```\nyou forgot it\n~~~")]
#[case::fence_without_end("The log:\n```\nhe forgot it\n")]
#[case::one_line_fence("```he forgot it```")]
fn quotations_and_code_are_left_alone(#[case] text: &str) {
    assert_eq!(rules(text), Vec::<String>::new(), "{text}");
}

#[rstest]
#[case::after_a_quotation("She wrote \"all is well\" and he forgot it.")]
#[case::between_quotations("\"One\" he forgot it \"two\"")]
#[case::apostrophes("It's the customers' data and he forgot it, wasn't it the engineers' job?")]
#[case::curly_apostrophes("It’s the customers’ data and he forgot it, that’s all.")]
#[case::decade("In the ‘90s he forgot it.")]
#[case::inches("A 19\" rack, and he forgot it, beside a 21\" rack.")]
#[case::opened_only("She wrote \"well, he forgot it.")]
#[case::closed_in_the_next_paragraph("She wrote “well, he forgot it.\n\nThat was it”.")]
#[case::one_backtick("The key ` is broken and he forgot it.")]
#[case::unequal_backticks("`` and he forgot it `")]
#[case::item_of_a_list("- a 5 \"inch disk\n- he forgot it\n- an 8\" disk")]
#[case::greater_than("Load > 5, and he forgot it.")]
#[case::after_a_fence("```\nexit 1\n```\nHe forgot it.")]
#[case::after_a_quoted_line("> exit 1\nHe forgot it.")]
fn what_is_not_quoted_counts(#[case] text: &str) {
    assert_eq!(rules(text), ["omission"], "{text}");
}

#[test]
fn a_passage_of_somebody_elses_words_is_left_alone() {
    let passage = |voice| Passage {
        section: "Transcript",
        text: "He forgot it.",
        voice,
    };
    let found = |voice| BUILT_IN.advice(&[passage(voice)], &[]).advice.len();
    assert_eq!(found(Voice::Quoted), 0);
    assert_eq!(found(Voice::Writer), 1);
}

/// What the page and the mails say of themselves, and guides as people write them.
#[rstest]
#[case("This postmortem is blameless. Everybody did what made sense with what they knew then.")]
#[case("Hindsight is 20/20. We do not dwell on could-have and should-have.")]
#[case("There is no dwelling on what people should have done.")]
#[case("They ask about process, tools and monitoring, never about who.")]
#[case("What made the change that led here look safe? What could have shown that it was not?")]
#[case("Which dashboard, log or runbook did we miss, or not trust?")]
#[case("Do not ask: why did you push?")]
#[case("Questions to avoid:\n- Why did you push?\n- Whose fault was it?\n\n- Who broke it?")]
#[case("## Bad questions\n\nWhy did you push? Whose fault was it?\nWho broke it?")]
fn blameless_statements_and_guides_are_left_alone(#[case] text: &str) {
    assert_eq!(rules(text), Vec::<String>::new(), "{text}");
}

/// Nobody is advised against what Debrief wrote itself.
#[rstest]
#[case::page(include_str!("../../../../templates/postmortem_page/page.xhtml"))]
#[case::invitation(include_str!("../../../../templates/review_meeting/description.html"))]
#[case::mail(include_str!("../../../../templates/announcement/body.txt"))]
fn the_templates_are_left_alone(#[case] template: &str) {
    let markup = Regex::new(r"(?s)</?(?:p|li|td|th|h[1-6]|ul|ol|tr)\b[^>]*>|\{%.*?%\}").unwrap();
    let within_a_line = Regex::new(r"(?s)<[^>]*>|\{#.*?#\}|\{\{.*?\}\}").unwrap();
    let text = markup.replace_all(template, "\n\n");
    let text = within_a_line.replace_all(&text, "");
    assert_eq!(rules(&text), Vec::<String>::new(), "{text}");
}

#[test]
fn a_guide_ends_where_its_list_ends() {
    let text = "Questions to avoid:\n\n- Why did you push?\n\nHe forgot it.";
    assert_eq!(rules(text), ["omission"]);
}

#[test]
fn a_section_of_bad_examples_is_left_alone() {
    let passage = |section| Passage {
        section,
        text: "Why did you push?",
        voice: Voice::Writer,
    };
    let found = |section| BUILT_IN.advice(&[passage(section)], &[]).advice.len();
    assert_eq!(found("Questions to avoid"), 0);
    assert_eq!(found("Description"), 1);
}

#[rstest]
#[case::no_one("No one forgot the certificate.")]
#[case::nobody("Nobody could have known that the limits multiply.")]
#[case::denied("We do not blame human error.")]
#[case::rather("We ask about the tool rather than about human error.")]
#[case::a_wish("The service should have a timeout.")]
#[case::a_wish_of_ours("We should have automated tests.")]
#[case::software_operator("The Kubernetes operator failed to reconcile.")]
#[case::lazy_loading("Lazy loading hid the missing file.")]
#[case::blame_of_lines("The line comes from 2016, says git blame.")]
fn exceptions_hold(#[case] text: &str) {
    assert_eq!(rules(text), Vec::<String>::new(), "{text}");
}

/// An exception covers its own words, not the sentence: else one polite clause would excuse the rest.
#[rstest]
#[case(
    "It is not about blame, but Ada should have tested it.",
    "counterfactual"
)]
#[case("No one forgot the certificate, he forgot the key.", "omission")]
#[case("This is blameless, and still human error.", "human-error")]
fn an_exception_reaches_no_further_than_its_words(#[case] text: &str, #[case] rule: &str) {
    assert_eq!(rules(text), [rule], "{text}");
}

#[test]
fn nothing_is_found_in_nothing() {
    assert_eq!(advice(""), super::Findings::default());
    assert_eq!(BUILT_IN.advice(&[], &[]), super::Findings::default());
}
