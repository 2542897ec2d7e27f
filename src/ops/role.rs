//! A parameter's place and function in the model. They are never read from its name: a head's name contains its task's,
//! which may be any text (`LayerNorm`, `a.bias`).

use std::fmt;

/// A parameter's place and function in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// The part that it belongs to.
    pub part: ModelPart,
    /// Its function there.
    pub kind: ParameterKind,
}

/// A part of the model, the first one lowest. Displayed as `embeddings`, `layer.3`, `pooler`, and `heads` for any head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelPart {
    /// The embedding tables and their LayerNorm.
    Embeddings,
    /// Block i of the encoder, from 0.
    Layer(usize),
    /// BERT's pooler.
    Pooler,
    /// A task's classifier.
    Head,
}

/// A parameter's function, as far as weight decay distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// The matrix of a linear map, or the rows of a table.
    Weight,
    /// The bias of a linear map.
    Bias,
    /// The weight or the bias of a LayerNorm.
    Norm,
}

impl fmt::Display for ModelPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embeddings => f.write_str("embeddings"),
            Self::Layer(i) => write!(f, "layer.{i}"),
            Self::Pooler => f.write_str("pooler"),
            Self::Head => f.write_str("heads"),
        }
    }
}
