//! BERT's shape: those fields of Hugging Face's `BertConfig` that the forward pass depends on.

use serde::Deserialize;

use crate::ops::Activation;

/// The fields of `config.json` that decide the shape and the arithmetic of an encoder, under Hugging Face's names. A field that
/// older configs leave out has the value that Hugging Face gives it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    /// Rows of the word table.
    pub vocab_size: usize,
    /// H.
    pub hidden_size: usize,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// A.
    pub num_attention_heads: usize,
    /// F.
    pub intermediate_size: usize,
    /// The activation between a block's two linear maps.
    #[serde(default = "gelu")]
    pub hidden_act: Activation,
    /// Rows of the position table: the longest sentence in tokens.
    #[serde(default = "positions")]
    pub max_position_embeddings: usize,
    /// Rows of the table of token types, of which row 0 is used.
    #[serde(default = "types")]
    pub type_vocab_size: usize,
    /// Added to the variance in every LayerNorm.
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f64,
    /// How positions are told apart.
    #[serde(default)]
    pub position_embedding_type: PositionEmbeddingType,
}

/// The kinds of position embeddings that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PositionEmbeddingType {
    /// A row of a table for each position.
    #[default]
    Absolute,
}

fn gelu() -> Activation {
    Activation::Gelu
}

fn positions() -> usize {
    512
}

fn types() -> usize {
    2
}

fn epsilon() -> f64 {
    1e-12
}
