//! Writes a fine-tuned Polytask model as ONNX, for onnxruntime (Python, C++, Java, C#, Rust), onnxruntime-web and other tools.
//!
//! ```
//! use polytask_onnx::{Model, Precision};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The config.json that `polytask train --out` saves; the numbers would be those of model.safetensors.
//! let model = Model::from_config(
//!     br#"{
//!         "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
//!         "intermediate_size": 64,
//!         "polytask": {"pooling": "mean", "tasks": [{"name": "tone", "labels": ["annoyed", "calm"]}]}
//!     }"#,
//! )?;
//! let numbers = |_name: &str, shape: &[usize]| Ok(vec![0.5; shape.iter().product()]);
//! let mut file = Vec::new();
//! model.write(Precision::Float32, numbers, &mut file)?;
//! assert_eq!(file.len() as u64, model.file_size(Precision::Float32)?);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/export.rs` writes the model of a directory. No more than one tensor is held at a time, whatever the model's size.
//!
//! # The file
//!
//! | input or output | type | |
//! |---|---|---|
//! | `input_ids` | int64 (batch, sequence) | token ids by the model's `tokenizer.json`, with its special tokens, shorter rows padded at their *end* with any ids |
//! | `attention_mask` | int64 (batch, sequence) | 1 for a token, 0 for padding |
//! | `sentence_embedding` | float32 (batch, hidden_size) | the pooled vector, not normalised |
//! | `logits.<task>` | float32 (batch, classes) | one output a task, under its name as it is: `logits.topic`, `logits.Task A` |
//!
//! Both dimensions of the inputs are free, up to `max_position_embeddings` tokens; `max_length` tokens were enough in training.
//! The softmax of the logits is what `polytask predict` answers: they are divided by the task's temperature where the model has
//! one. Token types are 0. No sentence's answer depends on padding or on the batch that it is in.
//!
//! Metadata: `polytask.pooling` (`mean`, `cls` or `pooler`), `polytask.max_length` (if it is known), and `polytask.tasks`, which is
//! JSON: for each task its `name`, its `labels` in the order of the logits, its `output` and its `temperature`.
//!
//! The operators are those of opset 17 in IR version 8 (ONNX 1.12, 2022), of the standard domain alone. Tried with onnxruntime
//! 1.15 and 1.32, and with onnxruntime-web 1.17 and 1.30.
//!
//! # 8 bits
//!
//! [`Precision::Int8`] makes a file of a quarter of the size. Word embeddings have 8-bit codes and a scale for each word; every
//! matrix of the encoder and of the pooler has codes and a scale for each output. A layer's input becomes codes too, while the
//! graph runs, and `MatMulInteger` multiplies codes with codes. The rest, and the heads, stays float32.
//!
//! Two things differ from `onnxruntime.quantization.quantize_dynamic`:
//!
//! - Each token has a range of its own. There `DynamicQuantizeLinear` takes one range for a whole batch, so that a sentence's
//!   answer depends on the others and on the padding, and one large number costs all tokens their precision.
//! - Codes of matrices go from −64 to 64. With codes up to 127, onnxruntime's sums overflow on processors with AVX2 that have no
//!   VNNI (`reduce_range` is the name of the remedy there).
//!
//! On 800 held-out sentences of 77 intents, all-MiniLM-L6-v2 with 8 bits gives the same label as with float32 for 98.9 % in
//! onnxruntime and 98.5 % in onnxruntime-web; after `quantize_dynamic` (per channel, reduced range) it is 98.0 %. A code that is
//! rounded the other way changes the codes of the layers above, so versions of onnxruntime differ from each other too, by up to half
//! of what they differ from float32.

mod bert;
mod error;
mod graph;
mod initializer;
mod model;
mod proto;
#[cfg(test)]
mod testing;
mod write;

pub use error::{Error, SourceError};
pub use model::{Activation, Encoder, Model, Pooling, Task};

type Result<T> = std::result::Result<T, Error>;

/// How the weights are stored, and the matrix products computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// In 32 bits, as they were trained.
    Float32,
    /// In 8 bits: a quarter of the size, half of the time, and a few answers in a thousand are others.
    Int8,
}
