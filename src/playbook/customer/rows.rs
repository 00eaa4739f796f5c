//! Some rows of a list, cell after cell in one piece of memory: a million rows cost as few allocations as a hundred.

/// Rows of one width. Cells are text, exactly as given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    width: usize,
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
}

impl Rows {
    /// None yet, of that many columns.
    pub fn new(width: usize) -> Self {
        Self {
            width,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// Adds a cell; as many as there are columns make a row.
    pub fn push_cell(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Adds a row. Cells that are missing are empty, those beyond the last column are left out.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let full = self.ends.len() + self.width;
        for cell in cells.into_iter().take(self.width) {
            self.push_cell(cell);
        }
        self.ends.resize(full, self.text.len());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.width).unwrap_or_default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes the cells' text takes.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|row| {
            let first = row * self.width;
            Row {
                text: &self.text,
                start: first.checked_sub(1).map_or(0, |before| self.ends[before]),
                ends: &self.ends[first..first + self.width],
            }
        })
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    text: &'a str,
    start: usize,
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// The text of a cell; empty beyond the last column.
    pub fn cell(&self, column: usize) -> &'a str {
        let Some(&end) = self.ends.get(column) else {
            return "";
        };
        let start = column
            .checked_sub(1)
            .map_or(self.start, |before| self.ends[before]);
        &self.text[start..end]
    }

    /// Its cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let row = *self;
        (0..row.ends.len()).map(move |column| row.cell(column))
    }

    /// The text of all its cells, one after the other without anything between.
    pub fn text(&self) -> &'a str {
        let end = self.ends.last().copied().unwrap_or(self.start);
        &self.text[self.start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_own_cells_whatever_stands_in_them() {
        let mut rows = Rows::new(3);
        rows.push(["=Acme", "007", ""]);
        rows.push(["Zoë 🦀"]);
        rows.push(["", "", "x", "beyond"]);
        let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.cells().collect()).collect();
        assert_eq!(
            cells,
            [["=Acme", "007", ""], ["Zoë 🦀", "", ""], ["", "", "x"]]
        );
        assert_eq!((rows.len(), rows.bytes()), (3, 18));
        assert_eq!(rows.iter().last().map(|row| row.cell(7)), Some(""));
        rows.clear();
        assert!(rows.is_empty() && rows.iter().next().is_none());
        assert!(Rows::default().is_empty());
    }
}
