//! Tests of the matrix product against a plain triple loop. They run natively with `cargo test`, and in wasm as part of
//! tests/wasm, since wasm has a kernel of its own.
//!
//! Numbers are small integers, so that every sum is exact and any order of additions gives the same bits.

use super::matmul::matmul;
use super::matrix::{Strides, WriteMode};
use crate::compute::{Arithmetic, Cpu};

const CPU: Cpu = Cpu::new(1, Arithmetic::Fast);

/// The tests by name, for tests/wasm.
#[cfg(not(test))]
pub const CASES: &[(&str, fn())] = &[
    ("a product by hand", by_hand),
    ("every remainder of a tile", every_remainder_of_a_tile),
    ("every edge of a block", every_edge_of_a_block),
    ("an empty sum is zero", an_empty_sum_is_zero),
    ("without rows or columns nothing is written", without_rows_or_columns_nothing_is_written),
];

#[cfg_attr(test, test)]
fn by_hand() {
    // (2,3)·(3,2), the right factor stored transposed.
    let lhs = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let rhs = [1.0, 0.0, 2.0, -1.0, 1.0, 0.5];
    let mut dst = [10.0; 4];
    let shape = (2, 2, 3);
    let transposed = Strides::rows(3).transposed();
    let rows = Strides::rows;
    matmul(CPU, shape, (&mut dst, rows(2)), WriteMode::Overwrite, (&lhs, rows(3)), (&rhs, transposed), 1.0);
    assert_eq!(dst, [7.0, 2.5, 16.0, 4.0]);
    matmul(CPU, shape, (&mut dst, rows(2)), WriteMode::Add, (&lhs, rows(3)), (&rhs, transposed), 2.0);
    assert_eq!(dst, [21.0, 7.5, 48.0, 12.0]);
}

/// The wasm tile is 3 × 12, packed four numbers at a time.
#[cfg_attr(test, test)]
fn every_remainder_of_a_tile() {
    for m in 1..=7 {
        for n in 1..=25 {
            for k in [1, 2, 3, 4, 5, 6, 7, 8, 9] {
                every_layout((m, n, k));
            }
        }
    }
}

/// The wasm blocks are 96 rows, 768 columns and 384 terms; from 64 rows on, a transposed right factor is packed.
#[cfg_attr(test, test)]
fn every_edge_of_a_block() {
    for k in [383, 384, 385, 386, 387, 388, 769] {
        every_layout((4, 13, k));
        every_layout((13, 4, k));
        every_layout((67, 14, k));
    }
    for m in [63, 64, 65, 95, 96, 97, 98, 99, 193] {
        every_layout((m, 25, 5));
        every_layout((m, 70, 3));
        every_layout((m, 1, 2));
    }
    for n in [767, 768, 769, 780, 781, 1537] {
        every_layout((5, n, 3));
        every_layout((64, n, 2));
    }
    every_layout((98, 770, 386));
}

#[cfg_attr(test, test)]
fn an_empty_sum_is_zero() {
    for m in 0..=4 {
        for n in [0, 1, 12, 13] {
            every_layout((m, n, 0));
        }
    }
    every_layout((65, 780, 0));
}

#[cfg_attr(test, test)]
fn without_rows_or_columns_nothing_is_written() {
    for k in [0, 1, 385] {
        for (m, n) in [(0, 0), (0, 5), (5, 0), (0, 70), (70, 0)] {
            every_layout((m, n, k));
        }
    }
}

#[test]
#[cfg(test)]
fn what_would_lie_outside_or_on_itself_is_refused() {
    let refused = |shape, dst: Strides, lhs: Strides, rhs: Strides| {
        let product =
            || matmul(CPU, shape, (&mut [0.0; 4], dst), WriteMode::Overwrite, (&[1.0; 4], lhs), (&[1.0; 4], rhs), 1.0);
        let message = std::panic::catch_unwind(product).expect_err("it was computed");
        *message.downcast_ref::<&str>().expect("a sentence")
    };
    let (rows, wrapping) = (Strides::rows, Strides { row: usize::MAX, column: 1 });
    assert_eq!(refused((2, 2, 2), rows(3), rows(2), rows(2)), "dst is too short");
    assert_eq!(refused((2, 2, 2), rows(2), rows(3), rows(2)), "lhs is too short");
    assert_eq!(refused((2, 2, 2), rows(2), rows(2), rows(3)), "rhs is too short");
    assert_eq!(refused((2, 2, 2), rows(1), rows(2), rows(2)), "rows of dst overlap");
    let apart = Strides { row: 1, column: 2 };
    assert_eq!(refused((2, 2, 2), apart, rows(2), rows(2)), "the columns of dst are not 1 apart");
    // The last element would be number 0 if the sum wrapped around.
    assert_eq!(refused((2, 2, 2), wrapping, rows(2), rows(2)), "dst is too short");
    assert_eq!(refused((2, 2, 2), rows(2), wrapping, rows(2)), "lhs is too short");
    assert_eq!(refused((2, 2, 2), rows(2), rows(2), wrapping), "rhs is too short");
}

/// Computes a product of this shape with each operand in rows, transposed, with gaps in rows and with gaps both ways; over
/// the numbers that were there, and added to them.
fn every_layout((m, n, k): (usize, usize, usize)) {
    let layouts = |rows: usize, columns: usize| {
        [
            Strides::rows(columns),
            Strides::rows(rows).transposed(),
            Strides::rows(columns + 3),
            Strides { row: 2 * columns + 1, column: 2 },
        ]
    };
    for lhs in layouts(m, k) {
        for rhs in layouts(k, n) {
            for gap in [0, 2] {
                for mode in [WriteMode::Overwrite, WriteMode::Add] {
                    for arithmetic in [Arithmetic::Fast, Arithmetic::Reproducible] {
                        check(Cpu::new(1, arithmetic), (m, n, k), Strides::rows(n + gap), mode, lhs, rhs);
                    }
                }
            }
        }
    }
}

/// Asserts that `dst` holds the product, and between its rows what it held before.
fn check(
    cpu: Cpu,
    (m, n, k): (usize, usize, usize),
    dst_strides: Strides,
    mode: WriteMode,
    lhs_strides: Strides,
    rhs_strides: Strides,
) {
    const SCALE: f32 = 0.5;
    // A NaN for each number that must not be read: those between the operands' own, and those to be overwritten.
    let lhs = matrix((m, k), lhs_strides, f32::NAN, 1);
    let rhs = matrix((k, n), rhs_strides, f32::NAN, 2);
    let mut dst = match mode {
        WriteMode::Overwrite => vec![f32::NAN; length((m, n), dst_strides)],
        WriteMode::Add => matrix((m, n), dst_strides, -7.0, 3),
    };
    let mut expected = dst.clone();
    for i in 0..m {
        for j in 0..n {
            let terms = (0..k).map(|p| lhs[lhs_strides.at(i, p)] * rhs[rhs_strides.at(p, j)]);
            let product = SCALE * terms.sum::<f32>();
            let element = &mut expected[dst_strides.at(i, j)];
            *element = if mode == WriteMode::Add { *element + product } else { product };
        }
    }
    matmul(cpu, (m, n, k), (&mut dst, dst_strides), mode, (&lhs, lhs_strides), (&rhs, rhs_strides), SCALE);
    let same = |(a, b): (&f32, &f32)| a == b || a.is_nan() && b.is_nan();
    let place = dst.iter().zip(&expected).position(|pair| !same(pair));
    assert!(
        place.is_none(),
        "({m},{k})·({k},{n}) {mode:?} lhs {lhs_strides:?} rhs {rhs_strides:?} dst {dst_strides:?}: number {place:?} is {} \
         and should be {}",
        dst[place.unwrap_or(0)],
        expected[place.unwrap_or(0)],
    );
}

/// How many numbers a matrix spans, with a few after it.
fn length((rows, columns): (usize, usize), strides: Strides) -> usize {
    if rows == 0 || columns == 0 { 5 } else { strides.at(rows - 1, columns - 1) + 6 }
}

/// Integers from −3 to 3 as a matrix's elements, `between` everywhere else.
pub fn matrix((rows, columns): (usize, usize), strides: Strides, between: f32, seed: u32) -> Vec<f32> {
    let mut numbers = vec![between; length((rows, columns), strides)];
    let mut state = seed;
    for i in 0..rows {
        for j in 0..columns {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            numbers[strides.at(i, j)] = ((state >> 16) % 7) as f32 - 3.0;
        }
    }
    numbers
}
