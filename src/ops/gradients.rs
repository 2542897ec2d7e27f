//! Sums and inner products of gradients.
//!
//! ```text
//! y ← Σ wᵢ·xᵢ;  x·y and ‖x‖² in double precision
//! ```

use candle_core::Tensor;

use super::kernel::{on_cpu, read, sum_pairs, vectorised};
use crate::Result;
use crate::compute::{Cpu, each_rows};

/// Numbers that are added up in f32 lanes before the sum goes on in f64. They stay in a core's cache while every pair of
/// gradients is multiplied.
const CHUNK: usize = 1 << 12;

/// `sum` ← Σ wᵢxᵢ over at least one term.
pub(super) fn weighted_sum(cpu: Cpu, sum: &mut [f32], terms: &[(f32, &[f32])]) {
    each_rows(cpu, sum.len(), [sum], |range, [sum]| {
        for (i, sum) in sum.chunks_mut(CHUNK).enumerate() {
            let start = range.start + i * CHUNK;
            for (t, (w, xs)) in terms.iter().enumerate() {
                let pairs = sum.iter_mut().zip(&xs[start..]);
                vectorised(
                    #[inline(always)]
                    || {
                        if t == 0 {
                            pairs.for_each(|(sum, x)| *sum = w * x);
                        } else {
                            pairs.for_each(|(sum, x)| *sum += w * x);
                        }
                    },
                );
            }
        }
    });
}

/// ‖xs‖², added up in double precision.
///
/// # Errors
///
/// If a tensor operation fails.
pub fn squared_norm(xs: &Tensor) -> Result<f64> {
    Ok(products(&[Some(xs)], &[(0, 0)])?[0])
}

/// xsᵢ·xsⱼ for each pair (i, j), in double precision; 0 where one of the two is absent. The others have one shape.
///
/// # Errors
///
/// If a tensor operation fails.
///
/// # Panics
///
/// If a pair has an index beyond `xs`.
pub fn products(xs: &[Option<&Tensor>], pairs: &[(usize, usize)]) -> Result<Vec<f64>> {
    if xs.iter().flatten().any(|x| !on_cpu(x)) {
        let product = |&(i, j): &(usize, usize)| match (xs[i], xs[j]) {
            (Some(x), Some(y)) => Ok(f64::from((x.detach() * y.detach())?.sum_all()?.to_scalar::<f32>()?)),
            _ => Ok(0.0),
        };
        return pairs.iter().map(product).collect();
    }
    let contiguous: Vec<Option<Tensor>> =
        xs.iter().map(|x| x.map(Tensor::contiguous).transpose()).collect::<candle_core::Result<_>>()?;
    let numbers =
        contiguous.iter().map(|x| x.as_ref().map(read).transpose()).collect::<candle_core::Result<Vec<_>>>()?;
    let n = contiguous.iter().flatten().next().map_or(0, Tensor::elem_count);
    let mut sums = vec![0.0; pairs.len()];
    for start in (0..n).step_by(CHUNK) {
        let range = start..(start + CHUNK).min(n);
        for (sum, &(i, j)) in sums.iter_mut().zip(pairs) {
            if let (Some(x), Some(y)) = (&numbers[i], &numbers[j]) {
                *sum += f64::from(vectorised(
                    #[inline(always)]
                    || sum_pairs(&x[range.clone()], &y[range.clone()], |x, y| x * y),
                ));
            }
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::super::testing::variable;
    use super::*;

    #[test]
    fn products_by_hand() -> Result<()> {
        let n = CHUNK + 77;
        let (x, y) = (variable(1, n)?, variable(2, n)?);
        let by_hand = |x: &Tensor, y: &Tensor| -> Result<f64> {
            let (x, y) = (x.to_vec1::<f32>()?, y.to_vec1::<f32>()?);
            Ok(x.iter().zip(&y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum())
        };
        let pairs = [(0, 0), (0, 1), (0, 2), (2, 2)];
        let expected = [by_hand(&x, &x)?, 0.0, by_hand(&x, &y)?, by_hand(&y, &y)?];
        for (product, expected) in products(&[Some(&x), None, Some(&y)], &pairs)?.into_iter().zip(expected) {
            assert!((product - expected).abs() < 1e-4 * by_hand(&x, &x)?, "{product} {expected}");
        }
        Ok(())
    }
}
