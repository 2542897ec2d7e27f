//! Lawson & Hanson 1974, "Solving least squares problems", chapter 23: least squares where nothing may be negative.
//!
//! ```text
//! minimise ½xᵀAx − bᵀx over x ≥ 0
//! optimal where b − Ax ≤ 0, and = 0 where xᵢ > 0
//! ```
//!
//! An active set: starting with all xᵢ at 0, the one that would gain most is set free, the free ones are solved for, and
//! those that would become negative go back to 0. Exact after finitely many solutions, about as many as there are xᵢ > 0.

use super::{Gram, cholesky};

/// x (K) for a positive semidefinite A (K,K). Of several solutions, any.
pub(super) fn nonnegative(a: &Gram, b: &[f64]) -> Vec<f64> {
    let k = a.len();
    let tolerance = 1e-13 * b.iter().fold(0.0, |largest: f64, b| largest.max(b.abs()));

    let mut x = vec![0.0; k];
    let mut free: Vec<usize> = Vec::new();
    // In exact arithmetic no set of free variables comes twice. With rounding, one that gains next to nothing might enter
    // and leave for ever; by then the rest has long been settled.
    for _ in 0..10 * (k + 1) {
        let gain = |j: usize| b[j] - a.combined_dot(&x, j);
        let candidates = (0..k).filter(|j| !free.contains(j) && gain(*j) > tolerance);
        let Some(entering) = candidates.max_by(|i, j| gain(*i).total_cmp(&gain(*j))) else {
            break;
        };
        free.push(entering);
        loop {
            let inner = Gram::new(free.len(), |i, j| a.dot(free[i], free[j]));
            let target = cholesky::solve(&inner, &free.iter().map(|&i| b[i]).collect::<Vec<_>>());
            // How far towards `target` nothing becomes negative, and who stops it.
            let stop = (0..free.len())
                .filter(|&i| target[i] <= 0.0)
                .map(|i| (x[free[i]] / (x[free[i]] - target[i]), i))
                .min_by(|(s, _), (t, _)| s.total_cmp(t));
            let Some((step, leaving)) = stop else {
                free.iter().zip(&target).for_each(|(&i, &t)| x[i] = t);
                break;
            };
            if step > 0.0 {
                free.iter().zip(&target).for_each(|(&i, t)| x[i] = (x[i] + step * (t - x[i])).max(0.0));
            }
            x[free.remove(leaving)] = 0.0;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::super::tests::random_grams;
    use super::*;

    #[test]
    fn the_conditions_of_optimality_hold() {
        let (mut bound, mut free) = (0, 0);
        for (_, a) in random_grams() {
            for shift in -2..=2 {
                let b: Vec<f64> = (0..a.len()).map(|i| a.dot(i, 0) * f64::from(shift) + i as f64 - 1.0).collect();
                let x = nonnegative(&a, &b);
                let size =
                    (0..a.len()).map(|i| a.dot(i, i) * x[i]).chain(b.clone()).fold(0.0, |m: f64, y| m.max(y.abs()));
                for (j, b) in b.iter().enumerate() {
                    let slack = b - a.combined_dot(&x, j);
                    assert!(x[j] >= 0.0 && slack < 1e-9 * size, "{x:?}: {slack:e} of {size:e}");
                    if x[j] > 0.0 {
                        free += 1;
                        assert!(slack > -1e-9 * size, "{x:?}: {slack:e} of {size:e}");
                    } else {
                        bound += 1;
                    }
                }
            }
        }
        assert!(bound > 100 && free > 100, "too easy: {bound} at 0, {free} above");
    }

    #[test]
    fn equal_and_opposite_rows() {
        let x = nonnegative(&Gram::new(3, |_, _| 1.0), &[1.0, 1.0, 1.0]);
        assert!((x.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{x:?}");
        // ½(x₀ − x₁)² + x₀ − x₁ is least, −½, wherever x₁ = x₀ + 1.
        let x = nonnegative(&Gram::new(2, |i, j| if i == j { 1.0 } else { -1.0 }), &[-1.0, 1.0]);
        assert!((x[1] - x[0] - 1.0).abs() < 1e-12, "{x:?}");
    }
}
