//! The differentiable operations: one a file, forward and backward together.
//!
//! Each has a kernel for the CPU (native and wasm) and, for every other device, a fallback composed of Candle's own
//! differentiable operations; tests compare the two, value and gradient. Kernels add the gradients of weights straight
//! into their [`Parameter`]; Candle's graph carries only the gradients of activations. Operations are given the
//! [`Context`](crate::compute::Context) of the model that calls them.

mod activation;
mod attention;
mod average;
mod block;
mod bytes;
mod contrastive;
mod cross_entropy;
mod embedding;
#[cfg(target_arch = "wasm32")]
mod gemm_wasm;
mod gradients;
mod kernel;
mod layer_norm;
mod linear;
mod matmul;
#[cfg(test)]
mod matmul_cases;
mod matrix;
mod optimizer;
mod parameter;
mod passes;
mod pooling;
mod role;
#[cfg(test)]
mod testing;

pub use activation::{Activation, activate};
pub use attention::{Attention, Ragged};
pub use average::{exchange, lerp};
pub use block::{Block, Keep, Masks};
pub use bytes::write_le;
pub use contrastive::contrastive_loss;
pub use cross_entropy::{CrossEntropy, IGNORE, cross_entropy, softmax_rows};
pub use embedding::{EmbeddingTable, embedding};
pub use gradients::{products, squared_norm};
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use matmul::matmul;
pub use matrix::{Strides, WriteMode};
pub use optimizer::{AdamStep, Update, copy_into, update};
pub use parameter::{Gradient, Parameter};
pub use passes::Passes;
pub use pooling::{first_tokens, mean_pool};
pub use role::{ModelPart, ParameterKind, Role};
