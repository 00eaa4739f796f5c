//! A title is data, whatever it holds: it arrives as that text wherever it goes.

use serde_json::json;

use crate::support::seeds::{incident, world};
use crate::support::wiki::visible_text;
use crate::support::{Installation, World};

const NASTY: &str = "A & B <b>bold</b> \"q\" 'a' ]]> <script>alert(1)</script> {{ 7*7 }} 🚒👩‍👩‍👧 \u{202b}התשלום נפל\u{202c} <!channel> %0d%0aBcc: x";

/// What no text may hold: XML forbids it, and a header would break at it.
const CONTROLS: &str = "\u{0}\u{1}\u{7}\r\n\u{1b}[31m";

async fn aftermath_of(title: &str) -> World {
    let installation = Installation::start_with(&world(&[incident("QONE", title, "-PT1H")])).await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each("#1001");
    world
}

fn without_isolates(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}

/// HTML as a reader sees it.
fn unescaped(html: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(html.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

#[tokio::test]
async fn a_nasty_title_arrives_as_that_text_everywhere() {
    let world = aftermath_of(NASTY).await;
    let page = world.page("#1001");
    assert_eq!(page["title"], format!("Postmortem #1001: {NASTY}"));
    let body = page["body"].as_str().unwrap();
    assert!(visible_text(body).contains(NASTY), "whole, and as text");
    assert!(!body.contains("<script"), "never as markup");

    assert_eq!(
        world.folder("#1001")["name"],
        format!("2026-03-01 #1001 {NASTY}")
    );
    assert_eq!(
        world.spreadsheet("#1001")["name"],
        format!("Affected customers #1001: {NASTY}")
    );

    let mail = world.announcements("#1001").remove(0);
    assert!(
        without_isolates(&mail.subject).starts_with(&format!("{NASTY}: ")),
        "{}",
        mail.subject
    );
    assert!(
        without_isolates(&mail.text)
            .replace("\r\n  ", " ")
            .contains(NASTY),
        "{}",
        mail.text
    );
    assert!(unescaped(&mail.html).contains(NASTY));
    for markup in ["<script", "<b>bold", "<!channel"] {
        assert!(!mail.html.contains(markup), "{markup}");
    }
    assert_eq!(
        mail.to,
        ["company@example.com"],
        "no recipient was smuggled in"
    );

    let event = world.event("#1001");
    let summary = without_isolates(event["summary"].as_str().unwrap());
    assert_eq!(summary, format!("Postmortem #1001: {NASTY}"));
    let description = event["description"].as_str().unwrap();
    assert!(without_isolates(&unescaped(description)).contains(NASTY));
    assert!(!description.contains("<script"));

    let post = &world.posts("#1001")[0];
    let text = without_isolates(post["text"].as_str().unwrap());
    assert!(!text.contains("<!channel>"), "nobody is woken: {text}");
    assert!(text.contains("&lt;!channel&gt;"), "{text}");
}

#[tokio::test]
async fn control_characters_are_dropped_on_the_way() {
    let world = aftermath_of(&format!("Checkout{CONTROLS} is down")).await;
    let page = world.page("#1001");
    let title = page["title"].as_str().unwrap();
    assert_eq!(title, "Postmortem #1001: Checkout [31m is down");
    let mail = world.announcements("#1001").remove(0);
    let texts = [
        title.to_owned(),
        visible_text(page["body"].as_str().unwrap()),
        mail.subject,
        mail.text,
        mail.html,
        world.event("#1001")["summary"].to_string(),
        world.folder("#1001")["name"].to_string(),
        world.spreadsheet("#1001")["name"].to_string(),
        world.posts("#1001")[0]["text"].to_string(),
    ];
    for text in texts {
        let control = text
            .chars()
            .find(|c| c.is_control() && !"\r\n\t".contains(*c));
        assert_eq!(control, None, "{text}");
    }
}

#[tokio::test]
async fn a_title_of_ten_thousand_bytes_is_cut_where_there_is_a_limit_and_whole_on_the_page() {
    let long = format!(
        "Checkout is down {}the very end",
        "and so on ".repeat(1_000)
    );
    let world = aftermath_of(&long).await;
    let page = world.page("#1001");
    let title = page["title"].as_str().unwrap();
    assert!(
        title.encode_utf16().count() <= 255 && title.ends_with('…'),
        "{title}"
    );
    assert!(
        visible_text(page["body"].as_str().unwrap()).contains(&long),
        "whole in the body"
    );
    for file in [world.folder("#1001"), world.spreadsheet("#1001")] {
        let name = file["name"].as_str().unwrap();
        assert!(name.chars().count() <= 255 && name.ends_with('…'), "{name}");
    }
    let mail = world.announcements("#1001").remove(0);
    assert!(
        mail.subject.contains('…') && mail.subject.ends_with("(#1001)"),
        "{}",
        mail.subject
    );
    assert!(
        mail.text.contains("the very end"),
        "whole in the mail's text"
    );
    assert!(
        mail.html.contains("the very end"),
        "whole in the mail's HTML"
    );
    let summary = world.event("#1001")["summary"].clone();
    assert!(summary.as_str().unwrap().chars().count() <= 1_100);
}

#[tokio::test]
async fn what_people_wrote_is_data_as_well() {
    let mut nasty = incident("QONE", "Checkout is down", "-PT1H");
    nasty["service"] = json!("<Checkout> & Co");
    nasty["notes"] = json!([{"at": "-PT20H", "by": "ada@example.com", "content": NASTY}]);
    let installation = Installation::start_with(&world(&[nasty])).await;
    installation.good_pass().await;
    let world = installation.world();
    let body = world.page("#1001")["body"].as_str().unwrap().to_owned();
    let text = visible_text(&body);
    assert!(
        text.contains(NASTY) && text.contains("<Checkout> & Co"),
        "{text}"
    );
    let mail = world.announcements("#1001").remove(0);
    assert!(mail.text.contains("<Checkout> & Co"));
}
