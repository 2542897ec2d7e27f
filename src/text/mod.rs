//! From sentences to packed batches of token ids.

mod batch;
mod panics;
pub(crate) mod pointer;
mod tokenizer;
mod vocabulary;

pub use batch::Batch;
pub use panics::catches_panic;
pub use tokenizer::{Encoding, Reading, Token, Tokenizer};
pub use vocabulary::tokenizer_of_vocabulary;
