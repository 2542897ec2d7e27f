//! The average of the weights over a run's steps, as `torch.optim.swa_utils.AveragedModel` keeps it.
//!
//! ```text
//! ema:d   ā ← ā + (1 − d)·(θ − ā)    exponential moving average (Polyak & Juditsky 1992), over all steps
//! swa:s   ā ← ā + (θ − ā)/(n + 1)    equal average (Izmailov et al. 2018), over the steps after a share s of the run
//! ```
//!
//! θ are the weights after a step, n the steps averaged before it; the first one sets ā = θ.
//!
//! In a step the model holds θ, so that the training is the same with an average and without. Between steps it holds ā, so
//! that evaluations, predictions, the best epoch and what is saved are the average's.

use super::ParameterCopy;
use crate::Result;
use crate::checkpoint::Archive;
use crate::error::{Message, message, number};
use crate::model::Model;
use crate::recipe::WeightAveraging;
use crate::train::Trainer;

/// The average of a model's trainable weights over the steps so far.
#[derive(Debug)]
pub struct WeightAverage {
    averaging: WeightAveraging,
    /// The first step that counts, from 1.
    first: usize,
    /// Steps averaged.
    steps: usize,
    /// Of ā and θ the one that the model does not hold; `None` before the first step that counts.
    other: Option<ParameterCopy>,
    /// Whether the model holds ā.
    in_model: bool,
}

impl WeightAverage {
    /// The average over a run of `total_steps`, before its first step; `None` if there is to be none.
    pub fn new(averaging: WeightAveraging, total_steps: usize) -> Option<Self> {
        let first = match averaging {
            WeightAveraging::None => return None,
            WeightAveraging::Ema(_) => 1,
            WeightAveraging::Swa(start) => (start * total_steps as f64) as usize + 1,
        };
        Some(Self { averaging, first, steps: 0, other: None, in_model: false })
    }

    /// Adds the weights of `model`, which are those after `step`, to the average. The model holds them still.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn add(&mut self, model: &Model, step: usize) -> Result<()> {
        if step < self.first {
            return Ok(());
        }
        let weight = match self.averaging {
            WeightAveraging::Ema(decay) => 1.0 - decay,
            _ => 1.0 / (self.steps + 1) as f64,
        };
        match &mut self.other {
            None => self.other = Some(ParameterCopy::new(model)?),
            Some(average) => average.approach(weight)?,
        }
        self.steps += 1;
        Ok(())
    }

    /// Lists the average for a checkpoint. Between steps the model holds it, so that what is listed here are the weights that
    /// train.
    pub(in crate::train) fn visit(&mut self, model: &Model, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.steps)?;
        archive.value(&mut self.in_model)?;
        ParameterCopy::visit(&mut self.other, "average", model, archive)
    }

    /// Puts the average into the model, or the weights that train back into it, bit for bit. Does nothing before the first
    /// step that counts, or if the model holds them already.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn put_into_model(&mut self, average: bool) -> Result<()> {
        if let Some(other) = self.other.as_mut().filter(|_| self.in_model != average) {
            other.exchange()?;
            self.in_model = average;
        }
        Ok(())
    }
}

impl Trainer {
    /// Calls `work` while the model holds the weights that train; afterwards it holds their average, if there is one.
    pub(in crate::train) fn with_training_weights<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.put_average_into_model(false)?;
        let done = work(self);
        self.put_average_into_model(true)?;
        done
    }

    pub(in crate::train) fn put_average_into_model(&mut self, average: bool) -> Result<()> {
        self.average.as_mut().map_or(Ok(()), |weights| weights.put_into_model(average))
    }
}

/// A warning if an exponential moving average reaches back further than the run.
pub(in crate::train) fn warning(averaging: WeightAveraging, steps: u32) -> Option<Message> {
    let WeightAveraging::Ema(decay) = averaging else { return None };
    let span = 1.0 / (1.0 - decay);
    (span > f64::from(steps)).then(|| {
        message!(
            "train.average_span",
            "weight_averaging: with a decay of {decay} the average is one over about {span} steps, and the run has {steps}, so \
             it stays near where the run started; a lower decay follows sooner",
            decay = number(decay),
            span = span.round() as u64,
            steps = steps
        )
    })
}
