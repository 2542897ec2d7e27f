//! Temperature scaling after a training: one temperature for each task, fitted on the held-out sentences.

use indexmap::IndexMap;

use super::Trainer;
use super::evaluation::EVALUATION_BATCH_SIZE;
use crate::Result;
use crate::metrics::{Tally, fit_temperature};

/// A task's temperature, and its expected calibration error on the sentences that it was fitted on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskTemperature {
    /// The number that the logits are divided by, to four decimals.
    pub temperature: f64,
    /// The expected calibration error without it, in [0, 1].
    pub ece_before: f32,
    /// The expected calibration error with it.
    pub ece_after: f32,
}

/// A task's logits (n,C), row after row, and labels (n).
#[derive(Debug, Clone, Default)]
struct Answers {
    logits: Vec<f32>,
    labels: Vec<i64>,
}

impl Answers {
    fn temperature(&self, classes: usize) -> Option<TaskTemperature> {
        let fitted = fit_temperature(&self.logits, classes, &self.labels)?;
        let temperature = (f64::from(fitted) * 1e4).round() / 1e4;
        Some(TaskTemperature {
            temperature,
            ece_before: self.ece(classes, 1.0)?,
            ece_after: self.ece(classes, temperature)?,
        })
    }

    fn ece(&self, classes: usize, temperature: f64) -> Option<f32> {
        let divided: Vec<f32> = self.logits.iter().map(|&x| (f64::from(x) / temperature) as f32).collect();
        let mut tally = Tally::with_confidences(classes);
        tally.add(&divided, &self.labels, 0.0, self.labels.len() as f64);
        Some(tally.metrics()?.calibration?.ece)
    }
}

impl Trainer {
    /// Fits each task's temperature on the held-out sentences. From here on predictions are made with the temperatures, and
    /// they are saved with the model; evaluations during a run are made without. A task without held-out labels, or whose
    /// logits are not finite, has none.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn calibrate(&mut self) -> Result<IndexMap<String, TaskTemperature>> {
        let mut answers = vec![Answers::default(); self.tasks().len()];
        let held_out = self.data.splits[1].chunks(EVALUATION_BATCH_SIZE);
        let batches: Vec<_> = held_out.map(|rows| (rows.to_vec(), self.data.batch(rows))).collect();
        for batches in batches.chunks(self.ranks.size()) {
            let logits = self.logits_of(batches)?;
            for ((_, batch), logits) in batches.iter().zip(logits) {
                for ((answers, logits), labels) in answers.iter_mut().zip(logits).zip(&batch.labels) {
                    answers.logits.extend(logits.flatten_all()?.to_vec1::<f32>()?);
                    answers.labels.extend(labels);
                }
            }
        }
        let fitted = answers.iter().zip(self.tasks()).map(|(answers, task)| answers.temperature(task.labels.len()));
        let fitted = self.by_task(fitted.collect::<Vec<_>>());
        self.model.set_temperatures(fitted.iter().map(|(task, fit)| (task.clone(), fit.temperature)).collect());
        Ok(fitted)
    }
}
