//! The best epoch of a run: its parameters are kept, and gone back to in the end.
//!
//! Best is what `metric_for_best_model` says of the held-out sentences, as the mean over the tasks that train and that they
//! are labelled for: a head that stays as it was drawn has no say. Of equals the earliest counts. With a patience of p the
//! run stops when p epochs in a row were no better than the best (transformers' `EarlyStoppingCallback` with evaluation
//! once an epoch and a threshold of 0).

use std::sync::Arc;

use candle_core::Tensor;

use super::task_weights::TaskWeights;
use crate::data::Dataset;
use crate::error::message;
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
    /// The tasks that decide.
    tasks: Vec<String>,
    /// The best epoch, its figure (the higher the better) and its parameters; `None` before the first evaluation.
    best: Option<(u32, f64, Snapshot)>,
}

impl Best {
    /// `None` if the settings do not ask for it. An error if they do and nothing is held out that could tell which epoch is
    /// best: `splits` are the rows of `data` that train and that are held out.
    pub fn new(
        training: &Training,
        data: &Dataset,
        splits: &[Vec<usize>; 2],
        weights: &TaskWeights,
    ) -> Result<Option<Self>> {
        if !training.keeps_best() {
            return Ok(None);
        }
        let name = match training.early_stopping_patience {
            Some(_) => "early_stopping_patience",
            None => "load_best_model_at_end",
        };
        if splits[1].is_empty() {
            return Err(Error::setting(
                name,
                message!(
                    "train.best_nothing_held_out",
                    "held-out sentences decide which epoch is best, and there are none; hold out a share of the sentences \
                     (a validation fraction of 0.25, say) or give a validation file"
                ),
            ));
        }
        let labelled = splits.each_ref().map(|rows| {
            let counts = data.class_counts(rows);
            counts.into_iter().map(|classes| classes.iter().any(|&n| n > 0)).collect::<Vec<bool>>()
        });
        let trains = |task: usize| weights.of(task) > 0.0 && labelled[0][task];
        let decides = |&task: &usize| trains(task) && labelled[1][task];
        let tasks: Vec<String> =
            (0..data.tasks.len()).filter(decides).map(|task| data.tasks[task].name.clone()).collect();
        if tasks.is_empty() {
            return Err(Error::setting(
                name,
                message!(
                    "train.best_no_label",
                    "held-out sentences decide which epoch is best, and none of them is labelled for a task that trains; \
                     hold out some that are"
                ),
            ));
        }
        let (metric, patience) = (training.metric_for_best_model, training.early_stopping_patience);
        Ok(Some(Self { metric, patience, tasks, best: None }))
    }

    /// Takes in how `model` does on the held-out sentences after an epoch. Returns whether patience has run out.
    pub fn judge(&mut self, evaluation: &Evaluation, model: &Model) -> Result<bool> {
        let figure = self.figure(evaluation);
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

    /// The mean over the tasks that decide, turned so that higher is better.
    fn figure(&self, evaluation: &Evaluation) -> f64 {
        let of_task = |metrics: &TaskMetrics| {
            f64::from(match self.metric {
                Metric::Loss => -metrics.loss,
                Metric::Accuracy => metrics.accuracy,
                Metric::MacroF1 => metrics.macro_f1,
            })
        };
        let figures: Vec<f64> =
            self.tasks.iter().filter_map(|task| Some(of_task(evaluation.tasks.get(task)?.as_ref()?))).collect();
        figures.iter().sum::<f64>() / figures.len() as f64
    }
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
    use crate::data::Example;
    use crate::protocol::Split;
    use crate::recipe::{Recipe, Task};

    /// A task a to c for each text of labels of x and y; a blank is not labelled.
    fn best(rows: &[&str], held_out: usize, weights: &str) -> Result<Option<Best>> {
        let task = |name: &str| Task { name: name.into(), labels: vec!["x".into(), "y".into()] };
        let label = |letter| match letter {
            'x' => Some(0),
            'y' => Some(1),
            _ => None,
        };
        let example = |row: &&str| Example {
            text: "w5".into(),
            labels: row.chars().enumerate().filter_map(|(task, letter)| Some((task, label(letter)?))).collect(),
        };
        let data = Dataset { tasks: ["a", "b", "c"].map(task).into(), examples: rows.iter().map(example).collect() };
        let first = rows.len() - held_out;
        let splits = [(0..first).collect(), (first..rows.len()).collect()];
        let json = format!(r#"{{"training": {{"early_stopping_patience": 2, "task_weight": {{{weights}}}}}}}"#);
        let training = Recipe::from_json(&json)?.training;
        Best::new(&training, &data, &splits, &TaskWeights::new(&training, &data.tasks)?)
    }

    #[test]
    fn only_tasks_that_train_and_are_held_out_decide() {
        let deciding = |rows: &[&str], weights| best(rows, 2, weights).unwrap().unwrap().tasks;
        assert_eq!(deciding(&["xxx", "yyy", "xyx", "yxy"], ""), ["a", "b", "c"]);
        assert_eq!(deciding(&["xxx", "yyy", "xyx", "yxy"], r#""b": 0"#), ["a", "c"]);
        assert_eq!(deciding(&["xx ", "yy ", "xyx", "yxy"], ""), ["a", "b"], "c has no label to train on");
        assert_eq!(deciding(&["xxx", "yyy", "xy ", "yx "], ""), ["a", "b"], "c has none that is held out");
        for (rows, weights) in [
            (["xxx", "yyy", " yx", " xy"], r#""b": 0, "c": 0"#),
            (["xxx", "yyy", "   ", "   "], ""),
            ([" xx", " yy", "x  ", "y  "], ""),
        ] {
            assert_eq!(
                best(&rows, 2, weights).unwrap_err().to_string(),
                "early_stopping_patience: held-out sentences decide which epoch is best, and none of them is labelled \
                 for a task that trains; hold out some that are"
            );
        }
    }

    #[test]
    fn the_mean_over_the_tasks_that_decide() {
        let metrics = |accuracy, macro_f1, loss| Some(TaskMetrics { accuracy, macro_f1, loss, confusion: vec![] });
        let tasks = [
            ("a".to_string(), metrics(0.5, 0.25, 2.0)),
            ("untrained".into(), metrics(0.0, 0.0, 9.0)),
            ("b".into(), metrics(1.0, 0.75, 1.0)),
            ("unlabelled".into(), None),
        ];
        let evaluation = Evaluation { split: Split::Validation, epoch: 1, tasks: tasks.into_iter().collect() };
        let figures = [Metric::Loss, Metric::Accuracy, Metric::MacroF1].map(|metric| {
            let tasks = vec!["a".into(), "b".into()];
            Best { metric, patience: None, tasks, best: None }.figure(&evaluation)
        });
        assert_eq!(figures, [-1.5, 0.75, 0.5]);
    }
}
