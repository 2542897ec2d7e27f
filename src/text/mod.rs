//! From sentences to packed batches of token ids.

mod batch;
mod pointer;
mod tokenizer;
mod vocabulary;
mod words;

pub use batch::Batch;
pub use pointer::git_lfs_pointer;
pub use tokenizer::{Encoding, Reading, Token, Tokenizer};
pub use vocabulary::tokenizer_of_vocabulary;
