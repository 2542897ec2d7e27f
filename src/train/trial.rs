//! Steps that are tried and undone, to measure how each task's loss would change.

use super::Trainer;
use super::evaluation::scalars;
use super::ranks::{Part, StepBatches};
use super::step::{add_shares, scale_loss};
use super::update::{Snapshot, swap_gradients};
use crate::Result;
use crate::model::Pass;
use crate::ops::Gradient;
use crate::random::Stream;

/// Tries steps on the next step's sentences and undoes each. When it is dropped, the trainer is bit for bit as it was.
///
/// Where several ranks train together, each does all of it: it is rare, and they stay alike.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    trainer: &'a mut Trainer,
    /// One part for each batch.
    batches: StepBatches,
    /// Each task's loss with the parameters as they are, without dropout. (K)
    losses: Vec<Option<f32>>,
    snapshot: Snapshot,
    dropout: Stream,
    /// The model's own gradient buffers. They hold the parameters that a divergence rolls back to, so the tried steps use
    /// others.
    gradients: Vec<Gradient>,
}

impl<'a> Trial<'a> {
    /// Measures the losses and takes the snapshot that each tried step goes back to.
    ///
    /// # Errors
    ///
    /// If a loss is not finite: then the run is over. Or if a tensor operation fails.
    pub fn new(trainer: &'a mut Trainer) -> Result<Self> {
        trainer.put_average_into_model(false)?;
        let batches = trainer.next_batches_for(1);
        let losses = trainer.losses_without_dropout(&batches)?;
        trainer.stop_if_diverged(&losses, trainer.steps() + 1)?;
        let snapshot = trainer.optimizer.snapshot()?;
        let dropout = trainer.dropout.clone();
        let mut gradients = Vec::new();
        swap_gradients(&trainer.model, &mut gradients);
        Ok(Self { trainer, batches, losses, snapshot, dropout, gradients })
    }

    /// The trainer as it was before the trial.
    pub fn trainer(&self) -> &Trainer {
        self.trainer
    }

    /// The tasks that the sentences have labels for, as indices in head order.
    pub fn tasks(&self) -> Vec<usize> {
        (0..self.batches.labelled.len()).filter(|&task| self.batches.labelled[task]).collect()
    }

    /// Each task's loss with the parameters as they are, without dropout; `None` for a task without a label. (K)
    pub fn losses(&self) -> &[Option<f32>] {
        &self.losses
    }

    /// Each task's loss, without dropout, after a step on `task` alone with the run's full learning rate. (K)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn losses_after_step_on(&mut self, task: usize) -> Result<Vec<Option<f32>>> {
        let trainer = &mut *self.trainer;
        trainer.dropout = self.dropout.clone();
        let stepped = trainer.step_on_one(&self.batches, task);
        let after = stepped.and_then(|()| trainer.losses_without_dropout(&self.batches));
        trainer.optimizer.restore(&self.snapshot)?;
        after
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        swap_gradients(&self.trainer.model, &mut self.gradients);
        self.trainer.dropout = self.dropout.clone();
        // It fails only where exchanging the same tensors failed before.
        let _ = self.trainer.put_average_into_model(true);
    }
}

impl Trainer {
    /// Each task's loss on the sentences of a step, without dropout. (K)
    fn losses_without_dropout(&mut self, step: &StepBatches) -> Result<Vec<Option<f32>>> {
        let mut sums = vec![None; self.tasks().len()];
        for Part { rows, batch, shares, .. } in step.parts() {
            let logits = self.prefix.logits(&self.model, &self.data.encodings, rows, batch, Pass::Evaluation)?;
            add_shares(&mut sums, &scalars(&self.losses.compute(&logits, batch)?)?, shares);
        }
        Ok(sums)
    }

    fn step_on_one(&mut self, step: &StepBatches, task: usize) -> Result<()> {
        let weight = match self.task_weights.of(task) {
            0.0 => 1.0,
            weight => weight,
        };
        for Part { rows, batch, shares, .. } in step.parts() {
            let vectors = self.training_vectors(rows, batch, None)?;
            let logits = self.model.classify(&vectors)?;
            let losses = self.losses.compute(&logits, batch)?;
            if let Some(loss) = scale_loss(&losses[task], weight * shares[task])? {
                self.model.backward(&loss)?;
            }
        }
        self.optimizer.step(self.model.take_gradients(), self.recipe.training.learning_rate)
    }
}
