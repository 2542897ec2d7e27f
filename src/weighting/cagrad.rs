//! Liu, Liu, Jin, Stone, Liu 2021, "Conflict-averse gradient descent for multi-task learning": CAGrad.
//!
//! Of all updates near the mean gradient g₀, the one that serves the worst-served task best.
//!
//! ```text
//! maximise minᵢ gᵢ·d over d with ‖d − g₀‖ ≤ c‖g₀‖,  g₀ = (1/K)·Σ gᵢ
//! d = g₀ + λg_w,  λ = c‖g₀‖/‖g_w‖,  g_w = Σ wᵢgᵢ
//! w = argmin g_w·g₀ + c‖g₀‖‖g_w‖ over w ≥ 0, Σ wᵢ = 1      (its dual)
//! ```
//!
//! c = 0.4, the paper's choice for two of its three supervised benchmarks; 0 is the mean, and from 1 on it need not
//! lower the mean loss. The update is the paper's; its authors' code divides it by 1 + c² besides.
//!
//! For a fixed λ the dual's solution is that of another problem: g₀ + λg_w is the shortest mixture of the vectors
//! g₀ + λgᵢ. As λ grows the update moves away from g₀ steadily, so bisection finds the λ at which it is c‖g₀‖ away.

use super::directions::zeros;
use super::nonnegative::nonnegative;
use super::shortest::shortest;
use super::{Asks, Chosen, Gram, Method, Seen, gradients};

/// Remembers nothing.
#[derive(Debug)]
pub(super) struct Cagrad;

impl Cagrad {
    /// c, the radius about g₀ in units of its length.
    const RADIUS: f64 = 0.4;
}

impl Method for Cagrad {
    fn asks(&self) -> Asks {
        Asks::Gradients
    }

    fn choose(&mut self, seen: &Seen) -> Chosen {
        let gram = gradients(seen);
        let k = gram.len();
        let mean = vec![1.0 / k as f64; k];
        if gram.cancels(&mean) {
            let why = match zeros(seen, gram) {
                Some(why) if gram.largest() == 0.0 => why,
                _ => "the gradients cancel".into(),
            };
            let warning = format!("cagrad: {why}; the encoder does not move in this step");
            return Chosen { weights: mean, warning: Some(warning) };
        }

        // In units of the longest gradient. τ = 1/λ: the shortest mixture of the gᵢ + τg₀, at every scale of λ.
        let unit = Gram::new(k, |i, j| gram.dot(i, j) / gram.largest());
        let radius = Self::RADIUS * unit.combined_norm(&mean);
        let along: Vec<f64> = (0..k).map(|j| unit.combined_dot(&mean, j)).collect();
        let square = unit.combined_norm(&mean).powi(2);
        let mixture = |tau: f64| {
            shortest(&Gram::new(k, |i, j| unit.dot(i, j) + tau * (along[i] + along[j]) + tau * tau * square))
        };
        let far = |tau: f64| unit.combined_norm(&mixture(tau)) > tau * radius;

        // ‖g_w‖ is at most 1, so τ is at most 1/radius. Where even a tiny τ is too large, some mixture of the gradients
        // cancels and no update lowers all losses; then the nearest one to g₀ that raises none is best.
        let (mut low, mut high) = (1e-6 / radius, 1.0 / radius);
        let extra = if far(low) {
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                *if far(middle) { &mut low } else { &mut high } = middle;
            }
            mixture(low).iter().map(|w| w / low).collect()
        } else {
            nonnegative(&unit, &along.iter().map(|x| -x).collect::<Vec<_>>())
        };
        Chosen::plainly(mean.iter().zip(&extra).map(|(mean, extra)| mean + extra).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, combine, pairs, random_grams};
    use super::*;

    /// Whether the update is the best one: as far from the mean as allowed, and worth what the dual says.
    #[track_caller]
    fn best(gram: &Gram) {
        let k = gram.len();
        let weights = combine(&mut Cagrad, gram).weights;
        let mean = vec![1.0 / k as f64; k];
        let radius = 0.4 * gram.combined_norm(&mean);
        let extra: Vec<f64> = weights.iter().zip(&mean).map(|(w, m)| w - m).collect();
        assert!((gram.combined_norm(&extra) / radius - 1.0).abs() < 1e-7, "{weights:?}");

        let sum: f64 = extra.iter().sum();
        let dual: Vec<f64> = extra.iter().map(|x| x / sum).collect();
        assert!(dual.iter().all(|&w| w > -1e-9), "{dual:?}");
        // No update within the radius gains its worst task more than any w's value of the dual.
        let along: f64 = (0..k).map(|j| dual[j] * gram.combined_dot(&mean, j)).sum();
        let bound = along + radius * gram.combined_norm(&dual);
        let gain = (0..k).map(|j| gram.combined_dot(&weights, j)).fold(f64::INFINITY, f64::min);
        assert!(bound - gain < 1e-8 * gram.largest(), "{gain} of at most {bound}, {weights:?}");
    }

    #[test]
    fn no_other_update_serves_the_worst_task_better() {
        for (_, _, _, gram) in pairs() {
            best(&gram);
        }
        for (_, gram) in random_grams() {
            best(&gram);
        }
    }

    #[test]
    fn like_tasks_move_on_from_the_mean() {
        // d = (1 + c)·g₀.
        let equal = combine(&mut Cagrad, &Gram::new(2, |_, _| 3.0)).weights;
        assert!((equal.iter().sum::<f64>() - 1.4).abs() < 1e-12, "{equal:?}");
        let right_angles = Gram::new(3, |i, j| if i == j { 5.0 } else { 0.0 });
        close(&combine(&mut Cagrad, &right_angles).weights, &[1.4 / 3.0; 3], 1e-9);
    }

    #[test]
    fn where_some_mixture_cancels_and_the_radius_allows_no_loss_rises() {
        // Only updates along the second axis harm neither of the first two; the nearest to the mean is within reach.
        let vectors = [[0.5, 0.0], [-0.25, 0.0], [0.0, 1.0]];
        let gram = Gram::new(3, |i, j| vectors[i][0] * vectors[j][0] + vectors[i][1] * vectors[j][1]);
        let weights = combine(&mut Cagrad, &gram).weights;
        close(&[0, 1, 2].map(|j| gram.combined_dot(&weights, j)), &[0.0, 0.0, 1.0 / 3.0], 1e-12);
        // A zero gradient is such a mixture by itself; here the mean of the others raises no loss as it is.
        let zero = Gram::new(3, |i, j| if i == j && i != 1 { 4.0 } else { 0.0 });
        assert_eq!(combine(&mut Cagrad, &zero), Chosen::plainly(vec![1.0 / 3.0; 3]));
    }

    #[test]
    fn where_some_mixture_cancels_out_of_reach_the_worst_served_loses_least() {
        // g₃ = −(g₁ + g₂)/10, and the mean is far from harming none.
        let vectors = [[1.0, 0.0, 0.3], [0.0, 1.0, 0.3], [-0.1, -0.1, -0.06]];
        best(&Gram::new(3, |i, j| (0..3).map(|d| vectors[i][d] * vectors[j][d]).sum()));
        best(&Gram::new(2, |i, j| [1.0, -1.2][i] * [1.0, -1.2][j]));
    }

    #[test]
    fn gradients_that_cancel_stand_still_and_say_so() {
        let opposite = combine(&mut Cagrad, &Gram::new(2, |i, j| if i == j { 2.0 } else { -2.0 }));
        assert_eq!(opposite.weights, [0.5, 0.5]);
        let said = opposite.warning.expect("a warning");
        assert_eq!(said, "cagrad: the gradients cancel; the encoder does not move in this step");
        let zero = combine(&mut Cagrad, &Gram::new(2, |_, _| 0.0));
        assert_eq!(zero.weights, [0.5, 0.5]);
        let said = zero.warning.expect("a warning");
        assert_eq!(said, "cagrad: the gradients of tasks 1 and 2 are zero; the encoder does not move in this step");
    }
}
