//! The plain sum, the notebook's `loss_A + loss_B`, and the default.
//!
//! Kurin, De Palma, Kostrikov, Whiteson, Kumar 2022, "In defense of the unitary scalarization for deep multi-task
//! learning", and Xin, Ghorbani, Gilmer, Garg, Firat 2022, "Do current multi-task optimization methods in deep learning
//! even help?": with its other settings tuned, it matches or beats the methods beside it.
//!
//! ```text
//! wᵢ = 1
//! ```

use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// Σ Lᵢ.
#[derive(Debug)]
pub(super) struct Sum;

impl Method for Sum {
    fn depends_on(&self) -> Dependency {
        Dependency::Nothing
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        Chosen::plainly(vec![1.0; step.tasks.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::chosen;

    #[test]
    fn every_task_that_takes_part_weighs_one() {
        assert_eq!(chosen(&mut Sum, &[0, 2], &[3.0, 0.1]), [1.0, 1.0]);
        assert_eq!(chosen(&mut Sum, &[1], &[0.1]), [1.0]);
    }
}
