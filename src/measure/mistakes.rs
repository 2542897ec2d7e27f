//! The examples that an evaluation finds classified wrongly.

use candle_core::Tensor;

use crate::Result;
use crate::metrics::argmax;
use crate::ops::IGNORE;
use crate::protocol::Mistake;
use crate::recipe::Task;
use crate::text::Batch;
use crate::train::evaluation::probabilities;

/// As many of a task's mistakes are told.
const TOLD: usize = 50;

/// Adds each task's mistakes in a batch of the data's `rows`, whose `logits` (K)(B,C_k) these are. (K)
pub(crate) fn add_mistakes(
    mistakes: &mut [Vec<Mistake>],
    logits: &[Tensor],
    tasks: &[Task],
    rows: &[usize],
    batch: &Batch,
) -> Result<()> {
    for (k, probabilities) in probabilities(logits, tasks)?.into_iter().enumerate() {
        for ((probabilities, &label), &row) in probabilities.iter().zip(&batch.labels[k]).zip(rows) {
            let said = argmax(probabilities);
            if label != IGNORE && label as usize != said {
                let [label, said_label] = [label as usize, said].map(|label| tasks[k].labels[label].clone());
                mistakes[k].push(Mistake { row, label, said: said_label, probability: probabilities[said] });
            }
        }
    }
    Ok(())
}

/// The mistakes that are told: the surest first, of equals the first in the data.
pub(crate) fn surest(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.row.cmp(&b.row)));
    mistakes.truncate(TOLD);
    mistakes
}
