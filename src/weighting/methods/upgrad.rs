//! Quinton, Rey 2024, "Jacobian descent for multi-objective optimization": UPGrad, unconflicting projection of gradients.
//!
//! Each task's gradient is projected onto the cone of the updates that conflict with no task's gradient, and the projections
//! are averaged. To first order no loss rises, and a task's influence is in proportion to its gradient.
//!
//! ```text
//! update = (1/K)·Σ πᵢ,  πᵢ = argmin ‖π − gᵢ‖ over π with π·gⱼ ≥ 0 for all j
//!                          = gᵢ + Σⱼ xⱼgⱼ,  x = argmin ‖gᵢ + Σⱼ xⱼgⱼ‖ over x ≥ 0      (its dual)
//! ```
//!
//! It has no setting. The problem is solved for gradients of length 1, since their lengths do not change the cone. A zero
//! gradient rules out no update.

use super::gradients;
use crate::weighting::linalg::{Directions, nonnegative};
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Has no state.
#[derive(Debug)]
pub(super) struct Upgrad;

impl Method for Upgrad {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let gram = gradients(step);
        let directions = Directions::new(gram);
        let mut factors = vec![0.0; directions.with.len()];
        for (i, length) in directions.lengths.iter().enumerate() {
            let against: Vec<f64> = (0..factors.len()).map(|j| -directions.cosines.dot(i, j)).collect();
            let x = nonnegative(&directions.cosines, &against, directions.ridge);
            factors.iter_mut().zip(&x).for_each(|(factor, x)| *factor += length * x);
        }
        let k = gram.len() as f64;
        Chosen::plainly(directions.weights(&factors).iter().map(|weight| (1.0 + weight) / k).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::linalg::Gram;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    #[test]
    fn two_tasks_in_closed_form_half_of_pcgrads() {
        for (a, b, c, gram) in pairs() {
            let expected = if b < 0.0 { [0.5 - 0.5 * b / a, 0.5 - 0.5 * b / c] } else { [0.5, 0.5] };
            close(&combine(&mut Upgrad, &gram).weights, &expected, 1e-9);
        }
    }

    #[test]
    fn no_task_is_against_the_update() {
        let mut conflicts = 0;
        for (_, gram) in random_grams() {
            let k = gram.len();
            let weights = combine(&mut Upgrad, &gram).weights;
            let mean = vec![1.0 / k as f64; k];
            for j in 0..k {
                let size = gram.combined_norm(&weights) * gram.norm(j);
                assert!(gram.combined_dot(&weights, j) >= -1e-10 * size, "{weights:?}");
                conflicts += usize::from(gram.combined_dot(&mean, j) < 0.0);
            }
        }
        assert!(conflicts > 50, "the plain mean is in conflict only {conflicts} times");
    }

    #[test]
    fn without_a_conflict_it_is_the_mean() {
        let gram = Gram::new(4, |i, j| if i == j { 3.0 } else { 0.5 });
        assert_eq!(combine(&mut Upgrad, &gram), Chosen::plainly(vec![0.25; 4]));
    }

    #[test]
    fn a_zero_gradient_and_opposite_ones() {
        let zero = Gram::new(2, |i, j| if i + j == 0 { 4.0 } else { 0.0 });
        assert_eq!(combine(&mut Upgrad, &zero), Chosen::plainly(vec![0.5, 0.5]));
        let opposite = Gram::new(2, |i, j| [1.0, -2.0][i] * [1.0, -2.0][j]);
        close(&combine(&mut Upgrad, &opposite).weights, &[1.5, 0.75], 1e-12);
    }
}
