//! Rules of an installation's own: what they can do, and what is said of bad ones.

use rstest::rstest;

use super::super::{Lint, Place, RuleFault};
use super::{BUILT_IN, passage};

const PAGE: &str = include_str!("../../../../docs/blamelessness.md");

fn faults(text: &str) -> Vec<RuleFault> {
    Lint::parse(text).unwrap_err().faults
}

/// One rule with that line in the place of its patterns.
fn rule(patterns: &str) -> String {
    format!(
        "[[rule]]\nname = \"own\"\n{patterns}\nwhy = \"It blames.\"\nask_instead = \"What let it?\"\n"
    )
}

#[test]
fn the_compiled_in_rules_are_whole() {
    assert!(BUILT_IN.rules().count() >= 10);
    for rule in &BUILT_IN.rules {
        assert!(
            rule.why.ends_with('.') && !rule.why.contains('\n'),
            "{rule:?}"
        );
        assert!(rule.ask_instead.ends_with('?'), "{rule:?}");
    }
}

#[test]
fn rules_of_ones_own_stand_in_for_the_compiled_in_ones() {
    let text = r"
[words]
rolle = ['kollege', 'kollegin']
wer = ['{name}', 'der {rolle}', 'die {rolle}']

[[rule]]
name = 'menschliches-versagen'
patterns = ['menschliches versagen', '{wer} hätte .{1,40} müssen', 'übersehen']
except = ['kein {wer} hätte .*']
why = 'Es beendet die Suche.'
ask_instead = 'Was hat es zugelassen?'
";
    let lint = Lint::parse(text).unwrap();
    let found = |text: &str| lint.advice(&[passage(text)], &["Ada Example"]).advice.len();
    assert_eq!(found("Das war menschliches Versagen."), 1);
    assert_eq!(found("Ada hätte es sehen müssen."), 1);
    assert_eq!(found("Die Kollegin hätte es sehen müssen."), 1);
    assert_eq!(found("Der Alarm hätte auslösen müssen."), 0);
    assert_eq!(found("ÜBERSEHEN wurde nichts."), 1);
    assert_eq!(found("Unübersehenes."), 0);
    assert_eq!(found("You should have tested it."), 0);
    assert_eq!(lint.rules().collect::<Vec<_>>(), ["menschliches-versagen"]);
}

#[test]
fn the_page_shows_a_file_that_works_and_every_rule() {
    let (_, from) = PAGE.split_once("```toml\n").unwrap();
    let (file, _) = from.split_once("```").unwrap();
    let lint = Lint::parse(file).unwrap();
    let found = |text: &str| lint.advice(&[passage(text)], &["Ada Example"]).advice.len();
    assert_eq!(found("Ada hätte es früher sehen müssen."), 1);
    assert_eq!(found("Die Bereitschaft hätte anrufen sollen."), 1);
    assert_eq!(
        found("Wir fragen nicht, ob wer. Niemand hätte es sehen können."),
        0
    );
    assert_eq!(found("Schlechte Fragen:\n- Ada hätte es sehen müssen?"), 0);
    for rule in &BUILT_IN.rules {
        let row = PAGE
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", rule.name)));
        let is_told = row.is_some_and(|row| row.ends_with(&format!("| {} |", rule.ask_instead)));
        assert!(is_told, "{}", rule.name);
    }
}

#[test]
fn counts_and_classes_are_no_words() {
    let lint = Lint::parse(&rule(r"patterns = ['a{2,3} \p{greek}+ \x{62}']")).unwrap();
    let found = lint.advice(&[passage("Say aaa λόγος b.")], &[]);
    assert_eq!(found.advice.len(), 1);
}

#[rstest]
#[case::broken(
    "patterns = ['a(b']",
    "rule \"own\": \"a(b\" is no pattern: unclosed group"
)]
#[case::closes_what_is_not_its_own(
    "patterns = ['a)|(b']",
    "rule \"own\": \"a)|(b\" is no pattern: unopened group"
)]
#[case::looks_around(
    "patterns = ['a(?=b)']",
    "rule \"own\": \"a(?=b)\" is no pattern: look-around, including look-ahead and look-behind, is not supported"
)]
#[case::unknown_words(
    "patterns = ['{somewho} forgot']",
    "rule \"own\": {somewho} in \"{somewho} forgot\" stands for nothing; name it in [words]"
)]
#[case::capital(
    "patterns = ['SLA']",
    "rule \"own\": \"SLA\" has a capital letter; texts are read in lower case, so it would never match"
)]
#[case::empty_pattern(
    "patterns = ['']",
    "rule \"own\": a pattern matches the empty text, so it would match everywhere"
)]
#[case::empty_choice(
    "patterns = ['a|']",
    "rule \"own\": a pattern matches the empty text, so it would match everywhere"
)]
#[case::no_patterns("patterns = []", "rule \"own\": patterns is empty")]
#[case::bad_exception(
    "patterns = ['a']\nexcept = ['[']",
    "rule \"own\": \"[\" is no pattern: unclosed character class"
)]
fn a_bad_pattern_is_named(#[case] patterns: &str, #[case] said: &str) {
    let error = Lint::parse(&rule(patterns)).unwrap_err();
    assert_eq!(error.to_string(), said);
}

#[rstest]
#[case::no_toml("[[rule", "line 1: ")]
#[case::unknown_key(
    "[[rule]]\nname = 'a'\npatern = ['x']",
    "line 3: unknown field `patern`"
)]
#[case::missing_key(
    "[[rule]]\nname = 'a'\npatterns = ['x']\nwhy = 'b'",
    "missing field `ask_instead`"
)]
#[case::other_kind("[[rule]]\nname = 'a'\npatterns = 'x'", "line 3: invalid type: string")]
#[case::unknown_table("[rules]", "line 1: unknown field `rules`")]
fn what_is_no_rules_file_is_told_with_its_line(#[case] text: &str, #[case] said: &str) {
    let [RuleFault::Shape(shape)] = &faults(text)[..] else {
        panic!("{:?}", faults(text));
    };
    assert!(shape.contains(said), "{shape}");
    assert!(!shape.contains('\n'), "{shape}");
}

#[test]
fn without_a_rule_nothing_would_ever_be_found() {
    assert_eq!(faults(""), [RuleFault::NoRule]);
}

#[test]
fn all_faults_are_told_at_once() {
    let text = "
[words]
name = ['x']
Role = ['x']
nobody = []
broken = ['(']

[quiet]
clauses = ['[']
guides = ['Bad']

[[rule]]
name = ''
patterns = ['a']
why = ' '
ask_instead = 'b'

[[rule]]
name = 'Two words'
patterns = ['{nothing}']
why = 'a'
ask_instead = ''

[[rule]]
name = 'own'
patterns = ['a']
why = 'a'
ask_instead = 'b'

[[rule]]
name = 'own'
patterns = ['a']
why = 'a'
ask_instead = 'b'
";
    let told = Lint::parse(text).unwrap_err().to_string();
    let told: Vec<&str> = told.lines().collect();
    assert_eq!(
        told,
        [
            "words \"Role\": the name must be of small letters, digits and hyphens",
            "words \"broken\": \"(\" is no pattern: unclosed group",
            "words \"name\": this is built in, choose another word",
            "words \"nobody\": list is empty",
            "quiet.clauses: \"[\" is no pattern: unclosed character class",
            "quiet.guides: \"Bad\" has a capital letter; texts are read in lower case, so it would never match",
            "rule number 1: the name must be of small letters, digits and hyphens",
            "rule number 1: why is empty",
            "rule \"Two words\": the name must be of small letters, digits and hyphens",
            "rule \"Two words\": ask_instead is empty",
            "rule \"Two words\": {nothing} in \"{nothing}\" stands for nothing; name it in [words]",
            "rule \"own\": there are two of that name",
        ]
    );
}

#[test]
fn words_made_of_themselves_are_refused() {
    let circle = format!(
        "[words]\na = ['{{b}}']\nb = ['x {{a}}']\n{}",
        rule("patterns = ['{a}']")
    );
    let place = Place::Rule("own".to_owned());
    let pattern = "{a}".to_owned();
    assert_eq!(faults(&circle), [RuleFault::TooLong { place, pattern }]);
}

#[test]
fn words_that_grow_beyond_sense_are_refused_quickly() {
    let mut text = "[words]\na = ['xxxxxxxxxxxxxxxx']\n".to_owned();
    for (word, before) in ["b", "c", "d", "e", "f"]
        .iter()
        .zip(["a", "b", "c", "d", "e"])
    {
        let sixteen = format!("{{{before}}}").repeat(16);
        text.push_str(&format!("{word} = ['{sixteen}']\n"));
    }
    text.push_str(&rule("patterns = ['{f}']"));
    let place = Place::Rule("own".to_owned());
    let pattern = "{f}".to_owned();
    assert_eq!(faults(&text), [RuleFault::TooLong { place, pattern }]);
}

#[test]
fn a_pattern_that_compiles_to_too_much_is_refused() {
    let error = Lint::parse(&rule(r"patterns = ['(?:\w{100}){100}']")).unwrap_err();
    assert!(error.to_string().starts_with("rule \"own\": "), "{error}");
}
