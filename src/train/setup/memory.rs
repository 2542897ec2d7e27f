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
//! dropout     U·(2·N·H + A·ΣT²)  masks
//! start       V·H + fit          if heads start from the data and this is more than the batch: the sentence vectors and
//!                                one task's fit
//! frozen      Σ T·H              the frozen part's output for each sentence; H a sentence if the whole encoder is frozen
//! ```
//!
//! N and T are those of the largest batch that can be drawn: the longest sentences. An evaluation keeps no activations, but
//! may take more sentences at a time. With gradual unfreezing, `batch` and `frozen` are those of the stage that needs most.
//!
//! The matrix product's scratch buffers are not counted: natively the `gemm` crate makes one of the L2 cache's size for each
//! thread, once a process.

use crate::error::{message, number};
use crate::model::{Config, NamedShape, block_tensors, embedding_tensors, head_tensors, pooler_tensors};
use crate::recipe::{Freeze, OptimizerKind, Pooling, Recipe, Task, WeightAveraging};
use crate::train::few_examples::memory_of_start;
use crate::train::{EVALUATION_BATCH_SIZE, unfreezing};
use crate::weighting::{Dependency, method};
use crate::{Error, Result};

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
        let trained_blocks = layers - training.freeze.blocks(layers)?;
        let (h, f, a) = (config.hidden_size as f64, config.intermediate_size as f64, config.num_attention_heads as f64);

        let (block, pooler) = (numbers(block_tensors(config, 0)), numbers(pooler_tensors(config)));
        let (embeddings, heads) = (numbers(embedding_tensors(config)), numbers(head_tensors(config, tasks)));
        let all = embeddings + layers as f64 * block + pooler + heads;
        let table_rows = table_rows.unwrap_or(config.vocab_size + config.max_position_embeddings) as f64;
        let (tables, other_embeddings) = match training.freeze {
            Freeze::None => (table_rows * h, (config.type_vocab_size + 2) as f64 * h),
            _ => (0.0, 0.0),
        };
        let pools = *pooling == Pooling::Pooler && training.freeze != Freeze::Encoder;
        let trained_pooler = if pools { pooler } else { 0.0 };
        let trained = tables + other_embeddings + trained_blocks as f64 * block + trained_pooler + heads;
        let moments = if training.optimizer == OptimizerKind::Sgd { 0.0 } else { 2.0 };
        let (optimizer, keeps_best) = (training.optimizer, training.keeps_best());
        let averages = training.weight_averaging != WeightAveraging::None;
        let state = 1.0 + moments + f64::from(u8::from(keeps_best)) + f64::from(u8::from(averages));

        self.lengths.sort_unstable_by(|a, b| b.cmp(a));
        let sum = |lengths: &[usize], power| lengths.iter().map(|&t| (t as f64).powi(power)).sum::<f64>();
        let longest = |sentences: usize| &self.lengths[..sentences.min(self.lengths.len())];
        let pass = |lengths: &[usize], trained_blocks: usize| {
            let trained_blocks = trained_blocks as f64;
            let (n, probabilities) = (sum(lengths, 1), a * sum(lengths, 2));
            let masks = if training.dropout > 0.0 { trained_blocks * (2.0 * n * h + probabilities) } else { 0.0 };
            let block = 8.0 * n * h + 2.0 * n * f + probabilities;
            let working = if trained_blocks > 0.0 { 5.0 * n * h + n * f } else { block };
            (4.0 * (trained_blocks * block + working + 3.0 * n * h + masks), Some(lengths.len()))
        };
        let combines = match method(training.weighting, tasks.len(), 0).depends_on() {
            Dependency::Gradients => true,
            // The losses are whole only after the last batch, and the weights come from them.
            Dependency::Losses => training.gradient_accumulation_steps > 1,
            Dependency::Nothing => false,
        };
        let apart = if combines || extras.task_gradients { tasks.len() as f64 * trained } else { 0.0 };
        let spare = if training.gradient_accumulation_steps > 1 { trained } else { 0.0 };
        let undo = if extras.trial_steps { (moments + 2.0) * trained } else { 0.0 };
        let parameters = 4.0 * (all + tables + state * trained + apart + spare + undo + extras.numbers);
        let (vectors, fit) = memory_of_start(&training.few_examples, tasks, self.training, config.hidden_size);
        let stage = |freeze: Freeze| -> Result<MemoryEstimate> {
            let step = pass(longest(training.batch_size as usize), layers - freeze.blocks(layers)?);
            let evaluation = pass(longest(EVALUATION_BATCH_SIZE), 0);
            let extra = pass(&extras.sentences, 0);
            let start = (4.0 * vectors + f64::max(4.0 * fit, if vectors > 0.0 { evaluation.0 } else { 0.0 }), None);
            let most = |a: (f64, _), b: (f64, _)| if a.0 >= b.0 { a } else { b };
            let (batch, sentences) = most(most(step, evaluation), most(extra, start));
            let frozen = match freeze {
                Freeze::None => 0.0,
                Freeze::Encoder => self.lengths.len() as f64 * h,
                _ => sum(&self.lengths, 1) * h,
            };
            Ok(MemoryEstimate { parameters, batch, frozen: 4.0 * frozen, sentences, optimizer, keeps_best, averages })
        };
        let [first, rest @ ..] = unfreezing::outermost(self.recipe, layers);
        let mut most = stage(first)?;
        for freeze in rest {
            let other = stage(freeze)?;
            if other.batch + other.frozen > most.batch + most.frozen {
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
            "memory: this run needs about 6.8 GB (1.5 GB for weights, gradients and Adam, 5.3 GB for a batch of 256 \
             sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a \
             smaller encoder",
        );
        refuses(
            estimate(r#""batch_size": 64, "optimizer": "sgd""#, 300, 128),
            "memory: this run needs about 6.5 GB (784 MB for weights and gradients, 5.7 GB for a batch of 64 sentences), \
             and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder",
        );
        refuses(
            estimate(r#""batch_size": 256, "freeze": "layers:6""#, 20000, 128),
            "memory: this run needs about 20.9 GB (948 MB for weights, gradients and Adam, 12.1 GB for a batch of 256 \
             sentences, 7.9 GB for what the frozen layers made of every sentence), and there are 4.3 GB: use a smaller \
             batch_size or max_length, freeze some layers, or take a smaller encoder",
        );
    }

    #[test]
    fn the_copy_of_the_best_epoch_is_counted() {
        refuses(
            estimate(r#""batch_size": 256, "early_stopping_patience": 2"#, 300, 32),
            "memory: this run needs about 7.1 GB (1.8 GB for weights, gradients, Adam and a copy of the best epoch's, \
             5.3 GB for a batch of 256 sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some \
             layers, or take a smaller encoder",
        );
    }

    #[test]
    fn averaged_weights_are_counted() {
        refuses(
            estimate(r#""batch_size": 256, "weight_averaging": "ema:0.9""#, 300, 32),
            "memory: this run needs about 7.1 GB (1.8 GB for averaged weights and weights, gradients and Adam, 5.3 GB for a \
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
        assert_eq!(best - full, adam / 2.0, "as much as one of Adam's two moments");
        // The heads alone need little. In the last stage nothing is frozen; in the one before, the frozen part's output is
        // kept for every sentence.
        let unfreezing = |epochs| estimate(&format!(r#""gradual_unfreezing": 1, "epochs": {epochs}"#), 20_000, 32);
        let whole = estimate("", 20_000, 32);
        assert!(unfreezing(1).batch < whole.batch && unfreezing(1).frozen < 20_000.0 * 4.0 * 769.0);
        assert!(unfreezing(13).frozen == 20_000.0 * 32.0 * 4.0 * 768.0 && whole.frozen == 0.0);
        assert_eq!(unfreezing(14), unfreezing(13), "the last stage keeps nothing");
    }
}
