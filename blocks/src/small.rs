//! The small encoder: an encoder's files with its weights in blocks and its vocabulary as `vocab.txt`.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use crate::{BLOCK, METADATA, block_bytes, encode};

/// The name of the small encoder that is made of all-MiniLM-L6-v2.
pub const SMALL: &str = "all-MiniLM-L6-v2-small";

/// Its files.
pub const FILES: [&str; 3] = ["config.json", "vocab.txt", "model.safetensors"];

/// Description of the format in the file's metadata, for other readers.
const FORMAT: &str = "U8 tensors of shape (.., M/32, 2 + 4*bits) are tensors of shape (.., M): blocks of a little-endian float16 \
                      scale and 32 codes of that many bits, least significant bits first; \
                      a number is scale * (code - 2^(bits-1))";

/// Bits of the word embeddings: half of the file, of which a sentence uses a few rows.
const WORD_BITS: u32 = 4;
/// Bits of every other matrix.
const BITS: u32 = 6;

/// The parts of `tokenizer.json` that are read.
#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    #[serde(rename = "type")]
    kind: String,
    vocab: HashMap<String, usize>,
}

/// The contents of [`FILES`], made of an encoder's `config.json`, `tokenizer.json` and `model.safetensors`. Biases and LayerNorms stay
/// float32, and so do matrices whose rows are no whole blocks. `vocab.txt` without settings stands for an uncased tokenizer.
///
/// # Errors
///
/// A sentence, if a file cannot be read, a weight is not finite, or the tokenizer is no WordPiece whose ids are 0, 1, 2 and so on.
pub fn small_encoder(config: &[u8], tokenizer: &[u8], weights: &[u8]) -> Result<[Vec<u8>; 3], String> {
    Ok([config.to_vec(), vocabulary(tokenizer)?, in_blocks(weights)?])
}

/// One token a line, in the order of their ids.
fn vocabulary(tokenizer: &[u8]) -> Result<Vec<u8>, String> {
    let Tokenizer { model } =
        serde_json::from_slice(tokenizer).map_err(|e| format!("tokenizer.json cannot be read: {e}"))?;
    if model.kind != "WordPiece" {
        return Err(format!("tokenizer.json holds a {} model, and vocab.txt can only hold WordPiece", model.kind));
    }
    let mut tokens: Vec<(usize, String)> = model.vocab.into_iter().map(|(token, id)| (id, token)).collect();
    tokens.sort();
    if let Some((expected, (id, token))) = tokens.iter().enumerate().find(|(i, (id, _))| i != id) {
        return Err(format!("tokenizer.json: {token:?} has the id {id} where vocab.txt would give it {expected}"));
    }
    Ok(tokens.into_iter().flat_map(|(_, token)| (token + "\n").into_bytes()).collect())
}

fn in_blocks(weights: &[u8]) -> Result<Vec<u8>, String> {
    let unreadable = |e: safetensors::SafeTensorError| format!("model.safetensors cannot be read: {e}");
    let file = SafeTensors::deserialize(weights).map_err(unreadable)?;
    let mut tensors = Vec::new();
    for (name, tensor) in file.iter() {
        let (mut shape, dtype, bytes) = (tensor.shape().to_vec(), tensor.dtype(), tensor.data());
        let whole = shape.len() > 1 && shape[shape.len() - 1].is_multiple_of(BLOCK);
        if dtype != Dtype::F32 || !whole {
            tensors.push((name, dtype, shape, bytes.to_vec()));
            continue;
        }
        let bits = if name.ends_with("word_embeddings.weight") { WORD_BITS } else { BITS };
        let numbers: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        if numbers.iter().any(|x| !x.is_finite()) {
            return Err(format!(
                "model.safetensors: tensor {name:?} holds infinity or NaN, and every weight must be finite"
            ));
        }
        let mut blocks = Vec::new();
        encode(bits, &numbers, &mut blocks);
        let last = shape.len() - 1;
        shape[last] /= BLOCK;
        shape.push(block_bytes(bits));
        tensors.push((name, Dtype::U8, shape, blocks));
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    let metadata = HashMap::from([(METADATA.to_string(), FORMAT.to_string())]);
    safetensors::serialize(views, Some(metadata)).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokenizer_becomes_its_vocabulary() {
        let json = br###"{"model": {"type": "WordPiece", "vocab": {"[UNK]": 1, "[PAD]": 0, "##s": 2}}}"###;
        assert_eq!(vocabulary(json).unwrap(), b"[PAD]\n[UNK]\n##s\n");
        let gap = br#"{"model": {"type": "WordPiece", "vocab": {"a": 0, "b": 2}}}"#;
        assert_eq!(vocabulary(gap).unwrap_err(), "tokenizer.json: \"b\" has the id 2 where vocab.txt would give it 1");
        let other = br#"{"model": {"type": "Unigram", "vocab": {}}}"#;
        assert_eq!(
            vocabulary(other).unwrap_err(),
            "tokenizer.json holds a Unigram model, and vocab.txt can only hold WordPiece"
        );
    }

    #[test]
    fn matrices_become_blocks_and_the_rest_stays() {
        let bytes: Vec<u8> = (0..64).flat_map(|i| (i as f32).to_le_bytes()).collect();
        let view = |shape: &[usize]| {
            TensorView::new(Dtype::F32, shape.to_vec(), &bytes[..4 * shape.iter().product::<usize>()]).unwrap()
        };
        let tensors = [
            ("e.word_embeddings.weight", view(&[2, 32])),
            ("w", view(&[2, 32])),
            ("odd", view(&[2, 31])),
            ("bias", view(&[32])),
        ];
        let made = in_blocks(&safetensors::serialize(tensors, None).unwrap()).unwrap();
        let read = SafeTensors::deserialize(&made).unwrap();
        let shape = |name: &str| (read.tensor(name).unwrap().dtype(), read.tensor(name).unwrap().shape().to_vec());
        assert_eq!(shape("e.word_embeddings.weight"), (Dtype::U8, vec![2, 1, 18]));
        assert_eq!(shape("w"), (Dtype::U8, vec![2, 1, 26]));
        assert_eq!(shape("odd"), (Dtype::F32, vec![2, 31]));
        assert_eq!(shape("bias"), (Dtype::F32, vec![32]));
        let (_, metadata) = SafeTensors::read_metadata(&made).unwrap();
        assert!(metadata.metadata().as_ref().unwrap().contains_key(METADATA));
        let infinite = [f32::INFINITY; 32].map(f32::to_le_bytes).concat();
        let view = TensorView::new(Dtype::F32, vec![1, 32], &infinite).unwrap();
        assert_eq!(
            in_blocks(&safetensors::serialize([("w", view)], None).unwrap()).unwrap_err(),
            "model.safetensors: tensor \"w\" holds infinity or NaN, and every weight must be finite"
        );
    }
}
