//! Lin, Ye, Zhang, Tsang 2022, "Reasonable effectiveness of random weighting: a litmus test for multi-task learning".
//!
//! ```text
//! w = softmax(z),  z ~ N(0, I), drawn anew in each step
//! ```
//!
//! The weights of the tasks that take part in a step sum to 1, as in the paper. z comes from the run's random stream
//! `weighting`, by the method of Box & Muller 1958, "A note on the generation of random normal deviates".

use std::f64::consts::TAU;

use crate::Result;
use crate::checkpoint::Archive;
use crate::random::Stream;
use crate::weighting::linalg::softmax;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// The number of tasks K, and the random stream that z is drawn from.
#[derive(Debug)]
pub(super) struct Random {
    k: usize,
    stream: Stream,
}

impl Random {
    pub fn new(k: usize, stream: Stream) -> Self {
        Self { k, stream }
    }

    /// One draw from N(0, 1).
    fn normal(&mut self) -> f64 {
        let u = 1.0 - f64::from(self.stream.uniform()); // in (0, 1]: its logarithm is finite
        let radius = (-2.0 * libm::log(u)).sqrt();
        let angle = TAU * f64::from(self.stream.uniform());
        radius * libm::cos(angle)
    }
}

impl Method for Random {
    fn depends_on(&self) -> Dependency {
        Dependency::Nothing
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        // Draw for all K tasks, also for those without a label in this batch: then every step uses the same number of
        // draws, and a blank label does not shift those of later steps.
        let all: Vec<f64> = (0..self.k).map(|_| self.normal()).collect();
        let z: Vec<f64> = step.tasks.iter().map(|&task| all[task]).collect();
        Chosen::plainly(softmax(&z))
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.stream(&mut self.stream)
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
    fn draws_are_standard_normal() {
        let mut method = random(1, 5);
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| method.normal()).collect();
        let moment = |power| draws.iter().map(|x| x.powi(power)).sum::<f64>() / f64::from(n);
        // The bounds are five standard errors of each moment.
        assert!(moment(1).abs() < 0.016, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.023, "{}", moment(2));
        assert!(moment(3).abs() < 0.062, "{}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.16, "{}", moment(4));
    }

    #[test]
    fn weights_are_positive_sum_to_1_and_change_with_step_and_seed() {
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
    fn a_blank_label_shifts_no_later_draw() {
        let (mut whole, mut blank) = (random(3, 1), random(3, 1));
        let all = chosen(&mut whole, &[0, 1, 2], &[]);
        let two = chosen(&mut blank, &[0, 2], &[]);
        assert!((two[0] / two[1] - all[0] / all[2]).abs() < 1e-12, "{two:?} of {all:?}");
        assert_eq!(chosen(&mut whole, &[0, 1, 2], &[]), chosen(&mut blank, &[0, 1, 2], &[]));
        assert_eq!(chosen(&mut blank, &[1], &[]), [1.0]);
    }
}
