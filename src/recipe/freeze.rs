//! Which parameters stay as they are.

use serde::{Deserialize, Serialize};

use crate::error::{message, shortened};
use crate::{Error, Result};

/// Which parameters stay as they are. Written `none`, `embeddings`, `layers:N` or `encoder`; a greater value freezes more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Freeze {
    /// Everything trains.
    #[default]
    None,
    /// The embedding tables and their LayerNorm.
    Embeddings,
    /// The embeddings and the first N blocks.
    Layers(usize),
    /// Everything but the heads: a linear probe.
    Encoder,
}

impl Freeze {
    /// How many of an encoder's `layers` blocks stay as they are.
    ///
    /// # Errors
    ///
    /// If `layers:N` names more blocks than there are.
    pub fn blocks(self, layers: usize) -> Result<usize> {
        match self {
            Self::None | Self::Embeddings => Ok(0),
            Self::Layers(n) if n > layers => Err(Error::setting(
                "freeze",
                message!(
                    "recipe.freeze_layers",
                    "layers:{n} asks for more than the encoder's {layers} layers",
                    n = n,
                    layers = layers
                ),
            )),
            Self::Layers(n) => Ok(n),
            Self::Encoder => Ok(layers),
        }
    }
}

impl std::str::FromStr for Freeze {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "none" => Ok(Self::None),
            "embeddings" => Ok(Self::Embeddings),
            "encoder" => Ok(Self::Encoder),
            _ => text.strip_prefix("layers:").and_then(|n| n.parse().ok()).map(Self::Layers).ok_or_else(|| {
                Error::setting(
                    "freeze",
                    message!(
                        "recipe.freeze_name",
                        "{text:?} is not one of none, embeddings, layers:N, encoder",
                        text = shortened(text)
                    ),
                )
            }),
        }
    }
}

impl TryFrom<String> for Freeze {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl std::fmt::Display for Freeze {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Embeddings => f.write_str("embeddings"),
            Self::Layers(n) => write!(f, "layers:{n}"),
            Self::Encoder => f.write_str("encoder"),
        }
    }
}

impl From<Freeze> for String {
    fn from(freeze: Freeze) -> Self {
        freeze.to_string()
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
const FREEZE_TS: &str = "export type Freeze = \"none\" | \"embeddings\" | \"encoder\" | `layers:${number}`;";
