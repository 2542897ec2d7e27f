//! The state of a training: a model, its data, and how far the training has come.

use indexmap::IndexMap;

use super::evaluation::empty_tallies;
use super::few_examples::Preparation;
use super::parameter_copy::BestEpoch;
use super::prefix::PrefixCache;
use super::setup::{Setup, Sizes, TrainingData};
use super::unfreezing;
use super::update::{Optimizer, TaskGradients, TaskLosses, TaskWeights};
use super::{EpochReport, Evaluation, ModelShape, Start, WeightAverage};
use crate::compute::Arithmetic;
use crate::error::{message, number};
use crate::metrics::Tally;
use crate::model::{Loading, Model, ModelFiles, Weights};
use crate::parallel::Ranks;
use crate::random::Stream;
use crate::recipe::{Recipe, Task};
use crate::text::Tokenizer;
use crate::weighting::{Method, method};
use crate::{Error, Result};

/// Trains one model on one data set. It computes steps, epochs and evaluations; [`Run`](crate::run::Run) decides when each is
/// due.
#[derive(Debug)]
pub struct Trainer {
    pub(super) recipe: Recipe,
    pub(super) data: TrainingData,
    pub(super) model: Model,
    /// Outputs of the frozen part of the model, computed once a sentence.
    pub(super) prefix: PrefixCache,
    pub(super) optimizer: Optimizer,
    pub(super) losses: TaskLosses,
    /// The recipe's factor on each task.
    pub(super) task_weights: TaskWeights,
    /// The weighting: how the losses or gradients of K tasks become one update.
    pub(super) method: Box<dyn Method>,
    pub(super) task_gradients: TaskGradients,
    pub(super) dropout: Stream,
    /// The way to the other ranks, if several train this model together.
    pub(super) ranks: Ranks,
    /// What is left to do before the first epoch.
    pub(super) preparation: Preparation,
    /// Whether the heads are those of a saved model.
    pub(super) keeps_heads: bool,
    pub(super) progress: LoopState,
    /// The best epoch so far, if the recipe asks for its parameters at the end.
    pub(super) best_epoch: Option<BestEpoch>,
    /// The average of the weights, if the recipe asks for it.
    pub(super) average: Option<WeightAverage>,
}

/// How far a training has come.
#[derive(Debug)]
pub(super) struct LoopState {
    /// Optimizer steps taken.
    pub steps: usize,
    /// This epoch's order of the training rows.
    order: Vec<usize>,
    /// The random stream that shuffles each epoch's order.
    pub shuffle: Stream,
    /// The stream's position before it shuffled this epoch's order.
    pub shuffled_from: u64,
    /// Each task's predictions and losses in this epoch's steps. (K)
    pub tallies: Vec<Tally>,
}

impl Trainer {
    /// A trainer before its first step.
    ///
    /// # Errors
    ///
    /// If the weights do not fit the encoder's config, or a tensor operation fails.
    pub fn new(setup: Setup, weights: Weights) -> Result<Self> {
        let Setup { recipe, config, data, task_weights, best_epoch, keep_heads, context, rows_in_reach, .. } = setup;
        let settings = &recipe.training;
        let context = context.with_arithmetic(Arithmetic::of(settings.reproducible));
        let loading = Loading {
            freeze: settings.freeze,
            pooling: recipe.pooling,
            word_rows: rows_in_reach.as_ref().map(|(words, _)| words.as_slice()),
            positions: rows_in_reach.as_ref().map(|(_, positions)| *positions),
            keep_heads,
            context: &context,
        };
        let tasks = data.tasks();
        let mut model = Model::load(&config, weights, tasks, &loading, &mut Stream::new(recipe.seed, "init"))?;
        if let (true, Some(saved)) = (keep_heads, &config.polytask) {
            // Until its first step: the model answers as it did when it was saved.
            model.set_temperatures(saved.temperature.clone());
        }
        let optimizer = Optimizer::new(settings, &model)?;
        let progress = LoopState {
            steps: 0,
            order: Vec::new(),
            shuffle: Stream::new(recipe.seed, "shuffle"),
            shuffled_from: 0,
            tallies: empty_tallies(tasks),
        };
        let mut trainer = Self {
            dropout: Stream::new(recipe.seed, "dropout"),
            prefix: PrefixCache::new(data.encodings.len()),
            losses: TaskLosses::new(settings, &data.dataset, &data.splits[0]),
            method: method(settings.weighting, tasks.len(), recipe.seed),
            task_gradients: TaskGradients::new(tasks.len()),
            task_weights,
            preparation: Preparation::new(&recipe, &data, keep_heads),
            keeps_heads: keep_heads,
            ranks: Ranks::alone(),
            progress,
            best_epoch,
            average: None,
            recipe,
            data,
            model,
            optimizer,
        };
        trainer.average = WeightAverage::new(trainer.recipe.training.weight_averaging, trainer.total_steps());
        trainer.begin_epoch()?;
        Ok(trainer)
    }

    /// The report of what is about to be trained.
    pub fn start_report(&self) -> Start {
        let config = &self.model.config().bert;
        let parts = self.model.parts();
        let mut held_out = vec![false; self.sentences()];
        for &row in &self.data.splits[1] {
            held_out[row] = true;
        }
        let runs_on_cpu = self.model.context().device().is_cpu();
        Start {
            tasks: self.tasks().to_vec(),
            encoder: self.recipe.encoder.clone(),
            train_examples: self.data.splits[0].len(),
            validation_examples: self.data.splits[1].len(),
            held_out,
            epochs: self.recipe.training.epochs,
            steps_per_epoch: self.steps_per_epoch(),
            parameters: parts.values().map(|size| size.parameters).sum(),
            trainable_parameters: parts.values().map(|size| size.trainable).sum(),
            training: self.recipe.training.clone(),
            seed: self.recipe.seed,
            device: if runs_on_cpu { "cpu" } else { "cuda" }.into(),
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

    /// Optimizer steps in an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.data.splits[0].len().div_ceil(self.recipe.training.sentences_per_step())
    }

    /// Optimizer steps of the whole run, if patience does not end it earlier.
    pub fn total_steps(&self) -> usize {
        self.steps_per_epoch() * self.recipe.training.epochs as usize
    }

    /// Optimizer steps taken.
    pub fn steps(&self) -> usize {
        self.progress.steps
    }

    /// Calls `look` with the parameters, not averaged, as they were before the last step; afterwards they are, bit for bit, what
    /// they are now.
    /// A parameter that the step did not update is as before its own last update.
    ///
    /// # Errors
    ///
    /// Those of `look`, or if a tensor operation fails.
    pub fn before_last_step<T>(&mut self, look: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.with_training_weights(|trainer| {
            trainer.optimizer.swap_with_previous()?;
            let seen = look(trainer);
            trainer.optimizer.swap_with_previous()?;
            seen
        })
    }

    /// Whether no step is left to take: the last one has been taken, or patience ran out.
    pub fn is_over(&self) -> bool {
        self.steps() == self.total_steps() || self.restored_epoch().is_some()
    }

    /// The model as it is now: with the average of its weights, if the recipe asks for it.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The recipe that it trains.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The tasks, in head order. (K)
    pub fn tasks(&self) -> &[Task] {
        self.data.tasks()
    }

    /// The names of `tasks`, which are indices in head order.
    ///
    /// # Panics
    ///
    /// If an index is not below K.
    pub fn task_names(&self, tasks: &[usize]) -> Vec<String> {
        self.data.names(tasks)
    }

    /// The tokeniser, which cuts sentences to the recipe's `max_length`.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.data.tokenizer
    }

    /// Sentences of the data: those that train, those held out and those without a label.
    pub fn sentences(&self) -> usize {
        self.data.encodings.len() - self.data.name_rows().len()
    }

    /// How many training sentences carry a label of each task. (K)
    pub(crate) fn labelled_in_training(&self) -> Vec<usize> {
        let counts = self.data.dataset.class_counts(&self.data.splits[0]);
        counts.into_iter().map(|classes| classes.into_iter().sum()).collect()
    }

    /// Whether there are held-out sentences.
    pub fn has_validation(&self) -> bool {
        !self.data.splits[1].is_empty()
    }

    /// The files of a model directory except `tokenizer.json`, which training does not change.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read or serialised.
    pub fn to_files(&self) -> Result<ModelFiles> {
        self.model.to_files(self.tasks(), self.recipe.training.max_length)
    }

    /// The sizes that decide how much memory the run needs.
    pub(crate) fn sizes(&self) -> Sizes<'_> {
        let tables = self.model.encoder().tables();
        Sizes {
            recipe: &self.recipe,
            config: &self.model.config().bert,
            tasks: self.tasks(),
            lengths: self.data.lengths(),
            training: self.data.splits[0].len(),
            largest_batch: self.data.largest_batch,
            table_rows: Some(tables.iter().map(|table| table.rows().len()).sum()),
        }
    }

    /// If a loss is not finite: an error, after the parameters have gone back to those of the step before.
    pub(super) fn stop_if_diverged(&mut self, losses: &[Option<f32>], step: usize) -> Result<()> {
        let named = self.tasks().iter().map(|task| task.name.as_str()).zip(losses.iter().copied());
        let named = named.map(|(task, loss)| (Some(task), loss));
        let total = (None, Some(self.task_weights.total_of(losses)));
        let bad = named.chain([total]).find_map(|(task, loss)| Some((task, loss.filter(|x| !x.is_finite())?)));
        let Some((task, loss)) = bad else {
            return Ok(());
        };
        let task = match task {
            Some(task) => serde_json::Value::from(task),
            None => message!("train.all_tasks", "all tasks together").into(),
        };
        // The average may hold what diverged.
        self.put_average_into_model(false)?;
        self.average = None;
        self.optimizer.roll_back()?;
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
    pub fn epoch(&self) -> u32 {
        (self.steps().saturating_sub(1) / self.steps_per_epoch()) as u32 + 1
    }

    /// The epoch whose parameters were the best, once they have been restored.
    pub fn restored_epoch(&self) -> Option<u32> {
        self.best_epoch.as_ref()?.restored()
    }

    /// The epoch that an evaluation of the parameters as they are now belongs to.
    pub(super) fn evaluated_epoch(&self) -> u32 {
        let completed = if self.steps() == 0 { 0 } else { self.epoch() };
        self.restored_epoch().unwrap_or(completed)
    }

    /// Compares the epoch's held-out figures with the best ones. If the run ends with this epoch, restores the best
    /// epoch's parameters and returns that epoch.
    pub(crate) fn judge_epoch(&mut self, evaluation: &Evaluation) -> Result<Option<u32>> {
        let at_the_end = self.steps() == self.total_steps();
        match &mut self.best_epoch {
            Some(best) => best.judge(evaluation, &self.model, at_the_end),
            None => Ok(None),
        }
    }

    /// Draws the next epoch's order and unfreezes the layers that are due in it.
    pub(super) fn begin_epoch(&mut self) -> Result<()> {
        let LoopState { order, shuffle, shuffled_from, .. } = &mut self.progress;
        order.clone_from(&self.data.splits[0]);
        *shuffled_from = shuffle.position();
        if self.recipe.training.shuffle {
            shuffle.shuffle(order);
        }
        // After the last epoch nothing more is unfrozen.
        let epochs = ((self.steps() / self.steps_per_epoch()) as u32).min(self.recipe.training.epochs - 1);
        if self.model.set_frozen(unfreezing::frozen(&self.recipe, self.model.encoder().depth(), epochs))? {
            self.prefix.clear();
        }
        Ok(())
    }

    /// The next step's rows of the data.
    pub(super) fn next_rows(&self) -> Vec<usize> {
        let LoopState { steps, order, .. } = &self.progress;
        let size = self.recipe.training.sentences_per_step();
        let start = (steps % self.steps_per_epoch()) * size;
        order[start..(start + size).min(order.len())].to_vec()
    }

    /// Whether the latest step completed an epoch.
    pub(crate) fn is_at_epoch_end(&self) -> bool {
        self.steps().is_multiple_of(self.steps_per_epoch())
    }

    /// Reports the epoch whose last step has been taken, and begins the next one.
    pub(crate) fn end_epoch(&mut self) -> Result<EpochReport> {
        #[cfg(not(target_arch = "wasm32"))]
        self.check_alike()?;
        let done = std::mem::replace(&mut self.progress.tallies, empty_tallies(self.data.tasks()));
        let losses: Vec<Option<f32>> = done.iter().map(Tally::loss).collect();
        self.method.epoch_ended(&losses.iter().map(|loss| loss.map(f64::from)).collect::<Vec<_>>());
        self.begin_epoch()?;
        Ok(EpochReport {
            epoch: self.epoch(),
            epochs: self.recipe.training.epochs,
            total: self.task_weights.total_of(&losses),
            losses: self.by_task(losses),
            accuracies: self.by_task(done.iter().map(Tally::accuracy)),
        })
    }

    /// The tasks' values by name, without the tasks that have none; `values` has one entry per task. (K)
    pub(super) fn by_task<T>(&self, values: impl IntoIterator<Item = Option<T>>) -> IndexMap<String, T> {
        let named = self.tasks().iter().zip(values);
        named.filter_map(|(task, value)| Some((task.name.clone(), value?))).collect()
    }
}
