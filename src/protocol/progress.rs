//! Reports of what is under way: an encoder's download, and a question that takes the encoder a while. The front ends send them.

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Bytes of a download so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Progress {
    /// File being fetched.
    pub file: String,
    /// Bytes received of all files together.
    pub received: u64,
    /// Bytes expected of all files together.
    pub total: u64,
    /// Whether they come from this browser's cache.
    pub cached: bool,
}

/// An encoder is in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Loaded {
    /// The encoder's name.
    pub encoder: String,
    /// Size of its files in bytes.
    pub bytes: u64,
    /// Whether they came from this browser's cache.
    pub cached: bool,
}

/// Sentences that have gone through the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Encoded {
    /// How many.
    pub done: u64,
    /// Of how many.
    pub sentences: u64,
}
