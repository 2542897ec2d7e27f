//! The layout of a matrix in a slice, and the way in which a result is written into one.

/// A matrix inside a slice: element (i, j) is number `i * row + j * column`.
#[derive(Debug, Clone, Copy)]
pub struct Strides {
    /// From one row to the next.
    pub row: usize,
    /// From one column to the next.
    pub column: usize,
}

impl Strides {
    /// Rows of `width` numbers, one after the other.
    pub fn rows(width: usize) -> Self {
        Self { row: width, column: 1 }
    }

    /// The same numbers read as the transposed matrix.
    pub fn transposed(self) -> Self {
        Self { row: self.column, column: self.row }
    }

    /// The place of element (i, j) in the slice.
    #[inline(always)]
    pub fn at(self, i: usize, j: usize) -> usize {
        i * self.row + j * self.column
    }

    /// Whether every element of a matrix of this shape is inside a slice of `len` numbers.
    pub(super) fn fit(self, (rows, columns): (usize, usize), len: usize) -> bool {
        if rows == 0 || columns == 0 {
            return true;
        }
        // Checked: a stride that wraps around would look like a small one.
        let last_row = (rows - 1).checked_mul(self.row);
        let last_column = (columns - 1).checked_mul(self.column);
        let last = last_row.zip(last_column).and_then(|(row, column)| row.checked_add(column));
        last.is_some_and(|last| last < len)
    }
}

/// How an operation writes its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteMode {
    /// The result replaces the numbers of the destination.
    Overwrite,
    /// The result is added to them.
    Add,
}
