//! The matrix product, and how a matrix lies in a slice.
//!
//! ```text
//! dst (m,n) ← [dst +] scale · lhs (m,k) · rhs (k,n)
//! ```

/// A matrix inside a slice: element (i, j) stands at `i * row + j * column`.
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

    /// Where element (i, j) stands.
    #[inline(always)]
    pub fn at(self, i: usize, j: usize) -> usize {
        i * self.row + j * self.column
    }

    /// Whether every element of a matrix of this shape stands inside a slice of `len` numbers.
    fn fit(self, (rows, columns): (usize, usize), len: usize) -> bool {
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

/// What becomes of the numbers that stand in a product's destination.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Into {
    /// They are lost.
    Overwrite,
    /// The product is added to them.
    Add,
}

/// `dst` (m,n) ← [`dst` +] `scale` · `lhs` (m,k) · `rhs` (k,n). The rows of `dst` are contiguous. With k = 0 the product
/// is all zeros.
///
/// By the `gemm` crate; in wasm by a kernel of our own.
///
/// # Panics
///
/// If a slice is too short for its strides, the columns of `dst` are not 1 apart, or its rows overlap.
#[allow(clippy::too_many_arguments)]
pub fn matmul(
    (m, n, k): (usize, usize, usize),
    dst: &mut [f32],
    dst_strides: Strides,
    into: Into,
    lhs: &[f32],
    lhs_strides: Strides,
    rhs: &[f32],
    rhs_strides: Strides,
    scale: f32,
) {
    assert!(dst_strides.column == 1, "the columns of dst are not 1 apart");
    assert!(m < 2 || dst_strides.row >= n, "rows of dst overlap");
    assert!(dst_strides.fit((m, n), dst.len()), "dst is too short");
    assert!(lhs_strides.fit((m, k), lhs.len()), "lhs is too short");
    assert!(rhs_strides.fit((k, n), rhs.len()), "rhs is too short");
    // SAFETY: the asserts above keep every (i, j) inside its slice and the elements of `dst` apart from each other, and
    // `dst` is borrowed mutably, so it overlaps neither operand.
    #[cfg(target_arch = "wasm32")]
    unsafe {
        use super::gemm_wasm::{Source, Target, gemm};
        let dst = Target { start: dst.as_mut_ptr(), strides: dst_strides, into };
        let lhs = Source { start: lhs.as_ptr(), strides: lhs_strides };
        let rhs = Source { start: rhs.as_ptr(), strides: rhs_strides };
        gemm((m, n, k), dst, lhs, rhs, scale);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let parallelism = match super::threads() {
        n if n > 1 => gemm::Parallelism::Rayon(n),
        _ => gemm::Parallelism::None,
    };
    // SAFETY: as above.
    #[cfg(not(target_arch = "wasm32"))]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.as_mut_ptr(),
            1,
            dst_strides.row as isize,
            into == Into::Add,
            lhs.as_ptr(),
            lhs_strides.column as isize,
            lhs_strides.row as isize,
            rhs.as_ptr(),
            rhs_strides.column as isize,
            rhs_strides.row as isize,
            1.0,
            scale,
            false,
            false,
            false,
            parallelism,
        );
    }
}
