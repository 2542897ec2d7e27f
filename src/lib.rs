//! Multi-task fine-tuning of a real pretrained sentence encoder.
//!
//! One shared BERT-family encoder, one classification head per task, trained together: in a browser tab and on the
//! command line, from this one crate. The way of the data is the way of the modules:
//!
//! ```text
//! sentences + label columns → data → text → model (ops) → train → protocol → a face
//! ```
//!
//! The library does no I/O, reads no clock and prints nothing: bytes in, values and [`protocol::Event`]s out.
//!
//! # Shapes
//!
//! Every shape is written with these letters:
//!
//! ```text
//! B sentences in the batch · N tokens in the batch (all sentences, end to end) · T tokens of one sentence
//! H hidden_size · A attention heads · D = H/A · F intermediate_size · K tasks · C_k classes of task k
//! ```
#![warn(missing_docs)]

pub mod data;
pub mod error;
pub mod model;
pub mod ops;
pub mod protocol;
pub mod random;
pub mod recipe;
pub mod text;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod threads;
pub mod train;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
pub mod weighting;

pub use error::{Error, Result};
