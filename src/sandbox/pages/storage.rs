//! Storage format as HTML: what a reader of the wiki sees.
//!
//! Elements and attributes come from a fixed set; everything else of the body reaches the page as text only. A macro
//! that is not known is a box with its name, so that nothing on a page goes unseen.

use roxmltree::{Document, Node};

use super::text::{day, escape, safe_link};
use crate::sandbox::confluence::storage::{AC, RI, Source, ac_child, plain_text};

/// Elements that mean the same in HTML, with their content.
const KEPT: [&str; 36] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "del",
    "ins",
    "sub",
    "sup",
    "small",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "dl",
    "dt",
    "dd",
    "span",
    "div",
];

/// Emoticons by the names the editor gives them.
const EMOTICONS: [(&str, &str); 14] = [
    ("smile", "🙂"),
    ("sad", "🙁"),
    ("cheeky", "😛"),
    ("laugh", "😄"),
    ("wink", "😉"),
    ("thumbs-up", "👍"),
    ("thumbs-down", "👎"),
    ("information", "ℹ️"),
    ("tick", "✅"),
    ("cross", "❌"),
    ("warning", "⚠️"),
    ("question", "❓"),
    ("light-on", "💡"),
    ("yellow-star", "⭐"),
];

/// The body as HTML. `name_of` gives the name of an account.
///
/// A body that is not well-formed, which Confluence would not have stored, is shown as text.
pub(in crate::sandbox) fn storage_html(
    body: &str,
    name_of: &dyn Fn(&str) -> Option<String>,
) -> String {
    let source = Source::new(body);
    match source.parse() {
        Ok(document) => {
            let renderer = Renderer {
                document: &document,
                name_of,
            };
            let mut out = String::new();
            renderer.children(document.root_element(), &mut out);
            out
        }
        Err(_) => format!("<pre>{}</pre>", escape(body)),
    }
}

struct Renderer<'a, 'input> {
    document: &'a Document<'input>,
    name_of: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a, 'input> Renderer<'a, 'input> {
    fn children(&self, node: Node<'a, 'input>, out: &mut String) {
        for child in node.children() {
            if child.is_text() {
                out.push_str(&escape(child.text().unwrap_or_default()));
            } else if child.is_element() {
                self.element(child, out);
            }
        }
    }

    fn wrapped(&self, node: Node<'a, 'input>, open: &str, close: &str, out: &mut String) {
        out.push_str(open);
        self.children(node, out);
        out.push_str(close);
    }

    fn element(&self, node: Node<'a, 'input>, out: &mut String) {
        match node.tag_name().namespace() {
            Some(AC) => self.extension(node, out),
            Some(RI) => {}
            Some(_) | None => self.html(node, out),
        }
    }

    fn html(&self, node: Node<'a, 'input>, out: &mut String) {
        let name = node.tag_name().name();
        match name {
            "br" => out.push_str("<br>"),
            "hr" => out.push_str("<hr>"),
            "table" => self.wrapped(node, "<div class=\"scroll\"><table>", "</table></div>", out),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                // The page's own title is the one h1.
                let level = name[1..]
                    .parse::<u8>()
                    .map_or(6, |level| (level + 1).min(6));
                let open = format!("<h{level} id=\"{}\">", anchor(node));
                self.wrapped(node, &open, &format!("</h{level}>"), out);
            }
            "td" | "th" => {
                let spans: String = ["colspan", "rowspan"]
                    .iter()
                    .filter_map(|span| Some((span, node.attribute(*span)?.parse::<u16>().ok()?)))
                    .map(|(span, count)| format!(" {span}=\"{count}\""))
                    .collect();
                self.wrapped(
                    node,
                    &format!("<{name}{spans}>"),
                    &format!("</{name}>"),
                    out,
                );
            }
            "a" => self.anchor_element(node, out),
            "time" => match node
                .attribute("datetime")
                .and_then(|date| date.parse().ok())
            {
                Some(date) => out.push_str(&format!("<time class=\"pill\">{}</time>", day(date))),
                None => self.children(node, out),
            },
            kept if KEPT.contains(&kept) => {
                self.wrapped(node, &format!("<{kept}>"), &format!("</{kept}>"), out);
            }
            // Scripts and styles are not text to be read; of everything else unknown the content is.
            "script" | "style" => {}
            _ => self.children(node, out),
        }
    }

    fn anchor_element(&self, node: Node<'a, 'input>, out: &mut String) {
        match node.attribute("href").and_then(safe_link) {
            None => self.children(node, out),
            Some(target) => {
                let class = if node.has_attribute("data-card-appearance") {
                    " class=\"card-link\""
                } else {
                    ""
                };
                self.wrapped(
                    node,
                    &format!("<a{class} href=\"{}\">", escape(target)),
                    "</a>",
                    out,
                );
            }
        }
    }

    fn extension(&self, node: Node<'a, 'input>, out: &mut String) {
        match node.tag_name().name() {
            "task-list" => self.wrapped(node, "<ul class=\"tasks\">", "</ul>", out),
            "task" => self.task(node, out),
            "link" => self.link(node, out),
            "structured-macro" => self.macro_element(node, out),
            "emoticon" => out.push_str(&escape(emoticon(node))),
            "image" => self.image(node, out),
            "placeholder" => self.wrapped(node, "<em class=\"hint\">", "</em>", out),
            "inline-comment-marker" => self.wrapped(node, "<mark>", "</mark>", out),
            "layout-section" => self.wrapped(node, "<div class=\"section\">", "</div>", out),
            "layout-cell" => self.wrapped(node, "<div class=\"cell\">", "</div>", out),
            "adf-extension" => {
                if let Some(fallback) = ac_child(node, "adf-fallback") {
                    self.children(fallback, out);
                }
            }
            "parameter" | "task-id" | "task-uuid" | "task-status" => {}
            _ => self.children(node, out),
        }
    }

    fn task(&self, node: Node<'a, 'input>, out: &mut String) {
        let status = ac_child(node, "task-status").and_then(|status| status.text());
        let (class, label) = match status.map(str::trim) {
            Some("complete") => (" class=\"done\"", "done"),
            Some(_) | None => ("", "to do"),
        };
        out.push_str(&format!(
            "<li{class}><span class=\"box\" role=\"img\" aria-label=\"{label}\"></span><div>"
        ));
        if let Some(body) = ac_child(node, "task-body") {
            self.children(body, out);
        }
        out.push_str("</div></li>");
    }

    fn link(&self, node: Node<'a, 'input>, out: &mut String) {
        let target = node
            .children()
            .find(|child| child.tag_name().namespace() == Some(RI));
        let written =
            ac_child(node, "link-body").or_else(|| ac_child(node, "plain-text-link-body"));
        let text = written.map(plain_text).filter(|text| !text.is_empty());
        match target {
            Some(user) if user.tag_name().name() == "user" => {
                let account = user
                    .attribute((RI, "account-id"))
                    .or_else(|| user.attribute((RI, "userkey")))
                    .unwrap_or("unknown");
                let name = (self.name_of)(account).unwrap_or_else(|| account.to_owned());
                out.push_str(&format!(
                    "<span class=\"mention\">@{}</span>",
                    escape(&name)
                ));
            }
            Some(page) => {
                let title = page
                    .attribute((RI, "content-title"))
                    .or_else(|| page.attribute((RI, "filename")));
                let text = text
                    .or_else(|| title.map(str::to_owned))
                    .unwrap_or_default();
                out.push_str(&format!(
                    "<span class=\"page-link\">{}</span>",
                    escape(&text)
                ));
            }
            None => out.push_str(&escape(&text.unwrap_or_default())),
        }
    }

    /// Pictures from elsewhere are named, not loaded.
    fn image(&self, node: Node<'a, 'input>, out: &mut String) {
        let source = node.first_element_child();
        let name = source
            .and_then(|source| {
                source
                    .attribute((RI, "value"))
                    .or_else(|| source.attribute((RI, "filename")))
            })
            .unwrap_or("image");
        out.push_str(&format!(
            "<span class=\"unknown\">Image: {}</span>",
            escape(name)
        ));
    }
}

fn is_heading(node: Node<'_, '_>) -> bool {
    node.is_element()
        && node.tag_name().namespace().is_none()
        && matches!(
            node.tag_name().name(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        )
}

/// A heading's anchor: its place in the document, which is unique and needs no escaping.
fn anchor(node: Node<'_, '_>) -> String {
    format!("h{}", node.id().get())
}

/// Text with its white space: code is nothing without.
fn all_text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect()
}

fn emoticon<'a>(node: Node<'a, '_>) -> &'a str {
    let name = node.attribute((AC, "name")).unwrap_or_default();
    let written = node
        .attribute((AC, "emoji-fallback"))
        .filter(|text| !text.starts_with(':'));
    let known = EMOTICONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, emoji)| *emoji);
    written
        .or(known)
        .or_else(|| node.attribute((AC, "emoji-shortname")))
        .unwrap_or(name)
}

mod macros;
#[cfg(test)]
mod tests;
