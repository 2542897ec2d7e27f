//! Liu, Li, Kuang, Xue, Chen, Yang, Liao, Zhang 2021, "Towards impartial multi-task learning": IMTL-G.
//!
//! The update whose projections onto all the gradients are equal: no task is favoured, whatever its gradient's length.
//!
//! ```text
//! d = Σ wᵢgᵢ with d·uᵢ equal for all i, Σ wᵢ = 1,  uᵢ = gᵢ/‖gᵢ‖
//! wᵢ ∝ βᵢ/‖gᵢ‖,  Cβ = (1, …, 1),  C_ij = uᵢ·uⱼ
//! ```
//!
//! It has no setting. With two tasks the weights are as 1/‖g₁‖ to 1/‖g₂‖. With more, some may be negative; then the equal
//! projections may even be negative, all of them, and following the update would raise every loss. In that case, and where
//! no projections are equal but those of zero, the gradients are given one length and added, and a warning says so.

use super::{gradients, zeros};
use crate::error::message;
use crate::weighting::linalg::{Directions, eigen};
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Has no state.
#[derive(Debug)]
pub(super) struct ImtlG;

impl Method for ImtlG {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let gram = gradients(step);
        let directions = Directions::new(gram);
        let mut warning = zeros(step, gram).map(|why| {
            message!(
                "weighting.others_combined",
                "{method}: {why}; only the others were combined in this step",
                method = "imtl-g",
                why = why
            )
        });
        let solution = equal_projections(&directions).unwrap_or_else(|| {
            warning = Some(message!(
                "weighting.no_equal_projections",
                "imtl-g: no update that lowers the losses has equal projections onto all gradients; each gradient was \
                 given the same length instead in this step"
            ));
            directions.weights(&vec![1.0; directions.with.len()])
        });
        let sum: f64 = solution.iter().sum();
        // The sum is zero only where every gradient is.
        Chosen { weights: solution.iter().map(|w| if sum > 0.0 { w / sum } else { 0.0 }).collect(), warning }
    }
}

/// Weights up to a common factor; `None` if none have a positive sum.
fn equal_projections(directions: &Directions) -> Option<Vec<f64>> {
    let pairs = eigen(&directions.cosines);
    let largest = pairs.iter().map(|(value, _)| *value).fold(0.0, f64::max);
    let mut factors = vec![0.0; directions.with.len()];
    for (value, vector) in &pairs {
        // Equal directions make C singular, and the solution with the least ‖β‖ shares evenly among them.
        if *value > directions.ridge * largest {
            let share = vector.iter().sum::<f64>() / value;
            factors.iter_mut().zip(vector).for_each(|(factor, x)| *factor += share * x);
        }
    }
    let weights = directions.weights(&factors);
    let (sum, size) = weights.iter().fold((0.0, 0.0), |(sum, size), w| (sum + w, size + w.abs()));
    let equal = (0..factors.len()).all(|j| (directions.cosines.combined_dot(&factors, j) - 1.0).abs() < 1e-6);
    (equal && (factors.is_empty() || sum > 1e-3 * size)).then_some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::linalg::Gram;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    const NO_EQUALS: &str = "imtl-g: no update that lowers the losses has equal projections onto all gradients; each \
                             gradient was given the same length instead in this step";

    #[test]
    fn two_tasks_in_closed_form() {
        for (a, _, c, gram) in pairs() {
            let (x, y) = (1.0 / a.sqrt(), 1.0 / c.sqrt());
            close(&combine(&mut ImtlG, &gram).weights, &[x / (x + y), y / (x + y)], 1e-9);
        }
    }

    #[test]
    fn projections_are_equal_and_positive() {
        let (mut worked, mut failed) = (0, 0);
        for (_, gram) in random_grams() {
            let chosen = combine(&mut ImtlG, &gram);
            assert!((chosen.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let projections = (0..gram.len()).map(|j| gram.combined_dot(&chosen.weights, j) / gram.norm(j));
            let projections: Vec<f64> = projections.collect();
            if let Some(warning) = chosen.warning {
                failed += 1;
                assert_eq!(warning.message, NO_EQUALS);
            } else {
                worked += 1;
                let size = projections[0].abs();
                assert!(projections.iter().all(|p| *p > 0.0 && (p - projections[0]).abs() < 1e-8 * size));
            }
        }
        assert!(worked > 10 * failed && failed > 0, "{worked} worked, {failed} did not");
    }

    #[test]
    fn an_update_uphill_is_not_taken() {
        // u₁, u₂ 90° apart, u₃ between them and 2 long: β = (1, 1, −√2 + …) makes the weights' sum negative.
        let vectors = [[10.0, 0.0, 0.0], [0.0, 10.0, 0.0], [0.07, 0.07, 0.01]];
        let gram = Gram::new(3, |i, j| (0..3).map(|d| vectors[i][d] * vectors[j][d]).sum());
        let chosen = combine(&mut ImtlG, &gram);
        assert_eq!(chosen.warning.map(|w| w.message).as_deref(), Some(NO_EQUALS));
        let lengths: Vec<f64> = chosen.weights.iter().enumerate().map(|(i, w)| w * gram.norm(i)).collect();
        close(&lengths, &[lengths[0]; 3], 1e-12);
        assert!(lengths[0] > 0.0);
    }

    #[test]
    fn equal_opposite_and_zero_gradients() {
        let equal = Gram::new(3, |_, _| 4.0);
        close(&combine(&mut ImtlG, &equal).weights, &[1.0 / 3.0; 3], 1e-12);
        assert_eq!(combine(&mut ImtlG, &equal).warning, None);

        let opposite = combine(&mut ImtlG, &Gram::new(2, |i, j| [1.0, -2.0][i] * [1.0, -2.0][j]));
        close(&opposite.weights, &[2.0 / 3.0, 1.0 / 3.0], 1e-12);
        assert_eq!(opposite.warning.map(|w| w.message).as_deref(), Some(NO_EQUALS));

        let zero = combine(&mut ImtlG, &Gram::new(3, |i, j| if i == j && i != 1 { 4.0 } else { 0.0 }));
        close(&zero.weights, &[0.5, 0.0, 0.5], 1e-12);
        let said = zero.warning.expect("a warning").message;
        assert_eq!(said, "imtl-g: the gradient of task 2 is zero; only the others were combined in this step");
    }
}
