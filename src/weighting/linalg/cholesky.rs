//! Linear equations with a symmetric positive definite matrix (Golub & Van Loan, Matrix Computations, §4.2).
//!
//! ```text
//! A = LLᵀ,  Ly = b,  Lᵀx = y
//! ```

use super::gram::Gram;

/// x with Ax = b. A's least eigenvalue must be well above the rounding of its diagonal; callers add a ridge where it may
/// not be.
pub fn solve(a: &Gram, b: &[f64]) -> Vec<f64> {
    let n = a.len();
    let mut l: Vec<Vec<f64>> = Vec::with_capacity(n);
    for i in 0..n {
        let mut row = Vec::with_capacity(i + 1);
        for (j, above) in l.iter().enumerate() {
            row.push((a.dot(i, j) - dot(&row, above)) / above[j]);
        }
        row.push((a.dot(i, i) - dot(&row, &row)).sqrt());
        l.push(row);
    }
    let mut x = b.to_vec();
    for i in 0..n {
        x[i] = (x[i] - dot(&l[i], &x[..i])) / l[i][i];
    }
    for i in (0..n).rev() {
        let below: f64 = (i + 1..n).map(|j| l[j][i] * x[j]).sum();
        x[i] = (x[i] - below) / l[i][i];
    }
    x
}

/// Σ xᵢyᵢ over the indices that both have.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::random_grams;

    #[test]
    fn what_it_solves_is_solved() {
        for (_, a) in random_grams() {
            let b: Vec<f64> = (0..a.len()).map(|i| i as f64 - 1.5).collect();
            let x = solve(&a, &b);
            for (j, b) in b.iter().enumerate() {
                let error = (a.combined_dot(&x, j) - b).abs();
                assert!(error < 1e-12 * a.norm(j) * a.combined_norm(&x).max(1.0), "{error:e}");
            }
        }
    }
}
