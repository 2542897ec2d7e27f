//! Senushkin, Patakin, Kuznetsov, Konushin 2023, "Independent component alignment for multi-task learning": Aligned-MTL.
//!
//! The gradients, as columns of a matrix, are replaced by the nearest ones that are at right angles to each other and as
//! long as the matrix's smallest singular value (its condition number is then 1), and those are added.
//!
//! ```text
//! G = V·diag(λ)·Vᵀ,  B = √λ_min·V·diag(λ^−½)·Vᵀ,  w = B·(1, …, 1)
//! ```
//!
//! It has no setting: every task's preference is 1, as in the authors' code. An eigenvalue below 1e-12 of the largest
//! counts as zero; its direction is left out, and λ_min is the least of the others.

use super::{gradients, zeros};
use crate::error::message;
use crate::weighting::linalg::{Gram, eigen};
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Has no state.
#[derive(Debug)]
pub(super) struct AlignedMtl;

impl Method for AlignedMtl {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let gram = gradients(step);
        let balance = balance(gram);
        let weights: Vec<f64> = balance.rows().map(|row| row.iter().sum()).collect();
        let warning = match zeros(step, gram) {
            Some(why) => Some(message!(
                "weighting.others_combined",
                "{method}: {why}; only the others were combined in this step",
                method = "aligned-mtl",
                why = why
            )),
            None if gram.cancels(&weights) => Some(message!(
                "weighting.not_moving",
                "{method}: {why}; the encoder does not move in this step",
                method = "aligned-mtl",
                why = message!("weighting.cancel", "the gradients cancel")
            )),
            None => None,
        };
        Chosen { weights, warning }
    }
}

/// B (K,K).
fn balance(gram: &Gram) -> Gram {
    let mut pairs = eigen(gram);
    let largest = pairs.iter().map(|(value, _)| *value).fold(0.0, f64::max);
    pairs.retain(|(value, _)| *value > 1e-12 * largest);
    let least = pairs.iter().map(|(value, _)| *value).fold(largest, f64::min);
    Gram::new(gram.len(), |i, j| pairs.iter().map(|(value, v)| (least / value).sqrt() * v[i] * v[j]).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    #[test]
    fn two_tasks_in_closed_form() {
        for (a, b, c, gram) in pairs() {
            // G^(−½) of a 2 × 2 matrix: with s = √det G, t = √(a + c + 2s), it is (G + s)^−1·t.
            let s = (a * c - b * b).sqrt();
            let t = (a + c + 2.0 * s).sqrt();
            let det = (a + s) * (c + s) - b * b;
            let least = s * s / (0.5 * (a + c + ((a - c) * (a - c) + 4.0 * b * b).sqrt()));
            let expected = [(c + s - b) * t / det, (a + s - b) * t / det].map(|x| x * least.sqrt());
            close(&combine(&mut AlignedMtl, &gram).weights, &expected, 1e-9);
        }
    }

    #[test]
    fn the_balanced_gradients_have_condition_number_one() {
        for (_, gram) in random_grams() {
            let balance = balance(&gram);
            let least = eigen(&gram).iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
            let rows: Vec<&[f64]> = balance.rows().collect();
            for i in 0..gram.len() {
                for j in 0..gram.len() {
                    // (BGB)_ij: the inner products of the balanced gradients.
                    let product: f64 = (0..gram.len()).map(|l| gram.combined_dot(rows[i], l) * rows[j][l]).sum();
                    let expected = if i == j { least } else { 0.0 };
                    assert!((product - expected).abs() < 1e-9 * least, "{product} at {i}, {j}; least {least}");
                }
            }
        }
    }

    #[test]
    fn gradients_at_right_angles_get_one_length() {
        let gram = Gram::new(3, |i, j| if i == j { [4.0, 1.0, 16.0][i] } else { 0.0 });
        close(&combine(&mut AlignedMtl, &gram).weights, &[0.5, 1.0, 0.25], 1e-12);
    }

    #[test]
    fn equal_opposite_and_zero_gradients() {
        let equal = combine(&mut AlignedMtl, &Gram::new(3, |_, _| 4.0));
        close(&equal.weights, &[1.0; 3], 1e-12);
        assert_eq!(equal.warning, None);

        let opposite = combine(&mut AlignedMtl, &Gram::new(2, |i, j| if i == j { 3.0 } else { -3.0 }));
        close(&opposite.weights, &[0.0; 2], 1e-12);
        let said = opposite.warning.expect("a warning").message;
        assert_eq!(said, "aligned-mtl: the gradients cancel; the encoder does not move in this step");

        let zero = combine(&mut AlignedMtl, &Gram::new(3, |i, j| if i == j && i != 0 { 4.0 } else { 0.0 }));
        close(&zero.weights, &[0.0, 1.0, 1.0], 1e-12);
        let said = zero.warning.expect("a warning").message;
        assert_eq!(said, "aligned-mtl: the gradient of task 1 is zero; only the others were combined in this step");
    }
}
