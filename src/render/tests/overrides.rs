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
