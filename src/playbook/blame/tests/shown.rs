//! What is shown of what was found: order, number, and how much of a sentence.

use unicode_segmentation::UnicodeSegmentation;

use super::super::excerpt::{LONGEST, excerpt};
use super::super::{AT_MOST, Passage, Voice};
use super::{BUILT_IN, advice, rules};

fn quoted(text: &str) -> Vec<String> {
    let findings = advice(text);
    findings.advice.into_iter().map(|one| one.quoted).collect()
}

#[test]
fn advice_says_what_where_why_and_what_to_ask_instead() {
    let findings = advice("The queue grew. Why did Ada push on Friday? It drained.");
    let [only] = &findings.advice[..] else {
        panic!("{findings:?}");
    };
    assert_eq!(only.rule, "why-person");
    assert_eq!(only.section, "Description");
    assert_eq!(only.quoted, "Why did Ada push on Friday?");
    assert!(only.why.ends_with('.'), "{}", only.why);
    assert!(only.ask_instead.ends_with('?'), "{}", only.ask_instead);
}

#[test]
fn the_order_is_that_of_the_text_and_then_of_the_words() {
    let text =
        "He forgot it. That was human error, and he should have known better.\n\nWho broke it?";
    assert_eq!(
        rules(text),
        [
            "omission",
            "human-error",
            "counterfactual",
            "hindsight",
            "who"
        ]
    );
    assert_eq!(advice(text), advice(text));
}

#[test]
fn passages_come_in_their_order_and_a_sentence_once() {
    let passage = |section, text| Passage {
        section,
        text,
        voice: Voice::Writer,
    };
    let passages = [
        passage("Impact", "He forgot it. He forgot\nit."),
        passage("Mail", "He  forgot it. You forgot it."),
    ];
    let findings = BUILT_IN.advice(&passages, &[]);
    let shown: Vec<(&str, &str)> = findings
        .advice
        .iter()
        .map(|one| (one.section.as_str(), one.quoted.as_str()))
        .collect();
    assert_eq!(
        shown,
        [("Impact", "He forgot it."), ("Mail", "You forgot it.")]
    );
    assert_eq!(findings.left_out, 0);
}

#[test]
fn what_is_more_than_anybody_reads_is_counted() {
    let text: String = (0..100)
        .map(|n| format!("He forgot number {n}. "))
        .collect();
    let findings = advice(&text);
    assert_eq!(findings.advice.len(), AT_MOST);
    assert_eq!(findings.left_out, 100 - AT_MOST);
    assert_eq!(findings.advice[0].quoted, "He forgot number 0.");
}

#[test]
fn a_sentence_is_shown_as_it_was_written_in_one_line() {
    assert_eq!(
        quoted("- **Jürgen**, or  you\n  forgot `the key`\u{202e} “again”."),
        ["**Jürgen**, or you forgot `the key` “again”."]
    );
}

#[test]
fn a_sentence_over_several_lines_is_one_and_items_are_not() {
    assert_eq!(quoted("You\nforgot it"), ["You forgot it"]);
    assert_eq!(quoted("- You\n- forgot it"), Vec::<String>::new());
    assert_eq!(quoted("You:\nforgot it"), Vec::<String>::new());
    assert_eq!(quoted("1. You\n\nforgot it"), Vec::<String>::new());
    assert_eq!(
        quoted("See e.g. what you forgot."),
        ["See e.g. what you forgot."]
    );
}

#[test]
fn a_long_sentence_is_cut_around_the_words() {
    let much = "one two three ".repeat(40);
    let text = format!("{much}and then you forgot the key and {much}");
    let [shown] = &quoted(&text)[..] else {
        panic!("one");
    };
    assert!(shown.contains("then you forgot the key"), "{shown}");
    assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
    assert!(shown.graphemes(true).count() <= LONGEST + 2, "{shown}");
    let bare = shown.trim_matches('…');
    assert!(
        text.split(' ').any(|word| bare.starts_with(word)),
        "{shown}"
    );
    assert!(text.contains(&format!(" {bare} ")), "whole words: {shown}");
}

#[test]
fn a_long_sentence_is_cut_at_its_ends_only_where_something_is_missing() {
    let much = "one two three ".repeat(40);
    let [first] = &quoted(&format!("You forgot the key {much}"))[..] else {
        panic!("one");
    };
    assert!(
        first.starts_with("You forgot") && first.ends_with('…'),
        "{first}"
    );
    let [last] = &quoted(&format!("{much}you forgot the key."))[..] else {
        panic!("one");
    };
    assert!(
        last.starts_with('…') && last.ends_with("the key."),
        "{last}"
    );
    assert!(last.graphemes(true).count() > LONGEST / 2, "{last}");
}

#[test]
fn characters_that_people_see_as_one_are_not_cut() {
    let family = "👩‍👩‍👧‍👦";
    let sentence = family.repeat(400);
    let shown = excerpt(&sentence, 0..family.len());
    let bare = shown.trim_end_matches('…');
    assert_eq!(bare.graphemes(true).count(), LONGEST);
    assert_eq!(bare.len() % family.len(), 0);
}

#[test]
fn words_that_are_too_long_themselves_are_shown_from_their_beginning() {
    let sentence = "word ".repeat(100);
    let shown = excerpt(&sentence, 0..sentence.len());
    assert!(
        shown.starts_with("word word") && shown.ends_with('…'),
        "{shown}"
    );
    assert!(shown.graphemes(true).count() <= LONGEST + 1, "{shown}");
}
