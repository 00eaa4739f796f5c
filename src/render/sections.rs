//! What every postmortem page has to hold, and how a page template is found to lack it.
//!
//! Companies rename and translate headings, so no heading is looked for. A section is there when the page shows what
//! belongs into it: the rehearsal's incident carries words of its own for each, and they have to come out. What is the
//! template's own text (the statements, the contributing factors) is known by its English words. A template that says it
//! in words of its own declares so with a comment, `{# section: statements #}`.

use super::Templates;
use super::error::RenderError;
use super::pieces::PIECES;

/// The page's template.
pub(crate) const PAGE: &str = "postmortem_page/page.xhtml";

/// What the rehearsal's incident says, and nobody else does.
pub(crate) mod words {
    pub(crate) const DATE: [&str; 2] = ["1 January 1970", "1970-01-01"];
    pub(crate) const LEADER: [&str; 2] = ["Ada of the rehearsal", "account-of-ada"];
    pub(crate) const RESPONDER: [&str; 2] = ["Ben of the rehearsal", "account-of-ben"];
    pub(crate) const DESCRIPTION: &str = "What happened in the rehearsal.";
    pub(crate) const TIMELINE: &str = "An entry of the rehearsal.";
    pub(crate) const FIX_FOR_NOW: &str = "What ended the rehearsal.";
    pub(crate) const FIX_FOR_GOOD: &str = "What makes further rehearsals needless.";
    pub(crate) const IMPACT: &str = "What customers felt of the rehearsal.";
}

/// Something that the process asks of every postmortem page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The statement that it is blameless.
    Blameless,
    /// The statement that hindsight is 20/20.
    Hindsight,
    /// The statement that corrective actions get assignees.
    Assignees,
    /// The incident's date.
    Date,
    /// Who took part.
    Participants,
    /// Who leads.
    Leader,
    /// What happened and why.
    Description,
    /// What happened when.
    Timeline,
    /// The five whys.
    ContributingFactors,
    /// How it was fixed for now.
    FixForNow,
    /// How it is fixed for good.
    FixForGood,
    /// What customers felt.
    CustomerImpact,
    /// Tasks.
    CorrectiveActions,
}

/// What shows that a section is there.
struct Evidence {
    /// Any of these is in the page's source.
    shown: &'static [&'static str],
    /// Any of these is in the page's text, in small letters; or
    said: &'static [&'static str],
    /// any of these is in a heading, in small letters.
    headed: &'static [&'static str],
}

impl Section {
    /// All of them, in the order of the process.
    pub(crate) const ALL: [Self; 13] = [
        Self::Blameless,
        Self::Hindsight,
        Self::Assignees,
        Self::Date,
        Self::Participants,
        Self::Leader,
        Self::Description,
        Self::Timeline,
        Self::ContributingFactors,
        Self::FixForNow,
        Self::FixForGood,
        Self::CustomerImpact,
        Self::CorrectiveActions,
    ];

    /// As a template's comment names it. The three statements go by one name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blameless | Self::Hindsight | Self::Assignees => "statements",
            Self::Date => "date",
            Self::Participants => "participants",
            Self::Leader => "leader",
            Self::Description => "description",
            Self::Timeline => "timeline",
            Self::ContributingFactors => "contributing_factors",
            Self::FixForNow => "fix_for_now",
            Self::FixForGood => "fix_for_good",
            Self::CustomerImpact => "customer_impact",
            Self::CorrectiveActions => "corrective_actions",
        }
    }

    /// What it is, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Blameless => "the statement that the postmortem is blameless",
            Self::Hindsight => "the statement that hindsight is 20/20",
            Self::Assignees => "the statement that corrective actions get assignees",
            Self::Date => "the date",
            Self::Participants => "the list of participants",
            Self::Leader => "the incident leader",
            Self::Description => "the description",
            Self::Timeline => "the timeline",
            Self::ContributingFactors => "the section of contributing factors",
            Self::FixForNow => "how it was fixed for now",
            Self::FixForGood => "how it is fixed for good",
            Self::CustomerImpact => "the impact on customers",
            Self::CorrectiveActions => "a task list for corrective actions",
        }
    }

    /// What a template prints to have it.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Blameless | Self::Hindsight | Self::Assignees => "`{{ statements }}`",
            Self::Date => "`{{ page_properties }}` or `{{ date }}`",
            Self::Participants => {
                "`{{ page_properties }}` or the `mention` of each of the `responders`"
            }
            Self::Leader => {
                "`{{ page_properties }}` or `{{ lead.mention }}` beside the word leader"
            }
            Self::Description => "`{{ description }}`",
            Self::Timeline => "`{{ timeline_table }}`",
            Self::ContributingFactors => "`{{ five_whys }}` below a heading “Contributing factors”",
            Self::FixForNow => "`{{ fix_for_now }}`",
            Self::FixForGood => "`{{ fix_for_good }}`",
            Self::CustomerImpact => "`{{ impact }}`",
            Self::CorrectiveActions => {
                "`{{ corrective_actions }}` or a task, which a comment does not replace"
            }
        }
    }

    fn evidence(self) -> Evidence {
        let shown = |shown| Evidence {
            shown,
            said: &[],
            headed: &[],
        };
        let said = |said| Evidence {
            shown: &[],
            said,
            headed: &[],
        };
        match self {
            Self::Blameless => said(&["blameless"]),
            Self::Hindsight => said(&["hindsight"]),
            Self::Assignees => said(&["get assignees", "top priority"]),
            Self::Date => shown(&words::DATE),
            Self::Participants => shown(&words::RESPONDER),
            // Tasks mention the leader too, but do not say who that is.
            Self::Leader => Evidence {
                said: &["leader", "incident lead"],
                ..shown(&words::LEADER)
            },
            Self::Description => shown(&[words::DESCRIPTION]),
            Self::Timeline => shown(&[words::TIMELINE]),
            Self::ContributingFactors => Evidence {
                headed: &["contributing factor"],
                ..said(&["why five times", "five whys", "5 whys"])
            },
            Self::FixForNow => shown(&[words::FIX_FOR_NOW]),
            Self::FixForGood => shown(&[words::FIX_FOR_GOOD]),
            Self::CustomerImpact => shown(&[words::IMPACT]),
            Self::CorrectiveActions => shown(&["<ac:task-list>"]),
        }
    }

    /// The piece that holds it in the built-in page.
    fn piece(self) -> Option<&'static str> {
        match self {
            Self::Blameless | Self::Hindsight | Self::Assignees => Some("statements"),
            Self::Date | Self::Participants | Self::Leader => Some("page_properties"),
            Self::Timeline => Some("timeline_table"),
            Self::ContributingFactors => Some("five_whys"),
            Self::CorrectiveActions => Some("corrective_actions"),
            Self::Description | Self::FixForNow | Self::FixForGood | Self::CustomerImpact => None,
        }
    }

    /// Whether a comment may declare it; a task list has to be one, since tasks are followed until they are done.
    fn may_be_declared(self) -> bool {
        self != Self::CorrectiveActions
    }
}

/// What a page template lacks, going by the rehearsal's pages: one with everything known, one with hardly anything.
pub(crate) fn missing(templates: &Templates, full: &str, bare: &str) -> Vec<RenderError> {
    let (page, source) = templates.in_use(PAGE);
    let mut declared = declared(&source);
    for (_, piece) in PIECES {
        declared.extend(self::declared(&templates.in_use(piece).1));
    }
    let (full, bare) = (Page::new(full), Page::new(bare));
    let mut faults = Vec::new();
    for section in Section::ALL {
        if section.may_be_declared() && declared.iter().any(|name| name == section.name()) {
            continue;
        }
        let Evidence {
            shown,
            said,
            headed,
        } = section.evidence();
        let is_shown = shown.is_empty() || shown.iter().any(|word| full.source.contains(word));
        let is_said = (said.is_empty() && headed.is_empty())
            || said.iter().any(|word| full.text.contains(word))
            || headed.iter().any(|word| full.has_heading(word));
        if !(is_shown && is_said) {
            let template = blamed(templates, section, &page, &source);
            faults.push(RenderError::MissingSection {
                template,
                line: 1,
                section,
            });
        } else if let Some(heading) = lost_heading(shown, &full, &bare) {
            faults.push(RenderError::SectionComesLate {
                template: page.clone(),
                line: line_of(&source, &heading),
                section,
            });
        }
    }
    faults
}

/// The file where the section would be looked for: its piece where that is one of the installation's own, else the page.
fn blamed(templates: &Templates, section: Section, page: &str, source: &str) -> String {
    section
        .piece()
        .filter(|piece| source.contains(piece))
        .and_then(|piece| PIECES.iter().find(|(name, _)| *name == piece))
        .and_then(|(_, template)| {
            let (name, of_piece) = templates.in_use(template);
            let built_in = Templates::built_in().find(|(name, _)| name == template)?;
            (built_in.1 != of_piece).then_some(name)
        })
        .unwrap_or_else(|| page.to_owned())
}

/// The sections that a template's comments declare.
fn declared(source: &str) -> Vec<String> {
    let comments = source.split("{#").skip(1);
    comments
        .filter_map(|rest| rest.split_once("#}"))
        .filter_map(|(comment, _)| {
            comment
                .trim_matches(['-', '+', ' ', '\n'])
                .strip_prefix("section:")
        })
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_owned())
        .collect()
}

/// The heading above what a section shows, where the page about which nothing is known does not have it.
fn lost_heading(shown: &[&str], full: &Page<'_>, bare: &Page<'_>) -> Option<String> {
    let position = shown.iter().find_map(|word| full.source.find(word))?;
    let (_, heading) = full.headings.iter().rev().find(|(at, _)| *at < position)?;
    let is_kept = bare.headings.iter().any(|(_, kept)| kept == heading);
    (!is_kept).then(|| heading.clone())
}

fn line_of(source: &str, heading: &str) -> usize {
    let found = source.lines().position(|line| line.contains(heading));
    found.map_or(1, |index| index + 1)
}

struct Page<'a> {
    source: &'a str,
    /// Its characters, in small letters.
    text: String,
    /// Each heading's text, and where in the source it begins.
    headings: Vec<(usize, String)>,
}

impl<'a> Page<'a> {
    fn has_heading(&self, word: &str) -> bool {
        let mut headings = self.headings.iter();
        headings.any(|(_, heading)| heading.to_lowercase().contains(word))
    }

    fn new(source: &'a str) -> Self {
        let mut page = Self {
            source,
            text: String::new(),
            headings: Vec::new(),
        };
        let wrapped = super::storage::wrapped(source);
        // It was proved to be well-formed; what is not has no text.
        let Ok(document) = roxmltree::Document::parse(&wrapped) else {
            return page;
        };
        let before = wrapped.find(source).unwrap_or_default();
        for node in document.descendants() {
            let is_heading = matches!(
                node.tag_name().name(),
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            );
            if node.is_element() && is_heading {
                let texts = node.descendants().filter(|child| child.is_text());
                let text = texts.filter_map(|child| child.text());
                let at = node.range().start.saturating_sub(before);
                page.headings.push((at, text.collect()));
            }
            if node.is_text() {
                page.text
                    .push_str(&node.text().unwrap_or_default().to_lowercase());
                page.text.push(' ');
            }
        }
        page
    }
}
