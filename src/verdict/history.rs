//! A run's evaluations, as far as the verdict needs them.

use indexmap::IndexMap;

use super::suggest::not_finite;
use super::{BetterEpoch, Evidence, Verdict, judge};
use crate::checkpoint::state;
use crate::metrics::TaskMetrics;
use crate::recipe::{Metric, Recipe, Task};
use crate::train::{Evaluation, Split};

/// Smallest gain in accuracy that makes an earlier epoch worth going back to: less is noise between epochs.
const GAIN: f32 = 0.03;

/// Smallest such gain in held-out sentences.
const GAINED_SENTENCES: f32 = 2.0;

/// The evaluations of a run so far.
#[derive(Debug, Default)]
pub struct History {
    /// The latest evaluations of the training split and of the held-out sentences.
    latest: [Option<Evaluation>; 2],
    /// The held-out figures after each epoch, by task.
    epochs: Vec<(u32, IndexMap<String, EpochFigures>)>,
}

/// A task's held-out figures after an epoch.
#[derive(Debug, Clone, Copy, Default)]
struct EpochFigures {
    accuracy: f32,
    macro_f1: f32,
    loss: f32,
}

state!(History { latest, epochs });
state!(EpochFigures { accuracy, macro_f1, loss });

impl EpochFigures {
    /// The higher, the better.
    fn by(&self, metric: Metric) -> f32 {
        match metric {
            Metric::Loss => -self.loss,
            Metric::Accuracy => self.accuracy,
            Metric::MacroF1 => self.macro_f1,
        }
    }
}

impl History {
    /// Takes in an evaluation.
    pub fn add(&mut self, evaluation: &Evaluation) {
        if evaluation.split == Split::Validation {
            let figures = evaluation.tasks.iter().filter_map(|(task, metrics)| {
                let metrics = metrics.as_ref()?;
                let (accuracy, macro_f1, loss) = (metrics.accuracy, metrics.macro_f1, metrics.loss);
                Some((task.clone(), EpochFigures { accuracy, macro_f1, loss }))
            });
            self.epochs.push((evaluation.epoch, figures.collect()));
        }
        self.latest[evaluation.split as usize] = Some(evaluation.clone());
    }

    /// The latest evaluation of `split`.
    pub fn latest(&self, split: Split) -> Option<&Evaluation> {
        self.latest[split as usize].as_ref()
    }

    /// The verdicts on a run whose final parameters have been evaluated: one for each task that trains.
    pub fn verdicts(&self, recipe: &Recipe, tasks: &[Task]) -> Vec<Verdict> {
        let evidence = |task| Evidence {
            task,
            train: self.latest_of(Split::Train, task),
            held_out: self.latest_of(Split::Validation, task),
            better: self.better_epoch(recipe, tasks, task),
            recipe,
        };
        training(recipe, tasks).map(|task| judge(&evidence(task))).collect()
    }

    /// A task's latest figures on a split.
    fn latest_of(&self, split: Split, task: &Task) -> Option<&TaskMetrics> {
        self.latest[split as usize].as_ref()?.tasks.get(&task.name)?.as_ref()
    }

    /// The best epoch of the run by the recipe's metric or else by accuracy, if `task` was clearly better then than it is
    /// now.
    fn better_epoch(&self, recipe: &Recipe, tasks: &[Task], task: &Task) -> Option<BetterEpoch> {
        if recipe.training.keeps_best() {
            return None;
        }
        let (_, last) = self.epochs.last()?;
        let now = last.get(&task.name)?.accuracy;
        let held_out = self.latest_of(Split::Validation, task)?;
        let n: u32 = held_out.confusion.iter().flatten().sum();
        let gain = GAIN.max(GAINED_SENTENCES / n as f32);
        [recipe.training.metric_for_best_model, Metric::Accuracy].into_iter().find_map(|metric| {
            let (epoch, figures) = self.best_by(metric, recipe, tasks)?;
            let accuracy = figures.get(&task.name)?.accuracy;
            // Sums of f32 fall short of a gain that is met exactly.
            (accuracy - now > gain - 1e-4).then_some(BetterEpoch { epoch, accuracy, metric })
        })
    }

    /// The epoch with the best mean over the tasks that train and that have held-out labels, the earliest among equals; as
    /// `load_best_model_at_end` finds it.
    fn best_by(
        &self,
        metric: Metric,
        recipe: &Recipe,
        tasks: &[Task],
    ) -> Option<(u32, &IndexMap<String, EpochFigures>)> {
        let sum = |figures: &IndexMap<String, EpochFigures>| -> f64 {
            let trains = |task: &&Task| self.latest_of(Split::Train, task).is_some();
            let of_tasks = training(recipe, tasks).filter(trains).filter_map(|task| figures.get(&task.name));
            of_tasks.map(|figures| f64::from(figures.by(metric))).sum()
        };
        let (epoch, figures) = self.epochs.iter().rev().max_by(|a, b| sum(&a.1).total_cmp(&sum(&b.1)))?;
        Some((*epoch, figures))
    }
}

/// The verdicts on a run that ended in step `step`, from 1, because a loss was no longer finite.
pub(crate) fn verdicts_not_finite(step: usize, recipe: &Recipe, tasks: &[Task]) -> Vec<Verdict> {
    training(recipe, tasks).map(|task| not_finite(step, task, &recipe.training)).collect()
}

/// The tasks that train: those whose weight is not 0.
fn training<'a>(recipe: &'a Recipe, tasks: &'a [Task]) -> impl Iterator<Item = &'a Task> {
    tasks.iter().filter(|task| recipe.training.task_weight.get(&task.name).is_none_or(|&weight| weight > 0.0))
}
