//! One run, called by the front ends: a trainer, its observers and the evaluations that are due. It returns events.

mod checkpoint;
mod export;
mod observers;
mod phase_callback;
mod plan;

use std::collections::{BTreeSet, VecDeque};

use indexmap::IndexMap;

pub use plan::Plan;

use self::observers::Observers;
use self::phase_callback::PhaseCallback;
use crate::measure::{Erasure, Interference, Saliency, interference};
use crate::model::Weights;
use crate::protocol::Event;
use crate::recipe::{Diagnostics, HeadInit};
use crate::train::{End, EvaluationPass, Extras, Moment, Phase, Split, StepOptions, TaskTemperature, Trainer};
use crate::verdict::{History, Verdict, verdicts_not_finite};
use crate::{Error, Result};

/// A training run from its first step to its last evaluation.
///
/// ```no_run
/// # fn main() -> polytask::Result<()> {
/// # let (recipe, inputs, weights): (polytask::recipe::Recipe, polytask::train::Inputs, _) = unimplemented!();
/// use polytask::run::{Plan, Run};
///
/// let plan = Plan::new(recipe, inputs)?;
/// let (mut run, events) = Run::start(plan, weights)?;
/// while !run.is_finished() {
///     for event in run.advance(&[])? {
///         println!("{event:?}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Run {
    trainer: Trainer,
    observers: Observers,
    /// Evaluations that are due, the next one first.
    evaluations: VecDeque<EvaluationPass>,
    phase_callback: PhaseCallback,
    /// The weighting's warnings so far; a repeated one is not sent again.
    warned: BTreeSet<String>,
    memory_limit: Option<u64>,
    is_finished: bool,
    /// The evaluations, for the verdicts.
    history: History,
    /// The step whose loss was not finite, if the run ended with it.
    diverged_in: Option<usize>,
}

impl Run {
    /// Starts a planned run with its weights. Returns it with a `start` event and its warnings.
    ///
    /// # Errors
    ///
    /// As [`Trainer::new`].
    pub fn start(plan: Plan, weights: Weights) -> Result<(Self, Vec<Event>)> {
        let Plan { setup, observers, memory_limit, .. } = plan;
        let warnings: Vec<Event> = setup.warnings().iter().cloned().map(Event::Warning).collect();
        let trainer = Trainer::new(setup, weights)?;
        let mut events = vec![Event::Start(trainer.start_report())];
        events.extend(warnings);
        let run = Self {
            trainer,
            observers,
            evaluations: VecDeque::new(),
            phase_callback: PhaseCallback::default(),
            warned: BTreeSet::new(),
            memory_limit,
            is_finished: false,
            history: History::default(),
            diverged_in: None,
        };
        Ok((run, events))
    }

    /// Does the next piece of work: a batch of an evaluation, a piece of a measurement or, if none of them is due, a training
    /// step. The step trains `tasks` only; if `tasks` is empty, all tasks or those whose turn it is. Returns the events, of
    /// which there may be none; nothing happens after `end`, or after a loss that is not finite.
    ///
    /// # Errors
    ///
    /// If a loss is not finite: the parameters are those of the step before. If `tasks` names an unknown task, or a tensor
    /// operation fails.
    pub fn advance(&mut self, tasks: &[String]) -> Result<Vec<Event>> {
        if self.is_finished {
            return Ok(Vec::new());
        }
        let result = self.next_piece(tasks);
        let mut events = self.finish_if_diverged(result)?;
        if self.trainer.is_over() && !self.is_measuring() {
            self.is_finished = true;
            events.extend(self.verdicts().into_iter().map(Event::Verdict));
            let (steps, epochs) = (self.trainer.steps(), self.trainer.epoch());
            events.push(Event::End(End { steps, epochs, best_epoch: self.trainer.restored_epoch() }));
        }
        Ok(events)
    }

    /// Trains together with other ranks from here on; see [`Trainer::join`]. All ranks return the same events.
    ///
    /// # Errors
    ///
    /// As [`Trainer::join`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn join(&mut self, ranks: crate::parallel::Ranks) -> Result<()> {
        self.trainer.join(ranks)
    }

    /// Whether an evaluation, a measurement or a piece of what comes before the first epoch is due before the next step.
    pub fn is_measuring(&self) -> bool {
        !self.evaluations.is_empty() || !self.trainer.is_prepared() || self.observers.are_due(&self.trainer)
    }

    fn next_piece(&mut self, tasks: &[String]) -> Result<Vec<Event>> {
        if let Some(evaluation) = self.evaluations.pop_front() {
            self.evaluate_batch(evaluation)
        } else if !self.trainer.is_prepared() {
            self.prepare()
        } else if self.observers.are_due(&self.trainer) {
            Ok(self.observers.between_steps(&mut self.trainer)?.into_iter().collect())
        } else if self.trainer.is_over() {
            Ok(Vec::new())
        } else {
            self.step(tasks)
        }
    }

    /// Does the next piece of what comes before the first epoch. At its end, evaluates the heads that it started.
    fn prepare(&mut self) -> Result<Vec<Event>> {
        let report = self.trainer.prepare()?;
        let starts_heads = self.trainer.recipe().training.few_examples.head_init != HeadInit::Random;
        if self.trainer.is_prepared() && starts_heads && self.trainer.has_validation() {
            self.schedule_evaluation(Split::Validation);
        }
        Ok(report.map(Event::Contrastive).into_iter().collect())
    }

    /// Takes a training step; after the epoch's last one, ends the epoch and schedules its evaluations.
    fn step(&mut self, tasks: &[String]) -> Result<Vec<Event>> {
        let Self { trainer, observers, phase_callback, .. } = self;
        let mut reports = Vec::new();
        let options = StepOptions {
            tasks,
            task_gradients: observers.need_task_gradients(trainer),
            on_calling_thread: phase_callback.is_set(),
        };
        let (step, warning) = trainer.step(options, &mut |moment| {
            if let Moment::Phase(phase) = &moment {
                phase_callback.call(phase);
            }
            observers.inside(&moment, &mut reports)
        })?;
        let mut events = Vec::new();
        if let Some(warning) = warning.filter(|warning| self.warned.insert(warning.message.clone())) {
            events.push(Event::Warning(warning));
        }
        events.append(&mut reports);
        events.push(Event::Step(step));
        if self.trainer.is_at_epoch_end() {
            let epoch = self.trainer.end_epoch()?;
            let settings = &self.trainer.recipe().training;
            // If the best epoch is to be restored, the last evaluations are those of its parameters.
            if epoch.epoch == settings.epochs && !settings.keeps_best() {
                self.schedule_evaluation(Split::Train);
            }
            if self.trainer.has_validation() {
                self.schedule_evaluation(Split::Validation);
            }
            events.push(Event::Epoch(epoch));
        }
        Ok(events)
    }

    /// Adds an evaluation of `split` to those that are due.
    fn schedule_evaluation(&mut self, split: Split) {
        self.evaluations.push_back(EvaluationPass::new(split, self.trainer.tasks()));
    }

    /// Evaluates the next batch of `evaluation`. After its last batch, compares the epoch with the best one so far.
    fn evaluate_batch(&mut self, mut evaluation: EvaluationPass) -> Result<Vec<Event>> {
        let Self { trainer, observers, .. } = self;
        let mut reports = Vec::new();
        let result = trainer.evaluate_batch(&mut evaluation, &mut |moment| observers.inside(&moment, &mut reports))?;
        let Some(complete) = result else {
            self.evaluations.push_front(evaluation);
            return Ok(Vec::new());
        };
        self.history.add(&complete);
        if let Some(best) = self.trainer.judge_epoch(&complete)? {
            self.schedule_evaluation(Split::Train);
            if best != complete.epoch {
                self.schedule_evaluation(Split::Validation);
            }
        }
        let mut events = vec![Event::Evaluation(complete)];
        events.append(&mut reports);
        Ok(events)
    }

    /// A run whose loss is not finite is over.
    fn finish_if_diverged<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error @ Error::Diverged(_)) = &result {
            self.is_finished = true;
            self.diverged_in = error.params()["step"].as_u64().map(|step| step as usize);
        }
        result
    }

    /// What a finished run's figures mean, for each task that trains. [`Run::advance`] returns them as events, except if a
    /// loss was not finite. None before the end, and none for the notebook's job, whose printout is fixed.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let (recipe, tasks) = (self.trainer.recipe(), self.trainer.tasks());
        match self.diverged_in {
            _ if !self.is_finished || recipe.is_notebook() => Vec::new(),
            Some(step) => verdicts_not_finite(step, recipe, tasks),
            None => self.history.verdicts(recipe, tasks),
        }
    }

    /// Whether the `end` event has been returned, or a loss was not finite.
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// The trainer: its model, predictions and sentence vectors.
    pub fn trainer(&self) -> &Trainer {
        &self.trainer
    }

    /// Fits each task's temperature on the held-out sentences; see [`Trainer::calibrate`].
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn calibrate(&mut self) -> Result<IndexMap<String, TaskTemperature>> {
        self.trainer.calibrate()
    }

    /// The measurements beside the training and how often they are made.
    pub fn diagnostics(&self) -> Diagnostics {
        self.observers.diagnostics()
    }

    /// Changes what is measured beside the training from now on. The run's numbers are the same with any diagnostics.
    ///
    /// # Errors
    ///
    /// If there is too little memory for it; then nothing has changed.
    pub fn set_diagnostics(&mut self, diagnostics: Diagnostics) -> Result<()> {
        let before = self.observers.diagnostics();
        self.observers.configure(diagnostics);
        let checked = self.check_memory(Extras::default());
        if checked.is_err() {
            self.observers.configure(before);
        }
        checked
    }

    /// Invokes `callback` at the start of each phase of every step from now on, on the thread that calls
    /// [`Run::advance`]; `None`: no callback. The run's numbers are the same with one.
    pub fn on_phase(&mut self, callback: Option<Box<dyn FnMut(Phase) + Send>>) {
        self.phase_callback.set(callback);
    }

    /// An estimate of the bytes that the run needs at most, its weights and its observers included.
    ///
    /// # Errors
    ///
    /// If the recipe freezes more layers than the encoder has.
    pub fn memory(&self) -> Result<u64> {
        let sizes = self.trainer.sizes();
        let extras = self.observers.extras(&sizes);
        Ok(sizes.estimate(&extras)?.bytes())
    }

    /// Sets how many bytes the run may take in all from now on; `None`: unknown. Observers and questions that need more are
    /// refused.
    pub fn set_memory_limit(&mut self, limit: Option<u64>) {
        self.memory_limit = limit;
    }

    /// An error if the run with its observers and `more` beside them needs more memory than there is.
    fn check_memory(&self, more: Extras) -> Result<()> {
        if self.memory_limit.is_none() {
            return Ok(());
        }
        let sizes = self.trainer.sizes();
        let extras = self.observers.extras(&sizes).and(more);
        sizes.estimate(&extras)?.check(self.memory_limit)
    }

    /// Measures how a step on each task alone would change every task's loss. The run stays as it is.
    ///
    /// # Errors
    ///
    /// If there is too little memory for it, or if a loss is not finite: then the run is over.
    pub fn interference(&mut self) -> Result<Interference> {
        self.check_memory(Extras { trial_steps: true, ..Extras::default() })?;
        let result = interference(&mut self.trainer);
        self.finish_if_diverged(result)
    }

    /// Measures which words of a sentence each head's answer depends on. The run stays as it is.
    ///
    /// # Errors
    ///
    /// If the sentence cannot be tokenised, or there is too little memory for it.
    pub fn explain(&self, text: &str) -> Result<Saliency> {
        let erasure = Erasure::new(self.trainer.tokenizer(), text)?;
        self.check_memory(Extras { sentences: erasure.batch_lengths(), ..Extras::default() })?;
        erasure.saliency(&self.trainer)
    }
}
