//! The training loop, one step per call.

use std::collections::{BTreeSet, VecDeque};

use candle_core::Device;
use indexmap::IndexMap;

use super::best::Best;
use super::evaluating::Evaluating;
use super::evaluation::{predict, tallies};
use super::losses::TaskLosses;
use super::map::Moving;
use super::memory::{Need, Sizes};
use super::metrics::Tally;
use super::optimizer::Optimizer;
use super::plan::Plan;
use super::prefix::PrefixCache;
use super::step::is_due;
use super::task_gradients::TaskGradients;
use super::task_weights::TaskWeights;
use super::unfreezing;
use super::watching::Watcher;
use crate::data::Dataset;
use crate::error::{message, number};
use crate::model::{Loading, Model, ModelFiles, Pass, Weights};
use crate::ops::{Gradient, set_reproducible};
use crate::protocol::{End, EpochReport, Event, ModelShape, Prediction, Split, Start, Tokens};
use crate::random::Stream;
use crate::recipe::{Diagnostics, Recipe, Task};
use crate::text::{Batch, Encoding, Tokenizer};
use crate::weighting::{Method, method};
use crate::{Error, Result};

/// A run: the model, its data, and how far it has come.
#[derive(Debug)]
pub struct Trainer {
    pub(super) recipe: Recipe,
    pub(super) tasks: Vec<Task>,
    data: Dataset,
    pub(super) encodings: Vec<Encoding>,
    /// Rows of `data` that train, and that are held out.
    pub(super) splits: [Vec<usize>; 2],
    pub(super) tokenizer: Tokenizer,
    pub(super) model: Model,
    pub(super) optimizer: Optimizer,
    pub(super) losses: TaskLosses,
    /// The recipe's factor on each task.
    pub(super) weights: TaskWeights,
    /// How K tasks make one update.
    pub(super) method: Box<dyn Method>,
    /// The tasks' own gradients, where something asks for them.
    pub(super) task_gradients: TaskGradients,
    /// The places of the last step's gradients, while a step of several batches fills others.
    pub(super) other_gradients: Vec<Gradient>,
    shuffle: Stream,
    pub(super) dropout: Stream,
    device: Device,
    /// What the frozen part made of the sentences so far.
    pub(super) prefix: PrefixCache,
    /// This epoch's order of the training rows.
    order: Vec<usize>,
    /// Steps taken.
    pub(super) steps: usize,
    /// This epoch's figures so far. (K)
    pub(super) tallies: Vec<Tally>,
    /// Evaluations that are due, first first.
    pub(super) due: VecDeque<Evaluating>,
    /// The number of steps after which interference was measured last.
    pub(super) measured: Option<usize>,
    /// How the sentences' vectors have moved, if that is to be told.
    pub(super) map: Option<Moving>,
    /// Warnings that were given already.
    pub(super) warned: BTreeSet<String>,
    /// Whoever follows the steps part by part.
    pub(super) watcher: Watcher,
    /// The best epoch so far, if the run goes back to it in the end.
    pub(super) best: Option<Best>,
    /// The epoch that it has gone back to.
    pub(super) kept: Option<u32>,
    finished: bool,
    /// Rows of the embedding tables that train, if not all.
    table_rows: Option<usize>,
    memory_limit: Option<u64>,
}

impl Trainer {
    /// Begins a planned run with its weights and tells of it: a `start` event, then warnings.
    pub fn start(plan: Plan, weights: Weights) -> Result<(Self, Vec<Event>)> {
        let Plan { recipe, config, data, encodings, splits, tokenizer, .. } = plan;
        let settings = &recipe.training;
        set_reproducible(settings.reproducible);
        let device = plan.device;
        let loading = Loading {
            freeze: settings.freeze,
            pooling: recipe.pooling,
            word_rows: plan.in_reach.as_ref().map(|(words, _)| words.as_slice()),
            positions: plan.in_reach.as_ref().map(|(_, positions)| *positions),
            keep_heads: plan.keep_heads,
            device: &device,
        };
        let tasks = data.tasks.clone();
        let model = Model::load(&config, weights, &tasks, &loading, &mut Stream::new(recipe.seed, "init"))?;
        let optimizer = Optimizer::new(settings, &model)?;
        let mut trainer = Self {
            shuffle: Stream::new(recipe.seed, "shuffle"),
            dropout: Stream::new(recipe.seed, "dropout"),
            tallies: tallies(&tasks),
            prefix: PrefixCache::new(encodings.len()),
            order: Vec::new(),
            steps: 0,
            due: VecDeque::new(),
            measured: None,
            map: None,
            warned: BTreeSet::new(),
            watcher: Watcher::default(),
            best: plan.best,
            kept: None,
            finished: false,
            table_rows: plan.in_reach.as_ref().map(|(words, positions)| words.len() + positions),
            memory_limit: plan.memory_limit,
            losses: TaskLosses::new(&recipe.training, &data, &splits[0]),
            weights: plan.task_weights,
            method: method(recipe.training.weighting, tasks.len(), recipe.seed),
            task_gradients: TaskGradients::new(tasks.len()),
            other_gradients: Vec::new(),
            recipe,
            tasks,
            data,
            encodings,
            splits,
            tokenizer,
            model,
            optimizer,
            device,
        };
        trainer.begin_epoch()?;
        let mut events = vec![Event::Start(trainer.report())];
        events.extend(plan.warnings);
        Ok((trainer, events))
    }

    fn report(&self) -> Start {
        let config = &self.model.config().bert;
        let parts = self.model.parts();
        let mut held_out = vec![false; self.data.examples.len()];
        for &row in &self.splits[1] {
            held_out[row] = true;
        }
        Start {
            tasks: self.tasks.clone(),
            encoder: self.recipe.encoder.clone(),
            train_examples: self.splits[0].len(),
            validation_examples: self.splits[1].len(),
            held_out,
            epochs: self.recipe.training.epochs,
            steps_per_epoch: self.steps_per_epoch(),
            parameters: parts.values().map(|size| size.parameters).sum(),
            trainable_parameters: parts.values().map(|size| size.trainable).sum(),
            seed: self.recipe.seed,
            device: if self.device.is_cpu() { "cpu" } else { "cuda" }.into(),
            model: ModelShape {
                vocab_size: config.vocab_size,
                max_position_embeddings: config.max_position_embeddings,
                hidden_size: config.hidden_size,
                num_hidden_layers: config.num_hidden_layers,
                num_attention_heads: config.num_attention_heads,
                intermediate_size: config.intermediate_size,
                parts,
            },
        }
    }

    pub(super) fn steps_per_epoch(&self) -> usize {
        self.splits[0].len().div_ceil(self.recipe.training.sentences_per_step())
    }

    pub(super) fn total_steps(&self) -> usize {
        self.steps_per_epoch() * self.recipe.training.epochs as usize
    }

    /// Whether the last step has been taken and evaluated, or training stopped at an error.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// The model as it stands.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What the run computes.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The tasks, in head order.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The files of a model directory, but for `tokenizer.json`, which is as it was.
    pub fn to_files(&self) -> Result<ModelFiles> {
        self.model.to_files(&self.tasks, self.recipe.training.max_length)
    }

    /// Measures from now on what `diagnostics` says. The numbers that the run computes are the same with any. An error, and
    /// nothing has changed, if there is not the memory for it.
    pub fn observe(&mut self, diagnostics: Diagnostics) -> Result<()> {
        self.check_memory(diagnostics, Vec::new())?;
        self.recipe.diagnostics = diagnostics;
        Ok(())
    }

    /// About how many bytes the run needs at most, its weights included, with what is measured beside it now.
    pub fn memory(&self) -> Result<u64> {
        Ok(self.need(self.recipe.diagnostics, Vec::new())?.bytes())
    }

    /// Sets how many bytes the run may take in all from now on, if that is known: what would be measured or asked beside
    /// it is refused where there is no room for it.
    pub fn set_memory_limit(&mut self, limit: Option<u64>) {
        self.memory_limit = limit;
    }

    /// An error if the run would need more than there is with these `diagnostics`, or with a `question` of sentences of
    /// so many tokens.
    pub(super) fn check_memory(&self, diagnostics: Diagnostics, question: Vec<usize>) -> Result<()> {
        if self.memory_limit.is_none() {
            return Ok(());
        }
        self.need(diagnostics, question)?.check(self.memory_limit)
    }

    fn need(&self, diagnostics: Diagnostics, question: Vec<usize>) -> Result<Need> {
        let rows = self.splits.iter().flatten();
        Need::of(Sizes {
            recipe: &self.recipe,
            diagnostics,
            config: &self.model.config().bert,
            tasks: &self.tasks,
            lengths: rows.map(|&row| self.encodings[row].input_ids.len()).collect(),
            table_rows: self.table_rows,
            question,
        })
    }

    /// Does the next piece of work: a step, a batch of an evaluation or a measurement that is due. Returns what there is to
    /// tell; after `end`, or after an error, nothing more happens.
    pub fn advance(&mut self) -> Result<Vec<Event>> {
        self.advance_on(&[])
    }

    /// As [`Trainer::advance`]; a step trains the tasks `only`, all or those in turn if none is named.
    pub fn advance_on(&mut self, only: &[String]) -> Result<Vec<Event>> {
        if self.finished {
            return Ok(Vec::new());
        }
        let mut events = if !self.due.is_empty() {
            self.evaluate_a_batch()?
        } else if self.map_is_due() {
            self.map_a_batch()?
        } else if self.is_over() {
            Vec::new()
        } else if is_due(self.recipe.diagnostics.interference_every, self.steps) && self.measured != Some(self.steps) {
            self.measured = Some(self.steps);
            vec![Event::Interference(self.interference()?)]
        } else {
            let (report, mut events) = self.take_step(only)?;
            events.push(Event::Step(report));
            if self.steps.is_multiple_of(self.steps_per_epoch()) {
                events.push(Event::Epoch(self.end_epoch()?));
            }
            events
        };
        if self.is_over() && self.due.is_empty() && !self.map_is_due() {
            self.finished = true;
            events.push(Event::End(End { steps: self.steps, epochs: self.epoch(), best_epoch: self.kept }));
        }
        Ok(events)
    }

    /// Whether no step is left to take: the last one has been taken, or patience ran out.
    pub(super) fn is_over(&self) -> bool {
        self.steps == self.total_steps() || self.kept.is_some()
    }

    /// An error, after rolling back, if a loss is not finite.
    pub(super) fn stop_if_diverged(&mut self, losses: &[Option<f32>], step: usize) -> Result<()> {
        let named = self.tasks.iter().map(|task| task.name.as_str()).zip(losses.iter().copied());
        let named = named.map(|(task, loss)| (Some(task), loss));
        let total = (None, Some(self.weights.total_of(losses)));
        let bad = named.chain([total]).find_map(|(task, loss)| Some((task, loss.filter(|x| !x.is_finite())?)));
        let Some((task, loss)) = bad else {
            return Ok(());
        };
        let task = match task {
            Some(task) => serde_json::Value::from(task),
            None => message!("train.all_tasks", "all tasks together").into(),
        };
        self.optimizer.roll_back()?;
        self.finished = true;
        let diverged = message!(
            "train.diverged",
            "step {step}: the loss of {task} became {loss}, so training stopped and the parameters of the step before were \
             kept; try a learning rate ten times smaller than {rate:e}, a warm-up, or max_grad_norm 1",
            step = step,
            task = task,
            loss = number(loss.into()),
            rate = number(self.recipe.training.learning_rate)
        );
        Err(Error::Diverged(diverged.into()))
    }

    /// The epoch of the latest step, from 1.
    pub(super) fn epoch(&self) -> u32 {
        (self.steps.saturating_sub(1) / self.steps_per_epoch()) as u32 + 1
    }

    fn begin_epoch(&mut self) -> Result<()> {
        self.order.clone_from(&self.splits[0]);
        if self.recipe.training.shuffle {
            self.shuffle.shuffle(&mut self.order);
        }
        // After the last epoch everything stays as it was in it.
        let epochs = ((self.steps / self.steps_per_epoch()) as u32).min(self.recipe.training.epochs - 1);
        if self.model.set_frozen(unfreezing::frozen(&self.recipe, self.model.encoder().depth(), epochs))? {
            self.prefix.clear();
        }
        Ok(())
    }

    pub(super) fn next_rows(&self) -> Vec<usize> {
        let size = self.recipe.training.sentences_per_step();
        let start = (self.steps % self.steps_per_epoch()) * size;
        self.order[start..(start + size).min(self.order.len())].to_vec()
    }

    pub(super) fn batch(&self, rows: &[usize]) -> Batch {
        Batch::of_examples(&self.encodings, &self.data.examples, rows, self.tasks.len())
    }

    /// Sums the epoch up, orders the evaluations that are due, and sets out for the next epoch.
    fn end_epoch(&mut self) -> Result<EpochReport> {
        let done = std::mem::replace(&mut self.tallies, tallies(&self.tasks));
        let losses: Vec<Option<f32>> = done.iter().map(Tally::loss).collect();
        self.method.epoch_ended(&losses.iter().map(|loss| loss.map(f64::from)).collect::<Vec<_>>());
        let epoch = self.epoch();
        let last = epoch == self.recipe.training.epochs;
        // Where the best epoch is gone back to, it is the held-out sentences that decide what to measure last.
        if last && self.best.is_none() {
            self.order_evaluation(Split::Train);
        }
        if !self.splits[1].is_empty() {
            self.order_evaluation(Split::Validation);
        }
        self.begin_epoch()?;
        Ok(EpochReport {
            epoch,
            epochs: self.recipe.training.epochs,
            total: self.weights.total_of(&losses),
            losses: self.by_task(losses),
            accuracies: self.by_task(done.iter().map(Tally::accuracy)),
        })
    }

    /// Classifies sentences with every head as it stands.
    pub fn predict(&self, texts: &[String]) -> Result<Vec<Prediction>> {
        predict(&self.model, &self.tokenizer, &self.tasks, texts)
    }

    /// A sentence as the encoder reads it.
    pub fn tokens(&self, text: &str) -> Result<Tokens> {
        let (tokens, cut) = self.tokenizer.tokens(text)?;
        Ok(Tokens {
            text: text.into(),
            ids: tokens.iter().map(|token| token.id).collect(),
            words: tokens.iter().map(|token| token.word).collect(),
            tokens: tokens.into_iter().map(|token| token.piece).collect(),
            cut,
        })
    }

    /// Sentence vectors (B,H) of `texts` as one batch, row after row, by the encoder as it stands.
    pub fn embed(&self, texts: &[String]) -> Result<Vec<f32>> {
        let encodings: Vec<Encoding> = texts.iter().map(|text| self.tokenizer.encode(text)).collect::<Result<_>>()?;
        Ok(self.model.embed(&Batch::of_sentences(&encodings), Pass::Evaluation)?.flatten_all()?.to_vec1()?)
    }

    pub(super) fn by_task<T>(&self, values: impl IntoIterator<Item = Option<T>>) -> IndexMap<String, T> {
        let named = self.tasks.iter().zip(values);
        named.filter_map(|(task, value)| Some((task.name.clone(), value?))).collect()
    }
}
