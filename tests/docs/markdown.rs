//! As much of Markdown as the pages use: fenced blocks, code spans, links, headings and tables.

/// One page.
pub struct Document {
    /// Its path in the repository.
    pub path: String,
    /// Its fenced blocks.
    pub blocks: Vec<Block>,
    /// Everything else.
    pub prose: String,
}

/// A fenced block.
pub struct Block {
    /// What stands after the fence: `sh`, `json seed`.
    pub info: String,
    /// Its lines.
    pub text: String,
}

impl Block {
    /// The first word after the fence.
    pub fn language(&self) -> &str {
        self.info.split(' ').next().unwrap_or_default()
    }
}

/// A table without its head; code marks around a whole cell are taken off.
pub struct Table {
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The first cell of each row.
    pub fn first_column(&self) -> Vec<String> {
        self.rows.iter().map(|row| row[0].clone()).collect()
    }
}

impl Document {
    /// The page of that text.
    pub fn of(path: &str, text: &str) -> Self {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for line in text.lines() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    open = Some(Block {
                        info: info.to_owned(),
                        text: String::new(),
                    });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{path}: a fence is not closed");
        Self {
            path: path.to_owned(),
            blocks,
            prose: prose(text),
        }
    }

    /// The only table whose first column is called that.
    pub fn table(&self, first: &str) -> Table {
        table(&self.path, &self.prose, first)
    }

    /// The same, among the tables under a heading.
    pub fn table_under(&self, heading: &str, first: &str) -> Table {
        let start = format!("## {heading}\n");
        let (_, rest) = self
            .prose
            .split_once(&start)
            .unwrap_or_else(|| panic!("{}: no heading {heading}", self.path));
        let end = rest.find("\n## ").unwrap_or(rest.len());
        table(&self.path, &rest[..end], first)
    }

    /// What headings can be linked to by.
    pub fn anchors(&self) -> impl Iterator<Item = String> {
        self.prose
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| {
                line.trim_start_matches('#')
                    .trim()
                    .to_lowercase()
                    .chars()
                    .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c))
                    .map(|c| if c == ' ' { '-' } else { c })
                    .collect()
            })
    }
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner
        .split('|')
        .map(|cell| {
            let cell = cell.trim();
            match cell
                .strip_prefix('`')
                .and_then(|cell| cell.strip_suffix('`'))
            {
                Some(code) if !code.contains('`') => code.to_owned(),
                _ => cell.to_owned(),
            }
        })
        .collect()
}

fn table(path: &str, prose: &str, first: &str) -> Table {
    let head = format!("| {first} |");
    let mut lines = prose.lines().skip_while(|line| !line.starts_with(&head));
    assert!(lines.next().is_some(), "{path}: no table of {first}");
    let rows = lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect();
    Table { rows }
}

/// The text without its fenced blocks.
pub fn prose(text: &str) -> String {
    let mut inside = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// Code spans; a span may go on in the next line.
pub fn spans(prose: &str) -> Vec<String> {
    prose
        .split("\n\n")
        .flat_map(|paragraph| {
            paragraph
                .split('`')
                .skip(1)
                .step_by(2)
                .map(|span| span.replace('\n', " "))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Where links and pictures lead.
pub fn links(prose: &str) -> Vec<String> {
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}
