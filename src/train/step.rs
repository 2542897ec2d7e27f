//! One optimizer step: forward, losses, backward, update.

use candle_core::Tensor;

use super::evaluation::{add_to_tallies, scalars};
use super::update::lr_multiplier;
use super::{Hook, Moment, Phase, PhaseName, StepReport, TaskGradientView, Trainer};
use crate::error::{Message, message, quoted, shortened};
use crate::model::{Dropout, Pass};
use crate::random::Stream;
use crate::text::Batch;
use crate::weighting::{Chosen, Dependency, Gram, StepInfo};
use crate::{Error, Result};

/// The sentences of one step: a batch or, with accumulation, several.
#[derive(Debug)]
pub(crate) struct StepBatches {
    /// Each batch with its rows of the data.
    pub batches: Vec<(Vec<usize>, Batch)>,
    /// For each batch and task, the batch's share of the task's labelled sentences in the step, or of their class weights; 1
    /// with a single batch. (batches,K)
    pub shares: Vec<Vec<f64>>,
    /// Whether a sentence of the step is labelled for the task. (K)
    pub labelled: Vec<bool>,
}

/// How a step is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepOptions<'a> {
    /// The tasks that train; empty: all, or those whose turn it is.
    pub tasks: &'a [String],
    /// Keeps each task's gradient apart, for [`Moment::Update`].
    pub task_gradients: bool,
    /// Begins each phase on the calling thread, for a hook that must not leave it.
    pub on_calling_thread: bool,
}

impl Trainer {
    /// Takes one step on the next batch. Returns its report, and a warning if the weighting has one. If a loss is not finite,
    /// the parameters go back to those of the step before, whose losses were finite, and the run is over.
    pub(crate) fn step(&mut self, options: StepOptions, hook: &mut Hook) -> Result<(StepReport, Option<Message>)> {
        let only = self.task_indices(options.tasks)?;
        // The heads alone are too little work for a pool of threads.
        let here = self.model.prefix_pools() || options.on_calling_thread;
        let context = self.model.context().clone();
        let mut step = || {
            self.with_training_weights(|trainer| {
                let taken = trainer.step_on(&only, options.task_gradients, hook)?;
                let Self { average, model, progress, .. } = trainer;
                average.as_mut().map_or(Ok(()), |average| average.add(model, progress.steps))?;
                Ok(taken)
            })
        };
        if here { step() } else { context.on_threads(step) }
    }

    fn step_on(
        &mut self,
        only: &[usize],
        keep_task_gradients: bool,
        hook: &mut Hook,
    ) -> Result<(StepReport, Option<Message>)> {
        let learning_rate = self.learning_rate();
        let step = self.next_batches();
        let tasks = self.taking_part(only, &step.labelled);
        let dependency = self.method.depends_on();
        let has_shared =
            (keep_task_gradients || dependency == Dependency::Gradients) && !self.model.shared().is_empty();
        // If no shared parameter trains there is nothing to combine, and each head follows its own gradient.
        let dependency = (has_shared || dependency != Dependency::Gradients).then_some(dependency);
        // Whether the update is combined from the tasks' own gradients, or comes from their weighted loss.
        let combines = dependency == Some(Dependency::Gradients)
            || (dependency == Some(Dependency::Losses) && step.batches.len() > 1);
        let keeps_apart = combines || (keep_task_gradients && has_shared);
        if step.batches.len() > 1 {
            // A later batch may diverge; until then the last step's gradient buffers hold the parameters to roll back to.
            self.task_gradients.swap_spare(&self.model);
        }

        let replay = self.dropout.clone();
        let mut chosen = match dependency {
            None => Some(Chosen { weights: vec![1.0; tasks.len()], warning: None }),
            Some(Dependency::Nothing) => Some(self.weigh(&tasks, &[], None)),
            Some(_) => None,
        };
        let mut sums = vec![None; self.tasks().len()];
        for ((rows, batch), shares) in step.batches.iter().zip(&step.shares) {
            hook(self.batch_phase(rows, batch.input_ids.len()))?;
            hook(self.phase(PhaseName::Forward))?;
            let logits = self.forward(rows, batch)?;
            hook(self.phase(PhaseName::Losses))?;
            let losses = self.losses.compute(&logits, batch)?;
            let values = scalars(&losses)?;
            self.stop_if_diverged(&values, self.progress.steps + 1)?;
            add_to_tallies(&mut self.progress.tallies, &logits, &values, &self.losses, batch)?;
            add_shares(&mut sums, &values, shares);

            if chosen.is_none() && !combines {
                chosen = Some(self.weigh(&tasks, &sums, None));
            }
            hook(self.phase(PhaseName::Backward))?;
            let part = |task: usize, factor: f64| {
                scale_loss(&losses[task], self.task_weights.of(task) * shares[task] * factor)
            };
            if keeps_apart {
                for &task in &tasks {
                    if let Some(loss) = part(task, 1.0)? {
                        self.task_gradients.backward(&self.model, task, &loss)?;
                    }
                }
            }
            if let (false, Some(chosen)) = (combines, &chosen) {
                let mut total: Option<Tensor> = None;
                for (&task, &weight) in tasks.iter().zip(&chosen.weights) {
                    let Some(term) = part(task, weight)? else { continue };
                    total = Some(match total {
                        Some(sum) => (sum + term)?,
                        None => term,
                    });
                }
                if let Some(total) = total {
                    self.model.backward(&total)?;
                }
            }
        }

        hook(self.phase(PhaseName::Update))?;
        let context = self.model.context().clone();
        let Chosen { weights, warning } =
            context.on_threads(|| self.update(&tasks, &sums, chosen, keeps_apart, hook))?;
        self.pass_losses_after(&step, &tasks, replay)?;

        self.progress.steps += 1;
        let total = self.total_over(&tasks, &sums);
        let weights = if self.recipe.training.weighting.is_sum() { Vec::new() } else { weights };
        let all_took_part = sums.iter().enumerate().all(|(task, loss)| loss.is_none() || tasks.contains(&task));
        let report = StepReport {
            step: self.steps(),
            epoch: self.epoch(),
            total,
            trained: (!all_took_part).then(|| self.task_names(&tasks)),
            losses: self.by_task(sums),
            learning_rate,
            weights: self.task_names(&tasks).into_iter().zip(weights).collect(),
        };
        Ok((report, warning))
    }

    /// Makes one update from the gradients of the backward passes. If there are no `chosen` factors yet, the method chooses
    /// them from the tasks' gradients, and the update is combined from those. Returns each task's factor.
    fn update(
        &mut self,
        tasks: &[usize],
        sums: &[Option<f32>],
        chosen: Option<Chosen>,
        keeps_apart: bool,
        hook: &mut Hook,
    ) -> Result<Chosen> {
        let layers = if keeps_apart { self.task_gradients.grams(&self.model, tasks)? } else { Vec::new() };
        let gram = sum_of_grams(tasks.len(), layers.iter().map(|(_, gram)| gram));
        let chosen = match chosen {
            Some(chosen) => chosen,
            None => {
                let last = layers.last().map(|(_, gram)| gram);
                let chosen = self.weigh(tasks, sums, last.map(|last| (&gram, last)));
                let ones = vec![1.0; tasks.len()];
                let heads = if self.method.weighs_heads() { &chosen.weights } else { &ones };
                self.task_gradients.combine(&self.model, tasks, &chosen.weights, heads)?;
                chosen
            }
        };
        let gradients = self.model.take_gradients();
        if !gradients.is_empty() {
            self.optimizer.step(gradients, self.learning_rate())?;
        }
        if keeps_apart {
            let weights = &chosen.weights;
            hook(Moment::Update(TaskGradientView { trainer: self, tasks, layers: &layers, gram: &gram, weights }))?;
        }
        self.task_gradients.clear();
        Ok(chosen)
    }

    /// The moment at which phase `name` of the next step begins.
    fn phase(&self, name: PhaseName) -> Moment<'static> {
        Moment::Phase(Phase { step: self.steps() + 1, name, rows: Vec::new(), tokens: 0 })
    }

    /// The moment at which the next step begins a batch: the sentences `rows` with `tokens` tokens in all.
    fn batch_phase(&self, rows: &[usize], tokens: usize) -> Moment<'static> {
        Moment::Phase(Phase { step: self.steps() + 1, name: PhaseName::Batch, rows: rows.to_vec(), tokens })
    }

    /// The encoder's learning rate in the next step.
    fn learning_rate(&self) -> f64 {
        let settings = &self.recipe.training;
        let (step, warmup) = (self.steps(), settings.warmup as usize);
        settings.learning_rate * lr_multiplier(settings.schedule, step, warmup, self.total_steps())
    }

    /// The sentences of the next step.
    pub(super) fn next_batches(&self) -> StepBatches {
        let rows = self.next_rows();
        let batches: Vec<(Vec<usize>, Batch)> = rows
            .chunks(self.recipe.training.batch_size as usize)
            .map(|rows| (rows.to_vec(), self.data.batch(rows)))
            .collect();
        let parts: Vec<Vec<f64>> = batches.iter().map(|(_, batch)| self.losses.denominators(batch)).collect();
        let whole: Vec<f64> = (0..self.tasks().len()).map(|task| parts.iter().map(|parts| parts[task]).sum()).collect();
        let share = |(&part, &whole): (&f64, &f64)| if whole > 0.0 { part / whole } else { 0.0 };
        StepBatches {
            shares: parts.iter().map(|parts| parts.iter().zip(&whole).map(share).collect()).collect(),
            labelled: whole.iter().map(|&whole| whole > 0.0).collect(),
            batches,
        }
    }

    /// The tasks that train in the next step: the tasks `only`, or those whose turn it is if `only` is empty, without those
    /// that have no labelled sentence or weight 0. A turn that meets no label goes to the next task that has one, so that
    /// every step trains something.
    fn taking_part(&self, only: &[usize], labelled: &[bool]) -> Vec<usize> {
        let k = self.tasks().len();
        let turn = self.recipe.training.tasks_per_step.map_or(k, |n| n as usize);
        // In 64 bits: usize has 32 in a browser.
        let first = (self.steps() as u64 * turn as u64 % k as u64) as usize;
        let can_train = |&task: &usize| labelled[task] && self.task_weights.of(task) > 0.0;
        let mut tasks: Vec<usize> = if only.is_empty() {
            (0..k).map(|i| (first + i) % k).filter(can_train).take(turn).collect()
        } else {
            only.iter().copied().filter(can_train).collect()
        };
        tasks.sort_unstable();
        tasks.dedup();
        tasks
    }

    /// Each task's logits for a batch that trains. (K)(B,C_k)
    pub(super) fn forward(&mut self, rows: &[usize], batch: &Batch) -> Result<Vec<Tensor>> {
        let vectors = self.training_vectors(rows, batch)?;
        self.model.classify(&vectors)
    }

    /// Sentence vectors (B,H) of a batch that trains.
    pub(super) fn training_vectors(&mut self, rows: &[usize], batch: &Batch) -> Result<Tensor> {
        let p = self.recipe.training.dropout as f32;
        let dropout = Dropout { p, stream: &mut self.dropout };
        let pass = Pass::Training((p > 0.0).then_some(dropout));
        self.prefix.training_vectors(&self.model, &self.data.encodings, rows, batch, pass)
    }

    /// The method's factors for a step with these losses; `grams` are those of all shared parameters and of the last layer.
    fn weigh(&mut self, tasks: &[usize], losses: &[Option<f32>], grams: Option<(&Gram, &Gram)>) -> Chosen {
        // If gradients overflowed, the next step's losses are not finite with any factors, and it rolls this one back.
        let overflown = grams.is_some_and(|(gram, _)| !gram.rows().flatten().all(|x| x.is_finite()));
        if tasks.is_empty() || overflown {
            return Chosen { weights: vec![1.0; tasks.len()], warning: None };
        }
        let weighed = |&task: &usize| Some(self.task_weights.of(task) * f64::from((*losses.get(task)?)?));
        let losses: Vec<f64> = tasks.iter().filter_map(weighed).collect();
        let step = StepInfo {
            tasks,
            losses: &losses,
            gram: grams.map(|(gram, _)| gram),
            last_layer: grams.map(|(_, last)| last),
            learning_rate: self.learning_rate(),
        };
        self.method.choose(&step)
    }

    /// Passes the same batch's losses after the update, with the same dropout, to a method that wants them.
    fn pass_losses_after(&mut self, step: &StepBatches, tasks: &[usize], replay: Stream) -> Result<()> {
        if !self.method.wants_losses_after() || tasks.is_empty() {
            return Ok(());
        }
        let mut sums = vec![None; self.tasks().len()];
        let next = std::mem::replace(&mut self.dropout, replay);
        for ((rows, batch), shares) in step.batches.iter().zip(&step.shares) {
            let logits = self.forward(rows, batch)?;
            add_shares(&mut sums, &scalars(&self.losses.compute(&logits, batch)?)?, shares);
        }
        self.dropout = next;
        let after: Vec<f64> =
            tasks.iter().filter_map(|&task| Some(self.task_weights.of(task) * f64::from(sums[task]?))).collect();
        // If they are not finite, the next step reports it.
        if after.iter().all(|loss| loss.is_finite()) {
            self.method.stepped(&after);
        }
        Ok(())
    }

    /// Σ wᵢLᵢ over `tasks`.
    fn total_over(&self, tasks: &[usize], losses: &[Option<f32>]) -> f32 {
        let of_those = |(task, &loss): (usize, &Option<f32>)| loss.filter(|_| tasks.contains(&task));
        let losses: Vec<Option<f32>> = losses.iter().enumerate().map(of_those).collect();
        self.task_weights.total_of(&losses)
    }

    /// The indices of the tasks `names`. An error for a name that no task has.
    fn task_indices(&self, names: &[String]) -> Result<Vec<usize>> {
        let index = |name: &String| {
            self.tasks().iter().position(|task| task.name == *name).ok_or_else(|| {
                let known = quoted(self.tasks().iter().map(|task| &task.name));
                let wrong = message!(
                    "train.no_such_task",
                    "there is no task {name:?}; the tasks are {tasks}",
                    name = shortened(name),
                    tasks = known
                );
                Error::setting("tasks", wrong)
            })
        };
        names.iter().map(index).collect()
    }
}

/// The sum of the layers' Gram matrices, (K,K) each.
fn sum_of_grams<'a>(k: usize, layers: impl Iterator<Item = &'a Gram> + Clone) -> Gram {
    Gram::new(k, |i, j| layers.clone().map(|gram| gram.dot(i, j)).sum())
}

/// `loss` times `factor`.
pub(super) fn scale_loss(loss: &Option<Tensor>, factor: f64) -> Result<Option<Tensor>> {
    let scaled = |loss: &Tensor| if factor == 1.0 { Ok(loss.clone()) } else { loss * factor };
    Ok(loss.as_ref().map(scaled).transpose()?)
}

/// Adds a batch's losses, times the batch's share of each task, to the step's losses `sums`. (K)
pub(super) fn add_shares(sums: &mut [Option<f32>], losses: &[Option<f32>], shares: &[f64]) {
    for ((sum, loss), &share) in sums.iter_mut().zip(losses).zip(shares) {
        if let Some(loss) = loss {
            *sum = Some(sum.unwrap_or(0.0) + loss * share as f32);
        }
    }
}
