//! Whatever the record's text is, it arrives as that text.

use proptest::prelude::*;

use super::*;

fn paragraph(spans: Vec<Span>) -> RichText {
    RichText {
        blocks: vec![Block::Paragraph(spans)],
    }
}

fn words(text: &str) -> Span {
    Span::Text(text.to_owned())
}

fn storage(rich: &RichText) -> String {
    fragment(rich, 4_000).storage().to_owned()
}

/// The characters of a fragment, in order. Panics where it is not well-formed.
fn characters(storage: &str) -> String {
    let wrapped = format!(r#"<r xmlns:ac="a" xmlns:ri="r">{storage}</r>"#);
    let document = roxmltree::Document::parse(&wrapped).expect(storage);
    document
        .descendants()
        .filter(|node| node.is_text())
        .filter_map(|node| node.text())
        .collect()
}

#[test]
fn each_kind_of_markup_has_its_storage_format() {
    let link = |url: &str, label: &str| Span::Link {
        url: url.to_owned(),
        label: label.to_owned(),
    };
    for (spans, expected) in [
        (vec![words("a < b")], "a &lt; b"),
        (vec![Span::Strong(vec![words("a")])], "<strong>a</strong>"),
        (vec![Span::Emphasis(vec![words("a")])], "<em>a</em>"),
        (vec![Span::Struck(vec![words("a")])], "<del>a</del>"),
        (vec![Span::Code("a<b".to_owned())], "<code>a&lt;b</code>"),
        (vec![words("a"), Span::Break, words("b")], "a<br/>b"),
        (
            vec![
                Span::Break,
                words("a"),
                Span::Break,
                Span::Break,
                Span::Break,
                words("b"),
                Span::Break,
            ],
            "a<br/><br/>b",
        ),
        (
            vec![link("https://example.com/?a=1&b=2", "the graph")],
            r#"<a href="https://example.com/?a=1&amp;b=2">the graph</a>"#,
        ),
        (
            vec![link("https://evil.example/", "bank.example")],
            r#"<a href="https://evil.example/">bank.example (evil.example)</a>"#,
        ),
        (vec![link("javascript:alert(1)", "click")], "click"),
        (vec![link("runbook 4", "")], "runbook 4"),
        (
            vec![Span::Person {
                name: "Ada <Example>".to_owned(),
                atlassian: Some("1".to_owned()),
            }],
            "@Ada &lt;Example&gt;",
        ),
    ] {
        assert_eq!(storage(&paragraph(spans)), expected);
    }
    let blocks = RichText {
        blocks: vec![
            Block::Paragraph(vec![words("see")]),
            Block::Quote(vec![words("said")]),
            Block::Code("a ]]> b\n\n  <c>\n".to_owned()),
            Block::List(vec![vec![words("one")], vec![words("two")]]),
            Block::List(vec![]),
        ],
    };
    assert_eq!(
        storage(&blocks),
        "<p>see</p><blockquote><p>said</p></blockquote>\
         <ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[a ]]]]><![CDATA[> b\n\n  <c>]]>\
         </ac:plain-text-body></ac:structured-macro><ul><li>one</li><li>two</li></ul>"
    );
    assert_eq!(fragment(&blocks, 4_000).form(), Form::Block);
    assert_eq!(fragment(&paragraph(vec![]), 4_000).form(), Form::Inline);
}

#[test]
fn what_is_too_long_is_cut_and_says_so() {
    let deep = (0..100).fold(words("core"), |inner, _| Span::Strong(vec![inner]));
    let html = storage(&paragraph(vec![deep]));
    assert_eq!(html.matches("<strong>").count(), 6);
    assert!(html.contains("core"));
    for rich in [
        RichText::plain_text(&"\"".repeat(5_000)),
        paragraph(vec![Span::Strong(vec![]); 5_000]),
        paragraph(vec![
            Span::Link {
                url: format!("https://example.com/{}", "x".repeat(900)),
                label: String::new()
            };
            50
        ]),
        RichText {
            blocks: vec![Block::Code("x\n".repeat(5_000))],
        },
        RichText {
            blocks: vec![Block::Quote(vec![words("x")]); 5_000],
        },
        RichText {
            blocks: vec![Block::List(vec![vec![words("x")]; 5_000])],
        },
    ] {
        let cut = storage(&rich);
        assert!(cut.len() < 4_300, "{} bytes", cut.len());
        assert!(
            characters(&cut).ends_with('…'),
            "{}",
            &cut[cut.len() - 200..]
        );
    }
}

fn any_span() -> impl Strategy<Value = Span> {
    let text = prop_oneof![".*", "[<>&\"']{0,9}", Just("]]>".to_owned())];
    let leaf = prop_oneof![
        text.clone().prop_map(Span::Text),
        Just(Span::Break),
        text.clone().prop_map(Span::Code),
        (text.clone(), text.clone()).prop_map(|(url, label)| Span::Link { url, label }),
        (text.clone(), text.clone()).prop_map(|(path, label)| Span::Link {
            url: format!("https://example.com/{path}"),
            label
        }),
        text.prop_map(|name| Span::Person {
            name,
            atlassian: None
        }),
    ];
    leaf.prop_recursive(9, 40, 4, |inner| {
        let spans = prop::collection::vec(inner, 0..4);
        prop_oneof![
            spans.clone().prop_map(Span::Strong),
            spans.clone().prop_map(Span::Emphasis),
            spans.prop_map(Span::Struck),
        ]
    })
}

fn any_block() -> impl Strategy<Value = Block> {
    let spans = || prop::collection::vec(any_span(), 0..5);
    prop_oneof![
        spans().prop_map(Block::Paragraph),
        spans().prop_map(Block::Quote),
        prop_oneof![".*", Just("a ]]> b ]]>".to_owned())].prop_map(Block::Code),
        prop::collection::vec(spans(), 0..4).prop_map(Block::List),
    ]
}

proptest! {
    #[test]
    fn any_text_is_well_formed_and_brings_no_markup_of_its_own(
        blocks in prop::collection::vec(any_block(), 0..5),
        limit in 50_usize..4_000,
    ) {
        let rich = RichText { blocks };
        for limit in [limit, 1_000_000] {
            characters(fragment(&rich, limit).storage());
        }
    }

    #[test]
    fn plain_text_arrives_as_it_is(text in "\\PC{0,200}") {
        let shown = characters(fragment(&paragraph(vec![words(&text)]), 4_000).storage());
        prop_assert_eq!(shown, text::clean(&text));
    }
}
