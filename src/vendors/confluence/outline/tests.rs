use super::*;

fn nobody(_: &str) -> Option<String> {
    None
}

fn read(storage: &str) -> Vec<Piece> {
    let name_of = |account: &str| (account == "a1").then(|| "Ada Example".to_owned());
    Outline::of(storage, &name_of).expect("well-formed").pieces
}

fn passage(text: &str, place: Place, manner: Manner) -> Piece {
    Piece::Passage {
        text: text.to_owned(),
        place,
        manner,
    }
}

fn plain(text: &str, place: Place) -> Piece {
    passage(text, place, Manner::Plain)
}

fn heading(level: u8, text: &str) -> Piece {
    Piece::Heading {
        level,
        text: text.to_owned(),
    }
}

fn cell(label: &str) -> Place {
    Place::Cell {
        label: Some(label.to_owned()),
    }
}

#[test]
fn headings_paragraphs_and_lists_come_in_their_order() {
    let page = "<h2>One &amp; <strong>two</strong></h2>loose <p>A&nbsp;b<br/>c&uuml;\n d</p><p> </p><p/>\
                <ul><li>first</li><li><p>second</p><ol><li>below</li></ol> after</li></ul><h3/>";
    assert_eq!(
        read(page),
        [
            heading(2, "One & two"),
            plain("loose", Place::Paragraph),
            plain("A b\ncü d", Place::Paragraph),
            plain("first", Place::Item),
            plain("second", Place::Item),
            plain("below", Place::Item),
            plain("after", Place::Item),
            heading(3, ""),
        ]
    );
}

#[test]
fn italics_and_placeholders_are_told_from_plain_words() {
    let page = "<p><em>What happened?</em></p><p>Why? <i>Because …</i></p><p><em> … </em>plain</p>\
                <p><ac:placeholder>Type here</ac:placeholder></p><p>x<em/></p>";
    assert_eq!(
        read(page),
        [
            passage("What happened?", Place::Paragraph, Manner::Emphasised),
            passage("Why? Because …", Place::Paragraph, Manner::Emphasised),
            plain("… plain", Place::Paragraph),
            passage("Type here", Place::Paragraph, Manner::Placeholder),
            plain("x", Place::Paragraph),
        ]
    );
}

#[test]
fn cells_are_known_by_their_row_else_by_their_column() {
    let page = "<table><tbody><tr><th>Service</th><td>Checkout</td></tr><tr><th><p>Lead</p></th><td/></tr></tbody></table>\
                <table><thead><tr><th>Who</th><th>What</th></tr></thead><tbody><tr><td>Ada</td><td><p>a</p><p>b</p></td><td>c</td></tr>\
                </tbody></table>";
    assert_eq!(
        read(page),
        [
            plain("Checkout", cell("Service")),
            plain("Ada", cell("Who")),
            plain("a", cell("What")),
            plain("b", cell("What")),
            plain("c", Place::Cell { label: None }),
        ]
    );
}

#[test]
fn quotations_code_and_logs_are_somebody_elses_words() {
    let macro_of = |name: &str, body: &str| {
        format!("<ac:structured-macro ac:name=\"{name}\">{body}</ac:structured-macro>")
    };
    let code = macro_of(
        "code",
        "<ac:parameter ac:name=\"language\">sql</ac:parameter><ac:plain-text-body><![CDATA[if a < b]]></ac:plain-text-body>",
    );
    let quote = macro_of(
        "quote",
        "<ac:rich-text-body><p>they said</p></ac:rich-text-body>",
    );
    let log = "<table><tbody><tr><th>When</th><th>What</th></tr>\
               <tr><td>10:05 CET</td><td>you forgot</td></tr><tr><td><p>9:10</p></td><td>again</td></tr></tbody></table>";
    let page = format!(
        "<blockquote><p>q</p><ul><li>l</li></ul></blockquote><pre>p</pre>{code}{quote}{log}<p>own</p>"
    );
    let quoted = [
        "q",
        "l",
        "p",
        "if a < b",
        "they said",
        "10:05 CET",
        "you forgot",
        "9:10",
        "again",
    ];
    let mut expected: Vec<Piece> = quoted.map(|text| plain(text, Place::Quoted)).into();
    expected.push(plain("own", Place::Paragraph));
    assert_eq!(read(&page), expected);
}

#[test]
fn macros_count_by_what_is_in_them() {
    let page = "<ac:structured-macro ac:name=\"toc\"/>\
        <ac:structured-macro ac:name=\"info\"><ac:parameter ac:name=\"title\">T</ac:parameter><ac:rich-text-body><h2>In</h2><p>side</p></ac:rich-text-body></ac:structured-macro>\
        <p>Now <ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"colour\">Red</ac:parameter><ac:parameter ac:name=\"title\">OPEN</ac:parameter></ac:structured-macro></p>\
        <ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"key\">A-1</ac:parameter></ac:structured-macro>\
        <ac:layout><ac:layout-section><ac:layout-cell><p>laid out</p></ac:layout-cell></ac:layout-section></ac:layout>\
        <ac:image><ri:attachment ri:filename=\"a.png\"/></ac:image>\
        <ac:adf-extension><ac:adf-node type=\"panel\"><ac:adf-content><p>new</p></ac:adf-content></ac:adf-node><ac:adf-fallback><p>new</p></ac:adf-fallback></ac:adf-extension>\
        <at:var at:name=\"x\"/>";
    assert_eq!(
        read(page),
        [
            heading(2, "In"),
            plain("side", Place::Paragraph),
            plain("Now OPEN", Place::Paragraph),
            Piece::Figure,
            plain("laid out", Place::Paragraph),
            Piece::Figure,
            plain("new", Place::Paragraph),
        ]
    );
}

#[test]
fn people_links_dates_and_code_within_a_line_are_read_as_words() {
    let page = "<p><ac:link><ri:user ri:account-id=\"a1\"/></ac:link> and <ac:link><ri:user ri:userkey=\"k9\"/></ac:link>: \
        <a href=\"https://example.com\">the <em>log</em></a>, <ac:link><ri:page ri:content-title=\"Runbook\"/></ac:link>, \
        <ac:link><ri:page ri:content-title=\"X\"/><ac:plain-text-link-body><![CDATA[that]]></ac:plain-text-link-body></ac:link>, \
        <code>rm</code> by <time datetime=\"2026-03-04\"/></p>";
    assert_eq!(
        read(page),
        [passage(
            "@Ada Example and @k9: the log, Runbook, that, `rm` by 2026-03-04",
            Place::Paragraph,
            Manner::Emphasised
        )]
    );
}

#[test]
fn tasks_are_read_with_their_parts_and_the_tasks_below_them() {
    let page = "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>\
        <span class=\"placeholder-inline-tasks\"><p>Raise the limit</p> <ac:link><ri:user ri:account-id=\"a1\"/></ac:link> \
        <ac:link><ri:user ri:account-id=\"a2\"/></ac:link> by <time datetime=\"2026-03-04\"/></span>\
        <ac:task-list><ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body>Below <time datetime=\"someday\"/>\
        <ac:link><ri:user ri:userkey=\"k9\"/></ac:link></ac:task-body></ac:task></ac:task-list></ac:task-body></ac:task>\
        <ac:task/></ac:task-list>";
    let task = |text: &str, assignee: Option<&str>, due, status| {
        Piece::Task(WrittenTask {
            text: text.to_owned(),
            assignee: assignee.map(str::to_owned),
            due,
            status,
        })
    };
    let date = jiff::civil::date(2026, 3, 4);
    assert_eq!(
        read(page),
        [
            task(
                "Raise the limit by",
                Some("a1"),
                Some(date),
                TaskStatus::Complete
            ),
            task("Below", Some("k9"), None, TaskStatus::Incomplete),
            task("", None, None, TaskStatus::Incomplete),
        ]
    );
}

#[test]
fn a_body_that_is_not_well_formed_is_not_read() {
    for storage in ["<p>half", "<p></div></p>", "<x:y/>", "\u{1}"] {
        assert_eq!(Outline::of(storage, &nobody), None, "{storage:?}");
    }
    assert_eq!(read(""), []);
}

#[test]
fn five_megabytes_are_read_and_so_is_the_deepest_nesting() {
    let long = "<p>A sentence of ordinary length, again and again.</p>".repeat(100_000);
    assert_eq!(read(&long).len(), 100_000);
    for element in ["div", "em", "blockquote", "table><tbody><tr><td", "ul><li"] {
        let open = format!("<{element}>");
        let mut names: Vec<&str> = element.split("><").collect();
        names.reverse();
        let close: String = names.iter().map(|name| format!("</{name}>")).collect();
        let deep = format!("{}deep{}", open.repeat(20_000), close.repeat(20_000));
        let pieces = read(&deep);
        assert!(
            matches!(pieces.as_slice(), [Piece::Passage { text, .. }] if text == "deep"),
            "{element}: {} pieces",
            pieces.len()
        );
    }
}
