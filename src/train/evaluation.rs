//! Evaluation of a model on labelled examples, a batch at a time.
//!
//! An evaluation's loss is plain cross-entropy, whatever smoothing and class weights a run trains with.

use std::ops::ControlFlow;

use candle_core::Tensor;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::update::TaskLosses;
use super::{EvaluationBatch, Hook, Moment, Trainer};
use crate::Result;
use crate::checkpoint::{Archive, State, state};
use crate::data::{Dataset, Texts};
use crate::metrics::{Tally, TaskMetrics};
use crate::model::{Model, Pass};
use crate::recipe::Task;
use crate::text::{Batch, Tokenizer};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Sentences of one forward pass outside of training. They are few, so that a browser's worker stays responsive.
pub const EVALUATION_BATCH_SIZE: usize = 16;

/// A split of the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// The examples that train.
    #[default]
    Train,
    /// The examples held out.
    Validation,
}

impl State for Split {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut is_held_out = *self == Self::Validation;
        archive.value(&mut is_held_out)?;
        *self = if is_held_out { Self::Validation } else { Self::Train };
        Ok(())
    }
}

/// How well each task is solved on a split.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Evaluation {
    /// Which examples.
    pub split: Split,
    /// How many of the split's sentences were evaluated, drawn at random; absent: all of them. Of more than 2,000 training sentences
    /// so many are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub sample: Option<usize>,
    /// Epochs completed before it; if the best epoch's parameters have been restored, that epoch.
    pub epoch: u32,
    /// Figures by task; `null` for a task that none of the examples is labelled for.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TaskMetrics | null>"))]
    pub tasks: IndexMap<String, Option<TaskMetrics>>,
}

/// Each task's figures over all of `data`'s labelled examples, with the model's temperatures, `None` for a task without any;
/// `data` has the model's tasks in head order.
///
/// # Errors
///
/// If a sentence cannot be tokenised, or a tensor operation fails.
pub fn evaluate(model: &Model, tokenizer: &Tokenizer, data: &Dataset) -> Result<IndexMap<String, Option<TaskMetrics>>> {
    evaluate_texts(model, tokenizer, data, data, &mut |_| {})
}

/// Sentences that are tokenised at a time: whole batches of them.
const GROUP: usize = 64 * EVALUATION_BATCH_SIZE;

/// The same for `data` whose sentences are in `texts`, of which some hundred at a time are kept. `progress` is given the number
/// of sentences after each such group.
///
/// # Errors
///
/// As [`evaluate`].
pub fn evaluate_texts(
    model: &Model,
    tokenizer: &Tokenizer,
    data: &Dataset,
    texts: &dyn Texts,
    progress: &mut dyn FnMut(usize),
) -> Result<IndexMap<String, Option<TaskMetrics>>> {
    let mut tallies = evaluation_tallies(&data.tasks);
    let mut done = 0;
    let mut tally = |texts: &[String]| -> Result<()> {
        let encodings = tokenizer.encode_all(texts, model.context())?;
        let examples = &data.examples[done..done + encodings.len()];
        let rows: Vec<usize> = (0..examples.len()).collect();
        for rows in rows.chunks(EVALUATION_BATCH_SIZE) {
            let batch = Batch::of_examples(&encodings, examples, rows, data.tasks.len());
            let logits = model.calibrated(model.forward(&batch, Pass::Evaluation)?, &data.tasks)?;
            tally_batch(&logits, &batch, &mut tallies)?;
        }
        done += examples.len();
        progress(done);
        Ok(())
    };
    let (mut group, mut tallied) = (Vec::new(), Ok(()));
    texts.visit(&mut |text| {
        group.push(text.to_string());
        if group.len() == GROUP {
            tallied = tally(&group);
            group.clear();
        }
        if tallied.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    tallied?;
    tally(&group)?;
    Ok(metrics_by_task(&data.tasks, &tallies))
}

/// An evaluation in progress: its split, and the tallies of the batches so far.
#[derive(Debug, Default)]
pub(crate) struct EvaluationPass {
    split: Split,
    /// Sentences evaluated so far.
    done: usize,
    tallies: Vec<Tally>,
}

state!(EvaluationPass { split, done, tallies });
state!(Evaluation { split, sample, epoch, tasks });

impl EvaluationPass {
    /// An evaluation before its first batch.
    pub fn new(split: Split, tasks: &[Task]) -> Self {
        Self { split, done: 0, tallies: evaluation_tallies(tasks) }
    }
}

impl Trainer {
    /// Evaluates the next batch of `pass`, or one on each rank. Returns the evaluation after the last one. If a loss is not
    /// finite, the parameters go back to those of the step before, and the run is over.
    pub(crate) fn evaluate_batch(&mut self, pass: &mut EvaluationPass, hook: &mut Hook) -> Result<Option<Evaluation>> {
        let all = self.data.evaluated(pass.split);
        let next = all[pass.done..].chunks(EVALUATION_BATCH_SIZE).take(self.ranks.size());
        let batches: Vec<(Vec<usize>, Batch)> = next.map(|rows| (rows.to_vec(), self.data.batch(rows))).collect();
        let is_last = pass.done + batches.iter().map(|(rows, _)| rows.len()).sum::<usize>() == all.len();
        let logits = self.logits_of(&batches)?;
        for ((rows, batch), logits) in batches.iter().zip(&logits) {
            let losses = tally_batch(logits, batch, &mut pass.tallies)?;
            self.stop_if_diverged(&losses, self.progress.steps)?;
            let is_first = pass.done == 0;
            hook(Moment::EvaluationBatch(EvaluationBatch { trainer: self, is_first, rows, batch, logits }))?;
            pass.done += rows.len();
        }
        if !is_last {
            return Ok(None);
        }
        let tasks = metrics_by_task(self.tasks(), &pass.tallies);
        let sample = (pass.split == Split::Train).then(|| self.data.sample.as_ref().map(Vec::len)).flatten();
        let evaluation = Evaluation { split: pass.split, sample, epoch: self.evaluated_epoch(), tasks };
        hook(Moment::Evaluation(&evaluation))?;
        Ok(Some(evaluation))
    }
}

/// An empty tally for each task of an evaluation, which keeps the confidences. (K)
fn evaluation_tallies(tasks: &[Task]) -> Vec<Tally> {
    tasks.iter().map(|task| Tally::with_confidences(task.labels.len())).collect()
}

/// An empty tally for each task. (K)
pub(super) fn empty_tallies(tasks: &[Task]) -> Vec<Tally> {
    tasks.iter().map(|task| Tally::new(task.labels.len())).collect()
}

fn metrics_by_task(tasks: &[Task], tallies: &[Tally]) -> IndexMap<String, Option<TaskMetrics>> {
    tasks.iter().zip(tallies).map(|(task, tally)| (task.name.clone(), tally.metrics())).collect()
}

/// Counts one batch's logits into `tallies` and returns its plain losses. (K)
fn tally_batch(logits: &[Tensor], batch: &Batch, tallies: &mut [Tally]) -> Result<Vec<Option<f32>>> {
    let plain = TaskLosses::plain(batch.labels.len());
    let losses = scalars(&plain.compute(logits, batch)?)?;
    let logits = logits.iter().map(|logits| Ok(logits.flatten_all()?.to_vec1()?)).collect::<Result<Vec<_>>>()?;
    add_to_tallies(tallies, &logits, &losses, &plain, batch);
    Ok(losses)
}

/// The losses as numbers. (K)
pub(super) fn scalars(losses: &[Option<Tensor>]) -> Result<Vec<Option<f32>>> {
    let scalar = |loss: &Option<Tensor>| Ok(loss.as_ref().map(Tensor::to_scalar::<f32>).transpose()?);
    losses.iter().map(scalar).collect()
}

/// Adds a batch's predictions to each task's tally, and its `losses`, which `task_losses` computed. `logits` are (K)(B,C_k),
/// row after row.
pub(super) fn add_to_tallies(
    tallies: &mut [Tally],
    logits: &[Vec<f32>],
    losses: &[Option<f32>],
    task_losses: &TaskLosses,
    batch: &Batch,
) {
    let denominators = task_losses.denominators(batch);
    let of_tasks = tallies.iter_mut().zip(logits).zip(losses).zip(denominators).zip(&batch.labels);
    for ((((tally, logits), loss), denominator), labels) in of_tasks {
        tally.add(logits, labels, loss.unwrap_or(0.0), denominator);
    }
}
