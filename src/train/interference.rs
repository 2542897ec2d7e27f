//! How tasks act on each other: step on one alone, measure every loss, undo.

use super::Trainer;
use super::evaluation::scalars;
use super::step::{StepBatches, add_shares, weighed};
use super::task_gradients::exchange;
use crate::Result;
use crate::model::Pass;
use crate::protocol::Interference;
use crate::recipe::Diagnostics;

impl Trainer {
    /// What a step on one task alone would do to every task's loss, measured on the next step's sentences without dropout.
    ///
    /// The steps have the run's full learning rate, wherever the schedule stands: a matrix is comparable with a later one,
    /// and does not vanish in a warm-up or at the run's end. Afterwards the run is, bit for bit, where it was.
    ///
    /// An error if there is not the memory for it, or if a loss is not finite: then the run is over.
    pub fn interference(&mut self) -> Result<Interference> {
        self.check_memory(Diagnostics { interference_every: 1, ..self.recipe.diagnostics }, Vec::new())?;
        let context = self.model.context().clone();
        context.on_threads(|| {
            let step = self.next_batches();
            let losses = self.losses_on(&step)?;
            self.stop_if_diverged(&losses, self.steps + 1)?;
            let tasks: Vec<usize> = (0..self.tasks.len()).filter(|&task| step.labelled[task]).collect();

            let snapshot = self.optimizer.snapshot()?;
            let dropout = self.dropout.clone();
            // The last step's buffers hold what there is to roll back to, so these steps get others.
            let mut places = Vec::new();
            exchange(&self.model, &mut places);
            let changes: Result<Vec<Vec<Option<f32>>>> = tasks
                .iter()
                .map(|&task| {
                    self.dropout = dropout.clone();
                    let after = self.step_on_one(&step, task).and_then(|()| self.losses_on(&step));
                    self.optimizer.restore(&snapshot)?;
                    let change =
                        |after: Option<f32>, before: Option<f32>| Some(after? - before?).filter(|x| x.is_finite());
                    let after = after?;
                    Ok(tasks.iter().map(|&other| change(after[other], losses[other])).collect())
                })
                .collect();
            exchange(&self.model, &mut places);
            self.dropout = dropout;
            Ok(Interference {
                step: self.steps,
                learning_rate: self.recipe.training.learning_rate,
                tasks: self.names(&tasks),
                losses: tasks.iter().filter_map(|&task| losses[task]).collect(),
                changes: changes?,
            })
        })
    }

    /// Each task's loss on the sentences of a step, without dropout. (K)
    fn losses_on(&mut self, step: &StepBatches) -> Result<Vec<Option<f32>>> {
        let mut sums = vec![None; self.tasks.len()];
        for ((rows, batch), shares) in step.batches.iter().zip(&step.shares) {
            let logits = self.prefix.logits(&self.model, &self.encodings, rows, batch, Pass::Evaluation)?;
            add_shares(&mut sums, &scalars(&self.losses.of(&logits, batch)?)?, shares);
        }
        Ok(sums)
    }

    fn step_on_one(&mut self, step: &StepBatches, task: usize) -> Result<()> {
        let weight = match self.weights.of(task) {
            0.0 => 1.0,
            weight => weight,
        };
        for ((rows, batch), shares) in step.batches.iter().zip(&step.shares) {
            let logits = self.forward(rows, batch)?;
            let losses = self.losses.of(&logits, batch)?;
            if let Some(loss) = weighed(&losses[task], weight * shares[task])? {
                self.model.backward(&loss)?;
            }
        }
        self.optimizer.step(self.model.take_gradients(), self.recipe.training.learning_rate)
    }
}
