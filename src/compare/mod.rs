//! A comparison of several weightings over several seeds on the same sentences, beside baselines.
//!
//! Every run of a seed has the same split, the same initial heads and, but for the linear probe, the same batches in the
//! same order: a single task is the run in which the other tasks' weights are 0, not a run on other data. The compared
//! figures are those of the held-out sentences at each run's end.

mod gain;
mod report;

use indexmap::IndexMap;

pub use gain::Gain;
pub use report::{Compared, Comparison, ComparisonRow, Contender, Figures, Spread};

use crate::error::{Message, message};
use crate::metrics::TaskMetrics;
use crate::recipe::{Freeze, OptimizerKind, Recipe, Schedule, Training, Weighting};
use crate::train::{Evaluation, Split};
use crate::{Error, Result};

/// One run of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRun {
    /// The row of the comparison that it belongs to.
    pub contender: Contender,
    /// The task that trains alone, with [`Contender::SingleTask`].
    pub task: Option<String>,
    /// Its recipe.
    pub recipe: Recipe,
}

/// The runs of a comparison, and the figures of those that have finished.
#[derive(Debug, Clone)]
pub struct ComparisonRuns {
    tasks: Vec<String>,
    seeds: Vec<u64>,
    weightings: Vec<Weighting>,
    runs: Vec<PlannedRun>,
    finished: Vec<Option<Finished>>,
}

#[derive(Debug, Clone)]
struct Finished {
    held_out: IndexMap<String, Figures>,
    majority: IndexMap<String, Figures>,
}

impl ComparisonRuns {
    /// Plans the comparison of `weightings` over `seeds` with `recipe`; `tasks` are its tasks' names in head order.
    ///
    /// # Errors
    ///
    /// If there is no weighting or no seed, or a seed is given twice.
    pub fn new(recipe: &Recipe, tasks: &[String], weightings: &[Weighting], seeds: &[u64]) -> Result<Self> {
        if weightings.is_empty() {
            let wrong = message!("compare.no_weighting", "there is none to compare; name at least one, such as sum");
            return Err(Error::setting("weightings", wrong));
        }
        if seeds.is_empty() {
            return Err(Error::setting("seeds", message!("compare.no_seed", "there is none; give at least one")));
        }
        let twice = (1..seeds.len()).find(|&i| seeds[..i].contains(&seeds[i]));
        if let Some(i) = twice {
            let wrong = message!("compare.seed_twice", "{seed} is there twice; each seed counts once", seed = seeds[i]);
            return Err(Error::setting("seeds", wrong));
        }
        let mut runs = Vec::new();
        for &seed in seeds {
            let base = Recipe { seed, diagnostics: Default::default(), ..recipe.clone() };
            runs.push(PlannedRun { contender: Contender::LinearProbe, task: None, recipe: probe(&base) });
            for task in tasks {
                let mut alone = base.clone();
                alone.training.weighting = Weighting::Sum;
                alone.training.tasks_per_step = None;
                for other in tasks.iter().filter(|other| *other != task) {
                    alone.training.task_weight.insert(other.clone(), 0.0);
                }
                alone.training.task_weight.insert(task.clone(), 1.0);
                runs.push(PlannedRun { contender: Contender::SingleTask, task: Some(task.clone()), recipe: alone });
            }
            for &weighting in weightings {
                let mut weighed = base.clone();
                weighed.training.weighting = weighting;
                runs.push(PlannedRun { contender: Contender::Weighting(weighting), task: None, recipe: weighed });
            }
        }
        Ok(Self {
            tasks: tasks.to_vec(),
            seeds: seeds.to_vec(),
            weightings: weightings.to_vec(),
            finished: runs.iter().map(|_| None).collect(),
            runs,
        })
    }

    /// All runs, to be trained in any order.
    pub fn runs(&self) -> &[PlannedRun] {
        &self.runs
    }

    /// Records the result of the finished run with index `run` from all its evaluations.
    ///
    /// # Panics
    ///
    /// If there are fewer runs.
    pub fn finish(&mut self, run: usize, evaluations: &[Evaluation]) -> Compared {
        let last = |split| evaluations.iter().rev().find(|evaluation| evaluation.split == split);
        match (last(Split::Train), last(Split::Validation)) {
            (Some(train), Some(held_out)) => {
                let finished = Finished { held_out: figures(held_out), majority: majority(train, held_out) };
                let tasks = finished.held_out.clone();
                self.finished[run] = Some(finished);
                self.compared(run, tasks, None)
            }
            _ => self.fail(
                run,
                message!("compare.nothing_held_out", "there are no held-out sentences to compare on; hold some out"),
            ),
        }
    }

    /// Records that the run with index `run` failed.
    ///
    /// # Panics
    ///
    /// If there are fewer runs.
    pub fn fail(&mut self, run: usize, why: Message) -> Compared {
        self.compared(run, IndexMap::new(), Some(why))
    }

    fn compared(&self, run: usize, tasks: IndexMap<String, Figures>, failure: Option<Message>) -> Compared {
        let PlannedRun { contender, task, recipe } = &self.runs[run];
        Compared { contender: contender.clone(), task: task.clone(), seed: recipe.seed, tasks, failure }
    }

    /// The figures of all runs that finished.
    pub fn table(&self) -> Comparison {
        let weightings = self.weightings.iter().map(|&weighting| Contender::Weighting(weighting));
        let contenders = [Contender::Majority, Contender::LinearProbe, Contender::SingleTask];
        Comparison {
            seeds: self.seeds.clone(),
            tasks: self.tasks.clone(),
            rows: contenders.into_iter().chain(weightings).map(|contender| self.row(contender)).collect(),
        }
    }

    fn row(&self, contender: Contender) -> ComparisonRow {
        let by_seed: Vec<(u64, IndexMap<String, Figures>)> =
            self.seeds.iter().filter_map(|&seed| Some((seed, self.of(&contender, seed)?))).collect();
        let spreads = |figure: fn(&Figures) -> f64| {
            let of_task = |task: &String| {
                let over_seeds: Vec<f64> = by_seed.iter().filter_map(|(_, all)| all.get(task).map(figure)).collect();
                Some((task.clone(), spread(&over_seeds)?))
            };
            self.tasks.iter().filter_map(of_task).collect()
        };
        let deltas: Vec<f64> = by_seed
            .iter()
            .filter_map(|(seed, all)| delta_m(&self.tasks, all, &self.of(&Contender::SingleTask, *seed)?))
            .collect();
        let held_out = self.runs.first().map_or(0.0, |run| run.recipe.validation_fraction());
        // For each task, and for their mean, the difference of each seed.
        let (mut of_tasks, mut of_means) = (vec![Vec::new(); self.tasks.len()], Vec::new());
        for (seed, together) in by_seed.iter().filter(|_| matches!(contender, Contender::Weighting(_))) {
            let Some(alone) = self.of(&Contender::SingleTask, *seed) else { continue };
            let difference = |task: &String| Some(together.get(task)?.accuracy - alone.get(task)?.accuracy);
            let differences: Vec<Option<f64>> = self.tasks.iter().map(difference).collect();
            of_tasks.iter_mut().zip(&differences).for_each(|(all, difference)| all.extend(difference));
            let known: Vec<f64> = differences.into_iter().flatten().collect();
            if !known.is_empty() {
                of_means.push(known.iter().sum::<f64>() / known.len() as f64);
            }
        }
        let gains =
            self.tasks.iter().zip(&of_tasks).filter_map(|(task, all)| Some((task.clone(), Gain::of(all, held_out)?)));
        ComparisonRow {
            gains: gains.collect(),
            gain: Gain::of(&of_means, held_out),
            finished: by_seed.len(),
            accuracy: spreads(|figures| figures.accuracy),
            macro_f1: spreads(|figures| figures.macro_f1),
            delta_m: spread(&deltas).filter(|_| contender != Contender::SingleTask),
            contender,
        }
    }

    /// A contender's figures with one seed, if its runs finished.
    fn of(&self, contender: &Contender, seed: u64) -> Option<IndexMap<String, Figures>> {
        let all = || self.runs.iter().zip(&self.finished).filter(|(run, _)| run.recipe.seed == seed);
        match contender {
            Contender::Majority => all().find_map(|(_, finished)| Some(finished.as_ref()?.majority.clone())),
            Contender::SingleTask => {
                let mut figures = IndexMap::new();
                for (run, finished) in all().filter(|(run, _)| run.contender == *contender) {
                    let task = run.task.clone()?;
                    if let Some(&own) = finished.as_ref()?.held_out.get(&task) {
                        figures.insert(task, own);
                    }
                }
                Some(figures)
            }
            _ => {
                let (_, finished) = all().find(|(run, _)| run.contender == *contender)?;
                Some(finished.as_ref()?.held_out.clone())
            }
        }
    }
}

/// The heads alone on the frozen encoder, with enough epochs and a high enough learning rate that they fit.
fn probe(base: &Recipe) -> Recipe {
    let training = Training {
        epochs: 100,
        batch_size: 32,
        learning_rate: 1e-2,
        optimizer: OptimizerKind::Adam,
        freeze: Freeze::Encoder,
        schedule: Schedule::Linear,
        max_length: base.training.max_length,
        class_weights: base.training.class_weights,
        reproducible: base.training.reproducible,
        ..Training::default()
    };
    Recipe { training, ..base.clone() }
}

fn figures(evaluation: &Evaluation) -> IndexMap<String, Figures> {
    let of = |(task, metrics): (&String, &Option<TaskMetrics>)| {
        let metrics = metrics.as_ref()?;
        let figures = Figures { accuracy: f64::from(metrics.accuracy), macro_f1: f64::from(metrics.macro_f1) };
        Some((task.clone(), figures))
    };
    evaluation.tasks.iter().filter_map(of).collect()
}

/// The held-out figures of a classifier that always predicts the training split's commonest class. A confusion matrix has
/// the true labels in its rows.
fn majority(train: &Evaluation, held_out: &Evaluation) -> IndexMap<String, Figures> {
    let counts = |confusion: &[Vec<u32>]| confusion.iter().map(|row| row.iter().sum::<u32>()).collect::<Vec<u32>>();
    let of = |(task, metrics): (&String, &Option<TaskMetrics>)| {
        let (train, metrics) = (train.tasks.get(task)?.as_ref()?, metrics.as_ref()?);
        let seen = counts(&train.confusion);
        // Among equals the first, as `argmax` does it.
        let common = (0..seen.len()).rev().max_by_key(|&class| seen[class])?;
        let truth = counts(&metrics.confusion);
        let all: u32 = truth.iter().sum();
        let accuracy = f64::from(truth[common]) / f64::from(all.max(1));
        // One class is predicted; of the classes that occur, the others' F1 is 0.
        let classes = (0..truth.len()).filter(|&class| truth[class] > 0 || class == common).count();
        let macro_f1 = 2.0 * accuracy / (1.0 + accuracy) / classes as f64;
        Some((task.clone(), Figures { accuracy, macro_f1 }))
    };
    held_out.tasks.iter().filter_map(of).collect()
}

/// Maninis et al. 2019 ("Attentive single-tasking of multiple tasks"): the mean relative gain over the single tasks, in
/// per cent. `None` if a task has no figure or its single task none above 0.
fn delta_m(tasks: &[String], together: &IndexMap<String, Figures>, single: &IndexMap<String, Figures>) -> Option<f64> {
    let gains = tasks.iter().filter(|task| together.contains_key(*task) || single.contains_key(*task)).map(|task| {
        let (together, single) = (together.get(task)?.accuracy, single.get(task)?.accuracy);
        (single > 0.0).then(|| (together - single) / single)
    });
    let gains: Vec<f64> = gains.collect::<Option<_>>()?;
    (!gains.is_empty()).then(|| 100.0 * gains.iter().sum::<f64>() / gains.len() as f64)
}

/// Mean and sample standard deviation; `None` without numbers.
fn spread(xs: &[f64]) -> Option<Spread> {
    if xs.is_empty() {
        return None;
    }
    let mean = xs.iter().sum::<f64>() / xs.len() as f64;
    let squares: f64 = xs.iter().map(|x| (x - mean) * (x - mean)).sum();
    let deviation = if xs.len() > 1 { (squares / (xs.len() - 1) as f64).sqrt() } else { 0.0 };
    Some(Spread { mean, deviation })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evaluations of one task "a" whose true labels are counted by `train` and `truth`, with this held-out accuracy.
    fn evaluations(train: [u32; 2], truth: [u32; 2], accuracies: &[(&str, f32)]) -> Vec<Evaluation> {
        let evaluation = |split, counts: [u32; 2]| {
            let metrics = |accuracy| {
                let confusion = vec![vec![counts[0], 0], vec![0, counts[1]]];
                Some(TaskMetrics { accuracy, macro_f1: accuracy / 2.0, confusion, ..TaskMetrics::default() })
            };
            let tasks = accuracies.iter().map(|&(task, accuracy)| (task.to_string(), metrics(accuracy))).collect();
            Evaluation { split, sample: None, epoch: 1, tasks }
        };
        vec![
            evaluation(Split::Validation, [9, 9]),
            evaluation(Split::Train, train),
            evaluation(Split::Validation, truth),
        ]
    }

    fn compare() -> ComparisonRuns {
        let tasks = ["a".to_string(), "b".to_string()];
        ComparisonRuns::new(&Recipe::default(), &tasks, &[Weighting::Sum], &[0, 7]).unwrap()
    }

    #[test]
    fn runs_of_a_seed_share_everything_but_what_is_compared() {
        let compare = compare();
        let runs = compare.runs();
        assert_eq!(runs.len(), 2 * (1 + 2 + 1));
        let alone = &runs[1].recipe;
        assert_eq!(alone.training.task_weight.get("b"), Some(&0.0));
        let mut as_together = alone.clone();
        as_together.training.task_weight.clear();
        assert_eq!(as_together, runs[3].recipe);
        assert_eq!(runs[4].recipe.seed, 7);
        assert_eq!(runs[0].recipe.training.freeze, Freeze::Encoder);
    }

    #[test]
    fn the_table_by_hand() {
        let mut compare = compare();
        let finish = |compare: &mut ComparisonRuns, run, accuracies: &[(&str, f32)]| {
            compare.finish(run, &evaluations([1, 5], [4, 1], accuracies));
        };
        for (first, gain) in [(0, 0.0), (4, 0.1)] {
            finish(&mut compare, first, &[("a", 0.5), ("b", 0.5)]);
            finish(&mut compare, first + 1, &[("a", 0.5), ("b", 0.1)]);
            finish(&mut compare, first + 2, &[("a", 0.2), ("b", 0.8)]);
            finish(&mut compare, first + 3, &[("a", 0.5 + gain), ("b", 0.4)]);
        }
        let table = compare.table();
        let row = |i: usize| &table.rows[i];
        // The commonest class in training is the second; a fifth of the held-out labels are of it.
        assert!((row(0).accuracy["a"].mean - 0.2).abs() < 1e-9);
        assert!((row(0).macro_f1["a"].mean - (2.0 * 0.2 / 1.2) / 2.0).abs() < 1e-9);
        assert_eq!(row(2).contender, Contender::SingleTask);
        assert!((row(2).accuracy["a"].mean - 0.5).abs() < 1e-6 && (row(2).accuracy["b"].mean - 0.8).abs() < 1e-6);
        assert_eq!(row(2).delta_m, None);
        let sum = row(3);
        assert!((sum.accuracy["a"].mean - 0.55).abs() < 1e-6);
        assert!((sum.accuracy["a"].deviation - 0.1 / 2.0_f64.sqrt()).abs() < 1e-6);
        // Seed 0: (0 − 50)/2 per cent, seed 7: (20 − 50)/2.
        let delta = sum.delta_m.unwrap();
        assert!((delta.mean + 20.0).abs() < 1e-4 && (delta.deviation - 50.0_f64.sqrt()).abs() < 1e-4, "{delta:?}");
        assert_eq!(sum.finished, 2);
        // Task a: 0 and 0.1; task b: −0.4 twice; their mean: −0.2 and −0.15.
        let gains: Vec<f64> = ["a", "b"].iter().map(|task| sum.gains[*task].mean).collect();
        assert!((gains[0] - 0.05).abs() < 1e-6 && (gains[1] + 0.4).abs() < 1e-6, "{gains:?}");
        let [lowest, highest] = sum.gain.unwrap().interval.unwrap();
        assert!((lowest + highest + 0.35).abs() < 1e-6 && (highest - lowest - 2.0 * 12.706 * 0.025).abs() < 1e-4);
        assert_eq!(row(1).gain, None);
    }

    #[test]
    fn what_failed_is_left_out() {
        let mut compare = compare();
        compare.finish(3, &evaluations([1, 5], [4, 1], &[("a", 0.5), ("b", 0.4)]));
        let failed = compare.fail(7, Message::unexpected(&"it diverged"));
        assert_eq!((failed.seed, failed.failure.map(|why| why.message)), (7, Some("it diverged".into())));
        let table = compare.table();
        assert_eq!((table.rows[3].finished, table.rows[3].delta_m), (1, None));
        assert_eq!((table.rows[1].finished, table.rows[1].accuracy.len()), (0, 0));
        let nothing_held_out = compare.finish(0, &[]);
        assert!(nothing_held_out.failure.unwrap().message.contains("held-out"));
    }

    #[test]
    fn wrong_comparisons() {
        let new = |weightings: &[Weighting], seeds: &[u64]| {
            ComparisonRuns::new(&Recipe::default(), &["a".into()], weightings, seeds).unwrap_err().to_string()
        };
        assert_eq!(new(&[], &[1]), "weightings: there is none to compare; name at least one, such as sum");
        assert_eq!(new(&[Weighting::Sum], &[]), "seeds: there is none; give at least one");
        assert_eq!(new(&[Weighting::Sum], &[1, 2, 1]), "seeds: 1 is there twice; each seed counts once");
    }
}
