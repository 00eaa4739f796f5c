//! Every secret here is made up, and cut in two so that scanners of this repository do not take it for one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod record;
mod table;

use std::sync::LazyLock;

use super::*;

/// Built once: compiling the patterns takes longer than all that is done with them.
fn masker() -> &'static Masker {
    static MASKER: LazyLock<Masker> =
        LazyLock::new(|| Masker::built_in(&["example.com".to_owned()]).unwrap());
    &MASKER
}

fn masked(text: &str) -> String {
    masker().mask(text).0.into_owned()
}

#[test]
fn every_built_in_rule_finds_something_that_the_table_holds() {
    let rules = rules::built_in().unwrap();
    let texts: Vec<&str> = table::SECRETS.iter().map(|(text, _)| *text).collect();
    let own = ["example.com".to_owned()];
    let idle: Vec<String> = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| {
            let alone = Masker::of(&own, std::slice::from_ref(*rule)).unwrap();
            texts.iter().all(|text| alone.mask(text).1.is_empty())
        })
        .map(|(index, rule)| format!("{index}: {}", rule.name))
        .collect();
    assert_eq!(idle, Vec::<String>::new());
}

#[test]
fn a_hint_never_hides_what_its_pattern_would_find() {
    let own = ["example.com".to_owned()];
    for rule in rules::built_in().unwrap() {
        let hinted = Masker::of(&own, std::slice::from_ref(&rule)).unwrap();
        let bare = Masker::of(&own, &[MaskRule { hint: None, ..rule }]).unwrap();
        for (text, _) in table::SECRETS {
            assert_eq!(hinted.mask(text).0, bare.mask(text).0, "{text}");
        }
    }
}

#[test]
fn a_faulty_rule_is_named() {
    let faulty = MaskRule::new("badge", "[0-9");
    let error = Masker::with(&[], vec![faulty]).unwrap_err();
    assert!(matches!(&error, MaskError::Pattern { rule, .. } if rule == "badge"));
    let hint = MaskRule {
        hint: Some("(".to_owned()),
        ..MaskRule::new("badge", "B[0-9]+")
    };
    let error = Masker::with(&[], vec![hint]).unwrap_err();
    assert!(matches!(&error, MaskError::Pattern { rule, .. } if rule == "badge"));
    let assigned = MaskRule {
        check: Check::Assigned,
        ..MaskRule::new("badge", "(badge")
    };
    let error = Masker::with(&[], vec![assigned]).unwrap_err();
    assert!(error.to_string().contains("badge"), "{error}");
    for name in ["", "a]b", "a\nb", &"x".repeat(41)] {
        let error = Masker::with(&[], vec![MaskRule::new(name, "x")]).unwrap_err();
        assert_eq!(
            error,
            MaskError::Name {
                rule: name.to_owned()
            }
        );
    }
}

#[test]
fn an_installations_rules_come_first_and_name_what_both_find() {
    let badge = MaskRule::new("badge", "BADGE-[0-9]{6}");
    let group = MaskRule::new("seat", r"seat (?P<secret>[0-9]+[A-F])");
    let key = MaskRule {
        check: Check::Assigned,
        ..MaskRule::new("door code", "(?i)door code")
    };
    let masker = Masker::with(&[], vec![badge, group, key]).unwrap();
    let (text, found) =
        masker.mask("token=BADGE-123456 seat 12F, the door code is `4711`, BADGE-1");
    assert_eq!(
        text,
        "token=[masked: badge] seat [masked: seat], the door code is `[masked: door code]`, BADGE-1"
    );
    assert_eq!(
        (found.total(), found.of("badge"), found.of("token")),
        (3, 1, 0)
    );
}

#[test]
fn a_rule_that_matches_nothing_at_all_masks_nothing_and_ends() {
    let masker = Masker::with(&[], vec![MaskRule::new("empty", "x*")]).unwrap();
    assert_eq!(masker.mask("aüxxb").0, "aü[masked: empty]b");
    assert_eq!(masker.mask("").0, "");
}

#[test]
fn own_domains_are_compared_whole_and_without_regard_to_case() {
    let masker = Masker::built_in(&["Example.com".to_owned(), "@example.org".to_owned()]).unwrap();
    for stays in [
        "ada@example.com",
        "ada@EXAMPLE.COM",
        "x@mail.eu.example.com",
        "b@example.org",
    ] {
        assert_eq!(masker.mask(stays).0, stays);
    }
    for goes in [
        "ada@notexample.com",
        "ada@example.com.test",
        "ada@example.net",
    ] {
        assert_eq!(masker.mask(goes).0, "[masked: mail address]");
    }
    let none = Masker::built_in(&[]).unwrap();
    assert_eq!(none.mask("ada@example.com").0, "[masked: mail address]");
}

#[test]
fn the_count_says_how_many_of_which_kind() {
    let text = concat!(
        "password=hunter",
        "2 and password: hunter",
        "3, mail x@customer.test"
    );
    let (_, found) = masker().mask(text);
    let kinds: Vec<(&str, u64)> = found.kinds().collect();
    assert_eq!(kinds, [("mail address", 1), ("password", 2)]);
    assert_eq!(found.total(), 3);
    let shown = format!("{found:?}");
    assert!(
        !shown.contains("hunter") && !shown.contains("customer"),
        "{shown}"
    );
}

#[test]
fn a_text_without_secrets_is_not_copied() {
    assert!(matches!(masker().mask("all quiet"), (Cow::Borrowed(_), found) if found.is_empty()));
}

#[test]
fn hostile_and_huge_texts_are_masked_all_the_same() {
    let secret = concat!("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789");
    let fillers = [
        "password=".repeat(4_000),
        "password: &password=".repeat(2_000),
        "a@".repeat(20_000),
        "4 ".repeat(20_000),
        "4111".repeat(10_000),
        "[masked: ".repeat(4_000),
        "-----BEGIN PRIVATE KEY-----".repeat(1_500),
        "\"".repeat(40_000),
        "🚒é\u{0}\u{202e}".repeat(5_000),
        "curl -u ".repeat(5_000),
        "https://a:".repeat(4_000),
    ];
    for filler in fillers {
        let text = format!("{filler} {secret} {filler}");
        let once = masked(&text);
        assert!(!once.contains(secret), "{}", &filler[..20]);
        assert_eq!(masked(&once), once, "{}", &filler[..20]);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Pieces of secrets and of sentences in any order: a second pass finds nothing more.
    #[test]
    fn masking_what_was_masked_changes_nothing(picks in proptest::collection::vec(0_usize..1_000, 1..12)) {
        let pieces: Vec<&str> = table::SECRETS.iter().map(|(text, _)| *text).chain(table::HARMLESS.iter().copied())
            .chain(["password: ", "token=", " ", "\n", "\"", "`", "[masked: token]", "@", "://", "=", "is "])
            .collect();
        let text: String = picks.iter().map(|pick| pieces[pick % pieces.len()]).collect();
        let masker = masker();
        let once = masker.mask(&text).0.into_owned();
        let (twice, found) = masker.mask(&once);
        proptest::prop_assert!(found.is_empty());
        proptest::prop_assert_eq!(&twice, &once);
    }
}
