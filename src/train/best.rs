//! The best epoch of a run: its parameters are kept, and gone back to in the end.
//!
//! Best is what `metric_for_best_model` says of the held-out sentences, as the mean over the tasks that they are
//! labelled for; of equals the earliest. With a patience of p the run stops when p epochs in a row were no better than
//! the best (transformers' `EarlyStoppingCallback` with evaluation once an epoch and a threshold of 0).

use std::sync::Arc;

use candle_core::Tensor;

use crate::model::Model;
use crate::ops::{Parameter, Table, copy_into};
use crate::protocol::{Evaluation, TaskMetrics};
use crate::recipe::{Metric, Training};
use crate::{Error, Result};

/// What the run has come to so far, and the best of it.
#[derive(Debug)]
pub(super) struct Best {
    metric: Metric,
    patience: Option<u32>,
    /// The best epoch, its figure (the higher the better) and its parameters; `None` before the first evaluation.
    best: Option<(u32, f64, Snapshot)>,
}

impl Best {
    /// `None` if the settings do not ask for it.
    pub fn new(training: &Training) -> Option<Self> {
        let (metric, patience) = (training.metric_for_best_model, training.early_stopping_patience);
        training.keeps_best().then_some(Self { metric, patience, best: None })
    }

    /// An error if the settings ask for it and nothing is held out that could tell which epoch is best.
    pub fn check(training: &Training, held_out: usize) -> Result<()> {
        if held_out > 0 || !training.keeps_best() {
            return Ok(());
        }
        let name = match training.early_stopping_patience {
            Some(_) => "early_stopping_patience",
            None => "load_best_model_at_end",
        };
        Err(Error::setting(
            name,
            "held-out sentences decide which epoch is best, and there are none; hold out a share of the sentences \
             (a validation fraction of 0.25, say) or give a validation file",
        ))
    }

    /// Takes in how `model` does on the held-out sentences after an epoch. Returns whether patience has run out.
    pub fn judge(&mut self, evaluation: &Evaluation, model: &Model) -> Result<bool> {
        let figure = figure(self.metric, evaluation);
        match &mut self.best {
            None => self.best = Some((evaluation.epoch, figure, Snapshot::of(model)?)),
            Some((epoch, best, copy)) if figure > *best => {
                copy.renew()?;
                (*epoch, *best) = (evaluation.epoch, figure);
            }
            Some((epoch, ..)) => {
                return Ok(self.patience.is_some_and(|patience| evaluation.epoch - *epoch >= patience));
            }
        }
        Ok(false)
    }

    /// Puts the best parameters back into the model that was judged, and returns their epoch.
    pub fn restore(&self) -> Result<Option<u32>> {
        let Some((epoch, _, copy)) = &self.best else { return Ok(None) };
        copy.restore()?;
        Ok(Some(*epoch))
    }
}

/// The mean over the labelled tasks, turned so that higher is better.
fn figure(metric: Metric, evaluation: &Evaluation) -> f64 {
    let of_task = |metrics: &TaskMetrics| {
        f64::from(match metric {
            Metric::Loss => -metrics.loss,
            Metric::Accuracy => metrics.accuracy,
            Metric::MacroF1 => metrics.macro_f1,
        })
    };
    let figures: Vec<f64> = evaluation.tasks.values().flatten().map(of_task).collect();
    figures.iter().sum::<f64>() / figures.len() as f64
}

/// A copy of everything that trains in a model.
#[derive(Debug)]
struct Snapshot {
    parameters: Vec<(Arc<Parameter>, Tensor)>,
    /// The tables, and the factor on those rows of theirs that do not train.
    tables: Vec<(Arc<Table>, f64)>,
}

impl Snapshot {
    fn of(model: &Model) -> Result<Self> {
        let parameters = model.trainable().into_values();
        let copied = parameters.map(|parameter| Ok((parameter.clone(), parameter.value().detach().copy()?)));
        let tables = model.encoder().tables().into_iter();
        Ok(Self {
            parameters: copied.collect::<Result<_>>()?,
            tables: tables.map(|table| (table.clone(), table.shrinkage())).collect(),
        })
    }

    /// Takes the parameters as they are now, in the memory of the copy before.
    fn renew(&mut self) -> Result<()> {
        for (parameter, copy) in &self.parameters {
            copy_into(copy, parameter.value())?;
        }
        for (table, shrinkage) in &mut self.tables {
            *shrinkage = table.shrinkage();
        }
        Ok(())
    }

    fn restore(&self) -> Result<()> {
        for (parameter, copy) in &self.parameters {
            copy_into(parameter.value(), copy)?;
        }
        for (table, shrinkage) in &self.tables {
            table.set_shrinkage(*shrinkage);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Split;

    #[test]
    fn the_mean_over_the_labelled_tasks() {
        let metrics = |accuracy, macro_f1, loss| Some(TaskMetrics { accuracy, macro_f1, loss, confusion: vec![] });
        let tasks =
            [("a".to_string(), metrics(0.5, 0.25, 2.0)), ("b".into(), metrics(1.0, 0.75, 1.0)), ("c".into(), None)];
        let evaluation = Evaluation { split: Split::Validation, epoch: 1, tasks: tasks.into_iter().collect() };
        let figures = [Metric::Loss, Metric::Accuracy, Metric::MacroF1].map(|metric| figure(metric, &evaluation));
        assert_eq!(figures, [-1.5, 0.75, 0.5]);
    }
}
