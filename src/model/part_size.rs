//! How large a part of the model is.

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// The size of a part of the model, in numbers (f32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct PartSize {
    /// All numbers of the part.
    pub parameters: usize,
    /// How many of them train, from the start or later.
    pub trainable: usize,
}
