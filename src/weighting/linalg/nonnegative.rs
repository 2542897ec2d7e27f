//! Least squares where nothing may be negative, for a matrix that may be singular.
//!
//! ```text
//! minimise ½xᵀAx − bᵀx over x ≥ 0
//! optimal where b − Ax ≤ 0, and = 0 where xᵢ > 0
//! ```
//!
//! K gradients in fewer than K dimensions make A singular: many x are best, and some of them are huge. So x is approached
//! by proximal steps from 0 (Rockafellar 1976, "Monotone operators and the proximal point algorithm"), each of which has
//! one solution that is easy to compute:
//!
//! ```text
//! x ← argmin ½xᵀAx − bᵀx + ½ρ‖x − xₚ‖² over x ≥ 0,  xₚ the x before
//! ```
//!
//! An eigenvalue λ of A leaves an error of (ρ/(λ + ρ))ⁿ after n steps: a well-conditioned problem is solved exactly in two
//! or three. In directions where λ is far below ρ, x hardly moves. For A = FᵀF and b = Fᵀt that bounds it whatever A is:
//! ‖x‖ ≤ ‖t‖√(n/ρ), and b − Ax ≤ ‖t‖√ρ.

use super::cholesky;
use super::gram::Gram;

/// x (K) for a positive semidefinite A (K,K) whose diagonal is about 1. Of several solutions, one of the smallest.
pub fn nonnegative(a: &Gram, b: &[f64], ridge: f64) -> Vec<f64> {
    const STEPS: usize = 5;
    let ridged = a.plus_ridge(ridge);
    let mut x = vec![0.0; a.len()];
    for _ in 0..STEPS {
        let pulled: Vec<f64> = b.iter().zip(&x).map(|(b, x)| b + ridge * x).collect();
        let next = nonnegative_from(&ridged, &pulled, &x);
        let moved = next.iter().zip(&x).map(|(new, old)| (new - old).abs()).fold(0.0, f64::max);
        x = next;
        if moved <= 1e-14 * x.iter().copied().fold(0.0, f64::max) {
            break;
        }
    }
    x
}

/// The same for an A that is positive definite with a margin, so that there is one solution. `start` ≥ 0 is a guess at
/// which xᵢ are above 0.
///
/// An active set (Lawson & Hanson 1974, "Solving least squares problems", chapter 23): of the xᵢ that are 0, the one that
/// would gain most is set free, the free ones are solved for, and those that would become negative go back to 0. Exact
/// after finitely many solutions, about one for each xᵢ > 0.
pub fn nonnegative_from(a: &Gram, b: &[f64], start: &[f64]) -> Vec<f64> {
    let k = a.len();
    let mut x = start.to_vec();
    let mut free: Vec<usize> = (0..k).filter(|&i| x[i] > 0.0).collect();
    settle(a, b, &mut x, &mut free);
    // Variables whose gain is only rounding: when set free, they go back to 0 at once.
    let mut refused: Vec<usize> = Vec::new();
    // In exact arithmetic no set of free variables comes twice. With rounding, a variable that gains next to nothing might
    // enter and leave again and again, so the rounds are limited. The other variables are solved long before the limit.
    for _ in 0..10 * (k + 1) {
        let sum: f64 = x.iter().sum();
        let gain = |j: usize| b[j] - a.combined_dot(&x, j);
        let rounding = |j: usize| 4.0 * f64::EPSILON * (b[j].abs() + sum);
        let candidates = (0..k).filter(|j| !free.contains(j) && !refused.contains(j));
        let gains = candidates.map(|j| (gain(j), j)).filter(|(gain, j)| *gain > rounding(*j));
        let Some((_, entering)) = gains.max_by(|(x, _), (y, _)| x.total_cmp(y)) else {
            break;
        };
        free.push(entering);
        settle(a, b, &mut x, &mut free);
        if x[entering] > 0.0 { refused.clear() } else { refused.push(entering) }
    }
    x
}

/// Solves for the free variables. Those that would become negative on the way go back to 0 and are free no longer.
fn settle(a: &Gram, b: &[f64], x: &mut [f64], free: &mut Vec<usize>) {
    loop {
        let inner = Gram::new(free.len(), |i, j| a.dot(free[i], free[j]));
        let target = cholesky::solve(&inner, &free.iter().map(|&i| b[i]).collect::<Vec<_>>());
        // How far x can move towards `target` before one becomes negative, and which one that is.
        let stop = (0..free.len())
            .filter(|&i| target[i] <= 0.0)
            .map(|i| (if x[free[i]] > 0.0 { x[free[i]] / (x[free[i]] - target[i]) } else { 0.0 }, i))
            .min_by(|(s, _), (t, _)| s.total_cmp(t));
        let Some((step, leaving)) = stop else {
            free.iter().zip(&target).for_each(|(&i, &t)| x[i] = t);
            break;
        };
        free.iter().zip(&target).for_each(|(&i, t)| x[i] = (x[i] + step * (t - x[i])).max(0.0));
        x[free.remove(leaving)] = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::random_grams;

    #[test]
    fn the_conditions_of_optimality_hold() {
        let (mut bound, mut free) = (0, 0);
        for (_, a) in random_grams() {
            for shift in -2..=2 {
                let b: Vec<f64> = (0..a.len()).map(|i| a.dot(i, 0) * f64::from(shift) + i as f64 - 1.0).collect();
                let x = nonnegative(&a, &b, 1e-10);
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
        let x = nonnegative(&Gram::new(3, |_, _| 1.0), &[1.0, 1.0, 1.0], 1e-10);
        assert!((x.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{x:?}");
        // ½(x₀ − x₁)² + x₀ − x₁ is least, −½, wherever x₁ = x₀ + 1.
        let x = nonnegative(&Gram::new(2, |i, j| if i == j { 1.0 } else { -1.0 }), &[-1.0, 1.0], 1e-10);
        assert!((x[1] - x[0] - 1.0).abs() < 1e-12, "{x:?}");
    }

    #[test]
    fn nearly_dependent_vectors_get_factors_within_the_bound() {
        // Of (1, 0), (−1, σ) and (0, −1), only huge factors of the first two make the third zero.
        for sigma in [0.0, 1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 0.1] {
            let vectors = [[1.0, 0.0], [-1.0, sigma], [0.0, -1.0]];
            let dot = |i: usize, j: usize| vectors[i][0] * vectors[j][0] + vectors[i][1] * vectors[j][1];
            let a = Gram::new(3, dot);
            let b = [0, 1, 2].map(|j| -dot(2, j));
            let x = nonnegative(&a, &b, 1e-10);
            let size = x.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert!(size <= libm::sqrt(5.0 / 1e-10), "{sigma:e}: {x:?}");
            for (j, b) in b.iter().enumerate() {
                let slack = b - a.combined_dot(&x, j);
                assert!(slack <= 1e-5, "{sigma:e}: {slack:e} for {x:?}");
            }
            let exact = [1.0 / sigma, 1.0 / sigma, 0.0];
            let near = x.iter().zip(exact).all(|(x, exact)| (x - exact).abs() <= 1e-6 / sigma);
            assert!(sigma < 1e-3 || near, "{sigma:e}: {x:?}");
        }
    }
}
