//! The settings with which a model is loaded.

use crate::compute::Context;
use crate::recipe::{Freeze, Pooling};

/// How a model is loaded: which parts are frozen, how it pools, which embedding rows train.
#[derive(Debug, Clone)]
pub struct Loading<'a> {
    /// Which parameters stay as they are.
    pub freeze: Freeze,
    /// How token vectors become a sentence vector.
    pub pooling: Pooling,
    /// Word-embedding rows that can occur in training, ascending; `None`: all of them.
    pub word_rows: Option<&'a [u32]>,
    /// Number of position-embedding rows that can occur in training, the longest sentence's tokens; `None`: all of them.
    pub positions: Option<usize>,
    /// Whether heads in the weights are kept; if not, every head is drawn anew.
    pub keep_heads: bool,
    /// Where and how the model computes.
    pub context: &'a Context,
}
