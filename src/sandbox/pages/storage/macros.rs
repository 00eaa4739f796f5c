//! Macros: panels, lozenges, code, contents; and a box for those that are not known.

use roxmltree::Node;

use super::super::text::escape;
use super::{Renderer, all_text, anchor, is_heading};
use crate::sandbox::confluence::storage::{AC, ac_child, is_ac, plain_text};

impl<'a, 'input> Renderer<'a, 'input> {
    pub(super) fn macro_element(&self, node: Node<'a, 'input>, out: &mut String) {
        let name = node.attribute((AC, "name")).unwrap_or_default();
        let rich = ac_child(node, "rich-text-body");
        match name {
            "info" | "note" | "tip" | "warning" | "panel" => {
                out.push_str(&format!("<div class=\"panel {name}\">"));
                if let Some(title) = parameter(node, "title") {
                    out.push_str(&format!(
                        "<strong class=\"panel-title\">{}</strong>",
                        escape(&title)
                    ));
                }
                self.body(rich, out);
                out.push_str("</div>");
            }
            "expand" => {
                let title =
                    parameter(node, "title").unwrap_or_else(|| "Click here to expand…".to_owned());
                out.push_str(&format!("<details><summary>{}</summary>", escape(&title)));
                self.body(rich, out);
                out.push_str("</details>");
            }
            "status" => {
                let colour = parameter(node, "colour")
                    .or_else(|| parameter(node, "color"))
                    .unwrap_or_default();
                let title = parameter(node, "title").unwrap_or_else(|| colour.clone());
                out.push_str(&format!(
                    "<span class=\"lozenge {}\">{}</span>",
                    lozenge(&colour),
                    escape(&title)
                ));
            }
            "toc" => self.contents(out),
            "code" | "noformat" => {
                let text = ac_child(node, "plain-text-body")
                    .map(all_text)
                    .unwrap_or_default();
                out.push_str(&format!("<pre class=\"code\">{}</pre>", escape(&text)));
            }
            "details" => {
                out.push_str("<div class=\"properties\">");
                self.body(rich, out);
                out.push_str("</div>");
            }
            "excerpt" => self.body(rich, out),
            "anchor" => {}
            "jira" => {
                let key = parameter(node, "key").unwrap_or_default();
                out.push_str(&format!(
                    "<span class=\"page-link\">Jira {}</span>",
                    escape(&key)
                ));
            }
            unknown => {
                out.push_str(&format!(
                    "<div class=\"unknown\"><small>Macro “{}”</small>",
                    escape(unknown)
                ));
                self.body(rich, out);
                if let Some(plain) = ac_child(node, "plain-text-body") {
                    out.push_str(&format!("<pre>{}</pre>", escape(&all_text(plain))));
                }
                out.push_str("</div>");
            }
        }
    }

    fn body(&self, rich: Option<Node<'a, 'input>>, out: &mut String) {
        if let Some(rich) = rich {
            self.children(rich, out);
        }
    }

    /// The page's headings, each a link.
    fn contents(&self, out: &mut String) {
        out.push_str("<ul class=\"toc\">");
        for heading in self.document.descendants().filter(|node| is_heading(*node)) {
            let level = &heading.tag_name().name()[1..];
            out.push_str(&format!(
                "<li class=\"level-{level}\"><a href=\"#{}\">{}</a></li>",
                anchor(heading),
                escape(&plain_text(heading))
            ));
        }
        out.push_str("</ul>");
    }
}

fn parameter(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.children()
        .find(|child| is_ac(*child, "parameter") && child.attribute((AC, "name")) == Some(name))
        .map(all_text)
        .filter(|text| !text.is_empty())
}

fn lozenge(colour: &str) -> &'static str {
    match colour.to_ascii_lowercase().as_str() {
        "red" => "red",
        "yellow" => "yellow",
        "green" => "green",
        "blue" => "blue",
        "purple" => "purple",
        _ => "grey",
    }
}
