//! A model at work without training: evaluation on labelled examples, prediction on any sentence.
//!
//! An evaluation's loss is plain cross-entropy, whatever smoothing and class weights a run trains with.

use candle_core::Tensor;
use indexmap::IndexMap;

use super::losses::TaskLosses;
use crate::Result;
use crate::data::Dataset;
use crate::metrics::{Tally, argmax};
use crate::model::{Model, Pass};
use crate::ops::softmax_rows;
use crate::protocol::{Prediction, TaskMetrics, TaskPrediction};
use crate::recipe::Task;
use crate::text::{Batch, Encoding, Tokenizer};

/// Sentences of one pass; few, so that a browser's worker is never deaf for long.
pub(crate) const BATCH: usize = 16;

/// Each task's figures over all of `data`'s labelled examples, `None` for a task that none is labelled for; `data` has the
/// model's tasks in head order.
pub fn evaluate(model: &Model, tokenizer: &Tokenizer, data: &Dataset) -> Result<IndexMap<String, Option<TaskMetrics>>> {
    let encodings: Vec<Encoding> = data.examples.iter().map(|e| tokenizer.encode(&e.text)).collect::<Result<_>>()?;
    let mut tallies = tallies(&data.tasks);
    let rows: Vec<usize> = (0..data.examples.len()).collect();
    for rows in rows.chunks(BATCH) {
        let batch = Batch::of_examples(&encodings, &data.examples, rows, data.tasks.len());
        tally_batch(&model.forward(&batch, Pass::Evaluation)?, &batch, &mut tallies)?;
    }
    let named = data.tasks.iter().zip(&tallies);
    Ok(named.map(|(task, tally)| (task.name.clone(), tally.metrics())).collect())
}

/// Classifies sentences with every head of `model`.
pub fn predict(model: &Model, tokenizer: &Tokenizer, tasks: &[Task], texts: &[String]) -> Result<Vec<Prediction>> {
    let mut predictions = Vec::with_capacity(texts.len());
    for texts in texts.chunks(BATCH) {
        let encodings: Vec<Encoding> = texts.iter().map(|text| tokenizer.encode(text)).collect::<Result<_>>()?;
        let logits = model.forward(&Batch::of_sentences(&encodings), Pass::Evaluation)?;
        let probabilities = probabilities(&logits, tasks)?;
        for (row, text) in texts.iter().enumerate() {
            let answers = tasks.iter().zip(&probabilities).map(|(task, probabilities)| {
                let probabilities = probabilities[row].clone();
                let label = task.labels[argmax(&probabilities)].clone();
                (task.name.clone(), TaskPrediction { label, probabilities })
            });
            predictions.push(Prediction { text: text.clone(), tasks: answers.collect() });
        }
    }
    Ok(predictions)
}

/// The softmax of each task's `logits` (B,C_k), sentence by sentence. (K)(B)(C_k)
pub(crate) fn probabilities(logits: &[Tensor], tasks: &[Task]) -> Result<Vec<Vec<Vec<f32>>>> {
    let of_task = |(logits, task): (&Tensor, &Task)| {
        let c = task.labels.len();
        let probabilities = softmax_rows(&logits.flatten_all()?.to_vec1::<f32>()?, c);
        Ok(probabilities.chunks_exact(c).map(<[f32]>::to_vec).collect())
    };
    logits.iter().zip(tasks).map(of_task).collect()
}

/// An empty tally for each task.
pub(crate) fn tallies(tasks: &[Task]) -> Vec<Tally> {
    tasks.iter().map(|task| Tally::new(task.labels.len())).collect()
}

/// Counts one batch's logits into `tallies` and returns its plain losses. (K)
pub(crate) fn tally_batch(logits: &[Tensor], batch: &Batch, tallies: &mut [Tally]) -> Result<Vec<Option<f32>>> {
    let plain = TaskLosses::plain(batch.labels.len());
    let losses = scalars(&plain.of(logits, batch)?)?;
    tally(tallies, logits, &losses, &plain, batch)?;
    Ok(losses)
}

/// The losses as numbers.
pub(crate) fn scalars(losses: &[Option<Tensor>]) -> Result<Vec<Option<f32>>> {
    let scalar = |loss: &Option<Tensor>| Ok(loss.as_ref().map(Tensor::to_scalar::<f32>).transpose()?);
    losses.iter().map(scalar).collect()
}

/// Counts a batch's answers, and its `losses` as `task_losses` gave them, into each task's tally.
pub(crate) fn tally(
    tallies: &mut [Tally],
    logits: &[Tensor],
    losses: &[Option<f32>],
    task_losses: &TaskLosses,
    batch: &Batch,
) -> Result<()> {
    let denominators = task_losses.denominators(batch);
    let of_tasks = tallies.iter_mut().zip(logits).zip(losses).zip(denominators).zip(&batch.labels);
    for ((((tally, logits), loss), denominator), labels) in of_tasks {
        let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
        tally.add(&logits, labels, loss.unwrap_or(0.0), denominator);
    }
    Ok(())
}
