//! How large one part of the model is: the embeddings, a layer, the pooler or a head.

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// The number of parameters in one part of the model; each is an f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct PartSize {
    /// All parameters of the part.
    pub parameters: usize,
    /// How many of them are trained. Those that gradual unfreezing frees during the run count too.
    pub trainable: usize,
}
