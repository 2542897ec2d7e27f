//! The header of a safetensors file: which tensors it holds, in the file's order, and how their numbers are stored.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensorError, tensor::Metadata};

use crate::error::message;
use crate::{Error, Result};

/// A file's table of contents: finds each tensor's entry by Hugging Face's name.
///
/// A name is found with or without the `bert.` prefix, and `LayerNorm.weight`/`.bias` also under the old names
/// `gamma`/`beta`.
#[derive(Debug)]
pub(super) struct Header {
    /// In the file's order, which the bytes follow without a gap.
    pub entries: Vec<Entry>,
    /// The entry of each current name without `bert.`
    places: HashMap<String, usize>,
}

/// One tensor.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: String,
    pub stored: Stored,
    /// The shape of its numbers, also where they are stored in blocks.
    pub shape: Vec<usize>,
    pub bytes: usize,
}

/// How a tensor's numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// F32, F16 or BF16.
    Float(Dtype),
    /// In blocks with codes of so many bits: see [`polytask_blocks`].
    Blocks(u32),
    /// A type that no model reads.
    Other(Dtype),
}

impl Header {
    /// Parses the header's JSON and checks that its tensors lie end to end.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(json).map_err(|e| not_safetensors(&SafeTensorError::InvalidHeader(e)))?;
        let metadata: Metadata = serde_json::from_str(text)
            .map_err(|e| not_safetensors(&SafeTensorError::InvalidHeaderDeserialization(e)))?;
        let in_blocks = metadata.metadata().as_ref().is_some_and(|keys| keys.contains_key(polytask_blocks::METADATA));
        let tensors = metadata.tensors();
        let entries: Vec<Entry> = metadata
            .offset_keys()
            .into_iter()
            .map(|name| {
                let info = tensors[&name];
                let bytes = info.data_offsets.1 - info.data_offsets.0;
                let (stored, shape) = stored(info.dtype, &info.shape, in_blocks);
                Entry { stored, shape, bytes, name }
            })
            .collect();
        // If two tensors have one name, the prefixed one counts, and the current name before the old one.
        let mut ranked: Vec<(bool, bool, String, usize)> = entries
            .iter()
            .enumerate()
            .map(|(place, entry)| {
                let bare = entry.name.strip_prefix("bert.");
                let (name, old) = current_name(bare.unwrap_or(&entry.name));
                (old, bare.is_none(), name, place)
            })
            .collect();
        ranked.sort();
        let mut places = HashMap::with_capacity(ranked.len());
        for (_, _, name, place) in ranked {
            places.entry(name).or_insert(place);
        }
        Ok(Self { entries, places })
    }

    /// The index of the tensor `name` among the entries.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The index of the tensor `name`; an error if it is missing, has another shape, or holds no floating-point numbers.
    pub fn find(&self, name: &str, shape: &[usize]) -> Result<usize> {
        let place = self.place(name).ok_or_else(|| {
            Error::encoder(message!(
                "model.tensor_missing",
                "model.safetensors: tensor {name:?} is missing; the file must hold a BERT encoder under Hugging Face's names",
                name = name
            ))
        })?;
        let entry = &self.entries[place];
        if entry.shape != shape {
            return Err(Error::encoder(message!(
                "model.tensor_shape",
                "model.safetensors: tensor {name:?} has shape {found}, and the config asks for {expected}",
                name = name,
                found = format!("{:?}", entry.shape),
                expected = format!("{shape:?}")
            )));
        }
        if let Stored::Other(dtype) = entry.stored {
            return Err(Error::encoder(message!(
                "model.tensor_type",
                "model.safetensors: tensor {name:?} holds {dtype}, and f32, f16 or bf16 is needed",
                name = name,
                dtype = format!("{dtype:?}")
            )));
        }
        Ok(place)
    }
}

impl Stored {
    /// Whether its numbers can become f32.
    pub fn is_read(self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Bytes of the smallest part that can be read by itself: a number or a block.
    pub fn width(self) -> usize {
        match self {
            Self::Float(Dtype::F32) => 4,
            Self::Blocks(bits) => polytask_blocks::block_bytes(bits),
            Self::Float(_) | Self::Other(_) => 2,
        }
    }
}

/// How a tensor of this type and shape is stored, and the shape of its numbers.
fn stored(dtype: Dtype, shape: &[usize], in_blocks: bool) -> (Stored, Vec<usize>) {
    match (dtype, shape) {
        (Dtype::F32 | Dtype::F16 | Dtype::BF16, _) => (Stored::Float(dtype), shape.into()),
        (Dtype::U8, [rows @ .., blocks, bytes]) if in_blocks => match polytask_blocks::bits_of(*bytes) {
            // The file's size bounds `blocks`, so the product does not overflow before the shape is compared.
            Some(bits) => (Stored::Blocks(bits), [rows, &[blocks.saturating_mul(polytask_blocks::BLOCK)]].concat()),
            None => (Stored::Other(dtype), shape.into()),
        },
        _ => (Stored::Other(dtype), shape.into()),
    }
}

/// The current form of a name, and whether `name` was an old one.
fn current_name(name: &str) -> (String, bool) {
    match name.rsplit_once("LayerNorm.") {
        Some((stem, "gamma")) => (format!("{stem}LayerNorm.weight"), true),
        Some((stem, "beta")) => (format!("{stem}LayerNorm.bias"), true),
        _ => (name.into(), false),
    }
}

pub(super) fn not_safetensors(why: &SafeTensorError) -> Error {
    Error::encoder(message!(
        "model.not_safetensors",
        "model.safetensors is not a safetensors file ({why}); fetch it again",
        why = why.to_string()
    ))
}
