//! How K losses become the one that is minimised. Fixed weights: Σ wᵢLᵢ, the notebook's `loss_A + loss_B` with wᵢ = 1.

use candle_core::Tensor;

use crate::data::quoted;
use crate::recipe::{Task, Training};
use crate::{Error, Result};

/// A factor for each task's loss. (K)
#[derive(Debug, Clone, PartialEq)]
pub struct TaskWeights(Vec<f64>);

impl TaskWeights {
    /// The recipe's weights for `tasks`, in their order. A weight for a task that does not exist is an error.
    pub fn new(training: &Training, tasks: &[Task]) -> Result<Self> {
        let known = || tasks.iter().map(|task| &task.name);
        if let Some(stray) = training.task_weight.keys().find(|name| !known().any(|k| k == *name)) {
            return Err(Error::setting(
                "task_weight",
                format!("there is no task {stray:?}; the tasks are {}", quoted(known())),
            ));
        }
        let weights: Vec<f64> = known().map(|name| training.task_weight.get(name).copied().unwrap_or(1.0)).collect();
        if weights.iter().all(|&w| w == 0.0) {
            return Err(Error::setting("task_weight", "every task has weight 0; give one a weight above 0"));
        }
        Ok(Self(weights))
    }

    /// Σ wᵢLᵢ over the tasks that have a loss in this batch; `None` if none has.
    pub fn total(&self, losses: &[Option<Tensor>]) -> Result<Option<Tensor>> {
        let mut total: Option<Tensor> = None;
        for (weight, loss) in self.0.iter().zip(losses) {
            let Some(loss) = loss else { continue };
            let term = if *weight == 1.0 { loss.clone() } else { (loss * *weight)? };
            total = Some(match total {
                Some(sum) => (sum + term)?,
                None => term,
            });
        }
        Ok(total)
    }

    /// Σ wᵢxᵢ over the tasks that have a number.
    pub fn total_of(&self, numbers: &[Option<f32>]) -> f32 {
        let present = self.0.iter().zip(numbers).filter_map(|(w, x)| Some(*w as f32 * (*x)?));
        present.sum()
    }
}
