//! The examples that an evaluation finds misclassified.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Observer;
use crate::Result;
use crate::checkpoint::{Archive, state};
use crate::metrics::argmax;
use crate::ops::IGNORE;
use crate::recipe::Diagnostics;
use crate::train::{Evaluation, EvaluationBatch, Moment, Split, predict_proba};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Maximum number of misclassified examples reported per task.
const MOST: usize = 50;

/// The examples that an evaluation found misclassified. Reported after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Mistakes {
    /// Which examples were evaluated.
    pub split: Split,
    /// As in the evaluation.
    pub epoch: u32,
    /// The mistakes of each task that has figures, the most confident answer first; at most 50.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Mistake[]>"))]
    pub tasks: IndexMap<String, Vec<Mistake>>,
}

/// A misclassified example.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Mistake {
    /// Its row in the data, as [`Start::held_out`](crate::train::Start::held_out) counts.
    pub row: usize,
    /// The true label.
    pub label: String,
    /// The predicted label.
    pub said: String,
    /// The probability of the predicted label.
    pub probability: f32,
}

/// Reports [`Mistakes`] with each evaluation that begins while `mistakes` is on.
#[derive(Debug, Default)]
pub struct MistakeObserver {
    is_on: bool,
    /// Each task's mistakes in the evaluation in progress, if they are collected. (K)
    found: Option<Vec<Vec<Mistake>>>,
}

state!(Mistake { row, label, said, probability });

impl<E: From<Mistakes>> Observer<E> for MistakeObserver {
    fn configure(&mut self, diagnostics: &Diagnostics) {
        self.is_on = diagnostics.mistakes;
    }

    fn inside(&mut self, moment: &Moment) -> Result<Option<E>> {
        match moment {
            Moment::EvaluationBatch(batch) => self.collect(batch)?,
            Moment::Evaluation(evaluation) => return Ok(self.report(evaluation).map(E::from)),
            _ => {}
        }
        Ok(None)
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.found)
    }
}

impl MistakeObserver {
    fn collect(&mut self, view: &EvaluationBatch) -> Result<()> {
        let tasks = view.trainer.tasks();
        if view.is_first {
            self.found = self.is_on.then(|| vec![Vec::new(); tasks.len()]);
        }
        let Some(found) = &mut self.found else { return Ok(()) };
        for (k, probabilities) in predict_proba(view.logits, tasks)?.into_iter().enumerate() {
            for ((probabilities, &label), &row) in probabilities.iter().zip(&view.batch.labels[k]).zip(view.rows) {
                let predicted = argmax(probabilities);
                if label != IGNORE && label as usize != predicted {
                    let [label, said] = [label as usize, predicted].map(|label| tasks[k].labels[label].clone());
                    found[k].push(Mistake { row, label, said, probability: probabilities[predicted] });
                }
            }
        }
        Ok(())
    }

    fn report(&mut self, evaluation: &Evaluation) -> Option<Mistakes> {
        let of_tasks = evaluation.tasks.iter().zip(self.found.take()?);
        let tasks = of_tasks.filter(|((_, metrics), _)| metrics.is_some());
        Some(Mistakes {
            split: evaluation.split,
            epoch: evaluation.epoch,
            tasks: tasks.map(|((task, _), mistakes)| (task.clone(), most_confident(mistakes))).collect(),
        })
    }
}

/// The mistakes that are reported: the most confident first; among equals, the first in the data.
fn most_confident(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.row.cmp(&b.row)));
    mistakes.truncate(MOST);
    mistakes
}
