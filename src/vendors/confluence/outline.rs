//! What stands on a page, from its storage format: headings, passages and tasks in their order, without the markup.
//!
//! Whatever people and other tools make of a page is read as far as it goes: elements and macros that are not known here
//! count by what is in them. Nothing here judges.

mod table;
mod task;

use jiff::civil::Date;
use roxmltree::Node;

use super::TaskStatus;
use super::stored::Stored;

/// Elements in elements: nobody writes deeper on purpose. What is below keeps its words and loses its structure, so
/// that no page can exhaust the stack.
const DEEPEST: u32 = 150;

/// A page, read from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// Something that stands on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What follows is about that, until the next one.
    Heading {
        /// 1 to 6; 1 is the largest.
        level: u8,
        /// May be empty.
        text: String,
    },
    /// Words that belong together: a paragraph, an item of a list, a cell. Never empty.
    Passage {
        /// White space folded, new lines kept; people as `@` and their name, code in backticks.
        text: String,
        /// Where it stands.
        place: Place,
        /// How it is written.
        manner: Manner,
    },
    /// A box to tick.
    Task(WrittenTask),
    /// Something to see that has no words here: an image, a file, a list that a macro makes.
    Figure,
}

/// Where a passage stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By itself.
    Paragraph,
    /// In a list.
    Item,
    /// In a table.
    Cell {
        /// What the row's heading says, else the column's.
        label: Option<String>,
    },
    /// In somebody else's words: a quotation, code, or a table that logs what happened when.
    Quoted,
}

/// How a passage is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// In no way that matters.
    Plain,
    /// Some of it in italics.
    Emphasised,
    /// It holds the editor's own placeholder, which readers never see.
    Placeholder,
}

/// A task as its page holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTask {
    /// What is to be done: without mentions, date and the tasks below it. Empty where nothing was written.
    pub text: String,
    /// Whoever is mentioned first: an account id, or Data Center's user key or name.
    pub assignee: Option<String>,
    /// The first date in it.
    pub due: Option<Date>,
    /// Whether its box is ticked.
    pub status: TaskStatus,
}

impl Outline {
    /// Reads a body in storage format; `None` where it is not well-formed. `name_of` tells the name behind an account.
    pub fn of(storage: &str, name_of: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        Stored::new(storage).read(|root| {
            let mut reader = Reader {
                name_of,
                pieces: Vec::new(),
                run: Run::default(),
            };
            reader.inside(root, &Place::Paragraph, 0);
            reader.end_run(&Place::Paragraph);
            Self {
                pieces: reader.pieces,
            }
        })
    }
}

/// Words that are being gathered into one passage.
#[derive(Default)]
struct Run {
    text: String,
    manner: Option<Manner>,
    figures: usize,
}

struct Reader<'n> {
    name_of: &'n dyn Fn(&str) -> Option<String>,
    pieces: Vec<Piece>,
    run: Run,
}

impl Reader<'_> {
    fn inside(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        for child in node.children() {
            if let Some(text) = child.text().filter(|_| child.is_text()) {
                self.run.text.push_str(&text.replace('\n', " "));
            } else if child.is_element() {
                self.element(child, place, depth + 1);
            }
        }
    }

    /// A piece of its own: what came before it ends, and so does it.
    fn apart(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        self.end_run(place);
        self.inside(node, place, depth);
        self.end_run(place);
    }

    fn element(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        if depth > DEEPEST {
            self.run.text.push_str(&words(node));
            return;
        }
        match (node.tag_name().namespace(), node.tag_name().name()) {
            (None, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") => self.heading(node, place, depth),
            (None, "br") => self.run.text.push('\n'),
            (None, "p" | "div" | "section" | "hr" | "ul" | "ol" | "dl") => {
                self.apart(node, place, depth);
            }
            (None, "li" | "dt" | "dd") => {
                let item = match place {
                    Place::Quoted => Place::Quoted,
                    Place::Paragraph | Place::Item | Place::Cell { .. } => Place::Item,
                };
                self.end_run(place);
                self.apart(node, &item, depth);
            }
            (None, "blockquote") => {
                self.end_run(place);
                self.apart(node, &Place::Quoted, depth);
            }
            (None, "pre") => self.quoted(place, &words(node)),
            (None, "table") => {
                self.end_run(place);
                self.table(node, place, depth);
            }
            (None, "em" | "i") => self.emphasised(node, place, depth),
            (None, "code") => {
                self.run.text.push('`');
                self.run.text.push_str(&words(node));
                self.run.text.push('`');
            }
            (None, "time") => {
                let date = node.attribute("datetime").unwrap_or_default();
                self.run.text.push_str(date);
            }
            (None, "img") | (Some("ac"), "image") => self.run.figures += 1,
            (Some("ac"), "placeholder") => {
                self.run.text.push_str(&words(node));
                self.run.manner = Some(Manner::Placeholder);
            }
            (Some("ac"), "link") => self.link(node),
            (Some("ac"), "structured-macro" | "macro") => self.r#macro(node, place, depth),
            (Some("ac"), "adf-extension") => self.extension(node, place, depth),
            (Some("ac"), "task-list") => {
                self.end_run(place);
                self.tasks(node);
            }
            (Some("ac"), "layout" | "layout-section" | "layout-cell") => {
                self.apart(node, place, depth);
            }
            (Some("ac"), "emoticon" | "parameter" | "plain-text-body") => {}
            // Words in any other markup are words.
            (_, _) => self.inside(node, place, depth),
        }
    }

    fn heading(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        match place {
            Place::Paragraph => {}
            // In a list, a cell or a quotation it is a line in large letters and begins no section.
            Place::Item | Place::Cell { .. } | Place::Quoted => {
                return self.apart(node, place, depth);
            }
        }
        self.end_run(place);
        self.inside(node, place, depth);
        let Run { text, figures, .. } = std::mem::take(&mut self.run);
        let name = node.tag_name().name();
        let level = name.trim_start_matches('h').parse().unwrap_or(6);
        let text = folded(&text);
        self.pieces.push(Piece::Heading { level, text });
        self.pieces.extend((0..figures).map(|_| Piece::Figure));
    }

    fn emphasised(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        let before = self.run.text.len();
        self.inside(node, place, depth);
        let within = self.run.text.get(before..).unwrap_or(&self.run.text);
        if within.chars().any(char::is_alphabetic) {
            self.run.manner = self.run.manner.max(Some(Manner::Emphasised));
        }
    }

    fn link(&mut self, node: Node<'_, '_>) {
        if let Some(account) = account_in(node) {
            let name = (self.name_of)(account);
            self.run.text.push('@');
            self.run.text.push_str(name.as_deref().unwrap_or(account));
            return;
        }
        let label = words(node);
        if !label.trim().is_empty() {
            self.run.text.push_str(&label);
        } else if let Some(title) = node
            .descendants()
            .find_map(|to| to.attribute(("ri", "content-title")))
        {
            self.run.text.push_str(title);
        } else {
            self.run.figures += 1;
        }
    }

    fn r#macro(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        let child = |name: &str| {
            node.children()
                .find(|child| child.has_tag_name(("ac", name)))
        };
        let parameter = |name: &str| {
            node.children()
                .filter(|child| child.has_tag_name(("ac", "parameter")))
                .find(|child| child.attribute(("ac", "name")) == Some(name))
                .map(words)
        };
        match node.attribute(("ac", "name")).unwrap_or_default() {
            "status" => {
                let title = parameter("title").unwrap_or_default();
                self.run.text.push_str(&title);
            }
            // They say nothing of their own.
            "toc" | "anchor" => {}
            name => {
                if let Some(body) = child("plain-text-body") {
                    self.quoted(place, &words(body));
                } else if let Some(body) = child("rich-text-body") {
                    let place = if name == "quote" {
                        Place::Quoted
                    } else {
                        place.clone()
                    };
                    self.apart(body, &place, depth);
                } else {
                    self.run.figures += 1;
                }
            }
        }
    }

    /// What only the new editor can show. Its fallback says the same in elements that are known here.
    fn extension(&mut self, node: Node<'_, '_>, place: &Place, depth: u32) {
        let fallback = node
            .children()
            .find(|child| child.has_tag_name(("ac", "adf-fallback")));
        match fallback {
            Some(fallback) => self.apart(fallback, place, depth),
            None => self.apart(node, place, depth),
        }
    }

    /// Every task of a list, those below others included, in order.
    fn tasks(&mut self, list: Node<'_, '_>) {
        let tasks = list
            .descendants()
            .filter(|node| node.has_tag_name(("ac", "task")));
        self.pieces
            .extend(tasks.map(|task| Piece::Task(task::written(task))));
    }

    fn quoted(&mut self, place: &Place, text: &str) {
        self.end_run(place);
        self.run.text.push_str(text);
        self.end_run(&Place::Quoted);
    }

    fn end_run(&mut self, place: &Place) {
        let Run {
            text,
            manner,
            figures,
        } = std::mem::take(&mut self.run);
        let text = folded(&text);
        if !text.is_empty() {
            self.pieces.push(Piece::Passage {
                text,
                place: place.clone(),
                manner: manner.unwrap_or(Manner::Plain),
            });
        }
        self.pieces.extend((0..figures).map(|_| Piece::Figure));
    }
}

/// All words in an element, without asking what holds them.
fn words(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(|node| node.is_text())
        .filter_map(|node| node.text())
        .collect()
}

/// Lines without white space at their ends, words one blank apart. Blanks that do not break are blanks.
fn folded(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let words: Vec<&str> = line
            .split(|c: char| c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}')
            .filter(|word| !word.is_empty())
            .collect();
        words.join(" ")
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n").trim().to_owned()
}

/// Whose account is mentioned in an element, if one is.
fn account_in<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    let user = node
        .descendants()
        .find(|child| child.has_tag_name(("ri", "user")))?;
    ["account-id", "userkey", "username"]
        .into_iter()
        .find_map(|name| user.attribute(("ri", name)))
}

#[cfg(test)]
mod tests;
