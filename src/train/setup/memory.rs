//! An estimate of the memory that a run needs, made before any of it is allocated.
//!
//! Numbers are f32, of 4 bytes. U of the L blocks train:
//!
//! ```text
//! parameters  P + S·R            P in encoder and heads; S·R for the R that train: gradient, m and v (S = 3), or the
//!                                gradient alone (SGD, S = 1); a copy of the best epoch and an average of the weights are
//!                                one more each
//! apart       K·R                each task's gradient, if a weighting or an observer needs them apart
//! spare       R                  a second set of gradients, if a step takes several batches
//! undo        4·R                a snapshot of parameters, m and v, and gradients, if steps are tried and undone (SGD: 2·R)
//! observers   O                  numbers that observers keep
//! tables      (1 + S)·V′·H       the V′ rows of the embedding tables that train, stored beside the whole tables
//! batch       U·(8·N·H + 2·N·F + A·ΣT²) + W + 3·N·H
//!                                activations that each block keeps for the backward pass: q, k, v, the attention's
//!                                probabilities and output, u, y and those of the LayerNorms and the activation; and the
//!                                working set W: gradients in a backward pass, 5·N·H + N·F, or, if no block trains, one
//!                                block's activations
//! dropout     U·(2·N·H + A·ΣT²) + 6·N·H   masks, and those of the embeddings with what their backward pass takes
//! start       V·H + fit          if heads start from the data and this is more than the batch: the sentence vectors and
//!                                one task's fit
//! frozen      Σ T·H              the frozen part's output for each sentence; H a sentence if the whole encoder is frozen
//! ```
//!
//! N and T are those of the largest batch that the run draws. An evaluation keeps no activations, but may take more sentences at a
//! time: N and T are then those of the longest. With gradual unfreezing, gradients, `batch` and `frozen` are those of the stage
//! that needs most.
//!
//! On all of it comes a share for what is not counted: the data, the tokenizer, and what the allocator and the buffers that steps
//! share cannot use. `tests/memory.rs` holds the estimate against what random runs take; docs/reliability.md
//! has the figures.
//!
//! The matrix product's scratch buffers are not counted: natively the `gemm` crate makes one of the L2 cache's size for each
//! thread, once a process.

use super::BatchSize;
use crate::error::{message, number};
use crate::model::{Config, NamedShape, block_tensors, embedding_tensors, head_tensors, pooler_tensors};
use crate::recipe::{Freeze, OptimizerKind, Pooling, Recipe, Task, Training, WeightAveraging};
use crate::train::few_examples::memory_of_start;
use crate::train::{EVALUATION_BATCH_SIZE, unfreezing};
use crate::weighting::{Dependency, method};
use crate::{Error, Result};

/// The factor on a batch for what is not counted, from 200 random runs.
const BATCH_SLACK: f64 = 1.15;
/// The same factor on the rest.
const SLACK: f64 = 1.015;

/// The sizes that decide how much memory a run needs.
#[derive(Debug)]
pub struct Sizes<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) config: &'a Config,
    pub(crate) tasks: &'a [Task],
    /// Tokens of each sentence that is trained on or held out.
    pub(crate) lengths: Vec<usize>,
    /// Sentences that train.
    pub(crate) training: usize,
    /// The greatest sizes of the batches that train; `None`: not known, and the longest sentences make the batch.
    pub(crate) largest_batch: Option<BatchSize>,
    /// Rows of the word and position tables that train; `None`: all.
    pub(crate) table_rows: Option<usize>,
}

/// Memory that observers and single measurements take beside the training.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extras {
    /// Each task's gradient is kept apart.
    pub task_gradients: bool,
    /// Steps are tried and undone.
    pub trial_steps: bool,
    /// Numbers of 4 bytes that are kept.
    pub numbers: f64,
    /// Tokens of each sentence of one more forward pass, such as that of [`Run::explain`](crate::run::Run::explain).
    pub sentences: Vec<usize>,
}

impl Extras {
    /// Both together. Of two forward passes, which are never made at once, the larger counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let tokens = |sentences: &[usize]| sentences.iter().sum::<usize>();
        Self {
            task_gradients: self.task_gradients || other.task_gradients,
            trial_steps: self.trial_steps || other.trial_steps,
            numbers: self.numbers + other.numbers,
            sentences: std::cmp::max_by_key(self.sentences, other.sentences, |sentences| tokens(sentences)),
        }
    }
}

/// Bytes, as floating-point numbers: a config can ask for more than an integer holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryEstimate {
    /// Parameters, their gradients, the optimizer's moments, and copies that the settings ask for.
    parameters: f64,
    /// Activations of the largest batch or, if it needs more, the start of the heads.
    batch: f64,
    /// The frozen part's output for every sentence.
    frozen: f64,
    /// Sentences in that batch; `None`: it is the start of the heads.
    sentences: Option<usize>,
    /// The optimizer, and whether a copy of the best epoch and an average of the weights are kept: all part of `parameters`.
    optimizer: OptimizerKind,
    keeps_best: bool,
    averages: bool,
}

impl Sizes<'_> {
    /// Sentences that are trained on or held out.
    pub fn sentences(&self) -> usize {
        self.lengths.len()
    }

    /// Steps of the whole run.
    pub fn steps(&self) -> usize {
        let Training { epochs, .. } = self.recipe.training;
        self.training.div_ceil(self.recipe.training.sentences_per_step()).saturating_mul(epochs as usize)
    }

    /// H.
    pub fn hidden_size(&self) -> usize {
        self.config.hidden_size
    }

    /// The memory that the run needs at most, with `extras` beside it.
    ///
    /// # Errors
    ///
    /// If the recipe freezes more layers than the encoder has.
    pub fn estimate(mut self, extras: &Extras) -> Result<MemoryEstimate> {
        let Sizes { recipe: Recipe { training, pooling, .. }, config, tasks, table_rows, .. } = self;
        let layers = config.num_hidden_layers;
        let (h, f, a) = (config.hidden_size as f64, config.intermediate_size as f64, config.num_attention_heads as f64);

        let (block, pooler) = (numbers(block_tensors(config, 0)), numbers(pooler_tensors(config)));
        let (embeddings, heads) = (numbers(embedding_tensors(config)), numbers(head_tensors(config, tasks)));
        let all = embeddings + layers as f64 * block + pooler + heads;
        let table_rows = table_rows.unwrap_or(config.vocab_size + config.max_position_embeddings) as f64;
        let trained_tables = |freeze: Freeze| if freeze == Freeze::None { table_rows * h } else { 0.0 };
        let trained = |freeze: Freeze| -> Result<f64> {
            let other_embeddings = if freeze == Freeze::None { (config.type_vocab_size + 2) as f64 * h } else { 0.0 };
            let trained_blocks = (layers - freeze.blocks(layers)?) as f64 * block;
            let pools = *pooling == Pooling::Pooler && freeze != Freeze::Encoder;
            Ok(trained_tables(freeze) + other_embeddings + trained_blocks + if pools { pooler } else { 0.0 } + heads)
        };
        let moments = if training.optimizer == OptimizerKind::Sgd { 0.0 } else { 2.0 };
        let (optimizer, keeps_best) = (training.optimizer, training.keeps_best());
        let averages = training.weight_averaging != WeightAveraging::None;
        let state = moments + f64::from(u8::from(keeps_best)) + f64::from(u8::from(averages));

        self.lengths.sort_unstable_by(|a, b| b.cmp(a));
        let longest = |sentences: usize| BatchSize::of(self.lengths.iter().copied().take(sentences));
        let pass = |batch: BatchSize, trained_blocks: usize| {
            let trained_blocks = trained_blocks as f64;
            let (n, probabilities) = (batch.tokens, a * batch.squares);
            let drops = training.dropout > 0.0 && trained_blocks > 0.0;
            let masks = if drops { trained_blocks * (2.0 * n * h + probabilities) + 6.0 * n * h } else { 0.0 };
            let block = 8.0 * n * h + 2.0 * n * f + probabilities;
            let working = if trained_blocks > 0.0 { 5.0 * n * h + n * f } else { block };
            (4.0 * BATCH_SLACK * (trained_blocks * block + working + 3.0 * n * h + masks), Some(batch.sentences))
        };
        let combines = match method(training.weighting, tasks.len(), 0).depends_on() {
            Dependency::Gradients => true,
            // The losses are whole only after the last batch, and the weights come from them.
            Dependency::Losses => training.gradient_accumulation_steps > 1,
            Dependency::Nothing => false,
        };
        let apart = if combines || extras.task_gradients { tasks.len() as f64 } else { 0.0 };
        let spare = if training.gradient_accumulation_steps > 1 { 1.0 } else { 0.0 };
        let (undo, undo_gradients) = if extras.trial_steps { (moments + 1.0, 1.0) } else { (0.0, 0.0) };
        let whole = all + trained_tables(training.freeze) + (state + undo) * trained(training.freeze)? + extras.numbers;
        let (vectors, fit) = memory_of_start(&training.few_examples, tasks, self.training, config.hidden_size);
        let stage = |freeze: Freeze| -> Result<MemoryEstimate> {
            let step = pass(
                self.largest_batch.unwrap_or_else(|| longest(training.batch_size as usize)),
                layers - freeze.blocks(layers)?,
            );
            let evaluation = pass(longest(EVALUATION_BATCH_SIZE), 0);
            let extra = pass(BatchSize::of(extras.sentences.iter().copied()), 0);
            let start = (
                4.0 * BATCH_SLACK * vectors
                    + f64::max(4.0 * BATCH_SLACK * fit, if vectors > 0.0 { evaluation.0 } else { 0.0 }),
                None,
            );
            let most = |a: (f64, _), b: (f64, _)| if a.0 >= b.0 { a } else { b };
            let (batch, sentences) = most(most(step, evaluation), most(extra, start));
            let frozen = match freeze {
                Freeze::None => 0.0,
                Freeze::Encoder => self.lengths.len() as f64 * h,
                _ => BatchSize::of(self.lengths.iter().copied()).tokens * h,
            };
            let gradients = (1.0 + apart + spare + undo_gradients) * trained(freeze)?;
            let parameters = 4.0 * SLACK * (whole + gradients);
            Ok(MemoryEstimate {
                parameters,
                batch,
                frozen: 4.0 * SLACK * frozen,
                sentences,
                optimizer,
                keeps_best,
                averages,
            })
        };
        let [first, rest @ ..] = unfreezing::outermost(self.recipe, layers);
        let mut most = stage(first)?;
        for freeze in rest {
            let other = stage(freeze)?;
            if other.bytes() > most.bytes() {
                most = other;
            }
        }
        Ok(most)
    }
}

impl MemoryEstimate {
    /// The bytes in all.
    pub fn bytes(&self) -> u64 {
        (self.parameters + self.batch + self.frozen) as u64
    }

    /// Compares the estimate with the bytes that there are; `None`: unknown.
    ///
    /// # Errors
    ///
    /// If the run needs more than `limit`; the sentence lists the parts.
    pub fn check(&self, limit: Option<u64>) -> Result<()> {
        let Self { parameters, batch, frozen, sentences, optimizer, keeps_best, averages } = *self;
        let total = parameters + batch + frozen;
        let Some(limit) = limit.map(|bytes| bytes as f64).filter(|&limit| total > limit) else {
            return Ok(());
        };
        let kept = if frozen > 0.0 {
            message!(
                "train.memory_frozen",
                ", {bytes:size} for what the frozen layers made of every sentence",
                bytes = number(frozen)
            )
            .into()
        } else {
            serde_json::Value::from("")
        };
        let parts = match (optimizer, keeps_best) {
            (OptimizerKind::Sgd, false) => message!("train.parts_sgd", "weights and gradients"),
            (OptimizerKind::Sgd, true) => {
                message!("train.parts_sgd_best", "weights, gradients and a copy of the best epoch's")
            }
            (_, false) => message!("train.parts_adam", "weights, gradients and Adam"),
            (_, true) => message!("train.parts_adam_best", "weights, gradients, Adam and a copy of the best epoch's"),
        };
        let parts = match averages {
            true => message!("train.parts_averaged", "averaged weights and {parts}", parts = parts),
            false => parts,
        };
        let work = match sentences {
            Some(sentences) => {
                message!("train.memory_batch", "a batch of {sentences} sentences", sentences = sentences)
            }
            None => message!("train.memory_heads", "the heads' start from the sentence vectors"),
        };
        Err(Error::memory(message!(
            "train.memory",
            "this run needs about {total:size} ({parameters:size} for {parts}, {batch:size} for {work}{kept}), and there are {limit:size}: use a smaller batch_size or max_length, freeze some layers, or \
             take a smaller encoder",
            total = number(total),
            parameters = number(parameters),
            parts = parts,
            batch = number(batch),
            work = work,
            kept = kept,
            limit = number(limit)
        )))
    }
}

fn numbers(tensors: Vec<NamedShape>) -> f64 {
    tensors.iter().map(|(_, shape)| shape.iter().map(|&n| n as f64).product::<f64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_config;

    /// A BERT-base with its usual 30,522 words and sentences of `t` tokens.
    fn estimate(training: &str, sentences: usize, t: usize) -> MemoryEstimate {
        let json = r#"{"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
            "intermediate_size": 3072}"#;
        let config = parse_config(json.as_bytes()).unwrap();
        let recipe = Recipe::from_json(&format!("{{\"training\": {{{training}}}}}")).unwrap();
        let labels = vec!["yes".into(), "no".into()];
        let sizes = Sizes {
            recipe: &recipe,
            config: &config.bert,
            tasks: &[Task { name: "a".into(), labels }],
            lengths: vec![t; sentences],
            training: sentences,
            largest_batch: None,
            table_rows: Some(1000),
        };
        sizes.estimate(&Extras::default()).unwrap()
    }

    #[track_caller]
    fn refuses(estimate: MemoryEstimate, expected: &str) {
        assert_eq!(estimate.check(Some(1 << 32)).unwrap_err().to_string(), expected);
    }

    #[test]
    fn an_error_lists_the_parts_of_what_does_not_fit() {
        refuses(
            estimate(r#""batch_size": 256"#, 300, 32),
            "memory: this run needs about 7.6 GB (1.5 GB for weights, gradients and Adam, 6.1 GB for a batch of 256 \
             sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a \
             smaller encoder",
        );
        refuses(
            estimate(r#""batch_size": 64, "optimizer": "sgd""#, 300, 128),
            "memory: this run needs about 7.4 GB (796 MB for weights and gradients, 6.6 GB for a batch of 64 sentences), \
             and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder",
        );
        refuses(
            estimate(r#""batch_size": 256, "freeze": "layers:6""#, 20000, 128),
            "memory: this run needs about 22.8 GB (963 MB for weights, gradients and Adam, 13.9 GB for a batch of 256 \
             sentences, 8.0 GB for what the frozen layers made of every sentence), and there are 4.3 GB: use a smaller \
             batch_size or max_length, freeze some layers, or take a smaller encoder",
        );
    }

    #[test]
    fn the_copy_of_the_best_epoch_is_counted() {
        refuses(
            estimate(r#""batch_size": 256, "early_stopping_patience": 2"#, 300, 32),
            "memory: this run needs about 7.9 GB (1.8 GB for weights, gradients, Adam and a copy of the best epoch's, \
             6.1 GB for a batch of 256 sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some \
             layers, or take a smaller encoder",
        );
    }

    #[test]
    fn averaged_weights_are_counted() {
        refuses(
            estimate(r#""batch_size": 256, "weight_averaging": "ema:0.9""#, 300, 32),
            "memory: this run needs about 7.9 GB (1.8 GB for averaged weights and weights, gradients and Adam, 6.1 GB for a \
             batch of 256 sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or \
             take a smaller encoder",
        );
    }

    #[test]
    fn what_fits_or_has_no_limit_passes() {
        estimate(r#""batch_size": 32"#, 300, 32).check(Some(1 << 32)).unwrap();
        estimate(r#""batch_size": 100000"#, 100_000, 512).check(None).unwrap();
        // Without Adam's two moments, with frozen layers, with shorter sentences: each needs less.
        let all = |estimate: MemoryEstimate| estimate.parameters + estimate.batch + estimate.frozen;
        let full = all(estimate(r#""batch_size": 32"#, 300, 32));
        assert!(all(estimate(r#""batch_size": 32, "weighting": "pcgrad""#, 300, 32)) > full);
        for less in [r#""batch_size": 32, "optimizer": "sgd""#, r#""batch_size": 32, "freeze": "layers:6""#] {
            assert!(all(estimate(less, 300, 32)) < full, "{less}");
        }
        assert!(all(estimate(r#""batch_size": 32"#, 300, 16)) < full);
        assert!(all(estimate(r#""batch_size": 32, "dropout": 0.1"#, 300, 32)) > full);
        let best = all(estimate(r#""batch_size": 32, "load_best_model_at_end": true"#, 300, 32));
        let adam = all(estimate(r#""batch_size": 32"#, 300, 32))
            - all(estimate(r#""batch_size": 32, "optimizer": "sgd""#, 300, 32));
        assert!((best - full - adam / 2.0).abs() < 1.0, "as much as one of Adam's two moments");
        // The heads alone need little. In the last stage nothing is frozen; in the one before, the frozen part's output is
        // kept for every sentence.
        let unfreezing = |epochs| estimate(&format!(r#""gradual_unfreezing": 1, "epochs": {epochs}"#), 20_000, 32);
        let whole = estimate("", 20_000, 32);
        assert!(unfreezing(1).batch < whole.batch && unfreezing(1).frozen < SLACK * 20_000.0 * 4.0 * 769.0);
        assert!((unfreezing(13).frozen - SLACK * 20_000.0 * 32.0 * 4.0 * 768.0).abs() < 1.0 && whole.frozen == 0.0);
        assert_eq!(unfreezing(14), unfreezing(13), "the last stage keeps nothing");
    }
}
