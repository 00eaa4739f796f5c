//! What each construct becomes, what is refused, and that a printed value is never read as Markdown.

use proptest::prelude::*;

use super::super::fragment::{Element, Writer};
use super::tokens::Printed;
use super::*;

fn turned(markdown: &str) -> Result<String, (usize, String)> {
    turned_with(markdown, &Tokens::default())
}

fn turned_with(markdown: &str, tokens: &Tokens) -> Result<String, (usize, String)> {
    to_storage(markdown, tokens)
        .map(|fragment| fragment.storage().replace('\n', ""))
        .map_err(|fault| {
            let line = 1 + markdown[..fault.offset].matches('\n').count();
            (line, fault.detail)
        })
}

#[test]
fn each_construct_has_its_storage_format() {
    for (markdown, expected) in [
        ("# A\n###### B", "<h1>A</h1><h6>B</h6>"),
        (
            "a *b* **c** ~~d~~ `e<`",
            "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;</code></p>",
        ),
        ("a\\\nb", "<p>a<br/>b</p>"),
        ("a & b &amp; c < d", "<p>a &amp; b &amp; c &lt; d</p>"),
        (
            "- a\n- b\n  1. c\n",
            "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>",
        ),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("> a", "<blockquote><p>a</p></blockquote>"),
        ("---", "<hr/>"),
        (
            "[a](https://example.com/?a=1&b=2) <https://example.com> <ada@example.com>",
            "<p><a href=\"https://example.com/?a=1&amp;b=2\">a</a> <a href=\"https://example.com/\">https://example.com</a> \
             <a href=\"mailto:ada@example.com\">ada@example.com</a></p>",
        ),
        (
            "```python\na ]]> b\n\n  c\n```",
            "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[a ]]]]><![CDATA[> b  c]]></ac:plain-text-body></ac:structured-macro>",
        ),
        (
            "| a | b |\n| :-- | --: |\n| 1 | *2* |",
            "<table><tbody><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><em>2</em></td></tr></tbody></table>",
        ),
    ] {
        assert_eq!(turned(markdown).as_deref(), Ok(expected), "{markdown}");
    }
    for (kind, name) in [
        ("NOTE", "info"),
        ("TIP", "tip"),
        ("IMPORTANT", "note"),
        ("WARNING", "warning"),
        ("CAUTION", "warning"),
    ] {
        assert_eq!(
            turned(&format!("> [!{kind}]\n> a")).unwrap(),
            format!(
                "<ac:structured-macro ac:name=\"{name}\"><ac:rich-text-body><p>a</p></ac:rich-text-body></ac:structured-macro>"
            )
        );
    }
}

#[test]
fn boxes_become_tasks_with_numbers_of_their_own() {
    let storage = turned("- [ ] a\n- [x] b\n  - [ ] c\n\ntext\n\n- [ ] d\n\n- [ ] e").unwrap();
    for (number, status, text) in [
        (101, "incomplete", "a"),
        (102, "complete", "b"),
        (103, "incomplete", "c"),
        (104, "incomplete", "d"),
        (105, "incomplete", "e"),
    ] {
        let task = format!(
            "<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>{status}</ac:task-status><ac:task-body>{text}"
        );
        assert!(storage.contains(&task), "{task} in {storage}");
    }
    assert_eq!(storage.matches("<ac:task-list>").count(), 3);
    assert!(!storage.contains("<li>"));
}

#[test]
fn what_confluence_would_not_keep_is_refused_with_its_line() {
    for (markdown, line, said) in [
        ("a\n\n<div>b</div>", 3, "raw HTML"),
        ("a\nb <b>c</b>", 2, "raw HTML"),
        ("a\n\n<!-- b -->", 3, "raw HTML"),
        ("a\n\n![b](https://example.com/c.png)", 3, "pictures"),
        ("[a](https://example.com \"b\")", 1, "titles"),
        ("[a](runbook.md)", 1, "`runbook.md`"),
        ("[a](javascript:b)", 1, "`javascript:b`"),
        ("[a](#b)", 1, "`#b`"),
        ("- [ ] a\n- b", 2, "mixed"),
        ("- a\n- [ ] b", 2, "mixed"),
        ("- [ ] a\n\n  b", 3, "one line"),
        ("- [ ] a\n  - b", 2, "one line"),
    ] {
        let (at, detail) = turned(markdown).expect_err(markdown);
        assert_eq!(at, line, "{markdown}: {detail}");
        assert!(detail.contains(said), "{markdown}: {detail}");
    }
}

#[test]
fn a_value_takes_its_place_whatever_it_looks_like() {
    let mut tokens = Tokens::default();
    let nasty = tokens.add(Printed::Text(
        "](javascript:x) **a** <b>\n- [ ] c | d".to_owned(),
    ));
    let script = tokens.add(Printed::Text("javascript:alert(1)".to_owned()));
    let web = tokens.add(Printed::Text("https://example.com/?a=\"&b".to_owned()));
    let bank = tokens.add(Printed::Text("bank.example".to_owned()));
    let shown = "](javascript:x) **a** &lt;b&gt;- [ ] c | d";
    for (markdown, expected) in [
        (nasty.clone(), format!("<p>{shown}</p>")),
        (
            format!("**{nasty}**"),
            format!("<p><strong>{shown}</strong></p>"),
        ),
        (
            format!("| {nasty} |\n| - |"),
            format!("<table><tbody><tr><th>{shown}</th></tr></tbody></table>"),
        ),
        (
            format!("- [ ] {nasty}"),
            format!(
                "<ac:task-list><ac:task><ac:task-id>101</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>{shown}</ac:task-body></ac:task></ac:task-list>"
            ),
        ),
        (format!("`{nasty}`"), format!("<p><code>{shown}</code></p>")),
        (format!("[a]({script})"), "<p>a</p>".to_owned()),
        (
            format!("[a]({web})"),
            "<p><a href=\"https://example.com/?a=%22&amp;b\">a</a></p>".to_owned(),
        ),
        (
            format!("[{bank}](https://evil.example/)"),
            "<p><a href=\"https://evil.example/\">bank.example</a> (evil.example)</p>".to_owned(),
        ),
    ] {
        assert_eq!(turned_with(&markdown, &tokens), Ok(expected));
    }
}

#[test]
fn a_piece_stands_by_itself_or_in_a_cell() {
    let mut writer = Writer::default();
    writer.within(Element::Quote, |writer| {
        writer.within(Element::Paragraph, |writer| writer.text("x"))
    });
    let piece = writer.finish(Form::Block);
    let mut tokens = Tokens::default();
    let token = tokens.add(Printed::Fragment(piece));
    let made = "<blockquote><p>x</p></blockquote>";
    assert_eq!(
        turned_with(&format!("a\n\n{token}\n{token}\n\nb"), &tokens),
        Ok(format!("<p>a</p>{made}{made}<p>b</p>"))
    );
    assert_eq!(
        turned_with(&format!("- {token}"), &tokens),
        Ok(format!("<ul><li>{made}</li></ul>"))
    );
    for (markdown, said) in [
        (format!("a\n{token}"), "on a line of its own"),
        (format!("# {token}"), "on a line of its own"),
        (format!("**{token}**"), "on a line of its own"),
        (format!("`{token}`"), "in code"),
        (format!("[a]({token})"), "address of a link"),
    ] {
        let (_, detail) = turned_with(&markdown, &tokens).expect_err(&markdown);
        assert!(detail.contains(said), "{detail}");
    }
}

proptest! {
    #[test]
    fn any_markdown_is_well_formed_or_refused(markdown in "[-a*_~`#>|<\\[\\]()!x:/. \n1&]{0,80}") {
        if let Ok(fragment) = to_storage(&markdown, &Tokens::default()) {
            let wrapped = super::super::storage::wrapped(fragment.storage());
            prop_assert!(roxmltree::Document::parse(&wrapped).is_ok(), "{}", fragment.storage());
        }
    }

    #[test]
    fn any_value_arrives_as_its_own_characters(value in "\\PC{0,60}", around in "[-a*_~`#>| \n]{0,20}") {
        // What follows a fence is a language's name, of which the code macro is told nothing.
        prop_assume!(!around.contains("~~~") && !around.contains("```"));
        // A cell for which the table's head has no column is dropped, by the rules of Markdown's tables.
        prop_assume!(!(around.contains('|') && around.contains('-')));
        let mut tokens = Tokens::default();
        let token = tokens.add(Printed::Text(value.clone()));
        if let Ok(fragment) = to_storage(&format!("{around}{token}"), &tokens) {
            let wrapped = super::super::storage::wrapped(fragment.storage());
            let document = roxmltree::Document::parse(&wrapped).unwrap();
            let text: String = document.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect();
            prop_assert!(text.contains(&text::clean(&value)), "{text:?}");
        }
    }
}
