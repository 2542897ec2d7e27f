//! The recipe's factor on each task's loss; 1 where it names none. A task with factor 0 does not train.

use crate::error::{message, quoted, shortened};
use crate::recipe::{Task, Training};
use crate::{Error, Result};

/// A factor for each task's loss. (K)
#[derive(Debug, Clone, PartialEq)]
pub struct TaskWeights(Vec<f64>);

impl TaskWeights {
    /// The recipe's weights for `tasks`, in their order.
    ///
    /// # Errors
    ///
    /// If the recipe weighs a task that does not exist, or gives every task weight 0.
    pub fn new(training: &Training, tasks: &[Task]) -> Result<Self> {
        let known = || tasks.iter().map(|task| &task.name);
        if let Some(stray) = training.task_weight.keys().find(|name| !known().any(|k| k == *name)) {
            return Err(Error::setting(
                "task_weight",
                message!(
                    "train.no_such_task",
                    "there is no task {name:?}; the tasks are {tasks}",
                    name = shortened(stray),
                    tasks = quoted(known())
                ),
            ));
        }
        let weights: Vec<f64> = known().map(|name| training.task_weight.get(name).copied().unwrap_or(1.0)).collect();
        if weights.iter().all(|&w| w == 0.0) {
            let wrong = message!("train.all_weights_zero", "every task has weight 0; give one a weight above 0");
            return Err(Error::setting("task_weight", wrong));
        }
        Ok(Self(weights))
    }

    /// The factor on the loss of the task with index `task`.
    ///
    /// # Panics
    ///
    /// If `task` is not below K.
    pub fn of(&self, task: usize) -> f64 {
        self.0[task]
    }

    /// Σ wᵢxᵢ over the tasks that have a number.
    pub fn total_of(&self, numbers: &[Option<f32>]) -> f32 {
        let present = self.0.iter().zip(numbers).filter_map(|(w, x)| Some(*w as f32 * (*x)?));
        // The sum of no numbers is −0 for the standard library.
        present.fold(0.0, |sum, x| sum + x)
    }
}
