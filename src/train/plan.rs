//! A run before its weights: everything that can be wrong with it without them is found here.

use std::collections::BTreeSet;

use candle_core::Device;

use super::best::Best;
use super::memory::{Need, Sizes};
use super::task_weights::TaskWeights;
use super::unfreezing;
use super::warnings::warnings;
use crate::data::{Dataset, stratified_split};
use crate::error::message;
use crate::model::{ModelConfig, Wanted};
use crate::protocol::Event;
use crate::recipe::{OptimizerKind, Recipe, Training};
use crate::text::{Encoding, Tokenizer};
use crate::{Error, Result};

/// The most tasks of a run. The backward pass recurses through the sum of their losses, on a stack that ends.
const MAX_TASKS: usize = 1000;

/// What a run is made of, besides its recipe and its weights.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The training data, before the split.
    pub data: Dataset,
    /// Held-out data of its own; absent: split off by the recipe.
    pub validation: Option<Dataset>,
    /// The encoder's config.
    pub config: ModelConfig,
    /// Go on with the heads that the weights hold for the tasks; else every head is drawn anew.
    pub keep_heads: bool,
    /// The encoder's `tokenizer.json`.
    pub tokenizer: &'a [u8],
    /// Where to compute.
    pub device: Device,
    /// Bytes that the run may take, if that is known; one that needs more is refused.
    pub memory_limit: Option<u64>,
}

/// A run that only lacks its weights.
#[derive(Debug)]
pub struct Plan {
    pub(super) recipe: Recipe,
    pub(super) config: ModelConfig,
    pub(super) data: Dataset,
    pub(super) encodings: Vec<Encoding>,
    /// Rows of `data` that train, and that are held out.
    pub(super) splits: [Vec<usize>; 2],
    pub(super) tokenizer: Tokenizer,
    pub(super) task_weights: TaskWeights,
    /// What keeps the best epoch, if the run is to go back to it.
    pub(super) best: Option<Best>,
    pub(super) keep_heads: bool,
    pub(super) device: Device,
    /// What there is to warn of.
    pub(super) warnings: Vec<Event>,
    /// The words and the number of positions that can occur in training, where only those need to train.
    pub(super) in_reach: Option<(Vec<u32>, usize)>,
    need: Need,
    pub(super) memory_limit: Option<u64>,
}

impl Plan {
    /// Checks a recipe against its data, its encoder's config and the memory that there is.
    pub fn new(recipe: Recipe, inputs: Inputs) -> Result<Self> {
        recipe.validate()?;
        let Inputs { mut data, validation, config, keep_heads, tokenizer, device, memory_limit } = inputs;
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
        let tokenizer = Tokenizer::from_json(tokenizer, settings.max_length as usize, config.bert.vocab_size)?;
        let splits = split(&recipe, &mut data, validation)?;
        let steps = total_steps(settings, splits[0].len())?;
        check_warmup(settings.warmup, steps)?;
        let encodings: Vec<Encoding> =
            data.examples.iter().map(|e| tokenizer.encode(&e.text)).collect::<Result<_>>()?;
        let task_weights = TaskWeights::new(settings, &data.tasks)?;
        let best = Best::new(settings, &data, &splits, &task_weights)?;
        let k = data.tasks.len();
        if let Some(n) = settings.tasks_per_step.filter(|&n| n as usize > k) {
            let wrong = message!("train.tasks_per_step", "{n} is more than there are tasks, {tasks}", n = n, tasks = k);
            return Err(Error::setting("tasks_per_step", wrong));
        }
        let length = |row: &usize| encodings[*row].input_ids.len();

        // Only rows that a training sentence uses can ever have a gradient. The others stay, or shrink by a factor; but
        // where weight decay is a part of Adam's gradient they move in a way of their own, and the tables train whole.
        let compact = settings.optimizer != OptimizerKind::Adam || settings.weight_decay == 0.0;
        let in_reach = compact.then(|| {
            let ids = splits[0].iter().flat_map(|&row| &encodings[row].input_ids);
            let words: BTreeSet<u32> = ids.copied().collect();
            (words.into_iter().collect(), splits[0].iter().map(length).max().unwrap_or(0))
        });
        let table_rows = in_reach.as_ref().map(|(words, positions): &(Vec<u32>, usize)| words.len() + positions);
        let lengths = splits.iter().flatten().map(length).collect();
        let need = Need::of(Sizes {
            recipe: &recipe,
            diagnostics: recipe.diagnostics,
            config: &config.bert,
            tasks: &data.tasks,
            lengths,
            table_rows,
            question: Vec::new(),
        })?;
        need.check(memory_limit)?;

        let mut warnings = warnings(&recipe, &data, &encodings, &splits);
        let unfreezing = unfreezing::warning(&recipe, config.bert.num_hidden_layers);
        warnings.extend(unfreezing.map(Event::Warning));
        Ok(Self {
            recipe,
            config,
            data,
            encodings,
            splits,
            tokenizer,
            task_weights,
            best,
            keep_heads,
            device,
            warnings,
            in_reach,
            need,
            memory_limit,
        })
    }

    /// About how many bytes the run will need at most, its weights included.
    pub fn memory(&self) -> u64 {
        self.need.bytes()
    }

    /// The tensors that the run reads.
    pub fn wanted(&self) -> Wanted {
        let heads = if self.keep_heads { self.data.tasks.as_slice() } else { &[] };
        Wanted::new(&self.config.bert, self.recipe.pooling, heads)
    }
}

/// How many steps a run on so many sentences takes; an error if they are more than 32 bits count, which is all that a
/// browser has for them.
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

/// An error if the run ends before the learning rate has risen to its full height.
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

/// The rows that train, and those that are held out: `validation`'s, which are put behind the data's own, or a share.
fn split(recipe: &Recipe, data: &mut Dataset, validation: Option<Dataset>) -> Result<[Vec<usize>; 2]> {
    let splits = match validation {
        Some(held_out) => {
            let first = data.examples.len();
            data.examples.extend(held_out.examples);
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
