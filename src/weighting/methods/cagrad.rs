//! Liu, Liu, Jin, Stone, Liu 2021, "Conflict-averse gradient descent for multi-task learning": CAGrad.
//!
//! The update near the mean gradient g₀ that improves the worst-served task most.
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
//! Seen from the other side, d is the update nearest to g₀ of those with gᵢ·d ≥ m for all i, for the largest m that keeps it
//! within the radius. For a fixed m that is a least squares problem:
//!
//! ```text
//! d = g₀ + Σ xᵢgᵢ,  x = argmin ½‖Σ xᵢgᵢ‖² − Σ xᵢ(m − gᵢ·g₀) over x ≥ 0
//! ```
//!
//! ‖d − g₀‖ grows with m, and is the root of a quadratic function of m for as long as the same xᵢ are above 0: Newton's
//! steps within a bracket find m. If some mixture of the gradients cancels, m is at most 0; without that bound, x would grow
//! for ever and d stay where it is.

use super::{gradients, zeros};
use crate::error::message;
use crate::weighting::linalg::{Directions, Gram, dot, nonnegative_from, solve};
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Has no state.
#[derive(Debug)]
pub(super) struct Cagrad;

/// c, the radius about g₀ in units of its length.
const RADIUS: f64 = 0.4;

impl Method for Cagrad {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let gram = gradients(step);
        let k = gram.len();
        let mean = vec![1.0 / k as f64; k];
        if gram.cancels(&mean) {
            let why = match zeros(step, gram) {
                Some(why) if gram.largest() == 0.0 => why,
                _ => message!("weighting.cancel", "the gradients cancel"),
            };
            let warning = message!(
                "weighting.not_moving",
                "{method}: {why}; the encoder does not move in this step",
                method = "cagrad",
                why = why
            );
            return Chosen { weights: mean, warning: Some(warning) };
        }

        let directions = Directions::new(gram);
        let mut factors = extra_factors(&directions);
        // At the edge means exactly there, also where the given products and the cosines differ a little.
        let radius = RADIUS * gram.combined_norm(&mean);
        let distance = directions.cosines.combined_norm(&factors);
        if distance > radius * (1.0 - 1e-9) {
            factors.iter_mut().for_each(|factor| *factor *= radius / distance);
        }
        let extra = directions.weights(&factors);
        Chosen::plainly(mean.iter().zip(&extra).map(|(mean, extra)| mean + extra).collect())
    }
}

/// y (N) of the best update g₀ + Σ yᵢuᵢ.
fn extra_factors(directions: &Directions) -> Vec<f64> {
    let path = Path::new(directions);
    path.best(directions.k).iter().map(|y| y * path.size).collect()
}

/// The nearest updates to g₀ as m grows. Vectors are in units of ‖g₀‖, m in units of ‖g₀‖·min ‖gᵢ‖.
struct Path<'a> {
    /// ‖g₀‖ by the matrix of cosines.
    size: f64,
    cosines: &'a Gram,
    ridged: Gram,
    ridge: f64,
    /// uᵢ·g₀. (N)
    along: Vec<f64>,
    /// min ‖gⱼ‖/‖gᵢ‖: m's share in what uᵢ·d has to be. (N)
    shares: Vec<f64>,
    /// The largest ‖y‖: longer ones cancel each other to within the error of the cosines.
    longest: f64,
}

impl<'a> Path<'a> {
    fn new(directions: &'a Directions) -> Self {
        let Directions { lengths, cosines, .. } = directions;
        let mut mean: Vec<f64> = lengths.iter().map(|length| length / directions.k as f64).collect();
        let size = cosines.combined_norm(&mean);
        mean.iter_mut().for_each(|x| *x /= size);
        let shortest = lengths.iter().copied().fold(f64::INFINITY, f64::min);
        let ridge = 1e-3 * directions.ridge;
        Self {
            size,
            cosines,
            ridged: cosines.plus_ridge(ridge),
            ridge,
            along: (0..mean.len()).map(|j| cosines.combined_dot(&mean, j)).collect(),
            shares: lengths.iter().map(|length| shortest / length).collect(),
            longest: 0.1 * RADIUS / directions.ridge.sqrt(),
        }
    }

    /// y (N) of the best update of `k` tasks.
    fn best(&self, k: usize) -> Vec<f64> {
        const PRECISION: f64 = 1e-10;
        // The best m is between these: at `low` g₀ itself will do; ‖d‖ is at most 1 + c, and a gradient of zero gains nothing.
        let mut low =
            self.along.iter().zip(&self.shares).map(|(along, share)| along / share).fold(f64::INFINITY, f64::min);
        let mut high = if self.along.len() < k { 0.0 } else { 1.0 + RADIUS };
        let mut best = vec![0.0; self.along.len()];
        if low < 0.0 {
            let harmless = self.nearest(0.0, &best);
            if self.reach(&harmless) > 1.0 { high = 0.0 } else { (low, best) = (0.0, harmless) }
        }
        if low >= high || low >= 0.0 && self.reach(&self.nearest(self.least(), &best)) > 1.0 {
            return best;
        }
        let mut y = best.clone();
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            let m = self.crossing(&y).filter(|m| low < *m && *m < high).unwrap_or(middle);
            if m <= low || m >= high {
                break;
            }
            y = self.nearest(m, &y);
            let reach = self.reach(&y);
            if reach > 1.0 + PRECISION {
                high = m;
                continue;
            }
            low = m;
            best.clone_from(&y);
            if reach > 1.0 - PRECISION {
                break;
            }
        }
        best
    }

    /// An m next to 0. Where some mixture cancels, y is already too long there.
    fn least(&self) -> f64 {
        10.0 * self.longest * self.ridge
    }

    /// y (N) of the update for this m; `start` is a guess.
    fn nearest(&self, m: f64, start: &[f64]) -> Vec<f64> {
        let target: Vec<f64> = self.shares.iter().zip(&self.along).map(|(share, along)| m * share - along).collect();
        nonnegative_from(&self.ridged, &target, start)
    }

    /// How far the update is from g₀, and y from 0, each in units of its bound; the larger.
    fn reach(&self, y: &[f64]) -> f64 {
        (self.cosines.combined_norm(y) / RADIUS).max(dot(y, y).sqrt() / self.longest)
    }

    /// The m at which the bound is reached if no yᵢ becomes 0 or leaves it on the way.
    fn crossing(&self, y: &[f64]) -> Option<f64> {
        let free: Vec<usize> = (0..y.len()).filter(|&i| y[i] > 0.0).collect();
        let inner = |matrix: &Gram| Gram::new(free.len(), |i, j| matrix.dot(free[i], free[j]));
        let solve = |b: &[f64]| solve(&inner(&self.ridged), &free.iter().map(|&i| b[i]).collect::<Vec<_>>());
        // y = m·slope − offset.
        let (slope, offset) = (solve(&self.shares), solve(&self.along));
        let cosines = inner(self.cosines);
        let product = |x: &[f64], y: &[f64]| y.iter().enumerate().map(|(j, y)| y * cosines.combined_dot(x, j)).sum();
        // The larger root of m²·a − 2m·h + c = bound².
        let root = |[a, h, c]: [f64; 3], bound: f64| {
            let square = h * h - a * (c - bound * bound);
            (a > 0.0 && square >= 0.0).then(|| (h + square.sqrt()) / a)
        };
        let distance = root([product(&slope, &slope), product(&slope, &offset), product(&offset, &offset)], RADIUS);
        let length = root([dot(&slope, &slope), dot(&slope, &offset), dot(&offset, &offset)], self.longest);
        [distance, length].into_iter().flatten().min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    /// Asserts that the update is the best one: as far from the mean as allowed, with the dual's value.
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
        let said = opposite.warning.expect("a warning").message;
        assert_eq!(said, "cagrad: the gradients cancel; the encoder does not move in this step");
        let zero = combine(&mut Cagrad, &Gram::new(2, |_, _| 0.0));
        assert_eq!(zero.weights, [0.5, 0.5]);
        let said = zero.warning.expect("a warning").message;
        assert_eq!(said, "cagrad: the gradients of tasks 1 and 2 are zero; the encoder does not move in this step");
    }
}
