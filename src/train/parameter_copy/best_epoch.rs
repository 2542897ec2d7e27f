//! The best epoch of a run: its parameters are kept, and restored at the end.
//!
//! The best epoch has the best `metric_for_best_model` on the held-out sentences, as the mean over the tasks that train and
//! that have held-out labels: a head that never trains does not count. The earliest of equal epochs counts. With a patience
//! of p the run stops when p epochs in a row were no better than the best (transformers' `EarlyStoppingCallback` with evaluation
//! once an epoch and a threshold of 0).

use super::ParameterCopy;
use crate::checkpoint::Archive;
use crate::data::Dataset;
use crate::error::message;
use crate::metrics::TaskMetrics;
use crate::model::Model;
use crate::recipe::{Metric, Training};
use crate::train::update::TaskWeights;
use crate::train::{Evaluation, Split};
use crate::{Error, Result};

/// The best epoch so far.
#[derive(Debug)]
pub(crate) struct BestEpoch {
    metric: Metric,
    patience: Option<u32>,
    /// The tasks that decide.
    tasks: Vec<String>,
    /// The best epoch, its figure (the higher the better) and its parameters; `None` before the first evaluation.
    best: Option<(u32, f64, ParameterCopy)>,
    /// The best epoch, once its parameters have been restored.
    restored: Option<u32>,
}

impl BestEpoch {
    /// `None` if the settings do not ask for it. `splits` are the rows of `data` that train, and those held out.
    ///
    /// # Errors
    ///
    /// If the settings ask for the best epoch and no held-out label can decide which one it is.
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
        Ok(Some(Self { metric, patience, tasks, best: None, restored: None }))
    }

    /// The best epoch, once its parameters have been restored.
    pub fn restored(&self) -> Option<u32> {
        self.restored
    }

    /// Compares the held-out figures of `model` after an epoch with the best ones. After the last epoch, or if patience has
    /// run out, puts the best epoch's parameters back into the model and returns that epoch. Does nothing with the training
    /// split's figures, or once the parameters have been restored.
    pub fn judge(&mut self, evaluation: &Evaluation, model: &Model, is_last: bool) -> Result<Option<u32>> {
        if self.restored.is_some() || evaluation.split != Split::Validation {
            return Ok(None);
        }
        let is_out_of_patience = self.compare(evaluation, model)?;
        if let (true, Some((epoch, _, copy))) = (is_out_of_patience || is_last, &self.best) {
            copy.restore()?;
            self.restored = Some(*epoch);
        }
        Ok(self.restored)
    }

    /// Keeps the parameters of `model` if they are the best so far. Returns whether patience has run out.
    fn compare(&mut self, evaluation: &Evaluation, model: &Model) -> Result<bool> {
        let figure = self.figure(evaluation);
        match &mut self.best {
            None => self.best = Some((evaluation.epoch, figure, ParameterCopy::new(model)?)),
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

    /// Lists the best epoch for a checkpoint.
    pub fn visit(&mut self, model: &Model, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.restored)?;
        let (mut figures, mut copy) = match self.best.take() {
            Some((epoch, figure, copy)) => ((epoch, figure), Some(copy)),
            None => ((0, 0.0), None),
        };
        archive.value(&mut figures)?;
        ParameterCopy::visit(&mut copy, "best", model, archive)?;
        self.best = copy.map(|copy| (figures.0, figures.1, copy));
        Ok(())
    }

    /// The metric's mean over the tasks that decide, negated for the loss, so that higher is better.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Example;
    use crate::recipe::{Recipe, Task};
    use crate::train::Split;

    /// A task a to c for each text of labels of x and y; a blank is not labelled.
    fn best(rows: &[&str], held_out: usize, weights: &str) -> Result<Option<BestEpoch>> {
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
        BestEpoch::new(&training, &data, &splits, &TaskWeights::new(&training, &data.tasks)?)
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
        let metrics =
            |accuracy, macro_f1, loss| Some(TaskMetrics { accuracy, macro_f1, loss, ..TaskMetrics::default() });
        let tasks = [
            ("a".to_string(), metrics(0.5, 0.25, 2.0)),
            ("untrained".into(), metrics(0.0, 0.0, 9.0)),
            ("b".into(), metrics(1.0, 0.75, 1.0)),
            ("unlabelled".into(), None),
        ];
        let evaluation =
            Evaluation { split: Split::Validation, sample: None, epoch: 1, tasks: tasks.into_iter().collect() };
        let figures = [Metric::Loss, Metric::Accuracy, Metric::MacroF1].map(|metric| {
            let tasks = vec!["a".into(), "b".into()];
            BestEpoch { metric, patience: None, tasks, best: None, restored: None }.figure(&evaluation)
        });
        assert_eq!(figures, [-1.5, 0.75, 0.5]);
    }
}
