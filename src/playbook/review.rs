//! Judging a postmortem page after its meeting: what is still missing on it. Pure; it neither reads nor tells.
//!
//! What people were meant to fill in is known from the page as it was created, whatever template made it: its [`Form`] is
//! remembered and compared with the page of today, passage by passage. So sections may be renamed, moved and deleted, and
//! a template of one's own needs no marks: what it wrote in italics was a prompt, and what it wrote at all was not
//! written by people.

mod form;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use form::Form;

use super::action_item::ItemStatus;
use super::blame::Findings;

/// A page, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageText {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// Something that stands on a page. All words are text from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What follows is about that, until the next one.
    Heading {
        /// 1 to 6; 1 is the largest.
        level: u8,
        /// What it says.
        text: String,
    },
    /// Words that belong together.
    Passage(Passage),
    /// A box to tick.
    Item(PageItem),
    /// Something to see that has no words.
    Figure,
}

/// Words that belong together: a paragraph, an item of a list, a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub place: Place,
    /// How they are written.
    pub manner: Manner,
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
        /// What its row or column is called.
        label: Option<String>,
    },
    /// In somebody else's words: a quotation, code, the record.
    Quoted,
}

/// How a passage is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// In no way that matters.
    Plain,
    /// In italics, or at least in part.
    Emphasised,
    /// As the wiki's own placeholder.
    Placeholder,
}

/// A task on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageItem {
    /// What is to be done.
    pub text: String,
    /// The account of whoever has it.
    pub assignee: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// Whether it is done.
    pub status: ItemStatus,
}

/// Something that is missing on a page, as its leader is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "missing")]
pub enum Missing {
    /// A section in which nothing is written.
    Section {
        /// Its heading.
        heading: String,
    },
    /// Prompts that nobody has answered.
    Answers {
        /// The section's heading, or the row's; `None` above the first one.
        at: Option<String>,
        /// What the first of them says.
        prompt: String,
        /// How many.
        count: usize,
    },
    /// There is no action item at all.
    Items,
    /// An open action item that nobody can be reminded of.
    Part {
        /// What is to be done.
        item: String,
        /// What it lacks.
        lacks: Lacks,
    },
    /// There are so many open action items that not all of them can be top priorities.
    Priorities {
        /// How many are open.
        open: usize,
        /// More than these are too many.
        most: usize,
    },
}

/// What an action item lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacks {
    /// Nobody is mentioned in it.
    Assignee,
    /// It has no date.
    Date,
    /// Neither.
    Both,
}

/// What is said, once, about the wording of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// In the order of the page; never empty.
    pub remarks: Vec<Remark>,
    /// How many more there would have been.
    pub left_out: usize,
}

/// One wording, and what to ask instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The heading it stands under; empty above the first.
    pub section: String,
    /// The words. Text from outside.
    pub quoted: String,
    /// Why they are remarked on.
    pub why: String,
    /// A question about the system to ask instead.
    pub ask_instead: String,
}

impl Remarks {
    /// What a lint found, if it found anything.
    pub fn of(findings: Findings) -> Option<Self> {
        let Findings { advice, left_out } = findings;
        let remarks: Vec<Remark> = advice
            .into_iter()
            .map(|advice| Remark {
                section: advice.section,
                quoted: advice.quoted,
                why: advice.why,
                ask_instead: advice.ask_instead,
            })
            .collect();
        (!remarks.is_empty()).then_some(Self { remarks, left_out })
    }
}

/// Part of a page: a heading and what stands below it, up to the next heading.
struct Section<'p> {
    heading: Option<&'p str>,
    level: u8,
    pieces: Vec<&'p Piece>,
}

impl PageText {
    fn sections(&self) -> Vec<Section<'_>> {
        let mut sections = vec![Section {
            heading: None,
            level: 0,
            pieces: Vec::new(),
        }];
        for piece in &self.pieces {
            if let Piece::Heading { level, text } = piece {
                sections.push(Section {
                    heading: Some(text),
                    level: *level,
                    pieces: Vec::new(),
                });
            } else if let Some(section) = sections.last_mut() {
                section.pieces.push(piece);
            }
        }
        sections
    }

    /// What people wrote, for whoever looks at their wording: each passage and the heading above it. What came with the
    /// page is left out, and so are quotations.
    pub fn written<'p>(&'p self, form: &Form) -> Vec<(Option<&'p str>, &'p str)> {
        let mut written = Vec::new();
        for section in self.sections() {
            for piece in section.pieces {
                let text = match piece {
                    Piece::Passage(passage) => match passage.place {
                        Place::Paragraph | Place::Item | Place::Cell { .. } => &passage.text,
                        Place::Quoted => continue,
                    },
                    Piece::Item(item) => &item.text,
                    Piece::Heading { .. } | Piece::Figure => continue,
                };
                if !text.is_empty() && !form.brought(text) {
                    written.push((section.heading, text.as_str()));
                }
            }
        }
        written
    }
}

/// What is missing on a page, in its order; empty where it is complete. More than `most` open action items are too many.
pub fn judge(page: &PageText, form: &Form, most: usize) -> Vec<Missing> {
    let sections = page.sections();
    let mut missing = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let has_parts = sections
            .get(index + 1)
            .is_some_and(|next| next.level > section.level && section.heading.is_some());
        let answers = answers(section, form);
        if answers.is_empty() && !has_parts && is_empty(section, form) {
            missing.extend(section.heading.map(|heading| Missing::Section {
                heading: heading.to_owned(),
            }));
        }
        missing.extend(answers);
    }
    missing.extend(items(page, form, most));
    missing
}

/// The prompts of a section that nobody has answered: those of a table row by row, the others together.
fn answers(section: &Section<'_>, form: &Form) -> Vec<Missing> {
    let mut answers: Vec<Missing> = Vec::new();
    for piece in &section.pieces {
        let passage = match piece {
            Piece::Passage(passage) => passage,
            Piece::Heading { .. } | Piece::Item(_) | Piece::Figure => continue,
        };
        if !form.is_blank(passage) {
            continue;
        }
        let place = match &passage.place {
            Place::Cell { label: Some(label) } => Some(label.clone()),
            Place::Paragraph | Place::Item | Place::Cell { label: None } => {
                section.heading.map(str::to_owned)
            }
            Place::Quoted => continue,
        };
        let same = answers.iter_mut().find_map(|missing| match missing {
            Missing::Answers { at, count, .. } if *at == place => Some(count),
            Missing::Answers { .. }
            | Missing::Section { .. }
            | Missing::Items
            | Missing::Part { .. }
            | Missing::Priorities { .. } => None,
        });
        match same {
            Some(count) => *count += 1,
            None => answers.push(Missing::Answers {
                at: place,
                prompt: passage.text.clone(),
                count: 1,
            }),
        }
    }
    answers
}

/// Whether a section that asks for something holds nothing that people wrote.
fn is_empty(section: &Section<'_>, form: &Form) -> bool {
    let Some(heading) = section.heading.filter(|heading| !heading.is_empty()) else {
        return false;
    };
    if form.is_for_items(heading) {
        // That there are none is told once, and in other words.
        return false;
    }
    let holds_something = section.pieces.iter().any(|piece| match piece {
        Piece::Passage(passage) => match passage.place {
            Place::Quoted => true,
            Place::Paragraph | Place::Item | Place::Cell { .. } => {
                says_something(&passage.text) && !form.brought(&passage.text)
            }
        },
        Piece::Item(item) => !form.brought(&item.text),
        Piece::Figure => true,
        Piece::Heading { .. } => false,
    });
    // Under a heading of which the form knows nothing, what came with the page has been moved there, and is enough.
    !holds_something && (section.pieces.is_empty() || form.asks(heading))
}

/// What people put where they mean to write something later.
const LATER: [&str; 8] = [
    "tbd",
    "tba",
    "tbc",
    "todo",
    "fixme",
    "wip",
    "xxx",
    "lorem ipsum",
];

fn says_something(text: &str) -> bool {
    let words = text.to_lowercase();
    let words = words.trim_matches(|c: char| !c.is_alphanumeric());
    !words.is_empty() && !LATER.contains(&words)
}

fn items(page: &PageText, form: &Form, most: usize) -> Vec<Missing> {
    let items: Vec<&PageItem> = page
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Item(item) => Some(item),
            Piece::Heading { .. } | Piece::Passage(_) | Piece::Figure => None,
        })
        .filter(|item| !form.brought(&item.text))
        // A box with nothing beside it is where the next one will be typed.
        .filter(|item| !item.text.is_empty() || item.assignee.is_some())
        .collect();
    if items.is_empty() {
        return Vec::from_iter(form.wants_items(page).then_some(Missing::Items));
    }
    let open: Vec<&PageItem> = items
        .into_iter()
        .filter(|item| item.status == ItemStatus::Open)
        .collect();
    let mut missing: Vec<Missing> = open
        .iter()
        .filter_map(|item| {
            let lacks = match (&item.assignee, item.due) {
                (None, None) => Lacks::Both,
                (None, Some(_)) => Lacks::Assignee,
                (Some(_), None) => Lacks::Date,
                (Some(_), Some(_)) => return None,
            };
            let item = item.text.clone();
            Some(Missing::Part { item, lacks })
        })
        .collect();
    if open.len() > most {
        let open = open.len();
        missing.push(Missing::Priorities { open, most });
    }
    missing
}

#[cfg(test)]
mod tests;
