#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::playbook::rich_text::Block;

fn names() -> Names {
    Names {
        people: BTreeMap::from([("U1".to_owned(), "Ada Example".to_owned())]),
        channels: BTreeMap::from([("C9".to_owned(), "prod-issue".to_owned())]),
    }
}

fn read(text: &str) -> Vec<Block> {
    rich(text, &names()).blocks
}

fn text(text: &str) -> Span {
    Span::Text(text.to_owned())
}

fn link(url: &str, label: &str) -> Span {
    Span::Link {
        url: url.to_owned(),
        label: label.to_owned(),
    }
}

fn person(name: &str) -> Span {
    Span::Person {
        name: name.to_owned(),
        atlassian: None,
    }
}

fn one_line(text: &str) -> Vec<Span> {
    match read(text).as_slice() {
        [Block::Paragraph(spans)] => spans.clone(),
        other => panic!("{text}: {other:?}"),
    }
}

#[rstest]
#[case("<@U1>", person("Ada Example"))]
#[case("<@U1|ada>", person("Ada Example"))]
#[case("<@U2|ben>", person("ben"))]
#[case("<@U2>", person("somebody"))]
#[case("<@U2|>", person("somebody"))]
#[case("<#C1|general>", text("#general"))]
#[case("<#C9|>", text("#prod-issue"))]
#[case("<#C9>", text("#prod-issue"))]
#[case("<#C2>", text("#channel"))]
#[case("<!subteam^S1|@platform>", text("@platform"))]
#[case("<!subteam^S1>", text("@group"))]
#[case("<!here>", text("@here"))]
#[case("<!here|here>", text("@here"))]
#[case("<!channel>", text("@channel"))]
#[case("<!everyone>", text("@everyone"))]
#[case(
    "<!date^1392734382^{date} at {time}|18 Feb, 06:39 PST>",
    text("18 Feb, 06:39 PST")
)]
#[case("<!date^1392734382^{date} at {time}>", text("2014-02-18 14:39 UTC"))]
#[case(
    "<!date^1392734382^{date}^https://example.com/|18 Feb>",
    link("https://example.com/", "18 Feb")
)]
#[case("<!date^99999999999999999^{date}>", text("a date"))]
#[case("<!date>", text("a date"))]
#[case(
    "<https://example.com/>",
    link("https://example.com/", "https://example.com/")
)]
#[case(
    "<https://example.com/?a=1&amp;b=2|the &lt;page&gt;>",
    link("https://example.com/?a=1&b=2", "the <page>")
)]
#[case(
    "<https://example.com/|>",
    link("https://example.com/", "https://example.com/")
)]
#[case("<https://example.com/a|b|c>", link("https://example.com/a", "b|c"))]
#[case(
    "<mailto:ada@example.com|ada@example.com>",
    link("mailto:ada@example.com", "ada@example.com")
)]
#[case(
    "<mailto:ada@example.com>",
    link("mailto:ada@example.com", "ada@example.com")
)]
fn angle_brackets_are_markup(#[case] given: &str, #[case] expected: Span) {
    assert_eq!(one_line(given), [expected]);
}

#[rstest]
#[case("a &lt;b&gt; &amp;&amp; c", "a <b> && c")]
#[case("&lt;@U1&gt;", "<@U1>")]
#[case("&amp;lt;", "&lt;")]
#[case("&quot;&nbsp;&#39;", "&quot;&nbsp;&#39;")]
#[case("a < b", "a < b")]
#[case("a <b> c", "a <b> c")]
#[case("1 <2 <3", "1 <2 <3")]
#[case("<>", "<>")]
#[case("<", "<")]
#[case("a > b", "a > b")]
#[case("AT&T", "AT&T")]
fn what_is_no_markup_is_text(#[case] given: &str, #[case] expected: &str) {
    assert_eq!(one_line(given), [text(expected)]);
}

fn strong(words: &str) -> Span {
    Span::Strong(vec![text(words)])
}

fn emphasis(words: &str) -> Span {
    Span::Emphasis(vec![text(words)])
}

#[rstest]
#[case("*it is down*", vec![strong("it is down")])]
#[case("it is *down*.", vec![text("it is "), strong("down"), text(".")])]
#[case("(_soon_)", vec![text("("), emphasis("soon"), text(")")])]
#[case("~never~", vec![Span::Struck(vec![text("never")])])]
#[case("`a*b*c`", vec![Span::Code("a*b*c".into())])]
#[case("`&lt;b&gt; <https://x.example|x>`", vec![Span::Code("<b> x".into())])]
#[case("*_both_*", vec![Span::Strong(vec![emphasis("both")])])]
#[case("*a _b_ c*", vec![Span::Strong(vec![text("a "), emphasis("b"), text(" c")])])]
#[case("*<@U1>*", vec![Span::Strong(vec![person("Ada Example")])])]
#[case("*a*b*", vec![strong("a*b")])]
#[case("*a _b* c_", vec![strong("a _b"), text(" c_")])]
#[case("*a *b*", vec![text("*a "), strong("b")])]
#[case("*:fire: hot*", vec![strong("🔥 hot")])]
#[case("`a` and `b", vec![Span::Code("a".into()), text(" and `b")])]
#[case("*👩‍👩‍👧‍👦*", vec![strong("👩‍👩‍👧‍👦")])]
#[case("*شكرا* جزيلا", vec![strong("شكرا"), text(" جزيلا")])]
fn marks_are_read(#[case] given: &str, #[case] expected: Vec<Span>) {
    assert_eq!(one_line(given), expected);
}

#[rstest]
#[case("snake_case_name")]
#[case("2*3*4 = 24")]
#[case("~/bin and ~/lib")]
#[case("* not bold *")]
#[case("*open")]
#[case("closed*")]
#[case("**")]
#[case("**a** and ~~b~~")]
#[case("``")]
#[case("a * b * c")]
#[case("__init__.py")]
#[case("👩‍💻 and 🏳️‍🌈")]
#[case("שלום עולם")]
fn what_is_no_mark_is_left(#[case] given: &str) {
    assert_eq!(rich(given, &names()).to_plain(), given);
    assert!(
        one_line(given)
            .iter()
            .all(|span| matches!(span, Span::Text(_))),
        "{given}"
    );
}

#[test]
fn a_mark_does_not_reach_into_the_next_line() {
    assert_eq!(one_line("*a\nb*"), [text("*a"), Span::Break, text("b*")]);
}

#[test]
fn lines_become_paragraphs_quotations_and_lists() {
    let given = "The api is down:\n• <@U1> looks\n    ◦ at *logs*\n- and graphs\n&gt; it was fine\n&gt; yesterday\nwas it?\n\nYes.";
    assert_eq!(
        read(given),
        [
            Block::Paragraph(vec![text("The api is down:")]),
            Block::List(vec![
                vec![person("Ada Example"), text(" looks")],
                vec![text("at "), strong("logs")],
                vec![text("and graphs")],
            ]),
            Block::Quote(vec![text("it was fine"), Span::Break, text("yesterday")]),
            Block::Paragraph(vec![text("was it?")]),
            Block::Paragraph(vec![text("Yes.")]),
        ]
    );
}

#[test]
fn three_signs_quote_all_the_rest() {
    assert_eq!(
        read("see:\n&gt;&gt;&gt;one\n\ntwo"),
        [
            Block::Paragraph(vec![text("see:")]),
            Block::Quote(vec![text("one"), Span::Break, Span::Break, text("two")]),
        ]
    );
}

#[test]
fn what_looks_like_a_bullet_and_is_none_stays() {
    assert_eq!(one_line("-1 is not 1"), [text("-1 is not 1")]);
    assert_eq!(one_line("--force"), [text("--force")]);
}

#[test]
fn code_is_kept_as_it_was_written() {
    let given = "try\n```\nif a &lt; b &amp;&amp; c {\n  *p = <http://x.example|x.example>;\n}\n```\nand\n\n```one```";
    assert_eq!(
        read(given),
        [
            Block::Paragraph(vec![text("try")]),
            Block::Code("if a < b && c {\n  *p = x.example;\n}".into()),
            Block::Paragraph(vec![text("and")]),
            Block::Code("one".into()),
        ]
    );
}

#[rstest]
#[case("```open", "```open")]
#[case("```a``` ```open", "a\n ```open")]
#[case("``````", "")]
#[case(" \n \n", "")]
#[case("", "")]
fn fences_without_an_end_are_text(#[case] given: &str, #[case] expected: &str) {
    assert_eq!(rich(given, &names()).to_plain(), expected);
}

#[test]
fn as_part_of_a_longer_text_nothing_stands_by_itself() {
    assert_eq!(
        spans("*up*\n• a\n", &names()),
        [strong("up"), Span::Break, text("• a")]
    );
}

#[test]
fn those_who_are_mentioned_are_found() {
    let mut found = Mentions::default();
    mentions(
        "<@U1> and <@W2|ben> in <#C1|general>, <#C2> and <#C3|>; <@> <@a b> <@U4",
        &mut found,
    );
    assert_eq!(
        found,
        Mentions {
            people: ["U1", "W2"].map(str::to_owned).into(),
            channels: ["C2", "C3"].map(str::to_owned).into(),
        }
    );
}

/// Twice the longest message, of whatever costs most, is read in the blink of an eye.
#[rstest]
#[case("<")]
#[case("<@")]
#[case("<a ")]
#[case("`")]
#[case("` ")]
#[case("```")]
#[case("*")]
#[case(" *a")]
#[case(" *_~a")]
#[case("*a* ")]
#[case(":a")]
#[case("&")]
#[case("&gt;")]
#[case("\n&gt;")]
#[case("\n- ")]
#[case("\n")]
fn long_texts_take_no_longer_than_their_length(#[case] piece: &str) {
    let given = piece.repeat(80_000 / piece.len());
    let began = std::time::Instant::now();
    rich(&given, &names());
    assert!(
        began.elapsed().as_secs() < 4,
        "{piece}: {:?}",
        began.elapsed()
    );
}

proptest! {
    #[test]
    fn no_text_is_too_odd(given in "\\PC*") {
        rich(&given, &names());
        spans(&given, &names());
        mentions(&given, &mut Mentions::default());
    }

    #[test]
    fn no_markup_is_too_odd(given in "[<>@#!|^*_~`&;:•\\-\\n aU1]{0,200}") {
        rich(&given, &names());
        spans(&given, &names());
    }

    #[test]
    fn plain_words_survive(given in proptest::collection::vec(("[*_~`>•\\-\\n (]{0,4}", "[a-z]{1,8}"), 0..30)) {
        let text: String = given.iter().map(|(marks, word)| format!("{marks}{word} ")).collect();
        let plain = rich(&text, &names()).to_plain();
        let mut rest = plain.as_str();
        for (_, word) in &given {
            let at = rest.find(word.as_str());
            prop_assert!(at.is_some(), "{word} in {plain:?} of {text:?}");
            rest = &rest[at.unwrap_or(0) + word.len()..];
        }
    }

    #[test]
    fn what_has_no_markup_reads_as_it_is(given in "[a-zA-Z0-9 ,.()üß語]{1,80}") {
        let plain = rich(&given, &names()).to_plain();
        prop_assert_eq!(plain.trim(), given.trim());
    }
}
