//! Texts that nobody writes who means well: they cost little, hide nothing and break nothing.
//!
//! No clock is read here. Where the time grew with the square of the length, these tests would not end.

use proptest::prelude::*;
use rstest::rstest;

use super::super::AT_MOST;
use super::{BUILT_IN, advice, passage, rules};

#[rstest]
#[case::prose("The engineer on call rolled the deploy back at 14:20. ")]
#[case::umlauts("Über die Brücke läuft’s grün; die Änderung trägt’s. ")]
#[case::one_word("a")]
#[case::spaces(" ")]
#[case::lines("\n")]
#[case::nothing_seen("\u{200b}")]
#[case::accents("\u{301}")]
#[case::openings("“")]
#[case::openings_of_all_kinds("“ „a «b ‘c ‹d 「e \"f ")]
#[case::backticks("` `` ``` ```` ")]
#[case::names("Ada ")]
#[case::half_names("Ada Exam ")]
#[case::mentions("@")]
#[case::full_stops(". ")]
#[case::people("the the the the engineer ")]
#[case::almost("should have the ")]
#[case::items("- ")]
#[case::quoted_lines("> \n")]
#[case::fences("```\n")]
fn much_of_anything_takes_no_longer_than_its_length(#[case] unit: &str) {
    let text = unit.repeat((1 << 18) / unit.len());
    let findings = advice(&text);
    assert_eq!(findings.advice, []);
}

#[test]
fn a_megabyte_of_blame_is_cut_short() {
    let text: String = (0..42_000)
        .map(|n| format!("He should have seen {n}. "))
        .collect();
    let findings = advice(&text);
    assert_eq!(findings.advice.len(), AT_MOST);
    assert_eq!(findings.left_out, 42_000 - AT_MOST);
}

#[test]
fn a_sentence_without_an_end_is_still_read() {
    let text = format!("{} you forgot it", "one two ".repeat(100_000));
    assert_eq!(rules(&text), ["omission"]);
}

#[rstest]
#[case::zero_width("You for\u{200b}got it.")]
#[case::soft_hyphen("You for\u{ad}got it.")]
#[case::no_break_space("You\u{a0}forgot it.")]
#[case::byte_order_mark("\u{feff}You forgot it.")]
#[case::right_to_left("\u{202e}You forgot it.\u{202c}")]
#[case::control("You \u{7}forgot it.\0")]
#[case::emphasis("You **for**got _it_.")]
#[case::carriage_returns("You\r\nforgot it.\r\n")]
#[case::shouting("YOU FORGOT IT!!!")]
#[case::among_arabic("قال: you forgot it قبل النشر.")]
#[case::among_emoji("🔥🔥 you forgot it 👩‍👩‍👧‍👦")]
#[case::turned_i("İstanbul: you forgot it.")]
fn nothing_hides_the_words(#[case] text: &str) {
    assert_eq!(rules(text), ["omission"], "{text:?}");
}

#[test]
fn what_is_not_seen_does_not_come_back() {
    let findings = advice("\u{202e}You\u{200b} \u{2066}forgot\u{7} it\0.");
    assert_eq!(findings.advice[0].quoted, "You forgot it.");
}

#[test]
fn the_signs_of_the_reading_are_no_names_in_a_text() {
    assert_eq!(rules("N forgot it, and so did Q."), Vec::<String>::new());
}

#[test]
fn letters_that_go_on_make_another_word() {
    assert_eq!(rules("éyou forgoté it"), Vec::<String>::new());
}

proptest! {
    /// Whatever is written, whatever the names: it ends, does not panic, and shows what is there.
    #[test]
    fn anything_can_be_read(
        text in "([“”„\"'`>*_@\n .é🔥\u{200b}\u{301}]|Ada|Example|you forgot|- |```|N|Q|a){0,60}",
        name in "[A-Za-zé .'-]{0,12}",
    ) {
        let findings = BUILT_IN.advice(&[passage(&text)], &[&name, "Ada Example"]);
        for one in findings.advice {
            prop_assert!(!one.quoted.is_empty());
            let is_clean = !one.quoted.contains(['\n', '\u{200b}']);
            prop_assert!(is_clean, "{:?}", one.quoted);
        }
    }
}
