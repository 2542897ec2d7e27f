//! A step of the contrastive phase: sentence vectors, each task's contrastive loss, and one update of the encoder from their
//! sum. Dropout, the optimizer, clipping and the factors on the tasks are the recipe's; the learning rate warms up over a
//! tenth of the phase and falls in a straight line.

use indexmap::IndexMap;

use super::sampler::Sampler;
use super::{ContrastiveStep, Trainer};
use crate::Result;
use crate::ops::contrastive_loss;
use crate::recipe::Schedule;
use crate::train::lr_multiplier;

/// The share of the phase over which the learning rate rises.
const WARMUP: usize = 10;

impl Trainer {
    /// Takes the next step of the phase; where several ranks train together, each takes the whole of it, since the loss joins
    /// each pair of the batch. If a loss is not finite, the parameters go back to those of the step before.
    pub(super) fn contrastive_step(&mut self, sampler: &mut Sampler) -> Result<ContrastiveStep> {
        let training = &self.recipe.training;
        let (steps, temperature) =
            (training.few_examples.contrastive_steps, training.few_examples.contrastive_temperature);
        let warmup = (steps as usize).div_ceil(WARMUP);
        let multiplier = lr_multiplier(Schedule::Linear, sampler.done as usize, warmup, steps as usize);
        let learning_rate = training.learning_rate * multiplier;

        self.model.set_temperatures(IndexMap::new());
        let rows = sampler.next_batch();
        let batch = self.data.batch(&rows);
        let vectors = self.training_vectors(&rows, &batch, None)?;
        let mut losses = vec![None; self.tasks().len()];
        let mut total: Option<candle_core::Tensor> = None;
        for (task, labels) in batch.labels.iter().enumerate() {
            let weight = self.task_weights.of(task);
            let Some(loss) = contrastive_loss(&vectors, labels, temperature)?.filter(|_| weight > 0.0) else {
                continue;
            };
            losses[task] = Some(loss.to_scalar::<f32>()?);
            let term = (loss * weight)?;
            total = Some(match total {
                Some(sum) => (sum + term)?,
                None => term,
            });
        }
        self.stop_if_diverged(&losses, sampler.done as usize)?;
        if let Some(total) = total {
            self.model.backward(&total)?;
            self.optimizer.step(self.model.take_gradients(), learning_rate)?;
        }
        Ok(ContrastiveStep { step: sampler.done, steps, losses: self.by_task(losses), learning_rate })
    }
}
