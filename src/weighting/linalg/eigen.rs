//! Eigenvalues of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, §8.5).
//!
//! ```text
//! A = V·diag(λ)·Vᵀ
//! ```
//!
//! For a handful of tasks this is as fast as any method, and small eigenvalues are precise.

use super::gram::Gram;

/// The pairs (λ, column of V), in no order.
pub fn eigen(matrix: &Gram) -> Vec<(f64, Vec<f64>)> {
    let n = matrix.len();
    let mut a: Vec<Vec<f64>> = matrix.rows().map(<[f64]>::to_vec).collect();
    // Row r of `v` becomes the eigenvector of a[r][r].
    let mut v: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    // Convergence is quadratic: a handful of sweeps is usual.
    for _ in 0..50 {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                // Too small to change either diagonal element by a rounding.
                if a[p][q].abs() <= 1e-17 * (a[p][p] * a[q][q]).abs().sqrt() {
                    continue;
                }
                rotated = true;
                // The smaller root t of t² + 2τt − 1 = 0: the tangent that makes a[p][q] zero.
                let tau = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = 1.0_f64.copysign(tau) / (tau.abs() + libm::hypot(1.0, tau));
                let (c, s) = (1.0 / libm::hypot(1.0, t), t / libm::hypot(1.0, t));
                let turn = |x: f64, y: f64| (c * x - s * y, s * x + c * y);
                for row in &mut a {
                    (row[p], row[q]) = turn(row[p], row[q]);
                }
                for i in 0..n {
                    (a[p][i], a[q][i]) = turn(a[p][i], a[q][i]);
                    (v[p][i], v[q][i]) = turn(v[p][i], v[q][i]);
                }
                a[p][q] = 0.0;
                a[q][p] = 0.0;
            }
        }
        if !rotated {
            break;
        }
    }
    v.into_iter().enumerate().map(|(r, vector)| (a[r][r], vector)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::random_grams;

    #[test]
    fn the_pairs_rebuild_the_matrix_and_are_orthonormal() {
        for (_, gram) in random_grams() {
            let pairs = eigen(&gram);
            let largest = pairs.iter().map(|(value, _)| *value).fold(0.0, f64::max);
            for i in 0..gram.len() {
                for j in 0..gram.len() {
                    let rebuilt: f64 = pairs.iter().map(|(value, v)| value * v[i] * v[j]).sum();
                    assert!((rebuilt - gram.dot(i, j)).abs() < 1e-13 * largest, "{rebuilt} for {}", gram.dot(i, j));
                    let product: f64 = pairs[i].1.iter().zip(&pairs[j].1).map(|(x, y)| x * y).sum();
                    assert!((product - f64::from(u8::from(i == j))).abs() < 1e-13, "{product}");
                }
            }
        }
    }

    #[test]
    fn singular_and_zero_matrices() {
        let mut values: Vec<f64> = eigen(&Gram::new(3, |_, _| 2.0)).into_iter().map(|(value, _)| value).collect();
        values.sort_by(f64::total_cmp);
        assert!(values[..2].iter().all(|x| x.abs() < 1e-15) && (values[2] - 6.0).abs() < 1e-14, "{values:?}");
        assert!(eigen(&Gram::new(2, |_, _| 0.0)).iter().all(|(value, _)| *value == 0.0));
    }
}
