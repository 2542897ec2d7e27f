//! The differentiable operations: one a file, forward and backward together.
//!
//! Each has a kernel for the CPU (native and wasm) and, for every other device, a fallback composed of Candle's own
//! differentiable operations; tests hold the two against each other, value and gradient. Kernels add the gradients of
//! weights straight into their [`Parameter`]; Candle's graph carries only the gradients of activations.

mod activation;
mod attention;
mod block;
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
mod optimizer;
mod parameter;
mod pooling;
mod role;
#[cfg(test)]
mod testing;
mod threads;
mod workspace;

pub use activation::{Activation, activate};
pub use attention::{Attention, Ragged};
pub use block::{Block, Keep, Masks};
pub use cross_entropy::{CrossEntropy, IGNORE, cross_entropy, softmax_rows};
pub use embedding::{Table, embedding};
pub use gradients::{products, squared_norm};
pub use kernel::{is_reproducible, set_reproducible};
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use matmul::{Into, Strides, matmul};
pub use optimizer::{Adam, Update, copy_into, update};
pub use parameter::{Gradient, Parameter};
pub use pooling::{first_tokens, mean_pool};
pub use role::{Kind, Part, Role};
pub use threads::{on_threads, set_threads, threads};
pub use workspace::Workspace;
