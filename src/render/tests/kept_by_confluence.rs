//! What Confluence Cloud keeps of a page, as this project knows it, and that nothing else is ever written.
//!
//! Whatever is not here may be dropped without a word by the server or by the first person who opens the editor.

use std::collections::BTreeMap;

use super::*;

/// A page with every construct of GitHub's Markdown, sent to a live site in July 2026 and read back unchanged.
const ROUND_TRIP: &str = "https://github.com/juliusz-cwiakalski/marksync/blob/889dd40be769b4b3b603896b68ddc3306ec1deaa/doc/inception/integration-scenarios/09-markdown-to-storage.md";
/// Atlassian's own description of the format.
const STORAGE_FORMAT: &str =
    "https://confluence.atlassian.com/conf91/confluence-storage-format-1442847767.html";
/// A tool of many users that writes these macros to Cloud.
const MACROS_IN_USE: &str = "https://github.com/kovetskiy/mark/blob/master/stdlib/stdlib.go";
/// A task list as the editor of Cloud writes it.
const EDITORS_TASKS: &str = "https://github.com/justmiles/go-markdown2confluence/issues/56";

/// Elements, their attributes, and where that is known from.
const ELEMENTS: &[(&str, &[&str], &str)] = &[
    ("p", &[], ROUND_TRIP),
    ("br", &[], STORAGE_FORMAT),
    ("hr", &[], ROUND_TRIP),
    ("h1", &[], ROUND_TRIP),
    ("h2", &[], ROUND_TRIP),
    ("h3", &[], ROUND_TRIP),
    ("h4", &[], ROUND_TRIP),
    ("h5", &[], ROUND_TRIP),
    ("h6", &[], ROUND_TRIP),
    ("strong", &[], ROUND_TRIP),
    ("em", &[], ROUND_TRIP),
    ("del", &[], ROUND_TRIP),
    ("code", &[], ROUND_TRIP),
    ("sub", &[], ROUND_TRIP),
    ("a", &["href"], ROUND_TRIP),
    ("ul", &[], ROUND_TRIP),
    ("ol", &[], ROUND_TRIP),
    ("li", &[], ROUND_TRIP),
    ("blockquote", &[], ROUND_TRIP),
    ("table", &[], ROUND_TRIP),
    ("tbody", &[], ROUND_TRIP),
    ("tr", &[], ROUND_TRIP),
    ("th", &[], ROUND_TRIP),
    ("td", &[], ROUND_TRIP),
    // Only within a task's body: anywhere else it is stripped.
    ("span", &["class"], EDITORS_TASKS),
    ("time", &["datetime"], EDITORS_TASKS),
    ("ac:task-list", &[], ROUND_TRIP),
    ("ac:task", &[], ROUND_TRIP),
    ("ac:task-id", &[], EDITORS_TASKS),
    ("ac:task-status", &[], ROUND_TRIP),
    ("ac:task-body", &[], ROUND_TRIP),
    ("ac:link", &[], EDITORS_TASKS),
    ("ri:user", &["ri:account-id", "ri:userkey"], EDITORS_TASKS),
    ("ac:structured-macro", &["ac:name"], ROUND_TRIP),
    ("ac:parameter", &["ac:name"], ROUND_TRIP),
    ("ac:plain-text-body", &[], ROUND_TRIP),
    ("ac:rich-text-body", &[], MACROS_IN_USE),
];

/// Macros, their parameters, and where that is known from.
const MACROS: &[(&str, &[&str], &str)] = &[
    ("code", &[], ROUND_TRIP),
    ("details", &[], MACROS_IN_USE),
    ("expand", &["title"], MACROS_IN_USE),
    ("info", &[], MACROS_IN_USE),
    ("note", &[], MACROS_IN_USE),
    ("tip", &[], MACROS_IN_USE),
    ("warning", &[], MACROS_IN_USE),
    ("status", &["colour", "title"], MACROS_IN_USE),
    ("toc", &[], MACROS_IN_USE),
];

/// A name with its prefix.
fn prefixed(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some("http://atlassian.com/content") => format!("ac:{name}"),
        Some("http://atlassian.com/resource/identifier") => format!("ri:{name}"),
        Some(_) | None => name.to_owned(),
    }
}

/// What of a page is not on the lists.
fn not_kept(page: &str) -> Vec<String> {
    let wrapped = storage::wrapped(page);
    let document = roxmltree::Document::parse(&wrapped).unwrap();
    let mut unknown = Vec::new();
    for node in document
        .root_element()
        .descendants()
        .skip(1)
        .filter(|node| node.is_element())
    {
        let name = prefixed(node.tag_name().namespace(), node.tag_name().name());
        let Some((_, attributes, _)) = ELEMENTS.iter().find(|(known, ..)| *known == name) else {
            unknown.push(format!("<{name}>"));
            continue;
        };
        for attribute in node.attributes() {
            let attribute = prefixed(attribute.namespace(), attribute.name());
            if !attributes.contains(&attribute.as_str()) {
                unknown.push(format!("<{name} {attribute}>"));
            }
        }
        let value = |node: roxmltree::Node<'_, '_>| {
            node.attribute(("http://atlassian.com/content", "name"))
                .unwrap_or_default()
                .to_owned()
        };
        let parent = node.parent_element().unwrap();
        match name.as_str() {
            "ac:structured-macro" if !MACROS.iter().any(|(known, ..)| *known == value(node)) => {
                unknown.push(format!("the macro {}", value(node)));
            }
            "ac:parameter" => {
                let known = MACROS.iter().find(|(known, ..)| *known == value(parent));
                if !known
                    .is_some_and(|(_, parameters, _)| parameters.contains(&value(node).as_str()))
                {
                    unknown.push(format!("{}'s parameter {}", value(parent), value(node)));
                }
            }
            "span" if !parent.has_tag_name(("http://atlassian.com/content", "task-body")) => {
                unknown.push("a <span> outside of a task".to_owned());
            }
            _ => {}
        }
    }
    unknown
}

#[test]
fn every_construct_on_a_page_is_one_that_confluence_keeps() {
    let zone = berlin();
    let (rich, bare, nasty) = (rich_incident(), bare_incident("Down"), bare_incident(NASTY));
    let mut private = rich_incident();
    private.visibility = Visibility::Private;
    private.timeline = super::timeline::bad_night();
    let every_span = Incident {
        timeline: super::outside_text::every_kind_of_text("x"),
        ..rich_incident()
    };
    let in_markdown = super::overrides::in_markdown();
    let mut pages = BTreeMap::new();
    for (name, templates) in [("built-in", templates()), ("Markdown", in_markdown)] {
        for (incident, mentions) in [
            (&rich, MentionBy::AccountId),
            (&rich, MentionBy::UserKey),
            (&bare, MentionBy::AccountId),
            (&nasty, MentionBy::AccountId),
            (&private, MentionBy::AccountId),
            (&every_span, MentionBy::AccountId),
        ] {
            for story in [rich_story(incident, &zone), bare_story(incident, &zone)] {
                let story = Story { mentions, ..story };
                let page = templates.page(&story).unwrap().storage;
                pages.insert(format!("{name} {}", pages.len()), page);
            }
        }
    }
    let story = rich_story(&rich, &zone);
    for news in [News::Sheet, News::Meeting] {
        pages.insert(
            format!("{news:?}"),
            templates().page_comment(&story, news).unwrap(),
        );
    }
    for (name, page) in pages {
        assert_eq!(not_kept(&page), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_is_not_kept_would_be_found() {
    for (page, said) in [
        ("<div>x</div>", "<div>"),
        ("<p style=\"x\">x</p>", "<p style>"),
        (
            "<p><span class=\"x\">x</span></p>",
            "a <span> outside of a task",
        ),
        ("<ac:structured-macro ac:name=\"html\"/>", "the macro html"),
        (
            "<ac:structured-macro ac:name=\"toc\"><ac:parameter ac:name=\"maxLevel\">2</ac:parameter></ac:structured-macro>",
            "toc's parameter maxLevel",
        ),
    ] {
        assert_eq!(not_kept(page), [said]);
    }
}

#[test]
fn mentions_name_their_people_as_the_product_does() {
    let (incident, zone) = (rich_incident(), berlin());
    let story = Story {
        mentions: MentionBy::UserKey,
        ..rich_story(&incident, &zone)
    };
    let storage = templates().page(&story).unwrap().storage;
    assert!(storage.contains(r#"<ac:link><ri:user ri:userkey="557058:ada"/></ac:link>"#));
    assert!(!storage.contains("ri:account-id"));
}
