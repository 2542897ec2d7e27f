//! Sener, Koltun 2018, "Multi-task learning as multi-objective optimization", after Désidéri 2012: MGDA.
//!
//! The shortest mixture of the gradients. Going against it lowers every loss alike, to first order; where it is zero, no
//! update lowers all.
//!
//! ```text
//! w = argmin ‖Σ wᵢgᵢ‖² over w ≥ 0, Σ wᵢ = 1
//! ```
//!
//! It has no setting. Short gradients dominate: the mixture is never longer than the shortest of them. The gradients are taken
//! as they are; the authors' code can also scale them first, which is another method with another balance.

use super::{gradients, zeros};
use crate::error::message;
use crate::weighting::linalg::shortest;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Has no state.
#[derive(Debug)]
pub(super) struct Mgda;

impl Method for Mgda {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let gram = gradients(step);
        let weights = shortest(gram);
        let warning = gram.cancels(&weights).then(|| {
            let all_but_zero =
                || message!("weighting.all_but_zero", "the shortest mixture of the gradients is all but zero");
            let why = zeros(step, gram).unwrap_or_else(all_but_zero);
            message!("weighting.hardly_moving", "mgda: {why}; the encoder hardly moves in this step", why = why)
        });
        Chosen { weights, warning }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::linalg::Gram;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    #[test]
    fn two_tasks_in_closed_form() {
        let mut clipped = 0;
        for (a, b, c, gram) in pairs() {
            let share = ((c - b) / (a + c - 2.0 * b)).clamp(0.0, 1.0);
            clipped += usize::from(share == 0.0 || share == 1.0);
            close(&combine(&mut Mgda, &gram).weights, &[share, 1.0 - share], 1e-9);
        }
        assert!(clipped > 10, "{clipped}");
    }

    #[test]
    fn every_task_gains_at_least_the_squared_length() {
        for (_, gram) in random_grams() {
            let weights = combine(&mut Mgda, &gram).weights;
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{weights:?}");
            let square = gram.combined_norm(&weights).powi(2);
            for (j, &w) in weights.iter().enumerate() {
                let excess = (gram.combined_dot(&weights, j) - square) / gram.largest();
                // The conditions of optimality: equal for those in the mixture, more for those out of it.
                assert!(w >= 0.0 && excess > -1e-12 && (w == 0.0 || excess < 1e-12), "{weights:?}: {excess:e}");
            }
        }
    }

    #[test]
    fn the_mixture_of_equal_gradients_is_that_gradient() {
        let weights = combine(&mut Mgda, &Gram::new(3, |_, _| 5.0)).weights;
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{weights:?}");
    }

    #[test]
    fn a_zero_gradient_or_opposite_ones_stand_still_and_say_so() {
        let zero = combine(&mut Mgda, &Gram::new(2, |i, j| if i + j == 0 { 4.0 } else { 0.0 }));
        close(&zero.weights, &[0.0, 1.0], 1e-12);
        let said = zero.warning.expect("a warning").message;
        assert_eq!(said, "mgda: the gradient of task 2 is zero; the encoder hardly moves in this step");
        let opposite = combine(&mut Mgda, &Gram::new(2, |i, j| [1.0, -2.0][i] * [1.0, -2.0][j]));
        close(&opposite.weights, &[2.0 / 3.0, 1.0 / 3.0], 1e-9);
        let said = opposite.warning.expect("a warning").message;
        assert_eq!(
            said,
            "mgda: the shortest mixture of the gradients is all but zero; the encoder hardly moves in this step"
        );
    }
}
