//! How much memory a run needs, reckoned before any of it is taken.
//!
//! Numbers are f32, of 4 bytes. Of L blocks, U train:
//!
//! ```text
//! parameters  P + S·R            P in encoder and heads; S·R for the R that train: gradient, m and v (S = 3), or the
//!                                gradient alone (SGD, S = 1); where the best epoch is gone back to, a copy of it too
//!                                (S = 4 or 2)
//! apart       K·R                where the tasks' gradients are kept apart: a weighting combines them, or they are told of
//! spare       R                  where a step takes several batches: gradients while there is something to roll back to
//! undo        4·R                where interference is measured: parameters, m and v as they were, and gradients (SGD: 2·R)
//! map         64·64·H + H²       where the sentences' vectors are told of: frames, and sums of products in f64
//! tables      (1 + S)·V′·H       the V′ rows of the embedding tables that train lie beside the whole tables
//! batch       U·(8·N·H + 2·N·F + A·ΣT²) + W + 3·N·H
//!                                what a forward pass keeps of each block for the backward pass: q, k, v, the attention's
//!                                probabilities and output, u, y and what the LayerNorms and the activation keep; and what
//!                                is in the works: gradients in a backward pass, W = 5·N·H + N·F, or, where no block
//!                                trains, one block's activations
//! dropout     U·(2·N·H + A·ΣT²)  masks
//! frozen      Σ T·H              what the frozen part made of each sentence; H a sentence if the whole encoder is frozen
//! ```
//!
//! N and T are those of the largest batch that can be drawn: the longest sentences. An evaluation keeps nothing, but may
//! take more sentences at a time. Where layers are unfrozen in the course of a run, `batch` and `frozen` are those of
//! the stage that needs most.

use candle_transformers::models::bert::Config;

use super::{evaluation, map, unfreezing};
use crate::error::{message, number};
use crate::model::{Described, block_tensors, embedding_tensors, head_tensors, pooler_tensors};
use crate::recipe::{Diagnostics, Freeze, OptimizerKind, Pooling, Recipe, Task};
use crate::weighting::{Asks, method};
use crate::{Error, Result};

/// A run as far as its memory goes.
pub(super) struct Sizes<'a> {
    pub recipe: &'a Recipe,
    /// What is measured beside it: the recipe's own, or what is asked for now.
    pub diagnostics: Diagnostics,
    pub config: &'a Config,
    pub tasks: &'a [Task],
    /// Tokens of each sentence that is trained on or held out.
    pub lengths: Vec<usize>,
    /// Rows of the word and position tables that train; `None`: all.
    pub table_rows: Option<usize>,
    /// Tokens of each sentence of a forward pass beside the run, such as an explanation's; they are one batch.
    pub question: Vec<usize>,
}

/// Bytes, as floating-point numbers: a config can ask for more than an integer holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Need {
    /// Parameters, their gradients, the optimizer's moments, and what the settings ask to be kept besides.
    parameters: f64,
    /// What the largest batch leaves for the backward pass.
    batch: f64,
    /// What the frozen part made of the sentences.
    frozen: f64,
    /// Sentences in that batch.
    sentences: usize,
    /// The optimizer, and whether a copy of the best epoch is kept: both are part of `parameters`.
    optimizer: OptimizerKind,
    keeps_best: bool,
}

impl Need {
    /// What `sizes` comes to.
    pub fn of(mut sizes: Sizes) -> Result<Self> {
        let Sizes { recipe: Recipe { training, pooling, .. }, diagnostics, config, tasks, table_rows, .. } = sizes;
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
        let state = 1.0 + moments + if keeps_best { 1.0 } else { 0.0 };

        sizes.lengths.sort_unstable_by(|a, b| b.cmp(a));
        let sum = |lengths: &[usize], power| lengths.iter().map(|&t| (t as f64).powi(power)).sum::<f64>();
        let longest = |sentences: usize| &sizes.lengths[..sentences.min(sizes.lengths.len())];
        let pass = |lengths: &[usize], trained_blocks: usize| {
            let trained_blocks = trained_blocks as f64;
            let (n, probabilities) = (sum(lengths, 1), a * sum(lengths, 2));
            let masks = if training.dropout > 0.0 { trained_blocks * (2.0 * n * h + probabilities) } else { 0.0 };
            let block = 8.0 * n * h + 2.0 * n * f + probabilities;
            let working = if trained_blocks > 0.0 { 5.0 * n * h + n * f } else { block };
            (4.0 * (trained_blocks * block + working + 3.0 * n * h + masks), lengths.len())
        };
        let combines = match method(training.weighting, tasks.len(), 0).asks() {
            Asks::Gradients => true,
            // The losses are whole only after the last batch, and the weights come from them.
            Asks::Losses => training.gradient_accumulation_steps > 1,
            Asks::Nothing => false,
        };
        let apart = if combines || diagnostics.gradients_every > 0 { tasks.len() as f64 * trained } else { 0.0 };
        let spare = if training.gradient_accumulation_steps > 1 { trained } else { 0.0 };
        let undo = if diagnostics.interference_every > 0 { (moments + 2.0) * trained } else { 0.0 };
        let shown = map::SENTENCES.min(sizes.lengths.len());
        let map = if diagnostics.map_every > 0 { (map::FRAMES * shown) as f64 * h + h * h } else { 0.0 };
        let parameters = 4.0 * (all + tables + state * trained + apart + spare + undo + map);
        let stage = |freeze: Freeze| -> Result<Self> {
            let step = pass(longest(training.batch_size as usize), layers - freeze.blocks(layers)?);
            let evaluation = pass(longest(evaluation::BATCH), 0);
            let question = pass(&sizes.question, 0);
            let most = |a: (f64, usize), b: (f64, usize)| if a.0 >= b.0 { a } else { b };
            let (batch, sentences) = most(most(step, evaluation), question);
            let frozen = match freeze {
                Freeze::None => 0.0,
                Freeze::Encoder => sizes.lengths.len() as f64 * h,
                _ => sum(&sizes.lengths, 1) * h,
            };
            Ok(Self { parameters, batch, frozen: 4.0 * frozen, sentences, optimizer, keeps_best })
        };
        let [first, rest @ ..] = unfreezing::outermost(sizes.recipe, layers);
        let mut most = stage(first)?;
        for freeze in rest {
            let need = stage(freeze)?;
            if need.batch + need.frozen > most.batch + most.frozen {
                most = need;
            }
        }
        Ok(most)
    }

    /// All of it.
    pub fn bytes(&self) -> u64 {
        (self.parameters + self.batch + self.frozen) as u64
    }

    /// An error that tells the parts if there are fewer than the needed bytes.
    pub fn check(&self, limit: Option<u64>) -> Result<()> {
        let Self { parameters, batch, frozen, sentences, optimizer, keeps_best } = *self;
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
        Err(Error::memory(message!(
            "train.memory",
            "this run needs about {total:size} ({parameters:size} for {parts}, {batch:size} for a batch of {sentences} \
             sentences{kept}), and there are {limit:size}: use a smaller batch_size or max_length, freeze some layers, or \
             take a smaller encoder",
            total = number(total),
            parameters = number(parameters),
            parts = parts,
            batch = number(batch),
            sentences = sentences,
            kept = kept,
            limit = number(limit)
        )))
    }
}

fn numbers(tensors: Vec<Described>) -> f64 {
    tensors.iter().map(|(_, shape)| shape.iter().map(|&n| n as f64).product::<f64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_config;

    /// A BERT-base with its usual 30,522 words and sentences of `t` tokens.
    fn need(training: &str, sentences: usize, t: usize) -> Need {
        let json = r#"{"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
            "intermediate_size": 3072}"#;
        let config = parse_config(json.as_bytes()).unwrap();
        let recipe = Recipe::from_json(&format!("{{\"training\": {{{training}}}}}")).unwrap();
        let labels = vec!["yes".into(), "no".into()];
        Need::of(Sizes {
            recipe: &recipe,
            diagnostics: recipe.diagnostics,
            config: &config.bert,
            tasks: &[Task { name: "a".into(), labels }],
            lengths: vec![t; sentences],
            table_rows: Some(1000),
            question: Vec::new(),
        })
        .unwrap()
    }

    #[track_caller]
    fn refuses(need: Need, expected: &str) {
        assert_eq!(need.check(Some(1 << 32)).unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_does_not_fit_is_told_in_parts() {
        refuses(
            need(r#""batch_size": 256"#, 300, 32),
            "memory: this run needs about 6.8 GB (1.5 GB for weights, gradients and Adam, 5.3 GB for a batch of 256 \
             sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a \
             smaller encoder",
        );
        refuses(
            need(r#""batch_size": 64, "optimizer": "sgd""#, 300, 128),
            "memory: this run needs about 6.5 GB (784 MB for weights and gradients, 5.7 GB for a batch of 64 sentences), \
             and there are 4.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder",
        );
        refuses(
            need(r#""batch_size": 256, "freeze": "layers:6""#, 20000, 128),
            "memory: this run needs about 20.9 GB (948 MB for weights, gradients and Adam, 12.1 GB for a batch of 256 \
             sentences, 7.9 GB for what the frozen layers made of every sentence), and there are 4.3 GB: use a smaller \
             batch_size or max_length, freeze some layers, or take a smaller encoder",
        );
    }

    #[test]
    fn the_copy_of_the_best_epoch_is_counted() {
        refuses(
            need(r#""batch_size": 256, "early_stopping_patience": 2"#, 300, 32),
            "memory: this run needs about 7.1 GB (1.8 GB for weights, gradients, Adam and a copy of the best epoch's, \
             5.3 GB for a batch of 256 sentences), and there are 4.3 GB: use a smaller batch_size or max_length, freeze some \
             layers, or take a smaller encoder",
        );
    }

    #[test]
    fn what_fits_or_has_no_limit_passes() {
        need(r#""batch_size": 32"#, 300, 32).check(Some(1 << 32)).unwrap();
        need(r#""batch_size": 100000"#, 100_000, 512).check(None).unwrap();
        // Without Adam's two moments, with frozen layers, with shorter sentences: each needs less.
        let all = |need: Need| need.parameters + need.batch + need.frozen;
        let full = all(need(r#""batch_size": 32"#, 300, 32));
        assert!(all(need(r#""batch_size": 32, "weighting": "pcgrad""#, 300, 32)) > full);
        for less in [r#""batch_size": 32, "optimizer": "sgd""#, r#""batch_size": 32, "freeze": "layers:6""#] {
            assert!(all(need(less, 300, 32)) < full, "{less}");
        }
        assert!(all(need(r#""batch_size": 32"#, 300, 16)) < full);
        assert!(all(need(r#""batch_size": 32, "dropout": 0.1"#, 300, 32)) > full);
        let best = all(need(r#""batch_size": 32, "load_best_model_at_end": true"#, 300, 32));
        let adam =
            all(need(r#""batch_size": 32"#, 300, 32)) - all(need(r#""batch_size": 32, "optimizer": "sgd""#, 300, 32));
        assert_eq!(best - full, adam / 2.0, "as much as one of Adam's two moments");
        let map = all(need(r#""batch_size": 32}, "diagnostics": {"map_every": 1"#, 300, 32)) - full;
        assert_eq!(map, 4.0 * (64.0 * 48.0 * 768.0 + 768.0 * 768.0));
        // The heads alone need little; at the end all is as if nothing had ever been frozen, and before that something
        // is kept of every sentence besides.
        let unfreezing = |epochs| need(&format!(r#""gradual_unfreezing": 1, "epochs": {epochs}"#), 20_000, 32);
        let whole = need("", 20_000, 32);
        assert!(unfreezing(1).batch < whole.batch && unfreezing(1).frozen < 20_000.0 * 4.0 * 769.0);
        assert!(unfreezing(13).frozen == 20_000.0 * 32.0 * 4.0 * 768.0 && whole.frozen == 0.0);
        assert_eq!(unfreezing(14), unfreezing(13), "the last stage keeps nothing");
    }
}
