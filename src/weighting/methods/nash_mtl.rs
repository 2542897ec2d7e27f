//! Navon, Shamsian, Achituve, Maron, Kawaguchi, Chechik, Fetaya 2022, "Multi-task learning as a bargaining game":
//! Nash-MTL.
//!
//! Tasks bargain for the update; Nash's solution is the one at which the product of their gains is largest.
//!
//! ```text
//! maximise Σ log(gᵢ·d) over ‖d‖ ≤ 1
//! d = Σ αᵢgᵢ,  α > 0,  Gα = 1/α          ‖d‖² = K
//! ```
//!
//! It has no setting: the paper's update, not clipped (its authors' code clips it to length 1). In the directions
//! uᵢ = gᵢ/‖gᵢ‖ the equations are Cβ = 1/β with C_ij = uᵢ·uⱼ and αᵢ = βᵢ/‖gᵢ‖, where ½βᵀCβ − Σ log βᵢ is least. That is
//! strictly convex and self-concordant, so damped Newton steps find it from anywhere (Nesterov & Nemirovskii 1994), where
//! the paper has a sequence of convex approximations.
//!
//! If some mixture of the gradients cancels, no update serves all and β grows without bound.

use super::{gradients, zeros};
use crate::error::message;
use crate::weighting::linalg::{Directions, Gram, solve};
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Has no state.
#[derive(Debug)]
pub(super) struct NashMtl;

impl Method for NashMtl {
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
                method = "nash-mtl",
                why = why
            )
        });
        let factors = bargain(&directions).unwrap_or_else(|| {
            warning = Some(message!(
                "weighting.no_bargain",
                "nash-mtl: some mixture of the gradients cancels, so that no update serves every task; each gradient was \
                 given the same length instead in this step"
            ));
            even(&directions.cosines)
        });
        Chosen { weights: directions.weights(&factors), warning }
    }
}

/// β all alike: 1, or less where the update would be longer than a bargain's, √K.
fn even(cosines: &Gram) -> Vec<f64> {
    let ones = vec![1.0; cosines.len()];
    let excess = cosines.combined_norm(&ones) / (cosines.len() as f64).sqrt();
    ones.iter().map(|one| one / excess.max(1.0)).collect()
}

/// β with Cβ = 1/β; `None` if it grows out of bounds.
fn bargain(directions: &Directions) -> Option<Vec<f64>> {
    let cosines = &directions.cosines;
    // 1e4 at most. With two tasks, that is reached at 8e-9 from a half turn: what single precision can tell of a gradient.
    let bound = 0.1 / directions.ridge.sqrt();
    let k = cosines.len();
    let mut factors = vec![1.0; k];
    let mut last = f64::INFINITY;
    for _ in 0..200 {
        // Newton's step in yᵢ = Δβᵢ/βᵢ: (BCB + I)y = 1 − BCβ with B = diag(β).
        let matrix = Gram::new(k, |i, j| factors[i] * cosines.dot(i, j) * factors[j] + f64::from(u8::from(i == j)));
        let residual: Vec<f64> = (0..k).map(|j| 1.0 - factors[j] * cosines.combined_dot(&factors, j)).collect();
        let step = solve(&matrix, &residual);
        let decrement = step.iter().zip(&residual).map(|(y, r)| y * r).sum::<f64>().max(0.0).sqrt();
        // Below ¼ whole steps square the decrement, until rounding is all that is left of it.
        if decrement < 0.25 && decrement > 0.5 * last || decrement == 0.0 {
            break;
        }
        let damping = if decrement < 0.25 { 1.0 } else { 1.0 / (1.0 + decrement) };
        last = if decrement < 0.25 { decrement } else { f64::INFINITY };
        // ‖y‖ ≤ decrement, so that no factor changes its sign.
        factors.iter_mut().zip(&step).for_each(|(factor, y)| *factor *= 1.0 + damping * y);
        if factors.iter().any(|factor| *factor > bound) {
            return None;
        }
    }
    Some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    const NO_BARGAIN: &str = "nash-mtl: some mixture of the gradients cancels, so that no update serves every task; each \
                              gradient was given the same length instead in this step";

    #[test]
    fn two_tasks_in_closed_form() {
        for (a, b, c, gram) in pairs() {
            let scale = (1.0 + b / (a * c).sqrt()).sqrt();
            let expected = [1.0 / a.sqrt() / scale, 1.0 / c.sqrt() / scale];
            close(&combine(&mut NashMtl, &gram).weights, &expected, 1e-9);
        }
    }

    #[test]
    fn the_equations_hold() {
        for (_, gram) in random_grams() {
            let chosen = combine(&mut NashMtl, &gram);
            assert_eq!(chosen.warning, None);
            for (j, &alpha) in chosen.weights.iter().enumerate() {
                assert!(alpha > 0.0);
                let product = gram.combined_dot(&chosen.weights, j) * alpha;
                assert!((product - 1.0).abs() < 1e-9, "{product}");
            }
        }
    }

    #[test]
    fn equal_opposite_and_zero_gradients() {
        let equal = combine(&mut NashMtl, &Gram::new(4, |_, _| 9.0));
        // β = 1/√K each: ‖d‖ = √K.
        close(&equal.weights, &[1.0 / 6.0; 4], 1e-12);
        assert_eq!(equal.warning, None);

        let opposite = combine(&mut NashMtl, &Gram::new(2, |i, j| [1.0, -2.0][i] * [1.0, -2.0][j]));
        assert_eq!(
            (opposite.weights, opposite.warning.map(|w| w.message).as_deref()),
            (vec![1.0, 0.5], Some(NO_BARGAIN))
        );
        // Three at 120° to each other.
        let star = combine(&mut NashMtl, &Gram::new(3, |i, j| if i == j { 1.0 } else { -0.5 }));
        assert_eq!((star.weights, star.warning.map(|w| w.message).as_deref()), (vec![1.0; 3], Some(NO_BARGAIN)));

        let zero = combine(&mut NashMtl, &Gram::new(4, |i, j| if i == j && i % 2 == 0 { 4.0 } else { 0.0 }));
        close(&zero.weights, &[0.5, 0.0, 0.5, 0.0], 1e-12);
        let said = zero.warning.expect("a warning").message;
        assert_eq!(
            said,
            "nash-mtl: the gradients of tasks 2 and 4 are zero; only the others were combined in this step"
        );
    }
}
