//! Lin, Ye, Zhang, Tsang 2022, "Reasonable effectiveness of random weighting: a litmus test for multi-task learning".
//!
//! ```text
//! w = softmax(z),  z ~ N(0, I) anew in each step
//! ```
//!
//! The weights sum to 1, as in the paper. z is drawn from the `weighting` stream by the method of Box & Muller 1958, "A note
//! on the generation of random normal deviates".

use std::f64::consts::TAU;

use crate::random::Stream;
use crate::weighting::linalg::softmax;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// The number of tasks, and the random stream that z is drawn from.
#[derive(Debug)]
pub(super) struct Random {
    k: usize,
    stream: Stream,
}

impl Random {
    pub fn new(k: usize, stream: Stream) -> Self {
        Self { k, stream }
    }

    fn normal(&mut self) -> f64 {
        let radius = 1.0 - f64::from(self.stream.uniform()); // in (0, 1]: its logarithm is finite
        let angle = TAU * f64::from(self.stream.uniform());
        (-2.0 * libm::log(radius)).sqrt() * libm::cos(angle)
    }
}

impl Method for Random {
    fn depends_on(&self) -> Dependency {
        Dependency::Nothing
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        // One number for each of the K tasks, so that a blank label changes no later step's numbers.
        let normals: Vec<f64> = (0..self.k).map(|_| self.normal()).collect();
        let scores: Vec<f64> = step.tasks.iter().map(|&task| normals[task]).collect();
        Chosen::plainly(softmax(&scores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::chosen;

    fn random(k: usize, seed: u64) -> Random {
        Random::new(k, Stream::new(seed, "weighting"))
    }

    #[test]
    fn scores_are_standard_normal() {
        let mut method = random(1, 5);
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| method.normal()).collect();
        let moment = |power| draws.iter().map(|x| x.powi(power)).sum::<f64>() / f64::from(n);
        // Five standard errors of each moment.
        assert!(moment(1).abs() < 0.016, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.023, "{}", moment(2));
        assert!(moment(3).abs() < 0.062, "{}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.16, "{}", moment(4));
    }

    #[test]
    fn weights_are_shares_and_change_with_step_and_seed() {
        let draw = |seed| {
            let mut method = random(3, seed);
            (0..10).map(|_| chosen(&mut method, &[0, 1, 2], &[])).collect::<Vec<_>>()
        };
        for weights in draw(0) {
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-15, "{weights:?}");
            assert!(weights.iter().all(|&w| w > 0.0), "{weights:?}");
        }
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
        assert_ne!(draw(0)[0], draw(0)[1]);
    }

    #[test]
    fn a_blank_changes_no_later_draw() {
        let (mut whole, mut blank) = (random(3, 1), random(3, 1));
        let all = chosen(&mut whole, &[0, 1, 2], &[]);
        let two = chosen(&mut blank, &[0, 2], &[]);
        assert!((two[0] / two[1] - all[0] / all[2]).abs() < 1e-12, "{two:?} of {all:?}");
        assert_eq!(chosen(&mut whole, &[0, 1, 2], &[]), chosen(&mut blank, &[0, 1, 2], &[]));
        assert_eq!(chosen(&mut blank, &[1], &[]), [1.0]);
    }
}
