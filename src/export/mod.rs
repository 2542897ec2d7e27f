//! A trained model as files that other tools open: transformers, sentence-transformers, ONNX Runtime, and this crate.
//!
//! ```text
//! config.json, tokenizer.json, tokenizer_config.json, model.safetensors    transformers: AutoModel, AutoTokenizer
//! modules.json, 1_Pooling/, 2_Dense/, sentence_bert_config.json            sentence-transformers: the same sentence vectors
//! heads.<task>.weight, heads.<task>.bias in model.safetensors              the classifiers, for a line of code
//! README.md, recipe.json                                                   the model card, and how it was trained
//! ```
//!
//! `2_Dense` is there for the pooler alone, which sentence-transformers has no pooling for. A frozen encoder need not be among
//! the files: then `config.json` names it, with its hash.

mod card;
mod layout;

use std::io::Write;
use std::ops::Range;

pub use card::{Card, CardTask};

use crate::Result;
use crate::model::{EncoderByHash, Model, Polytask, WeightsFile};

/// A file of a model directory, not yet written.
#[derive(Debug)]
pub struct ModelFile {
    /// Its path in the directory, with `/`.
    pub path: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Weights(WeightsFile),
}

impl ModelFile {
    fn new(path: &str, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), content: Content::Bytes(bytes) }
    }

    /// Its size in bytes.
    pub fn len(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Weights(weights) => weights.len(),
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes it, piece by piece. The model must not have changed since.
    ///
    /// # Errors
    ///
    /// Those of `out`, or if a tensor cannot be read from its device.
    pub fn write_to(&self, out: &mut dyn Write) -> std::io::Result<()> {
        match &self.content {
            Content::Bytes(bytes) => out.write_all(bytes),
            Content::Weights(weights) => weights.write_to(out),
        }
    }

    /// Writes some of its bytes; `bytes` begins at a multiple of 4, and ends at one or at the file's end.
    ///
    /// # Errors
    ///
    /// As [`ModelFile::write_to`].
    pub fn write_range(&self, bytes: Range<u64>, out: &mut dyn Write) -> std::io::Result<()> {
        match &self.content {
            Content::Bytes(all) => out.write_all(&all[bytes.start as usize..bytes.end.min(self.len()) as usize]),
            Content::Weights(weights) => weights.write_range(bytes, out),
        }
    }
}

/// The parts of a model directory that a model does not hold itself.
#[derive(Debug)]
pub struct Beside<'a> {
    /// The encoder's `tokenizer.json`.
    pub tokenizer: &'a [u8],
    /// `README.md`.
    pub card: String,
    /// `recipe.json`, if it is known.
    pub recipe: Option<Vec<u8>>,
}

/// The files of a model directory. With `encoder`, which must be the one that `model` has and must not have trained, the heads
/// alone, and what names the encoder.
///
/// # Errors
///
/// If the tokenizer's file is not JSON.
pub fn model_files(
    model: &Model,
    polytask: &Polytask,
    beside: Beside,
    encoder: Option<EncoderByHash>,
) -> Result<Vec<ModelFile>> {
    let Beside { tokenizer, card, recipe } = beside;
    let heads_alone = encoder.is_some();
    let polytask = Polytask { encoder, ..polytask.clone() };
    let mut files = vec![ModelFile::new("config.json", model.config_with(&polytask)?)];
    if heads_alone {
        files.push(weights("model.safetensors", model.heads_file()?));
    } else {
        let (h, pooler) = (model.config().bert.hidden_size, model.pooler_file()?);
        files.push(ModelFile::new("tokenizer.json", tokenizer.to_vec()));
        files.extend(layout::tokenizer_files(tokenizer, polytask.max_length)?);
        files.push(weights("model.safetensors", model.weights_file()?));
        files.extend(layout::sentence_transformers_files(polytask.pooling, h));
        files.extend(pooler.map(|pooler| weights("2_Dense/model.safetensors", pooler)));
    }
    files.push(ModelFile::new("README.md", card.into_bytes()));
    files.extend(recipe.map(|recipe| ModelFile::new("recipe.json", recipe)));
    Ok(files)
}

fn weights(path: &str, weights: WeightsFile) -> ModelFile {
    ModelFile { path: path.into(), content: Content::Weights(weights) }
}
