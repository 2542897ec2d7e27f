//! The matrix product.
//!
//! ```text
//! dst (m,n) ← [dst +] scale · lhs (m,k) · rhs (k,n)
//! ```

use super::matrix::{Strides, WriteMode};
use crate::compute::Cpu;

/// `dst` (m,n) ← [`dst` +] `scale` · `lhs` (m,k) · `rhs` (k,n), each a slice with its strides. The rows of `dst` are
/// contiguous. With k = 0 the product is all zeros.
///
/// By the `gemm` crate; in wasm by a kernel of our own.
///
/// # Panics
///
/// If a slice is too short for its strides, the columns of `dst` are not 1 apart, or its rows overlap.
///
/// ```
/// use polytask::compute::{Arithmetic, Cpu};
/// use polytask::ops::{Strides, WriteMode, matmul};
///
/// // (1,2) · (2,2)
/// let (row, matrix) = ([1.0, 2.0], [1.0, 0.0, 3.0, -1.0]);
/// let mut product = [0.0; 2];
/// let rows = Strides::rows;
/// let cpu = Cpu::new(1, Arithmetic::Fast);
/// matmul(cpu, (1, 2, 2), (&mut product, rows(2)), WriteMode::Overwrite, (&row, rows(2)), (&matrix, rows(2)), 1.0);
/// assert_eq!(product, [7.0, -2.0]);
/// ```
pub fn matmul(
    cpu: Cpu,
    (m, n, k): (usize, usize, usize),
    (dst, dst_strides): (&mut [f32], Strides),
    mode: WriteMode,
    (lhs, lhs_strides): (&[f32], Strides),
    (rhs, rhs_strides): (&[f32], Strides),
    scale: f32,
) {
    #[cfg(test)]
    tests::record(cpu.arithmetic());
    assert!(dst_strides.column == 1, "the columns of dst are not 1 apart");
    assert!(m < 2 || dst_strides.row >= n, "rows of dst overlap");
    assert!(dst_strides.fit((m, n), dst.len()), "dst is too short");
    assert!(lhs_strides.fit((m, k), lhs.len()), "lhs is too short");
    assert!(rhs_strides.fit((k, n), rhs.len()), "rhs is too short");
    // SAFETY: the asserts above keep every (i, j) inside its slice and the elements of `dst` apart from each other, and
    // `dst` is borrowed mutably, so it overlaps neither operand.
    #[cfg(target_arch = "wasm32")]
    unsafe {
        use super::gemm_wasm::{Destination, Operand, gemm};
        let dst = Destination { start: dst.as_mut_ptr(), strides: dst_strides, mode };
        let lhs = Operand { start: lhs.as_ptr(), strides: lhs_strides };
        let rhs = Operand { start: rhs.as_ptr(), strides: rhs_strides };
        gemm(cpu, (m, n, k), dst, lhs, rhs, scale);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let parallelism = match cpu.threads() {
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
            mode == WriteMode::Add,
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

/// The arithmetic of this thread's products, for tests: natively it changes no bit of them.
#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;

    use crate::compute::Arithmetic;

    thread_local! {
        static RECORD: RefCell<Vec<Arithmetic>> = const { RefCell::new(Vec::new()) };
    }

    pub fn record(arithmetic: Arithmetic) {
        RECORD.with_borrow_mut(|record| record.push(arithmetic));
    }

    /// The arithmetic of each product since the last call.
    pub fn recorded() -> Vec<Arithmetic> {
        RECORD.take()
    }
}
