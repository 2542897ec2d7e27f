//! The tokenizers of encoders without `tokenizer.json`.

use wasm_bindgen::prelude::*;

use super::convert::Result;
use crate::text;

/// The `tokenizer.json` of `vocab.txt` and `tokenizer_config.json`, if there is one.
///
/// # Errors
///
/// As [`text::tokenizer_of_vocabulary`].
#[wasm_bindgen]
pub fn tokenizer_of_vocabulary(vocabulary: &[u8], config: Option<Vec<u8>>) -> Result<Vec<u8>> {
    Ok(text::tokenizer_of_vocabulary(vocabulary, config.as_deref())?)
}
