//! From sentences to packed batches of token ids.

mod batch;
mod panics;
mod tokenizer;

pub use batch::Batch;
pub use panics::catches_panic;
pub use tokenizer::{Encoding, Reading, Token, Tokenizer};
