//! A trainable BERT encoder on packed tokens, as Hugging Face's `modeling_bert.py` computes it.
//!
//! ```text
//! embeddings: x = LayerNorm(word + position + token_type)
//! block:      x = LayerNorm(x + O(attention(Q x, K x, V x)));  x = LayerNorm(x + W₂ gelu(W₁ x))
//! ```
//!
//! All of it is (N,H); only the attention sees where a sentence ends.

use std::sync::Arc;

use candle_core::Tensor;
use indexmap::IndexMap;

use super::{Config, Loading, PartSize, Pass, Weights};
use crate::compute::Context;
use crate::error::message;
use crate::ops::{
    Block, EmbeddingTable, LayerNorm, Linear, ModelPart, Parameter, ParameterKind, Passes, Role, embedding,
};
use crate::recipe::{Freeze, Pooling};
use crate::text::Batch;
use crate::{Error, Result};

/// Embeddings, blocks and, where the checkpoint has one, the pooler.
#[derive(Debug)]
pub struct Encoder {
    word: Arc<EmbeddingTable>,
    position: Arc<EmbeddingTable>,
    token_type: Arc<Parameter>,
    norm: LayerNorm,
    blocks: Vec<Arc<Block>>,
    pooler: Option<Linear>,
}

/// Reads parameters by name, trainable or frozen.
struct Reader<'a> {
    weights: &'a mut Weights,
    loading: &'a Loading<'a>,
}

impl Reader<'_> {
    fn parameter(&mut self, name: String, role: Role, shape: &[usize], trains: bool) -> Result<Arc<Parameter>> {
        let values = self.weights.take(&name, shape)?;
        let make = if trains { Parameter::trainable } else { Parameter::frozen };
        Ok(Arc::new(make(name, role, values, shape, self.loading.context.device())?))
    }

    /// `in_size → out_size` as PyTorch stores it: weight (O,I), bias (O).
    fn linear(&mut self, name: String, part: ModelPart, [o, i]: [usize; 2], trains: bool) -> Result<Linear> {
        let role = |kind| Role { part, kind };
        Ok(Linear {
            weight: self.parameter(format!("{name}.weight"), role(ParameterKind::Weight), &[o, i], trains)?,
            bias: self.parameter(format!("{name}.bias"), role(ParameterKind::Bias), &[o], trains)?,
        })
    }

    fn norm(&mut self, name: String, part: ModelPart, config: &Config, trains: bool) -> Result<LayerNorm> {
        let h = config.hidden_size;
        let role = Role { part, kind: ParameterKind::Norm };
        Ok(LayerNorm {
            weight: self.parameter(format!("{name}.weight"), role, &[h], trains)?,
            bias: self.parameter(format!("{name}.bias"), role, &[h], trains)?,
            eps: config.layer_norm_eps,
        })
    }

    fn table(&mut self, name: &str, v: usize, h: usize, rows: Option<Vec<u32>>) -> Result<Arc<EmbeddingTable>> {
        let values = self.weights.take(name, &[v, h])?;
        Ok(Arc::new(EmbeddingTable::new(name, values, (v, h), rows, self.loading.context.device())?))
    }

    fn block(&mut self, i: usize, config: &Config, trains: bool) -> Result<Arc<Block>> {
        let (h, f) = (config.hidden_size, config.intermediate_size);
        let part = ModelPart::Layer(i);
        let name = |of: &str| format!("encoder.layer.{i}.{of}");
        Ok(Arc::new(Block {
            query: self.linear(name("attention.self.query"), part, [h, h], trains)?,
            key: self.linear(name("attention.self.key"), part, [h, h], trains)?,
            value: self.linear(name("attention.self.value"), part, [h, h], trains)?,
            output: self.linear(name("attention.output.dense"), part, [h, h], trains)?,
            attention_norm: self.norm(name("attention.output.LayerNorm"), part, config, trains)?,
            up: self.linear(name("intermediate.dense"), part, [f, h], trains)?,
            down: self.linear(name("output.dense"), part, [h, f], trains)?,
            output_norm: self.norm(name("output.LayerNorm"), part, config, trains)?,
            heads: config.num_attention_heads,
            activation: config.hidden_act,
            passes: Passes::default(),
        }))
    }
}

impl Encoder {
    /// Moves the encoder that `config` describes out of `weights`.
    ///
    /// # Errors
    ///
    /// As [`Model::load`](super::Model::load).
    pub fn load(config: &Config, weights: &mut Weights, loading: &Loading) -> Result<Self> {
        let (h, layers) = (config.hidden_size, config.num_hidden_layers);
        let frozen_layers = loading.freeze.blocks(layers)?;
        let trains = loading.freeze == Freeze::None;
        let rows = |limit: usize| trains.then(|| (0..limit as u32).collect());
        let word_rows = match loading.word_rows {
            Some(chosen) if trains => Some(chosen.to_vec()),
            _ => rows(config.vocab_size),
        };
        let positions = loading.positions.unwrap_or(config.max_position_embeddings);
        let pools = loading.pooling == Pooling::Pooler;
        let has_pooler = weights.has("pooler.dense.weight");
        let mut reader = Reader { weights, loading };
        let pooler = if has_pooler {
            let trains = pools && loading.freeze != Freeze::Encoder;
            Some(reader.linear("pooler.dense".into(), ModelPart::Pooler, [h, h], trains)?)
        } else if pools {
            return Err(no_pooler());
        } else {
            None
        };
        let (v, p) = (config.vocab_size, config.max_position_embeddings);
        Ok(Self {
            word: reader.table("embeddings.word_embeddings.weight", v, h, word_rows)?,
            position: reader.table("embeddings.position_embeddings.weight", p, h, rows(positions.min(p)))?,
            token_type: reader.parameter(
                "embeddings.token_type_embeddings.weight".into(),
                Role { part: ModelPart::Embeddings, kind: ParameterKind::Weight },
                &[config.type_vocab_size, h],
                trains,
            )?,
            norm: reader.norm("embeddings.LayerNorm".into(), ModelPart::Embeddings, config, trains)?,
            blocks: (0..layers).map(|i| reader.block(i, config, i >= frozen_layers)).collect::<Result<_>>()?,
            pooler,
        })
    }

    /// Token vectors (N,H) below the first block.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    ///
    /// # Panics
    ///
    /// If an id is not below `vocab_size` or a position not below `max_position_embeddings`.
    pub fn embed(&self, batch: &Batch, pass: &mut Pass, context: &Context) -> Result<Tensor> {
        let Batch { input_ids, positions, .. } = batch;
        let xs = embedding(&self.word, input_ids, &self.position, positions, &self.token_type, context)?;
        pass.dropped(&batch.sentences, self.norm.forward(&xs, context)?)
    }

    /// Sends token vectors `xs` (N,H) through the blocks `range`. (N,H)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    ///
    /// # Panics
    ///
    /// If `range` goes beyond the last block.
    pub fn blocks(
        &self,
        range: std::ops::Range<usize>,
        mut xs: Tensor,
        batch: &Batch,
        pass: &mut Pass,
        context: &Context,
    ) -> Result<Tensor> {
        for block in &self.blocks[range] {
            let keep = pass.keep(&batch.sentences, &xs, block.heads);
            xs = block.forward(&xs, &batch.sentences, keep, context)?;
        }
        Ok(xs)
    }

    /// How many blocks there are.
    pub fn depth(&self) -> usize {
        self.blocks.len()
    }

    /// The count of backward passes through each block, the lowest first.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn passes(&self) -> Vec<&Passes> {
        self.blocks.iter().map(|block| &block.passes).collect()
    }

    /// The pooler's linear map.
    pub(super) fn pooler(&self) -> Result<&Linear> {
        self.pooler.as_ref().ok_or_else(no_pooler)
    }

    /// Every parameter except the tables' frozen rows.
    pub fn parameters(&self) -> Vec<&Arc<Parameter>> {
        let tables = self.tables().into_iter().filter_map(|table| table.parameter());
        tables.chain(self.others()).collect()
    }

    /// The word- and the position-embedding table.
    pub fn tables(&self) -> [&Arc<EmbeddingTable>; 2] {
        [&self.word, &self.position]
    }

    /// The parameters outside of the tables.
    pub(super) fn others(&self) -> impl Iterator<Item = &Arc<Parameter>> {
        let blocks = self.blocks.iter().flat_map(|block| {
            let Block { query, key, value, output, attention_norm, up, down, output_norm, .. } = &**block;
            let linears = [query, key, value, output, up, down].map(|linear| [&linear.weight, &linear.bias]);
            let norms = [attention_norm, output_norm].map(|norm| [&norm.weight, &norm.bias]);
            linears.into_iter().chain(norms).flatten()
        });
        let pooler = self.pooler.iter().flat_map(|pooler| [&pooler.weight, &pooler.bias]);
        [&self.token_type, &self.norm.weight, &self.norm.bias].into_iter().chain(blocks).chain(pooler)
    }

    /// The word-embedding table.
    pub fn word_table(&self) -> &EmbeddingTable {
        &self.word
    }

    /// The sizes of its parts, the lowest first: `embeddings`, with the tables counted whole, `layer.0`, …, `pooler`.
    pub(super) fn parts(&self) -> IndexMap<String, PartSize> {
        let tables = self.tables().into_iter();
        let tables = tables.map(|table| (ModelPart::Embeddings, table.elem_count(), table.parameter().is_some()));
        let others = self.others().map(|p| (p.role().part, p.value().elem_count(), p.is_trainable()));
        let mut parts: IndexMap<String, PartSize> = IndexMap::new();
        for (part, count, trains) in tables.chain(others) {
            let size = parts.entry(part.to_string()).or_default();
            size.parameters += count;
            size.trainable += if trains { count } else { 0 };
        }
        parts
    }
}

pub(super) fn no_pooler() -> Error {
    Error::setting("pooling", message!("model.no_pooler", "this encoder has no pooler; use \"mean\" or \"cls\""))
}
