//! Reading a checkpoint's file.

use std::fmt::Debug;
use std::io::Read;

use candle_core::{Device, Tensor};
use safetensors::tensor::{Metadata, TensorInfo};
use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::file::{FORMAT, HASH, NO_HASH, NOTE, STATE, hash_field};
use super::{Notes, Origin, Source};
use crate::error::message;
use crate::ops::copy_into;
use crate::{Error, Result};

/// The most bytes of a header: names and places of a few thousand tensors, and a recipe with its sentences.
const LONGEST_HEADER: u64 = 100_000_000;
/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// A checkpoint whose header and state have been read. Its tensors are read when a run asks for them.
pub struct Opened<'a> {
    file: &'a mut dyn Read,
    origin: Origin,
    notes: Notes,
    /// The bytes of all values that are not tensors, and how many of them have been read.
    state: (Vec<u8>, usize),
    /// The tensors that are still to be read, the next one last.
    tensors: Vec<(String, TensorInfo)>,
}

impl<'a> Opened<'a> {
    /// Reads a checkpoint's header and state, after [`Opened::verify`] has found the file whole.
    ///
    /// # Errors
    ///
    /// If it is no checkpoint, or `file` fails.
    pub fn new(file: &'a mut dyn Read) -> Result<Self> {
        let (_, header) = header(file)?;
        let mut fields = header.metadata().clone().unwrap_or_default();
        let mut field = |name: &str| fields.remove(name).unwrap_or_default();
        let origin = Origin { recipe: field("recipe"), data: field("data"), encoder: field("encoder") };
        let note = |(name, note): (String, String)| Some((name.strip_prefix(NOTE)?.to_string(), note));
        let notes = fields.into_iter().filter_map(note).collect();
        let mut tensors: Vec<(String, TensorInfo)> = header
            .offset_keys()
            .into_iter()
            .filter_map(|name| header.info(&name).cloned().map(|info| (name, info)))
            .collect();
        tensors.reverse();
        let mut opened = Self { file, origin, notes, state: (Vec::new(), 0), tensors };
        let state = opened.tensors.pop().filter(|(name, _)| name == STATE).ok_or_else(foreign)?.1;
        opened.state.0 = opened.read(state.data_offsets.1 - state.data_offsets.0)?;
        Ok(opened)
    }

    /// Reads a whole checkpoint and compares its hash.
    ///
    /// # Errors
    ///
    /// If it is no checkpoint, is damaged or ends too early.
    pub fn verify(file: &mut dyn Read) -> Result<()> {
        let (text, header) = header(file)?;
        let known = header.metadata().as_ref().and_then(|fields| fields.get(HASH)).ok_or_else(foreign)?;
        let blank = text.replacen(&hash_field(known), &hash_field(NO_HASH), 1);
        let mut hash = Xxh3::new();
        hash.update(&(blank.len() as u64).to_le_bytes());
        hash.update(blank.as_bytes());
        let mut piece = vec![0; PIECE];
        let mut left = header.data_len();
        while left > 0 {
            let piece = &mut piece[..left.min(PIECE)];
            file.read_exact(piece).map_err(|e| broken(&e))?;
            hash.update(piece);
            left -= piece.len();
        }
        let whole = format!("{:016x}", hash.digest()) == *known && file.read(&mut [0]).map_err(|e| broken(&e))? == 0;
        whole.then_some(()).ok_or_else(damaged)
    }

    /// The run that it is of.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The text that the front end stored in it.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// An error if it is of another run than `origin`'s.
    pub(super) fn check_origin(&self, origin: &Origin) -> Result<()> {
        if self.origin.data != origin.data {
            return Err(Error::checkpoint(message!(
                "checkpoint.other_data",
                "it is of a run on other sentences or labels; resume with the file that the run began with"
            )));
        }
        if self.origin.encoder != origin.encoder {
            return Err(Error::checkpoint(message!(
                "checkpoint.other_encoder",
                "it is of a run from another encoder; resume with the encoder that the run began with"
            )));
        }
        let mut differences = differences(&self.origin.recipe, &origin.recipe).into_iter();
        if let Some((setting, there, here)) = differences.next() {
            let others = differences.count();
            return Err(Error::checkpoint(if others == 0 {
                message!(
                    "checkpoint.other_recipe",
                    "it is of a run with other settings: {setting} is {there} there and {here} now; resume with the settings \
                     that the run began with",
                    setting = setting,
                    there = there,
                    here = here
                )
            } else {
                message!(
                    "checkpoint.other_recipe_more",
                    "it is of a run with other settings: {setting} is {there} there and {here} now, and {n} more differ; resume \
                     with the settings that the run began with",
                    setting = setting,
                    there = there,
                    here = here,
                    n = others
                )
            }));
        }
        Ok(())
    }

    fn read(&mut self, bytes: usize) -> Result<Vec<u8>> {
        // Grows with what is there, not with what a damaged header says.
        let mut read = Vec::new();
        self.file.take(bytes as u64).read_to_end(&mut read).map_err(|e| broken(&e))?;
        if read.len() == bytes { Ok(read) } else { Err(damaged()) }
    }
}

impl Source for Opened<'_> {
    fn read_state(&mut self, bytes: &mut [u8]) -> Result<()> {
        let (state, done) = &mut self.state;
        let next = state.get(*done..*done + bytes.len()).ok_or_else(foreign)?;
        bytes.copy_from_slice(next);
        *done += bytes.len();
        Ok(())
    }

    fn read_into(&mut self, name: &str, target: &Tensor) -> Result<()> {
        let (found, info) = self.tensors.pop().ok_or_else(foreign)?;
        if found != name || info.shape != target.dims() || info.dtype != safetensors::Dtype::F32 {
            return Err(foreign());
        }
        let bytes = self.read(info.data_offsets.1 - info.data_offsets.0)?;
        let numbers: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        copy_into(target, &Tensor::from_vec(numbers, target.shape(), &Device::Cpu)?.to_device(target.device())?)
    }
}

impl Debug for Opened<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("origin", &self.origin).field("left", &self.tensors.len()).finish()
    }
}

/// The header's JSON, and what it says.
fn header(file: &mut dyn Read) -> Result<(String, Metadata)> {
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|e| broken(&e))?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(foreign());
    }
    // Grows with what is there, not with what a damaged length says.
    let mut text = Vec::new();
    file.take(length).read_to_end(&mut text).map_err(|e| broken(&e))?;
    if (text.len() as u64) < length {
        return Err(damaged());
    }
    let text = String::from_utf8(text).map_err(|_| foreign())?;
    let header: Metadata = serde_json::from_str(&text).map_err(|_| foreign())?;
    let format = header.metadata().as_ref().and_then(|fields| fields.get("format"));
    if format.is_none_or(|format| format != FORMAT) {
        return Err(foreign());
    }
    Ok((text, header))
}

/// Where two recipes differ: the setting, its value in the first and in the second.
pub fn differences(there: &str, here: &str) -> Vec<(String, String, String)> {
    let parsed = |recipe: &str| serde_json::from_str(recipe).unwrap_or(Value::Null);
    let mut found = Vec::new();
    differ("", &parsed(there), &parsed(here), &mut found);
    found
}

fn differ(path: &str, there: &Value, here: &Value, found: &mut Vec<(String, String, String)>) {
    match (there, here) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            for name in names {
                let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let value = |fields: &serde_json::Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
                differ(&place, &value(a), &value(b), found);
            }
        }
        _ if there == here => {}
        _ => {
            let text = |value: &Value| crate::error::shortened(&value.to_string());
            found.push((path.into(), text(there), text(here)));
        }
    }
}

fn broken(error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return damaged();
    }
    Error::checkpoint(message!("checkpoint.unreadable", "it cannot be read: {why}", why = error.to_string()))
}

fn damaged() -> Error {
    Error::checkpoint(message!("checkpoint.damaged", "it is damaged or ends too early; use an older one"))
}

pub(super) fn foreign() -> Error {
    Error::checkpoint(message!(
        "checkpoint.foreign",
        "it is not a checkpoint of this version of Polytask; resume with the version that wrote it"
    ))
}
