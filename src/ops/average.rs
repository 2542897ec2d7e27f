//! Averages of parameters, in place.

use candle_core::Tensor;

use super::kernel::{on_cpu, read, vectorised, with_f32_mut};
use super::optimizer::copy_into;
use crate::Result;

/// Moves `average` towards `xs`, of the same shape, by the share `weight` of the way, as `torch.lerp`: ā ← ā + w·(x − ā).
///
/// # Errors
///
/// If the tensors are not f32 or on different devices.
pub fn lerp(average: &Tensor, xs: &Tensor, weight: f64) -> Result<()> {
    if !on_cpu(average) {
        let moved = (average.detach() + ((xs.detach() - average.detach())? * weight)?)?;
        return copy_into(average, &moved);
    }
    let (xs, weight) = (read(xs)?, weight as f32);
    Ok(with_f32_mut(average, |average| {
        vectorised(
            #[inline(always)]
            || average.iter_mut().zip(&*xs).for_each(|(a, x)| *a += weight * (x - *a)),
        );
    })?)
}

/// Exchanges the numbers of two tensors of the same shape. A second call puts them back, bit for bit.
///
/// # Errors
///
/// If the tensors are not f32 or on different devices.
pub fn exchange(a: &Tensor, b: &Tensor) -> Result<()> {
    if !on_cpu(a) {
        let kept = a.detach().copy()?;
        copy_into(a, b)?;
        return copy_into(b, &kept);
    }
    Ok(with_f32_mut(a, |a| with_f32_mut(b, |b| a.swap_with_slice(b)))??)
}
