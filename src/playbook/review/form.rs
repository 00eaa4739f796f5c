//! What a page was created with, so that what people wrote can be told from it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Manner, PageText, Passage, Piece, Place, Section};

/// The page as it was created: fingerprints of its words, none of the words themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Prompts that were to be answered where they stood.
    blanks: BTreeSet<String>,
    /// Everything else that the template wrote: fixed wording, guidance, tasks of its own.
    wording: BTreeSet<String>,
    /// Headings under which something was to be written.
    asking: BTreeSet<String>,
    /// What stood in the section of the action items: while any of it is there, so is the section.
    items: BTreeSet<String>,
}

impl Form {
    /// The form of a page as its template makes it of an incident that nobody has written about: the words of the
    /// incident's own account count as people's, and may look like anything.
    ///
    /// Prompts are what the template wrote in italics. In a list or a table each is a blank of its own; a paragraph in
    /// italics beside such blanks, beside tasks or beside the record tells how to fill them in, and may stay.
    pub fn of(page: &PageText) -> Self {
        let mut form = Self::default();
        for section in page.sections() {
            form.learn(&section);
        }
        form
    }

    fn learn(&mut self, section: &Section<'_>) {
        let beside = section.pieces.iter().any(|piece| match piece {
            Piece::Passage(passage) => match passage.place {
                Place::Item => is_prompt(passage),
                Place::Quoted => true,
                Place::Paragraph | Place::Cell { .. } => false,
            },
            Piece::Item(_) => true,
            Piece::Heading { .. } | Piece::Figure => false,
        });
        let mut asks = beside;
        let mut words: Vec<String> = section.heading.map(fingerprint).into_iter().collect();
        let mut has_items = false;
        for piece in &section.pieces {
            match piece {
                Piece::Passage(passage) => {
                    let print = fingerprint(&passage.text);
                    words.push(print.clone());
                    asks |= is_prompt(passage);
                    match (&passage.place, passage.manner) {
                        (Place::Quoted, _) => {}
                        (_, Manner::Plain) => {
                            self.wording.insert(print);
                        }
                        (Place::Paragraph, Manner::Emphasised) if beside => {
                            self.wording.insert(print);
                        }
                        (_, Manner::Emphasised | Manner::Placeholder) => {
                            self.blanks.insert(print);
                        }
                    }
                }
                Piece::Item(item) => {
                    has_items = true;
                    let print = fingerprint(&item.text);
                    words.push(print.clone());
                    self.wording.insert(print);
                }
                Piece::Heading { .. } | Piece::Figure => {}
            }
        }
        if asks {
            self.asking.extend(section.heading.map(fingerprint));
        }
        if has_items {
            self.items.extend(words);
        }
    }

    /// Whether the page came with these words.
    pub fn brought(&self, text: &str) -> bool {
        let print = fingerprint(text);
        self.blanks.contains(&print) || self.wording.contains(&print)
    }

    /// Whether a passage is a prompt that nobody has answered.
    pub(super) fn is_blank(&self, passage: &Passage) -> bool {
        match passage.manner {
            Manner::Placeholder => true,
            Manner::Plain | Manner::Emphasised => self.blanks.contains(&fingerprint(&passage.text)),
        }
    }

    /// Whether something was to be written under that heading.
    pub(super) fn asks(&self, heading: &str) -> bool {
        self.asking.contains(&fingerprint(heading))
    }

    /// Whether that is the heading of the action items.
    pub(super) fn is_for_items(&self, heading: &str) -> bool {
        self.items.contains(&fingerprint(heading))
    }

    /// Whether the page has a place for action items. One that people deleted is not asked for.
    pub(super) fn wants_items(&self, page: &PageText) -> bool {
        page.pieces.iter().any(|piece| {
            let text = match piece {
                Piece::Heading { text, .. } => text,
                Piece::Passage(passage) => &passage.text,
                Piece::Item(item) => &item.text,
                Piece::Figure => return false,
            };
            self.items.contains(&fingerprint(text))
        })
    }
}

fn is_prompt(passage: &Passage) -> bool {
    match (&passage.place, passage.manner) {
        (Place::Quoted, _) | (_, Manner::Plain) => false,
        (_, Manner::Emphasised | Manner::Placeholder) => true,
    }
}

/// The same for the same words in other letters' case and with other white space. FNV-1a: it has to be the same in every
/// release, and keeps nothing from anybody.
fn fingerprint(text: &str) -> String {
    let words = text.split_whitespace().flat_map(|word| {
        let word = word.chars().flat_map(char::to_lowercase);
        word.chain(std::iter::once(' '))
    });
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut bytes = [0; 4];
    for character in words {
        for byte in character.encode_utf8(&mut bytes).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
