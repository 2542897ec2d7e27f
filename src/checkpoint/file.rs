//! Writing a checkpoint's file.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use candle_core::{Device, Tensor};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use xxhash_rust::xxh3::Xxh3;

use super::{Notes, Origin};
use crate::error::Message;
use crate::ops::write_le;
use crate::{Error, Result};

/// The value of `format` among a checkpoint's metadata.
pub(super) const FORMAT: &str = "polytask-checkpoint-2";
/// The metadata's key for the hash of everything else in the file.
pub(super) const HASH: &str = "xxh3";
/// Takes the hash's place while it is computed.
pub(super) const NO_HASH: &str = "0000000000000000";
/// Precedes the name of a note among the metadata.
pub(super) const NOTE: &str = "note.";
/// The tensor that holds what is no tensor.
pub(super) const STATE: &str = "state";

/// A run's state at one moment, ready to be written. It shares the run's tensors: write it before the run goes on.
#[derive(Debug)]
pub struct Checkpoint {
    /// The length of the header, and the header.
    front: Vec<u8>,
    state: Vec<u8>,
    tensors: Vec<Tensor>,
}

impl Checkpoint {
    pub(super) fn new(origin: &Origin, notes: &Notes, state: Vec<u8>, named: Vec<(String, Tensor)>) -> Result<Self> {
        let unexpected = |e: &dyn std::fmt::Display| Error::checkpoint(Message::unexpected(e));
        let mut entries = vec![(STATE.to_string(), entry(Dtype::U8, vec![state.len()], 0, state.len()))];
        let mut end = state.len();
        let mut tensors = Vec::with_capacity(named.len());
        for (name, tensor) in named {
            let bytes = tensor.elem_count() * 4;
            entries.push((name, entry(Dtype::F32, tensor.dims().to_vec(), end, bytes)));
            end += bytes;
            tensors.push(tensor);
        }
        let mut metadata = BTreeMap::from([
            ("format".to_string(), FORMAT.to_string()),
            ("recipe".into(), origin.recipe.clone()),
            ("data".into(), origin.data.clone()),
            ("encoder".into(), origin.encoder.clone()),
            (HASH.into(), NO_HASH.into()),
        ]);
        metadata.extend(notes.iter().map(|(name, note)| (format!("{NOTE}{name}"), note.clone())));
        let header = Metadata::new(Some(HashMap::new()), entries).map_err(|e| unexpected(&e))?;
        let mut header = serde_json::to_value(&header).map_err(|e| unexpected(&e))?;
        // In one order, so that equal states give equal bytes.
        header["__metadata__"] = serde_json::json!(metadata);
        let header = header.to_string();
        let mut checkpoint = Self { front: Vec::new(), state, tensors };
        checkpoint.set_front(&header);
        let mut hash = Hashing(Xxh3::new());
        checkpoint.write_to(&mut hash).map_err(|e| unexpected(&e))?;
        let [placeholder, hash] = [NO_HASH.into(), format!("{:016x}", hash.0.digest())].map(|value| hash_field(&value));
        checkpoint.set_front(&header.replacen(&placeholder, &hash, 1));
        Ok(checkpoint)
    }

    fn set_front(&mut self, header: &str) {
        self.front = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// Those of `out`, or if a tensor cannot be read from its device.
    pub fn write_to(&self, out: &mut dyn Write) -> std::io::Result<()> {
        out.write_all(&self.front)?;
        out.write_all(&self.state)?;
        for tensor in &self.tensors {
            let on_cpu = tensor.to_device(&Device::Cpu).map_err(std::io::Error::other)?;
            write_le(&on_cpu, 0..on_cpu.elem_count(), out)?;
        }
        Ok(())
    }

    /// The file's size in bytes.
    pub fn len(&self) -> usize {
        let numbers: usize = self.tensors.iter().map(Tensor::elem_count).sum();
        self.front.len() + self.state.len() + 4 * numbers
    }

    /// Never: a checkpoint has a header.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The file as bytes.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read from its device.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.len());
        self.write_to(&mut bytes).map_err(|e| Error::checkpoint(Message::unexpected(&e)))?;
        Ok(bytes)
    }
}

fn entry(dtype: Dtype, shape: Vec<usize>, start: usize, bytes: usize) -> TensorInfo {
    TensorInfo { dtype, shape, data_offsets: (start, start + bytes) }
}

/// The hash's field in the header's JSON.
pub(super) fn hash_field(hash: &str) -> String {
    format!("\"{HASH}\":\"{hash}\"")
}

/// Hashes what is written.
struct Hashing(Xxh3);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
