//! The matrix product in wasm: a register tile that fits what engines leave of the 16 vector registers.
//!
//! ```text
//! dst (m,n) ← [dst +] scale · lhs (m,k) · rhs (k,n)
//! ```
//!
//! Goto & van de Geijn 2008: blocks of the operands are packed so that the innermost loop reads them in order, and a
//! tile of `dst` stays in registers over all of k. The `gemm` crate's wasm tile is 12 × 4: twelve accumulators, three
//! vectors and a broadcast, one more than V8 and SpiderMonkey have free, so some live in memory. Ours is 3 × 12: nine
//! accumulators hide the latency of a sum, and they, three vectors and three broadcasts (which LLVM likes to load
//! together) are the fifteen registers that are free. 6 × 8 would be faster still if the broadcasts came one by one.
//!
//! Where the module is compiled with relaxed SIMD and the arithmetic is [`Arithmetic::Fast`](crate::compute::Arithmetic), a
//! multiplication and its addition are one fused instruction: more of them at a time, and one rounding fewer.
//! Every element's sum over k is added in one order whatever the shape and the number of threads.

use std::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_splat, i32x4_shuffle, i64x2_shuffle, v128, v128_load, v128_load32_splat, v128_store,
};
use std::cell::RefCell;

use super::matrix::{Strides, WriteMode};
#[cfg(target_feature = "relaxed-simd")]
use crate::compute::Arithmetic;
use crate::compute::{Cpu, join};

/// Rows of the register tile.
const MR: usize = 3;
/// Columns of the register tile.
const NR: usize = 12;
/// Vectors in a row of it.
const NV: usize = NR / 4;
/// Blocks: KC·NR and KC·MR numbers stay in the first cache, KC·NC and KC·MC in the second.
const KC: usize = 384;
const NC: usize = 768;
const MC: usize = 96;
/// With fewer rows than this, packing a whole transposed `rhs` costs more than writing `dst` crosswise.
const FEW_ROWS: usize = 64;
/// A thread gets at least this many multiplications: waking one for fewer costs more time than it saves.
const GRAIN: u64 = 1 << 19;

thread_local! {
    /// Scratch memory for this thread's packed blocks, kept from call to call. It carries nothing over: every product packs
    /// its own numbers first.
    static PACKED: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// A matrix that is read: where it starts, and its strides.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    pub start: *const f32,
    pub strides: Strides,
}

impl Operand {
    unsafe fn from(self, i: usize, j: usize) -> Self {
        // SAFETY: the caller vouches that element (i, j) is inside.
        Self { start: unsafe { self.start.add(self.strides.at(i, j)) }, strides: self.strides }
    }

    fn transposed(self) -> Self {
        Self { start: self.start, strides: self.strides.transposed() }
    }
}

/// A matrix that is written.
#[derive(Clone, Copy)]
pub(super) struct Destination {
    pub start: *mut f32,
    pub strides: Strides,
    pub mode: WriteMode,
}

impl Destination {
    unsafe fn from(self, i: usize, j: usize) -> Self {
        // SAFETY: the caller vouches that element (i, j) is inside.
        Self { start: unsafe { self.start.add(self.strides.at(i, j)) }, ..self }
    }
}

/// How a product is added to a sum.
trait MultiplyAdd {
    /// `x·y + sum`
    fn multiply_add(x: v128, y: v128, sum: v128) -> v128;
}

/// Rounded twice, as wasm specifies it: the same bits everywhere.
struct Plain;

impl MultiplyAdd for Plain {
    #[inline(always)]
    fn multiply_add(x: v128, y: v128, sum: v128) -> v128 {
        f32x4_add(sum, f32x4_mul(x, y))
    }
}

/// Rounded once where the processor can.
#[cfg(target_feature = "relaxed-simd")]
struct Fused;

#[cfg(target_feature = "relaxed-simd")]
impl MultiplyAdd for Fused {
    #[inline(always)]
    fn multiply_add(x: v128, y: v128, sum: v128) -> v128 {
        std::arch::wasm32::f32x4_relaxed_madd(x, y, sum)
    }
}

/// A product to compute.
#[derive(Clone, Copy)]
struct Product {
    /// m, n and k
    shape: (usize, usize, usize),
    dst: Destination,
    lhs: Operand,
    rhs: Operand,
    scale: f32,
    #[cfg(target_feature = "relaxed-simd")]
    arithmetic: Arithmetic,
}

// SAFETY: a product is a description; `gemm`'s caller vouches for the memory, and no two threads get the same part of
// `dst`.
unsafe impl Send for Product {}

/// # Safety
///
/// Every element of the three matrices must lie where its pointer and strides say; no two elements of `dst` may be the
/// same number, and none an operand's.
pub(super) unsafe fn gemm(
    cpu: Cpu,
    shape: (usize, usize, usize),
    dst: Destination,
    lhs: Operand,
    rhs: Operand,
    scale: f32,
) {
    let (m, n, k) = shape;
    if k == 0 {
        // Every sum is empty.
        if dst.mode == WriteMode::Overwrite {
            for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
                // SAFETY: the caller vouches for every (i, j) below (m, n).
                unsafe { *dst.from(i, j).start = 0.0 };
            }
        }
        return;
    }
    // A product of few rows by a transposed weight is computed as its transpose: the weight then needs no packing.
    let crosswise = m < FEW_ROWS && n > m && rhs.strides.row == 1 && rhs.strides.column != 1;
    let (shape, dst, lhs, rhs) = if crosswise {
        let dst = Destination { strides: dst.strides.transposed(), ..dst };
        ((n, m, k), dst, rhs.transposed(), lhs.transposed())
    } else {
        (shape, dst, lhs, rhs)
    };
    let product = Product {
        shape,
        dst,
        lhs,
        rhs,
        scale,
        #[cfg(target_feature = "relaxed-simd")]
        arithmetic: cpu.arithmetic(),
    };
    // In 64 bits: m·n·k passes what wasm's usize holds.
    let grains = m as u64 * n as u64 * k as u64 / GRAIN;
    let pieces = grains.clamp(1, cpu.threads() as u64) as usize;
    // SAFETY: the caller's.
    unsafe { product.share(pieces) }
}

impl Product {
    /// Computes the product in `pieces` pieces of `dst`, each on a thread of its own if there is one.
    unsafe fn share(self, pieces: usize) {
        let (m, n, k) = self.shape;
        let Product { dst, lhs, rhs, .. } = self;
        let by_rows = m >= n;
        let (extent, unit) = if by_rows { (m, MR) } else { (n, NR) };
        let middle = (extent as u64 * (pieces / 2) as u64 / pieces as u64) as usize;
        let middle = middle.next_multiple_of(unit);
        if pieces == 1 || middle == 0 || middle >= extent {
            // SAFETY: the caller's.
            return unsafe { self.compute() };
        }
        // SAFETY: `middle` is below m or n, and the halves of `dst` do not overlap.
        let [first, second] = unsafe {
            if by_rows {
                let second =
                    Product { shape: (m - middle, n, k), dst: dst.from(middle, 0), lhs: lhs.from(middle, 0), ..self };
                [Product { shape: (middle, n, k), ..self }, second]
            } else {
                let second =
                    Product { shape: (m, n - middle, k), dst: dst.from(0, middle), rhs: rhs.from(0, middle), ..self };
                [Product { shape: (m, middle, k), ..self }, second]
            }
        };
        // SAFETY: the caller's.
        join(move || unsafe { first.share(pieces / 2) }, move || unsafe { second.share(pieces - pieces / 2) });
    }

    /// Computes the product on this thread.
    unsafe fn compute(self) {
        #[cfg(target_feature = "relaxed-simd")]
        if self.arithmetic == Arithmetic::Fast {
            // SAFETY: the caller's.
            return unsafe { blocks::<Fused>(self) };
        }
        // SAFETY: the caller's.
        unsafe { blocks::<Plain>(self) }
    }
}

/// Goes over the matrices block by block.
unsafe fn blocks<A: MultiplyAdd>(product: Product) {
    let Product { shape: (m, n, k), dst, lhs, rhs, scale, .. } = product;
    let width = n.min(NC).next_multiple_of(NR);
    // Rows that lie in order are read where they are.
    let packs_lhs = lhs.strides.column != 1;
    let height = if packs_lhs { m.min(MC) } else { 0 };
    let depth = k.min(KC);
    PACKED.with_borrow_mut(|packed| {
        if packed.len() < depth * (width + height) {
            packed.resize(depth * (width + height), 0.0);
        }
        let (packed_rhs, packed_lhs) = packed.split_at_mut(depth * width);
        for p in (0..k).step_by(KC) {
            let depth = KC.min(k - p);
            // From the second block of k on, every tile adds to the first one's result.
            let mode = if p > 0 { WriteMode::Add } else { dst.mode };
            for j in (0..n).step_by(NC) {
                let columns = NC.min(n - j);
                // SAFETY: the caller vouches for every (i, j) below (m, n) and every p below k; a block holds only such.
                unsafe {
                    pack_rhs(rhs.from(p, j), (depth, columns), packed_rhs);
                    for i in (0..m).step_by(MC) {
                        let rows = MC.min(m - i);
                        let lhs = lhs.from(i, p);
                        if packs_lhs {
                            pack_lhs(lhs, (rows, depth), packed_lhs);
                        }
                        let dst = Destination { mode, ..dst.from(i, j) };
                        let packed_lhs = packs_lhs.then_some(&*packed_lhs);
                        multiply::<A>((rows, columns, depth), dst, lhs, packed_lhs, packed_rhs, scale);
                    }
                }
            }
        }
    });
}

/// The heights of the tiles that `rows` rows are cut into.
fn heights(rows: usize) -> impl Iterator<Item = usize> {
    std::iter::repeat_n(MR, rows / MR).chain((!rows.is_multiple_of(MR)).then_some(rows % MR))
}

/// A block (rows, depth) of `lhs`, packed or in place, times a packed block (depth, columns).
unsafe fn multiply<A: MultiplyAdd>(
    (rows, columns, depth): (usize, usize, usize),
    dst: Destination,
    lhs: Operand,
    packed_lhs: Option<&[f32]>,
    rhs: &[f32],
    scale: f32,
) {
    for j in (0..columns).step_by(NR) {
        let width = NR.min(columns - j);
        let rhs = rhs[j * depth..].as_ptr();
        let mut i = 0;
        for height in heights(rows) {
            // Where row i + r of the tile starts, and how far its next number is.
            let (start, row, step) = match packed_lhs {
                Some(packed) => (packed[i * depth..].as_ptr(), 1, height),
                // SAFETY: row i is below `rows`.
                None => (unsafe { lhs.from(i, 0) }.start, lhs.strides.row, 1),
            };
            // SAFETY: the tile's rows and columns are inside the block, whose panels hold `depth` steps.
            unsafe {
                let dst = dst.from(i, j);
                match height {
                    1 => tile::<A, 1>(depth, start, row, step, rhs, width, dst, scale),
                    2 => tile::<A, 2>(depth, start, row, step, rhs, width, dst, scale),
                    _ => tile::<A, MR>(depth, start, row, step, rhs, width, dst, scale),
                }
            }
            i += height;
        }
    }
}

/// The register tile: `M` rows by NR columns, `width` of which are written.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn tile<A: MultiplyAdd, const M: usize>(
    depth: usize,
    lhs: *const f32,
    row: usize,
    step: usize,
    mut rhs: *const f32,
    width: usize,
    dst: Destination,
    scale: f32,
) {
    let mut tile = [[f32x4_splat(0.0); NV]; M];
    // SAFETY: the caller has `depth` numbers in each of the M rows and `depth` rows of NR numbers in `rhs`.
    unsafe {
        let mut rows: [*const f32; M] = std::array::from_fn(|r| lhs.add(r * row));
        for _ in 0..depth {
            let vectors: [v128; NV] = std::array::from_fn(|v| v128_load(rhs.add(4 * v).cast()));
            for (row, &x) in tile.iter_mut().zip(&rows) {
                let x = v128_load32_splat(x.cast());
                for (sum, numbers) in row.iter_mut().zip(vectors) {
                    *sum = A::multiply_add(x, numbers, *sum);
                }
            }
            // Wrapping: after the last step these are past the panel, up to `step` numbers, and are not read.
            rows = rows.map(|x| x.wrapping_add(step));
            rhs = rhs.wrapping_add(NR);
        }
    }
    let scale = f32x4_splat(scale);
    for (r, numbers) in tile.into_iter().enumerate() {
        let numbers = numbers.map(|x| f32x4_mul(x, scale));
        // SAFETY: row r and the columns below `width` are inside `dst`.
        unsafe {
            let out = dst.start.add(r * dst.strides.row);
            if width == NR && dst.strides.column == 1 {
                for (v, numbers) in numbers.into_iter().enumerate() {
                    put(out.add(4 * v), numbers, dst.mode);
                }
            } else {
                let mut row = [0.0_f32; NR];
                for (v, numbers) in numbers.into_iter().enumerate() {
                    v128_store(row.as_mut_ptr().add(4 * v).cast(), numbers);
                }
                for (c, x) in row.into_iter().take(width).enumerate() {
                    let out = out.add(c * dst.strides.column);
                    *out = if dst.mode == WriteMode::Add { *out + x } else { x };
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn put(out: *mut f32, numbers: v128, mode: WriteMode) {
    // SAFETY: the caller has four numbers' room at `out`.
    unsafe {
        let numbers = if mode == WriteMode::Add { f32x4_add(v128_load(out.cast()), numbers) } else { numbers };
        v128_store(out.cast(), numbers);
    }
}

/// Packs (rows, depth) into panels of [`heights`] rows, column after column.
unsafe fn pack_lhs(lhs: Operand, (rows, depth): (usize, usize), packed: &mut [f32]) {
    let mut i = 0;
    for height in heights(rows) {
        let panel = &mut packed[i * depth..][..height * depth];
        for (p, column) in panel.chunks_exact_mut(height).enumerate() {
            for (r, out) in column.iter_mut().enumerate() {
                // SAFETY: row i + r is below `rows`, and p below `depth`.
                *out = unsafe { *lhs.from(i + r, p).start };
            }
        }
        i += height;
    }
}

/// Packs (depth, columns) into panels of NR columns, filled up with zeros.
unsafe fn pack_rhs(rhs: Operand, (depth, columns): (usize, usize), packed: &mut [f32]) {
    for (panel, j) in packed.chunks_exact_mut(NR * depth).zip((0..columns).step_by(NR)) {
        let width = NR.min(columns - j);
        let rows = panel.as_chunks_mut::<NR>().0;
        // SAFETY: columns from j to j + width and rows below `depth` are inside; only such are read.
        unsafe {
            let rhs = rhs.from(0, j);
            if width == NR && rhs.strides.column == 1 {
                for (p, row) in rows.iter_mut().enumerate() {
                    let source = rhs.from(p, 0).start;
                    for v in 0..NV {
                        v128_store(row.as_mut_ptr().add(4 * v).cast(), v128_load(source.add(4 * v).cast()));
                    }
                }
            } else if width == NR && rhs.strides.row == 1 {
                let (fours, rest) = rows.as_chunks_mut::<4>();
                let transposed = fours.len() * 4;
                for (q, four) in fours.iter_mut().enumerate() {
                    for v in 0..NV {
                        transpose(rhs.from(4 * q, 4 * v).start, rhs.strides.column, four, v);
                    }
                }
                for (p, row) in rest.iter_mut().enumerate() {
                    *row = std::array::from_fn(|c| *rhs.from(transposed + p, c).start);
                }
            } else {
                for (p, row) in rows.iter_mut().enumerate() {
                    *row = std::array::from_fn(|c| if c < width { *rhs.from(p, c).start } else { 0.0 });
                }
            }
        }
    }
}

/// Four columns of four numbers, `stride` apart, become vector `v` of four rows.
#[inline(always)]
unsafe fn transpose(source: *const f32, stride: usize, rows: &mut [[f32; NR]; 4], v: usize) {
    // SAFETY: the caller has four numbers at each of the four columns.
    let [c0, c1, c2, c3] = [0, 1, 2, 3].map(|c| unsafe { v128_load(source.add(c * stride).cast()) });
    let (low01, high01) = (i32x4_shuffle::<0, 4, 1, 5>(c0, c1), i32x4_shuffle::<2, 6, 3, 7>(c0, c1));
    let (low23, high23) = (i32x4_shuffle::<0, 4, 1, 5>(c2, c3), i32x4_shuffle::<2, 6, 3, 7>(c2, c3));
    let transposed = [
        i64x2_shuffle::<0, 2>(low01, low23),
        i64x2_shuffle::<1, 3>(low01, low23),
        i64x2_shuffle::<0, 2>(high01, high23),
        i64x2_shuffle::<1, 3>(high01, high23),
    ];
    for (row, numbers) in rows.iter_mut().zip(transposed) {
        let four: &mut [f32; 4] = &mut row.as_chunks_mut().0[v];
        // SAFETY: a vector is four numbers.
        unsafe { v128_store(four.as_mut_ptr().cast(), numbers) };
    }
}
