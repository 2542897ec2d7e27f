//! The checks of a training that need no weights: of its recipe, its data, its tokenizer and the encoder's config.

mod label_names;
mod largest_batch;
mod memory;
mod sentences;
mod training_data;
mod warnings;

use largest_batch::{BatchSize, largest_batch};
pub use memory::{Extras, MemoryEstimate, Sizes};
pub use sentences::Sentences;
pub(crate) use training_data::TrainingData;

use super::parameter_copy::{BestEpoch, averaging_warning};
use super::unfreezing;
use super::update::TaskWeights;
use crate::compute::Context;
use crate::data::{Dataset, stratified_split};
use crate::error::{Message, message};
use crate::model::{ModelConfig, Wanted};
use crate::recipe::{OptimizerKind, Recipe, Training};
use crate::text::Tokenizer;
use crate::{Error, Result};

/// The most tasks of a run. The backward pass recurses through the sum of their losses, and the stack is limited.
const MAX_TASKS: usize = 1000;

/// The inputs of a run besides its recipe and its weights.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The training data, before the split.
    pub data: Dataset,
    /// A separate held-out set; `None`: the recipe's share of `data` is held out.
    pub validation: Option<Dataset>,
    /// The encoder's config.
    pub config: ModelConfig,
    /// Continue with the heads in the weights; else every head is initialised at random.
    pub keep_heads: bool,
    /// The encoder's `tokenizer.json`.
    pub tokenizer: &'a [u8],
    /// Where and how to compute. The arithmetic is the recipe's.
    pub context: Context,
    /// Bytes that the run may take, if that is known; [`Plan::new`](crate::run::Plan::new) refuses a run that needs more.
    pub memory_limit: Option<u64>,
}

/// The inputs of a run whose sentences are tokenised already, as those of large files are.
#[derive(Debug)]
pub struct EncodedInputs<'a> {
    /// The training data, before the split.
    pub sentences: Sentences<'a>,
    /// A separate held-out set; `None`: the recipe's share of `sentences` is held out.
    pub validation: Option<Sentences<'a>>,
    /// What tokenised them: the encoder's, which cuts to the recipe's `max_length`.
    pub tokenizer: Tokenizer,
    /// The encoder's config.
    pub config: ModelConfig,
    /// As in [`Inputs`].
    pub keep_heads: bool,
    /// As in [`Inputs`].
    pub context: Context,
    /// As in [`Inputs`].
    pub memory_limit: Option<u64>,
}

/// The checked inputs of a trainer: everything but the weights.
#[derive(Debug)]
pub struct Setup {
    pub(super) recipe: Recipe,
    pub(super) config: ModelConfig,
    pub(super) data: TrainingData,
    pub(super) task_weights: TaskWeights,
    /// Keeps the best epoch, if the recipe asks for its parameters at the end.
    pub(super) best_epoch: Option<BestEpoch>,
    pub(super) keep_heads: bool,
    pub(super) context: Context,
    warnings: Vec<Message>,
    /// The words that occur in training, ascending, and the number of positions in use, if only their embeddings need to
    /// train.
    pub(super) rows_in_reach: Option<(Vec<u32>, usize)>,
}

impl Setup {
    /// Checks a recipe against its data and its encoder's config.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range or does not fit the data or the encoder, if a sentence cannot be tokenised, or if no
    /// sentence is labelled.
    pub fn new(recipe: Recipe, inputs: Inputs) -> Result<Self> {
        let Inputs { data, validation, config, keep_heads, tokenizer, context, memory_limit } = inputs;
        check_settings(&recipe, &data, &config)?;
        let tokenizer = Tokenizer::from_json(tokenizer, recipe.training.max_length as usize, config.bert.vocab_size)?;
        let encode = |data: Dataset| Sentences::of_dataset(data, &tokenizer, &context);
        let (sentences, validation) = (encode(data), validation.map(encode));
        Self::of_encoded(
            recipe,
            EncodedInputs { sentences, validation, tokenizer, config, keep_heads, context, memory_limit },
        )
    }

    /// Checks a recipe against its data, which is tokenised already, and its encoder's config.
    ///
    /// # Errors
    ///
    /// As [`Setup::new`].
    pub fn of_encoded(recipe: Recipe, inputs: EncodedInputs) -> Result<Self> {
        let EncodedInputs { mut sentences, validation, tokenizer, config, keep_heads, context, .. } = inputs;
        check_settings(&recipe, &sentences.data, &config)?;
        let settings = &recipe.training;
        let own = validation.is_some().then_some(sentences.len());
        if let Some(validation) = validation {
            sentences.append(validation);
        }
        let splits = split(&recipe, &sentences.data, own)?;
        let steps = total_steps(settings, splits[0].len())?;
        check_warmup(settings.warmup, steps)?;
        if let Some(failure) = sentences.failure.take() {
            return Err(failure);
        }
        let task_weights = TaskWeights::new(settings, &sentences.data.tasks)?;
        let best_epoch = BestEpoch::new(settings, &sentences.data, &splits, &task_weights)?;
        let k = sentences.data.tasks.len();
        if let Some(n) = settings.tasks_per_step.filter(|&n| n as usize > k) {
            let wrong = message!("train.tasks_per_step", "{n} is more than there are tasks, {tasks}", n = n, tasks = k);
            return Err(Error::setting("tasks_per_step", wrong));
        }

        let mut warnings = warnings::warnings(&recipe, &sentences, &tokenizer, &splits);
        let mut names = Dataset { tasks: sentences.data.tasks.clone(), examples: Vec::new() };
        if settings.few_examples.reads_names() {
            label_names::append(&mut names);
        }
        let digest = training_data::digest(&sentences, &names, &splits);
        let (own, names) = (sentences.len(), Sentences::of_dataset(names, &tokenizer, &context));
        sentences.append(names);
        if let Some(failure) = sentences.failure.take() {
            return Err(failure);
        }
        let Sentences { data: mut dataset, encodings, .. } = sentences;
        // From here on they are token ids.
        dataset.examples.iter_mut().for_each(|example| example.text = String::new());
        let names = encodings.len() - own;
        // Only embedding rows that a training sentence uses ever have a gradient. The others stay, or decay by a known factor.
        // But with Adam's L2 decay, which is part of the gradient, each row moves differently, and the tables train whole.
        let compact = settings.optimizer != OptimizerKind::Adam || settings.weight_decay == 0.0;
        let rows_in_reach = compact.then(|| {
            let rows = || splits[0].iter().copied().chain(own..own + names);
            // The tokenizer gives no id that is not in the vocabulary.
            let mut occurs = vec![false; config.bert.vocab_size];
            rows().flat_map(|row| &encodings[row].input_ids).for_each(|&word| occurs[word as usize] = true);
            let words = (0..).zip(occurs).filter(|&(_, occurs)| occurs).map(|(word, _)| word);
            let longest = rows().map(|row| encodings[row].input_ids.len()).max();
            (words.collect(), longest.unwrap_or(0))
        });
        let unfreezing = unfreezing::warning(&recipe, config.bert.num_hidden_layers);
        warnings.extend(unfreezing);
        warnings.extend(averaging_warning(recipe.training.weight_averaging, steps));
        let sample = training_data::sample(&splits[0], recipe.seed);
        let mut data =
            TrainingData { dataset, encodings, names, splits, sample, tokenizer, largest_batch: None, digest };
        data.largest_batch = largest_batch(&recipe, &data);
        Ok(Self { recipe, config, data, task_weights, best_epoch, keep_heads, context, warnings, rows_in_reach })
    }

    /// The recipe that it trains.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Warnings about the data and the recipe; none of them stops the run.
    pub fn warnings(&self) -> &[Message] {
        &self.warnings
    }

    /// The sizes that decide how much memory the run needs.
    pub(crate) fn sizes(&self) -> Sizes<'_> {
        Sizes {
            recipe: &self.recipe,
            config: &self.config.bert,
            tasks: self.data.tasks(),
            lengths: self.data.lengths(),
            training: self.data.splits[0].len(),
            largest_batch: self.data.largest_batch,
            table_rows: self.rows_in_reach.as_ref().map(|(words, positions)| words.len() + positions),
        }
    }

    /// The tensors that the run reads from the weights.
    pub fn wanted(&self) -> Wanted {
        let heads = if self.keep_heads { self.data.tasks() } else { &[] };
        Wanted::new(&self.config.bert, self.recipe.pooling, heads)
    }
}

/// The checks of a recipe's settings that need no sentence.
fn check_settings(recipe: &Recipe, data: &Dataset, config: &ModelConfig) -> Result<()> {
    recipe.validate()?;
    let settings = &recipe.training;
    let positions = config.bert.max_position_embeddings;
    if settings.max_length as usize > positions {
        return Err(Error::setting(
            "max_length",
            message!(
                "train.max_length",
                "{n} is more than the encoder's {positions} positions",
                n = settings.max_length,
                positions = positions
            ),
        ));
    }
    if data.tasks.len() > MAX_TASKS {
        let wrong = message!(
            "train.too_many_tasks",
            "there are {n}, and at most {most} train together; name fewer",
            n = data.tasks.len(),
            most = MAX_TASKS
        );
        return Err(Error::setting("tasks", wrong));
    }
    settings.freeze.blocks(config.bert.num_hidden_layers)?;
    Ok(())
}

/// The number of steps of a run on `sentences` training sentences. An error if it does not fit 32 bits: `usize` has no more
/// in a browser.
fn total_steps(training: &Training, sentences: usize) -> Result<u32> {
    let per_epoch = sentences.div_ceil(training.sentences_per_step()) as u64;
    let steps = per_epoch.saturating_mul(training.epochs.into());
    u32::try_from(steps).map_err(|_| {
        let wrong = message!(
            "train.too_many_steps",
            "{epochs} of {per_epoch} steps each are {steps} steps, and a run has at most {most}; train for fewer epochs",
            epochs = training.epochs,
            per_epoch = per_epoch,
            steps = steps,
            most = u32::MAX
        );
        Error::setting("epochs", wrong)
    })
}

/// An error if the run ends before its warm-up does.
fn check_warmup(warmup: u32, steps: u32) -> Result<()> {
    if warmup > steps {
        return Err(Error::setting(
            "warmup",
            message!(
                "train.warmup",
                "{warmup} steps of warm-up are more than the run has, {steps}; give at most {steps}, or train for more epochs",
                warmup = warmup,
                steps = steps
            ),
        ));
    }
    Ok(())
}

/// The rows that train, and those held out: those from row `own` on, or, if there is no such row, a share of the data.
fn split(recipe: &Recipe, data: &Dataset, own: Option<usize>) -> Result<[Vec<usize>; 2]> {
    let splits = match own {
        Some(first) => {
            let labelled = |rows: std::ops::Range<usize>| rows.filter(|&i| data.is_labelled(i)).collect();
            let held_out: Vec<usize> = labelled(first..data.examples.len());
            if held_out.is_empty() {
                return Err(Error::data(
                    message!("place.validation", "the validation file"),
                    message!("train.no_held_out_label", "none of its sentences carries a label"),
                ));
            }
            [labelled(0..first), held_out]
        }
        None => {
            let (training, held_out) = stratified_split(data, recipe.validation_fraction(), recipe.seed);
            [training, held_out]
        }
    };
    if splits[0].is_empty() {
        return Err(Error::data(
            message!("place.sentences", "the sentences"),
            message!("train.no_label", "none of them carries a label; label at least one per class"),
        ));
    }
    Ok(splits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_steps_than_32_bits_count_are_refused() {
        let training = |epochs| Training { epochs, batch_size: 1, ..Training::default() };
        assert_eq!(total_steps(&training(u32::MAX), 1).unwrap(), u32::MAX);
        assert_eq!(
            total_steps(&training(65_536), 65_536).unwrap_err().to_string(),
            "epochs: 65536 of 65536 steps each are 4294967296 steps, and a run has at most 4294967295; train for fewer \
             epochs"
        );
    }
}
