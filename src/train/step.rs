//! One optimizer step: forward, losses, backward, update.

use candle_core::Tensor;
use indexmap::IndexMap;

use super::evaluation::{add_to_tallies, scalars};
use super::ranks::{Answer, Part, StepBatch, StepBatches};
use super::update::lr_multiplier;
use super::{Hook, Moment, Phase, PhaseName, StepReport, TaskGradientView, Trainer};
use crate::error::{Message, message, quoted, shortened};
use crate::model::{Dropout, Pass, Share};
use crate::random::Stream;
use crate::text::Batch;
use crate::weighting::{Chosen, Dependency, Gram, StepInfo};
use crate::{Error, Result};

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
        // Those of a saved model hold for its logits, not for what training makes of them.
        self.model.set_temperatures(IndexMap::new());
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

        self.share_prefix(&step)?;
        let rank = self.ranks.rank();
        // Answers for several batches are exchanged after the last one, so that no rank waits before it has computed its own.
        let exchanges_at_once = self.ranks.size() == 1 || step.batches.len() == 1;
        let replay = self.dropout.clone();
        let mut chosen = match dependency {
            None => Some(Chosen { weights: vec![1.0; tasks.len()], warning: None }),
            Some(Dependency::Nothing) => Some(self.weigh(&tasks, &[], None)),
            Some(_) => None,
        };
        let mut sums = vec![None; self.tasks().len()];
        let mut answers = Vec::new();
        for (place, batch) in step.batches.iter().enumerate() {
            let last = place + 1 == step.batches.len();
            let part = batch.of(rank);
            let mut losses = Vec::new();
            if let Some(part) = part {
                hook(self.batch_phase(&part.rows, part.batch.input_ids.len()))?;
                hook(self.phase(PhaseName::Forward))?;
                let logits = self.forward(batch)?;
                hook(self.phase(PhaseName::Losses))?;
                losses = self.losses.compute(&logits, &part.batch)?;
                answers.push(Answer::new(scalars(&losses)?, &logits)?);
            } else {
                self.skip_dropout(batch);
            }
            if exchanges_at_once {
                self.take_answers(std::slice::from_ref(batch), std::mem::take(&mut answers), &mut sums)?;
                if chosen.is_none() && !combines {
                    chosen = Some(self.weigh(&tasks, &sums, None));
                }
            }
            if part.is_some() {
                hook(self.phase(PhaseName::Backward))?;
            }
            let term = |trainer: &Self, task: usize, factor: f64| match part {
                Some(part) => scale_loss(&losses[task], trainer.task_weights.of(task) * part.shares[task] * factor),
                None => Ok(None),
            };
            if keeps_apart {
                for &task in &tasks {
                    let loss = term(self, task, 1.0)?;
                    self.backward_of_task(task, loss.as_ref(), last)?;
                }
            }
            if let (false, Some(chosen)) = (combines, &chosen) {
                let mut total: Option<Tensor> = None;
                for (&task, &weight) in tasks.iter().zip(&chosen.weights) {
                    let Some(term) = term(self, task, weight)? else { continue };
                    total = Some(match total {
                        Some(sum) => (sum + term)?,
                        None => term,
                    });
                }
                self.backward(total.as_ref(), last)?;
            }
        }
        if !exchanges_at_once {
            self.take_answers(&step.batches, answers, &mut sums)?;
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

    /// Takes in all ranks' answers for `batches`, of which `own` are this rank's: checks the losses, counts the answers, and adds
    /// the losses to the step's, `sums`. (K)
    fn take_answers(&mut self, batches: &[StepBatch], own: Vec<Answer>, sums: &mut [Option<f32>]) -> Result<()> {
        let parts: Vec<&Part> = batches.iter().flat_map(|batch| &batch.parts).collect();
        let answers = self.all_answers(&parts, own)?;
        for (part, Answer { losses, logits }) in parts.into_iter().zip(answers) {
            self.stop_if_diverged(&losses, self.progress.steps + 1)?;
            add_to_tallies(&mut self.progress.tallies, &logits, &losses, &self.losses, &part.batch);
            add_shares(sums, &losses, &part.shares);
        }
        Ok(())
    }

    /// Each task's logits for this rank's part of a batch that trains. (K)(B,C_k)
    pub(super) fn forward(&mut self, batch: &StepBatch) -> Result<Vec<Tensor>> {
        let Some(part) = batch.of(self.ranks.rank()) else { return Ok(Vec::new()) };
        let share = (self.ranks.size() > 1).then_some(Share { batch: &batch.sentences, first: part.first });
        let vectors = self.training_vectors(&part.rows, &part.batch, share)?;
        self.model.classify(&vectors)
    }

    /// Draws the random numbers of a batch of which this rank has no part.
    fn skip_dropout(&mut self, batch: &StepBatch) {
        if self.recipe.training.dropout > 0.0 {
            let position = self.dropout.position() + self.model.dropout_numbers(&batch.sentences);
            self.dropout.set_position(position);
        }
    }

    /// Sentence vectors (B,H) of a batch that trains, or of a rank's share of it.
    pub(super) fn training_vectors(&mut self, rows: &[usize], batch: &Batch, share: Option<Share>) -> Result<Tensor> {
        let p = self.recipe.training.dropout as f32;
        let dropout = Dropout { p, stream: &mut self.dropout, share };
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
        let mut own = Vec::new();
        for batch in &step.batches {
            match batch.of(self.ranks.rank()) {
                Some(part) => {
                    let logits = self.forward(batch)?;
                    own.push(Answer::of_losses(scalars(&self.losses.compute(&logits, &part.batch)?)?));
                }
                None => self.skip_dropout(batch),
            }
        }
        let parts: Vec<&Part> = step.parts().collect();
        for (part, answer) in parts.iter().zip(self.all_answers(&parts, own)?) {
            add_shares(&mut sums, &answer.losses, &part.shares);
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
