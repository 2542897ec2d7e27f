//! What a parameter is in the model. A head's name holds its task's, which may be any text (`LayerNorm`, `a.bias`), so
//! nothing is ever read out of a name.

use std::fmt;

/// What a parameter is in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Where it stands.
    pub part: Part,
    /// What it does there.
    pub kind: Kind,
}

/// A part of the model, from below. Written `embeddings`, `layer.3`, `pooler`, and `heads` for any head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The embedding tables and their LayerNorm.
    Embeddings,
    /// Block i of the encoder, from 0.
    Layer(usize),
    /// BERT's pooler.
    Pooler,
    /// A task's classifier.
    Head,
}

/// What a parameter does, as far as weight decay cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The matrix of a linear map, or the rows of a table.
    Weight,
    /// The bias of a linear map.
    Bias,
    /// The weight or the bias of a LayerNorm.
    Norm,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embeddings => f.write_str("embeddings"),
            Self::Layer(i) => write!(f, "layer.{i}"),
            Self::Pooler => f.write_str("pooler"),
            Self::Head => f.write_str("heads"),
        }
    }
}
