//! Templates that an installation brings: what is wrong with one is said, with its line.

use std::collections::BTreeMap;

use super::*;

fn overridden(name: &str, source: &str) -> Result<Templates, RenderError> {
    Templates::with_overrides(BTreeMap::from([(name.to_owned(), source.to_owned())]))
}

#[test]
fn a_broken_override_is_an_error_that_names_template_and_line() {
    let (incident, zone) = (rich_incident(), berlin());
    let page = "postmortem_page/page.xhtml";
    for (source, line, said) in [
        ("<p>fine</p>\n\n<p>{{ title }}\n<h2>x</h2>", 4, "'debrief'"),
        (
            "<p>one</p>\n<p>two</b>\n<p>three</p>",
            2,
            "expected 'p' tag, not 'b'",
        ),
        ("<p>one</p>\n\n{{ title }}\n{{ title }} &nbsp;", 4, "nbsp"),
        ("<p>one</p>\n<p>{{ titel }}</p>", 2, "undefined"),
        ("<p>\n\n\n{{ title|safe }}</p>", 4, "safe"),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}\n.{% endfor %}{% endfor %}",
            1,
            "fuel",
        ),
        ("<p>{{ sheet }}</p>", 1, "cannot be printed"),
        ("<p>{{ merged_into }}</p>", 1, "not known"),
    ] {
        let error = overridden(page, source)
            .and_then(|templates| templates.page(&rich_story(&incident, &zone)))
            .expect_err(source);
        assert_eq!(
            (error.template(), error.line()),
            (page, Some(line)),
            "{error}"
        );
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.to_string().contains(&error.remedy()), "{error}");
    }
    let error = overridden(page, "<p>\n{% if %}").unwrap_err();
    assert!(
        matches!(&error, RenderError::Syntax { line: 2, .. }),
        "{error:?}"
    );
    let error = overridden("postmortem_page/page.html", "").unwrap_err();
    assert!(
        error.to_string().contains("postmortem_page/page.xhtml"),
        "{error}"
    );
}

#[test]
fn an_override_cannot_switch_escaping_off() {
    let (incident, zone) = (bare_incident("<b>bold</b>"), berlin());
    let templates = overridden(
        "postmortem_page/page.xhtml",
        "{% autoescape false %}<p>{{ title }}</p>{% endautoescape %}",
    )
    .unwrap();
    let storage = templates
        .page(&bare_story(&incident, &zone))
        .unwrap()
        .storage;
    assert_eq!(storage, "<p>&lt;b&gt;bold&lt;/b&gt;</p>");
}

#[test]
fn a_page_title_without_the_reference_is_refused() {
    let (incident, zone) = (rich_incident(), berlin());
    let templates = overridden("postmortem_page/title.txt", "Postmortem: {{ title }}").unwrap();
    assert!(matches!(
        templates.page(&rich_story(&incident, &zone)),
        Err(RenderError::TitleWithoutReference { .. })
    ));
}

#[test]
fn a_rehearsal_finds_what_one_story_would_not() {
    assert_eq!(templates().rehearse(), []);
    let templates = overridden("announcement/body.txt", "Fine.\n{{ page.url }}").unwrap();
    let faults = templates.rehearse();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        (faults[0].template(), faults[0].line()),
        ("announcement/body.txt", Some(2))
    );
}

#[test]
fn an_override_cannot_bring_plain_text_into_markup() {
    let (incident, zone) = (bare_incident("<b>bold</b>"), berlin());
    let templates = overridden(
        "postmortem_page/page.xhtml",
        "{% include \"announcement/body.txt\" %}",
    )
    .unwrap();
    let error = templates.page(&bare_story(&incident, &zone)).unwrap_err();
    assert!(error.to_string().contains("of the same format"), "{error}");
}

const PAGE: &str = "postmortem_page/page.xhtml";
const IN_MARKDOWN: &str =
    include_str!("../../../config/templates/markdown/postmortem_page/page.md");

/// The example that comes with the program.
pub(super) fn in_markdown() -> Templates {
    overridden("postmortem_page/page.md", IN_MARKDOWN).unwrap()
}

#[test]
fn the_example_in_markdown_is_a_whole_page() {
    let templates = in_markdown();
    assert_eq!(templates.rehearse(), []);
    let (rich, bare, zone) = (rich_incident(), bare_incident(NASTY), berlin());
    let storage = templates.page(&rich_story(&rich, &zone)).unwrap().storage;
    for told in [
        "<h2>Description</h2>",
        "<p>The payment provider answered slowly.</p>",
        "<td>Pingdom · alert · 12 times until 15:05</td>",
        "<![CDATA[active=50\n\n  idle=0]]>",
        "Hindsight is 20/20",
        "<ac:structured-macro ac:name=\"tip\">",
        "<ac:task-id>102</ac:task-id>",
        r#"and the timeline <ac:link><ri:user ri:account-id="557058:ada"/></ac:link> <time datetime="2026-03-03"/>"#,
        "<p><sub>Prepared by Debrief · debrief:pagerduty:Q1ABC2DEF3</sub></p>",
    ] {
        assert!(storage.contains(told), "{told} is missing in {storage}");
    }
    let storage = templates.page(&bare_story(&bare, &zone)).unwrap().storage;
    let title = text::escape_markup(&text::line(NASTY));
    assert!(
        storage.contains(&format!("The record so far says only: {title}.</em>")),
        "{storage}"
    );
}

#[test]
fn a_comment_may_be_written_in_markdown_too() {
    let (incident, zone) = (rich_incident(), berlin());
    let templates = overridden(
        "affected_customers/comment.md",
        "**{{ sheet.organisations }}**: [the sheet]({{ sheet.url }})",
    )
    .unwrap();
    assert_eq!(
        templates
            .page_comment(&rich_story(&incident, &zone), News::Sheet)
            .unwrap()
            .trim(),
        "<p><strong>3,411 organisations</strong>: <a href=\"https://docs.google.com/spreadsheets/d/abc/edit\">the sheet</a></p>"
    );
}

#[test]
fn a_fault_in_markdown_names_template_and_line() {
    let (incident, zone) = (rich_incident(), berlin());
    for (source, line, said) in [
        (
            "{# a #}\n{% if title %}\nfine\n{% endif %}\n\n<div>x</div>",
            6,
            "raw HTML",
        ),
        (
            "fine\n\n{% for who in responders %}\n- [ ] {{ who.name }}\n- no task\n{% endfor %}",
            5,
            "mixed",
        ),
        ("{{ title }}\n\n{{ titel }}", 3, "undefined"),
        ("text {{ timeline_table }}", 1, "on a line of its own"),
        (
            "{% autoescape false %}{{ title }}{% endautoescape %}",
            1,
            "autoescape",
        ),
        ("a\n\u{fdd0}", 2, "U+FDD0"),
        ("{{ title|safe }}", 1, "safe"),
        ("{{ title|tojson }}", 1, "tojson"),
    ] {
        let error = overridden("postmortem_page/page.md", source)
            .and_then(|templates| templates.page(&rich_story(&incident, &zone)))
            .expect_err(source);
        assert_eq!(
            (error.template(), error.line()),
            ("postmortem_page/page.md", Some(line)),
            "{error}"
        );
        assert!(error.to_string().contains(said), "{error}");
    }
    let both = [("postmortem_page/page.md", "a"), (PAGE, "<p>a</p>")];
    let both = both.map(|(name, source)| (name.to_owned(), source.to_owned()));
    let error = Templates::with_overrides(BTreeMap::from(both)).unwrap_err();
    assert!(matches!(error, RenderError::TwoOfOne { .. }), "{error}");
}

#[test]
fn no_filter_brings_a_value_into_the_markdown() {
    let (incident, zone) = (
        bare_incident("**b** [c](https://d.example) `e` <f>"),
        berlin(),
    );
    let told = "**b** [c](https://d.example) `e` &lt;f&gt;";
    for printed in [
        "{{ title }}",
        "{{ title|e }}",
        "{{ title|escape }}",
        "{{ title|trim }}",
        "{{ '%s'|format(title) }}",
        "{{ title|replace('nothing', title) }}",
        "{{ [title]|join(', ') }}",
        "{% set x %}{{ title }}{% endset %}{{ x }}",
        "{% set x %}X{% endset %}{{ x|replace('X', title) }}",
        "{% set x %}%s{% endset %}{{ x|format(title) }}",
        "{% set x %}{% endset %}{{ [title, x]|join(x) }}",
        "{% set x %}{% endset %}{{ title ~ x }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(title) }}",
        "{% filter trim %}{{ title }}{% endfilter %}",
    ] {
        let templates = overridden("postmortem_page/page.md", printed).unwrap();
        let storage = templates
            .page(&bare_story(&incident, &zone))
            .unwrap()
            .storage;
        assert_eq!(storage.trim(), format!("<p>{told}</p>"), "{printed}");
    }
}

#[test]
fn a_piece_may_be_replaced_alone_and_its_faults_are_its_own() {
    let (incident, zone) = (rich_incident(), berlin());
    let footer = "postmortem_page/footer.xhtml";
    let templates = overridden(footer, "<p>Ours: {{ marker }}</p>").unwrap();
    let storage = templates
        .page(&rich_story(&incident, &zone))
        .unwrap()
        .storage;
    assert!(storage.ends_with("<p>Ours: debrief:pagerduty:Q1ABC2DEF3</p>"));
    for source in ["<p>x</p>\n<p>", "<p>x</p>\n{{ nothing }}"] {
        let error = overridden(footer, source)
            .and_then(|templates| templates.page(&rich_story(&incident, &zone)))
            .unwrap_err();
        assert_eq!(
            (error.template(), error.line()),
            (footer, Some(2)),
            "{error}"
        );
    }
    let templates = overridden(
        "postmortem_page/guide.md",
        "| {{ questions[0].ask }} |\n| --- |",
    )
    .unwrap();
    assert_eq!(templates.rehearse(), []);
    assert!(
        templates
            .page(&rich_story(&incident, &zone))
            .unwrap()
            .storage
            .contains("<th>What made the system")
    );
}

#[test]
fn the_questions_may_be_replaced() {
    let (incident, zone) = (rich_incident(), berlin());
    let name = "postmortem_page/questions.toml";
    let source = "[[question]]\ninstead_of = \"Who & why?\"\nask = \"What & how?\"\n";
    let templates = overridden(name, source).unwrap();
    let storage = templates
        .page(&rich_story(&incident, &zone))
        .unwrap()
        .storage;
    assert!(storage.contains("<tr><td>Who &amp; why?</td><td>What &amp; how?</td></tr>"));
    let error = overridden(name, "[[question]]\nask = 1\n").unwrap_err();
    assert_eq!((error.template(), error.line()), (name, Some(2)), "{error}");
}

/// The built-in page with one text in it replaced.
fn page_with(text: &str, instead: &str) -> String {
    let (_, page) = Templates::built_in()
        .find(|(name, _)| *name == PAGE)
        .unwrap();
    assert!(page.contains(text), "{text}");
    page.replace(text, instead)
}

#[test]
fn a_page_that_lacks_what_the_process_asks_for_is_a_fault() {
    for (piece, missing) in [
        (
            "{{ statements }}",
            vec![Section::Blameless, Section::Hindsight, Section::Assignees],
        ),
        (
            "{{ page_properties }}",
            vec![Section::Date, Section::Participants, Section::Leader],
        ),
        ("{{ description }}", vec![Section::Description]),
        ("{{ timeline_table }}", vec![Section::Timeline]),
        ("{{ fix_for_now }}", vec![Section::FixForNow]),
        ("{{ fix_for_good }}", vec![Section::FixForGood]),
        ("{{ impact }}", vec![Section::CustomerImpact]),
        ("{{ corrective_actions }}", vec![Section::CorrectiveActions]),
        (
            "<h2>Contributing factors</h2>\n{{ five_whys }}",
            vec![Section::ContributingFactors],
        ),
    ] {
        let faults = overridden(PAGE, &page_with(piece, "")).unwrap().rehearse();
        let expected: Vec<RenderError> = missing
            .into_iter()
            .map(|section| RenderError::MissingSection {
                template: PAGE.to_owned(),
                line: 1,
                section,
            })
            .collect();
        assert_eq!(faults, expected, "{piece}");
        assert!(
            faults[0].to_string().contains("# section:"),
            "{}",
            faults[0]
        );
    }
    // A piece of one's own is named where it is the piece that lacks it.
    let own = overridden(
        "postmortem_page/statements.xhtml",
        "<p>This is blameless. Hindsight is 20/20.</p>",
    )
    .unwrap();
    let faults = own.rehearse();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].template(), "postmortem_page/statements.xhtml");
    assert!(
        faults[0].to_string().contains("get assignees"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_page_in_other_words_declares_what_they_say() {
    let german = "{# section: statements #}\n<p>Niemand ist schuld. Hinterher ist man klüger. Jede Aufgabe hat einen Namen.</p>";
    let templates = overridden("postmortem_page/statements.xhtml", german).unwrap();
    assert_eq!(templates.rehearse(), []);
    let renamed = page_with("<h2>Description</h2>", "<h2>Was geschah</h2>");
    assert_eq!(overridden(PAGE, &renamed).unwrap().rehearse(), []);
    // Tasks are followed until they are done: no words stand for them.
    let without = page_with(
        "{{ corrective_actions }}",
        "{# section: corrective_actions #}",
    );
    assert_eq!(overridden(PAGE, &without).unwrap().rehearse().len(), 1);
}

#[test]
fn a_section_that_comes_only_with_its_text_is_a_fault() {
    let late = page_with(
        "<h2>Description</h2>\n{% if description %}",
        "{% if description %}<h2>Description</h2>",
    );
    let faults = overridden(PAGE, &late).unwrap().rehearse();
    let line = 1 + late
        .lines()
        .position(|line| line.contains("<h2>Description"))
        .unwrap();
    assert_eq!(
        faults,
        [RenderError::SectionComesLate {
            template: PAGE.to_owned(),
            line,
            section: Section::Description
        }]
    );
}
