//! Pieces that the CPU kernels share: views of tensors as slices, sums in vector lanes, and `exp`.

use std::cell::RefCell;
use std::ops::{Deref, Range};

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Storage, Tensor, bail};

/// Whether `xs` is on the CPU, for which this crate has kernels. In wasm that is known at compile time, so that those
/// builds hold no fallbacks.
#[inline(always)]
pub(super) fn on_cpu(xs: &Tensor) -> bool {
    cfg!(target_arch = "wasm32") || xs.device().is_cpu()
}

/// A contiguous f32 tensor's numbers.
pub(super) fn f32s<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage.as_slice::<f32>()?, layout.contiguous_offsets()) {
        (values, Some((start, end))) => Ok(&values[start..end]),
        _ => bail!("a kernel was given a tensor that is not contiguous: {layout:?}"),
    }
}

/// The numbers of a contiguous f32 tensor on the CPU, for reading.
pub(super) fn read(xs: &Tensor) -> Result<impl Deref<Target = [f32]> + '_> {
    struct Numbers<Guard> {
        storage: Guard,
        range: Range<usize>,
    }
    impl<Guard: Deref<Target = Storage>> Deref for Numbers<Guard> {
        type Target = [f32];
        fn deref(&self) -> &[f32] {
            match &*self.storage {
                Storage::Cpu(CpuStorage::F32(values)) => &values[self.range.clone()],
                _ => unreachable!("it was checked below, and is locked"),
            }
        }
    }
    let (storage, layout) = xs.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (Storage::Cpu(CpuStorage::F32(_)), Some((start, end))) => Ok(Numbers { storage, range: start..end }),
        _ => bail!("a CPU kernel needs contiguous f32 numbers on the CPU: {xs:?}"),
    }
}

/// Runs `write` on the numbers of a contiguous f32 tensor on the CPU, in place.
pub(super) fn with_f32_mut<R>(xs: &Tensor, write: impl FnOnce(&mut [f32]) -> R) -> Result<R> {
    struct InPlace<F, R>(RefCell<(Option<F>, Option<R>)>);
    impl<F: FnOnce(&mut [f32]) -> R, R> InplaceOp1 for InPlace<F, R> {
        fn name(&self) -> &'static str {
            "with_f32_mut"
        }
        fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
            let CpuStorage::F32(values) = storage else {
                bail!("a kernel was given a tensor that is not f32");
            };
            let Some((start, end)) = layout.contiguous_offsets() else {
                bail!("a kernel was given a tensor that is not contiguous: {layout:?}");
            };
            let mut cell = self.0.borrow_mut();
            if let Some(write) = cell.0.take() {
                cell.1 = Some(write(&mut values[start..end]));
            }
            Ok(())
        }
    }
    let op = InPlace(RefCell::new((Some(write), None)));
    xs.inplace_op1(&op)?;
    match op.0.into_inner().1 {
        Some(result) => Ok(result),
        None => bail!("a CPU kernel was given a tensor of another device"),
    }
}

/// Runs a kernel compiled for the widest vectors of this processor (wasm: simd128 at compile time).
#[inline(always)]
pub(super) fn vectorised<R>(kernel: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        pulp::Arch::new().dispatch(kernel)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        kernel()
    }
}

/// Lanes of a sum: enough for the widest vectors, and a fixed order of addition on every processor.
const LANES: usize = 16;

/// Σ f(xᵢ, yᵢ), added in lanes.
#[inline(always)]
pub(super) fn sum_pairs(xs: &[f32], ys: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (xs_chunks, xs_rest) = xs.as_chunks::<LANES>();
    let (ys_chunks, ys_rest) = ys.as_chunks::<LANES>();
    for (x, y) in xs_chunks.iter().zip(ys_chunks) {
        for lane in 0..LANES {
            lanes[lane] += f(x[lane], y[lane]);
        }
    }
    for (lane, (&x, &y)) in lanes.iter_mut().zip(xs_rest.iter().zip(ys_rest)) {
        *lane += f(x, y);
    }
    lanes.iter().sum()
}

/// Σ xᵢ, added in lanes.
#[inline(always)]
pub(super) fn sum(xs: &[f32]) -> f32 {
    sum_pairs(xs, xs, |x, _| x)
}

/// The largest of `xs`, compared in lanes; −∞ if there is none. Not `f32::max`, which is a call per number in wasm.
#[inline(always)]
pub(super) fn largest(xs: &[f32]) -> f32 {
    let larger = |x: f32, y: f32| if x > y { x } else { y };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = xs.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(x, *lane);
        }
    }
    rest.iter().chain(&lanes).fold(f32::NEG_INFINITY, |largest, &x| larger(x, largest))
}

/// eˣ without branches, so that loops over it become vectors. Relative error below 2.5e-7; about 1e-38 below −87, finite above 88.
///
/// 2ⁿ·eʳ with n = round(x/ln 2) and |r| ≤ ln 2 / 2; the polynomial is Cephes' `expf` (Moshier).
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5·2²³: adding it rounds to the nearest integer
    let x = x.clamp(-87.336_54, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * 0.693_359_4;
    let r = r + n * 2.121_944_4e-4;
    let mut p = 1.987_569_2e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    (p * r * r + r + 1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_two_ulp_over_its_whole_range() {
        for i in -87_000..=87_900 {
            let x = i as f32 * 1e-3;
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) - expected).abs() / expected;
            assert!(error < 2.5e-7, "exp({x}) is off by {error}");
        }
        assert!(exp(-1e4) < 1.3e-38);
        assert!(exp(1e4).is_finite());
    }
}
