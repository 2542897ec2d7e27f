//! One optimizer step: forward, losses, backward, update; and what is told of it.

use candle_core::Tensor;

use super::Trainer;
use super::evaluation::{scalars, tally};
use super::geometry::{geometry, projection, whole};
use super::schedule::factor;
use super::task_gradients::exchange;
use crate::error::{Message, message, quoted, shortened};
use crate::model::{Dropout, Pass};
use crate::ops::on_threads;
use crate::protocol::{Event, Gradients, PhaseName, StepReport};
use crate::random::Stream;
use crate::text::Batch;
use crate::weighting::{Asks, Gram, Seen};
use crate::{Error, Result};

/// The sentences of one step: a batch or, with accumulation, several.
pub(super) struct StepBatches {
    /// Each batch with its rows of the data.
    pub batches: Vec<(Vec<usize>, Batch)>,
    /// For each batch and task, the part of the task's labelled sentences (of their class weights) in it; 1 with a single
    /// batch. (K)
    pub shares: Vec<Vec<f64>>,
    /// The tasks with a labelled sentence among them.
    pub labelled: Vec<bool>,
}

/// A step's factors on the tasks that take part, in the same order.
struct Weights {
    chosen: Vec<f64>,
    warning: Option<Message>,
}

impl Trainer {
    /// One step on the next batch, of the tasks `only` (none named: all, or those in turn), with its other events. If a loss
    /// is not finite, the parameters go back to those of the step before, whose losses were, and the run is over.
    pub(super) fn take_step(&mut self, only: &[String]) -> Result<(StepReport, Vec<Event>)> {
        let only = self.task_indices(only)?;
        // The heads alone are too little work to be worth handing on, and whoever watches is told on this thread.
        let here = self.model.prefix_pools() || self.watcher.is_there();
        if here { self.step_here(&only) } else { on_threads(|| self.step_here(&only)) }
    }

    fn step_here(&mut self, only: &[usize]) -> Result<(StepReport, Vec<Event>)> {
        let learning_rate = self.learning_rate();
        let step = self.next_batches();
        let tasks = self.taking_part(only, &step.labelled);
        let observes = is_due(self.recipe.diagnostics.gradients_every, self.steps);
        let asks = self.method.asks();
        let has_shared = (observes || asks == Asks::Gradients) && !self.model.shared().is_empty();
        // Without a shared parameter that trains there is nothing to combine, and each head goes its own way.
        let asks = (has_shared || asks != Asks::Gradients).then_some(asks);
        // Whether the update is put together from the tasks' own gradients, or comes from their weighted loss.
        let combines = asks == Some(Asks::Gradients) || (asks == Some(Asks::Losses) && step.batches.len() > 1);
        let keeps_apart = combines || (observes && has_shared);
        if step.batches.len() > 1 {
            // What there is to roll back to, should a later batch diverge, lies where the last gradients were.
            exchange(&self.model, &mut self.other_gradients);
        }

        let replay = self.dropout.clone();
        let mut weights = match asks {
            None => Some(Weights { chosen: vec![1.0; tasks.len()], warning: None }),
            Some(Asks::Nothing) => Some(self.weigh(&tasks, &[], None)),
            Some(_) => None,
        };
        let mut sums = vec![None; self.tasks.len()];
        for ((rows, batch), shares) in step.batches.iter().zip(&step.shares) {
            self.begins_batch(rows, batch.input_ids.len());
            self.begins(PhaseName::Forward);
            let logits = self.forward(rows, batch)?;
            self.begins(PhaseName::Losses);
            let losses = self.losses.of(&logits, batch)?;
            let values = scalars(&losses)?;
            self.stop_if_diverged(&values, self.steps + 1)?;
            tally(&mut self.tallies, &logits, &values, &self.losses, batch)?;
            add_shares(&mut sums, &values, shares);

            if weights.is_none() && !combines {
                weights = Some(self.weigh(&tasks, &sums, None));
            }
            self.begins(PhaseName::Backward);
            let part = |task: usize, factor: f64| weighed(&losses[task], self.weights.of(task) * shares[task] * factor);
            if keeps_apart {
                for &task in &tasks {
                    if let Some(loss) = part(task, 1.0)? {
                        self.task_gradients.backward(&self.model, task, &loss)?;
                    }
                }
            }
            if let (false, Some(weights)) = (combines, &weights) {
                let mut total: Option<Tensor> = None;
                for (&task, &weight) in tasks.iter().zip(&weights.chosen) {
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

        self.begins(PhaseName::Update);
        let observes = observes && keeps_apart;
        let (chosen, events) = on_threads(|| self.update(&tasks, &sums, weights, keeps_apart, observes))?;
        self.tell_losses_after(&step, &tasks, replay)?;

        self.steps += 1;
        let total = self.total_over(&tasks, &sums);
        let chosen = if self.recipe.training.weighting.is_sum() { Vec::new() } else { chosen };
        let all_took_part = sums.iter().enumerate().all(|(task, loss)| loss.is_none() || tasks.contains(&task));
        let report = StepReport {
            step: self.steps,
            epoch: self.epoch(),
            total,
            trained: (!all_took_part).then(|| self.names(&tasks)),
            losses: self.by_task(sums),
            learning_rate,
            weights: self.names(&tasks).into_iter().zip(chosen).collect(),
        };
        Ok((report, events))
    }

    /// Makes one update of what the backward passes left, and tells of the gradients if `observes`. Without `weights` it is
    /// put together from the tasks' own gradients, and the method sees them first. Returns each task's factor.
    fn update(
        &mut self,
        tasks: &[usize],
        sums: &[Option<f32>],
        weights: Option<Weights>,
        keeps_apart: bool,
        observes: bool,
    ) -> Result<(Vec<f64>, Vec<Event>)> {
        let grams = if keeps_apart { self.task_gradients.grams(&self.model, tasks)? } else { Vec::new() };
        let gram = whole(tasks.len(), grams.iter().map(|(_, gram)| gram));
        let weights = match weights {
            Some(weights) => weights,
            None => {
                let last = grams.last().map(|(_, gram)| gram);
                let weights = self.weigh(tasks, sums, last.map(|last| (&gram, last)));
                let ones = vec![1.0; tasks.len()];
                let heads = if self.method.weighs_heads() { &weights.chosen } else { &ones };
                self.task_gradients.combine(&self.model, tasks, &weights.chosen, heads)?;
                weights
            }
        };
        let gradients = self.model.take_gradients();
        if !gradients.is_empty() {
            self.optimizer.step(gradients, self.learning_rate())?;
        }

        let mut events = Vec::new();
        if let Some(warning) = weights.warning.filter(|warning| self.warned.insert(warning.message.clone())) {
            events.push(Event::Warning(warning));
        }
        if observes {
            let before = |name: &str| self.optimizer.previous(name);
            let (square, products) = self.task_gradients.project(&self.model, tasks, before)?;
            events.push(Event::Gradients(Gradients {
                step: self.steps + 1,
                tasks: self.names(tasks),
                whole: geometry(&gram),
                layers: grams.into_iter().map(|(layer, gram)| (layer, geometry(&gram))).collect(),
                combined_norm: gram.combined_norm(&weights.chosen),
                update: projection(&gram, square, products),
                weights: weights.chosen.clone(),
            }));
        }
        self.task_gradients.clear();
        Ok((weights.chosen, events))
    }

    /// The encoder's learning rate in the next step.
    pub(super) fn learning_rate(&self) -> f64 {
        let settings = &self.recipe.training;
        let course = factor(settings.schedule, self.steps, settings.warmup as usize, self.total_steps());
        settings.learning_rate * course
    }

    /// The sentences of the next step.
    pub(super) fn next_batches(&self) -> StepBatches {
        let rows = self.next_rows();
        let batches: Vec<(Vec<usize>, Batch)> = rows
            .chunks(self.recipe.training.batch_size as usize)
            .map(|rows| (rows.to_vec(), self.batch(rows)))
            .collect();
        let parts: Vec<Vec<f64>> = batches.iter().map(|(_, batch)| self.losses.denominators(batch)).collect();
        let whole: Vec<f64> = (0..self.tasks.len()).map(|task| parts.iter().map(|parts| parts[task]).sum()).collect();
        let share = |(&part, &whole): (&f64, &f64)| if whole > 0.0 { part / whole } else { 0.0 };
        StepBatches {
            shares: parts.iter().map(|parts| parts.iter().zip(&whole).map(share).collect()).collect(),
            labelled: whole.iter().map(|&whole| whole > 0.0).collect(),
            batches,
        }
    }

    /// The tasks that train in the next step: of those that were asked for (`only`, all if empty) or are in turn, those
    /// with a labelled sentence and a weight above 0.
    fn taking_part(&self, only: &[usize], labelled: &[bool]) -> Vec<usize> {
        let k = self.tasks.len();
        let turn = self.recipe.training.tasks_per_step.map_or(k, |n| n as usize);
        // In 64 bits, which a browser's own whole numbers do not have.
        let first = (self.steps as u64 * turn as u64 % k as u64) as usize;
        let in_turn: Vec<usize> = (0..turn).map(|i| (first + i) % k).collect();
        let asked = if only.is_empty() { &in_turn } else { only };
        (0..k).filter(|task| asked.contains(task) && labelled[*task] && self.weights.of(*task) > 0.0).collect()
    }

    /// Each task's logits for a batch that trains.
    pub(super) fn forward(&mut self, rows: &[usize], batch: &Batch) -> Result<Vec<Tensor>> {
        let p = self.recipe.training.dropout as f32;
        let dropout = Dropout { p, stream: &mut self.dropout };
        let pass = Pass::Training((p > 0.0).then_some(dropout));
        self.prefix.logits(&self.model, &self.encodings, rows, batch, pass)
    }

    fn weigh(&mut self, tasks: &[usize], losses: &[Option<f32>], grams: Option<(&Gram, &Gram)>) -> Weights {
        // Gradients that overflowed: whatever is made of them, the next step's losses are not finite, and it takes this one
        // back.
        let overflown = grams.is_some_and(|(gram, _)| !gram.rows().flatten().all(|x| x.is_finite()));
        if tasks.is_empty() || overflown {
            return Weights { chosen: vec![1.0; tasks.len()], warning: None };
        }
        let weighed = |&task: &usize| Some(self.weights.of(task) * f64::from((*losses.get(task)?)?));
        let losses: Vec<f64> = tasks.iter().filter_map(weighed).collect();
        let seen = Seen {
            tasks,
            losses: &losses,
            gram: grams.map(|(gram, _)| gram),
            last_layer: grams.map(|(_, last)| last),
            learning_rate: self.learning_rate(),
        };
        let chosen = self.method.choose(&seen);
        Weights { chosen: chosen.weights, warning: chosen.warning }
    }

    /// Lets a method that asks for it see what the update made of the same batch, with the same dropout.
    fn tell_losses_after(&mut self, step: &StepBatches, tasks: &[usize], replay: Stream) -> Result<()> {
        if !self.method.asks_after() || tasks.is_empty() {
            return Ok(());
        }
        let mut sums = vec![None; self.tasks.len()];
        let next = std::mem::replace(&mut self.dropout, replay);
        for ((rows, batch), shares) in step.batches.iter().zip(&step.shares) {
            let logits = self.forward(rows, batch)?;
            add_shares(&mut sums, &scalars(&self.losses.of(&logits, batch)?)?, shares);
        }
        self.dropout = next;
        let after: Vec<f64> =
            tasks.iter().filter_map(|&task| Some(self.weights.of(task) * f64::from(sums[task]?))).collect();
        // If they are not finite the next step finds out and says so.
        if after.iter().all(|loss| loss.is_finite()) {
            self.method.stepped(&after);
        }
        Ok(())
    }

    /// Σ wᵢLᵢ over `tasks`.
    fn total_over(&self, tasks: &[usize], losses: &[Option<f32>]) -> f32 {
        let of_those = |(task, &loss): (usize, &Option<f32>)| loss.filter(|_| tasks.contains(&task));
        let losses: Vec<Option<f32>> = losses.iter().enumerate().map(of_those).collect();
        self.weights.total_of(&losses)
    }

    pub(super) fn names(&self, tasks: &[usize]) -> Vec<String> {
        tasks.iter().map(|&task| self.tasks[task].name.clone()).collect()
    }

    fn task_indices(&self, names: &[String]) -> Result<Vec<usize>> {
        let index = |name: &String| {
            self.tasks.iter().position(|task| task.name == *name).ok_or_else(|| {
                let known = quoted(self.tasks.iter().map(|task| &task.name));
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

/// Whether something that happens in every `every`-th step (0: never), from the first, happens after `steps` steps.
pub(super) fn is_due(every: u32, steps: usize) -> bool {
    every > 0 && steps.is_multiple_of(every as usize)
}

/// `loss` times `factor`.
pub(super) fn weighed(loss: &Option<Tensor>, factor: f64) -> Result<Option<Tensor>> {
    let weighed = |loss: &Tensor| if factor == 1.0 { Ok(loss.clone()) } else { loss * factor };
    Ok(loss.as_ref().map(weighed).transpose()?)
}

/// Adds a batch's losses to the step's, each as the part that it is of it.
pub(super) fn add_shares(sums: &mut [Option<f32>], losses: &[Option<f32>], shares: &[f64]) {
    for ((sum, loss), &share) in sums.iter_mut().zip(losses).zip(shares) {
        if let Some(loss) = loss {
            *sum = Some(sum.unwrap_or(0.0) + loss * share as f32);
        }
    }
}
